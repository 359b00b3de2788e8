//! The plan of a script in which prose says something else, as far as nobody had read it.

use std::sync::Arc;

use super::{Plan, unread::Literal};
use crate::{
    carry::{Carry, Places},
    looks::Looks,
    script::{Prose, Rewording, is_prose},
    text::Span,
};

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

    /// The plan after an edit of prose that makes `now` of the text `was`; `None` where it could be another one.
    pub(crate) fn reworded(&self, rewording: &Rewording, was: &str, now: &str) -> Option<Plan> {
        if self.since.carry.edits() >= MOST_EDITS {
            return None;
        }
        let said = match rewording.kind {
            Prose::LineComment | Prose::BlockComment => None,
            Prose::Text | Prose::Template => {
                let (literal, _) = self.literal(Span::new(rewording.edit.start, rewording.edit.end()))?;
                let before = self.since.reworded.iter().find(|(span, _)| *span == literal.span);
                let words = rewording.words(was, before.map_or(literal.words(), |(_, words)| words), now)?;
                Some((literal.span, is_prose(&words).then_some(words)?))
            }
        };
        let mut plan = self.clone();
        if !plan.follow(&rewording.edit.into()) {
            return None;
        }
        plan.since.carry.push(rewording.edit);
        let Some((literal, words)) = said else { return Some(plan) };
        plan.since.reworded.retain(|(span, _)| *span != literal);
        plan.since.reworded.push((literal, words.into()));
        let this = &plan.since.reworded[plan.since.reworded.len() - 1..];
        for (call, prompts) in plan.calls.iter_mut().zip(&self.facts.prompts) {
            if prompts.holds(this) {
                call.prompt.parts = plan.since.now(prompts.now(&plan.since.reworded));
            }
        }
        Some(plan)
    }
}
