//! Errors of a script in a person's words, with their place.

use analysis::text::LineColumn;
use boa_engine::{
    Context, JsError, JsNativeError, JsObject, JsString, JsValue, js_string, property::PropertyDescriptor,
};

use super::{
    convert::{Undefined, to_json},
    host::{Host, LARGEST_BUFFER},
    source,
};
use crate::event::RunError;

/// What is said of a script that calls itself without end.
pub(crate) const TOO_DEEP: &str = "the script calls itself too deep (limit: 4000 calls); use a loop";

/// How the engine names the limit of a buffer; it does not say how much that is.
const BUFFER: &str = "the maximum buffer size";

/// An error object for `message` that knows its place. `kind` makes the native error.
pub(super) fn placed(error: JsNativeError, at: LineColumn, context: &mut Context) -> JsValue {
    let object = error.into_opaque(context);
    mark(&object, at, context);
    object.into()
}

/// What an error that reached the border says.
pub(super) fn of_error(error: JsError, context: &mut Context) -> RunError {
    match error.into_opaque(context) {
        Ok(value) => of_value(&value, context),
        Err(engine) => of_engine(&engine, context),
    }
}

/// What an error of the engine itself says: a limit was hit, which no script can catch.
fn of_engine(error: &JsError, context: &Context) -> RunError {
    let text = error.to_string();
    let message = match text.lines().next().unwrap_or_default() {
        t if t.contains("recursive calls") || t.contains("stack size") => TOO_DEEP.to_owned(),
        t => t.to_owned(),
    };
    let place = |host: std::rc::Rc<Host>| text.lines().find_map(|line| host.place_in(line));
    RunError { message, at: Host::of(context).ok().and_then(place), workflow: None }
}

/// What a thrown value says.
pub(super) fn of_value(value: &JsValue, context: &mut Context) -> RunError {
    let Some(object) = value.as_object() else {
        return RunError::new(format!("the script threw {}", shown(value, context)));
    };
    let text = |name: &str, context: &mut Context| {
        let value = object.get(JsString::from(name), context).ok()?;
        value.as_string().map(|t| t.to_std_string_lossy())
    };
    let message = text("message", context);
    let message = match (text("name", context).as_deref(), message) {
        (Some("Error") | None, Some(message)) if !message.is_empty() => message,
        (Some(name), Some(message)) if !message.is_empty() => format!("{name}: {message}"),
        (Some(name), Some(_)) => name.to_owned(),
        _ => format!("the script threw {}", shown(value, context)),
    };
    let message = message.replace(BUFFER, &format!("{BUFFER} of {} MiB", LARGEST_BUFFER >> 20));
    let at = place_of(&object, context).or_else(|| undefined_name(&message, context));
    RunError { message, at, workflow: None }
}

/// Where a name that does not exist is first written: the engine knows no place for reading one.
fn undefined_name(message: &str, context: &Context) -> Option<LineColumn> {
    let name = message.strip_prefix("ReferenceError: ")?.strip_suffix(" is not defined")?;
    source::first_use(&Host::of(context).ok()?.script().source, name)
}

/// Where an error object comes from: the place a primitive gave it, or else its stack.
fn place_of(object: &JsObject, context: &mut Context) -> Option<LineColumn> {
    let host = Host::of(context).ok()?;
    let given = object.get(host.place(), context).ok().and_then(|v| v.as_string().map(|t| t.to_std_string_lossy()));
    if let Some((line, column)) = given.as_deref().and_then(|t| t.split_once(':')) {
        return Some(LineColumn { line: line.parse().ok()?, column: column.parse().ok()? });
    }
    stack_place(&host, object, context)
}

/// Where in a script the running code stands: at the callee of the innermost call a script makes.
pub(super) fn here(context: &mut Context) -> LineColumn {
    place(context).unwrap_or(LineColumn { line: 1, column: 1 })
}

/// The same, where code of a script runs.
pub(super) fn place(context: &mut Context) -> Option<LineColumn> {
    let host = Host::of(context).ok()?;
    let all = context.runtime_limits().backtrace_limit();
    // Mostly the script's code has called what asks.
    context.runtime_limits_mut().set_backtrace_limit(NEAR);
    let near = position(&host, context);
    context.runtime_limits_mut().set_backtrace_limit(all);
    let place = near.or_else(|| position(&host, context))?;
    Some(host.callee(place))
}

/// Frames among which the innermost of a script nearly always is: a primitive, and the script's.
const NEAR: usize = 2;

/// Where the innermost code of a script stands, as far as frames are looked at.
fn position(host: &Host, context: &mut Context) -> Option<LineColumn> {
    // An error takes down the positions of frames, which nothing else gives for calls in tail position.
    let made = context.intrinsics().constructors().error().constructor().construct(&[], None, context);
    made.ok().and_then(|error| stack_place(host, &error, context))
}

/// The script an error object comes from, and the place in it.
pub(super) fn frame_of(object: &JsObject, context: &mut Context) -> Option<(usize, LineColumn)> {
    let host = Host::of(context).ok()?;
    let stack = host.stack_getter()?.call(&object.clone().into(), &[], context).ok()?;
    stack.as_string()?.to_std_string_lossy().lines().find_map(|line| host.frame_and_place(line))
}

/// Gives an error object a place.
pub(super) fn mark(object: &JsObject, at: LineColumn, context: &mut Context) {
    let Ok(host) = Host::of(context) else { return };
    let text = JsString::from(format!("{}:{}", at.line, at.column));
    let property = PropertyDescriptor::builder().value(text).enumerable(false).configurable(false).writable(false);
    // The object is new and extensible, so defining a property on it cannot fail.
    let _ = object.define_property_or_throw(host.place(), property, context);
}

fn stack_place(host: &Host, error: &JsObject, context: &mut Context) -> Option<LineColumn> {
    let stack = host.stack_getter()?.call(&error.clone().into(), &[], context).ok()?;
    stack.as_string()?.to_std_string_lossy().lines().find_map(|line| host.place_in(line))
}

/// A short form of any value.
pub(super) fn shown(value: &JsValue, context: &mut Context) -> String {
    match to_json(value, "", Undefined::Dropped, context) {
        Ok(Some(json)) => json.to_string().chars().take(200).collect(),
        Ok(None) => "undefined".into(),
        Err(_) => value.display().to_string().chars().take(200).collect(),
    }
}

/// The getter behind `error.stack`, taken before a script can replace it.
pub(super) fn stack_getter(context: &mut Context) -> Option<JsObject> {
    let prototype = context.intrinsics().constructors().error().prototype();
    let key = js_string!("stack");
    let properties = prototype.borrow();
    properties.properties().get(&key.into())?.get()?.as_object()
}
