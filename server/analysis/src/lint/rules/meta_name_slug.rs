//! The workflow's name is awkward to type.
//!
//! `name` becomes the command `/name`: lower-case words joined by hyphens are the custom.
//!
//! ```js bad
//! export const meta = { name: 'Nightly Audit', description: 'An example' }
//! ```
//!
//! ```js good file:nightly-audit.js
//! export const meta = { name: 'nightly-audit', description: 'An example' }
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF110",
    name: "meta-name-slug",
    level: Level::Warning,
    fixing: Fixing::Safe,
    check,
    source: include_str!("meta_name_slug.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    let Some(name) = cx.script.meta.as_ref().and_then(|m| m.name.as_ref()) else { return };
    let fine = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.value.trim().is_empty()
        || (name.value.chars().all(fine) && !name.value.starts_with('-') && !name.value.ends_with('-'))
    {
        return;
    }
    let slug = slug(&name.value);
    let message =
        format!("The command will be `/{}`: lower-case words joined by hyphens are easier to type.", name.value);
    let finding = report.at(name.span, message);
    if !slug.is_empty() {
        finding.fix(format!("Rename to {}", quoted(&slug)), vec![Edit::replace(name.span, quoted(&slug))]);
    }
}

fn slug(name: &str) -> String {
    let mut slug = String::new();
    let mut lower_before = false;
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            if c.is_ascii_uppercase() && lower_before {
                slug.push('-');
            }
            slug.push(c.to_ascii_lowercase());
        } else if !slug.ends_with('-') && !slug.is_empty() {
            slug.push('-');
        }
        lower_before = c.is_ascii_lowercase() || c.is_ascii_digit();
    }
    slug.trim_end_matches('-').to_owned()
}
