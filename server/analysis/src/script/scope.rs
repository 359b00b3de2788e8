//! Which declaration a name refers to, by the language's scopes.

use std::collections::HashMap;

use swc_ecma_ast::{Ident, Pat};

use super::{index::NodeId, span};
use crate::text::Span;

/// A declared name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The identifier in the declaration.
    pub span: Span,
    /// The node that declares it: a declarator, a parameter's pattern, a function, a class, an import.
    pub by: NodeId,
    /// How.
    pub how: How,
}

/// How a name is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// `const`.
    Const,
    /// `let`.
    Let,
    /// `var`.
    Var,
    /// A parameter, or the name of a `catch`.
    Parameter,
    /// `function`.
    Function,
    /// `class`.
    Class,
    /// `import`.
    Import,
}

/// The names of one scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope<'a> {
    /// The scope around; the module has none.
    pub(super) parent: Option<usize>,
    /// Whether several blocks share it, as those of a `try`, so that a name can stand in it twice.
    pub(super) merged: bool,
    /// Whether `var` stops here.
    pub(super) function: bool,
    pub(super) names: HashMap<&'a str, Declared>,
}

/// The names a pattern binds.
pub(super) fn bound<'a>(pat: &'a Pat, see: &mut dyn FnMut(&'a Ident)) {
    use swc_ecma_ast::ObjectPatProp;
    match pat {
        Pat::Ident(i) => see(&i.id),
        Pat::Array(a) => a.elems.iter().flatten().for_each(|p| bound(p, see)),
        Pat::Rest(r) => bound(&r.arg, see),
        Pat::Assign(a) => bound(&a.left, see),
        Pat::Object(o) => o.props.iter().for_each(|p| match p {
            ObjectPatProp::KeyValue(kv) => bound(&kv.value, see),
            ObjectPatProp::Assign(a) => see(&a.key.id),
            ObjectPatProp::Rest(r) => bound(&r.arg, see),
        }),
        Pat::Expr(_) | Pat::Invalid(_) => {}
    }
}

impl<'a> Scope<'a> {
    /// Adds a name; the first declaration stays. Gives its place where a second is an error: `let`, `const` and `class` tolerate no other.
    pub(super) fn declare(&mut self, ident: &'a Ident, by: NodeId, how: How) -> Option<Span> {
        let own = Declared { span: span(ident), by, how };
        let first = *self.names.entry(&ident.sym).or_insert(own);
        let strict = |how| matches!(how, How::Const | How::Let | How::Class | How::Import);
        (first != own && (strict(first.how) || strict(how)) && !self.merged).then_some(first.span)
    }
}
