//! What `workspace/executeCommand` offers. All are carried out here, so that every editor can offer them.

use runtime::CallId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tower_lsp::ls_types::{self as lsp, Uri};

/// A server command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Runs the script on the model of the settings.
    Run,
    /// Runs the script on the simulated model, at no cost.
    DryRun,
    /// Goes on with a run once a person has seen what is cached and what runs: the run named, or the script's newest.
    Resume,
    /// Asks a question about a file, a folder or a text: a recursive language model answers it.
    Ask,
    /// Has a model write a workflow script for a task, shows it, and offers to save or run it.
    Write,
    /// Stops a run.
    Stop,
    /// Gives the script `null` for one call of a run.
    Skip,
    /// Gives up the attempt of one call of a run and makes another.
    Retry,
    /// Opens the call sheet: phases, agents, bounds and every prompt that would be sent.
    ShowPlan,
    /// Writes a run as one page and opens it in the browser: the run named, or the script's newest.
    Report,
}

impl Command {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 10] = [
        Self::Run,
        Self::DryRun,
        Self::Resume,
        Self::Ask,
        Self::Write,
        Self::Stop,
        Self::Skip,
        Self::Retry,
        Self::ShowPlan,
        Self::Report,
    ];

    /// The name on the wire.
    pub fn id(self) -> &'static str {
        match self {
            Self::Run => "callsheet.run",
            Self::DryRun => "callsheet.dryRun",
            Self::Resume => "callsheet.resume",
            Self::Ask => "callsheet.ask",
            Self::Write => "callsheet.write",
            Self::Stop => "callsheet.stop",
            Self::Skip => "callsheet.skip",
            Self::Retry => "callsheet.retry",
            Self::ShowPlan => "callsheet.showPlan",
            Self::Report => "callsheet.report",
        }
    }

    /// The command of that name.
    pub(crate) fn named(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|command| command.id() == id)
    }

    /// The command with a title, ready to be called for `uri`.
    pub(crate) fn call(self, title: impl Into<String>, target: Target) -> lsp::Command {
        let arguments = serde_json::to_value(target).map(|target| vec![target]).ok();
        lsp::Command { title: title.into(), command: self.id().into(), arguments }
    }
}

/// What a command works on: its one argument.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Target {
    /// The script, or what [`Command::Ask`] is about, or the folder [`Command::Write`] writes for: without it the first of the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uri: Option<Uri>,
    /// The run, for [`Command::Stop`]: without it the newest live run of the script, or of all; for [`Command::Resume`] and
    /// [`Command::Report`]: without it the newest of the script. [`Command::Skip`] and [`Command::Retry`] need it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) run_id: Option<String>,
    /// The call of that run, for [`Command::Skip`] and [`Command::Retry`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) call: Option<CallId>,
    /// The run's arguments; without them those of the `// @callsheet args:` comment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) args: Option<Value>,
    /// What [`Command::Ask`] asks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) question: Option<String>,
    /// What [`Command::Ask`] is about where that is not what is on disk: a selection, or a text that is not saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// What the workflow is to do that [`Command::Write`] writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) task: Option<String>,
}

impl Target {
    /// The script at `uri`.
    pub(crate) fn script(uri: &Uri) -> Self {
        Self { uri: Some(uri.clone()), ..Self::default() }
    }

    /// Reads a command's arguments: none, an address, or an object.
    pub(crate) fn read(arguments: Vec<Value>) -> Result<Self, String> {
        match arguments.into_iter().next() {
            None => Ok(Self::default()),
            Some(Value::String(uri)) => {
                let uri = uri.parse().map_err(|_| format!("`{uri}` is not the address of a file."))?;
                Ok(Self { uri: Some(uri), ..Self::default() })
            }
            Some(other) => serde_json::from_value(other).map_err(|error| {
                format!("A command takes an object `{{uri, runId, call, args, question, text, task}}`: {error}.")
            }),
        }
    }
}
