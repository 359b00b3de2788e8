//! A `callsheet-ignore` comment names no rule, or silences nothing.
//!
//! A comment that silences nothing hides the next mistake on its line.
//!
//! ```js bad
//! log('ready') // callsheet-ignore WF502 these are thunks
//! ```
//!
//! ```js good
//! log('ready')
//! ```

use super::prelude::*;

// Found where the comments are applied, after all other rules.
pub(super) const RULE: Rule = Rule {
    code: "WF001",
    name: "ignore-comment",
    level: Level::Hint,
    fixing: Fixing::Safe,
    whole: true,
    source: include_str!("ignore_comment.rs"),
    ..Rule::BASE
};
