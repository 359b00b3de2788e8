//! What was known of a text stays true of the lines that have not been touched.

pub(crate) use analysis::carry::{Carry, TextEdit};
use analysis::text::{LineIndex, Span};

use crate::position::line_text;

/// A text with its lines.
#[derive(Clone, Copy)]
pub(crate) struct Lined<'a> {
    /// The text.
    pub(crate) text: &'a str,
    /// Where its lines start.
    pub(crate) lines: &'a LineIndex,
}

impl<'a> Lined<'a> {
    fn line_at(self, offset: u32) -> &'a str {
        line_text(self.text, self.lines, self.lines.line_of(offset))
    }
}

/// Where `span` of `old` is in `new`, if the lines it starts and ends on read as they did.
///
/// This is what keeps a hint true while its file is broken: the line it stands on has not been touched.
pub(crate) fn untouched(span: Span, old: Lined<'_>, new: Lined<'_>, carry: &Carry) -> Option<Span> {
    if carry.is_empty() {
        return Some(span);
    }
    let now = carry.span(span)?;
    let same = |was: u32, is: u32| old.line_at(was) == new.line_at(is);
    (same(span.start, now.start) && same(span.end, now.end)).then_some(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_touched_line_loses_its_place_and_gets_it_back_when_mended() {
        let (old, broken) = ("one\ntwo x\nthree", "zero\none\ntwo (x\nthree");
        let lines = |text| LineIndex::new(text);
        let (a, b) = (lines(old), lines(broken));
        let mut carry = Carry::default();
        carry.push(TextEdit { start: 0, removed: 0, added: 5 });
        carry.push(TextEdit { start: 13, removed: 0, added: 1 });
        let place = |span, text, index, carry: &Carry| {
            untouched(span, Lined { text: old, lines: &a }, Lined { text, lines: index }, carry)
        };
        assert_eq!(place(Span::new(4, 7), broken, &b, &carry), None);
        assert_eq!(place(Span::new(10, 15), broken, &b, &carry), Some(Span::new(16, 21)));
        let mended = "zero\none\ntwo x\nthree";
        carry.push(TextEdit { start: 13, removed: 1, added: 0 });
        assert_eq!(place(Span::new(4, 7), mended, &lines(mended), &carry), Some(Span::new(9, 12)));
    }
}
