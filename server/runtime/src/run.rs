//! Starting a run.

use std::{
    env, fs, io,
    num::NonZero,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use analysis::{
    units::{Tokens, Usd},
    vocabulary::{AGENT_TYPES, Profile},
};
use models::{AgentKind, ChoiceError, Chosen, Model, Usage};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    dialect::Dialect,
    draft::Drafts,
    event::{EventKind, RunError},
    handle::RunHandle,
    id::RunId,
    journal::{self, Journal},
    key, launch,
    options::AgentOptions,
    resume,
    rlm::{ContextFile, RlmLimits, SimulatedRoot},
    runs,
    sandbox::protocol::{Start, Walls},
    scheduler::{self, Link, Scheduler},
};

/// What a call costs: the model in force, `inherit` where none is named, and what the call took. `None` where the price is not known.
pub type Price = Arc<dyn Fn(&str, &Usage) -> Option<Usd> + Send + Sync>;

/// Which model is in force for a name in a script.
pub type Naming = Arc<dyn Fn(&str) -> String + Send + Sync>;

/// All that decides a run.
#[derive(Clone)]
pub struct RunSpec {
    /// The script's file: for its name, and as the place from which saved workflows are looked for.
    pub script_path: PathBuf,
    /// The script's text.
    pub source: String,
    /// What the script sees as `args`; `None` is `undefined`.
    pub args: Option<Value>,
    /// Who answers, in a word: `anthropic`.
    pub provider: Option<String>,
    /// The model where a call names none.
    pub model: Option<String>,
    /// Which model is in force where a call, or its kind of agent, names one; without it the name itself.
    pub names: Option<Naming>,
    /// Whether the answers are made up. Such answers are never reused by a run whose answers are not.
    pub simulated: bool,
    /// Seed of everything that is drawn.
    pub seed: u64,
    /// Most agents at once; `None` is [`default_concurrency`].
    pub concurrency: Option<usize>,
    /// What the run may take.
    pub limits: Limits,
    /// Retries of attempts that may succeed later.
    pub retry: Retry,
    /// The dialect the script is written in.
    pub profile: Profile,
    /// Switches of the dialect.
    pub dialect: Dialect,
    /// Registered kinds of agents; where there are none, every name passes.
    pub kinds: Vec<AgentKind>,
    /// Where runs are kept, a folder each: `.callsheet/runs`.
    pub runs_dir: PathBuf,
    /// Further folders of saved workflows, after those found above the script: the user's own.
    pub workflow_dirs: Vec<PathBuf>,
    /// Where runs on this machine share how fast providers may be asked; `None` for a run that shares nothing.
    pub accounts_dir: Option<PathBuf>,
    /// What runs the script.
    pub sandbox: SandboxCommand,
    /// Prices; without them, and for models they do not know, cost is unknown.
    pub price: Option<Price>,
    /// Reuse the finished calls of this run.
    pub resume: Option<RunId>,
    /// With `resume`: ask recursive models that the script begins anew from this turn on (from 1), and reuse what came before.
    pub from_turn: Option<u32>,
    /// Files that arguments name as contexts of recursive language models.
    pub contexts: Vec<ContextFile>,
    /// What each recursive language model may take.
    pub rlm: RlmLimits,
    /// Make those calls again that worked in a tree of their own and were begun, but not answered, by the run resumed.
    /// They may do their work twice, so without this such a call ends the run.
    pub repeat_isolated: bool,
}

impl RunSpec {
    /// A run of `source` with no arguments, on a simulated model with seed 0, kept in `runs_dir`.
    pub fn new(script_path: impl Into<PathBuf>, source: impl Into<String>, runs_dir: impl Into<PathBuf>) -> Self {
        Self {
            script_path: script_path.into(),
            source: source.into(),
            args: None,
            provider: None,
            model: None,
            names: None,
            simulated: true,
            seed: 0,
            concurrency: None,
            limits: Limits::default(),
            retry: Retry::default(),
            profile: Profile::default(),
            dialect: Dialect::default(),
            kinds: Vec::new(),
            runs_dir: runs_dir.into(),
            workflow_dirs: crate::saved::personal_workflows(),
            accounts_dir: scheduler::accounts_folder(),
            sandbox: SandboxCommand::ThisBinary,
            price: None,
            resume: None,
            from_turn: None,
            contexts: Vec::new(),
            rlm: RlmLimits::default(),
            repeat_isolated: false,
        }
    }

    /// The same in the dialect of `profile`.
    pub fn in_dialect(&mut self, profile: Profile) {
        (self.profile, self.dialect) = (profile, profile.into());
    }

    /// Reads the kinds of agents the script can name: those of the folders above it, and the person's own.
    pub fn read_kinds(&mut self) {
        let folder = self.script_path.parent().filter(|folder| !folder.as_os_str().is_empty());
        self.kinds = AgentKind::read_all(folder.unwrap_or(Path::new(".")), env::home_dir().as_deref());
    }

    /// Has the run answered by `chosen`: provider, models, prices.
    pub fn answered_by(&mut self, chosen: &Chosen) -> Arc<dyn Model> {
        self.simulated = chosen.is_simulated();
        self.provider = Some(chosen.provider().to_owned());
        self.model = chosen.default_model();
        // What the root model of a question is told depends on which it is.
        if let (false, Some(args), Some(root)) = (self.contexts.is_empty(), &mut self.args, &self.model) {
            args["model"] = root.as_str().into();
        }
        let names = chosen.names.clone();
        self.names = Some(Arc::new(move |asked| names.in_force(asked)));
        let prices = chosen.clone();
        self.price = Some(Arc::new(move |model, usage| prices.cost(model, usage)));
        match self.simulated {
            true => Arc::new(SimulatedRoot { others: chosen.model.clone() }),
            false => chosen.model.clone(),
        }
    }

    /// The kind of agent that options name, or why there is none.
    pub(crate) fn kind(&self, options: &AgentOptions) -> Result<Option<&AgentKind>, String> {
        let Some(given) = &options.agent_type else { return Ok(None) };
        let found = self.kinds.iter().find(|kind| kind.name == *given);
        // `plugin:type` comes from a plugin, which may not be looked at here.
        if found.is_some() || self.kinds.is_empty() || given.contains(':') || AGENT_TYPES.contains(&given.as_str()) {
            return Ok(found);
        }
        let known: Vec<&str> = self.kinds.iter().map(|k| k.name.as_str()).chain(AGENT_TYPES).collect();
        Err(format!("agent() knows no agentType {given:?}; known: {}", known.join(", ")))
    }

    /// The model in force for a call: its own, that of its kind of agent, the run's.
    pub(crate) fn model_of(&self, options: &AgentOptions, kind: Option<&AgentKind>) -> Option<String> {
        let named = options.model.as_ref().or(kind.and_then(|kind| kind.model.as_ref()));
        match (named, &self.names) {
            (Some(named), Some(names)) => Some(names(named)),
            (Some(named), None) => Some(named.clone()),
            (None, _) => self.model.clone(),
        }
    }

    /// What the sandbox is told first.
    pub(crate) fn first_message(&self) -> Start {
        Start {
            source: self.source.clone(),
            args: self.args.clone(),
            budget: self.limits.budget_tokens.map(|t| t.0),
            budget_usd: self.limits.budget_usd.map(|usd| usd.0),
            walls: Walls { memory: self.memory(), slice_ms: self.limits.slice.as_millis() as u64 },
            dialect: self.dialect,
            contexts: self.contexts.clone(),
            rlm: self.rlm,
            most_calls: self.limits.max_agents,
            model: self.model.clone(),
        }
    }

    /// Memory of the sandbox: what the script may take, and room for contexts: the text, its index, its strings of one or two
    /// bytes a character.
    pub(crate) fn memory(&self) -> u64 {
        self.limits.memory + 5 * self.contexts.iter().map(|c| c.bytes).sum::<u64>()
    }

    /// Most agents at once.
    pub(crate) fn at_once(&self) -> usize {
        self.concurrency.unwrap_or_else(default_concurrency).max(1)
    }
}

/// What a run may take.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Limits {
    /// Agent calls, nested workflows included.
    pub max_agents: u64,
    /// Output tokens: what the script sees as `budget.total`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_tokens: Option<Tokens>,
    /// Money. Calls whose price is not known are refused under such a limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_usd: Option<Usd>,
    /// Time from start to end, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "millis_option")]
    pub wall: Option<Duration>,
    /// Time the script may run without awaiting, in milliseconds.
    #[serde(with = "millis")]
    pub slice: Duration,
    /// Memory of the script, in bytes.
    pub memory: u64,
}

impl Default for Limits {
    /// The dialect's numbers: 1000 agents, 30 s without an await. 512 MiB are ours.
    fn default() -> Self {
        Self {
            max_agents: 1000,
            budget_tokens: None,
            budget_usd: None,
            wall: None,
            slice: Duration::from_secs(30),
            memory: 512 << 20,
        }
    }
}

mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(time.as_millis() as u64)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}

mod millis_option {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
        match time {
            Some(time) => super::millis::serialize(time, serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
        Ok(Option::<u64>::deserialize(deserializer)?.map(Duration::from_millis))
    }
}

/// How attempts that may succeed later are repeated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Retry {
    /// Attempts at one answer that fail for reasons of the provider, before the call fails.
    pub attempts: u32,
    /// The first wait; each further one is twice as long, with up to half of it taken off at random, and at least what
    /// the provider asks for.
    pub wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
    /// An attempt that takes longer counts as one that did not come back.
    pub stall: Duration,
}

impl Default for Retry {
    /// Six attempts and three minutes are the official tool's numbers.
    fn default() -> Self {
        Self {
            attempts: 6,
            wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(60),
            stall: Duration::from_secs(180),
        }
    }
}

/// What runs the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SandboxCommand {
    /// This binary with the argument `sandbox`: it must end in [`crate::sandbox_main`].
    ThisBinary,
    /// Another program that does the same.
    Program {
        /// The program.
        program: PathBuf,
        /// Its arguments.
        args: Vec<String>,
    },
    /// A thread of this process: no walls, and an endless loop cannot be ended. For tests of scripts that mean well.
    Thread,
}

impl SandboxCommand {
    pub(crate) fn program(&self) -> io::Result<Option<(PathBuf, Vec<String>)>> {
        Ok(match self {
            Self::ThisBinary => Some((models::this_program()?, vec!["sandbox".into()])),
            Self::Program { program, args } => Some((program.clone(), args.clone())),
            Self::Thread => None,
        })
    }
}

/// Most agents at once where nobody says: `min(16, CPUs − 2)`, and never under 2.
pub fn default_concurrency() -> usize {
    let cpus = thread::available_parallelism().map_or(1, NonZero::get);
    cpus.saturating_sub(2).clamp(2, 16)
}

/// Why a run did not start. Nothing was spent.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The script cannot run; all that is wrong with it, in the order of the text.
    #[error("{}", listed(.0))]
    Script(Vec<RunError>),
    /// The folder of the run cannot be made, or nothing written into it.
    #[error("cannot write {path}, where the run is kept: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The journal cannot be written.
    #[error("{0}")]
    Journal(String),
    /// Nobody answers.
    #[error(transparent)]
    Model(#[from] ChoiceError),
    /// The run to resume cannot be.
    #[error(transparent)]
    Resume(#[from] resume::ResumeError),
    /// The program that runs scripts is not there.
    #[error("cannot find the program that runs the script: {0}")]
    Sandbox(io::Error),
}

fn listed(errors: &[RunError]) -> String {
    let line = |e: &RunError| match e.at {
        Some(at) => format!("{at}: {}", e.message),
        None => e.message.clone(),
    };
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

impl StartError {
    /// The first mistake of the script and its place, where the script is to blame.
    pub fn script_error(&self) -> Option<&RunError> {
        match self {
            Self::Script(errors) => errors.first(),
            _ => None,
        }
    }
}

/// Starts a run and returns at once. Must be called within a tokio runtime.
pub fn start(spec: RunSpec, model: Arc<dyn Model>) -> Result<RunHandle, StartError> {
    let name = launch::check(&spec.source, &spec.script_path).map_err(StartError::Script)?;
    let program = spec.sandbox.program().map_err(StartError::Sandbox)?;
    // The process starts while journals are read and written; it does nothing before it is told what to run.
    let link = Link::open(program);
    let cache = resume::Cache::of(&spec)?;
    let (id, folder) = make_folder(&spec.runs_dir)?;
    let mut journal = match begin(&folder, &spec.source) {
        Ok(journal) => journal,
        Err(error) => {
            // A run that did not begin leaves nothing behind, as far as that can be helped.
            if let Err(error) = fs::remove_dir_all(&folder) {
                tracing::warn!(%error, folder = %folder.display(), "what is left of a run that did not begin stays");
            }
            return Err(error);
        }
    };
    let log = journal.log().clone();
    journal.append(EventKind::RunStarted {
        run: id.clone(),
        name,
        script: spec.script_path.clone(),
        script_hash: key::digest(&spec.source),
        args: spec.args.clone(),
        provider: spec.provider.clone(),
        model: spec.model.clone(),
        seed: spec.seed,
        simulated: spec.simulated,
        concurrency: spec.at_once(),
        limits: spec.limits,
        contexts: spec.contexts.clone(),
        rlm: (!spec.contexts.is_empty()).then_some(spec.rlm),
        profile: (spec.profile != Profile::default()).then(|| spec.profile.name().to_owned()),
        resumed_from: spec.resume.clone(),
        from_turn: spec.from_turn,
    });
    let (commands, inbox) = scheduler::channel();
    let drafts = Arc::<Drafts>::default();
    let scheduler = Scheduler::new(spec, model, journal, cache, Some(folder.clone()), drafts.clone());
    tokio::spawn(scheduler.run(link, inbox, commands.clone(), log.clone()));
    Ok(RunHandle::new(id, folder, log, commands, drafts))
}

/// Writes what stands in a run's folder before it begins.
fn begin(folder: &Path, source: &str) -> Result<Journal, StartError> {
    let path = folder.join(runs::SCRIPT_FILE);
    fs::write(&path, source).map_err(|source| StartError::Folder { path, source })?;
    Journal::create(&folder.join(journal::FILE_NAME)).map_err(|e| StartError::Journal(e.to_string()))
}

fn make_folder(runs_dir: &Path) -> Result<(RunId, PathBuf), StartError> {
    fs::create_dir_all(runs_dir).map_err(|source| StartError::Folder { path: runs_dir.to_owned(), source })?;
    loop {
        // A clock that was set back must not put a run before those that were.
        let latest = runs::list(runs_dir).ok().and_then(|ids| ids.into_iter().next());
        let behind = latest.and_then(|latest| latest.after().as_str().parse().ok());
        let id = behind.into_iter().fold(RunId::now(), Ord::max);
        let folder = runs_dir.join(id.as_str());
        match fs::create_dir(&folder) {
            Ok(()) => return Ok((id, folder)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(source) => return Err(StartError::Folder { path: folder, source }),
        }
    }
}
