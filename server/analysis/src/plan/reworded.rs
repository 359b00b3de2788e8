//! The plan of a script in which prose says something else, as far as nobody had read it.

use std::sync::Arc;

use super::{Plan, unread::Literal};
use crate::{
    carry::{Carry, Places, TextEdit},
    looks::Looks,
    script::{Prose, Rewording, is_prose},
    text::Span,
};

/// What a literal says, by its place in the text that was interpreted.
pub(crate) struct Said {
    literal: Span,
    words: Arc<str>,
}

/// Most edits in places apart that are kept track of: every question about a place goes through all of them.
const MOST_EDITS: usize = 16;

impl Plan {
    /// The literal or piece of a template round `place` that nobody read, with its marks.
    pub(crate) fn unread(&self, place: Span) -> Option<(Span, Prose)> {
        let (literal, now) = self.literal(place)?;
        (!literal.was_read()).then_some((now, literal.kind))
    }

    fn literal(&self, place: Span) -> Option<(&Arc<Literal>, Span)> {
        let (literals, carry) = (&self.facts.literals, &self.since.carry);
        let after = literals.partition_point(|l| carry.span(l.span).is_some_and(|now| now.start < place.start));
        let literal = literals.get(after.checked_sub(1)?)?;
        let now = carry.span(literal.span).filter(|now| now.start < place.start && place.end < now.end)?;
        Some((literal, now))
    }

    /// The way from the text that was interpreted.
    pub(crate) fn carry(&self) -> &Carry {
        &self.since.carry
    }

    /// What the interpreter looked at.
    pub(crate) fn looks(&self) -> &Looks {
        &self.facts.looks
    }

    /// `looks`, with all of the text that the interpreter looked at or read.
    pub(crate) fn with_looks(&self, looks: Looks) -> Looks {
        looks.and(self.looks(), self.facts.literals.iter().filter(|l| l.was_read()).map(|l| l.span))
    }

    /// Takes an edit along that changes no token of what was interpreted. Gives whether it did: not where too many are kept track of.
    pub(crate) fn shift(&mut self, edit: TextEdit) -> bool {
        if self.since.carry.edits() >= MOST_EDITS {
            return false;
        }
        self.follow(&edit.into());
        self.since.carry.push(edit);
        true
    }

    /// What the literal that is edited says in `now`, the text after the edit; nothing where that is a comment. `None` where the plan of
    /// `now` could be another one.
    pub(crate) fn says(&self, rewording: &Rewording, was: &str, now: &str) -> Option<Option<Said>> {
        if self.since.carry.edits() >= MOST_EDITS {
            return None;
        }
        if rewording.is_comment() {
            return Some(None);
        }
        let (literal, _) = self.literal(Span::new(rewording.edit.start, rewording.edit.end()))?;
        let before = self.since.reworded.iter().find(|(span, _)| *span == literal.span);
        let words = rewording.words(was, before.map_or(literal.words(), |(_, words)| words), now)?;
        is_prose(&words).then(|| Some(Said { literal: literal.span, words: words.into() }))
    }

    /// Takes an edit of prose along, of which [`Plan::says`] told.
    pub(crate) fn reword(&mut self, rewording: &Rewording, said: Option<Said>) {
        self.follow(&rewording.edit.into());
        self.since.carry.push(rewording.edit);
        let Some(Said { literal, words }) = said else { return };
        self.since.reworded.retain(|(span, _)| *span != literal);
        self.since.reworded.push((literal, words));
        let this = &self.since.reworded[self.since.reworded.len() - 1..];
        for (call, prompts) in self.calls.iter_mut().zip(&self.facts.prompts) {
            if prompts.holds(this) {
                call.prompt.parts = self.since.now(prompts.now(&self.since.reworded));
            }
        }
    }
}
