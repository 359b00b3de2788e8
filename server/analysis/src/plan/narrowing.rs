//! What a condition that has been passed says about the values in it.

use std::sync::Arc;

use swc_ecma_ast::{BinExpr, BinaryOp, Callee, Expr, Lit, MemberExpr, MemberProp, OptChainBase, UnaryOp, UpdateOp};

use super::{
    conditions::{changes_length, or_else},
    contents::Content,
    expressions::{falsy_part, truthy_part},
    interp::Interp,
    members::Key,
    numbers::Num,
    refined::member_of,
    strings::Str,
    val::{Addr, Refs, Val},
};
use crate::script::span;

impl<'a> Interp<'a> {
    /// Goes on knowing that `e` is truthy, or falsy.
    pub(super) fn assume(&mut self, e: &'a Expr, truth: bool) {
        match e.unwrap_parens() {
            Expr::Unary(u) if u.op == UnaryOp::Bang => self.assume(&u.arg, !truth),
            Expr::Bin(b) => self.assume_binary(b, truth),
            Expr::Call(c) => {
                let Callee::Expr(callee) = &c.callee else { return };
                if let Expr::Member(m) = callee.unwrap_parens()
                    && m.prop.is_ident_with("trim")
                    && truth
                {
                    // What is left of an empty text is empty.
                    self.refine(&m.obj, |_, val| {
                        let filled = val.str.as_ref().and_then(|s| s.filled()).map(Arc::new);
                        Val { str: filled, ..val.without_nullish() }
                    });
                    return;
                }
                if let Expr::Member(m) = callee.unwrap_parens()
                    && m.prop.is_ident_with("isArray")
                    && matches!(&*m.obj, Expr::Ident(i) if &*i.sym == "Array")
                {
                    if let [arg] = c.args.as_slice() {
                        self.assume_array(&arg.expr, truth);
                    }
                } else if let Expr::Member(m) = callee.unwrap_parens()
                    && m.prop.is_ident_with("every")
                    && let [arg] = c.args.as_slice()
                    && matches!(&*arg.expr, Expr::Ident(i) if &*i.sym == "Boolean" && self.place(i).is_none())
                {
                    if truth && self.tested_before.is_none() {
                        self.assume_all_truthy(&m.obj);
                    }
                } else if let [arg] = c.args.as_slice()
                    && matches!(callee.unwrap_parens(), Expr::Ident(i) if &*i.sym == "Boolean" && self.place(i).is_none())
                {
                    self.assume(&arg.expr, truth);
                } else {
                    self.assume_call(c, truth);
                }
            }
            Expr::Ident(i) => {
                self.refine(e, |_, val| if truth { truthy_part(val) } else { falsy_part(val) });
                if let Some(variable) = self.place(i) {
                    self.assume_named(variable, truth);
                }
            }
            other => self.refine(other, |_, val| if truth { truthy_part(val) } else { falsy_part(val) }),
        }
    }

    /// Goes on knowing that `arg` is, or is not, an array.
    fn assume_array(&mut self, arg: &'a Expr, truth: bool) {
        if let (true, Expr::Bin(b)) = (truth, arg.unwrap_parens())
            && b.op == BinaryOp::LogicalAnd
        {
            // What is falsy is no array: it is the one on the right.
            self.assume(&b.left, true);
            return self.assume_array(&b.right, true);
        }
        self.refine(arg, |me, val| {
            let is_array = |a: &u32| matches!(me.heap.get(*a), Content::Array(_));
            let refs = Refs::from_iter(val.refs.as_slice().iter().copied().filter(|a| is_array(a) == truth));
            if !truth {
                return Val { refs, ..val.clone() };
            }
            Val { refs, unknown: val.unknown, ..Val::default() }
        });
    }

    /// Goes on knowing that every element of the list `e` is truthy.
    fn assume_all_truthy(&mut self, e: &'a Expr) {
        let Some(addr) = self.peek(e).and_then(|list| list.only_ref()) else { return };
        let slot = &self.heap.slots[addr as usize];
        let Content::Array(arr) = &slot.content else { return };
        if slot.open || slot.shared || !self.heap.is_single(addr) {
            return;
        }
        let mut arr = (**arr).clone();
        arr.elem = truthy_part(&arr.elem);
        arr.elems.iter_mut().flatten().for_each(|elem| *elem = truthy_part(elem));
        // One that is never truthy: this is not reached.
        self.live &= !arr.elems.iter().flatten().any(Val::is_never);
        self.heap.replace(addr, Content::Array(arr.into()));
    }

    fn assume_binary(&mut self, b: &'a BinExpr, truth: bool) {
        match (b.op, truth) {
            (BinaryOp::LogicalAnd, true) | (BinaryOp::LogicalOr, false) => {
                if !changes_length(&b.left, &b.right) {
                    self.assume(&b.left, truth);
                }
                self.assume(&b.right, truth);
            }
            // Of a failed `a && b`, the part that is certain to hold decides nothing; the other one must have failed.
            (BinaryOp::LogicalAnd, false) | (BinaryOp::LogicalOr, true) if self.tested_before.is_none() => {
                let first = self.peek(&b.left);
                if first.and_then(|v| v.truthy()) == Some(!truth) {
                    self.assume(&b.right, truth);
                }
            }
            (BinaryOp::EqEqEq | BinaryOp::EqEq, _) => self.assume_equal(b, truth),
            (BinaryOp::NotEqEq | BinaryOp::NotEq, _) => self.assume_equal(b, !truth),
            (BinaryOp::Lt | BinaryOp::LtEq | BinaryOp::Gt | BinaryOp::GtEq, _)
                if self.is_as_tested(&b.left) && self.is_as_tested(&b.right) =>
            {
                self.assume_order(b, truth)
            }
            (BinaryOp::InstanceOf | BinaryOp::In, true) => self.refine(&b.left, |_, val| val.without_nullish()),
            _ => {}
        }
    }

    fn assume_equal(&mut self, b: &'a BinExpr, equal: bool) {
        let loose = matches!(b.op, BinaryOp::EqEq | BinaryOp::NotEq);
        for (e, other) in [(&*b.left, &*b.right), (&*b.right, &*b.left)] {
            if self.tested_before.is_some() && !matches!(other.unwrap_parens(), Expr::Lit(_)) && !is_undefined(other) {
                continue;
            }
            if let Expr::Unary(u) = e.unwrap_parens()
                && u.op == UnaryOp::TypeOf
            {
                if let Some(name) = self.peek(other).and_then(|v| v.as_text()) {
                    self.refine(&u.arg, |me, val| me.of_type(val, &name, equal));
                }
                continue;
            }
            let Some(with) = self.peek(other) else { continue };
            if loose && with.is_nullish() {
                self.refine(e, |_, val| {
                    if equal {
                        Val { undef: val.undef.or(with.undef), null: val.null, ..Val::default() }
                    } else {
                        val.without_nullish()
                    }
                });
            } else if !loose {
                self.refine(e, |me, val| me.equal_part(val, &with, equal));
            }
        }
    }

    pub(super) fn assume_same(&mut self, a: &'a Expr, b: &'a Expr, equal: bool) {
        if let Some(with) = self.peek(b) {
            self.refine(a, |me, val| me.equal_part(val, &with, equal));
        }
    }

    /// What `val` can be when it is, or is not, `===` to `with`.
    fn equal_part(&mut self, val: &Val, with: &Val, equal: bool) -> Val {
        if equal {
            let mut part = Val {
                undef: val.undef.filter(|_| with.undef.is_some()),
                null: val.null.filter(|_| with.null.is_some()),
                yes: val.yes && with.yes,
                no: val.no && with.no,
                num: val.num.as_ref().zip(with.num.as_ref()).map(|(a, b)| meet(a, b).into()),
                str: val.str.clone().filter(|_| with.str.is_some()),
                refs: Refs::from_iter(val.refs.as_slice().iter().copied().filter(|a| with.refs.as_slice().contains(a))),
                builtin: val.builtin.filter(|b| with.builtin == Some(b)),
                unknown: None,
            };
            if val.unknown.is_some() || with.unknown.is_some() {
                part = part.join(if val.unknown.is_some() { with } else { val });
            }
            if let (Some(s), Some(t)) = (&part.str, &with.str)
                && let Some(texts) = t.texts()
            {
                let possible = texts.iter().filter(|t| s.texts().is_none_or(|k| k.contains(t))).cloned();
                part.str = Str::one_of(possible).map(Arc::new);
            }
            return part;
        }
        let mut part = val.clone();
        if with.is_nullish() {
            if with.null.is_none() {
                part.undef = None;
            } else if with.undef.is_none() {
                part.null = None;
            }
        }
        if let (Some(gone), Some(s)) = (with.as_text(), &part.str)
            && let Some(texts) = s.texts()
        {
            part.str = Str::one_of(texts.iter().filter(|t| **t != gone).cloned()).map(Arc::new);
        }
        if with.truthy() == Some(true) && (with.yes && !with.no) && with.only_bool() {
            part.yes = false;
        }
        if with.only_bool() && with.no && !with.yes {
            part.no = false;
        }
        if let (Some(0.0), Some(n)) = (with.as_number(), &part.num)
            && n.lo == 0.0
            && n.whole
        {
            part.num = Some(Arc::new(Num { lo: 1.0_f64.min(n.hi), ..(**n).clone() }));
        }
        part
    }

    /// What `val` can be when `typeof` gives, or does not give, `name`.
    fn of_type(&mut self, val: &Val, name: &str, is: bool) -> Val {
        let functions: Vec<u32> =
            val.refs.as_slice().iter().copied().filter(|a| matches!(self.heap.get(*a), Content::Fun(_))).collect();
        let objects = || val.refs.as_slice().iter().copied().filter(|a| !functions.contains(a));
        let keep = |type_name: &str| (type_name == name) == is;
        let refs: Vec<u32> = match (keep("function"), keep("object")) {
            (true, true) => val.refs.as_slice().to_vec(),
            (true, false) => functions.clone(),
            (false, true) => objects().collect(),
            (false, false) => vec![],
        };
        let mut part = Val {
            undef: val.undef.filter(|_| keep("undefined")),
            null: val.null.filter(|_| keep("object")),
            yes: val.yes && keep("boolean"),
            no: val.no && keep("boolean"),
            num: val.num.clone().filter(|_| keep("number")),
            str: val.str.clone().filter(|_| keep("string")),
            refs: Refs::from_iter(refs),
            builtin: val.builtin.filter(|_| keep("function") || keep("object")),
            unknown: val.unknown.map(|u| super::val::Unknown { text: u.text && keep("string"), ..u }),
        };
        if let Some(u) = val.unknown
            && is
        {
            let precise = match name {
                // JSON text of what it would have been.
                "string" if u.data => {
                    Some(Val::from(Str { json: Some(Arc::new(Val::unknown(u.why, u.sym, true))), ..Str::any() }))
                }
                "string" => Some(Val::from(Str::any())),
                "number" => Some(Num { nan: true, ..Num::any() }.because(u.why).into()),
                "boolean" => Some(Val::either()),
                "undefined" => Some(Val::undefined_because(u.why)),
                _ => None,
            };
            if let Some(precise) = precise {
                part = Val { unknown: None, ..part }.join(&precise);
            }
        }
        part
    }

    fn assume_order(&mut self, b: &'a BinExpr, truth: bool) {
        let (op, left, right) = (b.op, &*b.left, &*b.right);
        // `a < b` false says `a >= b` only of numbers.
        let op = match (op, truth) {
            (op, true) => op,
            (BinaryOp::Lt, false) => BinaryOp::GtEq,
            (BinaryOp::LtEq, false) => BinaryOp::Gt,
            (BinaryOp::Gt, false) => BinaryOp::LtEq,
            (_, false) => BinaryOp::Lt,
        };
        let flipped = match op {
            BinaryOp::Lt => BinaryOp::Gt,
            BinaryOp::LtEq => BinaryOp::GtEq,
            BinaryOp::Gt => BinaryOp::Lt,
            _ => BinaryOp::LtEq,
        };
        let (x, y) = (self.peek_side(left, right), self.peek_side(right, left));
        for (e, op, this, with) in [(left, op, &x, &y), (right, flipped, &y, &x)] {
            let (Some(this), Some(with)) = (this, with) else { continue };
            let numeric = |v: &Val| v.only_num() && !v.num.as_ref().is_some_and(|n| n.nan);
            // The length of what is data is a number wherever it is a list, and nobody goes through it elsewhere.
            let partly = this.num.as_ref().is_some_and(|n| !n.nan)
                && this.unknown.is_none_or(|u| u.data && self.gives_length(e))
                && this.str.is_none();
            if !(truth || partly && numeric(with)) {
                continue;
            }
            if !with.only_num() {
                continue;
            }
            let Some(bound) = with.num.clone() else { continue };
            let (e, moved) = stepped(e).unwrap_or((e, 0.0));
            let shifted = |n: &Num, by: f64| if by == 0.0 { n.clone() } else { n.add(&Num::exactly(by)) };
            self.refine(e, |_, val| {
                let Some(n) = &val.num else { return val.clone() };
                // Steps between whole numbers are one; between others, as small as you like.
                let step = if n.whole { 1.0 } else { 0.0 };
                let mut n = shifted(n, -moved);
                match op {
                    BinaryOp::Lt => n.hi = n.hi.min(if bound.hi.fract() == 0.0 { bound.hi - step } else { bound.hi }),
                    BinaryOp::LtEq => n.hi = n.hi.min(bound.hi),
                    BinaryOp::Gt => n.lo = n.lo.max(if bound.lo.fract() == 0.0 { bound.lo + step } else { bound.lo }),
                    _ => n.lo = n.lo.max(bound.lo),
                }
                n.nan = false;
                n.whys = n.whys.union(&bound.whys);
                if n.lo > n.hi {
                    return Val { num: None, ..val.clone() };
                }
                Val { num: Some(shifted(&n, moved).into()), ..val.clone() }
            });
        }
    }

    /// The value of an expression that needs no evaluating to know: a variable, a constant, a property of one.
    pub(super) fn peek(&mut self, e: &'a Expr) -> Option<Val> {
        match e.unwrap_parens() {
            Expr::Ident(i) => match self.place(i) {
                Some(addr) => self.peek_variable(addr),
                None if &*i.sym == "undefined" => Some(Val::undefined()),
                None if &*i.sym == "args" => self.record.values.get(span(i)).map(|seen| seen.val().clone()),
                None => None,
            },
            Expr::Lit(lit @ (Lit::Str(_) | Lit::Num(_) | Lit::Bool(_) | Lit::Null(_))) => Some(self.lit(lit)),
            Expr::Member(m) => {
                let object = self.peek(&m.obj)?;
                if object.is_nullish_possible() { None } else { self.peek_member(m, &object) }
            }
            Expr::OptChain(o) => {
                let OptChainBase::Member(m) = &*o.base else { return None };
                let object = self.peek(&m.obj)?;
                let filled = object.without_nullish();
                if filled.is_never() {
                    return Some(Val::undefined());
                }
                let val = self.peek_member(m, &filled)?;
                Some(if object.is_nullish_possible() && o.optional { val.join(&Val::undefined()) } else { val })
            }
            Expr::Unary(u) if u.op == UnaryOp::Minus => {
                self.peek(&u.arg).and_then(|v| v.as_number()).map(|n| Val::number(-n))
            }
            Expr::Bin(b) if matches!(b.op, BinaryOp::Add | BinaryOp::Sub) => {
                let (x, y) = (self.peek(&b.left)?, self.peek(&b.right)?);
                if !x.only_num() || !y.only_num() {
                    return None;
                }
                let (x, y) = (x.num?, y.num?);
                Some(if b.op == BinaryOp::Add { x.add(&y).into() } else { x.sub(&y).into() })
            }
            other => {
                let (own, instead) = or_else(other);
                let (instead, val) = (instead?, self.peek(own)?);
                Some(if val.may_be_falsy() { val.without_nullish().join(&Val::number(instead)) } else { val })
            }
        }
    }

    /// The value of a variable, where others do not write to it at any time.
    pub(super) fn peek_variable(&self, addr: Addr) -> Option<Val> {
        (!self.heap.slots[addr as usize].open).then(|| self.heap.var(addr))
    }

    /// The value of one side of a comparison that has been made, where it is a variable's before a step such as `i++`, too: nothing on the
    /// other side has to do with that variable.
    fn peek_side(&mut self, side: &'a Expr, other: &'a Expr) -> Option<Val> {
        let Some((variable, step)) = stepped(side) else { return self.peek_evaluated(side) };
        let now = self.peek(variable)?;
        if !is_apart(other, variable) || !now.only_num() {
            return None;
        }
        Some(now.num?.add(&Num::exactly(-step)).into())
    }

    /// The same of one that has been evaluated: the objects of its properties are none of `null` and `undefined`.
    pub(super) fn peek_evaluated(&mut self, e: &'a Expr) -> Option<Val> {
        let Expr::Member(m) = e.unwrap_parens() else { return self.peek(e) };
        let object = self.peek_evaluated(&m.obj)?.without_nullish();
        if object.is_never() { None } else { self.peek_member(m, &object) }
    }

    /// The value of a property of `object` whose name needs no evaluating to know.
    fn peek_member(&mut self, m: &'a MemberExpr, object: &Val) -> Option<Val> {
        let key = match &m.prop {
            MemberProp::Ident(name) => Key::Name((&*name.sym).into()),
            MemberProp::Computed(c) => Key::Value(self.peek(&c.expr)?),
            MemberProp::PrivateName(_) => return None,
        };
        let name = key.text();
        if object.refs.as_slice().iter().any(|a| self.has_accessor(*a, name.as_deref())) {
            return None;
        }
        let val = self.get_key(object, &key, span(m));
        Some(self.as_refined(m, val))
    }

    /// Whether reading the property, or any for `None`, can run code.
    fn has_accessor(&self, addr: u32, name: Option<&str>) -> bool {
        match self.heap.get(addr) {
            Content::Object(o) => {
                o.class.is_some() || o.fields.iter().any(|f| f.accessor && name.is_none_or(|n| *f.name == *n))
            }
            _ => false,
        }
    }

    /// Replaces what is known of a variable, a property or the length of a list.
    pub(super) fn refine(&mut self, e: &'a Expr, mut narrow: impl FnMut(&mut Self, &Val) -> Val) {
        self.refine_by(e, &mut narrow);
    }

    pub(super) fn refine_by(&mut self, e: &'a Expr, narrow: &mut dyn FnMut(&mut Self, &Val) -> Val) {
        match e.unwrap_parens() {
            Expr::Ident(i) => {
                let Some(addr) = self.place(i) else { return };
                let slot = &self.heap.slots[addr as usize];
                if slot.open || slot.shared || self.tested_before.is_some() && !self.is_constant(addr) {
                    return;
                }
                let slot = &self.heap.slots[addr as usize];
                let summary = slot.summary;
                let val = self.heap.var(addr);
                let part = narrow(self, &val);
                if part.is_never() && !val.is_never() {
                    self.live = false;
                } else if !summary && part != val {
                    self.heap.replace(addr, Content::Var(part.into()));
                }
                if self.live {
                    self.refine_kept(addr, narrow);
                }
            }
            Expr::Assign(a) if self.tested_before.is_none() => {
                if let swc_ecma_ast::AssignTarget::Simple(swc_ecma_ast::SimpleAssignTarget::Ident(i)) = &a.left
                    && let Some(addr) = self.place(&i.id)
                    && self.heap.is_single(addr)
                {
                    let val = self.heap.var(addr);
                    let part = narrow(self, &val);
                    self.heap.replace(addr, Content::Var(part.into()));
                }
            }
            Expr::Member(m) => self.refine_member(m, narrow),
            Expr::OptChain(o) => {
                if let OptChainBase::Member(m) = &*o.base {
                    // What is neither null nor undefined has an object that is neither.
                    let object = self.peek(&m.obj);
                    let val = object.as_ref().map(Val::without_nullish);
                    let whole = match (&val, &m.prop) {
                        (Some(v), MemberProp::Ident(name)) if !v.is_never() => {
                            let part = self.get(v, &name.sym, span(o));
                            let nullish = object.as_ref().is_some_and(Val::is_nullish_possible);
                            if nullish { part.join(&Val::undefined()) } else { part }
                        }
                        _ => Val::undefined().join(&Val::either()),
                    };
                    let known = val.is_some();
                    let part = narrow(self, &whole);
                    if part.undef.is_none() && part.unknown.is_none() {
                        self.refine_by(&m.obj, &mut |_, v| v.without_nullish());
                        if known {
                            self.refine_member(m, &mut |_, v| super::members::narrow_to(v, &part));
                        }
                    } else if part.undef.is_none() {
                        self.refine_by(&m.obj, &mut |_, v| v.without_nullish());
                    } else if known && part.num != whole.num && part.num.is_some() {
                        self.refine_member(m, &mut |_, v| Val { num: part.num.clone(), ..v.clone() });
                    }
                }
            }
            // `xs?.length ?? 0`
            other => {
                let (own, Some(instead)) = or_else(other) else { return };
                let instead = !narrow(self, &Val::number(instead)).is_never();
                self.refine_by(own, &mut |me, val| {
                    let part = narrow(me, &val.without_nullish());
                    if instead { part.join(&falsy_part(val)) } else { part }
                });
            }
        }
    }

    fn refine_member(&mut self, m: &'a MemberExpr, narrow: &mut dyn FnMut(&mut Self, &Val) -> Val) {
        if let Some(variable) = self.tested_before
            && !self.is_same_since(m, variable)
        {
            return;
        }
        let Some(object) = self.peek_evaluated(&m.obj).map(|o| o.without_nullish()) else { return };
        let Some(val) = self.peek_member(m, &object) else { return };
        let part = narrow(self, &val);
        if part.is_never() && !val.is_never() {
            self.live = false;
            return;
        }
        if part == val {
            return;
        }
        if let Some(addr) = object.only_ref()
            && let MemberProp::Ident(name) = &m.prop
            && self.heap.is_single(addr)
            && !self.heap.slots[addr as usize].shared
        {
            match self.heap.get(addr).clone() {
                Content::Object(o) => {
                    let mut o = (*o).clone();
                    if let Some(f) = o.fields.iter_mut().find(|f| *f.name == *name.sym) {
                        (f.val, f.optional) = (part, false);
                        self.heap.replace(addr, Content::Object(o.into()));
                        return;
                    }
                }
                Content::Array(a) if &*name.sym == "length" && a.elems.is_none() => {
                    if let Some(len) = part.num {
                        let len = Num { lo: len.lo.ceil(), ..(*len).clone() };
                        if len.hi < a.len.hi {
                            // Where another list comes in its place elsewhere, it is this variable's list that is so short.
                            self.remember_length(&m.obj, len.clone());
                        }
                        self.heap.replace(addr, Content::Array(Arc::new(super::contents::Arr { len, ..(*a).clone() })));
                    }
                    return;
                }
                Content::Map(c) | Content::Set(c) if &*name.sym == "size" => {
                    if let Some(size) = part.num {
                        let coll = Arc::new(super::contents::Coll { size: (*size).clone(), ..(*c).clone() });
                        let content = if matches!(self.heap.get(addr), Content::Map(_)) {
                            Content::Map(coll)
                        } else {
                            Content::Set(coll)
                        };
                        self.heap.replace(addr, content);
                    }
                    return;
                }
                _ => {}
            }
        }
        self.remember(m, part);
    }
}

impl Val {
    fn only_bool(&self) -> bool {
        self.parts() == usize::from(self.yes || self.no)
    }
}

pub(super) fn is_undefined(e: &Expr) -> bool {
    matches!(e.unwrap_parens(), Expr::Ident(i) if &*i.sym == "undefined")
}

/// The variable that `i++` and its like move, and how far it then is from what they give.
pub(super) fn stepped(e: &Expr) -> Option<(&Expr, f64)> {
    let Expr::Update(update) = e.unwrap_parens() else { return None };
    let step = match (update.prefix, update.op) {
        (true, _) => 0.0,
        (false, UpdateOp::PlusPlus) => 1.0,
        (false, UpdateOp::MinusMinus) => -1.0,
    };
    update.arg.is_ident().then_some((&*update.arg, step))
}

/// Whether nothing in `e` reads the variable.
fn is_apart(e: &Expr, variable: &Expr) -> bool {
    match e.unwrap_parens() {
        Expr::Lit(_) => true,
        Expr::Ident(name) => variable.as_ident().is_some_and(|variable| variable.sym != name.sym),
        Expr::Member(m) => m.prop.is_ident() && is_apart(&m.obj, variable),
        _ => false,
    }
}

/// Whether it reads a length.
pub(super) fn is_length(e: &Expr) -> bool {
    member_of(e).is_some_and(|m| m.prop.is_ident_with("length"))
}

/// Both at once.
fn meet(a: &Num, b: &Num) -> Num {
    if b.is_exact() && b.lo != 0.0 {
        return b.clone();
    }
    Num { lo: a.lo.max(b.lo), hi: a.hi.min(b.hi), nan: false, ..a.clone() }
}
