//! A cap on what all runs of this machine ask an account at once: as many files as requests may be under way, each locked by
//! the run whose request is. The system lets go of the locks of a process that ends, however it ends.

use std::{
    fs::{File, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::NoCap;
use crate::journal::Lock;

/// How often a run looks whether another one has let go of a slot. Requests take seconds.
const LOOK: Duration = Duration::from_millis(25);

/// How long a run that let go of a slot leaves it to those that wait.
const HEAD_START: Duration = Duration::from_millis(60);

/// The slots of an account, as one run uses them.
#[derive(Debug)]
pub(super) struct Slots {
    folder: PathBuf,
    provider: &'static str,
    cap: u32,
    held: Arc<Mutex<Held>>,
    /// Locked, shared, while this run waits for a slot: others see that someone does.
    waiting: Option<Lock>,
}

/// What a run has of the slots.
#[derive(Debug, Default)]
struct Held {
    count: u32,
    let_go: Option<Instant>,
}

/// A slot that is taken until this is dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    held: Arc<Mutex<Held>>,
    _lock: Lock,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.count -= 1;
        held.let_go = Some(Instant::now());
    }
}

impl Slots {
    /// `cap` slots in `folder`, which is there.
    pub(super) fn new(folder: &Path, provider: &'static str, cap: u32) -> Self {
        Self { folder: folder.to_owned(), provider, cap, held: Arc::default(), waiting: None }
    }

    /// A slot, or how long to wait before asking again.
    pub(super) fn take(&mut self) -> Result<Result<Slot, Duration>, NoCap> {
        let (cap, provider) = (self.cap, self.provider);
        self.try_take().map_err(|why| NoCap { cap, provider, why: why.to_string() })
    }

    fn try_take(&mut self) -> io::Result<Result<Slot, Duration>> {
        if let Some(wait) = self.politeness()? {
            return Ok(Err(wait));
        }
        for number in 0..self.cap {
            if let Some(lock) = Lock::on(self.open(&format!("slot-{number}"))?)? {
                self.waiting = None;
                self.held.lock().unwrap_or_else(PoisonError::into_inner).count += 1;
                return Ok(Ok(Slot { held: self.held.clone(), _lock: lock }));
            }
        }
        self.wait()?;
        Ok(Err(LOOK))
    }

    /// This run wants no slot for now.
    pub(super) fn rest(&mut self) {
        self.waiting = None;
    }

    /// How long to leave the slots to other runs that wait: a run that has its share of them, or has just let go of one, would
    /// take each before they look.
    fn politeness(&mut self) -> io::Result<Option<Duration>> {
        self.waiting = None;
        if Lock::on(self.open("waiting")?)?.is_some() {
            return Ok(None);
        }
        let (has_share, head_start) = {
            let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            let since = held.let_go.map(|at| at.elapsed());
            (held.count >= self.cap.div_ceil(2), since.and_then(|since| HEAD_START.checked_sub(since)))
        };
        let wait = head_start.or(has_share.then_some(LOOK));
        if wait.is_some() {
            self.wait()?;
        }
        Ok(wait)
    }

    fn wait(&mut self) -> io::Result<()> {
        self.waiting = Some(Lock::shared(self.open("waiting")?)?);
        Ok(())
    }

    fn open(&self, name: &str) -> io::Result<File> {
        open(&self.folder.join(name))
    }
}

/// Opens a file that is made where it is not there.
pub(super) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
}
