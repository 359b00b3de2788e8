//! How a REPL ends: an answer that was submitted, taken out of a last reply, or none.

use std::{mem, rc::Rc};

use boa_engine::{Context, JsString, JsValue, object::builtins::JsPromise};
use serde_json::Value;

use super::{
    super::{
        convert::{Undefined, from_json, to_json},
        errors,
        host::Host,
        protocol::{Failure, FailureKind, FromSandbox, Settled},
        serve,
    },
    contexts::drawn,
    node::{Check, Checked, Ran, Stage},
    say::misfit,
    turns::{ask, end_turn, in_realm, report, say, skipped},
};
use crate::rlm::output;

/// Answers that do not satisfy the schema or are not accepted, before the run of a REPL fails.
pub(super) const MISFITS: u32 = 3;

/// How an answer came about that a plain call gave.
pub(super) const DIRECT: &str = "direct";

/// Characters of a reason that the root model is told.
const REASON: usize = 2000;

/// The answer that was put into `answer`, if it is ready.
pub(super) fn ready(host: &Rc<Host>, node: usize, context: &mut Context) -> Option<Value> {
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
    match answer {
        Ok(answer) => offered(host, node, None, answer, "extracted", context),
        Err(why) => finish(host, node, Err(why), "failed", context),
    }
}

/// An answer is there. Where whoever began the REPL has a say, it is theirs before the end.
pub(super) fn offered(
    host: &Rc<Host>,
    node: usize,
    by: Option<Ran>,
    answer: Value,
    how: &'static str,
    context: &mut Context,
) {
    let Some((check, number)) = host.repl.with(node, |n| n.check.clone().map(|check| (check, n.misfits))).flatten()
    else {
        return over(host, node, by, Ok(answer), how, context);
    };
    let Check { function, scope, name } = check;
    let scope = host.open(scope, format!("{name}.check[{number}]"), None);
    let before = host.go_to(scope);
    let made = from_json(&answer, context).map_err(|e| e.to_string()).and_then(|value| {
        let said = function.call(&JsValue::undefined(), &[value], context);
        let said = said.and_then(|said| JsPromise::resolve(said, context));
        said.map_err(|error| errors::of_error(error, context).message)
    });
    host.go_to(before);
    match made {
        Ok(promise) => {
            let checked = Checked { promise, answer, how, by };
            host.repl.with(node, |n| n.stage = Stage::Checking(checked));
        }
        Err(message) => over(host, node, by, Err(format!("`validate` threw: {message}")), "failed", context),
    }
}

/// Ends a REPL after the cell that answered it, if one did.
fn over(
    host: &Rc<Host>,
    node: usize,
    by: Option<Ran>,
    answer: Result<Value, String>,
    how: &str,
    context: &mut Context,
) {
    if let Some(ran) = by {
        report(host, node, ran.number, &ran.source, true, &ran.text);
    }
    finish(host, node, answer, how, context);
}

/// What was thought of an answer.
pub(super) fn judged(
    host: &Rc<Host>,
    node: usize,
    checked: Checked,
    verdict: Result<JsValue, JsValue>,
    context: &mut Context,
) {
    let Checked { answer, how, by, .. } = checked;
    let reason = match verdict {
        Ok(said) if said.as_boolean() == Some(true) => {
            return over(host, node, by, Ok(answer), how, context);
        }
        Ok(said) => match said.as_string() {
            Some(text) => output::head_of(&text.to_std_string_lossy(), REASON).trim_end().to_owned(),
            None => {
                let shown = errors::shown(&said, context);
                let wrong = format!("`validate` gives true, or a text that says what is wrong; it gave {shown}");
                return over(host, node, by, Err(wrong), "failed", context);
            }
        },
        Err(error) => {
            let message = errors::of_value(&error, context).message;
            return over(host, node, by, Err(format!("`validate` threw: {message}")), "failed", context);
        }
    };
    let message = format!("The answer was not accepted: {reason}");
    let misfits = host.repl.with(node, |n| {
        n.misfits += 1;
        n.cited.clear();
        n.misfits
    });
    match by {
        Some(ran) => {
            report(host, node, ran.number, &ran.source, true, &format!("{}\n{message}", ran.text));
            if misfits >= Some(MISFITS) {
                let why = format!("no submitted answer was accepted in {MISFITS} attempts; the last reason: {reason}");
                return finish(host, node, Err(why), "failed", context);
            }
            skipped(host, node, ran.rest);
            end_turn(host, node, Some(message), context);
        }
        // What a plain call cannot answer the REPL may.
        None if how == DIRECT => {
            host.repl.with(node, |n| n.notes.push(("of a first answer without code".into(), message)));
            ask(host, node, context);
        }
        None => finish(host, node, Err(format!("the turns are used up. {message}")), "failed", context),
    }
}

/// Ends a REPL.
pub(super) fn finish(host: &Rc<Host>, node: usize, answer: Result<Value, String>, how: &str, context: &mut Context) {
    let Some((id, path, turn, handles, as_text, cited)) = host.repl.with(node, |n| {
        n.stage = Stage::Over;
        // The turn under way counts.
        let turns = n.turn.min(n.past.len() as u32 + u32::from(!n.told.reply.is_empty()));
        n.past = Vec::new();
        let turns = if how == DIRECT { 0 } else { turns.max(1) };
        (n.answer, n.path.clone(), turns, n.handles.clone(), n.agent && n.schema.is_none(), mem::take(&mut n.cited))
    }) else {
        return;
    };
    let coverage: Vec<Value> = handles.iter().filter_map(|h| host.repl.loaded(*h)).map(|l| drawn(&l)).collect();
    let error = answer.as_ref().err().cloned();
    host.say(&FromSandbox::Finished { node: path, how: how.to_owned(), turns: turn, error, coverage, cited });
    let outcome = match answer {
        Ok(value) if as_text && !value.is_string() => Settled::Value(Value::from(value.to_string())),
        Ok(value) => Settled::Value(value),
        Err(message) => Settled::Failed(Failure { kind: FailureKind::Rlm, message, attempts: 1, made: true }),
    };
    serve::settle(host, id, outcome, context);
}
