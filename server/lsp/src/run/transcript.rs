//! A run as a document: what was asked, what came back, what it took.

use std::{fmt::Write, sync::Arc};

use runtime::{AgentState, Event, EventKind, Progress, RlmState, RunState, Spending, Status, TurnKind};
use serde_json::Value;

use crate::run::view::RunView;

/// Longest prompt or answer shown whole, in characters; the journal has all of it.
const MOST: usize = 20_000;

/// Markdown of a run. `event` gives the run's events by number.
pub(crate) fn transcript(name: &str, run: &RunView, event: impl Fn(u64) -> Option<Arc<Event>>) -> String {
    let state = &run.state;
    let how = match state.status() {
        Some(Status::Ok) => "done",
        Some(Status::Stopped) => "stopped",
        Some(Status::Failed) | None => "failed",
    };
    let mut out = format!("# {name}: {how}\n\n");
    let totals = &state.totals;
    let _ = writeln!(
        out,
        "Run `{}` on {}: {} agents, {} tokens in {:.1} s.\n",
        run.id,
        if run.model == "simulated" { "the simulated model, at no cost; the answers are made up" } else { &run.model },
        totals.agents,
        totals.usage.total(),
        state.ms as f64 / 1000.0
    );
    let _ = writeln!(out, "Cost: {}.\n", Spending { own_prices: run.own_prices, ..Spending::of(state) });
    for (count, what) in
        [(totals.failed, "failed"), (totals.skipped, "were skipped"), (totals.dropped, "items became null")]
    {
        if count > 0 {
            let _ = writeln!(out, "- {count} {what}");
        }
    }
    if let Some(error) = run.state.error() {
        let place = error.at.map(|at| format!(" at {at}")).unwrap_or_default();
        let _ = writeln!(out, "**Error{place}:** {}\n", error.message);
    }
    if let Some(result) = state.result() {
        let _ = writeln!(out, "\n## Result\n");
        block(&mut out, result);
    }
    for line in &state.lines {
        match &line.kind {
            EventKind::Log { message } => {
                let _ = writeln!(out, "- log: {message}");
            }
            EventKind::Warning { message, at } => {
                let _ = writeln!(out, "- warning at {at}: {message}");
            }
            EventKind::SpendLimit { message, at, .. } => {
                let _ = writeln!(out, "- spend limit, heard at {at}: {message}");
            }
            EventKind::Dropped { from, index, reason, at, .. } => {
                let _ = writeln!(out, "- {from} dropped item {index} at {at}: {reason}");
            }
            _ => {}
        }
    }
    for phase in &state.phases {
        // Calls of recursive models stand with these.
        if phase.is_inside_models() {
            continue;
        }
        let _ = writeln!(out, "\n## {}", phase.title.as_deref().unwrap_or("Outside any phase"));
        let own = phase.agents.iter().filter_map(|call| state.agent(*call));
        own.for_each(|agent| self::agent(&mut out, agent, &event));
        let earlier = phase.calls - phase.agents.len() as u64;
        if earlier > 0 {
            let _ = writeln!(out, "\n{earlier} earlier agents of this phase are in the run's journal.");
        }
    }
    for model in &state.trees.models {
        self::model(&mut out, state, model, &event);
    }
    out
}

/// A recursive model: its question, and its turns with what they called. Models below it have sections of their own.
fn model(out: &mut String, state: &RunState, model: &RlmState, event: &impl Fn(u64) -> Option<Arc<Event>>) {
    let end = model.ended.as_ref().map(|event| &event.kind);
    let how = model.how().unwrap_or("given up");
    let _ = writeln!(out, "\n## Recursive model {}: {how}\n", model.node);
    let _ = writeln!(out, "{} calls · {} tokens · {}\n", model.calls, model.usage.total(), model.usd);
    fenced(out, "text", model.question());
    if let Some(EventKind::RlmEnded { error: Some(error), .. }) = end {
        let _ = writeln!(out, "\n**{error}**");
    }
    if let Some(EventKind::RlmEnded { cited, .. }) = end
        && !cited.is_empty()
    {
        let parts: Vec<String> = cited.iter().map(|part| format!("`{part}`")).collect();
        let _ = writeln!(out, "\nThe answer rests on {}.", parts.join(", "));
    }
    for turn in &model.turns {
        let heading = match turn.kind {
            TurnKind::Numbered(number) => format!("Turn {number}"),
            TurnKind::Closing => "Closing question".to_owned(),
            TurnKind::Direct => "Plain question".to_owned(),
        };
        let _ = writeln!(out, "\n### {heading}\n");
        // What it was asked is what came before: only its answer is new.
        if let Some(asked) = turn.asked.and_then(|call| state.agent(call)) {
            took(out, asked);
            answer(out, asked, event);
        }
        for cell in &turn.cells {
            let ran = cell.ran.as_ref().map(|event| &event.kind);
            let Some(EventKind::Cell { ok, output, .. }) = ran else { continue };
            let _ = writeln!(out, "\nCell {} {}:\n", cell.number, if *ok { "ran" } else { "failed" });
            fenced(out, "text", output);
        }
        let calls = turn.cells.iter().flat_map(|cell| &cell.calls).filter_map(|call| state.agent(*call));
        calls.for_each(|call| agent(out, call, event));
    }
}

fn agent(out: &mut String, agent: &AgentState, event: &impl Fn(u64) -> Option<Arc<Event>>) {
    let _ = writeln!(out, "\n### {}\n", agent.label);
    took(out, agent);
    if let Some(EventKind::AgentQueued { prompt, excerpt, .. }) =
        event(agent.queued).as_deref().map(|event| &event.kind)
    {
        fenced(out, "text", prompt);
        if let Some(excerpt) = excerpt {
            let _ = writeln!(out, "\nBelow it: `{excerpt}`.");
        }
        out.push('\n');
    }
    answer(out, agent, event);
}

/// What became of an agent, and what it took.
fn took(out: &mut String, agent: &AgentState) {
    let how = match agent.progress {
        Progress::Done => "done",
        Progress::Cached => "from the journal",
        Progress::Failed => "failed",
        Progress::Skipped => "skipped",
        Progress::Queued | Progress::Running | Progress::Abandoned => "given up",
    };
    let took = match (agent.started_ms, agent.ended_ms) {
        (Some(start), Some(end)) => format!(" in {:.1} s", end.saturating_sub(start) as f64 / 1000.0),
        _ => String::new(),
    };
    let _ = writeln!(out, "{how}{took} · {} tokens · {}\n", agent.usage.total(), agent.at);
}

fn answer(out: &mut String, agent: &AgentState, event: &impl Fn(u64) -> Option<Arc<Event>>) {
    match agent.ended.and_then(event).as_deref().map(|event| &event.kind) {
        Some(EventKind::AgentDone { result, .. }) => block(out, result),
        Some(EventKind::AgentFailed { error, .. }) => {
            let _ = writeln!(out, "**{error}**");
        }
        _ => {}
    }
}

fn block(out: &mut String, value: &Value) {
    match value {
        Value::String(text) => fenced(out, "text", text),
        other => fenced(out, "json", &format!("{other:#}")),
    }
}

fn fenced(out: &mut String, language: &str, text: &str) {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    let shown = crate::snapshot::shorten(text, MOST);
    let _ = writeln!(out, "{fence}{language}\n{shown}\n{fence}");
}
