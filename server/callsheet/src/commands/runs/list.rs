//! `callsheet runs list`.

use analysis::units::Tokens;
use runtime::{EventKind, RunId, RunState, prune, runs::Recorded};
use serde::Serialize;

use super::status;
use crate::{
    numbers, output,
    output::Failure,
    past::{self, Past, RUNS},
    table::{Align, Table},
    tree,
};

/// One line of the list, and of `runs --json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    run: RunId,
    status: &'static str,
    name: String,
    script: String,
    /// What was asked, where there is no script of the person's own behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    question: Option<String>,
    simulated: bool,
    agents: u64,
    tokens: u64,
    ms: u64,
    /// Bytes of its files.
    bytes: u64,
    /// Seconds since the run's journal was last written.
    #[serde(skip)]
    ago: Option<u64>,
}

pub(super) fn list(as_json: bool) -> Result<(), Failure> {
    let mut entries = Vec::new();
    for id in past::ids()? {
        match (Past { runs_dir: RUNS.into(), id }).open() {
            Ok(run) => entries.push(Entry::of(&run)),
            // One of them must not hide the others.
            Err(unread) => output::note(&format!("note: {unread}")),
        }
    }
    if as_json {
        return Ok(output::json(&entries)?);
    }
    if entries.is_empty() {
        return Ok(output::line(&format!("No runs in {RUNS} yet; `callsheet run FILE` makes one."))?);
    }
    let right = Align::Right;
    let columns = [Align::Left, Align::Left, Align::Left, right, right, right, right, right, Align::Left];
    let mut table = Table::new(&columns);
    table.row(["run", "status", "workflow", "agents", "tokens", "took", "size", "", ""]);
    table.rule();
    for entry in &entries {
        table.row([
            entry.run.as_str(),
            entry.status,
            &entry.name,
            &entry.agents.to_string(),
            &Tokens(entry.tokens).to_string(),
            &tree::seconds(entry.ms),
            &numbers::bytes(entry.bytes),
            &entry.ago.map(ago).unwrap_or_default(),
            if entry.simulated { "simulated" } else { "" },
        ]);
    }
    table.rule();
    let sum: u64 = entries.iter().map(|entry| entry.bytes).sum();
    table.row([&numbers::count(entries.len() as u64, "run"), "", "", "", "", "", &numbers::bytes(sum)]);
    Ok(output::line(&table.lines(1, 110).join("\n"))?)
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
        Entry {
            run: run.id.clone(),
            status: status(run, &state),
            name,
            script,
            question: question(run, &state),
            simulated,
            agents: state.totals.agents,
            tokens: state.totals.usage.total().0,
            ms: state.ms,
            bytes: prune::size(&run.folder).unwrap_or_default(),
            ago: past::age(&run.folder).map(|age| age.as_secs()),
        }
    }
}

/// The question of a run of `callsheet rlm`, or of one that an editor asked.
fn question(run: &Recorded, state: &RunState) -> Option<String> {
    let asked = state.trees.roots().next()?.question().to_owned();
    (past::own_command(run) == Some("rlm")).then_some(asked)
}

fn ago(seconds: u64) -> String {
    match seconds {
        0..60 => "just now".into(),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        _ => format!("{} d ago", seconds / 86_400),
    }
}
