//! `callsheet plan`: the call sheet.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use analysis::{
    Analysis, Context,
    estimate::{self, Assumptions, Estimate},
    vocabulary::Profile,
};
use clap::Args;
use runtime::{RunId, RunSpec, Simulation, SimulationError};

use super::plan_json::Report;
use crate::{FINDINGS, FINE, excerpt, files::Source, output, output::Failure, past, past::RUNS, saved, sheet::Sheet};

/// Shows what a run will do and cost.
///
/// Nothing runs without --simulate, and with it only on made-up answers. Exits with 0, or with 1 where the script has
/// syntax errors or no simulated run came to its end.
#[derive(Args)]
pub(crate) struct Plan {
    /// The script.
    #[arg(required_unless_present = "stdin")]
    file: Option<PathBuf>,
    /// Reads the text on standard input; FILE, if given, is where it would be.
    #[arg(long)]
    stdin: bool,
    /// The arguments the script would get, as JSON.
    #[arg(long, value_name = "JSON", value_parser = json)]
    args: Option<serde_json::Value>,
    /// Plans for the arguments that the newest run of FILE in this folder was given.
    #[arg(long, conflicts_with_all = ["args", "stdin"])]
    last_args: bool,
    /// Runs the script N times on made-up answers, and shows what that took. Nothing is spent, and nothing is left on disk.
    #[arg(long, value_name = "N", num_args = 0..=1, default_missing_value = "20",
        value_parser = clap::value_parser!(u32).range(1..=1000))]
    simulate: Option<u32>,
    /// Agents at a time. Without: 2 less than there are processors, from 2 to 16.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    concurrency: Option<u16>,
    /// Agents of the whole run at most, as `run` takes it.
    #[arg(long, value_name = "N")]
    max_agents: Option<u64>,
    /// The dialect the script is written in. Without: that of its `@callsheet profile:` comment, else `claude-code` (docs/profiles.md).
    #[arg(long, value_name = "NAME")]
    profile: Option<Profile>,
    /// A file with prices of your own. Without: `callsheet/prices.json` in `~/.config`, if it is there.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Writes the plan as JSON.
    #[arg(long)]
    json: bool,
}

/// A JSON argument, or why it is none.
pub(crate) fn json(text: &str) -> Result<serde_json::Value, String> {
    serde_json::from_str(text).map_err(|e| format!("no JSON: {e}"))
}

impl Plan {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let source = match &self.file {
            Some(file) if !self.stdin => Source::read(file)?,
            file => Source::stdin(file.as_deref())?,
        };
        let prices = super::prices::own(self.prices.as_ref())?;
        let concurrency = Some(self.at_once() as u64);
        let assumptions =
            Assumptions { concurrency, prices: prices.clone(), history: past::history(), ..Assumptions::default() };
        let last = if self.last_args { Some(last_args(&source.path)?) } else { None };
        let (args, max_agents) = (last.as_ref().map_or(self.args.clone(), |(_, args)| args.clone()), self.max_agents);
        let given_profile = self.profile;
        let context =
            Context { file_name: source.name(), args, given_profile, max_agents, assumptions, ..Context::default() };
        let analysis = saved::analyze(&source, &context);
        if !analysis.script.errors.is_empty() || analysis.script.module().is_none() {
            // What recovery leaves out would be missing in every number.
            self.refuse(&source, &analysis);
            return Ok(FINDINGS);
        }
        let simulated = self.simulate.map(|runs| self.simulation(&source, &analysis, &context, runs)).transpose()?;
        let (estimate, note, failed) = match simulated {
            None => (None, None, false),
            Some(Ok(simulation)) => {
                let estimate = estimate::with_samples(
                    &analysis.estimate,
                    &analysis.plan,
                    &context.assumptions,
                    &simulation.samples,
                );
                (Some(estimate), Some(said(&simulation)), false)
            }
            Some(Err(error)) => (None, Some(error.to_string()), true),
        };
        let estimate: &Estimate = estimate.as_ref().unwrap_or(analysis.expected());
        match self.json {
            true => output::json(&Report::new(
                &analysis,
                estimate,
                &context.assumptions,
                &source.path,
                note.filter(|_| failed),
            ))?,
            false => {
                let (args, at_once) = (context.args.as_ref(), self.at_once());
                let path = &source.path;
                let args_of = last.as_ref().map(|(run, _)| run.as_str());
                output::line(
                    &Sheet {
                        analysis: &analysis,
                        estimate,
                        path,
                        args,
                        args_of,
                        max_agents: self.max_agents,
                        at_once,
                        assumptions: &context.assumptions,
                        simulation: note,
                    }
                    .render(),
                )?;
            }
        }
        Ok(if failed { FINDINGS } else { FINE })
    }

    /// Says why there is no plan, and where.
    fn refuse(&self, source: &Source, analysis: &Analysis) {
        let mut errors = analysis.findings.iter().filter(|f| f.code == "WF101").peekable();
        match errors.peek() {
            Some(_) if !self.json => errors.for_each(|error| output::note(&excerpt::render(source, error))),
            first => {
                let at = first.map_or(0, |error| error.span.start);
                let message = first.map_or("the script has no syntax tree", |error| error.message.as_str());
                let place = analysis.script.lines.line_column(&source.text, at);
                output::complain(&Failure::usage(format!("{}:{place}: {message}", source.path)), self.json);
            }
        }
    }

    fn at_once(&self) -> usize {
        self.concurrency.map_or_else(runtime::default_concurrency, usize::from)
    }

    fn simulation(
        &self,
        source: &Source,
        analysis: &Analysis,
        context: &Context,
        runs: u32,
    ) -> Result<Result<Simulation, SimulationError>, Failure> {
        let pragma = || analysis.script.pragmas.args.as_ref()?.1.clone().ok();
        // Nothing is written there.
        let nowhere = PathBuf::new();
        let mut spec = RunSpec::new(&source.path, source.text.as_str(), nowhere);
        spec.args = context.args.clone().or_else(pragma);
        spec.concurrency = Some(self.at_once());
        spec.in_dialect(context.profile_of(&analysis.script));
        spec.limits.max_agents = self.max_agents.unwrap_or(spec.limits.max_agents);
        let prices = context.assumptions.prices.clone();
        spec.price = Some(Arc::new(move |model, usage| estimate::would_cost_at(&prices, model, usage)));
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(tokio.block_on(runtime::simulate(&spec, analysis, runs)))
    }
}

/// The newest run of the script at `path`, and what it was given.
fn last_args(path: &str) -> Result<(RunId, Option<serde_json::Value>), Failure> {
    let here = std::env::current_dir()?;
    let last = runtime::runs::newest_of(Path::new(RUNS), &here, &here.join(path));
    last.ok_or_else(|| Failure::usage(format!("there is no run of {path} in {RUNS}; `--args JSON` gives arguments")))
}

/// What simulated numbers are, and which are missing.
fn said(simulation: &Simulation) -> String {
    let runs = simulation.samples.len();
    let mut said = format!(
        "{runs} runs on made-up answers: 1 run in 10 took less than the range, 1 in 10 more\n\
         the lengths of made-up lists and texts are a guess, not the world's (docs/estimates.md)"
    );
    if let Some((failed, error)) = &simulation.failed {
        said += &format!("\n{failed} more runs failed and are not counted; the first: {}", error.placed());
    }
    said
}
