//! Every piece of code that can run again and again: the bodies of loops and functions. The runtime counts their turns.

use swc_ecma_ast::{ArrowFunctionBody, ClassMember, Decl, Expr, ModuleItem, Stmt};

use super::{
    Script, span,
    walk::{Node, children, top_level},
};
use crate::{edits::Edits, text::Span};

/// A body, and how code can be put in front of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Body {
    /// The loop or the function.
    owner: Span,
    /// The body.
    span: Span,
    /// What the body is.
    kind: BodyKind,
}

/// What a body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BodyKind {
    /// Statements in braces.
    Block,
    /// One statement without braces.
    Statement,
    /// The expression of an arrow function.
    Expression,
}

/// All bodies of a script, outer ones first; none where it has no tree.
fn bodies(script: &Script) -> Vec<Body> {
    let mut found = Vec::new();
    if let Some(module) = script.module() {
        top_level(module, &mut |node| visit(node, &mut found));
    }
    found
}

/// Puts a call of the counter, `$_t(line,column)`, into the body of every loop and function.
pub fn count_turns(script: &Script, edits: &mut Edits) {
    for body in bodies(script) {
        let at = script.lines.line_column(&script.text, body.owner.start);
        let count = format!("$_t({},{})", at.line, at.column);
        match body.kind {
            BodyKind::Block => edits.insert(body.span.start + 1, format!("{count};")),
            BodyKind::Statement => edits.around(body.span, &format!("{{{count};"), "}"),
            BodyKind::Expression => edits.around(body.span, &format!("({count},"), ")"),
        }
    }
}

/// The statements that run at most once each time the function around them does: those in lists that stand in no loop, but no declarations of
/// functions, which run nothing.
pub fn statements(script: &Script) -> Vec<Span> {
    let mut found = Vec::new();
    for item in script.module().iter().flat_map(|module| &module.body) {
        match item {
            ModuleItem::Stmt(s) => listed(std::slice::from_ref(s), &mut found),
            ModuleItem::ModuleDecl(decl) => functions(Node::ModuleDecl(decl), &mut found),
        }
    }
    found
}

/// Adds the statements of a list.
fn listed(list: &[Stmt], found: &mut Vec<Span>) {
    for s in list {
        if !matches!(s, Stmt::Empty(_) | Stmt::Decl(Decl::Fn(_))) {
            found.push(span(s));
        }
        once(s, found);
    }
}

/// Adds the statements in a statement that run at most once when it does, and those of the functions in it.
fn once(s: &Stmt, found: &mut Vec<Span>) {
    match s {
        Stmt::Block(b) => listed(&b.stmts, found),
        Stmt::If(i) => {
            functions(Node::Expr(&i.test), found);
            once(&i.cons, found);
            i.alt.iter().for_each(|alt| once(alt, found));
        }
        Stmt::Try(t) => {
            listed(&t.block.stmts, found);
            t.handler.iter().for_each(|handler| listed(&handler.body.stmts, found));
            t.finalizer.iter().for_each(|last| listed(&last.stmts, found));
        }
        other => functions(Node::Stmt(other), found),
    }
}

/// Adds the statements of the functions in a node.
fn functions(node: Node<'_>, found: &mut Vec<Span>) {
    children(node, &mut |child| match child {
        Node::Function(f) => f.body.iter().for_each(|body| listed(&body.stmts, found)),
        Node::Expr(Expr::Arrow(a)) => match &*a.body {
            ArrowFunctionBody::FunctionBody(body) => listed(&body.stmts, found),
            ArrowFunctionBody::Expr(_) => functions(child, found),
        },
        child => functions(child, found),
    });
}

fn visit(node: Node<'_>, found: &mut Vec<Body>) {
    let mut add = |owner: Span, body: Span, kind| found.push(Body { owner, span: body, kind });
    match node {
        Node::Stmt(s) => {
            let body = match s {
                Stmt::While(w) => Some(&w.body),
                Stmt::DoWhile(w) => Some(&w.body),
                Stmt::For(f) => Some(&f.body),
                Stmt::ForIn(f) => Some(&f.body),
                Stmt::ForOf(f) => Some(&f.body),
                _ => None,
            };
            if let Some(body) = body {
                let kind = if matches!(**body, Stmt::Block(_)) { BodyKind::Block } else { BodyKind::Statement };
                add(span(s), span(&**body), kind);
            }
        }
        Node::Function(f) => f.body.iter().for_each(|b| add(span(f), span(b), BodyKind::Block)),
        Node::Class(c) => {
            for member in &c.body {
                if let ClassMember::Constructor(c) = member {
                    c.body.iter().for_each(|b| add(span(c), span(b), BodyKind::Block));
                }
            }
        }
        Node::Expr(Expr::Arrow(a)) => {
            let kind = match &*a.body {
                ArrowFunctionBody::Expr(_) => BodyKind::Expression,
                ArrowFunctionBody::FunctionBody(_) => BodyKind::Block,
            };
            add(span(a), span(&*a.body), kind);
        }
        _ => {}
    }
    children(node, &mut |child| visit(child, found));
}

#[cfg(test)]
mod tests {
    use super::{super::parse, *};

    #[test]
    fn statements_run_once_each_time_their_function_does() {
        let text = "first(); if (a) { b() } else c();\ntry { d() } catch { e() } finally { f() }
            for (;;) { g(); [].map(() => { h(); return 1 }) }\nfunction k() { l() }\nconst m = (x) => { n() }, o = { p() { q() } };
            return r(() => s(async () => { t() }))";
        let script = parse(text);
        let shown: Vec<&str> = statements(&script).iter().map(|statement| statement.slice(text)).collect();
        expect_test::expect![[r#"
            first();
            if (a) { b() } else c();
            b()
            try { d() } catch { e() } finally { f() }
            d()
            e()
            f()
            for (;;) { g(); [].map(() => { h(); return 1 }) }
            h();
            return 1
            l()
            const m = (x) => { n() }, o = { p() { q() } };
            n()
            q()
            return r(() => s(async () => { t() }))
            t()"#]]
        .assert_eq(&shown.join("\n"));
    }

    #[test]
    fn every_loop_and_function_has_a_body() {
        let text = "for (;;) { a() } while (1) b(); do ; while (1)\nconst f = (x) => x + 1, g = () => { c() };
            function h() { for (const x of []) d() } class K { constructor() { e() } m() { i() } get p() { return 1 } }
            const o = { m() { j() }, k: async function* () { yield 1 } };";
        let script = parse(text);
        let shown: Vec<String> =
            bodies(&script).iter().map(|b| format!("{:?} {}", b.kind, b.span.slice(text))).collect();
        expect_test::expect![[r#"
            Block { a() }
            Statement b();
            Statement ;
            Expression x + 1
            Block { c() }
            Block { for (const x of []) d() }
            Statement d()
            Block { e() }
            Block { i() }
            Block { return 1 }
            Block { j() }
            Block { yield 1 }"#]]
        .assert_eq(&shown.join("\n"));
    }
}
