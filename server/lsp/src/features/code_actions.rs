//! Repairs, and Run for editors without lenses. `textDocument/codeAction`.

use analysis::{lint::Edit, text::Span};
use tower_lsp::ls_types::*;

use crate::{
    commands,
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
                    title: title(&call),
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

fn title(call: &Command) -> String {
    if call.command == commands::Command::ShowPlan.id() {
        format!("Callsheet: show the call sheet ({})", call.title)
    } else {
        format!("Callsheet: {}", call.title)
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
    for finding in diagnostics::findings(script).iter().filter(|finding| touch(finding.span, wanted)) {
        let diagnostic = diagnostics::diagnostic(script, finding);
        for (index, fix) in finding.fixes.iter().enumerate() {
            actions.push(CodeAction {
                title: fix.title.clone(),
                kind: Some(CodeActionKind::QUICKFIX),
                diagnostics: Some(vec![diagnostic.clone()]),
                edit: Some(workspace_edit(script, &fix.edits)),
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
    for finding in diagnostics::findings(script) {
        let Some(fix) = finding.fixes.into_iter().find(|fix| fix.safe) else { continue };
        if !fix.edits.iter().any(|edit| taken.iter().any(|other| touch(edit.span, other.span))) {
            taken.extend(fix.edits);
        }
    }
    taken.sort_by_key(|edit| edit.span);
    (!taken.is_empty()).then(|| CodeAction {
        title: "Callsheet: repair all that is safe to repair".into(),
        kind: Some(CodeActionKind::new("source.fixAll.callsheet")),
        edit: Some(workspace_edit(script, &taken)),
        ..CodeAction::default()
    })
}

fn touch(a: Span, b: Span) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// Edits of the script's text for the client, bound to the version they were made for.
fn workspace_edit(script: &Snapshot, edits: &[Edit]) -> WorkspaceEdit {
    let edit = |edit: &Edit| OneOf::Left(TextEdit { range: script.range(edit.span), new_text: edit.text.clone() });
    let text_document =
        OptionalVersionedTextDocumentIdentifier { uri: script.uri.clone(), version: Some(script.version) };
    let edits = edits.iter().map(edit).collect();
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(vec![TextDocumentEdit { text_document, edits }])),
        ..WorkspaceEdit::default()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tests::Script;

    /// The actions at `part` for a client that asks for `only`: kind, title and, for edits, the script after them.
    fn check(script: &Script, part: &str, only: Option<&str>, expected: &Expect) {
        let at = script.at(part);
        let params = CodeActionParams {
            text_document: TextDocumentIdentifier { uri: script.snapshot.uri.clone() },
            range: Range::new(at, at),
            context: CodeActionContext {
                only: only.map(|kind| vec![CodeActionKind::from(kind.to_string())]),
                ..CodeActionContext::default()
            },
            work_done_progress_params: Default::default(),
            partial_result_params: Default::default(),
        };
        let shown: Vec<String> = code_actions(&script.snapshot, &params)
            .into_iter()
            .map(|action| match action {
                CodeActionOrCommand::Command(command) => format!("command: {}\n", command.title),
                CodeActionOrCommand::CodeAction(action) => {
                    let kind = action.kind.map(|kind| kind.as_str().to_string()).unwrap_or_default();
                    let preferred = if action.is_preferred == Some(true) { " (preferred)" } else { "" };
                    let text = action.edit.map(|edit| applied(script, edit)).unwrap_or_default();
                    format!("{kind}: {}{preferred}\n{text}", action.title)
                }
            })
            .collect();
        expected.assert_eq(&shown.concat());
    }

    fn applied(script: &Script, edit: WorkspaceEdit) -> String {
        let Some(DocumentChanges::Edits(mut documents)) = edit.document_changes else { panic!("versioned edits") };
        let document = documents.remove(0);
        assert_eq!(document.text_document.version, Some(script.snapshot.version));
        let mut text = script.snapshot.text.to_string();
        for edit in document.edits.iter().rev() {
            let OneOf::Left(edit) = edit else { panic!("a plain edit") };
            let span = script.snapshot.converter().span(edit.range);
            text.replace_range(span.start as usize..span.end as usize, &edit.new_text);
        }
        text
    }

    const SCRIPT: &str = "\
export let meta = { name: 'a', description: 'b' }
const x = await agent('x', { lable: 'y' })
const y = await agent('x', { lable: 'z' })
";

    #[test]
    fn repairs_and_commands() {
        let script = Script::of(SCRIPT);
        check(
            &script,
            "lable: 'y'",
            None,
            &expect![[r#"
                quickfix: Rename to `label` (preferred)
                export let meta = { name: 'a', description: 'b' }
                const x = await agent('x', { label: 'y' })
                const y = await agent('x', { lable: 'z' })
                source.fixAll.callsheet: Callsheet: repair all that is safe to repair
                export const meta = { name: 'a', description: 'b' }
                const x = await agent('x', { label: 'y' })
                const y = await agent('x', { label: 'z' })
                source.callsheet.run: Callsheet: ▶ Run
                source.callsheet.dryRun: Callsheet: Dry run
                source.callsheet.showPlan: Callsheet: show the call sheet (2 agents · ~602 tok · <$0.01 · ~14 s)
            "#]],
        );
    }

    #[test]
    fn only_what_is_asked_for() {
        let script = Script::of(SCRIPT);
        check(&script, "export", Some("quickfix"), &expect![[r#""#]]);
        check(
            &script,
            "export",
            Some("source.fixAll"),
            &expect![[r#"
            source.fixAll.callsheet: Callsheet: repair all that is safe to repair
            export const meta = { name: 'a', description: 'b' }
            const x = await agent('x', { label: 'y' })
            const y = await agent('x', { label: 'z' })
        "#]],
        );
        check(
            &script,
            "export",
            Some("source.callsheet.run"),
            &expect![[r#"
            source.callsheet.run: Callsheet: ▶ Run
        "#]],
        );
        check(&script, "export", Some("refactor"), &expect![[r#""#]]);
    }

    #[test]
    fn repairs_fit_a_text_that_was_broken_since() {
        let script = Script::of(SCRIPT).broken_by("const y", "(\nconst y");
        check(
            &script,
            "let",
            Some("quickfix"),
            &expect![[r#"
                quickfix: Change to `const` (preferred)
                export const meta = { name: 'a', description: 'b' }
                const x = await agent('x', { lable: 'y' })
                (
                const y = await agent('x', { lable: 'z' })
            "#]],
        );
    }
}
