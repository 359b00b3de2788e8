//! `${…}` stands in a plain string, where it is only text.
//!
//! The agent reads the characters `${file}` instead of the file's name.
//!
//! ```js bad
//! const file = 'main.rs'
//! log(await agent('Review ${file}'))
//! ```
//!
//! ```js good
//! const file = 'main.rs'
//! log(await agent(`Review ${file}`))
//! ```

use swc_ecma_ast::Lit;

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF314",
    name: "plain-quote-interpolation",
    level: Level::Warning,
    fixing: Fixing::Safe,
    check,
    source: include_str!("plain_quote_interpolation.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.strings {
        let Some(Expr::Lit(Lit::Str(string))) = cx.index.expr(*id) else { continue };
        let place = span(string);
        if !cx.holds(place, "${") {
            continue;
        }
        let text = cx.text(place);
        let Some(at) = text.find("${") else { continue };
        let name: String =
            text[at + 2..].chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '$')).collect();
        let ends = text[at + 2 + name.len()..].starts_with(['}', '.', '[', '(']);
        // `'${HOME}'` is for a shell; only names of this script are meant to be filled in.
        if name.is_empty() || !ends || cx.index.declared(&name, *id).is_none() && name != "args" {
            continue;
        }
        let hole = Span::new(place.start + at as u32, place.start + (at + 2 + name.len()) as u32);
        let inner = text[1..text.len() - 1].replace("\\'", "'").replace("\\\"", "\"").replace('`', "\\`");
        let message = format!("`${{{name}}}` is only text in plain quotes: use back-ticks to fill it in.");
        report.at(hole, message).fix("Change to a template", vec![Edit::replace(place, format!("`{inner}`"))]);
    }
}
