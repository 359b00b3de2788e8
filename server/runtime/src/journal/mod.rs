//! The events of a run on disk: one line each, in order, flushed before they take effect.
//!
//! A line is the event's JSON object with two members in front: the version of the format and a checksum of the rest.
//! One thread writes; it takes all events that wait at once, writes them, flushes them (`fdatasync`) and only then shows
//! them to subscribers.

mod follow;
mod line;
mod read;
mod writer;

#[cfg(test)]
mod tests;

pub use follow::{FollowError, Follower, first};
pub use read::{Damage, ReadError, Recording, read};
pub(crate) use writer::{Journal, WriteError};

/// The file's name in the folder of a run.
pub const FILE_NAME: &str = "journal.jsonl";
