//! What makes two calls the same call.

use std::{
    collections::HashMap,
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    str::FromStr,
};

use models::AgentKind;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{options::AgentOptions, rlm::Excerpt, sandbox::protocol::Asked};

/// Identity of a call across runs: where in the structure of the work it stands, and what it asks. Labels and phases are
/// for people and do not count, nor does the order in which calls happen to start.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CallKey {
    /// Which slots of `parallel` and stages of `pipeline` surround the call: `parallel[3]/pipeline[0].1`.
    pub path: String,
    /// SHA-256 of prompt, schema, model, effort, kind of agent with its system prompt, and isolation.
    pub content: String,
    /// From 0: tells apart calls that are the same in all of that.
    pub occurrence: u32,
}

impl CallKey {
    /// The turn of the outermost recursive model that the call belongs to, from 1; 0 for one that belongs to none.
    pub(crate) fn turn(&self) -> u32 {
        let mut segments = segments(&self.path).skip_while(|segment| !segment.starts_with("rlm["));
        let Some(segment) = segments.nth(1) else { return 0 };
        let number = segment.strip_prefix("turn[").and_then(|rest| rest.split_once(']'));
        // The closing question comes after all turns.
        number.and_then(|(number, _)| number.parse().ok()).unwrap_or(u32::MAX)
    }
}

/// The segments of a path. What is called by `workflow(…)` may have slashes in its name.
pub(crate) fn segments(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(path);
    std::iter::from_fn(move || {
        let path = rest?;
        let name = if path.starts_with("workflow(") { path.find(")/").map_or(path.len(), |end| end + 1) } else { 0 };
        let end = path[name..].find('/').map(|end| name + end);
        rest = end.map(|end| &path[end + 1..]);
        Some(&path[..end.unwrap_or(path.len())])
    })
}

/// Gives keys out, in the order in which the script makes its calls. Remembers eight bytes of digests only: a run may make very many
/// calls, and two that should not count as the same, and do, are only numbered so.
#[derive(Debug, Default)]
pub(crate) struct Keys(HashMap<u64, u32>);

impl Keys {
    /// The key of the next call at `path` that asks for `content`.
    pub(crate) fn next(&mut self, path: String, content: String) -> CallKey {
        let mut digest = DefaultHasher::new();
        (&path, &content).hash(&mut digest);
        let seen = self.0.entry(digest.finish()).or_default();
        let occurrence = *seen;
        *seen += 1;
        CallKey { path, content, occurrence }
    }
}

/// SHA-256, in hexadecimal, of all that decides an answer. `model` is the one in force, given or inherited.
/// The `system` prompt of what is `asked` stands above the prompt; without it the one of the kind of agent does. `excerpt` stands below it.
pub(crate) fn content(
    prompt: &str,
    excerpt: Option<&Excerpt>,
    asked: Option<&Asked>,
    model: Option<&str>,
    options: &AgentOptions,
    kind: Option<&AgentKind>,
) -> String {
    let own = asked.and_then(|asked| asked.system.as_deref());
    let system = own.or(kind.map(|kind| kind.prompt.as_str()));
    let most = asked.and_then(|asked| asked.max_tokens).map(|most| most.to_string());
    let effort = options.effort.as_deref().or_else(|| kind?.effort.as_deref());
    let before = [
        ("agentType", options.agent_type.as_deref()),
        ("context", excerpt.map(|excerpt| excerpt.hash.as_str())),
        ("effort", effort),
        ("isolation", options.isolation.as_deref()),
        ("maxTokens", most.as_deref()),
        ("model", model),
        ("prompt", Some(prompt)),
    ];
    let mut canonical = String::with_capacity(prompt.len() + 64);
    let part = |canonical: &mut String, name: &str, text: Option<&str>| {
        if let Some(text) = text {
            canonical.push_str(name);
            write_text(text, canonical);
        }
    };
    for (name, text) in before {
        part(&mut canonical, name, text);
    }
    if let Some(schema) = &options.schema {
        canonical.push_str("schema");
        write_canonical(schema, &mut canonical);
    }
    part(&mut canonical, "system", system);
    hex(&Sha256::digest(canonical))
}

/// What a call asks for in a dialect in which label and phase count too.
pub(crate) fn named_content(content: &str, label: Option<&str>, phase: Option<&str>) -> String {
    digest(&serde_json::json!([content, label, phase]).to_string())
}

/// SHA-256, in hexadecimal, of a text.
pub(crate) fn digest(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// Longest name made of a prompt, in characters.
const LABEL: usize = 40;

/// A name for a call that was given none: how its prompt begins.
pub(crate) fn label(prompt: &str) -> String {
    let line = prompt.lines().map(str::trim).find(|l| !l.is_empty()).unwrap_or_default();
    match line.char_indices().nth(LABEL) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |four: u8| char::from_digit(four.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// JSON with sorted members and no white space, so that equal values have equal text.
fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            text.push('{');
            for (name, value) in members {
                write_text(name, text);
                text.push(':');
                write_canonical(value, text);
                text.push(',');
            }
            text.push('}');
        }
        Value::String(string) => write_text(string, text),
        simple => text.push_str(&simple.to_string()),
    }
}

/// A text as JSON has it.
fn write_text(string: &str, text: &mut String) {
    // Texts always have one.
    text.push_str(&serde_json::to_string(string).unwrap_or_default());
}

impl fmt::Display for CallKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}#{}", self.path, self.content, self.occurrence)
    }
}

/// A text that is not a key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the key of a call")]
pub struct BadKey(String);

impl FromStr for CallKey {
    type Err = BadKey;
    fn from_str(text: &str) -> Result<Self, BadKey> {
        let parse = || {
            let (path, rest) = text.rsplit_once('@')?;
            let (content, occurrence) = rest.split_once('#')?;
            Some(Self { path: path.to_owned(), content: content.to_owned(), occurrence: occurrence.parse().ok()? })
        };
        parse().ok_or_else(|| BadKey(text.to_owned()))
    }
}

impl TryFrom<String> for CallKey {
    type Error = BadKey;
    fn try_from(text: String) -> Result<Self, BadKey> {
        text.parse()
    }
}

impl From<CallKey> for String {
    fn from(key: CallKey) -> String {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(options: Value) -> String {
        content("p", None, None, None, &AgentOptions::from_json(&options).unwrap(), None)
    }

    #[test]
    fn only_what_decides_an_answer_counts() {
        let schema = json!({ "type": "object", "properties": { "a": {}, "b": {} } });
        let turned = json!({ "properties": { "b": {}, "a": {} }, "type": "object" });
        assert_eq!(of(json!({ "schema": schema, "label": "x", "phase": "y" })), of(json!({ "schema": turned })));
        for other in [json!({ "model": "m" }), json!({ "effort": "low" }), json!({ "isolation": "worktree" })] {
            assert_eq!(of(other.clone()) == of(json!({})), other.get("model").is_some(), "{other}");
        }
        let plain = AgentOptions::default();
        let of = |asked: &Asked, model, kind: Option<&AgentKind>| content("p", None, Some(asked), model, &plain, kind);
        let nothing = Asked::default();
        assert_ne!(of(&nothing, Some("m"), None), of(&nothing, None, None));
        assert_ne!(of(&nothing, None, Some(&AgentKind::default())), of(&nothing, None, None));
        for (asked, decides) in [
            (Asked { system: Some("s".into()), ..Asked::default() }, true),
            (Asked { max_tokens: Some(9), ..Asked::default() }, true),
            (Asked { timeout_ms: Some(9), ..Asked::default() }, false),
        ] {
            assert_eq!(of(&asked, None, None) != of(&nothing, None, None), decides, "{asked:?}");
        }
    }

    #[test]
    fn a_name_of_a_workflow_is_one_segment() {
        let path = "workflow(lib/rlm[0]/turn[3])/parallel[1]/rlm[0]/turn[2].1";
        let all = ["workflow(lib/rlm[0]/turn[3])", "parallel[1]", "rlm[0]", "turn[2].1"];
        assert_eq!(segments(path).collect::<Vec<_>>(), all);
        let turn = |path: &str| CallKey { path: path.into(), content: String::new(), occurrence: 0 }.turn();
        assert_eq!([path, "workflow(lib/rlm[0]/turn[3])", "rlm[0]/closing", ""].map(turn), [2, 0, u32::MAX, 0]);
    }

    #[test]
    fn a_key_reads_back() {
        let key = CallKey { path: "workflow(a@b)/parallel[1]".into(), content: of(json!({})), occurrence: 2 };
        assert_eq!(key.to_string().parse::<CallKey>(), Ok(key));
    }
}
