//! What estimates learn from past runs.

use std::{collections::VecDeque, path::Path};

use analysis::{
    estimate::{self, ModelNames},
    prices,
    units::Seconds,
};
use models::ALIASES;

use super::{History, HistoryError, PastCall, PastRun, Wanted, kept};
use crate::{event::Status, id::RunId, runs::Recorded, state::Progress};

/// Runs of a workflow that are learned from, the newest.
const RUNS: usize = 40;

/// Calls that are learned from at most: what an editor can hold and go through at every keystroke.
const CALLS: usize = 20_000;

/// What the runs in `runs_dir` tell of runs to come, and what a person should know of the index, in a sentence. Nothing is learned from
/// answers that were made up.
///
/// # Errors
///
/// As [`super::read`].
pub fn learn(runs_dir: &Path) -> Result<(estimate::History, Option<String>), HistoryError> {
    learned(runs_dir, None)
}

/// What was known before `run`: what [`learn`] told as it began.
///
/// # Errors
///
/// As [`super::read`].
pub fn before(run: &Recorded) -> Result<(estimate::History, Option<String>), HistoryError> {
    learned(run.folder.parent().unwrap_or(Path::new(".")), Some(&run.id))
}

/// The lessons of runs, and of what is kept of runs of Claude Code, which count as older.
fn learned(runs_dir: &Path, before: Option<&RunId>) -> Result<(estimate::History, Option<String>), HistoryError> {
    let History { runs, note } = super::read(runs_dir, Wanted { newest: Some(RUNS), before })?;
    let (mut kept, unread) = match kept::read(runs_dir) {
        Ok(kept) => (kept, None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    let notes: Vec<String> = note.into_iter().chain(unread).collect();
    kept.extend(runs);
    Ok((lessons(&kept), (!notes.is_empty()).then(|| notes.join("; "))))
}

/// As [`learn`], of runs that were read already, the oldest first.
pub fn lessons(runs: &[PastRun]) -> estimate::History {
    let mut learned: VecDeque<estimate::PastRun> = VecDeque::new();
    let mut calls = 0;
    for run in runs.iter().rev().filter(|run| !run.simulated) {
        let Some(provider) = &run.provider else { continue };
        calls += run.calls.len();
        if calls > CALLS {
            break;
        }
        let resumed = run.calls.iter().any(|call| call.progress == Progress::Cached);
        let complete = run.status == Some(Status::Ok);
        learned.push_front(estimate::PastRun {
            workflow: run.workflow.clone(),
            provider: provider.clone(),
            complete,
            time: (complete && !resumed).then_some(Seconds(run.ms as f64 / 1000.0)),
            calls: run.calls.iter().map(call).collect(),
        });
    }
    estimate::History::new(names(), learned.into())
}

fn call(call: &PastCall) -> estimate::PastCall {
    let known = call.counted && matches!(call.progress, Progress::Done | Progress::Failed) && call.tokens().0 > 0;
    estimate::PastCall {
        asked: call.asked.clone(),
        usage: known.then_some(call.usage),
        usd: (call.unpriced == 0).then_some(call.usd),
    }
}

/// What providers call the models that scripts name by alias.
fn names() -> ModelNames {
    let own =
        prices::ALIASES.iter().filter(|(alias, _)| *alias != "inherit").map(|(alias, id)| ("anthropic", *alias, *id));
    let others =
        ALIASES.iter().flat_map(|(alias, openai, gemini)| [("openai", *alias, *openai), ("gemini", *alias, *gemini)]);
    own.chain(others).map(|(provider, alias, id)| ((provider.to_owned(), alias.to_owned()), id.to_owned())).collect()
}
