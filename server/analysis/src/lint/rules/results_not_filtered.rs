//! The results of a fan-out are used as if all were there.
//!
//! A slot whose agent fails or is skipped is `null`; `.filter(Boolean)` drops these.
//!
//! ```js bad
//! const lengths = (await parallel([() => agent('Look left'), () => agent('Look right')])).map((text) => text.length)
//! log(lengths.length)
//! ```
//!
//! ```js good
//! const found = (await parallel([() => agent('Look left'), () => agent('Look right')])).filter(Boolean)
//! log(found.map((text) => text.length).length)
//! ```

use super::prelude::*;
use crate::lint::facts::Origin;

pub(super) const RULE: Rule = Rule {
    code: "WF602",
    name: "results-not-filtered",
    level: Level::Warning,
    fixing: Fixing::Safe,
    check,
    source: include_str!("results_not_filtered.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for found in cx.dereferences().iter().filter(|d| d.origin == Origin::Fanout) {
        let shown = cx.text(found.object);
        let shown = if shown.len() > 40 || shown.contains('\n') { "this slot" } else { &format!("`{shown}`") };
        let way =
            if found.list.is_some() { "drop these with `.filter(Boolean)`" } else { "check it first, or write `?.`" };
        let message = format!("{shown} is `null` where its agent failed or was skipped, and then this throws: {way}.");
        let finding = report.at(found.object, message);
        finding.also(found.why.span, "the fan-out");
        match found.list {
            Some(list) => finding.fix("Add `.filter(Boolean)`", vec![Edit::insert(list.end, ".filter(Boolean)")]),
            None => match &found.way_out {
                Some((title, edit)) => finding.choice(*title, vec![edit.clone()]),
                None => finding,
            },
        };
    }
}
