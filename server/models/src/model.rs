use std::{pin::Pin, time::Duration};

pub use analysis::units::Usage;
use analysis::{
    tokens,
    units::{Tokens, Usd},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Account, Headroom, Listener};

/// The future of an answer. Dropping it gives the call up: the model must stop what it can stop.
pub type Reply<'a> = Pin<Box<dyn Future<Output = Result<Answer, ModelError>> + Send + 'a>>;

/// Something that answers calls: a simulation, an API, an agent.
pub trait Model: Send + Sync {
    /// Answers one request, once: no retries, no check against the schema.
    fn answer(&self, request: Request) -> Reply<'_>;

    /// Whose limits of rates a call of `model` counts for. `None` where there are none, as in a simulation.
    fn account(&self, _model: Option<&str>) -> Option<Account> {
        None
    }

    /// How long the answer takes, where that is a function of the request alone. A scheduler then delivers answers in
    /// the order of these times, so that runs repeat to the byte. `None` for everything that is not a simulation.
    fn simulated_latency(&self, _request: &Request) -> Option<Duration> {
        None
    }
}

/// One call of a model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// What to do: the script's own words, sent as they are.
    pub prompt: String,
    /// The last answer, where it did not satisfy the schema, and why not.
    pub correction: Option<Correction>,
    /// Instructions that stand above the prompt.
    pub system: Option<String>,
    /// JSON Schema of the answer; without one the answer is text.
    pub schema: Option<Value>,
    /// Which model; `None` leaves the choice to the one who answers.
    pub model: Option<String>,
    /// Reasoning effort: `low`, `medium`, `high`, `xhigh` or `max`.
    pub effort: Option<String>,
    /// Name of a registered kind of agent.
    pub agent_type: Option<String>,
    /// Tools the kind of agent may use; `None` where it does not say, for those who have any.
    pub tools: Option<Vec<String>>,
    /// `worktree` asks for a git worktree of its own.
    pub isolation: Option<String>,
    /// What people call this call.
    pub label: String,
    /// Stable identity of the call: the same in every run of the same script, whatever the order of events.
    pub key: String,
    /// From 1; grows with every retry, so that a simulation can fail once and succeed then.
    pub attempt: u32,
    /// Most tokens the answer may have; the scheduler has reserved as many. `None` leaves it to the model.
    pub max_output: Option<Tokens>,
    /// Bytes at the beginning of the prompt that other calls have too, with all that stands above it: worth keeping at a provider that has
    /// to be asked to.
    pub shared: Option<usize>,
    /// Whether the answer is code for a REPL: a model with tools may hand it over as calls of one, which come as blocks fenced as `repl`.
    pub code: bool,
    /// Who hears of the answer while it is being written.
    pub listener: Listener,
}

/// An answer that did not satisfy the schema, to be mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correction {
    /// The answer, as the model gave it.
    pub answer: String,
    /// What to tell the model.
    pub told: String,
}

impl Correction {
    /// The answer and what is wrong with it, for those who are told both at once.
    pub(crate) fn in_words(&self) -> String {
        format!("Your last answer was:\n{}\n\n{}", self.answer, self.told)
    }
}

/// The tokens of an answer, counted here.
pub(crate) fn tokens_of(value: &Value) -> Tokens {
    match value {
        Value::String(text) => tokens::count(text),
        json => tokens::count(&json.to_string()),
    }
}

/// What a model answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// A string, or what is meant to satisfy the schema.
    pub value: Value,
    /// What it took.
    pub usage: Usage,
    /// Where `usage` is from.
    pub basis: UsageBasis,
    /// The model that answered, as the one who answers calls it; `None` where it does not say.
    pub model: Option<String>,
    /// What it cost, where the one who answers says so itself; it counts more than a table of prices.
    pub usd: Option<Usd>,
    /// What a person should know of the answer, a sentence each.
    pub notes: Vec<String>,
    /// What the provider says it will still take.
    pub headroom: Option<Headroom>,
}

/// Where the numbers of a usage are from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UsageBasis {
    /// The provider counted, and bills by it.
    #[default]
    Reported,
    /// The agent counted only the last of its turns: a lower bound.
    LastTurn,
    /// Nobody said; counted here, from the texts that went to and fro: a lower bound where tools were used.
    Counted,
}

impl UsageBasis {
    /// Whether the numbers are the provider's own, and whole.
    pub fn is_reported(&self) -> bool {
        *self == Self::Reported
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ModelError {
    /// The provider asks for less; worth another try, not before `retry_after` where it is known.
    #[error("the provider limits the rate of calls")]
    RateLimited {
        /// How long the provider asks to wait.
        retry_after: Option<Duration>,
    },
    /// The account may spend no more. Waiting does not help, a person does; calls after it would end the same way.
    #[error("the account's spend limit is reached: {0}")]
    SpendLimit(String),
    /// The provider has no capacity; worth another try.
    #[error("the provider is overloaded")]
    Overloaded,
    /// The call did not get through, or its answer did not come back whole; worth another try.
    #[error("no answer came back: {0}")]
    Network(String),
    /// It took longer than whoever asked would wait.
    #[error("no answer came within {0} ms, the limit of this call")]
    TimedOut(u64),
    /// The answer had to end before it was complete.
    #[error("the answer was cut off at {0} output tokens")]
    CutOff(Tokens),
    /// Another try would end the same way.
    #[error("{0}")]
    Refused(String),
}

impl ModelError {
    /// Whether the same request may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, Self::RateLimited { .. } | Self::Overloaded | Self::Network(_))
    }
}
