//! Things kept by where they are in the text.

use crate::text::Span;

/// One thing for each span. What is near in the text is near in memory, so that following the text is fast.
#[derive(Debug)]
pub(super) struct BySpan<T> {
    /// For each offset, the number of the thing noted last that begins there; zero is none.
    last: Vec<u32>,
    all: Vec<Kept<T>>,
}

#[derive(Debug)]
struct Kept<T> {
    span: Span,
    /// The number of the one noted before that begins at the same offset.
    before: u32,
    thing: T,
}

impl<T> Default for BySpan<T> {
    fn default() -> BySpan<T> {
        BySpan { last: vec![], all: vec![] }
    }
}

impl<T> BySpan<T> {
    /// For about so `many` things in a text of so many `bytes`.
    pub(super) fn of(bytes: usize, many: usize) -> BySpan<T> {
        BySpan { last: vec![0; bytes + 1], all: Vec::with_capacity(many) }
    }

    fn find(&self, span: Span) -> Option<usize> {
        let mut number = self.last.get(span.start as usize).copied().unwrap_or(0) as usize;
        while let Some(i) = number.checked_sub(1) {
            if self.all[i].span == span {
                return Some(i);
            }
            number = self.all[i].before as usize;
        }
        None
    }

    pub(super) fn get(&self, span: Span) -> Option<&T> {
        self.find(span).map(|i| &self.all[i].thing)
    }

    pub(super) fn get_mut(&mut self, span: Span) -> Option<&mut T> {
        self.find(span).map(|i| &mut self.all[i].thing)
    }

    /// Keeps `thing` in place of what was kept for the span.
    pub(super) fn insert(&mut self, span: Span, thing: T) {
        if let Some(known) = self.get_mut(span) {
            *known = thing;
            return;
        }
        let start = span.start as usize;
        if start >= self.last.len() {
            self.last.resize(start + 1, 0);
        }
        self.all.push(Kept { span, before: self.last[start], thing });
        self.last[start] = self.all.len() as u32;
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Span, &T)> {
        self.all.iter().map(|k| (k.span, &k.thing))
    }
}
