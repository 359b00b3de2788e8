//! What the scheduler and the process that runs the script say to each other: one JSON object a line, of bounded length.
//!
//! The two take turns. The scheduler says one thing; the sandbox runs the script as far as it goes, says everything that
//! came of it and then [`FromSandbox::Idle`] or [`FromSandbox::Ended`]. The scheduler may say several things in advance;
//! each is answered like that before the next is looked at. So what a script does is a function of the order in which its
//! calls complete.

use std::io::{self, BufRead, Read};

use analysis::text::LineColumn;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    dialect::Dialect,
    event::{RlmContext, RunError},
    present,
    rlm::{Cited, ContextFile, Excerpt, RlmLimits},
};

/// Longest line either side accepts, in bytes: room for the largest arguments and results seen, times thirty.
pub(crate) const LONGEST_LINE: u64 = 64 << 20;

/// Said by the scheduler.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum ToSandbox {
    /// The first line: run this.
    Start(Start),
    /// A call has ended.
    Settle {
        /// As given in [`Call::id`].
        id: u64,
        /// With what.
        outcome: Settled,
        /// Output tokens the run has spent so far.
        spent: u64,
    },
    /// The saved workflow that was asked for.
    Loaded {
        /// As given in [`FromSandbox::Load`].
        id: u64,
        /// Its name, for paths and messages.
        name: String,
        /// Its text.
        source: String,
    },
}

/// The script and all it may know.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Start {
    /// The script's text.
    pub source: String,
    /// What it sees as `args`; `None` is `undefined`.
    #[serde(default, deserialize_with = "present::deserialize", skip_serializing_if = "Option::is_none")]
    pub args: Option<Value>,
    /// What it sees as `budget.total`.
    pub budget: Option<u64>,
    /// Dollars the run may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_usd: Option<f64>,
    /// Walls round it.
    pub walls: Walls,
    /// Switches of the dialect.
    pub dialect: Dialect,
    /// Files it may use as contexts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contexts: Vec<ContextFile>,
    /// What each of its REPLs may take.
    #[serde(default)]
    pub rlm: RlmLimits,
    /// Calls the whole run may make.
    #[serde(default)]
    pub most_calls: u64,
    /// The model of calls that name none, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// Limits of the sandbox itself.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Walls {
    /// Bytes of memory.
    pub memory: u64,
    /// Milliseconds the script may run without awaiting.
    pub slice_ms: u64,
}

/// How a call ended.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Settled {
    /// With a value.
    Value(Value),
    /// With an exception.
    Throw(String),
    /// Without an answer, for a REPL, which is told why.
    Failed(Failure),
}

/// Why a call of a REPL has no answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Failure {
    pub kind: FailureKind,
    pub message: String,
    /// Attempts that were made; a request that was never sent had none.
    pub attempts: u32,
    /// Whether the run counts the call: one beyond a limit of calls was not made.
    pub made: bool,
}

/// Kinds of failures, under the names that cells see as `error.kind`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum FailureKind {
    /// The provider did not answer.
    #[default]
    Provider,
    /// No answer satisfied the schema.
    Schema,
    /// The provider will not answer this.
    Refused,
    /// The answer was cut off.
    CutOff,
    /// It took longer than the call allows.
    Timeout,
    /// The request was not sent: the budget is used up.
    Budget,
    /// A person skipped the call.
    Skipped,
    /// A REPL below found no answer.
    Rlm,
    /// A workflow that a cell called has no result.
    Workflow,
}

impl FailureKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Provider => "provider",
            Self::Schema => "schema",
            Self::Refused => "refused",
            Self::CutOff => "cut off",
            Self::Timeout => "timeout",
            Self::Budget => "budget",
            Self::Skipped => "skipped",
            Self::Rlm => "rlm",
            Self::Workflow => "workflow",
        }
    }
}

/// Said by the sandbox.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(crate) enum FromSandbox {
    /// The script called `agent`.
    Call(Box<Call>),
    /// The script called `workflow`.
    Load {
        /// To be given back.
        id: u64,
        /// A name, or a path.
        reference: Reference,
    },
    /// The script called `phase`.
    Phase { title: String, workflow: Option<String> },
    /// The script called `log`.
    Log { message: String },
    /// An item became `null`.
    Dropped { from: String, index: u64, stage: Option<u64>, reason: String, at: LineColumn },
    /// A script that lets promises race returned before this call had its answer.
    Late { at: LineColumn },
    /// Nobody waits for these calls any more.
    Abandon { calls: Vec<u64> },
    /// A cell of a REPL has run.
    Cell { node: String, turn: u32, cell: u32, source: String, ok: bool, output: String },
    /// A REPL begins.
    Begun(Box<Begun>),
    /// A REPL is over.
    Finished { node: String, how: String, turns: u32, error: Option<String>, coverage: Vec<Value>, cited: Vec<Cited> },
    /// The script waits.
    Idle,
    /// The script is over.
    Ended {
        /// What it returned; absent for `undefined`.
        #[serde(default, deserialize_with = "present::deserialize", skip_serializing_if = "Option::is_none")]
        result: Option<Value>,
        /// Why it failed.
        error: Option<RunError>,
    },
}

/// What is told of a REPL that begins.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Begun {
    /// Which one, as a path.
    pub node: String,
    /// For people.
    pub label: Option<String>,
    pub question: String,
    /// How deep it is.
    pub depth: u32,
    pub contexts: Vec<RlmContext>,
    /// The phase of the script that it belongs to.
    pub phase: Option<String>,
    /// The nested workflow.
    pub workflow: Option<String>,
    /// Where in the script.
    pub at: LineColumn,
}

/// One agent call.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Call {
    /// To be given back.
    pub id: u64,
    /// What is asked.
    pub prompt: String,
    /// What stands below the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<Excerpt>,
    /// Options as the script gave them.
    pub options: Value,
    /// Where in the structure of the work.
    pub path: String,
    /// The ambient phase.
    pub phase: Option<String>,
    /// The nested workflow.
    pub workflow: Option<String>,
    /// Where in the script.
    pub at: LineColumn,
    /// What calls of a REPL have besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// What it takes from besides the run's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purses: Vec<Purse>,
}

/// What a recursive language model and all below it may take, where that was narrowed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Purse {
    /// Whose it is, as a path.
    pub of: String,
    #[serde(flatten)]
    pub holds: Holds,
}

/// What a purse holds; `None` is no limit of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Holds {
    /// Output tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// Dollars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usd: Option<f64>,
    /// Milliseconds from its first call on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ms: Option<u64>,
}

impl Holds {
    /// Whether it limits nothing.
    pub(crate) fn is_all(&self) -> bool {
        *self == Self::default()
    }
}

/// What calls of a REPL have besides: they fail with a reason instead of giving `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Asked {
    /// Instructions above the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// Most output tokens of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<u64>,
    /// Milliseconds after which an attempt is given up, and with it the call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// Whether the answer is code for a REPL.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub code: bool,
    /// Whether it may use the share of the calls that is held back so that a run can finish.
    pub held: bool,
}

/// How a script names another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Reference {
    /// By the name it was saved under.
    Name(String),
    /// By its file.
    Path(String),
}

/// Reads one message; `None` at the end of the stream.
pub(crate) fn receive<T: for<'de> Deserialize<'de>>(from: &mut impl BufRead) -> io::Result<Option<T>> {
    let mut line = Vec::new();
    from.take(LONGEST_LINE).read_until(b'\n', &mut line)?;
    match line.last() {
        None => Ok(None),
        Some(b'\n') => serde_json::from_slice(&line).map(Some).map_err(io::Error::from),
        Some(_) if line.len() as u64 == LONGEST_LINE => {
            Err(io::Error::other(format!("a message is longer than {LONGEST_LINE} bytes")))
        }
        Some(_) => Ok(None),
    }
}

/// The line of a message.
pub(crate) fn line(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    if line.len() as u64 > LONGEST_LINE {
        return Err(io::Error::other(format!("a message of {} bytes is longer than {LONGEST_LINE}", line.len())));
    }
    Ok(line)
}
