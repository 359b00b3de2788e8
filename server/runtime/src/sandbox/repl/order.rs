//! `rlm({ question, context, … })`: what is asked for, read and checked.

use std::sync::Arc;

use analysis::{text::LineColumn, vocabulary::RLM_OPTIONS};
use boa_engine::{Context, JsArgs, JsNativeError, JsResult, JsValue, object::builtins::JsPromise};
use serde_json::{Map, Value};

use super::super::{
    convert::{Undefined, to_json},
    errors,
    host::Host,
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
    pub(super) answer: u64,
    pub(super) at: LineColumn,
}

/// What a REPL is to do.
pub(super) struct Order {
    pub(super) question: String,
    pub(super) contexts: Vec<(String, Material)>,
    pub(super) schema: Option<Value>,
    pub(super) root: Option<String>,
    pub(super) sub: Option<String>,
    pub(super) turns: u32,
    pub(super) depth: u32,
    pub(super) most_calls: Option<u64>,
}

/// A context.
pub(super) enum Material {
    /// A text already known under this number.
    Handle(usize),
    /// A text.
    Text(Arc<Text>),
    /// An object or array.
    Data(Value),
}

/// The primitive: gives the promise of the answer.
pub(in crate::sandbox) fn rlm(_this: &JsValue, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
    let host = Host::of(context)?;
    let at = errors::here(context);
    host.watch.pass(at);
    let order = to_json(args.get_or_undefined(0), "rlm() options", Undefined::Dropped, context)
        .and_then(|options| Order::read(options.unwrap_or_default(), &host.repl));
    let order = match order {
        Ok(order) => order,
        Err(message) => {
            let error = errors::placed(JsNativeError::typ().with_message(message), at, context);
            return Ok(JsPromise::reject(boa_engine::JsError::from_opaque(error), context)?.into());
        }
    };
    Ok(begin(order, None, at, context)?.into())
}

/// Has a REPL begin as soon as the running code waits.
pub(super) fn begin(order: Order, parent: Option<usize>, at: LineColumn, context: &mut Context) -> JsResult<JsPromise> {
    let host = Host::of(context)?;
    let (promise, resolvers) = JsPromise::new_pending(context);
    let answer = host.register(resolvers, at, None);
    let scope = host.scope();
    host.repl.births.borrow_mut().push(Birth { order, parent, scope, answer, at });
    Ok(promise)
}

impl Order {
    fn read(options: Value, repl: &Repl) -> Result<Self, String> {
        let Value::Object(mut options) = options else {
            return Err("rlm() takes an object: { question, context, … }".into());
        };
        let known: Vec<&str> = RLM_OPTIONS.iter().map(|field| field.name).collect();
        if let Some(unknown) = options.keys().find(|k| !known.contains(&k.as_str())) {
            return Err(format!("rlm() has no option `{unknown}`; it has {}", known.join(", ")));
        }
        let question = match options.remove("question") {
            Some(Value::String(question)) if !question.trim().is_empty() => question,
            _ => return Err("rlm() needs a `question`: a string that is not empty".into()),
        };
        let mut contexts = Vec::new();
        if let Some(given) = options.remove("context") {
            contexts.push(material("context", given, repl)?);
        }
        match options.remove("contexts") {
            None => {}
            Some(Value::Object(named)) => {
                for (name, given) in named {
                    contexts.push((name, material("contexts", given, repl)?.1));
                }
            }
            Some(Value::Array(list)) => {
                for given in list {
                    contexts.push(material("contexts", given, repl)?);
                }
            }
            Some(_) => return Err("rlm() option `contexts` is an object of contexts by name, or a list".into()),
        }
        if contexts.is_empty() {
            return Err("rlm() needs a `context`: a string, an array or an object".into());
        }
        let schema = options.remove("schema").filter(|s| !s.is_null());
        let mut checked = Map::new();
        checked.extend(schema.clone().map(|s| ("schema".to_owned(), s)));
        AgentOptions::from_json(&Value::Object(checked)).map_err(|e| e.replace("agent()", "rlm()"))?;
        let RlmLimits { turns, depth, .. } = repl.limits;
        Ok(Self {
            question,
            contexts,
            schema,
            root: name(options.remove("model"), "model")?,
            sub: name(options.remove("subModel"), "subModel")?,
            turns: number(options.remove("maxTurns"), "maxTurns", 1, turns)?.unwrap_or(turns),
            depth: number(options.remove("maxDepth"), "maxDepth", 0, depth)?.unwrap_or(depth),
            most_calls: calls(options.remove("budget"))?,
        })
    }
}

fn material(option: &str, given: Value, repl: &Repl) -> Result<(String, Material), String> {
    if let Some(name) = given.get(source::MEMBER).and_then(Value::as_str) {
        let file = repl.files.iter().find(|(known, _)| known == name);
        let (_, text) = file.ok_or_else(|| format!("the run was given no context {name:?}"))?;
        return Ok((name.to_owned(), Material::Text(text.clone())));
    }
    match given {
        Value::String(text) => Ok(("context".into(), Material::Text(Arc::new(Text::new(text.into()))))),
        data @ (Value::Array(_) | Value::Object(_)) => Ok(("context".into(), Material::Data(data))),
        _ => Err(format!("rlm() option `{option}` takes strings, arrays and objects")),
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

/// `budget: { calls }`.
pub(super) fn calls(given: Option<Value>) -> Result<Option<u64>, String> {
    match given {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(members)) => {
            if let Some(other) = members.keys().find(|k| *k != "calls") {
                return Err(format!(
                    "option `budget` has no member `{other}`; it has calls. Tokens and dollars are limits of the run"
                ));
            }
            match members.get("calls").and_then(Value::as_u64) {
                Some(calls) if calls > 0 => Ok(Some(calls)),
                _ => Err("option `budget` needs `calls`: a whole number from 1 on".into()),
            }
        }
        Some(_) => Err("option `budget` is an object: { calls }".into()),
    }
}
