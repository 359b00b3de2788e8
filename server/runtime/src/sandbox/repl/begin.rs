//! How a REPL begins: its contexts, its realm, what the journal is told of it.

use std::{rc::Rc, sync::Arc};

use boa_engine::{Context, JsResult};

use super::{
    super::{
        convert::from_json,
        errors, globals,
        host::{Host, refused},
        protocol::{Begun, FromSandbox, Settled},
        serve,
        source::Wrapped,
    },
    direct,
    natives::furnish,
    node::{Check, Node, Stage},
    order::{Birth, Material},
    turns::ask,
};
use crate::rlm::{
    output,
    prompt::{ContextLine, Told},
    text::{LARGEST_STRING, Text},
};

/// Characters of a context's beginning that the root model is shown.
const HEAD: usize = 500;

/// Lets a REPL begin.
pub(super) fn begin(host: &Rc<Host>, birth: Birth, context: &mut Context) {
    let answer = birth.answer;
    match furnished(host, birth, context) {
        Ok(node) => {
            let index = {
                let mut nodes = host.repl.nodes.borrow_mut();
                nodes.push(node);
                nodes.len() - 1
            };
            host.own(host.repl.with(index, |n| n.scope).unwrap_or(0), index);
            announce(host, index);
            match direct::suits(host, index) {
                true => direct::ask(host, index, context),
                false => ask(host, index, context),
            }
        }
        Err(error) => {
            let error = errors::of_error(error, context);
            serve::settle(host, answer, Settled::Throw(error.message), context);
        }
    }
}

/// Tells that a REPL begins.
fn announce(host: &Rc<Host>, node: usize) {
    let begun = host.repl.with(node, |n| Begun {
        node: n.path.clone(),
        label: n.label.clone(),
        question: n.question.clone(),
        depth: n.depth,
        contexts: n.contexts.iter().map(ContextLine::known).collect(),
        phase: n.phase.clone(),
        workflow: n.workflow.clone(),
        at: n.at,
    });
    if let Some(begun) = begun {
        host.say(&FromSandbox::Begun(Box::new(begun)));
    }
}

/// How a text begins.
fn head(text: &Text) -> String {
    let (end, inside) = text.place_of(HEAD + 2);
    let end = if inside { end + text.width(end) } else { end };
    output::head_of(&text.piece(0, end), HEAD).to_owned()
}

fn furnished(host: &Rc<Host>, birth: Birth, context: &mut Context) -> JsResult<Node> {
    let Birth { order, parent, scope, phase, answer, at } = birth;
    let within = host.go_to(scope);
    let (in_cell, workflow) = (host.node(), host.workflow());
    host.go_to(within);
    // A cell has no place in the script and no phase of its own.
    let above = in_cell.and_then(|cell| host.repl.with(cell, |n| (n.at, n.phase.clone())));
    let (at, phase) = above.unwrap_or((at, phase));
    let number = {
        let mut begun = host.repl.begun.borrow_mut();
        let number = begun.entry(scope).or_default();
        *number += 1;
        *number - 1
    };
    let name = format!("rlm[{number}]");
    let check = order.check.map(|function| Check { function, scope, name: name.clone() });
    let scope = host.open(scope, name, Some(Wrapped::nothing()));
    let path = host.path_of(scope);
    let (mut lines, mut handles) = (Vec::new(), Vec::new());
    let mut value = None;
    for (name, material) in order.contexts {
        let (handle, kind, data) = match material {
            Material::Handle(handle) => (handle, "string", None),
            Material::Part(handle, from, to) => {
                let around = host.repl.loaded(handle).ok_or_else(|| refused("the context is gone"))?;
                (host.repl.load_part(around, from, to), "string", None)
            }
            Material::Text(text) => (host.repl.load(text), "string", None),
            Material::Data(data) => {
                let text = serde_json::to_string_pretty(&data).unwrap_or_default();
                let kind = if data.is_array() { "array" } else { "object" };
                (host.repl.load(Rc::new(Text::new(text))), kind, Some(data))
            }
        };
        let loaded = host.repl.loaded(handle).ok_or_else(|| refused("the context is gone"))?;
        lines.push(ContextLine {
            name: name.clone(),
            kind,
            units: loaded.text.units(),
            lines: loaded.text.lines(),
            tokens: loaded.text.tokens(),
            head: head(&loaded.text),
        });
        if value.is_none() {
            let as_string = data.is_some() || loaded.text.units() <= LARGEST_STRING;
            value = Some((data, as_string));
        }
        handles.push((handle, name));
    }
    let (data, as_string) = value.unwrap_or_default();
    let validator = order.schema.as_ref().map(jsonschema::validator_for).transpose();
    let validator = validator.map_err(|e| refused(format!("the schema cannot be used: {e}")))?.map(Arc::new);
    let (realm, api) = globals::in_new_realm(context, |context| {
        // A text becomes a string when code first asks for it.
        let value = data.map(|data| from_json(&data, context)).transpose().map_err(refused)?.unwrap_or_default();
        let api = furnish(&order.question, value, host.repl.limits.fan_out, &handles, context)?;
        Ok((context.realm().clone(), api))
    })?;
    let depth = parent.and_then(|parent| host.repl.with(parent, |n| n.depth + 1)).unwrap_or(0);
    Ok(Node {
        question: order.question,
        contexts: lines,
        handles: handles.iter().map(|(handle, _)| *handle).collect(),
        as_string,
        schema: order.schema,
        validator,
        check,
        direct: order.direct,
        root: order.root,
        sub: order.sub,
        turns: order.turns,
        depth_left: order.depth,
        depth,
        most_calls: order.most_calls,
        calls: 0,
        holds: order.holds,
        workflows: order.workflows,
        agent: order.agent,
        effort: order.effort,
        label: order.label,
        phase: order.phase.or(phase),
        workflow,
        parent,
        realm,
        api,
        scope,
        path,
        answer,
        at,
        stage: Stage::Over,
        turn: 1,
        past: Vec::new(),
        told: Told::default(),
        output: String::new(),
        dropped: 0,
        shown: 0,
        notes: Vec::new(),
        cited: Vec::new(),
        errors: 0,
        misfits: 0,
        told_depth: false,
        told_share: false,
    })
}
