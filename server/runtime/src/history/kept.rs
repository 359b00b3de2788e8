//! What is kept of workflow runs of Claude Code, so that estimates learn from them without its transcripts being read again: what was called and what it
//! took. Of prompts there are the beginnings, of answers nothing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use analysis::estimate::Schema;
use serde::{Deserialize, Serialize};

use super::PastRun;

/// Of what stands in the file.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    runs: Vec<PastRun>,
}

/// Why what is kept is of no use.
#[derive(Debug, thiserror::Error)]
#[error("cannot use {}: {why}; remove it, and `callsheet usage --transcripts DIR --learn` makes a new one", .path.display())]
pub struct KeptError {
    path: PathBuf,
    why: String,
}

/// `transcripts.json` beside the folder of runs.
fn path(runs_dir: &Path) -> PathBuf {
    runs_dir.with_file_name("transcripts.json")
}

/// Keeps `runs`, in the place of what was kept before. Gives where.
///
/// # Errors
///
/// When the file cannot be written.
pub fn keep(runs_dir: &Path, runs: &[PastRun]) -> Result<PathBuf, KeptError> {
    let path = path(runs_dir);
    let kept = Kept { version: VERSION, runs: runs.to_vec() };
    match serde_json::to_vec(&kept).map_err(io::Error::from).and_then(|bytes| models::replace(&path, &bytes)) {
        Ok(()) => Ok(path),
        Err(error) => Err(KeptError { path, why: error.to_string() }),
    }
}

/// The runs that are kept; none where nothing is.
pub(super) fn read(runs_dir: &Path) -> Result<Vec<PastRun>, KeptError> {
    let path = path(runs_dir);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(KeptError { path, why: error.to_string() }),
    };
    let mut kept = match serde_json::from_slice::<Kept>(&bytes) {
        Ok(kept) if kept.version == VERSION => kept.runs,
        Ok(kept) => return Err(KeptError { path, why: format!("it is of version {}", kept.version) }),
        Err(error) => return Err(KeptError { path, why: error.to_string() }),
    };
    kept.iter_mut().flat_map(|run| &mut run.calls).for_each(|call| call.asked.schema = Schema::Unknown);
    Ok(kept)
}
