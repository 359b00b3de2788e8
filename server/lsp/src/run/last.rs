//! The newest run of a script, of this session or an earlier one: what there is to go on with.

use std::{path::Path, sync::Arc};

use runtime::{EventKind, RunHandle, RunState, Status, runs, runs::Recorded};
use serde_json::Value;

use crate::run::view::RunView;

/// A run that is over.
#[derive(Clone, Debug)]
pub(crate) struct LastRun {
    /// Its name.
    pub(crate) id: String,
    /// The script it ran.
    pub(crate) text: Arc<str>,
    /// Agents with an answer in its journal.
    pub(crate) answered: u64,
    /// Agents without one.
    pub(crate) open: u64,
    /// Whether the script came to its end.
    pub(crate) complete: bool,
    /// What it was given.
    pub(crate) args: Option<Arc<Value>>,
}

impl LastRun {
    fn new(id: String, text: Arc<str>, state: &RunState, args: Option<Value>) -> Self {
        let (answered, complete) = (state.totals.done, state.status() == Some(Status::Ok));
        Self {
            id,
            text,
            answered,
            open: state.totals.agents.saturating_sub(answered),
            complete,
            args: args.map(Arc::new),
        }
    }

    /// A run of this session, at its end.
    pub(crate) fn of(view: &RunView, handle: &RunHandle) -> Self {
        let args = (0..=1).find_map(|seq| match &handle.event(seq)?.kind {
            EventKind::RunStarted { args, .. } => args.clone(),
            _ => None,
        });
        Self::new(view.id.clone(), view.text.clone(), &view.state, args)
    }

    /// The newest run of the script at `script` among those in `runs_dir`, which stands in the folder `project`. `None` where there is
    /// none, or where it is under way in another process.
    pub(crate) fn find(runs_dir: &Path, project: &Path, script: &Path) -> Option<Self> {
        let (id, args) = runs::newest_of(runs_dir, project, script)?;
        let run = runs::open(runs_dir, &id).ok().filter(|run| !run.is_live())?;
        Some(Self::new(id.to_string(), run.script().ok()?.into(), &run.state(), args))
    }

    /// What a person is offered for a script that reads `text` now: nothing where there is nothing to go on with.
    ///
    /// Nothing is run to find out: where the script is the one that ran, its journal tells; where it is not, only the most is known.
    pub(crate) fn offer(&self, text: &str) -> Option<String> {
        let Self { answered, open, .. } = self;
        match *self.text == *text {
            _ if *answered == 0 => None,
            true if self.complete => None,
            true if *open == 0 => Some(format!("↻ Resume · {answered} cached")),
            true => Some(format!("↻ Resume · {answered} cached, {open} to run")),
            false => Some(format!("↻ Resume · up to {answered} cached, script changed")),
        }
    }
}

/// What a run began with: whether its answers are made up, and its arguments.
pub(crate) fn beginning(run: &Recorded) -> Option<(bool, Option<Value>)> {
    match &run.recording.events.first()?.kind {
        EventKind::RunStarted { simulated, args, .. } => Some((*simulated, args.clone())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_offered_to_be_resumed_where_something_is_left_to_do() {
        let run = |answered, open, complete| {
            let (id, text) = ("r".into(), "ran".into());
            LastRun { id, text, answered, open, complete, args: None }
        };
        assert_eq!(run(7, 3, false).offer("ran").as_deref(), Some("↻ Resume · 7 cached, 3 to run"));
        assert_eq!(run(7, 0, false).offer("ran").as_deref(), Some("↻ Resume · 7 cached"));
        assert_eq!(run(7, 1, true).offer("edited").as_deref(), Some("↻ Resume · up to 7 cached, script changed"));
        assert_eq!((run(7, 1, true).offer("ran"), run(0, 3, false).offer("ran")), (None, None));
    }
}
