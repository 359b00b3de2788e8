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

    /// The state after calls of which the first never ends, and all others do at once.
    fn after(mut state: RunState, calls: usize) -> RunState {
        let mut seq = 0;
        let mut happen = |mut event: Value| {
            seq += 1;
            event["seq"] = seq.into();
            event["ms"] = seq.into();
            state.apply(&Arc::new(serde_json::from_value::<Event>(event).unwrap()));
        };
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
}
