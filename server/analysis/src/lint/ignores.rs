//! `callsheet-ignore` comments.

use super::{Edit, Finding, Fix, Level, Severity};
use crate::{Context, script::Script, vocabulary};

/// Removes the findings that comments silence, and reports comments that name no rule or silence nothing.
pub(super) fn apply(findings: &mut Vec<Finding>, script: &Script, context: &Context) {
    let ignores = &script.pragmas.ignores;
    if ignores.is_empty() {
        return;
    }
    let mut used = vec![false; ignores.len()];
    findings.retain(|finding| {
        let (first, last) = (script.lines.line_of(finding.span.start), script.lines.line_of(finding.span.end));
        let covering = ignores
            .iter()
            .position(|i| i.covers(finding.code, finding.name, first) || i.covers(finding.code, finding.name, last));
        // Syntax errors stop the run: silencing them helps nobody.
        let covering = covering.filter(|_| !matches!(finding.code, "WF101" | "WF117"));
        covering.inspect(|at| used[*at] = true).is_none()
    });
    let Some(rule) = super::rule("WF001") else { return };
    let Some(severity) = context.settings.level(rule, context.profile).severity() else { return };
    for (ignore, used) in ignores.iter().zip(used) {
        let unknown = ignore.rules.iter().find(|(_, name)| super::rule(name).is_none());
        let off = ignore
            .rules
            .iter()
            .filter_map(|(_, n)| super::rule(n))
            .any(|r| context.settings.level(r, context.profile) == Level::Off);
        let (span, message) = match unknown {
            Some((span, name)) => {
                let names = super::rules().iter().flat_map(|r| [r.code, r.name]);
                let meant =
                    vocabulary::did_you_mean(name, names).map_or(String::new(), |m| format!(": did you mean `{m}`?"));
                (*span, format!("There is no rule `{name}`{meant}{}", if meant.is_empty() { "." } else { "" }))
            }
            None if !used && !off => (ignore.span, "This comment silences nothing: remove it.".to_owned()),
            None => continue,
        };
        let fixes = vec![Fix {
            title: "Remove the comment".into(),
            edits: vec![Edit::remove(ignore.span)],
            safe: unknown.is_none() && severity < Severity::Error,
        }];
        let related = vec![];
        findings.push(Finding {
            code: rule.code,
            name: rule.name,
            severity,
            span,
            message,
            related,
            fixes,
            unnecessary: unknown.is_none(),
        });
    }
    findings.sort_by_key(|f| f.span);
}
