//! The Plan: what running a script can do, found by abstract interpretation of its text.
//!
//! Rules, hints, hover, completion and estimates are queries on it.
//!
//! # What the numbers promise
//!
//! For every call site, phase and run the actual number of agents is at most `high`, in every run. It is at least `low` in every run
//! that ends with a result; a run that an uncaught error ends promises no least. Runs differ in what agents answer, and the
//! interpreter assumes of that no more than this:
//!
//! - an agent gives text, or what its schema allows, or `null`;
//! - an agent with a schema may throw instead (it never met the schema); one without does not;
//! - what an item of `parallel` or `pipeline` throws leaves `null` in its place and skips its later stages; anything the script does
//!   that JavaScript may refuse counts as throwing;
//! - no member of what comes as data (arguments, answers, parsed JSON) is called `toString`, and no name of a property that is computed from data
//!   is one of those that every object or list has (`constructor`, `map`);
//! - agent types exist, and the run ends neither by its budget nor by the dialect's limits (1000 agents a run, 4096 items a
//!   combinator) in a place where the script catches that;
//! - options of `agent` that are not known hold no `rlm`, and no text is as long as the runtime's limits (16 Mi UTF-16 units a prompt, 1 Mi a
//!   line of `log` or a title, 64 KiB a label or phase, 256 KiB a schema) in a place where the script catches that;
//! - the run is in the dialect of the context's profile;
//! - a promise nobody awaits may never get further than where the run ends, so nothing it counts is certain.
//!
//! What is not known is open (`high` is `None`) and says why and where; it is never guessed. A script too intricate to follow within its
//! fuel, or whose ways cost too much to join, has every count open.

mod arrays;
mod arrays_callbacks;
mod assigned;
mod batches;
mod builtins;
mod by_span;
mod calls;
mod chains;
mod classes;
mod conditions;
mod contents;
mod count;
mod counters;
mod declared;
mod effects;
mod expressions;
mod facts;
mod fanout;
mod finish;
mod fold;
mod functions;
mod given;
mod glance;
mod heap;
mod interp;
mod iterate;
mod json;
mod loops;
mod members;
mod names;
mod narrowing;
mod nested;
mod notes;
mod numbers;
mod objects;
mod operators;
mod overlap;
mod patterns;
mod places;
mod pools;
mod primitives;
mod promises;
mod prompts;
mod reach;
mod record;
mod recursion;
mod refined;
mod refusals;
mod reify;
mod reworded;
mod rlm;
mod scope;
mod shapes;
mod stack;
mod statements;
mod steady;
mod strings;
mod sum;
mod takings;
#[cfg(test)]
mod tests;
mod texts;
mod throws;
mod tries;
mod unread;
mod val;
mod value;
mod ways;
mod writes;

pub use count::{Cap, CapKind, Count, Expr, SetBy, Symbol, Term, Why};
pub use facts::{ArgsRead, Awaited, Binding, LoopPlan, Misuse, MisuseKind, PromiseFate, SharedWrite, WorkflowCall};
pub use glance::Glance;
pub use names::is_string_method;
pub use nested::Nested;
pub(crate) use reworded::Said;
pub use rlm::{RLM_PHASE, RlmCall};
pub use value::{ArrayFacts, Field, FunctionFacts, Lookup, NumberFacts, ObjectFacts, StringFacts, Value};

use crate::text::Span;

/// What a run of the script can do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Every `agent(…)` call site the script can reach, by source position.
    pub calls: Vec<AgentCall>,
    /// Every `parallel(…)` and `pipeline(…)` call site, by source position.
    pub fanouts: Vec<Fanout>,
    /// The phases, in the order a run first enters them; calls outside any phase belong to one without a title. Those of nested
    /// workflows come last.
    pub phases: Vec<PhasePlan>,
    /// Every `phase(…)` call site, by source position.
    pub phase_marks: Vec<PhaseMark>,
    /// Agents of a whole run.
    pub agents: Count,
    /// Agents that can be in flight at once, before any concurrency cap.
    pub peak_width: Count,
    /// Agents one after another on the longest chain.
    pub critical_path: Count,
    /// Agents that can still be in flight when the script returns or fails, as nobody has awaited them.
    pub left_running: Count,
    /// Every `workflow(…)` call site, by source position.
    pub workflows: Vec<WorkflowCall>,
    /// Every call site that starts recursive language models, by source position.
    pub rlms: Vec<RlmCall>,
    /// Loops that can start agents, by source position.
    pub loops: Vec<LoopPlan>,
    /// Reads of `args`, by source position.
    pub args_reads: Vec<ArgsRead>,
    /// Writes to shared state from concurrent callbacks, by source position.
    pub shared_writes: Vec<SharedWrite>,
    /// Statements no run can reach, outermost only, by source position.
    pub unreachable: Vec<Span>,
    /// Why the script was not followed to its end, if it was not: values, bindings and promise fates are then only what was seen so far.
    pub gave_up: Option<Why>,
    /// Whether some run comes to its end.
    pub ends: bool,
    facts: facts::SharedFacts,
    since: facts::Since,
}

/// One `agent(…)` call site.
#[derive(Clone, Debug)]
pub struct AgentCall {
    /// The whole call expression.
    pub span: Span,
    /// The callee, `agent`.
    pub callee: Span,
    /// Index into [`Plan::phases`] of every phase the call can belong to; usually one.
    pub phases: Vec<usize>,
    /// The `label` option, where it is known (or its constant beginning followed by `…`).
    pub label: Option<String>,
    /// How often the call happens in one run.
    pub count: Count,
    /// What is known of the prompt.
    pub prompt: Prompt,
    /// The `schema` option, where it is a known JSON Schema.
    pub schema: Option<serde_json::Value>,
    /// The `model` option.
    pub model: Setting,
    /// The `effort` option.
    pub effort: Setting,
    /// The `agentType` option.
    pub agent_type: Setting,
    /// Whether a schema is given in some calls, known or not: such a call can throw.
    pub takes_schema: bool,
    /// Whether the call happens in a callback of `parallel` or `pipeline`.
    pub concurrent: bool,
    /// What becomes of its promise.
    pub fate: PromiseFate,
}

impl Plan {
    /// The models that calls name, as far as they are known before a run.
    pub fn named_models(&self) -> impl Iterator<Item = &str> {
        self.models().flat_map(Setting::names).map(String::as_str)
    }

    /// The model of every call site, and both models of those that start recursive language models.
    pub fn models(&self) -> impl Iterator<Item = &Setting> {
        let rlms = self.rlms.iter().flat_map(|rlm| [&rlm.model, &rlm.sub_model]);
        self.calls.iter().map(|call| &call.model).chain(rlms)
    }
}

/// An option that selects something by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Setting {
    /// Not given: what the session uses.
    #[default]
    Inherited,
    /// Given and known.
    Known(String),
    /// One of several known values.
    OneOf(Vec<String>),
    /// Computed at run time.
    Unknown(Why),
}

impl Setting {
    /// What is named, as far as it is known.
    pub fn names(&self) -> &[String] {
        match self {
            Setting::Known(name) => std::slice::from_ref(name),
            Setting::OneOf(names) => names,
            Setting::Inherited | Setting::Unknown(_) => &[],
        }
    }
}

/// A prompt as far as the text tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prompt {
    /// The parts in order.
    pub parts: Vec<PromptPart>,
}

/// A part of a prompt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PromptPart {
    /// Text that is in every such prompt.
    Text(String),
    /// A hole filled at run time, with bounds of its length in bytes where they are known.
    Hole {
        /// The expression that fills it.
        span: Span,
        /// Fewest bytes.
        low: u64,
        /// Most bytes; `None` where nothing bounds it.
        high: Option<u64>,
    },
}

/// One `parallel(…)` or `pipeline(…)` call site.
#[derive(Clone, Debug)]
pub struct Fanout {
    /// The whole call expression.
    pub span: Span,
    /// The callee.
    pub callee: Span,
    /// Which of the two.
    pub kind: FanoutKind,
    /// Items of one call.
    pub width: Count,
    /// Where the width is decided: the array, the `.slice`, the schema's `maxItems`.
    pub decided_by: Option<Why>,
    /// Agents that the items of all calls start, taken together.
    pub agents: Count,
    /// How often the call happens in one run.
    pub count: Count,
    /// Whether the call happens in a callback of another `parallel` or `pipeline`.
    pub concurrent: bool,
    /// What becomes of its promise.
    pub fate: PromiseFate,
}

/// The combinators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FanoutKind {
    /// `parallel`: a barrier.
    Parallel,
    /// `pipeline`: no barrier between its stages.
    Pipeline {
        /// Number of stages, where it is known.
        stages: Option<usize>,
    },
}

/// One `phase(…)` call site.
#[derive(Clone, Debug)]
pub struct PhaseMark {
    /// The whole call expression.
    pub span: Span,
    /// The title's argument.
    pub title: Span,
    /// Indices into [`Plan::phases`] of the phases it can enter.
    pub phases: Vec<usize>,
    /// Whether the call happens in a callback of `parallel` or `pipeline`.
    pub concurrent: bool,
}

/// A phase and what happens in it.
#[derive(Clone, Debug)]
pub struct PhasePlan {
    /// The title; `None` for calls made before any phase. One that the run computes is its constant beginning with `…`: agents are counted
    /// there, whatever other phase's title the run may compute.
    pub title: Option<String>,
    /// Whether the run computes the title.
    pub computed: bool,
    /// The nested workflow it belongs to.
    pub workflow: Option<String>,
    /// Agents of the phase in one run.
    pub agents: Count,
    /// Indices into [`Plan::calls`]; none for a phase of a nested workflow.
    pub calls: Vec<usize>,
    /// Indices into [`Plan::rlms`].
    pub rlms: Vec<usize>,
}

impl PhasePlan {
    /// Whether agents that a run has in its phase `title` can be those that are counted here.
    pub fn holds(&self, title: Option<&str>) -> bool {
        match (&self.title, title) {
            (Some(own), Some(title)) if self.computed => title.starts_with(own.trim_end_matches('…')),
            (own, title) => own.as_deref() == title,
        }
    }

    /// What it is called: `Verify`, or `audit › Verify` in the nested workflow `audit`. `None` outside any phase of the script itself.
    pub fn name(&self) -> Option<String> {
        let title = self.title.as_ref().map(|t| if self.computed { format!("{t} (computed)") } else { t.clone() });
        match (&self.workflow, title) {
            (Some(workflow), Some(title)) => Some(format!("{workflow} › {title}")),
            (one, other) => one.clone().or(other),
        }
    }
}

/// How often a script is interpreted anew before everything that overlaps is given up on.
const INTERPRETATIONS: usize = 4;

/// Interprets `script`. A script without a tree has an empty plan.
pub fn interpret(script: &crate::script::Script, context: &crate::Context) -> Plan {
    follow(script, context, None)
}

/// The model of a call that names none: that of its kind of agent, where all it can be are known; `inherit` stands for a kind without one.
fn model_of_kind(agent_type: &Setting, context: &crate::Context) -> Setting {
    let known = context.agent_types.iter().flatten();
    let model = |name: &String| {
        let kind = known.clone().find(|kind| kind.name == *name)?;
        Some(kind.model.clone().unwrap_or_else(|| "inherit".into()))
    };
    let mut models: Vec<String> = agent_type.names().iter().map_while(model).collect();
    if models.len() < agent_type.names().len() {
        return Setting::Inherited;
    }
    models.sort();
    models.dedup();
    match models.as_slice() {
        [] => Setting::Inherited,
        [one] if one == "inherit" => Setting::Inherited,
        [one] => Setting::Known(one.clone()),
        _ => Setting::OneOf(models),
    }
}

/// Interprets a script that another calls with the arguments `given`, or one that is run by itself.
fn follow(script: &crate::script::Script, context: &crate::Context, given: Option<&given::Given>) -> Plan {
    let Some(module) = script.module() else {
        return Plan::default();
    };
    let scopes = scope::Scopes::of(module);
    let mut tears = overlap::Tears::default();
    for _ in 0..INTERPRETATIONS {
        match interp::Interp::new(script, context, &scopes, &tears, given).run(module, false) {
            Ok(plan) => return with_models_of_kinds(plan, context),
            // Work that overlaps: once more, knowing what it gets in the way of.
            Err(torn) => {
                let before = tears.count();
                tears.extend(torn);
                if tears.count() == before {
                    break;
                }
            }
        }
    }
    let plan = interp::Interp::new(script, context, &scopes, &tears, given).run(module, true);
    with_models_of_kinds(plan.unwrap_or_default(), context)
}

fn with_models_of_kinds(mut plan: Plan, context: &crate::Context) -> Plan {
    for call in plan.calls.iter_mut().filter(|call| call.model == Setting::Inherited) {
        call.model = model_of_kind(&call.agent_type, context);
    }
    plan
}
