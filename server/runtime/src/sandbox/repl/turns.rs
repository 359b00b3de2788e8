//! The loop: ask, run, tell, until an answer is there.

use std::{collections::VecDeque, mem, rc::Rc};

use analysis::{
    cell::{self, ContextSize, Names},
    units::Usd,
};
use boa_engine::{
    Context, JsString,
    builtins::promise::PromiseState,
    object::builtins::{JsArray, JsPromise},
};
use serde_json::{Value, json};

use super::{
    super::{
        errors,
        host::{Host, Settler},
        protocol::{Asked, Call, FromSandbox},
        source::Wrapped,
    },
    cell::{CellState, NAMES, Over, excerpt, start, told},
    end::{MISFITS, finish, offered, ready},
    node::{Api, Node, Ran, Running, Stage},
    step::{Ended, abandon},
};
use crate::rlm::{
    blocks, output,
    prompt::{self, NO_CODE, Standing, Told},
};

fn standing(host: &Rc<Host>, node: usize, context: &mut Context) -> Standing {
    let variables = in_realm(host, node, context, |api, context| api.list("variables", &[], context));
    let (calls, most_calls) = (host.calls(), host.repl.most_calls);
    let purses = host.repl.purses(node);
    let (tokens_left, usd_left) = host.repl.spent.borrow().left(host.repl.budget, host.repl.budget_usd, &purses);
    host.repl
        .with(node, |n| Standing {
            turn: n.turn,
            turns: n.turns,
            depth: n.depth,
            depths: n.depth + n.depth_left,
            calls: n.most_calls.map_or(calls, |_| n.calls),
            most_calls: n.most_calls.unwrap_or(most_calls),
            tokens_left,
            usd_left: usd_left.map(Usd),
            variables: variables.into_iter().take(100).collect(),
            notes: n.notes.clone(),
        })
        .unwrap_or_default()
}

pub(super) fn in_realm<T>(
    host: &Rc<Host>,
    node: usize,
    context: &mut Context,
    body: impl FnOnce(Api, &mut Context) -> T,
) -> T
where
    T: Default,
{
    let Some((realm, api)) = host.repl.with(node, |n| (n.realm.clone(), n.api.clone())) else { return T::default() };
    let before = context.enter_realm(realm);
    let value = body(api, context);
    context.enter_realm(before);
    value
}

/// Asks the root model for the next cells.
pub(super) fn ask(host: &Rc<Host>, node: usize, context: &mut Context) {
    let now = standing(host, node, context);
    let Some((system, prompt, turn)) = host.repl.with(node, |n| {
        let system = prompt::system(n.root.as_deref(), n.depth_left, &host.repl.limits, n.as_string);
        let system = system + &prompt::workflows(&n.workflows);
        let system = match &n.schema {
            Some(schema) => system + &prompt::schema(schema),
            None => system,
        };
        (system, prompt::turn(&n.question, &n.contexts, &n.past, &now), n.turn)
    }) else {
        return;
    };
    let promise =
        question(host, node, &format!("turn[{turn}]"), &format!("turn {turn}"), (system, prompt), None, context);
    host.repl.with(node, |n| n.stage = Stage::Asking(promise));
}

/// A call of the root model.
pub(super) fn question(
    host: &Rc<Host>,
    node: usize,
    segment: &str,
    label: &str,
    (system, prompt): (String, String),
    schema: Option<Value>,
    context: &mut Context,
) -> JsPromise {
    let (promise, resolvers) = JsPromise::new_pending(context);
    let about = host.repl.with(node, |n| {
        let name = n.label.as_ref().map_or(label.to_owned(), |own| format!("{own} · {label}"));
        let mut options = json!({ "label": name });
        if let Some(schema) = schema {
            options["schema"] = schema;
        }
        for (option, given) in [("model", &n.root), ("effort", &n.effort)] {
            if let Some(given) = given {
                options[option] = given.as_str().into();
            }
        }
        (n.scope, n.at, options, n.group(label), n.workflow.clone())
    });
    let Some((scope, at, options, phase, workflow)) = about else { return promise };
    let scope = host.open(scope, segment.to_owned(), None);
    let before = host.go_to(scope);
    let id = host.register(resolvers, at, Settler::Scheduler);
    let (path, phase) = (host.path(), Some(phase));
    // Of all that a root model is asked, only a turn is answered with code.
    let asked =
        Some(Asked { system: Some(system), code: segment.starts_with("turn["), held: true, ..Asked::default() });
    host.call(Call { id, prompt, excerpt: None, options, path, phase, workflow, at, asked, purses: Vec::new() });
    host.go_to(before);
    promise
}

/// The reply of the root model was cut off: what there is of it is not run.
pub(super) fn cut_off(host: &Rc<Host>, node: usize, context: &mut Context) {
    host.repl.with(node, |n| {
        n.told = Told { reply: "(a reply that was cut off)".into(), result: String::new() };
        n.stage = Stage::Over;
        n.shown = 0;
        say(n, "Your reply was too long and was cut off, so nothing of it was run. Write less: long texts are made by code.");
    });
    end_turn(host, node, Some("the reply was cut off".into()), context);
}

/// The root model has answered.
pub(super) fn reply(host: &Rc<Host>, node: usize, reply: String, context: &mut Context) {
    let read = blocks::read(&reply);
    host.repl.with(node, |n| {
        n.told = Told { reply, result: String::new() };
        n.stage = Stage::Over;
        n.shown = 0;
        for remark in &read.remarks {
            say(n, remark);
        }
        if read.cells.is_empty() {
            say(n, NO_CODE);
        }
    });
    match read.cells.is_empty() {
        true => end_turn(host, node, Some(NO_CODE.into()), context),
        false => next_cell(host, node, 1, read.cells.into(), context),
    }
}

pub(super) fn say(node: &mut Node, line: &str) {
    node.told.result.push_str(line);
    node.told.result.push('\n');
}

/// Runs the first of `cells`.
fn next_cell(host: &Rc<Host>, node: usize, number: usize, mut cells: VecDeque<String>, context: &mut Context) {
    let Some(source) = cells.pop_front() else { return end_turn(host, node, None, context) };
    let Some((scope, turn, phase, from)) =
        host.repl.with(node, |n| (n.scope, n.turn, n.group(&format!("turn {}", n.turn)), n.output.len()))
    else {
        return;
    };
    let prompt = host.repl.limits.prompt;
    let characters = host.repl.with(node, |n| n.contexts.first().map(|context| context.units)).flatten();
    let size = characters.map(|characters| ContextSize { characters, prompt });
    let cell = match cell::rewrite(&source, Names { context: size, ..NAMES }) {
        Ok(cell) => cell,
        Err(wrong) => {
            let said: Vec<String> = wrong.iter().take(5).map(|p| excerpt(&p.message, &source, p.at, "")).collect();
            let text = format!("[cell {number}] was not run\n{}", said.join("\n"));
            report(host, node, number, &source, false, &text);
            skipped(host, node, cells.len());
            let first = wrong.into_iter().next().map(|p| p.message).unwrap_or_default();
            return end_turn(host, node, Some(first), context);
        }
    };
    let frame_scope =
        host.open(scope, format!("turn[{turn}].{number}"), Some(Wrapped::cell(source.clone(), cell.clone())));
    let frame = host.frame_of(frame_scope);
    host.own(frame_scope, node);
    host.name_phase(frame, phase);
    let state = CellState { turn, number, fuel: 0, calls: 0, confirmed: 0, over: None };
    host.repl.cells.borrow_mut().insert(frame, state);
    for note in &cell.notes {
        host.repl.with(node, |n| say(n, &format!("Note, line {}: {}", note.at.line, note.message)));
    }
    let before = host.go_to(frame_scope);
    let Some(realm) = host.repl.with(node, |n| n.realm.clone()) else { return };
    let outer = context.enter_realm(realm);
    let started = start(&cell, frame, context);
    let promise = started.or_else(|error| {
        if !host.repl.is_over(frame) {
            match error.as_opaque() {
                Some(value) => return JsPromise::reject(boa_engine::JsError::from_opaque(value.clone()), context),
                None => {
                    let error = errors::of_error(error, context);
                    host.repl.end(frame, Over::Limit(error.message, error.at));
                }
            }
        }
        Ok(JsPromise::new_pending(context).0)
    });
    context.enter_realm(outer);
    host.go_to(before);
    match promise {
        Ok(promise) => {
            let running =
                Running { promise, frame, number, source, names: cell.names, rest: cells, from, floating: None };
            host.repl.with(node, |n| n.stage = Stage::Running(running));
        }
        Err(error) => {
            let message = errors::of_error(error, context).message;
            finish(host, node, Err(message), "failed", context);
        }
    }
}

/// A cell has ended.
pub(super) fn cell_ended(host: &Rc<Host>, node: usize, ended: Ended, context: &mut Context) {
    let Some(Stage::Running(running)) = host.repl.with(node, |n| mem::replace(&mut n.stage, Stage::Over)) else {
        return;
    };
    let Running { frame, number, source, names, rest, from, floating, .. } = running;
    let unseen = host.repl.unseen(frame);
    abandon(host, frame);
    let calls = host.repl.cells.borrow().get(&frame).map_or(0, |cell| cell.calls);
    let plural = if calls == 1 { "" } else { "s" };
    let mut answer = None;
    let (ok, what) = match ended {
        Ended::Value(value) => {
            let echo = match value.is_undefined() {
                true => String::new(),
                false => in_realm(host, node, context, |api, context| {
                    let echo = api.call("echo", &[value], context).ok();
                    echo.and_then(|e| e.as_string().map(|s| s.to_std_string_lossy())).unwrap_or_default()
                }),
            };
            (
                true,
                if echo.is_empty() { echo } else { format!("=> {}", output::shortened(&echo, 1000, "the variable")) },
            )
        }
        Ended::Threw(error) => {
            let before = host.go_to(host.scope_in(frame));
            let text = in_realm(host, node, context, |_, context| told(&error, frame, host, context));
            host.go_to(before);
            (false, text)
        }
        Ended::Over(Over::Submitted(value)) => {
            answer = Some(value);
            (true, "submitted".into())
        }
        Ended::Over(Over::Limit(message, at)) => {
            (false, at.map_or(message.clone(), |at| excerpt(&message, &source, at, "")))
        }
    };
    if answer.is_none() && ok {
        answer = ready(host, node, context);
    }
    let unseen = if ok && answer.is_none() { unseen } else { Vec::new() };
    let first = unseen.first().map(JsPromise::state).and_then(|state| match state {
        PromiseState::Rejected(error) => {
            Some(in_realm(host, node, context, |_, context| errors::of_value(&error, context).message))
        }
        _ => None,
    });
    let wanted = JsArray::from_iter(names.iter().map(|n| JsString::from(n.as_str()).into()), context);
    let changed = in_realm(host, node, context, |api, context| api.list("changed", &[wanted.into()], context));
    let text = host.repl.with(node, |n| {
        let printed = n.output.get(from..).unwrap_or_default();
        let room = host.repl.limits.shown.saturating_sub(n.shown).max(500);
        let printed = output::shortened(printed, room, &format!("out[{}]", n.turn));
        n.shown += output::units(&printed);
        let mut text = format!("[cell {number}] {}, {calls} call{plural}\n{printed}", if ok { "ok" } else { "failed" });
        if n.dropped > 0 {
            text.push_str(&format!("… and {} characters that were not kept\n", n.dropped));
        }
        if !what.is_empty() {
            text.push_str(&what);
            text.push('\n');
        }
        if let Some(floating @ 1..) = floating {
            let were = if floating == 1 { "call was" } else { "calls were" };
            text.push_str(&format!("{floating} {were} not awaited; the cell waited at its end\n"));
        }
        if let Some(first) = &first {
            let (many, them) = (unseen.len(), if unseen.len() == 1 { "it" } else { "them" });
            let plural = if many == 1 { " was" } else { "s were" };
            text.push_str(&format!("{many} promise{plural} rejected and nobody awaited {them}; the first: {first}\n"));
        }
        if !changed.is_empty() {
            text.push_str(&format!("New or changed: {}\n", changed.join(", ")));
        }
        text
    });
    let text = text.unwrap_or_default().trim_end().to_owned();
    if let Some(answer) = answer {
        let ran = Ran { number, source, text, rest: rest.len() };
        return offered(host, node, Some(ran), answer, "submitted", context);
    }
    report(host, node, number, &source, ok, &text);
    if host.repl.with(node, |n| n.misfits >= MISFITS).unwrap_or(false) {
        let message = format!(
            "no submitted answer satisfied the schema in {MISFITS} attempts; the last cell: {}",
            what.lines().next().unwrap_or_default()
        );
        return finish(host, node, Err(message), "failed", context);
    }
    match ok {
        true => next_cell(host, node, number + 1, rest, context),
        false => {
            skipped(host, node, rest.len());
            end_turn(host, node, Some(what.lines().next().unwrap_or_default().to_owned()), context);
        }
    }
}

/// Tells the model and the journal what came of a cell.
pub(super) fn report(host: &Rc<Host>, node: usize, number: usize, source: &str, ok: bool, text: &str) {
    let said = host.repl.with(node, |n| {
        say(n, text);
        (n.path.clone(), n.turn)
    });
    if let Some((node, turn)) = said {
        host.say(&FromSandbox::Cell {
            node,
            turn,
            cell: number as u32,
            source: source.to_owned(),
            ok,
            output: text.to_owned(),
        });
    }
}

pub(super) fn skipped(host: &Rc<Host>, node: usize, count: usize) {
    if count > 0 {
        let plural = if count == 1 { " was" } else { "s were" };
        host.repl.with(node, |n| say(n, &format!("{count} further cell{plural} not run.")));
    }
}

/// Goes on to the next turn, or to the end. `wrong`: what went wrong in this one.
pub(super) fn end_turn(host: &Rc<Host>, node: usize, wrong: Option<String>, context: &mut Context) {
    let most = host.repl.limits.errors;
    let Some((turn, printed, errors, over)) = host.repl.with(node, |n| {
        n.errors = if wrong.is_some() { n.errors + 1 } else { 0 };
        let told = mem::take(&mut n.told);
        n.past.push(told);
        n.dropped = 0;
        let turn = n.turn;
        let over = n.turn >= n.turns;
        if !over {
            n.turn += 1;
        }
        (turn, mem::take(&mut n.output), n.errors, over)
    }) else {
        return;
    };
    in_realm(host, node, context, |api, context| {
        // Keeping cannot fail: the list is the host's own.
        let _ = api.call("keep", &[turn.into(), JsString::from(printed.as_str()).into()], context);
    });
    if errors >= most {
        let message = format!("{most} turns in a row went wrong; the last one: {}", wrong.unwrap_or_default());
        return finish(host, node, Err(message), "failed", context);
    }
    if !over {
        return ask(host, node, context);
    }
    let now = standing(host, node, context);
    let Some(text) = host.repl.with(node, |n| prompt::closing(&n.question, &now)) else { return };
    let system = "You finish work that has run out of turns.".to_owned();
    let promise = question(host, node, "closing", "closing", (system, text), None, context);
    host.repl.with(node, |n| n.stage = Stage::Closing(promise));
}
