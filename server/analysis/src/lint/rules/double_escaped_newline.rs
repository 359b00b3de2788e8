//! A prompt's template has `\\n` where a line break is meant.
//!
//! The agent reads a backslash and an n.
//!
//! ```js bad
//! log(await agent(`First look.\\nThen report.`))
//! ```
//!
//! ```js good
//! log(await agent(`First look.\nThen report.`))
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF315",
    name: "double-escaped-newline",
    level: Level::Hint,
    fixing: Fixing::Choice,
    check,
    source: include_str!("double_escaped_newline.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("agent") {
        let Some(Expr::Tpl(template)) = cx.index.arg(id, 0) else { continue };
        for quasi in &template.quasis {
            let place = span(quasi);
            if !cx.holds(place, "\\\\n") {
                continue;
            }
            for (at, _) in cx.text(place).match_indices("\\\\n") {
                // `\\new` is a path, `[^\\n]` a regular expression; prose goes on with a capital, a mark or an end.
                let (before, after) = (&cx.text(place)[..at], &cx.text(place)[at + 3..]);
                let prose = after.is_empty()
                    || after.starts_with(|c: char| {
                        c.is_uppercase() || matches!(c, '-' | '#' | '*' | ' ') || c.is_ascii_digit()
                    });
                if prose && !before.ends_with(['[', '^', '(', '|', '\\', '\'', '"', '/']) {
                    let found = Span::new(place.start + at as u32, place.start + at as u32 + 3);
                    let message = "In a template `\\\\n` is a backslash and an n: write `\\n` for a line break.";
                    report.at(found, message).fix("Write `\\n`", vec![Edit::replace(found, "\\n")]);
                }
            }
        }
    }
}
