//! The loop: ask, run, tell, until an answer is there.

use std::{collections::VecDeque, mem, rc::Rc, sync::Arc};

use analysis::cell;
use boa_engine::{
    Context, JsResult, JsString, JsValue,
    object::builtins::{JsArray, JsPromise},
};
use serde_json::{Value, json};

use super::{
    super::{
        convert::{Undefined, from_json, to_json},
        errors, globals,
        host::{Host, Settler, refused},
        protocol::{Asked, Begun, Call, Failure, FailureKind, FromSandbox, Settled},
        serve,
        source::Wrapped,
    },
    calls::misfit,
    cell::{CellState, NAMES, Over, excerpt, start, told},
    contexts::drawn,
    node::{Node, Running, Stage},
    order::{Birth, Material},
    step::{Ended, abandon},
};
use crate::rlm::{
    blocks, output,
    prompt::{self, ContextLine, NO_CODE, Standing, Told},
    text::Text,
};

/// Answers that do not satisfy the schema, before the run of a REPL fails.
const MISFITS: u32 = 3;

/// Characters of a context's beginning that the root model is shown.
const HEAD: usize = 500;

/// Lets a REPL begin.
pub(super) fn begin(host: &Rc<Host>, birth: Birth, context: &mut Context) {
    let answer = birth.answer;
    match furnished(host, birth, context) {
        Ok(node) => {
            let index = {
                let mut nodes = host.repl.nodes.borrow_mut();
                nodes.push(node);
                nodes.len() - 1
            };
            host.own(host.repl.with(index, |n| n.scope).unwrap_or(0), index);
            announce(host, index);
            ask(host, index, context);
        }
        Err(error) => {
            let error = errors::of_error(error, context);
            serve::settle(host, answer, Settled::Throw(error.message), context);
        }
    }
}

/// Tells that a REPL begins.
fn announce(host: &Rc<Host>, node: usize) {
    let begun = host.repl.with(node, |n| Begun {
        node: n.path.clone(),
        label: n.label.clone(),
        question: n.question.clone(),
        depth: n.depth,
        contexts: n.contexts.iter().map(ContextLine::known).collect(),
        phase: n.phase.clone(),
        workflow: n.workflow.clone(),
        at: n.at,
    });
    if let Some(begun) = begun {
        host.say(&FromSandbox::Begun(Box::new(begun)));
    }
}

fn furnished(host: &Rc<Host>, birth: Birth, context: &mut Context) -> JsResult<Node> {
    let Birth { order, parent, scope, phase, answer, at } = birth;
    let within = host.go_to(scope);
    let (in_cell, workflow) = (host.node(), host.workflow());
    host.go_to(within);
    // A cell has no place in the script and no phase of its own.
    let above = in_cell.and_then(|cell| host.repl.with(cell, |n| (n.at, n.phase.clone())));
    let (at, phase) = above.unwrap_or((at, phase));
    let number = {
        let mut begun = host.repl.begun.borrow_mut();
        let number = begun.entry(scope).or_default();
        *number += 1;
        *number - 1
    };
    let scope = host.open(scope, format!("rlm[{number}]"), Some(Wrapped::nothing()));
    let path = host.path_of(scope);
    let (mut lines, mut handles) = (Vec::new(), Vec::new());
    let mut value = None;
    for (name, material) in order.contexts {
        let (handle, kind, data) = match material {
            Material::Handle(handle) => (handle, "string", None),
            Material::Text(text) => (host.repl.load(text), "string", None),
            Material::Data(data) => {
                let text = serde_json::to_string_pretty(&data).unwrap_or_default();
                let kind = if data.is_array() { "array" } else { "object" };
                (host.repl.load(Arc::new(Text::new(text.into()))), kind, Some(data))
            }
        };
        let loaded = host.repl.loaded(handle).ok_or_else(|| refused("the context is gone"))?;
        lines.push(ContextLine {
            name: name.clone(),
            kind,
            units: loaded.text.units(),
            lines: loaded.text.lines(),
            tokens: loaded.text.tokens(),
            head: output::head_of(loaded.text.as_str(), HEAD).to_owned(),
        });
        if value.is_none() {
            value = Some((data, loaded.js.clone()));
        }
        handles.push((handle, name));
    }
    let (data, string) = value.unwrap_or_default();
    let as_string = data.is_some() || string.is_some();
    let validator = order.schema.as_ref().map(jsonschema::validator_for).transpose();
    let validator = validator.map_err(|e| refused(format!("the schema cannot be used: {e}")))?.map(Arc::new);
    let (realm, api) = globals::in_new_realm(context, |context| {
        let value = match (data, string) {
            (Some(data), _) => from_json(&data, context).map_err(refused)?,
            (None, Some(string)) => string.into(),
            (None, None) => JsValue::null(),
        };
        let api = super::natives::furnish(&order.question, value, &handles, context)?;
        Ok((context.realm().clone(), api))
    })?;
    let depth = parent.and_then(|parent| host.repl.with(parent, |n| n.depth + 1)).unwrap_or(0);
    Ok(Node {
        question: order.question,
        contexts: lines,
        handles: handles.iter().map(|(handle, _)| *handle).collect(),
        as_string,
        schema: order.schema,
        validator,
        root: order.root,
        sub: order.sub,
        turns: order.turns,
        depth_left: order.depth,
        depth,
        most_calls: order.most_calls,
        calls: 0,
        workflows: order.workflows,
        agent: order.agent,
        effort: order.effort,
        label: order.label,
        phase: order.phase.or(phase),
        workflow,
        parent,
        realm,
        api,
        scope,
        path,
        answer,
        at,
        stage: Stage::Over,
        turn: 1,
        past: Vec::new(),
        told: Told::default(),
        output: String::new(),
        dropped: 0,
        shown: 0,
        notes: Vec::new(),
        errors: 0,
        misfits: 0,
        told_depth: false,
    })
}

fn standing(host: &Rc<Host>, node: usize, context: &mut Context) -> Standing {
    let variables = in_realm(host, node, context, |api, context| api.list("variables", &[], context));
    let (calls, most_calls) = (host.calls(), host.repl.most_calls);
    host.repl
        .with(node, |n| Standing {
            turn: n.turn,
            turns: n.turns,
            depth: n.depth,
            depths: n.depth + n.depth_left,
            calls: n.most_calls.map_or(calls, |_| n.calls),
            most_calls: n.most_calls.unwrap_or(most_calls),
            variables: variables.into_iter().take(100).collect(),
            notes: n.notes.clone(),
        })
        .unwrap_or_default()
}

fn in_realm<T>(
    host: &Rc<Host>,
    node: usize,
    context: &mut Context,
    body: impl FnOnce(super::node::Api, &mut Context) -> T,
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
fn ask(host: &Rc<Host>, node: usize, context: &mut Context) {
    let now = standing(host, node, context);
    let Some((system, prompt, turn)) = host.repl.with(node, |n| {
        let system = prompt::system(n.root.as_deref(), n.depth_left, &host.repl.limits, n.as_string);
        let system = system + &prompt::workflows(&n.workflows);
        let system = match &n.schema {
            Some(schema) => format!("{system}\nThe answer must satisfy this JSON Schema:\n{schema}\n"),
            None => system,
        };
        (system, prompt::turn(&n.question, &n.contexts, &n.past, &now), n.turn)
    }) else {
        return;
    };
    let promise = question(host, node, format!("turn[{turn}]"), format!("turn {turn}"), system, prompt, context);
    host.repl.with(node, |n| n.stage = Stage::Asking(promise));
}

/// A call of the root model.
fn question(
    host: &Rc<Host>,
    node: usize,
    segment: String,
    label: String,
    system: String,
    prompt: String,
    context: &mut Context,
) -> JsPromise {
    let (promise, resolvers) = JsPromise::new_pending(context);
    let about = host.repl.with(node, |n| {
        let name = n.label.as_ref().map_or(label.clone(), |own| format!("{own} · {label}"));
        let mut options = json!({ "label": name });
        for (option, given) in [("model", &n.root), ("effort", &n.effort)] {
            if let Some(given) = given {
                options[option] = given.as_str().into();
            }
        }
        (n.scope, n.at, options, n.group(&label), n.workflow.clone())
    });
    let Some((scope, at, options, phase, workflow)) = about else { return promise };
    let scope = host.open(scope, segment, None);
    let before = host.go_to(scope);
    let id = host.register(resolvers, at, Settler::Scheduler);
    let (path, phase) = (host.path(), Some(phase));
    let asked = Some(Asked { system: Some(system), held: true });
    host.say(&FromSandbox::Call(Box::new(Call { id, prompt, options, path, phase, workflow, at, asked })));
    host.go_to(before);
    promise
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

fn say(node: &mut Node, line: &str) {
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
    let cell = match cell::rewrite(&source, NAMES) {
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
        if !changed.is_empty() {
            text.push_str(&format!("New or changed: {}\n", changed.join(", ")));
        }
        text
    });
    report(host, node, number, &source, ok, text.unwrap_or_default().trim_end());
    if let Some(answer) = answer {
        return finish(host, node, Ok(answer), "submitted", context);
    }
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

/// The answer that was put into `answer`, if it is ready.
fn ready(host: &Rc<Host>, node: usize, context: &mut Context) -> Option<Value> {
    let content = in_realm(host, node, context, |api, context| {
        let ready = api.call("ready", &[], context).ok()?.as_object()?.clone();
        let content = ready.get(0, context).ok()?;
        Some(to_json(&content, "answer.content", Undefined::Dropped, context).map(Option::unwrap_or_default))
    })?;
    let wrong = match content {
        Ok(content) => match misfit(host, node, &content) {
            Ok(()) => return Some(content),
            Err(wrong) => wrong,
        },
        Err(wrong) => wrong,
    };
    host.repl.with(node, |n| say(n, &format!("`answer` is ready and was not taken: {wrong}")));
    None
}

/// Tells the model and the journal what came of a cell.
fn report(host: &Rc<Host>, node: usize, number: usize, source: &str, ok: bool, text: &str) {
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

fn skipped(host: &Rc<Host>, node: usize, count: usize) {
    if count > 0 {
        let plural = if count == 1 { " was" } else { "s were" };
        host.repl.with(node, |n| say(n, &format!("{count} further cell{plural} not run.")));
    }
}

/// Goes on to the next turn, or to the end. `wrong`: what went wrong in this one.
fn end_turn(host: &Rc<Host>, node: usize, wrong: Option<String>, context: &mut Context) {
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
    let promise = question(host, node, "closing".into(), "closing".into(), system, text, context);
    host.repl.with(node, |n| n.stage = Stage::Closing(promise));
}

/// Takes the answer out of the last reply: the variable it names, or its text.
pub(super) fn extract(host: &Rc<Host>, node: usize, reply: &str, context: &mut Context) {
    let text = reply.trim();
    let named = text.strip_prefix("FINAL_VAR(").and_then(|rest| rest.split_once(')')).map(|(name, _)| name.trim());
    let named = named.map(|name| name.trim_matches(['"', '\'', '`']).to_owned());
    let value = named.clone().and_then(|name| {
        in_realm(host, node, context, |api, context| {
            let found = api.call("named", &[JsString::from(name.as_str()).into()], context).ok()?.as_object()?.clone();
            let value = found.get(0, context).ok()?;
            to_json(&value, "the answer", Undefined::Dropped, context).ok().flatten()
        })
    });
    let answer = match (named, value) {
        (Some(name), None) => Err(format!(
            "the turns are used up, and the answer named a variable `{name}` that does not hold plain data"
        )),
        (_, Some(value)) => Ok(value),
        (None, None) if text.is_empty() => Err("the turns are used up, and the root model gave no answer".into()),
        (None, None) => Ok(match host.repl.with(node, |n| n.schema.is_some()) {
            Some(true) => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
            _ => Value::from(text),
        }),
    };
    let answer = answer.and_then(|value| match misfit(host, node, &value) {
        Ok(()) => Ok(value),
        Err(wrong) => Err(format!("the turns are used up; {wrong}")),
    });
    let how = if answer.is_ok() { "extracted" } else { "failed" };
    finish(host, node, answer, how, context);
}

/// Ends a REPL.
pub(super) fn finish(host: &Rc<Host>, node: usize, answer: Result<Value, String>, how: &str, context: &mut Context) {
    let Some((id, path, turn, handles, as_text)) = host.repl.with(node, |n| {
        n.stage = Stage::Over;
        // The turn under way counts.
        let turns = n.turn.min(n.past.len() as u32 + u32::from(!n.told.reply.is_empty()));
        n.past = Vec::new();
        (n.answer, n.path.clone(), turns.max(1), n.handles.clone(), n.agent && n.schema.is_none())
    }) else {
        return;
    };
    let coverage: Vec<Value> = handles.iter().filter_map(|h| host.repl.loaded(*h)).map(|l| drawn(&l)).collect();
    let error = answer.as_ref().err().cloned();
    host.say(&FromSandbox::Finished { node: path, how: how.to_owned(), turns: turn, error, coverage });
    let outcome = match answer {
        Ok(value) if as_text && !value.is_string() => Settled::Value(Value::from(value.to_string())),
        Ok(value) => Settled::Value(value),
        Err(message) => Settled::Failed(Failure { kind: FailureKind::Rlm, message, attempts: 1 }),
    };
    serve::settle(host, id, outcome, context);
}
