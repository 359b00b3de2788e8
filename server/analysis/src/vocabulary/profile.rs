//! The dialects, as columns of the table, and what is different between them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

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
    /// `rphang/opencode-workflows`.
    OpenCode,
    /// `mcrescenzo/opencode-workflows`.
    OpenCodeMcr,
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
    pub const ALL: [Profile; 9] = [
        Profile::ClaudeCode,
        Profile::Portable,
        Profile::Pi,
        Profile::OpenCode,
        Profile::OpenCodeMcr,
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
            Profile::OpenCodeMcr => "opencode-mcr",
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
            Profile::OpenCodeMcr => Flags {
                parallel_argument: ParallelArgument::Scoped,
                budget_unit: BudgetUnit::Usd,
                meta_first: false,
                agent_cap: None,
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
            Profile::Ultracodex => Flags { schema_exhausted: Exhausted::Null, ..official },
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

/// Which uses of `Date` are refused. What reads the clock always is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
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
    /// An array of functions that declare a parameter, through which they start agents.
    Scoped,
}

/// What a budget counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BudgetUnit {
    /// Output tokens of the user's whole turn.
    OutputTokensOfTurn,
    /// Dollars.
    Usd,
}

impl Flags {
    /// Each flag by the name and in the words that documentation of the dialects uses: what it is, and what it is here.
    pub fn rows(&self) -> Vec<(&'static str, &'static str, String)> {
        let yes = |is: bool| if is { "yes" } else { "no" }.to_owned();
        let differs = "differs";
        let row = |name, what, is: &str| (name, what, is.to_owned());
        vec![
            row(
                "parallelSyncThrow",
                "a thunk of `parallel` that throws before it returns a promise",
                match self.parallel_sync_throw {
                    SyncThrow::Null => "null",
                    SyncThrow::Fatal => "fatal",
                    SyncThrow::Unspecified => differs,
                },
            ),
            row(
                "pipelineNullPrev",
                "the stages of `pipeline` after one that gave `null`",
                match self.pipeline_null_prev {
                    NullPrev::Forwarded => "forward",
                    NullPrev::Skips => "skip",
                    NullPrev::Unspecified => differs,
                },
            ),
            row(
                "schemaExhausted",
                "an agent whose answers never fit its schema",
                match self.schema_exhausted {
                    Exhausted::Throws => "throw",
                    Exhausted::Null => "null",
                    Exhausted::Unspecified => differs,
                },
            ),
            row(
                "optsPhaseScope",
                "what the option `phase` of an agent moves",
                match self.phase_scope {
                    PhaseScope::Agent => "agent",
                    PhaseScope::Ambient => "ambient",
                },
            ),
            row(
                "dateBan",
                "which uses of `Date` are refused",
                match self.date_ban {
                    DateBan::WithoutArguments => "argless",
                    DateBan::Any => "any",
                    DateBan::AnyAndParse => "anyAndParse",
                },
            ),
            (
                "keyIncludesLabelPhase",
                "a changed label or phase makes a cached call run again",
                yes(self.key_includes_label_and_phase),
            ),
            row(
                "resumeRule",
                "which calls a resumed run takes from its journal",
                match self.resume {
                    ResumeRule::ChainedPrefix => "chained prefix",
                    ResumeRule::PositionalPrefix => "positional prefix",
                    ResumeRule::LogicalKeys => "logical keys",
                },
            ),
            ("itemCap", "most items of one `parallel` or `pipeline`", self.item_cap.to_string()),
            ("agentCap", "most agents of one run", self.agent_cap.map_or("unknown".into(), |cap| cap.to_string())),
            row(
                "parallelArg",
                "what `parallel` takes",
                match self.parallel_argument {
                    ParallelArgument::Thunks => "functions",
                    ParallelArgument::Variadic => "functions, also one by one",
                    ParallelArgument::Promises => "functions or promises",
                    ParallelArgument::Scoped => "functions of a scope",
                },
            ),
            row(
                "budgetUnit",
                "what a budget counts",
                match self.budget_unit {
                    BudgetUnit::OutputTokensOfTurn => "output tokens of the turn",
                    BudgetUnit::Usd => "dollars",
                },
            ),
            ("metaFirst", "`meta` must be the first statement", yes(self.meta_first)),
        ]
    }
}
