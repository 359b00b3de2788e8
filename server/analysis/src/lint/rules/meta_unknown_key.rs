//! `meta` has a key nobody reads.
//!
//! The official runtime ignores it; some others refuse the script.
//!
//! ```js bad
//! export const meta = { name: 'example', description: 'An example', whenUse: 'Before a release' }
//! ```
//!
//! ```js good
//! export const meta = { name: 'example', description: 'An example', whenToUse: 'Before a release' }
//! ```

use super::prelude::*;
use crate::{
    script::MetaKey,
    vocabulary::{Field, META_FIELDS, PHASE_FIELDS, Profile},
};

pub(super) const RULE: Rule = Rule {
    code: "WF108",
    name: "meta-unknown-key",
    level: Level::Hint,
    level_in: &[(Profile::Portable, Level::Error)],
    fixing: Fixing::Safe,
    check,
    source: include_str!("meta_unknown_key.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(meta) = &cx.script.meta else { return };
    keys(cx, &meta.keys, META_FIELDS, "`meta`", report);
    for phase in &meta.phases {
        keys(cx, &phase.keys, PHASE_FIELDS, "a phase", report);
    }
}

fn keys(cx: &Checker, keys: &[MetaKey], fields: &[Field], owner: &str, report: &mut Report) {
    let known: Vec<&str> = fields.iter().filter(|f| f.profiles.has(cx.profile())).map(|f| f.name).collect();
    let given = |name: &str| keys.iter().any(|k| k.key.value == name);
    // A phase without a title is WF107, and its misnamed key is named there.
    let titleless = owner == "a phase" && !given("title");
    for key in keys.iter().filter(|k| !known.contains(&k.key.value.as_str())) {
        let name = &key.key.value;
        if titleless && matches!(name.as_str(), "name" | "label" | "id" | "phase") {
            continue;
        }
        let meant = vocabulary::did_you_mean(name, known.iter().copied()).filter(|m| !given(m));
        let hint = meant.map_or_else(|| format!("known are {}.", known.join(", ")), |m| format!("did you mean `{m}`?"));
        let finding = report.at(key.key.span, format!("Nobody reads `{name}` of {owner}: {hint}"));
        if let Some(meant) = meant {
            finding.fix(format!("Rename to `{meant}`"), vec![Edit::replace(key.key.span, meant)]);
        }
    }
}
