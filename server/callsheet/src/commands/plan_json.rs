//! `plan --json`: the call sheet for programs.

use analysis::{
    Analysis,
    estimate::{Assumptions, Estimate},
    outline::Outline,
};
use serde::Serialize;

/// `plan --json`.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    file: &'a str,
    #[serde(flatten)]
    outline: Outline<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unsimulated: Option<String>,
}

impl<'a> Report<'a> {
    /// `unsimulated` is why there are no simulated numbers, where they were asked for.
    pub(super) fn new(
        analysis: &'a Analysis,
        estimate: &Estimate,
        assumptions: &'a Assumptions,
        file: &'a str,
        unsimulated: Option<String>,
    ) -> Self {
        Self { file, outline: Outline::of(analysis, estimate, assumptions), unsimulated }
    }
}
