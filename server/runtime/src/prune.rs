//! What runs occupy, and removing them.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    id::RunId,
    journal::{self, Lock},
};

/// How the name of a folder begins that is being removed.
const REMOVED: &str = ".removed-";

/// Why a run was not removed.
#[derive(Debug, thiserror::Error)]
pub enum RemoveError {
    /// A process writes its journal, or resumes it.
    #[error("run {0} is under way, or being resumed")]
    Live(RunId),
    /// The system does not let us.
    #[error("cannot remove {path}: {source}")]
    Io {
        /// The folder or file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Bytes of the files in a run's folder, those of folders in it included.
pub fn size(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let meta = entry.metadata()?;
        bytes += if meta.is_dir() { size(&entry.path())? } else { meta.len() };
    }
    Ok(bytes)
}

/// Removes the run `id` with all its files, unless it is live. It is gone from lists at once, even where a file of it cannot be removed.
pub fn remove(runs_dir: &Path, id: &RunId) -> Result<(), RemoveError> {
    let folder = runs_dir.join(id.as_str());
    let io = |path: &Path| {
        let path = path.to_owned();
        move |source| RemoveError::Io { path, source }
    };
    let journal = folder.join(journal::FILE_NAME);
    // Held until the folder has gone from its place: nobody resumes the run meanwhile.
    let _lock = Lock::take(&journal).map_err(io(&journal))?.ok_or_else(|| RemoveError::Live(id.clone()))?;
    let aside = runs_dir.join(format!("{REMOVED}{id}"));
    fs::rename(&folder, &aside).map_err(io(&folder))?;
    fs::remove_dir_all(&aside).map_err(io(&aside))
}

/// What is left of runs that were removed, or did not begin, because something broke off: folders in which no run is any more. Those in which
/// something was done within `age` may yet be made or removed by another process.
pub fn remains(runs_dir: &Path, age: Duration) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(runs_dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut remains = Vec::new();
    for entry in entries {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let name = name.to_string_lossy();
        let is_ours = name.starts_with(REMOVED) || name.parse::<RunId>().is_ok();
        let is_run = !name.starts_with(REMOVED) && path.join(journal::FILE_NAME).exists();
        let is_old = |meta: fs::Metadata| {
            meta.is_dir() && meta.modified().is_ok_and(|at| at.elapsed().is_ok_and(|since| since > age))
        };
        if is_ours && !is_run && fs::symlink_metadata(&path).is_ok_and(is_old) {
            remains.push(path);
        }
    }
    remains.sort_unstable();
    Ok(remains)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runs;

    #[test]
    fn a_run_is_removed_whole_unless_someone_holds_it() {
        let runs_dir = tempfile::tempdir().unwrap();
        let id: RunId = "20260102-030405-a1b2".parse().unwrap();
        let folder = runs_dir.path().join(id.as_str());
        fs::create_dir_all(folder.join("more")).unwrap();
        fs::write(folder.join(journal::FILE_NAME), "12345").unwrap();
        fs::write(folder.join("more/file"), "123").unwrap();
        assert_eq!(size(&folder).unwrap(), 8);
        let held = fs::File::open(folder.join(journal::FILE_NAME)).unwrap();
        held.lock().unwrap();
        assert!(runs::is_live(&folder));
        assert!(matches!(remove(runs_dir.path(), &id), Err(RemoveError::Live(_))));
        assert_eq!(runs::list(runs_dir.path()).unwrap().first(), Some(&id));
        drop(held);
        remove(runs_dir.path(), &id).unwrap();
        assert_eq!(fs::read_dir(runs_dir.path()).unwrap().count(), 0);
    }

    #[test]
    fn what_is_left_of_runs_is_told_from_runs_and_from_what_is_somebody_elses() {
        let runs_dir = tempfile::tempdir().unwrap();
        let at = |path: &str| runs_dir.path().join(path);
        for folder in ["20260102-030405-a1b2", "20260102-030405-a1b3", ".removed-20260102-030405-a1b4", "Notes of mine"]
        {
            fs::create_dir(at(folder)).unwrap();
            fs::write(at(folder).join("script.js"), "").unwrap();
        }
        fs::write(at("20260102-030405-a1b2").join(journal::FILE_NAME), "").unwrap();
        let remains = |age| super::remains(runs_dir.path(), age).unwrap();
        assert_eq!(remains(Duration::ZERO), [at(".removed-20260102-030405-a1b4"), at("20260102-030405-a1b3")]);
        assert!(remains(Duration::from_secs(3600)).is_empty(), "another process may be at it");
        assert!(super::remains(&at("nowhere"), Duration::ZERO).unwrap().is_empty());
    }
}
