//! How long a run takes: what one agent takes, on the longest chain and under the limit of agents at once.

use super::{
    Assumptions, Backend, Basis, Range,
    call::Spend,
    priors::{self, Prior},
};
use crate::{
    plan::{Count, Plan},
    units::{Seconds, Tokens},
};

/// Agents at once where nobody says: the most the dialect allows.
const MOST_AT_ONCE: u64 = 16;

/// Shortest, likely and longest time of one agent, in seconds.
type Latency = [f64; 3];

/// How long an answer of so many tokens likely takes from a model without tools.
pub fn request_time(output: Tokens) -> Seconds {
    Seconds(request(output, priors::FIRST_TOKEN.likely, priors::SPEED.likely))
}

fn request(output: Tokens, first: u64, speed: u64) -> f64 {
    first as f64 + output.0 as f64 / speed as f64
}

fn latency(spend: &Spend) -> Latency {
    let (first, speed) = (&priors::FIRST_TOKEN, &priors::SPEED);
    let [low, likely, high] = spend.usage.map(|usage| usage.output);
    match spend.backend {
        Backend::Model | Backend::Command => [
            request(low, first.low, speed.high),
            request(likely, first.likely, speed.likely),
            request(high, first.high, speed.low),
        ],
        Backend::Agent => {
            let agent = &priors::AGENT_TIME;
            [agent.low as f64, agent.likely as f64, agent.high as f64]
        }
    }
}

/// The time of a run of `plan` and what it rests on; `spends` are its calls'.
///
/// With `n` agents in all, `chain` of them one after another, and `slots` at once, a scheduler that leaves no slot idle takes at least
/// `max(chain, n / slots)` and at most `chain + (n - chain) / slots` times an agent (Graham 1966). Likely is the lower of the two for
/// the middle of the counts: most scripts run in waves that fill the slots.
pub(super) fn time(plan: &Plan, spends: &[Spend], assumptions: &Assumptions) -> (Range<Seconds>, Vec<&'static Prior>) {
    let (all, chain) = (&plan.agents, &plan.critical_path);
    if all.most() == Some(0) {
        return (Range::exactly(Seconds(0.0)), vec![]);
    }
    let slots = assumptions.concurrency.unwrap_or(MOST_AT_ONCE).max(1) as f64;
    let each: Vec<Latency> = spends.iter().map(latency).collect();
    let of = |i: usize| each.iter().map(move |latency| latency[i]);
    let shortest = of(0).fold(f64::INFINITY, f64::min);
    let longest = of(2).fold(0.0, f64::max);
    let least = |n: u64, chain: u64| (chain as f64).max(n as f64 / slots);
    let low = if each.is_empty() { 0.0 } else { shortest * least(all.low, chain.low) };
    // Of agents of nested workflows, and of the calls of code that is not written yet, only the number is known.
    let others = plan.workflows.iter().map(|call| &call.agents).chain(plan.rlms.iter().map(|call| &call.agents));
    let nested = others.into_iter().any(|agents| agents.most() != Some(0));
    let most = all.most().zip(chain.most()).filter(|_| !nested);
    let likely = most.map(|(n, longest)| {
        let weight = |count: &Count| super::likely(count).unwrap_or(count.low) as f64;
        let weights: f64 = plan.calls.iter().map(|call| weight(&call.count)).sum();
        let weighted: f64 = plan.calls.iter().zip(of(1)).map(|(call, latency)| weight(&call.count) * latency).sum();
        let one = if weights > 0.0 { weighted / weights } else { of(1).sum::<f64>() / each.len() as f64 };
        one * least(super::likely(all).unwrap_or(n), super::likely(chain).unwrap_or(longest))
    });
    let high = most.map(|(n, chain)| longest * (chain as f64 + n.saturating_sub(chain) as f64 / slots));
    let between = |likely: f64| likely.max(low).min(high.unwrap_or(f64::INFINITY));
    let range = Range {
        low: Some(Seconds(low)),
        likely: likely.map(|likely| Seconds(between(likely))),
        high: high.map(Seconds),
        basis: Basis::Assumed,
    };
    let mut rests_on = Vec::new();
    for spend in spends {
        let of: &[_] = match spend.backend {
            Backend::Model | Backend::Command => &[&priors::FIRST_TOKEN, &priors::SPEED],
            Backend::Agent => &[&priors::AGENT_TIME],
        };
        priors::assume(&mut rests_on, of.iter().copied());
    }
    (range, rests_on)
}
