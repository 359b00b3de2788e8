//! Code for a REPL by the call of a tool: no fence can be forgotten, and nothing in the code can look like one.

use serde_json::{Value, json};

/// The name of the tool.
pub(super) const TOOL: &str = "repl";

/// What a model is told of it.
pub(super) const WHAT: &str =
    "Runs a cell of JavaScript in the session, as a block fenced as repl does. Use it, and no blocks, for all code.";

/// The JSON Schema of its arguments.
pub(super) fn parameters() -> Value {
    json!({
        "type": "object",
        "properties": {"code": {"type": "string", "description": "The cell."}},
        "required": ["code"],
        "additionalProperties": false,
    })
}

/// The tool as OpenAI describes functions.
pub(super) fn function() -> Value {
    json!({"name": TOOL, "description": WHAT, "parameters": parameters()})
}

/// `text`, and below it the code of each call as a block. Arguments that are no JSON, as of an answer that was cut off, are shown as they are.
pub(super) fn fenced(mut text: String, calls: &[String]) -> String {
    for arguments in calls {
        let given: Option<Value> = serde_json::from_str(arguments).ok();
        let code = given.as_ref().and_then(|given| given["code"].as_str()).unwrap_or(arguments);
        let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&format!("{fence}repl\n{}\n{fence}\n", code.trim_end()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_becomes_a_block_that_its_code_cannot_close() {
        let calls = [
            r#"{"code":"print(1)\n"}"#.to_owned(),
            json!({"code": "s = `\n```js\n`"}).to_string(),
            "{\"code".to_owned(),
        ];
        let expected = "Look:\n```repl\nprint(1)\n```\n````repl\ns = `\n```js\n`\n````\n```repl\n{\"code\n```\n";
        assert_eq!(fenced("Look:".into(), &calls), expected);
        assert_eq!(fenced("no call".into(), &[]), "no call");
    }
}
