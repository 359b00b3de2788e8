//! Saved workflows by name. `workspace/symbol`.

use tower_lsp::ls_types::{Location, OneOf, Position, Range, SymbolKind, Uri, WorkspaceSymbol};

use crate::workspace::Workspace;

/// The workflows whose name contains the letters of `query` in order.
pub(crate) fn workspace_symbols(workspace: &Workspace, query: &str) -> Vec<WorkspaceSymbol> {
    let found = workspace.workflows.iter().filter(|saved| contains_in_order(&saved.name, query));
    found
        .filter_map(|saved| {
            let at = Position::new(saved.line, 0);
            let location = Location { uri: Uri::from_file_path(&saved.path)?, range: Range::new(at, at) };
            Some(WorkspaceSymbol {
                name: saved.name.clone(),
                kind: SymbolKind::MODULE,
                tags: None,
                container_name: Some("workflow".into()),
                location: OneOf::Left(location),
                data: None,
            })
        })
        .collect()
}

fn contains_in_order(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    query.chars().flat_map(char::to_lowercase).all(|wanted| letters.any(|letter| letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_order_find_a_name() {
        assert!(contains_in_order("Review-Code", "rc"));
        assert!(contains_in_order("review", ""));
        assert!(!contains_in_order("review", "wr"));
    }
}
