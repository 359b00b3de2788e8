//! Every place a plan knows. A field that is added is either visited here or named as one without places.

use super::{
    AgentCall, ArgsRead, ArrayFacts, Binding, Count, Expr, Fanout, Field, FunctionFacts, LoopPlan, Misuse, ObjectFacts,
    PhaseMark, PhasePlan, Plan, PromiseFate, Prompt, PromptPart, RlmCall, Setting, SharedWrite, Symbol, Term, Value,
    Why, WorkflowCall,
};
use crate::{carry::Places, text::Span};

/// Visits the fields before the semicolon; those behind it have no places.
macro_rules! places {
    ($($kind:ty { $($with:ident),* ; $($without:ident),* })*) => {$(
        impl Places for $kind {
            fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
                let Self { $($with,)* $($without: _,)* } = self;
                $($with.places(visit);)*
            }
        }
    )*};
}

places! {
    Why { span; text }
    Symbol { span; name }
    Term { symbols; factor, at_most }
    Expr { terms; constant }
    Count { expr, because; low, high, cap }
    Misuse { span; kind }
    PromiseFate { misuses; floating, awaited, returned }
    Prompt { parts; }
    AgentCall { span, callee, count, prompt, model, effort, agent_type, fate; phases, label, schema, takes_schema, concurrent }
    Fanout { span, callee, width, decided_by, agents, count, fate; kind, concurrent }
    PhaseMark { span, title; phases, concurrent }
    PhasePlan { agents; title, computed, workflow, calls, rlms }
    WorkflowCall { span, callee, name, missing, count, agents, fate; nested, concurrent }
    RlmCall { span, callee, count, agents, model, sub_model, fate; turns, calls, deep, concurrent }
    LoopPlan { span, trips, agents_per_trip; asks_budget, guards_budget }
    ArgsRead { span; path, unguarded, may_be_text }
    SharedWrite { span; name }
    Plan {
        calls, fanouts, phases, phase_marks, agents, peak_width, critical_path, left_running, workflows, rlms, loops, args_reads,
        shared_writes, unreachable, gave_up;
        ends, facts, since
    }
    Value {
        undefined, null, array, object, function, promise, unknown;
        may_be_true, may_be_false, number, string, other
    }
    ArrayFacts { element, elements, filtered; low, high }
    ObjectFacts { fields, from_schema; open }
    Field { value; name, optional }
    FunctionFacts { declared; is_async, parameters }
}

impl Places for Setting {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        match self {
            Setting::Unknown(why) => why.places(visit),
            Setting::Inherited | Setting::Known(_) | Setting::OneOf(_) => {}
        }
    }
}

impl Places for PromptPart {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        match self {
            PromptPart::Text(_) => {}
            PromptPart::Hole { span, low: _, high: _ } => span.places(visit),
        }
    }
}

impl Places for Binding {
    fn places(&mut self, visit: &mut dyn FnMut(&mut Span)) {
        match self {
            Binding::Local { declared } => declared.places(visit),
            Binding::Primitive(_) | Binding::Global(_) | Binding::Unresolved => {}
        }
    }
}
