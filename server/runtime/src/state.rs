//! What a run looks like after some of its events.

mod agents;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use analysis::{text::LineColumn, units::Usd};
use models::Usage;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use agents::Agents;

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
    /// The calls: all of them, or, of a run that is watched, those that are not over, the latest of those that are, and those
    /// of recursive models.
    pub agents: Agents,
    /// How many calls each place in the script itself made. Nested workflows and cells of recursive models have places of their own.
    pub sites: BTreeMap<LineColumn, u64>,
    /// The models in force, with the tokens of their calls so far; `None` where a call named none and the run had none.
    pub models: BTreeMap<Option<Arc<str>>, Usage>,
    /// The recursive language models, with the turns and cells that calls belong to.
    pub trees: Trees,
    /// Whose accounts may spend no more; `None` for one that has no name.
    pub spend_limits: Vec<Option<String>>,
    /// `log` lines, warnings, spend limits and dropped items, in order.
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
    /// Calls of recursive models: all else here is without them, as they are counted with their models.
    pub inside: u64,
    /// Calls made.
    pub calls: u64,
    /// Those of its calls that [`RunState::agents`] has, in order.
    pub agents: BTreeSet<CallId>,
    /// Calls that are over, however they ended.
    pub finished: u64,
    /// Tokens so far.
    pub usage: Usage,
    /// Cost so far of attempts with a known price.
    pub usd: Usd,
}

impl PhaseState {
    /// Whether all its calls are those of recursive models, which stand with these: a turn, or a phase of a workflow that a cell called.
    pub fn is_inside_models(&self) -> bool {
        self.calls == 0 && self.inside > 0
    }
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
    /// When it left, in milliseconds since the run began; `None` too for one that came back unpaid and waits.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Progress {
    /// Waits for a slot, for budget, or for an account to be allowed to spend again.
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

impl RunState {
    /// Nothing yet, of a run that is watched: what it occupies does not grow with the number of calls.
    pub fn watched() -> Self {
        Self { agents: Agents::latest(), ..Self::default() }
    }

    /// The state after all of `events`, with every call.
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Arc<Event>>) -> Self {
        let mut state = Self::default();
        for event in events {
            state.apply(event);
        }
        state
    }

    /// A call, if it was made and is kept.
    pub fn agent(&self, call: CallId) -> Option<&AgentState> {
        self.agents.get(call)
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
        self.totals.done + self.totals.failed + self.totals.skipped
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
            EventKind::SpendLimit { provider, .. } => {
                self.spend_limits.push(provider.clone());
                self.lines.push(event.clone());
            }
            EventKind::RlmStarted { node, .. } => self.trees.begin(node, event),
            EventKind::Cell { node, turn, cell, .. } => self.trees.ran(node, *turn, *cell, event),
            EventKind::RlmEnded { node, .. } => self.trees.end(node, event),
            EventKind::Dropped { .. } => {
                self.totals.dropped += 1;
                self.lines.push(event.clone());
            }
            EventKind::AgentQueued { call, key, phase, workflow, at, label, model, .. } => {
                let spot = self.trees.spot(&key.path);
                if let Some(spot) = spot {
                    self.trees.place(spot, *call);
                }
                let phase = self.phase(phase.as_deref(), workflow.as_deref());
                let model = self.model(model.as_deref());
                let agent = AgentState {
                    queued: event.seq,
                    label: label.as_str().into(),
                    model,
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
                };
                self.agents.add(*call, agent);
                let phase = &mut self.phases[phase];
                if spot.is_some() {
                    phase.inside += 1;
                } else {
                    phase.calls += 1;
                    phase.agents.insert(*call);
                    if phase.workflow.is_none() {
                        *self.sites.entry(*at).or_default() += 1;
                    }
                }
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
            EventKind::AgentHeld { call } => {
                self.change(*call, |agent| (agent.progress, agent.started_ms) = (Progress::Queued, None));
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
                self.agents.abandon();
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

    /// The model of this name, as one text that its calls share.
    fn model(&mut self, name: Option<&str>) -> Option<Arc<str>> {
        let name = name.map(Arc::<str>::from);
        let known = self.models.get_key_value(&name).map(|(known, _)| known.clone());
        known.unwrap_or_else(|| {
            self.models.insert(name.clone(), Usage::default());
            name
        })
    }

    fn change(&mut self, call: CallId, change: impl FnOnce(&mut AgentState)) {
        if let Some(agent) = self.agents.get_mut(call) {
            change(agent);
        }
    }

    fn end(&mut self, call: CallId, progress: Progress, event: &Arc<Event>) {
        let Some(agent) = self.agents.get_mut(call) else { return };
        agent.progress = progress;
        agent.ended_ms = Some(event.ms);
        agent.ended = Some(event.seq);
        if let Some(spot) = agent.spot {
            // Trees name their calls, so these stay.
            self.trees.finish(spot);
            return;
        }
        self.phases[agent.phase].finished += 1;
        if let Some((given_up, agent)) = self.agents.over(call) {
            self.phases[agent.phase].agents.remove(&given_up);
        }
    }

    fn spend(&mut self, call: CallId, usage: Usage, usd: Option<Usd>) {
        let Some(agent) = self.agents.get_mut(call) else { return };
        let known = usd.unwrap_or_default();
        let unpriced = u64::from(usd.is_none() && usage != Usage::default());
        agent.unpriced += unpriced;
        agent.usage = agent.usage + usage;
        agent.usd = agent.usd + known;
        match agent.spot {
            Some(spot) => self.trees.spend(spot, usage, known),
            None => {
                let phase = &mut self.phases[agent.phase];
                phase.usage = phase.usage + usage;
                phase.usd = phase.usd + known;
            }
        }
        if let Some(model) = self.models.get_mut(&agent.model) {
            *model = *model + usage;
        }
        self.totals.usage = self.totals.usage + usage;
        self.totals.usd = self.totals.usd + known;
        self.totals.unpriced += unpriced;
    }
}
