use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::watch;

use super::{Lock, line};
use crate::{
    event::{Event, EventKind},
    watch::EventLog,
};

/// Most events that wait to be handed to the writer.
const TOGETHER: usize = 64;

/// The writing end of a run's journal.
pub(crate) struct Journal {
    seq: u64,
    to: To,
    log: Arc<EventLog>,
}

/// Where events go, and what time they happen at.
enum To {
    /// A file, in the time since the run began.
    Disk {
        began: Instant,
        /// Events that go to the writer together: each time it has to be woken.
        waiting: Vec<Event>,
        events: mpsc::Sender<Vec<Event>>,
        written: watch::Receiver<Progress>,
        synced: watch::Receiver<Progress>,
    },
    /// Nowhere, in simulated time.
    Memory { now: Duration },
}

/// How far a journal is, or why it cannot go on.
type Progress = Result<u64, Arc<WriteError>>;

/// Why an event could not be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WriteError {
    #[error("cannot write {path}: {source}; nothing was started that the journal does not hold")]
    Io { path: PathBuf, source: io::Error },
    #[error("another process writes {0}")]
    Locked(PathBuf),
    #[error("the journal's writer is gone")]
    Gone,
}

/// An event on disk.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) event: Arc<Event>,
    /// Length of its line.
    pub(crate) bytes: u64,
}

impl Journal {
    /// Creates the file at `path`, locks it and starts its writer.
    pub(crate) fn create(path: &Path) -> Result<Self, WriteError> {
        let io = |source| WriteError::Io { path: path.to_owned(), source };
        let file = OpenOptions::new().create_new(true).append(true).open(path).map_err(io)?;
        let lock = Lock::on(file).map_err(io)?.ok_or_else(|| WriteError::Locked(path.to_owned()))?;
        if let Some(folder) = path.parent() {
            // Makes the file's name survive a crash too, not only its bytes.
            File::open(folder).and_then(|f| f.sync_all()).map_err(io)?;
        }
        let log = EventLog::over(File::open(path).map_err(io)?);
        let (events, waiting) = mpsc::channel();
        let (onward, arriving) = mpsc::channel();
        let (written_tx, written) = watch::channel(Ok(0));
        let (synced_tx, synced) = watch::channel(Ok(0));
        let file = lock.file().try_clone().map_err(io)?;
        let flusher = Flusher { lock, path: path.to_owned(), arriving, synced: synced_tx.clone(), log: log.clone() };
        let writer = Writer { file, path: path.to_owned(), waiting, onward, written: written_tx, synced: synced_tx };
        thread::Builder::new().name("journal".into()).spawn(move || writer.run()).map_err(io)?;
        thread::Builder::new().name("journal-disk".into()).spawn(move || flusher.run()).map_err(io)?;
        let to = To::Disk { began: Instant::now(), waiting: Vec::new(), events, written, synced };
        Ok(Self { seq: 0, to, log })
    }

    /// A journal that leaves nothing on disk, of a run in simulated time.
    pub(crate) fn in_memory() -> Self {
        Self { seq: 0, to: To::Memory { now: Duration::ZERO }, log: EventLog::in_memory() }
    }

    /// Notes how far simulated time is.
    pub(crate) fn simulated_time(&mut self, moment: Duration) {
        if let To::Memory { now } = &mut self.to {
            *now = moment;
        }
    }

    /// The events as subscribers see them.
    pub(crate) fn log(&self) -> &Arc<EventLog> {
        &self.log
    }

    /// Adds an event. It goes to the writer with others, see [`Journal::send`].
    pub(crate) fn append(&mut self, kind: EventKind) {
        self.seq += 1;
        let event = |time: Duration| Event { seq: self.seq, ms: time.as_millis() as u64, kind };
        match &mut self.to {
            To::Disk { began, waiting, .. } => {
                waiting.push(event(began.elapsed()));
                if waiting.len() >= TOGETHER {
                    self.send();
                }
            }
            To::Memory { now } => self.log.extend(vec![Shown { event: Arc::new(event(*now)), bytes: 0 }]),
        }
    }

    /// Hands what was appended to the writer. To be called before anything is awaited.
    pub(crate) fn send(&mut self) {
        if let To::Disk { waiting, events, .. } = &mut self.to
            && !waiting.is_empty()
        {
            // A writer that is gone has said why; whoever waits for these events learns it.
            drop(events.send(std::mem::take(waiting)));
        }
    }

    /// The number of the last event appended.
    pub(crate) fn last(&self) -> u64 {
        self.seq
    }

    /// Lets go of the file, so that the run can be resumed.
    pub(crate) async fn close(mut self) {
        self.send();
        if let To::Disk { events, mut synced, .. } = self.to {
            drop(events);
            // The channel ends when writer and flusher have; they close the file first.
            while synced.changed().await.is_ok() {}
        }
    }

    /// The moment at which everything appended so far has reached the operating system: it survives a crash of this process.
    pub(crate) fn written(&mut self) -> Written {
        self.send();
        let progress = match &self.to {
            To::Disk { written, .. } => Some(written.clone()),
            To::Memory { .. } => None,
        };
        Written { progress, seq: self.seq }
    }

    /// Up to which event the journal is on the disk and shown to subscribers.
    pub(crate) fn reached(&self) -> Result<u64, Arc<WriteError>> {
        match &self.to {
            To::Disk { synced, .. } => synced.borrow().clone(),
            To::Memory { .. } => Ok(self.seq),
        }
    }

    /// Waits until more is on the disk than when this was last waited for.
    pub(crate) async fn advanced(&mut self) -> Result<(), Arc<WriteError>> {
        match &mut self.to {
            To::Disk { synced, .. } => synced.changed().await.map_err(|_| Arc::new(WriteError::Gone)),
            To::Memory { .. } => std::future::pending().await,
        }
    }

    /// Waits until everything appended so far is on the disk and shown to subscribers.
    pub(crate) async fn synced(&mut self) -> Result<(), Arc<WriteError>> {
        self.send();
        match &mut self.to {
            To::Disk { synced, .. } => reach(synced, self.seq).await,
            To::Memory { .. } => Ok(()),
        }
    }
}

/// A moment to wait for, see [`Journal::written`].
pub(crate) struct Written {
    /// Nothing where there is no disk.
    progress: Option<watch::Receiver<Progress>>,
    seq: u64,
}

impl Written {
    pub(crate) async fn reached(self) -> Result<(), Arc<WriteError>> {
        match self.progress {
            Some(mut progress) => reach(&mut progress, self.seq).await,
            None => Ok(()),
        }
    }
}

async fn reach(progress: &mut watch::Receiver<Progress>, seq: u64) -> Result<(), Arc<WriteError>> {
    let reached = progress.wait_for(|p| p.as_ref().map_or(true, |at| *at >= seq)).await;
    match reached {
        Ok(progress) => progress.clone().map(|_| ()),
        Err(_) => Err(Arc::new(WriteError::Gone)),
    }
}

struct Writer {
    file: File,
    path: PathBuf,
    waiting: mpsc::Receiver<Vec<Event>>,
    onward: mpsc::Sender<Vec<Shown>>,
    written: watch::Sender<Progress>,
    synced: watch::Sender<Progress>,
}

impl Writer {
    fn run(mut self) {
        while let Ok(mut batch) = self.waiting.recv() {
            batch.extend(self.waiting.try_iter().flatten());
            if let Err(source) = self.write(batch) {
                let error = Arc::new(WriteError::Io { path: self.path.clone(), source });
                self.written.send_modify(|p| *p = Err(error.clone()));
                self.synced.send_modify(|p| *p = Err(error));
                return;
            }
        }
    }

    fn write(&mut self, batch: Vec<Event>) -> io::Result<()> {
        let (mut bytes, mut shown) = (Vec::new(), Vec::with_capacity(batch.len()));
        for event in batch {
            let before = bytes.len();
            line::encode(&event, &mut bytes)?;
            shown.push(Shown { event: Arc::new(event), bytes: (bytes.len() - before) as u64 });
        }
        let last = shown.last().map_or(0, |s| s.event.seq);
        self.file.write_all(&bytes)?;
        self.written.send_modify(|p| *p = Ok(last));
        self.onward.send(shown).map_err(|_| io::Error::other("it could not be flushed before"))
    }
}

/// The second thread: waits for the disk.
struct Flusher {
    /// Comes first: the file is let go of before those hear it who wait for the end.
    lock: Lock,
    path: PathBuf,
    arriving: mpsc::Receiver<Vec<Shown>>,
    synced: watch::Sender<Progress>,
    log: Arc<EventLog>,
}

impl Flusher {
    fn run(self) {
        while let Ok(mut batch) = self.arriving.recv() {
            self.arriving.try_iter().for_each(|more| batch.extend(more));
            if let Err(source) = self.lock.file().sync_data() {
                let error = Arc::new(WriteError::Io { path: self.path.clone(), source });
                self.synced.send_modify(|p| *p = Err(error));
                break;
            }
            let last = batch.last().map_or(0, |s| s.event.seq);
            self.log.extend(batch);
            // What the writer has to say of a failure stays.
            self.synced.send_modify(|p| {
                if p.is_ok() {
                    *p = Ok(last);
                }
            });
        }
    }
}
