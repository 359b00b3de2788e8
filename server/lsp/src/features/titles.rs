//! The titles of phases: where they are declared and used, for definition, references, highlights and rename.

use analysis::{script::cursor, text::Span};
use tower_lsp::ls_types::*;

use crate::snapshot::Snapshot;

/// A place where a title is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Title {
    /// The title.
    pub(crate) text: String,
    /// Between the quotes.
    pub(crate) content: Span,
    /// Whether it is an entry of `meta.phases`.
    pub(crate) declared: bool,
}

/// All titles written in a script, in source order.
pub(crate) fn titles(script: &Snapshot) -> Vec<Title> {
    let declared = script.known.script.meta.iter().flat_map(|meta| &meta.phases).filter_map(|phase| {
        let literal = script.place(phase.title.as_ref()?.span)?;
        Some(Span::new(literal.start + 1, literal.end.saturating_sub(1)))
    });
    let mut used = cursor::literals(&script.text, Some("phase"), Some("phase"));
    used.extend(cursor::literals_by_name(&script.text, Some("phase"), Some("phase")));
    let title = |content: Span, declared| Title { text: content.slice(&script.text).to_string(), content, declared };
    let mut all: Vec<Title> =
        declared.map(|c| title(c, true)).chain(used.into_iter().map(|u| title(u.content, false))).collect();
    all.sort_by_key(|title| title.content);
    all.dedup_by_key(|title| title.content);
    all
}

/// The title written at a position.
fn title_at(script: &Snapshot, position: Position) -> Option<Title> {
    let offset = script.offset(position);
    titles(script).into_iter().find(|title| title.content.touches(offset))
}

fn same(script: &Snapshot, position: Position) -> Vec<Title> {
    let Some(wanted) = title_at(script, position) else { return vec![] };
    titles(script).into_iter().filter(|title| title.text == wanted.text).collect()
}

/// Where the title at a position is declared; where it is not, its first use.
pub(crate) fn declaration(script: &Snapshot, position: Position) -> Option<Location> {
    let all = same(script, position);
    let title = all.iter().find(|title| title.declared).or(all.first())?;
    Some(Location { uri: script.uri.clone(), range: script.range(title.content) })
}

/// `textDocument/references` on a title.
pub(crate) fn references(script: &Snapshot, position: Position, with_declaration: bool) -> Vec<Location> {
    let all = same(script, position).into_iter().filter(|title| with_declaration || !title.declared);
    all.map(|title| Location { uri: script.uri.clone(), range: script.range(title.content) }).collect()
}

/// `textDocument/documentHighlight`: all places of a title, and the agents of that phase.
pub(crate) fn highlights(script: &Snapshot, position: Position) -> Vec<DocumentHighlight> {
    let all = same(script, position);
    let Some(title) = all.first().map(|title| title.text.clone()) else { return vec![] };
    let plan = &script.known.plan;
    let phases = plan.phases.iter().filter(|phase| phase.title.as_deref() == Some(&title));
    let agents = phases.flat_map(|phase| &phase.calls).filter_map(|call| script.place(plan.calls.get(*call)?.callee));
    let kind = |declared| if declared { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ };
    let titles = all.iter().map(|title| (title.content, kind(title.declared)));
    titles
        .chain(agents.map(|callee| (callee, DocumentHighlightKind::TEXT)))
        .map(|(span, kind)| DocumentHighlight { range: script.range(span), kind: Some(kind) })
        .collect()
}

/// `textDocument/prepareRename`: only titles; all other names are somebody else's.
pub(crate) fn prepare_rename(script: &Snapshot, position: Position) -> Option<PrepareRenameResponse> {
    let title = title_at(script, position)?;
    Some(PrepareRenameResponse::RangeWithPlaceholder { range: script.range(title.content), placeholder: title.text })
}

/// `textDocument/rename` of a title, everywhere in the script.
pub(crate) fn rename(script: &Snapshot, position: Position, new: &str) -> Option<WorkspaceEdit> {
    // A phase has a title.
    if new.trim().is_empty() {
        return None;
    }
    let edits = same(script, position).into_iter().map(|title| {
        let quote = script.text[..title.content.start as usize].chars().next_back().unwrap_or('\'');
        OneOf::Left(TextEdit { range: script.range(title.content), new_text: quoted(new, quote) })
    });
    let edits: Vec<_> = edits.collect();
    let text_document =
        OptionalVersionedTextDocumentIdentifier { uri: script.uri.clone(), version: Some(script.version) };
    (!edits.is_empty()).then(|| WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(vec![TextDocumentEdit { text_document, edits }])),
        ..WorkspaceEdit::default()
    })
}

/// `text` as the content of a literal in `quote`s.
fn quoted(text: &str, quote: char) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            _ => {
                let hole = c == '$' && quote == '`';
                if c == '\\' || c == quote || hole {
                    out.push('\\');
                }
                out.push(c);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::tests::{Script, draw_ranges};

    const SCRIPT: &str = "\
export const meta = { name: 'a', description: 'b', phases: [{ title: 'Find' }, { title: 'Fix' }] }
phase('Find')
await parallel(xs.map(x => () => agent(x, { phase: `Find` })))
phase(\"Fix\")
";

    #[test]
    fn all_places_of_a_title() {
        let script = Script::of(SCRIPT);
        let ranges: Vec<Range> =
            references(&script.snapshot, script.at("Find')\nawait"), true).into_iter().map(|l| l.range).collect();
        expect![[r#"
            export const meta = { name: 'a', description: 'b', phases: [{ title: '⟦Find⟧' }, { title: 'Fix' }] }
            phase('⟦Find⟧')
            await parallel(xs.map(x => () => agent(x, { phase: `⟦Find⟧` })))
            phase("Fix")
        "#]]
        .assert_eq(&draw_ranges(&script.snapshot, &ranges));
        assert_eq!(declaration(&script.snapshot, script.at("Fix\")")).unwrap().range.start, script.at("Fix' }]"));
        assert!(references(&script.snapshot, script.at("name"), true).is_empty());
    }

    #[test]
    fn a_title_in_a_constant() {
        let script = Script::of(
            "export const meta = { name: 'a', description: 'b', phases: [{ title: 'Find' }] }\n\
             const FIND = 'Find', OTHER = 'Find'\nconst HERE = 'Find'\n\
             phase(FIND)\nawait agent('x', { phase: HERE, label: OTHER })\n",
        );
        let ranges: Vec<Range> =
            references(&script.snapshot, script.at("Find' }"), true).into_iter().map(|l| l.range).collect();
        expect![[r#"
            export const meta = { name: 'a', description: 'b', phases: [{ title: '⟦Find⟧' }] }
            const FIND = '⟦Find⟧', OTHER = 'Find'
            const HERE = '⟦Find⟧'
            phase(FIND)
            await agent('x', { phase: HERE, label: OTHER })
        "#]]
        .assert_eq(&draw_ranges(&script.snapshot, &ranges));
    }

    #[test]
    fn a_rename_fits_the_quotes() {
        let script = Script::of(SCRIPT);
        let edit = rename(&script.snapshot, script.at("Find"), "It's ${x}").unwrap();
        let Some(DocumentChanges::Edits(edits)) = edit.document_changes else { panic!() };
        let texts: Vec<String> = edits[0]
            .edits
            .iter()
            .map(|edit| match edit {
                OneOf::Left(edit) => edit.new_text.clone(),
                OneOf::Right(_) => panic!(),
            })
            .collect();
        assert_eq!(texts, [r"It\'s ${x}", r"It\'s ${x}", r"It's \${x}"]);
        assert!(prepare_rename(&script.snapshot, script.at("agent")).is_none());
        assert!(rename(&script.snapshot, script.at("Find"), " ").is_none());
    }
}
