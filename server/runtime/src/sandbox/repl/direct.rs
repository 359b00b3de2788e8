//! Contexts that fit into one prompt: a plain call answers as well as a REPL does, for less. What it cannot answer, the REPL does.

use std::{fmt::Write, rc::Rc};

use boa_engine::{Context, JsValue};
use serde_json::Value;

use super::{
    super::{
        convert::{Undefined, to_json},
        host::Host,
    },
    end::{DIRECT, offered},
    node::Stage,
    say::misfit,
    turns::{self, question},
};

/// Whether the contexts of a REPL are small enough.
pub(super) fn suits(host: &Host, node: usize) -> bool {
    let most = host.repl.limits.prompt;
    let small = host.repl.with(node, |n| {
        let tokens: u64 = n.contexts.iter().map(|context| context.tokens).sum();
        let units: usize = n.contexts.iter().map(|context| context.units).sum();
        n.direct.is_some_and(|limit| limit > 0 && tokens <= limit) && units + n.question.len() < most
    });
    small.unwrap_or(false)
}

/// Asks the question with the contexts below it.
pub(super) fn ask(host: &Rc<Host>, node: usize, context: &mut Context) {
    let Some((mut prompt, schema, parts)) = host.repl.with(node, |n| {
        let names = n.contexts.iter().map(|context| context.name.clone());
        (n.question.clone(), n.schema.clone(), names.zip(n.handles.clone()).collect::<Vec<_>>())
    }) else {
        return;
    };
    for (name, loaded) in parts.into_iter().filter_map(|(name, handle)| Some((name, host.repl.loaded(handle)?))) {
        let text = loaded.text.as_str();
        // Writing to a string cannot fail.
        let _ = write!(prompt, "\n\n<context name={}>\n{text}\n</context>", Value::from(name));
        loaded.was_sent(0, loaded.text.size());
    }
    let system = "You answer a question about the text below it.".to_owned();
    let promise = question(host, node, DIRECT, DIRECT, (system, prompt), schema, context);
    host.repl.with(node, |n| n.stage = Stage::Direct(promise));
}

/// The call has its answer, or none.
pub(super) fn answered(host: &Rc<Host>, node: usize, answer: Result<JsValue, JsValue>, context: &mut Context) {
    let value = answer.ok().and_then(|value| to_json(&value, "the answer", Undefined::Dropped, context).ok().flatten());
    match value.filter(|value| misfit(host, node, value).is_ok()) {
        Some(answer) => offered(host, node, None, answer, DIRECT, context),
        None => turns::ask(host, node, context),
    }
}
