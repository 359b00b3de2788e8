//! How often something happens in one run.

use std::fmt;

use crate::text::Span;

/// A reason with the place that gives it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Why {
    /// The expression at fault.
    pub span: Span,
    /// A clause that completes "because …".
    pub text: String,
}

/// How often: bounds, an expression, and what keeps the bounds apart.
///
/// Sound for every run that comes to its end: the true number lies in `low..=high`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Fewest.
    pub low: u64,
    /// Most; `None` where the script sets no bound.
    pub high: Option<u64>,
    /// The number in terms of what the run decides: `3 + 3·findings`.
    pub expr: Expr,
    /// Why the bounds are apart or open: one entry for each thing only the run decides.
    pub because: Vec<Why>,
}

impl Default for Count {
    fn default() -> Self {
        Count::exactly(0)
    }
}

impl Count {
    /// Exactly `n`.
    pub fn exactly(n: u64) -> Self {
        Self { low: n, high: Some(n), expr: Expr { terms: vec![], constant: n }, because: vec![] }
    }

    /// Whether the bounds meet.
    pub fn is_exact(&self) -> bool {
        self.high == Some(self.low)
    }
}

impl fmt::Display for Count {
    /// `3`, `0..30`, `≥3`, `?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.low, self.high) {
            (low, Some(high)) if low == high => write!(f, "{low}"),
            (low, Some(high)) => write!(f, "{low}..{high}"),
            (0, None) => write!(f, "?"),
            (low, None) => write!(f, "≥{low}"),
        }
    }
}

/// A sum of products over what the run decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expr {
    /// The constant part.
    pub constant: u64,
    /// The products.
    pub terms: Vec<Term>,
}

/// `factor · symbol · symbol …`, exactly or at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The factor.
    pub factor: u64,
    /// What is multiplied.
    pub symbols: Vec<Symbol>,
    /// Whether the true value can be less.
    pub at_most: bool,
}

/// A quantity only the run decides: the length of `findings`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Symbol {
    /// The name to show.
    pub name: String,
    /// Where it comes from.
    pub span: Span,
}

impl fmt::Display for Expr {
    /// `1 + 3·files + ≤5·findings`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.constant > 0 || self.terms.is_empty() {
            parts.push(self.constant.to_string());
        }
        for term in &self.terms {
            let mut factors: Vec<String> = term.symbols.iter().map(|s| s.name.clone()).collect();
            if term.factor != 1 || factors.is_empty() {
                factors.insert(0, term.factor.to_string());
            }
            parts.push(format!("{}{}", if term.at_most { "≤" } else { "" }, factors.join("·")));
        }
        f.write_str(&parts.join(" + "))
    }
}
