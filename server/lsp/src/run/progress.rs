//! One line that says how a run gets on, and a way to stop it. `window/workDoneProgress`.

use std::time::Duration;

use runtime::{RunHandle, Status};
use tower_lsp::ls_types::{notification::Progress, *};

use crate::{
    outbox::Outbox,
    run::view::{RunView, Ticket},
};

/// Editors redraw the line each time.
const REPORT_EVERY: Duration = Duration::from_millis(100);

/// The token of a run's progress; a string, because not every editor takes numbers.
pub(crate) fn token(ticket: Ticket) -> ProgressToken {
    ProgressToken::String(format!("callsheet/run/{}", ticket.0))
}

/// Shows a run's progress to its end, if the client wants to see it.
pub(crate) async fn show(handle: RunHandle, mut view: RunView, name: String, outbox: Outbox) {
    let token = token(view.ticket);
    if let Err(error) = outbox.client().create_work_done_progress(token.clone()).await {
        tracing::warn!(%error, "the client refused to show progress");
        return;
    }
    let send = |value| {
        let value = ProgressParamsValue::WorkDone(value);
        outbox.notify::<Progress>(ProgressParams { token: token.clone(), value });
    };
    view.state = handle.state();
    send(WorkDoneProgress::Begin(WorkDoneProgressBegin {
        title: name,
        cancellable: Some(true),
        message: Some(view.progress_line()),
        percentage: view.percentage(),
    }));
    let mut said = String::new();
    let end = handle.wait();
    tokio::pin!(end);
    while tokio::time::timeout(REPORT_EVERY, &mut end).await.is_err() {
        view.state = handle.state();
        let written: u64 = handle.drafts().values().map(|draft| draft.characters).sum();
        let mut line = view.progress_line();
        if written > 0 {
            line += &format!(" · {written} characters being written");
        }
        if line != said {
            send(WorkDoneProgress::Report(WorkDoneProgressReport {
                cancellable: Some(true),
                message: Some(line.clone()),
                percentage: view.percentage(),
            }));
            said = line;
        }
    }
    view.state = handle.state();
    let how = match view.state.status() {
        Some(Status::Ok) => "Done",
        Some(Status::Stopped) => "Stopped",
        Some(Status::Failed) | None => "Failed",
    };
    send(WorkDoneProgress::End(WorkDoneProgressEnd { message: Some(format!("{how} · {}", view.progress_line())) }));
}
