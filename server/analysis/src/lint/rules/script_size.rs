//! The script is too large, or nearly.
//!
//! More than 524,288 bytes are refused; this tells from four fifths of that on. (The largest known script has 403,045 bytes.)
//!
//! ```js bad generated
//! ```
//!
//! ```js good
//! log('small')
//! ```

use super::prelude::*;

pub(super) const RULE: Rule =
    Rule { code: "WF118", name: "script-size", check, source: include_str!("script_size.rs"), ..Rule::BASE };

fn check(cx: &Checker, report: &mut Report) {
    let (size, most) = (cx.script.text.len(), cx.profile().flags().script_bytes);
    if !is_told(size, most) {
        return;
    }
    let first = cx.line_from(0);
    let message = format!("The script has {size} bytes of at most {most}: move data into files that agents read.");
    let finding = report.at(Span::new(0, first.len() as u32), message);
    if size <= most {
        finding.at_most(Level::Warning);
    }
}

/// Whether the rule has to say something of a script of `size` bytes.
pub(crate) fn is_told(size: usize, most: usize) -> bool {
    size * 5 > most * 4
}
