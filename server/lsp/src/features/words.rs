//! Numbers as people read them: short, and never without what they rest on.

use std::fmt::Display;

use analysis::{
    estimate::{self, Basis, Cost, Estimate, Range},
    plan::Count,
    units::Agents,
};

/// `×3`, `×0..30`, `×~4, 0..≤1000 (agent cap)`, `×≥3`, `×?`.
pub(crate) fn times(count: &Count) -> String {
    format!("×{}", number(count, ""))
}

/// The number of `what`. A limit of the dialect is true of every run and tells little of any: what to expect comes first.
pub(crate) fn number(count: &Count, what: &str) -> String {
    match (count.cap, estimate::likely(count)) {
        (Some(cap), Some(likely)) => format!("~{likely}{what}, {count} ({})", cap.name()),
        _ => format!("{count}{what}"),
    }
}

/// As [`times`], or `×4..9 likely, 0..30 possible` where runs told more than the script does.
pub(crate) fn likely_times(count: &Count, agents: &Range<Agents>) -> String {
    match likely(agents) {
        Some(likely) => format!("×{likely} likely, {count} possible"),
        None => times(count),
    }
}

/// As [`agents`], or `4..9 agents likely, 0..30 possible` where runs told more than the script does.
pub(crate) fn likely_agents(count: &Count, likely_ones: &Range<Agents>) -> String {
    match likely(likely_ones) {
        Some(likely) => format!("{likely} agents likely, {count} possible"),
        None => agents(count),
    }
}

/// `4..9`, of what runs told.
fn likely(agents: &Range<Agents>) -> Option<String> {
    let (low, high) = (agents.low?, agents.high.filter(|_| agents.basis.is_from_runs())?);
    Some(if low == high { format!("{low}") } else { format!("{low}..{high}") })
}

/// `1 agent`, `3 agents`, `0..30 agents`.
pub(crate) fn agents(count: &Count) -> String {
    let plural = if count.is_exact() && count.low == 1 { "" } else { "s" };
    number(count, &format!(" agent{plural}"))
}

/// `12k`, `8k..24k`, `≤24k`, `~12k`; `None` where there is no basis to say.
pub(crate) fn amount<T: Display + PartialEq + Copy + Default>(range: &Range<T>) -> Option<String> {
    // Nothing at all is no likely number to lead with where there can be more.
    let likely = range.likely.filter(|likely| *likely != T::default() || range.high == range.likely);
    let is_estimate = range.basis == Basis::Assumed || range.basis.is_from_runs();
    if let Some(likely) = likely.filter(|_| is_estimate) {
        let likely = likely.to_string();
        // `<$0.01` says already that it is not exact.
        return Some(if likely.starts_with('<') { likely } else { format!("~{likely}") });
    }
    match (range.low.filter(|low| *low != T::default()), range.high) {
        (None, Some(high)) if range.low == Some(high) => Some(high.to_string()),
        (None, Some(high)) => Some(format!("≤{high}")),
        (Some(low), Some(high)) if low.to_string() == high.to_string() => Some(high.to_string()),
        (Some(low), Some(high)) => Some(format!("{low}..{high}")),
        (Some(low), None) => Some(match low.to_string() {
            low if low.starts_with('<') => ">$0".into(),
            low => format!("≥{low}"),
        }),
        (None, None) => None,
    }
}

/// ` · 12k tok · $0.04`, or less where less is known; empty where nothing is. Numbers that do not follow from the script say so.
pub(crate) fn cost(cost: &Cost) -> String {
    from(amounts(cost), cost.tokens.basis)
}

/// As [`cost`] of the whole run, and its time: ` · 12k tok · $0.04 · ~4 min`.
pub(crate) fn whole(estimate: &Estimate) -> String {
    let time = amount(&estimate.time).map(|time| format!(" · {time}")).unwrap_or_default();
    let total = estimate.total.tokens.basis;
    // Past runs tell their time even of calls they do not know.
    let is_learned = !matches!(estimate.time.basis, Basis::History { .. }) || total.is_from_runs();
    from(amounts(&estimate.total) + &time, if is_learned { estimate.time.basis } else { total })
}

fn amounts(cost: &Cost) -> String {
    let tokens = amount(&cost.tokens).map(|tokens| format!(" · {tokens} tok"));
    // What nobody knows the price of is not free.
    let unpriced = || tokens.as_ref().filter(|_| cost.agents.high.is_some()).map(|_| " · $?".to_owned());
    let usd = amount(&cost.usd).map(|usd| format!(" · {usd}")).or_else(unpriced);
    tokens.iter().cloned().chain(usd).collect()
}

fn from(shown: String, basis: Basis) -> String {
    match basis {
        _ if shown.is_empty() => shown,
        Basis::Simulated { .. } => shown + " simulated",
        Basis::History { .. } | Basis::Alike { .. } => shown + " " + &basis_word(&basis),
        Basis::Exact | Basis::Bounds | Basis::Assumed => shown,
    }
}

/// What a number rests on, in a word or two.
pub(crate) fn basis_word(basis: &Basis) -> String {
    match basis {
        Basis::Exact => "exact".into(),
        Basis::Bounds => "bounds".into(),
        Basis::Assumed => "assumed".into(),
        Basis::Simulated { runs } => format!("simulated, {runs} runs"),
        Basis::History { runs } => format!("history (n={runs})"),
        Basis::Alike { runs } => format!("like calls (n={runs})"),
    }
}

/// What a number rests on, as a sentence.
pub(crate) fn basis(basis: &Basis) -> String {
    match basis {
        Basis::Exact => "Exact: follows from the script.".into(),
        Basis::Bounds => "Bounds that follow from the script.".into(),
        Basis::Assumed => {
            "Bounds of the script, with assumed sizes where it leaves them open (docs/estimates.md).".into()
        }
        Basis::Simulated { runs } => {
            format!("Simulated: from {runs} runs on made-up answers, whose lengths are a guess (docs/estimates.md).")
        }
        Basis::History { runs } => {
            let runs = match runs {
                1 => "1 past run, so the range is wide".into(),
                2..5 => format!("{runs} past runs, so the range is wide"),
                _ => format!("{runs} past runs"),
            };
            format!("History: from {runs} (docs/estimates.md).")
        }
        Basis::Alike { runs } => {
            let runs = if *runs == 1 { "1 past run".into() } else { format!("{runs} past runs") };
            format!(
                "History of like calls: same kind of agent, model and schema elsewhere, in {runs} (docs/estimates.md)."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use analysis::units::Tokens;

    use super::*;

    #[test]
    fn amounts_are_short_and_never_invented() {
        let range = |low: Option<u64>, likely: Option<u64>, high: Option<u64>, basis| {
            let t = |n: Option<u64>| n.map(Tokens);
            amount(&Range { low: t(low), likely: t(likely), high: t(high), basis }).unwrap_or("-".into())
        };
        let bounds = || Basis::Bounds;
        assert_eq!(range(Some(800), None, Some(24_000), bounds()), "800..24k");
        assert_eq!(range(Some(12_010), None, Some(12_020), bounds()), "12k");
        assert_eq!(range(Some(0), None, Some(24_000), bounds()), "≤24k");
        assert_eq!(range(Some(0), None, Some(0), bounds()), "0");
        assert_eq!(range(Some(800), None, None, bounds()), "≥800");
        assert_eq!(range(None, None, None, bounds()), "-");
        assert_eq!(range(Some(1), Some(41_000), Some(99_000), Basis::Simulated { runs: 20 }), "~41k");
    }
}
