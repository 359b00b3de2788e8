//! Which fields the object around a cursor can have.

use analysis::{
    script::cursor::{self, Cursor, Enclosing},
    vocabulary::{self, Field},
};

use crate::snapshot::Snapshot;

/// The fields an object can have.
pub(crate) enum Fields {
    /// These.
    Known(&'static [Field]),
    /// The keywords of a JSON Schema.
    Schema,
    /// The author's own.
    None,
}

/// The fields the innermost object around the cursor can have, as the vocabulary knows them.
pub(crate) fn fields_here(script: &Snapshot, cursor: &Cursor) -> Fields {
    let open = cursor.enclosing.as_slice();
    let is_meta = |object: &Enclosing| matches!(object, Enclosing::Object { assigned: Some(name), .. } if name.slice(&script.text) == "meta");
    match open {
        _ if in_schema(script, cursor) => Fields::Schema,
        [.., Enclosing::Call { callee, member: false, argument: 1 }, Enclosing::Object { .. }]
            if callee.slice(&script.text) == "agent" =>
        {
            Fields::Known(vocabulary::AGENT_OPTIONS)
        }
        [
            ..,
            Enclosing::Call { callee, member: false, argument: 1 },
            Enclosing::Object { key: Some(key), .. },
            Enclosing::Object { .. },
        ] if key == "rlm" && callee.slice(&script.text) == "agent" => Fields::Known(vocabulary::RLM_LIMITS),
        [.., Enclosing::Call { callee, member: false, argument: 0 }, Enclosing::Object { .. }]
            if callee.slice(&script.text) == "rlm" =>
        {
            Fields::Known(vocabulary::RLM_OPTIONS)
        }
        [.., meta @ Enclosing::Object { key: Some(key), .. }, Enclosing::Array, Enclosing::Object { .. }]
            if key == "phases" && is_meta(meta) =>
        {
            Fields::Known(vocabulary::PHASE_FIELDS)
        }
        [.., meta] if is_meta(meta) => Fields::Known(vocabulary::META_FIELDS),
        [.., Enclosing::Object { assigned: Some(name), .. }] if is_options(script, name.slice(&script.text)) => {
            Fields::Known(vocabulary::AGENT_OPTIONS)
        }
        _ => Fields::None,
    }
}

/// Whether a constant is what some `agent` is given as options, or part of it: `agent(prompt, NAME)`, `agent(prompt, { ...NAME })`.
fn is_options(script: &Snapshot, name: &str) -> bool {
    let text = &*script.text;
    cursor::words(text, name).into_iter().filter_map(|use_| cursor::at(text, use_.start)).any(|at| {
        let is_agent = |open: Option<&Enclosing>| matches!(open, Some(Enclosing::Call { callee, member: false, argument: 1 }) if callee.slice(text) == "agent");
        match at.enclosing.as_slice() {
            [.., call, Enclosing::Object { key: None, .. }] => {
                is_agent(Some(call)) && text[..at.word.start as usize].ends_with("...")
            }
            open => is_agent(open.last()),
        }
    })
}

/// Whether the cursor is in a JSON Schema: the value of `schema`, or of a constant that is named so or begins like one.
pub(crate) fn in_schema(script: &Snapshot, cursor: &Cursor) -> bool {
    cursor.enclosing.iter().rev().enumerate().any(|(from_inside, open)| match open {
        Enclosing::Object { key: Some(key), .. } if from_inside > 0 && key == "schema" => true,
        Enclosing::Object { assigned: Some(name), .. } => {
            name.slice(&script.text).to_lowercase().contains("schema") || cursor::schemas(&script.text).contains(name)
        }
        _ => false,
    })
}
