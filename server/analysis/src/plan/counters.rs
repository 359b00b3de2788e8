//! Numbers followed through a loop relative to its head.

use std::sync::Arc;

use swc_ecma_ast::{BinaryOp, Expr};

use super::{
    contents::{Arr, Coll, Content, Fun},
    interp::Interp,
    narrowing::stepped,
    numbers::{Num, Since},
    sum::{Sum, Tally},
    val::{Addr, Val},
};

impl<'a> Interp<'a> {
    /// How often `i < n` can hold, where `i` starts at a known number.
    pub(super) fn trip_hint(&mut self, test: &'a Expr) -> Option<Tally> {
        let Expr::Bin(b) = test.unwrap_parens() else { return None };
        let (small, large, extra) = match b.op {
            BinaryOp::LogicalAnd => return self.trip_hint(&b.left).or_else(|| self.trip_hint(&b.right)),
            BinaryOp::Lt => (&b.left, &b.right, 0.0),
            BinaryOp::LtEq => (&b.left, &b.right, 1.0),
            BinaryOp::Gt => (&b.right, &b.left, 0.0),
            BinaryOp::GtEq => (&b.right, &b.left, 1.0),
            _ => return None,
        };
        let from = match stepped(small) {
            Some(_) => self.ahead(small),
            None => self.peek(small)?,
        };
        let from = from.as_number()?;
        let num = bound_of(self.ahead(large))?;
        Some(num.add(&Num::exactly(extra)).sub(&Num::exactly(from)).tally())
    }

    /// What `e` would give now.
    pub(super) fn ahead(&mut self, e: &'a Expr) -> Val {
        self.peek(e).unwrap_or_else(|| {
            let before = self.checkpoint();
            let val = self.way(|me| me.expr(e)).val;
            self.go_back(&before);
            val
        })
    }
}

/// The number something is compared with.
pub(super) fn bound_of(limit: Val) -> Option<Num> {
    match limit.unknown {
        Some(u) => {
            let any = Num::length(0.0, f64::INFINITY, u.sym, u.why);
            // `args.rounds ?? 3`
            Some(limit.number_part().map_or_else(|| any.clone(), |number| any.join(&number)))
        }
        None => limit.number_part().filter(|_| limit.only_num()),
    }
}

/// Whether the condition moves a variable that it compares: `i++ < n`.
pub(super) fn steps(test: &Expr) -> bool {
    let Expr::Bin(b) = test.unwrap_parens() else { return false };
    match b.op {
        BinaryOp::LogicalAnd => steps(&b.left) || steps(&b.right),
        _ => stepped(&b.left).or(stepped(&b.right)).is_some(),
    }
}

/// One number followed relative to the head.
#[derive(Clone)]
pub(super) struct Counter {
    pub(super) addr: Addr,
    pub(super) part: Part,
    pub(super) base: u32,
    pub(super) entry: Num,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part {
    Var,
    Length,
    Size,
    Field(Arc<str>),
    /// How many fields there are whose names are not known.
    Unnamed,
}

/// How many iterations a counter allows whose value at the end of each is `end`.
pub(super) fn iterations(entry: &Num, end: &Num, step: Since) -> f64 {
    if end.nan {
        return f64::INFINITY;
    }
    if step.lo > 0.0 && end.hi.is_finite() && entry.lo.is_finite() {
        ((end.hi - entry.lo) / step.lo).floor().max(0.0)
    } else if step.hi < 0.0 && end.lo.is_finite() && entry.hi.is_finite() {
        ((end.lo - entry.hi) / step.hi).floor().max(0.0)
    } else {
        f64::INFINITY
    }
}

/// `entry + count · step`.
pub(super) fn travelled_freely(entry: &Num, step: (f64, f64), count: &Tally) -> Num {
    if step == (0.0, 0.0) {
        return entry.clone();
    }
    let trips = Num {
        whole: true,
        sum: Some(Arc::new(count.sum.clone())),
        whys: count.whys.clone(),
        ..Num::between(count.low as f64, count.high.map_or(f64::INFINITY, |h| h as f64))
    };
    let trips = if count.high == Some(count.low) { Num::exactly(count.low as f64) } else { trips };
    let whole = step.0.fract() == 0.0 && step.1.fract() == 0.0;
    let moved = trips.mul(&Num { whole, ..Num::between(step.0, step.1) });
    let mut moved = Num { nan: false, whole, ..moved };
    if moved.sum.is_none() && step.0 >= 0.0 && step.1.fract() == 0.0 {
        let sum = count.sum.times(&Sum::constant(step.1 as u64));
        moved.sum = Some(Arc::new(if step.0 == step.1 { sum } else { sum.at_most() })).filter(|s| !s.is_long());
    }
    entry.add(&moved)
}

/// `entry + count · step`, within what is known of it otherwise.
pub(super) fn travelled(entry: &Num, step: (f64, f64), count: &Tally, known: &Num) -> Num {
    clamp(&travelled_freely(entry, step, count), known)
}

pub(super) fn clamp(num: &Num, known: &Num) -> Num {
    let (lo, hi) = (num.lo.max(known.lo), num.hi.min(known.hi));
    if lo > hi {
        return Num { since: num.since, ..known.clone() };
    }
    Num { lo, hi, whys: num.whys.union(&known.whys), ..num.clone() }
}

pub(super) fn part_of(content: &Content, part: &Part) -> Option<Num> {
    match (content, part) {
        (Content::Var(v), Part::Var) => v.number_part().filter(|_| v.only_num()),
        (Content::Array(a), Part::Length) => Some(a.len.clone()),
        (Content::Map(c) | Content::Set(c), Part::Size) => Some(c.size.clone()),
        (Content::Object(o), Part::Field(name)) => {
            let f = o.fields.iter().find(|f| f.name == *name && !f.optional)?;
            f.val.number_part().filter(|_| f.val.only_num())
        }
        (Content::Object(o), Part::Unnamed) => o.count_unnamed(),
        _ => None,
    }
}

pub(super) fn set_part(content: &mut Content, part: &Part, num: Num) {
    match (content, part) {
        (Content::Var(v), Part::Var) => Arc::make_mut(v).num = Some(num.into()),
        (Content::Array(a), Part::Length) => Arc::make_mut(a).len = num,
        (Content::Map(c) | Content::Set(c), Part::Size) => Arc::make_mut(c).size = num,
        (Content::Object(o), Part::Field(name)) => {
            if let Some(f) = Arc::make_mut(o).fields.iter_mut().find(|f| f.name == *name) {
                f.val.num = Some(num.into());
            }
        }
        (Content::Object(o), Part::Unnamed) if o.unnamed.is_some() => Arc::make_mut(o).unnamed = Some(num),
        _ => {}
    }
}

/// Applies `f` to every number directly in the contents.
pub(super) fn map_nums(content: &Content, f: &impl Fn(&Num) -> Num) -> Content {
    let val = |v: &Val| match &v.num {
        Some(n) if n.since.is_some() => Val { num: Some(f(n).into()), ..v.clone() },
        _ => v.clone(),
    };
    match content {
        Content::Var(v) => match &v.num {
            Some(n) if n.since.is_some() => Content::Var(val(v).into()),
            _ => content.clone(),
        },
        Content::Array(a) => {
            let elems = a.elems.as_ref().map(|e| e.iter().map(val).collect());
            let arr = Arr { len: f(&a.len), elem: val(&a.elem), elems, ..(**a).clone() };
            Content::Array(arr.into())
        }
        Content::Object(o) => {
            let mut o = (**o).clone();
            for field in &mut o.fields {
                field.val = val(&field.val);
            }
            o.unnamed = o.unnamed.as_ref().map(f);
            Content::Object(o.into())
        }
        Content::Map(c) => Content::Map(Arc::new(Coll { size: f(&c.size), key: val(&c.key), val: val(&c.val) })),
        Content::Set(c) => Content::Set(Arc::new(Coll { size: f(&c.size), key: val(&c.key), val: val(&c.val) })),
        Content::Iterator(a) => {
            let elems = a.elems.as_ref().map(|e| e.iter().map(val).collect());
            let arr = Arr { len: f(&a.len), elem: val(&a.elem), elems, ..(**a).clone() };
            Content::Iterator(arr.into())
        }
        Content::Fun(fun) => {
            let Fun::Class { node, env, parent, statics } = &**fun else { return content.clone() };
            let mut statics = statics.clone();
            for s in &mut statics {
                s.val = val(&s.val);
            }
            let (node, env, parent) = (*node, env.clone(), parent.clone());
            Content::Fun(Fun::Class { node, env, parent, statics }.into())
        }
        other => other.clone(),
    }
}

/// Contents without relative numbers.
pub(super) fn strip(content: &Content) -> Content {
    map_nums(content, &|n| Num { since: None, ..n.clone() })
}

/// Whether arrays are known in the same way.
pub(super) fn same_shape(a: &Content, b: &Content) -> bool {
    match (a, b) {
        (Content::Array(a), Content::Array(b)) => a.elems.is_some() == b.elems.is_some(),
        _ => true,
    }
}

/// Whether the list may be another one that is shorter.
pub(super) fn may_shrink(now: &Content, before: &Content) -> bool {
    match (now, before) {
        (Content::Array(now), Content::Array(before)) => {
            let apart = !Arc::ptr_eq(now, before) && now.elems.is_none();
            apart && (now.len.hi < before.len.hi || before.len.hi.is_infinite())
        }
        _ => false,
    }
}
