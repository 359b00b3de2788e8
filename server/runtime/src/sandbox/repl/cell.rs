//! Running one cell, within its limits.

use std::{path::Path, rc::Rc};

use analysis::{
    cell::{Cell, Names},
    text::LineColumn,
};
use boa_engine::{
    Context, JsResult, JsValue, NativeFunction, Script, Source,
    error::{EngineError, RuntimeLimitError},
    object::{FunctionObjectBuilder, builtins::JsPromise},
};
use serde_json::Value;

use super::super::{
    errors,
    globals::{self, call, place},
    host::{Host, SCRIPT},
    watch::TooMuch,
};

/// Names that cells may not set. Those of functions whose promises are to be awaited come first.
const RESERVED: [&str; 33] = [
    "llm_query",
    "llm_query_batched",
    "rlm_query",
    "rlm_query_batched",
    "llmQuery",
    "llmQueryBatched",
    "rlmQuery",
    "rlmQueryBatched",
    "workflow",
    "question",
    "context",
    "ctx",
    "contexts",
    "print",
    "console",
    "SHOW_VARS",
    "showVars",
    "vars",
    "out",
    "budget",
    "plan",
    "note",
    "submit",
    "FINAL",
    "FINAL_VAR",
    "finalVar",
    "count_tokens",
    "countTokens",
    "LlmError",
    "BatchError",
    "BudgetError",
    "UsageError",
    "globalThis",
];

/// What to look for in a cell.
pub(super) const NAMES: Names<'static> = Names {
    reserved: &RESERVED,
    promises: RESERVED.split_at(9).0,
    ends: &["submit", "FINAL", "FINAL_VAR", "finalVar"],
    context: None,
};

/// A cell as the engine knows it.
pub(super) struct CellState {
    pub(super) turn: u32,
    pub(super) number: usize,
    /// Turns of loops and calls of functions so far.
    pub(super) fuel: u64,
    /// Calls of models so far.
    pub(super) calls: u64,
    /// Calls it has confirmed.
    pub(super) confirmed: u64,
    /// Why it is over before its end.
    pub(super) over: Option<Over>,
}

/// Why a cell is over before its end.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::sandbox) enum Over {
    /// It submitted this.
    Submitted(Value),
    /// It hit a limit.
    Limit(String, Option<LineColumn>),
}

/// Starts a cell in the current realm and scope, which is that of `frame`.
pub(super) fn start(cell: &Cell, frame: usize, context: &mut Context) -> JsResult<JsPromise> {
    let path = format!("{SCRIPT}{frame}.js");
    let script = Source::from_bytes(cell.code.as_bytes()).with_path(Path::new(&path));
    let script = Script::parse(script, None, context)?;
    let realm = context.realm().clone();
    let count = move |_: &JsValue, args: &[JsValue], context: &mut Context| tick(frame, args, context);
    let count = NativeFunction::from_copy_closure(count);
    let count = FunctionObjectBuilder::new(&realm, count).length(2).constructor(false).build();
    let body = call(&script.evaluate(context)?, &[count.into()], context)?;
    JsPromise::resolve(call(&body, &[], context)?, context)
}

/// A turn of a loop or a call of a function in the code of the cell `written_in`, for the cell that runs.
fn tick(written_in: usize, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let host = Host::of(context)?;
    let at = place(args);
    let frame = host.frame();
    let limit = host.repl.limits.fuel;
    let burnt = host.repl.cells.borrow_mut().get_mut(&frame).map(|cell| {
        cell.fuel += 1;
        (cell.fuel, cell.over.is_some())
    });
    let Some((burnt, over)) = burnt else { return Ok(JsValue::undefined()) };
    let place = (written_in == frame).then_some(at);
    let why = match host.watch.pass_or(frame, at) {
        _ if over => None,
        Some(TooMuch::Memory(message)) => {
            host.fail(crate::event::RunError::new(message));
            None
        }
        Some(TooMuch::Time(ms)) => {
            host.watch.go();
            Some(format!("the cell ran for more than {ms} ms without awaiting anything"))
        }
        None if burnt > limit => {
            Some(format!("the cell used up its fuel of {limit} turns of loops and calls of functions"))
        }
        None if globals::is_too_deep(context) => Some(errors::TOO_DEEP.replace("the script", "the cell")),
        None => return Ok(JsValue::undefined()),
    };
    if let Some(why) = why {
        host.repl.end(frame, Over::Limit(why, place));
    }
    stop()
}

/// Ends the running code in a way that it cannot catch.
pub(super) fn stop() -> JsResult<JsValue> {
    Err(EngineError::RuntimeLimit(RuntimeLimitError::LoopIteration).into())
}

/// What of an error a model can use: its words, where it was made, and the line.
pub(super) fn told(error: &JsValue, frame: usize, host: &Rc<Host>, context: &mut Context) -> String {
    let what = errors::of_value(error, context);
    let message = what.message.replace("the script threw", "the cell threw");
    let place =
        error.as_object().and_then(|object| errors::frame_of(&object, context)).or_else(|| Some((frame, what.at?)));
    let Some((written_in, at)) = place else { return message };
    let elsewhere = match host.repl.cells.borrow().get(&written_in) {
        Some(cell) if written_in != frame => format!(", in cell {} of turn {}", cell.number, cell.turn),
        _ => String::new(),
    };
    excerpt(&message, &host.source_of(written_in), at, &elsewhere)
}

/// A message with the line it is about.
pub(super) fn excerpt(message: &str, source: &str, at: LineColumn, elsewhere: &str) -> String {
    let line = source.lines().nth(at.line as usize - 1).unwrap_or_default();
    let shown: String = line.chars().take(160).collect();
    let caret = match at.column as usize <= 160 {
        true => format!("\n{:>5} | {}^", "", " ".repeat(at.column as usize - 1)),
        false => String::new(),
    };
    format!("{message}\n  at line {}, column {}{elsewhere}\n{:>5} | {shown}{caret}", at.line, at.column, at.line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_in_the_book() {
        let page = include_str!("../../../../../docs/rlm.md");
        let missing: Vec<&&str> =
            RESERVED.iter().filter(|name| **name != "globalThis" && !page.contains(*name)).collect();
        assert!(missing.is_empty(), "docs/rlm.md does not name {missing:?}");
    }
}
