//! `callsheet runs watch`: a run in another process, by its journal alone.

use std::{collections::VecDeque, path::PathBuf, sync::Arc, time::Duration};

use clap::Args;
use runtime::{
    Event, EventKind, Outcome, RunError, Status,
    journal::{self, Follower},
    runs,
};

use super::super::prices::own as own_prices;
use crate::{
    FINDINGS, FINE, output,
    output::Failure,
    past::Past,
    play,
    watch::{self, CtrlC, Source, View},
};

/// Shows a run that goes on in another process, to its end; one that has ended is shown once more.
///
/// Ctrl-C ends watching, not the run. Exits with 0 when the script returned, with 1 when the run failed, was stopped or broke off.
#[derive(Args)]
pub(super) struct Watch {
    /// The run: its name, the beginning of it, its folder, or `last`.
    run: String,
    /// Writes one event a line as JSON, at the end a `result` or an `error`.
    #[arg(long)]
    json: bool,
}

/// Between two looks at the journal.
const LOOK: Duration = Duration::from_millis(50);

impl Watch {
    pub(super) fn run(self) -> Result<u8, Failure> {
        let past = Past::find(&self.run)?;
        let view = View::choose(self.json);
        let followed = Followed::open(past.folder())?;
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let state = tokio.block_on(watch::until_end(followed, view, CtrlC::Leaves))?;
        let Some(state) = state else { return Ok(FINE) };
        let broke_off =
            state.ended.is_none().then(|| RunError::new("the run broke off: nobody writes its journal any more"));
        let error = state.error().cloned().or(broke_off);
        let status = if error.is_some() { Status::Failed } else { state.status().unwrap_or(Status::Failed) };
        match self.json {
            true => output::json_line(&play::last_line(&Outcome {
                run: past.id.clone(),
                status,
                result: state.result().cloned(),
                error,
                totals: state.totals,
            }))?,
            false => {
                output::line("")?;
                play::tree(&state)?;
                play::end(&state, error.as_ref(), "RESULT", play::RESULT_LINES)?;
                output::lines(&play::totals(&state, None, &*own_prices(None)?))?;
                output::line(&format!(" journal  {}", past.folder().display()))?;
            }
        }
        Ok(if status == Status::Ok { FINE } else { FINDINGS })
    }
}

/// The events of a run, as its journal grows.
struct Followed {
    folder: PathBuf,
    journal: Follower,
    waiting: VecDeque<Arc<Event>>,
    /// Its last event has been given.
    ended: bool,
}

impl Followed {
    fn open(folder: PathBuf) -> Result<Self, Failure> {
        let journal = Follower::open(&folder.join(journal::FILE_NAME)).map_err(|e| Failure::usage(e.to_string()))?;
        Ok(Self { folder, journal, waiting: VecDeque::new(), ended: false })
    }
}

impl Source for Followed {
    async fn next(&mut self) -> Result<Option<Arc<Event>>, Failure> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                self.ended = matches!(event.kind, EventKind::RunEnded { .. });
                return Ok(Some(event));
            }
            if self.ended {
                return Ok(None);
            }
            // Asked before the journal is read: what a writer that is gone has written is there.
            let live = runs::is_live(&self.folder);
            self.waiting.extend(self.journal.poll().map_err(|e| Failure::usage(e.to_string()))?);
            match (self.waiting.is_empty(), live) {
                (false, _) => {}
                (true, true) => tokio::time::sleep(LOOK).await,
                (true, false) => return Ok(None),
            }
        }
    }
}
