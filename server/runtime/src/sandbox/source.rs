//! A script's text made into a function, on the same lines.

use analysis::text::{LineColumn, LineIndex};

/// In front of the text, on its first line. `args` is a parameter of an outer function so that a script may declare a
/// variable of that name.
const BEFORE: &str = "(args=>async()=>{\"use strict\";";
const AFTER: &str = "\n})";

/// An expression that gives, for `args`, the async function that is the script.
pub(super) fn wrapped(source: &str) -> String {
    let mut body = source.to_owned();
    if let Some(at) = meta_export(source) {
        body.replace_range(at..at + "export".len(), "      ");
    }
    format!("{BEFORE}{body}{AFTER}")
}

/// The place in the script of a place in the wrapped text; `None` for what is ours.
pub(super) fn unwrapped(line: u32, column: u32) -> Option<LineColumn> {
    let shift = if line == 1 { BEFORE.len() as u32 } else { 0 };
    (line > 0 && column > shift).then(|| LineColumn { line, column: column - shift })
}

/// Where `name` first stands as a word of its own.
pub(super) fn first_use(source: &str, name: &str) -> Option<LineColumn> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let (at, _) = source.match_indices(name).find(|(at, _)| {
        let (before, after) = (&source[..*at], &source[at + name.len()..]);
        !before.ends_with(|c| is_word(c) || c == '.') && !after.starts_with(is_word)
    })?;
    Some(LineIndex::new(source).line_column(source, at as u32))
}

/// Where the callee of a call starts that opens its parenthesis at `at`: the engine knows calls by their parenthesis,
/// people and the plan by their first word.
pub(super) fn callee(source: &str, at: LineColumn) -> LineColumn {
    let Some(line) = source.lines().nth(at.line as usize - 1) else { return at };
    let chars: Vec<char> = line.chars().collect();
    let open = at.column as usize - 1;
    if chars.get(open) != Some(&'(') {
        return at;
    }
    let is_name = |c: &&char| c.is_alphanumeric() || matches!(**c, '_' | '$' | '.');
    let spaces = chars[..open].iter().rev().take_while(|c| c.is_whitespace()).count();
    let name = chars[..open - spaces].iter().rev().take_while(is_name).count();
    LineColumn { line: at.line, column: if name == 0 { at.column } else { (open - spaces - name) as u32 + 1 } }
}

/// Where the script's first statement starts, if that is `export const meta`. Only white space and comments may stand
/// before it.
pub(crate) fn meta_export(source: &str) -> Option<usize> {
    let at = skip_trivia(source, usize::from(source.starts_with('\u{feff}')) * 3);
    let words = ["export", "const", "meta"];
    let mut next = at;
    for word in words {
        next = skip_trivia(source, next);
        next += source[next..].starts_with(word).then_some(word.len())?;
        if source[next..].starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$') {
            return None;
        }
    }
    Some(at)
}

fn skip_trivia(source: &str, mut at: usize) -> usize {
    loop {
        let rest = &source[at..];
        let trimmed = rest.trim_start();
        at += rest.len() - trimmed.len();
        at += if trimmed.starts_with("//") || (at == 0 && trimmed.starts_with("#!")) {
            trimmed.find('\n').unwrap_or(trimmed.len())
        } else if trimmed.starts_with("/*") {
            trimmed.find("*/").map_or(trimmed.len(), |n| n + 2)
        } else {
            return at;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn meta_is_found_behind_comments_only() {
        assert_eq!(meta_export("// export const meta\n/* { */ export /**/ const meta = {}"), Some(29));
        assert_eq!(meta_export("let a\nexport const meta = {}"), None);
        assert_eq!(meta_export("'export const meta'"), None);
        assert_eq!(meta_export("export const metadata = {}"), None);
    }

    #[test]
    fn places_stay_where_they_are() {
        let source = "export const meta = {}; x\ny";
        let wrapped = wrapped(source);
        let column = wrapped.lines().next().unwrap().find("; x").unwrap() as u32 + 3;
        assert_eq!(unwrapped(1, column), Some(LineColumn { line: 1, column: 25 }));
        assert_eq!(unwrapped(1, 3), None);
        assert_eq!(wrapped.lines().nth(1), Some("y"));
    }

    #[test]
    fn a_name_is_found_as_a_word() {
        let place = first_use("a.nowhere nowhere2\n  nowhere()", "nowhere");
        assert_eq!(place, Some(LineColumn { line: 2, column: 3 }));
    }

    #[test]
    fn a_call_starts_at_its_callee() {
        let source = "é = await agent ('x')\n(f)(1)";
        let at = |line, column| LineColumn { line, column };
        assert_eq!(callee(source, at(1, 17)), at(1, 11));
        assert_eq!(callee(source, at(2, 4)), at(2, 4));
        assert_eq!(callee(source, at(1, 2)), at(1, 2));
    }
}
