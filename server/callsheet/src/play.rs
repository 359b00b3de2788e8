//! A run before a person's eyes: its start, what happens, and what has come of it.

use std::{sync::Arc, thread};

use analysis::{Analysis, prices::OwnPrices};
use models::Model;
use runtime::{Outcome, RunError, RunHandle, RunSpec, RunState, Spending, StartError, Status};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::{
    FINDINGS, FINE, excerpt,
    files::Source,
    numbers, output,
    output::Failure,
    tree,
    watch::{self, View},
};

/// Lines of a result on a terminal; the rest is in its file.
pub(crate) const RESULT_LINES: usize = 40;

/// A run that is about to begin.
pub(crate) struct Play<'a> {
    pub(crate) spec: RunSpec,
    pub(crate) model: Arc<dyn Model>,
    pub(crate) source: &'a Source,
    pub(crate) analysis: &'a Analysis,
    /// The person's own prices.
    pub(crate) prices: Arc<OwnPrices>,
    pub(crate) json: bool,
}

impl Play<'_> {
    /// Begins the run, shows it to its end, and gives the exit code.
    pub(crate) fn play(self) -> Result<u8, Failure> {
        let (source, analysis, prices) = (self.source, self.analysis, self.prices);
        let ended = through(self.spec, self.model, self.json, |handle, outcome| {
            let state = handle.state();
            tree(&state)?;
            end(&state, outcome.error.as_ref(), "RESULT", RESULT_LINES)?;
            output::lines(&totals(&state, Some(analysis), &prices))
        })?;
        match ended {
            Ok(Status::Ok) => Ok(FINE),
            Ok(Status::Failed | Status::Stopped) => Ok(FINDINGS),
            Err(error) => {
                refuse(source, analysis, &error, self.json)?;
                Ok(FINDINGS)
            }
        }
    }
}

/// Begins a run and shows it to its end; `told` says to people what has come of it. Gives how it ended, or why it did not start.
pub(crate) fn through(
    spec: RunSpec,
    model: Arc<dyn Model>,
    json: bool,
    told: impl FnOnce(&RunHandle, &Outcome) -> Result<(), Failure>,
) -> Result<Result<Status, StartError>, Failure> {
    let (handle, outcome) = match to_its_end(spec, model, View::choose(json))? {
        Ok(ended) => ended,
        Err(error) => return Ok(Err(error)),
    };
    match json {
        true => output::json_line(&last_line(&outcome))?,
        false => {
            output::line("")?;
            told(&handle, &outcome)?;
            output::line(&journal(&handle))?;
        }
    }
    Ok(Ok(outcome.status))
}

/// Begins a run and shows it to its end. Gives it and how it ended, or why it did not start.
pub(crate) fn to_its_end(
    spec: RunSpec,
    model: Arc<dyn Model>,
    view: View,
) -> Result<Result<(RunHandle, Outcome), StartError>, Failure> {
    // One thread for all that waits for models: a thousand streams are little work, and threads that hand them to one another make it more.
    // What computes, the script and the journal, has threads of its own.
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = tokio.block_on(async {
        let handle = match runtime::start(spec, model) {
            Ok(handle) => handle,
            Err(error) => return Ok(Err(error)),
        };
        let shown = show(handle.clone(), view).await;
        if shown.is_err() {
            // Nobody reads what it does any more, as after `head`: it ends in order, and can be resumed.
            handle.stop();
        }
        let outcome = handle.wait().await;
        shown?;
        Ok::<_, Failure>(Ok((handle, outcome)))
    })?;
    tokio.shutdown_background();
    Ok(ended)
}

/// Shows a run to its end, in a thread of its own: a terminal that is held must not hold the run.
async fn show(handle: RunHandle, view: View) -> Result<(), Failure> {
    let (done, ended) = oneshot::channel();
    let shows = move || {
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let shown = watch::until_end(handle.subscribe(1), view, watch::CtrlC::Stops(&handle));
        tokio.block_on(shown).map(drop)
    };
    thread::Builder::new().name("shown".into()).spawn(move || drop(done.send(shows())))?;
    ended.await.unwrap_or_else(|_| Err(Failure::usage("the run cannot be shown: that failed inside the program")))
}

/// Where all there is of a run is kept.
pub(crate) fn journal(run: &RunHandle) -> String {
    format!(" journal  {}", run.folder().display())
}

/// Says why a run did not start, by the script's lines where they are to blame.
pub(crate) fn refuse(source: &Source, analysis: &Analysis, error: &StartError, as_json: bool) -> Result<(), Failure> {
    if as_json {
        let at = error.script_error();
        let message = at.map_or_else(|| error.to_string(), |e| e.message.clone());
        let place = at.and_then(|e| e.at).map(|at| (at.line, at.column));
        let mut line = json!({"type": "error", "status": "failed", "message": message});
        if let Some((at, column)) = place {
            line["line"] = at.into();
            line["column"] = column.into();
        }
        output::json_line(&line)?;
        return Ok(());
    }
    if error.script_error().is_some() {
        let blamed = analysis.findings.iter().filter(|f| f.severity == analysis::lint::Severity::Error);
        blamed.for_each(|finding| output::note(&excerpt::render(source, finding)));
    }
    output::note(&format!("error: the run did not start: {error}"));
    Ok(())
}

/// The last line of `--json`.
pub(crate) fn last_line(outcome: &Outcome) -> Value {
    match &outcome.error {
        None if outcome.status == Status::Ok => {
            json!({"type": "result", "run": outcome.run, "result": outcome.result, "totals": outcome.totals})
        }
        error => {
            let mut line = json!({"type": "error", "run": outcome.run, "status": outcome.status});
            line["message"] = error.as_ref().map_or("the run was stopped", |e| &e.message).into();
            if let Some(at) = error.as_ref().and_then(|e| e.at) {
                line["line"] = at.line.into();
                line["column"] = at.column.into();
            }
            line["totals"] = json!(outcome.totals);
            line
        }
    }
}

/// The whole tree.
pub(crate) fn tree(state: &RunState) -> Result<(), Failure> {
    for line in tree::lines(state, tree::Frame::WHOLE) {
        output::line(&format!(" {line}"))?;
    }
    Ok(output::line("")?)
}

/// What a run came to, below `heading` and in about `most` lines, or what went wrong.
pub(crate) fn end(state: &RunState, error: Option<&RunError>, heading: &str, most: usize) -> Result<(), Failure> {
    match (error, state.result(), state.status()) {
        (Some(error), ..) => {
            let place = error.at.map(|at| format!(" at line {at}")).unwrap_or_default();
            output::line(&format!(" FAILED{place}: {}", error.message))?;
        }
        (None, Some(result), _) => {
            output::line(&format!(" {heading}"))?;
            for line in crate::json::excerpt(result, most) {
                output::line(&format!("   {line}"))?;
            }
        }
        (None, None, Some(Status::Stopped)) => output::line(" STOPPED")?,
        (None, None, None) => output::line(" NO RESULT: it has no end")?,
        (None, None, Some(_)) => output::line(&format!(" {heading}  undefined"))?,
    }
    Ok(output::line("")?)
}

/// What a run took, beside what was estimated of the script, where that is known. `prices` are the person's own.
pub(crate) fn totals(state: &RunState, estimated: Option<&Analysis>, prices: &OwnPrices) -> Vec<String> {
    let against =
        |of: &dyn Fn(&Analysis) -> String| estimated.map(|a| format!("; estimated {}", of(a))).unwrap_or_default();
    let totals = &state.totals;
    let simulated = if state.is_simulated() { ", simulated".to_owned() } else { counted(totals.uncounted) };
    let cached = match totals.cached {
        0 => String::new(),
        cached => format!(", {cached} of them from the journal"),
    };
    let agents = against(&|a| a.plan.agents.to_string());
    let tokens = against(&|a| numbers::based(&a.expected().total.tokens));
    let usd = against(&|a| numbers::based(&a.expected().total.usd));
    let mut lines = vec![
        format!(" agents   {}{cached}{agents}", totals.agents),
        format!(" tokens   {}{simulated}{tokens}", totals.usage.total()),
        format!(" cost     {}{usd}", Spending::at(state, prices)),
    ];
    let lost =
        [(totals.failed, "agent", "without an answer"), (totals.dropped, "item", "null because something threw")];
    for (count, of, became) in lost.into_iter().filter(|(count, ..)| *count > 0) {
        lines.push(format!(" lost     {} {became}; the lines above say where and why", numbers::count(count, of)));
    }
    lines
}

/// What the tokens of a run rest on, where the provider did not count all of them.
fn counted(uncounted: u64) -> String {
    match uncounted {
        0 => String::new(),
        1 => " and more: of 1 answer only what was written to and fro is counted".to_owned(),
        n => format!(" and more: of {n} answers only what was written to and fro is counted"),
    }
}
