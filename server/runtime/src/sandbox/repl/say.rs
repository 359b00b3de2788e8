//! What cells say: output, notes, the answer that ends their REPL.

use boa_engine::{Context, JsArgs, JsResult, JsValue};
use serde_json::Value;

use super::{
    super::{
        convert::{Undefined, to_json},
        host::Host,
    },
    calls::{Attached, attachment, item_count, node_of, usage},
    cell::{Over, stop},
};
use crate::rlm::{Cited, output};

/// Most characters (UTF-16 units) of output that are kept of a turn.
const KEPT: usize = 1 << 20;

/// Most parts of contexts that an answer cites.
const MOST_CITED: u32 = 100;

/// Largest answer, in bytes of JSON.
const LARGEST_ANSWER: usize = 16 << 20;

/// `print(text)`.
pub(super) fn print(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (host, node) = node_of(context)?;
    let text = args.get_or_undefined(0).to_string(context)?;
    host.repl.with(node, |n| {
        let room = KEPT.saturating_sub(n.output.len());
        let line = text.slice(0, room).to_std_string_lossy();
        n.output.push_str(&line);
        n.output.push('\n');
        n.dropped += text.len().saturating_sub(room);
    });
    Ok(JsValue::undefined())
}

/// `note(key, value)`; an empty value takes the note away.
pub(super) fn note(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (host, node) = node_of(context)?;
    let key = args.get_or_undefined(0).to_string(context)?.to_std_string_lossy();
    let value = args.get_or_undefined(1).to_string(context)?.to_std_string_lossy();
    let (key, value) = (output::head_of(&key, 100).to_owned(), output::head_of(&value, 1000).to_owned());
    host.repl.with(node, |n| {
        n.notes.retain(|(known, _)| *known != key);
        if !value.is_empty() && n.notes.len() < 50 {
            n.notes.push((key, value));
        }
    });
    Ok(JsValue::undefined())
}

/// `submit(value)`: ends the cell, and the run of this REPL with it.
pub(super) fn submit(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (host, node) = node_of(context)?;
    let answer = to_json(args.get_or_undefined(0), "the answer", Undefined::Dropped, context);
    let answer = answer.map_err(|e| usage(&e, context))?.unwrap_or_default();
    if let Err(wrong) = misfit(&host, node, &answer) {
        return Err(usage(&wrong, context));
    }
    let cited = cited(&host, node, args.get_or_undefined(1), context)?;
    host.repl.with(node, |n| n.cited = cited);
    host.repl.end(host.frame(), Over::Submitted(answer));
    stop()
}

/// What an answer is said to rest on: `[[handle, start, end]…]`.
fn cited(host: &Host, node: usize, given: &JsValue, context: &mut Context) -> JsResult<Vec<Cited>> {
    let Some(list) = given.as_object() else { return Ok(Vec::new()) };
    let length = item_count(&list, context)?;
    if length > MOST_CITED {
        let message = format!("an answer cites at most {MOST_CITED} parts; got {length}: cite those that decide it");
        return Err(usage(&message, context));
    }
    let mut cited = Vec::new();
    for at in 0..length {
        let Attached::Part { handle, start, end } = attachment(host, &list.get(at, context)?, context)? else {
            continue;
        };
        let Some(loaded) = host.repl.loaded(handle) else { continue };
        let (from, to) = (loaded.text.place_of(start).0, loaded.text.place_of(end).0);
        let name = host.repl.with(node, |n| {
            let at = n.handles.iter().position(|known| *known == handle);
            at.and_then(|at| Some(n.contexts.get(at)?.name.clone())).unwrap_or_default()
        });
        cited.push(loaded.text.cited(from, to.max(from), &name.unwrap_or_default()));
    }
    Ok(cited)
}

/// What is wrong with an answer by its size or the schema, which counts.
pub(super) fn misfit(host: &Host, node: usize, answer: &Value) -> Result<(), String> {
    let size = answer.to_string().len();
    if size > LARGEST_ANSWER {
        return Err(format!("the answer has {size} bytes, and at most {LARGEST_ANSWER} are taken"));
    }
    let Some(validator) = host.repl.with(node, |n| n.validator.clone()).flatten() else { return Ok(()) };
    let Some(wrong) = models::violations_by(&validator, answer) else { return Ok(()) };
    host.repl.with(node, |n| n.misfits += 1);
    Err(format!("the answer does not satisfy the schema: {wrong}"))
}
