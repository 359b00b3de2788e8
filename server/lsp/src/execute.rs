//! `workspace/executeCommand`: answers at once; what takes time goes on elsewhere.

use serde_json::{Value, json};
use tower_lsp::{
    jsonrpc::{Error, ErrorCode, Result},
    ls_types::{ProgressToken, Uri},
};

use crate::{
    commands::{Command, Target},
    owner::Owner,
    run::{
        call_sheet::call_sheet,
        documents,
        protocol::{CatchUp, CaughtUp},
    },
    snapshot::Snapshot,
};

impl Owner {
    /// Carries out a command.
    pub(crate) fn execute(&mut self, command: &str, arguments: Vec<Value>) -> Result<Option<Value>> {
        let Some(command) = Command::named(command) else {
            return Err(refusal(format!("There is no command `{command}`.")));
        };
        let target = Target::read(arguments).map_err(refusal)?;
        match command {
            Command::ShowPlan => Ok(Some(self.show_plan(&self.target_script(&target)?))),
            Command::Run | Command::DryRun | Command::Stop => {
                let _ = self.target_script(&target)?;
                Err(refusal("Runs are not built into this server."))
            }
        }
    }

    fn show_plan(&self, script: &Snapshot) -> Value {
        let path = documents::call_sheet_path(&script.uri, &self.client.folders);
        let (outbox, text, answer) = (self.outbox.clone(), call_sheet(script), json!({"path": path}));
        let show = self.client.show_document;
        tokio::spawn(async move { documents::write_and_show(&outbox, show, path, text).await });
        answer
    }

    /// `window/workDoneProgress/cancel`.
    pub(crate) fn cancel_progress(&mut self, _token: ProgressToken) {}

    /// `callsheet/runEvents`.
    pub(crate) fn run_events(&mut self, params: &CatchUp) -> Result<CaughtUp> {
        Err(refusal(format!("There is no run `{}` in this session.", params.run_id)))
    }

    fn target_script(&self, target: &Target) -> Result<Snapshot> {
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
