//! A script's text made into a function, on the same lines.

use std::collections::HashMap;

use analysis::{
    cell::Cell,
    edits::{Edit, Edits},
    script,
    text::{LineColumn, LineIndex},
    vocabulary,
};

/// In front of the text, on its first line. `args` is a parameter of an outer function so that a script may declare a
/// variable of that name.
const BEFORE: &str = "((args,$_t)=>async()=>{\"use strict\";";
const AFTER: &str = "\n})";

/// A script as the engine gets it: on its own lines, each turn of a loop or function counted, and each statement in no loop: where nothing
/// can be counted any more, the last that was tells the line.
pub(super) struct Wrapped {
    /// An expression that gives, for `args` and the counter, the async function that is the script.
    pub(super) text: String,
    /// The script.
    pub(super) source: String,
    /// What was put into each line (from 1): at which column of the wrapped line, how many characters.
    inserted: HashMap<u32, Vec<(u32, u32)>>,
    /// Whether it names the option `rlm` of `agent()`.
    pub(super) names_rlm: bool,
    /// For a cell of a REPL, how its places are found instead.
    cell: Option<Cell>,
}

impl Wrapped {
    pub(super) fn new(source: &str) -> Self {
        let script = script::parse(source);
        let lines = &script.lines;
        let mut edits = Edits::default();
        script::count_turns(&script, &mut edits);
        for statement in script::statements(&script) {
            let at = lines.line_column(source, statement.start);
            edits.insert(statement.start, format!("$_t({},{});", at.line, at.column));
        }
        script::for_engine(&script, &mut edits);
        let names_rlm = vocabulary::names_rlm(source);
        let mut wrapped = Self { text: BEFORE.to_owned(), source: source.to_owned(), names_rlm, ..Self::nothing() };
        wrapped.inserted.insert(1, vec![(1, BEFORE.len() as u32)]);
        let mut done = 0;
        // The line, and what was put into it so far.
        let (mut line, mut before) = (1, BEFORE.len() as u32);
        for Edit { at, insert: piece, .. } in edits.sorted() {
            let at = at as usize;
            wrapped.text.push_str(&source[done..at]);
            wrapped.text.push_str(&piece);
            done = at;
            let place = lines.line_column(source, at as u32);
            if place.line != line {
                (line, before) = (place.line, 0);
            }
            let length = piece.len() as u32;
            wrapped.inserted.entry(line).or_default().push((place.column + before, length));
            before += length;
        }
        wrapped.text.push_str(&source[done..]);
        if let Some(at) = meta_export(source) {
            // Nothing is inserted before the first statement.
            let at = BEFORE.len() + at;
            wrapped.text.replace_range(at..at + "export".len(), "      ");
        }
        wrapped.text.push_str(AFTER);
        wrapped
    }

    /// No script.
    pub(super) fn nothing() -> Self {
        Self { text: String::new(), source: String::new(), inserted: HashMap::new(), names_rlm: false, cell: None }
    }

    /// A cell of a REPL.
    pub(super) fn cell(source: String, cell: Cell) -> Self {
        Self { source, cell: Some(cell), ..Self::nothing() }
    }

    /// The place in the script of a place in the wrapped text; `None` for what is ours.
    pub(super) fn place(&self, line: u32, column: u32) -> Option<LineColumn> {
        if let Some(cell) = &self.cell {
            return cell.place(&self.source, line, column);
        }
        let mut shift = 0;
        for (start, length) in self.inserted.get(&line).into_iter().flatten().filter(|(start, _)| *start <= column) {
            if column < start + length {
                return None;
            }
            shift += length;
        }
        (line > 0).then(|| LineColumn { line, column: column - shift })
    }
}

/// Where `name` first stands as a word of its own.
pub(super) fn first_use(source: &str, name: &str) -> Option<LineColumn> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let (at, _) = source.match_indices(name).find(|(at, _)| {
        let (before, after) = (&source[..*at], &source[at + name.len()..]);
        let commented = before.rsplit('\n').next().is_some_and(|line| line.contains("//"));
        !commented && !before.ends_with(|c| is_word(c) || c == '.') && !after.starts_with(is_word)
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
        let source = "export const meta = {}; for (;;) x(a => b(é => c))\nwhile (y) { z }";
        let wrapped = Wrapped::new(source);
        let body = wrapped.text.strip_prefix(BEFORE).unwrap().strip_suffix(AFTER).unwrap();
        expect_test::expect![[r#"
                   const meta = {}; $_t(1,25);for (;;) {$_t(1,25);x(a => ($_t(1,36),b(é => ($_t(1,43),c))))}
            $_t(2,1);while (y) {$_t(2,1); z }"#]]
        .assert_eq(body);
        let mut lines = wrapped.text.lines();
        for (line, words) in [(1, vec!["x(", "b(", "c)"]), (2, vec!["y)", "z "])] {
            let (text, original) = (lines.next().unwrap(), source.lines().nth(line as usize - 1).unwrap());
            let column = |text: &str, word| {
                text.chars().count() as u32 + 1 - text.split_once(word).unwrap().1.chars().count() as u32 - 2
            };
            for word in words {
                let place = LineColumn { line, column: column(original, word) };
                assert_eq!(wrapped.place(line, column(text, word)), Some(place), "{word}");
            }
        }
        assert_eq!(wrapped.place(1, 3), None);
    }

    #[test]
    fn what_is_put_around_closes_in_order() {
        let wrapped = Wrapped::new("while (x) y = a => b");
        let body = wrapped.text.strip_prefix(BEFORE).unwrap().strip_suffix(AFTER).unwrap();
        assert_eq!(body, "$_t(1,1);while (x) {$_t(1,1);y = a => ($_t(1,15),b)}");
    }

    #[test]
    fn a_name_is_found_as_a_word() {
        let place = first_use("a.nowhere nowhere2 // nowhere\n  nowhere()", "nowhere");
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
