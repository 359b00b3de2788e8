//! The one table of the dialect: primitives, options, `meta` fields, globals, limits, and how the profiles differ.
//!
//! Completion, hover, signature help, the rules, `workflow.d.ts`, the grammar's keyword lists and the docs page are read from it. A new
//! dialect is a new column here, never a special case elsewhere.

mod declarations;
mod fields;
mod globals;
mod pattern;
mod primitives;
mod profile;
mod render;
mod rlm;
mod schema;

pub use declarations::declarations;
pub use fields::{AGENT_OPTIONS, EFFORTS, Field, META_FIELDS, MODEL_ALIASES, PHASE_FIELDS, Type, model_is_plausible};
pub use globals::{FOREIGN, Foreign, GLOBALS, Global, GlobalKind, global};
pub use primitives::{Kind, Member, PRIMITIVES, Param, Primitive, primitive};
pub use profile::{
    BudgetUnit, DateBan, Exhausted, Flags, NullPrev, ParallelArgument, PhaseScope, Profile, Profiles, ResumeRule,
    SyncThrow,
};
pub use render::{Signature, hover_beyond_types, hover_field, hover_member, hover_primitive, signature};
pub use rlm::{RLM_DEEPEST, RLM_DEPTH, RLM_LIMITS, RLM_MOST_TURNS, RLM_OPTIONS, RLM_TURNS, names_rlm};
pub(crate) use schema::is_taken_schema;
pub use schema::{SCHEMA_KEYWORDS, SCHEMA_TYPES, SchemaKeyword, schema_keyword};

/// Primitives that are called.
pub const CALLS: [&str; 7] = ["agent", "parallel", "pipeline", "phase", "log", "workflow", "rlm"];

/// Primitives whose call, together with `export const meta`, makes a text a workflow. `log` is a name too common.
pub const RECOGNIZED_BY: [&str; 5] = ["agent", "parallel", "pipeline", "phase", "workflow"];

/// Types of agents that are always there. They have neither model nor system prompt of their own. Source: vendor documentation.
pub const AGENT_TYPES: [&str; 5] = ["general-purpose", "Explore", "Plan", "statusline-setup", "claude-code-guide"];

/// Size guidelines a person can choose: agents of one run. Advisory. Source: vendor documentation.
pub const SIZE_GUIDELINES: [(&str, u64); 3] = [("small", 5), ("medium", 15), ("large", 50)];

/// The options of `agent`, whatever the profile.
pub fn agent_options() -> impl Iterator<Item = &'static Field> {
    AGENT_OPTIONS.iter()
}

/// The options of `agent` that `profile` knows.
pub fn agent_options_of(profile: Profile) -> impl Iterator<Item = &'static Field> {
    AGENT_OPTIONS.iter().filter(move |f| f.profiles.has(profile))
}

/// The name among `known` that is most likely meant by `given`, if one is close enough.
pub fn did_you_mean<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = given.to_lowercase();
    let scored = known.into_iter().map(|k| (strsim::damerau_levenshtein(&lower, &k.to_lowercase()), k));
    let (distance, best) = scored.min_by_key(|(d, _)| *d)?;
    let prefix = best.len() >= 4
        && lower.len() >= 4
        && (lower.starts_with(&best.to_lowercase()) || best.to_lowercase().starts_with(&lower));
    let most = match given.chars().count() {
        0..=2 => 0,
        3..=5 => 1,
        6..=9 => 2,
        _ => 3,
    };
    (distance <= most || prefix).then_some(best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_finds_its_word_and_a_stranger_none() {
        let options = || AGENT_OPTIONS.iter().map(|f| f.name);
        assert_eq!(did_you_mean("shcema", options()), Some("schema"));
        assert_eq!(did_you_mean("agenttype", options()), Some("agentType"));
        assert_eq!(did_you_mean("temperature", options()), None);
        assert_eq!(did_you_mean("x", options()), None);
    }

    #[test]
    fn every_name_stands_once_and_is_explained() {
        for table in [AGENT_OPTIONS, META_FIELDS, PHASE_FIELDS, RLM_OPTIONS] {
            let mut names: Vec<&str> = table.iter().map(|f| f.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), table.len());
            assert!(table.iter().all(|f| f.doc.ends_with('.')));
        }
        assert!(PRIMITIVES.iter().all(|p| p.doc.ends_with('.')));
        assert!(CALLS.iter().all(|c| primitive(c).is_some_and(|p| p.kind == Kind::Call)));
    }
}
