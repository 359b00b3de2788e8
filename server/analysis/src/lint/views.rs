//! Arguments as the dialect means them: the options of a call, schemas, callbacks.

use swc_ecma_ast::{ArrowFunctionBody, CallExpr, Expr, Function, Lit, ObjectLit, PropOrSpread, Stmt};

use super::checker::{Checker, PROMISING};
use crate::{
    script::{
        index::{How, NodeId, Property, property},
        span,
        walk::Node,
    },
    text::Span,
};

/// The options of a call, where they are an object written in the script.
#[derive(Debug)]
pub(super) struct Options<'a> {
    /// The object's place.
    pub(super) span: Span,
    /// The node at which names in it are looked up.
    pub(super) at: NodeId,
    /// Its properties.
    pub(super) properties: Vec<Property<'a>>,
    /// Whether there can be no others.
    pub(super) complete: bool,
    /// Whether it is written in the call itself.
    pub(super) inline: bool,
}

impl<'a> Options<'a> {
    /// The property called `key`.
    pub(super) fn get(&self, key: &str) -> Option<&Property<'a>> {
        self.properties.iter().rev().find(|p| p.key == key)
    }

    /// Whether the object surely lacks `key`.
    pub(super) fn lacks(&self, key: &str) -> bool {
        self.complete && self.get(key).is_none()
    }
}

/// A function written where a callback is expected.
#[derive(Clone, Copy, Debug)]
pub(super) struct Callback<'a> {
    /// Number of parameters.
    pub(super) params: usize,
    /// `async`.
    pub(super) is_async: bool,
    /// The body.
    pub(super) body: Body<'a>,
    /// The whole function.
    pub(super) span: Span,
}

/// A callback's body.
#[derive(Clone, Copy, Debug)]
pub(super) enum Body<'a> {
    /// `=> expression`.
    Expr(&'a Expr),
    /// `{ … }`.
    Block(&'a [Stmt]),
}

impl<'a> Body<'a> {
    /// What it gives: the expression, or that of its last `return`.
    pub(super) fn returned(self) -> Option<&'a Expr> {
        match self {
            Body::Expr(body) => Some(body),
            Body::Block(stmts) => stmts.iter().rev().find_map(|s| s.as_return_stmt()).and_then(|r| r.arg.as_deref()),
        }
    }
}

impl<'a> Checker<'a> {
    /// The function that `list.map(…)` calls for each item, if `call` is one.
    pub(super) fn mapper(&self, call: &'a CallExpr, at: NodeId) -> Option<Callback<'a>> {
        let method = call.callee.as_expr()?.as_member()?.prop.as_ident()?;
        let given = call.args.first().filter(|_| &*method.sym == "map")?;
        self.callback(&given.expr, at)
    }

    /// The object that the call at `id` is given at `position`, also through a constant.
    pub(super) fn object_at(&self, id: NodeId, position: usize) -> Option<Options<'a>> {
        let given = self.index.arg(id, position)?;
        let (found, at) = self.index.resolve(given, id);
        let Expr::Object(object) = found else { return None };
        let mut properties = Vec::with_capacity(object.props.len());
        let complete = self.properties_of(object, at, 0, &mut properties);
        Some(Options { span: span(object), at, properties, complete, inline: std::ptr::eq(found, given) })
    }

    /// Gathers the properties of an object, those of constants spread into it included. Gives whether that is all it can have.
    fn properties_of(&self, object: &'a ObjectLit, at: NodeId, depth: u32, found: &mut Vec<Property<'a>>) -> bool {
        let mut all = true;
        for prop in &object.props {
            all &= match (prop, property(prop)) {
                (PropOrSpread::Spread(spread), _) if depth < 4 => match self.index.resolve(&spread.expr, at) {
                    (Expr::Object(inner), at) => self.properties_of(inner, at, depth + 1, found),
                    _ => false,
                },
                (_, Some(plain)) => {
                    found.extend(plain);
                    plain.is_some()
                }
                (_, None) => true,
            };
        }
        all
    }

    /// The function that `expr` is, also through a name.
    pub(super) fn callback(&self, expr: &'a Expr, at: NodeId) -> Option<Callback<'a>> {
        match self.index.resolve(expr, at).0 {
            Expr::Arrow(a) => {
                let body = match &*a.body {
                    ArrowFunctionBody::Expr(e) => Body::Expr(e.unwrap_parens()),
                    ArrowFunctionBody::FunctionBody(b) => Body::Block(&b.stmts),
                };
                Some(Callback { params: a.params.len(), is_async: a.is_async, body, span: span(a) })
            }
            Expr::Fn(f) => callback_of(&f.function),
            Expr::Ident(i) => {
                let declared = self.index.declared(&i.sym, at).filter(|d| d.how == How::Function)?;
                let function = self.index.children(declared.by).find_map(|n| match self.index.node(n) {
                    Node::Function(f) => Some(f),
                    _ => None,
                });
                function.and_then(callback_of)
            }
            _ => None,
        }
    }

    /// What `JSON.stringify` is given in the prompt of the call at `id`.
    pub(super) fn stringified(&self, id: NodeId) -> impl Iterator<Item = &'a Expr> + '_ {
        let prompt = self.index.arg(id, 0).map(span).into_iter();
        let calls = prompt.flat_map(|prompt| self.index.within(&self.index.calls, prompt));
        calls.filter_map(|call| match self.index.method(call)? {
            (Expr::Ident(json), "stringify", _) if &*json.sym == "JSON" => self.index.arg(call, 0),
            _ => None,
        })
    }

    /// The first word of the prompt of the call at `id`, in small letters, where it is constant text.
    pub(super) fn first_word(&self, id: NodeId) -> Option<String> {
        let mut prompt = self.index.resolve(self.index.arg(id, 0)?, id).0;
        while let Expr::Bin(b) = prompt {
            prompt = b.left.unwrap_parens();
        }
        let (inner, all) = match prompt {
            Expr::Tpl(t) => (span(t.quasis.first()?), span(t)),
            Expr::Lit(Lit::Str(s)) => (Span::new(span(s).start + 1, span(s).end - 1), span(s)),
            _ => return None,
        };
        let text = inner.slice(&self.script.text);
        let blank = text.len() - text.trim_start().len();
        let word: &str = text[blank..].split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        // With what stands before and behind it. An escape can stand for a line break.
        let end = inner.start + (blank + word.len()) as u32 + 1;
        self.looks_at(if text[blank..].starts_with('\\') { all } else { Span::new(all.start, end) });
        let text = text.replace("\\n", "\n").replace("\\t", "\t");
        text.trim_start().split(|c: char| !c.is_alphabetic()).next().map(str::to_lowercase)
    }

    /// Where constant text of the prompt of the call at `id` is written in the call.
    pub(super) fn prompt_texts(&self, id: NodeId) -> Vec<Span> {
        let Some(prompt) = self.index.arg(id, 0).map(span) else { return vec![] };
        let parts = [&self.index.strings, &self.index.templates].into_iter().flat_map(|l| self.index.within(l, prompt));
        parts.map(|n| self.index.span(n)).collect()
    }

    /// Whether the text inside `id` calls a primitive that starts agents.
    pub(super) fn starts_agents(&self, id: NodeId) -> bool {
        self.holds_call(id, &PROMISING)
    }

    /// The concurrent combinator in whose callback `id` stands.
    pub(super) fn combinator_around(&self, id: NodeId) -> Option<NodeId> {
        let mut inner = id;
        for outer in self.index.ancestors(id) {
            let name = self.index.free_callee(outer);
            let callee = self.index.callee(outer).map(span);
            if matches!(name, Some("parallel" | "pipeline")) && callee != Some(self.index.span(inner)) {
                let in_function = self.index.ancestors(id).take_while(|a| *a != outer).any(|a| self.is_function(a));
                return in_function.then_some(outer);
            }
            inner = outer;
        }
        None
    }

    /// Whether `id` stands in a list of thunks that is written out in the call of `combinator`, not made by a callback for each item.
    pub(super) fn in_written_list(&self, id: NodeId, combinator: NodeId) -> bool {
        let mut callbacks = 0;
        for outer in self.index.ancestors(id).take_while(|a| *a != combinator) {
            callbacks += u32::from(self.is_function(outer));
        }
        let list = matches!(self.index.arg(combinator, 0), Some(Expr::Array(_) | Expr::Arrow(_) | Expr::Fn(_)));
        list && callbacks <= 1 && self.index.free_callee(combinator) == Some("parallel")
    }

    /// Whether what the expression at `place` writes to, or reads, is declared outside the callbacks around it that run beside others.
    pub(super) fn outside_of_callback(&self, place: Span) -> bool {
        let root = self.index.from(&self.index.idents, place.start).next();
        let Some(root) = root.filter(|id| place.contains(self.index.span(*id))) else { return true };
        let name = self.text(self.index.span(root));
        let declared = self.index.declared(name, root).map(|d| d.span);
        let around = self.combinator_around(root).map(|c| self.index.span(c));
        declared.zip(around).is_none_or(|(declared, around)| !around.contains(declared))
    }

    /// Whether the function at `id` is `async`.
    pub(super) fn is_async(&self, id: NodeId) -> bool {
        match self.index.node(id) {
            Node::Function(f) => f.is_async,
            Node::Expr(Expr::Arrow(a)) => a.is_async,
            _ => false,
        }
    }

    /// Whether the node is a function.
    pub(super) fn is_function(&self, id: NodeId) -> bool {
        matches!(self.index.node(id), Node::Function(_) | Node::Expr(Expr::Arrow(_)))
    }
}

fn callback_of(f: &Function) -> Option<Callback<'_>> {
    let body = f.body.as_ref()?;
    Some(Callback { params: f.params.len(), is_async: f.is_async, body: Body::Block(&body.stmts), span: span(f) })
}

/// Whether a statement, or one inside it but not in a nested function, returns a value.
pub(super) fn returns_value(stmts: &[Stmt]) -> bool {
    stmts.iter().any(|s| match s {
        Stmt::Return(r) => r.arg.is_some(),
        Stmt::Throw(_) => true,
        Stmt::Block(b) => returns_value(&b.stmts),
        Stmt::If(i) => {
            returns_value(std::slice::from_ref(&i.cons))
                || i.alt.as_deref().is_some_and(|a| returns_value(std::slice::from_ref(a)))
        }
        Stmt::Labeled(l) => returns_value(std::slice::from_ref(&l.body)),
        Stmt::Switch(w) => w.cases.iter().any(|c| returns_value(&c.cons)),
        Stmt::Try(t) => {
            returns_value(&t.block.stmts)
                || t.handler.as_ref().is_some_and(|h| returns_value(&h.body.stmts))
                || t.finalizer.as_ref().is_some_and(|f| returns_value(&f.stmts))
        }
        Stmt::While(w) => returns_value(std::slice::from_ref(&w.body)),
        Stmt::DoWhile(w) => returns_value(std::slice::from_ref(&w.body)),
        Stmt::For(f) => returns_value(std::slice::from_ref(&f.body)),
        Stmt::ForIn(f) => returns_value(std::slice::from_ref(&f.body)),
        Stmt::ForOf(f) => returns_value(std::slice::from_ref(&f.body)),
        _ => false,
    })
}

/// `text` as a JavaScript string literal.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'").replace('\n', "\\n"))
}
