//! The tools that run.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::{Mutex, PoisonError},
};

use runtime::{RunId, runs};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::Child,
};

use super::tools::{not_started, read, this_program};
use crate::past::RUNS;

/// The runs of this session.
pub(super) struct Runs {
    /// Options of `callsheet run` that the person chose who started the server.
    options: Vec<String>,
    /// Those that may still run. Each is killed with this server, so that nothing is spent that nobody waits for.
    started: Mutex<Vec<Child>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Start {
    path: PathBuf,
    args: Option<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Status {
    run: String,
}

impl Runs {
    pub(super) fn new(options: Vec<String>) -> Self {
        Self { options, started: Mutex::default() }
    }

    /// Starts `callsheet run` and waits for its first event.
    pub(super) async fn start(&self, arguments: Value) -> Result<Value, String> {
        let Start { path, args } = read(arguments)?;
        let mut call = this_program()?;
        call.args(["run", "--json"]).args(&self.options).args(args.map(|args| format!("--args={args}")));
        call.arg("--").arg(path).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
        let mut child = call.spawn().map_err(not_started)?;
        let out = child.stdout.take().ok_or("the run has no output")?;
        let mut lines = BufReader::new(out).lines();
        let first = lines.next_line().await.map_err(|error| error.to_string())?.unwrap_or_default();
        let first: Value = serde_json::from_str(&first).unwrap_or_default();
        let Some(run) = first["run"].as_str().filter(|_| first["type"] == "runStarted") else {
            let why = first["message"].as_str().unwrap_or("it ended without a word");
            return Err(match (first["line"].as_u64(), first["column"].as_u64()) {
                (Some(line), Some(column)) => format!("the run did not start: line {line}, column {column}: {why}"),
                _ => format!("the run did not start: {why}"),
            });
        };
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        started.retain_mut(|child| matches!(child.try_wait(), Ok(None)));
        started.push(child);
        // What is not read would stop the run; its journal has the same.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(json!({"run": run, "simulated": first["simulated"], "model": first["model"]}))
    }

    /// Reads the journal, so that runs of other sessions can be asked for, too.
    pub(super) fn status(&self, arguments: Value) -> Result<Value, String> {
        let Status { run } = read(arguments)?;
        let unknown = || format!("there is no run {run:?} in {RUNS}; run_workflow names those it starts");
        let id: RunId = run.parse().map_err(|_| unknown())?;
        let folder = Path::new(RUNS);
        if !folder.join(id.as_str()).is_dir() {
            return Err(unknown());
        }
        let recorded = runs::open(folder, &id).map_err(|error| error.to_string())?;
        let state = recorded.state();
        let status = match state.status() {
            Some(status) => json!(status),
            None if recorded.is_live() => json!("running"),
            None => json!("brokenOff"),
        };
        Ok(json!({
            "run": id, "status": status, "totals": state.totals, "ms": state.ms,
            "result": state.result(), "error": state.error(),
            "folder": recorded.folder,
        }))
    }
}
