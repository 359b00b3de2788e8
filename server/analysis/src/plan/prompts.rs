//! What a call site prompts its agents with, over all its evaluations.

use std::{borrow::Cow, sync::Arc};

use super::{
    PromptPart,
    strings::{Known, merge_parts},
    unread::{Reworded, Text},
};
use crate::text::Span;

/// Most different prompts that are kept apart.
const MOST: usize = 16;

/// The prompts of a call site, each with the expression that gives it. They are put together only for those who ask what they say.
#[derive(Clone, Debug, Default)]
pub(super) struct Prompts(Vec<(Text, Span)>);

impl Prompts {
    pub(super) fn one(text: Text, place: Span) -> Prompts {
        Prompts(vec![(text, place)])
    }

    /// Adds those of another evaluation.
    pub(super) fn meet(&mut self, other: Prompts) {
        for (text, place) in other.0 {
            if self.0.iter().all(|(known, _)| *known != text) {
                self.0.push((text, place));
            }
        }
        if self.0.len() > MOST {
            let place = self.0[0].1;
            let parts = self.parts(|text| Cow::Borrowed(text.read()));
            self.0 = vec![(Text::Read(Known::of_parts(parts)), place)];
        }
    }

    /// What is in every prompt, and between which bounds the rest is, with the words that literals have now.
    pub(super) fn now(&self, reworded: &Reworded) -> Vec<PromptPart> {
        self.parts(|text| text.now(reworded)).to_vec()
    }

    /// Whether one of the literals is in one of them.
    pub(super) fn holds(&self, literals: &Reworded) -> bool {
        self.0.iter().any(|(text, _)| text.holds(literals))
    }

    fn parts<'t>(&'t self, known: impl Fn(&'t Text) -> Cow<'t, Known>) -> Arc<[PromptPart]> {
        let each = self.0.iter().map(|(text, place)| (known(text).parts(*place), *place));
        let both = |(a, _): (Arc<[PromptPart]>, Span), (b, place): (Arc<[PromptPart]>, Span)| {
            let merged = || merge_parts(&a, &b).map_or_else(|| hole(&a, &b, place), Arc::from);
            (if a == b { a } else { merged() }, place)
        };
        each.reduce(both).map(|(parts, _)| parts).unwrap_or_default()
    }
}

/// The one or the other, of which only the length is known.
fn hole(parts: &[PromptPart], more: &[PromptPart], span: Span) -> Arc<[PromptPart]> {
    let length = |parts: &[PromptPart]| {
        parts.iter().fold((0u64, Some(0u64)), |(low, high), p| match p {
            PromptPart::Text(t) => (low + t.len() as u64, high.map(|h| h + t.len() as u64)),
            PromptPart::Hole { low: l, high: h, .. } => {
                (low.saturating_add(*l), high.zip(*h).map(|(a, b)| a.saturating_add(b)))
            }
        })
    };
    let ((a, b), (c, d)) = (length(parts), length(more));
    [PromptPart::Hole { span, low: a.min(c), high: b.zip(d).map(|(b, d)| b.max(d)) }].into()
}
