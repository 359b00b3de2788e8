//! A plan as data, as `callsheet plan --json` gives it, for views beside the editor. `callsheet/plan`.

use analysis::outline::Outline;
use serde_json::Value;
use tower_lsp::jsonrpc::Result;

use crate::{execute::refusal, owner::internal_error, snapshot::Snapshot, workflows};

/// What a script can do, with the estimate that its lens shows.
///
/// # Errors
///
/// Where the text has a syntax error: what recovery leaves out would be missing in every number.
pub(crate) fn plan(script: &Snapshot) -> Result<Value> {
    if let Some(error) = script.fresh.findings.iter().find(|finding| finding.code == "WF101") {
        let place = script.lines.line_column(&script.text, error.span.start);
        return Err(refusal(format!("{place}: {}", error.message)));
    }
    let assumptions = workflows::assumptions(&script.settings, &script.workspace);
    let outline = Outline::of(&script.known, script.estimate(), &assumptions);
    serde_json::to_value(outline).map_err(|error| {
        tracing::error!(%error, "a plan cannot be written as JSON");
        internal_error()
    })
}
