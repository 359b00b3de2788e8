//! `check --sarif`: the findings for services that show them beside the code (SARIF 2.1.0).

use std::path::{Component, Path};

use analysis::{
    lint::{self, Finding, Fix, Level, Rule, Severity},
    script::Script,
    text::Span,
};
use serde_json::{Value, json};

use crate::files::Source;

/// The log of one check, as it grows.
#[derive(Default)]
pub(super) struct Log {
    results: Vec<Value>,
}

impl Log {
    pub(super) fn add(&mut self, source: &Source, script: &Script, finding: &Finding) {
        let place = Place { uri: uri(&source.path), script };
        let rule = lint::rules().iter().position(|rule| rule.code == finding.code);
        let mut result = json!({
            "ruleId": finding.code,
            "level": match finding.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
                Severity::Hint => "note",
            },
            "message": {"text": finding.message},
            "locations": [{"physicalLocation": place.of(finding.span)}],
        });
        if let Some(rule) = rule {
            result["ruleIndex"] = rule.into();
        }
        if !finding.related.is_empty() {
            let related = finding.related.iter().enumerate().map(|(id, (span, message))| {
                json!({"id": id + 1, "physicalLocation": place.of(*span), "message": {"text": message}})
            });
            result["relatedLocations"] = related.collect();
        }
        if !finding.fixes.is_empty() {
            result["fixes"] = finding.fixes.iter().map(|fix| place.fix(fix)).collect();
        }
        self.results.push(result);
    }

    /// The whole log.
    pub(super) fn finish(self) -> Value {
        let rules: Vec<Value> = lint::rules().iter().map(rule).collect();
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {"name": "Callsheet", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
                "invocations": [{"executionSuccessful": true}],
                "columnKind": "unicodeCodePoints",
                "results": self.results,
            }],
        })
    }
}

fn rule(rule: &Rule) -> Value {
    let level = match rule.level {
        Level::Off => "none",
        Level::Hint => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    };
    let documentation = rule.documentation();
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary()},
        "help": {"text": documentation, "markdown": documentation},
        "defaultConfiguration": {"enabled": rule.level != Level::Off, "level": level},
    })
}

/// Places in one file.
struct Place<'a> {
    uri: String,
    script: &'a Script,
}

impl Place<'_> {
    fn of(&self, span: Span) -> Value {
        json!({"artifactLocation": {"uri": self.uri}, "region": self.region(span)})
    }

    fn region(&self, span: Span) -> Value {
        let at = |offset| self.script.lines.line_column(&self.script.text, offset);
        let (start, end) = (at(span.start), at(span.end));
        json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        })
    }

    fn fix(&self, fix: &Fix) -> Value {
        let replacements = fix.edits.iter().map(|edit| {
            let mut replacement = json!({"deletedRegion": self.region(edit.span)});
            if !edit.text.is_empty() {
                replacement["insertedContent"] = json!({"text": edit.text});
            }
            replacement
        });
        let replacements: Vec<Value> = replacements.collect();
        json!({
            "description": {"text": fix.title},
            "artifactChanges": [{"artifactLocation": {"uri": self.uri}, "replacements": replacements}],
        })
    }
}

/// The path from the current folder as a URI; that of a file elsewhere is a `file:` one.
fn uri(path: &str) -> String {
    let path = Path::new(path);
    let here = std::env::current_dir().ok();
    let inside = here.as_ref().and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    let names: Vec<String> = inside
        .components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(encoded(&name.to_string_lossy())),
            Component::ParentDir => Some("..".into()),
            Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
        })
        .collect();
    let root = if inside.is_absolute() { "file:///" } else { "" };
    root.to_owned() + &names.join("/")
}

/// A name with everything that means something in a URI as `%20`.
fn encoded(name: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    name.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_relative_addresses() {
        let here = std::env::current_dir().unwrap().join("a b/ü.js");
        assert_eq!(uri(&here.display().to_string()), "a%20b/%C3%BC.js");
        assert_eq!(uri("./.claude/workflows/x.js"), ".claude/workflows/x.js");
        assert_eq!(uri("../x#1.js"), "../x%231.js");
        assert_eq!(uri("/nowhere/x.js"), "file:///nowhere/x.js");
    }
}
