//! The names that patterns and statements declare.

use swc_ecma_ast::{Decl, ForHead, Ident, Pat, Stmt, VarDecl, VarDeclKind, VarDeclOrExpr};

use crate::script::bound;

/// The names a pattern declares.
pub(super) fn pat_names<'a>(pat: &'a Pat, into: &mut Vec<&'a Ident>) {
    bound(pat, &mut |ident| into.push(ident));
}

pub(super) fn var_names<'a>(var: &'a VarDecl, into: &mut Vec<&'a Ident>, hoisted: bool) {
    if (var.kind == VarDeclKind::Var) == hoisted {
        var.decls.iter().for_each(|d| pat_names(&d.name, into));
    }
}

pub(super) fn decl_names<'a>(decl: &'a Decl, into: &mut Vec<&'a Ident>, vars_too: bool) {
    match decl {
        Decl::Var(v) => {
            var_names(v, into, false);
            if vars_too {
                var_names(v, into, true);
            }
        }
        Decl::Fn(f) => into.push(&f.ident),
        Decl::Class(c) => into.push(&c.ident),
        Decl::Using(u) => u.decls.iter().for_each(|d| pat_names(&d.name, into)),
        _ => {}
    }
}

/// Names declared by `let`, `const`, `class` and `function` in the statement itself.
pub(super) fn lexical<'a>(stmt: &'a Stmt, into: &mut Vec<&'a Ident>) {
    if let Stmt::Decl(decl) = stmt {
        decl_names(decl, into, false);
    }
}

/// Names declared by `var` in the statement, at any depth but not in functions.
pub(super) fn hoisted<'a>(stmt: &'a Stmt, into: &mut Vec<&'a Ident>, depth: u32) {
    if depth > 200 {
        return;
    }
    let mut all = |stmts: &'a [Stmt]| stmts.iter().for_each(|s| hoisted(s, into, depth + 1));
    match stmt {
        Stmt::Decl(Decl::Var(v)) => var_names(v, into, true),
        Stmt::Block(b) => all(&b.stmts),
        Stmt::If(i) => {
            hoisted(&i.cons, into, depth + 1);
            i.alt.iter().for_each(|s| hoisted(s, into, depth + 1));
        }
        Stmt::Try(t) => {
            all(&t.block.stmts);
            t.handler.iter().for_each(|h| all(&h.body.stmts));
            t.finalizer.iter().for_each(|f| all(&f.stmts));
        }
        Stmt::For(f) => {
            if let Some(VarDeclOrExpr::VarDecl(v)) = &f.init {
                var_names(v, into, true);
            }
            hoisted(&f.body, into, depth + 1);
        }
        Stmt::ForOf(f) => {
            if let ForHead::VarDecl(v) = &f.left {
                var_names(v, into, true);
            }
            hoisted(&f.body, into, depth + 1);
        }
        Stmt::ForIn(f) => {
            if let ForHead::VarDecl(v) = &f.left {
                var_names(v, into, true);
            }
            hoisted(&f.body, into, depth + 1);
        }
        Stmt::While(w) => hoisted(&w.body, into, depth + 1),
        Stmt::DoWhile(w) => hoisted(&w.body, into, depth + 1),
        Stmt::Labeled(l) => hoisted(&l.body, into, depth + 1),
        Stmt::Switch(s) => s.cases.iter().for_each(|c| all(&c.cons)),
        _ => {}
    }
}
