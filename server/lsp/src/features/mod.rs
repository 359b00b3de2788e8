//! What editors ask for, one file each: pure functions from a [`crate::snapshot::Snapshot`] to the protocol's types.

pub(crate) mod code_actions;
pub(crate) mod code_lens;
pub(crate) mod completion;
pub(crate) mod definition;
pub(crate) mod diagnostics;
pub(crate) mod document_symbols;
pub(crate) mod fields;
pub(crate) mod folding;
pub(crate) mod hover;
pub(crate) mod hover_words;
pub(crate) mod inlay_hints;
pub(crate) mod reasons;
pub(crate) mod signature_help;
pub(crate) mod titles;
pub(crate) mod values;
pub(crate) mod words;
pub(crate) mod workspace_symbols;

use crate::{snapshot::Snapshot, workspace::Saved};

/// The workflows a script can name, without itself.
fn workflows_by_name(script: &Snapshot) -> Vec<&Saved> {
    let own = crate::workspace::path_of(&script.uri);
    script.workspace.workflows.iter().filter(|saved| Some(&saved.path) != own.as_ref()).collect()
}
