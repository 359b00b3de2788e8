//! Everything that runs a workflow script: sandbox, scheduler, journal, resume.
//!
//! [`start`] gives a [`RunHandle`]. A run is a sequence of [`Event`]s; the journal is those events on disk, and
//! [`RunState`] is their fold. Nothing a person sees of a run comes from anywhere else.

pub mod compare;
mod dialect;
mod draft;
mod event;
mod handle;
pub mod history;
mod id;
pub mod journal;
mod key;
mod launch;
pub mod options;
mod present;
pub mod prune;
mod recursion;
pub mod report;
pub mod resume;
pub mod rlm;
mod run;
pub mod runs;
mod sandbox;
mod saved;
mod scheduler;
mod simulate;
mod spending;
mod state;
mod watch;
pub mod write;

#[cfg(test)]
mod tests;

pub use dialect::{BadFlag, DateBan, Dialect, ResumeRule};
pub use draft::Draft;
pub use event::{Event, EventKind, RlmContext, RunError, Status, Totals};
pub use handle::{Outcome, RunHandle};
pub use id::{BadRunId, CallId, RunId, today};
pub use key::{BadKey, CallKey};
pub use recursion::{CellState, RlmState, Spot, Trees, TurnKind, TurnState};
pub use run::{Limits, Naming, Price, Retry, RunSpec, SandboxCommand, StartError, default_concurrency, start};
pub use sandbox::sandbox_main;
pub use saved::{personal_workflows, saved_workflows, workflow_at};
pub use scheduler::{Preview, Previewed, preview};
pub use simulate::{Simulation, SimulationError, simulate};
pub use spending::Spending;
pub use state::{AgentState, Agents, PhaseState, Progress, RunState};
pub use watch::Events;
