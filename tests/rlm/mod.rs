//! Recursive language models with the real sandbox process: what a root model can do, what it cannot, and what is left when
//! everything is killed.
//!
//! No model takes part: roots are scripts or policies that write real cells, sub-models are oracles that read the prompt.
//! So these tests are about the machine, and say nothing of answers.

mod actor;
mod below;
mod bounds;
mod checked;
mod command;
mod conformance;
mod cut;
mod excerpts;
mod finals;
mod generated;
mod hostile;
mod large;
mod oracle;
mod policy;
mod published;
mod tasks;

use std::{fs, path::PathBuf, sync::Arc};

use models::Request;
use runtime::{
    Event, EventKind, RunSpec, SandboxCommand,
    rlm::{ContextFile, SCRIPT, prompt},
};
use serde_json::{Value, json};
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

/// A run that asks about a file of this text. The folder goes with the last value.
pub(crate) fn about(text: &str) -> (RunSpec, PathBuf, TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("notes.txt");
    fs::write(&path, text).expect("a file");
    let file = ContextFile::open(&path).expect("a context");
    let mut spec = spec(&folder, json!({ "question": "q", "context": file.reference() }));
    spec.contexts = vec![file];
    (spec, path, folder)
}

/// The answer of a run that must have one, and what its root model was told.
pub(crate) fn answered(spec: RunSpec, model: Arc<dyn models::Model>) -> (Value, Vec<String>) {
    let (outcome, events) = run(spec, model);
    let told = told(&events);
    (outcome.result.unwrap_or_else(|| panic!("{:?}\n{}", outcome.error, told.join("\n"))), told)
}

/// Whether a request goes to a root model.
pub(crate) fn is_root(request: &Request) -> bool {
    request.system.as_deref().is_some_and(|system| system.starts_with(prompt::BEGINS))
}

/// The message of the turn that a root model is in, and the turn's number.
pub(crate) fn now(request: &Request) -> (&str, usize) {
    let now = request.prompt.rsplit("\n== Turn ").next().unwrap_or_default();
    (now, now.split('/').next().and_then(|turn| turn.parse().ok()).expect("a turn message"))
}

/// What the root model was told of its cells.
pub(crate) fn told(events: &[Arc<Event>]) -> Vec<String> {
    let output = |event: &Arc<Event>| match &event.kind {
        EventKind::Cell { output, .. } => Some(output.clone()),
        _ => None,
    };
    events.iter().filter_map(output).collect()
}
