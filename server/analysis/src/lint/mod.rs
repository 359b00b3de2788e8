//! Findings: what is wrong with a script, or will surprise who runs it.

use crate::text::Span;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Hint,
    /// Likely not what is meant.
    Warning,
    /// Fails, or is certainly wrong in the selected profile.
    Error,
}

/// One finding of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id: `WF701`.
    pub code: &'static str,
    /// The rule's name: `phase-undeclared`.
    pub name: &'static str,
    /// How bad.
    pub severity: Severity,
    /// The text to underline.
    pub span: Span,
    /// What is wrong and the way out, in one sentence.
    pub message: String,
    /// Other places that matter.
    pub related: Vec<(Span, String)>,
    /// Ways to repair it, the best first.
    pub fixes: Vec<Fix>,
    /// Whether the text does nothing and can be shown faded.
    pub unnecessary: bool,
}

/// A repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does: `Rename to 'Verify'`.
    pub title: String,
    /// The edits, in source order, not overlapping.
    pub edits: Vec<Edit>,
    /// Whether it can be applied unseen; others need a choice.
    pub safe: bool,
}

/// One replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// All findings of a script, in source order.
pub fn check(script: &crate::script::Script, _plan: &crate::plan::Plan, _context: &crate::Context) -> Vec<Finding> {
    let syntax = script.errors.iter().map(|error| Finding {
        code: "WF101",
        name: "parse-error",
        severity: Severity::Error,
        span: error.span,
        message: error.message.clone(),
        related: vec![],
        fixes: vec![],
        unnecessary: false,
    });
    syntax.collect()
}

/// The rule with this code or name.
pub fn rule(_code_or_name: &str) -> Option<()> {
    None
}
