//! `callsheet check`: what is wrong with scripts.

use std::path::PathBuf;

use analysis::{
    Context,
    lint::{Finding, Severity},
    script::Script,
    text::{LineColumn, Span},
    vocabulary::Profile,
};
use clap::Args;
use serde::Serialize;

use super::check_sarif::Log;
use crate::{FINDINGS, FINE, excerpt, files, files::Source, numbers, output, output::Failure, saved};

/// Reports what is wrong with workflow scripts.
///
/// Exits with 0 where there is nothing, with 1 where there are errors, with 2 where there is nothing to check.
#[derive(Args)]
pub(crate) struct Check {
    /// Scripts, and folders to search for `.claude/workflows/*.js` and `*.workflow.js`. Without any: this folder.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Checks the text on standard input; PATH, if given, is where it would be.
    #[arg(long)]
    stdin: bool,
    /// The dialect the scripts are written in. Without: that of their `@callsheet profile:` comments, else `claude-code` (docs/profiles.md).
    #[arg(long, value_name = "NAME")]
    profile: Option<Profile>,
    /// Writes the findings as JSON.
    #[arg(long)]
    json: bool,
    /// Writes the findings as SARIF 2.1.0, for services that show them beside the code.
    #[arg(long, conflicts_with = "json")]
    sarif: bool,
    /// Exits with 1 on warnings, too.
    #[arg(long)]
    deny_warnings: bool,
}

/// `check --json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    files: usize,
    errors: usize,
    warnings: usize,
    hints: usize,
    findings: Vec<Found>,
}

#[derive(Serialize)]
struct Found {
    file: String,
    #[serde(flatten)]
    place: Place,
    severity: Severity,
    code: &'static str,
    name: &'static str,
    message: String,
    related: Vec<Related>,
    fixes: Vec<Repair>,
}

#[derive(Serialize)]
struct Related {
    #[serde(flatten)]
    place: Place,
    message: String,
}

#[derive(Serialize)]
struct Repair {
    title: String,
    safe: bool,
    edits: Vec<Replacement>,
}

#[derive(Serialize)]
struct Replacement {
    #[serde(flatten)]
    place: Place,
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

impl Check {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let sources = self.sources()?;
        let mut report = Report { files: sources.len(), errors: 0, warnings: 0, hints: 0, findings: vec![] };
        let mut log = Log::default();
        for source in sources {
            let context = Context { file_name: source.name(), given_profile: self.profile, ..Context::default() };
            let analysis = saved::analyze(&source, &context);
            for finding in &analysis.findings {
                *match finding.severity {
                    Severity::Error => &mut report.errors,
                    Severity::Warning => &mut report.warnings,
                    Severity::Hint => &mut report.hints,
                } += 1;
                if self.sarif {
                    log.add(&source, &analysis.script, finding);
                } else if self.json {
                    report.findings.push(Found::new(&source, &analysis.script, finding));
                } else {
                    output::line(&format!("{}\n", excerpt::render(&source, finding)))?;
                }
            }
        }
        match (self.sarif, self.json) {
            (true, _) => output::json(&log.finish())?,
            (_, true) => output::json(&report)?,
            _ => output::line(&report.to_string())?,
        }
        let bad = report.errors > 0 || self.deny_warnings && report.warnings > 0;
        Ok(if bad { FINDINGS } else { FINE })
    }

    fn sources(&self) -> Result<Vec<Source>, Failure> {
        if self.stdin {
            return match self.paths.as_slice() {
                [] => Ok(vec![Source::stdin(None)?]),
                [path] => Ok(vec![Source::stdin(Some(path))?]),
                _ => Err(Failure::usage("--stdin takes one PATH at most, the place of the text")),
            };
        }
        let here = [PathBuf::from(".")];
        let paths = if self.paths.is_empty() { &here[..] } else { &self.paths };
        let found = files::find(paths)?;
        if found.is_empty() {
            let names: Vec<String> = paths.iter().map(|p| p.display().to_string()).collect();
            let names = names.join(", ");
            return Err(Failure::usage(format!(
                "no workflow scripts in {names}; folders are searched for .claude/workflows/*.js and *.workflow.js"
            )));
        }
        found.iter().map(|path| Source::read(path)).collect()
    }
}

impl std::fmt::Display for Report {
    /// `2 errors, 1 warning and 3 hints in 4 scripts`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let count = |n: usize, what| numbers::count(n as u64, what);
        let parts = [(self.errors, "error"), (self.warnings, "warning"), (self.hints, "hint")];
        let mut parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| count(*n, what)).collect();
        let last = parts.pop().unwrap_or_else(|| "Nothing to report".into());
        let all = if parts.is_empty() { last } else { format!("{} and {last}", parts.join(", ")) };
        write!(f, "{all} in {}", count(self.files, "script"))
    }
}

impl Found {
    fn new(source: &Source, script: &Script, finding: &Finding) -> Self {
        let related = finding.related.iter();
        let fixes = finding.fixes.iter();
        Found {
            file: source.path.clone(),
            place: Place::new(script, finding.span),
            severity: finding.severity,
            code: finding.code,
            name: finding.name,
            message: finding.message.clone(),
            related: related.map(|(s, m)| Related { place: Place::new(script, *s), message: m.clone() }).collect(),
            fixes: fixes
                .map(|fix| Repair {
                    title: fix.title.clone(),
                    safe: fix.safe,
                    edits: fix
                        .edits
                        .iter()
                        .map(|e| Replacement { place: Place::new(script, e.span), text: e.text.clone() })
                        .collect(),
                })
                .collect(),
        }
    }
}

impl Place {
    fn new(script: &Script, span: Span) -> Self {
        let at = |offset: u32| script.lines.line_column(&script.text, offset);
        let (LineColumn { line, column }, end) = (at(span.start), at(span.end));
        Place { line, column, end_line: end.line, end_column: end.column }
    }
}
