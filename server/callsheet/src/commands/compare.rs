//! `callsheet compare`: the same job by a workflow and by a recursive language model, side by side.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use analysis::{Analysis, Context, estimate::Assumptions, prices::OwnPrices};
use clap::Args;
use models::{Chosen, Model};
use runtime::{
    Outcome, RunSpec,
    compare::{Axis, Comparison, Measured, Resumed, Side, Task},
    report,
    rlm::ContextFile,
    runs::{self, Recorded},
};
use serde_json::json;
use tracing_subscriber::filter::LevelFilter;

use super::who::Who;
use crate::{
    FINDINGS, FINE,
    files::Source,
    log, numbers, output,
    output::Failure,
    past::RUNS,
    saved,
    table::{Align, Table, cut},
    tree,
};

/// Has the same job done by a workflow and by a recursive language model.
///
/// Shows side by side who planned the work, whether its structure repeats, how many calls it took, how deep and how many at once, and what that cost. All runs are kept.
/// Exits with 0 when every run gave an answer, else with 1.
#[derive(Args)]
pub(crate) struct Compare {
    /// The task: a JSON file with a question, its files, a workflow and limits.
    task: PathBuf,
    /// How often each way is gone, instead of what the task says; each time with another seed.
    #[arg(long, value_name = "N", 
        value_parser = clap::value_parser!(u32).range(1..=Task::MOST_REPEATS.into()))]
    repeats: Option<u32>,
    #[command(flatten)]
    who: Who,
    /// Seed of the first run's simulated answers.
    #[arg(long, value_name = "N", default_value_t = 0)]
    seed: u64,
    /// Calls at a time, in both ways.
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=64))]
    concurrency: u16,
    /// A file with prices of your own. Without: `callsheet/prices.json` in `~/.config`, if it is there.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Writes a page with both trees.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Writes what was measured as JSON.
    #[arg(long)]
    json: bool,
}

/// What does not change from run to run.
struct Job {
    task: Task,
    contexts: Vec<ContextFile>,
    texts: Vec<String>,
    source: Source,
    context: Context,
    analysis: Analysis,
}

/// Which way the job is done.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Workflow,
    Rlm,
}

impl Compare {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        log::begin(LevelFilter::OFF);
        let job = self.job()?;
        let simulated = self.choose(&job, 0)?.is_simulated();
        // Before anything is spent.
        self.html.as_deref().map_or(Ok(()), |file| write(file, ""))?;
        if !self.json {
            self.announce(&job, simulated)?;
        }
        let (workflow, first) = self.side(&job, Way::Workflow)?;
        let (rlm, second) = self.side(&job, Way::Rlm)?;
        let comparison = Comparison { question: job.task.question.clone(), simulated, workflow, rlm };
        if let Some(file) = &self.html {
            let name = job.analysis.script.meta.as_ref().and_then(|meta| meta.name.as_ref());
            let name = name.map_or("workflow", |name| name.value.as_str());
            let page = report::comparison(
                &comparison,
                [(&format!("Workflow {name}"), &first), ("RLM", &second)],
                job.prices(),
            );
            write(file, &page)?;
        }
        match self.json {
            true => {
                let mut shown = json!(comparison);
                shown["axes"] = json!(comparison.axes());
                for (side, of) in [("workflow", &comparison.workflow), ("rlm", &comparison.rlm)] {
                    shown[side]["sameStructure"] = json!(of.same_structure());
                }
                output::json(&shown)?;
            }
            false => self.show(&comparison.axes())?,
        }
        Ok(if comparison.workflow.is_answered() && comparison.rlm.is_answered() { FINE } else { FINDINGS })
    }

    fn job(&self) -> Result<Job, Failure> {
        let wrong = |error: runtime::compare::TaskError| Failure::usage(error.to_string());
        let mut task = Task::read(&self.task).map_err(wrong)?;
        task.repeats = self.repeats.unwrap_or(task.repeats);
        let contexts = task.contexts().map_err(wrong)?;
        let texts = contexts.iter().map(ContextFile::text).collect::<Result<Vec<_>, _>>();
        let texts = texts.map_err(|error| Failure::usage(error.to_string()))?;
        let source = Source::read(&task.script())?;
        let prices = super::prices::own(self.prices.as_ref())?;
        let assumptions = Assumptions { concurrency: Some(self.concurrency.into()), prices, ..Assumptions::default() };
        let args = Some(task.args(&contexts).map_err(wrong)?);
        let context = Context { file_name: source.name(), args, assumptions, ..Context::default() };
        let analysis = saved::analyze(&source, &context);
        Ok(Job { task, contexts, texts, source, context, analysis })
    }

    fn choose(&self, job: &Job, repeat: u32) -> Result<Chosen, Failure> {
        let named = job.analysis.plan.named_models().chain(job.task.rlm.sub_model.as_deref());
        let chosen = self.who.choose(self.seed.wrapping_add(repeat.into()), named)?;
        Ok(Chosen { prices: job.prices().clone(), ..chosen })
    }

    /// What is asked, about what, how often, and whether that spends anything.
    fn announce(&self, job: &Job, simulated: bool) -> Result<(), Failure> {
        output::line(&format!(" COMPARE  {}", job.task.question))?;
        let bytes = job.contexts.iter().map(|context| context.bytes).sum();
        let files: Vec<&str> = job.contexts.iter().map(|context| context.name.as_str()).collect();
        output::line(&format!(" FILES    {}, {}", cut(&files.join(", "), 70), numbers::bytes(bytes)))?;
        output::line(&match simulated {
            true => " BASIS    simulated: all answers are made up and mean nothing, the root model's cells are real"
                .to_owned(),
            false => {
                let (runs, cost) = (job.task.repeats, numbers::based(&job.analysis.estimate.total.usd));
                format!(
                    " BASIS    this spends real money: {runs} times {cost} on the workflow, and what its limits allow on the rlm"
                )
            }
        })?;
        output::line("")?;
        Ok(())
    }

    /// All runs of one way, and the first of them.
    fn side(&self, job: &Job, way: Way) -> Result<(Side, Recorded), Failure> {
        let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let (mut runs, mut first) = (Vec::new(), None);
        for repeat in 0..job.task.repeats {
            let (spec, model) = self.spec(job, way, &self.choose(job, repeat)?, repeat);
            let begun = spec.clone();
            let outcome: Outcome = tokio.block_on(async {
                let handle = runtime::start(spec, model).map_err(|e| Failure::usage(e.to_string()))?;
                tokio::select! {
                    outcome = handle.wait() => Ok(outcome),
                    _ = tokio::signal::ctrl_c() => {
                        handle.stop();
                        handle.wait().await;
                        Err(Failure::usage("stopped: a comparison needs all its runs"))
                    }
                }
            })?;
            let run = runs::open(Path::new(RUNS), &outcome.run).map_err(|e| Failure::usage(e.to_string()))?;
            if !self.json {
                output::line(&format!("   {:<8}  {}  {}", way.name(), run.id, tree::headline(&run.state())))?;
            }
            let texts: Vec<&str> = job.texts.iter().map(String::as_str).collect();
            runs.push(Measured::of(&run, &job.contexts, &texts, job.prices()));
            first.get_or_insert((run, begun));
        }
        let Some((first, spec)) = first else { return Err(Failure::usage("there was no run to compare")) };
        let again = RunSpec { resume: Some(first.id.clone()), ..spec };
        let preview = tokio.block_on(runtime::preview(&again)).map_err(|e| Failure::usage(e.to_string()))?;
        tokio.shutdown_background();
        let resumed = Some(Resumed::from(&preview)).filter(|_| preview.complete);
        Ok((Side { known: job.known(way, &again), runs, resumed }, first))
    }

    fn spec(&self, job: &Job, way: Way, chosen: &Chosen, repeat: u32) -> (RunSpec, Arc<dyn Model>) {
        let (mut spec, model) = match way {
            Way::Workflow => {
                let mut spec = RunSpec::new(&job.source.path, job.source.text.as_str(), RUNS);
                spec.args = job.context.args.clone();
                spec.in_dialect(job.context.profile_of(&job.analysis.script));
                spec.read_kinds();
                let model = spec.answered_by(chosen);
                (spec, model)
            }
            Way::Rlm => job.task.grown(&job.contexts, Path::new(RUNS), chosen),
        };
        spec.seed = self.seed.wrapping_add(repeat.into());
        spec.concurrency = Some(self.concurrency.into());
        (spec, model)
    }

    fn show(&self, axes: &[Axis]) -> Result<(), Failure> {
        let mut table = Table::new(&[Align::Left, Align::Left, Align::Left]);
        table.row(["", "workflow", "rlm"]);
        table.rule();
        axes.iter().for_each(|axis| table.row([axis.name, &axis.workflow, &axis.rlm]));
        output::line("")?;
        output::lines(&table.lines(1, usize::MAX))?;
        let mut notes = Table::new(&[Align::Left, Align::Left]);
        axes.iter().for_each(|axis| notes.row([axis.name, &axis.basis]));
        output::line("\n BASIS")?;
        output::lines(&notes.lines(3, usize::MAX))?;
        if let Some(file) = &self.html {
            output::line(&format!("\n page     {}", file.display()))?;
        }
        Ok(())
    }
}

fn write(file: &Path, page: &str) -> Result<(), Failure> {
    fs::write(file, page).map_err(|e| Failure::usage(format!("cannot write {}: {e}", file.display())))
}

impl Job {
    fn prices(&self) -> &Arc<OwnPrices> {
        &self.context.assumptions.prices
    }

    /// The calls that could be told before anything ran.
    fn known(&self, way: Way, spec: &RunSpec) -> String {
        match way {
            Way::Workflow => format!("{} calls", self.analysis.plan.agents),
            Way::Rlm => format!("at most {} calls", spec.limits.max_agents),
        }
    }
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Way::Workflow => "workflow",
            Way::Rlm => "rlm",
        }
    }
}
