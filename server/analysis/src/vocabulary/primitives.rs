//! The names the dialect injects.

use super::{Profiles, rlm::EXTENDED};

/// A name the dialect injects.
#[derive(Clone, Copy, Debug)]
pub struct Primitive {
    /// Its name.
    pub name: &'static str,
    /// How it is used.
    pub kind: Kind,
    /// The parameters of a call.
    pub params: &'static [Param],
    /// What a call gives, or what the value is, as TypeScript writes it.
    pub ty: &'static str,
    /// What it does, in a few sentences.
    pub doc: &'static str,
    /// Members of a value.
    pub members: &'static [Member],
    /// The dialects that have it.
    pub profiles: Profiles,
}

/// How a primitive is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It is called.
    Call,
    /// It is read.
    Value,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name, with `…` before a rest parameter.
    pub name: &'static str,
    /// Its type, as TypeScript writes it.
    pub ty: &'static str,
    /// Whether it can be left out.
    pub optional: bool,
    /// Whether it takes all further arguments.
    pub rest: bool,
    /// One sentence.
    pub doc: &'static str,
}

/// A member of a value.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Its name.
    pub name: &'static str,
    /// Its type, as TypeScript writes it.
    pub ty: &'static str,
    /// One or two sentences.
    pub doc: &'static str,
}

/// The primitive called `name`.
pub fn primitive(name: &str) -> Option<&'static Primitive> {
    PRIMITIVES.iter().find(|p| p.name == name)
}

/// All of them.
pub const PRIMITIVES: &[Primitive] = &[
    Primitive {
        name: "agent",
        kind: Kind::Call,
        params: &[
            Param {
                name: "prompt",
                ty: "string",
                optional: false,
                rest: false,
                doc: "What the agent is told: all it knows of the task.",
            },
            Param {
                name: "options",
                ty: "AgentOptions",
                optional: true,
                rest: false,
                doc: "Label, phase, schema, model, effort and more.",
            },
        ],
        ty: "Promise<string | null>",
        doc: "Starts an agent and gives its final text, or with `schema` a validated object. Gives `null` when the agent is skipped or its provider \
              fails for good; throws for a schema that is never met, an unknown agent type, a spent budget, and the 1001st agent.",
        members: &[],
        profiles: Profiles::ALL,
    },
    Primitive {
        name: "parallel",
        kind: Kind::Call,
        params: &[Param {
            name: "thunks",
            ty: "Array<() => Promise<T>>",
            optional: false,
            rest: false,
            doc: "Functions, not promises: each starts its work when a slot is free.",
        }],
        ty: "Promise<Array<T | null>>",
        doc: "Runs all thunks and waits for all: a barrier. Results keep their order; a thunk that fails gives `null`. At most 4096 items; more than \
              there are slots wait their turn.",
        members: &[],
        profiles: Profiles::ALL,
    },
    Primitive {
        name: "pipeline",
        kind: Kind::Call,
        params: &[
            Param { name: "items", ty: "T[]", optional: false, rest: false, doc: "What flows through the stages." },
            Param {
                name: "stages",
                ty: "(prev, item: T, index: number) => unknown",
                optional: false,
                rest: true,
                doc: "Each gets what the stage before gave; the first gets the item.",
            },
        ],
        ty: "Promise<Array<R | null>>",
        doc: "Sends every item through all stages on its own, with no barrier between stages. A stage that throws makes its item `null` and skips the \
              rest; a `null` that a stage returns goes on to the next. At most 4096 items.",
        members: &[],
        profiles: Profiles::ALL,
    },
    Primitive {
        name: "phase",
        kind: Kind::Call,
        params: &[Param {
            name: "title",
            ty: "string",
            optional: false,
            rest: false,
            doc: "A title from `meta.phases`, exactly.",
        }],
        ty: "void",
        doc: "Moves the run to a phase: agents started from here on are shown in it. One for the whole run, so inside `parallel` and `pipeline` use the \
              option `phase`.",
        members: &[],
        profiles: Profiles::ALL,
    },
    Primitive {
        name: "log",
        kind: Kind::Call,
        params: &[Param {
            name: "message",
            ty: "string",
            optional: false,
            rest: false,
            doc: "One line above the tree of agents.",
        }],
        ty: "void",
        doc: "Tells the person who watches what happens.",
        members: &[],
        profiles: Profiles::ALL,
    },
    Primitive {
        name: "workflow",
        kind: Kind::Call,
        params: &[
            Param {
                name: "ref",
                ty: "string | { scriptPath: string }",
                optional: false,
                rest: false,
                doc: "A saved workflow's name, or a script's path.",
            },
            Param {
                name: "args",
                ty: "unknown",
                optional: true,
                rest: false,
                doc: "Its `args`, handed over as they are.",
            },
        ],
        ty: "Promise<unknown>",
        doc: "Runs another workflow and gives its result. It shares slots, agent count, budget and abort with this run. One level only; an unknown name \
              throws.",
        members: &[],
        profiles: Profiles::ALL,
    },
    Primitive {
        name: "rlm",
        kind: Kind::Call,
        params: &[Param {
            name: "options",
            ty: "RlmOptions",
            optional: false,
            rest: false,
            doc: "`question`, `context`, and what bounds the work: `maxTurns`, `budget: { calls }` and more.",
        }],
        ty: "Promise<unknown>",
        doc: "An extension of this runtime. A root model answers a question about a context of any size: it writes code that looks at the context \
              and has other models read its parts. Gives the answer, with `schema` a validated object; throws where none came about.",
        members: &[],
        profiles: EXTENDED,
    },
    Primitive {
        name: "args",
        kind: Kind::Value,
        params: &[],
        ty: "any",
        doc: "What the run was given; `undefined` without. Given by a model it often arrives as JSON text, so read it through a guard.",
        members: &[],
        profiles: Profiles::ALL,
    },
    Primitive {
        name: "budget",
        kind: Kind::Value,
        params: &[],
        ty: "Budget",
        doc: "The output tokens this turn may spend. Once spent, every further `agent()` throws; running ones finish. It does not cap cost.",
        members: &[
            Member { name: "total", ty: "number | null", doc: "The limit; `null` without one." },
            Member { name: "spent", ty: "() => number", doc: "Output tokens spent in the whole turn." },
            Member {
                name: "remaining",
                ty: "() => number",
                doc: "What is left, never below 0; `Infinity` without a limit.",
            },
        ],
        profiles: Profiles::ALL,
    },
];
