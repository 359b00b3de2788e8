//! What stands in the tree of a run: phases, recursive models with their turns, agents.

use runtime::{AgentState, CallId, EventKind, PhaseState, RlmState, RunState, TurnState};

use crate::{
    numbers,
    tree::{agent_line, spent},
};

/// A line of the tree, and what is below it.
pub(crate) struct Bough {
    text: String,
    below: Vec<Bough>,
}

/// The phases of a run and the models of no phase, with those agents that `show` is true of.
pub(crate) fn all(state: &RunState, show: &dyn Fn(&AgentState) -> bool) -> Vec<Bough> {
    let view = View { state, show };
    let mut models: Vec<&RlmState> = state.trees.roots().collect();
    let mut boughs = Vec::new();
    for phase in &state.phases {
        // A turn, or a phase of a workflow that a cell called: they stand with their model.
        if phase.is_inside_models() {
            continue;
        }
        let title = (phase.title.as_deref(), phase.workflow.as_deref());
        let (here, others) = models.into_iter().partition(|model| home(model) == title);
        models = others;
        boughs.push(view.phase(phase, here));
    }
    boughs.extend(models.into_iter().map(|model| view.model(model)));
    boughs
}

/// Gives the lines of boughs to `line`, set in by `stem`.
pub(crate) fn print(boughs: &[Bough], stem: &str, line: &mut dyn FnMut(&str)) {
    for (i, bough) in boughs.iter().enumerate() {
        let last = i + 1 == boughs.len();
        line(&format!("{stem}{} {}", if last { "└─" } else { "├─" }, bough.text));
        print(&bough.below, &format!("{stem}{}", if last { "   " } else { "│  " }), line);
    }
}

/// Phase and nested workflow that a model belongs to.
fn home(model: &RlmState) -> (Option<&str>, Option<&str>) {
    match &model.started.kind {
        EventKind::RlmStarted { phase, workflow, .. } => (phase.as_deref(), workflow.as_deref()),
        _ => (None, None),
    }
}

/// A run, and the agents of it that are shown.
struct View<'a> {
    state: &'a RunState,
    show: &'a dyn Fn(&AgentState) -> bool,
}

impl View<'_> {
    fn phase(&self, phase: &PhaseState, models: Vec<&RlmState>) -> Bough {
        let title = phase.title.as_deref().unwrap_or("(no phase)");
        let title = phase.workflow.as_ref().map_or(title.to_owned(), |w| format!("{w} › {title}"));
        let own = (phase.calls, phase.finished, phase.usage, phase.usd);
        let below = models.iter().map(|model| (model.calls, model.finished, model.usage, model.usd));
        let (calls, over, usage, usd) =
            below.fold(own, |sum, one| (sum.0 + one.0, sum.1 + one.1, sum.2 + one.2, sum.3 + one.3));
        let below = models.into_iter().map(|model| self.model(model)).collect();
        let below = self.agents(phase.calls, phase.agents.iter().copied(), below);
        Bough { text: format!("{title}  {over}/{calls}{}", spent(usage.total(), usd)), below }
    }

    /// Of `all` agents those of `calls` that are shown, then `below`, then how many are not shown.
    fn agents(&self, all: u64, calls: impl Iterator<Item = CallId>, below: Vec<Bough>) -> Vec<Bough> {
        let leaf = |text| Bough { text, below: Vec::new() };
        let shown = calls.filter_map(|call| self.state.agent(call)).filter(|agent| (self.show)(agent));
        let shown: Vec<Bough> = shown.map(|agent| leaf(agent_line(agent, self.state.ms))).collect();
        let hidden = all - shown.len() as u64;
        let more = (hidden > 0).then(|| leaf(format!("{hidden} more")));
        shown.into_iter().chain(below).chain(more).collect()
    }

    /// `rlm[0] · submitted  5/5 · 5.0k tokens · $0.02`, and its turns; of those in which nothing is shown their number.
    fn model(&self, model: &RlmState) -> Bough {
        let open = if self.state.status().is_some() { "given up" } else { "at work" };
        let how = model.how().unwrap_or(open);
        let name = model.name(&self.state.trees);
        let spent = spent(model.usage.total(), model.usd);
        let turns: Vec<Option<Bough>> = model.turns.iter().map(|turn| self.turn(turn)).collect();
        let hidden = turns.iter().filter(|turn| turn.is_none()).count() as u64;
        let more =
            (hidden > 0).then(|| Bough { text: format!("{} more", numbers::count(hidden, "turn")), below: Vec::new() });
        let below = turns.into_iter().flatten().chain(more).collect();
        Bough { text: format!("{name} · {how}  {}/{}{spent}", model.finished, model.calls), below }
    }

    /// The question to the root model, and below it what the cells of its answer called; nothing where no agent of it is shown.
    fn turn(&self, turn: &TurnState) -> Option<Bough> {
        self.shows(turn).then(|| {
            let asked = turn.asked.and_then(|call| self.state.agent(call));
            let calls: Vec<CallId> = turn.cells.iter().flat_map(|cell| &cell.calls).copied().collect();
            let failed = turn
                .cells
                .iter()
                .any(|cell| matches!(cell.ran.as_ref().map(|e| &e.kind), Some(EventKind::Cell { ok: false, .. })));
            let line = asked.map_or_else(|| "turn".to_owned(), |agent| agent_line(agent, self.state.ms));
            let text = if failed { format!("{line} · its code failed") } else { line };
            let below = self.below(turn).map(|model| self.model(model)).collect();
            Bough { text, below: self.agents(calls.len() as u64, calls.into_iter(), below) }
        })
    }

    /// Whether an agent of a turn, or of a model that its cells began, is shown.
    fn shows(&self, turn: &TurnState) -> bool {
        let mut calls = turn.asked.iter().chain(turn.cells.iter().flat_map(|cell| &cell.calls));
        calls.any(|call| self.state.agent(*call).is_some_and(self.show))
            || self.below(turn).any(|model| model.turns.iter().any(|turn| self.shows(turn)))
    }

    /// The models that the cells of a turn began.
    fn below<'b>(&'b self, turn: &'b TurnState) -> impl Iterator<Item = &'b RlmState> {
        let indices = turn.cells.iter().flat_map(|cell| &cell.below);
        indices.filter_map(|index| self.state.trees.models.get(*index))
    }
}
