//! What recursive language models take: the replies of their root models, and the calls their cells make.

use super::{
    Assumptions, Basis, Cost, Quantity, Range,
    call::{Spend, priced},
    cost, likely,
    priors::{self, Prior},
    size::Size,
};
use crate::{
    plan::RlmCall,
    units::{Agents, Tokens, Usage, Usd},
};

/// What all trees of a site take, and what that rests on.
pub(super) fn spent(call: &RlmCall, assumptions: &Assumptions) -> (Cost, Vec<&'static Prior>) {
    let turn = priced(Size::prior(&priors::RLM_TURN), Size::prior(&priors::RLM_CELLS), &call.model, assumptions);
    let part = priced(Size::prior(&priors::RLM_PART), Size::prior(&priors::TEXT_ANSWER), &call.sub_model, assumptions);
    let most = call.calls.or(call.agents.cap.map(|cap| cap.limit)).unwrap_or(priors::RLM_CALLS.high);
    // Where cells begin REPLs, all their calls may be replies of root models.
    let replies = if call.deep { call.turns.saturating_add(most) } else { call.turns };
    let turns = [1, priors::RLM_TURNS.likely.min(call.turns), replies];
    let calls = [0, priors::RLM_CALLS.likely.min(most), most];
    let mut one = both(turn, turns, part, calls);
    priors::assume(&mut one.assumed, [&priors::RLM_TURNS, &priors::RLM_CALLS]);
    let mut all = cost(&call.count, &one);
    // One whose options can be refused promises no least.
    if call.agents.low < call.count.low {
        all.tokens = from_nothing(all.tokens);
        all.output = from_nothing(all.output);
        all.usd = from_nothing(all.usd);
    }
    let (least, most) = (call.agents.low, call.agents.most());
    let expected = likely(&call.count).map(|n| n.saturating_mul(turns[1] + calls[1]));
    let expected = expected.map(|n| Agents(n.max(least).min(most.unwrap_or(u64::MAX))));
    all.agents = Range { low: Some(Agents(least)), likely: expected, high: most.map(Agents), basis: Basis::Assumed };
    (all, one.assumed)
}

/// So many turns and so many calls of cells.
fn both(turn: Spend, turns: [u64; 3], part: Spend, calls: [u64; 3]) -> Spend {
    let times = |usage: Usage, n: u64| Usage {
        input: Tokens(usage.input.0.saturating_mul(n)),
        output: Tokens(usage.output.0.saturating_mul(n)),
        cache_read: Tokens(usage.cache_read.0.saturating_mul(n)),
        cache_write: Tokens(usage.cache_write.0.saturating_mul(n)),
    };
    let asks = calls != [0; 3];
    let parts = part.usd.or((!asks).then_some([Usd(0.0); 3]));
    let mut assumed = turn.assumed;
    if asks {
        priors::assume(&mut assumed, part.assumed);
    }
    Spend {
        usage: std::array::from_fn(|i| times(turn.usage[i], turns[i]) + times(part.usage[i], calls[i])),
        usd: turn.usd.zip(parts).map(|(a, b)| std::array::from_fn(|i| a[i].times(turns[i]) + b[i].times(calls[i]))),
        assumed,
        usd_assumed: turn.usd_assumed || asks && part.usd_assumed,
        own_price: turn.own_price || asks && part.own_price,
        backend: turn.backend,
    }
}

/// The same, without a promise of the least.
fn from_nothing<T: Quantity>(range: Range<T>) -> Range<T> {
    Range { low: Some(T::default()), ..range }
}
