//! Findings: what is wrong with a script, or will surprise who runs it.

mod checker;
mod edits;
mod facts;
mod ignores;
mod nullable;
mod rule;
mod rules;
mod schemas;
mod settings;
mod views;

#[cfg(test)]
mod probes;
#[cfg(test)]
mod tests;

pub use rule::{Fixing, Level, Rule};
pub(crate) use rules::script_size;
pub use settings::Settings;

use crate::{Context, carry::Places, looks::Looks, plan::Plan, script::Script, text::Span};

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

/// All rules, by code.
pub fn rules() -> &'static [Rule] {
    rules::RULES
}

/// The rule with this code or name.
pub fn rule(code_or_name: &str) -> Option<&'static Rule> {
    rules().iter().find(|r| r.code.eq_ignore_ascii_case(code_or_name) || r.name == code_or_name)
}

/// All findings of a script, in source order.
///
/// The same text with the same context gives the same findings. Rules that need the whole text are silent on a tree that was recovered.
pub fn check(script: &Script, plan: &Plan, context: &Context) -> Vec<Finding> {
    check_noting(script, plan, context).0
}

/// Makes `findings`, those of an earlier text, those of `script`, of which the parser alone says something else.
pub(crate) fn check_errors(findings: &mut Vec<Finding>, script: &Script, context: &Context) {
    findings.retain(|finding| !is_of_parser(finding.code));
    findings.extend(checker::errors(script, context));
    sort(findings);
}

/// Whether a rule, by its code, rests on nothing but the errors of the parser, if there are any.
fn is_of_parser(code: &str) -> bool {
    matches!(code, "WF101" | "WF117")
}

fn sort(findings: &mut Vec<Finding>) {
    findings.sort_by(|a, b| (a.span, a.code, &a.message).cmp(&(b.span, b.code, &b.message)));
    findings.dedup_by(|a, b| (a.span, a.code) == (b.span, b.code));
}

/// The same, with what prose was looked at.
pub(crate) fn check_noting(script: &Script, plan: &Plan, context: &Context) -> (Vec<Finding>, Looks) {
    let (mut findings, looks) = checker::run(script, plan, context);
    sort(&mut findings);
    ignores::apply(&mut findings, script, context);
    (findings, looks)
}

impl Places for Finding {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        let Finding { span, related, fixes, code: _, name: _, severity: _, message: _, unnecessary: _ } = self;
        span.places(visit);
        related.places(visit);
        fixes.places(visit);
    }
}

impl Places for Fix {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        let Fix { edits, title: _, safe: _ } = self;
        edits.places(visit);
    }
}

impl Places for Edit {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        let Edit { span, text: _ } = self;
        span.places(visit);
    }
}
