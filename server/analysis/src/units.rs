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

/// An amount of money in US dollars. Never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Usd(pub f64);

impl Add for Usd {
    type Output = Usd;
    fn add(self, other: Usd) -> Usd {
        Usd(self.0 + other.0)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_read_at_a_glance() {
        let shown = [0, 999, 1_000, 9_949, 9_950, 999_499, 1_400_000, 127_000_000].map(|n| Tokens(n).to_string());
        assert_eq!(shown, ["0", "999", "1.0k", "9.9k", "10k", "999k", "1.4M", "127M"]);
    }

    #[test]
    fn money_never_rounds_to_nothing() {
        assert_eq!([0.0, 0.001, 0.42, 17.3].map(|n| Usd(n).to_string()), ["$0", "<$0.01", "$0.42", "$17"]);
    }
}
