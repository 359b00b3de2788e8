//! Functions of the script: what they are, and calling them.

use std::sync::Arc;

use swc_ecma_ast::{ArrowExpr, ArrowFunctionBody, Class, Constructor, Function, ParamOrTsParamProp, Pat, Stmt};

use super::{
    contents::{Arr, Content, Env, Frame, Fun, Prom},
    effects::{Effects, Key},
    interp::{Catches, Interp},
    numbers::Num,
    sum::{Tally, WhyId},
    val::Val,
};
use crate::{script::span, text::Span};

/// A function, class or constructor of the script.
#[derive(Clone, Copy)]
pub(super) enum FnNode<'a> {
    Function(&'a Function),
    Arrow(&'a ArrowExpr),
    Constructor(&'a Constructor),
    Class(&'a Class),
}

/// The arguments of a call.
#[derive(Clone, Debug, Default)]
pub(super) struct Args {
    pub(super) vals: Vec<Val>,
    pub(super) spans: Vec<Span>,
    /// Any number of further arguments, and how many.
    pub(super) rest: Option<Val>,
    pub(super) rest_len: Option<Num>,
}

impl Args {
    pub(super) fn of(vals: Vec<Val>, at: Span) -> Args {
        Args { spans: vec![at; vals.len()], vals, rest: None, rest_len: None }
    }

    pub(super) fn get(&self, i: usize) -> Val {
        match (self.vals.get(i), &self.rest) {
            (Some(val), _) => val.clone(),
            (None, Some(rest)) => rest.join(&Val::undefined()),
            (None, None) => Val::undefined(),
        }
    }

    pub(super) fn span(&self, i: usize, call: Span) -> Span {
        self.spans.get(i).copied().unwrap_or(call)
    }

    pub(super) fn has(&self, i: usize) -> bool {
        self.vals.len() > i || self.rest.is_some()
    }

    /// Everything from argument `i` on.
    pub(super) fn from(&self, i: usize) -> Arr {
        let vals = self.vals.get(i..).unwrap_or_default();
        match &self.rest {
            None => Arr::of(vals.to_vec()),
            Some(rest) => {
                let elem = vals.iter().fold(rest.clone(), |a, v| a.join(v));
                {
                    let more = self.rest_len.clone().unwrap_or_else(|| Num::count(0.0, f64::INFINITY));
                    Arr::many(elem, more.add(&Num::exactly(vals.len() as f64)))
                }
            }
        }
    }
}

impl<'a> FnNode<'a> {
    pub(super) fn params(self) -> Vec<&'a Pat> {
        match self {
            FnNode::Function(f) => f.params.iter().map(|p| &p.pat).collect(),
            FnNode::Arrow(a) => a.params.iter().collect(),
            FnNode::Constructor(c) => {
                let params = c.params.iter().filter_map(|p| match p {
                    ParamOrTsParamProp::Param(p) => Some(&p.pat),
                    ParamOrTsParamProp::TsParamProp(_) => None,
                });
                params.collect()
            }
            FnNode::Class(_) => vec![],
        }
    }

    pub(super) fn stmts(self) -> &'a [Stmt] {
        match self {
            FnNode::Function(f) => f.body.as_ref().map(|b| b.stmts.as_slice()).unwrap_or_default(),
            FnNode::Arrow(a) => match &*a.body {
                ArrowFunctionBody::FunctionBody(b) => &b.stmts,
                ArrowFunctionBody::Expr(_) => &[],
            },
            FnNode::Constructor(c) => c.body.as_ref().map(|b| b.stmts.as_slice()).unwrap_or_default(),
            FnNode::Class(_) => &[],
        }
    }

    pub(super) fn is_async(self) -> bool {
        match self {
            FnNode::Function(f) => f.is_async,
            FnNode::Arrow(a) => a.is_async,
            FnNode::Constructor(_) | FnNode::Class(_) => false,
        }
    }

    /// Whether a call of it gives a promise of what it returns.
    pub(super) fn is_async_function(self) -> bool {
        self.is_async() && !self.is_generator()
    }

    fn is_generator(self) -> bool {
        matches!(self, FnNode::Function(f) if f.is_generator)
    }

    pub(super) fn span(self) -> Span {
        match self {
            FnNode::Function(f) => span(f),
            FnNode::Arrow(a) => span(a),
            FnNode::Constructor(c) => span(c),
            FnNode::Class(c) => span(c),
        }
    }

    pub(super) fn required(self) -> usize {
        self.params().iter().take_while(|p| !matches!(p, Pat::Assign(_) | Pat::Rest(_))).count()
    }
}

impl<'a> Interp<'a> {
    pub(super) fn node(&mut self, node: FnNode<'a>) -> u32 {
        let key = node.span().start;
        if let Some(id) = self.node_index.get(&key) {
            return *id;
        }
        let id = self.nodes.len() as u32;
        self.nodes.push(node);
        self.node_index.insert(key, id);
        id
    }

    /// The function value of `node`, closing over the variables in reach.
    pub(super) fn closure(&mut self, node: FnNode<'a>, this: Val) -> Val {
        let site = node.span();
        let number = self.node(node);
        let fun = Fun::Closure { node: number, env: self.env.clone(), this };
        Val::addr(self.alloc(site, Content::Fun(Arc::new(fun))))
    }

    /// A frame for the scope that opens at `key`, if it holds variables.
    pub(super) fn frame(&mut self, key: u32) -> Env {
        let Some(variables) = self.scopes.scopes.get(&key) else {
            return self.env.clone();
        };
        let base = self.heap.len();
        for variable in variables {
            self.alloc(variable.declared, Content::Var(self.nothing.clone()));
        }
        Some(Arc::new(Frame { base, count: variables.len() as u32, parent: self.env.clone() }))
    }

    /// Calls a function of the script.
    pub(super) fn call_closure(&mut self, number: u32, env: Env, this: Val, args: &Args, at: Span) -> Val {
        if !self.step() {
            return Val::default();
        }
        match self.recursive_call(number, &env, &this, args, at) {
            Some(val) => val,
            None => self.enter(number, env, this, args, at),
        }
    }

    /// Runs the body of a function of the script.
    pub(super) fn enter(&mut self, number: u32, env: Env, this: Val, args: &Args, at: Span) -> Val {
        let node = self.nodes[number as usize];
        self.calling.push(number);
        let own_arguments = self.scopes.names_arguments && matches!(node, FnNode::Function(_) | FnNode::Constructor(_));
        if own_arguments {
            self.arguments.push(args.clone());
        }
        let outer_chain = self.enter_chain(at.start);
        let outer_env = std::mem::replace(&mut self.env, env);
        let outer_this = std::mem::replace(&mut self.this, this);
        let result = self.deeper(|me| {
            me.env = me.frame(node.span().start);
            if !me.own_names.is_empty()
                && let Some((name, val)) = me.own_names.get(&node.span().start).cloned()
            {
                me.declare(name, val);
            }
            if node.is_generator() {
                me.generate(node, args, at)
            } else if node.is_async() {
                me.call_async(node, args, at)
            } else {
                me.run_body(node, args)
            }
        });
        self.env = outer_env;
        self.this = outer_this;
        self.chain = outer_chain;
        self.calling.pop();
        match self.passed.take() {
            Some(passed) => drop(self.guards.insert(at.start, passed)),
            None if !self.guards.is_empty() => drop(self.guards.remove(&at.start)),
            None => {}
        }
        if own_arguments {
            self.arguments.pop();
        }
        result
    }

    /// `arguments`: whoever has it has all that was handed over.
    pub(super) fn all_arguments(&mut self, at: Span) -> Val {
        for args in self.arguments.clone() {
            args.vals.iter().chain(&args.rest).for_each(|val| self.escape(val, at));
        }
        self.may_throw();
        self.unknown(at, "`arguments` is not followed")
    }

    fn run_body(&mut self, node: FnNode<'a>, args: &Args) -> Val {
        let awaited = std::mem::take(&mut self.result_awaited) || node.is_async();
        let (end, target) = self.region(Catches::Returns, |me| {
            me.bind_params(node, args);
            if let FnNode::Arrow(ArrowExpr { body, .. }) = node
                && let ArrowFunctionBody::Expr(e) = &**body
            {
                return if awaited { me.expr_awaited(e) } else { me.expr(e) };
            }
            let outer = std::mem::replace(&mut me.awaits_returned, awaited);
            me.body(node.stmts());
            me.awaits_returned = outer;
            Val::undefined()
        });
        if !node.is_async() && args.vals.iter().any(Val::is_nullish_possible) {
            self.passes(node, &end, &target.exits);
        }
        let why = target.exits.first().map(|_| self.why(node.span(), "the run decides where this function returns"));
        self.after(end, target.exits, why)
    }

    fn bind_params(&mut self, node: FnNode<'a>, args: &Args) {
        match node {
            FnNode::Function(f) => self.bind_each(f.params.iter().map(|p| &p.pat), args),
            FnNode::Arrow(a) => self.bind_each(a.params.iter(), args),
            FnNode::Constructor(_) | FnNode::Class(_) => self.bind_each(node.params().into_iter(), args),
        }
    }

    pub(super) fn bind_each(&mut self, params: impl Iterator<Item = &'a Pat>, args: &Args) {
        for (i, param) in params.enumerate() {
            match param {
                Pat::Rest(rest) => {
                    let all = args.from(i);
                    let val = Val::addr(self.alloc(span(rest), Content::Array(all.into())));
                    self.bind(&rest.arg, val, true);
                }
                param => self.bind(param, args.get(i), true),
            }
        }
    }

    /// Calls an async function: its body runs until it waits, and its promise stands for the rest.
    fn call_async(&mut self, node: FnNode<'a>, args: &Args, at: Span) -> Val {
        let number = self.node(node);
        if self.result_awaited {
            // Its promise is awaited as soon as it is there: what its body throws is thrown where it is called.
            self.begin_deferred(number);
            let val = self.run_body(node, args);
            self.end_deferred();
            if !self.live {
                return Val::default();
            }
            let prom = Prom { val, rejects: false, origins: Arc::default(), path: Tally::zero() };
            return Val::addr(self.promise(at, prom));
        }
        self.begin_deferred(number);
        let done = self.guarded(|me| me.run_body(node, args));
        self.touched = self.end_deferred();
        self.promise_of(done, Arc::default(), at)
    }

    /// Runs `f` where what it throws is caught, and goes on as after it, whether it threw or not. What it did is not yet added to what
    /// is done here.
    pub(super) fn guarded(&mut self, f: impl FnOnce(&mut Self) -> Val) -> Guarded {
        self.heap.begin_try();
        let (end, mut target) = self.region(Catches::Throws, f);
        let seen = self.heap.end_try(target.thrown.is_some());
        let rejects = target.thrown.is_some() || !target.exits.is_empty();
        let ended = (end.live && rejects).then(|| end.fx.clone());
        let mut fx: Option<Effects> = None;
        let mut val = Val::default();
        let mut deltas = vec![];
        if end.live {
            fx = Some(end.fx.clone());
            val = end.val;
            deltas.push(end.delta);
        }
        for exit in std::mem::take(&mut target.exits) {
            fx = Some(fx.map_or_else(|| exit.fx.clone(), |fx| fx.join(&exit.fx)));
            deltas.push(exit.delta);
            self.refinements.retain_in(&exit.refined);
        }
        let most = fx.unwrap_or(end.fx);
        let fx = match &target.thrown {
            Some(done) => {
                deltas.push(self.thrown_state(seen, &target));
                most.stopped_at(done, target.thrown_why)
            }
            None => most,
        };
        self.live = !deltas.is_empty();
        self.heap.apply_any(deltas);
        self.settle_depths();
        Guarded { val, fx, ended, why: target.thrown_why, rejects }
    }

    /// The promise of work that has been started here.
    pub(super) fn promise_of(&mut self, done: Guarded, origins: Arc<[u32]>, at: Span) -> Val {
        let mut fx = done.fx;
        let path = std::mem::take(&mut fx.path);
        let width = fx.peak.clone();
        let mut doubtful = vec![];
        if let Some(ended) = &done.ended {
            // Whoever awaits it where nothing catches what it rejects with has seen it end well.
            let sure = |(key, least): (Key, u64)| (key, least.saturating_sub(fx.low(key)));
            doubtful = ended.certain().into_iter().map(sure).filter(|(_, least)| *least > 0).collect();
            fx = fx.once_ended(ended);
        }
        let keys = fx.certain();
        fx.hold = fx.hold.add(&width);
        self.fx.then_all(fx);
        let addr = self.promise(at, Prom { val: done.val, rejects: done.rejects, origins: origins.clone(), path });
        self.leave_pending(addr, keys, origins, width);
        self.doubt_pending(addr, doubtful, done.why);
        Val::addr(addr)
    }

    /// Calls a generator: its body runs when it is asked for values, as far as it is asked for any.
    fn generate(&mut self, node: FnNode<'a>, args: &Args, at: Span) -> Val {
        self.yields.push(Val::default());
        let why = self.why(at, "a generator gives as many values as it is asked for");
        let (fx, _) = self.later(|me| {
            let done = me.guarded(|me| me.run_body(node, args));
            me.fx.then(&done.fx);
            Val::default()
        });
        self.fx.then(&fx.maybe(Some(why)));
        let elem = self.yields.pop().unwrap_or_default();
        let sym = self.symbol("yielded", at);
        let arr = Arr::many(elem, Num::length(0.0, f64::INFINITY, sym, why));
        let addr = self.alloc(at, Content::Iterator(arr.into()));
        self.generators.insert(addr);
        // Its code runs meanwhile.
        let slot = &mut self.heap.slots[addr as usize];
        slot.open |= std::mem::take(&mut slot.pooled);
        Val::addr(addr)
    }
}

/// What guarded work did.
#[derive(Debug)]
pub(super) struct Guarded {
    /// What it gives when it ends well.
    pub(super) val: Val,
    pub(super) fx: Effects,
    /// What it has certainly done when it ends well, where that is not all it may do.
    pub(super) ended: Option<Effects>,
    /// Why it may not.
    pub(super) why: Option<WhyId>,
    pub(super) rejects: bool,
}

impl Guarded {
    /// Work that gives `val` and rejects, or does not, having done the same.
    pub(super) fn of(val: Val, fx: Effects, rejects: bool) -> Guarded {
        Guarded { val, fx, ended: None, why: None, rejects }
    }

    /// Work that for `why` may not have been done where it rejects.
    pub(super) fn unless(why: WhyId, val: Val, fx: Effects) -> Guarded {
        Guarded { val, fx: fx.maybe(Some(why)), ended: Some(fx), why: Some(why), rejects: true }
    }
}
