//! Expressions.

use std::{borrow::Cow, sync::Arc};

use swc_ecma_ast::{
    ArrayLit, AwaitExpr, BinExpr, BinaryOp, CondExpr, Expr, ExprOrSpread, Lit, Tpl, UnaryExpr, UnaryOp, YieldExpr,
};

use super::{
    MisuseKind,
    contents::{Arr, Content, Obj, ObjField},
    functions::{Args, FnNode},
    interp::Interp,
    numbers::Num,
    strings::Str,
    unread::Concat,
    val::Val,
};
use crate::{
    script::{Prose, span},
    text::Span,
};

impl<'a> Interp<'a> {
    /// Evaluates an expression.
    pub(super) fn expr(&mut self, e: &'a Expr) -> Val {
        if !self.step() {
            return Val::default();
        }
        let val = self.deeper(|me| me.expr_inner(e));
        if self.live && is_noted(e) {
            self.record.value(span(e), &val);
        }
        val
    }

    /// Notes what an expression was found to be, if evaluating it, just now, has not.
    pub(super) fn note_again(&mut self, e: &'a Expr, val: &Val) {
        if !(self.live && is_noted(e)) {
            self.record.value(span(e), val);
        }
    }

    /// Evaluates an expression whose value gets a name; lengths it leaves open are called by it.
    pub(super) fn expr_named(&mut self, e: &'a Expr, name: Option<Cow<'a, str>>) -> Val {
        let outer = std::mem::replace(&mut self.naming, name);
        let val = self.expr(e);
        self.naming = outer;
        val
    }

    fn expr_inner(&mut self, e: &'a Expr) -> Val {
        match e {
            Expr::Lit(lit) => self.lit(lit),
            Expr::Ident(i) => self.ident(i),
            Expr::Paren(p) => self.expr(&p.expr),
            Expr::Tpl(t) => self.template(t),
            Expr::Array(a) => self.array_lit(a),
            Expr::Object(o) => self.object_lit(o),
            Expr::Arrow(a) => {
                let this = self.this.clone();
                self.closure(FnNode::Arrow(a), this)
            }
            Expr::Fn(f) => {
                let val = self.closure(FnNode::Function(&f.function), Val::undefined());
                self.own_name(f, &val);
                val
            }
            Expr::Call(c) => self.call_expr(c),
            Expr::New(n) => self.new_expr(n),
            Expr::Member(m) => self.member(m),
            Expr::OptChain(o) => {
                let (val, short) = self.chain(o);
                if short { val.join(&self.stopped(span(o))) } else { val }
            }
            Expr::Await(a) => self.await_expr(a),
            Expr::Unary(u) => self.unary(u),
            Expr::Bin(b) => self.binary(b),
            Expr::Cond(c) => self.cond(c, Self::expr),
            Expr::Assign(a) => self.assign(a),
            Expr::Update(u) => self.update(u),
            Expr::Seq(s) => {
                let mut val = Val::undefined();
                for e in &s.exprs {
                    val = self.expr(e);
                }
                val
            }
            Expr::This(_) => self.this.clone(),
            Expr::Class(c) => {
                let outer = self.env.clone();
                self.env = self.frame(span(&*c.class).start);
                let class = self.class(&c.class, c.ident.as_ref());
                self.env = outer;
                class
            }
            Expr::Yield(y) => self.yield_expr(y),
            Expr::TaggedTpl(t) => {
                let (tag, this) = match t.tag.unwrap_parens() {
                    Expr::Member(m) => {
                        let object = self.expr(&m.obj);
                        let key = self.member_key(m);
                        self.deref(&object, span(&m.obj));
                        (if self.live { self.get_key(&object, &key, span(m)) } else { Val::default() }, object)
                    }
                    other => (self.expr(other), Val::undefined()),
                };
                let mut vals = vec![self.data(span(t), "a tagged template gives its texts")];
                vals.extend(t.tpl.exprs.iter().map(|e| self.expr(e)).collect::<Vec<_>>());
                if tag.builtin == Some("String.raw") {
                    vals.iter().skip(1).for_each(|v| self.converts(v));
                    return Str::any().into();
                }
                self.call_value(&tag, this, &Args::of(vals, span(t)), span(t))
            }
            Expr::SuperProp(s) => {
                let this = self.this.clone();
                let key = self.super_key(s);
                self.escape(&this, span(s));
                self.get_key(&this, &key, span(s))
            }
            other => self.unknown(span(other), "this kind of expression is not followed"),
        }
    }

    pub(super) fn lit(&mut self, lit: &'a Lit) -> Val {
        match lit {
            Lit::Str(s) => {
                let text = self.texts.entry(span(s).start);
                let text =
                    text.or_insert_with(|| Arc::new(Str::written(span(s), Prose::Text, &s.value.to_string_lossy())));
                Val { str: Some(text.clone()), ..Val::default() }
            }
            Lit::Bool(b) => Val::bool(b.value),
            Lit::Null(_) => Val::null(),
            Lit::Num(n) => Val::number(n.value),
            Lit::Regex(r) => {
                let kind = if r.flags.contains('g') { super::throws::GLOBAL } else { "RegExp" };
                Val::addr(self.alloc(span(lit), Content::Other(kind)))
            }
            Lit::BigInt(_) => self.unknown(span(lit), "big integers are not followed"),
            Lit::JSXText(_) => Str::any().into(),
        }
    }

    pub(super) fn ident(&mut self, i: &'a swc_ecma_ast::Ident) -> Val {
        if let Some(addr) = self.place(i) {
            self.sees(addr);
            let slot = &self.heap.slots[addr as usize];
            let val = self.heap.var(addr);
            if slot.open {
                let unknown = self.unknown(span(i), "something else can change it at any time");
                return val.join(&unknown);
            }
            if val.is_never() {
                // Read before its declaration has run.
                self.may_throw();
                return Val::undefined();
            }
            return val;
        }
        match &*i.sym {
            "undefined" => Val::undefined(),
            "NaN" => Num::exactly(f64::NAN).into(),
            "Infinity" => Val::number(f64::INFINITY),
            name => match super::names::primitive(name).or_else(|| super::names::global(name)) {
                Some("arguments") => self.all_arguments(span(i)),
                Some(name) => Val::builtin(name),
                None => {
                    self.may_throw();
                    self.unknown(span(i), format_args!("`{name}` is declared nowhere"))
                }
            },
        }
    }

    fn template(&mut self, t: &'a Tpl) -> Val {
        let mut text = Concat::default();
        let mut at = span(t);
        for (i, quasi) in t.quasis.iter().enumerate() {
            let written = || quasi.cooked.as_ref().map_or(Cow::Borrowed(""), |c| c.to_string_lossy());
            let piece = self.texts.entry(span(quasi).start);
            let marked = Span::new(span(quasi).start - 1, span(quasi).end + 1);
            let piece = piece.or_insert_with(|| Arc::new(Str::written(marked, Prose::Template, &written())));
            text.push(at, piece, at);
            if let Some(hole) = t.exprs.get(i) {
                let val = self.expr(hole);
                self.note_again(hole, &val);
                self.misused(&val, span(hole), MisuseKind::Text);
                match &val.str {
                    Some(str) if val.only_str() => text.push(at, str, span(hole)),
                    _ => text.push(at, &self.text_of(&val), span(hole)),
                }
                at = span(hole);
            }
        }
        text.done().into()
    }

    fn array_lit(&mut self, a: &'a ArrayLit) -> Val {
        let (elems, many) = self.list(a.elems.iter().map(Option::as_ref), MisuseKind::Iterated);
        let mut arr = match many {
            None => Arr::of(elems),
            Some(arr) => arr,
        };
        arr.decided.get_or_insert(0);
        if arr.decided == Some(0) {
            let n = arr.elems.as_ref().map(|e| e.len());
            let text = n
                .map_or_else(|| "this list's length".to_owned(), |n| format!("this list has {n} element{}", plural(n)));
            arr.decided = Some(self.why(span(a), text));
        }
        arr.holes = a.elems.iter().any(Option::is_none);
        let addr = self.alloc(span(a), Content::Array(arr.clone().into()));
        self.hold_in(addr, &arr);
        Val::addr(addr)
    }

    /// Evaluates a list of elements and spreads: one by one, or as one array where a spread leaves the number open.
    pub(super) fn list<'b>(
        &mut self,
        items: impl Iterator<Item = Option<&'b ExprOrSpread>>,
        kind: MisuseKind,
    ) -> (Vec<Val>, Option<Arr>)
    where
        'a: 'b,
        'b: 'a,
    {
        let mut elems: Vec<Val> = vec![];
        let mut many: Option<Arr> = None;
        let push = |val: Val, elems: &mut Vec<Val>, many: &mut Option<Arr>| match many {
            Some(arr) => {
                arr.elem.join_with(&val);
                arr.len = arr.len.add(&Num::exactly(1.0));
            }
            None => elems.push(val),
        };
        for item in items {
            let Some(item) = item else {
                push(Val::undefined(), &mut elems, &mut many);
                continue;
            };
            let val = self.expr_named(&item.expr, None);
            if item.spread.is_none() {
                push(val, &mut elems, &mut many);
                continue;
            }
            self.misused(&val, span(&item.expr), kind);
            let read = self.limited(&item.expr, val.clone());
            let source = self.iterated(&read, span(&item.expr));
            self.release_from(&val);
            match (&source.elems, &mut many) {
                (Some(more), None) => elems.extend(more.iter().cloned()),
                _ => {
                    let so_far =
                        many.take().unwrap_or_else(|| Arr { decided: None, ..Arr::of(std::mem::take(&mut elems)) });
                    many = Some(Arr {
                        elems: None,
                        elem: so_far.joined().join(&source.joined()),
                        len: so_far.len.add(&source.len),
                        holes: false,
                        decided: so_far.decided.or(source.decided),
                        filtered: None,
                        grown: None,
                    });
                }
            }
        }
        (elems, many)
    }

    fn await_expr(&mut self, a: &'a AwaitExpr) -> Val {
        self.expr_awaited(&a.arg)
    }

    /// Evaluates an expression and awaits what it gives: each of its branches by itself, so that it is known which of them waits for
    /// which promise.
    pub(super) fn expr_awaited(&mut self, e: &'a Expr) -> Val {
        let val = match e.unwrap_parens() {
            Expr::Cond(c) if self.step() => self.deeper(|me| me.cond(c, Self::expr_awaited)),
            Expr::Bin(b)
                if matches!(b.op, BinaryOp::LogicalAnd | BinaryOp::LogicalOr | BinaryOp::NullishCoalescing)
                    && self.step() =>
            {
                self.deeper(|me| me.logical(b.op, &b.left, &b.right, Self::expr_awaited))
            }
            other => {
                let outer = self.awaiting.replace(span(other));
                let val = self.expr(other);
                self.awaiting = outer;
                val
            }
        };
        self.record.value(span(e), &val);
        // What is no promise makes the script wait for a turn, too.
        self.note_wait();
        self.await_value(&val, span(e))
    }

    fn unary(&mut self, u: &'a UnaryExpr) -> Val {
        if u.op == UnaryOp::TypeOf
            && let Expr::Ident(i) = u.arg.unwrap_parens()
            && self.place(i).is_none()
            && super::names::primitive(&i.sym).is_none()
            && super::names::global(&i.sym).is_none()
        {
            return Val::text("undefined");
        }
        if u.op == UnaryOp::Delete {
            return self.delete(&u.arg);
        }
        let val = self.expr(&u.arg);
        if u.op == UnaryOp::TypeOf && val.is_never() {
            return val;
        }
        match u.op {
            UnaryOp::Bang => {
                self.condition(&val, &u.arg);
                Val::truth(val.truthy().map(|t| !t))
            }
            UnaryOp::TypeOf => self.type_of(&val),
            UnaryOp::Void | UnaryOp::Delete => Val::undefined(),
            UnaryOp::Plus => self.number_of(&val).into(),
            UnaryOp::Minus => Num::exactly(0.0).sub(&self.number_of(&val).plain()).into(),
            UnaryOp::Tilde => self.number_of(&val).plain().monotone(|_| f64::NAN).into(),
        }
    }

    /// A binary expression. Chains of one operator nest to the left, so the left spine is walked without recursion.
    fn binary(&mut self, b: &'a BinExpr) -> Val {
        if matches!(b.op, BinaryOp::LogicalAnd | BinaryOp::LogicalOr | BinaryOp::NullishCoalescing) {
            return self.logical(b.op, &b.left, &b.right, Self::expr);
        }
        let mut spine: Vec<&'a BinExpr> = vec![b];
        while let Some(last) = spine.last()
            && let Expr::Bin(left) = &*last.left
            && !matches!(left.op, BinaryOp::LogicalAnd | BinaryOp::LogicalOr | BinaryOp::NullishCoalescing)
        {
            spine.push(left);
        }
        let Some(first) = spine.last() else {
            return Val::default();
        };
        let mut left = self.expr(&first.left);
        let mut left_span = span(&first.left);
        // What is put together of a text so far.
        let mut text: Option<Concat> = None;
        for bin in spine.iter().rev() {
            if !self.step() {
                return Val::default();
            }
            let right = self.expr(&bin.right);
            let right_span = span(&bin.right);
            if bin.op == BinaryOp::Add && (text.is_some() || left.only_str() && left.str.is_some()) {
                self.misused(&right, right_span, MisuseKind::Text);
                let so_far = text.get_or_insert_with(|| left.str.as_deref().map(Concat::of).unwrap_or_default());
                match &right.str {
                    Some(str) if right.only_str() => so_far.push(left_span, str, right_span),
                    _ => so_far.push(left_span, &self.text_of(&right), right_span),
                }
            } else {
                if let Some(text) = text.take() {
                    left = text.done().into();
                }
                left = self.operate(bin.op, &left, left_span, &right, right_span);
            }
            left_span = span(*bin);
        }
        text.map_or(left, |text| text.done().into())
    }

    /// `a && b` and its kin; `eval` evaluates the right operand.
    fn logical(&mut self, op: BinaryOp, left: &'a Expr, right: &'a Expr, eval: fn(&mut Self, &'a Expr) -> Val) -> Val {
        let val = self.expr(left);
        if op != BinaryOp::NullishCoalescing {
            self.condition(&val, left);
        }
        let (keep, go_on) = match op {
            BinaryOp::LogicalAnd => (val.may_be_falsy(), val.may_be_truthy()),
            BinaryOp::LogicalOr => (val.may_be_truthy(), val.may_be_falsy()),
            _ => (!val.without_nullish().is_never(), val.is_nullish_possible()),
        };
        let kept = match op {
            BinaryOp::LogicalAnd => falsy_part(&val),
            BinaryOp::LogicalOr => truthy_part(&val),
            _ => val.without_nullish(),
        };
        let mut ways = vec![];
        if keep {
            ways.push(self.way(|me| {
                if op != BinaryOp::NullishCoalescing {
                    me.assume(left, op == BinaryOp::LogicalOr);
                }
                kept.clone()
            }));
        }
        if go_on {
            ways.push(self.way(|me| {
                if op != BinaryOp::NullishCoalescing {
                    me.assume(left, op == BinaryOp::LogicalAnd);
                }
                eval(me, right)
            }));
        }
        if let (BinaryOp::LogicalAnd, [kept, right]) = (op, ways.as_mut_slice())
            && let (Some(falsy), Some(wanted)) = (kept.val.unknown.as_mut(), right.val.unknown)
        {
            // What is falsy is no list: the list is the one on the right.
            (falsy.sym, falsy.why) = (wanted.sym, wanted.why);
        }
        let why = self.branch_why(left);
        if self.live { self.any_way_because(ways, Some(why)) } else { Val::default() }
    }

    fn cond(&mut self, c: &'a CondExpr, eval: fn(&mut Self, &'a Expr) -> Val) -> Val {
        let test = self.expr(&c.test);
        self.condition(&test, &c.test);
        let naming = self.naming.clone();
        let compares = matches!(c.test.unwrap_parens(), Expr::Bin(b) if b.op.precedence() == BinaryOp::Lt.precedence());
        let mut most = Some(0.0f64);
        let mut ways = vec![];
        for (possible, truth, branch) in [(test.may_be_truthy(), true, &c.cons), (test.may_be_falsy(), false, &c.alt)] {
            if possible && self.live {
                let naming = naming.clone();
                ways.push(self.way(|me| {
                    me.assume(&c.test, truth);
                    me.naming = naming;
                    if !me.live {
                        return Val::default();
                    }
                    let val = eval(me, branch);
                    if compares {
                        most = most.and_then(|most| Some(most.max(me.most_elements_of(branch, &val)?)));
                    }
                    val
                }));
            }
        }
        let why = self.branch_why(&c.test);
        let val = if self.live { self.any_way_because(ways, Some(why)) } else { Val::default() };
        self.most_chosen = most.filter(|most| compares && most.is_finite());
        val
    }

    fn yield_expr(&mut self, y: &'a YieldExpr) -> Val {
        let val = y.arg.as_ref().map_or_else(Val::undefined, |e| self.expr(e));
        let val = if y.delegate { self.iterated(&val, span(y)).joined() } else { self.await_value(&val, span(y)) };
        if let Some(yields) = self.yields.last_mut() {
            yields.join_with(&val);
        }
        self.may_throw();
        self.unknown(span(y), "whoever asks the generator for its next value decides it")
    }

    /// Notes that a promise is used as if it were its result.
    pub(super) fn misused(&mut self, val: &Val, at: Span, kind: MisuseKind) {
        for addr in val.refs.as_slice() {
            if let Content::Promise(p) = self.heap.get(*addr) {
                let origins: Arc<[u32]> = p.origins.clone();
                self.record.misuse(&origins, at, kind);
            }
        }
    }

    /// Notes a value used as a condition.
    pub(super) fn condition(&mut self, val: &Val, e: &'a Expr) {
        self.misused(val, span(e), MisuseKind::Condition);
    }
}

/// Whether evaluating an expression notes what it was found to be.
fn is_noted(e: &Expr) -> bool {
    !matches!(e, Expr::Lit(_) | Expr::Paren(_) | Expr::Arrow(_) | Expr::Fn(_))
}

pub(super) fn plural(n: usize) -> &'static str {
    if n == 1 { "" } else { "s" }
}

/// Sets a field, keeping the order of first appearance.
pub(super) fn set_field(obj: &mut Obj, name: &str, val: Val) {
    match obj.fields.iter_mut().find(|f| *f.name == *name) {
        Some(f) => (f.val, f.optional, f.accessor) = (val, false, false),
        None => obj.fields.push(ObjField::of(name, val)),
    }
}

/// The same with a name that is kept.
pub(super) fn put_field(obj: &mut Obj, name: &Arc<str>, val: Val) {
    match obj.fields.iter_mut().find(|f| f.name == *name) {
        Some(f) => (f.val, f.optional, f.accessor) = (val, false, false),
        None => obj.fields.push(ObjField::of(name.clone(), val)),
    }
}

/// What is left of `val` when it is known to be truthy.
pub(super) fn truthy_part(val: &Val) -> Val {
    let mut part = Val { undef: None, null: None, no: false, ..val.clone() };
    if let Some(n) = &val.num {
        if n.lo == 0.0 && n.hi == 0.0 {
            part.num = None;
        } else if n.lo == 0.0 && n.whole {
            part.num = Some(Arc::new(Num { nan: false, lo: 1.0_f64.min(n.hi), ..(**n).clone() }));
        } else if n.nan {
            part.num = Some(Arc::new(Num { nan: false, ..(**n).clone() }));
        }
    }
    if let Some(s) = &part.str {
        part.str = s.filled().map(Arc::new);
    }
    part
}

/// What is left of `val` when it is known to be falsy.
pub(super) fn falsy_part(val: &Val) -> Val {
    let mut part = Val { yes: false, refs: super::val::Refs::None, builtin: None, ..val.clone() };
    let num = val.num.as_ref().and_then(|n| {
        let zero = n.lo <= 0.0 && 0.0 <= n.hi;
        match (zero, n.nan) {
            (true, nan) => Some(Num { nan, ..Num::exactly(0.0) }),
            (false, true) => Some(Num { lo: f64::NEG_INFINITY, hi: f64::INFINITY, ..n.plain() }),
            (false, false) => None,
        }
    });
    part.num = num.map(Arc::new);
    part.str = val.str.as_ref().filter(|s| s.may_be_empty()).map(|_| Arc::new(Str::known("")));
    part
}
