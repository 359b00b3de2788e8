//! `agent` does not know this option.
//!
//! Unknown options are silently ignored by the official runtime, so that a slip in `schema` gives plain text; others refuse the call.
//!
//! ```js bad
//! const found = await agent('List the tests', { lable: 'list' })
//! log(found)
//! ```
//!
//! ```js good
//! const found = await agent('List the tests', { label: 'list' })
//! log(found)
//! ```

use super::prelude::*;
use crate::{
    script::index::{Property, properties},
    vocabulary::{Field, Profile, RLM_LIMITS, RLM_OPTIONS},
};

pub(super) const RULE: Rule = Rule {
    code: "WF304",
    name: "agent-unknown-option",
    level: Level::Warning,
    level_in: &[(Profile::Portable, Level::Error), (Profile::Codewhale, Level::Error)],
    fixing: Fixing::Safe,
    check,
    source: include_str!("agent_unknown_option.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let known: Vec<&str> = vocabulary::agent_options_of(cx.profile()).map(|f| f.name).collect();
    for id in cx.calls("agent") {
        let Some(options) = cx.options(id) else { continue };
        for property in options.properties.iter().filter(|p| !known.contains(&p.key)) {
            let key = property.key;
            if vocabulary::agent_options().any(|f| f.name == key) {
                let message =
                    format!("`{key}` belongs to another dialect than `{}`: it is ignored here.", cx.profile());
                report.at(property.key_span, message);
            } else {
                say("agent", "it is ignored", property, &known, &options.properties, report);
            }
        }
        if let Some(Expr::Object(limits)) = options.get("rlm").and_then(|p| p.value) {
            refused("rlm", RLM_LIMITS, &properties(limits).0, report);
        }
    }
    for id in cx.calls("rlm") {
        if let Some(options) = cx.object_at(id, 0) {
            refused("rlm", RLM_OPTIONS, &options.properties, report);
        }
    }
}

/// Reports what is not among `known`, where the runtime refuses the call for it.
fn refused(name: &str, known: &[Field], given: &[Property], report: &mut Report) {
    let known: Vec<&str> = known.iter().map(|f| f.name).collect();
    for property in given.iter().filter(|p| !known.contains(&p.key)) {
        say(name, "the call is refused", property, &known, given, report);
    }
}

fn say(name: &str, effect: &str, property: &Property, known: &[&str], given: &[Property], report: &mut Report) {
    let key = property.key;
    let given = |option: &str| given.iter().any(|p| p.key == option);
    let Some(meant) = vocabulary::did_you_mean(key, known.iter().copied()).filter(|meant| !given(meant)) else {
        let message = format!("`{name}` has no option `{key}`: {effect}. There are {}.", known.join(", "));
        report.at(property.key_span, message);
        return;
    };
    let edit = match property.value {
        Some(_) => Edit::replace(property.key_span, meant),
        None => Edit::insert(property.key_span.start, format!("{meant}: ")),
    };
    report
        .at(property.key_span, format!("`{name}` has no option `{key}`: did you mean `{meant}`?"))
        .fix(format!("Rename to `{meant}`"), vec![edit]);
}
