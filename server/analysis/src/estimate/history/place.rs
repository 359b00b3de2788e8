//! A place in the script, and what past runs tell of it.

use std::collections::BTreeMap;

use super::{super::Cost, past::Took};
use crate::plan::Count;

/// A place in the script that has models called: an agent's, or one that starts trees.
pub(super) struct Place<'a> {
    /// How many calls.
    pub(super) count: &'a Count,
    /// What they take as far as the script tells.
    pub(super) known: &'a Cost,
}

/// What is known of a place in the script.
pub(super) struct Site {
    /// By run that the workflow made by itself: what the place's calls took.
    pub(super) own: BTreeMap<usize, Took>,
    /// All calls that tell what one takes.
    pub(super) pool: Took,
    /// The runs those are of.
    pub(super) pool_runs: usize,
    /// How many calls are expected.
    pub(super) expected: f64,
    /// Whether runs tell of this place, so that whole runs can be held against it.
    pub(super) joint: bool,
    /// Whether they are calls of other places.
    pub(super) alike: bool,
    /// What a token's price is now, where past calls do not say what they cost.
    pub(super) usd: Option<f64>,
}

/// What is counted.
#[derive(Clone, Copy)]
pub(super) enum Of {
    Tokens,
    Output,
    Usd,
}

impl Of {
    pub(super) fn value(self, took: &Took) -> f64 {
        match self {
            Of::Tokens => took.usage.total().0 as f64,
            Of::Output => took.usage.output.0 as f64,
            Of::Usd => took.usd.0,
        }
    }
}

impl Site {
    /// What one call takes on average; `None` of money where it is not known.
    pub(super) fn mean(&self, of: Of) -> Option<f64> {
        match of {
            Of::Usd if self.pool.priced < self.pool.paid => self.usd,
            _ => Some(of.value(&self.pool) / self.pool.paid as f64),
        }
    }

    /// The run in which the place first made a call.
    pub(super) fn first(&self) -> usize {
        self.own.keys().next().copied().unwrap_or(usize::MAX)
    }

    pub(super) fn took(&self, run: usize) -> Took {
        self.own.get(&run).copied().unwrap_or_default()
    }
}
