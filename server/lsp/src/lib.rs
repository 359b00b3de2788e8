//! The language server: what the analysis knows, in an editor's words, and Run.
//!
//! [`server`] is a mail slot in front of the one [`owner`] of all state; [`features`] are pure functions from a
//! [`snapshot`] to the protocol's types; [`position`] is the only place that knows an editor's units.

mod analyst;
mod capabilities;
mod carry;
mod commands;
mod documents;
mod execute;
mod features;
mod outbox;
mod owner;
mod plans;
mod position;
mod run;
mod scripts;
mod server;
pub mod settings;
mod simulator;
mod snapshot;
#[cfg(test)]
mod tests;
mod transport;
mod workflows;
mod workspace;

pub use commands::Command;
pub use transport::{Ended, serve};
