//! `workspace/executeCommand`: answers soon; what takes time goes on elsewhere.

use models::Provider;
use runtime::RunHandle;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tower_lsp::{
    jsonrpc::{Error, ErrorCode, Result},
    ls_types::Uri,
};

use crate::{
    commands::{Command, Target},
    owner::Owner,
    run::{call_sheet::call_sheet, documents},
    snapshot::Snapshot,
};

/// What a command answers.
pub(crate) enum Answer {
    /// This.
    Now(Value),
    /// What comes here.
    Later(oneshot::Receiver<Result<Value>>),
}

impl Owner {
    /// Begins to carry out a command on a script whose newest text has been analysed.
    pub(crate) fn execute(&mut self, command: Command, target: Target) -> Result<Answer> {
        match command {
            Command::Run | Command::DryRun => {
                let script = self.target_script(&target)?;
                self.run(&script, command == Command::DryRun, target.args)
            }
            Command::Resume => self.resume(target),
            Command::Report => {
                let script = self.target_script(&target)?;
                self.report(&script, target)
            }
            Command::Ask => self.ask(target),
            Command::Write => self.write(target),
            Command::Stop => self.stop(&target),
            Command::Skip => self.steer(&target, RunHandle::skip),
            Command::Retry => self.steer(&target, RunHandle::retry),
            Command::ShowPlan => Ok(Answer::Now(self.show_plan(&self.target_script(&target)?))),
        }
    }

    fn show_plan(&self, script: &Snapshot) -> Value {
        let path = documents::call_sheet_path(&script.uri, &self.client.folders);
        let (outbox, script, answer) = (self.outbox.clone(), script.clone(), json!({"path": path}));
        let (show, answers) = (self.client.show_document, Provider::asked(&self.settings.model));
        let sheet = move || call_sheet(&script, answers);
        tokio::spawn(async move { documents::write_and_show(&outbox, show, path, sheet).await });
        answer
    }

    pub(crate) fn target_script(&self, target: &Target) -> Result<Snapshot> {
        let uri = target.uri.as_ref().ok_or_else(|| refusal("This command needs the script's `uri`."))?;
        self.snapshot(uri).ok_or_else(|| refusal(not_open(uri)))
    }
}

fn not_open(uri: &Uri) -> String {
    format!("{} is not open as a workflow script; open it first.", uri.path().as_str())
}

/// An answer that says why not.
pub(crate) fn refusal(message: impl Into<String>) -> Error {
    Error { code: ErrorCode::ServerError(-32803), message: message.into().into(), data: None }
}
