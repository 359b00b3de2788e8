//! `callsheet runs show`: all there is to know of one run.

use clap::Args;
use runtime::{EventKind, Progress, RunState, prune, runs::Recorded};

use super::status;
use crate::{
    files::Source,
    json, numbers, output,
    output::Failure,
    past::Past,
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
        for line in tree::lines(&state, tree::Frame::WHOLE) {
            output::line(&format!(" {line}"))?;
        }
        if !state.lines.is_empty() {
            output::line("\n LOG")?;
        }
        for event in &state.lines {
            let text = watch::said(event).unwrap_or_default();
            output::line(&format!("   {:>8}  {text}", tree::seconds(event.ms)))?;
        }
        output::line("")?;
        match (state.error(), state.result()) {
            (Some(error), _) => output::line(&play::failed(error))?,
            (None, Some(result)) => {
                output::line(" RESULT")?;
                for line in json::excerpt(result, usize::MAX) {
                    output::line(&format!("   {line}"))?;
                }
            }
            (None, None) if state.ended.is_none() => output::line(" NO RESULT: it has no end")?,
            (None, None) => output::line(" RESULT  undefined")?,
        }
        output::line("")?;
        play::totals(&state, None)?;
        output::line(&facts(&past, &run, &state).lines(1, usize::MAX).join("\n"))?;
        Ok(())
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
        let path = past.resolve(script);
        let since = match (Source::read(&path), run.script()) {
            (Ok(now), Ok(ran)) if now.text == ran => "as it is now",
            (Ok(_), Ok(_)) => "changed since; what ran is script.js in the folder",
            (Err(_), _) => "gone; what ran is script.js in the folder",
            (_, Err(_)) => "and the copy that ran is gone",
        };
        table.row(["script", &format!("{}, {since}", script.display())]);
        let args = args.as_ref().map_or("none".into(), |args| cut(&args.to_string(), 200));
        table.row(["args", &args]);
        let model = model.as_deref().unwrap_or("as each call names it");
        table.row(["model", &if *simulated { format!("simulated, seed {seed}") } else { model.to_owned() }]);
        let budget = limits.budget_tokens.map(|most| format!(", {most} output tokens")).unwrap_or_default();
        let usd = limits.budget_usd.map(|most| format!(", {most}")).unwrap_or_default();
        table.row(["limits", &format!("{concurrency} agents at a time, {} in all{budget}{usd}", limits.max_agents)]);
        if let Some(from) = resumed_from {
            table.row(["resumes", from.as_str()]);
        }
    }
    if let Some(damage) = run.recording.damage {
        table.row(["damage", &damage.to_string()]);
    }
    let bytes = prune::size(&run.folder).map(numbers::bytes).unwrap_or_else(|_| "unknown size".into());
    table.row(["folder", &format!("{}, {bytes}", run.folder.display())]);
    let broken_off = status == "broken off";
    let flying = state.agents.iter().filter(|agent| agent.progress == Progress::Running).count();
    if broken_off && flying > 0 {
        let were = if flying == 1 { "1 agent was" } else { &format!("{flying} agents were") };
        table.row(["paid?", &format!("{were} under way when it broke off, and may already have been paid for")]);
    }
    if matches!(status, "failed" | "stopped" | "broken off") {
        table.row(["go on", &format!("callsheet resume {}", run.id)]);
    }
    table
}
