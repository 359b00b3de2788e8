//! The JSON Schema keywords a `schema` option can have.

use serde_json::Value;

use super::{Profile, Profiles};

/// A keyword.
#[derive(Clone, Copy, Debug)]
pub struct SchemaKeyword {
    /// Its name.
    pub name: &'static str,
    /// The `type` it constrains; `None` for any.
    pub of: Option<&'static str>,
    /// One sentence.
    pub doc: &'static str,
    /// The dialects that support it.
    pub profiles: Profiles,
}

/// The values of `type`.
pub const SCHEMA_TYPES: [&str; 7] = ["object", "array", "string", "number", "integer", "boolean", "null"];

/// The keyword called `name`.
pub fn schema_keyword(name: &str) -> Option<&'static SchemaKeyword> {
    SCHEMA_KEYWORDS.iter().find(|k| k.name == name)
}

const fn keyword(name: &'static str, of: Option<&'static str>, doc: &'static str) -> SchemaKeyword {
    SchemaKeyword { name, of, doc, profiles: Profiles::ALL }
}

/// Not everywhere: LangAlpha refuses regular expressions and `uniqueItems`.
const fn some(name: &'static str, of: Option<&'static str>, doc: &'static str) -> SchemaKeyword {
    SchemaKeyword { name, of, doc, profiles: Profiles::but(&[Profile::LangAlpha, Profile::Portable]) }
}

/// The keywords, the common ones first.
pub const SCHEMA_KEYWORDS: &[SchemaKeyword] = &[
    keyword("type", None, "What kind of value this is."),
    keyword("properties", Some("object"), "The properties by name, each with a schema."),
    keyword("required", Some("object"), "The names of the properties that must be there."),
    keyword("additionalProperties", Some("object"), "`false` allows no other properties."),
    keyword("items", Some("array"), "The schema of every element."),
    keyword("minItems", Some("array"), "Fewest elements."),
    keyword("maxItems", Some("array"), "Most elements: bounds what a fan-out over the result can cost."),
    keyword("enum", None, "The values allowed."),
    keyword("const", None, "The one value allowed."),
    keyword("description", None, "What it means: the agent reads it."),
    keyword("minLength", Some("string"), "Fewest characters."),
    keyword("maxLength", Some("string"), "Most characters."),
    some("pattern", Some("string"), "A regular expression the text must match."),
    keyword("format", Some("string"), "A named format, such as `date`; not enforced everywhere."),
    keyword("minimum", Some("number"), "Least value."),
    keyword("maximum", Some("number"), "Greatest value."),
    keyword("exclusiveMinimum", Some("number"), "The value is greater than this."),
    keyword("exclusiveMaximum", Some("number"), "The value is less than this."),
    keyword("multipleOf", Some("number"), "The value is a multiple of this."),
    some("uniqueItems", Some("array"), "No two elements are equal."),
    some("prefixItems", Some("array"), "Schemas of the first elements, by position."),
    some("contains", Some("array"), "Some element fits this schema."),
    some("minContains", Some("array"), "Fewest elements that fit `contains`."),
    some("maxContains", Some("array"), "Most elements that fit `contains`."),
    some("patternProperties", Some("object"), "Schemas for properties whose names match."),
    some("propertyNames", Some("object"), "The schema of every property's name."),
    keyword("minProperties", Some("object"), "Fewest properties."),
    keyword("maxProperties", Some("object"), "Most properties."),
    some("dependentRequired", Some("object"), "Properties that must be there when another is."),
    keyword("anyOf", None, "One schema at least fits."),
    keyword("oneOf", None, "One schema fits, and no other."),
    keyword("allOf", None, "All schemas fit."),
    some("not", None, "The schema does not fit."),
    some("if", None, "If this schema fits, `then` must, otherwise `else`."),
    some("then", None, "Must fit where `if` does."),
    some("else", None, "Must fit where `if` does not."),
    some("$ref", None, "A reference to a schema in `$defs`."),
    some("$defs", None, "Schemas to refer to."),
    some("definitions", None, "Schemas to refer to (older name of `$defs`)."),
    keyword("title", None, "A short name."),
    keyword("default", None, "A value assumed when none is given; not filled in."),
    keyword("examples", None, "Sample values."),
    keyword("nullable", None, "`null` is allowed, too (OpenAPI)."),
    keyword("$schema", None, "The version of JSON Schema."),
    keyword("$id", None, "The schema's own address."),
    keyword("$comment", None, "A note that nobody reads."),
    keyword("deprecated", None, "Not to be used any more."),
    keyword("readOnly", None, "Set by the server only."),
    keyword("writeOnly", None, "Never returned."),
];

/// Whether the runtime is certain to take `schema` as an option of `agent`: its root is an object, every keyword has its form, and nothing in it
/// contradicts itself. What it cannot tell, such as whether a regular expression is one, it is not certain of.
pub(crate) fn is_taken_schema(schema: &Value) -> bool {
    schema.get("type").is_some_and(|ty| ty == "object") && is_schema(schema, 0)
}

/// Deepest schema that is looked into.
const DEEPEST: u32 = 48;

fn is_schema(schema: &Value, depth: u32) -> bool {
    let members = match schema {
        Value::Bool(_) => return depth > 0,
        Value::Object(members) if depth < DEEPEST => members,
        _ => return false,
    };
    let part = |value: &Value| is_schema(value, depth + 1);
    let list = |value: &Value, each: &dyn Fn(&Value) -> bool| {
        value.as_array().is_some_and(|items| !items.is_empty() && items.iter().all(each))
    };
    let distinct = |value: &Value| {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        items.iter().enumerate().all(|(i, item)| item.is_string() && !items[..i].contains(item))
    };
    let is_type = |value: &Value| value.as_str().is_some_and(|name| SCHEMA_TYPES.contains(&name));
    let formed = |(name, value): (&String, &Value)| match name.as_str() {
        "type" => is_type(value) || list(value, &is_type) && distinct(value),
        "properties" | "$defs" | "definitions" => value.as_object().is_some_and(|all| all.values().all(part)),
        "items" | "additionalProperties" | "not" | "if" | "then" | "else" | "contains" | "propertyNames" => part(value),
        "anyOf" | "oneOf" | "allOf" | "prefixItems" => list(value, &part),
        "required" => value.is_array() && distinct(value),
        "enum" => list(value, &|_| true),
        "const" | "default" => true,
        "examples" => value.is_array(),
        "pattern" => value.as_str().is_some_and(super::pattern::is_plain),
        "title" | "description" | "format" | "$comment" => value.is_string(),
        "uniqueItems" | "readOnly" | "writeOnly" | "deprecated" => value.is_boolean(),
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" => value.is_number(),
        "multipleOf" => value.as_f64().is_some_and(|n| n > 0.0),
        "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => value.is_u64(),
        // What is no keyword means nothing; the rest is not looked into.
        other => {
            schema_keyword(other).is_none_or(|keyword| keyword.name == "nullable")
                && !UNREAD.contains(&other)
                && !other.starts_with('$')
        }
    };
    let in_order = |[least, most]: [&str; 2]| {
        let bound = |name: &str| members.get(name).and_then(Value::as_f64);
        bound(least).zip(bound(most)).is_none_or(|(least, most)| least <= most)
    };
    members.iter().all(formed)
        && [["minimum", "maximum"], ["minLength", "maxLength"], ["minItems", "maxItems"]].into_iter().all(in_order)
}

/// Keywords of JSON Schema that the table does not have.
const UNREAD: [&str; 9] = [
    "id",
    "dependencies",
    "dependentSchemas",
    "unevaluatedItems",
    "unevaluatedProperties",
    "additionalItems",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
];
