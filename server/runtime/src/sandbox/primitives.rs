//! `agent`, `phase`, `log` and `workflow`, and what the prelude needs for the others.

use boa_engine::{
    Context, JsArgs, JsError, JsNativeError, JsResult, JsString, JsValue, NativeFunction, js_string,
    object::builtins::JsPromise,
};
use serde_json::{Map, Value};

use super::{
    convert::{Undefined, to_json},
    errors,
    host::{Host, Settler, refused},
    protocol::{Call, FromSandbox, Reference},
    repl,
    segment::Segment,
};
use crate::options::AgentOptions;

/// Longest prompt, in UTF-16 units: several times what any model reads.
const LONGEST_PROMPT: usize = 16 << 20;

/// Longest log line, phase title, in UTF-16 units: they are for people.
const LONGEST_LINE: usize = 1 << 20;

/// What is said of the option `rlm` in a script whose plan could not see it.
const UNNAMED: &str = "agent() got the option `rlm` from data, and the script does not name it: write `rlm: …` in the call, so that its plan \
                       can bound what it takes";

/// Refuses a text that is too long before anything is made of it.
fn short_enough(what: &str, value: &JsValue, most: usize) -> Result<(), String> {
    match value.as_string() {
        Some(text) if text.len() > most => {
            Err(format!("{what} is too large: about {} bytes, and at most {most} are taken", text.len()))
        }
        _ => Ok(()),
    }
}

type Native = fn(&JsValue, &[JsValue], &mut Context) -> JsResult<JsValue>;

/// The natives by the name under which the prelude knows them, with their number of parameters.
pub(super) const NATIVES: [(&str, usize, Native); 10] = [
    ("agent", 2, agent),
    ("phase", 1, phase),
    ("log", 1, log),
    ("workflow", 2, workflow),
    ("rlm", 1, repl::rlm),
    ("spent", 0, spent),
    ("enter", 4, enter),
    ("drop", 4, drop_item),
    ("fail", 1, fail),
    ("raced", 0, raced),
];

pub(super) fn native(function: Native) -> NativeFunction {
    NativeFunction::from_fn_ptr(function)
}

/// A promise that is rejected, from the start, with an error that stands where the primitive was called.
fn rejected(message: String, context: &mut Context) -> JsResult<JsValue> {
    let error = errors::placed(JsNativeError::typ().with_message(message), errors::here(context), context);
    Ok(JsPromise::reject(JsError::from_opaque(error), context)?.into())
}

fn agent(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let host = Host::of(context)?;
    let at = errors::here(context);
    // Large data takes time and memory to hand over; a limit hit meanwhile was hit here.
    host.pass(at);
    let (prompt, options, read) = match call_of(args, context) {
        Ok(call) => call,
        Err(message) => return rejected(message, context),
    };
    if host.dialect().phase_option_is_ambient
        && let Some(phase) = &read.phase
    {
        host.set_phase(phase.clone());
    }
    if let Some(given) = options.get("rlm").filter(|given| !given.is_null()) {
        if !host.script().names_rlm {
            return rejected(UNNAMED.into(), context);
        }
        return repl::answer(prompt, read, given.clone(), at, context);
    }
    // A workflow that a cell called takes from what the cell's REPL has.
    if let Some(node) = host.node_around(host.scope())
        && let Err(message) = host.repl.charge(node)
    {
        return rejected(message, context);
    }
    let (promise, resolvers) = JsPromise::new_pending(context);
    let id = host.register(resolvers, at, Settler::Scheduler);
    host.call(Call {
        id,
        prompt,
        excerpt: None,
        options,
        path: host.path(),
        phase: host.phase(),
        workflow: host.workflow(),
        at,
        asked: None,
        purses: Vec::new(),
    });
    Ok(promise.into())
}

/// Prompt and options of a call of `agent`, the latter as JSON and as read.
fn call_of(args: &[JsValue], context: &mut Context) -> Result<(String, Value, AgentOptions), String> {
    let prompt = args.get_or_undefined(0);
    if prompt.is_object() || prompt.is_null_or_undefined() || prompt.is_symbol() {
        let promise = prompt.as_object().is_some_and(|o| JsPromise::from_object(o).is_ok());
        let got = if promise { "a promise: add `await`".into() } else { errors::shown(prompt, context) };
        return Err(format!("agent() takes its prompt as a string; got {got}"));
    }
    short_enough("the prompt of agent()", prompt, LONGEST_PROMPT)?;
    let prompt = prompt.to_string(context).map_err(|e| e.to_string())?.to_std_string_lossy();
    if prompt.is_empty() {
        return Err("agent() needs a prompt; got an empty string".into());
    }
    let given = args.get_or_undefined(1);
    let options = match to_json(given, "agent() options", Undefined::Dropped, context)? {
        None => Value::Object(Map::new()),
        Some(options) => options,
    };
    let read = AgentOptions::from_json(&options)?;
    Ok((prompt, options, read))
}

fn phase(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    short_enough("the title of phase()", args.get_or_undefined(0), LONGEST_LINE).map_err(refused)?;
    let title = args.get_or_undefined(0).as_string().map(|t| t.to_std_string_lossy());
    let Some(title) = title.filter(|t| !t.trim().is_empty()) else {
        let got = errors::shown(args.get_or_undefined(0), context);
        return Err(refused(format!("phase() takes a title: a string that is not empty; got {got}")));
    };
    let host = Host::of(context)?;
    host.set_phase(title.clone());
    host.say(&FromSandbox::Phase { title, workflow: host.workflow() });
    Ok(JsValue::undefined())
}

fn log(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let at = errors::here(context);
    Host::of(context)?.pass(at);
    let value = args.get_or_undefined(0);
    short_enough("a line of log()", value, LONGEST_LINE).map_err(refused)?;
    let message = match value.as_string() {
        Some(text) => text.to_std_string_lossy(),
        None => errors::shown(value, context),
    };
    Host::of(context)?.say(&FromSandbox::Log { message });
    Ok(JsValue::undefined())
}

fn workflow(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let host = Host::of(context)?;
    if host.is_nested() {
        return rejected("workflow() goes one level deep: a nested workflow cannot call another".into(), context);
    }
    let named = args.get_or_undefined(0);
    let path = match named.as_object() {
        Some(object) => object.get(js_string!("scriptPath"), context)?.as_string().map(|p| p.to_std_string_lossy()),
        None => None,
    };
    let reference = match (named.as_string(), path) {
        (Some(name), _) => Reference::Name(name.to_std_string_lossy()),
        (None, Some(path)) => Reference::Path(path),
        (None, None) => {
            return rejected("workflow() takes the name of a saved workflow, or { scriptPath }".into(), context);
        }
    };
    let given = match to_json(args.get_or_undefined(1), "workflow() args", Undefined::Dropped, context) {
        Ok(given) => given,
        Err(message) => return rejected(message, context),
    };
    let (promise, resolvers) = JsPromise::new_pending(context);
    let id = host.register(resolvers, errors::here(context), Settler::Shelf(given));
    host.say(&FromSandbox::Load { id, reference });
    Ok(promise.into())
}

fn spent(_this: &JsValue, _args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    Ok(JsValue::from(Host::of(context)?.spent() as f64))
}

/// `enter(kind, index, stage, function, ...args)`: calls the function as a slot or stage of its own.
fn enter(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (_, index, stage) = slot(args);
    // Lists have less than 2^32 items, and calls less arguments.
    let segment = match stage {
        Some(stage) => Segment::Pipeline { index: index as u32, stage: stage as u32 },
        None => Segment::Parallel(index as u32),
    };
    let function = args.get_or_undefined(3).as_callable().ok_or_else(|| refused("not a function"))?;
    let host = Host::of(context)?;
    host.within(segment, None, || function.call(&JsValue::undefined(), args.get(4..).unwrap_or_default(), context))
}

fn slot(args: &[JsValue]) -> (String, u64, Option<u64>) {
    let kind = args.get_or_undefined(0).as_string().map(|k| k.to_std_string_lossy()).unwrap_or_default();
    let index = args.get_or_undefined(1).as_number().unwrap_or(0.0) as u64;
    (kind, index, args.get_or_undefined(2).as_number().map(|n| n as u64))
}

/// `drop(kind, index, stage, error)`: tells that an item became `null`.
fn drop_item(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (from, index, stage) = slot(args);
    let error = errors::of_value(args.get_or_undefined(3), context);
    let at = error.at.unwrap_or_else(|| errors::here(context));
    Host::of(context)?.say(&FromSandbox::Dropped { from, index, stage, reason: error.message, at });
    Ok(JsValue::undefined())
}

/// `fail(error)`: ends the run.
fn fail(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let error = errors::of_value(args.get_or_undefined(0), context);
    Host::of(context)?.fail(error);
    Ok(JsValue::undefined())
}

/// `raced()`: the script lets promises race.
fn raced(_this: &JsValue, _args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    Host::of(context)?.set_raced();
    Ok(JsValue::undefined())
}

/// The name of a native as a JavaScript string.
pub(super) fn name(name: &str) -> JsString {
    JsString::from(name)
}
