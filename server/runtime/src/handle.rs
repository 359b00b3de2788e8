//! A run under way, held from outside.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;

use crate::{
    draft::{Draft, Drafts},
    event::{Event, RunError, Status, Totals},
    id::{CallId, RunId},
    scheduler::{Command, Commands},
    state::RunState,
    watch::{EventLog, Events},
};

/// A run under way. Dropping the handle does not stop the run.
#[derive(Clone, Debug)]
pub struct RunHandle {
    id: RunId,
    folder: PathBuf,
    log: Arc<EventLog>,
    commands: Commands,
    drafts: Arc<Drafts>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Its name.
    pub run: RunId,
    /// How.
    pub status: Status,
    /// What the script returned; `None` for `undefined`.
    pub result: Option<Value>,
    /// What went wrong.
    pub error: Option<RunError>,
    /// What it took.
    pub totals: Totals,
}

impl RunHandle {
    pub(crate) fn new(id: RunId, folder: PathBuf, log: Arc<EventLog>, commands: Commands, drafts: Arc<Drafts>) -> Self {
        Self { id, folder, log, commands, drafts }
    }

    /// Its name.
    pub fn id(&self) -> &RunId {
        &self.id
    }

    /// Its folder: journal, script, result.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its events from number `from` on (1 is the first), past ones first.
    pub fn subscribe(&self, from: u64) -> Events {
        self.log.subscribe(from)
    }

    /// The event with number `seq`, if it has happened.
    pub fn event(&self, seq: u64) -> Option<Arc<Event>> {
        self.log.event(seq)
    }

    /// What it looks like now.
    pub fn state(&self) -> Arc<RunState> {
        self.log.state()
    }

    /// The answers that are being written now, as far as they have come.
    pub fn drafts(&self) -> BTreeMap<CallId, Draft> {
        self.drafts.snapshot()
    }

    /// Ends it: calls under way are given up.
    pub fn stop(&self) {
        self.commands.send(Command::Stop);
    }

    /// Gives the script `null` for a call that is not over.
    pub fn skip(&self, call: CallId) {
        self.commands.send(Command::Skip(call));
    }

    /// Gives the attempt of a call under way up and makes another.
    pub fn retry(&self, call: CallId) {
        self.commands.send(Command::Retry(call));
    }

    /// Waits for its end.
    pub async fn wait(&self) -> Outcome {
        self.log.closed().await;
        let state = self.state();
        let status = state.status().unwrap_or(Status::Failed);
        let error = state.error().cloned();
        let lost = || {
            let why = self.log.lost().unwrap_or("it ended without saying how");
            RunError::new(format!("the run broke off: {why}; once that is mended, resume it"))
        };
        Outcome {
            run: self.id.clone(),
            status,
            result: state.result().cloned(),
            error: if state.ended.is_none() { Some(lost()) } else { error },
            totals: state.totals,
        }
    }
}
