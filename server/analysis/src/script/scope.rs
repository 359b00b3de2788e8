//! Which declaration a name refers to, by the language's scopes.

use rustc_hash::FxHashMap;
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

/// The names a pattern binds.
pub(crate) fn bound<'a>(pat: &'a Pat, see: &mut dyn FnMut(&'a Ident)) {
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

/// All scopes of a module, and what they declare. The first is the module's.
#[derive(Debug)]
pub(super) struct Scopes<'a> {
    scopes: Vec<Scope>,
    /// A number for each declared name: most names that are looked up are declared nowhere.
    names: FxHashMap<&'a str, u32>,
    /// By scope and name.
    declared: FxHashMap<(u32, u32), Declared>,
    /// Scope, name and declaration, in the order of the text.
    all: Vec<(u32, &'a str, Declared)>,
}

#[derive(Clone, Copy, Debug)]
struct Scope {
    /// The scope around; the module has none.
    parent: Option<u32>,
    /// Whether several blocks share it, as those of a `try`, so that a name can stand in it twice.
    merged: bool,
    /// Whether `var` stops here.
    function: bool,
}

impl Default for Scopes<'_> {
    fn default() -> Self {
        let module = Scope { parent: None, merged: false, function: true };
        Self { scopes: vec![module], names: FxHashMap::default(), declared: FxHashMap::default(), all: Vec::new() }
    }
}

impl<'a> Scopes<'a> {
    /// Adds a scope in the scope `around`.
    pub(super) fn open(&mut self, around: u32, function: bool, merged: bool) -> u32 {
        self.scopes.push(Scope { parent: Some(around), merged, function });
        self.scopes.len() as u32 - 1
    }

    /// The nearest scope at which `var` stops.
    pub(super) fn function_around(&self, scope: u32) -> u32 {
        self.around(scope).find(|s| self.scopes[*s as usize].function).unwrap_or_default()
    }

    fn around(&self, scope: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(scope), |s| self.scopes[*s as usize].parent)
    }

    /// Adds a name; the first declaration stays. Gives its place where a second is an error: `let`, `const` and `class` tolerate no other.
    pub(super) fn declare(&mut self, scope: u32, ident: &'a Ident, by: NodeId, how: How) -> Option<Span> {
        let own = Declared { span: span(ident), by, how };
        let fresh = self.names.len() as u32;
        let name = *self.names.entry(&ident.sym).or_insert(fresh);
        let first = *self.declared.entry((scope, name)).or_insert(own);
        if first == own {
            self.all.push((scope, &ident.sym, own));
        }
        let strict = |how| matches!(how, How::Const | How::Let | How::Class | How::Import);
        let merged = self.scopes[scope as usize].merged;
        (first != own && (strict(first.how) || strict(how)) && !merged).then_some(first.span)
    }

    /// What `name` refers to in `scope`.
    pub(super) fn declared(&self, name: &str, scope: u32) -> Option<Declared> {
        let name = *self.names.get(name)?;
        self.around(scope).find_map(|s| self.declared.get(&(s, name)).copied())
    }

    /// Whether some scope declares `name`.
    pub(super) fn declares(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// All declarations of `name`.
    pub(super) fn declarations<'n>(&'n self, name: &'n str) -> impl Iterator<Item = Declared> + 'n {
        self.all.iter().filter(move |(_, n, _)| *n == name).map(|(.., declared)| *declared)
    }

    /// All names, those of outer scopes first.
    pub(super) fn all(&self) -> Vec<(&'a str, Declared)> {
        let mut all = self.all.clone();
        all.sort_by_key(|(scope, ..)| *scope);
        all.into_iter().map(|(_, name, declared)| (name, declared)).collect()
    }
}
