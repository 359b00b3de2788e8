//! The run's purse. What a call may take is set aside before it leaves and settled when it is back, so that a limit of N
//! is never exceeded, not even by calls under way.

use std::{collections::HashMap, time::Duration};

use analysis::units::{Tokens, Usd};
use models::Usage;

use crate::{
    run::{Limits, Price},
    sandbox::protocol::{self, Holds},
};

/// One part in so many, of calls, tokens and dollars, is held back for root models, so that a recursive language model can finish.
pub(super) const HELD_BACK: u64 = 20;

/// Most output tokens set aside for one attempt, where nothing else is known.
pub(crate) const MOST_OUTPUT: u64 = 32_000;

/// Tokens of input estimated from bytes of text: four bytes a token is the rule of thumb; three, to be on the safe side.
pub(super) fn input_tokens(bytes: usize) -> Tokens {
    Tokens(bytes.div_ceil(3) as u64)
}

/// What was set aside for one attempt.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Reservation {
    tokens: u64,
    usd: f64,
    /// Most output tokens the attempt may have; `None` where no limit is set.
    pub(super) max_output: Option<Tokens>,
}

/// What one attempt may take: what a model has to read, in bytes, and how long its answer may be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weight {
    /// All of it.
    pub(super) bytes: usize,
    /// Of these, those that the provider may be asked to keep.
    pub(super) kept: usize,
    /// Most output tokens, where the call says so itself.
    pub(super) answer: Option<u64>,
}

/// Whether an attempt may leave.
#[derive(Debug, PartialEq)]
pub(super) enum Decision {
    /// It may.
    Go(Reservation),
    /// Not while others are under way: what they leave over may be enough.
    Wait,
    /// Nothing is left of the tokens, or of what a recursive model may take: the script gets an exception that says so.
    Spent(String),
    /// Nothing is left of the run's money, or what the call costs is not known: the run ends.
    NoMoney(String),
}

/// What the run may take, or a recursive language model with all below it.
#[derive(Debug, Default)]
struct Purse {
    holds: Holds,
    /// When its time is over, in the time of the run.
    until: Option<Duration>,
    spent: Usage,
    spent_usd: Usd,
    reserved_tokens: u64,
    reserved_usd: f64,
}

impl Purse {
    /// What is open to a call of this limit. `held`: whether that is all there is.
    fn tokens_open(all: u64, held: bool) -> u64 {
        if held { all } else { all - all / HELD_BACK }
    }

    fn is_idle(&self) -> bool {
        self.reserved_tokens == 0
    }

    fn give(&mut self, reservation: Reservation, usage: Usage, usd: Usd) {
        self.reserved_tokens -= reservation.tokens;
        self.reserved_usd = (self.reserved_usd - reservation.usd).max(0.0);
        self.spent = self.spent + usage;
        self.spent_usd = self.spent_usd + usd;
    }
}

pub(super) struct Ledger {
    run: Purse,
    /// Those of recursive models, by their path.
    below: HashMap<String, Purse>,
    price: Option<Price>,
}

impl Ledger {
    pub(super) fn new(limits: &Limits, price: Option<Price>) -> Self {
        let holds = Holds { tokens: limits.budget_tokens.map(|t| t.0), usd: limits.budget_usd.map(|u| u.0), ms: None };
        Self { run: Purse { holds, ..Purse::default() }, below: HashMap::new(), price }
    }

    /// Opens a purse that a call takes from, where it is the first. `now`: in the time of the run.
    pub(super) fn open(&mut self, purse: &protocol::Purse, now: Duration) {
        let until = purse.holds.ms.map(|ms| now + Duration::from_millis(ms));
        let open = || Purse { holds: purse.holds, until, ..Purse::default() };
        self.below.entry(purse.of.clone()).or_insert_with(open);
    }

    /// How much time these purses leave, or why none. `held`: whether a call may use all of it.
    pub(super) fn time_left(
        &self,
        purses: &[protocol::Purse],
        now: Duration,
        held: bool,
    ) -> Result<Option<Duration>, String> {
        let mut least = None;
        for purse in purses.iter().filter_map(|purse| self.below.get(&purse.of)) {
            let (Some(until), Some(ms)) = (purse.until, purse.holds.ms) else { continue };
            let until = if held { until } else { until.saturating_sub(Duration::from_millis(ms / HELD_BACK)) };
            let left = until.saturating_sub(now);
            if left.is_zero() {
                return Err(format!("the {ms} ms that this recursive model may take are over"));
            }
            least = Some(least.map_or(left, |least: Duration| least.min(left)));
        }
        Ok(least)
    }

    /// What a usage costs; no model is `inherit`, of which prices may assume one.
    pub(super) fn price(&self, model: Option<&str>, usage: &Usage) -> Option<Usd> {
        self.price.as_ref()?(model.unwrap_or("inherit"), usage)
    }

    /// Output tokens spent so far.
    pub(super) fn spent_output(&self) -> u64 {
        self.run.spent.output.0
    }

    /// Sets aside what an attempt with this input may take, of the run's purse and of `purses`. `alone`: no other attempt is under way.
    /// `held`: whether it may use all there is, or must leave the share that is held back.
    pub(super) fn reserve(
        &mut self,
        model: Option<&str>,
        weight: Weight,
        purses: &[protocol::Purse],
        alone: bool,
        held: bool,
    ) -> Decision {
        let mut output = weight.answer.map_or(MOST_OUTPUT, |most| most.min(MOST_OUTPUT));
        let mut usd = 0.0;
        let mut limited = weight.answer.is_some();
        let below = purses.iter().filter_map(|purse| self.below.get(&purse.of));
        let all: Vec<(&Purse, bool)> =
            [(&self.run, alone)].into_iter().chain(below.map(|p| (p, p.is_idle()))).collect();
        for (purse, alone) in &all {
            let Some(all) = purse.holds.tokens else { continue };
            limited = true;
            let (open, spent) = (Purse::tokens_open(all, held), purse.spent.output.0);
            match open.saturating_sub(spent + purse.reserved_tokens) {
                0 if *alone || spent >= open => {
                    let whose = self.whose(purse);
                    return Decision::Spent(format!("{whose}budget of {all} output tokens is used up ({spent} spent)"));
                }
                0 => return Decision::Wait,
                left => output = output.min(left),
            }
        }
        for (purse, alone) in &all {
            let Some(all) = purse.holds.usd else { continue };
            limited = true;
            let open = if held { all } else { all - all / HELD_BACK as f64 };
            let no_more = |why: String| if self.is_run(purse) { Decision::NoMoney(why) } else { Decision::Spent(why) };
            match self.affordable(model, weight, output, open - purse.spent_usd.0 - purse.reserved_usd) {
                Err(unknown) => return no_more(unknown),
                Ok(Some((tokens, cost))) => (output, usd) = (tokens, cost),
                Ok(None) if *alone => {
                    let whose = if self.is_run(purse) { "the run's " } else { self.whose(purse) };
                    return no_more(format!("{whose}budget of {} is used up", Usd(all)));
                }
                Ok(None) => return Decision::Wait,
            }
        }
        let reservation = Reservation { tokens: output, usd, max_output: limited.then_some(Tokens(output)) };
        self.each(purses, |purse| {
            purse.reserved_tokens += output;
            purse.reserved_usd += usd;
        });
        Decision::Go(reservation)
    }

    fn is_run(&self, purse: &Purse) -> bool {
        std::ptr::eq(purse, &self.run)
    }

    fn whose(&self, purse: &Purse) -> &'static str {
        if self.is_run(purse) { "the " } else { "this recursive model's " }
    }

    fn each(&mut self, purses: &[protocol::Purse], mut change: impl FnMut(&mut Purse)) {
        change(&mut self.run);
        for purse in purses {
            if let Some(purse) = self.below.get_mut(&purse.of) {
                change(purse);
            }
        }
    }

    /// The most output, up to `output`, that `left` pays for, and its cost; `None` where it is not even one token.
    fn affordable(
        &self,
        model: Option<&str>,
        weight: Weight,
        output: u64,
        left: f64,
    ) -> Result<Option<(u64, f64)>, String> {
        let cost = |output| {
            let Weight { bytes, kept, .. } = weight;
            let (input, cache_write) = (input_tokens(bytes.saturating_sub(kept)), input_tokens(kept));
            let usage = Usage { input, cache_write, output: Tokens(output), ..Usage::default() };
            self.price(model, &usage).map(|u| u.0).ok_or_else(|| {
                let model = model.unwrap_or("that answers");
                format!("the price of model {model} is not known, so no limit in dollars can be kept; set prices or limit tokens")
            })
        };
        let (least, most) = (cost(1)?, cost(output)?);
        if least > left {
            return Ok(None);
        }
        if most <= left {
            return Ok(Some((output, most)));
        }
        // Prices may have steps, so search: the cost grows with the output.
        let (mut good, mut bad) = (1, output);
        while bad - good > 1 {
            let middle = good.midpoint(bad);
            if cost(middle)? <= left { good = middle } else { bad = middle }
        }
        Ok(Some((good, cost(good)?)))
    }

    /// Gives back what was set aside and books what was taken.
    pub(super) fn settle(
        &mut self,
        reservation: Reservation,
        purses: &[protocol::Purse],
        usage: Usage,
        usd: Option<Usd>,
    ) {
        self.each(purses, |purse| purse.give(reservation, usage, usd.unwrap_or_default()));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    const BYTE: Weight = Weight { bytes: 1, kept: 0, answer: None };

    fn used(output: u64) -> Usage {
        Usage { output: Tokens(output), ..Usage::default() }
    }

    #[test]
    fn what_is_under_way_is_never_spent_twice() {
        let limits = Limits { budget_tokens: Some(Tokens(MOST_OUTPUT + 10)), ..Limits::default() };
        let mut ledger = Ledger::new(&limits, None);
        let Decision::Go(first) = ledger.reserve(None, BYTE, &[], true, true) else { panic!("the first goes") };
        let Decision::Go(second) = ledger.reserve(None, BYTE, &[], false, true) else { panic!("ten are left") };
        assert_eq!(second.max_output, Some(Tokens(10)));
        assert_eq!(ledger.reserve(None, BYTE, &[], false, true), Decision::Wait);
        ledger.settle(first, &[], used(100), None);
        ledger.settle(second, &[], used(10), None);
        assert!(matches!(ledger.reserve(None, BYTE, &[], true, true), Decision::Go(_)), "what was set aside is back");
    }

    #[test]
    fn a_share_is_left_for_those_who_finish() {
        let limits = Limits { budget_tokens: Some(Tokens(1000)), ..Limits::default() };
        let mut ledger = Ledger::new(&limits, None);
        let Decision::Go(open) = ledger.reserve(None, BYTE, &[], true, false) else { panic!("most of it is open") };
        assert_eq!(open.max_output, Some(Tokens(950)));
        ledger.settle(open, &[], used(950), None);
        assert!(matches!(ledger.reserve(None, BYTE, &[], true, false), Decision::Spent(_)));
        let Decision::Go(rest) = ledger.reserve(None, BYTE, &[], true, true) else {
            panic!("the rest is held back for this")
        };
        assert_eq!(rest.max_output, Some(Tokens(50)));
    }

    #[test]
    fn a_purse_below_narrows_what_the_run_has() {
        let limits = Limits { budget_tokens: Some(Tokens(1000)), ..Limits::default() };
        let mut ledger = Ledger::new(&limits, None);
        let purse = |of: &str, tokens| protocol::Purse {
            of: of.into(),
            holds: Holds { tokens: Some(tokens), ms: Some(1000), ..Holds::default() },
        };
        let (outer, inner) = (purse("a", 300), purse("a/b", 500));
        ledger.open(&outer, Duration::from_secs(5));
        ledger.open(&inner, Duration::from_secs(5));
        let both = [inner, outer];
        let Decision::Go(first) = ledger.reserve(None, BYTE, &both, true, true) else { panic!("it goes") };
        assert_eq!(first.max_output, Some(Tokens(300)), "a child has no more than its parent");
        assert_eq!(ledger.reserve(None, BYTE, &both, false, true), Decision::Wait);
        let Decision::Go(other) = ledger.reserve(None, BYTE, &[], false, true) else { panic!("others have the rest") };
        assert_eq!(other.max_output, Some(Tokens(700)));
        ledger.settle(other, &[], used(0), None);
        ledger.settle(first, &both, used(290), None);
        let said = ledger.reserve(None, BYTE, &both, true, false);
        let spent = "this recursive model's budget of 300 output tokens is used up (290 spent)";
        assert_eq!(said, Decision::Spent(spent.into()), "what is left is held back");
        assert!(matches!(ledger.reserve(None, BYTE, &both, true, true), Decision::Go(_)));
        let left = |ms, held| ledger.time_left(&both, Duration::from_millis(ms), held);
        assert_eq!(left(5400, true), Ok(Some(Duration::from_millis(600))));
        assert_eq!(left(5960, false), Err("the 1000 ms that this recursive model may take are over".into()));
        assert_eq!(left(5960, true), Ok(Some(Duration::from_millis(40))));
        assert_eq!(ledger.time_left(&[], Duration::from_secs(99), false), Ok(None));
    }

    #[test]
    fn dollars_bound_the_output_of_a_call() {
        let price: Price = Arc::new(|model, usage| (model == "m").then_some(Usd(usage.output.0 as f64 * 0.01)));
        let limits = Limits { budget_usd: Some(Usd(1.0)), ..Limits::default() };
        let mut ledger = Ledger::new(&limits, Some(price));
        let Decision::Go(all) = ledger.reserve(Some("m"), BYTE, &[], true, true) else {
            panic!("a dollar buys something")
        };
        assert_eq!(all.max_output, Some(Tokens(100)));
        assert_eq!(ledger.reserve(Some("m"), BYTE, &[], false, true), Decision::Wait);
        ledger.settle(all, &[], used(100), Some(Usd(1.0)));
        assert!(matches!(ledger.reserve(Some("m"), BYTE, &[], true, true), Decision::NoMoney(_)));
        assert!(
            matches!(ledger.reserve(Some("x"), BYTE, &[], true, true), Decision::NoMoney(_)),
            "an unknown price is no price of 0"
        );
    }

    #[test]
    fn a_call_that_names_no_model_is_priced_as_inherit() {
        let price: Price = Arc::new(|model, _| (model == "inherit").then_some(Usd(1.0)));
        let ledger = Ledger::new(&Limits::default(), Some(price));
        assert_eq!(ledger.price(None, &used(1)), Some(Usd(1.0)));
    }

    #[test]
    fn what_a_provider_is_asked_to_keep_is_set_aside_at_the_price_of_keeping_it() {
        let price: Price = Arc::new(|_, usage| Some(Usd((usage.input.0 + 2 * usage.cache_write.0) as f64)));
        let limits = Limits { budget_usd: Some(Usd(150.0)), ..Limits::default() };
        let mut ledger = Ledger::new(&limits, Some(price));
        let plain = ledger.reserve(None, Weight { bytes: 300, ..BYTE }, &[], true, true);
        let Decision::Go(plain) = plain else { panic!("100 tokens cost 100") };
        ledger.settle(plain, &[], used(0), None);
        let kept = ledger.reserve(None, Weight { bytes: 300, kept: 300, ..BYTE }, &[], true, true);
        assert!(matches!(kept, Decision::NoMoney(_)), "100 tokens that are kept cost 200");
    }
}
