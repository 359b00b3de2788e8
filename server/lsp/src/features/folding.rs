//! Folding a script by its phases. `textDocument/foldingRange`.

use tower_lsp::ls_types::{FoldingRange, FoldingRangeKind};

use crate::snapshot::Snapshot;

/// `meta`, and from each `phase(…)` at the start of a line to the line before the next.
pub(crate) fn folding_ranges(script: &Snapshot) -> Vec<FoldingRange> {
    let line_of = |offset: u32| script.lines.line_of(offset);
    let meta = script.known.script.meta.as_ref().and_then(|meta| script.loosely(meta.span));
    let meta = meta.map(|span| (line_of(span.start), line_of(span.end), "meta".to_string()));
    let starts: Vec<(u32, String)> = script
        .known
        .plan
        .phase_marks
        .iter()
        .filter_map(|mark| {
            let line = line_of(script.loosely(mark.span)?.start);
            let title = mark.phases.first().and_then(|phase| script.known.plan.phases.get(*phase)?.title.clone());
            script.converter().line_text(line).starts_with("phase").then_some((line, title.unwrap_or_default()))
        })
        .collect();
    let ends = starts.iter().skip(1).map(|(line, _)| line.saturating_sub(1)).chain([last_line(script)]);
    let phases = starts.iter().zip(ends).map(|((start, title), end)| (*start, end, title.clone()));
    let all = meta.into_iter().chain(phases).filter(|(start, end, _)| start < end);
    all.map(|(start_line, end_line, title)| FoldingRange {
        start_line,
        end_line,
        kind: Some(FoldingRangeKind::Region),
        collapsed_text: Some(title).filter(|title| !title.is_empty()),
        ..FoldingRange::default()
    })
    .collect()
}

/// The last line with anything on it.
fn last_line(script: &Snapshot) -> u32 {
    script.lines.line_of(script.text.trim_end().len() as u32)
}
