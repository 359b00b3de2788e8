//! A function of another dialect, or an input of the tool that starts workflows, is called.
//!
//! The run would end with a `ReferenceError`.
//!
//! ```js bad
//! await checkpoint('Go on?')
//! ```
//!
//! ```js good
//! const goOn = await agent('Is this ready to go on? Answer yes or no.')
//! log(goOn)
//! ```

use super::prelude::*;
use crate::vocabulary::FOREIGN;

pub(super) const RULE: Rule = Rule {
    code: "WF208",
    name: "foreign-primitive",
    check,
    source: include_str!("foreign_primitive.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for foreign in FOREIGN {
        for id in cx.calls(foreign.name) {
            let Some(callee) = cx.index.callee(id).filter(|_| !cx.asked_by_typeof(foreign.name)) else { continue };
            report.at(span(callee), format!("`{}` {}.", foreign.name, foreign.advice));
        }
    }
}
