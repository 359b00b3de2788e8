//! Loops that go through a list in batches: `for (let i = 0; i < xs.length; i += 5) { const batch = xs.slice(i, i + 5); … }`.
//! Or takes them off it: `while (queue.length) { const batch = queue.splice(0, 5); … }`.
//!
//! How long one batch is has a symbol of its own while the loop is followed. However many rounds there are, no element is in two
//! batches, so what all rounds do for each element is what one of them does, times the length of the list.

use std::sync::Arc;

use swc_ecma_ast::{
    AssignOp, AssignTarget, BinaryOp, Callee, Expr, ForStmt, Ident, Lit, SimpleAssignTarget, Stmt, VarDeclOrExpr,
};

use super::{
    Binding,
    contents::{Arr, Coll, Content, Frame},
    effects::Effects,
    heap::Delta,
    interp::Interp,
    numbers::Num,
    sum::{Sum, SymId, Tally},
    takings::method_call,
    val::{Addr, Val},
};
use crate::{
    script::{span, walk},
    text::Span,
};

/// How long a batch is to be: a number, or a constant of the script.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Size {
    Number(f64),
    Constant(Addr),
}

/// What has it that no element is in two batches.
#[derive(Clone, Debug)]
enum Taken {
    /// A counter goes up by the size of a batch.
    Window { counter: Addr, size: Size },
    /// They are taken off a list; which, and whether it may grow meanwhile.
    Queue { list: Addr, grows: bool },
}

/// A loop that takes batches.
#[derive(Clone, Debug)]
pub(super) struct Batch {
    taken: Taken,
    /// How long one batch is.
    pub(super) share: SymId,
    /// How long they are together; `None` before one was taken.
    pub(super) total: Option<Tally>,
}

impl<'a> Interp<'a> {
    /// The batches that a loop takes in turn, if only its update writes to its counter.
    pub(super) fn batch(&mut self, f: &'a ForStmt) -> Option<Batch> {
        let Some(Expr::Assign(update)) = f.update.as_deref().map(|u| u.unwrap_parens()) else { return None };
        let AssignTarget::Simple(SimpleAssignTarget::Ident(counter)) = &update.left else { return None };
        if update.op != AssignOp::AddAssign || !matches!(f.init, Some(VarDeclOrExpr::VarDecl(_))) {
            return None;
        }
        let addr = self.place(&counter.id)?;
        let entry = self.heap.var(addr);
        let starts_inside = entry.only_num() && entry.num.as_ref().is_some_and(|n| n.lo >= 0.0 && n.whole && !n.nan);
        let step = update.right.unwrap_parens();
        let size = self.size_of(step)?;
        if !starts_inside || writes_to(&f.body, &counter.id) {
            return None;
        }
        let share = self.symbol("batch", span(step));
        Some(Batch { taken: Taken::Window { counter: addr, size }, share, total: None })
    }

    /// The batches that a loop takes off a list that is there before, if it adds nothing to it as far as is seen at once.
    pub(super) fn queue(&mut self, body: &'a Stmt) -> Option<Batch> {
        let (name, at) = spliced(body)?;
        let variable = self.outer(name).filter(|variable| self.is_constant(*variable))?;
        let list = self.peek_variable(variable)?.only_ref()?;
        let Content::Array(arr) = self.heap.get(list) else { return None };
        let total = Some(arr.len.tally()).filter(|_| self.is_own(list))?;
        Some(Batch { taken: Taken::Queue { list, grows: false }, share: self.symbol("batch", at), total: Some(total) })
    }

    /// The variable that a name means in a scope within this one, if it is not declared there.
    fn outer(&self, name: &Ident) -> Option<Addr> {
        let Binding::Local { declared } = self.scopes.names.get(span(name))?.binding else { return None };
        let mut frame = self.env.as_ref();
        while let Some(Frame { base, count, parent }) = frame.map(|f| &**f) {
            let mut places = *base..*base + *count;
            if let Some(place) = places.find(|place| self.heap.slots[*place as usize].site == declared.start) {
                return Some(place);
            }
            frame = parent.as_ref();
        }
        None
    }

    /// Whether nobody else writes to the one list at that place.
    fn is_own(&self, list: Addr) -> bool {
        self.heap.is_single(list) && !self.heap.slots[list as usize].shared
    }

    /// Gives what `list.splice(…)` took, `val`, the length of a batch, if it is one of a loop's.
    pub(super) fn take_spliced(&mut self, list: &Val, val: &Val) {
        let (Some(list), Some(taken)) = (list.only_ref(), val.only_ref()) else { return };
        let of_it = |b: &&Batch| matches!(b.taken, Taken::Queue { list: own, .. } if own == list);
        let Some(batch) = self.batches.iter().rev().find(of_it) else { return };
        let Some(share) = Some(batch.share).filter(|_| self.is_own(list)) else { return };
        let Content::Array(arr) = self.heap.get(taken).clone() else { return };
        if arr.elems.is_none() {
            let len = Num { sum: Some(Arc::new(Sum::symbol(share))), ..arr.len.clone() };
            self.heap.replace(taken, Content::Array(Arc::new(Arr { len, ..(*arr).clone() })));
        }
    }

    /// Notes that a list may grow.
    pub(super) fn note_growth(&mut self, grown: Addr) {
        for batch in &mut self.batches {
            if let Taken::Queue { list, grows } = &mut batch.taken {
                *grows |= *list == grown;
            }
        }
    }

    /// Whether the batches of a loop that has been followed make up the list as it was before.
    pub(super) fn is_made_up(&self, batch: &Batch) -> bool {
        match batch.taken {
            Taken::Window { .. } => true,
            Taken::Queue { list, grows } => !grows && self.is_own(list),
        }
    }

    /// Gives what `list.slice(from, to)` took, `val`, the length of a batch, if it is one of a loop's.
    pub(super) fn take_batch(&mut self, list: &Val, args: &'a [swc_ecma_ast::ExprOrSpread], val: &Val, at: Span) {
        let [from, to] = args else { return };
        let (Expr::Ident(from), None, None) = (from.expr.unwrap_parens(), from.spread, to.spread) else { return };
        let Some(counter) = self.place(from) else { return };
        let window = |b: &Batch| match b.taken {
            Taken::Window { counter: own, size } if own == counter => Some(size),
            _ => None,
        };
        let Some((n, size)) = self.batches.iter().enumerate().rev().find_map(|(n, b)| Some((n, window(b)?))) else {
            return;
        };
        let end = match to.expr.unwrap_parens() {
            // `Math.min(i + 5, xs.length)`
            Expr::Call(c) if is_min(&c.callee) => c.args.first().map(|a| a.expr.unwrap_parens()),
            other => Some(other),
        };
        let Some(Expr::Bin(end)) = end else { return };
        let whole = end.op == BinaryOp::Add
            && matches!(end.left.unwrap_parens(), Expr::Ident(i) if self.place(i) == Some(counter));
        if !whole || self.size_of(end.right.unwrap_parens()) != Some(size) {
            return;
        }
        let &[taken] = val.refs.as_slice() else { return };
        let Content::Array(batch) = self.heap.get(taken).clone() else { return };
        if batch.elems.is_some() && batch.len.is_exact() {
            return;
        }
        let filled = Val { undef: None, null: None, str: None, ..list.clone() };
        let whole = self.iterated_or_empty(&filled, at).len.tally();
        let share = self.batches[n].share;
        let total = self.batches[n].total.take().map_or_else(|| whole.clone(), |t| t.join(&whole));
        self.batches[n].total = Some(total);
        let len = Num {
            sum: Some(Arc::new(Sum::symbol(share))),
            whys: batch.len.whys.union(&whole.whys),
            ..batch.len.clone()
        };
        self.heap.replace(taken, Content::Array(Arc::new(Arr { len, ..(*batch).clone() })));
    }

    /// The same number of any of the batches that are being taken.
    pub(super) fn of_any_batch(&self, n: Tally) -> Tally {
        let names = |b: &&Batch| b.total.is_some() && n.sum.names(b.share);
        match (self.batches.iter().find(names), n.high) {
            (None, _) => n,
            (Some(_), Some(high)) => Tally { sum: Sum::constant(high).at_most(), ..n },
            (Some(Batch { share, total, .. }), None) => {
                let most = total.as_ref().map_or_else(Sum::default, |t| t.sum.clone().at_most());
                Tally { sum: n.sum.with(*share, &most), ..n }
            }
        }
    }

    fn size_of(&mut self, e: &Expr) -> Option<Size> {
        match e {
            Expr::Lit(Lit::Num(n)) if n.value > 0.0 => Some(Size::Number(n.value)),
            Expr::Ident(i) => self.place(i).filter(|size| self.is_constant(*size)).map(Size::Constant),
            _ => None,
        }
    }

    /// Has nothing that outlives a round know of its batch: the next round has another one of that name. What is older than the round is
    /// in `end`.
    pub(super) fn leave_batch(&mut self, batch: &Batch, born: Addr, end: &mut Delta, val: &mut Val) {
        let Some(total) = &batch.total else { return };
        let known = Known { share: batch.share, most: total.sum.clone().at_most() };
        for slot in &mut self.heap.slots[born as usize..] {
            if let Some(content) = known.forgotten(&slot.content) {
                slot.content = content;
            }
        }
        for (_, content) in &mut end.0 {
            if let Some(forgotten) = known.forgotten(content) {
                *content = forgotten;
            }
        }
        if let Some(forgotten) = known.val(val) {
            *val = forgotten;
        }
    }
}

/// `Math.min`
fn is_min(callee: &Callee) -> bool {
    let Callee::Expr(callee) = callee else { return false };
    matches!(callee.unwrap_parens(), Expr::Member(m)
        if m.prop.is_ident_with("min") && matches!(&*m.obj, Expr::Ident(i) if &*i.sym == "Math"))
}

/// The list that `body` takes something off with `splice`, and where; `None` where something is put into it.
fn spliced(body: &Stmt) -> Option<(&Ident, Span)> {
    let mut list: Option<(&Ident, Span)> = None;
    let mut grown: Vec<&Ident> = vec![];
    let mut open = vec![walk::Node::Stmt(body)];
    while let Some(node) = open.pop() {
        if let walk::Node::Expr(Expr::Call(c)) = node
            && let Some((name, method, args)) = method_call(c)
        {
            if method.is_ident_with("splice") && args.len() <= 2 {
                list.get_or_insert((name, span(c)));
            } else if method.is_ident_with("push") || method.is_ident_with("unshift") {
                grown.push(name);
            }
        }
        walk::children(node, &mut |child| open.push(child));
    }
    list.filter(|(list, _)| grown.iter().all(|grown| grown.sym != list.sym))
}

/// Whether something in `body` writes to a variable of that name.
fn writes_to(body: &Stmt, name: &Ident) -> bool {
    let mut found = false;
    let mut open = vec![walk::Node::Stmt(body)];
    while let Some(node) = open.pop() {
        found |= match node {
            walk::Node::Expr(Expr::Assign(a)) => match &a.left {
                AssignTarget::Simple(SimpleAssignTarget::Ident(i)) => i.id.sym == name.sym,
                AssignTarget::Simple(SimpleAssignTarget::Member(_)) => false,
                _ => true,
            },
            walk::Node::Expr(Expr::Update(u)) => matches!(u.arg.unwrap_parens(), Expr::Ident(i) if i.sym == name.sym),
            walk::Node::Stmt(Stmt::ForOf(f)) => !matches!(f.left, swc_ecma_ast::ForHead::VarDecl(_)),
            walk::Node::Stmt(Stmt::ForIn(f)) => !matches!(f.left, swc_ecma_ast::ForHead::VarDecl(_)),
            _ => false,
        };
        walk::children(node, &mut |child| open.push(child));
    }
    found
}

/// What is known of a batch's length without knowing which.
struct Known {
    share: SymId,
    most: Sum,
}

impl Known {
    fn sum(&self, sum: &Sum) -> Option<Sum> {
        sum.names(self.share).then(|| sum.with(self.share, &self.most))
    }

    fn num(&self, num: &Num) -> Option<Num> {
        let sum = self.sum(num.sum.as_deref()?)?;
        Some(Num { sum: Some(Arc::new(sum)).filter(|s| !s.is_long()), ..num.clone() })
    }

    fn val(&self, val: &Val) -> Option<Val> {
        let num = self.num(val.num.as_deref()?)?;
        Some(Val { num: Some(num.into()), ..val.clone() })
    }

    fn forgotten(&self, content: &Content) -> Option<Content> {
        let val = |val: &Val| self.val(val).unwrap_or_else(|| val.clone());
        let num = |num: &Num| self.num(num).unwrap_or_else(|| num.clone());
        let names = |val: &Val| self.val(val).is_some();
        match content {
            Content::Var(v) => self.val(v).map(|v| Content::Var(v.into())),
            Content::Array(a) | Content::Iterator(a) => {
                let named = self.num(&a.len).is_some() || names(&a.elem) || a.elems.iter().flatten().any(names);
                named.then(|| {
                    let elems = a.elems.as_ref().map(|elems| elems.iter().map(val).collect());
                    let arr = Arc::new(Arr { elems, elem: val(&a.elem), len: num(&a.len), ..(**a).clone() });
                    if matches!(content, Content::Array(_)) { Content::Array(arr) } else { Content::Iterator(arr) }
                })
            }
            Content::Object(o) => {
                let rest = o.rest.as_ref().is_some_and(names);
                let named = rest
                    || o.fields.iter().any(|f| names(&f.val))
                    || o.unnamed.as_ref().is_some_and(|n| self.num(n).is_some());
                named.then(|| {
                    let mut o = (**o).clone();
                    o.fields.iter_mut().for_each(|f| f.val = val(&f.val));
                    o.rest = o.rest.as_ref().map(val);
                    o.unnamed = o.unnamed.as_ref().map(num);
                    Content::Object(o.into())
                })
            }
            Content::Map(c) | Content::Set(c) => {
                let named = self.num(&c.size).is_some() || names(&c.key) || names(&c.val);
                named.then(|| {
                    let coll = Arc::new(Coll { key: val(&c.key), val: val(&c.val), size: num(&c.size) });
                    if matches!(content, Content::Map(_)) { Content::Map(coll) } else { Content::Set(coll) }
                })
            }
            Content::Promise(p) => {
                let path = self.sum(&p.path.sum);
                (path.is_some() || names(&p.val)).then(|| {
                    let path = path.map_or_else(|| p.path.clone(), |sum| Tally { sum, ..p.path.clone() });
                    Content::Promise(Arc::new(super::contents::Prom { val: val(&p.val), path, ..(**p).clone() }))
                })
            }
            Content::Fun(_) | Content::Pending(_) | Content::Other(_) => None,
        }
    }
}

impl Effects {
    /// Does it `trips` times, one after another, each time for another batch.
    pub(super) fn times_in(&self, trips: &Tally, batch: Option<&Batch>) -> Effects {
        let done = self.times(trips);
        let Some(Batch { share, total: Some(total), .. }) = batch else { return done };
        if self.is_empty() || trips.is_zero() {
            return done;
        }
        let shared = |once: &Tally, all: &Tally| once.shared(trips, *share, total).unwrap_or_else(|| all.clone());
        let mut done = done;
        for (key, n) in self.counts.iter() {
            if let Some(all) = done.counts.get_mut(key) {
                *all = shared(n, all);
            }
        }
        done.path = shared(&self.path, &done.path);
        done.hold = shared(&self.hold, &done.hold);
        done
    }

    /// Does it `trips` times, each time for another batch, and then `last`, which is part of it, for one more.
    pub(super) fn and_in_part(&self, trips: &Tally, last: &Effects, batch: Option<&Batch>) -> Effects {
        let mut done = self.times_in(trips, batch);
        let taken = batch.filter(|b| b.total.is_some() && last.names(b.share));
        let Some(batch) = taken else {
            done.then(last);
            return done;
        };
        // The last batch is one of those that make up the list.
        let once = self.join(last);
        let mut all = once.times_in(&trips.add(&Tally::exactly(1)), Some(batch));
        done.then(last);
        let low = done.clone();
        for (key, n) in low.counts.iter() {
            if let Some(all) = all.counts.get_mut(key) {
                *all = std::mem::take(all).at_least(n.low);
            }
        }
        (all.peak, all.path.low) = (done.peak.clone(), all.path.low.min(done.path.low));
        all
    }

    /// Whether it says how often something happens by the length of a batch.
    pub(super) fn names(&self, share: SymId) -> bool {
        self.counts.iter().any(|(_, n)| n.sum.names(share)) || self.path.sum.names(share) || self.hold.sum.names(share)
    }
}
