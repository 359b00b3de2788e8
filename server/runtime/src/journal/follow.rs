//! Reading a journal that someone else may be writing.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{ReadError, line, read::Damage};
use crate::event::Event;

/// Most bytes taken in at a time, so that a long journal is shown as it is read.
const CHUNK: u64 = 4 << 20;

/// A journal, read as it grows.
#[derive(Debug)]
pub struct Follower {
    path: PathBuf,
    file: File,
    /// The beginning of a line whose end is not there yet.
    begun: Vec<u8>,
    /// Number of the event that comes next.
    next: u64,
}

/// Why a journal cannot be followed further.
#[derive(Debug, thiserror::Error)]
pub enum FollowError {
    /// The file cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A line is not as it was written.
    #[error("{path} cannot be read further: {damage}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        damage: Damage,
    },
}

impl Follower {
    /// Begins at the first event.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let file = File::open(path).map_err(|source| ReadError { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file, begun: Vec::new(), next: 1 })
    }

    /// Events that have come since the last call. None does not mean that there will be none.
    pub fn poll(&mut self) -> Result<Vec<Arc<Event>>, FollowError> {
        let read = (&self.file).take(CHUNK).read_to_end(&mut self.begun);
        read.map_err(|source| ReadError { path: self.path.clone(), source })?;
        let whole = self.begun.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let rest = self.begun.split_off(whole);
        let lines = std::mem::replace(&mut self.begun, rest);
        let mut events = Vec::new();
        for line in lines.split_inclusive(|byte| *byte == b'\n') {
            let event = match line::decode(&line[..line.len() - 1]) {
                Ok(event) if event.seq == self.next => event,
                other => {
                    let damage = Damage::at(self.next, other.err());
                    return Err(FollowError::Damaged { path: self.path.clone(), damage });
                }
            };
            self.next += 1;
            events.push(Arc::new(event));
        }
        Ok(events)
    }
}

/// The first event of a journal, without reading the others; `None` where there is none that is whole.
pub fn first(path: &Path) -> Option<Event> {
    let mut line = Vec::new();
    BufReader::new(File::open(path).ok()?).read_until(b'\n', &mut line).ok()?;
    line::decode(line.strip_suffix(b"\n")?).ok()
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write};

    use super::{super::tests::written, *};

    #[tokio::test]
    async fn a_growing_journal_is_read_event_by_event() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal.jsonl");
        let mut file = File::create(&path).unwrap();
        let mut follower = Follower::open(&path).unwrap();
        assert_eq!(follower.poll().unwrap(), vec![]);
        let mut bytes = written(&["比較", "two"]).await;
        let last = bytes.split_off(bytes.len() - 3);
        // Byte by byte, as a reader may find it; a half character is no harm.
        let mut seen = Vec::new();
        for byte in bytes {
            file.write_all(&[byte]).unwrap();
            seen.extend(follower.poll().unwrap().iter().map(|event| event.seq));
        }
        assert_eq!(seen, [1]);
        file.write_all(&last).unwrap();
        assert_eq!(follower.poll().unwrap()[0].seq, 2);
        assert_eq!(first(&path).map(|event| event.seq), Some(1));
        file.write_all(b"{}\n").unwrap();
        let error = follower.poll().unwrap_err().to_string();
        assert!(error.contains("line 3 is damaged"), "{error}");
        fs::remove_file(&path).unwrap();
        assert!(Follower::open(&path).is_err() && first(&path).is_none());
    }
}
