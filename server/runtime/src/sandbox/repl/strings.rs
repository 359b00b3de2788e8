//! Searches in long strings, in linear time. The engine's own take time by the square.

use boa_engine::{Context, JsArgs, JsResult, JsString, JsValue, object::builtins::JsArray, string::JsStrVariant};
use memchr::memmem;

use super::{super::host::Host, CUT};
use crate::rlm::{
    search::{all, narrow, units},
    text,
};

fn string(args: &[JsValue], at: usize) -> JsString {
    args.get_or_undefined(at).as_string().unwrap_or_default()
}

/// `split(text, separator)`: the separator is not empty.
pub(super) fn split(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (text, separator) = (string(args, 0), string(args, 1));
    let ends = all(&text, &separator, 0, usize::MAX);
    Host::of(context)?.repl.hand_over((ends.len() + 1) * CUT);
    let mut start = 0;
    let parts = ends.into_iter().chain([text.len()]).map(|end| {
        let part = text.slice(start, end);
        start = end + separator.len();
        JsValue::from(part)
    });
    Ok(JsArray::from_iter(parts, context).into())
}

/// `indexOf(text, needle, from)`.
pub(super) fn index_of(_this: &JsValue, args: &[JsValue], _context: &mut Context) -> JsResult<JsValue> {
    let (text, needle) = (string(args, 0), string(args, 1));
    let from = (args.get_or_undefined(2).as_number().unwrap_or(0.0) as usize).min(text.len());
    if needle.is_empty() {
        return Ok(JsValue::from(from as f64));
    }
    let first = all(&text, &needle, from, 1).first().copied();
    Ok(JsValue::from(first.map_or(-1.0, |at| at as f64)))
}

/// `lastIndexOf(text, needle)`.
pub(super) fn last_index_of(_this: &JsValue, args: &[JsValue], _context: &mut Context) -> JsResult<JsValue> {
    let (text, needle) = (string(args, 0), string(args, 1));
    if needle.is_empty() {
        return Ok(JsValue::from(text.len() as f64));
    }
    let last = match (text.as_str().variant(), narrow(needle.as_str().variant())) {
        (JsStrVariant::Latin1(text), Some(needle)) => memmem::rfind(text, &needle),
        (JsStrVariant::Latin1(_), None) => None,
        _ => {
            let reversed = |s: &JsString| s.to_vec().into_iter().rev().collect::<Vec<u16>>();
            let at = units(&reversed(&text), &reversed(&needle), 0, 1).first().copied();
            at.map(|at| text.len() - needle.len() - at)
        }
    };
    Ok(JsValue::from(last.map_or(-1.0, |at| at as f64)))
}

/// `tokens(text)`: an estimate, exact for short texts.
pub(super) fn tokens(_this: &JsValue, args: &[JsValue], _context: &mut Context) -> JsResult<JsValue> {
    Ok(JsValue::from(text::estimate(&string(args, 0).to_std_string_lossy()) as f64))
}
