//! Furnishes the realm of a REPL.

use std::path::Path;

use boa_engine::{
    Context, JsResult, JsString, JsValue, NativeFunction, Script, Source, js_string,
    object::{FunctionObjectBuilder, ObjectInitializer, builtins::JsArray},
    property::Attribute,
};

use super::{
    super::{
        globals,
        host::{PRELUDE, refused},
    },
    calls, contexts,
    node::Api,
    say, strings,
};

type Native = fn(&JsValue, &[JsValue], &mut Context) -> JsResult<JsValue>;

const NATIVES: [(&str, Native); 27] = [
    ("here", calls::here),
    ("ask", calls::ask),
    ("workflow", calls::workflow),
    ("failed", calls::failed),
    ("fan", calls::fan),
    ("leaves", calls::leaves),
    ("plan", calls::plan),
    ("budget", calls::budget),
    ("print", say::print),
    ("note", say::note),
    ("submit", say::submit),
    ("meta", contexts::meta),
    ("whole", contexts::whole),
    ("slice", contexts::slice),
    ("lines", contexts::lines),
    ("grep", contexts::grep),
    ("hits", contexts::hits),
    ("count", contexts::count),
    ("find", contexts::find),
    ("sample", contexts::sample),
    ("chunk", contexts::chunk),
    ("json", contexts::json),
    ("coverage", contexts::coverage),
    ("split", strings::split),
    ("indexOf", strings::index_of),
    ("lastIndexOf", strings::last_index_of),
    ("tokens", strings::tokens),
];

/// Furnishes the current realm with the names of a REPL.
pub(super) fn furnish(
    question: &str,
    value: JsValue,
    fan_out: u64,
    handles: &[(usize, String)],
    context: &mut Context,
) -> JsResult<Api> {
    let realm = context.realm().clone();
    let pairs: Vec<JsValue> = handles
        .iter()
        .map(|(handle, name)| {
            let pair = [JsValue::from(*handle as f64), JsString::from(name.as_str()).into()];
            JsArray::from_iter(pair, context).into()
        })
        .collect();
    let pairs = JsArray::from_iter(pairs, context);
    let mut object = ObjectInitializer::new(context);
    for (name, native) in NATIVES {
        let function = FunctionObjectBuilder::new(&realm, NativeFunction::from_fn_ptr(native))
            .name(JsString::from(name))
            .constructor(false)
            .build();
        object.property(JsString::from(name), function, Attribute::all());
    }
    let host = object
        .property(js_string!("question"), JsString::from(question), Attribute::all())
        .property(js_string!("fanOut"), fan_out as f64, Attribute::all())
        .property(js_string!("context"), value, Attribute::all())
        .property(js_string!("contexts"), pairs, Attribute::all())
        .build();
    let prelude = Source::from_bytes(include_str!("repl.js")).with_path(Path::new(PRELUDE));
    let prelude = Script::parse(prelude, None, context)?.evaluate(context)?;
    let api = globals::call(&prelude, &[host.into()], context)?;
    api.as_object().map(|object| Api(object.clone())).ok_or_else(|| refused("the REPL is not set up"))
}
