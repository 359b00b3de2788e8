//! The recursive language models of a run: which of its calls belong to which turn, and to which cell of it.

use std::{collections::HashMap, sync::Arc};

use analysis::units::Usd;
use models::Usage;

use crate::{
    event::{Event, EventKind},
    id::CallId,
};

/// All models of a run, as trees.
#[derive(Clone, Debug, Default)]
pub struct Trees {
    /// In the order in which they began: one comes after the one around it.
    pub models: Vec<RlmState>,
    by_path: HashMap<Arc<str>, usize>,
}

/// One recursive language model. What it took is with all that the models below it took.
#[derive(Clone, Debug)]
pub struct RlmState {
    /// Its path. The keys of its calls begin with it.
    pub node: Arc<str>,
    /// [`EventKind::RlmStarted`]: name, question, contexts, place.
    pub started: Arc<Event>,
    /// [`EventKind::RlmEnded`], once it is over.
    pub ended: Option<Arc<Event>>,
    /// The place in another's cell where it began; none where a script began it.
    pub above: Option<Spot>,
    /// Its turns, in order.
    pub turns: Vec<TurnState>,
    /// Calls made.
    pub calls: u64,
    /// Calls that are over, however they ended.
    pub finished: u64,
    /// Tokens so far.
    pub usage: Usage,
    /// Cost so far of attempts with a known price.
    pub usd: Usd,
}

/// Which question to a root model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TurnKind {
    /// A turn, from 1.
    Numbered(u32),
    /// The last question, once the turns are used up.
    Closing,
    /// A plain question that takes the place of all turns, or comes before them where it was not answered.
    Direct,
}

/// A question to a root model, and the cells of its answer.
#[derive(Clone, Debug)]
pub struct TurnState {
    /// Which question.
    pub kind: TurnKind,
    /// The question itself.
    pub asked: Option<CallId>,
    /// The cells that began to run, in order.
    pub cells: Vec<CellState>,
}

/// A cell that began to run.
#[derive(Clone, Debug, Default)]
pub struct CellState {
    /// From 1, within its turn.
    pub number: u32,
    /// [`EventKind::Cell`], once it has run: code and output.
    pub ran: Option<Arc<Event>>,
    /// Calls it made, those of workflows it called among them.
    pub calls: Vec<CallId>,
    /// Models it began, as indices into [`Trees::models`].
    pub below: Vec<usize>,
}

/// Where in a recursive model something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Index into [`Trees::models`].
    pub model: usize,
    /// Index into [`RlmState::turns`].
    pub turn: usize,
    /// Index into [`TurnState::cells`]; none for the question itself.
    pub cell: Option<usize>,
}

impl RlmState {
    /// What people call it: its own name, or its place in what began it: `rlm[0]`, `workflow(vote)/rlm[0]`.
    pub fn name<'a>(&'a self, trees: &'a Trees) -> &'a str {
        if let EventKind::RlmStarted { label: Some(label), .. } = &self.started.kind {
            return label;
        }
        let above = self.above.and_then(|spot| trees.models.get(spot.model));
        let below = above.and_then(|above| self.node.strip_prefix(&*above.node)?.strip_prefix('/')?.split_once('/'));
        below.map_or(&*self.node, |(_, rest)| rest)
    }

    /// How it ended, in a word; `None` while it works.
    pub fn how(&self) -> Option<&str> {
        match &self.ended.as_ref()?.kind {
            EventKind::RlmEnded { how, .. } => Some(how),
            _ => None,
        }
    }

    /// What it is asked.
    pub fn question(&self) -> &str {
        match &self.started.kind {
            EventKind::RlmStarted { question, .. } => question,
            _ => "",
        }
    }
}

impl Trees {
    /// Those that a script began.
    pub fn roots(&self) -> impl Iterator<Item = &RlmState> {
        self.models.iter().filter(|model| model.above.is_none())
    }

    /// The place of a call or model with this path in the innermost model around it. Names of workflows in a path may hold slashes, and
    /// anything: only what has begun with that path is a model.
    pub(crate) fn spot(&mut self, path: &str) -> Option<Spot> {
        path.rmatch_indices('/').find_map(|(at, _)| {
            let model = *self.by_path.get(&path[..at])?;
            let (kind, cell) = step(&path[at + 1..])?;
            let turns = &mut self.models.get_mut(model)?.turns;
            let turn = find_or_push(turns, |t| t.kind == kind, || TurnState { kind, asked: None, cells: Vec::new() });
            let cells = &mut turns.get_mut(turn)?.cells;
            let cell = cell.map(|number| {
                find_or_push(cells, |c| c.number == number, || CellState { number, ..CellState::default() })
            });
            Some(Spot { model, turn, cell })
        })
    }

    /// The model that a script began, around this place.
    pub fn root(&self, spot: Spot) -> Option<&RlmState> {
        let model = |spot: Spot| self.models.get(spot.model);
        std::iter::successors(model(spot), |below| model(below.above?)).last()
    }

    pub(crate) fn begin(&mut self, node: &str, event: &Arc<Event>) {
        let (above, node, index) = (self.spot(node), Arc::<str>::from(node), self.models.len());
        if let Some(cell) = above.and_then(|spot| self.cell(spot)) {
            cell.below.push(index);
        }
        self.by_path.insert(node.clone(), index);
        self.models.push(RlmState {
            node,
            started: event.clone(),
            ended: None,
            above,
            turns: Vec::new(),
            calls: 0,
            finished: 0,
            usage: Usage::default(),
            usd: Usd::default(),
        });
    }

    pub(crate) fn ran(&mut self, node: &str, turn: u32, cell: u32, event: &Arc<Event>) {
        let spot = self.spot(&format!("{node}/turn[{turn}].{cell}"));
        if let Some(cell) = spot.and_then(|spot| self.cell(spot)) {
            cell.ran = Some(event.clone());
        }
    }

    pub(crate) fn end(&mut self, node: &str, event: &Arc<Event>) {
        if let Some(model) = self.by_path.get(node).and_then(|index| self.models.get_mut(*index)) {
            model.ended = Some(event.clone());
        }
    }

    pub(crate) fn place(&mut self, spot: Spot, call: CallId) {
        match self.cell(spot) {
            Some(cell) => cell.calls.push(call),
            None => {
                let turn = self.models.get_mut(spot.model).and_then(|model| model.turns.get_mut(spot.turn));
                if let Some(turn) = turn {
                    turn.asked = Some(call);
                }
            }
        }
        self.around(spot, |model| model.calls += 1);
    }

    pub(crate) fn finish(&mut self, spot: Spot) {
        self.around(spot, |model| model.finished += 1);
    }

    pub(crate) fn spend(&mut self, spot: Spot, usage: Usage, usd: Usd) {
        self.around(spot, |model| (model.usage, model.usd) = (model.usage + usage, model.usd + usd));
    }

    fn cell(&mut self, spot: Spot) -> Option<&mut CellState> {
        self.models.get_mut(spot.model)?.turns.get_mut(spot.turn)?.cells.get_mut(spot.cell?)
    }

    /// Changes a model and all that are around it.
    fn around(&mut self, spot: Spot, change: impl Fn(&mut RlmState)) {
        let mut at = Some(spot);
        while let Some(model) = at.and_then(|spot| self.models.get_mut(spot.model)) {
            change(model);
            at = model.above;
        }
    }
}

/// What follows the path of a model: `turn[2]` is a question to it, `turn[2].1` a cell of the answer, `closing` the last question,
/// `direct` one that took the place of all.
fn step(rest: &str) -> Option<(TurnKind, Option<u32>)> {
    let segment = rest.split('/').next()?;
    match segment {
        "closing" => return Some((TurnKind::Closing, None)),
        "direct" => return Some((TurnKind::Direct, None)),
        _ => {}
    }
    let (turn, cell) = segment.strip_prefix("turn[")?.split_once(']')?;
    let cell = if cell.is_empty() { None } else { Some(cell.strip_prefix('.')?.parse().ok()?) };
    Some((TurnKind::Numbered(turn.parse().ok()?), cell))
}

fn find_or_push<T>(items: &mut Vec<T>, is: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> usize {
    items.iter().position(is).unwrap_or_else(|| {
        items.push(make());
        items.len() - 1
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::state::RunState;

    fn state(events: &[Value]) -> RunState {
        let numbered = events.iter().enumerate().map(|(i, event)| {
            let mut event = event.clone();
            (event["seq"], event["ms"]) = (json!(i + 1), json!(0));
            Arc::new(serde_json::from_value::<Event>(event).unwrap())
        });
        RunState::of(&numbered.collect::<Vec<_>>())
    }

    fn queued(call: u64, path: &str) -> Value {
        let at = json!({"line": 1, "column": 1});
        json!({"type": "agentQueued", "call": call, "key": format!("{path}@abc#0"), "label": "x", "prompt": "", "line": at["line"], "column": 1})
    }

    fn begun(node: &str) -> Value {
        json!({"type": "rlmStarted", "node": node, "question": "q", "depth": 0, "contexts": [], "line": 1, "column": 1})
    }

    #[test]
    fn calls_stand_in_the_trees_by_their_keys_whatever_names_in_paths_hold() {
        let odd = "workflow(lib/rlm[0]/turn[9])";
        let (top, below) = ("parallel[0]/rlm[0]", format!("parallel[0]/rlm[0]/turn[1].2/{odd}/rlm[0]"));
        let state = state(&[
            begun(top),
            queued(1, &format!("{top}/turn[1]")),
            queued(2, &format!("{top}/turn[1].1")),
            queued(3, &format!("{top}/turn[1].2/{odd}/parallel[3]")),
            begun(&below),
            queued(4, &format!("{below}/closing")),
            json!({"type": "cell", "node": top, "turn": 1, "cell": 1, "source": "x", "ok": false, "output": ""}),
            queued(5, &format!("{odd}/parallel[0]")),
            queued(6, "parallel[1]"),
            json!({"type": "agentDone", "call": 4, "result": "", "usage": {"input": 3}, "usd": 0.5}),
            json!({"type": "rlmEnded", "node": below, "how": "failed", "turns": 0, "error": "no", "coverage": []}),
        ]);
        let [first, second] = &state.trees.models[..] else { panic!("{:?}", state.trees) };
        let calls = |turn: &TurnState| turn.cells.iter().map(|cell| cell.calls.clone()).collect::<Vec<_>>();
        assert_eq!(
            (first.turns[0].asked, calls(&first.turns[0])),
            (Some(CallId(1)), vec![vec![CallId(2)], vec![CallId(3)]])
        );
        assert!(first.turns[0].cells[0].ran.is_some() && first.turns[0].cells[1].ran.is_none());
        assert_eq!(
            (first.turns[0].cells[1].below.as_slice(), second.above.map(|spot| spot.model)),
            (&[1][..], Some(0))
        );
        assert_eq!((second.turns[0].kind, second.turns[0].asked), (TurnKind::Closing, Some(CallId(4))));
        assert_eq!((first.name(&state.trees), second.name(&state.trees)), (top, &*format!("{odd}/rlm[0]")));
        let took = |model: &RlmState| (model.calls, model.finished, model.usage.total().0, model.usd.0);
        assert_eq!((took(first), took(second)), ((4, 1, 3, 0.5), (1, 1, 3, 0.5)));
        let outside: Vec<bool> = state.agents.iter().map(|agent| agent.spot.is_none()).collect();
        assert_eq!(outside, [false, false, false, false, true, true]);
    }

    #[test]
    fn a_plain_question_and_the_closing_one_are_two() {
        let state = state(&[
            begun("rlm[0]"),
            queued(1, "rlm[0]/direct"),
            queued(2, "rlm[0]/turn[1]"),
            queued(3, "rlm[0]/closing"),
        ]);
        let turns: Vec<_> = state.trees.models[0].turns.iter().map(|turn| (turn.kind, turn.asked)).collect();
        let asked = |call| Some(CallId(call));
        assert_eq!(
            turns,
            [(TurnKind::Direct, asked(1)), (TurnKind::Numbered(1), asked(2)), (TurnKind::Closing, asked(3))]
        );
    }
}
