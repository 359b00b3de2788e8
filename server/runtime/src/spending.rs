//! What a run cost, in words: the same in the terminal, in transcripts and in reports.

use std::fmt;

use analysis::{
    prices::{self, OwnPrices},
    units::{Tokens, Usd},
};

use crate::state::RunState;

/// What a run cost, and what that rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Spending {
    /// At list prices; of simulated runs, what the models named would have cost.
    pub usd: Usd,
    /// Whether the answers were made up, so that nothing was spent.
    pub simulated: bool,
    /// Paid attempts whose price is not known; where there are any, `usd` is a lower bound.
    pub unpriced: u64,
    /// The model that stands in for none named in a simulated run, where a call named none: an assumption.
    pub assumed: Option<&'static str>,
    /// Whether a price of the person's own is in `usd`; the events do not tell.
    pub own_prices: bool,
}

impl Spending {
    /// What a run has cost so far.
    pub fn of(state: &RunState) -> Self {
        let assumed = prices::find("inherit").filter(|_| state.is_simulated() && state.models.contains_key(&None));
        Self {
            usd: state.totals.usd,
            simulated: state.is_simulated(),
            unpriced: state.totals.unpriced,
            assumed: assumed.map(|model| model.id.as_str()),
            own_prices: false,
        }
    }

    /// The same, where a run was paid at `own` prices as far as they go.
    pub fn at(state: &RunState, own: &OwnPrices) -> Self {
        let paid = state.models.iter().filter(|(_, usage)| usage.total() > Tokens(0));
        let mut names = paid.map(|(model, _)| model.as_deref().unwrap_or("inherit"));
        let own_prices = names.any(|model| own.find(model).is_some_and(|price| price.own));
        Self { own_prices, ..Self::of(state) }
    }
}

impl fmt::Display for Spending {
    /// `nothing spent; $0.42 at list prices, no model named = claude-sonnet-5-5 (assumed)`; `$0.42 at list prices`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.simulated {
            f.write_str("nothing spent; ")?;
        }
        let at = if self.own_prices { "at your prices" } else { "at list prices" };
        match (self.unpriced, self.usd) {
            (0, usd) => write!(f, "{usd} {at}")?,
            (_, Usd(0.0)) => write!(f, "unknown {at}, as the models have none")?,
            (_, usd) => write!(f, "{usd} and more, as some models have no price, {at}")?,
        }
        match self.assumed {
            Some(model) => write!(f, ", no model named = {model} (assumed)"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_simulated_run_spends_nothing() {
        let said = |simulated, usd, unpriced, assumed| {
            Spending { usd: Usd(usd), simulated, unpriced, assumed, own_prices: false }.to_string()
        };
        let shown = [
            said(true, 0.42, 0, None),
            said(false, 0.42, 0, Some("claude-sonnet-5-5")),
            said(false, 0.42, 2, None),
            said(false, 0.0, 2, None),
        ];
        expect_test::expect![[r#"
            nothing spent; $0.42 at list prices
            $0.42 at list prices, no model named = claude-sonnet-5-5 (assumed)
            $0.42 and more, as some models have no price, at list prices
            unknown at list prices, as the models have none"#]]
        .assert_eq(&shown.join("\n"));
    }
}
