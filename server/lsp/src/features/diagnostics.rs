//! What is wrong with a script. `textDocument/publishDiagnostics`.

use analysis::{
    lint::{Finding, Severity},
    text::Span,
};
use serde_json::json;
use tower_lsp::ls_types::*;

use crate::{run::End, snapshot::Snapshot};

/// Who speaks of the script's text.
pub(crate) const SOURCE: &str = "callsheet";
/// Who speaks of what happened in a run.
pub(crate) const RUN_SOURCE: &str = "callsheet-run";

/// All diagnostics of a script, static ones first.
/// A finding as the client shows it.
pub(crate) fn diagnostics(script: &Snapshot) -> Vec<Diagnostic> {
    let mut all: Vec<Diagnostic> =
        findings(script).into_iter().map(|(finding, span)| diagnostic(script, &finding, span)).collect();
    all.extend(failure(script));
    all
}

/// The findings of this text, and where it is broken those of the last good one whose lines have not been touched.
pub(crate) fn findings(script: &Snapshot) -> Vec<(Finding, Span)> {
    let fresh = script.fresh.findings.iter().map(|finding| (finding.clone(), finding.span));
    let carried = script.known.findings.iter().filter(|finding| script.is_broken() && finding.code != "WF101");
    fresh.chain(carried.filter_map(|finding| Some((finding.clone(), script.place(finding.span)?)))).collect()
}

/// A finding as the client shows it.
pub(crate) fn diagnostic(script: &Snapshot, finding: &Finding, span: Span) -> Diagnostic {
    let related: Vec<DiagnosticRelatedInformation> = finding
        .related
        .iter()
        .filter(|_| script.client.related)
        .filter_map(|(span, message)| {
            Some(DiagnosticRelatedInformation { location: script.location(*span)?, message: message.clone() })
        })
        .collect();
    Diagnostic {
        range: script.range(span),
        severity: Some(match finding.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Hint => DiagnosticSeverity::HINT,
        }),
        code: Some(NumberOrString::String(finding.code.into())),
        code_description: rule_page(finding.code),
        source: Some(SOURCE.into()),
        message: finding.message.clone(),
        related_information: (!related.is_empty()).then_some(related),
        tags: finding.unnecessary.then(|| vec![DiagnosticTag::UNNECESSARY]),
        data: Some(json!({"rule": finding.name, "fixes": finding.fixes.len()})),
    }
}

/// The page that explains a rule, in the project's repository.
fn rule_page(code: &str) -> Option<CodeDescription> {
    let repository = Some(env!("CARGO_PKG_REPOSITORY")).filter(|url| !url.is_empty())?;
    let href = format!("{repository}/blob/main/docs/rules/{code}.md").parse().ok()?;
    Some(CodeDescription { href })
}

/// The line at which the last run failed, while it reads as it did.
fn failure(script: &Snapshot) -> Option<Diagnostic> {
    let (run, carry) = script.run.as_ref()?;
    let Some(End::Failed { message, at: Some(at) }) = &run.end else { return None };
    let span = run.call_span(*at)?;
    let span = script.place_of_run(span, run, carry)?;
    Some(Diagnostic {
        range: script.range(span),
        severity: Some(DiagnosticSeverity::ERROR),
        source: Some(RUN_SOURCE.into()),
        message: format!("{message} (run {})", run.id),
        ..Diagnostic::default()
    })
}
