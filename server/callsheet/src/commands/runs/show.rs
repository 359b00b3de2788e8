//! `callsheet runs show`: all there is to know of one run.

use std::path::Path;

use clap::Args;
use runtime::{AgentState, EventKind, Progress, RunState, prune, runs::Recorded};

use super::{super::prices::own as own_prices, status};
use crate::{
    files::Source,
    numbers, output,
    output::Failure,
    past::{self, Past},
    play,
    table::{Align, Table, cut},
    tree, watch,
};

/// Shows a run's tree, log, result, what it took and where it is.
#[derive(Args)]
pub(super) struct Show {
    /// The run: its name, the beginning of it, its folder, or `last`.
    run: String,
    /// Writes the run's events, one a line, as JSON.
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) fn run(self) -> Result<(), Failure> {
        let past = Past::find(&self.run)?;
        let run = past.open()?;
        if self.json {
            for event in &run.recording.events {
                output::json_line(&**event)?;
            }
            return Ok(());
        }
        let state = run.state();
        play::tree(&state)?;
        let said: Vec<_> = state.lines.iter().filter_map(|event| Some((event.ms, watch::said(event)?))).collect();
        if !said.is_empty() {
            output::line(" LOG")?;
            for (ms, text) in said {
                output::line(&format!("   {:>8}  {text}", tree::seconds(ms)))?;
            }
            output::line("")?;
        }
        play::end(&state, state.error(), "RESULT", usize::MAX)?;
        output::lines(&play::totals(&state, None, &*own_prices(None)?))?;
        output::lines(&facts(&past, &run, &state).lines(1, usize::MAX))
    }
}

/// What has become of the script since it ran.
fn since(run: &Recorded, script: &Path) -> &'static str {
    match (Source::read(script), run.script()) {
        (Ok(now), Ok(ran)) if now.text == ran => "as it is now",
        (Ok(_), Ok(_)) => "changed since; what ran is script.js in the folder",
        (Err(_), _) => "gone; what ran is script.js in the folder",
        (_, Err(_)) => "and the copy that ran is gone",
    }
}

fn facts(past: &Past, run: &Recorded, state: &RunState) -> Table {
    let mut table = Table::new(&[Align::Left, Align::Left]);
    let status = status(run, state);
    table.row(["status  ", status]);
    if let Some(EventKind::RunStarted {
        script, args, model, seed, simulated, concurrency, limits, resumed_from, ..
    }) = state.started.as_ref().map(|e| &e.kind)
    {
        if past::own_command(run).is_none() {
            table.row(["script", &format!("{}, {}", script.display(), since(run, &past.resolve(script)))]);
        }
        let args = args.as_ref().map_or("none".into(), |args| cut(&args.to_string(), 200));
        table.row(["args", &args]);
        let model = model.as_deref().unwrap_or("as each call names it");
        table.row(["model", &if *simulated { format!("simulated, seed {seed}") } else { model.to_owned() }]);
        let budget = limits.budget_tokens.map(|most| format!(", {most} output tokens")).unwrap_or_default();
        let usd = limits.budget_usd.map(|most| format!(", {most}")).unwrap_or_default();
        let wall = limits.wall.map(|most| format!(", {}", tree::seconds(most.as_millis() as u64))).unwrap_or_default();
        table.row([
            "limits",
            &format!("{concurrency} agents at a time, {} in all{budget}{usd}{wall}", limits.max_agents),
        ]);
        if let Some(from) = resumed_from {
            table.row(["resumes", from.as_str()]);
        }
    }
    if let Some(damage) = run.recording.damage {
        table.row(["damage", &damage.to_string()]);
    }
    let bytes = prune::size(&run.folder).map(numbers::bytes).unwrap_or_else(|_| "unknown size".into());
    table.row(["folder", &format!("{}, {bytes}", run.folder.display())]);
    let may_be_paid = |agent: &&AgentState| match agent.progress {
        Progress::Running => status != "running",
        Progress::Abandoned => agent.started_ms.is_some(),
        _ => false,
    };
    let flying = state.agents.iter().filter(may_be_paid).count();
    if flying > 0 {
        let agents = numbers::count(flying as u64, "agent");
        table.row(["paid?", &format!("{agents} under way when it {}: may already have been paid for", ended(status))]);
    }
    if matches!(status, "failed" | "stopped" | "broken off") {
        table.row(["go on", &past::way_on(run)]);
    }
    table
}

/// What became of a run, as a verb.
fn ended(status: &str) -> &'static str {
    match status {
        "stopped" => "was stopped",
        "failed" => "failed",
        _ => "broke off",
    }
}
