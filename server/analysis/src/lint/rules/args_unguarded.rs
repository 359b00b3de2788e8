//! `args` is read as if it were always given.
//!
//! It is `undefined` when the run is started without arguments, and reading a property of that throws.
//!
//! ```js bad
//! if (typeof args === 'string') return 'give an object'
//! log(args.repo)
//! ```
//!
//! ```js good
//! const input = typeof args === 'string' ? JSON.parse(args) : (args ?? {})
//! log(input.repo)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF705",
    name: "args-unguarded",
    level: Level::Warning,
    fixing: Fixing::Choice,
    check,
    source: include_str!("args_unguarded.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let first = cx.plan.args_reads.iter().find(|r| r.unguarded && r.path.len() == 1 && !r.may_be_text);
    let Some(read) = first else { return };
    let text = cx.text(read.span);
    let name = read.path.first().map(String::as_str).unwrap_or_default();
    let message = format!(
        "Without arguments `args` is `undefined`, and reading `{name}` of it throws: write `(args ?? {{}})`, or `?.`."
    );
    let finding = report.at(read.span, message);
    let dot = text.rfind(&format!(".{name}")).filter(|at| !text[..*at].ends_with('?'));
    if let Some(at) = dot {
        let place = Span::new(read.span.start + at as u32, read.span.start + at as u32 + 1);
        finding.fix("Write `?.`", vec![Edit::replace(place, "?.")]);
    }
}
