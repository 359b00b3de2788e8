//! Whole texts that a half-written one may be on its way to.

use super::{
    cursor::Cursor,
    parser,
    prescan::prescan,
    recover::LINE_ENDS,
    scan::{Kind, Scan},
};
use crate::text::Span;

/// The name that a draft has where a word is being written.
pub(crate) const HERE: &str = "callsheet_here";

/// The first draft of `text` that parses, with [`HERE`] for the word at the cursor, or with the string there ended.
pub(crate) fn at_word(text: &str, cursor: &Cursor, offset: u32) -> Option<String> {
    let (before, behind) = match cursor.string {
        None => (format!("{}{HERE}", &text[..cursor.word.start as usize]), cursor.word.end),
        Some(string) => {
            let quote = text[..string.start as usize].chars().next_back()?;
            let is_closed = text[string.end as usize..].starts_with(quote);
            match is_closed {
                true => (text[..string.end as usize].to_owned(), string.end),
                // What stands behind the cursor is code until the quote is there.
                false => (format!("{}{quote}", &text[..offset as usize]), offset),
            }
        }
    };
    whole(&before, &text[behind as usize..])
}

/// The first draft of `text` that parses, with all that the braces at the cursor leave in a variable [`HERE`], so that they are the pattern of
/// an object.
pub(crate) fn at_pattern(text: &str, cursor: &Cursor) -> Option<String> {
    let behind = &text[cursor.word.end as usize..];
    let line = &behind[..behind.find(LINE_ENDS).unwrap_or(behind.len())];
    let mut depth = 0;
    let close = Scan::new(line).find(|token| match (token.kind, token.text(line)) {
        (Kind::Punct, "{" | "[" | "(") => {
            depth += 1;
            false
        }
        (Kind::Punct, "}") if depth == 0 => true,
        (Kind::Punct, "}" | "]" | ")") => {
            depth -= 1;
            false
        }
        _ => false,
    });
    let close = close.map_or(0, |token| token.span.start as usize);
    let kept = format!("{}{}", &text[..cursor.word.start as usize], line[..close].trim_start_matches([' ', ',']));
    let comma = if kept.trim_end().ends_with(['{', ',']) { "" } else { ", " };
    let (begun, behind) = (format!("{kept}{comma}...{HERE}"), &behind[close..]);
    as_parameter(&begun, behind).or_else(|| whole(&begun, behind))
}

/// `before`, which ends in the pattern of an object, and `behind`, where that is the parameter of a function whose arrow or body is missing:
/// until then it could be an object in parentheses, too.
fn as_parameter(before: &str, behind: &str) -> Option<String> {
    let closed = behind.trim_start().strip_prefix('}').and_then(|behind| behind.trim_start().strip_prefix(')'));
    let unclosed = Some(behind).filter(|behind| behind.lines().next().is_none_or(|line| line.trim().is_empty()));
    let ends = [" => {}", " {}"].into_iter().map(|end| format!("{before}}}){end}"));
    let has_more = |behind: &&str| behind.trim_start().starts_with(['=', '{']);
    let all = [closed, unclosed].into_iter().flatten().filter(|behind| !has_more(behind));
    all.flat_map(|behind| ends.clone().map(move |begun| (begun, behind)))
        .find_map(|(begun, behind)| whole(&begun, behind))
}

/// `before` and `behind` with what may be missing at the end of the line between them.
fn whole(before: &str, behind: &str) -> Option<String> {
    let line_start = before.rfind(LINE_ENDS).map_or(0, |end| end + 1);
    let (line, rest) = behind.split_at(behind.find(LINE_ENDS).unwrap_or(behind.len()));
    let begun = format!("{before}{line}");
    let closers = closers(&begun, line_start as u32);
    let ends = ["".to_owned(), format!("{closers};"), format!("{closers} {{}}"), format!(":{closers}")];
    ends.iter().map(|end| format!("{begun}{end}{rest}")).find(|draft| parses(draft))
}

/// What closes the brackets that are open at the end of `text` and were opened at `from` or behind it.
fn closers(text: &str, from: u32) -> String {
    let mut open: Vec<(&str, Span)> = Vec::new();
    for token in Scan::new(text) {
        match (token.kind, token.text(text)) {
            (Kind::Punct, "(") => open.push((")", token.span)),
            (Kind::Punct, "[") => open.push(("]", token.span)),
            (Kind::Punct, "{") => open.push(("}", token.span)),
            (Kind::Template { opens: true, closes: false }, _) => open.push(("}`", token.span)),
            (Kind::Punct, ")" | "]" | "}") | (Kind::Template { opens: false, closes: true }, _) => drop(open.pop()),
            _ => {}
        }
    }
    open.iter().rev().take_while(|(_, span)| span.start >= from).map(|(closer, _)| *closer).collect()
}

fn parses(text: &str) -> bool {
    prescan(text).is_ok() && {
        let parsed = parser::parse(text);
        parsed.module.is_some() && parsed.errors.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::cursor, *};

    fn draft(text: &str, of: impl Fn(&str, &Cursor, u32) -> Option<String>) -> String {
        let offset = text.find('|').expect("a cursor");
        let text = text.replacen('|', "", 1);
        let cursor = cursor::at(&text, offset as u32).expect("code");
        of(&text, &cursor, offset as u32).unwrap_or_else(|| "none".into())
    }

    #[test]
    fn a_word_is_named_and_its_line_ended() {
        let named = |text| draft(text, at_word).replace(HERE, "_");
        assert_eq!(named("f.se|\nlog(1)"), "f._\nlog(1)");
        assert_eq!(
            named("await parallel(xs.map(x => () => agent(`Fix ${x.|\nlog(1)"),
            "await parallel(xs.map(x => () => agent(`Fix ${x._}`)));\nlog(1)"
        );
        assert_eq!(named("if (f.|\n"), "if (f._);\n");
        assert_eq!(named("switch (f.|"), "switch (f._) {}");
        assert_eq!(named("if (f.|) {\n}\n"), "if (f._) {\n}\n");
        assert_eq!(named("xs.map(x => {\n  if (x.|\n})"), "xs.map(x => {\n  if (x._);\n})");
        assert_eq!(named("if (a === 'lo|"), "if (a === 'lo');");
        assert_eq!(named("switch (a) { case '|"), "switch (a) { case '':}");
        assert_eq!(named("let = f.|"), "none");
    }

    #[test]
    fn a_pattern_keeps_the_rest() {
        let rest = |text| draft(text, |text, cursor, _| at_pattern(text, cursor)).replace(HERE, "_");
        assert_eq!(rest("const { | } = f"), "const { ..._} = f");
        assert_eq!(rest("const { a, b| } = f"), "const { a, ..._} = f");
        assert_eq!(rest("const { |, b } = f"), "const { b , ..._} = f");
        assert_eq!(rest("xs.map(({ a, | }) => a)"), "xs.map(({ a, ..._}) => a)");
        assert_eq!(rest("const { bugs: [{ | }] } = f"), "const { bugs: [{ ..._}] } = f");
        assert_eq!(rest("xs.map(({ a, |"), "xs.map(({ a, ..._}) => {});");
        assert_eq!(rest("xs.map(({ a, | }))"), "xs.map(({ a, ..._}) => {})");
        assert_eq!(rest("xs.map(({ a, | })\nlog(1)"), "xs.map(({ a, ..._}) => {});\nlog(1)");
        assert_eq!(rest("xs.map(({\n  a,\n  |\n}))"), "xs.map(({\n  a,\n  ..._}) => {})");
        assert_eq!(rest("xs.map(function ({ a, |"), "xs.map(function ({ a, ..._}) {});");
        assert_eq!(rest("function f({ a, | }) { return a }"), "function f({ a, ..._}) { return a }");
        assert_eq!(rest("log({ a, |"), "log({ a, ..._});");
    }
}
