//! What a word of the dialect means, and what a variable can be: the part of hover that is not about calls.

use std::fmt::Write;

use analysis::{
    plan::{Binding, Value, Why},
    script::{
        Chain,
        cursor::{Cursor, Enclosing},
    },
    text::Span,
    vocabulary,
};

use crate::{
    features::{
        fields::{Fields, fields_here},
        in_plan, reasons,
        values::{fields_of, value_of},
        word_at,
    },
    snapshot::Snapshot,
};

/// The word at a byte offset and what is to be said of it: beside types, only what these do not say.
pub(crate) fn hover_word(script: &Snapshot, offset: u32, typed: bool) -> Option<(Span, String)> {
    let cursor = word_at(script, offset, |cursor| cursor.string.is_none())?;
    let word = cursor.word.slice(&script.text);
    let text = match &cursor.member_of {
        Some(chain) => match budget(script, chain, word) {
            Some(_) if typed => return None,
            Some(text) => text,
            None => member(script, chain, word)?,
        },
        None if cursor.behind_dot => return None,
        None => {
            let declared = || primitive(script, word).filter(|_| !typed);
            key(script, &cursor, word, typed).or_else(declared).or_else(|| variable(script, cursor.word))?
        }
    };
    Some((cursor.word, text))
}

fn budget(script: &Snapshot, chain: &Chain, word: &str) -> Option<String> {
    let value = vocabulary::primitive(chain.root.slice(&script.text)).filter(|_| chain.steps.is_empty())?;
    value.members.iter().find(|member| member.name == word).map(vocabulary::hover_member)
}

/// What a field can be, where a schema says so.
fn member(script: &Snapshot, chain: &Chain, word: &str) -> Option<String> {
    let object = value_of(script, chain)?;
    let field = fields_of(&object).iter().find(|field| field.name == word)?;
    let schema = object.object.as_ref()?.from_schema.as_ref()?;
    let missing = if field.optional { "?" } else { "" };
    let line = script.line_number(schema.span).map(|line| format!(" of line {line}")).unwrap_or_default();
    Some(format!("```ts\n{word}{missing}: {}\n```\n- its shape is that of the schema{line}\n", field.value))
}

fn key(script: &Snapshot, cursor: &Cursor, word: &str, typed: bool) -> Option<String> {
    if !matches!(cursor.enclosing.last(), Some(Enclosing::Object { key: None, .. })) {
        return None;
    }
    match fields_here(script, cursor) {
        Fields::Known(fields) => {
            let field = fields.iter().find(|field| field.name == word)?;
            if typed {
                vocabulary::hover_beyond_types(field).map(str::to_owned)
            } else {
                Some(vocabulary::hover_field(field))
            }
        }
        Fields::Schema => {
            vocabulary::schema_keyword(word).map(|keyword| format!("`{}`: {}", keyword.name, keyword.doc))
        }
        Fields::None => None,
    }
}

fn primitive(script: &Snapshot, word: &str) -> Option<String> {
    vocabulary::primitive(word).map(|primitive| vocabulary::hover_primitive(primitive, script.profile()))
}

/// What a variable can be, where a schema or an agent has a say in it; of the rest other servers know as much.
fn variable(script: &Snapshot, word: Span) -> Option<String> {
    let plan = &script.known.plan;
    let name = word.slice(&script.text);
    let was = in_plan(script, word)?;
    let Some(Binding::Local { .. }) = plan.binding_of(was) else { return None };
    let value = plan.value_at(was)?;
    let schema = schema_of(&value);
    // What a value that is written out has as its reason is no place.
    let told = |why: &&Why| why.span.start < why.span.end;
    let why = |what: &str, why: &Option<Why>| why.as_ref().filter(told).map(|why| reasons::because(script, what, why));
    let nothing: String = [why("can be `null`", &value.null), why("can be `undefined`", &value.undefined)]
        .into_iter()
        .flatten()
        .collect();
    // Other servers know the rest as well.
    let is_ours = schema.is_some() || !nothing.is_empty() || value.promise.is_some() || value.array.is_some();
    if !is_ours || value.is_unknown() && nothing.is_empty() {
        return None;
    }
    let mut out = format!("```ts\n{name}: {value}\n```\n{nothing}");
    if let Some(schema) = schema {
        let line = script.line_number(schema.span).map(|line| format!(" of line {line}")).unwrap_or_default();
        let _ = writeln!(out, "- its shape is that of the schema{line}");
    }
    Some(out)
}

/// The schema that gives the value, or what it holds, its shape.
fn schema_of(value: &Value) -> Option<&Why> {
    let object = value.object.as_ref();
    object
        .and_then(|object| object.from_schema.as_ref())
        .or_else(|| value.promise.as_ref().and_then(|promise| schema_of(promise)))
        .or_else(|| value.array.as_ref().and_then(|array| schema_of(&array.element)))
        .or_else(|| object.and_then(|object| object.fields.iter().find_map(|field| schema_of(&field.value))))
}
