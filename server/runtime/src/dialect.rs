//! Where implementations of the dialect differ, as switches. A profile of the vocabulary sets them; the default is the official one. What a
//! resumed run reuses is no profile's: there the default is the rule that pays for less.

pub use analysis::vocabulary::DateBan;
use analysis::vocabulary::{Exhausted, NullPrev, PhaseScope, Profile, SyncThrow};
use serde::{Deserialize, Serialize};

/// The switches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Dialect {
    /// A thunk of `parallel` that throws before it returns a promise ends the run, instead of becoming `null`.
    pub parallel_sync_throw_is_fatal: bool,
    /// A pipeline stage that returns `null` skips the stages after it, instead of handing `null` on.
    pub pipeline_null_skips: bool,
    /// An agent whose answers never satisfied the schema gives `null`, instead of throwing.
    pub schema_exhausted_is_null: bool,
    /// The option `phase` of an agent also moves the ambient phase.
    pub phase_option_is_ambient: bool,
    /// Which uses of `Date` are refused.
    pub date_ban: DateBan,
    /// A changed label or phase makes a call another call, which is not answered from an earlier run.
    pub key_includes_label_and_phase: bool,
    /// Which calls a resumed run takes from the run before.
    pub resume: ResumeRule,
    /// Most items of one `parallel` or `pipeline`.
    pub item_cap: u64,
}

/// Which calls a resumed run takes from the run before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ResumeRule {
    /// Every call whose place in the structure, or else whose content, is that of a finished one. Ours: an edit makes only
    /// the calls run again that it changes.
    #[default]
    LogicalKeys,
    /// Calls in the order in which the script makes them, up to the first that is new, edited or did not finish. The
    /// official tool's rule.
    Prefix,
}

impl Default for Dialect {
    fn default() -> Self {
        Profile::default().into()
    }
}

impl From<Profile> for Dialect {
    /// How runs in a dialect behave. Where a profile says that dialects differ, it is as in the official one.
    fn from(profile: Profile) -> Self {
        let flags = profile.flags();
        Self {
            parallel_sync_throw_is_fatal: flags.parallel_sync_throw == SyncThrow::Fatal,
            pipeline_null_skips: flags.pipeline_null_prev == NullPrev::Skips,
            schema_exhausted_is_null: flags.schema_exhausted == Exhausted::Null,
            phase_option_is_ambient: flags.phase_scope == PhaseScope::Ambient,
            date_ban: flags.date_ban,
            key_includes_label_and_phase: flags.key_includes_label_and_phase,
            resume: ResumeRule::default(),
            item_cap: flags.item_cap,
        }
    }
}

/// A switch that does not exist, or not in that position.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}={value} is no switch of the dialect")]
pub struct BadFlag {
    name: String,
    value: String,
}

impl Dialect {
    /// Sets the switch `name` as the documentation of the dialect writes it: `pipelineNullPrev=skip`.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), BadFlag> {
        let bad = || BadFlag { name: name.to_owned(), value: value.to_owned() };
        let either = |off: &str, on: &str| match value {
            v if v == off => Ok(false),
            v if v == on => Ok(true),
            _ => Err(bad()),
        };
        match name {
            "parallelSyncThrow" => self.parallel_sync_throw_is_fatal = either("null", "fatal")?,
            "pipelineNullPrev" => self.pipeline_null_skips = either("forward", "skip")?,
            "schemaExhausted" => self.schema_exhausted_is_null = either("throw", "null")?,
            "optsPhaseScope" => self.phase_option_is_ambient = either("agent", "ambient")?,
            "dateBan" => {
                self.date_ban = match value {
                    "argless" => DateBan::WithoutArguments,
                    "any" => DateBan::Any,
                    "anyAndParse" => DateBan::AnyAndParse,
                    _ => return Err(bad()),
                }
            }
            "keyIncludesLabelPhase" => self.key_includes_label_and_phase = either("no", "yes")?,
            "resumeRule" => {
                self.resume = match value {
                    "logicalKeys" => ResumeRule::LogicalKeys,
                    "prefix" => ResumeRule::Prefix,
                    _ => return Err(bad()),
                }
            }
            "itemCap" => self.item_cap = value.parse().map_err(|_| bad())?,
            _ => return Err(bad()),
        }
        Ok(())
    }
}
