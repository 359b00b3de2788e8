//! Agents race each other.
//!
//! Which one wins differs from run to run, and so does all that follows: a resumed run cannot use its journal. The losers are paid, too.
//!
//! ```js bad
//! const first = await Promise.race([agent('Look left'), agent('Look right')])
//! log(first)
//! ```
//!
//! ```js good
//! const [left, right] = await parallel([() => agent('Look left'), () => agent('Look right')])
//! log(left ?? right)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule =
    Rule { code: "WF210", name: "race", level: Level::Warning, check, source: include_str!("race.rs"), ..Rule::BASE };

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.calls {
        let Some((Expr::Ident(object), method @ ("race" | "any"), _)) = cx.index.method(*id) else { continue };
        if &*object.sym == "Promise" && cx.starts_agents(*id) {
            let callee = cx.index.callee(*id).map_or(cx.index.span(*id), span);
            let message = format!(
                "`Promise.{method}` makes the run depend on who is first, and resume repeats paid work: use `parallel`."
            );
            report.at(callee, message);
        }
    }
}
