//! Answers while they are being written. They are no events: what is not whole is not remembered.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use crate::id::CallId;

/// Longest end of a draft that is kept, in bytes: enough for a line.
const TAIL: usize = 400;

/// An answer as far as it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Characters so far.
    pub characters: u64,
    /// How it ends at the moment.
    pub tail: String,
}

impl Draft {
    fn add(&mut self, piece: &str) {
        self.characters += piece.chars().count() as u64;
        self.tail.push_str(piece);
        if self.tail.len() > 2 * TAIL {
            let cut = self.tail.len() - TAIL;
            let cut = (cut..).find(|at| self.tail.is_char_boundary(*at)).unwrap_or_default();
            self.tail.drain(..cut);
        }
    }
}

/// The drafts of a run.
#[derive(Debug, Default)]
pub(crate) struct Drafts(Mutex<BTreeMap<CallId, Draft>>);

impl Drafts {
    fn all(&self) -> MutexGuard<'_, BTreeMap<CallId, Draft>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn add(&self, call: CallId, piece: &str) {
        if !piece.is_empty() {
            self.all().entry(call).or_default().add(piece);
        }
    }

    /// The attempt is over, whatever became of it.
    pub(crate) fn end(&self, call: CallId) {
        self.all().remove(&call);
    }

    pub(crate) fn snapshot(&self) -> BTreeMap<CallId, Draft> {
        self.all().clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_counts_all_and_keeps_the_end() {
        let drafts = Drafts::default();
        for _ in 0..1000 {
            drafts.add(CallId(1), "ü…");
        }
        let draft = drafts.snapshot().remove(&CallId(1)).unwrap();
        assert_eq!(draft.characters, 2000);
        assert!(draft.tail.len() <= 2 * TAIL && draft.tail.ends_with("ü…"));
        drafts.end(CallId(1));
        assert!(drafts.snapshot().is_empty());
    }
}
