//! Watching a run: everyone sees every event, from whichever number they ask for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::{event::Event, state::RunState};

/// The events of a run that may be seen, and their fold.
#[derive(Debug)]
pub(crate) struct EventLog {
    inner: Mutex<Seen>,
    length: watch::Sender<Length>,
}

#[derive(Debug, Default)]
struct Seen {
    events: Vec<Arc<Event>>,
    state: Arc<RunState>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Length {
    events: usize,
    closed: bool,
}

impl EventLog {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { inner: Mutex::default(), length: watch::Sender::new(Length::default()) })
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn extend(&self, events: impl Iterator<Item = Arc<Event>>) {
        let mut seen = self.seen();
        for event in events {
            Arc::make_mut(&mut seen.state).apply(&event);
            seen.events.push(event);
        }
        let events = seen.events.len();
        drop(seen);
        self.length.send_modify(|l| l.events = events);
    }

    pub(crate) fn close(&self) {
        self.length.send_modify(|l| l.closed = true);
    }

    pub(crate) fn state(&self) -> Arc<RunState> {
        self.seen().state.clone()
    }

    pub(crate) fn subscribe(self: &Arc<Self>, from: u64) -> Events {
        Events { log: self.clone(), length: self.length.subscribe(), next: from.saturating_sub(1) as usize }
    }

    pub(crate) async fn closed(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.length.subscribe().wait_for(|l| l.closed).await;
    }
}

/// Events of a run in order, from some number on, without gaps, to the end.
#[derive(Debug)]
pub struct Events {
    log: Arc<EventLog>,
    length: watch::Receiver<Length>,
    next: usize,
}

impl Events {
    /// The next event; waits for it, and gives `None` once the run has ended and everything was given.
    pub async fn next(&mut self) -> Option<Arc<Event>> {
        let next = self.next;
        self.length.wait_for(|l| l.closed || l.events > next).await.ok()?;
        let event = self.log.seen().events.get(next).cloned()?;
        self.next += 1;
        Some(event)
    }

    /// The next event, if it is there already.
    pub fn try_next(&mut self) -> Option<Arc<Event>> {
        let event = self.log.seen().events.get(self.next).cloned()?;
        self.next += 1;
        Some(event)
    }
}
