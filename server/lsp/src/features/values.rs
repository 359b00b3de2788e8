//! What is known of a variable while its line is being written.

use analysis::{
    plan::{Field, Value},
    script::cursor,
    text::Span,
};

use crate::snapshot::Snapshot;

/// What is known of the variable written at `name`: asked at its nearest earlier use that the plan has seen.
pub(crate) fn value_of(script: &Snapshot, name: Span) -> Option<Value> {
    let word = name.slice(&script.text);
    let uses =
        cursor::words(&script.known.script.text, word).into_iter().filter_map(|was| Some((was, script.loosely(was)?)));
    let (mut before, after): (Vec<_>, Vec<_>) = uses.partition(|(_, now)| now.start <= name.start);
    before.reverse();
    let mut candidates = before.into_iter().chain(after);
    candidates.find_map(|(was, _)| script.known.plan.value_at(was).filter(|value| !fields_of(value).is_empty()))
}

/// The fields of a value that can be an object.
pub(crate) fn fields_of(value: &Value) -> &[Field] {
    value.object.as_deref().map(|object| object.fields.as_slice()).unwrap_or_default()
}
