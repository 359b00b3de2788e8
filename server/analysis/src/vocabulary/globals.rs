//! Names that are there, or are not, besides the primitives.

use super::{Profile, Profiles};

/// A name of the language or of a host.
#[derive(Clone, Copy, Debug)]
pub struct Global {
    /// The name.
    pub name: &'static str,
    /// Whether and where it is there.
    pub kind: GlobalKind,
}

/// Whether a global is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GlobalKind {
    /// Part of ECMAScript.
    Language,
    /// A host's: there only in these dialects; says what to do without it.
    Host {
        /// The dialects that have it.
        profiles: Profiles,
        /// Whether its absence elsewhere is documented, not only probed.
        certain: bool,
        /// The way out, completing "…: ".
        instead: &'static str,
    },
}

/// A name from another dialect, or of the tool that starts workflows.
#[derive(Clone, Copy, Debug)]
pub struct Foreign {
    /// The name.
    pub name: &'static str,
    /// Where it belongs and what to do, completing "`name` ".
    pub advice: &'static str,
}

/// The global called `name`.
pub fn global(name: &str) -> Option<&'static Global> {
    GLOBALS.iter().find(|g| g.name == name)
}

const fn language(name: &'static str) -> Global {
    Global { name, kind: GlobalKind::Language }
}

const fn host(name: &'static str, profiles: Profiles, instead: &'static str) -> Global {
    Global { name, kind: GlobalKind::Host { profiles, certain: true, instead } }
}

const fn probed(name: &'static str, profiles: Profiles, instead: &'static str) -> Global {
    Global { name, kind: GlobalKind::Host { profiles, certain: false, instead } }
}

const SOME: Profiles = Profiles::of(&[Profile::Ultracodex]);
const CONSOLE: Profiles = Profiles::of(&[Profile::Ultracodex, Profile::Pi]);
const NONE: Profiles = Profiles::NONE;
const AGENT_DOES_IT: &str = "let an agent do it, or pass what it gives in `args`";

/// The globals this tool knows. Sources: vendor tool description, live probes of version 2.1.214, the ports' own notes.
pub const GLOBALS: &[Global] = &[
    language("AggregateError"),
    language("Array"),
    language("ArrayBuffer"),
    language("Atomics"),
    language("BigInt"),
    language("BigInt64Array"),
    language("BigUint64Array"),
    language("Boolean"),
    language("DataView"),
    language("Date"),
    language("Error"),
    language("EvalError"),
    language("FinalizationRegistry"),
    language("Float32Array"),
    language("Float64Array"),
    language("Function"),
    language("Infinity"),
    language("Int16Array"),
    language("Int32Array"),
    language("Int8Array"),
    language("Intl"),
    language("Iterator"),
    language("JSON"),
    language("Map"),
    language("Math"),
    language("NaN"),
    language("Number"),
    language("Object"),
    language("Promise"),
    language("Proxy"),
    language("RangeError"),
    language("ReferenceError"),
    language("Reflect"),
    language("RegExp"),
    language("Set"),
    language("SharedArrayBuffer"),
    language("String"),
    language("Symbol"),
    language("SyntaxError"),
    language("TypeError"),
    language("URIError"),
    language("Uint16Array"),
    language("Uint32Array"),
    language("Uint8Array"),
    language("Uint8ClampedArray"),
    language("WeakMap"),
    language("WeakRef"),
    language("WeakSet"),
    language("arguments"),
    language("decodeURI"),
    language("decodeURIComponent"),
    language("encodeURI"),
    language("encodeURIComponent"),
    language("escape"),
    language("eval"),
    language("globalThis"),
    language("isFinite"),
    language("isNaN"),
    language("parseFloat"),
    language("parseInt"),
    language("undefined"),
    language("unescape"),
    probed("console", CONSOLE, "write `log(…)`"),
    probed("structuredClone", SOME, "write `JSON.parse(JSON.stringify(…))`"),
    probed("setTimeout", SOME, "a script cannot wait; start the work when its input is there"),
    probed("setInterval", SOME, "a script cannot wait; start the work when its input is there"),
    probed("setImmediate", SOME, "a script cannot wait; start the work when its input is there"),
    probed("clearTimeout", SOME, "there are no timers to clear"),
    probed("clearInterval", SOME, "there are no timers to clear"),
    probed("queueMicrotask", SOME, "write `await null`"),
    probed("URL", SOME, "take the text apart with a regular expression"),
    probed("URLSearchParams", SOME, "take the text apart with a regular expression"),
    probed("TextEncoder", SOME, "count with `.length`"),
    probed("TextDecoder", SOME, "work on strings"),
    probed("AbortController", SOME, "a run is stopped from outside"),
    probed("performance", NONE, "pass times in `args`"),
    host("process", NONE, AGENT_DOES_IT),
    host("require", NONE, "put the code into the script"),
    host("module", NONE, "a script exports `meta` only"),
    host("exports", NONE, "a script exports `meta` only"),
    host("__dirname", NONE, "pass the path in `args`"),
    host("__filename", NONE, "pass the path in `args`"),
    host("fs", NONE, AGENT_DOES_IT),
    host("path", NONE, "join paths with a template literal"),
    host("fetch", NONE, AGENT_DOES_IT),
    host("Buffer", NONE, "work on strings"),
    host("crypto", NONE, "number things by their index"),
    probed("atob", NONE, AGENT_DOES_IT),
    probed("btoa", NONE, AGENT_DOES_IT),
    host("window", NONE, "there is no page; `globalThis` is the global object"),
    host("document", NONE, "there is no page"),
    host("Deno", NONE, AGENT_DOES_IT),
    host("Bun", NONE, AGENT_DOES_IT),
    probed("WebAssembly", NONE, AGENT_DOES_IT),
];

/// Names people write that belong elsewhere.
pub const FOREIGN: &[Foreign] = &[
    Foreign {
        name: "resumeFromRunId",
        advice: "is an input of the Workflow tool, not a function: give it when the run is started",
    },
    Foreign {
        name: "scriptPath",
        advice: "is an input of the Workflow tool: give it when the run is started, or call `workflow({ scriptPath })`",
    },
    Foreign { name: "task", advice: "belongs to another dialect: write `agent(prompt, options)`" },
    Foreign { name: "checkpoint", advice: "belongs to another dialect: no person can be asked while a script runs" },
    Foreign { name: "ask", advice: "belongs to another dialect: no person can be asked while a script runs" },
    Foreign { name: "question", advice: "belongs to another dialect: no person can be asked while a script runs" },
    Foreign { name: "bash", advice: "belongs to another dialect: let an agent run the command" },
    Foreign { name: "shell", advice: "belongs to another dialect: let an agent run the command" },
    Foreign { name: "exec", advice: "belongs to another dialect: let an agent run the command" },
    Foreign { name: "sleep", advice: "belongs to another dialect: a script cannot wait" },
    Foreign { name: "step", advice: "belongs to another dialect: write `agent(prompt, options)`" },
    Foreign { name: "spawn", advice: "belongs to another dialect: write `agent(prompt, options)`" },
    Foreign { name: "subagent", advice: "belongs to another dialect: write `agent(prompt, options)`" },
];
