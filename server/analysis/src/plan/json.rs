//! JSON: values to text and back, and constants as JSON.

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::{
    MisuseKind,
    contents::{Arr, Content, Obj, ObjField},
    functions::Args,
    heap::Delta,
    interp::Interp,
    strings::Str,
    val::{Addr, Val, WRITTEN},
};
use crate::text::Span;

/// Deepest nesting followed.
const DEEPEST: u32 = 24;
/// So many places are looked into for what they say they are as JSON.
const MOST_PLACES: usize = 4096;

/// What is at a place, as JSON.
#[derive(Debug, Default)]
pub(super) struct Constant {
    /// The contents it was read from.
    pub(super) from: Delta,
    /// `None` where it is no constant.
    pub(super) json: Option<Arc<serde_json::Value>>,
    /// Whether the runtime is certain to take it as a schema, once somebody has asked.
    pub(super) taken: Option<bool>,
    /// Its text, once somebody has asked.
    text: Option<Str>,
}

impl<'a> Interp<'a> {
    pub(super) fn stringify(&mut self, args: &Args, at: Span) -> Val {
        let val = args.get(0);
        self.misused_inside(&val, args.span(0, at), 0);
        if args.rest.is_some() {
            args.vals.iter().chain(&args.rest).for_each(|v| self.escape(v, at));
            self.may_throw();
            return Val::from(Str::any()).join(&Val::undefined());
        }
        if val.undef.is_some() && val.without_nullish().is_never() && val.null.is_none() && !self.replaces(args) {
            return Val::undefined();
        }
        let told = self.tells(&val, &mut vec![], &mut FxHashSet::default());
        if args.has(2) {
            self.converts(&args.get(2));
        }
        let nothing =
            val.builtin.is_some() || val.unknown.is_some_and(|u| !u.data) || !self.functions_in(&val).is_empty();
        if (told || nothing) && !self.replaces(args) {
            return Val::from(Str::any()).join(&Val::undefined());
        }
        if args.has(1) && args.get(1) != Val::null() && args.get(1) != Val::undefined() {
            if !self.replaces(args) {
                let text = Val::from(Str { from_agent: false, ..Str::any() });
                return if val.undef.is_some() { text.join(&Val::undefined()) } else { text };
            }
            // It gets whatever hangs on the value, and may give anything.
            self.escape(&val, at);
            let any = self.unknown(at, "it depends on what is made JSON").join(&val);
            let given = self.any_times(&args.get(1), &[Str::any().into(), any], at);
            self.escape(&given, at);
            self.may_throw();
            return Val::from(Str { from_agent: false, ..Str::any() }).join(&Val::undefined());
        }
        let from_agent = val.str.as_ref().is_some_and(|s| s.from_agent);
        let plain = !args.has(2);
        if plain && let Some(text) = self.constant_text(&val) {
            let copy = self.copy(&val, at, 0);
            return Val::from(Str { json: Some(Arc::new(copy)), ..text });
        }
        let (lo, hi) = self.json_length(&val, 0);
        let hi = if plain { hi } else { None };
        let copy = self.copy(&val, at, 0);
        let text = Val::from(Str { json: Some(Arc::new(copy)), from_agent, ..Str::between(lo, hi) });
        if val.undef.is_some() { text.join(&Val::undefined()) } else { text }
    }

    /// Whether `JSON.stringify` is given a function that says what becomes of each value.
    fn replaces(&self, args: &Args) -> bool {
        let with = args.get(1);
        !self.functions_in(&with).is_empty() || with.builtin.is_some() || with.unknown.is_some_and(|u| !u.data)
    }

    /// Calls what says by itself what it is as JSON, and gives whether there is any such. A ring and big integers throw.
    fn tells(&mut self, val: &Val, above: &mut Vec<Addr>, done: &mut FxHashSet<Addr>) -> bool {
        if val.unknown.is_some_and(|u| !u.data) || done.len() > MOST_PLACES {
            self.may_throw();
        }
        let mut told = false;
        for addr in val.refs.as_slice() {
            if above.contains(addr) {
                self.may_throw();
            }
            if done.len() > MOST_PLACES || !done.insert(*addr) {
                continue;
            }
            above.push(*addr);
            match self.heap.get(*addr).clone() {
                _ if self.heap.slots[*addr as usize].open => self.may_throw(),
                Content::Object(o) => {
                    self.unnamed_members(*addr, &o);
                    let tells = self.has_own(&o, "toJSON");
                    if tells || o.fields.iter().any(|f| f.accessor) {
                        told = true;
                        self.may_throw();
                        self.escape(&Val::addr(*addr), Span::default());
                    }
                    for f in o.fields.iter().filter(|f| !f.accessor) {
                        told |= self.tells(&f.val, above, done);
                    }
                    if let Some(rest) = &o.rest {
                        told |= self.tells(rest, above, done);
                    }
                }
                Content::Array(a) => told |= self.tells(&a.joined(), above, done),
                // One that is no date throws.
                Content::Other("Date") => self.may_throw(),
                _ => {}
            }
            above.pop();
        }
        told
    }

    /// Notes promises anywhere in a value that is turned into JSON, where they become `{}`.
    fn misused_inside(&mut self, val: &Val, at: Span, depth: u32) {
        self.misused(val, at, MisuseKind::Json);
        if depth > 4 {
            return;
        }
        for addr in val.refs.as_slice() {
            match self.heap.get(*addr).clone() {
                Content::Object(o) => o.fields.iter().for_each(|f| self.misused_inside(&f.val, at, depth + 1)),
                Content::Array(a) => {
                    let elems = a.elems.as_deref().unwrap_or(std::slice::from_ref(&a.elem));
                    elems.iter().for_each(|elem| self.misused_inside(elem, at, depth + 1));
                }
                _ => {}
            }
        }
    }

    pub(super) fn parse_json(&mut self, args: &Args, at: Span) -> Val {
        let text = args.get(0);
        self.converts(&text);
        let with = args.get(1);
        if !self.functions_in(&with).is_empty() || with.unknown.is_some_and(|u| !u.data) || args.rest.is_some() {
            // It gets every part of what is there, and may give anything.
            let any = self.unknown(at, "it depends on what is parsed");
            let given = self.any_times(&with, &[Str::any().into(), any.clone()], at);
            args.vals.iter().chain(&args.rest).chain([&given]).for_each(|v| self.escape(v, at));
            self.may_throw();
            return any;
        }
        let Some(s) = text.str.clone().filter(|_| text.only_str()) else {
            self.may_throw();
            if let Some(u) = text.unknown {
                return Val::unknown(u.why, u.sym, true);
            }
            return self.data(at, "the text decides what it parses to");
        };
        if let Some(json) = &s.json {
            let json = (**json).clone();
            if json.unknown.is_some() {
                self.may_throw();
            }
            return self.copy(&json, at, 0);
        }
        if let Some(known) = s.single() {
            return match serde_json::from_str::<serde_json::Value>(&known) {
                Ok(json) => self.json_value(&json, at, 0),
                Err(_) => {
                    self.leave(super::interp::Leave::Throw, Val::default());
                    Val::default()
                }
            };
        }
        self.may_throw();
        self.data(
            at,
            if s.from_agent {
                "an agent's text decides what it parses to"
            } else {
                "the text decides what it parses to"
            },
        )
    }

    /// Data of which nothing is known.
    pub(super) fn data(&mut self, at: Span, text: &str) -> Val {
        let why = self.why(at, text);
        let sym = self.fresh_symbol(at);
        Val::unknown(why, sym, true)
    }

    /// A copy of plain data, as a JSON round trip makes it.
    pub(super) fn copy(&mut self, val: &Val, at: Span, depth: u32) -> Val {
        if val.refs.is_empty() {
            return Val { undef: None, ..val.clone() };
        }
        if depth > DEEPEST {
            return self.data(at, "data nested this deep is not followed");
        }
        let mut copied = Val { refs: super::val::Refs::None, undef: None, ..val.clone() };
        for addr in val.refs.as_slice().to_vec() {
            self.looks(addr);
            let summary = self.heap.slots[addr as usize].summary;
            let content = match self.heap.get(addr).clone() {
                _ if self.heap.slots[addr as usize].open => {
                    copied.join_with(&self.data(at, "something else can change it at any time"));
                    continue;
                }
                Content::Object(o) => {
                    let mut new = Obj { schema: o.schema, ..Obj::default() };
                    for f in &o.fields {
                        let val = self.copy(&f.val, at, depth + 1);
                        let optional = f.optional || f.val.undef.is_some();
                        if !val.is_never() {
                            let field = ObjField::of(f.name.clone(), val);
                            new.fields.push(ObjField { optional, declared: f.declared, ..field });
                        }
                    }
                    new.rest = o.rest.as_ref().map(|r| self.copy(r, at, depth + 1));
                    Content::Object(new.into())
                }
                Content::Array(a) => {
                    let undefined = |v: &Val| {
                        if v.undef.is_some() { Val { undef: None, null: Some(0), ..v.clone() } } else { v.clone() }
                    };
                    let elems = a
                        .elems
                        .as_ref()
                        .map(|e| e.iter().map(|v| self.copy(&undefined(v), at, depth + 1)).collect::<Vec<Val>>());
                    let elem = self.copy(&undefined(&a.elem), at, depth + 1);
                    Content::Array(Arr { elems, elem, ..(*a).clone() }.into())
                }
                Content::Fun(_) => continue,
                Content::Other("Date") => {
                    copied.join_with(&Str::between(20, Some(30)).into());
                    continue;
                }
                _ => Content::Object(Obj::default().into()),
            };
            // Copies made at one place are told apart by what they are copies of.
            let outer = self.enter_chain(at.start);
            let source = Span::at(self.heap.slots[addr as usize].site);
            let new = self.alloc(source, content);
            self.chain = outer;
            self.heap.slots[new as usize].summary = summary;
            copied.join_with(&Val::addr(new));
        }
        copied
    }

    /// The constant a value is, as JSON.
    pub(super) fn to_json(&self, val: &Val, depth: u32) -> Option<serde_json::Value> {
        self.json_of(val, depth, &mut vec![])
    }

    /// The constant a schema is, as JSON.
    pub(super) fn schema_json(&mut self, val: &Val) -> Option<Arc<serde_json::Value>> {
        let Some(addr) = val.only_ref() else { return self.to_json(val, 0).map(Arc::new) };
        self.constant(addr).json.clone()
    }

    /// The JSON text of the constant a value is.
    fn constant_text(&mut self, val: &Val) -> Option<Str> {
        let Some(addr) = val.only_ref() else { return self.to_json(val, 0).map(|json| Str::known(&json.to_string())) };
        let constant = self.constant(addr);
        let json = constant.json.as_ref()?;
        Some(constant.text.get_or_insert_with(|| Str::known(&json.to_string())).clone())
    }

    /// The constant at a place. It is made once and kept for as long as nothing in it changes.
    pub(super) fn constant(&mut self, addr: Addr) -> &mut Constant {
        let heap = &self.heap;
        let holds = |(a, content): &(Addr, Content)| !heap.slots[*a as usize].open && heap.get(*a).is_same(content);
        let known = self.constants.get(&addr).is_some_and(|constant| constant.from.0.iter().all(holds));
        if !known {
            let mut seen = vec![];
            let json = self.json_of(&Val::addr(addr), 0, &mut seen).map(Arc::new);
            self.constants.insert(addr, Constant { from: Delta(seen), json, taken: None, text: None });
        }
        self.constants.entry(addr).or_default()
    }

    /// The constant a value is; `seen` gets what it was read from.
    fn json_of(&self, val: &Val, depth: u32, seen: &mut Vec<(Addr, Content)>) -> Option<serde_json::Value> {
        if depth > DEEPEST {
            return None;
        }
        let Some(addr) = val.only_ref() else {
            if let Some(text) = val.as_text() {
                return Some(serde_json::Value::String(text.to_string()));
            }
            if let Some(n) = val.as_number() {
                let whole = n.fract() == 0.0 && n.abs() < 9e15;
                return if whole { Some((n as i64).into()) } else { serde_json::Number::from_f64(n).map(Into::into) };
            }
            return match val {
                _ if val.parts() != 1 => None,
                Val { null: Some(_), .. } => Some(serde_json::Value::Null),
                Val { yes, no, .. } if yes != no => Some((*yes).into()),
                _ => None,
            };
        };
        if self.heap.slots[addr as usize].open {
            return None;
        }
        seen.push((addr, self.heap.get(addr).clone()));
        match self.heap.get(addr) {
            Content::Object(o) if o.rest.is_none() && !o.error && o.class.is_none() => {
                let mut map = serde_json::Map::new();
                for f in &o.fields {
                    if f.val.undef == Some(WRITTEN) && f.val.parts() == 1 && !f.optional {
                        continue;
                    }
                    if f.optional || f.accessor {
                        return None;
                    }
                    map.insert(f.name.to_string(), self.json_of(&f.val, depth + 1, seen)?);
                }
                Some(map.into())
            }
            Content::Array(a) => {
                let elems = a.elems.as_ref()?;
                elems.iter().map(|e| self.json_of(e, depth + 1, seen)).collect::<Option<Vec<_>>>().map(Into::into)
            }
            _ => None,
        }
    }

    /// JSON as a value of the heap.
    pub(super) fn json_value(&mut self, json: &serde_json::Value, at: Span, depth: u32) -> Val {
        if depth > 100 {
            return self.data(at, "data nested this deep is not followed");
        }
        match json {
            serde_json::Value::Null => Val::null(),
            serde_json::Value::Bool(b) => Val::bool(*b),
            serde_json::Value::Number(n) => Val::number(n.as_f64().unwrap_or(0.0)),
            serde_json::Value::String(s) => Val::text(s),
            serde_json::Value::Array(items) => {
                let elems: Vec<Val> = items.iter().map(|i| self.json_value(i, at, depth + 1)).collect();
                self.new_array(Arr::of(elems), at)
            }
            serde_json::Value::Object(map) => {
                let mut obj = Obj::default();
                for (name, item) in map {
                    let val = self.json_value(item, at, depth + 1);
                    super::expressions::set_field(&mut obj, name, val);
                }
                Val::addr(self.alloc(at, Content::Object(obj.into())))
            }
        }
    }

    /// Bounds of the length of a value's JSON text.
    fn json_length(&self, val: &Val, depth: u32) -> (u64, Option<u64>) {
        if depth > 8 || val.unknown.is_some() || val.builtin.is_some() {
            return (0, None);
        }
        let mut bounds: Option<(u64, Option<u64>)> = None;
        let mut add = |lo: u64, hi: Option<u64>| {
            bounds = Some(match bounds {
                None => (lo, hi),
                Some((l, h)) => (l.min(lo), h.zip(hi).map(|(a, b)| a.max(b))),
            });
        };
        if val.null.is_some() || val.undef.is_some() {
            add(4, Some(4));
        }
        if val.yes || val.no {
            add(4, Some(5));
        }
        if val.num.is_some() {
            add(1, Some(25));
        }
        if let Some(s) = &val.str {
            // Every byte can need an escape of six.
            add(s.lo() + 2, s.hi().map(|h| h.saturating_mul(6).saturating_add(2)));
        }
        for addr in val.refs.as_slice() {
            let (lo, hi) = self.json_length_at(*addr, depth);
            add(lo, hi);
        }
        bounds.unwrap_or((0, None))
    }

    fn json_length_at(&self, addr: Addr, depth: u32) -> (u64, Option<u64>) {
        match self.heap.get(addr) {
            _ if self.heap.slots[addr as usize].open => (0, None),
            Content::Object(o) => {
                let mut total = (2u64, if o.rest.is_some() { None } else { Some(2u64) });
                for f in &o.fields {
                    let (lo, hi) = self.json_length(&f.val, depth + 1);
                    let name = f.name.len() as u64 + 4;
                    if !f.optional && f.val.undef.is_none() {
                        total.0 = total.0.saturating_add(lo + name - 1);
                    }
                    total.1 = total.1.zip(hi).map(|(a, b)| a.saturating_add(b).saturating_add(name));
                }
                total
            }
            Content::Array(a) => {
                let (lo, hi) = self.json_length(&a.joined(), depth + 1);
                let (n, m) = (a.len.lo.max(0.0) as u64, a.len.hi);
                let hi = hi
                    .filter(|_| m.is_finite())
                    .map(|h| (m as u64).saturating_mul(h.saturating_add(1)).saturating_add(2));
                let empty = if m == 0.0 { Some(2) } else { hi };
                (n.saturating_mul(lo).saturating_add(2), empty)
            }
            _ => (0, None),
        }
    }
}
