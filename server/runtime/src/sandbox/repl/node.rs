//! One REPL: its question, its realm, how far it has come.

use std::{collections::VecDeque, sync::Arc};

use boa_engine::{Context, JsObject, JsResult, JsString, JsValue, object::builtins::JsPromise, realm::Realm};
use jsonschema::Validator;
use serde_json::Value;

use super::super::{host::refused, protocol::Holds};
use crate::rlm::{
    Cited,
    prompt::{ContextLine, Told},
};

/// What the host calls in a REPL's realm; see the end of `repl.js`.
#[derive(Clone)]
pub(super) struct Api(pub(super) JsObject);

impl Api {
    pub(super) fn call(&self, name: &str, args: &[JsValue], context: &mut Context) -> JsResult<JsValue> {
        let function = self.0.get(JsString::from(name), context)?;
        let function = function.as_callable().ok_or_else(|| refused("the REPL is not set up"))?;
        function.call(&JsValue::undefined(), args, context)
    }

    /// The strings of the list that a call gives.
    pub(super) fn list(&self, name: &str, args: &[JsValue], context: &mut Context) -> Vec<String> {
        let read = |context: &mut Context| -> JsResult<Vec<String>> {
            let list = self.call(name, args, context)?;
            let Some(list) = list.as_object() else { return Ok(Vec::new()) };
            let length = list.get(JsString::from("length"), context)?.as_number().unwrap_or(0.0) as u32;
            let item = |at: u32, context: &mut Context| list.get(at, context);
            (0..length)
                .map(|at| Ok(item(at, context)?.as_string().map(|s| s.to_std_string_lossy()).unwrap_or_default()))
                .collect()
        };
        // A cell can make this fail, by a getter on the global object; then the list is not known.
        read(context).unwrap_or_default()
    }
}

/// One REPL.
pub(super) struct Node {
    pub(super) question: String,
    pub(super) contexts: Vec<ContextLine>,
    pub(super) handles: Vec<usize>,
    pub(super) as_string: bool,
    pub(super) schema: Option<Value>,
    pub(super) validator: Option<Arc<Validator>>,
    /// Who has a say about its answer.
    pub(super) check: Option<Check>,
    /// Contexts of at most so many tokens are answered with one plain call.
    pub(super) direct: Option<u64>,
    /// The model that writes the cells.
    pub(super) root: Option<String>,
    /// The model of calls that name none.
    pub(super) sub: Option<String>,
    pub(super) turns: u32,
    /// How much deeper its calls may go: 0 for no calls.
    pub(super) depth_left: u32,
    /// How deep it is itself.
    pub(super) depth: u32,
    /// Calls it and those below it may make, where that was narrowed.
    pub(super) most_calls: Option<u64>,
    pub(super) calls: u64,
    /// What else they may take, where that was narrowed.
    pub(super) holds: Holds,
    /// Workflows its cells may call, and what they are told of each.
    pub(super) workflows: Vec<(String, String)>,
    /// Whether its answer is an agent's: a text where no schema is given.
    pub(super) agent: bool,
    /// Reasoning effort of the root model.
    pub(super) effort: Option<String>,
    /// Name for people.
    pub(super) label: Option<String>,
    /// The phase of the script that it belongs to.
    pub(super) phase: Option<String>,
    /// Name of the nested workflow around it.
    pub(super) workflow: Option<String>,
    pub(super) parent: Option<usize>,
    pub(super) realm: Realm,
    pub(super) api: Api,
    /// Its place in the structure of the work.
    pub(super) scope: usize,
    pub(super) path: String,
    /// The promise of its answer.
    pub(super) answer: u64,
    /// The place in the script of the call that began it, or the REPLs above it.
    pub(super) at: analysis::text::LineColumn,
    pub(super) stage: Stage,
    pub(super) turn: u32,
    pub(super) past: Vec<Told>,
    /// The reply of the turn under way, and what has come of it so far.
    pub(super) told: Told,
    /// All that was printed in the turn under way.
    pub(super) output: String,
    /// Characters that were printed beyond what is kept.
    pub(super) dropped: usize,
    /// Characters shown of it so far.
    pub(super) shown: usize,
    pub(super) notes: Vec<(String, String)>,
    /// What the answer that was submitted last rests on.
    pub(super) cited: Vec<Cited>,
    /// Turns in a row in which something went wrong.
    pub(super) errors: u32,
    /// Answers that did not satisfy the schema, or were not accepted.
    pub(super) misfits: u32,
    /// Whether it was told that `rlm_query` goes no deeper.
    pub(super) told_depth: bool,
    /// Whether it was told that it leaves nearly all of a context to one call.
    pub(super) told_share: bool,
}

impl Node {
    /// The heading under which people see what the turn `label` did.
    pub(super) fn group(&self, label: &str) -> String {
        format!("{} · {label}", self.path.replace('/', " › "))
    }
}

/// How far a REPL has come.
pub(super) enum Stage {
    /// The root model was asked.
    Asking(JsPromise),
    /// A cell runs.
    Running(Running),
    /// The root model was asked for what there is.
    Closing(JsPromise),
    /// A model was given the contexts as they are.
    Direct(JsPromise),
    /// Whoever began it looks at its answer.
    Checking(Checked),
    /// It has its answer, or will have none.
    Over,
}

/// A function of the script that accepts answers, or says what is wrong with them.
#[derive(Clone)]
pub(super) struct Check {
    pub(super) function: JsObject,
    /// Where in the structure of the work the REPL was begun.
    pub(super) scope: usize,
    /// How the REPL is called there.
    pub(super) name: String,
}

/// An answer that is looked at.
pub(super) struct Checked {
    /// Of what is thought of it.
    pub(super) promise: JsPromise,
    pub(super) answer: Value,
    /// How it came about.
    pub(super) how: &'static str,
    /// The cell that submitted it.
    pub(super) by: Option<Ran>,
}

/// A cell that has run and is not reported yet.
pub(super) struct Ran {
    pub(super) number: usize,
    pub(super) source: String,
    /// What came of it.
    pub(super) text: String,
    /// Cells of the same reply that were to follow.
    pub(super) rest: usize,
}

/// A cell that runs.
pub(super) struct Running {
    pub(super) promise: JsPromise,
    pub(super) frame: usize,
    /// From 1, within the turn.
    pub(super) number: usize,
    pub(super) source: String,
    pub(super) names: Vec<String>,
    /// Cells of the same reply that follow.
    pub(super) rest: VecDeque<String>,
    /// Length of the output before it.
    pub(super) from: usize,
    /// Calls that were under way when it came to its end.
    pub(super) floating: Option<usize>,
}
