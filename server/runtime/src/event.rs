//! What happens in a run. The journal is these events on disk, one JSON object a line; so is `callsheet run --json`.

use std::path::PathBuf;

use analysis::{text::LineColumn, units::Usd};
use models::{Usage, UsageBasis};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    id::{CallId, RunId},
    key::CallKey,
    present,
    rlm::{Cited, ContextFile, Excerpt, RlmLimits},
    run::Limits,
};

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// From 1, without gaps.
    pub seq: u64,
    /// Milliseconds since the run began. The only member that differs between two runs of the same script, arguments and
    /// seed, besides the run's name.
    pub ms: u64,
    /// What happened.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// The kinds of events, under the name `type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EventKind {
    /// The first event.
    RunStarted {
        /// Name of the run.
        run: RunId,
        /// `meta.name`, or the file's name.
        name: String,
        /// The script's file.
        script: PathBuf,
        /// SHA-256 of the script's text.
        script_hash: String,
        /// What the script sees as `args`; absent where it sees `undefined`.
        #[serde(default, deserialize_with = "present::deserialize", skip_serializing_if = "Option::is_none")]
        args: Option<Value>,
        /// Who answers, in a word: `simulated`, `anthropic`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
        /// The model that answers where a call names none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
        /// Seed of everything that is drawn.
        seed: u64,
        /// Whether answers are made up.
        simulated: bool,
        /// Most agents at once.
        concurrency: usize,
        /// What the run may take.
        limits: Limits,
        /// The files it is asked about; a question goes on with these.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        contexts: Vec<ContextFile>,
        /// What each recursive language model may take, where there are such files.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rlm: Option<RlmLimits>,
        /// The dialect the script is written in; absent for `claude-code`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        profile: Option<String>,
        /// The run whose finished calls this one reuses.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        resumed_from: Option<RunId>,
        /// From which turn on recursive models that a script began were asked anew, though that run has answers.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from_turn: Option<u32>,
    },
    /// The script called `phase()`.
    Phase {
        /// The group's title.
        title: String,
        /// Name of the nested workflow that called it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workflow: Option<String>,
    },
    /// The script called `log()`.
    Log {
        /// What it said.
        message: String,
    },
    /// Something the script's author should know; the run goes on.
    Warning {
        /// In one sentence.
        message: String,
        /// Where in the script.
        #[serde(flatten)]
        at: LineColumn,
    },
    /// The script called `agent()`.
    AgentQueued {
        /// The call.
        call: CallId,
        /// Its identity across runs.
        key: CallKey,
        /// Name for people.
        label: String,
        /// Its progress group.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phase: Option<String>,
        /// Name of the nested workflow that made the call.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workflow: Option<String>,
        /// Where in the script.
        #[serde(flatten)]
        at: LineColumn,
        /// What it asks.
        prompt: String,
        /// The part of a context that stands below the prompt.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        excerpt: Option<Excerpt>,
        /// JSON Schema of the answer.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        schema: Option<Value>,
        /// The model in force.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
        /// Reasoning effort.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        effort: Option<String>,
        /// Kind of agent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agent_type: Option<String>,
        /// Kind of isolation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        isolation: Option<String>,
    },
    /// The call leaves: from here on it may cost.
    AgentStarted {
        /// The call.
        call: CallId,
    },
    /// An attempt did not succeed and another one follows.
    AgentRetried {
        /// The call.
        call: CallId,
        /// Number of the attempt that follows, from 2.
        attempt: u32,
        /// Why the last one did not succeed.
        reason: String,
        /// Milliseconds until the attempt.
        wait_ms: u64,
        /// What the last attempt took.
        usage: Usage,
        /// What it cost, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usd: Option<Usd>,
    },
    /// The call came back unanswered and unpaid, as its account may spend no more. It stays open, for when the run is resumed.
    AgentHeld {
        /// The call.
        call: CallId,
    },
    /// An account may spend no more: nothing leaves for it any longer. Calls to others go on; where some of its own are still wanted at the
    /// end, the run fails.
    SpendLimit {
        /// Whose account it is, in a word.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        provider: Option<String>,
        /// What the provider says, and what to do.
        message: String,
        /// Where in the script the call stands that was told.
        #[serde(flatten)]
        at: LineColumn,
    },
    /// The call has its answer.
    AgentDone {
        /// The call.
        call: CallId,
        /// A string, or an object that satisfies the schema.
        result: Value,
        /// What the last attempt took; nothing where the answer was cached.
        usage: Usage,
        /// What it cost, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usd: Option<Usd>,
        /// Where `usage` is from; absent where the provider counted.
        #[serde(default, skip_serializing_if = "UsageBasis::is_reported")]
        usage_basis: UsageBasis,
        /// The model that answered, as the one who answered calls it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model: Option<String>,
        /// Whether the answer comes from the journal of an earlier run.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        cached: bool,
    },
    /// The call has no answer.
    AgentFailed {
        /// The call.
        call: CallId,
        /// Why.
        error: String,
        /// Whether the script gets an exception, not `null`.
        thrown: bool,
        /// Where the call stands.
        #[serde(flatten)]
        at: LineColumn,
        /// What the last attempt took.
        usage: Usage,
        /// What it cost, where that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usd: Option<Usd>,
    },
    /// A person skipped the call; the script gets `null`.
    AgentSkipped {
        /// The call.
        call: CallId,
    },
    /// `parallel` or `pipeline` put `null` in the place of an item because something threw.
    Dropped {
        /// `parallel` or `pipeline`.
        from: String,
        /// Which item, from 0.
        index: u64,
        /// Which stage of a pipeline, from 0.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<u64>,
        /// What was thrown.
        reason: String,
        /// Where it was thrown; where the script cannot be blamed, where the list was handed over.
        #[serde(flatten)]
        at: LineColumn,
    },
    /// A recursive language model begins.
    RlmStarted {
        /// Which one, as a path: `rlm[0]`; below a cell of another, `rlm[0]/turn[2].1/rlm[0]`. The keys of its calls begin with it.
        node: String,
        /// Name for people, where it has one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
        /// What it is asked.
        question: String,
        /// How deep it is: 0 for one that a script began.
        depth: u32,
        /// What it is asked about.
        contexts: Vec<RlmContext>,
        /// The phase of the script that it belongs to. Its calls are in groups of their own, one a turn.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        phase: Option<String>,
        /// Name of the nested workflow that began it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        workflow: Option<String>,
        /// Where in the script.
        #[serde(flatten)]
        at: LineColumn,
    },
    /// A cell of a recursive language model has run.
    Cell {
        /// Which one, as a path: `rlm[0]`.
        node: String,
        /// The root model's turn, from 1.
        turn: u32,
        /// Which cell of the turn, from 1.
        cell: u32,
        /// Its code.
        source: String,
        /// Whether it came to its end.
        ok: bool,
        /// What the root model was told of it.
        output: String,
    },
    /// A recursive language model is over.
    RlmEnded {
        /// Which one, as a path.
        node: String,
        /// `submitted` by a cell, `extracted` from a last reply because the turns were used up, `direct` where one plain call answered,
        /// `failed`, or `abandoned` with the cell that began it.
        how: String,
        /// Turns it took.
        turns: u32,
        /// Why it failed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
        /// For each context, how much of it code has read and models were sent.
        coverage: Vec<Value>,
        /// What the answer rests on, as the code that submitted it says.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cited: Vec<Cited>,
    },
    /// The last event.
    RunEnded {
        /// How.
        status: Status,
        /// What the script returned; absent where it returned `undefined` or nothing.
        #[serde(default, deserialize_with = "present::deserialize", skip_serializing_if = "Option::is_none")]
        result: Option<Value>,
        /// What went wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<RunError>,
        /// What it took.
        totals: Totals,
    },
}

/// A context of a recursive language model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RlmContext {
    /// Its name in `contexts`.
    pub name: String,
    /// UTF-16 units.
    pub characters: u64,
    /// Estimated tokens.
    pub tokens: u64,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Status {
    /// The script returned.
    Ok,
    /// The script threw, or hit a limit.
    Failed,
    /// A person stopped it.
    Stopped,
}

/// Why a run failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct RunError {
    /// What went wrong, and what to do where that is known.
    pub message: String,
    /// Where in the script, where that is known.
    #[serde(flatten, default, skip_serializing_if = "Option::is_none")]
    pub at: Option<LineColumn>,
    /// Name of the nested workflow the place belongs to; absent for the script itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow: Option<String>,
}

impl RunError {
    /// An error without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), at: None, workflow: None }
    }

    /// `line 3: why`, or only why where the place is not known.
    pub fn placed(&self) -> String {
        self.at.map_or_else(|| self.message.clone(), |at| format!("line {}: {}", at.line, self.message))
    }

    /// An error at a place of the script.
    pub fn at(message: impl Into<String>, at: LineColumn) -> Self {
        Self { message: message.into(), at: Some(at), workflow: None }
    }
}

/// What a run took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Totals {
    /// Calls made by the script.
    pub agents: u64,
    /// Calls with an answer, cached ones included.
    pub done: u64,
    /// Calls answered from an earlier run.
    pub cached: u64,
    /// Calls without an answer.
    pub failed: u64,
    /// Calls a person skipped.
    pub skipped: u64,
    /// Attempts beyond the first.
    pub retries: u64,
    /// Items of `parallel` and `pipeline` that became `null`.
    pub dropped: u64,
    /// Tokens of all attempts.
    pub usage: Usage,
    /// Cost of all attempts with a known price.
    pub usd: Usd,
    /// Paid attempts whose price is not known; where there are any, `usd` is a lower bound.
    pub unpriced: u64,
    /// Answers whose tokens the provider did not count, or not all of them; where there are any, `usage` is a lower bound.
    #[serde(skip_serializing_if = "is_zero")]
    pub uncounted: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}
