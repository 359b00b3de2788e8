//! Operators, and the conversions they make.

use std::sync::Arc;

use swc_ecma_ast::{AssignExpr, AssignOp, AssignTarget, BinaryOp, Expr, SimpleAssignTarget, UpdateExpr, UpdateOp};

use super::{MisuseKind, contents::Content, interp::Interp, numbers::Num, strings::Str, val::Val};
use crate::{script::span, text::Span};

impl<'a> Interp<'a> {
    pub(super) fn operate(&mut self, op: BinaryOp, a: &Val, a_span: Span, b: &Val, b_span: Span) -> Val {
        let kind = if op == BinaryOp::Add { MisuseKind::Text } else { MisuseKind::Operand };
        if !matches!(op, BinaryOp::InstanceOf | BinaryOp::In) {
            self.misused(a, a_span, kind);
            self.misused(b, b_span, kind);
        }
        match op {
            BinaryOp::Add => self.plus(a, a_span, b, b_span),
            BinaryOp::EqEqEq => Val::truth(self.same(a, b)),
            BinaryOp::NotEqEq => Val::truth(self.same(a, b).map(|t| !t)),
            BinaryOp::EqEq | BinaryOp::NotEq => {
                self.compares_loosely(a, b);
                let same = self.loosely_same(a, b);
                Val::truth(if op == BinaryOp::EqEq { same } else { same.map(|t| !t) })
            }
            BinaryOp::Lt | BinaryOp::LtEq | BinaryOp::Gt | BinaryOp::GtEq => self.compare(op, a, b),
            BinaryOp::In => {
                self.converts(a);
                self.takes_object(b);
                Val::either()
            }
            BinaryOp::InstanceOf => {
                self.takes_class(b);
                Val::either()
            }
            _ => {
                let (x, y) = (self.number_of(a), self.number_of(b));
                let num = match op {
                    BinaryOp::Sub => x.sub(&y),
                    BinaryOp::Mul => x.mul(&y),
                    BinaryOp::Div if y.lo > 0.0 || y.hi < 0.0 => {
                        let mut num = x.corners(&y, |a, b| a / b);
                        // A quotient is at most what is divided.
                        if y.lo >= 1.0 && x.lo >= 0.0 {
                            num.sum = x.sum.as_ref().map(|s| Arc::new((**s).clone().at_most()));
                        }
                        num
                    }
                    BinaryOp::Mod if x.is_exact() && y.is_exact() => Num::exactly(x.lo % y.lo),
                    BinaryOp::Mod if x.lo >= 0.0 && y.lo > 0.0 && !x.nan && !y.nan && x.hi.is_finite() => {
                        Num::between(0.0, x.hi.min(y.hi))
                    }
                    BinaryOp::Exp if x.is_exact() && y.is_exact() => Num::exactly(x.lo.powf(y.lo)),
                    BinaryOp::BitOr if x.is_exact() && y.is_exact() => {
                        Num::exactly(((x.lo as i64 as i32) | (y.lo as i64 as i32)).into())
                    }
                    BinaryOp::BitOr if y.lo == 0.0 && y.hi == 0.0 && x.lo >= 0.0 && x.hi < 2e9 && !x.nan => {
                        x.monotone(f64::floor)
                    }
                    BinaryOp::RShift
                        if x.lo >= 0.0 && x.hi < 2e9 && y.is_exact() && (0.0..32.0).contains(&y.lo) && !x.nan =>
                    {
                        x.monotone(|n| (n / 2f64.powf(y.lo)).floor())
                    }
                    BinaryOp::BitAnd if y.is_exact() && (0.0..2e9).contains(&y.lo) => Num::between(0.0, y.lo),
                    BinaryOp::BitOr | BinaryOp::BitAnd | BinaryOp::BitXor | BinaryOp::LShift | BinaryOp::RShift => {
                        Num::between(-2147483648.0, 2147483647.0)
                    }
                    BinaryOp::ZeroFillRShift => Num::between(0.0, 4294967295.0),
                    _ => Num::any(),
                };
                num.into()
            }
        }
    }

    /// `a + b`: a sum or a text.
    pub(super) fn plus(&mut self, a: &Val, a_span: Span, b: &Val, b_span: Span) -> Val {
        let textual = |v: &Val| v.str.is_some() || !v.refs.is_empty() || v.unknown.is_some() || v.builtin.is_some();
        let only_text = |v: &Val| {
            (v.str.is_some() || !v.refs.is_empty())
                && Val { str: None, refs: super::val::Refs::None, ..v.clone() }.is_never()
        };
        let mut sum = Val::default();
        if textual(a) || textual(b) {
            let (s, t) = (self.text_of(a), self.text_of(b));
            sum = Val::from(s.concat(a_span, &t, b_span));
        }
        if !only_text(a) && !only_text(b) {
            let (x, y) = (self.number_of(a), self.number_of(b));
            sum.join_with(&x.add(&y).into());
        }
        sum
    }

    /// As a number.
    pub(super) fn number_of(&mut self, v: &Val) -> Num {
        self.converts(v);
        let mut num: Option<Num> = v.number_part();
        let mut add = |n: Num| num = Some(num.as_ref().map_or_else(|| n.clone(), |m| m.join(&n)));
        if v.unknown.is_some() || v.undef.is_some() || !v.refs.is_empty() || v.builtin.is_some() {
            add(Num::any());
        }
        if v.null.is_some() || v.no {
            add(Num::exactly(0.0));
        }
        if v.yes {
            add(Num::exactly(1.0));
        }
        if let Some(s) = &v.str {
            match s.single().map(|t| text_number(&t)) {
                Some(n) => add(Num::exactly(n)),
                None => add(Num::any()),
            }
        }
        let mut num = num.unwrap_or_else(Num::any);
        if let Some(u) = v.unknown {
            num = num.because(u.why);
        }
        num
    }

    /// As text.
    pub(super) fn text_of(&mut self, v: &Val) -> Str {
        self.converts(v);
        let mut text: Option<Str> = v.str.as_ref().map(|s| (**s).clone());
        let mut add = |s: Str| text = Some(text.as_ref().map_or_else(|| s.clone(), |t| t.join(&s)));
        if v.undef.is_some() {
            add(Str::known("undefined"));
        }
        if v.null.is_some() {
            add(Str::known("null"));
        }
        if v.yes {
            add(Str::known("true"));
        }
        if v.no {
            add(Str::known("false"));
        }
        if let Some(n) = &v.num {
            add(if n.is_exact() { Str::known(&number_text(n.lo)) } else { Str::between(1, Some(25)) });
        }
        if v.unknown.is_some() || !v.refs.is_empty() || v.builtin.is_some() {
            add(Str::any());
        }
        text.unwrap_or_else(Str::any)
    }

    /// `a === b`, where it is the same in every run.
    pub(super) fn same(&self, a: &Val, b: &Val) -> Option<bool> {
        if let (Some(x), Some(y)) = (a.as_text(), b.as_text()) {
            return Some(x == y);
        }
        if let (Some(x), Some(y)) = (a.as_number(), b.as_number()) {
            return Some(x == y);
        }
        if a.unknown.is_some() || b.unknown.is_some() {
            return None;
        }
        let strs = match (&a.str, &b.str) {
            (Some(s), Some(t)) => match (s.texts(), t.texts()) {
                (Some(x), Some(y)) => x.iter().any(|x| y.contains(x)),
                (Some(x), None) => {
                    x.iter().any(|x| t.lo() <= x.len() as u64 && t.hi().is_none_or(|h| x.len() as u64 <= h))
                }
                (None, Some(y)) => {
                    y.iter().any(|y| s.lo() <= y.len() as u64 && s.hi().is_none_or(|h| y.len() as u64 <= h))
                }
                _ => true,
            },
            _ => false,
        };
        let nums = match (&a.num, &b.num) {
            (Some(x), Some(y)) => x.lo <= y.hi && y.lo <= x.hi,
            _ => false,
        };
        let refs = a.refs.as_slice().iter().any(|r| b.refs.as_slice().contains(r))
            || (a.builtin.is_some() && b.builtin.is_some());
        let possible = strs
            || nums
            || refs
            || (a.null.is_some() && b.null.is_some())
            || (a.undef.is_some() && b.undef.is_some())
            || (a.yes && b.yes)
            || (a.no && b.no);
        if !possible {
            return Some(false);
        }
        let units = |v: &Val| {
            (Val { undef: None, null: None, yes: false, no: false, ..v.clone() }).is_never()
                && [v.undef.is_some(), v.null.is_some(), v.yes, v.no].iter().filter(|b| **b).count() == 1
        };
        (units(a) && units(b)).then_some(true)
    }

    /// `a == b` turns an object into a text or a number where the other is one.
    fn compares_loosely(&mut self, a: &Val, b: &Val) {
        let plain = |v: &Val| v.num.is_some() || v.str.is_some() || v.yes || v.no || v.unknown.is_some();
        if plain(b) && !a.is_nullish() {
            self.converts(a);
        }
        if plain(a) && !b.is_nullish() {
            self.converts(b);
        }
    }

    fn loosely_same(&self, a: &Val, b: &Val) -> Option<bool> {
        if b.is_nullish() || a.is_nullish() {
            let other = if b.is_nullish() { a } else { b };
            return match (other.is_nullish_possible(), other.is_nullish()) {
                (_, true) => Some(true),
                (false, _) => Some(false),
                _ => None,
            };
        }
        let kinds = |v: &Val| {
            [
                v.str.is_some(),
                v.num.is_some(),
                v.yes || v.no,
                !v.refs.is_empty(),
                v.unknown.is_some(),
                v.is_nullish_possible(),
            ]
        };
        let (x, y) = (kinds(a), kinds(b));
        if x == y && x.iter().filter(|k| **k).count() == 1 { self.same(a, b) } else { None }
    }

    fn compare(&mut self, op: BinaryOp, a: &Val, b: &Val) -> Val {
        let numeric = |v: &Val| Val { num: None, ..v.clone() }.is_never();
        if !numeric(a) && !numeric(b) {
            self.converts(a);
            self.converts(b);
            return Val::either();
        }
        let (x, y) = (self.number_of(a), self.number_of(b));
        if x.nan || y.nan {
            return Val::either();
        }
        let (yes, no) = match op {
            BinaryOp::Lt => (x.hi < y.lo, x.lo >= y.hi),
            BinaryOp::LtEq => (x.hi <= y.lo, x.lo > y.hi),
            BinaryOp::Gt => (x.lo > y.hi, x.hi <= y.lo),
            _ => (x.lo >= y.hi, x.hi < y.lo),
        };
        Val::truth(if yes {
            Some(true)
        } else if no {
            Some(false)
        } else {
            None
        })
    }

    pub(super) fn type_of(&self, v: &Val) -> Val {
        if v.unknown.is_some() {
            let all = ["undefined", "object", "boolean", "number", "string", "function"];
            return Str::one_of(all.into_iter().map(Arc::from)).map_or_else(Val::default, Val::from);
        }
        let mut names: Vec<&str> = vec![];
        let mut add = |there: bool, name: &'static str| {
            if there {
                names.push(name)
            }
        };
        add(v.undef.is_some(), "undefined");
        add(v.yes || v.no, "boolean");
        add(v.num.is_some(), "number");
        add(v.str.is_some(), "string");
        let is_fun = |a: &u32| matches!(self.heap.get(*a), Content::Fun(_));
        let functions = v.refs.as_slice().iter().any(is_fun);
        let objects = v.refs.as_slice().iter().any(|a| !is_fun(a));
        let namespace =
            v.builtin.is_some_and(|b| matches!(b, "JSON" | "Math" | "budget" | "globalThis" | "Reflect" | "prototype"));
        add(v.null.is_some() || objects || namespace, "object");
        add(functions || (v.builtin.is_some() && !namespace), "function");
        Str::one_of(names.into_iter().map(Arc::from)).map_or_else(Val::default, Val::from)
    }

    pub(super) fn assign(&mut self, a: &'a AssignExpr) -> Val {
        let logical = match a.op {
            AssignOp::AndAssign => Some(BinaryOp::LogicalAnd),
            AssignOp::OrAssign => Some(BinaryOp::LogicalOr),
            AssignOp::NullishAssign => Some(BinaryOp::NullishCoalescing),
            _ => None,
        };
        let target = match &a.left {
            AssignTarget::Simple(simple) => match simple {
                SimpleAssignTarget::Ident(i) => Place::Ident(&i.id),
                SimpleAssignTarget::Member(m) => Place::Member(m),
                SimpleAssignTarget::Paren(p) => match p.expr.unwrap_parens() {
                    Expr::Ident(i) => Place::Ident(i),
                    Expr::Member(m) => Place::Member(m),
                    _ => Place::Other,
                },
                SimpleAssignTarget::SuperProp(s) => Place::Super(s),
                _ => Place::Other,
            },
            AssignTarget::Pat(pat) => {
                let val = self.expr(&a.right);
                self.assign_pattern(pat, val.clone());
                return val;
            }
        };
        if a.op == AssignOp::Assign {
            return match target {
                Place::Ident(i) => {
                    let val = self.expr_named(&a.right, Some((&*i.sym).into()));
                    self.assign_ident(i, val.clone());
                    val
                }
                Place::Member(m) => {
                    let object = self.expr(&m.obj);
                    let key = self.member_key(m);
                    let val = self.expr_named(&a.right, key.text());
                    self.set(&object, &key, val.clone(), span(a));
                    val
                }
                Place::Super(s) => {
                    let key = self.super_key(s);
                    let val = self.expr(&a.right);
                    self.set(&self.this.clone(), &key, val.clone(), span(a));
                    val
                }
                Place::Other => self.expr(&a.right),
            };
        }
        // Compound: reads, then writes.
        let (object, key) = match target {
            Place::Member(m) => {
                let object = self.expr(&m.obj);
                let key = self.member_key(m);
                (Some(object), Some(key))
            }
            Place::Super(s) => (Some(self.this.clone()), Some(self.super_key(s))),
            _ => (None, None),
        };
        let unused = self.unused == span(a);
        let read = |me: &mut Self| match (&target, &object, &key) {
            (Place::Ident(i), _, _) => me.read_ident(i, unused),
            (Place::Member(m), Some(object), Some(key)) => {
                me.deref(object, span(&m.obj));
                me.get_key(object, key, span(*m))
            }
            (Place::Super(s), Some(object), Some(key)) => me.get_key(object, key, span(*s)),
            _ => Val::default(),
        };
        let write = |me: &mut Self, val: Val| match (&target, &object, &key) {
            (Place::Ident(i), _, _) => me.assign_ident(i, val),
            (Place::Member(_) | Place::Super(_), Some(object), Some(key)) => me.set(object, key, val, span(a)),
            _ => {}
        };
        let old = read(self);
        if let Some(op) = logical {
            let (keeps, goes_on, kept) = match op {
                BinaryOp::LogicalAnd => (old.may_be_falsy(), old.may_be_truthy(), super::expressions::falsy_part(&old)),
                BinaryOp::LogicalOr => (old.may_be_truthy(), old.may_be_falsy(), super::expressions::truthy_part(&old)),
                _ => (!old.without_nullish().is_never(), old.is_nullish_possible(), old.without_nullish()),
            };
            let mut ways = vec![];
            if keeps {
                ways.push(self.way(|me| {
                    write(me, kept.clone());
                    kept.clone()
                }));
            }
            if goes_on {
                ways.push(self.way(|me| {
                    let val = me.expr(&a.right);
                    write(me, val.clone());
                    val
                }));
            }
            return if self.live { self.any_way(ways) } else { Val::default() };
        }
        let right = self.expr(&a.right);
        let op = match a.op {
            AssignOp::AddAssign => BinaryOp::Add,
            AssignOp::SubAssign => BinaryOp::Sub,
            AssignOp::MulAssign => BinaryOp::Mul,
            AssignOp::DivAssign => BinaryOp::Div,
            AssignOp::ModAssign => BinaryOp::Mod,
            AssignOp::ExpAssign => BinaryOp::Exp,
            AssignOp::LShiftAssign => BinaryOp::LShift,
            AssignOp::RShiftAssign => BinaryOp::RShift,
            AssignOp::ZeroFillRShiftAssign => BinaryOp::ZeroFillRShift,
            AssignOp::BitOrAssign => BinaryOp::BitOr,
            AssignOp::BitXorAssign => BinaryOp::BitXor,
            _ => BinaryOp::BitAnd,
        };
        let val = self.operate(op, &old, span(&a.left), &right, span(&a.right));
        write(self, val.clone());
        val
    }

    pub(super) fn update(&mut self, u: &'a UpdateExpr) -> Val {
        let one = Num::exactly(if u.op == UpdateOp::PlusPlus { 1.0 } else { -1.0 });
        match u.arg.unwrap_parens() {
            Expr::Ident(i) => {
                let old = self.read_ident(i, self.unused == span(u));
                let old = self.number_of(&old);
                let new: Val = old.add(&one).into();
                if self.unused != span(u)
                    && let Some(addr) = self.place(i)
                {
                    self.note_taken(addr);
                }
                self.assign_ident(i, new.clone());
                if u.prefix { new } else { old.into() }
            }
            Expr::Member(m) => {
                let object = self.expr(&m.obj);
                let key = self.member_key(m);
                self.deref(&object, span(&m.obj));
                let old = self.get_key(&object, &key, span(m));
                let old = self.number_of(&old);
                let new: Val = old.add(&one).into();
                if self.unused != span(u) {
                    object.refs.as_slice().iter().for_each(|addr| self.note_taken(*addr));
                }
                self.set(&object, &key, new.clone(), span(u));
                if u.prefix { new } else { old.into() }
            }
            other => {
                self.expr(other);
                Num::any().into()
            }
        }
    }

    fn read_ident(&mut self, i: &'a swc_ecma_ast::Ident, unused: bool) -> Val {
        match self.place(i) {
            Some(addr) if !self.heap.slots[addr as usize].open => {
                // What is only added to is seen by nobody.
                match unused {
                    true => self.looks(addr),
                    false => self.sees(addr),
                }
                let val = self.heap.var(addr);
                if val.is_never() {
                    self.may_throw();
                    return Val::undefined();
                }
                val
            }
            Some(addr) => {
                let any = self.unknown(span(i), "something else can change it at any time");
                self.heap.var(addr).join(&any)
            }
            None => self.ident(i),
        }
    }
}

enum Place<'a> {
    Ident(&'a swc_ecma_ast::Ident),
    Member(&'a swc_ecma_ast::MemberExpr),
    Super(&'a swc_ecma_ast::SuperPropExpr),
    Other,
}

/// The number a text stands for: `NaN` where it is none.
pub(super) fn text_number(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    if !text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E')) {
        return if text == "Infinity" { f64::INFINITY } else { f64::NAN };
    }
    text.parse().unwrap_or(f64::NAN)
}

/// The text of a number as JavaScript writes it, for the usual ones.
pub(super) fn number_text(n: f64) -> String {
    if n == 0.0 {
        "0".into()
    } else if n.is_infinite() {
        if n > 0.0 { "Infinity".into() } else { "-Infinity".into() }
    } else {
        n.to_string()
    }
}
