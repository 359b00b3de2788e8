//! Estimates from runs: what sampled runs took, kept within what the script allows.

use super::{Assumptions, Backend, Basis, Cost, Estimate, Quantity, Range, priors};
use crate::{
    plan::{PhasePlan, Plan},
    units::{Agents, Seconds, Tokens, Usage, Usd},
};

/// What one sampled run took.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sample {
    /// The whole run.
    pub total: Spent,
    /// From its start to its end.
    pub time: Seconds,
    /// By phase, as [`Estimate::phases`].
    pub phases: Vec<Spent>,
    /// By call site, as [`Estimate::calls`].
    pub calls: Vec<Spent>,
}

/// What something took.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spent {
    /// Agents called.
    pub agents: Agents,
    /// Tokens read and written.
    pub tokens: Tokens,
    /// Of these, written.
    pub output: Tokens,
    /// Money; `None` where a price is not known.
    pub usd: Option<Usd>,
}

/// `estimate`, that for `plan`, with low, likely and high from runs on the simulated model: the 10th, 50th and 90th percentile, kept within the
/// bounds of the estimate. Numbers that are exact stay so; so does everything where a sample does not fit the estimate's shape.
///
/// Of those who do more for a call than a simulation does, it tells how many calls there are: what agents with tools take besides, and how
/// long, stays assumed, and what commands and agents cost stays unknown.
pub fn with_samples(estimate: &Estimate, plan: &Plan, assumptions: &Assumptions, samples: &[Sample]) -> Estimate {
    let fits = |s: &Sample| s.calls.len() == estimate.calls.len() && s.phases.len() == estimate.phases.len();
    if samples.is_empty() || !samples.iter().all(fits) {
        return estimate.clone();
    }
    if assumptions.backend == Backend::Model {
        return percentiles_of(estimate, samples);
    }
    let samples: Vec<Sample> = samples.iter().map(|sample| answered(sample, plan, assumptions)).collect();
    let sampled = percentiles_of(estimate, &samples);
    if assumptions.backend != Backend::Agent {
        return sampled;
    }
    let assumed = |cost: Cost| match (cost.tokens.basis, cost.usd.likely) {
        (Basis::Simulated { .. }, None) => Cost {
            tokens: Range { basis: Basis::Assumed, ..cost.tokens },
            output: Range { basis: Basis::Assumed, ..cost.output },
            ..cost
        },
        _ => cost,
    };
    Estimate {
        total: assumed(sampled.total),
        time: estimate.time.clone(),
        phases: sampled.phases.into_iter().map(assumed).collect(),
        calls: sampled.calls.into_iter().map(assumed).collect(),
        ..sampled
    }
}

/// What a run like a simulated one takes where a command or an agent answers all calls but those that name a provider.
fn answered(sample: &Sample, plan: &Plan, assumptions: &Assumptions) -> Sample {
    let besides = match assumptions.backend {
        Backend::Agent => priors::AGENT_OVERHEAD[1],
        Backend::Model | Backend::Command => Usage::default(),
    };
    let of = |spent: Spent, providers: u64| match spent.agents.0.saturating_sub(providers) {
        0 => spent,
        n => Spent {
            tokens: spent.tokens + besides.total().times(n),
            output: spent.output + besides.output.times(n),
            usd: None,
            ..spent
        },
    };
    let provider = |call: usize| match assumptions.backend_for(&plan.calls[call].model) {
        Backend::Model => sample.calls[call].agents.0,
        Backend::Command | Backend::Agent => 0,
    };
    let all = 0..plan.calls.len();
    let phase = |(spent, phase): (&Spent, &PhasePlan)| of(*spent, phase.calls.iter().map(|call| provider(*call)).sum());
    Sample {
        total: of(sample.total, all.clone().map(provider).sum()),
        time: sample.time,
        phases: sample.phases.iter().zip(&plan.phases).map(phase).collect(),
        calls: all.map(|call| of(sample.calls[call], provider(call))).collect(),
    }
}

fn percentiles_of(estimate: &Estimate, samples: &[Sample]) -> Estimate {
    let column = |of: &dyn Fn(&Sample) -> Spent| samples.iter().map(of).collect::<Vec<Spent>>();
    let each = |costs: &[Cost], of: &dyn Fn(&Sample) -> &[Spent]| {
        costs.iter().enumerate().map(|(i, cost)| sampled(cost, &column(&|s| of(s)[i]))).collect()
    };
    Estimate {
        total: sampled(&estimate.total, &column(&|s| s.total)),
        time: percentiles(&estimate.time, samples.iter().map(|s| s.time.0).collect(), |t| t.0, Seconds),
        phases: each(&estimate.phases, &|s| &s.phases),
        calls: each(&estimate.calls, &|s| &s.calls),
        // Of a call of a workflow the events tell the workflow, not the place; of what cells ask, the place in the cell.
        workflows: estimate.workflows.clone(),
        rlms: estimate.rlms.clone(),
        assumed: estimate.assumed.clone(),
        time_assumed: estimate.time_assumed.clone(),
        answered_by: None,
    }
}

fn sampled(cost: &Cost, spent: &[Spent]) -> Cost {
    let usd: Option<Vec<f64>> = spent.iter().map(|s| s.usd.map(|usd| usd.0)).collect();
    let tokens = |of: fn(&Spent) -> Tokens| spent.iter().map(|s| of(s).0 as f64).collect::<Vec<f64>>();
    let agents = spent.iter().map(|s| s.agents.0 as f64).collect();
    Cost {
        agents: percentiles(&cost.agents, agents, |a| a.0 as f64, |n| Agents(n as u64)),
        tokens: percentiles(&cost.tokens, tokens(|s| s.tokens), |t| t.0 as f64, |n| Tokens(n as u64)),
        output: percentiles(&cost.output, tokens(|s| s.output), |t| t.0 as f64, |n| Tokens(n as u64)),
        own_price: cost.own_price,
        usd: usd.map_or_else(|| cost.usd.clone(), |usd| percentiles(&cost.usd, usd, |u| u.0, Usd)),
    }
}

fn percentiles<T: Copy>(
    bounds: &Range<T>,
    mut seen: Vec<f64>,
    number: impl Fn(T) -> f64,
    quantity: impl Fn(f64) -> T,
) -> Range<T> {
    if bounds.basis == Basis::Exact {
        return bounds.clone();
    }
    seen.sort_by(f64::total_cmp);
    let runs = seen.len() as u32;
    let at = |percent: usize| {
        let n = seen[(percent * (seen.len() - 1)).div_ceil(100)];
        let least = bounds.low.map_or(0.0, &number);
        let most = bounds.high.map_or(f64::INFINITY, &number);
        Some(quantity(n.min(most).max(least)))
    };
    Range { low: at(10), likely: at(50), high: at(90), basis: Basis::Simulated { runs } }
}
