//! Repairs, and Run for editors without lenses. `textDocument/codeAction`.

use analysis::{lint::Edit, text::Span};
use tower_lsp::ls_types::*;

use crate::{
    features::{code_lens, diagnostics},
    snapshot::Snapshot,
};

/// The actions for a place, filtered by what the client asks for.
pub(crate) fn code_actions(script: &Snapshot, params: &CodeActionParams) -> CodeActionResponse {
    let wanted = script.converter().span(params.range);
    let only = params.context.only.as_deref();
    let mut actions = Vec::new();
    if script.client.action_literals {
        if asked(only, "quickfix") {
            actions.extend(quick_fixes(script, wanted));
        }
        if asked(only, "source.fixAll.callsheet") {
            actions.extend(fix_all(script));
        }
        for call in code_lens::calls(script) {
            let kind = format!("source.{}", call.command);
            if asked(only, &kind) {
                actions.push(CodeAction {
                    title: format!("Callsheet: {}", call.title),
                    kind: Some(CodeActionKind::from(kind)),
                    command: Some(call),
                    ..CodeAction::default()
                });
            }
        }
        actions.into_iter().map(CodeActionOrCommand::CodeAction).collect()
    } else {
        code_lens::calls(script).into_iter().map(CodeActionOrCommand::Command).collect()
    }
}

/// Whether a client that asks for `only` these kinds, or for any, is asking for `kind`.
fn asked(only: Option<&[CodeActionKind]>, kind: &str) -> bool {
    only.is_none_or(|only| {
        only.iter().any(|wanted| {
            let rest = kind.strip_prefix(wanted.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || wanted.as_str().is_empty())
        })
    })
}

fn quick_fixes(script: &Snapshot, wanted: Span) -> Vec<CodeAction> {
    let mut actions = Vec::new();
    for (finding, span) in diagnostics::findings(script) {
        if wanted.end < span.start || span.end < wanted.start {
            continue;
        }
        let diagnostic = diagnostics::diagnostic(script, &finding, span);
        for (index, fix) in finding.fixes.iter().enumerate() {
            let Some(edit) = workspace_edit(script, fix.edits.iter()) else { continue };
            actions.push(CodeAction {
                title: fix.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![diagnostic.clone()]),
                edit: Some(edit),
                is_preferred: (index == 0 && fix.safe).then_some(true),
                ..CodeAction::default()
            });
        }
    }
    actions
}

/// The first safe repair of each finding, left to right; one that touches what an earlier one changes waits for the next time.
fn fix_all(script: &Snapshot) -> Option<CodeAction> {
    let mut taken: Vec<Edit> = Vec::new();
    for (finding, _) in diagnostics::findings(script) {
        let Some(fix) = finding.fixes.iter().find(|fix| fix.safe) else { continue };
        if !fix.edits.iter().any(|edit| taken.iter().any(|other| touch(edit.span, other.span))) {
            taken.extend(fix.edits.iter().cloned());
        }
    }
    taken.sort_by_key(|edit| edit.span);
    let edit = workspace_edit(script, taken.iter()).filter(|_| !taken.is_empty())?;
    Some(CodeAction {
        title: "Callsheet: repair all that is safe to repair".into(),
        kind: Some(CodeActionKind::new("source.fixAll.callsheet")),
        edit: Some(edit),
        ..CodeAction::default()
    })
}

fn touch(a: Span, b: Span) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// Edits of the script's text for the client, bound to the version they were made for. `None` where the text there has changed.
fn workspace_edit<'a>(script: &Snapshot, edits: impl Iterator<Item = &'a Edit>) -> Option<WorkspaceEdit> {
    let edits: Option<Vec<OneOf<TextEdit, AnnotatedTextEdit>>> = edits
        .map(|edit| {
            let span = if script.is_broken() { script.place(edit.span)? } else { edit.span };
            Some(OneOf::Left(TextEdit { range: script.range(span), new_text: edit.text.clone() }))
        })
        .collect();
    let text_document =
        OptionalVersionedTextDocumentIdentifier { uri: script.uri.clone(), version: Some(script.version) };
    Some(WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(vec![TextDocumentEdit { text_document, edits: edits? }])),
        ..WorkspaceEdit::default()
    })
}
