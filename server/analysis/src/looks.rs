//! Which prose of a script somebody looked at: what was found of the script holds for any other words the rest could have.

use std::cell::RefCell;

use crate::{
    carry::{Carry, TextEdit},
    script::Script,
    text::Span,
};

/// Something that was asked of a text, and the answer.
#[derive(Clone, Debug)]
struct Question {
    places: Vec<Span>,
    ask: fn(&str) -> Option<&'static str>,
    answer: Option<&'static str>,
}

/// What was looked at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Looks {
    places: Vec<Span>,
    questions: Vec<Question>,
}

/// Looks at a script and notes it.
pub(crate) struct Looker<'a> {
    script: &'a Script,
    looks: RefCell<Looks>,
}

impl<'a> Looker<'a> {
    pub(crate) fn new(script: &'a Script) -> Looker<'a> {
        Looker { script, looks: RefCell::default() }
    }

    /// Notes that what the text says at `place` decides something.
    pub(crate) fn note(&self, place: Span) {
        let Looks { places, .. } = &mut *self.looks.borrow_mut();
        if places.last() != Some(&place) && self.script.can_change(place) {
            places.push(place);
        }
    }

    /// What the text says at `place`.
    pub(crate) fn at(&self, place: Span) -> &'a str {
        self.note(place);
        place.slice(&self.script.text)
    }

    /// The answer to something that other words need not change: it is asked again when there are other words.
    pub(crate) fn ask(&self, places: Vec<Span>, ask: fn(&str) -> Option<&'static str>) -> Option<&'static str> {
        let answer = ask(&together(&self.script.text, places.iter().copied()));
        if places.iter().any(|place| self.script.can_change(*place)) {
            self.looks.borrow_mut().questions.push(Question { places, ask, answer });
        }
        answer
    }

    /// What was looked at.
    pub(crate) fn done(self) -> Looks {
        let mut looks = self.looks.into_inner();
        looks.places.sort();
        looks.places.dedup();
        looks
    }
}

impl Looks {
    /// What was looked at in either, and at `places`, too.
    pub(crate) fn and(mut self, other: &Looks, places: impl Iterator<Item = Span>) -> Looks {
        self.places.extend(other.places.iter().copied().chain(places));
        self.questions.extend_from_slice(&other.questions);
        self
    }

    /// Whether everything that was looked at looks the same after an edit that makes `now` of the text. `carry` is the way from the
    /// text that was looked at to the one before the edit.
    pub(crate) fn stay(&self, carry: &Carry, edit: TextEdit, now: &str) -> bool {
        let meets = |place: Span| place.start <= edit.end() && edit.start <= place.end;
        let untouched = self.places.iter().all(|place| carry.span(*place).is_some_and(|place| !meets(place)));
        let mut further = carry.clone();
        further.push(edit);
        let answered = |question: &Question| {
            let places: Option<Vec<Span>> = question.places.iter().map(|place| carry.span(*place)).collect();
            let Some(places) = places else { return false };
            if !places.into_iter().any(meets) {
                return true;
            }
            let places: Option<Vec<Span>> = question.places.iter().map(|place| further.span(*place)).collect();
            places.is_some_and(|places| (question.ask)(&together(now, places.into_iter())) == question.answer)
        };
        untouched && self.questions.iter().all(answered)
    }
}

/// What the text says at all these places, one after the other.
fn together(text: &str, places: impl Iterator<Item = Span>) -> String {
    places.map(|place| place.slice(text)).collect::<Vec<_>>().join(" ")
}
