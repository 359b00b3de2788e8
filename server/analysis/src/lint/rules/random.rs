//! The script asks for a random number.
//!
//! A run must be repeatable: `Math.random()` is refused at launch.
//!
//! ```js bad
//! const seed = Math.random()
//! log(seed)
//! ```
//!
//! ```js good
//! const { seed } = args ?? {}
//! log(seed)
//! ```

use super::prelude::*;

pub(super) const RULE: Rule =
    Rule { code: "WF202", name: "random", check, source: include_str!("random.rs"), ..Rule::BASE };

fn check(cx: &Checker, report: &mut Report) {
    for id in &cx.index.calls {
        let Some((Expr::Ident(object), method, _)) = cx.index.method(*id) else { continue };
        let free = cx.index.declared(&object.sym, *id).is_none();
        if free && matches!((&*object.sym, method), ("Math", "random") | ("crypto", "randomUUID" | "getRandomValues")) {
            let place = cx.index.span(*id);
            let message = format!(
                "`{}.{method}` is refused: a run must be repeatable, so vary by index or pass a seed in `args`.",
                object.sym
            );
            report.at(place, message);
        }
    }
}
