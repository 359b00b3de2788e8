//! The calls of a run, as many of them as are kept.

use std::collections::{BTreeMap, VecDeque, btree_map};

use super::{AgentState, Progress};
use crate::id::CallId;

/// How many calls that are over the state of a watched run keeps: more than a screen or a person takes in.
const LATEST: usize = 4096;

/// The calls of a run: all of them, or those that are not over and the latest of those that are.
#[derive(Clone, Debug, Default)]
pub struct Agents {
    kept: BTreeMap<CallId, AgentState>,
    /// Where only the latest are kept: those that are over, in the order in which they ended.
    over: Option<VecDeque<CallId>>,
}

impl Agents {
    /// No calls yet; of those to come, the latest are kept.
    pub(super) fn latest() -> Self {
        Self { kept: BTreeMap::new(), over: Some(VecDeque::new()) }
    }

    /// A call, if it is kept.
    pub fn get(&self, call: CallId) -> Option<&AgentState> {
        self.kept.get(&call)
    }

    /// Those that are kept, in the order in which the script made them.
    pub fn iter(&self) -> btree_map::Values<'_, CallId, AgentState> {
        self.kept.values()
    }

    /// The same with their numbers.
    pub fn by_call(&self) -> btree_map::Iter<'_, CallId, AgentState> {
        self.kept.iter()
    }

    pub(super) fn get_mut(&mut self, call: CallId) -> Option<&mut AgentState> {
        self.kept.get_mut(&call)
    }

    pub(super) fn add(&mut self, call: CallId, agent: AgentState) {
        self.kept.insert(call, agent);
    }

    /// Takes note that `call` is over. Gives the call that is no longer kept for it, if there is one.
    pub(super) fn over(&mut self, call: CallId) -> Option<(CallId, AgentState)> {
        let over = self.over.as_mut()?;
        over.push_back(call);
        let oldest = if over.len() > LATEST { over.pop_front()? } else { return None };
        self.kept.remove_entry(&oldest)
    }

    /// Nothing more happens to any of them.
    pub(super) fn abandon(&mut self) {
        for agent in self.kept.values_mut().filter(|agent| !agent.progress.is_over()) {
            agent.progress = Progress::Abandoned;
        }
    }
}

impl<'a> IntoIterator for &'a Agents {
    type Item = &'a AgentState;
    type IntoIter = btree_map::Values<'a, CallId, AgentState>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::{event::Event, state::RunState};

    /// Makes events happen, one a millisecond.
    fn happening(state: &mut RunState) -> impl FnMut(Value) {
        let mut seq = 0;
        move |mut event| {
            seq += 1;
            event["seq"] = seq.into();
            event["ms"] = seq.into();
            state.apply(&Arc::new(serde_json::from_value::<Event>(event).unwrap()));
        }
    }

    /// The state after calls of which the first never ends, and all others do at once.
    fn after(mut state: RunState, calls: usize) -> RunState {
        let mut happen = happening(&mut state);
        for call in 1..=calls {
            let (phase, model) = (["A", "B"][call % 2], ["m", "n"][call % 2]);
            happen(
                json!({"type": "agentQueued", "call": call, "key": "x@y#0", "label": "l", "phase": phase, "model": model,
                "line": 3, "column": 1, "prompt": "p"}),
            );
            if call > 1 {
                let usage = json!({"input": 2, "output": 1, "cacheRead": 0, "cacheWrite": 0});
                happen(json!({"type": "agentDone", "call": call, "result": "r", "usage": usage}));
            }
        }
        drop(happen);
        state
    }

    #[test]
    fn a_watched_run_keeps_the_latest_calls_and_counts_all() {
        const CALLS: usize = LATEST + 1000;
        let (all, watched) = (after(RunState::default(), CALLS), after(RunState::watched(), CALLS));
        assert_eq!((all.agents.iter().count(), watched.agents.iter().count()), (CALLS, LATEST + 1));
        let kept = |call: usize| watched.agent(CallId(call as u64)).is_some();
        assert_eq!([1, 2, 999, 1000, 1001, CALLS].map(kept), [true, false, false, false, true, true]);
        assert_eq!((all.totals, &all.sites, &all.models), (watched.totals, &watched.sites, &watched.models));
        for (all, watched) in all.phases.iter().zip(&watched.phases) {
            assert_eq!((all.calls, all.finished, all.usage), (watched.calls, watched.finished, watched.usage));
            assert!(watched.agents.iter().all(|call| kept(call.0 as usize)), "a phase names only what is kept");
        }
        assert_eq!(watched.phases.iter().map(|phase| phase.agents.len()).sum::<usize>(), LATEST + 1);
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        /// Phases and trees, or calls one by one, or models: whatever a run took is the same sum.
        #[test]
        fn the_sum_of_the_leaves_is_the_total(calls in proptest::collection::vec(
            (0..3_u64, 0..3_u64, 0..9_999_u64, 0.0..2.0_f64, proptest::bool::ANY, 0..3_u8), 1..60,
        )) {
            let mut state = RunState::default();
            let mut happen = happening(&mut state);
            happen(json!({"type": "rlmStarted", "node": "rlm[0]", "question": "q", "depth": 0, "contexts": [], "line": 1, "column": 1}));
            for (call, (phase, model, tokens, usd, retried, end)) in calls.iter().enumerate() {
                let inside = *end == 0 && *phase == 0;
                let key = if inside { format!("rlm[0]/turn[{call}]@y#0") } else { format!("x{call}@y#0") };
                happen(json!({"type": "agentQueued", "call": call, "key": key, "label": "l", "phase": format!("P{phase}"),
                    "model": format!("m{model}"), "line": 3, "column": 1, "prompt": "p"}));
                let usage = json!({"input": tokens, "output": 1, "cacheRead": tokens / 2, "cacheWrite": 0});
                if *retried {
                    happen(json!({"type": "agentRetried", "call": call, "attempt": 2, "waitMs": 1, "reason": "r", "usage": usage, "usd": usd / 3.0}));
                }
                happen(match end {
                    0 | 1 => json!({"type": "agentDone", "call": call, "result": "r", "usage": usage, "usd": usd}),
                    _ => json!({"type": "agentFailed", "call": call, "error": "e", "thrown": false, "line": 3, "column": 1, "usage": usage, "usd": usd / 7.0}),
                });
            }
            drop(happen);
            let total = (state.totals.usage, state.totals.usd);
            let one_by_one = |agent: &AgentState| (agent.usage, agent.usd);
            let add = |a: (models::Usage, analysis::units::Usd), b: (models::Usage, analysis::units::Usd)| (a.0 + b.0, a.1 + b.1);
            let none = || (models::Usage::default(), analysis::units::Usd::default());
            proptest::prop_assert_eq!(state.agents.iter().map(one_by_one).fold(none(), add), total);
            let roots = state.trees.models.iter().filter(|model| model.above.is_none());
            let parts = roots.map(|model| (model.usage, model.usd)).chain(state.phases.iter().map(|phase| (phase.usage, phase.usd)));
            proptest::prop_assert_eq!(parts.fold(none(), add), total);
            proptest::prop_assert_eq!(state.models.values().copied().sum::<models::Usage>(), total.0);
        }
    }
}
