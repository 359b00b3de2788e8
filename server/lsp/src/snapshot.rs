//! What a feature sees: one version of one script, and all that is known of it.

use std::sync::Arc;

use analysis::{
    Analysis,
    estimate::Estimate,
    text::{LineIndex, Span},
    vocabulary::Profile,
};
use tower_lsp::ls_types::{Location, Position, Range, Uri};

use crate::{
    capabilities::Client,
    carry::{Carry, Lined, untouched},
    position::Converter,
    run::{last::LastRun, view::RunView},
    settings::Settings,
    simulator::Simulated,
    workspace::Workspace,
};

/// One version of one open script. Cheap to clone; never changes.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// The script's address.
    pub(crate) uri: Uri,
    /// The client's version of the text.
    pub(crate) version: i32,
    /// The text.
    pub(crate) text: Arc<str>,
    /// Its lines.
    pub(crate) lines: Arc<LineIndex>,
    /// The analysis of this very text: its syntax errors are always fresh.
    pub(crate) fresh: Arc<Analysis>,
    /// The last analysis with a plan; the same as `fresh` unless the text is broken now.
    pub(crate) known: Arc<Analysis>,
    /// The way from the text of `known` to this one.
    pub(crate) carry: Arc<Carry>,
    /// What the client can do.
    pub(crate) client: Arc<Client>,
    /// The settings in force.
    pub(crate) settings: Arc<Settings>,
    /// What lies around the script.
    pub(crate) workspace: Arc<Workspace>,
    /// The script's newest run in this session, live or ended, and the way from the text it ran to this one.
    pub(crate) run: Option<(Arc<RunView>, Arc<Carry>)>,
    /// What simulated runs took, of a text with the estimate of `known`.
    pub(crate) simulated: Option<Arc<Simulated>>,
    /// The script's newest run that is over, of this session or an earlier one.
    pub(crate) last: Option<Arc<LastRun>>,
}

impl Snapshot {
    /// What a run will take: from past runs where these tell of it, from simulated ones where there are any, else from the bounds of the plan.
    pub(crate) fn estimate(&self) -> &Estimate {
        let simulated = self.simulated.as_ref().and_then(|simulated| simulated.estimate.as_ref().ok());
        self.known.learned.as_ref().or(simulated).unwrap_or(&self.known.estimate)
    }

    /// The dialect the script is written in.
    pub(crate) fn profile(&self) -> Profile {
        self.fresh.script.pragmas.profile().unwrap_or(self.settings.profile)
    }

    /// The workflow's name.
    pub(crate) fn name(&self) -> String {
        let meta = self.fresh.script.meta.as_ref();
        meta.and_then(|meta| Some(meta.name.as_ref()?.value.clone())).unwrap_or_else(|| "workflow".into())
    }

    /// Converts between bytes of this text and the client's units.
    pub(crate) fn converter(&self) -> Converter<'_> {
        Converter::new(&self.text, &self.lines, self.client.encoding)
    }

    /// The byte offset of a client's position.
    pub(crate) fn offset(&self, position: Position) -> u32 {
        self.converter().offset(position)
    }

    /// A client's range for a span of this text.
    pub(crate) fn range(&self, span: Span) -> Range {
        self.converter().range(span)
    }

    /// Whether the plan is one of an earlier text, because this one does not parse.
    pub(crate) fn is_broken(&self) -> bool {
        !Arc::ptr_eq(&self.fresh, &self.known)
    }

    /// Where a place of the plan is in this text. `None` where the line it stands on was edited since, so that what the
    /// plan says of it may be wrong.
    pub(crate) fn place(&self, span: Span) -> Option<Span> {
        let script = &self.known.script;
        let old = Lined { text: &script.text, lines: &script.lines };
        untouched(span, old, Lined { text: &self.text, lines: &self.lines }, &self.carry)
    }

    /// Where a place of the plan is in this text, edited or not; for outlines, which are better stale than gone.
    pub(crate) fn loosely(&self, span: Span) -> Option<Span> {
        self.carry.span(span)
    }

    /// A place of the plan to jump to.
    pub(crate) fn location(&self, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri.clone(), range: self.range(self.loosely(span)?) })
    }

    /// How often each call of the plan happened in the newest run; `None` where there was none or the call was edited since.
    pub(crate) fn actual(&self) -> Vec<Option<u64>> {
        let calls = &self.known.plan.calls;
        let Some((run, carry)) = &self.run else { return vec![None; calls.len()] };
        // A call that does not happen leaves no trace, so only a run of this very text to its end tells of it.
        let whole = run.is_complete() && *run.text == *self.text;
        let spans: Vec<Option<Span>> =
            calls.iter().map(|call| self.place(call.callee).and(self.loosely(call.span))).collect();
        let mut actual: Vec<Option<u64>> = spans.iter().map(|span| span.and(whole.then_some(0))).collect();
        for (at, times) in &run.state.sites {
            let place = run.offset(*at).and_then(|offset| self.place_of_run(Span::at(offset), run, carry));
            let Some(place) = place else { continue };
            let around =
                spans.iter().enumerate().filter_map(|(index, span)| Some((index, span.filter(|s| s.contains(place))?)));
            if let Some((index, _)) = around.min_by_key(|(_, span)| span.end - span.start) {
                *actual[index].get_or_insert(0) += times;
            }
        }
        actual
    }

    /// The sentence that goes with [`Snapshot::actual`].
    pub(crate) fn run_sentence(&self, times: u64) -> String {
        match &self.run {
            Some((run, _)) => format!("\nIn run `{}` ({}) it happened {times} times.\n", run.id, run.model),
            None => String::new(),
        }
    }

    /// Where a place of a run's text is in this text, if its lines read as they did.
    pub(crate) fn place_of_run(&self, span: Span, run: &RunView, carry: &Carry) -> Option<Span> {
        let old = Lined { text: &run.text, lines: &run.lines };
        untouched(span, old, Lined { text: &self.text, lines: &self.lines }, carry)
    }

    /// The words at a place of the plan, on one line, at most `most` characters.
    pub(crate) fn words(&self, span: Span, most: usize) -> String {
        let mut words = String::new();
        for word in span.slice(&self.known.script.text).split_whitespace() {
            if !words.is_empty() {
                words.push(' ');
            }
            words.push_str(word);
            // Long enough to be cut: the rest of a place of many lines is not read.
            if words.len() > most * 4 {
                break;
            }
        }
        shorten(&words, most)
    }

    /// The line (from 1) of a place of the plan in this text.
    pub(crate) fn line_number(&self, span: Span) -> Option<u32> {
        Some(self.lines.line_of(self.loosely(span)?.start) + 1)
    }
}

/// `text`, cut to `most` characters with an ellipsis.
pub(crate) fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_string(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}
