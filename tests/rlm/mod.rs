//! Recursive language models with the real sandbox process: what a root model can do, what it cannot, and what is left when
//! everything is killed.
//!
//! No model takes part: roots are scripts or policies that write real cells, sub-models are oracles that read the prompt.
//! So these tests are about the machine, and say nothing of answers.

mod actor;
mod bounds;
mod checked;
mod command;
mod conformance;
mod cut;
mod excerpts;
mod hostile;
mod large;
mod oracle;
mod policy;
mod tasks;

use std::path::PathBuf;

use runtime::{Event, EventKind, RunSpec, SandboxCommand, rlm::SCRIPT};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) use actor::{Actor, CUT_OFF, run};

/// A run of the script behind `callsheet rlm`, in the real sandbox.
pub(crate) fn spec(folder: &TempDir, args: Value) -> RunSpec {
    let mut spec = RunSpec::new(folder.path().join("rlm.js"), SCRIPT, folder.path().join("runs"));
    spec.args = Some(args);
    spec.sandbox = SandboxCommand::Program {
        program: PathBuf::from(env!("CARGO_BIN_EXE_callsheet")),
        args: vec!["sandbox".into()],
    };
    spec.concurrency = Some(8);
    spec
}

/// What the root model was told of its cells.
pub(crate) fn told(events: &[std::sync::Arc<Event>]) -> Vec<String> {
    let output = |event: &std::sync::Arc<Event>| match &event.kind {
        EventKind::Cell { output, .. } => Some(output.clone()),
        _ => None,
    };
    events.iter().filter_map(output).collect()
}
