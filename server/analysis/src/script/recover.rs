//! A tree for a text that has none: what is broken is blanked, byte for byte, so that all else keeps its place.

use swc_ecma_ast::Module;

use super::{
    SyntaxError, parser,
    prescan::{prescan, prescan_noting},
    scan::{Kind, Scan},
};
use crate::{
    carry::TextEdit,
    text::{LineIndex, Span},
};

/// Most texts parsed to find a tree: each costs as much as the first parse.
const MAX_ATTEMPTS: usize = 10;

/// Texts longer than this get fewer attempts, so that a keystroke stays cheap.
const LARGE: usize = 100_000;

/// Most lines blanked at once: more than this is not an edit in progress.
const MAX_LINES: u32 = 40;

/// Where JavaScript ends a line.
pub(super) const LINE_ENDS: [char; 4] = ['\r', '\n', '\u{2028}', '\u{2029}'];

/// A tree for a text that has none.
pub(super) struct Recovered {
    pub(super) module: Module,
    /// What was left out.
    pub(super) blanked: Vec<Span>,
    /// The same where that is all of the line that was typed, and no text or comment reaches into it: as long as it is what is left out,
    /// the tree is the same.
    pub(super) blank: Option<Span>,
}

/// The tree of `text`, which came from editing the whole text `last`, without a part that is broken.
pub(super) fn recover(text: &str, lines: &LineIndex, errors: &[SyntaxError], last: Option<&str>) -> Option<Recovered> {
    let mut attempts = if text.len() > LARGE { 4 } else { MAX_ATTEMPTS };
    let mut suspects = Vec::new();
    let typed = last.and_then(|last| typed(text, lines, last));
    suspects.extend(typed);
    suspects.extend(errors.iter().filter_map(|e| whole_lines(lines, text, e.span)));
    suspects.extend(errors.iter().flat_map(|e| &e.related).filter_map(|(s, _)| whole_lines(lines, text, *s)));
    suspects.dedup();
    for suspect in &suspects {
        for (nth, candidate) in candidates(text, *suspect).enumerate() {
            if attempts == 0 {
                return None;
            }
            attempts -= 1;
            if let Some(module) = tree(&candidate) {
                let is_typed = nth == 0 && typed == Some(*suspect) && is_code(&candidate, *suspect);
                return Some(Recovered { module, blanked: vec![*suspect], blank: is_typed.then_some(*suspect) });
            }
        }
    }
    let (module, blanked) = blank_where_it_stops(text, lines, attempts)?;
    Some(Recovered { module, blanked, blank: None })
}

/// The lines that were edited to make `text` of `last`: the first to be left out.
pub(super) fn typed(text: &str, lines: &LineIndex, last: &str) -> Option<Span> {
    let edit = TextEdit::between(last, text);
    if (edit.removed, edit.added) == (0, 0) {
        return None;
    }
    whole_lines(lines, text, Span::new(edit.start, edit.start + edit.added))
}

/// Whether `part` is within one line, and no text or comment reaches into it.
fn is_code(text: &str, part: Span) -> bool {
    let reaches = |prose: &Span| prose.start < part.end && part.start < prose.end;
    !part.slice(text).contains(LINE_ENDS) && prescan_noting(text).is_ok_and(|prose| !prose.iter().any(reaches))
}

/// `text` without `part`.
pub(super) fn without(text: &str, part: Span) -> String {
    blank(text, part, |_| false)
}

/// Blanks the line at which the parser stops, again and again.
fn blank_where_it_stops(text: &str, lines: &LineIndex, attempts: usize) -> Option<(Module, Vec<Span>)> {
    let mut text = text.to_owned();
    let mut blanked: Vec<Span> = Vec::new();
    for _ in 0..attempts.min(4) {
        let parsed = prescan(&text).is_ok().then(|| parser::parse(&text))?;
        if let Some(module) = parsed.module {
            blanked.sort();
            return Some((module, blanked));
        }
        let error = parsed.errors.last()?.as_ref()?;
        let line = whole_lines(lines, &text, super::span(error))?;
        if blanked.contains(&line) {
            return None;
        }
        text = blank(&text, line, |_| false);
        blanked.push(line);
    }
    None
}

/// Texts that differ from `text` in the lines of `suspect` only, the one that keeps most meaning first.
fn candidates(text: &str, suspect: Span) -> impl Iterator<Item = String> {
    let brackets = move |c: &str| matches!(c, "(" | ")" | "[" | "]" | "{" | "}");
    let lazy: [Box<dyn Fn() -> String>; 3] = [
        Box::new(move || without(text, suspect)),
        Box::new(move || blank(text, suspect, brackets)),
        Box::new(move || heads(text, suspect)),
    ];
    let made: Vec<String> = lazy.iter().map(|make| make()).collect();
    made.into_iter()
}

fn tree(text: &str) -> Option<Module> {
    prescan(text).ok()?;
    parser::parse(text).module
}

/// The whole lines that `span` touches, without the last line end; `None` where they are too many.
fn whole_lines(lines: &LineIndex, text: &str, span: Span) -> Option<Span> {
    let (first, last) = (lines.line_of(span.start), lines.line_of(span.end.max(span.start)));
    let end = lines.start_of(last + 1).unwrap_or(text.len() as u32);
    let start = lines.start_of(first)?;
    let content = Span::new(start, end).slice(text).trim_end_matches(['\r', '\n']);
    (last - first < MAX_LINES && !content.trim().is_empty()).then(|| Span::new(start, start + content.len() as u32))
}

/// `text` with spaces for every byte of `part`, but for line ends and for tokens that are to be kept.
fn blank(text: &str, part: Span, keep: impl Fn(&str) -> bool) -> String {
    let line = part.slice(text);
    let mut out: Vec<u8> = line.bytes().map(|b| if matches!(b, b'\n' | b'\r') { b } else { b' ' }).collect();
    for token in Scan::new(line).filter(|t| t.kind == Kind::Punct && keep(t.text(line))) {
        let range = token.span.start as usize..token.span.end as usize;
        out[range.clone()].copy_from_slice(&line.as_bytes()[range]);
    }
    let out = String::from_utf8(out).unwrap_or_default();
    format!("{}{}{}", &text[..part.start as usize], out, &text[part.end as usize..])
}

/// `text` with the brackets of `part` that its other lines need, opened so that statements can stand between them: `xs.map(x => {` becomes
/// `(_=>{`.
fn heads(text: &str, part: Span) -> String {
    let line = part.slice(text);
    let mut open: Vec<Span> = Vec::new();
    let mut kept: Vec<Span> = Vec::new();
    let punct: Vec<_> = Scan::new(line).filter(|t| t.kind == Kind::Punct).collect();
    for token in &punct {
        match token.text(line) {
            "(" | "[" | "{" => open.push(token.span),
            ")" | "]" | "}" if open.pop().is_none() => kept.push(token.span),
            _ => {}
        }
    }
    kept.extend(open);
    let mut out: Vec<u8> = line.bytes().map(|b| if matches!(b, b'\n' | b'\r') { b } else { b' ' }).collect();
    for span in &kept {
        let (start, end) = (span.start as usize, span.end as usize);
        out[start..end].copy_from_slice(&line.as_bytes()[start..end]);
        let before = line[..start].trim_end();
        let mut put = |at: usize, text: &str| out[at..at + text.len()].copy_from_slice(text.as_bytes());
        if before.ends_with("=>") && before.len() >= 3 {
            put(before.len() - 3, "_=>");
            if let Some(at) = before.rfind("async").filter(|at| at + 5 < before.len() - 3) {
                put(at, "async");
            }
        } else if before.ends_with('=') && before.len() >= 2 {
            put(before.len() - 2, "_=");
        }
    }
    let out = String::from_utf8(out).unwrap_or_default();
    format!("{}{}{}", &text[..part.start as usize], out, &text[part.end as usize..])
}
