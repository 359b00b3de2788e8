//! What one process at a time may have: a run's journal, to write or reuse it, or a place among the requests to a provider.

use std::{
    fs::{File, TryLockError},
    io,
    path::Path,
};

/// A file that others do not have: a journal that nobody else writes, resumes or removes.
#[derive(Debug)]
pub(crate) struct Lock(File);

impl Lock {
    /// Locks the journal at `path`; `None` where someone else has it.
    pub(crate) fn take(path: &Path) -> io::Result<Option<Self>> {
        Self::on(File::open(path)?)
    }

    /// The same for an open file.
    pub(crate) fn on(file: File) -> io::Result<Option<Self>> {
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Shares an open file with others that share it, so that nobody can lock it; waits while someone has it locked.
    pub(crate) fn shared(file: File) -> io::Result<Self> {
        file.lock_shared()?;
        Ok(Self(file))
    }

    /// Whether someone has the journal at `path`.
    pub(crate) fn is_taken(path: &Path) -> bool {
        File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    pub(crate) fn file(&self) -> &File {
        &self.0
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would not do: a process that is being started holds all files for a moment.
        if let Err(error) = self.0.unlock() {
            tracing::warn!(%error, "a file stays locked");
        }
    }
}
