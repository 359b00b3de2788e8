//! Quantities that mean something: tokens, money.

use std::{fmt, iter::Sum, ops::Add};

use serde::{Deserialize, Serialize};

/// A number of model tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tokens(pub u64);

impl Add for Tokens {
    type Output = Tokens;
    fn add(self, other: Tokens) -> Tokens {
        Tokens(self.0.saturating_add(other.0))
    }
}

impl Sum for Tokens {
    fn sum<I: Iterator<Item = Tokens>>(iter: I) -> Tokens {
        iter.fold(Tokens(0), Add::add)
    }
}

impl fmt::Display for Tokens {
    /// `950`, `12k`, `1.4M`: at most three significant digits, as shown in hints.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0 as f64;
        match self.0 {
            0..1_000 => write!(f, "{}", self.0),
            1_000..9_950 => write!(f, "{:.1}k", n / 1e3),
            9_950..999_500 => write!(f, "{:.0}k", n / 1e3),
            999_500..9_950_000 => write!(f, "{:.1}M", n / 1e6),
            _ => write!(f, "{:.0}M", n / 1e6),
        }
    }
}

/// A number of agent calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Agents(pub u64);

impl Add for Agents {
    type Output = Agents;
    fn add(self, other: Agents) -> Agents {
        Agents(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for Agents {
    /// `9`, `405,505`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        let grouped: Vec<&str> =
            (0..digits.len()).rev().step_by(3).map(|last| &digits[last.saturating_sub(2)..=last]).collect();
        write!(f, "{}", grouped.into_iter().rev().collect::<Vec<_>>().join(","))
    }
}

/// A time in seconds. Never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seconds(pub f64);

impl Add for Seconds {
    type Output = Seconds;
    fn add(self, other: Seconds) -> Seconds {
        Seconds(self.0 + other.0)
    }
}

impl fmt::Display for Seconds {
    /// `0 s`, `<1 s`, `45 s`, `12 min`, `3.5 h`, `40 h`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0.0 => write!(f, "0 s"),
            s if s < 1.0 => write!(f, "<1 s"),
            s if s < 89.5 => write!(f, "{s:.0} s"),
            s if s < 89.5 * 60.0 => write!(f, "{:.0} min", s / 60.0),
            s if s < 9.95 * 3600.0 => write!(f, "{:.1} h", s / 3600.0),
            s => write!(f, "{:.0} h", s / 3600.0),
        }
    }
}

/// An amount of money in US dollars. Never negative.
///
/// Amounts are added in whole steps of a hundred-billionth of a dollar, which up to 20,000 dollars are exact: so a total is the same in
/// whichever order its parts are added, and however they are grouped. A price of $0.00001 for a million tokens is one step a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Usd(pub f64);

/// In a dollar.
const STEPS: f64 = 1e11;

impl Add for Usd {
    type Output = Usd;
    fn add(self, other: Usd) -> Usd {
        Usd(((self.0 * STEPS).round() + (other.0 * STEPS).round()) / STEPS)
    }
}

impl Sum for Usd {
    fn sum<I: Iterator<Item = Usd>>(iter: I) -> Usd {
        iter.fold(Usd(0.0), Add::add)
    }
}

impl fmt::Display for Usd {
    /// `$0`, `<$0.01`, `$0.42`, `$17`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0.0 => write!(f, "$0"),
            n if n < 0.01 => write!(f, "<$0.01"),
            n if n < 9.995 => write!(f, "${n:.2}"),
            n => write!(f, "${n:.0}"),
        }
    }
}

/// Tokens of one call or of many, by price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Usage {
    /// Read, not from a cache.
    pub input: Tokens,
    /// Written.
    pub output: Tokens,
    /// Read from a prompt cache.
    pub cache_read: Tokens,
    /// Written to a prompt cache.
    pub cache_write: Tokens,
}

impl Usage {
    /// All tokens, whatever their price.
    pub fn total(&self) -> Tokens {
        self.prompt() + self.output
    }

    /// All that was read: what decides the price tier of a request.
    pub fn prompt(&self) -> Tokens {
        self.input + self.cache_read + self.cache_write
    }
}

impl Add for Usage {
    type Output = Usage;
    fn add(self, other: Usage) -> Usage {
        Usage {
            input: self.input + other.input,
            output: self.output + other.output,
            cache_read: self.cache_read + other.cache_read,
            cache_write: self.cache_write + other.cache_write,
        }
    }
}

impl Sum for Usage {
    fn sum<I: Iterator<Item = Usage>>(iter: I) -> Usage {
        iter.fold(Usage::default(), Add::add)
    }
}

/// `1234567` as `1,234,567`.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_read_at_a_glance() {
        let shown = [0, 999, 1_000, 9_949, 9_950, 999_499, 1_400_000, 127_000_000].map(|n| Tokens(n).to_string());
        assert_eq!(shown, ["0", "999", "1.0k", "9.9k", "10k", "999k", "1.4M", "127M"]);
    }

    #[test]
    fn times_are_rough() {
        let shown = [0.0, 0.2, 89.0, 90.0, 3_600.0, 12_600.0, 144_000.0].map(|s| Seconds(s).to_string());
        assert_eq!(shown, ["0 s", "<1 s", "89 s", "2 min", "60 min", "3.5 h", "40 h"]);
    }

    #[test]
    fn many_agents_are_counted_in_thousands() {
        assert_eq!([0, 999, 1_000, 405_505].map(|n| Agents(n).to_string()), ["0", "999", "1,000", "405,505"]);
    }

    #[test]
    fn money_never_rounds_to_nothing() {
        assert_eq!([0.0, 0.001, 0.42, 17.3].map(|n| Usd(n).to_string()), ["$0", "<$0.01", "$0.42", "$17"]);
    }

    proptest::proptest! {
        #[test]
        fn money_adds_up_in_any_order(calls in proptest::collection::vec((0.0..3.0_f64, 0..4_usize), 0..200)) {
            let all: Usd = calls.iter().map(|(usd, _)| Usd(*usd)).sum();
            let of = |group: usize| calls.iter().rev().filter(move |(_, of)| *of == group).map(|(usd, _)| Usd(*usd));
            proptest::prop_assert_eq!([2, 0, 3, 1].map(|group| of(group).sum::<Usd>()).into_iter().sum::<Usd>(), all);
        }
    }
}
