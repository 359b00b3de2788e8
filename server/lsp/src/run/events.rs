//! Everything that happens in a run, for editors that want to show it. `callsheet/runEvent`.

use std::time::Duration;

use runtime::{EventKind, RunHandle};
use tower_lsp::ls_types::{MessageType, Uri};

use crate::{
    outbox::Outbox,
    run::protocol::{CaughtUp, Numbered, RunEvent, RunEventParams},
};

/// Events that come within this time go out together: twenty bundles a second at most.
const BUNDLE: Duration = Duration::from_millis(50);

/// A run's events from number `from` on, as far as there are any. Reads the journal, which may take its time.
pub(crate) fn past(handle: &RunHandle, from: u64) -> CaughtUp {
    let mut past = handle.subscribe(from);
    let events = std::iter::from_fn(|| past.try_next()).map(Numbered::of).collect();
    CaughtUp { events, live: handle.state().ended.is_none() }
}

/// Sends a run's events to its end. A client that reads slowly slows only this down: nothing piles up. What only a person can help with, of
/// the run called `name`, is shown besides.
pub(crate) async fn send(handle: RunHandle, uri: Uri, name: String, outbox: Outbox) {
    let mut events = handle.subscribe(1);
    while let Some(first) = events.next().await {
        let more = std::iter::from_fn(|| events.try_next());
        for event in std::iter::once(first).chain(more) {
            if let EventKind::SpendLimit { message, .. } = &event.kind {
                outbox.show(MessageType::WARNING, format!("{name}: {message}."));
            }
            outbox.notify::<RunEvent>(RunEventParams {
                run_id: handle.id().to_string(),
                uri: uri.clone(),
                event: Numbered::of(event),
            });
        }
        outbox.flushed().await;
        tokio::time::sleep(BUNDLE).await;
    }
}
