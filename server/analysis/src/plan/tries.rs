//! `try`, `catch`, `finally`.

use swc_ecma_ast::{CatchClause, TryStmt};

use super::{
    contents::{Content, Obj, ObjField},
    effects::Effects,
    interp::{Catches, Exit, Interp, Leave, Way},
    strings::Str,
    val::Val,
};
use crate::{script::span, text::Span};

impl<'a> Interp<'a> {
    pub(super) fn try_stmt(&mut self, t: &'a TryStmt) {
        let Some(finalizer) = &t.finalizer else {
            self.try_catch(t);
            return;
        };
        self.heap.begin_try();
        let (end, target) = self.region(Catches::All, |me| {
            me.try_catch(t);
            Val::default()
        });
        let seen = self.heap.end_try(target.thrown.is_some());
        let mut fx = end.fx.clone();
        target.exits.iter().for_each(|e| fx = fx.join(&e.fx));
        let thrown = target.thrown.is_some().then(|| self.thrown_state(seen, &target));
        let mut exits: Vec<(Option<Leave>, Way)> = vec![];
        if end.live {
            exits.push((None, end));
        }
        exits.extend(target.exits.into_iter().map(|e: Exit| (Some(e.leave.clone()), Self::way_of(e))));
        if let (Some(done), Some(thrown)) = (target.thrown, thrown) {
            let fx = fx.stopped_at(&done, target.thrown_why);
            exits.push((Some(Leave::Throw), Way::new(thrown, fx, Val::default())));
        }
        // `finally` runs on every way out; those that were leaving go on leaving.
        let ways = exits.into_iter().map(|(leave, way)| {
            self.way(|me| {
                let val = me.any_way(vec![way]);
                me.block(finalizer);
                if let Some(leave) = leave {
                    me.leave(leave, val.clone());
                }
                val
            })
        });
        let ways: Vec<Way> = ways.collect();
        self.any_way(ways);
    }

    fn try_catch(&mut self, t: &'a TryStmt) {
        let Some(handler) = &t.handler else {
            self.block(&t.block);
            return;
        };
        self.heap.begin_try();
        let (end, target) = self.region(Catches::Throws, |me| {
            me.block(&t.block);
            Val::default()
        });
        let seen = self.heap.end_try(target.thrown.is_some());
        let mut most: Effects = end.fx.clone();
        target.exits.iter().map(|e| &e.fx).chain(&target.passed).for_each(|fx| most = most.join(fx));
        let mut ways = vec![];
        let mut caught: Vec<Way> = vec![];
        let error = self.error(span(t));
        if let Some(done) = &target.thrown {
            let fx = most.stopped_at(done, target.thrown_why);
            let state = self.thrown_state(seen, &target);
            caught.push(Way::new(state, fx, error.clone()));
        }
        if end.live {
            ways.push(end);
        }
        // What the language throws by itself leaves without a value.
        caught.extend(target.exits.into_iter().map(Self::way_of).map(|way| match way.val.is_never() {
            true => Way { val: error.clone(), ..way },
            false => way,
        }));
        if !caught.is_empty() {
            let way = self.way(|me| {
                let error = me.any_way(caught);
                me.catch(handler, error);
                Val::default()
            });
            ways.push(way);
        } else if !self.exhausted {
            self.record.skipped.push(span(&handler.body));
        }
        self.any_way(ways);
    }

    fn catch(&mut self, handler: &'a CatchClause, error: Val) {
        self.record.reached.insert(span(&handler.body).start);
        self.scope(span(handler).start, |me| {
            if let Some(param) = &handler.param {
                me.bind(param, error, true);
            }
            me.body(&handler.body.stmts);
        });
    }

    /// The error something threw.
    pub(super) fn error(&mut self, at: Span) -> Val {
        let why = self.why(at, "it depends on what was thrown");
        let sym = self.symbol("error", at);
        let field = |name: &str| ObjField::of(name, Str::any().into());
        let obj = Obj {
            fields: vec![field("message"), field("name"), field("stack")],
            rest: Some(Val::unknown(why, sym, false)),
            error: true,
            ..Obj::default()
        };
        let addr = self.alloc(at, Content::Object(obj.into()));
        Val { unknown: Some(super::val::Unknown { why, sym, data: true, text: false }), ..Val::addr(addr) }
    }
}
