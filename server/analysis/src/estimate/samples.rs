//! Estimates from runs: what sampled runs took, kept within what the script allows.

use super::{Basis, Cost, Estimate, Range};
use crate::units::{Agents, Seconds, Tokens, Usd};

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

/// `estimate` with low, likely and high from runs on the simulated model: the 10th, 50th and 90th percentile, kept within the
/// bounds of the estimate. Numbers that are exact stay so; so does everything where a sample does not fit the estimate's shape.
pub fn with_samples(estimate: &Estimate, samples: &[Sample]) -> Estimate {
    let fits = |s: &Sample| s.calls.len() == estimate.calls.len() && s.phases.len() == estimate.phases.len();
    if samples.is_empty() || !samples.iter().all(fits) {
        return estimate.clone();
    }
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
