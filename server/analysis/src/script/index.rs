//! Every node of a tree, walked once: by kind, with its parents, and with the declaration every name refers to.

use swc_common::Spanned;
use swc_ecma_ast::{
    CallExpr, Callee, Decl, DefaultDecl, Expr, ForHead, Ident, Lit, MemberExpr, MemberProp, Module, ModuleDecl, Pat,
    Prop, PropName, PropOrSpread, Stmt, VarDecl, VarDeclKind, VarDeclOrExpr, VarDeclarator,
};

pub use super::scope::{Declared, How};
use super::{
    scope::{Scope, bound},
    span,
    walk::{self, Node},
};
use crate::text::Span;

/// A node's number, in the order of the text.
pub type NodeId = u32;

/// All nodes of a module.
#[derive(Debug, Default)]
pub struct Index<'a> {
    nodes: Vec<Entry<'a>>,
    scopes: Vec<Scope<'a>>,
    redeclared: Vec<(&'a str, Span, Span)>,
    /// Calls, optional ones included.
    pub calls: Vec<NodeId>,
    /// `new`.
    pub news: Vec<NodeId>,
    /// Member accesses, optional ones included.
    pub members: Vec<NodeId>,
    /// Identifiers that are read.
    pub idents: Vec<NodeId>,
    /// Template literals.
    pub templates: Vec<NodeId>,
    /// String literals.
    pub strings: Vec<NodeId>,
    /// Objects.
    pub objects: Vec<NodeId>,
    /// Binary operations.
    pub binaries: Vec<NodeId>,
    /// Assignments.
    pub assigns: Vec<NodeId>,
    /// Functions of every form: nodes of [`Node::Function`], and of arrows.
    pub functions: Vec<NodeId>,
    /// Variables.
    pub declarators: Vec<NodeId>,
    /// Statements.
    pub stmts: Vec<NodeId>,
    /// Imports and exports.
    pub module_decls: Vec<NodeId>,
}

#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    node: Node<'a>,
    parent: Option<NodeId>,
    scope: u32,
}

impl<'a> Index<'a> {
    /// Walks `module`.
    pub fn new(module: &'a Module) -> Self {
        let mut index = Index::default();
        index.scopes.push(Scope { parent: None, function: true, ..Scope::default() });
        walk::top_level(module, &mut |node| index.visit(node, None, 0));
        index
    }

    fn visit(&mut self, node: Node<'a>, parent: Option<NodeId>, scope: usize) {
        let id = self.nodes.len() as NodeId;
        let inner = self.scope_of(node, scope);
        self.nodes.push(Entry { node, parent, scope: scope as u32 });
        self.register(id, node);
        self.declare(id, node, scope, inner);
        walk::children(node, &mut |child| self.visit(child, Some(id), inner));
    }

    fn scope_of(&mut self, node: Node<'a>, around: usize) -> usize {
        let function = match node {
            Node::Function(_) | Node::Expr(Expr::Arrow(_)) => true,
            Node::Class(_) => false,
            // The name of a function expression is known inside it only.
            Node::Expr(Expr::Fn(_)) => false,
            Node::Stmt(
                Stmt::Block(_) | Stmt::For(_) | Stmt::ForIn(_) | Stmt::ForOf(_) | Stmt::Try(_) | Stmt::Switch(_),
            ) => false,
            _ => return around,
        };
        let merged = matches!(node, Node::Stmt(Stmt::Try(_)));
        self.scopes.push(Scope { parent: Some(around), function, merged, ..Scope::default() });
        self.scopes.len() - 1
    }

    fn register(&mut self, id: NodeId, node: Node<'a>) {
        let list = match node {
            Node::Expr(e) => match e {
                Expr::Call(_) => &mut self.calls,
                Expr::OptChain(o) if o.base.is_call() => &mut self.calls,
                Expr::OptChain(_) | Expr::Member(_) => &mut self.members,
                Expr::New(_) => &mut self.news,
                Expr::Ident(_) => &mut self.idents,
                Expr::Tpl(_) => &mut self.templates,
                Expr::Lit(Lit::Str(_)) => &mut self.strings,
                Expr::Object(_) => &mut self.objects,
                Expr::Bin(_) => &mut self.binaries,
                Expr::Assign(_) => &mut self.assigns,
                Expr::Arrow(_) => &mut self.functions,
                _ => return,
            },
            Node::Function(_) => &mut self.functions,
            Node::Declarator(_) => &mut self.declarators,
            Node::Stmt(_) => &mut self.stmts,
            Node::ModuleDecl(_) => &mut self.module_decls,
            _ => return,
        };
        list.push(id);
    }

    fn declare(&mut self, id: NodeId, node: Node<'a>, scope: usize, inner: usize) {
        match node {
            Node::Stmt(Stmt::Decl(decl)) => self.declare_decl(decl, id, scope),
            Node::Stmt(Stmt::For(f)) => {
                if let Some(VarDeclOrExpr::VarDecl(v)) = &f.init {
                    self.declare_vars(v, id, inner);
                }
            }
            Node::Stmt(Stmt::ForIn(swc_ecma_ast::ForInStmt { left: ForHead::VarDecl(v), .. }))
            | Node::Stmt(Stmt::ForOf(swc_ecma_ast::ForOfStmt { left: ForHead::VarDecl(v), .. })) => {
                self.declare_vars(v, id, inner)
            }
            Node::Stmt(Stmt::Try(t)) => {
                if let Some(param) = t.handler.as_ref().and_then(|h| h.param.as_ref()) {
                    self.declare_pat(param, id, inner, How::Parameter);
                }
            }
            Node::ModuleDecl(ModuleDecl::ExportDecl(e)) => self.declare_decl(&e.decl, id, scope),
            Node::ModuleDecl(ModuleDecl::ExportDefaultDecl(e)) => match &e.decl {
                DefaultDecl::Fn(f) => f.ident.iter().for_each(|i| self.add(scope, i, id, How::Function)),
                DefaultDecl::Class(c) => c.ident.iter().for_each(|i| self.add(scope, i, id, How::Class)),
                DefaultDecl::TsInterfaceDecl(_) => {}
            },
            Node::ModuleDecl(ModuleDecl::Import(i)) => {
                i.specifiers.iter().for_each(|s| self.add(scope, s.local(), id, How::Import));
            }
            Node::Function(f) => f.params.iter().for_each(|p| self.declare_pat(&p.pat, id, inner, How::Parameter)),
            Node::Expr(Expr::Arrow(a)) => a.params.iter().for_each(|p| self.declare_pat(p, id, inner, How::Parameter)),
            Node::Expr(Expr::Fn(f)) => {
                if let Some(ident) = &f.ident {
                    self.add(inner, ident, id, How::Function);
                }
            }
            _ => {}
        }
    }

    fn declare_decl(&mut self, decl: &'a Decl, id: NodeId, scope: usize) {
        match decl {
            Decl::Var(v) => self.declare_vars(v, id, scope),
            Decl::Using(u) => u.decls.iter().for_each(|d| self.declare_pat(&d.name, id, scope, How::Const)),
            Decl::Fn(f) => self.add(scope, &f.ident, id, How::Function),
            Decl::Class(c) => self.add(scope, &c.ident, id, How::Class),
            _ => {}
        }
    }

    fn declare_vars(&mut self, decl: &'a VarDecl, id: NodeId, mut scope: usize) {
        let how = match decl.kind {
            VarDeclKind::Const => How::Const,
            VarDeclKind::Let => How::Let,
            VarDeclKind::Var => How::Var,
        };
        if decl.kind == VarDeclKind::Var {
            while let Some(parent) = self.scopes[scope].parent.filter(|_| !self.scopes[scope].function) {
                scope = parent;
            }
        }
        decl.decls.iter().for_each(|d| self.declare_pat(&d.name, id, scope, how));
    }

    fn add(&mut self, scope: usize, ident: &'a Ident, id: NodeId, how: How) {
        if let Some(first) = self.scopes[scope].declare(ident, id, how) {
            self.redeclared.push((&ident.sym, first, span(ident)));
        }
    }

    fn declare_pat(&mut self, pat: &'a Pat, id: NodeId, scope: usize, how: How) {
        let mut names = Vec::new();
        bound(pat, &mut |ident| names.push(ident));
        names.into_iter().for_each(|ident| self.add(scope, ident, id, how));
    }

    /// The node.
    pub fn node(&self, id: NodeId) -> Node<'a> {
        self.nodes[id as usize].node
    }

    /// The node as an expression.
    pub fn expr(&self, id: NodeId) -> Option<&'a Expr> {
        match self.node(id) {
            Node::Expr(e) => Some(e),
            _ => None,
        }
    }

    /// The node's place.
    pub fn span(&self, id: NodeId) -> Span {
        place(self.node(id))
    }

    /// The node around.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.nodes[id as usize].parent
    }

    /// The nodes around, the nearest first.
    pub fn ancestors(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.parent(id), |id| self.parent(*id))
    }

    /// The node around, not counting parentheses.
    pub fn outer(&self, id: NodeId) -> Option<NodeId> {
        self.ancestors(id).find(|a| !matches!(self.node(*a), Node::Expr(Expr::Paren(_))))
    }

    /// All nodes inside `id`, itself included, in the order of the text.
    pub fn inside(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        // Numbers follow the text, so the first node with a parent before `id` ends the run.
        let inside = move |n: &NodeId| *n == id || self.parent(*n).is_some_and(|p| p >= id);
        (id..self.nodes.len() as NodeId).take_while(inside)
    }

    /// The function that `id` is in, the nearest: `None` at the top level.
    pub fn function_around(&self, id: NodeId) -> Option<NodeId> {
        self.ancestors(id).find(|a| matches!(self.node(*a), Node::Function(_) | Node::Expr(Expr::Arrow(_))))
    }

    /// The declaration `name` refers to at node `at`.
    pub fn declared(&self, name: &str, at: NodeId) -> Option<Declared> {
        let mut scope = Some(self.nodes[at as usize].scope as usize);
        while let Some(s) = scope {
            if let Some(declared) = self.scopes[s].names.get(name) {
                return Some(*declared);
            }
            scope = self.scopes[s].parent;
        }
        None
    }

    /// All declarations with this name, anywhere.
    pub fn declarations<'n>(&'n self, name: &'n str) -> impl Iterator<Item = Declared> + 'n {
        self.scopes.iter().filter_map(move |s| s.names.get(name)).copied()
    }

    /// All declared names.
    pub fn all_declared(&self) -> impl Iterator<Item = (&'a str, Declared)> + '_ {
        self.scopes.iter().flat_map(|s| s.names.iter().map(|(n, d)| (*n, *d)))
    }

    /// The identifier at `id`, if it is one that no declaration of the script claims.
    pub fn free_ident(&self, id: NodeId) -> Option<&'a Ident> {
        match self.expr(id)? {
            Expr::Ident(i) if self.declared(&i.sym, id).is_none() => Some(i),
            _ => None,
        }
    }

    /// The name of the primitive (or any other free name) that the call at `id` calls.
    pub fn free_callee(&self, id: NodeId) -> Option<&'a str> {
        let callee = self.callee(id)?;
        match callee.unwrap_parens() {
            Expr::Ident(i) if self.declared(&i.sym, id).is_none() => Some(&i.sym),
            _ => None,
        }
    }

    /// What the call at `id` calls.
    pub fn callee(&self, id: NodeId) -> Option<&'a Expr> {
        match self.expr(id)? {
            Expr::Call(CallExpr { callee: Callee::Expr(e), .. }) => Some(e),
            Expr::OptChain(o) => o.base.as_call().map(|c| &*c.callee),
            _ => None,
        }
    }

    /// The arguments of the call at `id`.
    pub fn args(&self, id: NodeId) -> &'a [swc_ecma_ast::ExprOrSpread] {
        match self.expr(id) {
            Some(Expr::Call(c)) => &c.args,
            Some(Expr::OptChain(o)) => o.base.as_call().map(|c| &*c.args).unwrap_or_default(),
            Some(Expr::New(n)) => n.args.as_deref().unwrap_or_default(),
            _ => &[],
        }
    }

    /// The argument at `at`, if no spread stands before it.
    pub fn arg(&self, id: NodeId, at: usize) -> Option<&'a Expr> {
        let args = self.args(id);
        (args.len() > at && args[..=at].iter().all(|a| a.spread.is_none())).then(|| args[at].expr.unwrap_parens())
    }

    /// The object and name of `object.name` or `object?.name`.
    pub fn member(&self, id: NodeId) -> Option<(&'a Expr, &'a str, Span)> {
        member_of(self.expr(id)?)
    }

    /// The object and name of the method that the call at `id` calls.
    pub fn method(&self, id: NodeId) -> Option<(&'a Expr, &'a str, Span)> {
        member_of(self.callee(id)?.unwrap_parens())
    }

    /// Names declared twice in one scope, where that is an error: name, first and second place.
    pub fn redeclared(&self) -> &[(&'a str, Span, Span)] {
        &self.redeclared
    }

    /// The expression at exactly this place, the outermost if there are several.
    pub fn expr_at(&self, place: Span) -> Option<NodeId> {
        // Nodes are in the order of the text: those before the place are out of question.
        let from = self.nodes.partition_point(|e| start(e.node) < place.start) as NodeId;
        (from..self.nodes.len() as NodeId)
            .take_while(|id| start(self.node(*id)) == place.start)
            .find(|id| matches!(self.node(*id), Node::Expr(_)) && self.span(*id) == place)
    }

    /// The node for exactly this expression, looked for among the nodes inside `within`.
    pub fn id_of(&self, expr: &Expr, within: NodeId) -> Option<NodeId> {
        self.inside(within).find(|id| matches!(self.node(*id), Node::Expr(e) if std::ptr::eq(e, expr)))
    }

    /// The initializer of the `const` (or never assigned `let`) that an identifier at node `at` refers to.
    pub fn constant(&self, name: &str, at: NodeId) -> Option<(&'a Expr, NodeId)> {
        let declared = self.declared(name, at)?;
        let known =
            declared.how == How::Const || (matches!(declared.how, How::Let | How::Var) && !self.is_assigned(name));
        self.inside(declared.by).take_while(|_| known).find_map(|id| match self.node(id) {
            Node::Declarator(VarDeclarator { name: Pat::Ident(i), init: Some(init), .. })
                if span(&i.id) == declared.span =>
            {
                Some((init.unwrap_parens(), id))
            }
            _ => None,
        })
    }

    /// Whether some assignment writes to this name.
    pub fn is_assigned(&self, name: &str) -> bool {
        self.assigns.iter().any(|id| match self.expr(*id) {
            Some(Expr::Assign(a)) => a.left.as_ident().is_some_and(|i| &*i.id.sym == name) || a.left.is_pat(),
            _ => false,
        })
    }

    /// `expr` with constants looked up, at most a few steps.
    pub fn resolve(&self, expr: &'a Expr, at: NodeId) -> (&'a Expr, NodeId) {
        let mut now = (expr.unwrap_parens(), at);
        for _ in 0..8 {
            let Expr::Ident(i) = now.0 else { break };
            let Some(next) = self.constant(&i.sym, now.1) else { break };
            now = next;
        }
        now
    }
}

fn place(node: Node<'_>) -> Span {
    match node {
        Node::ModuleDecl(n) => span(n),
        Node::Stmt(n) => span(n),
        Node::Declarator(n) => span(n),
        Node::Pat(n) => span(n),
        Node::Expr(n) => span(n),
        Node::Prop(n) => span(n),
        Node::Function(n) => span(n),
        Node::Class(n) => span(n),
        Node::Binding(n) => span(n),
    }
}

fn start(node: Node<'_>) -> u32 {
    place(node).start
}

fn member_of(expr: &Expr) -> Option<(&Expr, &str, Span)> {
    let member: &MemberExpr = match expr {
        Expr::Member(m) => m,
        Expr::OptChain(o) => o.base.as_member()?,
        _ => return None,
    };
    match &member.prop {
        MemberProp::Ident(i) => Some((member.obj.unwrap_parens(), &i.sym, span(i))),
        MemberProp::Computed(c) => match &*c.expr {
            Expr::Lit(Lit::Str(s)) => Some((member.obj.unwrap_parens(), s.value.as_str()?, span(s))),
            _ => None,
        },
        MemberProp::PrivateName(_) => None,
    }
}

/// A plain property of an object: key, its place, and value; a shorthand has no value of its own.
#[derive(Clone, Copy, Debug)]
pub struct Property<'a> {
    /// The key.
    pub key: &'a str,
    /// The key's place.
    pub key_span: Span,
    /// The whole property.
    pub span: Span,
    /// The value, if it is written out.
    pub value: Option<&'a Expr>,
}

/// The properties of an object, and whether that is all it can have.
pub fn properties(object: &swc_ecma_ast::ObjectLit) -> (Vec<Property<'_>>, bool) {
    let mut all = true;
    let mut found = Vec::new();
    for prop in &object.props {
        let PropOrSpread::Prop(prop) = prop else {
            all = false;
            continue;
        };
        let whole = span(&**prop);
        let (key, value) = match &**prop {
            Prop::Shorthand(i) => {
                found.push(Property { key: &i.sym, key_span: span(i), span: whole, value: None });
                continue;
            }
            Prop::KeyValue(kv) => (&kv.key, Some(kv.value.unwrap_parens())),
            Prop::Method(m) => (&m.key, None),
            Prop::Getter(g) => (&g.key, None),
            Prop::Setter(_) | Prop::Assign(_) => continue,
        };
        match property_name(key) {
            Some(name) => found.push(Property { key: name, key_span: span(&key.span()), span: whole, value }),
            None => all = false,
        }
    }
    (found, all)
}

fn property_name(key: &PropName) -> Option<&str> {
    match key {
        PropName::Ident(i) => Some(&i.sym),
        PropName::Str(s) => s.value.as_str(),
        PropName::Computed(c) => match &*c.expr {
            Expr::Lit(Lit::Str(s)) => s.value.as_str(),
            _ => None,
        },
        _ => None,
    }
}
