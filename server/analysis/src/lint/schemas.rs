//! The schemas of a script, as they are written.

use rustc_hash::FxHashSet;
use swc_ecma_ast::{ArrayLit, Expr};

use super::checker::Checker;
use crate::{
    script::{
        index::{NodeId, Property, properties},
        span, word,
    },
    text::Span,
};

/// A schema, or a part of one, written as an object.
#[derive(Debug)]
pub(super) struct Schema<'a> {
    /// The object.
    pub(super) span: Span,
    /// The node at which names in it are looked up.
    pub(super) at: NodeId,
    /// Its keywords.
    pub(super) keywords: Vec<Property<'a>>,
    /// Whether there can be no others.
    pub(super) complete: bool,
    /// Whether it is the value of an option `schema`.
    pub(super) root: bool,
}

impl<'a> Schema<'a> {
    /// The keyword's property.
    pub(super) fn keyword(&self, name: &str) -> Option<&Property<'a>> {
        self.keywords.iter().find(|p| p.key == name)
    }

    /// The keyword's value.
    pub(super) fn value(&self, name: &str) -> Option<&'a Expr> {
        self.keyword(name)?.value
    }

    /// Whether the keyword is surely not there.
    pub(super) fn lacks(&self, name: &str) -> bool {
        self.complete && self.keyword(name).is_none()
    }

    /// The `type`, if it is one word.
    pub(super) fn ty(&self) -> Option<String> {
        word(self.value("type")?).map(Into::into)
    }
}

/// Most nesting that is looked at; schemas of real scripts nest four deep.
const DEEPEST: u32 = 16;

/// All schemas of the script, each once, those around before those inside.
pub(super) fn schemas<'a>(cx: &Checker<'a>) -> Vec<Schema<'a>> {
    let mut found = Found::default();
    for id in cx.calls("agent") {
        let Some(options) = cx.options(id) else { continue };
        let Some(property) = options.get("schema") else { continue };
        match property.value {
            Some(value) => collect(cx, value, options.at, true, 0, &mut found),
            // The shorthand `{ schema }`.
            None => {
                if let Some((value, at)) = cx.index.constant("schema", options.at) {
                    collect(cx, value, at, true, 0, &mut found);
                }
            }
        }
    }
    found.schemas
}

#[derive(Default)]
struct Found<'a> {
    schemas: Vec<Schema<'a>>,
    places: FxHashSet<Span>,
}

fn collect<'a>(cx: &Checker<'a>, value: &'a Expr, at: NodeId, root: bool, depth: u32, found: &mut Found<'a>) {
    let (value, at) = cx.index.resolve(value, at);
    let Expr::Object(object) = value else { return };
    let place = span(object);
    if depth > DEEPEST || !found.places.insert(place) {
        return;
    }
    let (keywords, complete) = properties(object);
    let this = found.schemas.len();
    found.schemas.push(Schema { span: place, at, keywords, complete, root });
    for i in 0..found.schemas[this].keywords.len() {
        let keyword = found.schemas[this].keywords[i];
        let Some(value) = keyword.value else { continue };
        match keyword.key {
            "items" | "additionalProperties" | "contains" | "not" | "if" | "then" | "else" | "propertyNames" => {
                collect(cx, value, at, false, depth + 1, found);
            }
            "properties" | "patternProperties" | "$defs" | "definitions" => {
                if let (Expr::Object(object), at) = cx.index.resolve(value, at) {
                    for property in properties(object).0 {
                        if let Some(value) = property.value {
                            collect(cx, value, at, false, depth + 1, found);
                        }
                    }
                }
            }
            "anyOf" | "oneOf" | "allOf" | "prefixItems" => {
                if let (Expr::Array(array), at) = cx.index.resolve(value, at) {
                    elements(array).for_each(|e| collect(cx, e, at, false, depth + 1, found));
                }
            }
            _ => {}
        }
    }
}

/// The elements of an array before its first spread or hole.
pub(super) fn elements(array: &ArrayLit) -> impl Iterator<Item = &Expr> {
    array.elems.iter().map_while(|e| e.as_ref().filter(|e| e.spread.is_none())).map(|e| e.expr.unwrap_parens())
}

/// The number that a literal is.
pub(super) fn number(expr: &Expr) -> Option<f64> {
    use swc_ecma_ast::{Lit, UnaryOp};
    match expr {
        Expr::Lit(Lit::Num(n)) => Some(n.value),
        Expr::Unary(u) if u.op == UnaryOp::Minus => number(u.arg.unwrap_parens()).map(|n| -n),
        _ => None,
    }
}
