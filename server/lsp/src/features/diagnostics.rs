//! What is wrong with a script. `textDocument/publishDiagnostics`.

use analysis::lint::{Edit, Finding, Fix, Severity};
use serde_json::json;
use tower_lsp::ls_types::*;

use crate::snapshot::Snapshot;

/// Who speaks of the script's text.
pub(crate) const SOURCE: &str = "callsheet";
/// Who speaks of what happened in a run.
pub(crate) const RUN_SOURCE: &str = "callsheet-run";

/// All diagnostics of a script, static ones first.
pub(crate) fn diagnostics(script: &Snapshot) -> Vec<Diagnostic> {
    let fresh = script.fresh.findings.iter().map(|finding| diagnostic(script, finding));
    let mut all: Vec<Diagnostic> = fresh.chain(earlier(script).iter().map(|f| diagnostic(script, f))).collect();
    all.extend(failure(script));
    all
}

/// The findings of this text, and where it is broken those of the last good one whose lines have not been touched; all at their places
/// in this text.
pub(crate) fn findings(script: &Snapshot) -> Vec<Finding> {
    script.fresh.findings.iter().cloned().chain(earlier(script)).collect()
}

/// Where the text is broken, the findings of the last good one whose lines have not been touched and which are not found now.
fn earlier(script: &Snapshot) -> Vec<Finding> {
    if !script.is_broken() {
        return vec![];
    }
    let earlier = script.known.findings.iter().filter(|finding| finding.code != "WF101");
    let mut all: Vec<Finding> = Vec::new();
    for finding in earlier.filter_map(|finding| carried(script, finding)) {
        let same = |other: &Finding| (other.code, other.span) == (finding.code, finding.span);
        if !script.fresh.findings.iter().chain(&all).any(same) {
            all.push(finding);
        }
    }
    all
}

/// A finding of the earlier text in this one; repairs that touch an edited line are left out.
fn carried(script: &Snapshot, finding: &Finding) -> Option<Finding> {
    let fix = |fix: &Fix| {
        let edit = |edit: &Edit| Some(Edit { span: script.place(edit.span)?, text: edit.text.clone() });
        Some(Fix { edits: fix.edits.iter().map(edit).collect::<Option<_>>()?, ..fix.clone() })
    };
    let related = finding.related.iter().filter_map(|(span, why)| Some((script.loosely(*span)?, why.clone())));
    Some(Finding {
        span: script.place(finding.span)?,
        related: related.collect(),
        fixes: finding.fixes.iter().filter_map(fix).collect(),
        ..finding.clone()
    })
}

/// A finding as the client shows it.
pub(crate) fn diagnostic(script: &Snapshot, finding: &Finding) -> Diagnostic {
    let related: Vec<DiagnosticRelatedInformation> = finding
        .related
        .iter()
        .filter(|_| script.client.related)
        .map(|(span, message)| DiagnosticRelatedInformation {
            location: Location { uri: script.uri.clone(), range: script.range(*span) },
            message: message.clone(),
        })
        .collect();
    Diagnostic {
        range: script.range(finding.span),
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
    let error = run.failure().filter(|error| error.workflow.is_none())?;
    let span = script.place_of_run(run.line_from(error.at?)?, run, carry)?;
    Some(Diagnostic {
        range: script.range(span),
        severity: Some(DiagnosticSeverity::ERROR),
        source: Some(RUN_SOURCE.into()),
        message: format!("{} (run {})", error.message, run.id),
        ..Diagnostic::default()
    })
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::tests::{Script, draw_ranges};

    fn drawn(script: &Script) -> String {
        let all = diagnostics(&script.snapshot);
        let ranges: Vec<Range> = all.iter().map(|diagnostic| diagnostic.range).collect();
        let lines = all.iter().map(|d| format!("{:?} {}\n", d.severity.unwrap(), d.message));
        draw_ranges(&script.snapshot, &ranges) + &lines.collect::<String>()
    }

    const SCRIPT: &str = "\
export const meta = { name: 'a', description: 'b' }
return await agent('x', { lable: 'y' })
";

    #[test]
    fn syntax_errors_are_fresh_and_the_rest_survives() {
        expect![[r#"
            export const meta = { name: 'a', description: 'b' }
            return await agent('x', { ⟦lable⟧: 'y' })
            Warning `agent` has no option `lable`: did you mean `label`?
        "#]]
        .assert_eq(&drawn(&Script::of(SCRIPT)));
        expect![[r#"
            export const meta = { name: 'a', description: 'b' }
            const = ⟦[⟧
            return await agent('x', { ⟦lable⟧: 'y' })
            Error This `[` is never closed: add `]`.
            Warning `agent` has no option `lable`: did you mean `label`?
        "#]]
        .assert_eq(&drawn(&Script::of(SCRIPT).broken_by("return", "const = [\nreturn")));
        expect![[r#"
            export const meta = { name: 'a', description: 'b' }
            return await agent('x', { lable: ⟦'y })⟧
            Error This string is never closed: its line ends without '. Use a template literal for text of several lines.
        "#]].assert_eq(&drawn(&Script::of(SCRIPT).broken_by("'y'", "'y")));
    }

    #[test]
    fn a_diagnostic_names_its_rule() {
        let script = Script::of(SCRIPT);
        let diagnostic = diagnostics(&script.snapshot).remove(0);
        let json = serde_json::to_value(diagnostic).unwrap();
        expect![[r#"
            {
              "range": {
                "start": {
                  "line": 1,
                  "character": 26
                },
                "end": {
                  "line": 1,
                  "character": 31
                }
              },
              "severity": 2,
              "code": "WF304",
              "source": "callsheet",
              "message": "`agent` has no option `lable`: did you mean `label`?",
              "data": {
                "rule": "agent-unknown-option",
                "fixes": 1
              }
            }
        "#]]
        .assert_eq(&format!("{json:#}\n"));
    }
}
