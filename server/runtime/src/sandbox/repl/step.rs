//! One look at every REPL: what has happened to what it waits for.

use std::{mem, rc::Rc};

use boa_engine::{Context, JsValue, builtins::promise::PromiseState, js_string};

use super::{
    super::{
        errors,
        host::Host,
        protocol::{FailureKind, FromSandbox},
    },
    begin,
    cell::Over,
    direct, end,
    node::{Running, Stage},
    turns,
};

/// Lets REPLs begin and go on; whether any did.
pub(in crate::sandbox) fn step(host: &Rc<Host>, context: &mut Context) -> bool {
    let births = mem::take(&mut *host.repl.births.borrow_mut());
    let mut moved = !births.is_empty();
    for birth in births {
        begin::begin(host, birth, context);
    }
    let count = host.repl.nodes.borrow().len();
    for node in 0..count {
        moved |= advance(host, node, context);
    }
    moved
}

/// How a cell ended.
pub(super) enum Ended {
    Value(JsValue),
    Threw(JsValue),
    Over(Over),
}

enum Seen {
    Nothing,
    Reply(Result<JsValue, JsValue>),
    Closed(Result<JsValue, JsValue>),
    Direct(Result<JsValue, JsValue>),
    Judged(Result<JsValue, JsValue>),
    Cell(Ended),
}

fn advance(host: &Rc<Host>, node: usize, context: &mut Context) -> bool {
    let seen = host.repl.with(node, |n| match &mut n.stage {
        Stage::Over => Seen::Nothing,
        Stage::Asking(promise) => settled(promise.state()).map_or(Seen::Nothing, Seen::Reply),
        Stage::Closing(promise) => settled(promise.state()).map_or(Seen::Nothing, Seen::Closed),
        Stage::Direct(promise) => settled(promise.state()).map_or(Seen::Nothing, Seen::Direct),
        Stage::Checking(checked) => settled(checked.promise.state()).map_or(Seen::Nothing, Seen::Judged),
        Stage::Running(running) => match of_cell(host, running) {
            Some(ended) => Seen::Cell(ended),
            None => Seen::Nothing,
        },
    });
    match seen {
        None | Some(Seen::Nothing) => false,
        Some(Seen::Reply(Err(error))) if kind(&error, context).as_deref() == Some(FailureKind::CutOff.name()) => {
            turns::cut_off(host, node, context);
            true
        }
        Some(Seen::Reply(reply)) => {
            match text(reply, context) {
                Ok(reply) => turns::reply(host, node, reply, context),
                Err(why) => {
                    end::finish(host, node, Err(format!("the root model gave no answer: {why}")), "failed", context)
                }
            }
            true
        }
        Some(Seen::Direct(answer)) => {
            direct::answered(host, node, answer, context);
            true
        }
        Some(Seen::Judged(verdict)) => {
            let stage = host.repl.with(node, |n| mem::replace(&mut n.stage, Stage::Over));
            if let Some(Stage::Checking(checked)) = stage {
                end::judged(host, node, checked, verdict, context);
            }
            true
        }
        Some(Seen::Closed(reply)) => {
            match text(reply, context) {
                Ok(reply) => end::extract(host, node, &reply, context),
                Err(why) => end::finish(
                    host,
                    node,
                    Err(format!("the turns are used up, and the root model gave no answer: {why}")),
                    "failed",
                    context,
                ),
            }
            true
        }
        Some(Seen::Cell(ended)) => {
            turns::cell_ended(host, node, ended, context);
            true
        }
    }
}

fn settled(state: PromiseState) -> Option<Result<JsValue, JsValue>> {
    match state {
        PromiseState::Pending => None,
        PromiseState::Fulfilled(value) => Some(Ok(value)),
        PromiseState::Rejected(error) => Some(Err(error)),
    }
}

fn text(reply: Result<JsValue, JsValue>, context: &mut Context) -> Result<String, String> {
    match reply {
        Ok(value) => Ok(value.as_string().map(|s| s.to_std_string_lossy()).unwrap_or_default()),
        Err(error) => Err(errors::of_value(&error, context).message),
    }
}

/// What kind of error a call of a model failed with.
fn kind(error: &JsValue, context: &mut Context) -> Option<String> {
    let kind = error.as_object()?.get(js_string!("kind"), context).ok()?;
    kind.as_string().map(|kind| kind.to_std_string_lossy())
}

/// A cell ends when its own promise is settled and all it started is over.
fn of_cell(host: &Rc<Host>, running: &mut Running) -> Option<Ended> {
    let over = host.repl.cells.borrow().get(&running.frame).and_then(|cell| cell.over.clone());
    if let Some(over) = over {
        return Some(Ended::Over(over));
    }
    let open = host.pending_in(running.frame);
    let state = running.promise.state();
    if !matches!(state, PromiseState::Pending) {
        running.floating.get_or_insert(open);
    }
    match (state, open) {
        (_, 1..) => None,
        (PromiseState::Fulfilled(value), _) => Some(Ended::Value(value)),
        (PromiseState::Rejected(error), _) => Some(Ended::Threw(error)),
        (PromiseState::Pending, _) => Some(Ended::Over(Over::Limit(
            "the cell waits for something that cannot happen: nothing it started is still under way".into(),
            None,
        ))),
    }
}

/// Gives up all that the cell of `frame` started, and what that started in turn.
pub(super) fn abandon(host: &Rc<Host>, frame: usize) {
    let scope = host.scope_in(frame);
    let mut calls = host.drop_pending_within(scope);
    host.repl.births.borrow_mut().retain(|birth| !host.is_within(birth.scope, scope));
    let mut stopped = Vec::new();
    for node in host.repl.nodes.borrow_mut().iter_mut().filter(|n| host.is_within(n.scope, scope)) {
        let stage = mem::replace(&mut node.stage, Stage::Over);
        if !matches!(stage, Stage::Over) {
            stopped.push((node.path.clone(), node.turn, stage));
        }
    }
    for (node, turns, stage) in stopped {
        if let Stage::Running(running) = stage {
            host.repl.end(running.frame, Over::Limit("given up".into(), None));
        }
        let how = "abandoned".to_owned();
        host.say(&FromSandbox::Finished { node, how, turns, error: None, coverage: Vec::new(), cited: Vec::new() });
    }
    if !calls.is_empty() {
        calls.sort_unstable();
        host.say(&FromSandbox::Abandon { calls });
    }
}
