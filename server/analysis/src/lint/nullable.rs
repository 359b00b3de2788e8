//! Where something that can be `null` is used as if it were there.

use swc_ecma_ast::{AssignTarget, Decl, Expr, ObjectPatProp, Pat, SimpleAssignTarget, Stmt};

use rustc_hash::FxHashSet;

use super::{Edit, checker::Checker, facts::Origin};
use crate::{
    plan::Why,
    script::{
        index::{Declared, How, NodeId},
        span,
        walk::Node,
    },
    text::Span,
};

/// One use of a value that can be `null`.
#[derive(Debug)]
pub(super) struct Dereference {
    /// The value.
    pub(super) object: Span,
    /// What made it `null`.
    pub(super) why: Why,
    /// Whether it is an element of a list, as the slots of a fan-out are, or an agent's answer by itself.
    pub(super) origin: Origin,
    /// What makes the use safe: its name, and the edit. `None` where it takes more than one.
    pub(super) way_out: Option<(&'static str, Edit)>,
    /// The list whose elements the value is, where a callback walks it.
    pub(super) list: Option<Span>,
}

/// Uses of values that an agent or a fan-out made `null`: the first of each variable, so that one slip is told once.
pub(super) fn dereferences(cx: &Checker) -> Vec<Dereference> {
    let mut found = Vec::new();
    let mut seen: FxHashSet<Span> = FxHashSet::default();
    for id in &cx.index.members {
        let Some(Expr::Member(member)) = cx.index.expr(*id) else { continue };
        let object = member.obj.unwrap_parens();
        let Some(why) = cx.glance(object).filter(|g| !g.unknown).and_then(|g| g.null) else { continue };
        let Some(origin) = cx.origin(why) else { continue };
        if caught(cx, *id) || (origin == Origin::Fanout && cx.ask(vec![why.span], catches).is_some()) {
            continue;
        }
        let mut list = None;
        let mut slot = origin == Origin::Fanout || matches!(object, Expr::Member(m) if m.prop.is_computed());
        if let Expr::Ident(i) = object {
            let Some(declared) = cx.index.declared(&i.sym, *id) else { continue };
            if stage_parameter(cx, declared) || !seen.insert(declared.span) {
                continue;
            }
            list = walked(cx, declared);
            // What a filter left in is the script's own affair.
            let walks = list.and_then(|l| cx.value_at(trimmed(cx, l)));
            if walks.is_some_and(|v| v.array.as_ref().is_some_and(|a| a.filtered.is_some())) {
                continue;
            }
            slot |= list.is_some() || element(cx, declared);
        }
        if !slot && !awaited(cx, object, *id) {
            continue;
        }
        let origin = if slot { Origin::Fanout } else { Origin::Agent };
        let end = span(&*member.obj).end;
        let rest = cx.text(Span::new(end, span(member).end));
        let dot = rest.find(['.', '[']).unwrap_or(0) as u32 + end;
        let optional = match rest.trim_start().starts_with('.') {
            true => Edit::replace(Span::new(dot, dot + 1), "?."),
            false => Edit::insert(dot, "?."),
        };
        let way_out = Some(("Write `?.`", optional));
        found.push(Dereference { object: span(object), why: why.clone(), origin, way_out, list });
    }
    taken_apart(cx, &mut seen, &mut found);
    found.sort_by_key(|d| d.object);
    found
}

/// Those by patterns: `const { steps } = plan`, `plans.map(({ steps }) => …)`.
fn taken_apart(cx: &Checker, seen: &mut FxHashSet<Span>, found: &mut Vec<Dereference>) {
    for pattern in cx.patterns() {
        if caught(cx, pattern.at) {
            continue;
        }
        match pattern.of {
            Of::Value(expr) => {
                let Some(why) = cx.glance(expr).filter(|g| !g.unknown).and_then(|g| g.null) else { continue };
                let Some(origin) = cx.origin(why) else { continue };
                if let Expr::Ident(i) = expr
                    && cx
                        .index
                        .declared(&i.sym, pattern.at)
                        .is_none_or(|declared| stage_parameter(cx, declared) || !seen.insert(declared.span))
                {
                    continue;
                }
                let element = origin == Origin::Fanout
                    || matches!(expr, Expr::Member(m) if m.prop.is_computed())
                    || matches!(expr, Expr::Ident(i) if cx.index.declared(&i.sym, pattern.at).is_some_and(|d| element(cx, d) || walked(cx, d).is_some()));
                if !element && !awaited(cx, expr, pattern.at) {
                    continue;
                }
                let origin = if element { Origin::Fanout } else { Origin::Agent };
                let way_out = Some(("Add `?? {}`", Edit::insert(span(expr).end, " ?? {}")));
                found.push(Dereference { object: span(expr), why: why.clone(), origin, way_out, list: None });
            }
            Of::Element(list) => {
                let Some(array) = cx.plan.value_unread_at(trimmed(cx, list)).and_then(|v| v.array) else { continue };
                let Some(why) = array.element.null.as_ref().filter(|_| array.filtered.is_none()) else { continue };
                if array.element.is_unknown() || cx.origin(why).is_none() {
                    continue;
                }
                let list = Some(list);
                let why = why.clone();
                found.push(Dereference { object: pattern.span, why, origin: Origin::Fanout, way_out: None, list });
            }
        }
    }
}

/// A pattern of an object, and what it takes apart.
#[derive(Debug)]
pub(super) struct Pattern<'a> {
    /// The pattern.
    pub(super) pattern: &'a swc_ecma_ast::ObjectPat,
    /// Its place.
    pub(super) span: Span,
    /// The declaration or function it belongs to.
    pub(super) at: NodeId,
    /// What it takes apart.
    pub(super) of: Of<'a>,
}

/// What a pattern takes apart.
#[derive(Clone, Copy, Debug)]
pub(super) enum Of<'a> {
    /// A value.
    Value(&'a Expr),
    /// Each element of the list at this place.
    Element(Span),
}

/// A field that a pattern of an object takes out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Taken {
    /// Its name, where that is a word.
    pub(super) key: Span,
    /// Whether the variable has that name, too.
    pub(super) short: bool,
    /// Whether there is a default.
    pub(super) default: bool,
}

/// The fields that `pattern` takes out by their names.
pub(super) fn taken(pattern: &swc_ecma_ast::ObjectPat) -> impl Iterator<Item = Taken> {
    pattern.props.iter().filter_map(|prop| match prop {
        ObjectPatProp::Assign(a) => Some(Taken { key: span(&a.key), short: true, default: a.value.is_some() }),
        ObjectPatProp::KeyValue(kv) => {
            let key = kv.key.as_ident()?;
            Some(Taken { key: span(key), short: false, default: matches!(&*kv.value, Pat::Assign(_)) })
        }
        ObjectPatProp::Rest(_) => None,
    })
}

impl<'a> Checker<'a> {
    /// The patterns of objects in some declarations.
    pub(super) fn declared_patterns<'i>(
        &'i self,
        declarators: impl Iterator<Item = NodeId> + 'i,
    ) -> impl Iterator<Item = Pattern<'a>> + 'i {
        declarators.filter_map(|id| {
            let Node::Declarator(d) = self.index.node(id) else { return None };
            let (Pat::Object(pattern), Some(init)) = (&d.name, d.init.as_deref()) else { return None };
            Some(Pattern { pattern, span: span(pattern), at: id, of: Of::Value(init.unwrap_parens()) })
        })
    }

    /// The patterns of objects in declarations and in callbacks that walk a list.
    pub(super) fn patterns(&self) -> impl Iterator<Item = Pattern<'a>> + '_ {
        let declared = self.declared_patterns(self.index.declarators.iter().copied());
        let walked = self.index.functions.iter().filter_map(|id| {
            let Some(Expr::Arrow(arrow)) = self.index.expr(*id) else { return None };
            let (list, position) = walked_by(self, *id)?;
            let Some(Pat::Object(pattern)) = arrow.params.get(position) else { return None };
            Some(Pattern { pattern, span: span(pattern), at: *id, of: Of::Element(list) })
        });
        declared.chain(walked)
    }
}

fn catches(text: &str) -> Option<&'static str> {
    text.contains("catch").then_some("catch")
}

/// Whether the name is the first parameter of a stage of `pipeline`, which is WF508.
fn stage_parameter(cx: &Checker, declared: Declared) -> bool {
    declared.how == How::Parameter
        && cx.index.parent(declared.by).is_some_and(|p| cx.index.free_callee(p) == Some("pipeline"))
        && cx
            .index
            .args(cx.index.parent(declared.by).unwrap_or_default())
            .get(1)
            .is_none_or(|first| span(&*first.expr) != cx.index.span(declared.by))
}

/// The list that `list.map(x => …)` and its like walk with the parameter `declared`.
fn walked(cx: &Checker, declared: Declared) -> Option<Span> {
    let Some(Expr::Arrow(arrow)) = cx.index.expr(declared.by) else { return None };
    let (list, position) = walked_by(cx, declared.by)?;
    let param = arrow.params.get(position);
    param.is_some_and(|p| matches!(p, Pat::Ident(i) if span(&i.id) == declared.span)).then_some(list)
}

/// The list whose elements are given to the function at `id`, and as which parameter.
fn walked_by(cx: &Checker, id: NodeId) -> Option<(Span, usize)> {
    let (list, method, _) = cx.index.method(cx.index.parent(id)?)?;
    let position = match method {
        "map" | "flatMap" | "forEach" | "filter" | "some" | "every" | "find" | "sort" => 0,
        "reduce" => 1,
        _ => return None,
    };
    // The parentheses round `(await …)` belong to the list.
    let end = cx.text(Span::new(span(list).end, cx.index.span(id).start)).starts_with(')');
    Some((Span::new(span(list).start, span(list).end + u32::from(end)), position))
}

/// Whether the name stands for an element of a list: `for (const x of list)`, `const [x] = list`.
fn element(cx: &Checker, declared: Declared) -> bool {
    match cx.index.node(declared.by) {
        Node::Stmt(Stmt::ForOf(_)) => true,
        Node::Stmt(Stmt::Decl(Decl::Var(v))) => {
            v.decls.iter().any(|d| matches!(&d.name, Pat::Array(a) if span(a).contains(declared.span)))
        }
        _ => false,
    }
}

/// Whether the value comes straight from an `await` or a `.then`: what goes through helpers and fields may have been checked there.
fn awaited(cx: &Checker, object: &Expr, at: NodeId) -> bool {
    let Expr::Ident(i) = object else { return matches!(object, Expr::Await(_)) };
    let Some(declared) = cx.index.declared(&i.sym, at) else { return false };
    match cx.index.node(declared.by) {
        Node::Stmt(Stmt::Decl(Decl::Var(v))) => {
            let own = v.decls.iter().find(|d| matches!(&d.name, Pat::Ident(n) if span(&n.id) == declared.span));
            match own {
                Some(own) => match own.init.as_deref() {
                    Some(init) => matches!(init.unwrap_parens(), Expr::Await(_)),
                    None => only_awaits_go_to(cx, declared),
                },
                None => false,
            }
        }
        Node::Expr(Expr::Arrow(_)) => {
            cx.index.parent(declared.by).and_then(|p| cx.index.method(p)).is_some_and(|(_, name, _)| name == "then")
        }
        _ => false,
    }
}

/// Whether the variable, which begins without a value, is only ever assigned what an `await` gives.
fn only_awaits_go_to(cx: &Checker, declared: Declared) -> bool {
    let own = cx.index.assigns.iter().filter_map(|id| match cx.index.expr(*id) {
        Some(Expr::Assign(a)) => match &a.left {
            AssignTarget::Simple(SimpleAssignTarget::Ident(i)) => {
                let same = cx.index.declared(&i.id.sym, *id).is_some_and(|d| d.span == declared.span);
                same.then(|| matches!(a.right.unwrap_parens(), Expr::Await(_)))
            }
            _ => None,
        },
        _ => None,
    });
    let own: Vec<bool> = own.collect();
    !own.is_empty() && own.iter().all(|awaits| *awaits)
}

/// Whether a throw at `id` is caught: in the block of a `try`, or in a chain that ends in `.catch`.
fn caught(cx: &Checker, id: NodeId) -> bool {
    let place = cx.index.span(id);
    cx.index.ancestors(id).any(|a| match cx.index.node(a) {
        Node::Stmt(Stmt::Try(t)) => t.handler.is_some() && span(&t.block).contains(place),
        Node::Expr(Expr::Call(_)) => {
            let chained = cx.index.parent(a).and_then(|m| cx.index.member(m));
            chained.is_some_and(|(_, name, _)| name == "catch")
                && cx.index.method(a).is_some_and(|(_, name, _)| name == "then")
        }
        _ => false,
    })
}

/// The list without the bracket of the parentheses it may stand in.
fn trimmed(cx: &Checker, list: Span) -> Span {
    if cx.text(list).ends_with(')') && !cx.text(list).contains('(') {
        Span::new(list.start, list.end - 1)
    } else {
        list
    }
}
