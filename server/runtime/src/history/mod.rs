//! What past runs took: an index of the journals, so that nobody has to read all of them again.
//!
//! The journals are the truth. The index is a file beside them that can be removed at any time: it is built anew from them. Runs whose
//! answers were made up are in it and marked; nothing is ever learned from them of runs whose answers were not.

mod database;
mod kept;
mod learn;
mod rows;
#[cfg(test)]
mod tests;
mod transcripts;

use std::{
    io,
    path::{Path, PathBuf},
};

use analysis::{
    estimate::Asked,
    units::{Tokens, Usage, Usd},
};

use serde::{Deserialize, Serialize};

use crate::{event::Status, id::RunId, journal::ReadError, state::Progress};

pub use kept::{KeptError, keep};
pub use learn::{before, learn, lessons};
pub use transcripts::transcripts;

/// The index of the runs in `runs_dir`: `history.db` beside that folder.
pub fn path(runs_dir: &Path) -> PathBuf {
    runs_dir.with_file_name("history.db")
}

/// What the index tells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    /// Runs, the oldest first.
    pub runs: Vec<PastRun>,
    /// What a person should know of the index itself, in a sentence.
    pub note: Option<String>,
}

/// Which runs the index is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Of each workflow so many simulated runs and so many others, the newest; `None` for all.
    pub newest: Option<usize>,
    /// Those that began before this one; `None` for all.
    pub before: Option<&'a RunId>,
}

/// Takes in the journals in `runs_dir` that are new or have grown, and gives the runs that are `wanted`. Where there are no runs nothing is
/// written.
///
/// # Errors
///
/// When the runs cannot be read, or the index can neither be used nor be built anew.
pub fn read(runs_dir: &Path, wanted: Wanted<'_>) -> Result<History, HistoryError> {
    let (runs, note) = database::read(runs_dir, wanted)?;
    Ok(History { runs, note })
}

/// A run, as the index knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastRun {
    /// Its name.
    pub id: RunId,
    /// The workflow's name.
    pub workflow: String,
    /// The script's file, as the run named it.
    pub script: PathBuf,
    /// Who answered, in a word.
    pub provider: Option<String>,
    /// Whether the answers were made up.
    pub simulated: bool,
    /// How it ended; `None` where it has not, or broke off.
    pub status: Option<Status>,
    /// Milliseconds from its start to its last event.
    pub ms: u64,
    /// Its calls, in order.
    pub calls: Vec<PastCall>,
}

/// A call of a run, as the index knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastCall {
    /// What was called.
    pub asked: Asked,
    /// What became of it.
    pub progress: Progress,
    /// Tokens of all its attempts.
    pub usage: Usage,
    /// Cost of its attempts with a known price.
    pub usd: Usd,
    /// Attempts whose price is not known.
    pub unpriced: u64,
    /// Whether its tokens are those of the provider, whole.
    pub counted: bool,
    /// Milliseconds from its start to its end.
    pub ms: Option<u64>,
}

impl PastCall {
    /// All tokens.
    pub fn tokens(&self) -> Tokens {
        self.usage.total()
    }
}

/// Why there is no history.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The folder of runs cannot be listed.
    #[error("cannot read {path}: {source}")]
    Runs {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A journal cannot be read.
    #[error(transparent)]
    Journal(#[from] ReadError),
    /// The index cannot be used, nor be built anew.
    #[error("cannot use {path}: {source}; it can be removed at any time, and is built anew from the runs")]
    Index {
        /// The file.
        path: PathBuf,
        /// What the database said.
        source: rusqlite::Error,
    },
}
