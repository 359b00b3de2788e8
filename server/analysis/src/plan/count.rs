//! How often something happens in one run.

use std::fmt;

use crate::{text::Span, vocabulary::Profile};

/// A reason with the place that gives it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Why {
    /// The expression at fault.
    pub span: Span,
    /// A clause that completes "because …".
    pub text: String,
}

impl Why {
    /// Whether the arguments of a run would settle it.
    pub fn is_of_args(&self) -> bool {
        self.text.ends_with("`args` decides it")
    }
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
    /// A limit from outside, where it is lower than anything the script itself sets.
    pub cap: Option<Cap>,
}

/// A limit that holds of every run, whatever the script says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// The limit.
    pub limit: u64,
    /// Of what.
    pub kind: CapKind,
    /// Who sets it.
    pub by: SetBy,
}

/// Who sets a [`Cap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetBy {
    /// The dialect.
    Dialect(Profile),
    /// Whoever starts the run: `--max-agents`, `run.maxAgents`.
    Person,
}

/// What a [`Cap`] limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapKind {
    /// Agents of a run, nested workflows included: one more throws.
    Agents,
    /// Items of one `parallel` or `pipeline`: a longer list throws.
    Items,
}

impl Cap {
    /// In two words, for where there is little room.
    pub fn name(&self) -> &'static str {
        match (self.by, self.kind) {
            (SetBy::Person, _) => "your limit",
            (_, CapKind::Agents) => "agent cap",
            (_, CapKind::Items) => "item cap",
        }
    }
}

impl fmt::Display for Cap {
    /// `a run stops at 1000 agents (claude-code)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cap { limit, kind, by } = self;
        match kind {
            CapKind::Agents => write!(f, "a run stops at {limit} agents ({by})"),
            CapKind::Items => write!(f, "a list of more than {limit} items is refused ({by})"),
        }
    }
}

impl fmt::Display for SetBy {
    /// `claude-code`, `your limit`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SetBy::Dialect(profile) => profile.fmt(f),
            SetBy::Person => f.write_str("your limit"),
        }
    }
}

impl Default for Count {
    fn default() -> Self {
        Count::exactly(0)
    }
}

impl Count {
    /// Exactly `n`.
    pub fn exactly(n: u64) -> Self {
        Self { low: n, high: Some(n), expr: Expr { terms: vec![], constant: n }, because: vec![], cap: None }
    }

    /// The most there can be: what the script allows, or who limits the run where that is less.
    pub fn most(&self) -> Option<u64> {
        self.cap.map(|cap| cap.limit).or(self.high)
    }

    /// The same under a limit, where that says more than the script does.
    pub(super) fn capped(self, cap: Option<Cap>) -> Self {
        let lower = |cap: &Cap| self.low <= cap.limit && self.high.is_none_or(|high| high > cap.limit);
        Self { cap: cap.filter(lower), ..self }
    }

    /// Whether the bounds meet.
    pub fn is_exact(&self) -> bool {
        self.high == Some(self.low)
    }
}

impl fmt::Display for Count {
    /// `3`, `0..30`, `0..≤1000` where the limit is not the script's, `≥3`, `?`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(cap) = self.cap {
            return write!(f, "{}..≤{}", self.low, cap.limit);
        }
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
