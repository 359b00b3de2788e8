use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::line;
use crate::event::Event;

/// A journal as found on disk.
#[derive(Clone, Debug, Default)]
pub struct Recording {
    /// All events up to the first damage.
    pub events: Vec<Arc<Event>>,
    /// Bytes of the file that hold them.
    pub sound_bytes: u64,
    /// What is wrong with the rest, if anything is.
    pub damage: Option<Damage>,
}

/// What can be wrong with a journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The last line was not written whole: what a crash leaves behind. Nothing that took effect is lost.
    #[error("the last line is incomplete, as a crash leaves it; the {0} bytes of it are ignored")]
    TornTail(u64),
    /// A line before the last is not as it was written: someone or something changed the file.
    #[error("line {0} is damaged although others follow; only the lines before it are used")]
    Middle(u64),
}

/// Why a journal cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {path}: {source}")]
pub struct ReadError {
    /// The file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// Reads a journal. Damage is reported, never repaired here.
pub fn read(path: &Path) -> Result<Recording, ReadError> {
    let bytes = fs::read(path).map_err(|source| ReadError { path: path.to_owned(), source })?;
    Ok(parse(&bytes))
}

pub(super) fn parse(bytes: &[u8]) -> Recording {
    let mut recording = Recording::default();
    let mut at = 0;
    while at < bytes.len() {
        let end = bytes[at..].iter().position(|b| *b == b'\n').map(|n| at + n);
        let next = recording.events.len() as u64 + 1;
        let event = end.and_then(|end| line::decode(&bytes[at..end])).filter(|e| e.seq == next);
        match (event, end) {
            (Some(event), Some(end)) => {
                recording.events.push(Arc::new(event));
                at = end + 1;
                recording.sound_bytes = at as u64;
            }
            (_, end) => {
                let last = end.is_none_or(|end| end + 1 == bytes.len());
                let torn = (bytes.len() - at) as u64;
                recording.damage = Some(if last { Damage::TornTail(torn) } else { Damage::Middle(next) });
                break;
            }
        }
    }
    recording
}
