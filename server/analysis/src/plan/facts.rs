//! What the interpreter saw on its way, for rules, hover and completion to ask.

use std::sync::Arc;

use super::{
    Count, Nested, Plan, Setting, Value, Why, by_span::BySpan, given::Given, prompts::Prompts, reify::Words,
    scope::Name, unread::Literal,
};
use crate::{
    carry::{Carry, Places},
    looks::Looks,
    text::Span,
};

/// To what an identifier refers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Binding {
    /// A name the dialect injects: `agent`, `args`, ….
    Primitive(&'static str),
    /// A name of the language: `JSON`, `Math`, ….
    Global(&'static str),
    /// A declaration in the script.
    Local {
        /// The identifier in the declaration.
        declared: Span,
    },
    /// Nothing the script or the dialect declares.
    Unresolved,
}

/// What becomes of the promise a call makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PromiseFate {
    /// The call is a statement of its own: nobody holds the promise.
    pub floating: bool,
    /// Whether runs await it (also through a combinator, `Promise.all`, a `return` that is awaited).
    pub awaited: Awaited,
    /// Whether it is part of what the script returns.
    pub returned: bool,
    /// Places that use the promise as if it were its result.
    pub misuses: Vec<Misuse>,
}

/// How surely a promise is awaited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Awaited {
    /// In every run that makes it.
    Always,
    /// On some paths.
    Sometimes,
    /// Nowhere.
    #[default]
    Never,
}

/// A promise used as a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misuse {
    /// The expression that is a promise.
    pub span: Span,
    /// What is done to it.
    pub kind: MisuseKind,
}

/// What is done to a promise that should have been awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MisuseKind {
    /// `` `${promise}` `` or `'…' + promise`.
    Text,
    /// `JSON.stringify(promise)`, at any depth.
    Json,
    /// `promise.field`, `promise[0]`, destructuring.
    Member,
    /// `promise > 1`, `promise === 'x'`.
    Operand,
    /// `if (promise)`.
    Condition,
    /// `for (const x of promise)`, `[...promise]`.
    Iterated,
    /// Given to `parallel` where a function belongs.
    Thunk,
}

/// A read of `args`, or of a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArgsRead {
    /// The whole member expression, or the identifier.
    pub span: Span,
    /// The path below `args`: `["files", "length"]`; empty for `args` itself.
    pub path: Vec<String>,
    /// The read dereferences something that can be `undefined` on that path.
    pub unguarded: bool,
    /// The value can still be the JSON text of the arguments there.
    pub may_be_text: bool,
}

/// A loop that can start agents.
#[derive(Clone, Debug)]
pub struct LoopPlan {
    /// The whole statement.
    pub span: Span,
    /// How often the body runs each time the loop is reached.
    pub trips: Count,
    /// Agents one trip starts.
    pub agents_per_trip: Count,
    /// The condition asks the budget.
    pub asks_budget: bool,
    /// The condition asks `budget.total` as well.
    pub guards_budget: bool,
}

/// A `workflow(…)` call site.
#[derive(Clone, Debug)]
pub struct WorkflowCall {
    /// The whole call expression.
    pub span: Span,
    /// The callee.
    pub callee: Span,
    /// The name, where it is known.
    pub name: Setting,
    /// The workflows it calls, each with the arguments it gets here; more than one where name or arguments differ from call to call.
    pub nested: Vec<Arc<Nested>>,
    /// Why some or all of what it calls is not known, and its agents are not counted.
    pub missing: Option<Why>,
    /// How often.
    pub count: Count,
    /// Agents that all calls start together.
    pub agents: Count,
    /// Whether the call happens in a callback of `parallel` or `pipeline`.
    pub concurrent: bool,
    /// What becomes of its promise.
    pub fate: PromiseFate,
}

/// A write to a variable or object that was there before, from a concurrently running callback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedWrite {
    /// The writing expression.
    pub span: Span,
    /// What is written: the variable's name, where there is one.
    pub name: String,
}

/// What is known by place. Kept apart from the plan so that copying a plan is cheap.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) values: BySpan<super::record::Seen>,
    pub(super) reifier: super::reify::Reifier,
    pub(super) names: Arc<BySpan<Name>>,
    /// What a script returns that another calls.
    pub(super) returned: Given,
    /// What calls are prompted with, as [`Plan::calls`].
    pub(super) prompts: Vec<Prompts>,
    /// The prose of the script that was come by, by source position.
    pub(super) literals: Vec<Arc<Literal>>,
    /// What else of the text decides something.
    pub(super) looks: Looks,
}

impl Facts {
    /// What the expression at exactly `span` was found to be.
    pub(super) fn val(&self, span: Span) -> Option<&super::val::Val> {
        self.values.get(span).map(super::record::Seen::val)
    }
}

/// What happened to the text since it was interpreted: edits of prose that nobody read.
#[derive(Clone, Debug, Default)]
pub(super) struct Since {
    /// The way from the text that was interpreted.
    pub(super) carry: Carry,
    /// The literals that say something else now, as they were called then.
    pub(super) reworded: Vec<(Span, Arc<str>)>,
}

impl Since {
    /// Where a place of the text as it is now was in the text that was interpreted.
    fn back(&self, span: Span) -> Option<Span> {
        self.carry.back(span)
    }

    /// What was found in the text that was interpreted, in the text as it is now.
    pub(super) fn now<T: Places>(&self, mut found: T) -> T {
        if !self.carry.is_empty() {
            found.follow(&self.carry);
        }
        found
    }
}

impl Plan {
    pub(super) fn val(&self, span: Span) -> Option<&super::val::Val> {
        self.facts.val(self.since.back(span)?)
    }

    fn words(&self) -> Words<'_> {
        Words::Now(&self.since.reworded)
    }

    /// What the expression at exactly `span` can be, over all evaluations of it: identifiers, call results and arguments, objects of
    /// member accesses, template holes, operands, awaited operands, returned values. `None` where it is never evaluated, or not an
    /// expression.
    pub fn value_at(&self, span: Span) -> Option<Value> {
        self.val(span).map(|v| self.since.now(self.facts.reifier.value(v, self.words())))
    }

    /// As [`Plan::value_at`], but only the value itself and the fields or elements directly in it; what these hold is left unknown.
    pub fn outline_at(&self, span: Span) -> Option<Value> {
        self.val(span).map(|v| self.since.now(self.facts.reifier.outline(v, self.words())))
    }

    /// As [`Plan::outline_at`], but of prose that the interpreter did not read only that it is text. What is found with this holds whatever
    /// such prose says.
    pub(crate) fn outline_unread_at(&self, span: Span) -> Option<Value> {
        self.val(span).map(|v| self.since.now(self.facts.reifier.outline(v, Words::OnceRead)))
    }

    /// As [`Plan::value_at`], in the same way.
    pub(crate) fn value_unread_at(&self, span: Span) -> Option<Value> {
        self.val(span).map(|v| self.since.now(self.facts.reifier.value(v, Words::OnceRead)))
    }

    /// Whether some run evaluates the expression at exactly `span`; see [`Plan::value_at`].
    pub fn is_evaluated(&self, span: Span) -> bool {
        self.val(span).is_some()
    }

    /// What the script gives the one that called it.
    pub(super) fn returned(&self) -> &Given {
        &self.facts.returned
    }

    /// To what the identifier at exactly `span` refers.
    pub fn binding_of(&self, identifier: Span) -> Option<Binding> {
        let name = self.facts.names.get(self.since.back(identifier)?)?;
        Some(self.since.now(name.binding.clone()))
    }

    /// Every identifier that refers to the declaration at `declared`, without the declaration, in source order.
    pub fn references(&self, declared: Span) -> Vec<Span> {
        let Some(declared) = self.since.back(declared) else { return vec![] };
        let uses = self.facts.names.iter();
        let uses = uses.filter(|(s, n)| n.binding == Binding::Local { declared } && *s != declared);
        let mut spans: Vec<Span> = uses.map(|(s, _)| s).collect();
        spans.sort();
        self.since.now(spans)
    }
}

/// Shared, so that a plan is `Clone`.
pub(super) type SharedFacts = Arc<Facts>;
