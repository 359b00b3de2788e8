//! Conditions that are tested under a name: `const failed = !r || !r.ok`, `const n = xs.length`, `if (isBad(r))`, `need(r)`.

use rustc_hash::FxHashSet;
use swc_ecma_ast::{
    ArrowFunctionBody, BinaryOp, CallExpr, Callee, Expr, Lit, MemberExpr, MemberProp, OptChainBase, Pat, Stmt,
};

use super::{
    arrays::CHANGES,
    contents::{Content, Env, Fun},
    functions::{Args, FnNode},
    interp::{Interp, Way},
    narrowing::is_length,
    refined::member_of,
    takings::any_in,
    val::{Addr, Val},
};
use crate::script::{span, walk::Node};

/// Most parameters of a helper of which it is noted what it lets pass.
const MOST_PARAMETERS: usize = 4;

/// A constant that holds a condition or a length: that, and the variables in reach where it is written.
#[derive(Clone, Debug)]
pub(super) struct Named<'a> {
    condition: &'a Expr,
    env: Env,
}

/// What an argument can be of `null` and `undefined` after a call.
#[derive(Clone, Copy, Debug, Default)]
struct Nullish {
    null: bool,
    undefined: bool,
}

impl Nullish {
    fn add(&mut self, val: &Val) {
        self.null |= val.null.is_some() || val.unknown.is_some();
        self.undefined |= val.undef.is_some() || val.unknown.is_some();
    }

    fn part_of(self, val: &Val) -> Val {
        Val { null: val.null.filter(|_| self.null), undef: val.undef.filter(|_| self.undefined), ..val.clone() }
    }
}

/// What a call says of one argument: by what it gave, and in any case.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Passed {
    truthy: Nullish,
    falsy: Nullish,
    any: Nullish,
}

impl<'a> Interp<'a> {
    /// Notes what a constant is about to hold, if that is a condition or a length. The lengths in it are the same as long as nothing writes
    /// to them, not even what is evaluated beside them.
    pub(super) fn name_condition(&mut self, variable: Addr, init: &'a Expr) {
        let tests = match init.unwrap_parens() {
            Expr::Unary(u) => u.op == swc_ecma_ast::UnaryOp::Bang,
            Expr::Bin(b) => b.op.precedence() <= BinaryOp::Lt.precedence(),
            Expr::Call(c) => matches!(&c.callee, Callee::Expr(callee) if callee.is_ident() || callee.is_member()),
            other => length_read(other).is_some(),
        };
        if tests {
            self.conditions.insert(variable, Named { condition: init, env: self.env.clone() });
            self.keep_lengths(variable, init);
        }
    }

    fn keep_lengths(&mut self, variable: Addr, e: &'a Expr) {
        match e.unwrap_parens() {
            Expr::Unary(u) => self.keep_lengths(variable, &u.arg),
            Expr::Bin(b) => {
                self.keep_lengths(variable, &b.left);
                self.keep_lengths(variable, &b.right);
            }
            other => {
                if let Some(m) = length_read(other) {
                    self.remember_same(m, variable);
                }
            }
        }
    }

    /// Goes on knowing that the condition which the variable holds, if it holds one, was met, or was not.
    pub(super) fn assume_named(&mut self, variable: Addr, truth: bool) {
        self.look_back(variable, |me, condition| me.assume(condition, truth));
    }

    /// Goes on knowing of the length that the variable holds, if it holds one, what is known of the variable.
    pub(super) fn refine_kept(&mut self, variable: Addr, narrow: &mut dyn FnMut(&mut Self, &Val) -> Val) {
        self.look_back(variable, |me, init| {
            if length_read(or_else(init).0).is_some() {
                me.refine_by(init, narrow);
            }
        });
    }

    /// Goes on knowing what `f` finds in what the variable was made of.
    fn look_back(&mut self, variable: Addr, f: impl FnOnce(&mut Self, &'a Expr)) {
        // It is taken out meanwhile: none is made of itself.
        let Some(named) = self.conditions.remove(&variable) else { return };
        let outer = std::mem::replace(&mut self.env, named.env.clone());
        let later = self.tested_before.replace(variable);
        f(self, named.condition);
        self.tested_before = later;
        self.env = outer;
        self.conditions.insert(variable, named);
    }

    /// Whether `e` gives what it gave when what is assumed was tested.
    pub(super) fn is_as_tested(&mut self, e: &'a Expr) -> bool {
        let Some(variable) = self.tested_before else { return true };
        match e.unwrap_parens() {
            Expr::Lit(_) => true,
            Expr::Unary(u) => u.op == swc_ecma_ast::UnaryOp::Minus && u.arg.is_lit(),
            Expr::Ident(i) => self.place(i).is_some_and(|place| self.is_constant(place)),
            other => length_read(other).is_some_and(|m| self.is_same_since(m, variable)),
        }
    }

    /// Whether it is a length, or a constant that holds one.
    pub(super) fn gives_length(&self, e: &'a Expr) -> bool {
        let named = e.as_ident().and_then(|i| self.place(i)).and_then(|variable| self.conditions.get(&variable));
        is_length(or_else(named.map_or(e, |named| named.condition)).0)
    }

    /// Whether what was found of a variable some time ago is true of it still: it is never assigned again.
    pub(super) fn is_constant(&mut self, variable: Addr) -> bool {
        let scopes = self.scopes;
        let reassigned = self.reassigned.get_or_insert_with(|| {
            let all = scopes.scopes.values().flatten().filter(|v| v.reassigned);
            all.map(|v| v.declared.start).collect::<FxHashSet<u32>>()
        });
        !reassigned.contains(&self.heap.slots[variable as usize].site)
    }

    /// What the ways out of the helper `node` say of its arguments.
    pub(super) fn passes(&mut self, node: FnNode<'a>, end: &Way, exits: &[super::interp::Exit]) {
        let params: Vec<Option<Addr>> = node
            .params()
            .into_iter()
            .take(MOST_PARAMETERS)
            .map(|p| match p {
                Pat::Ident(i) => self.place(&i.id).filter(|a| self.is_constant(*a)),
                _ => None,
            })
            .collect();
        let ways = exits.iter().map(|e| (&e.val, &e.delta));
        let ways = ways.chain(Some((&end.val, &end.delta)).filter(|_| end.live));
        let mut passed = vec![None; params.len()];
        let mut says_something = false;
        for (val, delta) in ways {
            for (param, passed) in params.iter().zip(&mut passed) {
                let Some(addr) = param else { continue };
                let given = delta.0.binary_search_by_key(addr, |(a, _)| *a).ok().map(|i| &delta.0[i].1);
                let Some(Content::Var(given)) = given else { return };
                let passed = passed.get_or_insert_with(Passed::default);
                passed.any.add(given);
                if val.may_be_truthy() {
                    passed.truthy.add(given);
                }
                if val.may_be_falsy() {
                    passed.falsy.add(given);
                }
                says_something = true;
            }
        }
        if says_something {
            self.passed = Some(passed);
        }
    }

    /// Goes on knowing that a helper gave something truthy, or falsy.
    pub(super) fn assume_call(&mut self, c: &'a CallExpr, truth: bool) {
        let Some((number, env)) = self.helper(c) else { return };
        let node = self.nodes[number as usize];
        match only_expression(node) {
            Some(test) => self.assume_in(c, node, env, test, truth),
            None => {
                self.assume_passed(c, |p| if truth { p.truthy } else { p.falsy });
            }
        }
    }

    /// Goes on knowing that a helper has come to its end.
    pub(super) fn assume_returned(&mut self, c: &'a CallExpr) {
        if !self.guards.is_empty() && self.helper(c).is_some() {
            self.assume_passed(c, |p| p.any);
        }
    }

    fn assume_passed(&mut self, c: &'a CallExpr, of: impl Fn(&Passed) -> Nullish) {
        let Some(passed) = self.guards.get(&span(c).start).cloned() else { return };
        for (arg, passed) in c.args.iter().zip(passed) {
            if let (None, Some(passed)) = (arg.spread, passed) {
                let can_be = of(&passed);
                self.refine(&arg.expr, |_, val| can_be.part_of(val));
            }
        }
    }

    /// The one function of the script that a call by name calls, if it runs to its end at once.
    fn helper(&mut self, c: &'a CallExpr) -> Option<(u32, Env)> {
        let Callee::Expr(callee) = &c.callee else { return None };
        let Expr::Ident(name) = callee.unwrap_parens() else { return None };
        let variable = self.place(name)?;
        if !self.is_constant(variable) {
            return None;
        }
        let addr = self.peek(callee)?.only_ref()?;
        let fun = self.heap.get(addr).fun()?;
        let Fun::Closure { node, env, .. } = &**fun else { return None };
        let node_of = self.nodes[*node as usize];
        (!node_of.is_async() && c.args.iter().all(|a| a.spread.is_none())).then(|| (*node, env.clone()))
    }

    /// Goes on knowing what `test`, all that the function `node` does, says of its arguments.
    fn assume_in(&mut self, c: &'a CallExpr, node: FnNode<'a>, env: Env, test: &'a Expr, truth: bool) {
        let args: Option<Vec<Val>> = c.args.iter().map(|a| self.peek(&a.expr)).collect();
        let Some(args) = args else { return };
        if !args.iter().any(Val::is_nullish_possible) {
            return;
        }
        let params = node.params();
        let outer = std::mem::replace(&mut self.env, env);
        self.env = self.frame(node.span().start);
        let mut found: Vec<Option<Nullish>> = vec![];
        let way = self.way(|me| {
            me.bind_each(params.iter().copied(), &Args::of(args, span(c)));
            me.assume(test, truth);
            for param in &params {
                let place = if let Pat::Ident(i) = param { me.place(&i.id) } else { None };
                found.push(place.filter(|a| me.is_constant(*a)).map(|addr| {
                    let mut can_be = Nullish::default();
                    can_be.add(&me.heap.var(addr));
                    can_be
                }));
            }
            Val::default()
        });
        self.env = outer;
        if !way.live {
            return;
        }
        for (arg, can_be) in c.args.iter().zip(found) {
            if let Some(can_be) = can_be {
                self.refine(&arg.expr, |_, val| can_be.part_of(val));
            }
        }
    }
}

/// The expression a function consists of.
fn only_expression(node: FnNode<'_>) -> Option<&Expr> {
    if let FnNode::Arrow(a) = node
        && let ArrowFunctionBody::Expr(e) = &*a.body
    {
        return Some(e);
    }
    match node.stmts() {
        [Stmt::Return(r)] => r.arg.as_deref(),
        _ => None,
    }
}

/// The property that is read, if it is the length of a list or the size of a `Map` or `Set`.
fn length_read(e: &Expr) -> Option<&MemberExpr> {
    member_of(e).filter(|m| m.prop.is_ident_with("length") || m.prop.is_ident_with("size"))
}

/// Whether evaluating `then` may change a length that `first` looks at: `xs.length > 2 && xs.pop()`.
pub(super) fn changes_length(first: &Expr, then: &Expr) -> bool {
    let looks = any_in(Node::Expr(first), &mut |node| matches!(node, Node::Expr(e) if length_read(e).is_some()));
    looks && any_in(Node::Expr(then), &mut |node| matches!(node, Node::Expr(e) if may_change_length(e)))
}

fn may_change_length(e: &Expr) -> bool {
    const COLLECTION: [&str; 4] = ["add", "set", "delete", "clear"];
    const CONVERTS: [&str; 3] = ["Boolean", "Number", "String"];
    let callee = match e {
        Expr::Call(c) => match &c.callee {
            Callee::Expr(callee) => callee,
            _ => return false,
        },
        Expr::OptChain(o) => match &*o.base {
            OptChainBase::Call(c) => &c.callee,
            OptChainBase::Member(_) => return false,
        },
        Expr::Assign(a) => return a.left.as_ident().is_none(),
        Expr::Update(u) => return !u.arg.is_ident(),
        other => return matches!(other, Expr::Await(_) | Expr::Yield(_)),
    };
    match (callee.unwrap_parens(), member_of(callee)) {
        (Expr::Ident(name), _) => !CONVERTS.contains(&&*name.sym),
        (_, Some(m)) => match &m.prop {
            MemberProp::Ident(name) => CHANGES.contains(&&*name.sym) || COLLECTION.contains(&&*name.sym),
            _ => true,
        },
        _ => true,
    }
}

/// `a` and `3` of `a ?? 3` and `a || 3`; and what is nothing of the kind, alone.
pub(super) fn or_else(e: &Expr) -> (&Expr, Option<f64>) {
    let e = e.unwrap_parens();
    if let Expr::Bin(b) = e
        && matches!(b.op, BinaryOp::NullishCoalescing | BinaryOp::LogicalOr)
        && let Expr::Lit(Lit::Num(other)) = b.right.unwrap_parens()
    {
        return (b.left.unwrap_parens(), Some(other.value));
    }
    (e, None)
}
