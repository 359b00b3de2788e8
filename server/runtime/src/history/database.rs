//! The file of the index: opened, brought up to date, built anew where it is broken.

use std::{
    collections::HashSet,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, TransactionBehavior};

use super::{HistoryError, PastRun, Wanted, path, rows};
use crate::{
    id::RunId,
    journal::{self, ReadError},
    runs,
};

/// Of the tables and of what stands in them. An index of another version is built anew.
const VERSION: i64 = 3;

/// How long another process may hold the file.
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs taken in at a time: others who wait for the file get their turn between.
const BATCH: usize = 32;

/// The index of the runs in one folder.
struct Index {
    connection: Connection,
    path: PathBuf,
    note: Option<String>,
}

/// Runs out of the index, and what a person should know of it, in a sentence.
pub(super) type Found = (Vec<PastRun>, Option<String>);

/// Brings the index of the runs in `runs_dir` up to date and reads it. Where there are no runs nothing is written.
pub(super) fn read(runs_dir: &Path, wanted: Wanted<'_>) -> Result<Found, HistoryError> {
    let list = |error| HistoryError::Runs { path: runs_dir.to_owned(), source: error };
    let ids = runs::list(runs_dir).map_err(list)?;
    let file = path(runs_dir);
    if ids.is_empty() && !file.exists() {
        return Ok((Vec::new(), None));
    }
    let wrap = |source| HistoryError::Index { path: file.clone(), source };
    let (connection, note) = match Connection::open(&file) {
        Ok(connection) => (connection, None),
        Err(error) => (Connection::open_in_memory().map_err(wrap)?, Some(not_kept(&file, &error))),
    };
    let mut index = Index { connection, path: file.clone(), note };
    let found = match index.refreshed(runs_dir, &ids, wanted) {
        Err(HistoryError::Index { source, .. }) if is_broken(&source) => {
            index.replace(&source).map_err(wrap)?;
            index.refreshed(runs_dir, &ids, wanted)
        }
        Err(HistoryError::Index { source, .. }) if is_unwritable(&source) => {
            index.note = Some(not_kept(&file, &source));
            index.connection = Connection::open_in_memory().map_err(wrap)?;
            index.refreshed(runs_dir, &ids, wanted)
        }
        found => found,
    };
    Ok((found?, index.note))
}

impl Index {
    fn refreshed(&mut self, runs_dir: &Path, ids: &[RunId], wanted: Wanted<'_>) -> Result<Vec<PastRun>, HistoryError> {
        self.take_in(runs_dir, ids)?;
        rows::read(&self.connection, wanted).map_err(|source| self.failed(source))
    }

    fn failed(&self, source: rusqlite::Error) -> HistoryError {
        HistoryError::Index { path: self.path.clone(), source }
    }

    fn take_in(&mut self, runs_dir: &Path, ids: &[RunId]) -> Result<(), HistoryError> {
        self.prepare().map_err(|source| self.failed(source))?;
        let known = rows::known(&self.connection).map_err(|source| self.failed(source))?;
        // The length before the reading: what comes in between is read the next time.
        let mut changed = Vec::new();
        for id in ids {
            let journal = runs_dir.join(id.as_str()).join(journal::FILE_NAME);
            match fs::metadata(&journal) {
                Ok(meta) if known.get(id.as_str()) == Some(&meta.len()) => {}
                Ok(meta) => changed.push((id, meta.len())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {} // Removed meanwhile.
                Err(source) => return Err(ReadError { path: journal, source }.into()),
            }
        }
        for batch in changed.chunks(BATCH) {
            let mut found = Vec::new();
            for (id, bytes) in batch {
                match runs::open(runs_dir, id) {
                    Ok(run) => found.push((run, *bytes)),
                    Err(error) if error.source.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error.into()),
                }
            }
            self.write(|transaction| found.iter().try_for_each(|(run, bytes)| rows::put(transaction, run, *bytes)))?;
        }
        let there: HashSet<&str> = ids.iter().map(RunId::as_str).collect();
        let gone: Vec<&String> = known.keys().filter(|id| !there.contains(id.as_str())).collect();
        if gone.is_empty() {
            return Ok(());
        }
        self.write(|transaction| gone.iter().try_for_each(|id| rows::remove(transaction, id)))
    }

    fn write(
        &mut self,
        change: impl FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<(), HistoryError> {
        let path = self.path.clone();
        let written = (|| {
            // From the start as a writer: two who both want to become one would wait for each other.
            let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            change(&transaction)?;
            transaction.commit()
        })();
        written.map_err(|source| HistoryError::Index { path, source })
    }

    fn prepare(&mut self) -> rusqlite::Result<()> {
        self.connection.busy_timeout(PATIENCE)?;
        // After a loss of power the file may be broken; it is then built anew like any other broken one.
        self.connection.pragma_update(None, "synchronous", "off")?;
        let version = |c: &Connection| c.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
        if version(&self.connection)? == VERSION {
            return Ok(());
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        if version(&transaction)? != VERSION {
            transaction.execute_batch(rows::TABLES)?;
            transaction.pragma_update(None, "user_version", VERSION)?;
        }
        transaction.commit()
    }

    /// Begins a new file in the place of one that is broken.
    fn replace(&mut self, why: &rusqlite::Error) -> rusqlite::Result<()> {
        let shown = self.path.display();
        self.note = Some(format!("{shown} was broken ({why}) and has been built anew from the runs"));
        let journal = PathBuf::from(format!("{shown}-journal"));
        let removed = [&self.path, &journal].into_iter().try_for_each(|file| match fs::remove_file(file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        });
        self.connection = match removed {
            Ok(()) => Connection::open(&self.path)?,
            Err(_) => Connection::open_in_memory()?,
        };
        Ok(())
    }
}

fn not_kept(path: &Path, error: &rusqlite::Error) -> String {
    format!("{} cannot be written ({error}): past runs are read anew each time", path.display())
}

/// Whether nobody can go on with this file: no database, a damaged one, or one with other tables.
fn is_broken(error: &rusqlite::Error) -> bool {
    match error.sqlite_error_code() {
        Some(code) => matches!(code, ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown),
        // What stands in it is not what this program writes.
        None => true,
    }
}

fn is_unwritable(error: &rusqlite::Error) -> bool {
    use ErrorCode::{CannotOpen, DatabaseBusy, DatabaseLocked, DiskFull, PermissionDenied, ReadOnly, SystemIoFailure};
    let code = error.sqlite_error_code();
    code.is_some_and(|code| {
        matches!(
            code,
            CannotOpen | DatabaseBusy | DatabaseLocked | DiskFull | PermissionDenied | ReadOnly | SystemIoFailure
        )
    })
}
