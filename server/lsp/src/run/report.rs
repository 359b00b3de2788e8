//! `callsheet.report`: a run as one page, in the browser.

use std::{path::PathBuf, sync::Arc};

use analysis::prices::OwnPrices;
use runtime::{RunId, report, runs};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tower_lsp::jsonrpc::Result;

use crate::{
    commands::Target,
    execute::{Answer, refusal},
    owner::Owner,
    run::{
        documents::{self, Where},
        start::runs_dir,
    },
    snapshot::Snapshot,
    workflows,
};

impl Owner {
    /// `callsheet.report`: answers with the page's path once it is written.
    pub(crate) fn report(&mut self, script: &Snapshot, target: Target) -> Result<Answer> {
        let newest = script.run.as_ref().map(|(run, _)| run.id.clone()).filter(|id| !id.is_empty());
        let last = script.last.as_ref().map(|last| last.id.clone());
        let Some(id) = target.run_id.filter(|id| !id.is_empty()).or(newest).or(last) else {
            return Err(refusal("There is no run of this script to report on. Run it first."));
        };
        let id: RunId = id.parse().map_err(|bad: runtime::BadRunId| refusal(bad.to_string()))?;
        let (runs_dir, outbox, show) = (runs_dir(script), self.outbox.clone(), self.client.show_document);
        let prices = workflows::prices(&script.settings, &script.workspace);
        let (reply, answer) = oneshot::channel();
        tokio::spawn(async move {
            let written = tokio::task::spawn_blocking(move || write(runs_dir, &id, &prices)).await;
            let answer = match written.unwrap_or_else(|error| Err(error.to_string())) {
                Ok(path) => {
                    documents::show(&outbox, show, &path, Where::Outside).await;
                    Ok(json!({"path": path}))
                }
                Err(message) => Err(refusal(message)),
            };
            let _: std::result::Result<(), Result<Value>> = reply.send(answer);
        });
        Ok(Answer::Later(answer))
    }
}

fn write(runs_dir: PathBuf, id: &RunId, prices: &Arc<OwnPrices>) -> std::result::Result<PathBuf, String> {
    let run = runs::open(&runs_dir, id).map_err(|error| error.to_string())?;
    // Without what was known before it the page has the estimate of the script alone; the workspace's own reading says why.
    let past = runtime::history::before(&run).map(|(past, _)| past).unwrap_or_default();
    report::write(&run, past, prices).map_err(|error| format!("The report could not be written: {error}."))
}
