//! A realm as scripts find it: the language, the primitives, no clock, no chance, no code from text.

use std::{path::Path, rc::Rc};

use analysis::text::LineColumn;
use boa_engine::{
    Context, JsError, JsResult, JsValue, Script, Source,
    context::ContextBuilder,
    error::{EngineError, RuntimeLimitError},
    js_string,
    module::IdleModuleLoader,
    object::{FunctionObjectBuilder, ObjectInitializer},
    property::Attribute,
    realm::Realm,
};
use serde_json::Value;

use super::{
    convert::from_json,
    errors,
    host::{Hooks, Host, PRELUDE, SCRIPT, refused},
    primitives,
    serve::Queue,
};
use crate::{dialect::DateBan, event::RunError};

/// Most calls within calls. Far above what real scripts need, far below what the stack of the thread holds.
const DEEPEST_CALL: usize = 4000;

/// A context whose promises are settled by `host`.
pub(super) fn context(host: &Rc<Host>, queue: Rc<Queue>) -> JsResult<Context> {
    let mut context = ContextBuilder::new()
        .job_executor(queue)
        .host_hooks(Rc::new(Hooks(host.clone())))
        .module_loader(Rc::new(IdleModuleLoader))
        .can_block(false)
        .build()?;
    // Ours comes first where code of a script calls; the engine's is for code that does not tick.
    context.runtime_limits_mut().set_recursion_limit(DEEPEST_CALL + 100);
    context.runtime_limits_mut().set_stack_size_limit(1 << 20);
    context.insert_data(host.clone());
    host.keep_stack_getter(errors::stack_getter(&mut context));
    Ok(context)
}

/// Furnishes the current realm.
pub(super) fn furnish(args: Option<&Value>, total: Option<u64>, context: &mut Context) -> JsResult<()> {
    let dialect = Host::of(context)?.dialect();
    let args = match args {
        Some(args) => from_json(args, context).map_err(refused)?,
        None => JsValue::undefined(),
    };
    let realm = context.realm().clone();
    let mut object = ObjectInitializer::new(context);
    for (name, length, function) in primitives::NATIVES {
        let function = FunctionObjectBuilder::new(&realm, primitives::native(function))
            .name(primitives::name(name))
            .length(length)
            .constructor(false)
            .build();
        object.property(primitives::name(name), function, Attribute::all());
    }
    let total = total.map_or(JsValue::null(), |t| JsValue::from(t as f64));
    let host = object
        .property(js_string!("total"), total, Attribute::all())
        .property(js_string!("args"), args, Attribute::all())
        .property(js_string!("itemCap"), dialect.item_cap as f64, Attribute::all())
        .property(js_string!("syncThrowIsFatal"), dialect.parallel_sync_throw_is_fatal, Attribute::all())
        .property(js_string!("noDates"), dialect.date_ban != DateBan::WithoutArguments, Attribute::all())
        .property(js_string!("noDateParse"), dialect.date_ban == DateBan::AnyAndParse, Attribute::all())
        .property(js_string!("nullSkips"), dialect.pipeline_null_skips, Attribute::all())
        .build();
    let prelude = Source::from_bytes(include_str!("prelude.js")).with_path(Path::new(PRELUDE));
    call(&Script::parse(prelude, None, context)?.evaluate(context)?, &[host.into()], context)?;
    Ok(())
}

/// Starts the script of the current scope in the current realm and gives the promise of its result.
pub(super) fn start(context: &mut Context) -> JsResult<JsValue> {
    let host = Host::of(context)?;
    let wrapped = host.script();
    let path = format!("{SCRIPT}{}.js", host.frame());
    let script = Source::from_bytes(wrapped.text.as_bytes()).with_path(Path::new(&path));
    let script = Script::parse(script, None, context)?;
    let args = context.global_object().get(js_string!("args"), context)?;
    let realm = context.realm().clone();
    let tick = FunctionObjectBuilder::new(&realm, primitives::native(tick)).length(2).constructor(false).build();
    let body = call(&script.evaluate(context)?, &[args, tick.into()], context)?;
    call(&body, &[], context)
}

/// Every turn of a loop and every call of a function comes by here, with its line and column. Ends a script that has
/// hit a limit, in a way it cannot catch.
fn tick(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let host = Host::of(context)?;
    let at = place(args);
    let reason = if is_too_deep(context) { Some(errors::TOO_DEEP.to_owned()) } else { host.pass(at) };
    match reason {
        None => Ok(JsValue::undefined()),
        Some(reason) => {
            host.fail(RunError { workflow: host.workflow(), ..RunError::at(reason, at) });
            Err(EngineError::RuntimeLimit(RuntimeLimitError::LoopIteration).into())
        }
    }
}

/// The line and column with which a counter is called.
pub(super) fn place(args: &[JsValue]) -> LineColumn {
    let number = |at: usize| args.get(at).and_then(JsValue::as_number).unwrap_or(1.0) as u32;
    LineColumn { line: number(0), column: number(1) }
}

/// Whether calls within calls go deeper than scripts may.
pub(super) fn is_too_deep(context: &Context) -> bool {
    context.stack_trace().size_hint().0 > DEEPEST_CALL
}

/// Calls what code of ours gave.
pub(super) fn call(function: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let function = function.as_callable().ok_or_else(|| -> JsError { refused("the script is no function") })?;
    function.call(&JsValue::undefined(), args, context)
}

/// Runs `body` in a realm of its own.
pub(super) fn in_new_realm<T>(context: &mut Context, body: impl FnOnce(&mut Context) -> JsResult<T>) -> JsResult<T> {
    let realm: Realm = context.create_realm()?;
    let before = context.enter_realm(realm);
    let value = body(context);
    context.enter_realm(before);
    value
}
