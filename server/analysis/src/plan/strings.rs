//! Abstract strings: the texts one can be, or its parts and the bounds of its length.

use std::sync::Arc;

use super::{
    PromptPart,
    unread::{Concat, Literal, Text},
    val::Val,
};
use crate::{
    script::{Prose, is_prose},
    text::Span,
};

/// Most texts one string is known by.
const MOST_TEXTS: usize = 24;
/// Most parts a concatenation keeps apart.
const MOST_PARTS: usize = 256;

/// An abstract string.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Str {
    /// What it says. Who asks for that reads it.
    pub(super) text: Text,
    /// What it is the JSON text of.
    pub(super) json: Option<Arc<Val>>,
    /// An agent without schema wrote (part of) it.
    pub(super) from_agent: bool,
}

/// What is known of the text of a string. Lengths are bytes of UTF-8.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    /// Every text it can be.
    pub(super) texts: Option<Arc<[Arc<str>]>>,
    /// What it is put together from, where that is the same in every run.
    parts: Option<Arc<[PromptPart]>>,
    pub(super) lo: u64,
    pub(super) hi: Option<u64>,
}

impl From<Known> for Str {
    fn from(known: Known) -> Str {
        Str { text: Text::Read(known), json: None, from_agent: false }
    }
}

impl Known {
    pub(super) fn text(text: &str) -> Known {
        let len = text.len() as u64;
        Known { texts: Some(Arc::new([text.into()])), parts: None, lo: len, hi: Some(len) }
    }

    fn one_of(texts: impl IntoIterator<Item = Arc<str>>) -> Option<Known> {
        let mut all: Vec<Arc<str>> = Vec::new();
        for text in texts {
            if !all.contains(&text) {
                all.push(text);
            }
        }
        let lo = all.iter().map(|t| t.len() as u64).min()?;
        let hi = all.iter().map(|t| t.len() as u64).max();
        let texts = (all.len() <= MOST_TEXTS).then(|| all.into());
        Some(Known { texts, ..Known::between(lo, hi) })
    }

    /// Nothing but what it is put together from.
    pub(super) fn of_parts(parts: Arc<[PromptPart]>) -> Known {
        Known { parts: Some(parts), ..Known::between(0, None) }
    }

    pub(super) fn between(lo: u64, hi: Option<u64>) -> Known {
        Known { texts: None, parts: None, lo, hi }
    }

    /// Whether nothing is known.
    pub(super) fn is_any(&self) -> bool {
        *self == Known::between(0, None)
    }

    fn single(&self) -> Option<&Arc<str>> {
        match self.texts.as_deref() {
            Some([one]) => Some(one),
            _ => None,
        }
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

    pub(super) fn may_be_empty(&self) -> bool {
        self.texts.as_ref().map_or(self.lo == 0, |k| k.iter().any(|t| t.is_empty()))
    }

    pub(super) fn join(&self, other: &Known) -> Known {
        let texts = match (&self.texts, &other.texts) {
            (Some(a), Some(b)) => {
                let fresh = b.iter().filter(|t| !a.contains(t));
                let all: Vec<Arc<str>> = a.iter().chain(fresh).cloned().collect();
                (all.len() <= MOST_TEXTS).then(|| all.into())
            }
            _ => None,
        };
        Known {
            texts,
            parts: join_parts(self, other),
            lo: self.lo.min(other.lo),
            hi: self.hi.zip(other.hi).map(|(a, b)| a.max(b)),
        }
    }

    fn within(&self, other: &Known) -> bool {
        let texts = match (&self.texts, &other.texts) {
            (_, None) => true,
            (Some(a), Some(b)) => a.iter().all(|t| b.contains(t)),
            (None, Some(_)) => false,
        };
        texts
            && other.lo <= self.lo
            && other.hi.is_none_or(|h| self.hi.is_some_and(|s| s <= h))
            && (other.parts.is_none() || other.parts == self.parts)
    }

    fn widen(&self, next: &Known) -> Known {
        Known {
            texts: self.texts.clone().filter(|_| next.texts.is_some() && self.texts == next.texts),
            parts: self.parts.clone().filter(|p| next.parts.as_ref() == Some(p)),
            lo: if next.lo >= self.lo { self.lo } else { 0 },
            hi: self.hi.filter(|h| next.hi.is_some_and(|n| n <= *h)),
        }
    }
}

impl Str {
    pub(super) fn known(text: &str) -> Str {
        Known::text(text).into()
    }

    /// What the literal or piece of a template at `span` says.
    pub(super) fn written(span: Span, kind: Prose, text: &str) -> Str {
        match is_prose(text) {
            true => {
                Str { text: Text::Literal(Arc::new(Literal::new(span, kind, text))), json: None, from_agent: false }
            }
            false => Str::known(text),
        }
    }

    pub(super) fn one_of(texts: impl IntoIterator<Item = Arc<str>>) -> Option<Str> {
        Known::one_of(texts).map(Str::from)
    }

    /// One of `texts`, of so many bytes.
    pub(super) fn of(texts: Option<Arc<[Arc<str>]>>, lo: u64, hi: Option<u64>) -> Str {
        Known { texts, ..Known::between(lo, hi) }.into()
    }

    pub(super) fn between(lo: u64, hi: Option<u64>) -> Str {
        Known::between(lo, hi).into()
    }

    pub(super) fn any() -> Str {
        Str::between(0, None)
    }

    /// Every text it can be, where they are known.
    pub(super) fn texts(&self) -> Option<&Arc<[Arc<str>]>> {
        self.text.read().texts.as_ref()
    }

    /// The one text it is.
    pub(super) fn single(&self) -> Option<Arc<str>> {
        self.text.read().single().cloned()
    }

    /// Fewest bytes.
    pub(super) fn lo(&self) -> u64 {
        self.text.read().lo
    }

    /// Most bytes.
    pub(super) fn hi(&self) -> Option<u64> {
        self.text.read().hi
    }

    pub(super) fn may_be_empty(&self) -> bool {
        !self.text.is_filled() && self.text.read().may_be_empty()
    }

    pub(super) fn may_be_filled(&self) -> bool {
        let known = || self.text.read();
        self.text.is_filled()
            || known().texts.as_ref().map_or(known().hi != Some(0), |k| k.iter().any(|t| !t.is_empty()))
    }

    /// What it is, known that it is not empty.
    pub(super) fn filled(&self) -> Option<Str> {
        if !self.text.is_read() && self.text.is_filled() {
            return Some(self.clone());
        }
        let known = self.text.read();
        match &known.texts {
            Some(texts) => Str::one_of(texts.iter().filter(|t| !t.is_empty()).cloned()),
            None => {
                let text = Text::Read(Known { lo: known.lo.max(1), ..known.clone() });
                Some(Str { text, ..self.clone() })
            }
        }
    }

    /// Its parts, as a hole at `span` where they are not known.
    pub(super) fn parts(&self, span: Span) -> Arc<[PromptPart]> {
        self.text.read().parts(span)
    }

    /// `self + other`; the spans say where each came from.
    pub(super) fn concat(&self, span: Span, other: &Str, other_span: Span) -> Str {
        let mut all = Concat::of(self);
        all.push(span, other, other_span);
        all.done()
    }

    pub(super) fn join(&self, other: &Str) -> Str {
        Str {
            text: self.text.join(&other.text),
            json: self.json.clone().filter(|j| other.json.as_ref() == Some(j)),
            from_agent: self.from_agent || other.from_agent,
        }
    }

    /// One of several, where nobody has read any of them: what joining them one by one gives.
    pub(super) fn join_unread(all: &[&Str]) -> Option<Str> {
        let plain = all.len() > 2 && all.iter().all(|str| str.json.is_none());
        let text = if plain { Text::join_unread(all.iter().map(|str| &str.text))? } else { return None };
        Some(Str { text, json: None, from_agent: all.iter().any(|str| str.from_agent) })
    }

    pub(super) fn within(&self, other: &Str) -> bool {
        (self.text == other.text || self.text.read().within(other.text.read()))
            && (other.json.is_none() || other.json == self.json)
    }

    pub(super) fn widen(&self, next: &Str) -> Str {
        let text = match self.text == next.text {
            true => self.text.clone(),
            false => Text::Read(self.text.read().widen(next.text.read())),
        };
        Str {
            text,
            json: self.json.clone().filter(|j| next.json.as_ref() == Some(j)),
            from_agent: self.from_agent || next.from_agent,
        }
    }
}

/// A string while it is put together.
#[derive(Debug)]
pub(super) struct Joined {
    text: SoFar,
    lo: u64,
    hi: Option<u64>,
}

#[derive(Debug)]
enum SoFar {
    One(String),
    OneOf(Arc<[Arc<str>]>),
    /// `None`: a hole, or more than are kept apart.
    Parts(Option<Vec<PromptPart>>),
}

impl Default for Joined {
    fn default() -> Joined {
        Joined { text: SoFar::One(String::new()), lo: 0, hi: Some(0) }
    }
}

impl Joined {
    pub(super) fn of(known: &Known) -> Joined {
        let text = match known.texts.as_ref().map(|k| (&**k, k)) {
            Some(([one], _)) => SoFar::One(one.to_string()),
            Some((_, many)) => SoFar::OneOf(many.clone()),
            None => SoFar::Parts(known.parts.as_deref().map(<[PromptPart]>::to_vec)),
        };
        Joined { text, lo: known.lo, hi: known.hi }
    }

    /// Adds a string; the spans say where all before it and it come from.
    pub(super) fn push(&mut self, at: Span, other: &Known, other_at: Span) {
        let product = match (&mut self.text, other.texts.as_deref()) {
            (SoFar::One(so_far), Some([one])) => {
                so_far.push_str(one);
                (self.lo, self.hi) = (so_far.len() as u64, Some(so_far.len() as u64));
                return;
            }
            (SoFar::One(one), Some(b)) => product(std::iter::once(&**one), 1, b),
            (SoFar::OneOf(a), Some(b)) => product(a.iter().map(|a| &**a), a.len(), b),
            _ => None,
        };
        if let Some(Known { texts: Some(texts), lo, hi, .. }) = product {
            (self.lo, self.hi) = (lo, hi);
            self.text = match &*texts {
                [one] => SoFar::One(one.to_string()),
                _ => SoFar::OneOf(texts),
            };
            return;
        }
        let parts = self.parts(at);
        match (other.texts.as_deref(), &other.parts) {
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
        if let SoFar::One(text) = &mut self.text {
            let text = std::mem::take(text);
            self.text = SoFar::Parts(Some(if text.is_empty() { vec![] } else { vec![PromptPart::Text(text)] }));
        }
        if let SoFar::OneOf(_) = self.text {
            self.text = SoFar::Parts(None);
        }
        match &mut self.text {
            SoFar::Parts(parts) => parts.get_or_insert_with(|| vec![hole]),
            SoFar::One(_) | SoFar::OneOf(_) => unreachable!("both were turned into parts above"),
        }
    }

    fn longer(&mut self, lo: u64, hi: Option<u64>) {
        self.lo = self.lo.saturating_add(lo);
        self.hi = self.hi.zip(hi).map(|(a, b)| a.saturating_add(b));
        if let SoFar::Parts(parts) = &mut self.text
            && parts.as_ref().is_some_and(|p| p.len() > MOST_PARTS)
        {
            *parts = None;
        }
    }

    pub(super) fn done(self) -> Known {
        let Joined { text, lo, hi } = self;
        match text {
            SoFar::One(text) => Known::text(&text),
            SoFar::OneOf(texts) => Known { texts: Some(texts), ..Known::between(lo, hi) },
            SoFar::Parts(parts) => Known { parts: parts.map(Into::into), ..Known::between(lo, hi) },
        }
    }
}

/// Each of `a` with each of `b`, unless they are too many.
fn product<'t>(a: impl Iterator<Item = &'t str>, n: usize, b: &[Arc<str>]) -> Option<Known> {
    let texts = a.flat_map(|a| b.iter().map(move |b| Arc::from(format!("{a}{b}"))));
    if n * b.len() <= MOST_TEXTS { Known::one_of(texts) } else { None }
}

fn push_text(parts: &mut Vec<PromptPart>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(PromptPart::Text(last)) => last.push_str(text),
        _ => parts.push(PromptPart::Text(text.to_owned())),
    }
}

/// Parts both strings share, position by position.
fn join_parts(a: &Known, b: &Known) -> Option<Arc<[PromptPart]>> {
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
