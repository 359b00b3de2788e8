//! Watching a run: everyone sees every event, from whichever number they ask for.
//!
//! The journal holds the events; in memory are their fold, the latest few, and where in the file every sixteenth begins.
//! So what a run occupies does not grow with what its agents say, and late subscribers read what they missed from disk.

use std::{
    collections::VecDeque,
    fs::File,
    io,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use tokio::sync::watch;

use crate::{
    event::Event,
    journal::{Lines, Shown},
    state::RunState,
};

/// Bytes of the latest events that are kept in memory, as they are on disk: subscribers that keep up read no file.
const RECENT: u64 = 1 << 20;

/// Of every so many events, the place of the first in the file is remembered.
const STEP: u64 = 16;

/// The events of a run that may be seen, and their fold.
#[derive(Debug)]
pub(crate) struct EventLog {
    /// The journal, opened for reading by itself: it shares no lock with its writer. A run that leaves nothing on disk has
    /// none, and all its events are recent ones.
    file: Option<Arc<File>>,
    inner: Mutex<Seen>,
    length: watch::Sender<Length>,
    /// Why the journal could not be written to its end.
    lost: OnceLock<String>,
}

#[derive(Debug, Default)]
struct Seen {
    state: Arc<RunState>,
    recent: VecDeque<Shown>,
    recent_bytes: u64,
    /// Where in the file the events 1, 1 + STEP, 1 + 2·STEP … begin.
    places: Vec<u64>,
    /// Bytes of the file that may be seen.
    bytes: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Length {
    events: u64,
    closed: bool,
}

impl EventLog {
    /// The log of the journal that `file` reads, which is empty yet.
    pub(crate) fn over(file: File) -> Arc<Self> {
        Self::new(Some(Arc::new(file)), RunState::watched())
    }

    /// The log of a run that leaves nothing on disk: it has every call.
    pub(crate) fn in_memory() -> Arc<Self> {
        Self::new(None, RunState::default())
    }

    fn new(file: Option<Arc<File>>, state: RunState) -> Arc<Self> {
        let seen = Seen { state: Arc::new(state), ..Seen::default() };
        Arc::new(Self {
            file,
            inner: Mutex::new(seen),
            length: watch::Sender::new(Length::default()),
            lost: OnceLock::new(),
        })
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows events that are on disk.
    pub(crate) fn extend(&self, events: Vec<Shown>) {
        let Some(last) = events.last().map(|shown| shown.event.seq) else { return };
        let mut seen = self.seen();
        for shown in events {
            seen.take_in(shown);
        }
        drop(seen);
        self.length.send_modify(|l| l.events = last);
    }

    pub(crate) fn close(&self) {
        self.length.send_modify(|l| l.closed = true);
    }

    /// The journal ends before the run: why.
    pub(crate) fn lose(&self, why: String) {
        self.lost.get_or_init(|| why);
    }

    /// Why the journal ends before the run, where it does.
    pub(crate) fn lost(&self) -> Option<&str> {
        self.lost.get().map(String::as_str)
    }

    pub(crate) fn state(&self) -> Arc<RunState> {
        self.seen().state.clone()
    }

    pub(crate) fn subscribe(self: &Arc<Self>, from: u64) -> Events {
        Events { log: self.clone(), length: self.length.subscribe(), next: from.max(1), past: None }
    }

    /// The event with number `seq`, if it may be seen yet.
    pub(crate) fn event(self: &Arc<Self>, seq: u64) -> Option<Arc<Event>> {
        self.subscribe(seq).try_next().filter(|event| event.seq == seq)
    }

    pub(crate) async fn closed(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.length.subscribe().wait_for(|l| l.closed).await;
    }
}

impl Seen {
    fn take_in(&mut self, shown: Shown) {
        Arc::make_mut(&mut self.state).apply(&shown.event);
        if (shown.event.seq - 1).is_multiple_of(STEP) {
            self.places.push(self.bytes);
        }
        self.bytes += shown.bytes;
        self.recent_bytes += shown.bytes;
        self.recent.push_back(shown);
        while self.recent_bytes > RECENT {
            let Some(old) = self.recent.pop_front() else { break };
            self.recent_bytes -= old.bytes;
        }
    }

    fn recent(&self, seq: u64) -> Option<Arc<Event>> {
        let first = self.recent.front()?.event.seq;
        Some(self.recent.get(usize::try_from(seq.checked_sub(first)?).ok()?)?.event.clone())
    }
}

/// Events of a run in order, from some number on, without gaps, to the end.
#[derive(Debug)]
pub struct Events {
    log: Arc<EventLog>,
    length: watch::Receiver<Length>,
    next: u64,
    /// Where reading from disk goes on, while it does.
    past: Option<Lines>,
}

impl Events {
    /// The next event; waits for it, and gives `None` once the run has ended and everything was given. `None` too where
    /// someone has damaged the journal under the run, which is logged.
    pub async fn next(&mut self) -> Option<Arc<Event>> {
        let next = self.next;
        self.length.wait_for(|l| l.closed || l.events >= next).await.ok()?;
        self.try_next()
    }

    /// The next event, if it is there already.
    pub fn try_next(&mut self) -> Option<Arc<Event>> {
        if self.length.borrow().events < self.next {
            return None;
        }
        let recent = self.log.seen().recent(self.next);
        let event = match recent {
            Some(event) => {
                self.past = None;
                event
            }
            None => match self.read() {
                Ok(event) => event,
                Err(error) => {
                    tracing::error!(%error, seq = self.next, "the journal can no longer be read");
                    return None;
                }
            },
        };
        self.next += 1;
        Some(event)
    }

    /// The next event as it stands on disk. Blocks for as long as the page cache takes.
    fn read(&mut self) -> io::Result<Arc<Event>> {
        let mut lines = match self.past.take() {
            Some(lines) => lines,
            None => {
                let step = (self.next - 1) / STEP;
                let place = self.log.seen().places.get(step as usize).copied();
                let place = place.ok_or_else(|| io::Error::other("the event has no place in the file"))?;
                let file = self.log.file.clone().ok_or_else(|| io::Error::other("there is no file"))?;
                let mut lines = Lines::at(file, place);
                for _ in 0..(self.next - 1) % STEP {
                    lines.skip()?;
                }
                lines
            }
        };
        let event = lines.event()?;
        if event.seq != self.next {
            return Err(io::Error::other(format!("event {} stands where {} should", event.seq, self.next)));
        }
        self.past = Some(lines);
        Ok(Arc::new(event))
    }
}
