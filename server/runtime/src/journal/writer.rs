use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
    time::{Duration, Instant},
};

use tokio::sync::watch;

use super::line;
use crate::{
    event::{Event, EventKind},
    watch::EventLog,
};

/// The writing end of a run's journal.
pub(crate) struct Journal {
    clock: Clock,
    seq: u64,
    to: To,
}

/// What time events happen at.
enum Clock {
    /// The time since this.
    Wall(Instant),
    /// Simulated time.
    Simulated(Duration),
}

/// Where events go.
enum To {
    Disk { events: mpsc::Sender<Event>, written: watch::Receiver<Progress>, synced: watch::Receiver<Progress> },
    Memory(Arc<EventLog>),
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

impl Journal {
    /// Creates the file at `path`, locks it and starts its writer, which shows flushed events to `log`.
    pub(crate) fn create(path: &Path, log: Arc<EventLog>) -> Result<Self, WriteError> {
        let io = |source| WriteError::Io { path: path.to_owned(), source };
        let file = OpenOptions::new().create_new(true).append(true).open(path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(WriteError::Locked(path.to_owned())),
            Err(TryLockError::Error(source)) => return Err(io(source)),
        }
        if let Some(folder) = path.parent() {
            // Makes the file's name survive a crash too, not only its bytes.
            File::open(folder).and_then(|f| f.sync_all()).map_err(io)?;
        }
        let (events, waiting) = mpsc::channel();
        let (written_tx, written) = watch::channel(Ok(0));
        let (synced_tx, synced) = watch::channel(Ok(0));
        let writer = Writer { file, path: path.to_owned(), waiting, written: written_tx, synced: synced_tx, log };
        thread::Builder::new().name("journal".into()).spawn(move || writer.run()).map_err(io)?;
        Ok(Self { clock: Clock::Wall(Instant::now()), seq: 0, to: To::Disk { events, written, synced } })
    }

    /// A journal that leaves nothing on disk, of a run in simulated time.
    pub(crate) fn in_memory(log: Arc<EventLog>) -> Self {
        Self { clock: Clock::Simulated(Duration::ZERO), seq: 0, to: To::Memory(log) }
    }

    /// Notes how far simulated time is.
    pub(crate) fn simulated_time(&mut self, now: Duration) {
        if let Clock::Simulated(time) = &mut self.clock {
            *time = now;
        }
    }

    /// Hands an event to the writer and gives its sequence number.
    pub(crate) fn append(&mut self, kind: EventKind) -> u64 {
        self.seq += 1;
        let time = match &self.clock {
            Clock::Wall(began) => began.elapsed(),
            Clock::Simulated(now) => *now,
        };
        let event = Event { seq: self.seq, ms: time.as_millis() as u64, kind };
        match &self.to {
            // A writer that is gone has said why; whoever waits for this event learns it.
            To::Disk { events, .. } => drop(events.send(event)),
            To::Memory(log) => log.extend(std::iter::once(Arc::new(event))),
        }
        self.seq
    }

    /// Lets go of the file, so that the run can be resumed.
    pub(crate) async fn close(self) {
        if let To::Disk { events, mut synced, .. } = self.to {
            drop(events);
            // The channel ends when the writer does; it closes the file first.
            while synced.changed().await.is_ok() {}
        }
    }

    /// Waits until everything appended so far has reached the operating system: it survives a crash of this process.
    pub(crate) async fn written(&mut self) -> Result<(), Arc<WriteError>> {
        match &mut self.to {
            To::Disk { written, .. } => reach(written, self.seq).await,
            To::Memory(_) => Ok(()),
        }
    }

    /// Waits until everything appended so far is on the disk and shown to subscribers.
    pub(crate) async fn synced(&mut self) -> Result<(), Arc<WriteError>> {
        match &mut self.to {
            To::Disk { synced, .. } => reach(synced, self.seq).await,
            To::Memory(_) => Ok(()),
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
    waiting: mpsc::Receiver<Event>,
    written: watch::Sender<Progress>,
    synced: watch::Sender<Progress>,
    log: Arc<EventLog>,
}

impl Writer {
    fn run(mut self) {
        while let Ok(first) = self.waiting.recv() {
            let mut batch = vec![first];
            batch.extend(self.waiting.try_iter());
            if let Err(source) = self.write(batch) {
                let error = Arc::new(WriteError::Io { path: self.path.clone(), source });
                self.written.send_modify(|p| *p = Err(error.clone()));
                self.synced.send_modify(|p| *p = Err(error));
                return;
            }
        }
    }

    fn write(&mut self, batch: Vec<Event>) -> io::Result<()> {
        let mut bytes = Vec::new();
        for event in &batch {
            bytes.extend(line::encode(event)?);
        }
        let last = batch.last().map_or(0, |e| e.seq);
        self.file.write_all(&bytes)?;
        self.written.send_modify(|p| *p = Ok(last));
        self.file.sync_data()?;
        self.log.extend(batch.into_iter().map(Arc::new));
        self.synced.send_modify(|p| *p = Ok(last));
        Ok(())
    }
}
