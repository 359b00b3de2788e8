//! What conditions have shown of property paths, where the heap cannot say it: `a.b`, `list[i]`.

use std::sync::Arc;

use swc_ecma_ast::{Expr, Lit, MemberExpr, MemberProp};

use super::{
    contents::{Arr, Content},
    interp::Interp,
    numbers::Num,
    operators::number_text,
    val::{Addr, Refs, Val},
};
use crate::script::span;

/// A variable's property path with what is known of it, until something may write to such a property.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Refined {
    path: Path,
    known: Known,
    /// The places the path leads through; `None` where one of its objects is not known.
    through: Option<Vec<Addr>>,
    /// Those that are not known are plain data.
    in_data: bool,
}

/// What is known of a path.
#[derive(Clone, Debug, PartialEq)]
enum Known {
    /// It holds one of these.
    Is(Val),
    /// Nothing has written to it since the variable at that place was declared.
    SameSince(Addr),
}

impl Known {
    fn val(&self) -> Option<&Val> {
        match self {
            Known::Is(val) => Some(val),
            Known::SameSince(_) => None,
        }
    }
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
            Step::Name(own) => own == name || name == "length" && is_index(own) || own == "length" && is_index(name),
            Step::At { number, .. } => !number || name == "length" || is_index(name),
        }
    }
}

/// What is known, newest last. Each holds by itself; of several with the same path the newest says most.
#[derive(Clone, Debug, Default)]
pub(super) struct Refinements(Arc<Vec<Arc<Refined>>>);

impl Refinements {
    /// How many, from the oldest on, both have.
    fn shared(&self, other: &Refinements) -> usize {
        if Arc::ptr_eq(&self.0, &other.0) {
            return self.0.len();
        }
        self.0.iter().zip(other.0.iter()).take_while(|(a, b)| Arc::ptr_eq(a, b)).count()
    }

    /// What the path is known to hold, by the newest that says so.
    fn last_of(&self, path: &Path) -> Option<&Val> {
        self.0.iter().rev().filter(|r| r.path == *path).find_map(|r| r.known.val())
    }

    /// How many.
    pub(super) fn count(&self) -> usize {
        self.0.len()
    }

    fn retain(&mut self, stays: impl Fn(&Refined) -> bool) {
        if self.0.iter().any(|r| !stays(r)) {
            Arc::make_mut(&mut self.0).retain(|r| stays(r));
        }
    }

    /// Those that still hold after what `later` is known of.
    pub(super) fn retain_in(&mut self, later: &Refinements) {
        let shared = self.shared(later);
        if shared < self.0.len() {
            let mut at = 0;
            let all = Arc::make_mut(&mut self.0);
            all.retain(|r| {
                at += 1;
                at <= shared || later.0[shared..].contains(r)
            });
        }
    }

    /// What several ways on agree on.
    pub(super) fn agreed(self, other: &Refinements) -> Refinements {
        let shared = self.shared(other);
        if shared == self.0.len() {
            return self;
        }
        let theirs = &other.0[shared..];
        let mut both = Refinements(Arc::new(self.0[..shared].to_vec()));
        for (i, own) in self.0.iter().enumerate().skip(shared) {
            if theirs.contains(own) {
                Arc::make_mut(&mut both.0).push(own.clone());
                continue;
            }
            let holds = |r: &&Arc<Refined>| r.path == own.path && r.known.val().is_some();
            let Some(known) = own.known.val().filter(|_| !self.0[i + 1..].iter().any(|r| holds(&r))) else { continue };
            let Some(their) = theirs.iter().rfind(holds) else { continue };
            let known = their.known.val().map_or_else(Val::default, |their| known.join(their));
            if both.last_of(&own.path) != Some(&known) {
                let through = own.through.as_ref().zip(their.through.as_ref());
                let through = through.map(|(own, their)| sorted([own.as_slice(), their].concat()));
                Arc::make_mut(&mut both.0).push(Arc::new(Refined {
                    path: own.path.clone(),
                    known: Known::Is(known),
                    through,
                    in_data: own.in_data && their.in_data,
                }));
            }
        }
        both
    }
}

fn sorted(mut places: Vec<Addr>) -> Vec<Addr> {
    places.sort_unstable();
    places.dedup();
    places
}

/// `a.b`, and of `a?.b` what it is where there is an `a`.
pub(super) fn member_of(e: &Expr) -> Option<&MemberExpr> {
    match e.unwrap_parens() {
        Expr::Member(m) => Some(m),
        Expr::OptChain(o) => o.base.as_member(),
        _ => None,
    }
}

impl<'a> Interp<'a> {
    /// Goes on knowing that the property is one of `known`.
    pub(super) fn remember(&mut self, m: &'a MemberExpr, known: Val) {
        if let Some(path) = self.path(m) {
            self.remember_at(path, m.obj.unwrap_parens(), Known::Is(known));
        }
    }

    /// Goes on knowing that the property is what it is while `variable` gets its value, until something may write to it.
    pub(super) fn remember_same(&mut self, m: &'a MemberExpr, variable: Addr) {
        if let Some(path) = self.path(m) {
            self.remember_at(path, m.obj.unwrap_parens(), Known::SameSince(variable));
        }
    }

    /// Whether nothing has written to the property since `variable` got its value.
    pub(super) fn is_same_since(&mut self, m: &'a MemberExpr, variable: Addr) -> bool {
        let since = Known::SameSince(variable);
        if !self.refinements.0.iter().any(|r| r.known == since) {
            return false;
        }
        let (Some(path), Some(object)) = (self.path(m), self.peek_evaluated(&m.obj)) else { return false };
        let slots = &self.heap.slots;
        let one = |a: Addr| !slots[a as usize].summary;
        let steady = |a: &Addr| !slots[*a as usize].shared && !slots[*a as usize].open;
        let holds = |r: &Arc<Refined>| match &r.through {
            Some(through) => through.iter().all(steady),
            None => {
                object.unknown.is_some_and(|u| u.data) && [path.root].iter().chain(object.refs.as_slice()).all(steady)
            }
        };
        let same = |r: &Arc<Refined>| r.known == since && r.path == path;
        one(variable) && one(path.root) && self.refinements.0.iter().any(|r| same(r) && holds(r))
    }

    /// Goes on knowing how long the list a variable holds is.
    pub(super) fn remember_length(&mut self, list: &'a Expr, len: Num) {
        if let Some(path) = self.length_of(list) {
            self.remember_at(path, list, Known::Is(Num { since: None, ..len }.into()));
        }
    }

    /// Goes on knowing that the list which the variable at a place has just got is no longer than `most`, whichever list that is.
    pub(super) fn remember_most(&mut self, variable: Addr, val: &Val, most: f64) {
        let slot = &self.heap.slots[variable as usize];
        if slot.open || slot.shared || slot.summary {
            return;
        }
        let path = Path { root: variable, steps: vec![Step::Name("length".to_owned())] };
        let steady = val.unknown.is_none();
        let through = steady.then(|| sorted([&[variable], val.refs.as_slice()].concat()));
        let refined = Refined { path, known: Known::Is(Num::count(0.0, most).into()), through, in_data: false };
        Arc::make_mut(&mut self.refinements.0).push(Arc::new(refined));
    }

    /// Most elements of a value that is a list or nullish; infinite where nothing bounds them.
    pub(super) fn most_elements(&self, val: &Val) -> Option<f64> {
        let others = Val { refs: Refs::None, unknown: None, undef: None, null: None, ..val.clone() };
        if !others.is_never() || val.refs.is_empty() && val.unknown.is_none() {
            return None;
        }
        let mut most = if val.unknown.is_some() { f64::INFINITY } else { 0.0f64 };
        for addr in val.refs.as_slice() {
            let slot = &self.heap.slots[*addr as usize];
            let Content::Array(arr) = &slot.content else { return None };
            most = most.max(if slot.open { f64::INFINITY } else { arr.len.hi });
        }
        Some(most)
    }

    /// Most elements of the list `e`, whose value is `val`, going by what conditions have shown.
    pub(super) fn most_elements_of(&mut self, e: &'a Expr, val: &Val) -> Option<f64> {
        let most = self.most_elements(val)?;
        Some(self.known_length(e).map_or(most, |known| most.min(known.hi)))
    }

    fn remember_at(&mut self, path: Path, object: &'a Expr, known: Known) {
        let mut through = vec![path.root];
        through.extend(path.steps.iter().filter_map(|step| match step {
            Step::At { variable, .. } => Some(*variable),
            Step::Name(_) => None,
        }));
        let (mut steady, mut in_data) = (true, true);
        let mut object = object;
        loop {
            match self.peek_evaluated(object) {
                Some(val) if val.unknown.is_none() => through.extend(val.refs.as_slice()),
                val => {
                    steady = false;
                    in_data &= val.is_some_and(|val| val.unknown.is_some_and(|u| u.data) && val.refs.is_empty());
                }
            }
            let Some(inner) = member_of(object) else { break };
            object = inner.obj.unwrap_parens();
        }
        let refined = Refined { path, known, through: steady.then(|| sorted(through)), in_data };
        let last = self.refinements.0.iter().rfind(|r| r.path == refined.path);
        if last.is_none_or(|last| **last != refined) {
            Arc::make_mut(&mut self.refinements.0).push(Arc::new(refined));
        }
    }

    /// What a property holds, where `val` is what the heap says of it.
    pub(super) fn as_refined(&mut self, m: &'a MemberExpr, val: Val) -> Val {
        if self.refinements.0.is_empty() {
            return val;
        }
        let Some(root) = self.root(m) else { return val };
        if !self.refinements.0.iter().any(|r| r.path.root == root) {
            return val;
        }
        let Some(path) = self.path(m) else { return val };
        match self.refinements.last_of(&path) {
            Some(known) => super::members::narrow_to(&val, known),
            None => val,
        }
    }

    /// `list`, as it is where a condition has shown how long it is: to be gone through now, not to be kept or changed.
    pub(super) fn limited(&mut self, list: &'a Expr, val: Val) -> Val {
        let Some(known) = self.known_length(list) else { return val };
        let slots = &self.heap.slots;
        let lists = |a: &Addr| matches!(slots[*a as usize].content, Content::Array(_)) && !slots[*a as usize].open;
        let only_lists = Val { refs: Refs::None, unknown: None, undef: None, null: None, ..val.clone() }.is_never();
        if !only_lists || val.refs.is_empty() && val.unknown.is_none() || !val.refs.as_slice().iter().all(lists) {
            return val;
        }
        let held = Val { undef: None, null: None, ..val.clone() };
        let arr = self.iterated_or_empty(&held, span(list));
        let (lo, hi) = (arr.len.lo.max(known.lo), arr.len.hi.min(known.hi));
        if lo > hi || (lo, hi) == (arr.len.lo, arr.len.hi) {
            return val;
        }
        let sum = arr.len.sum.clone().filter(|_| hi == arr.len.hi);
        let len = Num { lo, hi, sum, whys: arr.len.whys.union(&known.whys), ..arr.len.clone() };
        let arr = Arr { len, ..arr.blurred() };
        let read = Val::addr(self.alloc(span(list), Content::Array(arr.into())));
        Val { undef: val.undef, null: val.null, ..read }
    }

    /// What conditions have shown of the length of a list.
    fn known_length(&mut self, list: &'a Expr) -> Option<Num> {
        if self.refinements.0.is_empty() {
            return None;
        }
        let root = self.root_of(list.unwrap_parens())?;
        let is_length = |s: &Step| matches!(s, Step::Name(name) if name == "length");
        if !self.refinements.0.iter().any(|r| r.path.root == root && r.path.steps.last().is_some_and(is_length)) {
            return None;
        }
        let path = self.length_of(list)?;
        let known = self.refinements.last_of(&path)?;
        // Data that is gone through is a list or a text: its length is a number.
        let number = Val { unknown: known.unknown.filter(|u| !u.data), undef: None, ..known.clone() }.only_num();
        known.num.as_deref().filter(|_| number).cloned()
    }

    /// The path to the length of a list.
    fn length_of(&mut self, list: &'a Expr) -> Option<Path> {
        let mut path = match list.unwrap_parens() {
            Expr::Ident(i) => Path { root: self.place(i)?, steps: vec![] },
            other => self.path(member_of(other)?)?,
        };
        path.steps.push(Step::Name("length".to_owned()));
        Some(path)
    }

    /// The variable a path starts at.
    fn root(&self, m: &'a MemberExpr) -> Option<Addr> {
        self.root_of(m.obj.unwrap_parens())
    }

    fn root_of(&self, mut object: &'a Expr) -> Option<Addr> {
        while let Some(inner) = member_of(object) {
            object = inner.obj.unwrap_parens();
        }
        let Expr::Ident(i) = object else { return None };
        self.place(i)
    }

    /// The path of properties whose names need no evaluating to know, from the variable it starts at.
    fn path(&mut self, m: &'a MemberExpr) -> Option<Path> {
        let mut path = match m.obj.unwrap_parens() {
            Expr::Ident(i) => Path { root: self.place(i)?, steps: vec![] },
            other => self.path(member_of(other)?)?,
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

    /// Forgets what is known of paths that lead through a place that others write to.
    pub(super) fn forget_place(&mut self, place: Addr) {
        self.forget_variable(place);
        self.refinements.retain(|r| r.through.as_ref().is_none_or(|through| !through.contains(&place)));
    }

    /// Forgets what is known of paths through a property of one of `written`, or of any object for `None`, that is written; of any
    /// property where it has no `name`.
    pub(super) fn forget_property(&mut self, name: Option<&str>, written: Option<&[Addr]>) {
        let leads_there = |r: &Refined| match (&r.through, written) {
            (Some(through), Some(written)) => written.iter().any(|a| through.contains(a)),
            _ => true,
        };
        self.wrote_unknown |= written.is_none();
        self.refinements.retain(|r| !(leads_there(r) && r.path.steps.iter().any(|s| s.meets(name))));
    }

    /// Forgets what is known of elements and lengths, where a method changes one of `lists`.
    pub(super) fn forget_elements(&mut self, lists: &[Addr]) {
        self.forget_property(Some("length"), Some(lists));
    }

    /// Forgets what is known of the size of a `Map` or `Set` that changes.
    pub(super) fn forget_size(&mut self, collection: Addr) {
        self.forget_property(Some("size"), Some(&[collection]));
    }

    /// Forgets what others may change in a call that is not followed.
    pub(super) fn forget_unsteady(&mut self) {
        self.forget_but(false);
    }

    /// Forgets what others may change while the script waits.
    pub(super) fn forget_while_waiting(&mut self) {
        // Nobody else is at work whom we have not followed to the end, and nobody so far has written to what is not known.
        self.forget_but(self.activations.is_empty() && self.concurrent == 0 && !self.wrote_unknown);
    }

    /// Forgets what others may change; with `data`, they change no data that is not known.
    fn forget_but(&mut self, data: bool) {
        if self.refinements.0.is_empty() {
            return;
        }
        let slots = &self.heap.slots;
        let steady = |a: &Addr| !slots[*a as usize].shared && !slots[*a as usize].open;
        self.refinements.retain(|r| match &r.through {
            Some(through) => through.iter().all(steady),
            None => data && r.in_data && steady(&r.path.root),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fact(name: &str, known: Val) -> Refined {
        let path = Path { root: 1, steps: vec![Step::Name(name.into())] };
        Refined { path, known: Known::Is(known), through: Some(vec![1, 7]), in_data: false }
    }

    fn after(facts: &Refinements, more: Refined) -> Refinements {
        let mut all = facts.clone();
        Arc::make_mut(&mut all.0).push(Arc::new(more));
        all
    }

    #[test]
    fn what_branches_agree_on_does_not_grow_with_each_branch() {
        let mut facts = Refinements::default();
        for _ in 0..100 {
            let ways = [Val::bool(true), Val::bool(false)].map(|known| after(&facts, fact("x", known)));
            let [yes, no] = ways;
            facts = yes.agreed(&no);
        }
        let [only] = facts.0.as_slice() else { panic!("one path is known: {facts:?}") };
        assert_eq!(only.known, Known::Is(Val::either()));
        assert_eq!(only.through.as_deref(), Some([1, 7].as_slice()));
    }

    #[test]
    fn branches_agree_on_what_both_know() {
        let before = after(&Refinements::default(), fact("x", Val::either()));
        let narrow = after(&before, fact("x", Val::bool(true)));
        let other = after(&before, fact("y", Val::bool(true)));
        let agreed = narrow.agreed(&other);
        assert_eq!(agreed.0.as_slice(), before.0.as_slice());
    }
}
