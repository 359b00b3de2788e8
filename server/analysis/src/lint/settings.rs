//! What the person wants to see.

use std::collections::BTreeMap;

use super::{Level, Rule};
use crate::{units::Usd, vocabulary::Profile};

/// Settings of the rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// Levels by code or name: these win over a rule's own.
    pub levels: BTreeMap<String, Level>,
    /// Agents of one run above which a script is too large; `None` for the dialect's limit only. Vendor guidelines: 5, 15, 50.
    pub size_guideline: Option<u64>,
    /// Money of one run above which a script is too expensive.
    pub cost_ceiling: Option<Usd>,
}

impl Settings {
    /// How bad findings of `rule` are.
    pub fn level(&self, rule: &Rule, profile: Profile) -> Level {
        let own = self.levels.get(rule.code).or_else(|| self.levels.get(rule.name));
        own.copied().unwrap_or_else(|| rule.level_for(profile))
    }
}
