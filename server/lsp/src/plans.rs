//! Which plan to show of a text that is being typed.
//!
//! Half a line can parse by chance and then mean something else: `Array` before `.from(…)`, a call that swallows the next line. The plan of
//! such a moment must not stay when the next letter breaks the text again. So two are kept: that of the newest text that parses, and the
//! one from before the line at hand was begun, which is shown while the text is broken.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use analysis::{Analysis, script::Tree};

use crate::carry::{Carry, TextEdit};

/// A text that parses for as long as this is meant, wherever the cursor is.
const SETTLED: Duration = Duration::from_secs(1);

/// An analysis and the way from its text to the editor's.
pub(crate) type Carried = (Arc<Analysis>, Arc<Carry>);

/// The plans at hand for one script.
#[derive(Default)]
pub(crate) struct Plans {
    /// Of the newest text that parses as a whole, and since when it does, if it still does.
    newest: Option<(Carried, Option<Instant>)>,
    /// From before the line at hand was begun.
    settled: Option<Carried>,
    /// The line (from 0) at hand.
    line: Option<u32>,
    /// Of a text with holes, where none has parsed as a whole yet.
    makeshift: Option<Carried>,
}

impl Plans {
    /// Notes edits that end on `line` of the text they lead to.
    pub(crate) fn edited(&mut self, edits: &[TextEdit], line: u32) {
        let moved = self.line != Some(line);
        self.line = Some(line);
        if let Some((newest, whole)) = &mut self.newest
            && let Some(since) = whole.take()
            && (moved || since.elapsed() > SETTLED)
        {
            self.settled = Some(newest.clone());
        }
        let newest = self.newest.as_mut().map(|(newest, _)| newest);
        for (_, carry) in newest.into_iter().chain(&mut self.settled).chain(&mut self.makeshift) {
            let carry = Arc::make_mut(carry);
            edits.iter().for_each(|edit| carry.push(*edit));
        }
    }

    /// Makes the newest analysis that of `text`, where that takes no reading of the text; see [`Analysis::go_on`].
    pub(crate) fn go_on(&mut self, text: &Arc<str>) -> Option<Arc<Analysis>> {
        let ((newest, carry), whole) = self.newest.as_mut()?;
        if !Analysis::go_on(newest, text) {
            return None;
        }
        (*carry, *whole) = (Arc::default(), Some(Instant::now()));
        Some(newest.clone())
    }

    /// Takes in the analysis of the newest text; gives back those it takes the place of.
    pub(crate) fn analysed(&mut self, fresh: &Arc<Analysis>) -> Vec<Arc<Analysis>> {
        let carried = (fresh.clone(), Arc::default());
        let mut outdated = Vec::new();
        if fresh.script.tree == Tree::Whole {
            outdated.extend(self.newest.replace((carried, Some(Instant::now()))).map(|((old, _), _)| old));
            outdated.extend(self.makeshift.take().map(|(old, _)| old));
        } else if self.newest.is_none() {
            outdated.extend(self.makeshift.replace(carried).map(|(old, _)| old));
        }
        outdated
    }

    /// The newest analysis of a whole text, be it an earlier one.
    pub(crate) fn newest(&self) -> Option<&Arc<Analysis>> {
        self.newest.as_ref().map(|((newest, _), _)| newest)
    }

    /// The plan to show.
    pub(crate) fn shown(&self) -> Option<&Carried> {
        match &self.newest {
            Some((newest, Some(_))) => Some(newest),
            Some((newest, None)) => self.settled.as_ref().or(Some(newest)),
            None => self.makeshift.as_ref(),
        }
    }
}
