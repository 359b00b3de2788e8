//! Loops that take something in each of their rounds, as their text says: `while (queue.length) { const job = queue.shift(); … }`.
//!
//! Between looking and taking nothing waits, so nobody can come in between.

use swc_ecma_ast::{
    AssignExpr, AssignOp, AssignTarget, BinExpr, BinaryOp, CallExpr, Callee, Decl, Expr, ExprOrSpread, Ident, Lit,
    MemberExpr, MemberProp, Pat, SimpleAssignTarget, Stmt, UnaryOp, UpdateOp, VarDeclOrExpr,
};

use super::narrowing::is_undefined;
use crate::script::{span, walk};

/// A loop each round of which takes something from a place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taking<'a> {
    /// The variable.
    pub(super) from: &'a Ident,
    pub(super) what: What<'a>,
    /// The scope in which both are written, where that is the body's.
    pub(super) inside: Option<u32>,
    /// It goes on as long as there is something to take.
    pub(super) to_the_end: bool,
    /// How much is taken before the loop begins, for its first round.
    pub(super) before: f64,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum What<'a> {
    /// The next number, below a limit, or up to it.
    Number { limit: &'a Expr, inclusive: bool },
    /// An element of the list the variable holds.
    Element,
}

/// What a loop takes in each of its rounds, going by its text.
pub(super) fn taking<'a>(
    test: Option<&'a Expr>,
    init: Option<&'a VarDeclOrExpr>,
    update: Option<&'a Expr>,
    body: &'a Stmt,
) -> Option<Taking<'a>> {
    let test = test.map(|t| t.unwrap_parens()).filter(|t| !matches!(t, Expr::Lit(Lit::Bool(b)) if b.value));
    let taking = match test {
        Some(test) if waits(walk::Node::Expr(test)) == Took::No => {
            conjuncts(test).into_iter().find_map(|guard| guarded(guard, init, update, body))?
        }
        Some(_) => return None,
        None => guarded_inside(body)?,
    };
    (!declares(body, taking.from)).then(|| {
        let exits = count_exits(body);
        let guards = usize::from(taking.inside.is_some());
        let only_guard = test.is_none_or(|test| conjuncts(test).len() == 1);
        Taking { to_the_end: taking.to_the_end && only_guard && exits == guards, ..taking }
    })
}

/// The parts of a condition that all have to hold.
fn conjuncts(test: &Expr) -> Vec<&Expr> {
    match test.unwrap_parens() {
        Expr::Bin(b) if b.op == BinaryOp::LogicalAnd => [conjuncts(&b.left), conjuncts(&b.right)].concat(),
        other => vec![other],
    }
}

/// `small < large`, whichever way round it is written.
fn ordered(b: &BinExpr) -> Option<(&Expr, &Expr, bool)> {
    let (left, right) = (b.left.unwrap_parens(), b.right.unwrap_parens());
    match b.op {
        BinaryOp::Lt => Some((left, right, false)),
        BinaryOp::LtEq => Some((left, right, true)),
        BinaryOp::Gt => Some((right, left, false)),
        BinaryOp::GtEq => Some((right, left, true)),
        _ => None,
    }
}

/// What is taken in each round of a loop that goes on while `guard` holds.
fn guarded<'a>(
    guard: &'a Expr,
    init: Option<&'a VarDeclOrExpr>,
    update: Option<&'a Expr>,
    body: &'a Stmt,
) -> Option<Taking<'a>> {
    // `while ((job = queue.shift()))`, and with `!== undefined`
    if let Some(from) = element(assigned(present(guard))) {
        return Some(Taking { from, what: What::Element, inside: None, to_the_end: false, before: 0.0 });
    }
    if let Some(from) = length_is_some(guard) {
        let taking = Taking { from, what: What::Element, inside: None, to_the_end: true, before: 0.0 };
        return (takes_first(body, taking) == Took::Yes).then_some(taking);
    }
    // `for (let job = queue.shift(); job; job = queue.shift())`
    if let Expr::Ident(local) = present(guard)
        && let Some(from) = element(renewed(local, init, update)?)
    {
        return Some(Taking { from, what: What::Element, inside: None, to_the_end: false, before: 1.0 });
    }
    let Expr::Bin(b) = guard else { return None };
    let (small, limit, inclusive) = ordered(b)?;
    let what = What::Number { limit, inclusive };
    if let Some(from) = number(assigned(small)) {
        return Some(Taking { from, what, inside: None, to_the_end: true, before: 0.0 });
    }
    let Expr::Ident(from) = small else { return None };
    // `for (let i = next++; i < n; i = next++)`
    if let Some(next) = renewed(from, init, update)
        && let Some(from) = number(next)
    {
        return Some(Taking { from, what, inside: None, to_the_end: true, before: step(next) });
    }
    let taking = Taking { from, what, inside: None, to_the_end: true, before: 0.0 };
    (update.is_none() && takes_first(body, taking) == Took::Yes).then_some(taking)
}

/// `const i = next++; if (i >= n) break;` at the beginning of a body.
fn guarded_inside(body: &Stmt) -> Option<Taking<'_>> {
    let Stmt::Block(body) = body else { return None };
    let inside = Some(span(body).start);
    for (n, stmt) in body.stmts.iter().enumerate() {
        let taken = match stmt {
            Stmt::Decl(Decl::Var(v)) => match v.decls.as_slice() {
                [d] => d.name.as_ident().zip(d.init.as_deref()).map(|(name, init)| (&name.id, init)),
                _ => None,
            },
            Stmt::Expr(e) => match e.expr.unwrap_parens() {
                Expr::Assign(AssignExpr {
                    op: AssignOp::Assign,
                    left: AssignTarget::Simple(SimpleAssignTarget::Ident(name)),
                    right,
                    ..
                }) => Some((&name.id, &**right)),
                _ => None,
            },
            _ => None,
        };
        if let Some((local, value)) = taken {
            let mut rest = &body.stmts[n + 1..];
            let mut from = number(value);
            // `const i = next; next += 1`
            if let (Expr::Ident(counter), Some((Stmt::Expr(step), after))) = (value.unwrap_parens(), rest.split_first())
                && number(&step.expr).is_some_and(|stepped| stepped.sym == counter.sym)
            {
                (from, rest) = (Some(counter), after);
            }
            if let Some(test) = rest.first().and_then(way_out) {
                if let Some(from) = from
                    && let Some((limit, inclusive)) = passes(test, local)
                {
                    return Some(Taking {
                        from,
                        what: What::Number { limit, inclusive },
                        inside,
                        to_the_end: true,
                        before: 0.0,
                    });
                }
                if let Some(from) = element(value)
                    && is_missing(test, local)
                {
                    return Some(Taking { from, what: What::Element, inside, to_the_end: false, before: 0.0 });
                }
            }
        }
        if goes_on(stmt) {
            return None;
        }
        // `if (next >= n) break;` and `if (!queue.length) return;` before anything is taken
        if let Some(test) = way_out(stmt) {
            let taking = match test.unwrap_parens() {
                Expr::Bin(b) => ordered(b).and_then(|(small, large, inclusive)| match large {
                    Expr::Ident(from) => {
                        let what = What::Number { limit: small, inclusive: !inclusive };
                        Some(Taking { from, what, inside, to_the_end: true, before: 0.0 })
                    }
                    _ => None,
                }),
                _ => None,
            };
            let taking = taking.or_else(|| {
                let from = length_is_none(test)?;
                Some(Taking { from, what: What::Element, inside, to_the_end: true, before: 0.0 })
            });
            if let Some(taking) = taking
                && takes_in_order(&body.stmts[n + 1..], taking) == Took::Yes
            {
                return Some(taking);
            }
        }
    }
    None
}

/// What the loop's own variable is set to, before the first round and after each.
fn renewed<'a>(local: &Ident, init: Option<&'a VarDeclOrExpr>, update: Option<&'a Expr>) -> Option<&'a Expr> {
    let VarDeclOrExpr::VarDecl(init) = init? else { return None };
    let [first] = init.decls.as_slice() else { return None };
    let Expr::Assign(next) = update?.unwrap_parens() else { return None };
    let AssignTarget::Simple(SimpleAssignTarget::Ident(target)) = &next.left else { return None };
    let begins = first.name.as_ident().is_some_and(|name| name.id.sym == local.sym) && target.id.sym == local.sym;
    let (a, b) = (first.init.as_deref()?, &*next.right);
    let same = |a: Option<&Ident>, b: Option<&Ident>| a.zip(b).is_some_and(|(a, b)| a.sym == b.sym);
    let alike = same(number(a), number(b)) && step(a) == step(b) || same(element(a), element(b));
    (begins && next.op == AssignOp::Assign && alike).then_some(b)
}

/// What is assigned in `(x = e)`, or the expression itself.
fn assigned(e: &Expr) -> &Expr {
    match e.unwrap_parens() {
        Expr::Assign(a) if a.op == AssignOp::Assign => a.right.unwrap_parens(),
        other => other,
    }
}

/// The variable that `next++` and `next += 1` take a number from.
pub(super) fn number(e: &Expr) -> Option<&Ident> {
    match e.unwrap_parens() {
        Expr::Update(u) if u.op == UpdateOp::PlusPlus => u.arg.unwrap_parens().as_ident(),
        Expr::Assign(AssignExpr {
            op: AssignOp::AddAssign,
            left: AssignTarget::Simple(SimpleAssignTarget::Ident(name)),
            right,
            ..
        }) if matches!(right.unwrap_parens(), Expr::Lit(Lit::Num(n)) if is_step(n.value)) => Some(&name.id),
        _ => None,
    }
}

/// How far the number moves.
fn step(taken: &Expr) -> f64 {
    match taken.unwrap_parens() {
        Expr::Assign(a) => number_of(&a.right).unwrap_or(1.0),
        _ => 1.0,
    }
}

fn is_step(n: f64) -> bool {
    n >= 1.0 && n.fract() == 0.0
}

/// The list that `queue.shift()` and its like take from.
pub(super) fn element(e: &Expr) -> Option<&Ident> {
    let (list, method, args) = method_call(e.unwrap_parens().as_call()?)?;
    (args.is_empty() && (method.is_ident_with("shift") || method.is_ident_with("pop"))).then_some(list)
}

/// The variable, the method and the arguments of `queue.shift()`.
pub(super) fn method_call(call: &CallExpr) -> Option<(&Ident, &MemberProp, &[ExprOrSpread])> {
    let m = call.callee.as_expr()?.unwrap_parens().as_member()?;
    Some((m.obj.unwrap_parens().as_ident()?, &m.prop, &call.args))
}

/// The list that `queue.splice(0, n)` takes a batch from: at least one element, if there is one.
fn batch(e: &Expr) -> Option<&Ident> {
    let (list, method, args) = method_call(e.unwrap_parens().as_call()?)?;
    let [from, count] = args else { return None };
    let number = |arg: &ExprOrSpread, is: fn(f64) -> bool| {
        arg.spread.is_none() && matches!(arg.expr.unwrap_parens(), Expr::Lit(Lit::Num(n)) if is(n.value))
    };
    (method.is_ident_with("splice") && number(from, |n| n == 0.0) && number(count, |n| n >= 1.0)).then_some(list)
}

/// What is there if the condition holds: `x`, `x !== undefined`, `x != null`.
fn present(test: &Expr) -> &Expr {
    match test.unwrap_parens() {
        Expr::Bin(b) if b.op == BinaryOp::NotEqEq && is_undefined(&b.right) => b.left.unwrap_parens(),
        Expr::Bin(b) if b.op == BinaryOp::NotEq && is_nothing(&b.right) => b.left.unwrap_parens(),
        other => other,
    }
}

/// What `undefined` is loosely the same as.
fn is_nothing(e: &Expr) -> bool {
    is_undefined(e) || matches!(e.unwrap_parens(), Expr::Lit(Lit::Null(_)))
}

/// Whether the condition holds where the variable has no element: `!x`, `x === undefined`, `x == null`.
fn is_missing(test: &Expr, local: &Ident) -> bool {
    let is_local = |e: &Expr| matches!(e.unwrap_parens(), Expr::Ident(i) if i.sym == local.sym);
    match test.unwrap_parens() {
        Expr::Unary(u) => u.op == UnaryOp::Bang && is_local(&u.arg),
        Expr::Bin(b) if b.op == BinaryOp::EqEqEq => is_local(&b.left) && is_undefined(&b.right),
        Expr::Bin(b) => b.op == BinaryOp::EqEq && is_local(&b.left) && is_nothing(&b.right),
        _ => false,
    }
}

/// The limit below which the variable is where `i >= limit` does not hold.
fn passes<'a>(test: &'a Expr, local: &Ident) -> Option<(&'a Expr, bool)> {
    if let Expr::Unary(u) = test.unwrap_parens()
        && let (UnaryOp::Bang, Expr::Bin(b)) = (u.op, u.arg.unwrap_parens())
    {
        let (small, large, inclusive) = ordered(b)?;
        return matches!(small, Expr::Ident(i) if i.sym == local.sym).then_some((large, inclusive));
    }
    let Expr::Bin(b) = test.unwrap_parens() else { return None };
    let (small, large, inclusive) = ordered(b)?;
    matches!(large, Expr::Ident(i) if i.sym == local.sym).then_some((small, !inclusive))
}

/// The list of which `queue.length`, `queue.length > 0` say that it has elements.
fn length_is_some(test: &Expr) -> Option<&Ident> {
    match test.unwrap_parens() {
        Expr::Bin(b) => {
            let (left, right) = (length(&b.left), number_of(&b.right));
            match (b.op, right?) {
                (BinaryOp::Gt | BinaryOp::NotEqEq | BinaryOp::NotEq, 0.0) | (BinaryOp::GtEq, 1.0) => left,
                _ => None,
            }
        }
        other => length(other),
    }
}

/// The list of which `!queue.length`, `queue.length === 0` say that it has none.
fn length_is_none(test: &Expr) -> Option<&Ident> {
    match test.unwrap_parens() {
        Expr::Unary(u) if u.op == UnaryOp::Bang => length(&u.arg),
        Expr::Bin(b) => match (b.op, number_of(&b.right)?) {
            (BinaryOp::EqEqEq | BinaryOp::EqEq | BinaryOp::LtEq, 0.0) | (BinaryOp::Lt, 1.0) => length(&b.left),
            _ => None,
        },
        _ => None,
    }
}

fn length(e: &Expr) -> Option<&Ident> {
    match e.unwrap_parens() {
        Expr::Member(m) if m.prop.is_ident_with("length") => m.obj.unwrap_parens().as_ident(),
        _ => None,
    }
}

pub(super) fn number_of(e: &Expr) -> Option<f64> {
    match e.unwrap_parens() {
        Expr::Lit(Lit::Num(n)) => Some(n.value),
        _ => None,
    }
}

/// The condition under which the statement leaves the loop; otherwise it does nothing.
fn way_out(stmt: &Stmt) -> Option<&Expr> {
    match stmt {
        Stmt::If(guard) if guard.alt.is_none() && leaves(&guard.cons) && !goes_on(&guard.cons) => Some(&guard.test),
        _ => None,
    }
}

/// How many ways there are out of a body but for its end.
fn count_exits(body: &Stmt) -> usize {
    let mut exits = 0;
    any_in(walk::Node::Stmt(body), &mut |node| {
        exits += usize::from(match node {
            walk::Node::Stmt(Stmt::Continue(c)) => c.label.is_some(),
            walk::Node::Stmt(stmt) => matches!(stmt, Stmt::Break(_) | Stmt::Return(_) | Stmt::Throw(_)),
            _ => false,
        });
        false
    });
    exits
}

/// Whether something in the statement goes on to the next round.
fn goes_on(stmt: &Stmt) -> bool {
    any_in(walk::Node::Stmt(stmt), &mut |node| matches!(node, walk::Node::Stmt(Stmt::Continue(_))))
}

fn leaves(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Break(b) => b.label.is_none(),
        Stmt::Return(_) => true,
        Stmt::Block(b) => b.stmts.last().is_some_and(leaves),
        _ => false,
    }
}

/// Whether something is taken before anybody else can be at it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Took {
    Yes,
    /// It may wait before, or go on to the next round.
    Waits,
    No,
}

fn takes_first(body: &Stmt, taking: Taking) -> Took {
    match body {
        Stmt::Block(b) => takes_in_order(&b.stmts, taking),
        one => takes_in_order(std::slice::from_ref(one), taking),
    }
}

fn takes_in_order(stmts: &[Stmt], taking: Taking) -> Took {
    for stmt in stmts {
        let took = match stmt {
            Stmt::Expr(e) => takes(&e.expr, taking),
            Stmt::Decl(Decl::Var(v)) => in_order(v.decls.iter().filter_map(|d| d.init.as_deref()), taking),
            other => waits(walk::Node::Stmt(other)),
        };
        if took != Took::No {
            return took;
        }
    }
    Took::No
}

fn in_order<'e>(mut parts: impl Iterator<Item = &'e Expr>, taking: Taking) -> Took {
    parts.find_map(|e| Some(takes(e, taking)).filter(|took| *took != Took::No)).unwrap_or(Took::No)
}

/// Whether evaluating `e` takes something for certain, before it waits.
fn takes(e: &Expr, taking: Taking) -> Took {
    let e = e.unwrap_parens();
    let own = |name: Option<&Ident>| name.is_some_and(|name| name.sym == taking.from.sym);
    let takes_here = match taking.what {
        What::Number { .. } => own(number(e)),
        What::Element => own(element(e).or_else(|| batch(e))),
    };
    if takes_here {
        return Took::Yes;
    }
    let args = |args: &[ExprOrSpread]| in_order(args.iter().map(|a| &*a.expr), taking);
    let then = |first: Took, next: &dyn Fn() -> Took| if first == Took::No { next() } else { first };
    match e {
        Expr::Await(a) => match takes(&a.arg, taking) {
            Took::No => Took::Waits,
            took => took,
        },
        Expr::Member(m) => then(takes(&m.obj, taking), &|| match &m.prop {
            MemberProp::Computed(c) => takes(&c.expr, taking),
            _ => Took::No,
        }),
        Expr::Call(c) => match &c.callee {
            Callee::Expr(callee) => then(takes(callee, taking), &|| args(&c.args)),
            _ => args(&c.args),
        },
        Expr::Assign(a) if a.op == AssignOp::Assign => match &a.left {
            AssignTarget::Simple(SimpleAssignTarget::Member(m)) => {
                then(takes_member(m, taking), &|| takes(&a.right, taking))
            }
            AssignTarget::Simple(SimpleAssignTarget::Ident(_)) => takes(&a.right, taking),
            _ => waits(walk::Node::Expr(e)),
        },
        Expr::Array(a) => in_order(a.elems.iter().flatten().map(|e| &*e.expr), taking),
        Expr::Tpl(t) => in_order(t.exprs.iter().map(|e| &**e), taking),
        Expr::Unary(u) => takes(&u.arg, taking),
        Expr::Bin(b) if !matches!(b.op, BinaryOp::LogicalAnd | BinaryOp::LogicalOr | BinaryOp::NullishCoalescing) => {
            then(takes(&b.left, taking), &|| takes(&b.right, taking))
        }
        other => waits(walk::Node::Expr(other)),
    }
}

fn takes_member(m: &MemberExpr, taking: Taking) -> Took {
    match (takes(&m.obj, taking), &m.prop) {
        (Took::No, MemberProp::Computed(c)) => takes(&c.expr, taking),
        (took, _) => took,
    }
}

/// Whether something in `node` waits, or goes on to the next round.
fn waits(node: walk::Node) -> Took {
    let mut waits = |node: &walk::Node| match node {
        walk::Node::Expr(e) => matches!(e, Expr::Await(_) | Expr::Yield(_)),
        walk::Node::Stmt(s) => matches!(s, Stmt::Continue(_)) || matches!(s, Stmt::ForOf(f) if f.is_await),
        _ => false,
    };
    if any_in(node, &mut waits) { Took::Waits } else { Took::No }
}

/// Whether anything in `node` is so, what functions in it do aside.
pub(super) fn any_in(node: walk::Node, is: &mut dyn FnMut(&walk::Node) -> bool) -> bool {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if is(&node) {
            return true;
        }
        let is_function = matches!(node, walk::Node::Function(_) | walk::Node::Class(_))
            || matches!(node, walk::Node::Expr(Expr::Arrow(_) | Expr::Fn(_) | Expr::Class(_)));
        if !is_function {
            walk::children(node, &mut |child| open.push(child));
        }
    }
    false
}

/// Whether the loop's body has a variable of that name of its own.
fn declares(body: &Stmt, name: &Ident) -> bool {
    let mut open = vec![walk::Node::Stmt(body)];
    while let Some(node) = open.pop() {
        match node {
            walk::Node::Pat(Pat::Ident(i)) if i.id.sym == name.sym => return true,
            walk::Node::Binding(i) if i.sym == name.sym => return true,
            // What is assigned to is there already.
            walk::Node::Expr(Expr::Assign(a)) if a.left.as_ident().is_some() => open.push(walk::Node::Expr(&a.right)),
            walk::Node::Function(_) | walk::Node::Expr(Expr::Arrow(_) | Expr::Fn(_)) => {}
            _ => walk::children(node, &mut |child| open.push(child)),
        }
    }
    false
}
