//! What nested workflows take: what one run of each takes, times how often it is called.

use super::{Assumptions, Cost, Estimate, Quantity, Range, estimate, sum, weaker, with_history};
use crate::{
    Context,
    estimate::Basis,
    plan::{Count, PhasePlan, Plan, WorkflowCall},
};

/// The estimates of the workflows that the call sites of a plan call, as [`Plan::workflows`].
pub(super) struct Nested<'a> {
    calls: Vec<(&'a WorkflowCall, Vec<Estimate>)>,
}

impl<'a> Nested<'a> {
    pub(super) fn of(plan: &'a Plan, context: &Context) -> Self {
        let each = |call: &'a WorkflowCall| (call, call.nested.iter().map(|n| estimate(&n.plan, context)).collect());
        Nested { calls: plan.workflows.iter().map(each).collect() }
    }

    /// The same with what past runs of these workflows took; `None` where they tell nothing of any.
    pub(super) fn learned(mut self, assumptions: &Assumptions) -> Option<Self> {
        let mut any = false;
        for (call, each) in &mut self.calls {
            for (nested, estimate) in call.nested.iter().zip(each) {
                if let Some(learned) = with_history(estimate, &nested.plan, &nested.name, assumptions) {
                    *estimate = learned;
                    any = true;
                }
            }
        }
        any.then_some(self)
    }

    /// What all calls of each site take.
    pub(super) fn costs(&self) -> Vec<Cost> {
        self.calls.iter().map(|(call, each)| cost(call, each.iter().map(|e| e.total.clone()).collect())).collect()
    }

    /// What a phase of a nested workflow takes.
    pub(super) fn phase(&self, phase: &PhasePlan) -> Cost {
        let of_call = |(call, each): &(&WorkflowCall, Vec<Estimate>)| {
            let mut known = false;
            let in_phase = |(i, e): (usize, &Estimate)| {
                let nested = call.nested.get(i).filter(|n| Some(&n.name) == phase.workflow.as_ref())?;
                let at =
                    nested.plan.phases.iter().position(|p| (&p.title, p.computed) == (&phase.title, phase.computed))?;
                e.phases.get(at).cloned()
            };
            let costs = each.iter().enumerate().map(|one| {
                let found = in_phase(one);
                known |= found.is_some();
                found.unwrap_or_else(|| sum(vec![]))
            });
            let costs: Vec<Cost> = costs.collect();
            known.then(|| cost(call, costs))
        };
        let costs: Vec<Cost> = self.calls.iter().filter_map(of_call).collect();
        if costs.is_empty() && phase.agents.high != Some(0) {
            return open();
        }
        sum(costs)
    }

    /// What stands in for sizes that the nested scripts leave open.
    pub(super) fn assumed(&self) -> impl Iterator<Item = &'static super::priors::Prior> {
        self.calls.iter().flat_map(|(_, each)| each.iter().flat_map(|e| e.assumed.iter().copied()))
    }
}

/// What a site's calls take, where one takes one of `each`.
fn cost(call: &WorkflowCall, each: Vec<Cost>) -> Cost {
    if call.count.high == Some(0) {
        return sum(vec![]);
    }
    let known = each.into_iter().reduce(|a, b| Cost {
        own_price: a.own_price || b.own_price,
        tokens: either(a.tokens, b.tokens),
        output: either(a.output, b.output),
        usd: either(a.usd, b.usd),
        ..a
    });
    let Some(one) = known.filter(|_| call.missing.is_none()) else { return open() };
    // One that can fail on its way promises no least.
    let least = call.nested.iter().map(|n| n.plan.agents.low).min().unwrap_or(0);
    let sure = call.agents.low >= call.count.low.saturating_mul(least);
    Cost {
        agents: super::agents(&call.agents),
        own_price: one.own_price,
        tokens: times(&call.count, one.tokens, sure),
        output: times(&call.count, one.output, sure),
        usd: times(&call.count, one.usd, sure),
    }
}

fn open() -> Cost {
    fn range<T: Quantity>() -> Range<T> {
        Range { low: Some(T::default()), likely: None, high: None, basis: Basis::Bounds }
    }
    Cost { agents: range(), own_price: false, tokens: range(), output: range(), usd: range() }
}

fn times<T: Quantity>(count: &Count, one: Range<T>, sure: bool) -> Range<T> {
    let expected = super::likely(count);
    let exact = one.basis == Basis::Exact && count.is_exact() && sure;
    let most = one.high.zip(count.most());
    Range {
        low: one.low.map(|low| if sure { low.times(count.low) } else { T::default() }),
        likely: one.likely.zip(expected).map(|(likely, n)| likely.times(n)),
        high: most.map(|(most, n)| most.times(n)),
        basis: if exact { Basis::Exact } else { weaker(one.basis, Basis::Bounds) },
    }
}

fn either<T: Quantity + PartialOrd>(a: Range<T>, b: Range<T>) -> Range<T> {
    if a == b {
        return a;
    }
    let pick = |a: Option<T>, b: Option<T>, first: bool| {
        let (a, b) = (a?, b?);
        Some(if (a < b) == first { a } else { b })
    };
    Range {
        low: pick(a.low, b.low, true),
        likely: a.likely.zip(b.likely).map(|(a, b)| (a + b).part(2)),
        high: pick(a.high, b.high, false),
        basis: weaker(weaker(a.basis, b.basis), Basis::Bounds),
    }
}
