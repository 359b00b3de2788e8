//! Where in a script a cursor stands, told from tokens alone: it works in text that is half written.

use super::{
    chain::{self, Chain},
    scan::{self, Kind, Scan, Token},
};
use crate::{text::Span, vocabulary};

/// What surrounds a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The brackets open there, outermost first.
    pub enclosing: Vec<Enclosing>,
    /// The content, without quotes, of the string or plain template the place is in.
    pub string: Option<Span>,
    /// The word the place is in or at the end of; empty where there is none.
    pub word: Span,
    /// Whether the place follows a `.`, with or without a word begun behind the dot.
    pub behind_dot: bool,
    /// What stands before that dot, where it can be told.
    pub member_of: Option<Chain>,
}

/// An open bracket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enclosing {
    /// `name(…`.
    Call {
        /// The word before the bracket; the last one of `a.b(`.
        callee: Span,
        /// Whether a `.` stands before it.
        member: bool,
        /// Arguments before the place.
        argument: usize,
    },
    /// `{` of an object.
    Object {
        /// Keys it has, before and behind the place.
        keys: Vec<String>,
        /// The key whose value the place is in; `None` where a key is due.
        key: Option<String>,
        /// The variable it is assigned to, if it is.
        assigned: Option<Span>,
    },
    /// `[` of an array.
    Array,
    /// Any other: a block, a group, `${`.
    Other,
}

/// Looks at the byte `offset` of `text`. `None` inside a comment, a regular expression or the text of a template with holes.
pub fn at(text: &str, offset: u32) -> Option<Cursor> {
    let mut cursor = Cursor { word: Span::at(offset), ..Cursor::default() };
    let mut before: Vec<Token> = Vec::new();
    let mut tokens = Scan::new(text);
    let mut behind = None;
    for token in tokens.by_ref() {
        if token.span.start >= offset {
            behind = Some(token);
            break;
        }
        if token.span.end > offset || token.span.end == offset && !ends(token) {
            match token.kind {
                Kind::Word => cursor.word = token.span,
                Kind::Text { .. } | Kind::Template { opens: true, closes: true } => {
                    let quoted = token.span.end > token.span.start + 1 && ends(token);
                    cursor.string = Some(Span::new(token.span.start + 1, token.span.end - u32::from(quoted)));
                }
                Kind::Number | Kind::Punct if token.span.end == offset => {}
                // The hole of a template that nothing stands in yet.
                Kind::Template { closes: false, .. } if token.text(text).ends_with("${") => {}
                _ => return None,
            }
            if token.kind == Kind::Word || cursor.string.is_some() {
                break;
            }
        }
        if token.kind != Kind::Comment {
            open_or_close(&mut cursor.enclosing, &before, token, text);
            before.push(token);
        }
    }
    if let Some((dot, object)) = before.split_last()
        && matches!(dot.text(text), "." | "?.")
    {
        cursor.behind_dot = true;
        cursor.member_of = chain::at_the_end_of(object, text);
    }
    keys_behind(&mut cursor.enclosing, behind.into_iter().chain(tokens), text);
    Some(cursor)
}

impl Cursor {
    /// Whether the place is what a value is compared with: it stands behind `===` or its like, or behind `case`.
    pub fn is_compared(&self, text: &str) -> bool {
        let start = self.string.map_or(self.word.start, |string| string.start.saturating_sub(1));
        let before = text[..start as usize].trim_end();
        before.ends_with("==") || before.ends_with("!=") || before.ends_with("case")
    }
}

/// The names of the constants that are JSON Schemas by how they begin, in source order.
pub fn schemas(text: &str) -> Vec<Span> {
    const FIRST: [&str; 7] = ["type", "properties", "items", "enum", "anyOf", "oneOf", "$ref"];
    let tokens = scan::tokens(text);
    let begins = |window: &[Token]| {
        let [keyword, _, equals, open, key, colon, value] = window else { return false };
        let key = key.text(text).trim_matches(['\'', '"']);
        matches!(keyword.text(text), "const" | "let")
            && (equals.text(text), open.text(text), colon.text(text)) == ("=", "{", ":")
            && FIRST.contains(&key)
            && (key != "type"
                || value.text(text) == "["
                || vocabulary::SCHEMA_TYPES.contains(&value.text(text).trim_matches(['\'', '"'])))
    };
    tokens.windows(7).filter(|window| begins(window)).map(|window| window[1].span).collect()
}

/// The keys of the object that is called `name` in the innermost object around `offset`.
pub fn keys_beside(text: &str, offset: u32, name: &str) -> Vec<String> {
    let tokens = scan::tokens(text);
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate().take_while(|(_, token)| token.span.start < offset) {
        match token.text(text) {
            "{" | "(" | "[" => open.push(at),
            "}" | ")" | "]" => drop(open.pop()),
            _ => {}
        }
    }
    let Some(around) = open.into_iter().rev().find(|at| tokens[*at].text(text) == "{") else { return vec![] };
    let keys = keys_of(&tokens[around + 1..], text);
    let beside = keys.into_iter().find(|(key, _)| *key == name).map(|(_, at)| around + 1 + at + 2);
    let Some(inner) = beside.filter(|at| tokens.get(*at).is_some_and(|token| token.text(text) == "{")) else {
        return vec![];
    };
    keys_of(&tokens[inner + 1..], text).into_iter().map(|(key, _)| key.to_owned()).collect()
}

/// The keys of the object whose tokens follow its brace, and at which token each stands.
fn keys_of<'a>(tokens: &[Token], text: &'a str) -> Vec<(&'a str, usize)> {
    let mut depth = 0;
    let mut keys = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        match token.text(text) {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" if depth == 0 => break,
            "}" | ")" | "]" => depth -= 1,
            ":" if depth == 0 && at > 0 => keys.push((tokens[at - 1].text(text).trim_matches(['\'', '"']), at - 1)),
            _ => {}
        }
    }
    keys
}

/// Whether a token is over at its last byte, so that a place behind it is outside.
fn ends(token: Token) -> bool {
    match token.kind {
        Kind::Text { closed } => closed,
        Kind::Template { closes, .. } => closes,
        Kind::Punct | Kind::Number | Kind::Regex => true,
        Kind::Word | Kind::Comment => false,
    }
}

fn open_or_close(open: &mut Vec<Enclosing>, before: &[Token], token: Token, text: &str) {
    let last = before.last().copied();
    match (token.kind, token.text(text)) {
        (Kind::Template { opens: true, closes: false }, _) => open.push(Enclosing::Other),
        (Kind::Template { opens: false, closes: true }, _) => drop(open.pop()),
        (Kind::Punct, "(") => open.push(match last {
            Some(callee) if callee.kind == Kind::Word && !KEYWORDS.contains(&callee.text(text)) => {
                let dot = before.len().checked_sub(2).map(|at| before[at].text(text));
                Enclosing::Call { callee: callee.span, member: matches!(dot, Some("." | "?.")), argument: 0 }
            }
            _ => Enclosing::Other,
        }),
        (Kind::Punct, "[") => open.push(match last {
            Some(last) if ends_operand(last, text) => Enclosing::Other,
            _ => Enclosing::Array,
        }),
        (Kind::Punct, "{") => open.push(match last {
            Some(last) if BEFORE_OBJECT.contains(&last.text(text)) => {
                let assigned = before.len().checked_sub(2).map(|at| before[at]);
                let assigned = assigned.filter(|name| last.text(text) == "=" && name.kind == Kind::Word);
                Enclosing::Object { keys: vec![], key: None, assigned: assigned.map(|name| name.span) }
            }
            _ => Enclosing::Other,
        }),
        (Kind::Punct, ")" | "]" | "}") => drop(open.pop()),
        (kind, mark) => match open.last_mut() {
            Some(Enclosing::Call { argument, .. }) if mark == "," => *argument += 1,
            Some(Enclosing::Object { key, .. }) if mark == "," => *key = None,
            Some(Enclosing::Object { keys, key, .. }) if mark == ":" && key.is_none() => *key = keys.last().cloned(),
            Some(Enclosing::Object { keys, key: None, .. }) if matches!(kind, Kind::Word | Kind::Text { .. }) => {
                keys.push(mark.trim_matches(['\'', '"']).to_string());
            }
            _ => {}
        },
    }
}

/// Adds the keys that stand behind the place in the innermost object.
fn keys_behind(open: &mut [Enclosing], tokens: impl Iterator<Item = Token>, text: &str) {
    let Some(Enclosing::Object { keys, .. }) = open.last_mut() else { return };
    let mut depth = 0;
    let mut last: Option<Token> = None;
    for token in tokens.filter(|token| token.kind != Kind::Comment) {
        match (token.kind, token.text(text)) {
            (Kind::Punct, "(" | "[" | "{") | (Kind::Template { opens: true, closes: false }, _) => depth += 1,
            (Kind::Punct, ")" | "]" | "}") | (Kind::Template { opens: false, closes: true }, _) if depth == 0 => return,
            (Kind::Punct, ")" | "]" | "}") | (Kind::Template { opens: false, closes: true }, _) => depth -= 1,
            (Kind::Punct, ":") if depth == 0 => {
                keys.extend(last.map(|key| key.text(text).trim_matches(['\'', '"']).to_string()));
            }
            _ => {}
        }
        last = Some(token);
    }
}

fn ends_operand(token: Token, text: &str) -> bool {
    match token.kind {
        Kind::Word => !KEYWORDS.contains(&token.text(text)),
        Kind::Punct => matches!(token.text(text), ")" | "]" | "}"),
        _ => true,
    }
}

/// Words that are no callee and no operand.
const KEYWORDS: [&str; 16] = [
    "if", "for", "while", "switch", "catch", "function", "return", "await", "typeof", "of", "in", "case", "new",
    "yield", "throw", "else",
];

/// After these a `{` begins an object, or the pattern of one.
const BEFORE_OBJECT: [&str; 16] =
    ["(", ",", "=", ":", "?", "[", "return", "&&", "||", "??", "...", "await", "??=", "const", "let", "var"];

/// A string literal that names a phase, or any other fixed thing, at a known place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The content, without quotes.
    pub content: Span,
    /// The whole literal.
    pub literal: Span,
}

/// Every literal that stands as `callee('…'` or as `key: '…'`, in source order.
pub fn literals(text: &str, callee: Option<&str>, key: Option<&str>) -> Vec<Named> {
    let tokens = scan::tokens(text);
    let found = tokens.windows(3).enumerate().filter_map(|(at, window)| {
        let [name, mark, literal] = window else { return None };
        let simple = matches!(literal.kind, Kind::Text { closed: true } | Kind::Template { opens: true, closes: true });
        let called = callee == Some(name.text(text)) && mark.text(text) == "(";
        let keyed = key == Some(name.text(text)) && mark.text(text) == ":";
        let member = at > 0 && matches!(tokens[at - 1].text(text), "." | "?.");
        (simple && (called && !member || keyed)).then(|| {
            let span = literal.span;
            Named { content: Span::new(span.start + 1, span.end.saturating_sub(1)), literal: span }
        })
    });
    found.collect()
}

/// The string literals of the constants that stand as `callee(NAME` or as `key: NAME`, in source order; none of a name that is declared
/// more than once.
pub fn literals_by_name(text: &str, callee: Option<&str>, key: Option<&str>) -> Vec<Named> {
    let tokens = scan::tokens(text);
    let names = tokens.windows(4).filter_map(|window| {
        let [name, mark, value, end] = window else { return None };
        let called = callee == Some(name.text(text)) && mark.text(text) == "(" && end.text(text) == ")";
        let keyed = key == Some(name.text(text)) && mark.text(text) == ":" && matches!(end.text(text), "," | "}");
        (value.kind == Kind::Word && (called || keyed)).then(|| value.text(text))
    });
    let names: std::collections::BTreeSet<&str> = names.collect();
    let declared = tokens.windows(4).filter_map(|window| {
        let [keyword, name, equals, literal] = window else { return None };
        let simple = matches!(literal.kind, Kind::Text { closed: true } | Kind::Template { opens: true, closes: true });
        let constant = (keyword.text(text), equals.text(text)) == ("const", "=") && names.contains(name.text(text));
        (simple && constant).then(|| {
            let span = literal.span;
            let named = Named { content: Span::new(span.start + 1, span.end.saturating_sub(1)), literal: span };
            (name.text(text), named)
        })
    });
    let declared: Vec<(&str, Named)> = declared.collect();
    let once = |name: &str| declared.iter().filter(|(other, _)| *other == name).count() == 1;
    declared.iter().filter(|(name, _)| once(name)).map(|(_, named)| named.clone()).collect()
}

/// Every place at which `word` stands as a word, not behind a `.`, in source order.
pub fn words(text: &str, word: &str) -> Vec<Span> {
    let mut dot = false;
    let mut spans = Vec::new();
    for token in Scan::new(text).filter(|token| token.kind != Kind::Comment) {
        if token.kind == Kind::Word && !dot && token.text(text) == word {
            spans.push(token.span);
        }
        dot = matches!(token.text(text), "." | "?.");
    }
    spans
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::{super::chain::Step, *};

    /// What surrounds `|` in `text`.
    fn check(text: &str, expected: &Expect) {
        let offset = text.find('|').expect("a cursor");
        let text = text.replacen('|', "", 1);
        let shown = match at(&text, offset as u32) {
            None => "nothing\n".to_string(),
            Some(cursor) => {
                let mut lines: Vec<String> = cursor.enclosing.iter().map(|open| show(open, &text)).collect();
                lines.extend(cursor.string.map(|span| format!("string `{}`", span.slice(&text))));
                lines.push(format!("word `{}`", cursor.word.slice(&text)));
                lines.extend(cursor.member_of.map(|chain| format!("member of {}", way(&chain, &text))));
                lines.join("\n") + "\n"
            }
        };
        expected.assert_eq(&shown);
    }

    /// `files > Element > bugs`.
    fn way(chain: &Chain, text: &str) -> String {
        let start = match &chain.element_of {
            Some(list) => format!("({} = element of {})", chain.root.slice(text), way(list, text)),
            None => chain.root.slice(text).to_string(),
        };
        chain.steps.iter().fold(start, |way, step| match step {
            Step::Field(name) => format!("{way}.{}", name.slice(text)),
            Step::Element => format!("{way}[]"),
        })
    }

    #[test]
    fn what_stands_before_a_dot() {
        let cases = [
            "r?.|",
            "results[0].bugs.fi|",
            "found.files.filter(Boolean)[i]?.|",
            "r.bugs.find(b => b.ok).|",
            "xs.map(x => x.|",
            "await parallel(found.bugs.map((bug, i) => () => agent(`Refute ${bug.|",
            "found.files.map(file => file.bugs.map(async bug => { const y = bug.|",
            "for (const file of found.files.slice(0, 3)) { log(file.|",
            "files.reduce((all, file) => all + file.|",
            "files.reduce((all, file) => all.|",
            "agent('x').|",
            "(await agent('x')).|",
        ];
        let shown: Vec<String> = cases
            .map(|case| {
                let text = case.replacen('|', "", 1);
                let cursor = at(&text, case.find('|').unwrap() as u32).expect("a cursor");
                assert!(cursor.behind_dot, "{case}");
                cursor.member_of.map_or("?".into(), |chain| way(&chain, &text))
            })
            .into();
        expect![[r#"
            r
            results[].bugs
            found.files[]
            r.bugs[]
            (x = element of xs)
            (bug = element of found.bugs)
            (bug = element of (file = element of found.files).bugs)
            (file = element of found.files)
            (file = element of files)
            all
            ?
            ?"#]]
        .assert_eq(&shown.join("\n"));
    }

    fn show(open: &Enclosing, text: &str) -> String {
        match open {
            Enclosing::Call { callee, member, argument } => {
                format!("{}{}( argument {argument}", if *member { "." } else { "" }, callee.slice(text))
            }
            Enclosing::Object { keys, key, assigned } => {
                let name = assigned.map(|span| span.slice(text)).unwrap_or_default();
                format!("{name}{{ keys {keys:?}, at {key:?}")
            }
            Enclosing::Array => "[".into(),
            Enclosing::Other => "other".into(),
        }
    }

    #[test]
    fn options_of_a_call() {
        check(
            "await agent(`hi ${name}`, { label: 'a', ef|, model: m })",
            &expect![[r#"
                agent( argument 1
                { keys ["label", "model"], at None
                word `ef`
            "#]],
        );
        check(
            "agent('x', { model: 'so|",
            &expect![[r#"
                agent( argument 1
                { keys ["model"], at Some("model")
                string `so`
                word ``
            "#]],
        );
        check(
            "agent('x', { schema: { type: 'object', properties: { a: { type: '|' } } }, label: a ? 'b' : c })",
            &expect![[r#"
                agent( argument 1
                { keys ["schema"], at Some("schema")
                { keys ["type", "properties"], at Some("properties")
                { keys ["a"], at Some("a")
                { keys ["type"], at Some("type")
                string ``
                word ``
            "#]],
        );
    }

    #[test]
    fn other_places() {
        check(
            "export const meta = { phases: [{ ti| }] }",
            &expect![[r#"
                meta{ keys ["phases"], at Some("phases")
                [
                { keys [], at None
                word `ti`
            "#]],
        );
        check(
            "parallel(xs.map(x => () => { const y = await r.|",
            &expect![[r#"
                parallel( argument 0
                .map( argument 0
                other
                word ``
                member of r
            "#]],
        );
        check(
            "phase('|')",
            &expect![[r#"
            phase( argument 0
            string ``
            word ``
        "#]],
        );
        check("`a ${x} | b`", &expect!["nothing\n"]);
        check("// a|", &expect!["nothing\n"]);
        check("f('a')|", &expect!["word ``\n"]);
    }

    #[test]
    fn named_literals() {
        let text = "phase('A'); p.phase('no'); agent(x, { phase: \"B\", 'label': 'no' }) // phase('no')";
        let found: Vec<&str> =
            literals(text, Some("phase"), Some("phase")).iter().map(|n| n.content.slice(text)).collect();
        assert_eq!(found, ["A", "B"]);
    }
}
