//! The one way to run a case: the real runtime, its sandbox process, a scripted model.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
    time::{Duration, Instant},
};

use analysis::{text::LineColumn, units::Tokens};
use runtime::{Event, EventKind, RunHandle, RunId, RunSpec, SandboxCommand, StartError, Status, journal};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{
    case::Case,
    model::Scripted,
    outcome::{Failure, Outcome},
};

/// One runtime for all cases: what one of them does to the process, the next would feel.
pub(crate) static TOKIO: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("tokio")
});

/// Runs `case` as a script in `folder` and keeps the run in `runs`.
pub(crate) fn run(case: &Case, folder: &Path, runs: &Path) -> Outcome {
    let model = Arc::new(Scripted::new(case.model.clone()));
    let began = Instant::now();
    TOKIO.block_on(async {
        match runtime::start(spec(case, folder, runs), model.clone()) {
            Err(error) => not_started(&error, began.elapsed()),
            Ok(run) => ended(&run, &model, began).await,
        }
    })
}

/// A case in a folder of its own, to be run and steered.
pub(crate) struct Stage {
    pub(crate) case: Case,
    pub(crate) model: Arc<Scripted>,
    /// The run to go on with.
    pub(crate) resume: Option<RunId>,
    /// Whether agents in trees of their own may work again.
    pub(crate) repeat: bool,
    folder: TempDir,
}

impl Stage {
    pub(crate) fn new(case: Case) -> Stage {
        let model = Arc::new(Scripted::new(case.model.clone()));
        Stage { case, model, resume: None, repeat: false, folder: tempfile::tempdir().expect("a folder") }
    }

    /// Where its runs are kept.
    pub(crate) fn runs(&self) -> PathBuf {
        self.folder.path().join("runs")
    }

    /// Starts a run and does `acts` with it.
    pub(crate) fn act<T>(&self, acts: impl AsyncFnOnce(RunHandle) -> T) -> T {
        let run = self.start();
        TOKIO.block_on(acts(run))
    }

    /// Starts a run.
    pub(crate) fn start(&self) -> RunHandle {
        self.try_start().expect("the run starts")
    }

    /// Why no run starts.
    pub(crate) fn refused(&self) -> String {
        self.try_start().expect_err("the run does not start").to_string()
    }

    fn try_start(&self) -> Result<RunHandle, StartError> {
        let spec = RunSpec {
            resume: self.resume.clone(),
            repeat_isolated: self.repeat,
            ..spec(&self.case, self.folder.path(), &self.runs())
        };
        let _inside = TOKIO.enter();
        runtime::start(spec, self.model.clone())
    }
}

/// What a case asks of the runtime.
pub(crate) fn spec(case: &Case, folder: &Path, runs: &Path) -> RunSpec {
    let mut spec = RunSpec::new(folder.join(&case.file), case.script.as_str(), runs);
    spec.args = case.args.clone();
    spec.sandbox = SandboxCommand::Program {
        program: PathBuf::from(env!("CARGO_BIN_EXE_callsheet")),
        args: vec!["sandbox".into()],
    };
    spec.concurrency = Some(16);
    spec.kinds = vec![models::AgentKind { name: "reviewer".into(), ..models::AgentKind::default() }];
    spec.retry.wait = Duration::from_millis(1);
    for (name, value) in &case.flags {
        spec.dialect.set(name, value).unwrap_or_else(|e| panic!("{}: {e}", case.name));
    }
    for (number, of) in &case.limits {
        match of.as_str() {
            "agents" => spec.limits.max_agents = *number,
            "at once" => spec.concurrency = Some(*number as usize),
            "tokens" => spec.limits.budget_tokens = Some(Tokens(*number)),
            "ms slice" => spec.limits.slice = Duration::from_millis(*number),
            "ms wall" => spec.limits.wall = Some(Duration::from_millis(*number)),
            "MiB" => spec.limits.memory = number << 20,
            other => panic!("{}: there is no limit of {other}", case.name),
        }
    }
    spec
}

fn not_started(error: &StartError, took: Duration) -> Outcome {
    let place = error.script_error().and_then(|e| e.at).map(line_and_column);
    Outcome {
        end: Err(Failure { message: error.to_string(), place }),
        prompts: Vec::new(),
        calls: 0,
        phases: Vec::new(),
        lines: Vec::new(),
        unsound: None,
        took,
    }
}

async fn ended(run: &RunHandle, model: &Scripted, began: Instant) -> Outcome {
    let outcome = run.wait().await;
    let took = began.elapsed();
    let state = run.state();
    let end = match outcome.status {
        Status::Ok => Ok(outcome.result),
        Status::Failed | Status::Stopped => {
            let error = outcome.error.unwrap_or_else(|| runtime::RunError::new("stopped without an error"));
            Err(Failure { message: error.message, place: error.at.map(line_and_column) })
        }
    };
    let phase = |agent: &runtime::AgentState| state.phases[agent.phase].title.clone().unwrap_or_default();
    Outcome {
        end,
        prompts: started(run),
        calls: model.times(),
        phases: state.agents.iter().map(phase).collect(),
        lines: state.lines.iter().map(|event| line(event)).collect(),
        unsound: unsound(&run.folder().join(journal::FILE_NAME)),
        took,
    }
}

/// The prompts of the calls that left, in the order in which they did.
fn started(run: &RunHandle) -> Vec<String> {
    let mut events = run.subscribe(1);
    let (mut queued, mut prompts) = (HashMap::new(), Vec::new());
    while let Some(event) = events.try_next() {
        match &event.kind {
            EventKind::AgentQueued { call, prompt, .. } => drop(queued.insert(*call, prompt.clone())),
            EventKind::AgentStarted { call } => prompts.extend(queued.remove(call)),
            _ => {}
        }
    }
    prompts
}

/// What is wrong with the journal of a run that ended, if anything is.
fn unsound(journal: &Path) -> Option<String> {
    let recording = match journal::read(journal) {
        Ok(recording) => recording,
        Err(error) => return Some(error.to_string()),
    };
    if let Some(damage) = recording.damage {
        return Some(damage.to_string());
    }
    match recording.events.last().map(|event| &event.kind) {
        Some(EventKind::RunEnded { .. }) => None,
        other => Some(format!("the journal ends with {other:?}")),
    }
}

/// A line as people see it.
fn line(event: &Event) -> String {
    match &event.kind {
        EventKind::Log { message } | EventKind::Warning { message, .. } => message.clone(),
        EventKind::Dropped { from, index, reason, .. } => format!("{from}[{index}]: {reason}"),
        other => format!("{other:?}"),
    }
}

fn line_and_column(at: LineColumn) -> (u32, u32) {
    (at.line, at.column)
}
