//! Options of `agent` and fields of `meta`.

use super::{Profile, Profiles};

/// A field of an object the dialect reads.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub ty: Type,
    /// One or two sentences.
    pub doc: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// Whether changing it makes a cached call run again; `None` where that does not apply.
    pub in_resume_key: Option<bool>,
    /// The dialects that know it.
    pub profiles: Profiles,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// One of a closed set.
    Enum(&'static [&'static str]),
    /// Text, usually one of these.
    Open(&'static [&'static str]),
    /// A number.
    Number,
    /// A JSON Schema whose root is an object.
    Schema,
    /// An array of phases.
    Phases,
    /// Anything else, as TypeScript writes it.
    Other(&'static str),
}

impl Type {
    /// As TypeScript writes it.
    pub fn typescript(self) -> String {
        let union = |values: &[&str]| values.iter().map(|v| format!("'{v}'")).collect::<Vec<_>>().join(" | ");
        match self {
            Type::String => "string".into(),
            Type::Enum(values) => union(values),
            Type::Open(values) => format!("{} | (string & {{}})", union(values)),
            Type::Number => "number".into(),
            Type::Schema => "JsonSchema".into(),
            Type::Phases => "Phase[]".into(),
            Type::Other(ty) => ty.into(),
        }
    }

    /// The values to offer.
    pub fn values(self) -> &'static [&'static str] {
        match self {
            Type::Enum(values) | Type::Open(values) => values,
            _ => &[],
        }
    }
}

/// Short names of models, and `inherit` for the session's own.
pub const MODEL_ALIASES: &[&str] = &["haiku", "sonnet", "opus", "fable", "inherit"];

/// Reasoning efforts, least first.
pub const EFFORTS: &[&str] = &["low", "medium", "high", "xhigh", "max"];

const ISOLATIONS: &[&str] = &["worktree", "remote"];

/// Whether `model` is an alias or looks like a model's full id: these are not checked by the runtime.
pub fn model_is_plausible(model: &str) -> bool {
    let id = model.len() >= 5
        && model.bytes().any(|b| matches!(b, b'-' | b'/' | b'.' | b':'))
        && !model.contains(char::is_whitespace);
    MODEL_ALIASES.contains(&model) || id
}

/// The options of `agent(prompt, options)`.
pub const AGENT_OPTIONS: &[Field] = &[
    Field {
        name: "label",
        ty: Type::String,
        doc: "The name shown for this agent; without it, the start of the prompt. Give each agent of a fan-out its own.",
        required: false,
        in_resume_key: Some(false),
        profiles: Profiles::ALL,
    },
    Field {
        name: "phase",
        ty: Type::String,
        doc: "The phase this agent is shown in; wins over `phase()`. The form to use inside `parallel` and `pipeline`.",
        required: false,
        in_resume_key: Some(false),
        profiles: Profiles::ALL,
    },
    Field {
        name: "schema",
        ty: Type::Schema,
        doc: "A JSON Schema with an object as root: the agent must answer with such an object, and the call gives it validated.",
        required: false,
        in_resume_key: Some(true),
        profiles: Profiles::ALL,
    },
    Field {
        name: "model",
        ty: Type::Open(MODEL_ALIASES),
        doc: "The model, by alias or full id; wins over the agent type's own. Without it the agent runs on the session's model.",
        required: false,
        in_resume_key: Some(true),
        profiles: Profiles::ALL,
    },
    Field {
        name: "effort",
        ty: Type::Enum(EFFORTS),
        doc: "How much the model thinks before it answers.",
        required: false,
        in_resume_key: Some(true),
        profiles: Profiles::ALL,
    },
    Field {
        name: "isolation",
        ty: Type::Enum(ISOLATIONS),
        doc: "`'worktree'` gives the agent its own git worktree, branched from the remote default branch, removed if unchanged.",
        required: false,
        in_resume_key: Some(true),
        profiles: Profiles::ALL,
    },
    Field {
        name: "agentType",
        ty: Type::String,
        doc: "A registered subagent type, as in `.claude/agents`: its tools, effort and model apply. An unknown one throws.",
        required: false,
        in_resume_key: Some(true),
        profiles: Profiles::ALL,
    },
    Field {
        name: "stallMs",
        ty: Type::Number,
        doc: "Milliseconds without a sign of life after which an attempt counts as lost, and another is made. Undocumented in the official tool.",
        required: false,
        in_resume_key: None,
        profiles: Profiles::of(&[Profile::ClaudeCode]),
    },
    Field {
        name: "stepId",
        ty: Type::String,
        doc: "A stable id under which a resumed run finds this call again.",
        required: false,
        in_resume_key: Some(true),
        profiles: Profiles::of(&[Profile::Qwen]),
    },
    Field {
        name: "rlm",
        ty: Type::Other("RlmLimits"),
        doc: "An extension of this runtime: the prompt is the question of a root model that writes code, within these limits.",
        required: false,
        in_resume_key: None,
        profiles: super::rlm::EXTENDED,
    },
];

/// The fields of `meta`.
pub const META_FIELDS: &[Field] = &[
    Field {
        name: "name",
        ty: Type::String,
        doc: "The workflow's name; becomes the command `/name`. The file's name does not matter.",
        required: true,
        in_resume_key: None,
        profiles: Profiles::ALL,
    },
    Field {
        name: "description",
        ty: Type::String,
        doc: "One line, shown when the run is approved.",
        required: true,
        in_resume_key: None,
        profiles: Profiles::ALL,
    },
    Field {
        name: "whenToUse",
        ty: Type::String,
        doc: "When to use it, shown in lists.",
        required: false,
        in_resume_key: None,
        profiles: Profiles::ALL,
    },
    Field {
        name: "phases",
        ty: Type::Phases,
        doc: "The phases, in order; titles match `phase()` and the option `phase` exactly.",
        required: false,
        in_resume_key: None,
        profiles: Profiles::ALL,
    },
];

/// The fields of an entry of `meta.phases`.
pub const PHASE_FIELDS: &[Field] = &[
    Field {
        name: "title",
        ty: Type::String,
        doc: "The phase's title, matched exactly.",
        required: true,
        in_resume_key: None,
        profiles: Profiles::ALL,
    },
    Field {
        name: "detail",
        ty: Type::String,
        doc: "A line below the title.",
        required: false,
        in_resume_key: None,
        profiles: Profiles::ALL,
    },
    Field {
        name: "model",
        ty: Type::Open(MODEL_ALIASES),
        doc: "Shown only: it does not choose the model. Give each agent of the phase its own `model`.",
        required: false,
        in_resume_key: None,
        profiles: Profiles::ALL,
    },
];
