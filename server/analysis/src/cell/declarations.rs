//! Top-level declarations made into assignments to global names.

use std::collections::BTreeMap;

use swc_ecma_ast::{
    AssignTarget, AssignTargetPat, Decl, Expr, ForHead, Ident, ModuleDecl, ObjectPatProp, Pat, SimpleAssignTarget,
    Stmt, VarDecl, VarDeclKind, VarDeclOrExpr,
};

use super::{declares, pieces::Hoisted};
use crate::{
    edits::Edits,
    script::{
        bound,
        index::{How, Index, NodeId},
        span,
        walk::Node,
    },
    text::Span,
};

/// The names a cell sets at its top level, in the order of the text.
pub(super) fn names(index: &Index<'_>) -> Vec<String> {
    let mut found: BTreeMap<u32, String> = BTreeMap::new();
    for (name, declared) in index.all_declared() {
        if is_global(index, name, declared.span) {
            found.insert(declared.span.start, name.to_owned());
        }
    }
    for (ident, at) in assigned(index) {
        if index.declared(&ident.sym, at).is_none() {
            found.insert(span(ident).start, ident.sym.to_string());
        }
    }
    let mut names: Vec<String> = Vec::new();
    for name in found.into_values() {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Whether the declaration of `name` at `place` is one of the cell's top level.
fn is_global(index: &Index<'_>, name: &str, place: Span) -> bool {
    top(index).next().and_then(|at| index.declared(name, at)).is_some_and(|declared| declared.span == place)
}

/// The statements of the top level.
fn top<'i>(index: &'i Index<'_>) -> impl Iterator<Item = NodeId> + 'i {
    index.stmts.iter().copied().filter(|id| index.parent(*id).is_none())
}

/// What keeps the declarations and assignments of a cell from being run.
pub(super) fn refused(index: &Index<'_>, reserved: &[&str]) -> Vec<(u32, String)> {
    let mut wrong = Vec::new();
    let taken = |name: &str| format!("`{name}` belongs to the REPL and cannot be set; take another name");
    for id in &index.module_decls {
        let (place, what) = match index.node(*id) {
            Node::ModuleDecl(ModuleDecl::Import(i)) => (span(i), "import"),
            Node::ModuleDecl(decl) => (span(decl), "export"),
            _ => continue,
        };
        let message = format!(
            "`{what}` does not work in a cell: all there is has a global name already; SHOW_VARS() lists yours"
        );
        wrong.push((place.start, message));
    }
    for (name, first, second) in index.redeclared() {
        let _ = first;
        wrong.push((second.start, format!("`{name}` is declared twice in this cell")));
    }
    for (name, declared) in index.all_declared() {
        if reserved.contains(&name) && is_global(index, name, declared.span) {
            wrong.push((declared.span.start, taken(name)));
        }
    }
    for (ident, at) in assigned(index) {
        let name: &str = &ident.sym;
        match index.declared(name, at) {
            None if reserved.contains(&name) => wrong.push((span(ident).start, taken(name))),
            Some(declared) if declared.how == How::Const && is_global(index, name, declared.span) => {
                let message =
                    format!("`{name}` is a constant of this cell and is assigned here; declare it with `let`");
                wrong.push((span(ident).start, message));
            }
            _ => {}
        }
    }
    for id in &index.stmts {
        if let Node::Stmt(Stmt::Decl(Decl::Using(using))) = index.node(*id) {
            wrong.push((span(&**using).start, "`using` does not work in a cell; use `let`".into()));
        }
    }
    wrong
}

/// The names that are assigned, and where.
fn assigned<'a>(index: &Index<'a>) -> Vec<(&'a Ident, NodeId)> {
    let mut found = Vec::new();
    for statement in top(index) {
        for id in index.inside(statement) {
            match index.expr(id) {
                Some(Expr::Assign(assign)) => targets(&assign.left, &mut |ident| found.push((ident, id))),
                Some(Expr::Update(update)) => {
                    if let Expr::Ident(ident) = update.arg.unwrap_parens() {
                        found.push((ident, id));
                    }
                }
                _ => {}
            }
        }
    }
    found
}

fn targets<'a>(target: &'a AssignTarget, see: &mut dyn FnMut(&'a Ident)) {
    match target {
        AssignTarget::Simple(SimpleAssignTarget::Ident(ident)) => see(&ident.id),
        AssignTarget::Pat(AssignTargetPat::Array(array)) => array.elems.iter().flatten().for_each(|p| pattern(p, see)),
        AssignTarget::Pat(AssignTargetPat::Object(object)) => {
            for property in &object.props {
                match property {
                    ObjectPatProp::KeyValue(kv) => pattern(&kv.value, see),
                    ObjectPatProp::Assign(a) => see(&a.key.id),
                    ObjectPatProp::Rest(r) => pattern(&r.arg, see),
                }
            }
        }
        _ => {}
    }
}

fn pattern<'a>(pat: &'a Pat, see: &mut dyn FnMut(&'a Ident)) {
    match pat {
        Pat::Expr(e) => {
            if let Expr::Ident(ident) = &**e {
                see(ident);
            }
        }
        pat => bound(pat, see),
    }
}

/// Rewrites the declarations, and gives the functions that go to the front.
pub(super) fn rewrite(index: &Index<'_>, edits: &mut Edits) -> Vec<Hoisted> {
    let mut hoisted = Vec::new();
    for id in index.stmts.iter().copied() {
        let Node::Stmt(statement) = index.node(id) else { continue };
        let is_top = index.parent(id).is_none();
        if index.function_around(id).is_some() {
            continue;
        }
        match declares(statement) {
            Some(Decl::Var(vars)) if is_top || vars.kind == VarDeclKind::Var => variables(vars, edits),
            Some(Decl::Fn(function)) if is_top => {
                hoisted.push(Hoisted { whole: span(function), name: span(&function.ident) });
            }
            Some(Decl::Class(class)) if is_top => {
                edits.around(span(class), &format!("void ({} = ", class.ident.sym), ");");
            }
            _ => {}
        }
        match statement {
            Stmt::For(f) => {
                if let Some(VarDeclOrExpr::VarDecl(vars)) = &f.init
                    && vars.kind == VarDeclKind::Var
                {
                    variables(vars, edits);
                }
            }
            Stmt::ForIn(f) => head(&f.left, edits),
            Stmt::ForOf(f) => head(&f.left, edits),
            _ => {}
        }
    }
    hoisted
}

/// `const a = 1, { b } = o` becomes `void (a = 1, { b } = o)`: an expression at whatever place a statement may stand, and never a
/// continuation of the line before it.
fn variables(vars: &VarDecl, edits: &mut Edits) {
    let (Some(first), Some(last)) = (vars.decls.first(), vars.decls.last()) else { return };
    let start = span(vars).start;
    edits.replace(Span::new(start, span(first).start), "void (");
    edits.around(Span::new(start, span(last).end), "", ")");
    for variable in vars.decls.iter().filter(|v| v.init.is_none()) {
        let Pat::Ident(ident) = &variable.name else { continue };
        let place = span(variable);
        match vars.kind {
            // `var x` of a name that has a value leaves it.
            VarDeclKind::Var => {
                edits.around(place, "typeof ", &format!(" === \"undefined\" && ({} = void 0)", ident.id.sym));
            }
            _ => edits.around(place, "", " = void 0"),
        }
    }
}

/// `for (var x of xs)` becomes `for (x of xs)`.
fn head(head: &ForHead, edits: &mut Edits) {
    if let ForHead::VarDecl(vars) = head
        && vars.kind == VarDeclKind::Var
        && let Some(first) = vars.decls.first()
    {
        edits.replace(Span::new(span(&**vars).start, span(first).start), "");
    }
}
