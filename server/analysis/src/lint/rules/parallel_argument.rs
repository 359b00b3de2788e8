//! `parallel` is not given one array.
//!
//! It takes an array of functions; functions one by one are understood by some dialects only.
//!
//! ```js bad
//! const [a, b] = await parallel(() => agent('Look left'), () => agent('Look right'))
//! log(a ?? b)
//! ```
//!
//! ```js good
//! const [a, b] = await parallel([() => agent('Look left'), () => agent('Look right')])
//! log(a ?? b)
//! ```

use swc_ecma_ast::Lit;

use super::prelude::*;
use crate::vocabulary::ParallelArgument;

pub(super) const RULE: Rule = Rule {
    code: "WF501",
    name: "parallel-argument",
    fixing: Fixing::Safe,
    check,
    source: include_str!("parallel_argument.rs"),
    ..Rule::BASE
};

fn check(cx: &Checker, report: &mut Report) {
    for id in cx.calls("parallel") {
        let args = cx.index.args(id);
        let (Some(first), Some(last)) = (args.first(), args.last()) else {
            report.at(cx.index.span(id), "`parallel` needs an array of functions.");
            continue;
        };
        let Some(given) = cx.index.arg(id, 0) else { continue };
        let place = Span::new(span(first).start, span(last).end);
        match cx.index.resolve(given, id).0 {
            Expr::Arrow(_) | Expr::Fn(_) if cx.profile().flags().parallel_argument != ParallelArgument::Variadic => {
                let edits = vec![Edit::insert(place.start, "["), Edit::insert(place.end, "]")];
                report
                    .at(place, "`parallel` takes one array of functions: put these in `[…]`.")
                    .fix("Put them in an array", edits);
            }
            Expr::Object(_) => {
                report.at(place, "`parallel` takes an array of functions, not an object.");
            }
            Expr::Lit(Lit::Str(_) | Lit::Num(_)) | Expr::Tpl(_) => {
                report.at(place, "`parallel` takes an array of functions.");
            }
            _ => {}
        }
    }
}
