//! The last words of a sandbox.
//!
//! An allocation that fails ends a process as soon as this stands on its standard error, and so does a stack that overflows: nothing of ours
//! runs any more, and the script's line would be lost. So standard error is a pipe that is all but full. The first words fit in, and whoever
//! says them has to wait, for ever: the watch reads them and ends the process itself, with the line.

use std::{
    io::{self, PipeReader, PipeWriter, Read, Write},
    os::fd::{AsFd, OwnedFd},
};

use rustix::{
    io::ioctl_fionread,
    param::page_size,
    pipe::{SpliceFlags, fcntl_setpipe_size, tee},
    stdio::dup2_stderr,
};

/// Bytes that fit in: `memory allocation of `, which the standard library says by itself, and less than what comes next with it.
const ROOM: usize = 24;

/// What those say who ran out of memory.
const MEMORY: &str = "memory allocation";

/// Standard error as this process writes to it, and as it was before.
pub(super) struct LastWords {
    pipe: PipeReader,
    /// Bytes in it that nobody said.
    filled: usize,
    outside: OwnedFd,
}

/// Why the process cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fatal {
    /// An allocation failed.
    Memory,
    /// Something else, most likely that the stack overflowed.
    Other,
}

impl LastWords {
    /// From here on all that is said on standard error ends this process.
    pub(super) fn listen() -> io::Result<Self> {
        let (pipe, mut writer) = io::pipe()?;
        let filled = fcntl_setpipe_size(&writer, page_size())? - ROOM;
        writer.write_all(&vec![b' '; filled])?;
        let outside = io::stderr().as_fd().try_clone_to_owned()?;
        dup2_stderr(writer)?;
        Ok(Self { pipe, filled, outside })
    }

    /// Whether someone said something.
    pub(super) fn heard(&self) -> Option<Fatal> {
        let there = ioctl_fionread(&self.pipe).ok().filter(|there| *there > self.filled as u64)?;
        // Looked at and left there: reading would make room.
        let said = self.copy(there as usize).unwrap_or_default();
        Some(if said.trim_ascii_start().starts_with(MEMORY.as_bytes()) { Fatal::Memory } else { Fatal::Other })
    }

    fn copy(&self, bytes: usize) -> io::Result<Vec<u8>> {
        let (mut copy, writer): (PipeReader, PipeWriter) = io::pipe()?;
        tee(&self.pipe, &writer, bytes, SpliceFlags::empty())?;
        drop(writer);
        let mut said = Vec::with_capacity(bytes);
        copy.read_to_end(&mut said)?;
        Ok(said)
    }

    /// Says a line to those outside.
    pub(super) fn tell(&self, line: &str) {
        // Losing it loses only detail of a message.
        let _ = rustix::io::write(&self.outside, format!("{line}\n").as_bytes());
    }
}
