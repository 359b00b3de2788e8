//! A text put together from pieces of another, which remembers where each piece comes from.

use crate::{
    edits::{Edit, Edits},
    text::Span,
};

/// A function declaration that goes to the front as an assignment.
#[derive(Debug)]
pub(super) struct Hoisted {
    /// The declaration.
    pub(super) whole: Span,
    /// Its name.
    pub(super) name: Span,
}

/// Which bytes of a text come from which of another.
#[derive(Clone, Debug, Default)]
pub(super) struct Map(Vec<(u32, Span)>);

impl Map {
    /// Where the byte at `offset` comes from.
    pub(super) fn source_of(&self, offset: u32) -> Option<u32> {
        let at = self.0.partition_point(|(start, _)| *start <= offset).checked_sub(1)?;
        let (start, from) = self.0[at];
        let source = from.start + (offset - start);
        (source < from.end).then_some(source)
    }
}

/// `source` with `edits`, between `before` and `after`, the `hoisted` functions in front.
pub(super) fn build(source: &str, before: &str, hoisted: &[Hoisted], mut edits: Edits, after: &str) -> (String, Map) {
    hoisted.iter().for_each(|function| edits.replace(function.whole, ""));
    let edits = edits.sorted();
    let mut built = Built { source, code: before.to_owned(), map: Map::default() };
    for function in hoisted {
        let (whole, name) = (function.whole, function.name);
        built.code.push_str(name.slice(source));
        built.code.push_str(" = ");
        built.copy(Span::new(whole.start, name.start));
        let inside = edits.iter().filter(|e| e.at > whole.start && e.at < whole.end);
        built.edited(Span::new(name.end, whole.end), inside);
        built.code.push(';');
    }
    built.edited(Span::new(0, source.len() as u32), edits.iter());
    built.code.push_str(after);
    (built.code, built.map)
}

struct Built<'a> {
    source: &'a str,
    code: String,
    map: Map,
}

impl Built<'_> {
    fn copy(&mut self, span: Span) {
        if span.end > span.start {
            self.map.0.push((self.code.len() as u32, span));
            self.code.push_str(span.slice(self.source));
        }
    }

    fn edited<'e>(&mut self, span: Span, edits: impl Iterator<Item = &'e Edit>) {
        let mut done = span.start;
        for edit in edits {
            // Inside of something left out.
            if edit.at < done {
                continue;
            }
            self.copy(Span::new(done, edit.at));
            self.code.push_str(&edit.insert);
            done = edit.at + edit.skip;
        }
        self.copy(Span::new(done, span.end));
    }
}
