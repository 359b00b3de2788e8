//! `callsheet runs`: past runs.

use std::{path::Path, time::SystemTime};

use clap::{Args, Subcommand};
use runtime::{EventKind, RunId, RunState, Status, runs, runs::Recorded};
use serde::Serialize;

use super::run::RUNS;
use crate::{
    FINE, json, output,
    output::Failure,
    table::{Align, Table},
    tree,
};

/// Lists past runs, or shows one of them.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Runs {
    #[command(subcommand)]
    what: Option<What>,
    /// Writes the list as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Lists past runs, the latest first.
    List {
        /// Writes the list as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shows a run's tree and result.
    Show {
        /// The run, or the beginning of its name.
        run: String,
        /// Writes the run's events, one a line, as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// One line of the list, and of `runs --json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    run: RunId,
    status: &'static str,
    name: String,
    script: String,
    simulated: bool,
    agents: u64,
    tokens: u64,
    ms: u64,
    /// Seconds since the run's journal was last written.
    #[serde(skip)]
    ago: Option<u64>,
}

impl Runs {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let folder = Path::new(RUNS);
        match self.what {
            None => list(folder, self.json)?,
            Some(What::List { json }) => list(folder, json)?,
            Some(What::Show { run, json }) => show(folder, &run, json)?,
        }
        Ok(FINE)
    }
}

fn list(folder: &Path, as_json: bool) -> Result<(), Failure> {
    let ids = runs::list(folder).map_err(|e| Failure::usage(format!("cannot read {RUNS}: {e}")))?;
    let entries = ids.iter().map(|id| open(folder, id).map(|run| Entry::of(&run))).collect::<Result<Vec<_>, _>>()?;
    if as_json {
        return Ok(output::json(&entries)?);
    }
    if entries.is_empty() {
        return Ok(output::line(&format!("No runs in {RUNS} yet; `callsheet run FILE` makes one."))?);
    }
    let right = Align::Right;
    let mut table = Table::new(&[Align::Left, Align::Left, Align::Left, right, right, right, right, Align::Left]);
    table.row(["run", "status", "workflow", "agents", "tokens", "took", "", ""]);
    table.rule();
    for entry in &entries {
        table.row([
            entry.run.as_str(),
            entry.status,
            &entry.name,
            &entry.agents.to_string(),
            &analysis::units::Tokens(entry.tokens).to_string(),
            &tree::seconds(entry.ms),
            &entry.ago.map(ago).unwrap_or_default(),
            if entry.simulated { "simulated" } else { "" },
        ]);
    }
    Ok(output::line(&table.lines(1, 100).join("\n"))?)
}

fn show(folder: &Path, name: &str, as_json: bool) -> Result<(), Failure> {
    let ids = runs::list(folder).map_err(|e| Failure::usage(format!("cannot read {RUNS}: {e}")))?;
    let mut fitting = ids.iter().filter(|id| id.as_str().starts_with(name));
    let id = match (fitting.next(), fitting.next()) {
        (Some(id), None) => id,
        (Some(_), Some(_)) => return Err(Failure::usage(format!("several runs begin with {name:?}; give more of it"))),
        (None, _) => return Err(Failure::usage(format!("no run begins with {name:?}; `callsheet runs` lists them"))),
    };
    let run = open(folder, id)?;
    if as_json {
        for event in &run.recording.events {
            output::json_line(&**event)?;
        }
        return Ok(());
    }
    let state = run.state();
    for line in tree::lines(&state, tree::Frame::WHOLE) {
        output::line(&format!(" {line}"))?;
    }
    if let Some(error) = state.error() {
        let place = error.at.map(|at| format!(" at line {at}")).unwrap_or_default();
        output::line(&format!("\n FAILED{place}: {}", error.message))?;
    }
    if let Some(result) = state.result() {
        output::line("\n RESULT")?;
        for line in json::excerpt(result, usize::MAX) {
            output::line(&format!("   {line}"))?;
        }
    }
    Ok(output::line(&format!("\n journal  {}", run.folder.display()))?)
}

fn open(folder: &Path, id: &RunId) -> Result<Recorded, Failure> {
    runs::open(folder, id).map_err(|e| Failure::usage(e.to_string()))
}

impl Entry {
    fn of(run: &Recorded) -> Self {
        let state = run.state();
        let (name, script, simulated) = match state.started.as_ref().map(|e| &e.kind) {
            Some(EventKind::RunStarted { name, script, simulated, .. }) => {
                (name.clone(), script.display().to_string(), *simulated)
            }
            _ => Default::default(),
        };
        let written = std::fs::metadata(run.folder.join(runtime::journal::FILE_NAME)).and_then(|m| m.modified()).ok();
        let ago = written.and_then(|at| SystemTime::now().duration_since(at).ok()).map(|d| d.as_secs());
        Entry {
            run: run.id.clone(),
            status: status(run, &state),
            name,
            script,
            simulated,
            agents: state.totals.agents,
            tokens: state.totals.usage.total().0,
            ms: state.ms,
            ago,
        }
    }
}

fn status(run: &Recorded, state: &RunState) -> &'static str {
    match state.status() {
        Some(Status::Ok) => "done",
        Some(Status::Failed) => "failed",
        Some(Status::Stopped) => "stopped",
        None if run.is_live() => "running",
        None => "broken off",
    }
}

fn ago(seconds: u64) -> String {
    match seconds {
        0..60 => "just now".into(),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}
