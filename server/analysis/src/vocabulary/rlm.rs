//! The extension `rlm(…)`: its options, and the limits that hold without them.

use super::{
    Profiles,
    fields::{Field, Type},
};

/// The dialects in which scripts may use the extension: those that only this runtime runs.
pub(super) const EXTENDED: Profiles = Profiles::of(&[super::Profile::ClaudeCode]);

/// How deep a tree goes without an option: its cells ask plain models.
pub const RLM_DEPTH: u32 = 1;

/// The deepest that a script can let a tree go.
pub const RLM_DEEPEST: u32 = 3;

/// Replies of a root model without an option, before it is asked for what it has.
pub const RLM_TURNS: u32 = 30;

/// The most replies that a script can let a root model give.
pub const RLM_MOST_TURNS: u32 = 100;

/// Whether a script names the option `rlm` of `agent()`: the word stands in its text other than as the call `rlm(…)`. In a script that does
/// not, the runtime refuses the option, so that data cannot turn an agent into a tree no plan has seen.
pub fn names_rlm(script: &str) -> bool {
    let part_of_name = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    script.match_indices("rlm").any(|(at, word)| {
        let after = &script[at + word.len()..];
        let whole = !script[..at].ends_with(part_of_name) && !after.starts_with(part_of_name);
        whole && !after.trim_start().starts_with('(')
    })
}

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
    "Replies of the root model, 1 to 100, before it is asked for what it has. Without it 30.",
);
const MAX_DEPTH: Field = optional(
    "maxDepth",
    Type::Number,
    "0: cells work with code alone; 1: they may ask models; 2 and 3: these may have a REPL of their own. Without it 1.",
);
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

const DIRECT: Field = optional(
    "direct",
    Type::Other("boolean | number"),
    "Whether one plain call answers where the context has at most 16,000 tokens, or so many. Without it never.",
);

/// The options that feed and bound a tree: of `agent(prompt, { rlm: { … } })`, and of `rlm({ … })` among others.
pub const RLM_LIMITS: &[Field] = &[CONTEXT, CONTEXTS, SUB_MODEL, MAX_TURNS, MAX_DEPTH, BUDGET, WORKFLOWS, DIRECT];

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
    DIRECT,
    optional(
        "validate",
        Type::Other("(answer: unknown) => true | string | Promise<true | string>"),
        "Looks at an answer before it counts: gives true, or a text that says what is wrong with it. After three of these the call fails.",
    ),
    optional("label", Type::String, "A name for the tree."),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_no_naming_of_the_option() {
        for (script, names) in [
            ("await rlm({})", false),
            ("await rlm ({ question })", false),
            ("agent('x', { rlm: {} })", true),
            ("options.rlm = {}", true),
            ("options['rlm'] = {}", true),
            ("const { rlm } = args", true),
            ("myrlm: 1, rlm2: 2, $rlm", false),
            ("", false),
        ] {
            assert_eq!(names_rlm(script), names, "{script}");
        }
    }
}
