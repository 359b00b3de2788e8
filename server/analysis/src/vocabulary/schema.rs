//! The JSON Schema keywords a `schema` option can have.

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
