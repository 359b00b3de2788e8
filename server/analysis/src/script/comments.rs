//! What a script's comments tell this tool: `// @callsheet args: {…}`, `// @callsheet profile: pi` and `// callsheet-ignore WF601 reason`.

use super::scan::{Kind, Scan, Token};
use crate::{
    text::{LineIndex, Span},
    vocabulary::Profile,
};

/// Everything comments say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pragmas {
    /// The arguments the script is written for: `// @callsheet args: {"files": ["a.ts"]}`, or why the JSON is none, and where it stands.
    pub args: Option<(Span, Result<serde_json::Value, String>)>,
    /// The dialect the script is written in: `// @callsheet profile: pi`, or why there is none of the name, and where that stands.
    pub profile: Option<(Span, Result<Profile, String>)>,
    /// Findings that are not wanted, in source order.
    pub ignores: Vec<Ignore>,
}

/// One `callsheet-ignore` comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignore {
    /// The whole comment.
    pub span: Span,
    /// The rules, by code or name, each with its place; empty for all.
    pub rules: Vec<(Span, String)>,
    /// What it covers.
    pub scope: IgnoreScope,
}

/// What a `callsheet-ignore` comment covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IgnoreScope {
    /// Lines from 0, first and last: the comment's own where code stands before it, otherwise the next one with code.
    Lines(u32, u32),
    /// The whole script: `// callsheet-ignore-file WF601 reason`.
    File,
}

impl Ignore {
    /// Whether the comment silences the rule `code`, or `name`, at `line` (from 0).
    pub fn covers(&self, code: &str, name: &str, line: u32) -> bool {
        let rule = self.rules.is_empty() || self.rules.iter().any(|(_, r)| r.eq_ignore_ascii_case(code) || r == name);
        let place = match self.scope {
            IgnoreScope::Lines(first, last) => (first..=last).contains(&line),
            IgnoreScope::File => true,
        };
        rule && place
    }
}

impl Pragmas {
    /// The dialect the script says it is written in.
    pub fn profile(&self) -> Option<Profile> {
        self.profile.as_ref()?.1.as_ref().ok().copied()
    }

    /// Reads the comments of `text`.
    pub(super) fn read(text: &str, lines: &LineIndex) -> Pragmas {
        let mut pragmas = Pragmas::default();
        if !text.contains("callsheet") || text.len() > super::MAX_BYTES {
            return pragmas;
        }
        let tokens: Vec<Token> = Scan::new(text).collect();
        for (i, token) in tokens.iter().enumerate().filter(|(_, t)| t.kind == Kind::Comment) {
            let (start, body) = body(token.span, text);
            if let Some(rest) = body.strip_prefix("@callsheet") {
                if let Some(json) = rest.trim_start().strip_prefix("args:") {
                    let span = place(text, json);
                    pragmas.args = Some((span, serde_json::from_str(json.trim()).map_err(|e| e.to_string())));
                } else if let Some(name) = rest.trim_start().strip_prefix("profile:") {
                    let name = name.trim();
                    pragmas.profile = Some((place(text, name), name.parse()));
                }
            } else if let Some(rest) = body.strip_prefix("callsheet-ignore-file") {
                pragmas.ignores.push(Ignore { span: token.span, rules: rules(rest, text), scope: IgnoreScope::File });
            } else if let Some(rest) = body.strip_prefix("callsheet-ignore") {
                let own = lines.line_of(start);
                let code_before = i > 0 && lines.line_of(tokens[i - 1].span.end.saturating_sub(1)) == own;
                let next = tokens[i + 1..].iter().find(|t| t.kind != Kind::Comment);
                let line = if code_before { own } else { next.map_or(own, |t| lines.line_of(t.span.start)) };
                pragmas.ignores.push(Ignore {
                    span: token.span,
                    rules: rules(rest, text),
                    scope: IgnoreScope::Lines(line, line),
                });
            }
        }
        pragmas
    }
}

/// A comment's text without its marks, and where it starts.
fn body(span: Span, text: &str) -> (u32, &str) {
    let inner = span.slice(text).trim_start_matches(['/', '*', '#', '!']);
    let inner = inner.strip_suffix("*/").unwrap_or(inner).trim();
    (place(text, inner).start, inner)
}

/// The rules named at the start of `rest`: words that look like a code or a rule's name, up to the first that does not.
fn rules(rest: &str, text: &str) -> Vec<(Span, String)> {
    let words = rest.split([' ', ',', '\t', ':']).filter(|w| !w.is_empty());
    words.take_while(|w| is_code(w) || is_name(w)).map(|w| (place(text, w), w.to_owned())).collect()
}

fn is_code(word: &str) -> bool {
    let digits = word.strip_prefix("WF").or_else(|| word.strip_prefix("wf"));
    digits.is_some_and(|d| d.len() == 3 && d.bytes().all(|b| b.is_ascii_digit()))
}

/// A rule's name has a hyphen or is one of the few that have none; a reason starts with a plain word.
fn is_name(word: &str) -> bool {
    let shape = word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && !word.starts_with('-');
    shape && (word.contains('-') || crate::lint::rule(word).is_some())
}

/// The span of `part`, a slice of `text`.
fn place(text: &str, part: &str) -> Span {
    let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    Span::new(start as u32, (start + part.len()) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Pragmas {
        Pragmas::read(text, &LineIndex::new(text))
    }

    #[test]
    fn arguments_are_read_from_a_comment() {
        let text = "// @callsheet args: {\"files\": 3}\n";
        let (span, args) = read(text).args.expect("arguments");
        assert_eq!(args, Ok(serde_json::json!({"files": 3})));
        assert_eq!(span.slice(text).trim(), "{\"files\": 3}");
        assert!(read("// @callsheet args: {files}").args.expect("a problem").1.is_err());
        assert_eq!(read("const s = '// @callsheet args: 1'").args, None, "not a comment");
    }

    #[test]
    fn the_dialect_is_read_from_a_comment() {
        let text = "/* @callsheet profile: pi */";
        let pragmas = read(text);
        assert_eq!(pragmas.profile(), Some(Profile::Pi));
        assert_eq!(pragmas.profile.expect("a profile").0.slice(text), "pi");
        let (_, unknown) = read("// @callsheet profile: pie").profile.expect("a problem");
        assert!(unknown.expect_err("none of that name").contains("`pie` is no profile; there are claude-code, "));
        assert_eq!(read("const s = '// @callsheet profile: pi'").profile, None, "not a comment");
    }

    #[test]
    fn an_ignore_covers_its_own_line_or_the_next_with_code() {
        let text = "a() // callsheet-ignore WF601 it is never null\n// callsheet-ignore WF502, phase-undeclared\n\n// why\nb()\n";
        let ignores = read(text).ignores;
        assert_eq!(ignores[0].scope, IgnoreScope::Lines(0, 0));
        assert_eq!(ignores[1].scope, IgnoreScope::Lines(4, 4));
        assert!(ignores[0].covers("WF601", "nullable-agent-deref", 0));
        assert!(!ignores[0].covers("WF602", "results-not-filtered", 0));
        assert!(ignores[1].covers("WF701", "phase-undeclared", 4));
        let all = &read("/* callsheet-ignore-file */").ignores[0];
        assert!(all.covers("WF101", "parse-error", 7));
    }
}
