//! The options of an agent call, checked before anything is spent.

use std::{sync::Arc, time::Duration};

use analysis::vocabulary::{Profile, agent_options_of};
use jsonschema::Validator;
use serde_json::Value;

/// What the second argument of `agent` may say.
#[derive(Clone, Debug, Default)]
pub struct AgentOptions {
    /// Name for people.
    pub label: Option<String>,
    /// Progress group; wins over the ambient `phase()`.
    pub phase: Option<String>,
    /// JSON Schema of the answer; its root is an object.
    pub schema: Option<Value>,
    /// The schema, ready to check answers by.
    pub validator: Option<Arc<Validator>>,
    /// Alias or full id; `inherit` is the same as none.
    pub model: Option<String>,
    /// A level of reasoning effort.
    pub effort: Option<String>,
    /// A kind of isolation.
    pub isolation: Option<String>,
    /// Registered kind of agent.
    pub agent_type: Option<String>,
    /// Silence after which an attempt counts as lost; `None` is what the run goes by.
    pub stall: Option<Duration>,
    /// Names that are no options, in the order given.
    pub unknown: Vec<String>,
}

/// Largest schema, in bytes of JSON: it goes to the model with every attempt.
const LARGEST_SCHEMA: usize = 256 << 10;

/// Longest label or phase, in bytes.
const LONGEST_NAME: usize = 64 << 10;

impl AgentOptions {
    /// Reads options as the script gave them. The error is a sentence for the script's author.
    pub fn from_json(options: &Value) -> Result<Self, String> {
        let members = match options {
            Value::Null => return Ok(Self::default()),
            Value::Object(members) => members,
            other => return Err(format!("agent() takes an object of options, not {}", kind(other))),
        };
        let text = |name: &str| match members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text.clone())),
            Some(Value::String(_)) => Err(format!("agent() option `{name}` must not be empty")),
            Some(other) => Err(format!("agent() option `{name}` must be a string, not {}", kind(other))),
        };
        let known = |name: &str| agent_options_of(Profile::ClaudeCode).find(|option| option.name == name);
        let one_of = |name: &str| {
            let values = known(name).map(|option| option.ty.values()).unwrap_or_default();
            match text(name)? {
                Some(given) if !values.contains(&given.as_str()) => {
                    Err(format!("agent() option `{name}` must be one of {}; got {given:?}", values.join(", ")))
                }
                given => Ok(given),
            }
        };
        for name in ["label", "phase"] {
            let length = members.get(name).and_then(Value::as_str).map_or(0, str::len);
            if length > LONGEST_NAME {
                return Err(format!(
                    "agent() option `{name}` is {length} bytes long, and at most {LONGEST_NAME} are taken"
                ));
            }
        }
        let schema = members.get("schema").filter(|s| !s.is_null()).cloned();
        let validator = schema.as_ref().map(checked_schema).transpose()?.map(Arc::new);
        Ok(Self {
            // An empty label or phase is a template that came out empty, and costs nothing: like none.
            label: text("label").ok().flatten(),
            phase: text("phase").ok().flatten(),
            schema,
            validator,
            model: text("model")?.filter(|m| m != "inherit"),
            effort: one_of("effort")?,
            isolation: one_of("isolation")?,
            agent_type: text("agentType")?,
            stall: members.get("stallMs").filter(|given| !given.is_null()).map(stall).transpose()?,
            unknown: members.keys().filter(|name| known(name).is_none()).cloned().collect(),
        })
    }
}

/// The time that the option `stallMs` gives.
fn stall(given: &Value) -> Result<Duration, String> {
    let time = given.as_f64().filter(|ms| *ms >= 1.0).and_then(|ms| Duration::try_from_secs_f64(ms / 1e3).ok());
    time.ok_or_else(|| format!("agent() option `stallMs` must be milliseconds, 1 or more; got {given}"))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// Refuses a schema that no answer can satisfy, or that is no schema: five paid attempts would end in an error anyway.
fn checked_schema(schema: &Value) -> Result<Validator, String> {
    let Some(root) = schema.as_object() else {
        return Err(format!("agent() option `schema` must be a JSON Schema object, not {}", kind(schema)));
    };
    if root.get("type").is_some_and(|t| t != "object") || root.get("type").is_none() {
        return Err("agent() option `schema` must have `type: 'object'` at its root; wrap a list in an object".into());
    }
    let length = schema.to_string().len();
    if length > LARGEST_SCHEMA {
        return Err(format!(
            "agent() option `schema` is {length} bytes of JSON, and at most {LARGEST_SCHEMA} are taken"
        ));
    }
    contradiction(schema, "schema", 0)?;
    jsonschema::validator_for(schema).map_err(|e| format!("agent() option `schema` is no valid JSON Schema: {e}"))
}

fn contradiction(schema: &Value, path: &str, depth: usize) -> Result<(), String> {
    let Some(members) = schema.as_object().filter(|_| depth < 64) else { return Ok(()) };
    if members.get("enum").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        return Err(format!("`{path}` allows nothing: its `enum` is empty"));
    }
    for (least, most) in [("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems")] {
        let bound = |name: &str| members.get(name).and_then(Value::as_f64);
        if let (Some(a), Some(b)) = (bound(least), bound(most))
            && a > b
        {
            return Err(format!("`{path}` allows nothing: `{least}` {a} is above `{most}` {b}"));
        }
    }
    for (name, property) in members.get("properties").and_then(Value::as_object).into_iter().flatten() {
        contradiction(property, &format!("{path}.properties.{name}"), depth + 1)?;
    }
    match members.get("items") {
        Some(items) => contradiction(items, &format!("{path}.items"), depth + 1),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn bad_options_are_refused_with_a_way_out() {
        let message = |options: Value| AgentOptions::from_json(&options).unwrap_err();
        let shown = [
            message(json!("fast")),
            message(json!({ "effort": "maximum" })),
            message(json!({ "model": 4 })),
            message(json!({ "stallMs": -5 })),
            message(json!({ "schema": { "type": "array" } })),
            message(json!({ "schema": { "type": "object", "properties": { "n": { "minimum": 3, "maximum": 1 } } } })),
            message(json!({ "schema": { "type": "object", "properties": { "v": { "enum": [] } } } })),
            message(json!({ "schema": { "type": "object", "properties": { "v": { "type": "obj" } } } })),
        ];
        expect_test::expect![[r#"
            agent() takes an object of options, not a string
            agent() option `effort` must be one of low, medium, high, xhigh, max; got "maximum"
            agent() option `model` must be a string, not a number
            agent() option `stallMs` must be milliseconds, 1 or more; got -5
            agent() option `schema` must have `type: 'object'` at its root; wrap a list in an object
            `schema.properties.n` allows nothing: `minimum` 3 is above `maximum` 1
            `schema.properties.v` allows nothing: its `enum` is empty
            agent() option `schema` is no valid JSON Schema: "obj" is not valid under any of the schemas listed in the 'anyOf' keyword"#]]
        .assert_eq(&shown.join("\n"));
    }

    #[test]
    fn lenient_where_nothing_is_at_stake() {
        let options =
            AgentOptions::from_json(&json!({ "label": "", "phase": null, "model": "inherit", "colour": 1 })).unwrap();
        let AgentOptions { label, phase, model, unknown, .. } = options;
        assert_eq!((label, phase, model, unknown), (None, None, None, vec!["colour".into()]));
    }
}
