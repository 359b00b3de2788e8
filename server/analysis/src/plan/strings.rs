//! Abstract strings: the texts one can be, or its parts and the bounds of its length.

use std::sync::Arc;

use super::{PromptPart, val::Val};
use crate::text::Span;

/// Most texts one string is known by.
const MOST_TEXTS: usize = 24;
/// Most parts a concatenation keeps apart.
const MOST_PARTS: usize = 256;

/// What is known of a string. Lengths are bytes of UTF-8.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Str {
    /// Every text it can be.
    pub(super) known: Option<Arc<[Arc<str>]>>,
    /// What it is put together from, where that is the same in every run.
    pub(super) parts: Option<Arc<[PromptPart]>>,
    pub(super) lo: u64,
    pub(super) hi: Option<u64>,
    /// What it is the JSON text of.
    pub(super) json: Option<Arc<Val>>,
    /// An agent without schema wrote (part of) it.
    pub(super) from_agent: bool,
}

impl Str {
    pub(super) fn known(text: &str) -> Str {
        let len = text.len() as u64;
        Str { known: Some(Arc::new([text.into()])), parts: None, lo: len, hi: Some(len), json: None, from_agent: false }
    }

    pub(super) fn one_of(texts: impl IntoIterator<Item = Arc<str>>) -> Option<Str> {
        let mut all: Vec<Arc<str>> = Vec::new();
        for text in texts {
            if !all.contains(&text) {
                all.push(text);
            }
        }
        let lo = all.iter().map(|t| t.len() as u64).min()?;
        let hi = all.iter().map(|t| t.len() as u64).max();
        let known = (all.len() <= MOST_TEXTS).then(|| all.into());
        Some(Str { known, parts: None, lo, hi, json: None, from_agent: false })
    }

    pub(super) fn between(lo: u64, hi: Option<u64>) -> Str {
        Str { known: None, parts: None, lo, hi, json: None, from_agent: false }
    }

    pub(super) fn any() -> Str {
        Str::between(0, None)
    }

    pub(super) fn single(&self) -> Option<Arc<str>> {
        match self.known.as_deref() {
            Some([one]) => Some(one.clone()),
            _ => None,
        }
    }

    pub(super) fn may_be_empty(&self) -> bool {
        self.known.as_ref().map_or(self.lo == 0, |k| k.iter().any(|t| t.is_empty()))
    }

    pub(super) fn may_be_filled(&self) -> bool {
        self.known.as_ref().map_or(self.hi != Some(0), |k| k.iter().any(|t| !t.is_empty()))
    }

    /// Its parts, as a hole at `span` where they are not known.
    pub(super) fn parts(&self, span: Span) -> Arc<[PromptPart]> {
        match (self.single(), &self.parts) {
            (Some(text), _) if text.is_empty() => Arc::default(),
            (Some(text), _) => [PromptPart::Text(text.to_string())].into(),
            (None, Some(parts)) => parts.clone(),
            (None, None) => [PromptPart::Hole { span, low: self.lo, high: self.hi }].into(),
        }
    }

    /// `self + other`; the spans say where each came from.
    pub(super) fn concat(&self, span: Span, other: &Str, other_span: Span) -> Str {
        let mut all = Joined::of(self);
        all.push(span, other, other_span);
        all.done()
    }

    pub(super) fn join(&self, other: &Str) -> Str {
        if self == other {
            return self.clone();
        }
        let known = match (&self.known, &other.known) {
            (Some(a), Some(b)) => {
                let fresh = b.iter().filter(|t| !a.contains(t));
                let all: Vec<Arc<str>> = a.iter().chain(fresh).cloned().collect();
                (all.len() <= MOST_TEXTS).then(|| all.into())
            }
            _ => None,
        };
        Str {
            known,
            parts: join_parts(self, other),
            lo: self.lo.min(other.lo),
            hi: self.hi.zip(other.hi).map(|(a, b)| a.max(b)),
            json: self.json.clone().filter(|j| other.json.as_ref() == Some(j)),
            from_agent: self.from_agent || other.from_agent,
        }
    }

    pub(super) fn within(&self, other: &Str) -> bool {
        let texts = match (&self.known, &other.known) {
            (_, None) => true,
            (Some(a), Some(b)) => a.iter().all(|t| b.contains(t)),
            (None, Some(_)) => false,
        };
        texts
            && other.lo <= self.lo
            && other.hi.is_none_or(|h| self.hi.is_some_and(|s| s <= h))
            && (other.json.is_none() || other.json == self.json)
            && (other.parts.is_none() || other.parts == self.parts)
    }

    pub(super) fn widen(&self, next: &Str) -> Str {
        let known = self.known.clone().filter(|_| next.known.is_some() && self.known == next.known);
        Str {
            known,
            parts: self.parts.clone().filter(|p| next.parts.as_ref() == Some(p)),
            lo: if next.lo >= self.lo { self.lo } else { 0 },
            hi: self.hi.filter(|h| next.hi.is_some_and(|n| n <= *h)),
            json: self.json.clone().filter(|j| next.json.as_ref() == Some(j)),
            from_agent: self.from_agent || next.from_agent,
        }
    }
}

/// A string while it is put together.
#[derive(Debug)]
pub(super) struct Joined {
    text: Text,
    lo: u64,
    hi: Option<u64>,
    from_agent: bool,
}

#[derive(Debug)]
enum Text {
    One(String),
    OneOf(Arc<[Arc<str>]>),
    /// `None`: a hole, or more than are kept apart.
    Parts(Option<Vec<PromptPart>>),
}

impl Default for Joined {
    fn default() -> Joined {
        Joined { text: Text::One(String::new()), lo: 0, hi: Some(0), from_agent: false }
    }
}

impl Joined {
    fn of(str: &Str) -> Joined {
        let text = match str.known.as_ref().map(|k| (&**k, k)) {
            Some(([one], _)) => Text::One(one.to_string()),
            Some((_, many)) => Text::OneOf(many.clone()),
            None => Text::Parts(str.parts.as_deref().map(<[PromptPart]>::to_vec)),
        };
        Joined { text, lo: str.lo, hi: str.hi, from_agent: str.from_agent }
    }

    /// Adds a text; `at` is where all before it comes from.
    pub(super) fn push_text(&mut self, at: Span, text: &str) {
        match &mut self.text {
            Text::One(so_far) => {
                so_far.push_str(text);
                (self.lo, self.hi) = (so_far.len() as u64, Some(so_far.len() as u64));
            }
            Text::OneOf(_) => self.push(at, &Str::known(text), at),
            Text::Parts(_) => {
                let parts = self.parts(at);
                push_text(parts, text);
                self.longer(text.len() as u64, Some(text.len() as u64));
            }
        }
    }

    /// Adds a string; the spans say where all before it and it come from.
    pub(super) fn push(&mut self, at: Span, other: &Str, other_at: Span) {
        self.from_agent |= other.from_agent;
        let product = match (&self.text, other.known.as_deref()) {
            (Text::One(_), Some([one])) => return self.push_text(at, one),
            (Text::One(one), Some(b)) => product(std::iter::once(&**one), 1, b),
            (Text::OneOf(a), Some(b)) => product(a.iter().map(|a| &**a), a.len(), b),
            _ => None,
        };
        if let Some(Str { known: Some(known), lo, hi, .. }) = product {
            (self.lo, self.hi) = (lo, hi);
            self.text = match &*known {
                [one] => Text::One(one.to_string()),
                _ => Text::OneOf(known),
            };
            return;
        }
        let parts = self.parts(at);
        match (other.known.as_deref(), &other.parts) {
            (Some([one]), _) => push_text(parts, one),
            (_, Some(more)) => {
                for part in more.iter() {
                    match part {
                        PromptPart::Text(text) => push_text(parts, text),
                        hole => parts.push(hole.clone()),
                    }
                }
            }
            (_, None) => parts.push(PromptPart::Hole { span: other_at, low: other.lo, high: other.hi }),
        }
        self.longer(other.lo, other.hi);
    }

    /// What there is so far, as parts.
    fn parts(&mut self, at: Span) -> &mut Vec<PromptPart> {
        let hole = PromptPart::Hole { span: at, low: self.lo, high: self.hi };
        if let Text::One(text) = &mut self.text {
            let text = std::mem::take(text);
            self.text = Text::Parts(Some(if text.is_empty() { vec![] } else { vec![PromptPart::Text(text)] }));
        }
        if let Text::OneOf(_) = self.text {
            self.text = Text::Parts(None);
        }
        match &mut self.text {
            Text::Parts(parts) => parts.get_or_insert_with(|| vec![hole]),
            Text::One(_) | Text::OneOf(_) => unreachable!("both were turned into parts above"),
        }
    }

    fn longer(&mut self, lo: u64, hi: Option<u64>) {
        self.lo = self.lo.saturating_add(lo);
        self.hi = self.hi.zip(hi).map(|(a, b)| a.saturating_add(b));
        if let Text::Parts(parts) = &mut self.text
            && parts.as_ref().is_some_and(|p| p.len() > MOST_PARTS)
        {
            *parts = None;
        }
    }

    pub(super) fn done(self) -> Str {
        let Joined { text, lo, hi, from_agent } = self;
        match text {
            Text::One(text) => Str { from_agent, ..Str::known(&text) },
            Text::OneOf(known) => Str { known: Some(known), from_agent, ..Str::between(lo, hi) },
            Text::Parts(parts) => Str { parts: parts.map(Into::into), from_agent, ..Str::between(lo, hi) },
        }
    }
}

/// Each of `a` with each of `b`, unless they are too many.
fn product<'t>(a: impl Iterator<Item = &'t str>, n: usize, b: &[Arc<str>]) -> Option<Str> {
    let texts = a.flat_map(|a| b.iter().map(move |b| Arc::from(format!("{a}{b}"))));
    if n * b.len() <= MOST_TEXTS { Str::one_of(texts) } else { None }
}

fn push_text(parts: &mut Vec<PromptPart>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(PromptPart::Text(last)) => last.push_str(text),
        _ => parts.push(PromptPart::Text(text.to_owned())),
    }
}

/// Parts both strings share, position by position.
fn join_parts(a: &Str, b: &Str) -> Option<Arc<[PromptPart]>> {
    let (x, y) = (a.parts.as_ref()?, b.parts.as_ref()?);
    if x == y {
        return Some(x.clone());
    }
    merge_parts(x, y).map(Into::into)
}

/// Merges two ways to put a prompt together, where they have the same shape.
pub(super) fn merge_parts(a: &[PromptPart], b: &[PromptPart]) -> Option<Vec<PromptPart>> {
    use PromptPart::{Hole, Text};
    if a.len() != b.len() {
        return None;
    }
    let merged = a.iter().zip(b).map(|pair| match pair {
        (Text(s), Text(t)) if s == t => Some(Text(s.clone())),
        (Hole { span, low, high }, Hole { span: at, low: l, high: h }) if span == at => {
            Some(Hole { span: *span, low: *low.min(l), high: high.zip(*h).map(|(a, b)| a.max(b)) })
        }
        _ => None,
    });
    merged.collect()
}
