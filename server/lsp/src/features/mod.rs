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
pub(crate) mod plan;
pub(crate) mod reasons;
pub(crate) mod signature_help;
pub(crate) mod titles;
pub(crate) mod values;
pub(crate) mod words;
pub(crate) mod workspace_symbols;

use analysis::{
    script::cursor::{self, Cursor},
    text::Span,
};

use crate::{
    snapshot::Snapshot,
    workspace::{Saved, path_of},
};

/// The word at a byte offset, where it `fits`. A place before a word's first letter belongs to the word, too: the mouse on that letter is
/// there.
fn word_at(script: &Snapshot, offset: u32, fits: impl Fn(&Cursor) -> bool) -> Option<Cursor> {
    let behind = script.text.get(offset as usize..)?.chars().next().map_or(0, char::len_utf8) as u32;
    [offset, offset + behind]
        .into_iter()
        .filter_map(|at| cursor::at(&script.text, at))
        .find(|cursor| cursor.word.start < cursor.word.end && fits(cursor))
}

/// Where a word of this text stands in the text of the plan; `None` where its line was edited since.
fn in_plan(script: &Snapshot, word: Span) -> Option<Span> {
    let uses = cursor::words(&script.known.script.text, word.slice(&script.text));
    uses.into_iter().find(|was| script.place(*was) == Some(word))
}

/// The workflows a script can name, without itself; of those of one name the one that is found.
fn workflows_by_name(script: &Snapshot) -> Vec<&Saved> {
    let own = path_of(&script.uri);
    let mut found: Vec<&Saved> = Vec::new();
    for saved in script.workspace.workflows_of(own.as_deref()) {
        if Some(&saved.path) != own.as_ref() && found.iter().all(|known| known.name != saved.name) {
            found.push(saved);
        }
    }
    found
}
