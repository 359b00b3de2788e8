//! A server of the Model Context Protocol with one tool, by which an agent gives an answer in a schema. An agent starts it, on
//! standard input and output.

use std::{
    fs,
    io::{self, BufRead, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use serde_json::{Value, json};

use super::permissions::TOOL;
use crate::{replace, violations::violations};

/// The file with the schema.
pub(super) const SCHEMA: &str = "schema.json";
/// The file with the answer, once the tool was called with one that satisfies the schema.
pub(super) const ANSWER: &str = "answer.json";

/// Serves until standard input ends. The one argument is the folder with the schema.
pub fn structured_output_main(folder: Option<PathBuf>) -> ExitCode {
    let served = folder.ok_or_else(|| io::Error::other("it is started by agents, with a folder")).and_then(|folder| {
        let schema: Value = serde_json::from_slice(&fs::read(folder.join(SCHEMA))?)?;
        serve(&folder, &schema, io::stdin().lock(), io::stdout().lock())
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn serve(folder: &Path, schema: &Value, input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    for line in input.lines() {
        let Ok(message) = serde_json::from_str::<Value>(&line?) else { continue };
        let (Some(method), Some(id)) = (message["method"].as_str(), message.get("id")) else { continue };
        let answer = match answer(folder, schema, method, &message["params"])? {
            Some(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
            None => {
                let error = json!({"code": -32601, "message": format!("there is no method {method}")});
                json!({"jsonrpc": "2.0", "id": id, "error": error})
            }
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

fn answer(folder: &Path, schema: &Value, method: &str, params: &Value) -> io::Result<Option<Value>> {
    Ok(Some(match method {
        "initialize" => json!({
            // Whatever version is asked for: what we use of it is the same in all.
            "protocolVersion": params["protocolVersion"].as_str().unwrap_or("2025-06-18"),
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "callsheet", "version": env!("CARGO_PKG_VERSION")},
        }),
        "ping" => json!({}),
        "tools/list" => json!({"tools": [{
            "name": TOOL,
            "description": "Gives your answer. Call it exactly once, when you are done, with the whole answer as its input.",
            "inputSchema": schema,
        }]}),
        "tools/call" if params["name"] == TOOL => {
            let value = &params["arguments"];
            let wrong = violations(schema, value);
            if wrong.is_none() {
                replace(&folder.join(ANSWER), value.to_string().as_bytes())?;
            }
            let is_error = wrong.is_some();
            let text = wrong.map_or_else(
                || "The answer is accepted. You are done.".to_owned(),
                |wrong| {
                    format!("The answer does not satisfy the schema: {wrong}. Call the tool again with one that does.")
                },
            );
            json!({"content": [{"type": "text", "text": text}], "isError": is_error})
        }
        _ => return Ok(None),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tool_takes_what_satisfies_the_schema_and_says_what_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let schema = json!({"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}});
        let call = |arguments: Value| {
            let lines = format!(
                "noise\n{}\n{}\n",
                json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
                json!({"jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": {"name": TOOL, "arguments": arguments}})
            );
            let mut said = Vec::new();
            serve(folder.path(), &schema, lines.as_bytes(), &mut said).unwrap();
            serde_json::from_slice::<Value>(&said).unwrap()["result"].clone()
        };
        let refused = call(json!({"n": "seven"}));
        assert_eq!(refused["isError"], true);
        assert!(refused["content"][0]["text"].as_str().unwrap().contains("/n: \"seven\" is not of type \"integer\""));
        assert!(!folder.path().join(ANSWER).exists());
        assert_eq!(call(json!({"n": 7}))["isError"], false);
        assert_eq!(fs::read_to_string(folder.path().join(ANSWER)).unwrap(), "{\"n\":7}");
    }
}
