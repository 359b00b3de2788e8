//! Data on its way from one script to another: the arguments of a nested workflow, and what it returns. Copies, as JSON makes them.

use std::sync::Arc;

use super::{
    Why,
    contents::{Arr, Content, Obj, ObjField},
    heap::Heap,
    interp::Interp,
    numbers::Num,
    strings::Str,
    val::Val,
};
use crate::text::Span;

/// Deepest nesting followed.
const DEEPEST: u32 = 24;
/// Most values one copy holds; what is beyond is not known.
const MOST: u32 = 2_000;

/// A value without the heap it was made in.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Given {
    undefined: bool,
    null: bool,
    yes: bool,
    no: bool,
    number: Option<Number>,
    text: Option<Text>,
    lists: Vec<List>,
    objects: Vec<Object>,
    /// Nothing is known of it, because.
    unknown: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Number {
    lo: f64,
    hi: f64,
    whole: bool,
    why: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Text {
    known: Option<Arc<[Arc<str>]>>,
    lo: u64,
    hi: Option<u64>,
    from_agent: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct List {
    elems: Option<Vec<Given>>,
    elem: Given,
    len: Number,
}

#[derive(Clone, Debug, PartialEq)]
struct Object {
    fields: Vec<(Arc<str>, Given, bool)>,
    rest: Option<Given>,
}

impl Given {
    /// Anything, because.
    pub(super) fn unknown(why: impl Into<String>) -> Given {
        Given { unknown: Some(why.into()), ..Given::default() }
    }
}

/// Copies values out of a heap.
pub(super) struct Copier<'h> {
    heap: &'h Heap,
    whys: &'h [Why],
    left: u32,
    /// Copying it may run code of the script, or is refused.
    pub(super) runs_code: bool,
}

impl<'h> Copier<'h> {
    pub(super) fn new(heap: &'h Heap, whys: &'h [Why]) -> Self {
        Copier { heap, whys, left: MOST, runs_code: false }
    }

    pub(super) fn copy(&mut self, val: &Val) -> Given {
        self.at_depth(val, 0)
    }

    fn why(&self, id: Option<u32>) -> Option<String> {
        id.filter(|id| *id != 0).and_then(|id| self.whys.get(id as usize)).map(|why| why.text.clone())
    }

    fn number(&self, n: &Num) -> Number {
        Number { lo: n.lo, hi: n.hi, whole: n.whole, why: self.why(n.whys.first()) }
    }

    fn at_depth(&mut self, val: &Val, depth: u32) -> Given {
        if depth > DEEPEST || self.left == 0 {
            return Given::unknown("data this large is not followed");
        }
        self.left -= 1;
        let mut given = Given {
            undefined: val.undef.is_some(),
            null: val.null.is_some(),
            yes: val.yes,
            no: val.no,
            // A number that is none is refused.
            number: val.num.as_ref().filter(|n| n.lo <= n.hi).map(|n| self.number(n)),
            text: val.str.as_ref().map(|s| Text {
                known: s.texts().cloned(),
                lo: s.lo(),
                hi: s.hi(),
                from_agent: s.from_agent,
            }),
            ..Given::default()
        };
        if let Some(unknown) = val.unknown {
            self.runs_code |= !unknown.data;
            given.unknown = Some(self.why(Some(unknown.why)).unwrap_or_else(|| "the run decides it".into()));
        }
        if val.builtin.is_some() {
            self.refused(&mut given);
        }
        for addr in val.refs.as_slice() {
            let slot = &self.heap.slots[*addr as usize];
            if slot.open {
                self.runs_code = true;
                given.unknown.get_or_insert_with(|| "something else can change it at any time".into());
                continue;
            }
            match self.heap.get(*addr).clone() {
                Content::Array(a) => {
                    let elems = a.elems.as_ref().map(|e| e.iter().map(|v| self.element(v, depth)).collect());
                    let elem = if elems.is_none() { self.element(&a.elem, depth) } else { Given::default() };
                    given.lists.push(List { elems, elem, len: self.number(&a.len) });
                }
                Content::Object(o) if o.class.is_none() && !o.error => {
                    let mut fields = vec![];
                    for f in &o.fields {
                        self.runs_code |= f.accessor;
                        let copy = if f.accessor {
                            Given::unknown("the script computes it when it is read")
                        } else {
                            self.at_depth(&f.val, depth + 1)
                        };
                        let optional = f.optional || copy.undefined;
                        fields.push((f.name.clone(), Given { undefined: false, ..copy }, optional));
                    }
                    let rest = o.rest.as_ref().map(|r| self.at_depth(r, depth + 1));
                    given.objects.push(Object { fields, rest });
                }
                _ => self.refused(&mut given),
            }
        }
        given
    }

    fn element(&mut self, val: &Val, depth: u32) -> Given {
        let copy = self.at_depth(val, depth + 1);
        Given { undefined: false, null: copy.null || copy.undefined, ..copy }
    }

    /// What is no data is not handed over; that anything may be is on the safe side.
    fn refused(&mut self, given: &mut Given) {
        self.runs_code = true;
        given.unknown.get_or_insert_with(|| "it is no plain data".into());
    }
}

impl Interp<'_> {
    /// The value of a copy, in this script. `name` is what is shown for it, `at` the place it comes in.
    pub(super) fn take_in(&mut self, given: &Given, name: &str, at: Span) -> Val {
        let from = |why: &Option<String>| match why {
            Some(why) => format!("{why} (`{name}`, which comes from outside)"),
            None => format!("`{name}` comes from outside"),
        };
        let short = name.rsplit('.').next().unwrap_or(name).to_owned();
        let number = |me: &mut Self, n: &Number| {
            if n.lo == n.hi {
                return Num::exactly(n.lo);
            }
            let why = me.why(at, from(&n.why));
            let sym = me.symbol(&short, at);
            match n.whole && n.lo >= 0.0 {
                true => Num::length(n.lo, n.hi, sym, why),
                false => Num { whole: n.whole, ..Num::between(n.lo, n.hi) }.because(why),
            }
        };
        let mut val = Val { yes: given.yes, no: given.no, ..Val::default() };
        if given.undefined {
            val.undef = Some(self.why(at, format!("`{name}` can be missing")));
        }
        if given.null {
            val.null = Some(self.why(at, format!("`{name}` can be null")));
        }
        val.num = given.number.as_ref().map(|n| number(self, n).into());
        val.str = given
            .text
            .as_ref()
            .map(|t| Arc::new(Str { from_agent: t.from_agent, ..Str::of(t.known.clone(), t.lo, t.hi) }));
        if let Some(why) = &given.unknown {
            let why = self.why(at, from(&Some(why.clone())));
            let sym = self.symbol(&short, at);
            val.join_with(&Val::unknown(why, sym, true));
        }
        for list in &given.lists {
            let item = format!("{name}[]");
            let arr = match &list.elems {
                Some(elems) => Arr::of(elems.iter().map(|e| self.take_in(e, &item, at)).collect()),
                None => {
                    let elem = self.take_in(&list.elem, &item, at);
                    elem.refs.as_slice().iter().for_each(|a| self.make_summary(*a));
                    let len = number(self, &list.len);
                    Arr { decided: len.whys.first(), ..Arr::many(elem, len) }
                }
            };
            val.join_with(&Val::addr(self.alloc(at, Content::Array(arr.into()))));
        }
        for object in &given.objects {
            let mut obj = Obj::default();
            for (field, given, optional) in &object.fields {
                let val = self.take_in(given, &format!("{name}.{field}"), at);
                if !val.is_never() {
                    obj.fields.push(ObjField { optional: *optional, ..ObjField::of(field.clone(), val) });
                }
            }
            obj.rest = object.rest.as_ref().map(|r| self.take_in(r, &format!("{name}.…"), at));
            val.join_with(&Val::addr(self.alloc(at, Content::Object(obj.into()))));
        }
        val
    }
}
