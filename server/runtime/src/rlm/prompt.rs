//! What root models are told. The texts are data: `prompts/*.md`, and a table of what some models are told besides.

use std::fmt::Write;

use analysis::units::{Usd, thousands};
use serde_json::Value;

use super::{RlmLimits, output};
use crate::event::RlmContext;

/// How the system prompt of every root model begins; simulated roots know their calls by it.
pub const BEGINS: &str = "You answer a question about a context that may be far larger than you can read.";

/// What a root model is told of `rlm_query` where it begins a REPL; by this, too, simulated roots know where they are.
pub(super) const DEEPER: &str = "the same with a REPL of its own, for parts that are themselves too large to read";

/// What comes before the schema of an answer.
const SCHEMA: &str = "\nThe answer must satisfy this JSON Schema:\n";

/// What models whose name holds a word are told besides. Published prompts do not carry over from one model to another
/// unchanged.
const BESIDES: [(&str, &str); 2] =
    [("qwen", include_str!("prompts/eager.md")), ("coder", include_str!("prompts/eager.md"))];

/// One context, as the root model is told of it.
#[derive(Clone, Debug)]
pub struct ContextLine {
    /// Its name in `contexts`.
    pub name: String,
    /// `string`, `object` or `array`.
    pub kind: &'static str,
    /// UTF-16 units.
    pub units: usize,
    /// Lines.
    pub lines: usize,
    /// Estimated tokens.
    pub tokens: u64,
    /// How it begins.
    pub head: String,
}

/// The system prompt of a root model.
pub fn system(model: Option<&str>, depth_left: u32, limits: &RlmLimits, as_string: bool) -> String {
    let recursion = match depth_left {
        0 | 1 => "at this depth the same as `llm_query`",
        _ => DEEPER,
    };
    let (calls, rules, worked) = match depth_left {
        0 => (String::new(), String::new(), ""),
        _ => (
            include_str!("prompts/calls.md").replace("{recursion}", recursion),
            include_str!("prompts/call_rules.md")
                .replace("{prompt}", &thousands(limits.prompt as u64))
                .replace("{fanOut}", &limits.fan_out.to_string()),
            include_str!("prompts/worked.md"),
        ),
    };
    let note = if as_string { "" } else { "; too large for a string here, so `null`: use `ctx`" };
    let mut text = include_str!("prompts/root.md")
        .replace("{calls}", &calls)
        .replace("{callRules}", &rules)
        .replace("{contextNote}", note)
        .replace("{shown}", &thousands(limits.shown as u64));
    text.push_str(worked);
    let name = model.unwrap_or_default().to_ascii_lowercase();
    if let Some((_, more)) = BESIDES.iter().find(|(word, _)| name.contains(word)) {
        text.push_str(more);
    }
    text
}

/// What a root model is told of the schema that the answer must satisfy.
pub(crate) fn schema(schema: &Value) -> String {
    format!("{SCHEMA}{schema}\n")
}

/// The schema that a root model was told of.
pub(super) fn schema_in(system: &str) -> Option<Value> {
    serde_json::from_str(system.rsplit_once(SCHEMA)?.1.trim()).ok()
}

impl ContextLine {
    /// What the journal holds of it.
    pub(crate) fn known(&self) -> RlmContext {
        RlmContext { name: self.name.clone(), characters: self.units as u64, tokens: self.tokens }
    }
}

/// What a root model is told of the workflows its cells may call, each with what it is for.
pub(crate) fn workflows(allowed: &[(String, String)]) -> String {
    if allowed.is_empty() {
        return String::new();
    }
    let mut text =
        "\nBesides, `await workflow(name, args)` runs a saved workflow of agents and gives its result. There are:\n"
            .to_owned();
    for (name, what) in allowed {
        let colon = if what.is_empty() { "" } else { ": " };
        let _ = writeln!(text, "- `{name}`{colon}{what}");
    }
    text
}

/// Where a root model stands: the first lines of every turn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    pub(crate) turn: u32,
    pub(crate) turns: u32,
    pub(crate) depth: u32,
    pub(crate) depths: u32,
    pub(crate) calls: u64,
    pub(crate) most_calls: u64,
    /// Output tokens that are left, where these are limited.
    pub(crate) tokens_left: Option<u64>,
    /// Dollars that are left, where these are limited and prices are known.
    pub(crate) usd_left: Option<Usd>,
    pub(crate) variables: Vec<String>,
    pub(crate) notes: Vec<(String, String)>,
}

/// What happened in a turn.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// The model's own reply.
    pub(crate) reply: String,
    /// What came of it.
    pub(crate) result: String,
}

/// Characters of earlier turns that are shown whole; of older ones only the code and the size of what came of it.
const REMEMBERED: usize = 120_000;

/// All that a root model is told in one turn.
pub(crate) fn turn(question: &str, contexts: &[ContextLine], past: &[Told], now: &Standing) -> String {
    let mut text = format!("Question: {question}\n\nContext:\n");
    for context in contexts {
        let ContextLine { name, kind, units, lines, tokens, head } = context;
        let (units, lines, tokens) = (thousands(*units as u64), thousands(*lines as u64), thousands(*tokens));
        let _ =
            writeln!(text, "- `{name}`: {kind}, {units} characters, {lines} lines, about {tokens} tokens. It begins:");
        let _ = writeln!(text, "{}", quoted(head));
    }
    let mut room = REMEMBERED;
    let whole = past.iter().rev().take_while(|told| {
        let size = told.reply.len() + told.result.len();
        let fits = size <= room;
        room = room.saturating_sub(size);
        fits
    });
    let from = past.len() - whole.count();
    for (n, told) in past.iter().enumerate() {
        let _ = write!(text, "\n== Turn {}: you wrote\n{}\n", n + 1, told.reply.trim_end());
        match n >= from {
            true => {
                let _ = write!(text, "== Turn {}: what came of it\n{}\n", n + 1, told.result.trim_end());
            }
            false => {
                let size = thousands(output::units(&told.result) as u64);
                let _ =
                    writeln!(text, "== Turn {}: {size} characters came of it; the output is in out[{}]", n + 1, n + 1);
            }
        }
    }
    let Standing { turn, turns, depth, depths, calls, most_calls, tokens_left, usd_left, variables, notes } = now;
    let _ = write!(text, "\n== Turn {turn}/{turns} · depth {depth}/{depths} · calls {calls}/{most_calls}");
    if let Some(tokens) = tokens_left {
        let _ = write!(text, " · {} output tokens left", thousands(*tokens));
    }
    if let Some(usd) = usd_left {
        let _ = write!(text, " · {usd} left");
    }
    let _ = write!(text, "\nQuestion: {question}\n");
    if !variables.is_empty() {
        let _ = writeln!(text, "Variables: {}", variables.join(", "));
    }
    for (key, value) in notes {
        let _ = writeln!(text, "Note {key}: {value}");
    }
    if turn == turns {
        text.push_str("This is the last turn: submit(value) the best answer you have.\n");
    }
    text
}

/// The request for what there is, once the turns are used up.
pub(crate) fn closing(question: &str, now: &Standing) -> String {
    let mut text = format!(
        "The turns are used up and no answer was submitted.\n\nQuestion: {question}\n\nGive the best answer there is: either the text of the \
         answer and nothing else, or `FINAL_VAR(name)` with the name of the variable that holds it.\n"
    );
    let _ = writeln!(text, "Variables: {}", now.variables.join(", "));
    for (key, value) in &now.notes {
        let _ = writeln!(text, "Note {key}: {value}");
    }
    text
}

/// What a model is told that wrote no code.
pub(crate) const NO_CODE: &str =
    "There was no code to run. Write it in a block fenced as ```repl; to finish, run submit(value) in one.";

fn quoted(text: &str) -> String {
    text.lines().map(|line| format!("  > {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_fit_model_and_depth() {
        let limits = RlmLimits::default();
        let plain = system(None, 1, &limits, true);
        assert!(plain.starts_with(BEGINS) && !plain.contains('{') || plain.contains("{context"), "{plain}");
        assert!(plain.contains("at this depth the same as `llm_query`"));
        assert!(system(Some("qwen3-coder"), 1, &limits, true).contains("too many calls"));
        let alone = system(None, 0, &limits, true);
        assert!(!alone.contains("llm_query"), "a REPL without sub-calls is not told of them");
    }

    #[test]
    fn old_turns_shrink_and_the_question_stays() {
        let told = |n: usize| Told { reply: format!("```repl\nturn{n}()\n```"), result: "x".repeat(50_000) };
        let now = Standing { turn: 4, turns: 30, variables: vec!["rows Array(3)".into()], ..Standing::default() };
        let text = turn("Why?", &[], &[told(1), told(2), told(3)], &now);
        assert!(text.contains("== Turn 1: 50,000 characters came of it; the output is in out[1]"), "{}", &text[..300]);
        assert!(text.contains("turn1()") && text.len() < 102_000);
        assert!(text.ends_with("Question: Why?\nVariables: rows Array(3)\n"));
    }
}
