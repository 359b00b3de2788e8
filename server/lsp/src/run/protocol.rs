//! What editors are told of runs beyond the progress line: `callsheet/runEvent` and `callsheet/runEvents`.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp::ls_types::notification::Notification;

/// `callsheet/runEvent`: events of one run, in order, at most twenty messages a second.
pub(crate) enum RunEvents {}

impl Notification for RunEvents {
    type Params = RunEventsParams;
    const METHOD: &'static str = "callsheet/runEvent";
}

/// Parameters of [`RunEvents`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunEventsParams {
    /// The run.
    pub(crate) run_id: String,
    /// Its events, each with its sequence number `seq`.
    pub(crate) events: Vec<Value>,
}

/// Parameters of the request `callsheet/runEvents`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CatchUp {
    /// The run.
    pub(crate) run_id: String,
    /// The first sequence number wanted.
    #[serde(default)]
    pub(crate) from: u64,
}

/// The answer to `callsheet/runEvents`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CaughtUp {
    /// The events from there on.
    pub(crate) events: Vec<Value>,
    /// Whether the run goes on.
    pub(crate) live: bool,
}
