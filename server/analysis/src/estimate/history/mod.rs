//! Estimates from past runs: what the calls of each place took, and how far whole runs lay from what their calls let expect.
//!
//! Runs of one script differ by more than their calls do: on some days everything takes more. So the range of a run is not put together
//! from those of its calls, which would be far too narrow if they were independent and far too wide if they were added; it is that of
//! past runs as wholes, each held against what its calls take on average.

mod past;
mod place;
mod site;
mod spread;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use past::{Asked, History, ModelNames, PastCall, PastRun, Schema};

use self::{
    past::{Group, Took},
    place::{Of, Place, Site},
    site::Wanted,
    spread::Spread,
};
use super::{Assumptions, Backend, Basis, Cost, Estimate, Range, likely, nested::Nested, sum};
use crate::{
    Context,
    plan::{Count, Plan},
    units::{Agents, Seconds, Tokens, Usd},
};

/// How much runs of one script differ, as the variance of the logarithm, as long as few have been seen: half of them within a factor of 1.4.
/// Chosen; not measured.
const RUNS_DIFFER: f64 = 0.25;

/// A part of runs that is passed over in saying what one run in ten falls short of.
const ONE_IN_TEN: f64 = 0.1;

/// `bounds`, the estimate for `plan`, with what past runs of the workflow named `workflow` took in the place of what is assumed. `None` where
/// they tell nothing of it.
pub fn with_history(bounds: &Estimate, plan: &Plan, workflow: &str, assumptions: &Assumptions) -> Option<Estimate> {
    let history = &*assumptions.history;
    let provider = assumptions.provider.as_deref().or_else(|| history.provider_of(workflow))?;
    let calls = plan.calls.iter().map(|call| &call.count).zip(&bounds.calls);
    let trees = plan.rlms.iter().map(|call| &call.agents).zip(&bounds.rlms);
    let places = calls.chain(trees).map(|(count, known)| Place { count, known }).collect();
    let learner = Learner { bounds, plan, places, workflow, provider, assumptions, history };
    let sites = learner.sites();
    let nested = learner.nested();
    if sites.iter().all(Option::is_none) && nested.is_none() {
        return None;
    }
    let first_tree = plan.calls.len();
    let phases = plan.phases.iter().zip(&bounds.phases).map(|(phase, known)| {
        if let (Some(_), Some(nested)) = (&phase.workflow, &nested) {
            return Cost { agents: super::agents(&phase.agents), ..nested.phase(phase) };
        }
        let own: Vec<usize> =
            phase.calls.iter().copied().chain(phase.rlms.iter().map(|tree| first_tree + tree)).collect();
        let whole = phase.calls.iter().all(|call| plan.calls[*call].phases.len() == 1);
        match phase.workflow.is_none() && whole && own.iter().any(|place| sites[*place].is_some()) {
            true => learner.together(&sites, &own, vec![], &phase.agents),
            false => known.clone(),
        }
    });
    let each = (0..sites.len()).map(|place| match &sites[place] {
        Some(_) => learner.together(&sites, &[place], vec![], learner.places[place].count),
        None => learner.places[place].known.clone(),
    });
    let all: Vec<usize> = (0..sites.len()).collect();
    let (phases, mut calls, time) = (phases.collect(), each.collect::<Vec<Cost>>(), learner.time());
    let rlms = calls.split_off(first_tree);
    let workflows = nested.map_or_else(|| bounds.workflows.clone(), |nested| nested.costs());
    let open = sites.iter().any(Option::is_none) || !workflows.is_empty();
    Some(Estimate {
        total: learner.together(&sites, &all, workflows.clone(), &plan.agents),
        phases,
        calls,
        workflows,
        rlms,
        assumed: if open { bounds.assumed.clone() } else { Vec::new() },
        time_assumed: if time.basis == Basis::Assumed { bounds.time_assumed.clone() } else { Vec::new() },
        time,
        answered_by: Some(provider.to_owned()),
    })
}

struct Learner<'a> {
    bounds: &'a Estimate,
    plan: &'a Plan,
    /// Those of the plan's calls, then those of its trees.
    places: Vec<Place<'a>>,
    workflow: &'a str,
    /// Whose answers tell of the next run.
    provider: &'a str,
    assumptions: &'a Assumptions,
    history: &'a History,
}

impl Learner<'_> {
    /// Runs of the workflow that made all their calls.
    fn whole_runs(&self) -> impl Iterator<Item = usize> {
        let runs = self.history.runs().iter().enumerate();
        runs.filter(|(_, run)| run.complete && run.workflow == self.workflow && run.provider == self.provider)
            .map(|(index, _)| index)
    }

    fn sites(&self) -> Vec<Option<Site>> {
        let groups = self.history.groups();
        let of_provider = |group: &Group| group.provider == self.provider;
        let mut of_site: Vec<Vec<usize>> = vec![Vec::new(); self.plan.calls.len()];
        let mut shared = vec![false; self.plan.calls.len()];
        let wanted: Vec<Wanted> =
            self.plan.calls.iter().map(|call| Wanted::new(call, self.provider, self.assumptions)).collect();
        for (number, group) in
            groups.iter().enumerate().filter(|(_, group)| of_provider(group) && group.workflow == self.workflow)
        {
            let fits: Vec<Option<usize>> = wanted.iter().map(|wanted| wanted.fits(self.plan, group)).collect();
            let Some(best) = fits.iter().flatten().max() else { continue };
            let best: Vec<usize> = (0..fits.len()).filter(|index| fits[*index] == Some(*best)).collect();
            for index in &best {
                of_site[*index].push(number);
                shared[*index] |= best.len() > 1;
            }
        }
        let calls = wanted.iter().enumerate().map(|(index, wanted)| {
            let count = &self.plan.calls[index].count;
            let own = self.site(count, wanted.model_is_open(), &of_site[index], shared[index], false);
            own.or_else(|| {
                let alike = |number: &usize| of_provider(&groups[*number]) && wanted.is_alike(&groups[*number]);
                let alike: Vec<usize> = (0..groups.len()).filter(alike).collect();
                self.site(count, wanted.model_is_open(), &alike, true, true)
            })
        });
        let of_trees = |group: &Group| of_provider(group) && group.like.in_tree && group.workflow == self.workflow;
        let of_trees: Vec<usize> = (0..groups.len()).filter(|number| of_trees(&groups[*number])).collect();
        // Nothing tells apart whose trees they were where several places start some.
        let trees = self.plan.rlms.iter();
        let trees = trees.map(|tree| self.site(&tree.agents, false, &of_trees, self.plan.rlms.len() > 1, false));
        calls.chain(trees).collect()
    }

    /// What the workflows called take, where past runs tell something of it; they were nested, or ran by themselves.
    fn nested(&self) -> Option<Nested<'_>> {
        if self.plan.workflows.is_empty() {
            return None;
        }
        let provider = Some(self.provider.to_owned());
        let assumptions = Assumptions { provider, ..self.assumptions.clone() };
        let context = Context { assumptions, ..Context::default() };
        Nested::of(self.plan, &context).learned(&context.assumptions)
    }

    /// What the calls of some groups tell of a place with so many; `None` where that is nothing. `one_model`: only those of the model asked last.
    fn site(&self, count: &Count, one_model: bool, groups: &[usize], shared: bool, alike: bool) -> Option<Site> {
        let of = |number: &usize| &self.history.groups()[*number];
        let newest = groups.iter().map(of).max_by_key(|group| group.took.last().map(|(run, _)| *run))?;
        let same = |number: &&usize| !one_model || of(number).model == newest.model;
        let (mut own, mut pool, mut pool_runs) = (BTreeMap::<usize, Took>::new(), Took::default(), BTreeSet::new());
        for group in groups.iter().filter(same).map(of) {
            for (run, took) in &group.took {
                pool = pool.and(*took);
                if took.paid > 0 {
                    pool_runs.insert(*run);
                }
                if !group.nested {
                    let sum = own.entry(*run).or_default();
                    *sum = sum.and(*took);
                }
            }
        }
        if pool.paid == 0 {
            return None;
        }
        let first = own.keys().next().copied().unwrap_or(usize::MAX);
        let counts: Vec<u64> = self
            .whole_runs()
            .filter(|run| *run >= first)
            .map(|run| own.get(&run).map_or(0, |took| took.calls))
            .collect();
        let joint = !shared && !counts.is_empty();
        let (least, most) = (count.low as f64, count.most().map_or(f64::INFINITY, |most| most as f64));
        let expected = match joint && !count.is_exact() {
            true => (counts.iter().sum::<u64>() as f64 / counts.len() as f64).clamp(least, most),
            false => likely(count)? as f64,
        };
        let mean = pool.mean();
        // A tree's calls are of several models.
        let model = newest.like.model.as_deref().filter(|_| !newest.like.in_tree);
        let price = model.and_then(|model| self.assumptions.prices.find(model));
        let usd = price.map(|price| price.cost_at(Tokens(0), &mean).0);
        Some(Site { own, pool, pool_runs: pool_runs.len(), expected, joint, alike, usd })
    }

    /// What the calls of some places take together with `others`, `agents` in all.
    fn together(&self, sites: &[Option<Site>], calls: &[usize], others: Vec<Cost>, agents: &Count) -> Cost {
        let joint: Vec<(usize, &Site)> =
            calls.iter().filter_map(|call| Some((*call, sites[*call].as_ref().filter(|site| site.joint)?))).collect();
        let alone = calls.iter().filter(|call| sites[**call].as_ref().is_none_or(|site| !site.joint));
        let mut parts: Vec<Cost> = alone
            .map(|call| match &sites[*call] {
                Some(site) => self.alone(*call, site),
                None => self.places[*call].known.clone(),
            })
            .collect();
        if !joint.is_empty() {
            parts.push(self.jointly(&joint));
        }
        parts.extend(others);
        let mut sum = sum(parts);
        if agents.is_exact() {
            sum.agents = super::agents(agents);
        } else if sum.agents.basis.is_from_runs() {
            let within = |n: Agents| Agents(n.0.max(agents.low).min(agents.most().unwrap_or(u64::MAX)));
            let Range { low, likely, high, basis } = sum.agents;
            let high = high.map(within).or(agents.most().map(Agents));
            sum.agents = Range { low: low.map(within), likely: likely.map(within), high, basis };
        } else {
            sum.agents = super::agents(agents);
        }
        sum
    }

    /// Places that whole runs tell of.
    fn jointly(&self, sites: &[(usize, &Site)]) -> Cost {
        let runs: Vec<usize> =
            self.whole_runs().filter(|run| sites.iter().any(|(_, site)| *run >= site.first())).collect();
        let own_price = sites.iter().any(|(call, _)| self.places[*call].known.own_price);
        Cost {
            agents: self.agents(sites, &runs),
            tokens: self.amount(sites, &runs, Of::Tokens, |n| Tokens(n as u64), |call| self.texts(call)),
            output: self.amount(sites, &runs, Of::Output, |n| Tokens(n as u64), |_| 0.0),
            usd: self.amount(sites, &runs, Of::Usd, Usd, |_| 0.0),
            own_price,
        }
    }

    /// Tokens that the texts of a place's calls alone take. What agents with tools take besides is assumed, and no floor.
    fn texts(&self, call: usize) -> f64 {
        let known = self.places[call].known.tokens.low.filter(|_| self.assumptions.backend != Backend::Agent);
        known.map_or(0.0, |tokens| tokens.0 as f64)
    }

    fn amount<T: Copy>(
        &self,
        sites: &[(usize, &Site)],
        runs: &[usize],
        of: Of,
        quantity: impl Fn(f64) -> T,
        least: impl Fn(usize) -> f64,
    ) -> Range<T> {
        let means: Option<Vec<f64>> = sites.iter().map(|(_, site)| site.mean(of)).collect();
        // What past calls did not say of money is taken to vary as tokens do.
        let varies = match of {
            Of::Usd if sites.iter().any(|(_, site)| site.pool.priced < site.pool.paid) => Of::Tokens,
            of => of,
        };
        let logs = ratios(&self.places, sites, runs, varies);
        let basis = Basis::History { runs: logs.len().max(1) as u32 };
        let Some(means) = means else { return Range { low: None, likely: None, high: None, basis } };
        let nothing = logs.iter().filter(|log| log.is_none()).count();
        let logs: Vec<f64> = logs.into_iter().flatten().collect();
        let expected: f64 = sites.iter().zip(&means).map(|((_, site), mean)| site.expected * mean).sum();
        let spread = Spread::of(&logs, RUNS_DIFFER);
        let floor: f64 = sites.iter().map(|(call, _)| least(*call)).sum();
        let high = (expected * (spread.middle + spread.half).exp()).max(floor);
        let low = match nothing as f64 > ONE_IN_TEN * runs.len() as f64 {
            true => floor,
            false => (expected * (spread.middle - spread.half).exp()).max(floor),
        };
        let likely = expected.clamp(low, high);
        Range { low: Some(quantity(low)), likely: Some(quantity(likely)), high: Some(quantity(high)), basis }
    }

    fn agents(&self, sites: &[(usize, &Site)], runs: &[usize]) -> Range<Agents> {
        let count = |call: usize| self.places[call].count;
        let open: Vec<_> = sites.iter().filter(|(call, _)| !count(*call).is_exact()).collect();
        let fixed: u64 =
            sites.iter().map(|(call, _)| count(*call)).filter(|count| count.is_exact()).map(|c| c.low).sum();
        if open.is_empty() {
            return Range::exactly(Agents(fixed));
        }
        let seen: Vec<f64> =
            runs.iter().map(|run| open.iter().map(|(_, site)| site.took(*run).calls as f64).sum()).collect();
        let expected: f64 = open.iter().map(|(_, site)| site.expected).sum();
        // Counts vary at least as those of independent events do.
        let spread = Spread::of(&seen, expected.max(1.0));
        let least: u64 = open.iter().map(|(call, _)| count(*call).low).sum();
        let most = open.iter().map(|(call, _)| count(*call).most()).sum::<Option<u64>>().unwrap_or(u64::MAX);
        let within = |n: f64| Some(Agents(fixed + (n.max(0.0) as u64).clamp(least, most)));
        let basis = Basis::History { runs: runs.len() as u32 };
        let (low, high) = ((spread.middle - spread.half).floor(), (spread.middle + spread.half).ceil());
        Range { low: within(low), likely: within(expected.round().clamp(low, high)), high: within(high), basis }
    }

    /// A place of which only single calls tell, its own or others like it.
    fn alone(&self, call: usize, site: &Site) -> Cost {
        let Place { known, count } = &self.places[call];
        let runs = site.pool_runs as u32;
        let basis = if site.alike { Basis::Alike { runs } } else { Basis::History { runs } };
        let half = Spread::of(&[], RUNS_DIFFER).half.exp();
        let three = |of: Of, floor: f64| {
            let mean = site.mean(of);
            let low = mean.map(|mean| (mean * count.low as f64 / half).max(floor));
            let likely = mean.map(|mean| (mean * site.expected).max(floor));
            let high = mean.zip(count.most()).map(|(mean, most)| (mean * most as f64 * half).max(floor));
            [low, likely, high]
        };
        let tokens = |of: Of, floor: f64| {
            let [low, likely, high] = three(of, floor).map(|n| n.map(|n| Tokens(n as u64)));
            Range { low, likely, high, basis }
        };
        let [low, likely, high] = three(Of::Usd, 0.0).map(|n| n.map(Usd));
        Cost {
            agents: known.agents.clone(),
            tokens: tokens(Of::Tokens, self.texts(call)),
            output: tokens(Of::Output, 0.0),
            usd: Range { low, likely, high, basis },
            own_price: known.own_price,
        }
    }

    fn time(&self) -> Range<Seconds> {
        let took = self.whole_runs().filter_map(|run| self.history.runs()[run].time);
        let took: Vec<f64> = took.map(|time| time.0).filter(|seconds| *seconds > 0.0).collect();
        if took.is_empty() || self.plan.agents.most() == Some(0) {
            return self.bounds.time.clone();
        }
        let logs: Vec<f64> = took.iter().map(|seconds| seconds.ln()).collect();
        let spread = Spread::of(&logs, RUNS_DIFFER);
        let (low, high) = ((spread.middle - spread.half).exp(), (spread.middle + spread.half).exp());
        let likely = (took.iter().sum::<f64>() / took.len() as f64).clamp(low, high);
        let [low, likely, high] = [low, likely, high].map(|seconds| Some(Seconds(seconds)));
        Range { low, likely, high, basis: Basis::History { runs: took.len() as u32 } }
    }
}

/// By run, how far it lay from what its calls let expect, as a logarithm; `None` where it took nothing. Of a place whose calls the script
/// fixes, as if they had been as many then as now. Runs of which not everything is known are left out.
fn ratios(places: &[Place<'_>], sites: &[(usize, &Site)], runs: &[usize], of: Of) -> Vec<Option<f64>> {
    let ratio = |run: &usize| {
        let (mut took, mut expected) = (0.0, 0.0);
        for (call, site) in sites.iter().filter(|(_, site)| *run >= site.first()) {
            let there = site.took(*run);
            if there.calls > 0 && there.paid == 0 {
                return None;
            }
            expected += site.expected * site.mean(of)?;
            if there.calls > 0 {
                let all = of.value(&there) * there.calls as f64 / there.paid as f64;
                let now = if places[*call].count.is_exact() { site.expected / there.calls as f64 } else { 1.0 };
                took += all * now;
            }
        }
        Some((took > 0.0 && expected > 0.0).then(|| (took / expected).ln()))
    };
    runs.iter().filter_map(ratio).collect()
}
