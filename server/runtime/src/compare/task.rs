use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use models::{Chosen, Model};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    rlm::{BadContext, ContextFile, Question, RlmLimits},
    run::RunSpec,
};

/// A job for both: a question about files, a workflow that answers it, and what a recursive language model may take for it. Files are
/// named from the folder of the task's own file.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Task {
    /// The question.
    pub question: String,
    /// The files it is about.
    pub context: Vec<PathBuf>,
    /// The workflow.
    pub workflow: Pinned,
    /// Limits of the recursive language model.
    #[serde(default)]
    pub rlm: Grown,
    /// How often each way is gone, with another seed each time.
    #[serde(default = "three")]
    pub repeats: u32,
    #[serde(skip)]
    folder: PathBuf,
}

fn three() -> u32 {
    3
}

/// The workflow of a task.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pinned {
    /// The script.
    pub file: PathBuf,
    /// What it sees as `args`, an object, besides `question` and `files`.
    #[serde(default)]
    pub args: serde_json::Map<String, Value>,
}

/// What a task says of its recursive language model; what it does not say is as in `callsheet rlm`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Grown {
    /// How deep calls may go.
    pub depth: Option<u32>,
    /// Turns of the root model at most.
    pub turns: Option<u32>,
    /// Calls of the whole tree at most.
    pub max_calls: Option<u64>,
    /// Calls one cell may make before it has to confirm them.
    pub fan_out: Option<u64>,
    /// The model that reads the parts, where it is another than the root.
    pub sub_model: Option<String>,
    /// JSON Schema of the answer.
    pub schema: Option<Value>,
}

/// Why a task cannot be done.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// A file of it cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is not written as tasks are.
    #[error("{path}: {why}; docs/cli.md shows a task")]
    Written {
        /// The task's file.
        path: PathBuf,
        /// What is wrong, with its place.
        why: String,
    },
    /// One of its files is no context.
    #[error(transparent)]
    Context(#[from] BadContext),
}

impl Task {
    /// How often each way can be gone at most.
    pub const MOST_REPEATS: u32 = 100;

    /// Reads a task from its file.
    ///
    /// # Errors
    ///
    /// Where there is no such file, or it is no task.
    pub fn read(path: &Path) -> Result<Self, TaskError> {
        let text = fs::read_to_string(path).map_err(|source| TaskError::Read { path: path.to_owned(), source })?;
        let wrong = |why: String| TaskError::Written { path: path.to_owned(), why };
        let mut task: Self = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        task.folder = path.parent().unwrap_or(Path::new("")).to_owned();
        if task.context.is_empty() {
            return Err(wrong("`context` names no file".into()));
        }
        let limits = [
            ("repeats", Some(task.repeats.into()), 1..=u64::from(Self::MOST_REPEATS)),
            ("rlm.depth", task.rlm.depth.map(u64::from), 0..=Question::DEEPEST.into()),
            ("rlm.turns", task.rlm.turns.map(u64::from), 1..=Question::MOST_TURNS.into()),
            ("rlm.maxCalls", task.rlm.max_calls, Question::LEAST_CALLS..=Question::MOST_CALLS),
        ];
        match limits.into_iter().find(|(_, given, within)| given.is_some_and(|given| !within.contains(&given))) {
            Some((name, _, within)) => Err(wrong(format!("`{name}` is from {} to {}", within.start(), within.end()))),
            None => Ok(task),
        }
    }

    /// The workflow's file.
    pub fn script(&self) -> PathBuf {
        self.folder.join(&self.workflow.file)
    }

    /// The files it is about.
    ///
    /// # Errors
    ///
    /// Where one cannot be a context.
    pub fn contexts(&self) -> Result<Vec<ContextFile>, TaskError> {
        let open = |file: &PathBuf| ContextFile::open(&self.folder.join(file));
        Ok(self.context.iter().map(open).collect::<Result<_, _>>()?)
    }

    /// What the workflow sees as `args`: the task's own, and the question and the files with their text where it gives none.
    ///
    /// # Errors
    ///
    /// Where a file has changed since it was looked at.
    pub fn args(&self, contexts: &[ContextFile]) -> Result<Value, TaskError> {
        let mut files = Vec::new();
        for context in contexts {
            files.push(json!({"name": context.name, "text": context.text()?}));
        }
        let mut args = self.workflow.args.clone();
        args.entry("question").or_insert_with(|| self.question.clone().into());
        args.entry("files").or_insert(files.into());
        Ok(args.into())
    }

    /// The run of a recursive language model, kept in `runs_dir`, and who answers its calls.
    pub fn grown(&self, contexts: &[ContextFile], runs_dir: &Path, chosen: &Chosen) -> (RunSpec, Arc<dyn Model>) {
        let usual = RlmLimits::default();
        let limits = RlmLimits {
            depth: self.rlm.depth.unwrap_or(usual.depth),
            turns: self.rlm.turns.unwrap_or(usual.turns),
            fan_out: self.rlm.fan_out.unwrap_or(usual.fan_out),
            ..usual
        };
        let question = Question {
            schema: self.rlm.schema.clone(),
            sub_model: self.rlm.sub_model.clone(),
            limits,
            max_calls: self.rlm.max_calls.unwrap_or(Question::MAX_CALLS),
            ..Question::about(self.question.as_str(), contexts.to_vec())
        };
        question.spec(runs_dir, chosen)
    }
}
