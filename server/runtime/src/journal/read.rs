use std::{
    fs, io,
    num::NonZero,
    panic::resume_unwind,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use super::line::{self, Unread};
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
    /// A line is of a newer version of this program.
    #[error("line {0} was written by a newer callsheet, which this one does not understand; use that one")]
    Newer(u64),
}

impl Damage {
    /// What is wrong with the line of this number, which others follow or not.
    pub(super) fn at(line: u64, why: Option<Unread>) -> Self {
        match why {
            Some(Unread::Newer) => Self::Newer(line),
            Some(Unread::Damaged) | None => Self::Middle(line),
        }
    }

    /// Whether something that took effect may not be known: all but what a crash leaves behind.
    pub fn hides(&self) -> bool {
        !matches!(self, Self::TornTail(_))
    }
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
    let lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let mut recording = Recording::default();
    for (line, event) in lines.iter().zip(decode(&lines)) {
        let next = recording.events.len() as u64 + 1;
        match event {
            Ok(event) if event.seq == next => {
                recording.events.push(Arc::new(event));
                recording.sound_bytes += line.len() as u64;
            }
            other => {
                let torn = bytes.len() as u64 - recording.sound_bytes;
                let last = torn == line.len() as u64;
                recording.damage = Some(match Damage::at(next, other.err()) {
                    Damage::Middle(_) if last => Damage::TornTail(torn),
                    damage => damage,
                });
                break;
            }
        }
    }
    recording
}

/// Lines for which another thread is worth starting.
const SHARE: usize = 2000;

/// The events of lines, or why one is none.
fn decode(lines: &[&[u8]]) -> Vec<Result<Event, Unread>> {
    let one = |line: &[u8]| line::decode(line.strip_suffix(b"\n").ok_or(Unread::Damaged)?);
    let all = |lines: &[&[u8]]| -> Vec<Result<Event, Unread>> { lines.iter().map(|line| one(line)).collect() };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(lines.len() / SHARE);
    if threads < 2 {
        return all(lines);
    }
    thread::scope(|scope| {
        let parts = lines.chunks(lines.len().div_ceil(threads)).map(|part| scope.spawn(move || all(part)));
        let parts: Vec<_> = parts.collect();
        parts.into_iter().flat_map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}
