//! What is put into a text so that Boa 0.22 does what the language says.
//!
//! - A `break` that leaves a loop over an iterator for a label further out forgets to leave the iterator, so the loop around goes on with that
//!   one. With `continue` it does not: such a statement stands in a loop of one turn, and is left by `continue`.
//! - In an async function what a `catch` throws goes on though its `finally` leaves another way. Where `try … catch` stands in a `try … finally` it
//!   does not.

use swc_ecma_ast::{Expr, LabeledStmt, Stmt};

use super::{
    Script, span,
    walk::{Node, children, top_level},
};
use crate::{edits::Edits, text::Span};

/// Puts what is needed around parts of the text, on its lines.
pub fn for_engine(script: &Script, edits: &mut Edits) {
    let mut made = ForEngine { around: vec![], edits };
    if let Some(module) = script.module() {
        top_level(module, &mut |node| made.visit(node));
    }
}

struct ForEngine<'a, 'e> {
    /// What stands around, up to the function.
    around: Vec<Around<'a>>,
    edits: &'e mut Edits,
}

enum Around<'a> {
    /// A labelled statement, and the `break`s to be replaced that go to it.
    Label(&'a LabeledStmt, Vec<Span>),
    /// A loop over an iterator; one that has a label leaves its own iterator where a `break` goes to that.
    Iterator { labelled: bool },
}

impl<'a> ForEngine<'a, '_> {
    fn visit(&mut self, node: Node<'a>) {
        match node {
            Node::Stmt(Stmt::Labeled(l)) => {
                self.around.push(Around::Label(l, vec![]));
                self.visit(Node::Stmt(&l.body));
                if let Some(Around::Label(l, breaks)) = self.around.pop() {
                    self.replace(l, &breaks);
                }
            }
            Node::Stmt(Stmt::ForOf(_) | Stmt::ForIn(_)) => {
                let is_body = |l: &LabeledStmt| matches!(node, Node::Stmt(s) if span(&*l.body) == span(s));
                let labelled = matches!(self.around.last(), Some(Around::Label(l, _)) if is_body(l));
                self.around.push(Around::Iterator { labelled });
                children(node, &mut |child| self.visit(child));
                self.around.pop();
            }
            Node::Stmt(s @ Stmt::Break(b)) => {
                let Some(to) = &b.label else { return };
                let is_target = |around: &Around| matches!(around, Around::Label(l, _) if l.label.sym == to.sym);
                let Some(target) = self.around.iter().rposition(is_target) else { return };
                let mut left = self.around[target + 1..].iter();
                let own = matches!(left.clone().next(), Some(Around::Iterator { labelled: true }));
                if left.by_ref().skip(usize::from(own)).any(|around| matches!(around, Around::Iterator { .. }))
                    && let Around::Label(_, breaks) = &mut self.around[target]
                {
                    breaks.push(span(s));
                }
            }
            Node::Stmt(s @ Stmt::Try(t)) => {
                if let (Some(handler), Some(_)) = (&t.handler, &t.finalizer) {
                    let caught = Span::new(span(s).start, span(handler).end);
                    self.edits.around(caught, "try{", "}");
                }
                children(node, &mut |child| self.visit(child));
            }
            Node::Function(_) | Node::Class(_) | Node::Expr(Expr::Arrow(_)) => {
                let around = std::mem::take(&mut self.around);
                children(node, &mut |child| self.visit(child));
                self.around = around;
            }
            _ => children(node, &mut |child| self.visit(child)),
        }
    }

    /// Has a labelled statement be left by `continue`. One that is no loop can hold jumps of a loop around, which would be taken for those of the
    /// one put here, and stays as it is.
    fn replace(&mut self, l: &LabeledStmt, breaks: &[Span]) {
        if breaks.is_empty() || jumps_out(&l.body, Within::default()) {
            return;
        }
        let at = span(l);
        let name = format!("$_l{}", at.start);
        self.edits.around(at, &format!("{name}:do{{"), "}while(false);");
        breaks.iter().for_each(|at| self.edits.around(*at, &format!("{{continue {name};"), "}"));
    }
}

/// What a jump without a label can go to.
#[derive(Clone, Copy, Default)]
struct Within {
    a_loop: bool,
    a_switch: bool,
}

/// Whether a statement has a jump without a label that leaves it.
fn jumps_out(s: &Stmt, within: Within) -> bool {
    let within = match s {
        Stmt::Break(b) => return b.label.is_none() && !within.a_loop && !within.a_switch,
        Stmt::Continue(c) => return c.label.is_none() && !within.a_loop,
        Stmt::While(_) | Stmt::DoWhile(_) | Stmt::For(_) | Stmt::ForIn(_) | Stmt::ForOf(_) => {
            Within { a_loop: true, ..within }
        }
        Stmt::Switch(_) => Within { a_switch: true, ..within },
        _ => within,
    };
    let mut found = false;
    children(Node::Stmt(s), &mut |child| {
        if let Node::Stmt(s) = child {
            found |= jumps_out(s, within);
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::{super::parse, *};

    fn written(text: &str) -> String {
        let mut edits = Edits::default();
        for_engine(&parse(text), &mut edits);
        let mut written = text.to_owned();
        edits.sorted().iter().rev().for_each(|edit| written.insert_str(edit.at as usize, &edit.insert));
        written
    }

    #[test]
    fn a_break_out_of_iterators_is_replaced() {
        let text = "o: for (const x of xs) { for (const y in x) { if (y) break o; continue o } }
                    b: { for (const x of xs) { break b } rest() }";
        expect_test::expect![[r#"
            $_l0:do{o: for (const x of xs) { for (const y in x) { if (y) {continue $_l0;break o;} continue o } }}while(false);
                                $_l97:do{b: { for (const x of xs) { {continue $_l97;break b} } rest() }}while(false);"#]]
        .assert_eq(&written(text));
    }

    #[test]
    fn a_catch_stands_in_a_try_of_its_own() {
        let text = "try { a() } catch (e) { throw e } finally { return 1 }
                    try { a() } catch {}
                    try { a() } finally { b() }";
        expect_test::expect![[r#"
            try{try { a() } catch (e) { throw e }} finally { return 1 }
                                try { a() } catch {}
                                try { a() } finally { b() }"#]]
        .assert_eq(&written(text));
    }

    #[test]
    fn other_breaks_stay() {
        for text in [
            "o: for (const x of xs) { while (x) { break o } break o }",
            "o: for (;;) { for (const x of xs) { break } }",
            "o: for (;;) { for (const x of xs) { continue o } }",
            "for (const x of xs) b: { for (const y of x) { break b } continue }",
            "o: for (const x of xs) { const f = () => { o: for (;;) { break o } } }",
        ] {
            assert_eq!(written(text), text);
        }
    }
}
