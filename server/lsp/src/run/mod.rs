//! Runs, as an editor sees them. A run is carried out by the runtime; here it is started, followed, shown and stopped.

pub(crate) mod ask;
pub(crate) mod call_sheet;
pub(crate) mod confirm;
pub(crate) mod documents;
pub(crate) mod events;
pub(crate) mod last;
pub(crate) mod manager;
pub(crate) mod progress;
pub(crate) mod protocol;
pub(crate) mod report;
pub(crate) mod resume;
pub(crate) mod start;
pub(crate) mod transcript;
pub(crate) mod view;
pub(crate) mod write;
