//! A name is used that scripts do not have.
//!
//! Scripts run without Node.js and without a browser: no `process`, `fs`, `fetch`, `setTimeout`. `console` and a few more are there in some
//! dialects only.
//!
//! ```js bad
//! log(process.env.HOME)
//! ```
//!
//! ```js good
//! const { home } = args ?? {}
//! log(home)
//! ```
//!
//! ```js bad
//! console.log('ready')
//! ```
//!
//! ```js good profile:ultracodex
//! console.log('ready')
//! ```

use super::prelude::*;
use crate::vocabulary::{GlobalKind, global};

pub(super) const RULE: Rule = Rule {
    code: "WF204",
    name: "unavailable-global",
    fixing: Fixing::Choice,
    check,
    source: include_str!("unavailable_global.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for (name, uses) in cx.index.free() {
        let Some(GlobalKind::Host { profiles, certain, instead }) = global(name).map(|g| g.kind) else { continue };
        // `require` is WF116, `performance.now` WF201, `crypto.randomUUID` WF202.
        if profiles.has(cx.profile()) || matches!(name, "require" | "performance" | "crypto") {
            continue;
        }
        for id in uses.iter().copied().filter(|id| !cx.in_typeof(*id)) {
            let place = cx.index.span(id);
            let guarded = cx.asked_by_typeof(name);
            let finding = report.at(place, format!("Scripts have no `{name}`: {instead}."));
            if guarded {
                finding.at_most(Level::Hint);
            } else if !certain {
                finding.at_most(Level::Warning);
            }
            if name == "console"
                && let Some(member) = cx.index.parent(id).filter(|p| {
                    cx.index
                        .member(*p)
                        .is_some_and(|(_, m, _)| matches!(m, "log" | "info" | "warn" | "error" | "debug"))
                })
            {
                finding.fix("Write `log(…)`", vec![Edit::replace(cx.index.span(member), "log")]);
            }
        }
    }
}
