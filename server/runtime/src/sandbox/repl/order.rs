//! `rlm({ question, context, … })` and `agent(prompt, { rlm: { … } })`: what is asked for, read and checked.

use std::rc::Rc;

use analysis::{
    text::LineColumn,
    vocabulary::{Field, RLM_LIMITS, RLM_OPTIONS},
};
use boa_engine::{Context, JsArgs, JsNativeError, JsObject, JsResult, JsValue, object::builtins::JsPromise};
use serde_json::{Map, Value};

use super::super::{
    convert::{Undefined, to_json},
    errors,
    host::{Host, Settler},
    protocol::Holds,
};
use super::Repl;
use crate::{
    options::AgentOptions,
    rlm::{RlmLimits, source, text::Text},
};

/// A REPL that is to begin.
pub(super) struct Birth {
    pub(super) order: Order,
    pub(super) parent: Option<usize>,
    pub(super) scope: usize,
    /// The phase that was in force.
    pub(super) phase: Option<String>,
    pub(super) answer: u64,
    pub(super) at: LineColumn,
}

/// What a REPL is to do.
pub(super) struct Order {
    pub(super) question: String,
    pub(super) contexts: Vec<(String, Material)>,
    pub(super) schema: Option<Value>,
    /// Accepts the answer, or says what is wrong with it.
    pub(super) check: Option<JsObject>,
    /// Contexts of at most so many tokens are answered with one plain call.
    pub(super) direct: Option<u64>,
    pub(super) root: Option<String>,
    pub(super) sub: Option<String>,
    pub(super) turns: u32,
    pub(super) depth: u32,
    pub(super) most_calls: Option<u64>,
    /// What else it and those below it may take.
    pub(super) holds: Holds,
    /// Workflows its cells may call, and what they are told of each.
    pub(super) workflows: Vec<(String, String)>,
    /// Reasoning effort of the root model.
    pub(super) effort: Option<String>,
    /// Name for people.
    pub(super) label: Option<String>,
    /// The progress group it is given.
    pub(super) phase: Option<String>,
    /// Whether its answer is an agent's: a text where no schema is given.
    pub(super) agent: bool,
}

/// A context.
pub(super) enum Material {
    /// A text already known under this number.
    Handle(usize),
    /// A part of such a text, in bytes.
    Part(usize, usize, usize),
    /// A text.
    Text(Rc<Text>),
    /// An object or array.
    Data(Value),
}

/// What a recursive model is asked whose prompt is its context.
const DO_IT: &str = "Do what the text in `context` asks.";

/// The primitive: gives the promise of the answer.
pub(in crate::sandbox) fn rlm(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let host = Host::of(context)?;
    let at = errors::here(context);
    host.pass(at);
    let order = to_json(args.get_or_undefined(0), "rlm() options", Undefined::Dropped, context)
        .and_then(|options| Order::read(options.unwrap_or_default(), &host))
        .and_then(|order| Ok(Order { check: check(args.get_or_undefined(1))?, ..order }));
    begin(order, at, context)
}

/// `agent(prompt, { rlm: … })`: the same for the prompt. `options` are the agent's own, `given` is what `rlm` says.
pub(in crate::sandbox) fn answer(
    prompt: String,
    options: AgentOptions,
    given: Value,
    at: LineColumn,
    context: &mut Context,
) -> JsResult<JsValue> {
    let host = Host::of(context)?;
    begin(Order::of_agent(prompt, options, given, &host), at, context)
}

/// The option `validate`, which is no data and comes by itself.
fn check(given: &JsValue) -> Result<Option<JsObject>, String> {
    match given.as_callable() {
        Some(function) => Ok(Some(function.clone())),
        None if given.is_null_or_undefined() => Ok(None),
        None => Err("rlm(): option `validate` is a function: it gives true, or a text that says what is wrong".into()),
    }
}

/// The promise of what a script asked for, rejected where that cannot be.
fn begin(order: Result<Order, String>, at: LineColumn, context: &mut Context) -> JsResult<JsValue> {
    let host = Host::of(context)?;
    let parent = host.node_around(host.scope());
    let order = order.and_then(|order| match parent {
        Some(parent) => below(order, parent, &host),
        None => Ok(order),
    });
    match order {
        Ok(order) => Ok(conceive(order, parent, at, context)?.into()),
        Err(message) => {
            let error = errors::placed(JsNativeError::typ().with_message(message), at, context);
            Ok(JsPromise::reject(boa_engine::JsError::from_opaque(error), context)?.into())
        }
    }
}

/// What a workflow asks for that a cell called: it takes from what the cell's REPL has.
fn below(mut order: Order, parent: usize, host: &Host) -> Result<Order, String> {
    let (left, turns) = host.repl.with(parent, |n| (n.depth_left, n.turns)).unwrap_or_default();
    let Some(most) = left.checked_sub(1).filter(|most| *most > 0) else {
        return Err("the recursive model that called this workflow is as deep as it may go, and this call would go deeper: use agent(), \
                    or raise its maxDepth"
            .into());
    };
    host.repl.charge(parent)?;
    order.depth = order.depth.min(most);
    order.turns = order.turns.min(turns);
    Ok(order)
}

/// Has a REPL begin as soon as the running code waits.
pub(super) fn conceive(
    order: Order,
    parent: Option<usize>,
    at: LineColumn,
    context: &mut Context,
) -> JsResult<JsPromise> {
    let host = Host::of(context)?;
    let (promise, resolvers) = JsPromise::new_pending(context);
    let answer = host.register(resolvers, at, Settler::Sandbox);
    let (scope, phase) = (host.scope(), host.phase());
    host.repl.births.borrow_mut().push(Birth { order, parent, scope, phase, answer, at });
    Ok(promise)
}

impl Order {
    /// The argument of `rlm()`.
    fn read(options: Value, host: &Host) -> Result<Self, String> {
        let Value::Object(mut options) = options else {
            return Err("rlm() takes an object: { question, context, … }".into());
        };
        only(&options, RLM_OPTIONS).map_err(|e| format!("rlm(): {e}"))?;
        let question = match options.remove("question") {
            Some(Value::String(question)) if !question.trim().is_empty() => question,
            _ => return Err("rlm() needs a `question`: a string that is not empty".into()),
        };
        let own = ["schema", "model", "label"].iter().filter_map(|name| options.remove_entry(*name)).collect();
        let AgentOptions { schema, model, label, .. } =
            AgentOptions::from_json(&Value::Object(own)).map_err(|e| e.replace("agent()", "rlm()"))?;
        let order = Self::bounded(question, options, host).map_err(|e| format!("rlm(): {e}"))?;
        if order.contexts.is_empty() {
            return Err("rlm() needs a `context`: a string, an array or an object".into());
        }
        Ok(Self { schema, root: model, label, ..order })
    }

    /// The prompt of an agent, and its option `rlm`.
    fn of_agent(prompt: String, options: AgentOptions, given: Value, host: &Host) -> Result<Self, String> {
        let Value::Object(given) = given else {
            return Err("agent() option `rlm` is an object: its limits, and a `context` where the prompt is not all; `rlm: {}` will do".into());
        };
        let AgentOptions { schema, model, effort, label, phase, agent_type, isolation, .. } = options;
        for (name, set) in [("agentType", agent_type.is_some()), ("isolation", isolation.is_some())] {
            if set {
                return Err(format!(
                    "agent() takes no `{name}` beside `rlm`: a recursive model has a REPL, not an agent's tools"
                ));
            }
        }
        let order = only(&given, RLM_LIMITS).and_then(|()| Self::bounded(prompt, given, host));
        let mut order = order.map_err(|e| format!("agent() option `rlm`: {e}"))?;
        if order.contexts.is_empty() {
            let prompt = std::mem::replace(&mut order.question, DO_IT.into());
            order.contexts.push(("context".into(), Material::Text(Rc::new(Text::new(prompt)))));
        }
        Ok(Self { schema, root: model, effort, label, phase, agent: true, ..order })
    }

    /// What `options` say of bounds and contexts.
    fn bounded(question: String, mut options: Map<String, Value>, host: &Host) -> Result<Self, String> {
        let mut contexts = Vec::new();
        if let Some(given) = options.remove("context").filter(|c| !c.is_null()) {
            contexts.push(material("context", given, &host.repl)?);
        }
        match options.remove("contexts") {
            None => {}
            Some(Value::Object(texts)) => {
                for (name, given) in texts {
                    contexts.push((name, material("contexts", given, &host.repl)?.1));
                }
            }
            Some(Value::Array(list)) => {
                for given in list {
                    contexts.push(material("contexts", given, &host.repl)?);
                }
            }
            Some(_) => return Err("option `contexts` is an object of contexts by name, or a list".into()),
        }
        let RlmLimits { turns, most_turns, depth, deepest, .. } = host.repl.limits;
        let Budget { calls: most_calls, holds } = budget(options.remove("budget"), &["calls"])?;
        Ok(Self {
            question,
            contexts,
            schema: None,
            check: None,
            direct: direct(options.remove("direct"))?.or(host.repl.limits.direct),
            root: None,
            sub: name(options.remove("subModel"), "subModel")?,
            turns: number(options.remove("maxTurns"), "maxTurns", 1, most_turns)?.unwrap_or(turns),
            depth: number(options.remove("maxDepth"), "maxDepth", 0, deepest)?.unwrap_or(depth),
            most_calls,
            holds,
            workflows: workflows(options.remove("workflows"))?,
            effort: None,
            label: None,
            phase: None,
            agent: false,
        })
    }
}

/// Refuses options that are not among `known`.
fn only(options: &Map<String, Value>, known: &[Field]) -> Result<(), String> {
    let names: Vec<&str> = known.iter().map(|field| field.name).collect();
    match options.keys().find(|name| !names.contains(&name.as_str())) {
        Some(unknown) => Err(format!("there is no option `{unknown}`; there are {}", names.join(", "))),
        None => Ok(()),
    }
}

fn material(option: &str, given: Value, repl: &Repl) -> Result<(String, Material), String> {
    if let Some(name) = given.get(source::MEMBER).and_then(Value::as_str) {
        let file = repl.files.iter().find(|(known, _)| known == name);
        let (_, text) = file.ok_or_else(|| format!("the run was given no context {name:?}"))?;
        return Ok((name.to_owned(), Material::Text(text.clone())));
    }
    match given {
        Value::String(text) => Ok(("context".into(), Material::Text(Rc::new(Text::new(text))))),
        data @ (Value::Array(_) | Value::Object(_)) => Ok(("context".into(), Material::Data(data))),
        _ => Err(format!("option `{option}` takes strings, arrays and objects")),
    }
}

pub(super) fn name(given: Option<Value>, option: &str) -> Result<Option<String>, String> {
    match given {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(name)) if !name.is_empty() => Ok(Some(name).filter(|n| n != "inherit")),
        Some(_) => Err(format!("option `{option}` is the name of a model")),
    }
}

pub(super) fn number(given: Option<Value>, option: &str, least: u32, most: u32) -> Result<Option<u32>, String> {
    match given {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64() {
            Some(n) if (u64::from(least)..=u64::from(most)).contains(&n) => Ok(Some(n as u32)),
            _ => Err(format!("option `{option}` is a whole number from {least} to {most}, the run's limit")),
        },
    }
}

/// `workflows`: a list of names, or what each is for by its name.
pub(super) fn workflows(given: Option<Value>) -> Result<Vec<(String, String)>, String> {
    let wrong = || {
        "option `workflows` is a list of names of saved workflows, or an object that says what each is for".to_owned()
    };
    let text = |value: Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned).ok_or_else(wrong);
    match given {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(names)) => names.into_iter().map(|name| Ok((text(name)?, String::new()))).collect(),
        Some(Value::Object(named)) => named.into_iter().map(|(name, what)| Ok((name, text(what)?))).collect(),
        Some(_) => Err(wrong()),
    }
}

/// `direct`: a number of tokens, or whether the usual number holds; `Some(0)` is never.
fn direct(given: Option<Value>) -> Result<Option<u64>, String> {
    match given {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(wanted)) => Ok(Some(if wanted { RlmLimits::DIRECT } else { 0 })),
        Some(value) => match value.as_u64() {
            Some(tokens) => Ok(Some(tokens)),
            None => Err("option `direct` is true, or the tokens up to which one plain call answers".into()),
        },
    }
}

/// What the option `budget` says.
#[derive(Default)]
pub(super) struct Budget {
    pub(super) calls: Option<u64>,
    pub(super) holds: Holds,
}

/// `budget: { calls, tokens, usd, ms }`, of which there are those `known`.
pub(super) fn budget(given: Option<Value>, known: &[&str]) -> Result<Budget, String> {
    let members = match given {
        None | Some(Value::Null) => return Ok(Budget::default()),
        Some(Value::Object(members)) if !members.is_empty() => members,
        Some(_) => return Err(format!("option `budget` is an object: {{ {} }}", known.join(", "))),
    };
    if let Some(other) = members.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("option `budget` has no member `{other}`; it has {}", known.join(", ")));
    }
    let whole = |name: &str| match members.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => match value.as_u64().filter(|number| *number > 0) {
            Some(number) => Ok(Some(number)),
            None => Err(format!("`{name}` of option `budget` is a whole number from 1 on")),
        },
    };
    let usd = match members.get("usd") {
        None | Some(Value::Null) => None,
        Some(value) => match value.as_f64().filter(|usd| *usd > 0.0) {
            Some(usd) => Some(usd),
            None => return Err("`usd` of option `budget` is a number above 0".into()),
        },
    };
    let holds = Holds { tokens: whole("tokens")?, usd, ms: whole("ms")? };
    Ok(Budget { calls: whole("calls")?, holds })
}

/// What `budget` has in a cell. In a script it has calls alone, which its plan can count; tokens and dollars are limits of its run.
pub(super) const OF_CELLS: [&str; 4] = ["calls", "tokens", "usd", "ms"];
