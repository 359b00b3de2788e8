//! Scripts for the features' tests, and what the features say of them drawn into their source.

use std::sync::Arc;

use analysis::{
    Analysis, Context,
    plan::Plan,
    text::{LineColumn, LineIndex, Span},
};
use runtime::RunState;
use serde_json::json;
use tower_lsp::ls_types::{InlayHint, InlayHintLabel, Position, Range, Uri};

use crate::{
    capabilities::Client,
    carry::{Carry, TextEdit},
    documents::Document,
    position::Encoding,
    run::view::{Kind, RunView, Ticket},
    snapshot::Snapshot,
};

/// A script as a feature sees it.
pub(crate) struct Script {
    pub(crate) snapshot: Snapshot,
}

impl Script {
    /// What the server knows of `text`.
    pub(crate) fn of(text: &str) -> Self {
        Self::with(analysis::analyze(text, &Context::default()))
    }

    /// A script whose analysis is given.
    pub(crate) fn with(analysis: Analysis) -> Self {
        let document = Document::new(1, analysis.script.text.clone());
        let analysis = Arc::new(analysis);
        let client = Client {
            encoding: Encoding::Utf8,
            symbol_tree: true,
            action_literals: true,
            related: true,
            trusted: true,
            ..Client::default()
        };
        let uri: Uri = "file:///review.workflow.js".parse().unwrap();
        Self {
            snapshot: Snapshot {
                uri,
                version: 1,
                text: document.text,
                lines: document.lines,
                fresh: analysis.clone(),
                known: analysis,
                carry: Arc::default(),
                client: Arc::new(client),
                settings: Arc::default(),
                workspace: Arc::default(),
                run: None,
                simulated: None,
                last: None,
            },
        }
    }

    /// A script with a plan made by hand.
    pub(crate) fn planned(text: &str, plan: impl FnOnce(&dyn Fn(&str) -> Span) -> Plan) -> Self {
        let mut analysis = analysis::analyze(text, &Context::default());
        let find = |part: &str| {
            let start = text.find(part).unwrap_or_else(|| panic!("`{part}` is in the text"));
            Span::new(start as u32, (start + part.len()) as u32)
        };
        analysis.plan = plan(&find);
        analysis.estimate = analysis::estimate::estimate(&analysis.plan, &Context::default());
        Self::with(analysis)
    }

    /// The script after `old` was replaced by `new`, which broke it.
    pub(crate) fn broken_by(mut self, old: &str, new: &str) -> Self {
        let text = self.snapshot.text.replacen(old, new, 1);
        let mut carry = Carry::clone(&self.snapshot.carry);
        carry.push(TextEdit::between(&self.snapshot.text, &text));
        let document = Document::new(self.snapshot.version + 1, text.as_str());
        self.snapshot.carry = Arc::new(carry);
        self.snapshot.version += 1;
        self.snapshot.text = document.text;
        self.snapshot.lines = document.lines;
        self.snapshot.fresh = Arc::new(analysis::analyze(text, &Context::default()));
        self
    }

    /// The place of `part`, as a client says it.
    pub(crate) fn at(&self, part: &str) -> Position {
        let offset = self.snapshot.text.find(part).unwrap_or_else(|| panic!("`{part}` is in the text"));
        self.snapshot.converter().position(offset as u32)
    }

    /// The whole text as a range.
    pub(crate) fn everything(&self) -> Range {
        Range::new(Position::new(0, 0), Position::new(u32::MAX, 0))
    }
}

/// The text of a hint.
pub(crate) fn label(hint: &InlayHint) -> String {
    match &hint.label {
        InlayHintLabel::String(text) => text.clone(),
        InlayHintLabel::LabelParts(parts) => parts.iter().map(|part| part.value.as_str()).collect(),
    }
}

/// A script's source with its hints in `⟦⟧`.
pub(crate) fn draw_hints(script: &Snapshot, hints: &[InlayHint]) -> String {
    let marks = hints.iter().map(|hint| (script.offset(hint.position), format!("⟦{}⟧", label(hint))));
    insert(&script.text, marks.collect())
}

/// A script's source with ranges in `⟦⟧`.
pub(crate) fn draw_ranges(script: &Snapshot, ranges: &[Range]) -> String {
    let both =
        |range: &Range| [(script.offset(range.start), "⟦".to_string()), (script.offset(range.end), "⟧".to_string())];
    insert(&script.text, ranges.iter().flat_map(both).collect())
}

fn insert(text: &str, mut marks: Vec<(u32, String)>) -> String {
    marks.sort_by_key(|(at, _)| *at);
    let mut out = text.to_string();
    for (at, mark) in marks.iter().rev() {
        out.insert_str(*at as usize, mark);
    }
    out
}

/// A run of `text` to its end, in which calls happened so often.
pub(crate) fn ran(text: &str, calls: &[(LineColumn, u64)]) -> RunView {
    let mut events: Vec<serde_json::Value> = calls
        .iter()
        .flat_map(|(at, times)| std::iter::repeat_n(at, *times as usize))
        .enumerate()
        .map(|(n, at)| {
            let key = format!("x@{n}#1");
            json!({"type": "agentQueued", "call": n + 1, "key": key, "label": "x", "prompt": "x", "line": at.line, "column": at.column})
        })
        .collect();
    events.push(json!({"type": "runEnded", "status": "ok", "totals": {}}));
    run_of(text, events)
}

/// A run of `text` with these events.
pub(crate) fn run_of(text: &str, events: Vec<serde_json::Value>) -> RunView {
    let mut state = RunState::default();
    for (n, mut event) in events.into_iter().enumerate() {
        event["seq"] = json!(n + 1);
        event["ms"] = json!(n);
        state.apply(&Arc::new(serde_json::from_value(event).expect("an event")));
    }
    RunView {
        kind: Kind::Script,
        ticket: Ticket(1),
        id: "r1".into(),
        text: text.into(),
        lines: Arc::new(LineIndex::new(text)),
        model: "simulated".into(),
        own_prices: false,
        bound: None,
        expected: "2 agents · ~8k tok".into(),
        state: Arc::new(state),
        over: false,
    }
}
