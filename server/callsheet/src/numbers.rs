//! Numbers as the call sheet writes them: a likely one, and the range around it.

use std::fmt::Display;

use analysis::{
    estimate::{Basis, Cost, Range},
    prices::OwnPrices,
};

/// What to expect: `12k`, or `?` where there is no basis to say.
pub(crate) fn likely<T: Display>(range: &Range<T>) -> String {
    range.likely.as_ref().map_or("?".into(), T::to_string)
}

/// Between what: `8k..24k`, `≥8k`; empty where the likely number is the only one.
pub(crate) fn bounds<T: Display + Default + PartialEq>(range: &Range<T>) -> String {
    match (&range.low, &range.high) {
        (Some(low), Some(high)) => {
            let (low, high) = (low.to_string(), high.to_string());
            if low == high && range.likely.is_some() { String::new() } else { format!("{low}..{high}") }
        }
        (Some(low), None) if *low == T::default() => "?".into(),
        (Some(low), None) => match low.to_string() {
            low if low.starts_with('<') => ">$0".into(),
            low => format!("≥{low}"),
        },
        (None, Some(high)) => format!("≤{high}"),
        (None, None) => "?".into(),
    }
}

/// In a word, on what a number rests.
pub(crate) fn basis(basis: Basis) -> String {
    match basis {
        Basis::Exact => "exact".into(),
        Basis::Bounds => "bounds".into(),
        Basis::Assumed => "assumed".into(),
        Basis::Simulated { runs } => format!("simulated ×{runs}"),
        Basis::History { runs } => format!("history (n={runs})"),
        Basis::Alike { runs } => format!("like calls (n={runs})"),
    }
}

/// Tokens and money of a cost, each likely and then between what: four cells of a sheet.
pub(crate) fn cells(Cost { tokens, usd, .. }: &Cost) -> [String; 4] {
    [likely(tokens), bounds(tokens), likely(usd), bounds(usd)]
}

/// The range, or the one number it is.
pub(crate) fn span<T: Display + Default + PartialEq>(range: &Range<T>) -> String {
    let bounds = bounds(range);
    if bounds.is_empty() { likely(range) } else { bounds }
}

/// The range and what it rests on: `264..50k (bounds)`.
pub(crate) fn based<T: Display + Default + PartialEq>(range: &Range<T>) -> String {
    format!("{} ({})", span(range), basis(range.basis))
}

/// `1 run`, `3 runs`.
pub(crate) fn count(n: u64, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Of what day and from where prices are; `own`: some are the person's.
pub(crate) fn price_basis(prices: &OwnPrices, own: bool) -> String {
    let list = prices.list();
    let yours = if own { "your prices where it says so, else " } else { "" };
    format!("{yours}list prices of {} ({})", list.as_of, list.source)
}

/// `950 B`, `12 kB`, `1.4 MB`.
pub(crate) fn bytes(n: u64) -> String {
    match n {
        0..1_000 => format!("{n} B"),
        1_000..1_000_000 => format!("{:.0} kB", n as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", n as f64 / 1e6),
        _ => format!("{:.1} GB", n as f64 / 1e9),
    }
}
