//! What providers want of a schema before they promise to keep to it.

use serde_json::{Map, Value, json};

/// Whether OpenAI's strict mode takes the schema: every object lists all its properties as required and allows no others.
pub(super) fn is_strict(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            let closed = members.get("type").is_none_or(|t| !names(t, "object")) || {
                let required = members.get("required").and_then(Value::as_array);
                let listed = |name: &String| required.is_some_and(|r| r.iter().any(|n| n == name));
                let properties = members.get("properties").and_then(Value::as_object);
                members.get("additionalProperties") == Some(&json!(false))
                    && properties.is_some_and(|properties| properties.keys().all(listed))
            };
            closed && members.values().all(is_strict)
        }
        Value::Array(items) => items.iter().all(is_strict),
        _ => true,
    }
}

/// Keywords that Anthropic's structured output refuses, and what they ask for in words. What they ask is not lost: it is told
/// in the description, and we check the answer against the schema as it was.
const REFUSED: [(&str, &str); 13] = [
    ("minimum", "at least"),
    ("maximum", "at most"),
    ("exclusiveMinimum", "more than"),
    ("exclusiveMaximum", "less than"),
    ("multipleOf", "a multiple of"),
    ("minLength", "characters, at least:"),
    ("maxLength", "characters, at most:"),
    ("minItems", "items, at least:"),
    ("maxItems", "items, at most:"),
    ("uniqueItems", "no item twice:"),
    ("minProperties", "properties, at least:"),
    ("maxProperties", "properties, at most:"),
    ("pattern", "matching"),
];

/// Whether some object has names the schema does not list: closing it would forbid what is asked for.
pub(super) fn has_open_map(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            let object = members.get("type").is_some_and(|t| names(t, "object"));
            let unnamed = members.get("properties").and_then(Value::as_object).is_none_or(Map::is_empty);
            let map = members.get("additionalProperties").is_some_and(Value::is_object);
            (object && unnamed)
                || map
                || members.contains_key("patternProperties")
                || members.iter().any(|(name, value)| match (name.as_str(), value) {
                    // Names of properties are no keywords.
                    ("properties" | "$defs" | "definitions", Value::Object(inner)) => inner.values().any(has_open_map),
                    ("enum" | "const" | "default" | "examples", _) => false,
                    _ => has_open_map(value),
                })
        }
        Value::Array(items) => items.iter().any(has_open_map),
        _ => false,
    }
}

/// The schema with every object closed and without the keywords that are refused.
pub(super) fn closed(schema: &Value) -> Value {
    let Some(members) = schema.as_object() else { return schema.clone() };
    let mut out = Map::new();
    let mut told: Vec<String> = Vec::new();
    for (name, value) in members {
        let words = REFUSED.iter().find(|(refused, _)| refused == name).map(|(_, words)| words);
        match (name.as_str(), value) {
            ("minItems", Value::Number(n)) if n.as_u64().is_some_and(|n| n < 2) => {
                out.insert(name.clone(), value.clone());
            }
            (_, value) if words.is_some() => told.extend(words.map(|words| format!("{words} {value}"))),
            ("$schema" | "$id" | "title" | "examples" | "additionalProperties", _) => {}
            ("properties" | "$defs" | "definitions", Value::Object(inner)) => {
                let inner = inner.iter().map(|(name, schema)| (name.clone(), closed(schema))).collect();
                out.insert(name.clone(), Value::Object(inner));
            }
            ("items", schema) => drop(out.insert(name.clone(), closed(schema))),
            ("anyOf" | "allOf" | "oneOf", Value::Array(schemas)) => {
                // Which of several may hold is checked by us; only `anyOf` is understood there.
                let name = if name == "oneOf" { "anyOf" } else { name };
                out.insert(name.to_owned(), schemas.iter().map(closed).collect());
            }
            _ => drop(out.insert(name.clone(), value.clone())),
        }
    }
    if members.get("type").is_some_and(|t| names(t, "object")) || members.contains_key("properties") {
        out.insert("additionalProperties".into(), json!(false));
    }
    if !told.is_empty() {
        let before = out.get("description").and_then(Value::as_str).map(|d| format!("{d} ")).unwrap_or_default();
        out.insert("description".into(), json!(format!("{before}({})", told.join(", "))));
    }
    Value::Object(out)
}

/// Whether a `type` names this one, alone or among others.
fn names(kind: &Value, name: &str) -> bool {
    kind == name || kind.as_array().is_some_and(|kinds| kinds.iter().any(|k| k == name))
}

/// The schema in words, for the system prompt.
pub(crate) fn in_words(schema: &Value) -> String {
    format!(
        "Your answer must be one JSON object and nothing else: no prose, no code fence. It must satisfy this JSON Schema:\n{schema}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_refused_is_told_in_words() {
        let schema = json!({"type": "object", "required": ["n"], "properties": {
            "n": {"type": "integer", "minimum": 3, "description": "How many."},
            "tags": {"type": "array", "minItems": 1, "maxItems": 4, "items": {"type": "object", "properties": {"t": {}}}}}});
        let expected = json!({"type": "object", "required": ["n"], "properties": {
            "n": {"type": "integer", "description": "How many. (at least 3)"},
            "tags": {"type": "array", "minItems": 1, "description": "(items, at most: 4)",
                     "items": {"type": "object", "properties": {"t": {}}, "additionalProperties": false}}},
            "additionalProperties": false});
        assert_eq!(closed(&schema), expected);
        assert_eq!(closed(&closed(&schema)), expected);
        assert!(!has_open_map(&schema));
        let map = json!({"type": "object", "properties": {"by": {"type": "object",
            "additionalProperties": {"type": "number"}}}});
        assert!(has_open_map(&map), "closing it would leave no name to give");
    }

    #[test]
    fn strict_is_asked_for_only_where_it_is_taken() {
        let open = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
        let shut = json!({"type": "object", "properties": {"a": {"type": ["object", "null"], "properties": {},
            "additionalProperties": false}}, "required": ["a"], "additionalProperties": false});
        let optional = json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false});
        assert_eq!([&open, &shut, &optional].map(is_strict), [false, true, false]);
    }
}
