//! The `meta` declaration, read from the tree. Nothing is evaluated.

use std::borrow::Cow;

use swc_common::Spanned;
use swc_ecma_ast::{
    Decl, Expr, ExprOrSpread, Lit, Module, ModuleDecl, ModuleItem, ObjectLit, Pat, Prop, PropName, PropOrSpread, Stmt,
    UnaryOp, VarDecl, VarDeclKind,
};

use super::{prose::is_prose, span};
use crate::{looks::Looker, text::Span};

/// What a script says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// The whole statement.
    pub span: Span,
    /// The identifier `meta`.
    pub ident: Span,
    /// The object, if there is one.
    pub object: Option<Span>,
    /// The workflow's name.
    pub name: Option<Spelled>,
    /// One line for the approval dialog.
    pub description: Option<Spelled>,
    /// When to use it, for lists.
    pub when_to_use: Option<Spelled>,
    /// The phases declared, in order.
    pub phases: Vec<MetaPhase>,
    /// The value of `phases`, if it is given.
    pub phases_span: Option<Span>,
    /// Every key of the object, known or not.
    pub keys: Vec<MetaKey>,
    /// Everything that is wrong, in source order.
    pub problems: Vec<MetaProblem>,
}

/// A string and where it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelled {
    /// The string's value.
    pub value: String,
    /// The literal, quotes included.
    pub span: Span,
}

/// A phase as declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaPhase {
    /// The whole entry.
    pub span: Span,
    /// Matched exactly with `phase()` and the option `phase`.
    pub title: Option<Spelled>,
    /// A line below the title.
    pub detail: Option<Spelled>,
    /// A model's name, for display only: it does not route.
    pub model: Option<Spelled>,
    /// Every key of the entry.
    pub keys: Vec<MetaKey>,
}

/// A key of the object or of a phase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaKey {
    /// The key.
    pub key: Spelled,
    /// The whole property.
    pub span: Span,
}

/// One thing that is wrong with a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MetaProblem {
    /// Where.
    pub span: Span,
    /// What.
    pub kind: MetaProblemKind,
}

/// What is wrong with a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetaProblemKind {
    /// Something stands before it: the first statement's place.
    NotFirst,
    /// It lacks `export`.
    NotExported,
    /// `let` or `var`; the span is the keyword.
    NotConst,
    /// Another variable in the same declaration.
    SecondDeclarator,
    /// No `= {…}`, or a value that is no object literal.
    NotObject,
    /// Not a literal: what it is.
    NotLiteral(&'static str),
    /// A required field is missing; the span is the object.
    Missing(&'static str),
    /// A required field is an empty string.
    Empty(&'static str),
    /// A field has the wrong type; says which is right.
    WrongType {
        /// `phases`, `phases[].title`.
        field: &'static str,
        /// `a string`.
        expected: &'static str,
    },
    /// A phase without a title.
    PhaseWithoutTitle,
    /// A phase written as a string.
    PhaseIsString,
    /// A key that objects treat in their own way.
    ReservedKey(String),
}

impl Meta {
    /// Reads the declaration of a module, if there is one.
    pub(super) fn read(module: &Module) -> Option<Meta> {
        let (at, item, decl, exported) = module.body.iter().enumerate().find_map(|(at, item)| match item {
            ModuleItem::ModuleDecl(ModuleDecl::ExportDecl(e)) => match &e.decl {
                Decl::Var(decl) if declares_meta(decl) => Some((at, item, decl, true)),
                _ => None,
            },
            ModuleItem::Stmt(Stmt::Decl(Decl::Var(decl))) if declares_meta(decl) => Some((at, item, decl, false)),
            _ => None,
        })?;
        let mut meta = Meta { span: span(item), ..Meta::default() };
        if let Some(first) = module.body.first().filter(|_| at > 0) {
            meta.problem(span(first), MetaProblemKind::NotFirst);
        }
        if !exported {
            meta.problem(span(decl), MetaProblemKind::NotExported);
        }
        meta.read_declaration(decl);
        meta.problems.sort_by_key(|p| p.span);
        Some(meta)
    }

    fn problem(&mut self, span: Span, kind: MetaProblemKind) {
        self.problems.push(MetaProblem { span, kind });
    }

    fn read_declaration(&mut self, decl: &VarDecl) {
        if decl.kind != VarDeclKind::Const {
            let start = span(decl).start;
            self.problem(Span::new(start, start + 3), MetaProblemKind::NotConst);
        }
        for other in decl.decls.iter().filter(|d| !is_meta(&d.name)) {
            self.problem(span(other), MetaProblemKind::SecondDeclarator);
        }
        let Some(own) = decl.decls.iter().find(|d| is_meta(&d.name)) else { return };
        self.ident = span(&own.name);
        match own.init.as_deref().map(Expr::unwrap_parens) {
            Some(Expr::Object(object)) => self.read_object(object),
            Some(other) => self.problem(span(other), MetaProblemKind::NotObject),
            None => self.problem(self.ident, MetaProblemKind::NotObject),
        }
    }

    fn read_object(&mut self, object: &ObjectLit) {
        self.object = Some(span(object));
        for prop in &object.props {
            let Some((key, value)) = self.property(prop) else { continue };
            let whole = span(prop);
            let name = key.value.clone();
            self.keys.push(MetaKey { key, span: whole });
            match name.as_str() {
                "name" => self.name = self.string("name", value),
                "description" => self.description = self.string("description", value),
                "whenToUse" => self.when_to_use = self.string("whenToUse", value),
                "phases" => self.read_phases(value),
                _ => self.literal(value),
            }
        }
        // What is spread into it can hold them: that it is no literal is said already.
        let spread = object.props.iter().any(|prop| matches!(prop, PropOrSpread::Spread(_)));
        for field in ["name", "description"] {
            if !spread && !self.keys.iter().any(|k| k.key.value == field) {
                self.problem(span(object), MetaProblemKind::Missing(field));
            }
        }
    }

    fn read_phases(&mut self, value: &Expr) {
        self.phases_span = Some(span(value));
        let Expr::Array(array) = value else {
            self.typed(value, "phases", "an array of `{ title }`");
            return;
        };
        for element in &array.elems {
            match element {
                Some(ExprOrSpread { spread: None, expr }) => self.read_phase(expr),
                Some(spread) => self.problem(span(spread), MetaProblemKind::NotLiteral("a spread")),
                None => self.problem(span(array), MetaProblemKind::NotLiteral("a hole in an array")),
            }
        }
    }

    fn read_phase(&mut self, value: &Expr) {
        let mut phase = MetaPhase { span: span(value), title: None, detail: None, model: None, keys: vec![] };
        match value {
            Expr::Object(object) => {
                for prop in &object.props {
                    let Some((key, value)) = self.property(prop) else { continue };
                    let name = key.value.clone();
                    phase.keys.push(MetaKey { key, span: span(prop) });
                    match name.as_str() {
                        "title" => phase.title = self.string("phases[].title", value),
                        "detail" => phase.detail = self.string("phases[].detail", value),
                        "model" => phase.model = self.string("phases[].model", value),
                        _ => self.literal(value),
                    }
                }
                if !phase.keys.iter().any(|k| k.key.value == "title") {
                    self.problem(phase.span, MetaProblemKind::PhaseWithoutTitle);
                }
            }
            other => match spelled(other) {
                Some(text) => {
                    phase.title = Some(text);
                    self.problem(phase.span, MetaProblemKind::PhaseIsString);
                }
                None => self.typed(other, "phases[]", "an object with a `title`"),
            },
        }
        self.phases.push(phase);
    }

    /// The key and value of a property that is plain `key: value`.
    fn property<'a>(&mut self, prop: &'a PropOrSpread) -> Option<(Spelled, &'a Expr)> {
        let not_literal = match prop {
            PropOrSpread::Spread(_) => "a spread",
            PropOrSpread::Prop(prop) => match &**prop {
                Prop::KeyValue(kv) => match key(&kv.key) {
                    Some(key) if matches!(key.value.as_str(), "__proto__" | "constructor" | "prototype") => {
                        self.problem(span(&**prop), MetaProblemKind::ReservedKey(key.value));
                        return None;
                    }
                    Some(key) => return Some((key, &kv.value)),
                    None => "a computed key",
                },
                Prop::Shorthand(_) => "a variable",
                Prop::Getter(_) | Prop::Setter(_) => "an accessor",
                Prop::Method(_) => "a method",
                Prop::Assign(_) => "an assignment",
            },
        };
        self.problem(span(prop), MetaProblemKind::NotLiteral(not_literal));
        None
    }

    fn string(&mut self, field: &'static str, value: &Expr) -> Option<Spelled> {
        let Some(text) = spelled(value) else {
            self.typed(value, field, "a string");
            return None;
        };
        if text.value.trim().is_empty() && matches!(field, "name" | "description" | "phases[].title") {
            self.problem(text.span, MetaProblemKind::Empty(field));
        }
        Some(text)
    }

    /// A value of the wrong type: not a literal, or a literal of another type.
    fn typed(&mut self, value: &Expr, field: &'static str, expected: &'static str) {
        let before = self.problems.len();
        self.literal(value);
        if self.problems.len() == before {
            self.problem(span(value), MetaProblemKind::WrongType { field, expected });
        }
    }

    /// Checks that a value is a literal all through.
    fn literal(&mut self, value: &Expr) {
        let not_literal = match value {
            Expr::Lit(Lit::Regex(_)) => "a regular expression",
            Expr::Lit(_) => return,
            Expr::Tpl(tpl) if tpl.exprs.is_empty() => return,
            Expr::Tpl(_) => "a template with `${}`",
            Expr::Unary(u)
                if matches!(u.op, UnaryOp::Minus | UnaryOp::Plus) && matches!(*u.arg, Expr::Lit(Lit::Num(_))) =>
            {
                return;
            }
            Expr::Paren(p) => return self.literal(&p.expr),
            Expr::Array(array) => {
                for element in &array.elems {
                    match element {
                        Some(ExprOrSpread { spread: None, expr }) => self.literal(expr),
                        Some(spread) => self.problem(span(spread), MetaProblemKind::NotLiteral("a spread")),
                        None => self.problem(span(array), MetaProblemKind::NotLiteral("a hole in an array")),
                    }
                }
                return;
            }
            Expr::Object(object) => {
                for prop in &object.props {
                    if let Some((_, value)) = self.property(prop) {
                        self.literal(value);
                    }
                }
                return;
            }
            Expr::Ident(_) | Expr::Member(_) | Expr::OptChain(_) => "a variable",
            Expr::Call(_) | Expr::New(_) => "a call",
            Expr::Bin(_) | Expr::Unary(_) => "a computation",
            Expr::Cond(_) => "a condition",
            Expr::Arrow(_) | Expr::Fn(_) => "a function",
            _ => "an expression",
        };
        self.problem(span(value), MetaProblemKind::NotLiteral(not_literal));
    }
}

fn declares_meta(decl: &VarDecl) -> bool {
    decl.decls.iter().any(|d| is_meta(&d.name))
}

fn is_meta(name: &Pat) -> bool {
    matches!(name, Pat::Ident(i) if &*i.id.sym == "meta")
}

fn key(name: &PropName) -> Option<Spelled> {
    let value = match name {
        PropName::Ident(i) => i.sym.to_string(),
        PropName::Str(s) => s.value.to_string_lossy().into_owned(),
        PropName::Num(n) => n.value.to_string(),
        PropName::BigInt(_) | PropName::Computed(_) => return None,
    };
    Some(Spelled { value, span: span(&name.span()) })
}

/// The value of a string literal or a template without holes, and its place. Whatever it says is looked at.
pub(crate) fn constant_string(value: &Expr, looker: &Looker<'_>) -> Option<Spelled> {
    spelled(value).inspect(|found| looker.note(found.span))
}

/// The value of a string literal or a template without holes, unless it is prose.
pub(crate) fn word(value: &Expr) -> Option<Cow<'_, str>> {
    constant_text(value).filter(|text| !is_prose(text))
}

/// Whether it is a string literal or a template without holes.
pub(crate) fn is_constant(value: &Expr) -> bool {
    constant_text(value).is_some()
}

fn spelled(value: &Expr) -> Option<Spelled> {
    let value = value.unwrap_parens();
    Some(Spelled { value: constant_text(value)?.into_owned(), span: span(value) })
}

fn constant_text(value: &Expr) -> Option<Cow<'_, str>> {
    match value.unwrap_parens() {
        Expr::Lit(Lit::Str(s)) => Some(s.value.to_string_lossy()),
        Expr::Tpl(tpl) if tpl.exprs.is_empty() => Some(tpl.quasis.first()?.cooked.as_ref()?.to_string_lossy()),
        _ => None,
    }
}
