//! The plan as an outline: phases, and in them the agents. `textDocument/documentSymbol`.

use analysis::{
    plan::{AgentCall, PromptPart},
    text::Span,
};
use tower_lsp::ls_types::*;

use crate::{
    features::words,
    snapshot::{Snapshot, shorten},
};

/// The outline of a script, as a tree where the client can show one.
pub(crate) fn document_symbols(script: &Snapshot) -> DocumentSymbolResponse {
    let mut tree = outline(script);
    tree.sort_by_key(|symbol| symbol.range.start);
    if script.client.symbol_tree {
        DocumentSymbolResponse::Nested(tree)
    } else {
        let mut flat = Vec::new();
        flatten(script, &tree, None, &mut flat);
        DocumentSymbolResponse::Flat(flat)
    }
}

fn outline(script: &Snapshot) -> Vec<DocumentSymbol> {
    let known = &script.known;
    let mut tree = Vec::new();
    for (index, phase) in known.plan.phases.iter().enumerate() {
        let agents: Vec<DocumentSymbol> =
            phase.calls.iter().filter_map(|call| agent(script, *call, known.plan.calls.get(*call)?)).collect();
        let Some(title) = &phase.title else {
            tree.extend(agents);
            continue;
        };
        let mark = known.plan.phase_marks.iter().find(|mark| mark.phases.contains(&index)).map(|mark| mark.span);
        let calls = phase.calls.iter().filter_map(|call| Some(known.plan.calls.get(*call)?.span));
        let rlms = phase.rlms.iter().filter_map(|call| Some(known.plan.rlms.get(*call)?.span));
        let places: Vec<Span> =
            mark.into_iter().chain(calls).chain(rlms).filter_map(|span| script.loosely(span)).collect();
        let Some(first) = places.first().copied() else { continue };
        let whole = places.iter().fold(first, |a, b| Span::new(a.start.min(b.start), a.end.max(b.end)));
        let detail =
            words::agents(&phase.agents) + &script.estimate().phases.get(index).map(words::cost).unwrap_or_default();
        tree.push(symbol(script, title.clone(), detail, SymbolKind::NAMESPACE, whole, first, agents));
    }
    tree
}

fn agent(script: &Snapshot, index: usize, call: &AgentCall) -> Option<DocumentSymbol> {
    let span = script.loosely(call.span)?;
    let callee = script.loosely(call.callee).filter(|callee| span.contains(*callee))?;
    let detail = words::times(&call.count) + &script.estimate().calls.get(index).map(words::cost).unwrap_or_default();
    Some(symbol(script, name(script, call), detail, SymbolKind::FUNCTION, span, callee, vec![]))
}

/// What a call is called: its label, or else how its prompt begins.
pub(crate) fn name(script: &Snapshot, call: &AgentCall) -> String {
    let prompt = || {
        call.prompt.parts.iter().find_map(|part| match part {
            PromptPart::Text(text) if !text.trim().is_empty() => {
                Some(shorten(&text.split_whitespace().collect::<Vec<_>>().join(" "), 40))
            }
            PromptPart::Text(_) => None,
            PromptPart::Hole { span, .. } => Some(script.words(*span, 40)).filter(|words| !words.is_empty()),
        })
    };
    call.label.clone().filter(|label| !label.trim().is_empty()).or_else(prompt).unwrap_or_else(|| "agent".into())
}

fn symbol(
    script: &Snapshot,
    name: String,
    detail: String,
    kind: SymbolKind,
    whole: Span,
    selection: Span,
    children: Vec<DocumentSymbol>,
) -> DocumentSymbol {
    #[expect(deprecated, reason = "the field has to be given")]
    DocumentSymbol {
        name: if name.trim().is_empty() { "(no title)".into() } else { name },
        detail: Some(detail),
        kind,
        tags: None,
        deprecated: None,
        range: script.range(whole),
        selection_range: script.range(selection),
        children: (!children.is_empty()).then_some(children),
    }
}

fn flatten(script: &Snapshot, tree: &[DocumentSymbol], container: Option<&str>, flat: &mut Vec<SymbolInformation>) {
    for symbol in tree {
        #[expect(deprecated, reason = "the field has to be given")]
        flat.push(SymbolInformation {
            name: symbol.name.clone(),
            kind: symbol.kind,
            tags: None,
            deprecated: None,
            location: Location { uri: script.uri.clone(), range: symbol.range },
            container_name: container.map(Into::into),
        });
        flatten(script, symbol.children.as_deref().unwrap_or_default(), Some(&symbol.name), flat);
    }
}
