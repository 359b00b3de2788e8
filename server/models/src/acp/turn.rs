//! What an agent says and asks in the course of a call.

use analysis::units::{Tokens, Usd};
use serde_json::{Value, json};

use super::{
    peer::Hears,
    permissions::{Permissions, decide},
};
use crate::{Listener, Usage, wire::Halves};

/// What we have heard.
pub(super) struct Turn {
    permissions: Permissions,
    tools: Option<Vec<String>>,
    listener: Listener,
    /// What the agent said since it last used a tool: its answer, once it is done.
    text: String,
    halves: Halves,
    /// What it said before that, for agents that say nothing at the end.
    before: String,
    /// The cost the agent tells, of the session so far.
    pub(super) usd: Option<Usd>,
    /// What it asked for and was refused.
    pub(super) refused: Vec<String>,
}

impl Turn {
    pub(super) fn new(permissions: Permissions, tools: Option<Vec<String>>, listener: Listener) -> Self {
        let (text, before) = (String::new(), String::new());
        let halves = Halves::default();
        Self { permissions, tools, listener, text, halves, before, usd: None, refused: Vec::new() }
    }

    /// The agent's answer.
    pub(super) fn answer(&self) -> &str {
        let last = self.text.trim();
        if last.is_empty() { self.before.trim() } else { last }
    }

    /// A new prompt begins.
    pub(super) fn begin(&mut self) {
        self.text.clear();
        self.before.clear();
    }
}

impl Hears for Turn {
    fn told(&mut self, method: &str, params: &Value) {
        let update = &params["update"];
        match (method, update["sessionUpdate"].as_str()) {
            ("session/update", Some("agent_message_chunk")) => {
                let before = self.text.len();
                self.halves.join(update["content"]["text"].as_str().unwrap_or_default(), &mut self.text);
                self.listener.hear(&self.text[before..]);
            }
            ("session/update", Some("tool_call")) => {
                if !self.text.trim().is_empty() {
                    self.before = std::mem::take(&mut self.text);
                }
                self.text.clear();
                self.listener.alive();
            }
            ("session/update", Some("usage_update")) => {
                let cost = &update["cost"];
                if cost["currency"].as_str().is_none_or(|c| c == "USD") {
                    self.usd = cost["amount"].as_f64().filter(|amount| *amount >= 0.0).map(Usd).or(self.usd);
                }
                self.listener.alive();
            }
            _ => self.listener.alive(),
        }
    }

    fn asked(&mut self, method: &str, params: &Value) -> Result<Value, (i64, String)> {
        if method != "session/request_permission" {
            return Err((-32601, format!("there is no method {method}")));
        }
        self.listener.alive();
        let (option, allowed) = decide(self.permissions, self.tools.as_deref(), params);
        if !allowed {
            let call = &params["toolCall"];
            let what = call["title"].as_str().or(call["kind"].as_str()).unwrap_or("something");
            self.refused.push(what.chars().take(80).collect());
        }
        Ok(match option {
            Some(option) => json!({"outcome": {"outcome": "selected", "optionId": option}}),
            None => json!({"outcome": {"outcome": "cancelled"}}),
        })
    }
}

/// The usage in the result of a prompt, however this agent writes it.
pub(super) fn usage(result: &Value) -> Option<Usage> {
    let number = |value: &Value, names: [&str; 2]| {
        Tokens(names.iter().find_map(|name| value[*name].as_u64()).unwrap_or_default())
    };
    let found = [&result["usage"], &result["_meta"]["usage"], &result["_meta"]["quota"]["token_count"]];
    let usage = found.into_iter().find(|usage| usage.is_object())?;
    Some(Usage {
        input: number(usage, ["inputTokens", "input_tokens"]),
        output: number(usage, ["outputTokens", "output_tokens"]),
        cache_read: number(usage, ["cachedReadTokens", "cached_read_tokens"]),
        cache_write: number(usage, ["cachedWriteTokens", "cached_write_tokens"]),
    })
}
