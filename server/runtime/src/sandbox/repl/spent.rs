//! What the calls of a run took, as its cells are told.

use std::collections::HashMap;

use analysis::{
    estimate,
    units::{Tokens, Usage, Usd},
};
use serde_json::{Value, json};

use super::super::protocol::{Call, Settled};
use crate::rlm::Excerpt;

/// Bytes of text that a token is taken to have.
const BYTES: u64 = 4;

/// What all calls with an answer took, estimated from their texts. What providers counted would not do: a run that is resumed pays less than
/// the one it goes on with, and its cells must be told the same.
#[derive(Default)]
pub(in crate::sandbox) struct Spent {
    /// Model and bytes of the calls under way, by the number of their promise.
    asked: HashMap<u64, (String, u64)>,
    output: u64,
    usd: f64,
    /// Whether one of them has no known price.
    unpriced: bool,
}

impl Spent {
    /// A call leaves.
    pub(in crate::sandbox) fn ask(&mut self, call: &Call) {
        let system = call.asked.as_ref().and_then(|asked| asked.system.as_deref()).map_or(0, str::len);
        let bytes = call.prompt.len() + call.excerpt.as_ref().map_or(0, Excerpt::bytes) + system;
        let model = call.options.get("model").and_then(Value::as_str).unwrap_or("inherit");
        self.asked.insert(call.id, (model.to_owned(), bytes as u64));
    }

    /// It is over.
    pub(in crate::sandbox) fn answer(&mut self, id: u64, outcome: &Settled) {
        let (Some((model, bytes)), Settled::Value(value)) = (self.asked.remove(&id), outcome) else { return };
        let answer = value.as_str().map_or_else(|| value.to_string().len(), str::len) as u64;
        let usage =
            Usage { input: Tokens(bytes.div_ceil(BYTES)), output: Tokens(answer.div_ceil(BYTES)), ..Usage::default() };
        self.output += usage.output.0;
        match estimate::would_cost(&model, &usage) {
            Some(Usd(usd)) => self.usd += usd,
            None => self.unpriced = true,
        }
    }

    /// Tokens and dollars, used and left of what the run may take; `null` is no limit, or not known.
    pub(super) fn told(&self, tokens: Option<u64>, usd: Option<f64>) -> (Value, Value) {
        let cents = |usd: f64| (usd * 1e4).round() / 1e4;
        let used = (!self.unpriced).then_some(self.usd);
        let left = usd.zip(used).map(|(most, used)| cents((most - used).max(0.0)));
        (
            json!({ "used": self.output, "left": tokens.map(|most| most.saturating_sub(self.output)), "limit": tokens }),
            json!({ "used": used.map(cents), "left": left, "limit": usd }),
        )
    }
}
