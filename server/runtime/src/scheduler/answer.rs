//! What an answer is worth: checked against the schema, or the reason why not, in words for the model.

use jsonschema::Validator;
use models::{Correction, violations_by};
use serde_json::Value;

/// The value the script gets, or what is wrong with the answer.
pub(super) fn checked(answer: &Value, schema: Option<&Validator>) -> Result<Value, String> {
    let Some(schema) = schema else {
        return match answer {
            Value::String(_) => Ok(answer.clone()),
            other => Ok(Value::String(other.to_string())),
        };
    };
    let value = match answer {
        Value::String(text) => in_prose(text).ok_or("the answer holds no JSON object")?,
        value => value.clone(),
    };
    match violations_by(schema, &value) {
        None => Ok(value),
        Some(wrong) => Err(wrong),
    }
}

/// The object a model gave as text: all of it, in a fence, or the first that reads as one.
fn in_prose(text: &str) -> Option<Value> {
    let object = |text: &str| serde_json::from_str(text.trim()).ok().filter(Value::is_object);
    if let Some(value) = object(text) {
        return Some(value);
    }
    text.match_indices('{').take(64).find_map(|(at, _)| {
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter::<Value>();
        values.next()?.ok().filter(Value::is_object)
    })
}

/// What the model is told of an answer that did not satisfy the schema.
pub(super) fn correction(answer: &Value, wrong: &str) -> Correction {
    let answer = match answer {
        Value::String(text) => text.clone(),
        json => json.to_string(),
    };
    let told =
        format!("Your last answer did not satisfy the schema: {wrong}. Answer again, with a JSON object that does.");
    Correction { answer, told }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_found_in_prose_and_told_what_is_wrong() {
        let schema = jsonschema::validator_for(&json!({
            "type": "object", "required": ["n"], "properties": { "n": { "type": "integer", "minimum": 3 } } }))
        .unwrap();
        let check = |answer: Value| checked(&answer, Some(&schema));
        assert_eq!(check(json!("Here you are:\n```json\n{\"n\": 4}\n```\nDone.")), Ok(json!({ "n": 4 })));
        assert_eq!(check(json!({ "n": 1 })), Err("/n: 1 is less than the minimum of 3".into()));
        assert_eq!(check(json!("no idea {at all}")), Err("the answer holds no JSON object".into()));
        assert_eq!(checked(&json!("{\"n\": 4}"), None), Ok(json!("{\"n\": 4}")), "text stays text");
    }
}
