//! A run at one moment: what lenses, hints, diagnostics and the progress line show of it.

use std::sync::Arc;

use analysis::{
    text::{LineColumn, LineIndex, Span},
    units::{Seconds, Usd},
};
use runtime::{RunError, RunState, Status};

use crate::position::line_text;

/// Tells runs of one session apart, before they have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Ticket(pub(crate) u64);

/// What a run does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It runs the script at its address: lenses and hints there show it.
    Script,
    /// It answers a question about what is at its address.
    Question,
    /// It writes a script for the folder at its address.
    Writing,
}

/// A run at one moment.
#[derive(Clone, Debug)]
pub(crate) struct RunView {
    /// Which run.
    pub(crate) ticket: Ticket,
    /// Its name on disk, once it has one.
    pub(crate) id: String,
    /// What it does.
    pub(crate) kind: Kind,
    /// The text it runs.
    pub(crate) text: Arc<str>,
    /// That text's lines.
    pub(crate) lines: Arc<LineIndex>,
    /// Who answers: `simulated`, or a model's name.
    pub(crate) model: String,
    /// Whether a price of the person's own is in the cost.
    pub(crate) own_prices: bool,
    /// The plan's upper bound of agents, where there is one.
    pub(crate) bound: Option<u64>,
    /// What was expected of it as it began, in words.
    pub(crate) expected: String,
    /// What has happened.
    pub(crate) state: Arc<RunState>,
    /// Whether it is over, be it without a last event.
    pub(crate) over: bool,
}

impl RunView {
    /// A run of `text` that has not begun.
    pub(crate) fn of(kind: Kind, text: Arc<str>, lines: Arc<LineIndex>) -> Self {
        Self {
            ticket: Ticket(0),
            id: String::new(),
            kind,
            text,
            lines,
            model: String::new(),
            own_prices: false,
            bound: None,
            expected: String::new(),
            state: Arc::default(),
            over: false,
        }
    }

    /// Whether the run goes on.
    pub(crate) fn is_live(&self) -> bool {
        !self.over && self.state.ended.is_none()
    }

    /// Whether the script came to its end.
    pub(crate) fn is_complete(&self) -> bool {
        self.state.status() == Some(Status::Ok)
    }

    /// Why it failed, if it did, and where in [`RunView::text`].
    pub(crate) fn failure(&self) -> Option<&RunError> {
        self.state.error().filter(|_| self.state.status() == Some(Status::Failed))
    }

    /// `7/12`, or `7` where nothing bounds the agents.
    pub(crate) fn count(&self) -> String {
        let done = self.state.finished();
        match self.bound {
            Some(bound) => format!("{done}/{bound}"),
            None => done.to_string(),
        }
    }

    /// `Verify · 7/12 agents · 41k tokens · simulated`.
    pub(crate) fn progress_line(&self) -> String {
        let phase = self.state.current_phase.as_deref().map(|phase| format!("{phase} · ")).unwrap_or_default();
        format!("{phase}{} agents · {} tokens · {}", self.count(), self.state.totals.usage.total(), self.model)
    }

    /// What it took, against what was expected: `5 agents · 9.1k tok · $0.08 · 10 s, estimated 5 agents · ~8k tok · ~$0.07 · ~9 s`.
    pub(crate) fn outcome(&self) -> String {
        let totals = &self.state.totals;
        let price = match (totals.unpriced, totals.usd) {
            (0, usd) => format!(" · {usd}"),
            (_, Usd(0.0)) => String::new(),
            (_, usd) if usd.0 < 0.01 => " · >$0".into(),
            (_, usd) => format!(" · ≥{usd}"),
        };
        let more = if totals.uncounted > 0 { "≥" } else { "" };
        let time = Seconds(self.state.ms as f64 / 1000.0);
        let made_up = if self.state.is_simulated() { " simulated" } else { "" };
        let (agents, tokens) = (totals.agents, totals.usage.total());
        let plural = if agents == 1 { "" } else { "s" };
        format!("{agents} agent{plural} · {more}{tokens} tok{price} · {time}{made_up}, estimated {}", self.expected)
    }

    /// The share of agents that are done, in percent, where there is a bound.
    pub(crate) fn percentage(&self) -> Option<u32> {
        let bound = self.bound.filter(|bound| *bound > 0)?;
        Some((self.state.finished().min(bound) * 100 / bound) as u32)
    }

    /// The byte in [`RunView::text`] that `at` names.
    pub(crate) fn offset(&self, at: LineColumn) -> Option<u32> {
        let start = self.lines.start_of(at.line.checked_sub(1)?)?;
        let line = line_text(&self.text, &self.lines, at.line - 1);
        let column = at.column.saturating_sub(1) as usize;
        let within = line.char_indices().map(|(i, _)| i).chain([line.len()]).nth(column)?;
        Some(start + within as u32)
    }

    /// What to underline for a failure at `at`: from there to the end of its line.
    pub(crate) fn line_from(&self, at: LineColumn) -> Option<Span> {
        let start = self.offset(at)?;
        let line = self.lines.line_of(start);
        let end = self.lines.start_of(line)? + line_text(&self.text, &self.lines, line).trim_end().len() as u32;
        Some(Span::new(start, end))
    }
}
