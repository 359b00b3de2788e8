//! Loops.

use std::sync::Arc;

use swc_ecma_ast::{BinaryOp, Expr, ForHead, ForInStmt, ForOfStmt, ForStmt, Stmt, VarDeclOrExpr};

use super::{
    MisuseKind,
    contents::{Arr, Content, Fun},
    effects::Key,
    interp::{Catches, Interp, Leave, Way},
    iterate::{LoopWhys, Trips},
    numbers::Num,
    strings::Str,
    sum::{Sum, Tally, WhyId, Whys},
    val::{Refs, Val},
};
use crate::{script::span, text::Span};

/// Most iterations followed one by one, of one loop and of loops within loops.
pub(super) const MOST_UNROLLED: usize = 16;
const MOST_UNROLLED_NESTED: u32 = 64;

const ENDS_EARLY: &str = "the run decides in which round this loop ends";

/// How far a loop's iterations could be followed one by one.
enum Followed {
    /// So many, and the agents of one.
    ToTheEnd(Tally, Tally),
    /// Its condition was not decided any more; so many times it is certain to hold.
    SoFar(u64),
}

impl<'a> Interp<'a> {
    pub(super) fn loop_stmt(&mut self, stmt: &'a Stmt, labels: Vec<String>) {
        let (end, target) = self.region(Catches::Breaks(labels.clone()), |me| {
            let trips = match stmt {
                Stmt::For(f) => me.for_stmt(f, &labels),
                Stmt::While(w) => {
                    me.next_taking = super::takings::taking(Some(&w.test), None, None, &w.body);
                    me.while_loop(Some(&w.test), None, &w.body, &labels, span(w), false)
                }
                Stmt::DoWhile(w) => me.while_loop(Some(&w.test), None, &w.body, &labels, span(w), true),
                Stmt::ForOf(f) => me.for_of(f, &labels),
                Stmt::ForIn(f) => me.for_in(f, &labels),
                _ => return Val::default(),
            };
            me.note_loop(span(stmt), trips);
            Val::default()
        });
        let why = self.why(span(stmt), ENDS_EARLY);
        self.after(end, target.exits, Some(why));
    }

    fn note_loop(&mut self, at: Span, (trips, agents): (Tally, Tally)) {
        if agents.is_zero() {
            return;
        }
        let entry = self.record.loops.entry(at.start).or_insert_with(|| (at, trips.clone(), agents.clone()));
        entry.1 = entry.1.join(&trips);
        entry.2 = entry.2.join(&agents);
    }

    fn for_stmt(&mut self, f: &'a ForStmt, labels: &[String]) -> (Tally, Tally) {
        let outer = self.env.clone();
        self.env = self.frame(span(f).start);
        match &f.init {
            Some(VarDeclOrExpr::VarDecl(v)) => self.var(v),
            Some(VarDeclOrExpr::Expr(e)) => {
                self.expr(e);
            }
            None => {}
        }
        self.next_batch = self.batch(f);
        self.next_taking = super::takings::taking(f.test.as_deref(), f.init.as_ref(), f.update.as_deref(), &f.body);
        let result = self.while_loop(f.test.as_deref(), f.update.as_deref(), &f.body, labels, span(f), false);
        self.env = outer;
        result
    }

    /// One iteration's body; `continue` ends it early.
    fn iteration(&mut self, labels: &[String], f: impl FnOnce(&mut Self)) {
        let (end, target) = self.region(Catches::Continues(labels.to_vec()), |me| {
            f(me);
            Val::default()
        });
        self.after(end, target.exits, None);
    }

    /// A loop with a condition. Gives how often it runs and the agents of one iteration.
    fn while_loop(
        &mut self,
        test: Option<&'a Expr>,
        update: Option<&'a Expr>,
        body: &'a Stmt,
        labels: &[String],
        at: Span,
        body_first: bool,
    ) -> (Tally, Tally) {
        let taking = self.next_taking.take();
        let mut pool = taking.and_then(|taking| self.pool(taking, at));
        let limit = taking.filter(|_| pool.is_some()).and_then(|taking| self.limit_of(taking));
        let mut batch = self.next_batch.take();
        if batch.is_none() && pool.is_none() {
            batch = self.queue(body);
        }
        let frame = self.env.clone();
        let own: u32 =
            if self.scopes.scopes.contains_key(&at.start) { frame.as_ref().map_or(0, |f| f.count) } else { 0 };
        let mut least = 0;
        if let Some(test) = test
            && pool.is_none()
        {
            match self.follow(test, update, body, labels, own, body_first) {
                Followed::ToTheEnd(trips, agents) => return (trips, agents),
                Followed::SoFar(sure) => least = sure,
            }
        }
        self.env = frame;
        let first = body_first;
        let hint = test.and_then(|t| self.trip_hint(t));
        let early = self.why(test.map_or(at, span), ENDS_EARLY);
        let whys = LoopWhys { open: self.loop_why(test, at), early };
        let mut seen: Vec<Val> = vec![Val::default(); own as usize];
        let head = self.env.clone();
        let before = self.checkpoint();
        let trial = self.trial_before;
        let grows = std::cell::Cell::new(false);
        let mut once = |me: &mut Self| {
            let (end, target) = me.region(Catches::Breaks(labels.to_vec()), |me| {
                me.env = head.clone();
                if !first && let Some(test) = test {
                    me.check(test);
                }
                if let Some(head) = &head {
                    for (i, seen) in seen.iter_mut().enumerate() {
                        seen.join_with(&me.heap.var(head.base + i as u32));
                    }
                }
                if me.live {
                    me.iteration(labels, |me| me.stmt(body));
                }
                if let Some(update) = update
                    && me.live
                {
                    me.expr(update);
                }
                if first
                    && let Some(test) = test
                    && me.live
                {
                    me.check(test);
                }
                Val::default()
            });
            let val = me.any_way(vec![end]);
            // Where there is more to take meanwhile, it is not known how much there is.
            let now = taking.filter(|_| limit.is_some() && me.live).and_then(|taking| me.limit_of(taking));
            grows.set(limit.as_ref().zip(now).is_some_and(|(was, is)| is.hi > was.hi || is.sum != was.sum));
            (val, target.exits)
        };
        let (done, agents) = loop {
            let taken = batch.is_some();
            self.in_batches = taken.then_some(self.batches.len());
            self.batches.extend(batch.clone());
            self.trial_before = trial;
            let trips = Trips::Inferred { hint: hint.clone(), whys, least, pool: pool.clone() };
            let done = self.iterate(trips, &mut once);
            let agents = self.of_any_batch(done.once.get(Key::Total));
            let made_up = !taken || self.batches.pop().is_some_and(|batch| self.is_made_up(&batch));
            let much = pool.is_none() || !grows.get();
            if made_up && much {
                break (done, agents);
            }
            // Once more, with nothing known of the batches, or of how much there is.
            self.go_back(&before);
            batch = batch.filter(|_| made_up);
            pool = pool.filter(|_| much);
        };
        let trips = done.trips.clone();
        if trips.high.is_none()
            && !agents.is_zero()
            && own == 0
            && !first
            && let Some(test) = test
        {
            let found = self.set_aside(&before);
            if let Some(trips) = self.follow_shrinking(test, update, body, labels, early) {
                return (trips, agents);
            }
            self.put_back(&before, found);
        }
        self.any_way(done.ways);
        self.note_grown(done.grown);
        if let Some(head) = &self.env {
            // What closures made in some iteration see of the loop's own variables.
            let base = head.base;
            for (i, seen) in seen.into_iter().enumerate() {
                let addr = base + i as u32;
                let seen = Val { num: seen.num.map(|n| Num { since: None, ..(*n).clone() }.into()), ..seen };
                let val = self.heap.var(addr).join(&seen);
                self.heap.replace(addr, Content::Var(val.into()));
            }
        }
        let trips = if first { trips.add(&Tally::exactly(1)) } else { trips };
        (trips, agents)
    }

    /// Follows a loop's iterations one by one, if its condition is decided each time and soon fails.
    fn follow(
        &mut self,
        test: &'a Expr,
        update: Option<&'a Expr>,
        body: &'a Stmt,
        labels: &[String],
        own: u32,
        body_first: bool,
    ) -> Followed {
        if self.unrolled * 2 > MOST_UNROLLED_NESTED || matches!(test.unwrap_parens(), Expr::Lit(_)) && !body_first {
            return Followed::SoFar(0);
        }
        let hint = self.trip_hint(test);
        if hint.is_some_and(|h| h.high != Some(h.low) || h.low > MOST_UNROLLED as u64 * 2) {
            return Followed::SoFar(0);
        }
        let before = self.checkpoint();
        let outer = self.env.clone();
        self.unrolled *= 2;
        let mut result = Followed::SoFar(0);
        let way = self.way(|me| {
            result = me.follow_all(test, update, body, labels, own, body_first);
            Val::default()
        });
        self.unrolled /= 2;
        if let Followed::SoFar(_) = result {
            self.env = outer;
            self.go_back(&before);
            return result;
        }
        self.any_way(vec![way]);
        result
    }

    /// Follows a loop that goes on while a list is long, each round with a list at most half as long: a tournament. `None` where it
    /// is none.
    fn follow_shrinking(
        &mut self,
        test: &'a Expr,
        update: Option<&'a Expr>,
        body: &'a Stmt,
        labels: &[String],
        early: WhyId,
    ) -> Option<Tally> {
        let Expr::Bin(b) = test.unwrap_parens() else { return None };
        let list = [&b.left, &b.right].into_iter().find(|side| super::narrowing::is_length(side))?;
        let length = |me: &mut Self| me.peek(list).filter(|n| n.only_num())?.num.map(|n| n.hi);
        let mut size = length(self).filter(|n| *n <= MOST_UNROLLED_NESTED.into())?;
        if self.unrolled * 2 > MOST_UNROLLED_NESTED {
            return None;
        }
        self.unrolled *= 2;
        let mut rounds = None;
        let way = self.way(|me| {
            for round in 0..MOST_UNROLLED {
                me.check(test);
                if me.live {
                    me.iteration(labels, |me| me.stmt(body));
                }
                if let (Some(update), true) = (update, me.live) {
                    me.expr(update);
                }
                if !me.live {
                    rounds = Some(round as u64);
                    break;
                }
                match length(me) {
                    Some(now) if now * 2.0 <= size + 1.0 => size = now,
                    _ => break,
                }
            }
            Val::default()
        });
        self.unrolled /= 2;
        let rounds = rounds?;
        self.any_way([way]);
        Some(Tally { low: 0, high: Some(rounds), sum: Sum::constant(rounds).at_most(), whys: Whys::one(early) })
    }

    fn follow_all(
        &mut self,
        test: &'a Expr,
        update: Option<&'a Expr>,
        body: &'a Stmt,
        labels: &[String],
        own: u32,
        body_first: bool,
    ) -> Followed {
        let mut most = Tally::zero();
        let broken = |me: &Self| {
            me.targets.iter().rfind(|t| matches!(t.catches, Catches::Breaks(_))).map_or(0, |t| t.exits.len())
        };
        let unbroken = broken(self);
        let mut sure = 0;
        for followed in 0..=MOST_UNROLLED {
            // Until something has left the loop, every run gets here.
            let all = |me: &Self, sure| if broken(me) == unbroken { followed as u64 } else { sure };
            if followed > 0 || !body_first {
                if !body_first {
                    sure = all(self, sure);
                }
                let held = self.expr(test).truthy();
                match held {
                    _ if !self.live => return Followed::ToTheEnd(Tally::exactly(followed as u64), most),
                    Some(true) => {}
                    Some(false) => return Followed::ToTheEnd(Tally::exactly(followed as u64), most),
                    None => return Followed::SoFar(sure),
                }
                sure = all(self, sure);
            }
            let outer = std::mem::take(&mut self.fx);
            self.fx_stack.push(outer);
            // Closures made in this iteration keep its variables.
            let head = self.env.clone();
            self.iteration(labels, |me| me.stmt(body));
            if let (Some(head), true) = (&head, own > 0) {
                let base = self.heap.len();
                for i in 0..head.count {
                    let slot = self.heap.slots[(head.base + i) as usize].clone();
                    self.heap.alloc(slot.site, slot.context, slot.content);
                }
                self.env =
                    Some(Arc::new(super::contents::Frame { base, count: head.count, parent: head.parent.clone() }));
            }
            if let Some(update) = update
                && self.live
            {
                self.expr(update);
            }
            let once = std::mem::take(&mut self.fx);
            most = most.join(&once.get(Key::Total));
            self.fx = self.fx_stack.pop().unwrap_or_default();
            self.fx.then(&once);
            if !self.live {
                return Followed::ToTheEnd(Tally::exactly(followed as u64 + 1), most);
            }
        }
        Followed::SoFar(sure)
    }

    /// Evaluates a loop's condition; where it fails, the loop ends.
    fn check(&mut self, test: &'a Expr) {
        if let Expr::Bin(b) = test.unwrap_parens()
            && b.op == BinaryOp::LogicalAnd
            && (super::counters::steps(&b.right) || super::conditions::changes_length(&b.left, &b.right))
        {
            // Where the loop goes on, the step was taken.
            self.check(&b.left);
            if self.live {
                self.check(&b.right);
            }
            return;
        }
        let val = self.expr(test);
        if !self.live {
            return;
        }
        let mut ways: Vec<Way> = vec![];
        if val.may_be_falsy() {
            ways.push(self.way(|me| {
                me.assume(test, false);
                me.leave(Leave::Break(None), Val::default());
                Val::default()
            }));
        }
        if val.may_be_truthy() {
            ways.push(self.way(|me| {
                me.assume(test, true);
                Val::default()
            }));
        }
        self.any_way(ways);
    }

    fn loop_why(&mut self, test: Option<&'a Expr>, at: Span) -> WhyId {
        let text = test.map_or("", |t| self.looker.at(span(t)));
        match test {
            Some(test) if text.contains("budget") => {
                let decides = "the budget decides how often this loop runs";
                match self.agent_cap() {
                    Some(cap) => {
                        let limit = cap.limit;
                        self.why(span(test), format_args!("{decides}; without one, the run ends at {limit} agents"))
                    }
                    None => self.why(span(test), format_args!("{decides}; without one, nothing does")),
                }
            }
            Some(test) => self.why(span(test), "nothing in the script bounds how often this loop runs"),
            None => self.why(at, "nothing in the script bounds how often this loop runs"),
        }
    }

    fn for_of(&mut self, f: &'a ForOfStmt, labels: &[String]) -> (Tally, Tally) {
        let val = self.expr(&f.right);
        self.record.value(span(&f.right), &val);
        let watched = val.refs.clone();
        let val = self.limited(&f.right, val);
        if !f.is_await {
            self.misused(&val, span(&f.right), MisuseKind::Iterated);
        }
        let arr = self.iterated(&val, span(&f.right));
        self.for_each_in(span(f), &f.left, arr, watched, &f.body, labels, f.is_await)
    }

    fn for_in(&mut self, f: &'a ForInStmt, labels: &[String]) -> (Tally, Tally) {
        let val = self.expr(&f.right);
        let keys = self.keys_of(&val, span(&f.right));
        self.for_each_in(span(f), &f.left, keys, Refs::None, &f.body, labels, false)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one statement")]
    fn for_each_in(
        &mut self,
        at: Span,
        left: &'a ForHead,
        arr: Arr,
        watched: Refs,
        body: &'a Stmt,
        labels: &[String],
        awaits: bool,
    ) -> (Tally, Tally) {
        let run = |me: &mut Self, elem: Val| {
            let outer = me.env.clone();
            me.env = me.frame(at.start);
            let elem = if awaits { me.await_value(&elem, at) } else { elem };
            match left {
                ForHead::VarDecl(v) => {
                    if let Some(d) = v.decls.first() {
                        me.bind(&d.name, elem, true);
                    }
                }
                ForHead::Pat(p) => me.bind(p, elem, false),
                ForHead::UsingDecl(_) => {}
            }
            me.iteration(labels, |me| me.stmt(body));
            me.env = outer;
        };
        if let Some(elems) = &arr.elems
            && elems.len() <= MOST_UNROLLED
            && self.unrolled * (elems.len().max(1) as u32) <= MOST_UNROLLED_NESTED
        {
            let factor = elems.len().max(1) as u32;
            self.unrolled *= factor;
            let mut most = Tally::zero();
            for elem in elems {
                if !self.live {
                    break;
                }
                let fx = std::mem::take(&mut self.fx);
                self.fx_stack.push(fx);
                run(self, elem.clone());
                let once = std::mem::take(&mut self.fx);
                most = most.join(&once.get(Key::Total));
                self.fx = self.fx_stack.pop().unwrap_or_default();
                self.fx.then(&once);
            }
            self.unrolled /= factor;
            if !watched.as_slice().iter().any(|a| self.grew(*a, &arr)) {
                return (Tally::exactly(elems.len() as u64), most);
            }
            // It grew while it was gone through: the rest is not known one by one.
            let why = self.why(at, "the list grows while it is gone through");
            return self.open_ended(arr.joined(), why, labels, run);
        }
        let lengths: Vec<(u32, Content)> = watched.as_slice().iter().map(|a| (*a, self.heap.get(*a).clone())).collect();
        let elem = arr.joined();
        let mut carried = (Tally::zero(), Tally::zero());
        let before = self.checkpoint();
        let way = self.way(|me| {
            let done = me.iterate(Trips::Given(arr.len.tally()), |me| {
                let (end, target) = me.region(Catches::Breaks(labels.to_vec()), |me| {
                    run(me, elem.clone());
                    Val::default()
                });
                let val = me.any_way(vec![end]);
                (val, target.exits)
            });
            carried = (done.trips.clone(), done.once.get(Key::Total));
            me.any_way(done.ways)
        });
        let grew =
            way.live && lengths.iter().any(|(a, before)| way.delta.0.iter().any(|(b, c)| b == a && longer(c, before)));
        if grew {
            self.go_back(&before);
            let why = self.why(at, "the list grows while it is gone through");
            return self.open_ended(elem, why, labels, run);
        }
        self.any_way(vec![way]);
        carried
    }

    /// Goes through a list that grows meanwhile.
    fn open_ended(&mut self, elem: Val, why: WhyId, labels: &[String], run: impl Fn(&mut Self, Val)) -> (Tally, Tally) {
        let at = self.record.whys[why as usize].span;
        let sym = self.symbol("rounds", at);
        let any = Val::unknown(why, sym, true);
        let trips = Num::length(0.0, f64::INFINITY, sym, why).tally();
        let trips = Tally { whys: Whys::one(why), ..trips };
        let done = self.iterate(Trips::Given(trips), |me| {
            let (end, target) = me.region(Catches::Breaks(labels.to_vec()), |me| {
                run(me, elem.join(&any));
                Val::default()
            });
            let val = me.any_way(vec![end]);
            (val, target.exits)
        });
        let result = (done.trips.clone(), done.once.get(Key::Total));
        self.any_way(done.ways);
        result
    }

    fn grew(&self, addr: u32, before: &Arr) -> bool {
        match self.heap.get(addr) {
            Content::Array(now) => now.len.hi > before.len.hi,
            Content::Map(c) | Content::Set(c) => c.size.hi > before.len.hi,
            _ => false,
        }
    }

    /// The names of an object's own properties.
    pub(super) fn keys_of(&mut self, val: &Val, at: Span) -> Arr {
        let mut all: Option<Arr> = None;
        for addr in val.refs.as_slice() {
            let arr = match self.seen_at(*addr, at) {
                Content::Fun(f) if matches!(&*f, Fun::Class { .. }) || self.heap.slots[*addr as usize].open => {
                    let sym = self.fresh_symbol(at);
                    let why = self.why(at, "what functions have besides is not followed");
                    Arr::many(Str::any().into(), Num::length(0.0, f64::INFINITY, sym, why))
                }
                Content::Object(o) if o.rest.is_none() && o.fields.iter().all(|f| !f.optional) => {
                    Arr::of(o.fields.iter().map(|f| Val::text(&f.name)).collect())
                }
                Content::Object(o) => {
                    let names = Str::one_of(o.fields.iter().map(|f| f.name.clone())).unwrap_or_else(Str::any);
                    let low = o.fields.iter().filter(|f| !f.optional).count() as f64;
                    match &o.rest {
                        None => Arr::many(names.into(), Num::count(low, o.fields.len() as f64)),
                        Some(_) => {
                            let most = o.fields.len() as u64;
                            let sum = Some(Arc::new(Sum::constant(most).at_most())).filter(|_| low < most as f64);
                            let named = Num { sum, ..Num::count(low, most as f64) };
                            let len = match &o.unnamed {
                                Some(n) if n.hi.is_finite() || n.sum.is_some() => {
                                    named.add(&Num { since: None, ..n.clone() })
                                }
                                _ => {
                                    let why = self.why(at, "the run decides which keys the object has");
                                    let sym = self.fresh_symbol(at);
                                    Num::length(low, f64::INFINITY, sym, why)
                                }
                            };
                            Arr::many(Str::any().into(), len)
                        }
                    }
                }
                Content::Array(a) => {
                    let a = self.without_holes(&a, at).into_owned();
                    Arr { elems: None, elem: Str::between(1, Some(10)).into(), ..a }
                }
                _ => Arr::of(vec![]),
            };
            all = Some(all.map_or_else(|| arr.clone(), |a| a.join(&arr)));
        }
        if let Some(u) = val.unknown {
            let arr = Arr::many(Str::any().into(), Num::length(0.0, f64::INFINITY, u.sym, u.why));
            all = Some(all.map_or_else(|| arr.clone(), |a| a.join(&arr)));
        }
        if val.str.is_some() {
            let arr = Arr::many(Str::any().into(), Num::count(0.0, f64::INFINITY));
            all = Some(all.map_or_else(|| arr.clone(), |a| a.join(&arr)));
        }
        all.unwrap_or_else(|| Arr::of(vec![]))
    }
}

fn longer(now: &Content, before: &Content) -> bool {
    match (now, before) {
        (Content::Array(a), Content::Array(b)) => a.len.hi > b.len.hi || a.len.sum != b.len.sum,
        (Content::Map(a) | Content::Set(a), Content::Map(b) | Content::Set(b)) => a.size.hi > b.size.hi,
        (Content::Iterator(a), Content::Iterator(b)) => a.len.hi > b.len.hi,
        _ => true,
    }
}
