//! Runs, as an editor sees them.

pub(crate) mod call_sheet;
pub(crate) mod documents;
pub(crate) mod manager;
pub(crate) mod protocol;

use std::{collections::BTreeMap, sync::Arc};

use analysis::{
    text::{LineColumn, LineIndex, Span},
    units::Tokens,
};

use crate::position::line_text;

/// A run at one moment: what lenses, hints and the progress line show of it.
#[derive(Clone, Debug)]
pub(crate) struct RunView {
    /// The run's id.
    pub(crate) id: String,
    /// The text it runs.
    pub(crate) text: Arc<str>,
    /// That text's lines.
    pub(crate) lines: Arc<LineIndex>,
    /// Who answers: `simulated`, or a model's name.
    pub(crate) model: String,
    /// The phase entered last.
    pub(crate) phase: Option<String>,
    /// Agents that have ended.
    pub(crate) done: u64,
    /// The plan's upper bound of agents, where there is one.
    pub(crate) bound: Option<u64>,
    /// Tokens so far.
    pub(crate) tokens: Tokens,
    /// How often each call happened, by the place of the call in [`RunView::text`].
    pub(crate) calls: BTreeMap<LineColumn, u64>,
    /// How it ended; `None` while it is live.
    pub(crate) end: Option<End>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum End {
    /// With a result.
    Done,
    /// Somebody stopped it.
    Stopped,
    /// With an error, and the place in the script where one is known.
    Failed {
        /// What went wrong.
        message: String,
        /// Where in [`RunView::text`].
        at: Option<LineColumn>,
    },
}

impl RunView {
    /// The byte in [`RunView::text`] that `at` names.
    pub(crate) fn offset(&self, at: LineColumn) -> Option<u32> {
        let start = self.lines.start_of(at.line.checked_sub(1)?)?;
        let line = line_text(&self.text, &self.lines, at.line - 1);
        let column = at.column.saturating_sub(1) as usize;
        let within = line.char_indices().map(|(i, _)| i).chain([line.len()]).nth(column)?;
        Some(start + within as u32)
    }

    /// What to underline for a failure at `at`: from there to the end of its line.
    pub(crate) fn call_span(&self, at: LineColumn) -> Option<Span> {
        let start = self.offset(at)?;
        let line = self.lines.line_of(start);
        let end = self.lines.start_of(line)? + line_text(&self.text, &self.lines, line).trim_end().len() as u32;
        Some(Span::new(start, end))
    }

    /// Whether the run goes on.
    pub(crate) fn is_live(&self) -> bool {
        self.end.is_none()
    }

    /// `7/12`, or `7` where nothing bounds the agents.
    pub(crate) fn count(&self) -> String {
        match self.bound {
            Some(bound) => format!("{}/{bound}", self.done),
            None => self.done.to_string(),
        }
    }

    /// `Verify · 7/12 agents · 41k tokens · simulated`.
    pub(crate) fn progress_line(&self) -> String {
        let phase = self.phase.as_deref().map(|phase| format!("{phase} · ")).unwrap_or_default();
        format!("{phase}{} agents · {} tokens · {}", self.count(), self.tokens, self.model)
    }
}
