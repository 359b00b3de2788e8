//! What editors are told of runs beyond the progress line.

use std::{path::PathBuf, sync::Arc};

use runtime::Event;
use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{Uri, notification::Notification};

/// `callsheet/runEvent`: one event of a run, in order; bundled, at most twenty bundles a second.
pub(crate) enum RunEvent {}

impl Notification for RunEvent {
    type Params = RunEventParams;
    const METHOD: &'static str = "callsheet/runEvent";
}

/// Parameters of [`RunEvent`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RunEventParams {
    /// The run.
    pub(crate) run_id: String,
    /// The script.
    pub(crate) uri: Uri,
    /// The event and its number.
    #[serde(flatten)]
    pub(crate) event: Numbered,
}

/// An event with its number beside it, as clients order by it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Numbered {
    /// From 1, without gaps.
    pub(crate) seq: u64,
    /// The event, as in the journal.
    pub(crate) event: Arc<Event>,
}

impl Numbered {
    pub(crate) fn of(event: Arc<Event>) -> Self {
        Self { seq: event.seq, event }
    }
}

/// Parameters of the request `callsheet/runEvents`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CatchUp {
    /// The run.
    pub(crate) run_id: String,
    /// The first number wanted.
    #[serde(default)]
    pub(crate) from: u64,
}

/// The answer to `callsheet/runEvents`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CaughtUp {
    /// The events from there on.
    pub(crate) events: Vec<Numbered>,
    /// Whether the run goes on.
    pub(crate) live: bool,
}

/// A run in the answer to `callsheet/runs`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Listed {
    /// Its name.
    pub(crate) run_id: String,
    /// The script.
    pub(crate) uri: Uri,
    /// Whether it goes on.
    pub(crate) live: bool,
    /// Its folder: journal, script, transcript.
    pub(crate) folder: PathBuf,
}
