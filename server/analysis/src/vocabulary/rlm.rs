//! The extension `rlm(…)`: its options, and the limits that hold without them.

use super::{
    Profiles,
    fields::{Field, Type},
};

/// The dialects in which scripts may use the extension: those that only this runtime runs.
pub(super) const EXTENDED: Profiles = Profiles::of(&[super::Profile::ClaudeCode]);

/// How deep a tree goes without an option: its cells ask plain models. In a workflow also the deepest there is.
pub const RLM_DEPTH: u32 = 1;

/// Replies of a root model without an option, before it is asked for what it has. In a workflow also the most there are.
pub const RLM_TURNS: u32 = 30;

const fn optional(name: &'static str, ty: Type, doc: &'static str) -> Field {
    Field { name, ty, doc, required: false, in_resume_key: None, profiles: EXTENDED }
}

const SUB_MODEL: Field = optional(
    "subModel",
    Type::Open(super::MODEL_ALIASES),
    "The model of the calls that cells make. Without it the session's model.",
);
const MAX_TURNS: Field = optional(
    "maxTurns",
    Type::Number,
    "Replies of the root model, 1 to 30, before it is asked for what it has. Without it 30.",
);
const MAX_DEPTH: Field =
    optional("maxDepth", Type::Number, "0: cells work with code alone; 1: they may ask models. Without it 1.");
const BUDGET: Field = optional(
    "budget",
    Type::Other("{ calls: number }"),
    "`{ calls }`: the most calls its cells make. Without it only the run's own limit bounds them.",
);

const CONTEXT: Field = optional(
    "context",
    Type::Other("unknown"),
    "A string, array or object of any size. It never stands in the root model's prompt: code looks at it.",
);
const CONTEXTS: Field =
    optional("contexts", Type::Other("unknown"), "Further contexts: an object of them by name, or a list.");
const WORKFLOWS: Field = optional(
    "workflows",
    Type::Other("string[] | Record<string, string>"),
    "Saved workflows that its cells may call: a list of names, or what each is for by its name. Without it none.",
);

/// The options that feed and bound a tree: of `agent(prompt, { rlm: { … } })`, and of `rlm({ … })` among others.
pub const RLM_LIMITS: &[Field] = &[CONTEXT, CONTEXTS, SUB_MODEL, MAX_TURNS, MAX_DEPTH, BUDGET, WORKFLOWS];

/// The options of `rlm({ … })`.
pub const RLM_OPTIONS: &[Field] = &[
    Field { required: true, ..optional("question", Type::String, "What is to be answered about the context.") },
    CONTEXT,
    CONTEXTS,
    optional("schema", Type::Schema, "A JSON Schema with an object as root that the answer must satisfy."),
    optional("model", Type::Open(super::MODEL_ALIASES), "The root model. Without it the session's model."),
    SUB_MODEL,
    MAX_TURNS,
    MAX_DEPTH,
    BUDGET,
    WORKFLOWS,
    optional("label", Type::String, "A name for the tree."),
];
