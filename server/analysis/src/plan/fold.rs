//! Places born in one iteration stand for those of all iterations.

use std::{mem::Discriminant, sync::Arc};

use rustc_hash::FxHashMap;

use super::{
    contents::{Coll, Content, Fun, Unawaited, contents_within, widen_contents},
    counters::strip,
    interp::Interp,
    promises::{LOST, merge_either},
    val::{Addr, Refs, Val},
};

/// For each place of an iteration, the one that stands for it and its like in all iterations.
#[derive(Debug, Default)]
pub(super) struct Twins {
    /// By what made it, in which chain of calls.
    by_site: FxHashMap<(u32, u32, Discriminant<Content>), Addr>,
    /// The places folded already.
    done: FxHashMap<Addr, Addr>,
    /// Where what is born in any iteration begins.
    first: Addr,
    /// What still grows is given up on.
    pub(super) late: bool,
}

impl Twins {
    /// Of what is born at `first` or later.
    pub(super) fn from(first: Addr) -> Twins {
        Twins { first, ..Twins::default() }
    }
}

impl Interp<'_> {
    /// Contents in which places born in one iteration stand for those of all.
    pub(super) fn fold(&mut self, content: &Content, born: Addr, twins: &mut Twins, changed: &mut bool) -> Content {
        match content {
            Content::Var(v) => {
                let folded = self.fold_val(v, born, twins, changed);
                if folded == **v { content.clone() } else { Content::Var(folded.into()) }
            }
            Content::Object(o) => {
                let mut o = (**o).clone();
                for f in &mut o.fields {
                    f.val = self.fold_val(&f.val, born, twins, changed);
                }
                o.rest = o.rest.map(|r| self.fold_val(&r, born, twins, changed));
                Content::Object(o.into())
            }
            Content::Array(a) => {
                let mut a = (**a).clone();
                a.elem = self.fold_val(&a.elem, born, twins, changed);
                if let Some(elems) = &mut a.elems {
                    for e in elems {
                        *e = self.fold_val(e, born, twins, changed);
                    }
                }
                Content::Array(a.into())
            }
            Content::Iterator(a) => {
                let mut a = (**a).clone();
                a.elem = self.fold_val(&a.elem, born, twins, changed);
                for e in a.elems.iter_mut().flatten() {
                    *e = self.fold_val(e, born, twins, changed);
                }
                Content::Iterator(a.into())
            }
            Content::Promise(p) => {
                let val = self.fold_val(&p.val, born, twins, changed);
                Content::Promise(Arc::new(super::contents::Prom { val, ..(**p).clone() }))
            }
            Content::Map(c) | Content::Set(c) => {
                let key = self.fold_val(&c.key, born, twins, changed);
                let val = self.fold_val(&c.val, born, twins, changed);
                let coll = Arc::new(Coll { key, val, size: c.size.clone() });
                if matches!(content, Content::Map(_)) { Content::Map(coll) } else { Content::Set(coll) }
            }
            Content::Pending(list) => {
                let before = match self.heap.get(self.pending) {
                    Content::Pending(before) => before.clone(),
                    _ => Arc::default(),
                };
                let mut all: Vec<Arc<Unawaited>> = vec![];
                for item in list.iter() {
                    if before.iter().any(|b| Arc::ptr_eq(b, item) || b == item) {
                        all.push(item.clone());
                        continue;
                    }
                    // Nobody can be seen to await all the promises of all iterations one by one, nor how many there are.
                    let addr = if item.addr >= born { LOST } else { item.addr };
                    let keys = item.keys.iter().map(|(k, _)| (*k, u64::MAX)).collect();
                    let doubtful = item.doubtful.iter().map(|(k, _)| (*k, u64::MAX)).collect();
                    let item = Unawaited { addr, keys, doubtful, ..(**item).clone() };
                    self.check_siblings(&item, twins.first);
                    match all.iter_mut().find(|u| u.addr == addr) {
                        Some(same) => merge_either(Arc::make_mut(same), &item),
                        None => all.push(item.into()),
                    }
                }
                Content::Pending(all.into())
            }
            Content::Fun(f) => {
                let Fun::Class { node, env, parent, statics } = &**f else { return content.clone() };
                let mut statics = statics.clone();
                for s in &mut statics {
                    s.val = self.fold_val(&s.val, born, twins, changed);
                }
                let (node, env, parent) = (*node, env.clone(), parent.clone());
                Content::Fun(Fun::Class { node, env, parent, statics }.into())
            }
            Content::Other(_) => content.clone(),
        }
    }

    pub(super) fn fold_val(&mut self, val: &Val, born: Addr, twins: &mut Twins, changed: &mut bool) -> Val {
        if val.refs.as_slice().iter().all(|a| *a < born) {
            return val.clone();
        }
        let folded: Vec<Addr> = val.refs.as_slice().iter().map(|a| self.fold_addr(*a, born, twins, changed)).collect();
        Val { refs: Refs::from_iter(folded), ..val.clone() }
    }

    fn fold_addr(&mut self, addr: Addr, born: Addr, twins: &mut Twins, changed: &mut bool) -> Addr {
        if addr < born {
            return addr;
        }
        if let Some(twin) = twins.done.get(&addr) {
            return *twin;
        }
        let slot = &self.heap.slots[addr as usize];
        let content = slot.content.clone();
        let key = (slot.site, slot.context, std::mem::discriminant(&content));
        match twins.by_site.get(&key).copied() {
            Some(twin) if twin == addr => addr,
            Some(twin) => {
                twins.done.insert(addr, twin);
                *changed |= self.heap.mark_as(addr, twin);
                let folded = self.fold(&content, born, twins, changed);
                self.fold_frames(&content, twin, born, twins, changed);
                let old = self.heap.get(twin).clone();
                if !contents_within(&strip(&folded), &old) {
                    *changed = true;
                    let mut wide = widen_contents(&old, &strip(&folded));
                    if twins.late {
                        wide = self.give_up(&wide, addr);
                    }
                    self.heap.replace(twin, wide);
                }
                twin
            }
            None => {
                twins.by_site.insert(key, addr);
                twins.done.insert(addr, addr);
                self.heap.slots[addr as usize].summary = true;
                let folded = self.fold(&content, born, twins, changed);
                self.heap.replace(addr, folded);
                self.fold_frames(&content, addr, born, twins, changed);
                addr
            }
        }
    }

    /// Folds the variables a function closes over into those of its twin.
    fn fold_frames(&mut self, content: &Content, twin: Addr, born: Addr, twins: &mut Twins, changed: &mut bool) {
        let (Content::Fun(f), Content::Fun(g)) = (content, self.heap.get(twin).clone()) else { return };
        let env = |f: &Fun| match f {
            Fun::Closure { env, .. } | Fun::Class { env, .. } => env.clone(),
            Fun::Bound { .. } | Fun::Method { .. } | Fun::Settle { .. } => None,
        };
        let (mut from, mut to) = (env(f), env(&g));
        while let (Some(a), Some(b)) = (&from, &to) {
            if a.base < born {
                break;
            }
            for i in 0..a.count.min(b.count) {
                let (source, target) = (a.base + i, b.base + i);
                if source == target {
                    if self.heap.slots[target as usize].summary {
                        continue;
                    }
                    self.heap.slots[target as usize].summary = true;
                    let content = self.heap.get(source).clone();
                    let folded = self.fold(&content, born, twins, changed);
                    self.heap.replace(target, folded);
                    continue;
                }
                *changed |= self.heap.mark_as(source, target);
                let content = self.heap.get(source).clone();
                let folded = self.fold(&content, born, twins, changed);
                let old = self.heap.get(target).clone();
                if !contents_within(&strip(&folded), &old) {
                    *changed = true;
                    let mut wide = widen_contents(&old, &strip(&folded));
                    if twins.late {
                        wide = self.give_up(&wide, target);
                    }
                    self.heap.replace(target, wide);
                }
            }
            let (x, y) = (a.parent.clone(), b.parent.clone());
            (from, to) = (x, y);
        }
    }
}
