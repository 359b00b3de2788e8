//! From a JSON Schema to the values that satisfy it.

use std::{borrow::Cow, sync::Arc};

use super::{
    contents::{Arr, Content, Obj, ObjField},
    heap::Slot,
    interp::Interp,
    numbers::Num,
    strings::Str,
    sum::WhyId,
    val::{Addr, Refs, Val},
};
use crate::text::Span;

const DEEPEST: u32 = 16;

/// What an agent was found to return under a schema: the places made for it, and the value.
#[derive(Debug)]
pub(super) struct Shape {
    /// The schema as it was.
    json: Arc<serde_json::Value>,
    name: String,
    /// Where the places begin.
    base: Addr,
    places: Vec<Slot>,
    val: Val,
}

impl Shape {
    /// The value, with places that begin at `base`.
    fn val(&self, val: &Val, base: Addr) -> Val {
        let moved = val.refs.as_slice().iter().map(|a| if *a >= self.base { *a - self.base + base } else { *a });
        Val { refs: Refs::from_iter(moved), ..val.clone() }
    }

    fn content(&self, content: &Content, base: Addr) -> Content {
        let refers = |v: &Val| !v.refs.is_empty();
        match content {
            Content::Object(o) if o.fields.iter().any(|f| refers(&f.val)) || o.rest.iter().any(refers) => {
                let mut o = (**o).clone();
                o.fields.iter_mut().for_each(|f| f.val = self.val(&f.val, base));
                o.rest = o.rest.map(|r| self.val(&r, base));
                Content::Object(o.into())
            }
            Content::Array(a) if refers(&a.elem) || a.elems.iter().flatten().any(refers) => {
                let elems = a.elems.as_ref().map(|e| e.iter().map(|v| self.val(v, base)).collect());
                Content::Array(Arr { elems, elem: self.val(&a.elem, base), ..(**a).clone() }.into())
            }
            other => other.clone(),
        }
    }
}

/// The schema whose shape is worked out.
#[derive(Debug, Default)]
pub(super) struct Root {
    schema: Val,
    /// The references that the part at hand is in.
    inside: Vec<Arc<str>>,
    /// References followed in all.
    followed: usize,
}

/// Most references followed in one schema: definitions that use each other twice would double each time.
const MOST_FOLLOWED: usize = 64;

impl<'a> Interp<'a> {
    /// What an agent called at `call` returns under `schema`, whose text is `json` where it is a constant. The same is not worked out
    /// twice, only made anew.
    pub(super) fn shape(&mut self, schema: &Val, json: Option<&Arc<serde_json::Value>>, call: Span) -> Val {
        let (Some(json), Some(addr)) = (json, schema.only_ref()) else {
            return self.new_shape(schema, call);
        };
        let name = self.naming.clone().unwrap_or(Cow::Borrowed("result"));
        let key = (addr, call.start, self.chain);
        if let Some(known) = self.shapes.get(&key)
            && Arc::ptr_eq(&known.json, json)
            && known.name == *name
        {
            let base = self.heap.len();
            for place in &known.places {
                self.heap.copy(place, known.content(&place.content, base));
            }
            let val = known.val(&known.val, base);
            let looked =
                self.constants.get(&addr).map(|known| known.from.0.iter().map(|(a, _)| *a).collect::<Vec<_>>());
            looked.unwrap_or_default().into_iter().for_each(|a| self.looks(a));
            return val;
        }
        let base = self.heap.len();
        let val = self.new_shape(schema, call);
        let places = self.heap.slots[base as usize..].to_vec();
        if places.iter().all(|p| matches!(p.content, Content::Object(_) | Content::Array(_))) {
            let known = Shape { json: json.clone(), name: name.into_owned(), base, places, val: val.clone() };
            self.shapes.insert(key, known);
        }
        val
    }

    fn new_shape(&mut self, schema: &Val, call: Span) -> Val {
        let line = self.script.lines.line_of(call.start) + 1;
        let origin = self.why(call, format_args!("the schema of the agent at line {line} gives its shape"));
        let name = self.naming.clone().unwrap_or(Cow::Borrowed("result"));
        let outer = self.enter_chain(call.start);
        self.schema = Root { schema: schema.clone(), ..Root::default() };
        let val = self.shape_of(schema, &name, call, origin, 0);
        self.schema = Root::default();
        self.chain = outer;
        val
    }

    /// Where a schema is written, as far as it is a literal.
    fn schema_site(&self, schema: &Val, call: Span) -> Span {
        schema.only_ref().map_or(call, |a| Span::at(self.heap.slots[a as usize].site))
    }

    fn keyword(&mut self, schema: &Val, name: &str, at: Span) -> Option<Val> {
        if let Some(addr) = schema.only_ref()
            && let Content::Object(o) = self.heap.get(addr)
            && o.rest.is_none()
            && o.class.is_none()
            && !o.fields.iter().any(|f| *f.name == *name)
        {
            self.looks(addr);
            return None;
        }
        let val = self.get(schema, name, at);
        (!val.is_nullish() && !val.is_never()).then_some(val)
    }

    /// What `#/$defs/name` means in the schema at hand.
    fn referenced(&mut self, reference: &str, at: Span) -> Option<Val> {
        let mut val = self.schema.schema.clone();
        for part in reference.strip_prefix("#/")?.split('/') {
            val = self.keyword(&val, &part.replace("~1", "/").replace("~0", "~"), at)?;
        }
        Some(val)
    }

    fn number(&mut self, schema: &Val, name: &str, at: Span) -> Option<Num> {
        let val = self.keyword(schema, name, at)?;
        val.number_part().filter(|_| val.only_num())
    }

    fn shape_of(&mut self, schema: &Val, name: &str, call: Span, origin: WhyId, depth: u32) -> Val {
        let line = self.script.lines.line_of(call.start) + 1;
        let any = |me: &mut Self| {
            let why = me.why(call, format_args!("the schema of the agent at line {line} leaves `{name}` open"));
            let sym = me.symbol(name, call);
            Val::unknown(why, sym, true)
        };
        if depth > DEEPEST || schema.unknown.is_some() || schema.refs.as_slice().len() != 1 {
            if schema.refs.as_slice().len() > 1 && schema.unknown.is_none() && depth <= DEEPEST {
                let each: Vec<u32> = schema.refs.as_slice().to_vec();
                return each.iter().fold(Val::default(), |v, a| {
                    v.join(&self.shape_of(&Val::addr(*a), name, call, origin, depth + 1))
                });
            }
            return any(self);
        }
        if let Some(reference) = self.keyword(schema, "$ref", call) {
            let reference = reference.as_text().filter(|r| !self.schema.inside.contains(r));
            let Some(reference) = reference.filter(|_| self.schema.followed < MOST_FOLLOWED) else { return any(self) };
            let Some(target) = self.referenced(&reference, call) else { return any(self) };
            self.schema.followed += 1;
            self.schema.inside.push(reference);
            let val = self.shape_of(&target, name, call, origin, depth + 1);
            self.schema.inside.pop();
            return val;
        }
        if let Some(constant) = self.keyword(schema, "const", call) {
            return if constant.refs.is_empty() { constant } else { any(self) };
        }
        if let Some(choices) = self.keyword(schema, "enum", call) {
            let arr = self.iterated(&choices, call);
            let joined = arr.joined();
            return if arr.elems.is_some() && joined.refs.is_empty() && !joined.is_never() {
                joined
            } else {
                any(self)
            };
        }
        for union in ["anyOf", "oneOf"] {
            if let Some(choices) = self.keyword(schema, union, call) {
                let arr = self.iterated(&choices, call);
                return match arr.elems {
                    Some(elems) if !elems.is_empty() => elems
                        .iter()
                        .fold(Val::default(), |v, e| v.join(&self.shape_of(e, name, call, origin, depth + 1))),
                    _ => any(self),
                };
            }
        }
        let types: Vec<String> = match self.keyword(schema, "type", call) {
            Some(t) => match t.as_text() {
                Some(one) => vec![one.to_string()],
                None => {
                    let arr = self.iterated(&t, call);
                    let names: Option<Vec<String>> =
                        arr.elems.unwrap_or_default().iter().map(|e| e.as_text().map(|t| t.to_string())).collect();
                    names.unwrap_or_default()
                }
            },
            None if self.keyword(schema, "properties", call).is_some() => {
                // Without a type, anything but an object passes too.
                return any(self);
            }
            None => vec![],
        };
        if types.is_empty() {
            return any(self);
        }
        let mut val = Val::default();
        for t in &types {
            let part = match t.as_str() {
                "string" => {
                    let longest = self
                        .number(schema, "maxLength", call)
                        .filter(|n| n.hi.is_finite())
                        .map(|n| (n.hi.max(0.0) as u64).saturating_mul(4));
                    let shortest = self.number(schema, "minLength", call).map_or(0, |n| n.lo.max(0.0) as u64);
                    Str::between(shortest, longest).into()
                }
                "number" | "integer" => {
                    let low = self.number(schema, "minimum", call).map_or(f64::NEG_INFINITY, |n| n.lo);
                    let high = self.number(schema, "maximum", call).map_or(f64::INFINITY, |n| n.hi);
                    let why = self.why(call, format_args!("the agent at line {line} decides `{name}`"));
                    let (low, high) = if low <= high { (low, high) } else { (f64::NEG_INFINITY, f64::INFINITY) };
                    let num = Num { whole: t == "integer", ..Num::between(low, high) };
                    if t == "integer" && low >= 0.0 {
                        let sym = self.symbol(name, call);
                        Num::length(low, high, sym, why).into()
                    } else {
                        num.because(why).into()
                    }
                }
                "boolean" => Val::either(),
                "null" => Val::null_because(origin),
                "array" => self.array_shape(schema, name, call, origin, depth),
                "object" => self.object_shape(schema, call, origin, depth),
                _ => any(self),
            };
            val.join_with(&part);
        }
        val
    }

    fn array_shape(&mut self, schema: &Val, name: &str, call: Span, origin: WhyId, depth: u32) -> Val {
        let line = self.script.lines.line_of(call.start) + 1;
        let items = self.keyword(schema, "items", call);
        let singular = name.strip_suffix('s').unwrap_or(name).to_owned();
        let elem = match items {
            Some(items) => self.shape_of(&items, &singular, call, origin, depth + 1),
            None => {
                let why = self
                    .why(call, format_args!("the schema of the agent at line {line} does not say what `{name}` holds"));
                let sym = self.symbol(&singular, call);
                Val::unknown(why, sym, true)
            }
        };
        elem.refs.as_slice().iter().for_each(|a| self.make_summary(*a));
        let most = self.number(schema, "maxItems", call).filter(|n| n.hi.is_finite());
        let least = self.number(schema, "minItems", call).map_or(0.0, |n| n.lo.max(0.0));
        let site = schema.only_ref().map_or(call, |a| {
            let start = self.heap.slots[a as usize].site;
            self.record.literals.get(&start).copied().unwrap_or(call)
        });
        let sym = self.symbol(name, site);
        let (high, why, decided) = match &most {
            Some(n) => {
                let hi = n.hi.max(0.0).floor();
                let why = self.why(
                    call,
                    format!("`{name}` is as long as the agent at line {line} returns: its schema allows {hi}"),
                );
                let place = self.record.max_items.get(&site.start).copied().unwrap_or(site);
                (hi, why, self.why(place, format_args!("the schema allows at most {hi} `{name}`")))
            }
            None => {
                let text =
                    format!("`{name}` is as long as the agent at line {line} returns: its schema sets no maxItems");
                let why = self.why(site, text);
                (f64::INFINITY, why, why)
            }
        };
        let len = if least >= high { Num::exactly(high) } else { Num::length(least, high, sym, why) };
        let arr = Arr { decided: Some(decided), ..Arr::many(elem, len) };
        Val::addr(self.alloc(self.schema_site(schema, call), Content::Array(arr.into())))
    }

    /// Elements of lists of unknown length stand for many.
    pub(super) fn make_summary(&mut self, addr: u32) {
        if self.heap.slots[addr as usize].summary {
            return;
        }
        self.heap.slots[addr as usize].summary = true;
        let inner: Vec<u32> = match self.heap.get(addr) {
            Content::Object(o) => o.fields.iter().flat_map(|f| f.val.refs.as_slice().to_vec()).collect(),
            Content::Array(a) => a.joined().refs.as_slice().to_vec(),
            _ => vec![],
        };
        inner.into_iter().for_each(|a| self.make_summary(a));
    }

    fn object_shape(&mut self, schema: &Val, call: Span, origin: WhyId, depth: u32) -> Val {
        let line = self.script.lines.line_of(call.start) + 1;
        let required: Vec<Arc<str>> = match self.keyword(schema, "required", call) {
            Some(list) => {
                let arr = self.iterated(&list, call);
                arr.elems.unwrap_or_default().iter().filter_map(Val::as_text).collect()
            }
            None => vec![],
        };
        let closed = self.keyword(schema, "additionalProperties", call).is_some_and(|v| v == Val::bool(false));
        let mut obj = Obj { schema: Some(origin), ..Obj::default() };
        let mut open = !closed;
        if let Some(properties) = self.keyword(schema, "properties", call) {
            let content = properties.only_ref().map(|a| self.heap.get(a).clone());
            match content {
                Some(Content::Object(o)) => {
                    open |= o.rest.is_some();
                    for f in &o.fields {
                        let val = self.shape_of(&f.val, &f.name, call, origin, depth + 1);
                        let optional = f.optional || !required.contains(&f.name);
                        obj.fields.push(ObjField { optional, declared: true, ..ObjField::of(f.name.clone(), val) });
                    }
                }
                _ => open = true,
            }
        }
        if open {
            let why = self.why(call, format_args!("the schema of the agent at line {line} allows other fields"));
            let sym = self.symbol("field", call);
            obj.rest = Some(Val::unknown(why, sym, true));
        }
        Val::addr(self.alloc(self.schema_site(schema, call), Content::Object(obj.into())))
    }
}
