//! Changes that make of a text the one an engine gets.

use std::cmp::Reverse;

use crate::text::Span;

/// Changes to a text, in no order.
#[derive(Debug, Default)]
pub struct Edits(Vec<Edit>);

/// A change at one place.
#[derive(Debug)]
pub struct Edit {
    /// Where: a byte offset.
    pub at: u32,
    /// Bytes that are left out from `at` on.
    pub skip: u32,
    /// What is put there.
    pub insert: String,
    /// For what closes something: where that begins.
    closes: Option<u32>,
}

impl Edits {
    /// Inserts `text` at `at`.
    pub fn insert(&mut self, at: u32, text: String) {
        self.0.push(Edit { at, skip: 0, insert: text, closes: None });
    }

    /// Inserts `before` and `after` around `span`.
    pub fn around(&mut self, span: Span, before: &str, after: &str) {
        self.insert(span.start, before.to_owned());
        self.0.push(Edit { at: span.end, skip: 0, insert: after.to_owned(), closes: Some(span.start) });
    }

    /// Puts `text` where `span` is.
    pub fn replace(&mut self, span: Span, text: &str) {
        self.0.push(Edit { at: span.start, skip: span.end - span.start, insert: text.to_owned(), closes: None });
    }

    /// In the order of the text. At one place, what closes comes first, the inner before the outer; then what opens, the
    /// outer before the inner, which is the order it was added in.
    pub fn sorted(self) -> Vec<Edit> {
        let mut numbered: Vec<(usize, Edit)> = self.0.into_iter().enumerate().collect();
        numbered.sort_by_key(|(number, edit)| match edit.closes {
            Some(start) => (edit.at, 0, Reverse(start), Reverse(*number), 0),
            None => (edit.at, 1, Reverse(0), Reverse(0), *number),
        });
        numbered.into_iter().map(|(_, edit)| edit).collect()
    }
}
