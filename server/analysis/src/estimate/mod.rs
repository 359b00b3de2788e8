//! What a run will take: agents, tokens, money and time, each with its basis.
//!
//! An estimate multiplies what one agent takes by how often the plan says it is called. Of what the script leaves open, sizes
//! in [`priors`] stand in, and the basis says so. Not in it: retries, and answers that had to be repaired.

mod call;
mod history;
mod nested;
pub mod priors;
mod request;
mod rlm;
mod samples;
mod size;
mod time;

#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;

pub use history::{Asked, History, ModelNames, PastCall, PastRun, Schema, with_history};
pub use request::{Request, requests};
pub use samples::{Sample, Spent, with_samples};
pub use time::request_time;

use crate::{
    plan::{Count, PhasePlan, Plan, Setting, Term},
    prices::{self, ModelPrice, OwnPrices},
    units::{Agents, Seconds, Tokens, Usage, Usd},
};

/// On what a number rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Basis {
    /// Follows from the script.
    Exact,
    /// Low and high follow from the script; likely is the middle of what the script leaves open.
    Bounds,
    /// As bounds, but sizes the script leaves open are those of [`priors`].
    Assumed,
    /// From runs on the simulated model.
    Simulated {
        /// Number of runs.
        runs: u32,
    },
    /// From past runs of the workflow, none of them simulated.
    History {
        /// Number of runs.
        runs: u32,
    },
    /// From calls of other places with the same kind of agent, model and schema, in past runs.
    Alike {
        /// Number of runs.
        runs: u32,
    },
}

impl Basis {
    /// Whether the number is what runs took: low and high are then percentiles, not bounds.
    pub fn is_from_runs(self) -> bool {
        matches!(self, Self::Simulated { .. } | Self::History { .. } | Self::Alike { .. })
    }
}

/// A number that is not known exactly. `None` where there is no basis to say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Range<T> {
    /// Fewest.
    pub low: Option<T>,
    /// What to expect.
    pub likely: Option<T>,
    /// Most; `None` where nothing bounds it.
    pub high: Option<T>,
    /// On what the three rest.
    pub basis: Basis,
}

/// Agents, tokens and money of a call site, a phase or a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Agents; of the plan's [`Count`] the numbers alone.
    pub agents: Range<Agents>,
    /// Tokens read and written by models.
    pub tokens: Range<Tokens>,
    /// Of these, written.
    pub output: Range<Tokens>,
    /// Money, at the person's own prices and the dated table; unknown models cost unknown, not zero.
    pub usd: Range<Usd>,
    /// Whether a price of the person's own is in it.
    pub own_price: bool,
}

/// What a run will take.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The whole run.
    pub total: Cost,
    /// From the run's start to its end.
    pub time: Range<Seconds>,
    /// By phase, as [`crate::plan::Plan::phases`].
    pub phases: Vec<Cost>,
    /// By call site over the whole run, as [`crate::plan::Plan::calls`].
    pub calls: Vec<Cost>,
    /// By call site of `workflow` over the whole run, as [`crate::plan::Plan::workflows`].
    pub workflows: Vec<Cost>,
    /// By call site of recursive language models over the whole run, as [`crate::plan::Plan::rlms`].
    pub rlms: Vec<Cost>,
    /// What stands in for sizes the script leaves open.
    pub assumed: Vec<&'static priors::Prior>,
    /// On what the time rests.
    pub time_assumed: Vec<&'static priors::Prior>,
    /// Who answered the past runs it rests on, in a word; `None` where it rests on none.
    pub answered_by: Option<String>,
}

impl Estimate {
    /// What agents with tools would take besides, as most runners of scripts give them; where it is known who `answers`, or who answered before,
    /// that is in the numbers themselves.
    pub fn with_tools(&self, answers: Option<&str>) -> Option<String> {
        let is_known = answers.is_some() || self.answered_by.is_some();
        self.total.agents.likely.filter(|agents| !is_known && agents.0 > 0).map(priors::with_tools)
    }
}

/// Who answers the calls: it decides what an agent takes beyond its prompt and its answer, and whether its price is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Backend {
    /// A model without tools, a provider's or a simulated one: one request a call, at the price of the model named.
    #[default]
    Model,
    /// A command line: the prompt in, the answer out. What it does besides, and what that costs, only it knows.
    Command,
    /// An agent with tools, such as Claude Code: many requests a call, at a price that only it knows.
    Agent,
}

/// What an estimate takes for granted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Assumptions {
    /// Who answers.
    pub backend: Backend,
    /// The model of calls that name none, where it is known. Otherwise it is assumed, see [`crate::prices::ALIASES`].
    pub default_model: Option<String>,
    /// Agents at work at once; `None` for the most the dialect allows.
    pub concurrency: Option<u64>,
    /// The person's own prices.
    pub prices: Arc<OwnPrices>,
    /// What past runs took; without any, nothing is learned.
    pub history: Arc<History>,
    /// Who answers, as the history names it; `None` for whoever answered last.
    pub provider: Option<String>,
    /// What names of models in scripts mean when that one answers, where it is not the model of that name: the models that will be in force.
    pub aliases: BTreeMap<String, String>,
}

impl Assumptions {
    /// The model that will be in force for a name in a script; `inherit`, as where none is named, is the run's own where that is known.
    pub fn in_force<'a>(&'a self, name: &'a str) -> &'a str {
        match (name, &self.default_model) {
            ("inherit", Some(own)) => own,
            _ => self.aliases.get(name).map_or(name, String::as_str),
        }
    }

    /// The price of the model that will be in force for a name in a script; `None` where that is not known.
    pub fn price_of(&self, name: &str) -> Option<&ModelPrice> {
        (self.backend_of(name) == Backend::Model).then(|| self.prices.find(self.in_force(name)))?
    }

    /// Who answers a call that names this model: of a run that a command or an agent answers, a provider where the name, or what it is mapped
    /// to, begins with one.
    pub fn backend_of(&self, name: &str) -> Backend {
        if prices::names_a_provider(self.in_force(name)) { Backend::Model } else { self.backend }
    }

    /// Who answers a call of this model; where it can be one of several, whoever takes most.
    fn backend_for(&self, model: &Setting) -> Backend {
        match model.names() {
            [] => self.backend,
            names if names.iter().all(|name| self.backend_of(name) == Backend::Model) => Backend::Model,
            _ => self.backend,
        }
    }
}

/// The estimate for `plan`, from its bounds.
pub fn estimate(plan: &Plan, context: &crate::Context) -> Estimate {
    let mut assumed = Vec::new();
    let mut calls = Vec::new();
    let mut each = Vec::new();
    for call in &plan.calls {
        let one = call::spend(plan, call, &context.assumptions);
        priors::assume(&mut assumed, call.count.cap.map(|_| &priors::OPEN_COUNT));
        priors::assume(&mut assumed, one.assumed.iter().copied());
        calls.push(cost(&call.count, &one));
        each.push(one);
    }
    let nested = nested::Nested::of(plan, context);
    priors::assume(&mut assumed, nested.assumed());
    let mut rlms = Vec::new();
    for call in &plan.rlms {
        let (all, rests_on) = rlm::spent(call, &context.assumptions);
        priors::assume(&mut assumed, rests_on);
        rlms.push(all);
    }
    let of_phase = |(i, phase): (usize, &PhasePlan)| match phase.workflow {
        Some(_) => Cost { agents: agents(&phase.agents), ..nested.phase(phase) },
        None => {
            let own = phase.rlms.iter().filter_map(|rlm| rlms.get(*rlm).cloned());
            together(&phase.agents, shares(plan, &calls, i).into_iter().chain(own).collect(), &phase.rlms)
        }
    };
    let phases = plan.phases.iter().enumerate().map(of_phase).collect();
    let workflows = nested.costs();
    let parts = calls.iter().chain(&workflows).chain(&rlms).cloned().collect();
    let total = together(&plan.agents, parts, &rlms);
    let (time, time_assumed) = time::time(plan, &each, &context.assumptions);
    Estimate { total, time, phases, calls, workflows, rlms, assumed, time_assumed, answered_by: None }
}

/// All of `parts`, of which `count` says how many agents they are. How many a tree of `rlms` likely asks is an assumption that the count does
/// not hold.
fn together<T>(count: &Count, parts: Vec<Cost>, rlms: &[T]) -> Cost {
    let all = sum(parts);
    let mut agents = agents(count);
    if !rlms.is_empty() {
        let most = agents.high.map_or(u64::MAX, |most| most.0);
        agents.likely = all.agents.likely.map(|n| Agents(n.0.max(count.low).min(most)));
        agents.basis = weaker(agents.basis, all.agents.basis);
    }
    Cost { agents, ..all }
}

fn agents(count: &Count) -> Range<Agents> {
    let [low, likely, high] = [Some(count.low), likely(count), count.most()].map(|n| n.map(Agents));
    let basis = match count.cap {
        Some(_) => Basis::Assumed,
        None if low == high => Basis::Exact,
        None => Basis::Bounds,
    };
    Range { low, likely, high, basis }
}

/// What `count` agents take that take as much as `one`.
fn cost(count: &Count, one: &call::Spend) -> Cost {
    let basis = if one.assumed.is_empty() { Basis::Bounds } else { Basis::Assumed };
    let usd_basis = if one.usd_assumed { Basis::Assumed } else { basis };
    Cost {
        agents: agents(count),
        tokens: times(count, one.usage.map(|u| u.total()), basis),
        output: times(count, one.usage.map(|u| u.output), basis),
        usd: match one.usd {
            Some(usd) => times(count, usd, usd_basis),
            None if count.high == Some(0) => Range::exactly(Usd(0.0)),
            None => Range { low: None, likely: None, high: None, basis: usd_basis },
        },
        own_price: one.own_price,
    }
}

/// What a call counted in `o200k_base`, as the simulated model counts, would have cost on the model named: as many tokens as that model's
/// own tokenizer would likely have counted, at list price. `None` where the model has no known price.
pub fn would_cost(model: &str, counted: &Usage) -> Option<Usd> {
    would_cost_at(&OwnPrices::default(), model, counted)
}

/// As [`would_cost`], with prices of the person's own before those of the table.
pub fn would_cost_at(prices: &OwnPrices, model: &str, counted: &Usage) -> Option<Usd> {
    let model = prices.find(model)?;
    let [_, likely, _] = priors::tokenizer_percent(&model.id);
    Some(model.cost(&call::scaled(*counted, likely)))
}

/// What each call site spends in a phase: all of it, or, where a call can belong to several phases, from nothing to all.
fn shares(plan: &Plan, calls: &[Cost], phase: usize) -> Vec<Cost> {
    let of_phase = plan.calls.iter().zip(calls).filter(|(call, _)| call.phases.contains(&phase));
    of_phase
        .map(|(call, cost)| match call.phases.len() {
            1 => cost.clone(),
            n => Cost {
                agents: share(&cost.agents, n),
                tokens: share(&cost.tokens, n),
                output: share(&cost.output, n),
                usd: share(&cost.usd, n),
                own_price: cost.own_price,
            },
        })
        .collect()
}

/// From nothing to all of it, and likely one of `parts` equal parts.
fn share<T: Quantity>(range: &Range<T>, parts: usize) -> Range<T> {
    let basis = if range.basis == Basis::Exact { Basis::Bounds } else { range.basis };
    Range { low: Some(T::default()), likely: range.likely.map(|all| all.part(parts as u64)), high: range.high, basis }
}

/// Agents, tokens or money.
trait Quantity: Copy + Default + PartialEq + std::ops::Add<Output = Self> {
    fn times(self, n: u64) -> Self;
    /// One of `n` equal parts.
    fn part(self, n: u64) -> Self;
}

impl Quantity for Agents {
    fn times(self, n: u64) -> Self {
        Agents(self.0.saturating_mul(n))
    }

    fn part(self, n: u64) -> Self {
        Agents(self.0 / n.max(1))
    }
}

impl Quantity for Tokens {
    fn times(self, n: u64) -> Self {
        Tokens(self.0.saturating_mul(n))
    }

    fn part(self, n: u64) -> Self {
        Tokens(self.0 / n.max(1))
    }
}

impl Quantity for Usd {
    fn times(self, n: u64) -> Self {
        Usd(self.0 * n as f64)
    }

    fn part(self, n: u64) -> Self {
        Usd(self.0 / n.max(1) as f64)
    }
}

impl<T: Copy> Range<T> {
    /// The number `n` and no other.
    fn exactly(n: T) -> Self {
        Self { low: Some(n), likely: Some(n), high: Some(n), basis: Basis::Exact }
    }
}

/// How often something is likely to happen: the middle of what the script allows, or, where it sets no limit or one above the dialect's,
/// its expression with [`priors::OPEN_COUNT`] for each number that only the run decides. `None` where neither limits it.
pub fn likely(count: &Count) -> Option<u64> {
    let Some(cap) = count.cap else { return count.high.map(|high| count.low.midpoint(high)) };
    let product = |term: &Term| {
        let one = term.symbols.iter().fold(term.factor, |n, _| n.saturating_mul(priors::OPEN_COUNT.likely));
        if term.at_most { one.div_ceil(2) } else { one }
    };
    let sum = count.expr.terms.iter().map(product).fold(count.expr.constant, u64::saturating_add);
    Some(sum.clamp(count.low, cap.limit))
}

fn times<T: Quantity>(count: &Count, [low, each, high]: [T; 3], basis: Basis) -> Range<T> {
    let basis = if count.cap.is_some() { Basis::Assumed } else { basis };
    let (least, most) = (low.times(count.low), count.most().map(|n| high.times(n)));
    if most == Some(least) {
        return Range::exactly(least);
    }
    Range { low: Some(least), likely: likely(count).map(|n| each.times(n)), high: most, basis }
}

/// All of them together. What one of them leaves unknown is unknown of the sum, but for the least it takes.
fn sum(costs: Vec<Cost>) -> Cost {
    Cost {
        agents: add(costs.iter().map(|c| &c.agents)),
        tokens: add(costs.iter().map(|c| &c.tokens)),
        output: add(costs.iter().map(|c| &c.output)),
        usd: add(costs.iter().map(|c| &c.usd)),
        own_price: costs.iter().any(|c| c.own_price),
    }
}

fn add<'a, T: Quantity + 'a>(ranges: impl Iterator<Item = &'a Range<T>>) -> Range<T> {
    let both = |a: Option<T>, b: Option<T>| Some(a? + b?);
    let (mut sum, mut any, mut known) = (Range::exactly(T::default()), false, false);
    for range in ranges {
        any = true;
        known |= range.low.is_some();
        sum = Range {
            low: both(sum.low, Some(range.low.unwrap_or_default())),
            likely: both(sum.likely, range.likely),
            high: both(sum.high, range.high),
            basis: weaker(sum.basis, range.basis),
        };
    }
    if any && !known {
        sum.low = None;
    }
    sum
}

/// A sum rests on its weakest part.
fn weaker(a: Basis, b: Basis) -> Basis {
    let rank = |basis: &Basis| match basis {
        Basis::Exact => 0,
        Basis::Bounds => 1,
        Basis::History { .. } => 2,
        Basis::Alike { .. } => 3,
        Basis::Simulated { .. } => 4,
        Basis::Assumed => 5,
    };
    if rank(&b) > rank(&a) { b } else { a }
}
