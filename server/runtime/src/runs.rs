//! Runs on disk: a folder each, which a person can read.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    event::{Event, EventKind},
    id::RunId,
    journal::{self, Lock, ReadError, Recording},
    state::RunState,
};

/// The copy of the script in a run's folder.
pub const SCRIPT_FILE: &str = "script.js";

/// The result in a run's folder, once there is one.
pub const RESULT_FILE: &str = "result.json";

/// A run on disk.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// Its name.
    pub id: RunId,
    /// Its folder.
    pub folder: PathBuf,
    /// Its journal.
    pub recording: Recording,
}

impl Recorded {
    /// What the run looks like at the end of its journal.
    pub fn state(&self) -> RunState {
        RunState::of(&self.recording.events)
    }

    /// The event with number `seq`, if there is one.
    pub fn event(&self, seq: u64) -> Option<&Event> {
        let at = usize::try_from(seq.checked_sub(1)?).ok()?;
        self.recording.events.get(at).map(|event| &**event)
    }

    /// The script as it was run.
    pub fn script(&self) -> io::Result<String> {
        fs::read_to_string(self.folder.join(SCRIPT_FILE))
    }

    /// The run whose calls this one reused.
    pub fn resumed_from(&self) -> Option<&RunId> {
        match &self.recording.events.first()?.kind {
            EventKind::RunStarted { resumed_from, .. } => resumed_from.as_ref(),
            _ => None,
        }
    }

    /// From which turn on recursive models were asked anew.
    pub(crate) fn forked_at(&self) -> Option<u32> {
        match &self.recording.events.first()?.kind {
            EventKind::RunStarted { from_turn, .. } => *from_turn,
            _ => None,
        }
    }

    /// Whether a process writes the journal now.
    pub fn is_live(&self) -> bool {
        is_live(&self.folder)
    }
}

/// Whether a process writes the journal in a run's folder now, or resumes the run.
pub fn is_live(folder: &Path) -> bool {
    Lock::is_taken(&folder.join(journal::FILE_NAME))
}

/// The names of all runs kept in `runs_dir`, the latest first; none where there is no such folder.
pub fn list(runs_dir: &Path) -> io::Result<Vec<RunId>> {
    let entries = match fs::read_dir(runs_dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut ids = Vec::new();
    for entry in entries {
        let entry = entry?;
        if let Ok(id) = entry.file_name().to_string_lossy().parse::<RunId>()
            && entry.path().join(journal::FILE_NAME).is_file()
        {
            ids.push(id);
        }
    }
    ids.sort_unstable_by(|a, b| b.cmp(a));
    Ok(ids)
}

/// Runs of other scripts that are passed over in looking for one, before it is given up.
const MOST_RUNS: usize = 500;

/// The newest run of the script at `script` among those in `runs_dir`, and what it was given; paths in runs are relative to `folder`.
pub fn newest_of(runs_dir: &Path, folder: &Path, script: &Path) -> Option<(RunId, Option<serde_json::Value>)> {
    list(runs_dir).ok()?.into_iter().take(MOST_RUNS).find_map(|id| {
        match journal::first(&runs_dir.join(id.as_str()).join(journal::FILE_NAME))?.kind {
            EventKind::RunStarted { script: ran, args, .. } if folder.join(&ran) == script => Some((id, args)),
            _ => None,
        }
    })
}

/// Reads the run `id`.
pub fn open(runs_dir: &Path, id: &RunId) -> Result<Recorded, ReadError> {
    let folder = runs_dir.join(id.as_str());
    let recording = journal::read(&folder.join(journal::FILE_NAME))?;
    Ok(Recorded { id: id.clone(), folder, recording })
}
