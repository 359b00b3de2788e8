use std::{path::PathBuf, sync::Arc, time::Duration};

use analysis::{
    units::Tokens,
    vocabulary::{RLM_DEEPEST, RLM_MOST_TURNS},
};
use models::{Chosen, Model};
use serde_json::{Value, json};

use super::{ContextFile, RlmLimits, SCRIPT};
use crate::{event::EventKind, run::RunSpec, runs::Recorded};

/// The file name of the script behind a question.
const FILE: &str = "rlm.workflow.js";

/// One question about files, and what its answer may take.
#[derive(Clone, Debug)]
pub struct Question {
    /// The question.
    pub question: String,
    /// The files it is about.
    pub contexts: Vec<ContextFile>,
    /// JSON Schema of the answer; without one it is text.
    pub schema: Option<Value>,
    /// The model that reads the parts, where it is another than the root.
    pub sub_model: Option<String>,
    /// Saved workflows that cells may call, by name.
    pub workflows: Vec<String>,
    /// Limits of each recursive language model.
    pub limits: RlmLimits,
    /// Calls of the whole tree at most.
    pub max_calls: u64,
    /// Output tokens of the whole tree at most.
    pub budget_tokens: Option<Tokens>,
    /// Time from start to end at most.
    pub wall: Duration,
}

impl Question {
    /// Calls of the whole tree where nobody says.
    pub const MAX_CALLS: u64 = 200;

    /// Calls of the whole tree that a person can ask for.
    pub const LEAST_CALLS: u64 = 2;
    /// The same at most.
    pub const MOST_CALLS: u64 = 10_000;

    /// How deep a person can let calls go.
    pub const DEEPEST: u32 = RLM_DEEPEST;

    /// Turns of a root model that a person can ask for at most.
    pub const MOST_TURNS: u32 = RLM_MOST_TURNS;

    /// The time where nobody says.
    pub const WALL: Duration = Duration::from_secs(15 * 60);

    /// A question of text about these files, within the usual limits.
    pub fn about(question: impl Into<String>, contexts: Vec<ContextFile>) -> Self {
        Self {
            question: question.into(),
            contexts,
            schema: None,
            sub_model: None,
            workflows: Vec::new(),
            limits: RlmLimits::default(),
            max_calls: Self::MAX_CALLS,
            budget_tokens: None,
            wall: Self::WALL,
        }
    }

    /// The run that answers it, kept in `runs_dir`, and who answers its calls.
    pub fn spec(self, runs_dir: impl Into<PathBuf>, chosen: &Chosen) -> (RunSpec, Arc<dyn Model>) {
        let mut spec = self.run(runs_dir);
        let model = spec.answered_by(chosen);
        (spec, model)
    }

    /// Whether an event begins the run of a question.
    pub fn begins(event: &EventKind) -> bool {
        matches!(event, EventKind::RunStarted { contexts, .. } if !contexts.is_empty())
    }

    /// The run of a question that goes on with what `run` has: the same question about the same files, within the same limits. `None` where
    /// `run` is no question's, or does not say which files it was about.
    pub fn resumed(run: &Recorded, runs_dir: impl Into<PathBuf>) -> Option<RunSpec> {
        match &run.recording.events.first()?.kind {
            EventKind::RunStarted { args, limits, contexts, rlm: Some(rlm), seed, concurrency, .. } => {
                let mut spec = RunSpec::new(FILE, SCRIPT, runs_dir);
                (spec.args, spec.limits, spec.contexts, spec.rlm) = (args.clone(), *limits, contexts.clone(), *rlm);
                (spec.seed, spec.concurrency) = (*seed, Some(*concurrency));
                spec.resume = Some(run.id.clone());
                Some(spec)
            }
            _ => None,
        }
    }

    /// As [`Question::spec`], where it is not known yet who answers.
    pub fn run(self, runs_dir: impl Into<PathBuf>) -> RunSpec {
        let mut spec = RunSpec::new(FILE, SCRIPT, runs_dir);
        let contexts = ContextFile::distinct(self.contexts);
        let mut args = json!({ "question": self.question });
        let mut references: Vec<Value> = contexts.iter().map(ContextFile::reference).collect();
        match references.len() {
            1 => args["context"] = references.remove(0),
            _ => args["contexts"] = references.into(),
        }
        let given = [
            ("schema", self.schema),
            ("subModel", self.sub_model.map(Value::from)),
            ("workflows", Some(Value::from(self.workflows)).filter(|names| *names != json!([]))),
        ];
        for (name, value) in given {
            if let Some(value) = value {
                args[name] = value;
            }
        }
        spec.args = Some(args);
        spec.limits.max_agents = self.max_calls;
        spec.limits.budget_tokens = self.budget_tokens;
        spec.limits.wall = Some(self.wall);
        // What a person sets for a question holds for all that comes of it.
        let RlmLimits { depth, turns, .. } = self.limits;
        spec.rlm = RlmLimits { deepest: depth, most_turns: turns, ..self.limits };
        spec.contexts = contexts;
        spec
    }
}
