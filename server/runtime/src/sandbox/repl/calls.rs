//! What cells ask of models, and what that may take.

use std::rc::Rc;

use analysis::{
    estimate,
    prices::OwnPrices,
    text::LineColumn,
    units::{Tokens, Usage, Usd, thousands},
};
use boa_engine::{
    Context, JsArgs, JsError, JsObject, JsResult, JsString, JsValue,
    builtins::promise::PromiseState,
    object::builtins::{JsArray, JsPromise},
};
use serde_json::{Map, Value, json};

use super::super::{
    convert::{Undefined, from_json, to_json},
    errors,
    host::{Host, Settler, refused},
    protocol::{Asked, Call, FromSandbox, Holds, Purse, Reference},
};
use super::{
    INHERIT, Part, Underway, error,
    order::{self, Budget, Material, Order},
};
use crate::{
    options::AgentOptions,
    rlm::{output, source, text, text::Text},
    scheduler::MOST_OUTPUT,
};

/// What a cell is told that calls a model where it may not.
const CODE_ALONE: &str = "calls of models are not allowed at this depth: work with code alone";

/// An exception of class `UsageError`.
pub(super) fn usage(message: &str, context: &mut Context) -> JsError {
    thrown("usage", message, context)
}

fn thrown(kind: &str, message: &str, context: &mut Context) -> JsError {
    match Host::of(context).ok().and_then(|host| host.node()) {
        Some(node) => JsError::from_opaque(error(node, kind, message, 0, context)),
        None => refused(message.to_owned()),
    }
}

pub(super) fn node_of(context: &Context) -> JsResult<(Rc<Host>, usize)> {
    let host = Host::of(context)?;
    let node = host.node().ok_or_else(|| refused("this works in cells only"))?;
    Ok((host, node))
}

/// `here()`: where the running code stands, to be given to `ask`.
pub(super) fn here(_this: &JsValue, _args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let at = errors::here(context);
    Ok(JsArray::from_iter([JsValue::from(at.line), JsValue::from(at.column)], context).into())
}

/// `ask(kind, prompt, options, context, place)`: the promise of an answer.
pub(super) fn ask(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (host, node) = node_of(context)?;
    let at = match args.get_or_undefined(4).as_object() {
        Some(place) => LineColumn { line: item(&place, 0, context)? as u32, column: item(&place, 1, context)? as u32 },
        None => errors::here(context),
    };
    host.pass(at);
    let deeper = args.get_or_undefined(0).as_number() == Some(1.0);
    let prompt = args.get_or_undefined(1).to_string(context)?.to_std_string_lossy();
    let options = to_json(args.get_or_undefined(2), "the options", Undefined::Dropped, context);
    let options = options.map_err(|e| usage(&e, context))?.unwrap_or_default();
    let Value::Object(options) = options else { return Err(usage("options are an object", context)) };
    let attached = attachment(&host, args.get_or_undefined(3), context)?;
    if prompt.trim().is_empty() {
        return Err(usage("the prompt is empty", context));
    }
    let Some((depth_left, sub, place)) = host.repl.with(node, |n| (n.depth_left, n.sub.clone(), n.at)) else {
        return Err(refused("the REPL is gone"));
    };
    if depth_left == 0 {
        return Err(usage(CODE_ALONE, context));
    }
    if deeper && depth_left > 1 {
        let order = child(prompt, options, attached, node, &host).map_err(|e| usage(&e, context))?;
        spend(&host, node, context)?;
        return Ok(order::conceive(order, Some(node), at, context)?.into());
    }
    if deeper {
        host.repl.with(node, |n| {
            if !std::mem::replace(&mut n.told_depth, true) {
                n.told.result.push_str("Note: at this depth rlm_query is the same as llm_query.\n");
            }
        });
    }
    let (call, part) = asked(&host, prompt, options, attached, sub).map_err(|e| usage(&e, context))?;
    // What cannot be sent takes nothing.
    spend(&host, node, context)?;
    if let Some(share) = part.as_ref().and_then(Part::too_much) {
        host.repl.with(node, |n| {
            if !std::mem::replace(&mut n.told_share, true) {
                let note = format!(
                    "Note: a call is sent {share} % of the context; parts of about 100,000 characters are read better, by many calls."
                );
                n.told.result.push_str(&note);
                n.told.result.push('\n');
            }
        });
    }
    let (promise, resolvers) = JsPromise::new_pending(context);
    let id = host.register(resolvers, at, Settler::Scheduler);
    host.repl.underway.borrow_mut().insert(id, Underway { node, part });
    let (path, phase, workflow) = (host.path(), host.phase(), host.workflow());
    host.call(Call { id, path, phase, workflow, at: place, ..call });
    Ok(promise.into())
}

/// `workflow(name, args)`: the promise of the result of a saved workflow that this REPL may call.
pub(super) fn workflow(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (host, node) = node_of(context)?;
    let at = errors::here(context);
    let Some(name) = args.get_or_undefined(0).as_string().map(|name| name.to_std_string_lossy()) else {
        return Err(usage("workflow() takes the name of a workflow, a string, and its arguments", context));
    };
    let known = host.repl.with(node, |n| (n.depth_left, n.workflows.iter().map(|(name, _)| name.clone()).collect()));
    let (depth_left, allowed): (u32, Vec<String>) = known.unwrap_or_default();
    if !allowed.contains(&name) {
        let known = if allowed.is_empty() { "none".into() } else { allowed.join(", ") };
        let message = format!(
            "this REPL may not call the workflow {name:?}; those it may: {known}. Whoever began it can allow more by the option `workflows`: \
             go on without"
        );
        return Err(usage(&message, context));
    }
    if depth_left == 0 {
        return Err(usage(CODE_ALONE, context));
    }
    if host.is_nested() {
        return Err(usage("workflow() goes one level deep, and this REPL was begun by a nested workflow", context));
    }
    let given = to_json(args.get_or_undefined(1), "workflow() args", Undefined::Dropped, context);
    let given = given.map_err(|e| usage(&e, context))?;
    let (promise, resolvers) = JsPromise::new_pending(context);
    let id = host.register(resolvers, at, Settler::Shelf(given));
    host.say(&FromSandbox::Load { id, reference: Reference::Name(name) });
    Ok(promise.into())
}

/// What is put below a prompt.
pub(super) enum Attached {
    None,
    Text(String),
    Part { handle: usize, start: usize, end: usize },
}

/// The length of a list of the REPL's own.
pub(super) fn item_count(list: &JsObject, context: &mut Context) -> JsResult<u32> {
    Ok(list.get(JsString::from("length"), context)?.as_number().unwrap_or(0.0) as u32)
}

fn item(list: &JsObject, at: u32, context: &mut Context) -> JsResult<f64> {
    Ok(list.get(at, context)?.as_number().unwrap_or_default())
}

pub(super) fn attachment(host: &Host, given: &JsValue, context: &mut Context) -> JsResult<Attached> {
    if let Some(text) = given.as_string() {
        return Ok(Attached::Text(text.to_std_string_lossy()));
    }
    let Some(part) = given.as_object() else { return Ok(Attached::None) };
    let handle = item(&part, 0, context)? as usize;
    let (start, end) = (item(&part, 1, context)? as usize, item(&part, 2, context)? as usize);
    host.repl.loaded(handle).ok_or_else(|| refused("the context is gone"))?;
    Ok(Attached::Part { handle, start, end })
}

/// The call as the scheduler gets it, and the part of a text that it is sent; place, path and number follow.
fn asked(
    host: &Host,
    prompt: String,
    mut options: Map<String, Value>,
    attached: Attached,
    sub: Option<String>,
) -> Result<(Call, Option<Part>), String> {
    for option in ["max_depth", "max_turns", "workflows"] {
        options.remove(option);
    }
    // Where a REPL would go no deeper, its limits are those of the one call.
    let Budget { holds, .. } = order::budget(options.remove("budget"), &order::OF_CELLS)?;
    let own = match holds.usd {
        Some(_) => {
            let holds = Holds { usd: holds.usd, ..Holds::default() };
            let of = format!("call {}", host.calls() + 1);
            vec![Purse { of, holds }]
        }
        None => Vec::new(),
    };
    let system = match options.remove("system") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => Some(text),
        Some(_) => return Err("option `system` is a string".into()),
    };
    let max_tokens = least(from_one(options.remove("max_tokens"), "max_tokens")?, holds.tokens);
    let timeout_ms = least(from_one(options.remove("timeout_ms"), "timeout_ms")?, holds.ms);
    if let (None, Some(sub)) = (options.get("model"), sub) {
        options.insert("model".into(), sub.into());
    }
    let label = crate::key::label(&prompt);
    let mut part = None;
    let (text, excerpt, below) = match attached {
        Attached::None => (None, None, 0),
        Attached::Text(text) => {
            let below = output::units(&text);
            (Some(text), None, below)
        }
        Attached::Part { handle, start, end } => {
            let loaded = host.repl.loaded(handle).ok_or("the context is gone")?;
            let (from, to) = (loaded.text.place_of(start).0, loaded.text.place_of(end).0);
            part = Some(Part { of: loaded.clone(), from, to });
            let excerpt = loaded.places(start, end).and_then(|(from, to)| loaded.text.excerpt(from, to));
            let text = if excerpt.is_none() { Some(loaded.slice(start, end).to_std_string_lossy()) } else { None };
            (text, excerpt, end.saturating_sub(start))
        }
    };
    let (length, most) = (output::units(&prompt) + below, host.repl.limits.prompt);
    if length > most {
        let parts = length.div_ceil(most.saturating_sub(2000).max(1));
        return Err(format!(
            "the prompt has {length} characters with what is attached, and at most {most} are sent: split it, for example into {parts} chunks of {}",
            length.div_ceil(parts)
        ));
    }
    let prompt = match text {
        Some(text) => source::attached(&prompt, &text),
        None => prompt,
    };
    options.entry("label").or_insert(label.into());
    let options = Value::Object(options);
    AgentOptions::from_json(&options).map_err(|e| e.replace("agent() ", ""))?;
    let call = Call {
        id: 0,
        prompt,
        excerpt,
        options,
        path: String::new(),
        phase: None,
        workflow: None,
        at: LineColumn { line: 1, column: 1 },
        asked: Some(Asked { system, max_tokens, timeout_ms, code: false, held: false }),
        purses: own,
    };
    Ok((call, part))
}

/// The smaller of two limits.
fn least(one: Option<u64>, other: Option<u64>) -> Option<u64> {
    one.into_iter().chain(other).min()
}

/// An option that is a whole number from 1 on.
fn from_one(given: Option<Value>, option: &str) -> Result<Option<u64>, String> {
    match given {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(number) if number > 0 => Ok(Some(number)),
            _ => Err(format!("option `{option}` is a whole number from 1 on")),
        },
    }
}

/// A REPL below this one.
fn child(
    question: String,
    mut options: Map<String, Value>,
    attached: Attached,
    node: usize,
    host: &Host,
) -> Result<Order, String> {
    let own = |n: &mut super::Node| {
        let names = n.workflows.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        (n.depth_left, n.turns, n.root.clone(), n.sub.clone(), names)
    };
    let (depth_left, most, root, sub, allowed) = host.repl.with(node, own).ok_or("the REPL is gone")?;
    let material = match attached {
        Attached::None => Material::Text(Rc::new(Text::new(String::new()))),
        Attached::Text(text) => Material::Text(Rc::new(Text::new(text))),
        Attached::Part { handle, start, end } => {
            let loaded = host.repl.loaded(handle).ok_or("the context is gone")?;
            match loaded.places(start, end) {
                Some((0, to)) if to == loaded.text.size() => Material::Handle(handle),
                Some((from, to)) => Material::Part(handle, from, to),
                None => {
                    // Half a character is in no file.
                    loaded.was_sent(loaded.text.place_of(start).0, loaded.text.place_of(end).0);
                    Material::Text(Rc::new(Text::new(loaded.slice(start, end).to_std_string_lossy())))
                }
            }
        }
    };
    let (turns, depth) = (options.remove("max_turns"), options.remove("max_depth"));
    let Budget { calls: most_calls, holds } = order::budget(options.remove("budget"), &order::OF_CELLS)?;
    let tokens = least(from_one(options.remove("max_tokens"), "max_tokens")?, holds.tokens);
    let ms = least(from_one(options.remove("timeout_ms"), "timeout_ms")?, holds.ms);
    let holds = Holds { tokens, ms, ..holds };
    let workflows = order::workflows(options.remove("workflows"))?;
    if let Some((name, _)) = workflows.iter().find(|(name, _)| !allowed.contains(name)) {
        return Err(format!("option `workflows` names {name:?}, which this REPL may not call itself"));
    }
    options.remove("system");
    let AgentOptions { schema, model, effort, label, .. } =
        AgentOptions::from_json(&Value::Object(options)).map_err(|e| e.replace("agent() ", ""))?;
    Ok(Order {
        question,
        contexts: vec![("context".into(), material)],
        schema,
        check: None,
        direct: None,
        root: model.or(root),
        sub,
        turns: order::number(turns, "max_turns", 1, most)?.unwrap_or(most),
        depth: order::number(depth, "max_depth", 0, depth_left - 1)?.unwrap_or(depth_left - 1),
        most_calls,
        holds,
        workflows,
        effort,
        label,
        phase: None,
        agent: false,
    })
}

/// Takes a call from what the cell may make, and from the purses of its REPL and all above it, or throws.
fn spend(host: &Host, node: usize, context: &mut Context) -> JsResult<()> {
    host.repl.affords(node).map_err(|message| thrown("budget", &message, context))?;
    let frame = host.frame();
    let fan_out = host.repl.limits.fan_out;
    let over = host.repl.cells.borrow_mut().get_mut(&frame).and_then(|cell| {
        let most = fan_out.max(cell.confirmed);
        cell.calls += 1;
        (cell.calls > most).then_some(most)
    });
    if let Some(most) = over {
        let message = format!(
            "one cell may make {most} calls; make fewer, larger ones, or one batch that says {{ confirm: true }} after a look at plan(prompts)"
        );
        return Err(usage(&message, context));
    }
    host.repl.charge(node).map_err(|message| thrown("budget", &message, context))
}

/// `fan(count, confirm)`: how many calls a cell may make without confirming them, where this batch goes beyond that.
pub(super) fn fan(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let host = Host::of(context)?;
    let count = args.get_or_undefined(0).as_number().unwrap_or(0.0) as u64;
    let confirmed = args.get_or_undefined(1).to_boolean();
    let frame = host.frame();
    let most = host.repl.limits.fan_out;
    let made = host.repl.cells.borrow_mut().get_mut(&frame).map_or(0, |cell| {
        if confirmed {
            cell.confirmed = cell.confirmed.max(cell.calls + count);
        }
        cell.calls.max(cell.confirmed.saturating_sub(count))
    });
    if !confirmed && made + count > most {
        return Ok(JsValue::from(most as f64));
    }
    Ok(JsValue::undefined())
}

/// `failed(promise)`: whether a call has no answer and will have none.
pub(super) fn failed(_this: &JsValue, args: &[JsValue], _context: &mut Context) -> JsResult<JsValue> {
    let promise = args.get_or_undefined(0).as_object().and_then(|object| JsPromise::from_object(object.clone()).ok());
    let failed = promise.is_some_and(|promise| matches!(promise.state(), PromiseState::Rejected(_)));
    Ok(JsValue::from(failed))
}

/// `leaves({ calls, tokens_in, usd_max })`: tells people of a large batch before it leaves.
pub(super) fn leaves(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (host, node) = node_of(context)?;
    let plan = to_json(args.get_or_undefined(0), "the plan", Undefined::Dropped, context).map_err(refused)?;
    let plan = plan.unwrap_or_default();
    let place = host.repl.with(node, |n| format!("{} turn {}", n.path, n.turn)).unwrap_or_default();
    let number = |name: &str| plan[name].as_u64().unwrap_or_default();
    let (calls, tokens) = (thousands(number("calls")), Tokens(number("tokens_in")));
    let cost = match plan["usd_max"].as_f64() {
        Some(usd) => format!("at most {} ({})", Usd(usd), plan["basis"].as_str().unwrap_or_default()),
        None => "at a price that is not known".to_owned(),
    };
    let message = format!("{place}: a batch of {calls} calls leaves, about {tokens} tokens to read, {cost}");
    host.say(&FromSandbox::Log { message });
    Ok(JsValue::undefined())
}

/// `plan([[prompt, context, model, max_tokens]…], model)`: what the calls would take.
pub(super) fn plan(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (host, node) = node_of(context)?;
    let list = args.get_or_undefined(0).as_object().ok_or_else(|| refused("plan() takes an array"))?;
    let length = item_count(&list, context)?;
    let named = |value: &JsValue| value.as_string().map(|s| s.to_std_string_lossy());
    let default = named(args.get_or_undefined(1)).or(host.repl.with(node, |n| n.sub.clone()).flatten());
    let (mut tokens, mut answers, mut usd, mut assumed) = (0, 0, Some(0.0), false);
    for at in 0..length {
        let entry = list.get(at, context)?;
        let Some(entry) = entry.as_object() else { continue };
        let prompt = entry.get(0, context)?.as_string().map(|s| s.to_std_string_lossy()).unwrap_or_default();
        let attached = match attachment(&host, &entry.get(1, context)?, context)? {
            Attached::None => 0,
            Attached::Text(text) => text::estimate(&text),
            Attached::Part { handle, start, end } => match host.repl.loaded(handle) {
                Some(loaded) => text::estimate(&loaded.slice(start, end).to_std_string_lossy()),
                None => 0,
            },
        };
        let input = text::estimate(&prompt) + attached;
        tokens += input;
        let model = named(&entry.get(2, context)?).or(default.clone()).unwrap_or_else(|| host.repl.model.clone());
        assumed |= model == INHERIT;
        let answer = entry.get(3, context)?.as_number().map_or(MOST_OUTPUT, |most| (most as u64).min(MOST_OUTPUT));
        answers += answer;
        let most = Usage { input: Tokens(input), output: Tokens(answer), ..Usage::default() };
        usd = usd.zip(estimate::would_cost(&model, &most)).map(|(sum, Usd(one))| sum + one);
    }
    let listed = OwnPrices::default();
    let assumed = if assumed { listed.find(INHERIT) } else { None };
    let assumed = assumed.map(|model| format!(", no model named = {} (assumed)", model.id)).unwrap_or_default();
    let plan = json!({
        "calls": length, "tokens_in": tokens, "tokens_out_max": answers, "usd_max": usd,
        "basis": format!("estimated tokens, the most output a call can have, list prices{assumed}"),
    });
    from_json(&plan, context).map_err(refused)
}

/// `budget()`: what was used and what is left.
pub(super) fn budget(_this: &JsValue, _args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let (host, node) = node_of(context)?;
    let purses = host.repl.purses(node);
    let Some(value) = host.repl.with(node, |n| {
        let (made, most) = (host.calls(), host.repl.most_calls);
        let left = most.saturating_sub(made).min(n.most_calls.map_or(u64::MAX, |own| own.saturating_sub(n.calls)));
        let (tokens, usd) = host.repl.spent.borrow().told(host.repl.budget, host.repl.budget_usd, &purses);
        json!({
            "calls": { "used": made, "left": left, "limit": most },
            "turns": { "used": n.turn, "left": n.turns - n.turn },
            "depth": { "used": n.depth, "left": n.depth_left },
            "tokens": tokens,
            "usd": usd,
            "basis": "output tokens by four bytes each, list prices",
        })
    }) else {
        return Ok(JsValue::undefined());
    };
    from_json(&value, context).map_err(refused)
}
