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
    pub(super) fn parts(&self, span: Span) -> Vec<PromptPart> {
        match (self.single(), &self.parts) {
            (Some(text), _) if text.is_empty() => vec![],
            (Some(text), _) => vec![PromptPart::Text(text.to_string())],
            (None, Some(parts)) => parts.to_vec(),
            (None, None) => vec![PromptPart::Hole { span, low: self.lo, high: self.hi }],
        }
    }

    /// `self + other`; the spans say where each came from.
    pub(super) fn concat(&self, span: Span, other: &Str, other_span: Span) -> Str {
        let lo = self.lo.saturating_add(other.lo);
        let hi = self.hi.zip(other.hi).map(|(a, b)| a.saturating_add(b));
        let from_agent = self.from_agent || other.from_agent;
        if let (Some(a), Some(b)) = (&self.known, &other.known)
            && a.len() * b.len() <= MOST_TEXTS
        {
            let texts = a.iter().flat_map(|a| b.iter().map(move |b| Arc::from(format!("{a}{b}"))));
            if let Some(all) = Str::one_of(texts.collect::<Vec<Arc<str>>>()) {
                return Str { from_agent, ..all };
            }
        }
        let mut parts = self.parts(span);
        for part in other.parts(other_span) {
            match (parts.last_mut(), part) {
                (Some(PromptPart::Text(last)), PromptPart::Text(text)) => last.push_str(&text),
                (_, part) => parts.push(part),
            }
        }
        let parts = (parts.len() <= MOST_PARTS).then(|| parts.into());
        Str { known: None, parts, lo, hi, json: None, from_agent }
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
