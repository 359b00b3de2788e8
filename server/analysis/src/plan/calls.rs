//! Calls: who is called, with what.

use std::sync::Arc;

use swc_ecma_ast::{CallExpr, Callee, Expr, ExprOrSpread, MemberExpr, NewExpr};

use super::{
    contents::{Arr, Coll, Content, Fun, Obj, Prom, union},
    functions::Args,
    interp::{Interp, Leave},
    members::Key,
    numbers::Num,
    strings::Str,
    sum::Tally,
    val::{Refs, Val},
};
use crate::{script::span, text::Span};

impl<'a> Interp<'a> {
    pub(super) fn call_expr(&mut self, c: &'a CallExpr) -> Val {
        let at = span(c);
        match &c.callee {
            Callee::Expr(callee) => match callee.unwrap_parens() {
                Expr::Member(m) => self.method_call(m, &c.args, at),
                Expr::SuperProp(s) => {
                    let this = self.this.clone();
                    let name = match &s.prop {
                        swc_ecma_ast::SuperProp::Ident(i) => i.sym.to_string(),
                        swc_ecma_ast::SuperProp::Computed(_) => String::new(),
                    };
                    let args = self.args_list(&c.args);
                    self.call_super_method(&this, &name, &args, at)
                }
                callee => {
                    let function = self.expr(callee);
                    let mut args = self.args_list(&c.args);
                    if matches!(function.builtin, Some("parallel" | "pipeline"))
                        && let (Some(ExprOrSpread { spread: None, expr }), Some(list)) =
                            (c.args.first(), args.vals.first_mut())
                    {
                        *list = self.limited(expr, std::mem::take(list));
                    }
                    self.callee = span(callee);
                    self.call_function(&function, Val::undefined(), &args, at)
                }
            },
            Callee::Super(_) => {
                let args = self.args_list(&c.args);
                self.call_super(&args, at)
            }
            Callee::Import(_) => {
                self.args_list(&c.args);
                self.may_throw();
                self.unknown(at, "imported code is not followed")
            }
        }
    }

    fn method_call(&mut self, m: &'a MemberExpr, args: &'a [ExprOrSpread], at: Span) -> Val {
        let object = self.expr(&m.obj);
        let key = self.member_key(m);
        self.misused_member(&object, m, &key);
        self.deref(&object, span(&m.obj));
        self.note_args_read(m, &object);
        let list = args;
        let args = self.args_list(list);
        if !self.live {
            return Val::default();
        }
        self.callee = span(m);
        let reads = matches!(&key, Key::Name(name) if super::arrays::READS.contains(&&**name));
        let object = if reads { self.limited(&m.obj, object) } else { object };
        if !self.batches.is_empty() && m.prop.is_ident_with("slice") {
            let val = self.call_method(&object, &key, &args, at);
            self.take_batch(&object, list, &val, at);
            return val;
        }
        if !self.batches.is_empty() && m.prop.is_ident_with("splice") {
            let val = self.call_method(&object, &key, &args, at);
            self.take_spliced(&object, &val);
            return val;
        }
        self.call_method(&object, &key, &args, at)
    }

    pub(super) fn args_list(&mut self, list: &'a [ExprOrSpread]) -> Args {
        let mut args =
            Args { vals: Vec::with_capacity(list.len()), spans: Vec::with_capacity(list.len()), ..Args::default() };
        for arg in list {
            let val = self.expr_named(&arg.expr, None);
            self.note_again(&arg.expr, &val);
            if arg.spread.is_none() && args.rest.is_none() {
                args.vals.push(val);
                args.spans.push(span(&arg.expr));
                continue;
            }
            let val = if arg.spread.is_some() { self.limited(&arg.expr, val) } else { val };
            let more = if arg.spread.is_some() { self.iterated(&val, span(&arg.expr)) } else { Arr::of(vec![val]) };
            match (&more.elems, &mut args.rest) {
                (Some(elems), None) => {
                    args.spans.extend(elems.iter().map(|_| span(&arg.expr)));
                    args.vals.extend(elems.iter().cloned());
                }
                (_, rest) => {
                    let joined = more.joined();
                    args.rest = Some(rest.take().map_or(joined.clone(), |r| r.join(&joined)));
                    args.rest_len = Some(args.rest_len.take().map_or(more.len.clone(), |l| l.add(&more.len)));
                }
            }
        }
        args
    }

    /// The call at `at` itself, whose promise may be awaited on the spot.
    fn call_function(&mut self, f: &Val, this: Val, args: &Args, at: Span) -> Val {
        let node = match f.only_ref().and_then(|addr| self.heap.get(addr).fun()).map(|fun| &**fun) {
            Some(Fun::Closure { node, .. }) => Some(self.nodes[*node as usize]),
            _ => None,
        };
        self.result_awaited = self.awaiting == Some(at) && node.is_some_and(|node| node.is_async_function());
        let val = self.call_value(f, this, args, at);
        self.result_awaited = false;
        val
    }

    /// Calls a value.
    pub(super) fn call_value(&mut self, f: &Val, this: Val, args: &Args, at: Span) -> Val {
        if !self.step() {
            return Val::default();
        }
        self.deeper(|me| me.call_any(f, this, args, at))
    }

    fn call_any(&mut self, f: &Val, this: Val, args: &Args, at: Span) -> Val {
        if let Some(addr) = f.only_ref()
            && matches!(self.heap.get(addr), Content::Fun(_))
        {
            return self.call_fun(addr, this, args, at);
        }
        let functions: Vec<u32> =
            f.refs.as_slice().iter().copied().filter(|a| matches!(self.heap.get(*a), Content::Fun(_))).collect();
        let others = f.refs.as_slice().len() > functions.len();
        let bad = others || f.is_nullish_possible() || f.yes || f.no || f.num.is_some() || f.str.is_some();
        let open = f.unknown.is_some_and(|u| !u.data);
        let n = functions.len() + usize::from(f.builtin.is_some()) + usize::from(open);
        if n == 0 {
            // Data cannot be called.
            for val in &args.vals {
                self.escape(val, at);
            }
            self.leave(Leave::Throw, Val::default());
            return Val::default();
        }
        if bad {
            self.may_throw();
        }
        self.either(n, |me, i| match functions.get(i) {
            Some(addr) => me.call_fun(*addr, this.clone(), args, at),
            None => match (i == functions.len(), f.builtin) {
                (true, Some(name)) => me.call_builtin(name, &this, args, at),
                _ => me.call_unknown(f, args, at),
            },
        })
    }

    pub(super) fn call_fun(&mut self, addr: u32, this: Val, args: &Args, at: Span) -> Val {
        let Some(fun) = self.heap.get(addr).fun().cloned() else {
            return Val::default();
        };
        match &*fun {
            Fun::Closure { node, env, this: own } => {
                let arrow = matches!(self.nodes[*node as usize], super::functions::FnNode::Arrow(_));
                let this = if arrow { own.clone() } else { this };
                self.call_closure(*node, env.clone(), this, args, at)
            }
            Fun::Class { .. } => {
                self.leave(Leave::Throw, Val::default());
                Val::default()
            }
            Fun::Bound { function, this, arguments } => {
                let mut all = args.clone();
                all.vals.splice(0..0, arguments.iter().cloned());
                all.spans.splice(0..0, arguments.iter().map(|_| at));
                self.call_value(function, this.clone(), &all, at)
            }
            Fun::Method { name } => {
                self.deref(&this, at);
                if !self.live {
                    return Val::default();
                }
                self.call_method(&this.without_nullish(), &Key::Name((*name).into()), args, at)
            }
            Fun::Settle { promise, rejects } => {
                let (fails, origins, path) = match *rejects {
                    true => (true, Default::default(), Tally::zero()),
                    false => self.taken_over(&args.get(0)),
                };
                let given = self.await_quietly(&args.get(0));
                if let Content::Promise(p) = self.heap.get(*promise).clone() {
                    let prom = Prom {
                        val: if *rejects { p.val.clone() } else { p.val.join(&given) },
                        rejects: p.rejects || fails,
                        origins: union(&p.origins, &origins),
                        path: p.path.max(&path),
                    };
                    self.heap.write(*promise, Content::Promise(prom.into()));
                }
                Val::undefined()
            }
        }
    }

    /// Calls the method `key` of `object`, which is neither `null` nor `undefined`.
    pub(super) fn call_method(&mut self, object: &Val, key: &Key<'_>, args: &Args, at: Span) -> Val {
        let Some(name) = key.text() else {
            let function = self.get_key(object, key, at);
            return self.call_value(&function, object.clone(), args, at);
        };
        if let Some(addr) = object.only_ref() {
            let receiver = self.receiver(addr);
            return receiver.map_or_else(Val::default, |r| self.call_on(object, &r, &name, args, at));
        }
        let mut ways: Vec<Receiver> = vec![];
        let (mut arrays, mut promises) = (vec![], vec![]);
        for addr in object.refs.as_slice() {
            match self.receiver(*addr) {
                Some(Receiver::Arrays(_)) => arrays.push(*addr),
                Some(Receiver::Promises(_)) => promises.push(*addr),
                receiver => ways.extend(receiver),
            }
        }
        if !arrays.is_empty() {
            ways.push(Receiver::Arrays(Refs::from_iter(arrays)));
        }
        if !promises.is_empty() {
            ways.push(Receiver::Promises(Refs::from_iter(promises)));
        }
        if object.str.is_some() {
            ways.push(Receiver::Text);
        }
        if object.num.is_some() || object.yes || object.no {
            ways.push(Receiver::Number);
        }
        if let Some(builtin) = object.builtin {
            ways.push(Receiver::Builtin(builtin));
        }
        if object.unknown.is_some() {
            ways.push(Receiver::Unknown);
        }
        self.either(ways.len(), |me, i| me.call_on(object, &ways[i], &name, args, at))
    }

    /// What a method of what is at a place is called on.
    fn receiver(&self, addr: u32) -> Option<Receiver> {
        Some(match self.heap.get(addr) {
            Content::Array(_) if self.heap.slots[addr as usize].open => Receiver::Open,
            Content::Array(_) => Receiver::Arrays(Refs::One(addr)),
            Content::Promise(_) => Receiver::Promises(Refs::One(addr)),
            Content::Map(_) | Content::Set(_) => Receiver::Collection(addr),
            Content::Object(_) | Content::Fun(_) => Receiver::Object(addr),
            Content::Iterator(_) => Receiver::Iterator(addr),
            Content::Other(kind) => Receiver::Other(kind),
            Content::Var(_) | Content::Pending(_) => return None,
        })
    }

    fn call_on(&mut self, object: &Val, receiver: &Receiver, name: &str, args: &Args, at: Span) -> Val {
        match receiver {
            Receiver::Arrays(addrs) => self.array_method(addrs.as_slice(), name, args, at),
            Receiver::Promises(addrs) => self.promise_method(addrs.as_slice(), name, args, at),
            Receiver::Collection(addr) => self.collection_method(*addr, name, args, at),
            Receiver::Object(addr) => self.object_method(*addr, name, args, at),
            Receiver::Iterator(addr) => self.iterator_method(*addr, name, args, at),
            Receiver::Text => {
                let text = object.str.clone().unwrap_or_else(|| Arc::new(Str::any()));
                self.string_method(&text, name, args, at)
            }
            Receiver::Number => match name {
                "toFixed" | "toString" | "toLocaleString" | "toPrecision" | "toExponential" => {
                    self.number_method_may_throw(object, name, args);
                    let exact = object.as_number().filter(|_| name == "toString" && !args.has(0));
                    exact.map_or_else(
                        || Str::between(1, Some(120)).into(),
                        |n| Val::text(&super::operators::number_text(n)),
                    )
                }
                "valueOf" => Val { num: object.num.clone(), yes: object.yes, no: object.no, ..Val::default() },
                _ => {
                    self.may_throw();
                    self.unknown(at, "this method is not followed")
                }
            },
            Receiver::Builtin(builtin)
                if matches!(name, "call" | "apply" | "bind") && super::names::member(builtin, name).is_none() =>
            {
                self.call_through(&Val::builtin(builtin), name, args, at)
            }
            Receiver::Builtin(builtin) => {
                let function = self.builtin_member(builtin, name, at);
                self.call_value(&function, object.clone(), args, at)
            }
            Receiver::Other(kind) => self.other_method(kind, name, args, at),
            Receiver::Open | Receiver::Unknown => self.unknown_method(object, name, args, at),
        }
    }

    /// `function.call(…)`, `function.apply(…)`, `function.bind(…)`.
    fn call_through(&mut self, function: &Val, name: &str, args: &Args, at: Span) -> Val {
        let this = args.get(0);
        if args.vals.is_empty() && args.rest.is_some() {
            let any = self.unknown(at, "it is not known on what this function is called");
            return self.call_unknown(
                &any,
                &Args { rest: args.rest.as_ref().map(|r| r.join(function)), ..Args::default() },
                at,
            );
        }
        let mut rest = Args { vals: args.vals.get(1..).unwrap_or_default().to_vec(), ..args.clone() };
        rest.spans = vec![at; rest.vals.len()];
        match name {
            "call" => self.call_value(function, this, &rest, at),
            "apply" => {
                let list =
                    if rest.vals.is_empty() { Arr::of(vec![]) } else { self.iterated(&rest.vals[0].clone(), at) };
                let args = match list.elems {
                    Some(elems) => Args::of(elems, at),
                    None => Args { rest: Some(list.elem), rest_len: Some(list.len), ..Args::default() },
                };
                self.call_value(function, this, &args, at)
            }
            _ => {
                let fun = Fun::Bound { function: function.clone(), this, arguments: rest.vals };
                Val::addr(self.alloc(at, Content::Fun(fun.into())))
            }
        }
    }

    fn object_method(&mut self, addr: u32, name: &str, args: &Args, at: Span) -> Val {
        match name {
            "call" | "apply" | "bind" if matches!(self.heap.get(addr), Content::Fun(_)) => {
                self.call_through(&Val::addr(addr), name, args, at)
            }
            _ if self.inherits(addr, name, at) => {
                if name.starts_with("hasOwn") || name.starts_with("property") {
                    self.converts(&args.get(0));
                }
                match name {
                    "hasOwnProperty" | "propertyIsEnumerable" | "isPrototypeOf" => Val::either(),
                    "valueOf" => Val::addr(addr),
                    _ => Str::any().into(),
                }
            }
            _ => {
                let function = self.get(&Val::addr(addr), name, at);
                self.call_function(&function, Val::addr(addr), args, at)
            }
        }
    }

    /// Whether the object has the method `name` only as every object has it.
    fn inherits(&mut self, addr: u32, name: &str, at: Span) -> bool {
        if super::names::method("Object", name).is_none() {
            return false;
        }
        match self.heap.get(addr).clone() {
            Content::Object(o) => {
                !o.bare
                    && !o.error
                    && o.rest.as_ref().is_none_or(|rest| rest.unknown.is_none_or(|u| u.data) && rest.refs.is_empty())
                    && !o.fields.iter().any(|f| *f.name == *name)
                    && o.class.is_none_or(|class| self.class_member(class, name, addr, at).is_none())
            }
            Content::Fun(_) => self.get(&Val::addr(addr), name, at).without_nullish().is_never(),
            _ => false,
        }
    }

    fn other_method(&mut self, kind: &str, name: &str, args: &Args, at: Span) -> Val {
        match (kind, name) {
            ("RegExp" | super::throws::GLOBAL, "test") => {
                self.converts(&args.get(0));
                Val::either()
            }
            ("RegExp" | super::throws::GLOBAL, "exec") => {
                self.converts(&args.get(0));
                let why = self.why(at, "the pattern need not match");
                let groups = Arr::many(Val::from(Str::any()).join(&Val::undefined()), Num::count(1.0, 64.0));
                Val::addr(self.alloc(at, Content::Array(groups.into()))).join(&Val::null_because(why))
            }
            (
                "Date",
                "toISOString" | "toString" | "toJSON" | "toDateString" | "toLocaleDateString" | "toLocaleString"
                | "toLocaleTimeString",
            ) => {
                if matches!(name, "toISOString" | "toJSON") || args.has(0) {
                    self.may_throw();
                }
                Str::between(0, Some(100)).into()
            }
            ("Date", n) if n.starts_with("get") => Num::any().into(),
            _ => {
                let any = self.unknown(at, "methods of this kind of object are not followed");
                self.call_unknown(&any, args, at)
            }
        }
    }

    pub(super) fn new_expr(&mut self, n: &'a NewExpr) -> Val {
        let at = span(n);
        let class = self.expr(&n.callee);
        let args = n.args.as_ref().map_or_else(Args::default, |a| self.args_list(a));
        if !self.live {
            return Val::default();
        }
        if let Some(name) = class.builtin {
            if class.parts() > 1 {
                self.escape(&class, at);
                return self.call_unknown(&class, &args, at);
            }
            return self.construct(name, &args, at);
        }
        let classes: Vec<u32> = class.refs.as_slice().to_vec();
        if !(Val { refs: Refs::None, ..class.clone() }).is_never() {
            self.may_throw();
        }
        if classes.is_empty() || class.unknown.is_some() {
            self.escape(&class, at);
            return self.call_unknown(&class, &args, at);
        }
        self.either(classes.len(), |me, i| me.instantiate(classes[i], &args, at))
    }

    /// `new` of a class of the language.
    fn construct(&mut self, name: &'static str, args: &Args, at: Span) -> Val {
        match name {
            "Array" => self.call_builtin("Array", &Val::undefined(), args, at),
            "Map" | "Set" => {
                let source = if args.has(0) { self.iterated_or_empty(&args.get(0), at) } else { Arr::of(vec![]) };
                let is_map = name.ends_with("Map");
                let elem = source.joined();
                let (key, val) = if is_map {
                    let pair =
                        if elem.is_never() { Arr::of(vec![]) } else { self.pair(&elem, source.len.lo >= 1.0, at) };
                    if elem.is_never() {
                        (Val::default(), Val::default())
                    } else {
                        (self.element(&pair, 0.0, at), self.element(&pair, 1.0, at))
                    }
                } else {
                    (elem.clone(), elem)
                };
                // Equal keys count once.
                let distinct = source.elems.as_ref().is_some_and(|e| {
                    let keys: Vec<Option<Arc<str>>> = e.iter().map(Val::as_text).collect();
                    !is_map
                        && keys.iter().all(Option::is_some)
                        && (1..keys.len()).all(|i| !keys[..i].contains(&keys[i]))
                });
                let size = if distinct || source.len.hi <= 1.0 {
                    source.len.clone()
                } else {
                    let low = if source.len.lo > 0.0 { 1.0 } else { 0.0 };
                    let sum = source.len.tally().sum.at_most();
                    let why = self.why(at, "equal keys count once");
                    Num { sum: Some(Arc::new(sum)), whys: source.len.whys.clone(), ..Num::count(low, source.len.hi) }
                        .because(why)
                };
                let coll = Arc::new(Coll { key, val, size });
                Val::addr(self.alloc(at, if is_map { Content::Map(coll) } else { Content::Set(coll) }))
            }
            "Promise" => {
                let prom =
                    Prom { val: Val::default(), rejects: false, origins: Default::default(), path: Tally::zero() };
                let addr = self.promise(at, prom);
                let settle = |me: &mut Self, rejects| {
                    Val::addr(me.alloc(at, Content::Fun(Fun::Settle { promise: addr, rejects }.into())))
                };
                let resolvers = vec![settle(self, false), settle(self, true)];
                self.takes_function(&args.get(0));
                if !self.live {
                    return Val::default();
                }
                let done =
                    self.guarded(|me| me.call_value(&args.get(0), Val::undefined(), &Args::of(resolvers, at), at));
                self.fx.then(&done.fx);
                if let Content::Promise(p) = self.heap.get(addr).clone() {
                    // Whoever holds the functions settles it with what nobody knows.
                    let val = if p.val.is_never() {
                        self.unknown(at, "it is not known what settles this promise")
                    } else {
                        p.val.clone()
                    };
                    self.heap.write(
                        addr,
                        Content::Promise(Prom { val, rejects: p.rejects || done.rejects, ..(*p).clone() }.into()),
                    );
                }
                Val::addr(addr)
            }
            "Error" | "TypeError" | "RangeError" | "SyntaxError" | "EvalError" | "ReferenceError"
            | "AggregateError" | "URIError" => {
                let mut obj = Obj { error: true, ..Obj::default() };
                if name == "AggregateError" {
                    self.escape(&args.get(0), at);
                    self.may_throw();
                }
                let first = args.get(usize::from(name == "AggregateError"));
                let message = if first == Val::undefined() { Val::text("") } else { self.text_of(&first).into() };
                super::expressions::set_field(&mut obj, "message", message);
                super::expressions::set_field(&mut obj, "name", Val::text(name));
                super::expressions::set_field(&mut obj, "stack", Str::any().into());
                if args.has(1) {
                    let cause = self.get(&args.get(1).without_nullish(), "cause", at);
                    super::expressions::set_field(&mut obj, "cause", cause.join(&Val::undefined()));
                }
                Val::addr(self.alloc(at, Content::Object(obj.into())))
            }
            "RegExp" => {
                args.vals.iter().for_each(|v| self.converts(v));
                self.may_throw();
                Val::addr(self.alloc(at, Content::Other("RegExp")))
            }
            "Date" => {
                args.vals.iter().for_each(|v| self.converts(v));
                self.may_throw();
                Val::addr(self.alloc(at, Content::Other("Date")))
            }
            "Object" => self.call_builtin("Object", &Val::undefined(), args, at),
            _ => {
                let any = self.unknown(at, "this kind of object is not followed");
                self.call_unknown(&any, args, at)
            }
        }
    }
}

enum Receiver {
    Arrays(Refs),
    Promises(Refs),
    Collection(u32),
    Object(u32),
    Iterator(u32),
    Text,
    Number,
    Builtin(&'static str),
    Other(&'static str),
    Open,
    Unknown,
}
