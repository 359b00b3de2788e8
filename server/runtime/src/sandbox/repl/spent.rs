//! What the calls of a run took, as its cells are told.

use std::collections::HashMap;

use analysis::{
    estimate,
    units::{Tokens, Usage, Usd},
};
use serde_json::{Value, json};

use super::super::protocol::{Call, Holds, Purse, Settled};
use crate::rlm::Excerpt;

/// Bytes of text that a token is taken to have.
const BYTES: u64 = 4;

/// What all calls with an answer took, estimated from their texts. What providers counted would not do: a run that is resumed pays less than
/// the one it goes on with, and its cells must be told the same.
#[derive(Default)]
pub(in crate::sandbox) struct Spent {
    /// The calls under way, by the number of their promise.
    asked: HashMap<u64, Asked>,
    run: Sum,
    /// Of recursive models that have purses of their own, by their path.
    below: HashMap<String, Sum>,
}

/// A call under way.
struct Asked {
    model: String,
    bytes: u64,
    purses: Vec<String>,
}

/// What some calls took.
#[derive(Default)]
struct Sum {
    output: u64,
    usd: f64,
    /// Whether one of them has no known price.
    unpriced: bool,
}

impl Sum {
    fn add(&mut self, output: u64, usd: Option<Usd>) {
        self.output += output;
        self.usd += usd.unwrap_or_default().0;
        self.unpriced |= usd.is_none();
    }

    /// Dollars, where they are known.
    fn usd(&self) -> Option<f64> {
        (!self.unpriced).then_some(self.usd)
    }
}

impl Spent {
    /// A call leaves. `inherited`: its model, where it names none.
    pub(in crate::sandbox) fn ask(&mut self, call: &Call, inherited: &str) {
        let system = call.asked.as_ref().and_then(|asked| asked.system.as_deref()).map_or(0, str::len);
        let bytes = call.prompt.len() + call.excerpt.as_ref().map_or(0, Excerpt::bytes) + system;
        let model = call.options.get("model").and_then(Value::as_str).unwrap_or(inherited);
        let purses = call.purses.iter().map(|purse| purse.of.clone()).collect();
        self.asked.insert(call.id, Asked { model: model.to_owned(), bytes: bytes as u64, purses });
    }

    /// It is over.
    pub(in crate::sandbox) fn answer(&mut self, id: u64, outcome: &Settled) {
        let (Some(Asked { model, bytes, purses }), Settled::Value(value)) = (self.asked.remove(&id), outcome) else {
            return;
        };
        let answer = value.as_str().map_or_else(|| value.to_string().len(), str::len) as u64;
        let usage =
            Usage { input: Tokens(bytes.div_ceil(BYTES)), output: Tokens(answer.div_ceil(BYTES)), ..Usage::default() };
        let usd = estimate::would_cost(&model, &usage);
        self.run.add(usage.output.0, usd);
        for purse in purses {
            self.below.entry(purse).or_default().add(usage.output.0, usd);
        }
    }

    /// Tokens and dollars that are left of what the run may take, and these purses; `None` is no limit, or not known.
    pub(super) fn left(&self, tokens: Option<u64>, usd: Option<f64>, purses: &[Purse]) -> (Option<u64>, Option<f64>) {
        let nothing = Sum::default();
        let below = purses.iter().map(|purse| (self.below.get(&purse.of).unwrap_or(&nothing), purse.holds));
        let run = (&self.run, Holds { tokens, usd, ms: None });
        let all: Vec<(&Sum, Holds)> = [run].into_iter().chain(below).collect();
        let tokens_left = all.iter().filter_map(|(sum, holds)| Some(holds.tokens?.saturating_sub(sum.output))).min();
        let dollars_left = |(sum, holds): &(&Sum, Holds)| Some((holds.usd? - sum.usd()?).max(0.0));
        let usd_left = all.iter().filter_map(dollars_left).reduce(f64::min);
        (tokens_left, usd_left)
    }

    /// Tokens and dollars, used and left of what the run may take, and these purses; `null` is no limit, or not known.
    pub(super) fn told(&self, tokens: Option<u64>, usd: Option<f64>, purses: &[Purse]) -> (Value, Value) {
        let cents = |usd: f64| (usd * 1e4).round() / 1e4;
        let (tokens_left, usd_left) = self.left(tokens, usd, purses);
        (
            json!({ "used": self.run.output, "left": tokens_left, "limit": tokens }),
            json!({ "used": self.run.usd().map(cents), "left": usd_left.map(cents), "limit": usd }),
        )
    }
}
