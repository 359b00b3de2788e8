//! The dialects, as columns of the table, and what is different between them.

use std::{fmt, str::FromStr};

/// A dialect that scripts are checked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Profile {
    /// The official one, from version 2.1.178.
    #[default]
    ClaudeCode,
    /// What runs everywhere: the intersection of all others.
    Portable,
    /// `pi-dynamic-workflows`.
    Pi,
    /// `opencode-workflows`.
    OpenCode,
    /// Qwen Code.
    Qwen,
    /// `ultracodex`.
    Ultracodex,
    /// LangAlpha.
    LangAlpha,
    /// `codewhale-workflow-js`.
    Codewhale,
}

/// A set of profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Profiles(u16);

impl Profiles {
    /// Every profile.
    pub const ALL: Profiles = Profiles(u16::MAX);
    /// None.
    pub const NONE: Profiles = Profiles(0);

    /// The set of those given.
    pub const fn of(profiles: &[Profile]) -> Profiles {
        let mut bits = 0;
        let mut i = 0;
        while i < profiles.len() {
            bits |= 1 << profiles[i] as u16;
            i += 1;
        }
        Profiles(bits)
    }

    /// All but those given.
    pub const fn but(profiles: &[Profile]) -> Profiles {
        Profiles(!Profiles::of(profiles).0)
    }

    /// Whether `profile` is in the set.
    pub const fn has(self, profile: Profile) -> bool {
        self.0 & (1 << profile as u16) != 0
    }
}

impl Profile {
    /// All profiles, the default first.
    pub const ALL: [Profile; 8] = [
        Profile::ClaudeCode,
        Profile::Portable,
        Profile::Pi,
        Profile::OpenCode,
        Profile::Qwen,
        Profile::Ultracodex,
        Profile::LangAlpha,
        Profile::Codewhale,
    ];

    /// The name in settings and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Profile::ClaudeCode => "claude-code",
            Profile::Portable => "portable",
            Profile::Pi => "pi",
            Profile::OpenCode => "opencode",
            Profile::Qwen => "qwen",
            Profile::Ultracodex => "ultracodex",
            Profile::LangAlpha => "langalpha",
            Profile::Codewhale => "codewhale",
        }
    }

    /// How this dialect behaves. Where no source tells, it is taken to behave like the official one.
    pub const fn flags(self) -> Flags {
        let official = OFFICIAL;
        match self {
            Profile::ClaudeCode | Profile::OpenCode => official,
            Profile::Portable => Flags {
                date_ban: DateBan::Any,
                item_cap: 64,
                agent_cap: None,
                pipeline_null_prev: NullPrev::Unspecified,
                schema_exhausted: Exhausted::Unspecified,
                parallel_sync_throw: SyncThrow::Unspecified,
                ..official
            },
            Profile::Pi => Flags {
                parallel_argument: ParallelArgument::Variadic,
                item_cap: 10_000,
                agent_cap: None,
                key_includes_label_and_phase: true,
                resume: ResumeRule::PositionalPrefix,
                ..official
            },
            Profile::Qwen => Flags {
                agent_cap: None,
                pipeline_null_prev: NullPrev::Skips,
                schema_exhausted: Exhausted::Null,
                phase_scope: PhaseScope::Ambient,
                date_ban: DateBan::Any,
                resume: ResumeRule::LogicalKeys,
                ..official
            },
            Profile::Ultracodex => Flags { schema_exhausted: Exhausted::Null, console: true, timers: true, ..official },
            Profile::LangAlpha => Flags {
                schema_exhausted: Exhausted::Null,
                parallel_argument: ParallelArgument::Promises,
                parallel_sync_throw: SyncThrow::Fatal,
                item_cap: 64,
                agent_cap: None,
                meta_first: false,
                ..official
            },
            Profile::Codewhale => Flags { date_ban: DateBan::AnyAndParse, item_cap: 1000, agent_cap: None, ..official },
        }
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        let found = Profile::ALL.into_iter().find(|p| p.name() == s);
        found.ok_or_else(|| format!("`{s}` is no profile; there are {}", Profile::ALL.map(Profile::name).join(", ")))
    }
}

const OFFICIAL: Flags = Flags {
    parallel_sync_throw: SyncThrow::Null,
    pipeline_null_prev: NullPrev::Forwarded,
    schema_exhausted: Exhausted::Throws,
    phase_scope: PhaseScope::Agent,
    date_ban: DateBan::WithoutArguments,
    key_includes_label_and_phase: false,
    resume: ResumeRule::ChainedPrefix,
    item_cap: 4096,
    agent_cap: Some(1000),
    script_bytes: 524_288,
    parallel_argument: ParallelArgument::Thunks,
    budget_unit: BudgetUnit::OutputTokensOfTurn,
    meta_first: true,
    console: false,
    timers: false,
};

/// Where dialects differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flags {
    /// A thunk of `parallel` that throws before it returns a promise.
    pub parallel_sync_throw: SyncThrow,
    /// A stage of `pipeline` after one that returned `null`.
    pub pipeline_null_prev: NullPrev,
    /// An agent whose answers never fit its schema.
    pub schema_exhausted: Exhausted,
    /// What the option `phase` moves.
    pub phase_scope: PhaseScope,
    /// Which uses of `Date` are refused.
    pub date_ban: DateBan,
    /// Whether a changed label or phase makes a cached call run again.
    pub key_includes_label_and_phase: bool,
    /// Which calls a resumed run takes from its journal.
    pub resume: ResumeRule,
    /// Most items of one `parallel` or `pipeline`.
    pub item_cap: u64,
    /// Most agents of one run, nested workflows included; `None` where no source gives a number.
    pub agent_cap: Option<u64>,
    /// Most bytes of a script.
    pub script_bytes: usize,
    /// What `parallel` takes.
    pub parallel_argument: ParallelArgument,
    /// What a budget counts.
    pub budget_unit: BudgetUnit,
    /// Whether `meta` must be the first statement.
    pub meta_first: bool,
    /// Whether `console` is there.
    pub console: bool,
    /// Whether `setTimeout` and its like are there.
    pub timers: bool,
}

/// A thunk of `parallel` that throws before it returns a promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyncThrow {
    /// Its slot becomes `null`.
    Null,
    /// The run ends.
    Fatal,
    /// Differs between dialects.
    Unspecified,
}

/// A stage of `pipeline` after one that returned `null`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NullPrev {
    /// Runs with `null`.
    Forwarded,
    /// Is skipped.
    Skips,
    /// Differs between dialects.
    Unspecified,
}

/// An agent whose answers never fit its schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exhausted {
    /// The call throws.
    Throws,
    /// The call gives `null`.
    Null,
    /// Differs between dialects.
    Unspecified,
}

/// What the option `phase` moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhaseScope {
    /// This agent only.
    Agent,
    /// The run's current phase, too.
    Ambient,
}

/// Which uses of `Date` are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateBan {
    /// `Date.now()`, `new Date()` and `Date()`.
    WithoutArguments,
    /// These and any `new Date(…)`.
    Any,
    /// These and `Date.parse`.
    AnyAndParse,
}

/// Which calls a resumed run takes from its journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResumeRule {
    /// The longest unchanged prefix in start order; keys are chained.
    ChainedPrefix,
    /// The longest unchanged prefix by position.
    PositionalPrefix,
    /// Calls with the same logical key.
    LogicalKeys,
}

/// What `parallel` takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParallelArgument {
    /// An array of functions.
    Thunks,
    /// An array of functions, or functions as arguments.
    Variadic,
    /// An array of functions or promises.
    Promises,
}

/// What a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetUnit {
    /// Output tokens of the user's whole turn.
    OutputTokensOfTurn,
    /// All tokens of the run.
    RunTokens,
}
