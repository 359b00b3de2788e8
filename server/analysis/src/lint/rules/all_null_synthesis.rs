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
        let Some(prompt) = cx.index.arg(id, 0).map(span) else { continue };
        for call in cx.index.calls.iter().filter(|c| prompt.contains(cx.index.span(**c))) {
            let Some((Expr::Ident(json), "stringify", _)) = cx.index.method(*call) else { continue };
            let Some(given) = cx.index.arg(*call, 0).filter(|_| &*json.sym == "JSON") else { continue };
            let Some(list) = cx.index.idents.iter().map(|i| cx.index.span(*i)).find(|i| span(given).contains(*i))
            else {
                continue;
            };
            let Some(array) = cx.value(given).filter(|v| v.is_array()).and_then(|v| v.array) else {
                continue;
            };
            let Some(why) = array.filtered.filter(|_| array.low == 0) else { continue };
            let asked = cx.index.members.iter().any(|m| {
                cx.index.member(*m).is_some_and(|(o, n, _)| n == "length" && cx.text(span(o)) == cx.text(list))
            });
            if !asked {
                let message = format!(
                    "`{}` is empty when all agents failed, and this one is paid all the same: return early then.",
                    cx.text(list)
                );
                report.at(span(given), message).also(why.span, "those that failed are dropped here");
            }
        }
    }
}
