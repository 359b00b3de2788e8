//! Every node of a tree, walked once: by kind, with its parents, and with the declaration every name refers to.

use std::cell::OnceCell;

use rustc_hash::{FxHashMap, FxHashSet};
use swc_common::Spanned;
use swc_ecma_ast::{
    CallExpr, Callee, Decl, DefaultDecl, Expr, ForHead, Ident, Lit, MemberExpr, MemberProp, Module, ModuleDecl, Pat,
    Prop, PropName, PropOrSpread, Stmt, VarDecl, VarDeclKind, VarDeclOrExpr, VarDeclarator,
};

pub use super::scope::{Declared, How};
use super::{
    scope::{Scopes, bound},
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
    scopes: Scopes<'a>,
    redeclared: Vec<(&'a str, Span, Span)>,
    /// Names that assignments write to.
    assigned: FxHashSet<&'a str>,
    /// Whether some assignment takes a value apart, so that it may write to any name.
    assigns_pattern: bool,
    /// Identifiers that no declaration claims, by name.
    free: FxHashMap<&'a str, Vec<NodeId>>,
    /// All others, sorted by where the declaration is that claims them; made when first asked for.
    claimed: OnceCell<Vec<(Span, NodeId)>>,
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
    span: Span,
    parent: Option<NodeId>,
    /// The number after that of the last node inside.
    end: NodeId,
    scope: u32,
}

impl<'a> Index<'a> {
    /// Walks `module`.
    pub fn new(module: &'a Module) -> Self {
        // Real scripts have a node for every five to ten bytes.
        let mut index = Index { nodes: Vec::with_capacity(module.span.hi.0 as usize / 8), ..Index::default() };
        walk::top_level(module, &mut |node| index.visit(node, None, 0));
        for id in &index.idents {
            if let Some(ident) = index.free_ident(*id) {
                index.free.entry(&ident.sym).or_default().push(*id);
            }
        }
        index
    }

    fn visit(&mut self, node: Node<'a>, parent: Option<NodeId>, scope: u32) {
        let id = self.nodes.len() as NodeId;
        let inner = self.scope_of(node, scope);
        self.nodes.push(Entry { node, span: place(node), parent, end: id, scope });
        self.register(id, node);
        self.declare(id, node, scope, inner);
        walk::children(node, &mut |child| self.visit(child, Some(id), inner));
        self.nodes[id as usize].end = self.nodes.len() as NodeId;
    }

    fn claimed(&self) -> Vec<(Span, NodeId)> {
        let claim = |id: &NodeId| match self.node(*id) {
            Node::Expr(Expr::Ident(ident)) => Some((self.declared(&ident.sym, *id)?.span, *id)),
            _ => None,
        };
        let mut claimed: Vec<(Span, NodeId)> = self.idents.iter().filter_map(claim).collect();
        claimed.sort();
        claimed
    }

    fn scope_of(&mut self, node: Node<'a>, around: u32) -> u32 {
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
        self.scopes.open(around, function, merged)
    }

    fn register(&mut self, id: NodeId, node: Node<'a>) {
        if let Node::Expr(Expr::Assign(assign)) = node {
            self.assigned.extend(assign.left.as_ident().map(|i| &*i.id.sym));
            self.assigns_pattern |= assign.left.is_pat();
        }
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

    fn declare(&mut self, id: NodeId, node: Node<'a>, scope: u32, inner: u32) {
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

    fn declare_decl(&mut self, decl: &'a Decl, id: NodeId, scope: u32) {
        match decl {
            Decl::Var(v) => self.declare_vars(v, id, scope),
            Decl::Using(u) => u.decls.iter().for_each(|d| self.declare_pat(&d.name, id, scope, How::Const)),
            Decl::Fn(f) => self.add(scope, &f.ident, id, How::Function),
            Decl::Class(c) => self.add(scope, &c.ident, id, How::Class),
            _ => {}
        }
    }

    fn declare_vars(&mut self, decl: &'a VarDecl, id: NodeId, mut scope: u32) {
        let how = match decl.kind {
            VarDeclKind::Const => How::Const,
            VarDeclKind::Let => How::Let,
            VarDeclKind::Var => How::Var,
        };
        if decl.kind == VarDeclKind::Var {
            scope = self.scopes.function_around(scope);
        }
        decl.decls.iter().for_each(|d| self.declare_pat(&d.name, id, scope, how));
    }

    fn add(&mut self, scope: u32, ident: &'a Ident, id: NodeId, how: How) {
        if let Some(first) = self.scopes.declare(scope, ident, id, how) {
            self.redeclared.push((&ident.sym, first, span(ident)));
        }
    }

    fn declare_pat(&mut self, pat: &'a Pat, id: NodeId, scope: u32, how: How) {
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
        self.nodes[id as usize].span
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
    pub fn inside(&self, id: NodeId) -> std::ops::Range<NodeId> {
        id..self.nodes[id as usize].end
    }

    /// The nodes directly inside `id`, in the order of the text.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let Self { nodes, .. } = self;
        let inside = move |child: NodeId| (child < nodes[id as usize].end).then_some(child);
        std::iter::successors(inside(id + 1), move |child| inside(nodes[*child as usize].end))
    }

    /// Those of `list`, one of the lists by kind, that lie within `place`, in the order of the text.
    pub fn within<'i>(&'i self, list: &'i [NodeId], place: Span) -> impl Iterator<Item = NodeId> + 'i {
        self.from(list, place.start)
            .take_while(move |id| self.span(*id).start <= place.end)
            .filter(move |id| place.contains(self.span(*id)))
    }

    /// Those of `list`, one of the lists by kind, that start at `offset` or later, in the order of the text.
    pub fn from<'i>(&'i self, list: &'i [NodeId], offset: u32) -> impl Iterator<Item = NodeId> + 'i {
        list[list.partition_point(|id| self.span(*id).start < offset)..].iter().copied()
    }

    /// The first of `list`, one of the lists by kind, that lies at exactly `place`.
    pub fn exactly(&self, list: &[NodeId], place: Span) -> Option<NodeId> {
        self.from(list, place.start)
            .take_while(|id| self.span(*id).start == place.start)
            .find(|id| self.span(*id) == place)
    }

    /// The function that `id` is in, the nearest: `None` at the top level.
    pub fn function_around(&self, id: NodeId) -> Option<NodeId> {
        self.ancestors(id).find(|a| matches!(self.node(*a), Node::Function(_) | Node::Expr(Expr::Arrow(_))))
    }

    /// The declaration `name` refers to at node `at`.
    pub fn declared(&self, name: &str, at: NodeId) -> Option<Declared> {
        self.scopes.declared(name, self.nodes[at as usize].scope)
    }

    /// Whether anything declares this name, anywhere.
    pub fn declares(&self, name: &str) -> bool {
        self.scopes.declares(name)
    }

    /// All declarations with this name, anywhere, in the order of the text.
    pub fn declarations<'n>(&'n self, name: &'n str) -> impl Iterator<Item = Declared> + 'n {
        self.scopes.declarations(name)
    }

    /// All declared names, those of outer scopes first.
    pub fn all_declared(&self) -> Vec<(&'a str, Declared)> {
        self.scopes.all()
    }

    /// The identifiers that no declaration claims: each name with its uses, in the order of the text.
    pub fn free(&self) -> impl Iterator<Item = (&'a str, &[NodeId])> + '_ {
        self.free.iter().map(|(name, uses)| (*name, uses.as_slice()))
    }

    /// The uses of a name that no declaration claims there, in the order of the text.
    pub fn free_uses(&self, name: &str) -> &[NodeId] {
        self.free.get(name).map_or(&[], Vec::as_slice)
    }

    /// The identifiers that the declaration claims, in the order of the text.
    pub fn uses(&self, declared: Declared) -> impl Iterator<Item = NodeId> + '_ {
        let claimed = self.claimed.get_or_init(|| self.claimed());
        let from = claimed.partition_point(|(place, _)| *place < declared.span);
        claimed[from..].iter().take_while(move |(place, _)| *place == declared.span).map(|(_, id)| *id)
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
        let from = self.nodes.partition_point(|e| e.span.start < place.start) as NodeId;
        (from..self.nodes.len() as NodeId)
            .take_while(|id| self.span(*id).start == place.start)
            .find(|id| matches!(self.node(*id), Node::Expr(_)) && self.span(*id) == place)
    }

    /// The initializer of the `const` (or never assigned `let`) that an identifier at node `at` refers to.
    pub fn constant(&self, name: &str, at: NodeId) -> Option<(&'a Expr, NodeId)> {
        let declared = self.declared(name, at)?;
        let known =
            declared.how == How::Const || (matches!(declared.how, How::Let | How::Var) && !self.is_assigned(name));
        self.children(declared.by).take_while(|_| known).find_map(|id| match self.node(id) {
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
        self.assigns_pattern || self.assigned.contains(name)
    }

    /// Whether `id` is a loop whose condition, if it has one, is written so that it always holds.
    pub fn never_fails(&self, id: NodeId) -> bool {
        let always = |test: &Expr| match test.unwrap_parens() {
            Expr::Lit(Lit::Bool(b)) => b.value,
            Expr::Lit(Lit::Num(n)) => n.value != 0.0,
            _ => false,
        };
        match self.node(id) {
            Node::Stmt(Stmt::While(w)) => always(&w.test),
            Node::Stmt(Stmt::DoWhile(w)) => always(&w.test),
            Node::Stmt(Stmt::For(f)) => f.test.as_deref().is_none_or(always),
            _ => false,
        }
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
    let mut found = Vec::with_capacity(object.props.len());
    let mut all = true;
    for property in plain_properties(object) {
        all &= property.is_some();
        found.extend(property);
    }
    (found, all)
}

/// The properties of an object; `None` for what may be any property.
pub fn plain_properties(object: &swc_ecma_ast::ObjectLit) -> impl Iterator<Item = Option<Property<'_>>> {
    object.props.iter().filter_map(property)
}

/// One of the properties of an object, as [`plain_properties`] gives it.
pub fn property(prop: &PropOrSpread) -> Option<Option<Property<'_>>> {
    let PropOrSpread::Prop(prop) = prop else { return Some(None) };
    let whole = span(&**prop);
    let (key, value) = match &**prop {
        Prop::Shorthand(i) => {
            return Some(Some(Property { key: &i.sym, key_span: span(i), span: whole, value: None }));
        }
        Prop::KeyValue(kv) => (&kv.key, Some(kv.value.unwrap_parens())),
        Prop::Method(m) => (&m.key, None),
        Prop::Getter(g) => (&g.key, None),
        Prop::Setter(_) | Prop::Assign(_) => return None,
    };
    Some(property_name(key).map(|name| Property { key: name, key_span: span(&key.span()), span: whole, value }))
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
