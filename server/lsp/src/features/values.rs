//! What is known of a value while its line is being written.

use analysis::{
    plan::{Field, Value},
    script::{Chain, Step, cursor},
    text::Span,
};

use crate::snapshot::Snapshot;

/// What is known of the value at the end of `chain`, which is written in the newest text.
pub(crate) fn value_of(script: &Snapshot, chain: &Chain) -> Option<Value> {
    let walk = |root: &Value| along(script, root.clone(), &chain.steps);
    if let Some(list) = &chain.element_of
        && let Some(Value { array: Some(list), .. }) = value_of(script, list)
    {
        return walk(&list.element);
    }
    variable(script, chain.root, |value| walk(value).filter(|end| end.array.is_some() || !fields_of(end).is_empty()))
}

/// What `useful` makes of the variable written at `name`: of its nearest use that the plan has seen and of which it makes anything,
/// an earlier one before a later one.
fn variable<T>(script: &Snapshot, name: Span, useful: impl Fn(&Value) -> Option<T>) -> Option<T> {
    let word = name.slice(&script.text);
    let uses =
        cursor::words(&script.known.script.text, word).into_iter().filter_map(|was| Some((was, script.loosely(was)?)));
    let (mut before, after): (Vec<_>, Vec<_>) = uses.partition(|(_, now)| now.start <= name.start);
    before.reverse();
    let mut candidates = before.into_iter().chain(after);
    candidates.find_map(|(was, _)| useful(&script.known.plan.value_at(was)?))
}

fn along(script: &Snapshot, root: Value, steps: &[Step]) -> Option<Value> {
    steps.iter().try_fold(root, |value, step| match step {
        Step::Field(name) => {
            let name = name.slice(&script.text);
            fields_of(&value).iter().find(|field| field.name == name).map(|field| field.value.clone())
        }
        Step::Element => value.array.map(|list| list.element),
    })
}

/// The fields of a value that can be an object.
pub(crate) fn fields_of(value: &Value) -> &[Field] {
    value.object.as_deref().map(|object| object.fields.as_slice()).unwrap_or_default()
}
