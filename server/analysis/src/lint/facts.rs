//! What several rules ask of a script: found when the first of them asks, and once.

use std::{
    cell::{OnceCell, RefCell},
    rc::Rc,
};

use rustc_hash::{FxHashMap, FxHashSet};
use swc_ecma_ast::Expr;

use super::{
    checker::Checker,
    nullable::{Dereference, dereferences},
    views::Options,
};
use crate::{
    plan::{Glance, Value, Why},
    script::{index::NodeId, span},
    text::Span,
};

/// The answers so far.
#[derive(Debug, Default)]
pub(super) struct Facts<'a> {
    values: RefCell<FxHashMap<Span, Option<Rc<Value>>>>,
    options: RefCell<FxHashMap<NodeId, Option<Rc<Options<'a>>>>>,
    origins: OnceCell<FxHashMap<Span, Origin>>,
    dereferences: OnceCell<Vec<Dereference>>,
    schema_places: OnceCell<Vec<Span>>,
    counted: OnceCell<FxHashSet<&'a str>>,
    asked_by_typeof: OnceCell<FxHashSet<&'a str>>,
}

/// What made a value `null`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// An agent that was skipped or failed.
    Agent,
    /// A slot of `parallel` or `pipeline` that failed.
    Fanout,
}

impl<'a> Checker<'a> {
    /// What `expr` can be, in a few bits: look before asking for more.
    pub(super) fn glance(&self, expr: &Expr) -> Option<Glance<'a>> {
        self.plan.glance_at(span(expr))
    }

    /// What `expr` can be, without what is deep inside it.
    pub(super) fn value(&self, expr: &Expr) -> Option<Rc<Value>> {
        self.value_at(span(expr))
    }

    /// What the expression at exactly `place` can be, without what is deep inside it.
    pub(super) fn value_at(&self, place: Span) -> Option<Rc<Value>> {
        let known = || self.plan.outline_unread_at(place).map(Rc::new);
        self.facts.values.borrow_mut().entry(place).or_insert_with(known).clone()
    }

    /// The options of the call at `id`: its second argument, also through a constant.
    pub(super) fn options(&self, id: NodeId) -> Option<Rc<Options<'a>>> {
        let written = || self.object_at(id, 1).map(Rc::new);
        self.facts.options.borrow_mut().entry(id).or_insert_with(written).clone()
    }

    /// The agent call or combinator, of all there are, that a reason points to.
    pub(super) fn origin(&self, why: &Why) -> Option<Origin> {
        let origins = self.facts.origins.get_or_init(|| {
            let fanouts =
                self.plan.fanouts.iter().flat_map(|f| [f.span, f.callee].map(|place| (place, Origin::Fanout)));
            let agents = self.plan.calls.iter().flat_map(|c| [c.span, c.callee].map(|place| (place, Origin::Agent)));
            fanouts.chain(agents).collect()
        });
        origins.get(&why.span).copied()
    }

    /// Every use of a value that an agent or a fan-out made `null`.
    pub(super) fn dereferences(&self) -> &[Dereference] {
        self.facts.dereferences.get_or_init(|| dereferences(self))
    }

    /// Whether `place` lies within a schema.
    pub(super) fn in_schema(&self, place: Span) -> bool {
        let outermost = self.facts.schema_places.get_or_init(|| {
            let mut places: Vec<Span> = self.schemas.iter().map(|s| s.span).collect();
            places.sort();
            places.dedup_by(|inner, outer| outer.contains(*inner));
            places
        });
        let before = outermost.partition_point(|outer| outer.start <= place.start);
        outermost[..before].last().is_some_and(|outer| outer.contains(place))
    }

    /// Whether the script reads `text.length` somewhere.
    pub(super) fn is_counted(&self, text: &str) -> bool {
        let counted = || {
            let lengths = self.index.members.iter().filter_map(|m| self.index.member(*m)).filter(|m| m.1 == "length");
            lengths.map(|(object, ..)| self.text(span(object))).collect()
        };
        self.facts.counted.get_or_init(counted).contains(text)
    }

    /// Whether the script asks `typeof name` somewhere.
    pub(super) fn asked_by_typeof(&self, name: &str) -> bool {
        let asked = || {
            let idents = self.index.idents.iter().filter(|id| self.in_typeof(**id));
            idents.map(|id| self.text(self.index.span(*id))).collect()
        };
        self.facts.asked_by_typeof.get_or_init(asked).contains(name)
    }
}
