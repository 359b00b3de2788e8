//! What is wrong with an answer, in words for a model.

use jsonschema::Validator;
use serde_json::Value;

/// Most violations told at once.
const TOLD: usize = 8;

/// What keeps `value` from satisfying the schema; `None` where nothing does. A schema that is none is satisfied by nothing.
pub(crate) fn violations(schema: &Value, value: &Value) -> Option<String> {
    match jsonschema::validator_for(schema) {
        Ok(validator) => violations_by(&validator, value),
        Err(error) => Some(format!("the schema is no valid JSON Schema: {error}")),
    }
}

/// As [`violations`], with a schema that was read before.
pub fn violations_by(schema: &Validator, value: &Value) -> Option<String> {
    let wrong = schema.iter_errors(value).take(TOLD).map(|error| match error.instance_path().as_str() {
        "" => error.to_string(),
        path => format!("{path}: {error}"),
    });
    let wrong: Vec<String> = wrong.collect();
    (!wrong.is_empty()).then(|| wrong.join("; "))
}
