//! Reading single events of a journal that is being written.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    os::unix::fs::FileExt,
    sync::Arc,
};

use super::line;
use crate::event::Event;

/// A place in a journal from which to read on.
#[derive(Debug)]
pub(crate) struct Lines(BufReader<At>);

/// A reader with a place of its own in a shared file.
#[derive(Debug)]
struct At(Arc<File>, u64);

impl Read for At {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read_at(into, self.1)?;
        self.1 += read as u64;
        Ok(read)
    }
}

impl Lines {
    /// From byte `place` of `file` on, where a line begins.
    pub(crate) fn at(file: Arc<File>, place: u64) -> Self {
        Self(BufReader::with_capacity(1 << 16, At(file, place)))
    }

    /// Passes over a line.
    pub(crate) fn skip(&mut self) -> io::Result<()> {
        self.0.skip_until(b'\n').map(drop)
    }

    /// The event of the next line.
    pub(crate) fn event(&mut self) -> io::Result<Event> {
        let mut bytes = Vec::new();
        self.0.read_until(b'\n', &mut bytes)?;
        let event = bytes.strip_suffix(b"\n").and_then(|line| line::decode(line).ok());
        event.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "a line is damaged"))
    }
}
