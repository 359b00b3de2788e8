//! From abstract values to what is shown of them.

use std::borrow::Cow;

use super::{
    ArrayFacts, Field, FunctionFacts, NumberFacts, ObjectFacts, StringFacts, Value, Why,
    contents::{Content, Fun},
    heap::Heap,
    strings::Known,
    sum::WhyId,
    unread::{Reworded, Text},
    val::Val,
};
use crate::text::Span;

/// What to tell of texts.
#[derive(Clone, Copy, Debug)]
pub(super) enum Words<'a> {
    /// All there is now.
    Now(&'a Reworded),
    /// What has been read; of all else that it is a text.
    OnceRead,
}

impl<'a> Words<'a> {
    fn of<'t>(self, text: &'t Text) -> Cow<'t, Known> {
        match self {
            Words::Now(reworded) => text.now(reworded),
            Words::OnceRead => text.once_read().map_or_else(|| Cow::Owned(Known::between(0, None)), Cow::Borrowed),
        }
    }
}

/// Deepest nesting shown.
const DEEPEST: u32 = 6;

/// The heap as the interpreter left it, and the names of things in it.
#[derive(Debug, Default)]
pub(super) struct Reifier {
    pub(super) heap: Heap,
    pub(super) whys: Vec<Why>,
    /// Functions: where they are written, whether async, parameters before the first optional one.
    pub(super) functions: Vec<(Span, bool, usize)>,
}

impl Reifier {
    pub(super) fn value(&self, val: &Val, words: Words) -> Value {
        self.at_depth(val, 0, words)
    }

    /// The value and what is directly in it; all deeper is unknown. As cheap as the value is wide.
    pub(super) fn outline(&self, val: &Val, words: Words) -> Value {
        self.at_depth(val, DEEPEST, words)
    }

    fn why(&self, id: WhyId) -> Why {
        self.whys.get(id as usize).cloned().unwrap_or_else(|| Why { span: Span::default(), text: String::new() })
    }

    fn at_depth(&self, val: &Val, depth: u32, words: Words) -> Value {
        let mut value = Value {
            undefined: val.undef.map(|w| self.why(w)),
            null: val.null.map(|w| self.why(w)),
            may_be_true: val.yes,
            may_be_false: val.no,
            number: val.num.as_ref().map(|n| NumberFacts { low: n.lo, high: n.hi }),
            string: val.str.as_ref().map(|s| {
                let known = words.of(&s.text);
                StringFacts {
                    one_of: known.texts.as_ref().map(|k| k.iter().map(|t| t.to_string()).collect()),
                    low: known.lo,
                    high: known.hi,
                    json: s.json.is_some(),
                    from_agent: s.from_agent,
                }
            }),
            unknown: val.unknown.map(|u| self.why(u.why)),
            ..Value::default()
        };
        if val.builtin.is_some() {
            value.function = Some(FunctionFacts::default());
        }
        if depth > DEEPEST {
            if !val.refs.is_empty() {
                value.unknown = Some(Why { span: Span::default(), text: "it is nested too deep to show".into() });
            }
            return value;
        }
        for addr in val.refs.as_slice() {
            let part = self.content(self.heap.get(*addr), depth, words);
            value = join(value, part);
        }
        value
    }

    fn content(&self, content: &Content, depth: u32, words: Words) -> Value {
        let mut value = Value::default();
        match content {
            Content::Array(a) => {
                let elements = a.elems.as_ref().filter(|e| e.len() <= 64);
                value.array = Some(Box::new(ArrayFacts {
                    low: a.len.lo.max(0.0) as u64,
                    high: (a.len.hi.is_finite()).then_some(a.len.hi.max(0.0) as u64),
                    element: self.at_depth(&a.joined(), depth + 1, words),
                    elements: elements.map(|e| e.iter().map(|v| self.at_depth(v, depth + 1, words)).collect()),
                    filtered: a.filtered.map(|w| self.why(w)),
                }));
            }
            Content::Object(o) => {
                let fields = o.fields.iter().map(|f| Field {
                    name: f.name.to_string(),
                    value: self.at_depth(&f.val, depth + 1, words),
                    optional: f.optional,
                });
                value.object = Some(Box::new(ObjectFacts {
                    fields: fields.collect(),
                    open: o.rest.is_some() || o.class.is_some(),
                    from_schema: o.schema.map(|w| self.why(w)),
                }));
            }
            Content::Fun(f) => {
                let node = match &**f {
                    Fun::Closure { node, .. } | Fun::Class { node, .. } => self.functions.get(*node as usize),
                    Fun::Bound { .. } | Fun::Method { .. } | Fun::Settle { .. } => None,
                };
                value.function = Some(match node {
                    Some((span, is_async, parameters)) => {
                        FunctionFacts { is_async: *is_async, parameters: *parameters, declared: vec![*span] }
                    }
                    None => FunctionFacts::default(),
                });
            }
            Content::Promise(p) => value.promise = Some(Box::new(self.at_depth(&p.val, depth + 1, words))),
            Content::Map(_) => value.other = Some("Map"),
            Content::Set(_) => value.other = Some("Set"),
            Content::Iterator(_) => value.other = Some("Iterator"),
            Content::Other(super::throws::GLOBAL) => value.other = Some("RegExp"),
            Content::Other(kind) => value.other = Some(kind),
            Content::Var(_) | Content::Pending(_) => {}
        }
        value
    }
}

/// Both values: one or the other.
pub(super) fn join(a: Value, b: Value) -> Value {
    Value {
        undefined: a.undefined.or(b.undefined),
        null: a.null.or(b.null),
        may_be_true: a.may_be_true || b.may_be_true,
        may_be_false: a.may_be_false || b.may_be_false,
        number: both(a.number, b.number, |a, b| NumberFacts { low: a.low.min(b.low), high: a.high.max(b.high) }),
        string: both(a.string, b.string, join_strings),
        array: both(a.array, b.array, |a, b| Box::new(join_arrays(*a, *b))),
        object: both(a.object, b.object, |a, b| Box::new(join_objects(*a, *b))),
        function: both(a.function, b.function, |a, b| FunctionFacts {
            is_async: a.is_async && b.is_async,
            parameters: a.parameters,
            declared: {
                let mut all = a.declared;
                let new: Vec<Span> = b.declared.into_iter().filter(|span| !all.contains(span)).collect();
                all.extend(new);
                all
            },
        }),
        promise: both(a.promise, b.promise, |a, b| Box::new(join(*a, *b))),
        other: a.other.or(b.other),
        unknown: a.unknown.or(b.unknown),
    }
}

fn both<T>(a: Option<T>, b: Option<T>, join: impl Fn(T, T) -> T) -> Option<T> {
    match (a, b) {
        (Some(a), Some(b)) => Some(join(a, b)),
        (a, b) => a.or(b),
    }
}

fn join_strings(a: StringFacts, b: StringFacts) -> StringFacts {
    let one_of = a.one_of.zip(b.one_of).map(|(mut a, b)| {
        for text in b {
            if !a.contains(&text) {
                a.push(text);
            }
        }
        a
    });
    StringFacts {
        one_of,
        low: a.low.min(b.low),
        high: a.high.zip(b.high).map(|(a, b)| a.max(b)),
        json: a.json && b.json,
        from_agent: a.from_agent || b.from_agent,
    }
}

fn join_arrays(a: ArrayFacts, b: ArrayFacts) -> ArrayFacts {
    ArrayFacts {
        low: a.low.min(b.low),
        high: a.high.zip(b.high).map(|(a, b)| a.max(b)),
        element: join(a.element, b.element),
        elements: None,
        filtered: a.filtered.or(b.filtered),
    }
}

fn join_objects(a: ObjectFacts, b: ObjectFacts) -> ObjectFacts {
    let mut fields: Vec<Field> = vec![];
    for f in a.fields {
        match b.fields.iter().find(|g| g.name == f.name) {
            Some(g) => fields.push(Field {
                value: join(f.value, g.value.clone()),
                optional: f.optional || g.optional,
                name: f.name,
            }),
            None => fields.push(Field { optional: true, ..f }),
        }
    }
    let fresh: Vec<Field> = b.fields.into_iter().filter(|g| !fields.iter().any(|f| f.name == g.name)).collect();
    fields.extend(fresh.into_iter().map(|g| Field { optional: true, ..g }));
    ObjectFacts { fields, open: a.open || b.open, from_schema: a.from_schema.or(b.from_schema) }
}
