//! The prompt is not text.
//!
//! `agent` takes the prompt first and options second; an object would become the text `[object Object]`.
//!
//! ```js bad
//! log(await agent({ prompt: 'List the tests', label: 'list' }))
//! ```
//!
//! ```js good
//! log(await agent('List the tests', { label: 'list' }))
//! ```

use swc_ecma_ast::Lit;

use super::prelude::*;
use crate::{script::index::properties, vocabulary::Profile};

pub(super) const RULE: Rule = Rule {
    code: "WF303",
    name: "agent-prompt-type",
    level_in: &[(Profile::Codewhale, Level::Off)],
    fixing: Fixing::Safe,
    check,
    source: include_str!("agent_prompt_type.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("agent") {
        let Some(prompt) = cx.index.arg(id, 0) else { continue };
        let what = match cx.index.resolve(prompt, id).0 {
            Expr::Object(_) => "an object",
            Expr::Array(_) => "an array",
            Expr::Arrow(_) | Expr::Fn(_) => "a function",
            Expr::Lit(Lit::Num(_)) => "a number",
            Expr::Lit(Lit::Bool(_)) => "a boolean",
            Expr::Lit(Lit::Null(_)) => "`null`",
            _ => match cx.value(prompt) {
                Some(v) if v.is_object() => "an object",
                Some(v) if v.is_array() => "an array",
                Some(v) if v.is_function() => "a function",
                _ => continue,
            },
        };
        let way = if what == "an object" || what == "an array" {
            "write it out, or use `JSON.stringify`"
        } else {
            "give text"
        };
        let unpacked = unpack(cx, prompt, cx.index.args(id).len());
        let finding = report.at(span(prompt), format!("The prompt is {what}, not text: {way}."));
        if let Some(text) = unpacked {
            finding.fix("Give the prompt first, options second", vec![Edit::replace(span(prompt), text)]);
        }
    }
}

/// `{ prompt: p, …rest }` as `p, { …rest }`.
fn unpack(cx: &Checker, given: &Expr, args: usize) -> Option<String> {
    let Expr::Object(object) = given else { return None };
    let (properties, complete) = properties(object);
    let prompt = properties.iter().find(|p| matches!(p.key, "prompt" | "task" | "message" | "instructions"))?;
    let value = cx.text(span(prompt.value.filter(|_| complete && args == 1)?));
    let rest: Vec<&str> = properties.iter().filter(|p| p.key != prompt.key).map(|p| cx.text(p.span)).collect();
    Some(if rest.is_empty() { value.to_owned() } else { format!("{value}, {{ {} }}", rest.join(", ")) })
}
