//! What conditions have shown of property paths, where the heap cannot say it: `a.b`, `list[i]`.

use swc_ecma_ast::{Expr, Lit, MemberExpr, MemberProp};

use super::{
    interp::Interp,
    operators::number_text,
    val::{Addr, Val},
};

/// A variable's property path with what is known of it, until something may write to such a property.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refined {
    path: Path,
    known: Val,
    /// The places the path leads through; `None` where one of its objects is not known.
    through: Option<Vec<Addr>>,
}

#[derive(Clone, Debug, PartialEq)]
struct Path {
    root: Addr,
    steps: Vec<Step>,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    /// `.name`, `['name']`, `[3]`.
    Name(String),
    /// `[i]`: what the variable holds.
    At { variable: Addr, number: bool },
}

impl Step {
    /// Whether a write to the property `name`, or to any, can change what the step leads to.
    fn meets(&self, name: Option<&str>) -> bool {
        let Some(name) = name else { return true };
        let is_index = |name: &str| name.bytes().all(|b| b.is_ascii_digit());
        match self {
            Step::Name(own) => own == name || name == "length" && is_index(own),
            Step::At { number, .. } => !number || name == "length" || is_index(name),
        }
    }
}

/// What several ways on agree on.
pub(super) fn agreed(a: &[Refined], b: &[Refined]) -> Vec<Refined> {
    let both = a.iter().filter(|r| b.iter().any(|s| s.path == r.path)).map(|r| {
        let others = || b.iter().filter(|s| s.path == r.path);
        let through = others().fold(r.through.clone(), |all, s| Some([all?, s.through.clone()?].concat()));
        Refined { known: others().fold(r.known.clone(), |k, s| k.join(&s.known)), through, path: r.path.clone() }
    });
    both.collect()
}

impl<'a> Interp<'a> {
    /// Goes on knowing that the property is one of `known`.
    pub(super) fn remember(&mut self, m: &'a MemberExpr, known: Val) {
        let Some(path) = self.path(m) else { return };
        let mut through = vec![path.root];
        through.extend(path.steps.iter().filter_map(|step| match step {
            Step::At { variable, .. } => Some(*variable),
            Step::Name(_) => None,
        }));
        let mut steady = true;
        let mut object = m.obj.unwrap_parens();
        loop {
            match self.peek(object) {
                Some(val) if val.unknown.is_none() => through.extend(val.refs.as_slice()),
                _ => steady = false,
            }
            let Expr::Member(inner) = object else { break };
            object = inner.obj.unwrap_parens();
        }
        self.refinements.push(Refined { path, known, through: steady.then_some(through) });
    }

    /// What a property holds, where `val` is what the heap says of it.
    pub(super) fn as_refined(&mut self, m: &'a MemberExpr, val: Val) -> Val {
        if self.refinements.is_empty() {
            return val;
        }
        let Some(path) = self.path(m) else { return val };
        match self.refinements.iter().rev().find(|r| r.path == path) {
            Some(r) => super::members::narrow_to(&val, &r.known),
            None => val,
        }
    }

    /// The path of properties whose names need no evaluating to know, from the variable it starts at.
    fn path(&mut self, m: &'a MemberExpr) -> Option<Path> {
        let mut path = match m.obj.unwrap_parens() {
            Expr::Ident(i) => Path { root: self.place(i)?, steps: vec![] },
            Expr::Member(inner) => self.path(inner)?,
            _ => return None,
        };
        path.steps.push(match &m.prop {
            MemberProp::Ident(name) => Step::Name(name.sym.to_string()),
            MemberProp::PrivateName(_) => return None,
            MemberProp::Computed(c) => match c.expr.unwrap_parens() {
                Expr::Ident(i) => {
                    let number = self.peek(&c.expr)?.only_num();
                    Step::At { variable: self.place(i)?, number }
                }
                Expr::Lit(lit @ Lit::Str(_)) => Step::Name(self.lit(lit).as_text()?.to_string()),
                Expr::Lit(Lit::Num(n)) => Step::Name(number_text(n.value)),
                _ => return None,
            },
        });
        Some(path)
    }

    /// Forgets what is known of paths that a variable is part of.
    pub(super) fn forget_variable(&mut self, variable: Addr) {
        self.refinements.retain(|r| {
            let at = |s: &Step| matches!(s, Step::At { variable: v, .. } if *v == variable);
            r.path.root != variable && !r.path.steps.iter().any(at)
        });
    }

    /// Forgets what is known of paths through a property that is written; for `None`, through any.
    pub(super) fn forget_property(&mut self, name: Option<&str>) {
        self.refinements.retain(|r| !r.path.steps.iter().any(|s| s.meets(name)));
    }

    /// Forgets what is known of elements and lengths, where a method changes a list.
    pub(super) fn forget_elements(&mut self) {
        self.forget_property(Some("length"));
    }

    /// Forgets what others may change while the script waits, or in a call that is not followed.
    pub(super) fn forget_unsteady(&mut self) {
        let slots = &self.heap.slots;
        let steady = |a: &Addr| !slots[*a as usize].shared && !slots[*a as usize].open;
        self.refinements.retain(|r| r.through.as_ref().is_some_and(|t| t.iter().all(steady)));
    }
}
