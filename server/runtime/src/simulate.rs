//! What a script takes on the simulated model: run again and again, in simulated time, leaving nothing on disk.

use std::{sync::Arc, time::Duration};

use analysis::{
    Analysis,
    estimate::{Sample, Spent, request_time},
    plan::RLM_PHASE,
    text::LineColumn,
    units::{Agents, Seconds},
};
use futures::FutureExt;
use models::{Model, Reply, Request, Simulated};

use crate::{
    event::{RunError, Status},
    journal::Journal,
    launch,
    resume::Cache,
    rlm::SimulatedRoot,
    run::{RunSpec, StartError},
    scheduler::{self, Link, Scheduler},
    state::{AgentState, RunState},
};

/// Runs that fail before any has come to its end: the others would fare alike.
const HOPELESS: u32 = 3;

/// The longest that one run may take, in real time.
const LONGEST: Duration = Duration::from_secs(10);

/// What simulated runs took.
#[derive(Clone, Debug, PartialEq)]
pub struct Simulation {
    /// Those that came to their end.
    pub samples: Vec<Sample>,
    /// How many did not, and why the first of these did not.
    pub failed: Option<(u32, RunError)>,
}

/// Why there is no simulation.
#[derive(Debug, thiserror::Error)]
pub enum SimulationError {
    /// The script does not run at all.
    #[error(transparent)]
    Start(#[from] StartError),
    /// No run came to its end.
    #[error("no simulated run came to its end: {}", .error.placed())]
    Failed {
        /// Why the first did not.
        error: RunError,
    },
    /// No run came to its end, and the script reads `args`, of which there were none.
    #[error(
        "no simulated run came to its end: {}. The script reads `args`, and nothing says what they are: \
         a comment `// @callsheet args: {{…}}` in the script does", .error.placed()
    )]
    WithoutArgs {
        /// Why the first did not.
        error: RunError,
    },
}

/// Runs the script of `spec` `runs` times, with the seeds from 1 to `runs`, one after another. `analysis` is that of the same text, and the
/// samples are in the order of its calls and phases. Must be called within a tokio runtime; dropping the future ends the run under way.
///
/// Answers come at once: the time of a sample is simulated, that of requests which take as long as their answers likely take to write.
pub async fn simulate(spec: &RunSpec, analysis: &Analysis, runs: u32) -> Result<Simulation, SimulationError> {
    launch::check(&spec.source, &spec.script_path).map_err(StartError::Script)?;
    let mut simulation = Simulation { samples: Vec::new(), failed: None };
    for seed in 1..=runs {
        let state = run(spec, seed.into()).await?;
        if state.status() == Some(Status::Ok) {
            simulation.samples.push(sample(analysis, &state));
            continue;
        }
        let lost = || RunError::new("the run ended without saying how");
        let error = state.error().cloned().unwrap_or_else(lost);
        let (failed, _) = simulation.failed.get_or_insert((0, error));
        *failed += 1;
        if simulation.samples.is_empty() && *failed >= HOPELESS.min(runs) {
            break;
        }
    }
    match simulation.failed {
        Some((_, error)) if simulation.samples.is_empty() => {
            let blind = spec.args.is_none() && !analysis.plan.args_reads.is_empty();
            Err(if blind { SimulationError::WithoutArgs { error } } else { SimulationError::Failed { error } })
        }
        _ => Ok(simulation),
    }
}

async fn run(spec: &RunSpec, seed: u64) -> Result<Arc<RunState>, StartError> {
    let mut spec = RunSpec { seed, simulated: true, resume: None, ..spec.clone() };
    spec.limits.wall = Some(spec.limits.wall.map_or(LONGEST, |wall| wall.min(LONGEST)));
    spec.limits.slice = spec.limits.slice.min(LONGEST);
    let program = spec.sandbox.program().map_err(StartError::Sandbox)?;
    let journal = Journal::in_memory();
    let log = journal.log().clone();
    let (commands, inbox) = scheduler::channel();
    let model = Arc::new(Imagined(SimulatedRoot { others: Arc::new(Simulated::new(seed)) }));
    let scheduler = Scheduler::new(spec, model, journal, Cache::default(), None, Arc::default());
    scheduler.run(Link::open(program), inbox, commands, log.clone()).await;
    Ok(log.state())
}

/// The simulated model, whose answers come at once in real time and when they are likely written in simulated time.
struct Imagined(SimulatedRoot);

impl Model for Imagined {
    fn answer(&self, request: Request) -> Reply<'_> {
        self.0.answer(request)
    }

    fn simulated_latency(&self, request: &Request) -> Option<Duration> {
        let answer = self.0.answer(request.clone()).now_or_never()?;
        let output = answer.map(|answer| answer.usage.output).unwrap_or_default();
        Some(Duration::from_secs_f64(request_time(output).0))
    }
}

fn sample(analysis: &Analysis, state: &RunState) -> Sample {
    let (script, plan) = (&analysis.script, &analysis.plan);
    let place = |offset| script.lines.line_column(&script.text, offset);
    let sites: Vec<(LineColumn, LineColumn)> =
        plan.calls.iter().map(|call| (place(call.span.start), place(call.span.end))).collect();
    // The phase of that title, or else one whose title the run computes.
    let planned = |title: Option<&str>, workflow: Option<&str>| {
        let of_workflow = || plan.phases.iter().enumerate().filter(move |(_, p)| p.workflow.as_deref() == workflow);
        let mut known = of_workflow().filter(|(_, p)| !p.computed && p.holds(title));
        known.next().or_else(|| of_workflow().find(|(_, p)| p.holds(title))).map(|(i, _)| i)
    };
    let nothing = Spent { usd: Some(Default::default()), ..Spent::default() };
    let mut sample = Sample {
        total: nothing,
        time: Seconds(state.ms as f64 / 1000.0),
        phases: vec![nothing; plan.phases.len()],
        calls: vec![nothing; plan.calls.len()],
    };
    for agent in &state.agents {
        add(&mut sample.total, agent);
        let shown = state.phases.get(agent.phase);
        let phase = shown.and_then(|phase| match agent.spot {
            Some(_) => planned(Some(RLM_PHASE), None),
            None => planned(phase.title.as_deref(), phase.workflow.as_deref()),
        });
        if let Some(phase) = phase.and_then(|phase| sample.phases.get_mut(phase)) {
            add(phase, agent);
        }
        if agent.spot.is_some() || shown.is_none_or(|phase| phase.workflow.is_some()) {
            continue;
        }
        // The innermost call around the place, which is the last that begins before it.
        let site = sites.iter().rposition(|(start, end)| *start <= agent.at && agent.at < *end);
        if let Some(site) = site.and_then(|site| sample.calls.get_mut(site)) {
            add(site, agent);
        }
    }
    sample
}

fn add(sum: &mut Spent, agent: &AgentState) {
    sum.agents = sum.agents + Agents(1);
    sum.tokens = sum.tokens + agent.usage.total();
    sum.output = sum.output + agent.usage.output;
    sum.usd = sum.usd.filter(|_| agent.unpriced == 0).map(|usd| usd + agent.usd);
}
