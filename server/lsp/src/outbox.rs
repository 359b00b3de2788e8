//! What goes to the client: in order, and without the owner loop ever waiting for it.

use std::{sync::Arc, time::Duration};

use tokio::sync::Notify;
use tower_lsp::{
    Client,
    ls_types::{
        LogMessageParams, MessageType, ShowMessageParams,
        notification::{LogMessage, Notification, ShowMessage},
    },
};

use crate::transport::Out;

/// Editors redraw all their lenses and hints on a refresh: no more than two a second.
const REFRESH_PAUSE: Duration = Duration::from_millis(500);

/// The way to the client.
#[derive(Clone)]
pub(crate) struct Outbox {
    client: Client,
    out: Out,
    refresh: Arc<Notify>,
}

impl Outbox {
    /// A way to `client` for requests, and out for all that needs no answer.
    pub(crate) fn new(client: Client, out: Out) -> Self {
        Self { client, out, refresh: Arc::new(Notify::new()) }
    }

    /// Sends a notification after all that were sent before, and before all answers to come.
    pub(crate) fn notify<N: Notification>(&self, params: N::Params) {
        self.out.notify(N::METHOD, params);
    }

    /// Writes a line to the client's log.
    pub(crate) fn log(&self, level: MessageType, message: impl Into<String>) {
        self.notify::<LogMessage>(LogMessageParams { typ: level, message: message.into() });
    }

    /// Shows a message to the person.
    pub(crate) fn show(&self, level: MessageType, message: impl Into<String>) {
        self.notify::<ShowMessage>(ShowMessageParams { typ: level, message: message.into() });
    }

    /// Waits until all that was posted before is on its way.
    pub(crate) async fn flushed(&self) {
        self.out.reached().await;
    }

    /// The client, for requests to it; await them in a task of their own, never in the owner loop.
    pub(crate) fn client(&self) -> Client {
        self.client.clone()
    }

    /// Begins to answer [`Outbox::refresh`] with the refreshes the client understands.
    pub(crate) fn start_refreshing(&self, lenses: bool, hints: bool) {
        if !lenses && !hints {
            return;
        }
        let (client, wanted) = (self.client.clone(), self.refresh.clone());
        let refresh = async move || {
            // A client that refuses has nothing to redraw.
            let _ = tokio::join!(async { if lenses { client.code_lens_refresh().await } else { Ok(()) } }, async {
                if hints { client.inlay_hint_refresh().await } else { Ok(()) }
            },);
        };
        tokio::spawn(throttled(wanted, refresh, async || tokio::time::sleep(REFRESH_PAUSE).await));
    }

    /// Asks the client to ask again for lenses and hints, soon.
    pub(crate) fn refresh(&self) {
        self.refresh.notify_one();
    }
}

/// Refreshes when that is wanted, with a pause after each; what is wanted meanwhile is done by one refresh after the pause.
async fn throttled(wanted: Arc<Notify>, mut refresh: impl AsyncFnMut(), mut pause: impl AsyncFnMut()) {
    loop {
        wanted.notified().await;
        refresh().await;
        pause().await;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

    use super::*;

    #[tokio::test]
    async fn however_often_something_changes_one_refresh_a_pause_tells_of_it() {
        let [wanted, over] = [(); 2].map(|()| Arc::new(Notify::new()));
        let [done, pauses] = [(); 2].map(|()| Arc::new(AtomicU32::new(0)));
        let counts = || (done.load(Relaxed), pauses.load(Relaxed));
        let count = |counter: &Arc<AtomicU32>| {
            let counter = counter.clone();
            move || counter.fetch_add(1, Relaxed)
        };
        let (refreshed, paused, end) = (count(&done), count(&pauses), over.clone());
        let refresh = async move || {
            refreshed();
        };
        let pause = async move || {
            paused();
            end.notified().await;
        };
        tokio::spawn(throttled(wanted.clone(), refresh, pause));
        for round in 1..=3 {
            for _ in 0..500 {
                wanted.notify_one();
                tokio::task::yield_now().await;
            }
            assert_eq!(counts(), (round, round), "a pause that is not over holds everything back");
            over.notify_one();
        }
        for _ in 0..500 {
            tokio::task::yield_now().await;
        }
        assert_eq!(counts(), (4, 4), "what changed in the last pause is told after it, once");
        over.notify_one();
        for _ in 0..500 {
            tokio::task::yield_now().await;
        }
        assert_eq!(counts(), (4, 4), "nothing has changed since");
    }
}
