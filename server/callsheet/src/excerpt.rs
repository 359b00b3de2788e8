//! Findings as a terminal shows them: the line, what is underlined, and the way out.

use std::ops::Range;

use analysis::{
    lint::{Finding, Severity},
    text::Span,
};
use annotate_snippets::{AnnotationKind, Level, Patch, Renderer, Snippet, renderer::DecorStyle};

use crate::{files::Source, output};

/// One finding with the lines it is about.
pub(crate) fn render(source: &Source, finding: &Finding) -> String {
    let renderer = if output::in_colour() { Renderer::styled() } else { Renderer::plain() };
    let text = source.text.as_str();
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::INFO.with_name("hint"),
    };
    let mut places =
        Snippet::source(text).path(&source.path).annotation(AnnotationKind::Primary.span(range(text, finding.span)));
    for (span, why) in &finding.related {
        places = places.annotation(AnnotationKind::Context.span(range(text, *span)).label(why));
    }
    let id = format!("{} {}", finding.code, finding.name);
    let mut report = vec![level.primary_title(&finding.message).id(id).element(places)];
    if let Some(fix) = finding.fixes.first() {
        let patches = fix.edits.iter().map(|edit| Patch::new(range(text, edit.span), edit.text.as_str()));
        let title = Level::HELP.secondary_title(&fix.title);
        report.push(title.element(Snippet::source(text).path(&source.path).patches(patches)));
    }
    renderer.decor_style(DecorStyle::Unicode).term_width(100).render(&report)
}

/// The span within the text and on its characters, whatever a rule said.
fn range(text: &str, span: Span) -> Range<usize> {
    let on_character = |offset: u32| {
        let mut at = (offset as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    on_character(span.start)..on_character(span.end).max(on_character(span.start))
}
