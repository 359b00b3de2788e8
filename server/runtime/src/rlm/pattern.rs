//! JavaScript's patterns in a linear engine.

use regex::{Regex, RegexBuilder};

/// A pattern that takes time in proportion to the text.
#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) regex: Regex,
    /// Whether a text has the same matches as its lines, each taken by itself. Not seen of all patterns of which it is true.
    pub(crate) is_within_lines: bool,
}

/// The linear pattern for JavaScript's `source` with `flags`. The error says what has no linear equivalent.
pub(crate) fn compile(source: &str, flags: &str) -> Result<Pattern, String> {
    if let Some(what) = beyond(source) {
        return Err(format!(
            "this pattern uses {what}, which needs backtracking; search for a wider pattern and test the hits in code"
        ));
    }
    let mut builder = RegexBuilder::new(&translated(source));
    builder
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .size_limit(64 << 20);
    let regex = builder.build().map_err(|e| format!("the pattern cannot be read: {}", one_line(&e.to_string())))?;
    Ok(Pattern { regex, is_within_lines: is_within_lines(source, flags) })
}

/// Whether nothing in a pattern can match the end of a line, or hangs on where the text begins or ends.
fn is_within_lines(source: &str, flags: &str) -> bool {
    let mut chars = source.chars().peekable();
    let mut last = ' ';
    while let Some(mut c) = chars.next() {
        let fits = match c {
            '\\' => {
                let Some(escaped) = chars.next() else { return false };
                // What it stands for, as far as a range may begin with it.
                c = if "tb".contains(escaped) { '\t' } else { escaped };
                "dwSbtrvf".contains(escaped) || escaped.is_ascii_punctuation()
            }
            '.' => !flags.contains('s'),
            // In a class it negates.
            '^' => flags.contains('m') && last != '[',
            '$' => flags.contains('m'),
            // What stands there may be a flag.
            '?' if last == '(' => matches!(chars.peek(), Some(':' | '<')),
            '\n' => false,
            // A range may begin before the end of a line and end behind it.
            '-' => last > '\n' || chars.peek().is_none_or(|end| *end < '\n'),
            _ => true,
        };
        if !fits {
            return false;
        }
        last = c;
    }
    true
}

fn one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).collect::<Vec<_>>().join(" ")
}

/// What of a pattern no linear engine can do.
fn beyond(source: &str) -> Option<&'static str> {
    let bytes = source.as_bytes();
    let mut in_class = false;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => {
                match bytes.get(at + 1) {
                    Some(b'1'..=b'9') if !in_class => return Some("a back-reference"),
                    Some(b'k') if !in_class && bytes.get(at + 2) == Some(&b'<') => return Some("a back-reference"),
                    _ => {}
                }
                at += 1;
            }
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class => {
                let rest = &source[at..];
                if ["(?=", "(?!", "(?<=", "(?<!"].iter().any(|l| rest.starts_with(l)) {
                    return Some("look-around");
                }
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// The same pattern in the other engine's spelling. JavaScript's `\d`, `\w` and `\b` know ASCII only.
fn translated(source: &str) -> String {
    let mut out = String::with_capacity(source.len() + 16);
    let mut chars = source.chars().peekable();
    let mut in_class = false;
    let mut first = false;
    while let Some(c) = chars.next() {
        let was_first = std::mem::take(&mut first);
        match c {
            '\\' => {
                let Some(next) = chars.next() else {
                    out.push('\\');
                    break;
                };
                match (next, in_class) {
                    ('d', false) => out.push_str("[0-9]"),
                    ('d', true) => out.push_str("0-9"),
                    ('D', false) => out.push_str("[^0-9]"),
                    ('w', false) => out.push_str("[0-9A-Za-z_]"),
                    ('w', true) => out.push_str("0-9A-Za-z_"),
                    ('W', false) => out.push_str("[^0-9A-Za-z_]"),
                    ('b', false) => out.push_str("(?-u:\\b)"),
                    ('b', true) => out.push_str("\\x08"),
                    ('s', false) => out.push_str("[\\s\\u{feff}]"),
                    ('s', true) => out.push_str("\\s\\u{feff}"),
                    ('0', _) => out.push_str("\\x00"),
                    ('c', _) => {
                        let control = chars.next().map_or(0, |c| c as u32 % 32);
                        out.push_str(&format!("\\x{control:02x}"));
                    }
                    ('/', _) => out.push('/'),
                    // Escapes that mean nothing stand for the character itself.
                    (n, _) if n.is_ascii_alphabetic() && !"DWSBfnrtvxupP".contains(n) => out.push(n),
                    (n, _) => {
                        out.push('\\');
                        out.push(n);
                    }
                }
            }
            '[' if !in_class => {
                let negated = chars.next_if_eq(&'^').is_some();
                // `[]` matches nothing and `[^]` anything; the other engine would read on.
                if chars.next_if_eq(&']').is_some() {
                    out.push_str(if negated { "[\\s\\S]" } else { "[^\\s\\S]" });
                    continue;
                }
                in_class = true;
                first = true;
                out.push_str(if negated { "[^" } else { "[" });
            }
            '[' => out.push_str("\\["),
            ']' if in_class => {
                in_class = false;
                out.push(']');
            }
            '&' | '~' if in_class => {
                out.push('\\');
                out.push(c);
            }
            '-' if in_class && (was_first || chars.peek() == Some(&']') || chars.peek() == Some(&'-')) => {
                out.push_str("\\-")
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits<'t>(source: &str, text: &'t str) -> Vec<&'t str> {
        compile(source, "").unwrap().regex.find_iter(text).map(|m| m.as_str()).collect()
    }

    #[test]
    fn patterns_mean_what_they_mean_in_javascript() {
        assert_eq!(hits(r"\d+", "a12 ٣ 4"), ["12", "4"], "ASCII digits only");
        assert_eq!(hits(r"\bid=\w+\b", "id=ab_1 xid=2 id=é"), ["id=ab_1"]);
        assert_eq!(hits(r"[\w.-]+@[a-z&&]+", "x.y-z@ab& "), ["x.y-z@ab&"]);
        assert_eq!(hits(r"a\/b|\[x\]|[[]", "a/b [x] ["), ["a/b", "[x]", "["]);
        assert_eq!(hits(r"\u00e9|\x41|\-", "éA-"), ["é", "A", "-"]);
        assert_eq!(hits(r"(?<y>\d{4})-\d\d", "2024-05"), ["2024-05"]);
        assert_eq!(hits(r"a[^]b", "a\nb"), ["a\nb"]);
        assert_eq!(hits(r"[]", "a"), Vec::<&str>::new());
    }

    #[test]
    fn what_needs_backtracking_is_refused() {
        for (pattern, what) in [(r"(?=a)", "look-around"), (r"(?<!a)b", "look-around"), (r"(a)\1", "back-reference")] {
            assert!(compile(pattern, "").unwrap_err().contains(what), "{pattern}");
        }
        assert!(compile("(", "").unwrap_err().starts_with("the pattern cannot be read"));
    }

    #[test]
    fn what_may_cross_the_end_of_a_line_is_seen() {
        let within = |source: &str, flags| compile(source, flags).unwrap().is_within_lines;
        for source in [r"id=\d+", "a.b", r"[a-z]+\S", r"(?<n>x)(?:y)", r"\[\^\$", "x*"] {
            assert!(within(source, ""), "{source}");
        }
        for source in [
            r"a\sb", "[^a]", r"\W", r"\n", "^a", "a$", "a\nb", r"\x0a", r"[\t-a]", r"\u000a", "[\t-a]", r"(?i:a)",
            "a[^]b",
        ] {
            assert!(!within(source, ""), "{source}");
        }
        assert!(within("^a$", "m") && !within("[^a]", "m") && !within("a.b", "s"));
    }
}
