//! What a run will take: tokens and money, each with its basis.

use serde::Serialize;

use crate::units::{Tokens, Usd};

/// On what a number rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Basis {
    /// Follows from the script.
    Exact,
    /// Low and high follow from the script; likely is the middle of what the script leaves open.
    Bounds,
    /// From runs on the simulated model.
    Simulated {
        /// Number of runs.
        runs: u32,
    },
    /// From past runs.
    History {
        /// Number of runs.
        runs: u32,
    },
}

/// A number that is not known exactly. `None` where there is no basis to say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Range<T> {
    /// Fewest.
    pub low: Option<T>,
    /// What to expect.
    pub likely: Option<T>,
    /// Most; `None` where nothing bounds it.
    pub high: Option<T>,
    /// On what the three rest.
    pub basis: Basis,
}

/// Tokens and money of a call site, a phase or a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Tokens read and written by models.
    pub tokens: Range<Tokens>,
    /// Of these, written.
    pub output: Range<Tokens>,
    /// Money at the dated price table; unknown models cost unknown, not zero.
    pub usd: Range<Usd>,
}

/// What a run will take.
#[derive(Clone, Debug, PartialEq)]
pub struct Estimate {
    /// The whole run.
    pub total: Cost,
    /// By phase, as [`crate::plan::Plan::phases`].
    pub phases: Vec<Cost>,
    /// By call site over the whole run, as [`crate::plan::Plan::calls`].
    pub calls: Vec<Cost>,
}

/// The estimate for `plan`, from its bounds.
pub fn estimate(plan: &crate::plan::Plan, _context: &crate::Context) -> Estimate {
    let unknown = Cost { tokens: unknown(), output: unknown(), usd: unknown() };
    Estimate {
        total: unknown.clone(),
        phases: vec![unknown.clone(); plan.phases.len()],
        calls: vec![unknown; plan.calls.len()],
    }
}

fn unknown<T>() -> Range<T> {
    Range { low: None, likely: None, high: None, basis: Basis::Bounds }
}
