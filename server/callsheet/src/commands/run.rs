//! `callsheet run`: the call sheet, the run, the result.

use std::path::PathBuf;

use analysis::{Analysis, Context, estimate::Assumptions, prices, units::Tokens};
use clap::Args;
use runtime::{AgentState, Event, EventKind, Outcome, RunHandle, RunSpec, Status};
use serde_json::{Value, json};
use tracing_subscriber::filter::LevelFilter;

use super::who::{Who, with_kinds};
use crate::{
    FINDINGS, FINE, excerpt,
    files::Source,
    log, numbers, output,
    output::Failure,
    saved,
    sheet::Sheet,
    tree,
    watch::{self, View},
};

/// Where runs are kept, from the folder the command is given in.
pub(crate) const RUNS: &str = ".callsheet/runs";

/// Lines of a result on a terminal; the rest is in its file.
const RESULT_LINES: usize = 40;

/// Shows what a script will do and cost, runs it, and shows its result.
///
/// Exits with 0 when the script returned, with 1 when it failed or was stopped. Ctrl-C stops the run and keeps its journal; a second
/// one ends the program.
#[derive(Args)]
pub(crate) struct Run {
    /// The script.
    file: PathBuf,
    /// What the script sees as `args`, as JSON.
    #[arg(long, value_name = "JSON", value_parser = super::plan::json, conflicts_with = "args_file")]
    args: Option<Value>,
    /// A file with what the script sees as `args`, as JSON.
    #[arg(long, value_name = "FILE")]
    args_file: Option<PathBuf>,
    #[command(flatten)]
    who: Who,
    /// Seed of the simulated answers.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Agents at a time. Without: 2 less than there are processors, from 2 to 16.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: Option<u16>,
    /// Agents of the whole run at most.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    max_agents: u64,
    /// Output tokens of the whole run at most; the script sees them as `budget.total`.
    #[arg(long, value_name = "N")]
    budget_tokens: Option<u64>,
    /// Writes one event a line as JSON, at the end a `result` or an `error`.
    #[arg(long)]
    json: bool,
}

impl Run {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        log::begin(LevelFilter::OFF);
        let source = Source::read(&self.file)?;
        let assumptions = Assumptions { concurrency: Some(self.at_once() as u64), ..Assumptions::default() };
        let context = Context { file_name: source.name(), args: self.args()?, assumptions, ..Context::default() };
        let analysis = saved::analyze(&source, &context);
        let args = context.args.or_else(|| analysis.script.pragmas.args.as_ref()?.1.clone().ok());
        let chosen = self.who.choose(self.seed, &analysis)?;
        if !self.json {
            let sheet = Sheet {
                analysis: &analysis,
                estimate: &analysis.estimate,
                path: &source.path,
                args: args.as_ref(),
                at_once: self.at_once(),
                simulation: None,
            };
            output::line(&sheet.render())?;
            output::line("")?;
        }
        let mut spec = self.spec(&source, args);
        let model = spec.answered_by(&chosen);
        let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let ended = tokio.block_on(async {
            let handle = match runtime::start(spec, model) {
                Ok(handle) => handle,
                Err(error) => return Ok(Err(error)),
            };
            let view = View::choose(self.json);
            watch::until_end(&handle, view).await?;
            let outcome = handle.wait().await;
            match self.json {
                true => output::json_line(&last_line(&outcome))?,
                false => report(&analysis, &handle, &outcome)?,
            }
            Ok::<_, Failure>(Ok(outcome.status))
        })?;
        tokio.shutdown_background();
        match ended {
            Ok(Status::Ok) => Ok(FINE),
            Ok(Status::Failed | Status::Stopped) => Ok(FINDINGS),
            Err(error) => {
                self.refuse(&source, &analysis, &error)?;
                Ok(FINDINGS)
            }
        }
    }

    fn args(&self) -> Result<Option<Value>, Failure> {
        let Some(file) = &self.args_file else { return Ok(self.args.clone()) };
        let text = Source::read(file)?.text;
        let args = super::plan::json(&text).map_err(|e| Failure::usage(format!("{}: {e}", file.display())))?;
        Ok(Some(args))
    }

    fn at_once(&self) -> usize {
        self.concurrency.map_or_else(runtime::default_concurrency, usize::from)
    }

    fn spec(&self, source: &Source, args: Option<Value>) -> RunSpec {
        let mut spec = RunSpec::new(&self.file, source.text.as_str(), RUNS);
        spec.args = args;
        spec.seed = self.seed;
        spec.concurrency = Some(self.at_once());
        spec.limits.max_agents = self.max_agents;
        spec.limits.budget_tokens = self.budget_tokens.map(Tokens);
        with_kinds(spec)
    }

    /// Says why a run did not start, by the script's lines where they are to blame.
    fn refuse(&self, source: &Source, analysis: &Analysis, error: &runtime::StartError) -> Result<(), Failure> {
        if self.json {
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
        let blamed = analysis.findings.iter().filter(|f| f.severity == analysis::lint::Severity::Error);
        blamed.for_each(|finding| output::note(&excerpt::render(source, finding)));
        output::note(&format!("error: the run did not start: {error}"));
        Ok(())
    }
}

/// The last line of `run --json`.
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

/// The tree, the result, what was estimated beside what it took, and where the journal is.
fn report(analysis: &Analysis, handle: &RunHandle, outcome: &Outcome) -> Result<(), Failure> {
    output::line("")?;
    for line in tree::lines(&handle.state(), tree::Frame::WHOLE) {
        output::line(&format!(" {line}"))?;
    }
    output::line("")?;
    match (&outcome.error, &outcome.result) {
        (Some(error), _) => {
            let place = error.at.map(|at| format!(" at line {at}")).unwrap_or_default();
            output::line(&format!(" FAILED{place}: {}", error.message))?;
        }
        (None, _) if outcome.status == Status::Stopped => output::line(" STOPPED")?,
        (None, None) => output::line(" RESULT  undefined")?,
        (None, Some(result)) => {
            output::line(" RESULT")?;
            for line in crate::json::excerpt(result, RESULT_LINES) {
                output::line(&format!("   {line}"))?;
            }
        }
    }
    output::line("")?;
    let (totals, total) = (&outcome.totals, &analysis.estimate.total);
    let tokens = totals.usage.total();
    let more = if totals.unpriced > 0 { " and more, as some models have no price" } else { "" };
    let unnamed = |agent: &AgentState| matches!(agent.queued.kind, EventKind::AgentQueued { model: None, .. });
    let assumed = prices::find("inherit").filter(|_| handle.state().agents.iter().any(unnamed));
    let assumed = assumed.map(|model| format!(", no model named = {} (assumed)", model.id)).unwrap_or_default();
    let (in_tokens, in_usd) = (numbers::span(&total.tokens), numbers::span(&total.usd));
    output::line(&format!(" agents   {}; estimated {}", totals.agents, analysis.plan.agents))?;
    let simulated = matches!(
        handle.state().started.as_deref(),
        Some(Event { kind: EventKind::RunStarted { simulated: true, .. }, .. })
    );
    let (basis, spent, assumed) = match simulated {
        true => (", simulated".to_owned(), "nothing spent; ", assumed.as_str()),
        false => (counted(totals.uncounted), "", ""),
    };
    output::line(&format!(" tokens   {tokens}{basis}; estimated {in_tokens}"))?;
    output::line(&format!(" cost     {spent}{}{more} at list prices{assumed}; estimated {in_usd}", totals.usd))?;
    output::line(&format!(" journal  {}", handle.folder().display()))?;
    Ok(())
}

/// What the tokens of a run rest on, where the provider did not count all of them.
fn counted(uncounted: u64) -> String {
    match uncounted {
        0 => String::new(),
        1 => " and more: of 1 answer only what was written to and fro is counted".to_owned(),
        n => format!(" and more: of {n} answers only what was written to and fro is counted"),
    }
}
