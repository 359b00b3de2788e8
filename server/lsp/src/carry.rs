//! Carrying places through edits, so that what was known of a text survives while it is being broken and mended.

use analysis::text::{LineIndex, Span};

use crate::position::line_text;

/// One replacement in a text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TextEdit {
    /// First byte replaced.
    pub(crate) start: u32,
    /// Bytes taken away.
    pub(crate) removed: u32,
    /// Bytes put in.
    pub(crate) added: u32,
}

impl TextEdit {
    /// The smallest replacement that makes `new` of `old`.
    pub(crate) fn between(old: &str, new: &str) -> Self {
        let (a, b) = (old.as_bytes(), new.as_bytes());
        let start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
        let end = a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(x, y)| x == y).count();
        Self { start: start as u32, removed: (a.len() - start - end) as u32, added: (b.len() - start - end) as u32 }
    }

    fn end(self) -> u32 {
        self.start + self.removed
    }
}

/// The way from one text to a later one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Carry {
    edits: Vec<TextEdit>,
}

impl Carry {
    /// Adds an edit that was made to the text so far.
    pub(crate) fn push(&mut self, edit: TextEdit) {
        if let Some(last) = self.edits.last_mut() {
            let grown = last.start..=last.start + last.added;
            if grown.contains(&edit.start) && grown.contains(&edit.end()) {
                last.added = last.added - edit.removed + edit.added;
                return;
            }
        }
        self.edits.push(edit);
    }

    /// Where `span` is now. `None` where an edit reached across one of its ends; edits inside it stretch it.
    pub(crate) fn span(&self, span: Span) -> Option<Span> {
        self.edits.iter().try_fold(span, |span, edit| {
            let grow = |at: u32| (at + edit.added).checked_sub(edit.removed);
            if edit.end() <= span.start {
                Some(Span::new(grow(span.start)?, grow(span.end)?))
            } else if edit.start >= span.end {
                Some(span)
            } else if span.start <= edit.start && edit.end() <= span.end {
                Some(Span::new(span.start, grow(span.end)?))
            } else {
                None
            }
        })
    }

    /// Whether nothing was edited.
    pub(crate) fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }
}

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
    use proptest::prelude::*;

    use super::*;

    /// Applies edits one by one and gives the text with the carried span in brackets.
    fn carried(text: &str, span: (u32, u32), edits: &[(u32, u32, &str)]) -> Option<String> {
        let mut text = text.to_string();
        let mut carry = Carry::default();
        for (start, removed, new) in edits {
            text.replace_range(*start as usize..(start + removed) as usize, new);
            carry.push(TextEdit { start: *start, removed: *removed, added: new.len() as u32 });
        }
        let span = carry.span(Span::new(span.0, span.1))?;
        text.insert(span.end as usize, ']');
        text.insert(span.start as usize, '[');
        Some(text)
    }

    #[test]
    fn places_move_with_the_text() {
        assert_eq!(carried("a word b", (2, 6), &[(0, 1, "xyz")]).unwrap(), "xyz [word] b", "before");
        assert_eq!(carried("a word b", (2, 6), &[(7, 1, "xyz")]).unwrap(), "a [word] xyz", "after");
        assert_eq!(carried("a word b", (2, 6), &[(2, 0, "x")]).unwrap(), "a x[word] b", "just before");
        assert_eq!(carried("a word b", (2, 6), &[(6, 0, "x")]).unwrap(), "a [word]x b", "just after");
        assert_eq!(carried("a word b", (2, 6), &[(3, 2, "OOO")]).unwrap(), "a [wOOOd] b", "inside");
        assert_eq!(carried("a word b", (2, 6), &[(1, 3, "")]), None, "across the start");
        assert_eq!(carried("a word b", (2, 6), &[(5, 3, "")]), None, "across the end");
        assert_eq!(
            carried("a word b", (2, 6), &[(0, 0, "x"), (1, 0, "y"), (0, 2, "")]).unwrap(),
            "a [word] b",
            "typed and taken back"
        );
    }

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

    proptest! {
        #[test]
        fn the_edit_between_two_texts_makes_one_of_the_other(old in "[ab\\n]{0,12}", new in "[ab\\n]{0,12}") {
            let edit = TextEdit::between(&old, &new);
            let mut text = old.clone();
            let added = &new[edit.start as usize..(edit.start + edit.added) as usize];
            text.replace_range(edit.start as usize..(edit.start + edit.removed) as usize, added);
            prop_assert_eq!(text, new);
        }
    }
}
