//! Carrying places through edits, so that what was known of a text survives the edits that do not touch it.

use crate::text::Span;

/// One replacement in a text, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// First byte replaced.
    pub start: u32,
    /// Bytes taken away.
    pub removed: u32,
    /// Bytes put in.
    pub added: u32,
}

impl TextEdit {
    /// The smallest replacement that makes `new` of `old`.
    pub fn between(old: &str, new: &str) -> Self {
        let (a, b) = (old.as_bytes(), new.as_bytes());
        let start = common_start(a, b);
        let end = common_end(&a[start..], &b[start..]);
        Self { start: start as u32, removed: (a.len() - start - end) as u32, added: (b.len() - start - end) as u32 }
    }

    /// The same between characters: no character is replaced in part.
    pub(crate) fn between_characters(old: &str, new: &str) -> Self {
        let TextEdit { start, removed, .. } = Self::between(old, new);
        let (mut from, mut rest) = (start as usize, old.len() - (start + removed) as usize);
        while !old.is_char_boundary(from) || !new.is_char_boundary(from) {
            from -= 1;
        }
        while !old.is_char_boundary(old.len() - rest) || !new.is_char_boundary(new.len() - rest) {
            rest -= 1;
        }
        let length = |text: &str| (text.len() - rest - from) as u32;
        Self { start: from as u32, removed: length(old), added: length(new) }
    }

    /// One past the last byte replaced.
    pub fn end(self) -> u32 {
        self.start + self.removed
    }

    /// What takes the edit back.
    fn undone(self) -> Self {
        Self { start: self.start, removed: self.added, added: self.removed }
    }

    /// Where `span` is after the edit. `None` where it reaches across one of its ends; inside it the edit stretches it.
    fn moved(self, span: Span) -> Option<Span> {
        let grow = |at: u32| (at + self.added).checked_sub(self.removed);
        if self.end() <= span.start {
            Some(Span::new(grow(span.start)?, grow(span.end)?))
        } else if self.start >= span.end {
            Some(span)
        } else if span.start <= self.start && self.end() <= span.end {
            Some(Span::new(span.start, grow(span.end)?))
        } else {
            None
        }
    }
}

/// Bytes that are compared at once: most of both texts is the same.
const BLOCK: usize = 64;

fn common_start(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.chunks_exact(BLOCK).zip(b.chunks_exact(BLOCK)).take_while(|(a, b)| a == b).count() * BLOCK;
    blocks + a[blocks..].iter().zip(&b[blocks..]).take_while(|(a, b)| a == b).count()
}

fn common_end(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.rchunks_exact(BLOCK).zip(b.rchunks_exact(BLOCK)).take_while(|(a, b)| a == b).count() * BLOCK;
    let rest = |bytes: &[u8]| bytes.len() - blocks;
    let bytes = a[..rest(a)].iter().rev().zip(b[..rest(b)].iter().rev());
    blocks + bytes.take_while(|(a, b)| a == b).count()
}

/// The way from one text to a later one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Carry {
    edits: Vec<TextEdit>,
}

impl From<TextEdit> for Carry {
    fn from(edit: TextEdit) -> Self {
        Self { edits: vec![edit] }
    }
}

impl Carry {
    /// Adds an edit that was made to the text so far.
    pub fn push(&mut self, edit: TextEdit) {
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
    pub fn span(&self, span: Span) -> Option<Span> {
        self.edits.iter().try_fold(span, |span, edit| edit.moved(span))
    }

    /// Where what is at `span` now was before the edits; the way back of [`Carry::span`]. `None` where it is not all of what was there.
    pub fn back(&self, span: Span) -> Option<Span> {
        self.edits.iter().rev().try_fold(span, |span, edit| edit.undone().moved(span))
    }

    /// How many edits in places apart there were.
    pub fn edits(&self) -> usize {
        self.edits.len()
    }

    /// Whether nothing was edited.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }
}

/// Something that knows places of a text.
pub(crate) trait Places {
    /// Visits every place in it.
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span));

    /// Whether every place in it is still there at the end of `way`.
    fn survives(&mut self, way: &Carry) -> bool {
        let mut all = true;
        self.places(&mut |place| all &= way.span(*place).is_some());
        all
    }

    /// Takes every place along `way`; one that is not there any more stays as it was.
    fn follow(&mut self, way: &Carry) {
        self.places(&mut |place| *place = way.span(*place).unwrap_or(*place));
    }
}

impl Places for Span {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        visit(self);
    }
}

impl<T: Places> Places for Option<T> {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        self.iter_mut().for_each(|it| it.places(visit));
    }
}

impl<T: Places> Places for Box<T> {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        (**self).places(visit);
    }
}

impl<T: Places> Places for Vec<T> {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        self.iter_mut().for_each(|it| it.places(visit));
    }
}

/// A place and what is said of it.
impl Places for (Span, String) {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        visit(&mut self.0);
    }
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

    proptest! {
        #[test]
        fn the_way_back_leads_where_one_came_from(edits in prop::collection::vec((1u32..20, 0u32..4, 1u32..4), 0..4), start in 0u32..20, length in 1u32..9) {
            let mut carry = Carry::default();
            edits.iter().for_each(|(start, removed, added)| carry.push(TextEdit { start: *start, removed: *removed, added: *added }));
            let span = Span::new(start, start + length);
            if let Some(now) = carry.span(span) {
                prop_assert_eq!(carry.back(now), Some(span));
            }
        }

        #[test]
        fn the_edit_between_two_texts_makes_one_of_the_other(
            before in "a{0,70}|b{0,140}", old in "[ab\\n]{0,12}", new in "[ab\\n]{0,12}", after in "a{0,140}|b{0,70}"
        ) {
            let [old, new] = [old, new].map(|middle| before.clone() + &middle + &after);
            let edit = TextEdit::between(&old, &new);
            let mut text = old.clone();
            let added = &new[edit.start as usize..(edit.start + edit.added) as usize];
            text.replace_range(edit.start as usize..(edit.start + edit.removed) as usize, added);
            prop_assert_eq!(text, new);
        }
    }
}
