//! What one agent takes.

use super::{
    Assumptions, Backend,
    priors::{self, Prior},
    size::{self, Size},
};
use crate::{
    plan::{AgentCall, Plan, Setting},
    prices::ModelPrice,
    tokens,
    units::{Tokens, Usage, Usd},
};

/// What one agent takes: low, likely, high.
pub(super) struct Spend {
    pub(super) usage: [Usage; 3],
    /// `None` where the price of a model it can be is not known.
    pub(super) usd: Option<[Usd; 3]>,
    /// What stands in for what the script leaves open.
    pub(super) assumed: Vec<&'static Prior>,
    /// The money rests on more than the tokens do: an assumed model, or a tokenizer that is not public.
    pub(super) usd_assumed: bool,
    /// A price of the person's own is in it.
    pub(super) own_price: bool,
    /// Who answers.
    pub(super) backend: Backend,
}

const LOW: usize = 0;
const LIKELY: usize = 1;
const HIGH: usize = 2;

pub(super) fn spend(plan: &Plan, call: &AgentCall, assumptions: &Assumptions) -> Spend {
    let schema = Size::exactly(call.schema.as_ref().map_or(0, |s| tokens::count(&s.to_string()).0));
    let read = size::prompt(plan, &call.prompt).and(schema);
    priced(read, size::answer(call.schema.as_ref()), &call.model, assumptions)
}

/// What a call takes that reads and writes so much, whichever of its models answers.
pub(super) fn priced(read: Size, written: Size, model: &Setting, assumptions: &Assumptions) -> Spend {
    let usage = |input: u64, output: u64| Usage { input: Tokens(input), output: Tokens(output), ..Usage::default() };
    let counted = [usage(read.low, written.low), usage(read.likely, written.likely), usage(read.high, written.high)];

    let backend = assumptions.backend_for(model);
    let models = models(model, assumptions);
    let usd = models.as_ref().and_then(|models| {
        let each: Vec<[Usd; 3]> = models.iter().map(|m| charge(m, &counted)).collect();
        let of = |i: usize| each.iter().map(move |usd| usd[i].0);
        let mean = of(LIKELY).sum::<f64>() / each.len() as f64;
        (!each.is_empty())
            .then(|| [Usd(of(LOW).fold(f64::INFINITY, f64::min)), Usd(mean), Usd(of(HIGH).fold(0.0, f64::max))])
    });
    let models = models.unwrap_or_default();
    let foreign = models.iter().any(|m| priors::tokenizer_percent(&m.id) != [100; 3]);
    let (usage, mut assumed) = match backend {
        Backend::Model | Backend::Command => (counted, vec![]),
        Backend::Agent => {
            (std::array::from_fn(|i| counted[i] + priors::AGENT_OVERHEAD[i]), vec![&priors::AGENT_TOKENS])
        }
    };
    priors::assume(&mut assumed, read.assumed.into_iter().chain(written.assumed));
    let inherited = *model == Setting::Inherited && assumptions.default_model.is_none();
    let own_price = models.iter().any(|m| m.own);
    Spend { usage, usd, assumed, usd_assumed: foreign || inherited, own_price, backend }
}

/// The models a call can be answered by; `None` where one of them is not known, or has no price.
fn models<'a>(model: &Setting, assumptions: &'a Assumptions) -> Option<Vec<&'a ModelPrice>> {
    let known = |name: &str| assumptions.price_of(name);
    match model {
        Setting::Inherited => known("inherit").map(|m| vec![m]),
        Setting::Known(name) => known(name).map(|m| vec![m]),
        Setting::OneOf(names) => names.iter().map(|n| known(n)).collect(),
        Setting::Unknown(_) => None,
    }
}

/// What a call costs, low, likely and high.
fn charge(model: &ModelPrice, counted: &[Usage; 3]) -> [Usd; 3] {
    let percent = priors::tokenizer_percent(&model.id);
    std::array::from_fn(|i| model.cost(&scaled(counted[i], percent[i])))
}

pub(super) fn scaled(usage: Usage, percent: u64) -> Usage {
    let scale = |tokens: Tokens| Tokens(tokens.0.saturating_mul(percent) / 100);
    Usage {
        input: scale(usage.input),
        output: scale(usage.output),
        cache_read: scale(usage.cache_read),
        cache_write: scale(usage.cache_write),
    }
}
