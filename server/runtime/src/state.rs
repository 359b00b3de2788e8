//! What a run looks like after some of its events.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use analysis::{text::LineColumn, units::Usd};
use models::Usage;
use serde_json::Value;

use crate::{
    event::{Event, EventKind, RunError, Status, Totals},
    id::CallId,
    recursion::{Spot, Trees},
};

/// The fold over a run's events: everything that progress lines, trees, transcripts and hints show.
#[derive(Clone, Debug, Default)]
pub struct RunState {
    /// The first event, once it is there: name, script, arguments, model, limits.
    pub started: Option<Arc<Event>>,
    /// The last event, once it is there: result or error.
    pub ended: Option<Arc<Event>>,
    /// Sequence number of the last event seen.
    pub seq: u64,
    /// Milliseconds of the last event seen.
    pub ms: u64,
    /// Progress groups in the order in which they appeared. Calls without a phase are in a group without a title.
    pub phases: Vec<PhaseState>,
    /// The phase of the last `phase()` call of the script itself.
    pub current_phase: Option<String>,
    /// All calls; the call with id `n` is at `n - 1`.
    pub agents: Vec<AgentState>,
    /// The recursive language models, with the turns and cells that calls belong to.
    pub trees: Trees,
    /// How many calls each place in the script made.
    pub sites: BTreeMap<LineColumn, SiteState>,
    /// `log` lines, warnings and dropped items, in order.
    pub lines: Vec<Arc<Event>>,
    /// What the run took so far.
    pub totals: Totals,
    /// Where in `phases` a title of a workflow is.
    phase_of: HashMap<(Option<String>, Option<String>), usize>,
}

/// A progress group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PhaseState {
    /// Its title; `None` for calls outside of any phase.
    pub title: Option<String>,
    /// The nested workflow it belongs to.
    pub workflow: Option<String>,
    /// Its calls, in order.
    pub agents: Vec<CallId>,
    /// Calls that are over, however they ended.
    pub finished: u64,
    /// Tokens so far.
    pub usage: Usage,
    /// Cost so far of attempts with a known price.
    pub usd: Usd,
}

/// One call. What it asks and answers is not here: that stands in the events `queued` and `ended`, so that the state of a
/// run does not grow with what its agents say.
#[derive(Clone, Debug)]
pub struct AgentState {
    /// Number of the event that announced it: label, prompt, options, place.
    pub queued: u64,
    /// Name for people.
    pub label: Arc<str>,
    /// The model in force, where there is one.
    pub model: Option<Arc<str>>,
    /// Where in the script the call stands.
    pub at: LineColumn,
    /// Index into [`RunState::phases`].
    pub phase: usize,
    /// Where in a recursive language model it stands, if it belongs to one: a plan counts all of these in one phase, and a place of such a call
    /// is that of the model.
    pub spot: Option<Spot>,
    /// What has become of it.
    pub progress: Progress,
    /// When it left, in milliseconds since the run began.
    pub started_ms: Option<u64>,
    /// When it was over.
    pub ended_ms: Option<u64>,
    /// Attempts made.
    pub attempts: u32,
    /// Tokens of all attempts.
    pub usage: Usage,
    /// Cost of all attempts with a known price.
    pub usd: Usd,
    /// Paid attempts whose price is not known.
    pub unpriced: u64,
    /// Number of the event that ended it: result or error.
    pub ended: Option<u64>,
    /// Why it failed, where it did.
    pub error: Option<Arc<str>>,
}

/// What has become of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Progress {
    /// Waits for a slot or for budget.
    Queued,
    /// Under way.
    Running,
    /// Answered.
    Done,
    /// Answered from an earlier run.
    Cached,
    /// Ended without an answer.
    Failed,
    /// Skipped by a person.
    Skipped,
    /// Given up because the run ended.
    Abandoned,
}

impl Progress {
    /// Whether nothing more will happen to the call.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }
}

/// What one place in the script did.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SiteState {
    /// Calls made.
    pub calls: u64,
    /// Calls that are over.
    pub finished: u64,
    /// Tokens so far.
    pub usage: Usage,
    /// Cost so far of attempts with a known price.
    pub usd: Usd,
}

impl RunState {
    /// The state after all of `events`.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Arc<Event>>) -> Self {
        let mut state = Self::default();
        for event in events {
            state.apply(event);
        }
        state
    }

    /// A call, if it was made.
    pub fn agent(&self, call: CallId) -> Option<&AgentState> {
        self.agents.get(call.index())
    }

    /// Whether the answers are made up.
    pub fn is_simulated(&self) -> bool {
        matches!(self.started.as_deref(), Some(Event { kind: EventKind::RunStarted { simulated: true, .. }, .. }))
    }

    /// How the run ended, if it has.
    pub fn status(&self) -> Option<Status> {
        match &self.ended.as_ref()?.kind {
            EventKind::RunEnded { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// What the script returned.
    pub fn result(&self) -> Option<&Value> {
        match &self.ended.as_ref()?.kind {
            EventKind::RunEnded { result, .. } => result.as_ref(),
            _ => None,
        }
    }

    /// Why the run failed.
    pub fn error(&self) -> Option<&RunError> {
        match &self.ended.as_ref()?.kind {
            EventKind::RunEnded { error, .. } => error.as_ref(),
            _ => None,
        }
    }

    /// Calls that are over, of all calls made so far.
    pub fn finished(&self) -> u64 {
        self.phases.iter().map(|p| p.finished).sum()
    }

    /// Takes one more event in. Events come in order; one that was seen before changes nothing.
    pub fn apply(&mut self, event: &Arc<Event>) {
        if event.seq <= self.seq {
            return;
        }
        self.seq = event.seq;
        self.ms = event.ms;
        match &event.kind {
            EventKind::RunStarted { .. } => self.started = Some(event.clone()),
            EventKind::Phase { title, workflow } => {
                self.phase(Some(title), workflow.as_deref());
                if workflow.is_none() {
                    self.current_phase = Some(title.clone());
                }
            }
            EventKind::Log { .. } | EventKind::Warning { .. } => self.lines.push(event.clone()),
            EventKind::RlmStarted { node, .. } => self.trees.begin(node, event),
            EventKind::Cell { node, turn, cell, .. } => self.trees.ran(node, *turn, *cell, event),
            EventKind::RlmEnded { node, .. } => self.trees.end(node, event),
            EventKind::Dropped { .. } => {
                self.totals.dropped += 1;
                self.lines.push(event.clone());
            }
            EventKind::AgentQueued { key, phase, workflow, at, label, model, .. } => {
                let call = CallId(self.agents.len() as u64 + 1);
                let spot = self.trees.spot(&key.path);
                if let Some(spot) = spot {
                    self.trees.place(spot, call);
                }
                let phase = self.phase(phase.as_deref(), workflow.as_deref());
                self.agents.push(AgentState {
                    queued: event.seq,
                    label: label.as_str().into(),
                    model: model.as_deref().map(Arc::from),
                    at: *at,
                    phase,
                    spot,
                    progress: Progress::Queued,
                    started_ms: None,
                    ended_ms: None,
                    attempts: 0,
                    usage: Usage::default(),
                    usd: Usd::default(),
                    unpriced: 0,
                    ended: None,
                    error: None,
                });
                self.phases[phase].agents.push(call);
                self.sites.entry(*at).or_default().calls += 1;
                self.totals.agents += 1;
            }
            EventKind::AgentStarted { call } => self.change(*call, |agent| {
                agent.progress = Progress::Running;
                agent.started_ms = Some(event.ms);
                agent.attempts += 1;
            }),
            EventKind::AgentRetried { call, usage, usd, .. } => {
                self.totals.retries += 1;
                self.change(*call, |agent| agent.attempts += 1);
                self.spend(*call, *usage, *usd);
            }
            EventKind::AgentDone { call, usage, usd, cached, usage_basis, .. } => {
                self.totals.done += 1;
                self.totals.uncounted += u64::from(!usage_basis.is_reported());
                self.totals.cached += u64::from(*cached);
                let progress = if *cached { Progress::Cached } else { Progress::Done };
                self.end(*call, progress, event);
                self.spend(*call, *usage, if *cached { Some(Usd(0.0)) } else { *usd });
            }
            EventKind::AgentFailed { call, error, usage, usd, .. } => {
                self.totals.failed += 1;
                self.end(*call, Progress::Failed, event);
                self.change(*call, |agent| agent.error = Some(error.as_str().into()));
                self.spend(*call, *usage, *usd);
            }
            EventKind::AgentSkipped { call } => {
                self.totals.skipped += 1;
                self.end(*call, Progress::Skipped, event);
            }
            EventKind::RunEnded { .. } => {
                for agent in self.agents.iter_mut().filter(|a| !a.progress.is_over()) {
                    agent.progress = Progress::Abandoned;
                }
                self.ended = Some(event.clone());
            }
        }
    }

    fn phase(&mut self, title: Option<&str>, workflow: Option<&str>) -> usize {
        let (title, workflow) = (title.map(str::to_owned), workflow.map(str::to_owned));
        *self.phase_of.entry((title, workflow)).or_insert_with_key(|(title, workflow)| {
            let (title, workflow) = (title.clone(), workflow.clone());
            self.phases.push(PhaseState { title, workflow, ..PhaseState::default() });
            self.phases.len() - 1
        })
    }

    fn change(&mut self, call: CallId, change: impl FnOnce(&mut AgentState)) {
        if let Some(agent) = self.agents.get_mut(call.index()) {
            change(agent);
        }
    }

    fn end(&mut self, call: CallId, progress: Progress, event: &Arc<Event>) {
        let Some(agent) = self.agents.get_mut(call.index()) else { return };
        agent.progress = progress;
        agent.ended_ms = Some(event.ms);
        agent.ended = Some(event.seq);
        self.phases[agent.phase].finished += 1;
        if let Some(spot) = agent.spot {
            self.trees.finish(spot);
        }
        if let Some(site) = self.sites.get_mut(&agent.at) {
            site.finished += 1;
        }
    }

    fn spend(&mut self, call: CallId, usage: Usage, usd: Option<Usd>) {
        let Some(agent) = self.agents.get_mut(call.index()) else { return };
        let known = usd.unwrap_or_default();
        let unpriced = u64::from(usd.is_none() && usage != Usage::default());
        agent.unpriced += unpriced;
        agent.usage = agent.usage + usage;
        agent.usd = agent.usd + known;
        if let Some(spot) = agent.spot {
            self.trees.spend(spot, usage, known);
        }
        let phase = &mut self.phases[agent.phase];
        phase.usage = phase.usage + usage;
        phase.usd = phase.usd + known;
        if let Some(site) = self.sites.get_mut(&agent.at) {
            site.usage = site.usage + usage;
            site.usd = site.usd + known;
        }
        self.totals.usage = self.totals.usage + usage;
        self.totals.usd = self.totals.usd + known;
        self.totals.unpriced += unpriced;
    }
}
