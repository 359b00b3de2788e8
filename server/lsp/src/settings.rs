//! Every setting: the one table that the server, the editors' manifests and the docs read.

use std::{collections::BTreeMap, str::FromStr};

use analysis::{lint::Level, prices::OwnPrices, vocabulary::Profile};
use models::{Permissions, SIMULATED};
use serde_json::{Value, json};

/// Where a person may set a setting, in VS Code's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Only for the machine: it chooses a program, where requests go, or what is spent.
    Machine,
    /// For a window or a workspace.
    Window,
    /// For a folder.
    Resource,
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The key below `callsheet`: `run.model`.
    pub key: &'static str,
    /// What it takes, as a JSON Schema.
    pub schema: Value,
    /// The default; null for "no limit" and "choose for me".
    pub default: Value,
    /// One line for a person.
    pub doc: &'static str,
    /// Where it may be set.
    pub scope: Scope,
}

/// A type a setting can have.
trait Kind: Sized {
    /// For messages: `a whole number`.
    const NAME: &'static str;
    fn schema() -> Value;
    fn read(value: &Value) -> Option<Self>;
    fn show(&self) -> Value;
}

impl Kind for bool {
    const NAME: &'static str = "true or false";
    fn schema() -> Value {
        json!({"type": "boolean"})
    }
    fn read(value: &Value) -> Option<Self> {
        value.as_bool()
    }
    fn show(&self) -> Value {
        (*self).into()
    }
}

impl Kind for u64 {
    const NAME: &'static str = "a whole number";
    fn schema() -> Value {
        json!({"type": "integer", "minimum": 0})
    }
    fn read(value: &Value) -> Option<Self> {
        value.as_u64()
    }
    fn show(&self) -> Value {
        (*self).into()
    }
}

impl Kind for String {
    const NAME: &'static str = "a text";
    fn schema() -> Value {
        json!({"type": "string"})
    }
    fn read(value: &Value) -> Option<Self> {
        value.as_str().map(Into::into)
    }
    fn show(&self) -> Value {
        self.as_str().into()
    }
}

impl Kind for Vec<String> {
    const NAME: &'static str = "a list of texts";
    fn schema() -> Value {
        json!({"type": "array", "items": {"type": "string"}})
    }
    fn read(value: &Value) -> Option<Self> {
        value.as_array()?.iter().map(String::read).collect()
    }
    fn show(&self) -> Value {
        self.as_slice().into()
    }
}

impl Kind for f64 {
    const NAME: &'static str = "a number, 0 or more";
    fn schema() -> Value {
        json!({"type": "number", "minimum": 0})
    }
    fn read(value: &Value) -> Option<Self> {
        value.as_f64().filter(|number| *number >= 0.0)
    }
    fn show(&self) -> Value {
        (*self).into()
    }
}

/// Types whose values are names.
macro_rules! named {
    ($($kind:ty: $what:literal, $all:expr;)+) => {$(
        impl Kind for $kind {
            const NAME: &'static str = $what;
            fn schema() -> Value {
                json!({"type": "string", "enum": $all.map(|value: $kind| value.name())})
            }
            fn read(value: &Value) -> Option<Self> {
                value.as_str()?.parse().ok()
            }
            fn show(&self) -> Value {
                self.name().into()
            }
        }
    )+};
}

named! {
    Profile: "the name of a profile", Profile::ALL;
    Level: "`off`, `hint`, `warning` or `error`", [Level::Off, Level::Hint, Level::Warning, Level::Error];
    Permissions: "`read-only`, `edit` or `all`", Permissions::ALL;
    Trace: "`off`, `messages` or `verbose`", [Trace::Off, Trace::Messages, Trace::Verbose];
}

/// How much of the protocol an editor logs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Trace {
    /// Nothing.
    #[default]
    Off,
    /// The methods.
    Messages,
    /// All of it.
    Verbose,
}

impl Trace {
    fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Messages => "messages",
            Self::Verbose => "verbose",
        }
    }
}

impl FromStr for Trace {
    type Err = ();
    fn from_str(name: &str) -> Result<Self, ()> {
        [Self::Off, Self::Messages, Self::Verbose].into_iter().find(|trace| trace.name() == name).ok_or(())
    }
}

/// What an object may hold, by names that a person chooses.
trait Member: Kind {
    /// The object, for a person.
    const OBJECT: &'static str;
}

impl Member for Level {
    const OBJECT: &'static str = "an object of levels by rule";
}

impl Member for String {
    const OBJECT: &'static str = "an object of texts";
}

impl Member for u64 {
    const OBJECT: &'static str = "an object of whole numbers";
}

impl<T: Member> Kind for BTreeMap<String, T> {
    const NAME: &'static str = T::OBJECT;
    fn schema() -> Value {
        json!({"type": "object", "additionalProperties": T::schema()})
    }
    fn read(value: &Value) -> Option<Self> {
        value.as_object()?.iter().map(|(name, member)| Some((name.clone(), T::read(member)?))).collect()
    }
    fn show(&self) -> Value {
        self.iter().map(|(name, member)| (name.clone(), member.show())).collect::<serde_json::Map<_, _>>().into()
    }
}

impl Kind for OwnPrices {
    const NAME: &'static str =
        "an object of `{input, output, cacheRead, cacheWrite}` by model, in dollars per million tokens";
    fn schema() -> Value {
        let price = json!({"type": "number", "minimum": 0});
        json!({"type": "object", "additionalProperties": {
            "type": "object",
            "properties": {"input": price, "output": price, "cacheRead": price, "cacheWrite": price},
            "required": ["input", "output"],
            "additionalProperties": false,
        }})
    }
    fn read(value: &Value) -> Option<Self> {
        Self::read(value).ok()
    }
    fn show(&self) -> Value {
        self.to_json()
    }
}

impl<T: Kind> Kind for Option<T> {
    const NAME: &'static str = T::NAME;
    /// As of `T`, or null; a limit of 0 would forbid everything, so numbers begin at 1.
    fn schema() -> Value {
        let mut schema = T::schema();
        if schema["type"] == "integer" {
            schema["minimum"] = json!(1);
        }
        schema["type"] = json!([schema["type"], "null"]);
        schema
    }
    fn read(value: &Value) -> Option<Self> {
        if value.is_null() { Some(None) } else { T::read(value).map(Some) }
    }
    fn show(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::show)
    }
}

macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $field:ident: $kind:ty = $default:expr, $key:literal, $scope:ident;)+) => {
        /// The settings in force.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Settings {
            $($(#[doc = $doc])+ pub $field: $kind,)+
        }

        impl Default for Settings {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        /// The table, in the order in which it is documented.
        pub fn table() -> Vec<Setting> {
            vec![$(Setting {
                key: $key,
                schema: <$kind as Kind>::schema(),
                default: <$kind as Kind>::show(&$default),
                doc: concat!($($doc),+).trim_ascii(),
                scope: Scope::$scope,
            }),+]
        }

        impl Settings {
            fn set(&mut self, key: &str, value: &Value) -> Result<(), Problem> {
                match key {
                    $($key => self.$field = Kind::read(value).ok_or(Problem::Type(<$kind as Kind>::NAME))?,)+
                    _ => return Err(Problem::Unknown),
                }
                Ok(())
            }
        }
    };
}

settings! {
    /// Show the counts, tokens and cost beside calls.
    hints: bool = true, "hints.enable", Window;
    /// Show Run, Dry run, the estimate and, where a run has not come to its end, Resume above `meta`.
    lenses: bool = true, "lenses.enable", Window;
    /// More files that are workflow scripts, as globs; `.claude/workflows/*.js` and `*.workflow.js` always are.
    files: Vec<String> = Vec::new(), "files", Resource;
    /// The dialect scripts are checked for that name none in a comment `@callsheet profile:`: `claude-code`, `portable` or another tool's name.
    profile: Profile = Profile::default(), "profile", Resource;
    /// Levels of rules, by code or name: `off`, `hint`, `warning` or `error`.
    rules: BTreeMap<String, Level> = BTreeMap::new(), "rules", Resource;
    /// Agents of one run above which a script counts as too large; null for the dialect's limit.
    size_guideline: Option<u64> = None, "sizeGuideline", Resource;
    /// Dollars of one run above which a script counts as too expensive; null for no ceiling.
    cost_ceiling: Option<f64> = None, "costCeilingUsd", Resource;
    /// Runs on made-up answers from which likely numbers are taken, in the background and at no cost; 0 for none.
    simulations: u64 = 20, "simulations", Window;
    /// Prices of your own by model, in dollars per million tokens: `{"opus": {"input": 4, "output": 20}}`; they stand before those of your prices file and of the table.
    prices: OwnPrices = OwnPrices::default(), "prices", Machine;
    /// Who answers agents in a run: `simulated`, which costs nothing, or `anthropic:MODEL`, `openai:MODEL` and so on.
    model: String = SIMULATED.to_string(), "run.model", Machine;
    /// Where the provider of `run.model` is reached; null for its own address, or that in the environment.
    base_url: Option<String> = None, "run.baseUrl", Machine;
    /// A command that prints the key of the provider named in `CALLSHEET_PROVIDER`; asked where the environment has none.
    key_command: Option<String> = None, "run.keyCommand", Machine;
    /// What names of models in scripts mean, such as `haiku`: ids of the run's provider, or `PROVIDER:MODEL`.
    aliases: BTreeMap<String, String> = BTreeMap::new(), "run.aliases", Machine;
    /// Requests to a provider at once at most, of all runs on this machine that use the same key: `{"anthropic": 8}`.
    caps: BTreeMap<String, u64> = BTreeMap::new(), "run.caps", Machine;
    /// What agents with tools may do: `read-only`, `edit` or `all`.
    permissions: Permissions = Permissions::ReadOnly, "run.permissions", Machine;
    /// Seed of the simulated model; the same seed gives the same run.
    seed: u64 = 1, "run.seed", Resource;
    /// Longest time a simulated answer takes, in milliseconds; the shortest is a quarter of it.
    simulated_latency: u64 = 800, "run.simulatedLatencyMs", Resource;
    /// Agents at work at once; null for the dialect's `min(16, cores - 2)`, and never under 2.
    concurrency: Option<u64> = None, "run.concurrency", Machine;
    /// Agents a run may start; null for the dialect's limit.
    max_agents: Option<u64> = None, "run.maxAgents", Machine;
    /// Output tokens a run may use; null for no limit.
    budget_tokens: Option<u64> = None, "run.budgetTokens", Machine;
    /// Dollars a run may cost; null for no limit. Under a limit, calls whose price is not known are refused.
    budget_usd: Option<f64> = None, "run.budgetUsd", Machine;
    /// Minutes a run may take; null for no limit.
    minutes: Option<f64> = None, "run.minutes", Machine;
    /// Seconds without a sign of life after which an attempt of an agent counts as lost, and another is made.
    stall: f64 = 180.0, "run.stallSeconds", Machine;
    /// Dollars that a run is likely to cost above which it is confirmed first; null to be never asked. Simulated runs cost nothing.
    confirm_above: Option<f64> = Some(1.0), "confirmAbove", Machine;
    /// Open the transcript when a run ends.
    open_transcript: bool = true, "run.openTranscript", Window;
    /// The `callsheet` program an editor starts; empty for the one it brings or finds on the path.
    server_path: String = String::new(), "server.path", Machine;
    /// Write the protocol to the editor's log: `off`, `messages`, `verbose`.
    trace: Trace = Trace::Off, "trace.server", Window;
}

/// Groups of settings that editors keep for themselves and send along.
const THEIRS: [&str; 1] = ["runView"];

enum Problem {
    Unknown,
    Type(&'static str),
}

impl Settings {
    /// Agents at work at once in a run.
    pub(crate) fn at_once(&self) -> Option<u64> {
        self.concurrency.or_else(|| u64::try_from(runtime::default_concurrency()).ok())
    }

    /// Reads the object below `callsheet`, nested (`{"run": {"model": …}}`) or flat (`{"run.model": …}`). What cannot be
    /// used keeps its default and is told about.
    pub fn read(section: &Value) -> (Self, Vec<String>) {
        let mut settings = Self::default();
        let mut problems = Vec::new();
        settings.read_below("", section, &mut problems);
        (settings, problems)
    }

    fn read_below(&mut self, prefix: &str, value: &Value, problems: &mut Vec<String>) {
        let Some(object) = value.as_object() else { return };
        for (name, value) in object {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match self.set(&key, value) {
                Ok(()) => {}
                Err(Problem::Unknown) if THEIRS.contains(&key.as_str()) => {}
                Err(Problem::Unknown) if value.is_object() => self.read_below(&key, value, problems),
                Err(Problem::Unknown) => {
                    problems.push(format!("There is no setting `callsheet.{key}`; it is ignored."))
                }
                Err(Problem::Type(kind)) => {
                    problems.push(format!("The setting `callsheet.{key}` takes {kind}; its default is used."));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_and_flat_keys_mean_the_same() {
        let (nested, none) = Settings::read(
            &json!({"run": {"model": "m", "maxAgents": 9}, "hints.enable": false, "runView": {"openOnRun": true}}),
        );
        assert_eq!(none, Vec::<String>::new());
        assert_eq!(nested, Settings { model: "m".into(), max_agents: Some(9), hints: false, ..Settings::default() });
    }

    #[test]
    fn what_cannot_be_used_is_told_and_changes_nothing() {
        let (settings, problems) = Settings::read(&json!({"run": {"seed": "x", "sed": 1}}));
        assert_eq!(settings, Settings::default());
        assert_eq!(
            problems,
            [
                "The setting `callsheet.run.seed` takes a whole number; its default is used.",
                "There is no setting `callsheet.run.sed`; it is ignored."
            ]
        );
    }

    #[test]
    fn defaults_of_the_table_are_the_defaults() {
        for row in table() {
            let (settings, problems) = Settings::read(&json!({row.key: row.default}));
            assert_eq!((settings, problems), (Settings::default(), vec![]), "{}", row.key);
            assert!(row.doc.ends_with('.'), "{}", row.key);
        }
    }
}
