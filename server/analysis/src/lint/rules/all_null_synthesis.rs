//! Results are merged although there may be none.
//!
//! When all agents fail, the last one is paid to merge an empty list, and its answer looks like a result.
//!
//! ```js bad
//! const files = ['a.rs', 'b.rs']
//! const found = await parallel(files.map((file) => () => agent(`Review ${file}`, { label: file })))
//! return await agent(`Merge these: ${JSON.stringify(found.filter(Boolean))}`)
//! ```
//!
//! ```js good
//! const files = ['a.rs', 'b.rs']
//! const found = (await parallel(files.map((file) => () => agent(`Review ${file}`, { label: file })))).filter(Boolean)
//! if (found.length === 0) return 'nothing found'
//! return await agent(`Merge these: ${JSON.stringify(found)}`)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule = Rule {
    code: "WF607",
    name: "all-null-synthesis",
    level: Level::Hint,
    fixing: Fixing::None,
    check,
    source: include_str!("all_null_synthesis.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("agent") {
        for given in cx.stringified(id) {
            let Some(list) = cx.index.within(&cx.index.idents, span(given)).next() else { continue };
            let list = cx.index.span(list);
            let Some(value) = cx.value(given).filter(|v| v.is_array()) else { continue };
            let Some(array) = value.array.as_ref().filter(|a| a.low == 0) else { continue };
            let Some(why) = &array.filtered else { continue };
            if !cx.is_counted(cx.text(list)) {
                let message = format!(
                    "`{}` is empty when all agents failed, and this one is paid all the same: return early then.",
                    cx.text(list)
                );
                report.at(span(given), message).also(why.span, "those that failed are dropped here");
            }
        }
    }
}
