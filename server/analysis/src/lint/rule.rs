//! What a rule is.

use super::{
    Severity,
    checker::{Checker, Report},
};
use crate::vocabulary::Profile;

/// A rule: one file of `lint/rules`.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Its id: `WF701`. Never reused.
    pub code: &'static str,
    /// Its name: `phase-undeclared`.
    pub name: &'static str,
    /// How bad its findings are, unless the profile or the settings say otherwise.
    pub level: Level,
    /// Profiles in which it is otherwise.
    pub level_in: &'static [(Profile, Level)],
    /// Whether its findings can be repaired.
    pub fixing: Fixing,
    /// Whether it must see the whole text: it finds what is *not* there.
    pub whole: bool,
    /// Looks for findings.
    pub(super) check: fn(&Checker<'_>, &mut Report),
    /// The rule's own source file, which begins with its documentation.
    pub(super) source: &'static str,
}

/// How bad, or not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not looked for.
    Off,
    /// See [`Severity::Hint`].
    Hint,
    /// See [`Severity::Warning`].
    Warning,
    /// See [`Severity::Error`].
    Error,
}

/// Whether findings can be repaired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixing {
    /// No.
    None,
    /// By a choice of the reader.
    Choice,
    /// Unseen.
    Safe,
}

impl Level {
    /// The severity of findings; `None` for off.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Level::Off => None,
            Level::Hint => Some(Severity::Hint),
            Level::Warning => Some(Severity::Warning),
            Level::Error => Some(Severity::Error),
        }
    }

    /// `off`, `hint`, `warning`, `error`.
    pub fn name(self) -> &'static str {
        match self {
            Level::Off => "off",
            Level::Hint => "hint",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

impl std::str::FromStr for Level {
    type Err = String;

    fn from_str(s: &str) -> Result<Self, String> {
        let all = [Level::Off, Level::Hint, Level::Warning, Level::Error];
        all.into_iter()
            .find(|l| l.name() == s)
            .ok_or_else(|| format!("`{s}` is no level: write `off`, `hint`, `warning` or `error`"))
    }
}

impl Rule {
    /// What most rules have in common.
    pub(super) const BASE: Rule = Rule {
        code: "",
        name: "",
        level: Level::Error,
        level_in: &[],
        fixing: Fixing::None,
        whole: false,
        check: |_, _| {},
        source: "",
    };

    /// How bad its findings are in `profile`.
    pub fn level_for(&self, profile: Profile) -> Level {
        self.level_in.iter().find(|(p, _)| *p == profile).map_or(self.level, |(_, level)| *level)
    }

    /// One sentence: what it finds.
    pub fn summary(&self) -> &'static str {
        self.source.lines().next().and_then(|l| l.strip_prefix("//! ")).unwrap_or(self.name)
    }

    /// Its documentation in Markdown: what it finds, why that matters, and examples.
    pub fn documentation(&self) -> String {
        let lines = self.source.lines().map_while(|l| l.strip_prefix("//!"));
        lines.map(|l| l.strip_prefix(' ').unwrap_or(l)).collect::<Vec<_>>().join("\n")
    }
}
