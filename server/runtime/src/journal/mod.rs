//! The events of a run on disk: one line each, in order, flushed before they take effect.
//!
//! A line is the event's JSON object with two members in front: the version of the format and a checksum of the rest.
//! One thread writes all events that wait at once; a second flushes what was written (`fdatasync`) and only then shows it
//! to subscribers. So a call that leaves, which must be written but need not be flushed, never waits for the disk.

mod follow;
mod line;
mod lines;
mod lock;
mod read;
mod writer;

#[cfg(test)]
mod tests;

pub use follow::{FollowError, Follower, first};
pub(crate) use lines::Lines;
pub(crate) use lock::Lock;
pub use read::{Damage, ReadError, Recording, read};
pub(crate) use writer::{Journal, Shown, WriteError};

/// The file's name in the folder of a run.
pub const FILE_NAME: &str = "journal.jsonl";
