//! What editors ask for, one file each: pure functions from a [`crate::snapshot::Snapshot`] to the protocol's types.

pub(crate) mod code_actions;
pub(crate) mod code_lens;
pub(crate) mod diagnostics;
pub(crate) mod document_symbols;
pub(crate) mod hover;
pub(crate) mod inlay_hints;
pub(crate) mod reasons;
pub(crate) mod words;
