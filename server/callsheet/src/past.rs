//! Naming a past run.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use analysis::estimate::History;
use runtime::{
    RunId,
    history::HistoryError,
    journal,
    rlm::{self, Question},
    runs,
    runs::Recorded,
    write,
};

use crate::output::{self, Failure};

/// Where runs are kept, from the folder the command is given in.
pub(crate) const RUNS: &str = ".callsheet/runs";

/// The newest run, as people name it.
const LAST: &str = "last";

/// The runs in [`RUNS`], the latest first.
pub(crate) fn ids() -> Result<Vec<RunId>, Failure> {
    runs::list(Path::new(RUNS)).map_err(|e| Failure::usage(format!("cannot read {RUNS}: {e}")))
}

/// What the runs in [`RUNS`] tell of runs to come. Where that cannot be told a note says why, and estimates do without.
pub(crate) fn history() -> Arc<History> {
    Arc::new(told(runtime::history::learn(Path::new(RUNS))))
}

/// What was learned; what a person should know of it, or why it is nothing, is said.
pub(crate) fn told(learned: Result<(History, Option<String>), HistoryError>) -> History {
    let (history, note) = learned
        .unwrap_or_else(|error| (History::default(), Some(format!("nothing is learned from past runs: {error}"))));
    if let Some(note) = note {
        output::note(&format!("note: {note}"));
    }
    history
}

/// For how long nothing was written to the journal of the run in `folder`, where that can be told.
pub(crate) fn age(folder: &Path) -> Option<Duration> {
    let written = fs::metadata(folder.join(journal::FILE_NAME)).and_then(|m| m.modified()).ok()?;
    SystemTime::now().duration_since(written).ok()
}

/// The command whose runs have a script of ours, where the run is one of them.
pub(crate) fn own_command(run: &Recorded) -> Option<&'static str> {
    let ran = run.script().ok()?;
    let ours = [(rlm::SCRIPT, "rlm"), (write::SCRIPT, "write")];
    ours.iter().find(|(script, _)| *script == ran).map(|(_, command)| *command)
}

/// The command that goes on with a run.
pub(crate) fn way_on(run: &Recorded) -> String {
    // Journals of old do not say which files a question was about.
    let tells = run.recording.events.first().is_some_and(|first| Question::begins(&first.kind));
    match own_command(run).filter(|_| !tells) {
        Some(command) => format!("callsheet {command} … --resume {}", run.id),
        None => format!("callsheet resume {}", run.id),
    }
}

/// A run on disk: which, and among which others.
#[derive(Debug)]
pub(crate) struct Past {
    pub(crate) runs_dir: PathBuf,
    pub(crate) id: RunId,
}

impl Past {
    /// The run that is meant by its name, the beginning of its name, its folder, or `last`.
    pub(crate) fn find(named: &str) -> Result<Self, Failure> {
        let runs_dir = PathBuf::from(RUNS);
        if let Some(past) = Self::in_folder(Path::new(named))? {
            return Ok(past);
        }
        let ids = ids()?;
        let mut fitting = ids.iter().filter(|id| named == LAST || id.as_str().starts_with(named));
        let exact = ids.iter().find(|id| id.as_str() == named);
        let id = match (exact, fitting.next(), fitting.next()) {
            (Some(id), ..) | (None, Some(id), None) => id.clone(),
            (None, Some(id), Some(_)) if named == LAST => id.clone(),
            (None, Some(_), Some(_)) => {
                return Err(Failure::usage(format!("several runs begin with {named:?}; give more of it")));
            }
            (None, None, _) if ids.is_empty() => {
                return Err(Failure::usage(format!("there are no runs in {RUNS}; `callsheet run FILE` makes one")));
            }
            (None, None, _) => {
                return Err(Failure::usage(format!("no run begins with {named:?}; `callsheet runs` lists them")));
            }
        };
        Ok(Self { runs_dir, id })
    }

    /// The run whose folder this is; `None` where it is no path to a folder.
    fn in_folder(folder: &Path) -> Result<Option<Self>, Failure> {
        let has_journal = folder.join(journal::FILE_NAME).is_file();
        if !has_journal && folder.components().count() < 2 {
            return Ok(None);
        }
        let shown = folder.display();
        if !has_journal {
            return Err(Failure::usage(format!(
                "{shown} is not the folder of a run: there is no {} in it",
                journal::FILE_NAME
            )));
        }
        let whole = match folder.file_name() {
            Some(_) => folder.to_owned(),
            None => folder.canonicalize().map_err(|e| Failure::usage(format!("cannot read {shown}: {e}")))?,
        };
        let name = whole.file_name().unwrap_or_default().to_string_lossy();
        let id = name.parse::<RunId>().map_err(|e| Failure::usage(e.to_string()))?;
        Ok(Some(Self { runs_dir: whole.parent().unwrap_or(Path::new("")).to_owned(), id }))
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.runs_dir.join(self.id.as_str())
    }

    pub(crate) fn open(&self) -> Result<Recorded, Failure> {
        runs::open(&self.runs_dir, &self.id).map_err(|e| Failure::usage(e.to_string()))
    }

    /// A file as the run named it, from the folder this command is given in.
    pub(crate) fn resolve(&self, file: &Path) -> PathBuf {
        // `.callsheet/runs` stands in the folder the run's command was given in.
        self.runs_dir.ancestors().nth(2).unwrap_or(Path::new("")).join(file)
    }
}
