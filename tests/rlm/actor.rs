//! A root by script and a sub-model by function.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use analysis::units::Tokens;
use models::{Answer, Model, ModelError, Reply, Request};
use runtime::{Event, Outcome, RunSpec};
use serde_json::Value;

use super::{is_root, now};
use crate::scripted::run::TOKIO;

/// A reply that has no end.
pub(crate) const CUT_OFF: &str = "(cut off)";

type Sub = dyn Fn(&Request) -> Result<Value, ModelError> + Send + Sync;

/// Answers a run.
pub(crate) struct Actor {
    cells: Vec<String>,
    child: String,
    sub: Box<Sub>,
    /// The longest an answer takes; how long one does depends on its key.
    pub(crate) latency: Duration,
    asked: Mutex<Vec<String>>,
}

impl Actor {
    /// A root that writes `cells`, one a turn, and a sub-model.
    pub(crate) fn new(
        cells: &[&str],
        sub: impl Fn(&Request) -> Result<Value, ModelError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let cells: Vec<String> = cells.iter().map(|cell| format!("```repl\n{cell}\n```")).collect();
        Self::with(cells, sub)
    }

    /// A root that says exactly this, one reply a turn, and a sub-model that repeats the prompt.
    pub(crate) fn replies(replies: &[&str]) -> Arc<Self> {
        Self::with(replies.iter().map(|reply| (*reply).to_owned()).collect(), |request| {
            Ok(Value::from(format!("re: {}", request.prompt)))
        })
    }

    fn with(
        cells: Vec<String>,
        sub: impl Fn(&Request) -> Result<Value, ModelError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let child = "```repl\nsubmit(`child of ${depth}: ${context}`)\n```".replace("${depth}", "one");
        Arc::new(Self { cells, child, sub: Box::new(sub), latency: Duration::ZERO, asked: Mutex::default() })
    }

    /// As [`Actor::new`], with a sub-model that repeats the prompt.
    pub(crate) fn echo(cells: &[&str]) -> Arc<Self> {
        Self::new(cells, |request| Ok(Value::from(format!("re: {}", request.prompt))))
    }

    /// With these cells for every REPL below the first.
    pub(crate) fn child(mut self: Arc<Self>, cell: &str) -> Arc<Self> {
        if let Some(actor) = Arc::get_mut(&mut self) {
            actor.child = format!("```repl\n{cell}\n```");
        }
        self
    }

    /// With answers that take some time.
    pub(crate) fn slow(mut self: Arc<Self>, latency: Duration) -> Arc<Self> {
        if let Some(actor) = Arc::get_mut(&mut self) {
            actor.latency = latency;
        }
        self
    }

    /// The keys of the calls it was asked, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no holder panics").clone()
    }

    fn respond(&self, request: &Request) -> Result<Value, ModelError> {
        if !is_root(request) {
            return (self.sub)(request);
        }
        if request.key.matches("rlm[").count() > 1 {
            return Ok(Value::from(self.child.as_str()));
        }
        match self.cells.get(now(request).1 - 1).map_or("nothing left", String::as_str) {
            CUT_OFF => Err(ModelError::CutOff(Tokens(7))),
            reply => Ok(Value::from(reply)),
        }
    }
}

impl Model for Actor {
    fn answer(&self, request: Request) -> Reply<'_> {
        self.asked.lock().expect("no holder panics").push(request.key.clone());
        let answer = self.respond(&request);
        let latency = self.simulated_latency(&request).unwrap_or_default();
        Box::pin(async move {
            tokio::time::sleep(latency).await;
            answer.map(|value| Answer { value, ..Answer::default() })
        })
    }

    fn simulated_latency(&self, request: &Request) -> Option<Duration> {
        let spread = request.key.bytes().fold(7u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % 100;
        Some(self.latency * spread / 100)
    }
}

/// Runs to the end.
pub(crate) fn run(spec: RunSpec, model: Arc<dyn Model>) -> (Outcome, Vec<Arc<Event>>) {
    TOKIO.block_on(async {
        let handle = runtime::start(spec, model).expect("the run starts");
        let outcome = handle.wait().await;
        let mut events = handle.subscribe(1);
        let seen = std::iter::from_fn(|| events.try_next()).collect();
        (outcome, seen)
    })
}
