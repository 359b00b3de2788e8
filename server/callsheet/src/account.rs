//! What calls took, summed by what they are. The sums of every kind are the same to the last digit.

use std::collections::{BTreeMap, BTreeSet};

use analysis::units::{Tokens, Usd};
use models::Usage;
use runtime::history::{PastCall, PastRun};
use serde::Serialize;

/// What some calls took together.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Sum {
    pub(crate) name: String,
    /// Runs with such a call.
    pub(crate) runs: usize,
    /// Calls.
    pub(crate) agents: u64,
    #[serde(flatten)]
    pub(crate) usage: Usage,
    pub(crate) tokens: Tokens,
    pub(crate) usd: Usd,
    /// Attempts whose price is not known; where there are any, the cost is a lower bound.
    pub(crate) unpriced: u64,
    /// Calls whose tokens were not counted whole; where there are any, the tokens are a lower bound.
    pub(crate) uncounted: u64,
}

impl Sum {
    fn of(call: &PastCall) -> Self {
        Self {
            agents: 1,
            usage: call.usage,
            tokens: call.usage.total(),
            usd: call.usd,
            unpriced: call.unpriced,
            uncounted: u64::from(!call.counted),
            ..Self::default()
        }
    }

    /// Both together, but for their name and their runs.
    pub(crate) fn and(self, other: &Sum) -> Sum {
        Sum {
            agents: self.agents + other.agents,
            usage: self.usage + other.usage,
            tokens: self.tokens + other.tokens,
            usd: self.usd + other.usd,
            unpriced: self.unpriced + other.unpriced,
            uncounted: self.uncounted + other.uncounted,
            ..self
        }
    }
}

/// The same calls, summed by four things.
#[derive(Debug, Serialize)]
pub(crate) struct Account {
    pub(crate) total: Sum,
    pub(crate) workflows: Vec<Sum>,
    pub(crate) phases: Vec<Sum>,
    pub(crate) agents: Vec<Sum>,
    pub(crate) models: Vec<Sum>,
}

impl Account {
    /// What the calls of `runs` took.
    pub(crate) fn of<'a>(runs: impl Iterator<Item = &'a PastRun>) -> Self {
        let runs: Vec<&PastRun> = runs.collect();
        let by = |name: &dyn Fn(&PastRun, &PastCall) -> String| {
            let mut sums: BTreeMap<String, (Sum, BTreeSet<usize>)> = BTreeMap::new();
            for (number, run) in runs.iter().enumerate() {
                for call in &run.calls {
                    let (sum, of) = sums.entry(name(run, call)).or_default();
                    *sum = std::mem::take(sum).and(&Sum::of(call));
                    of.insert(number);
                }
            }
            let named = |(name, (sum, of)): (String, (Sum, BTreeSet<usize>))| Sum { name, runs: of.len(), ..sum };
            let mut sums: Vec<Sum> = sums.into_iter().map(named).collect();
            sums.sort_by(|a, b| b.usd.0.total_cmp(&a.usd.0).then(b.tokens.cmp(&a.tokens)));
            sums
        };
        let total = by(&|_, _| "all".into()).pop().unwrap_or_default();
        let phase = |run: &PastRun, call: &PastCall| {
            let workflow = call.asked.workflow.as_ref().unwrap_or(&run.workflow);
            format!("{workflow} › {}", call.asked.phase.as_deref().unwrap_or("(no phase)"))
        };
        let agent = |_: &PastRun, call: &PastCall| match &call.asked.agent_type {
            Some(kind) => format!("{} ({kind})", call.asked.label),
            None => call.asked.label.clone(),
        };
        Self {
            total: Sum { name: "All of them".into(), runs: runs.len(), ..total },
            workflows: by(&|run, _| run.workflow.clone()),
            phases: by(&phase),
            agents: by(&agent),
            models: by(&|_, call| call.asked.model.clone().unwrap_or_else(|| "(none named)".into())),
        }
    }

    /// Whether there was no run.
    pub(crate) fn is_empty(&self) -> bool {
        self.total.runs == 0
    }
}
