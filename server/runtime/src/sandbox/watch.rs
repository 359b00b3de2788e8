//! Time and memory of a script, watched from a second thread.
//!
//! The watch raises a flag; the script's next turn of a loop or call of a function sees it and ends the run with its
//! line. A script that does not turn (a pattern that backtracks, a sort without end) is ended by the watch itself, with
//! the line of its last turn. Should the watch fail, the system ends the process: at each turn with the scheduler its limit
//! of time of the processor is moved on, to what the next slice may take.

use std::{
    collections::HashMap,
    fs::File,
    io,
    os::unix::fs::FileExt,
    process,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use analysis::text::LineColumn;
use rustix::{
    param::page_size,
    process::{Resource, Rlimit, getrlimit, setrlimit},
};

use super::{
    protocol::Walls,
    words::{Fatal, LastWords},
};

/// Exit code of a sandbox that ran out of memory; the line follows on standard error.
pub(crate) const OUT_OF_MEMORY: i32 = 71;

/// Exit code of a sandbox that ran out of time; the line follows on standard error.
pub(crate) const OUT_OF_TIME: i32 = 72;

/// Exit code of a sandbox whose stack overflowed; the line follows on standard error.
pub(crate) const OUT_OF_STACK: i32 = 73;

/// How often the watch looks.
const PERIOD: Duration = Duration::from_millis(10);

/// How long a script has to see the flag.
const GRACE: Duration = Duration::from_millis(150);

/// Time of the processor beyond what slices take, in milliseconds: the start of the process and the watch itself.
const SPARE_MS: u64 = 5_000;

const TIME: u8 = 1;
const MEMORY: u8 = 2;

/// A limit that was hit.
pub(super) enum TooMuch {
    /// The milliseconds code may run without waiting.
    Time(u64),
    /// What to say.
    Memory(String),
}

/// The flags between the two threads.
pub(crate) struct Watch {
    began: Instant,
    walls: Walls,
    /// Milliseconds since `began` at which the script began to run, plus one; 0 while it waits.
    running: AtomicU64,
    over: AtomicU8,
    /// Line and column of the last turn.
    last: AtomicU64,
    /// The number of the script it was in.
    script: AtomicUsize,
    /// What is known of scripts, by number: the name of a nested workflow; nothing is known of others than the one that was started.
    scripts: Mutex<HashMap<usize, String>>,
    /// Milliseconds the script ran in slices that are over.
    ran: AtomicU64,
    /// Seconds of the processor after which the system ends this process; `u64::MAX` where it does not.
    fence: AtomicU64,
}

impl Watch {
    /// A watch that looks at nothing, for scripts on a thread.
    pub(crate) fn blind(walls: &Walls) -> Arc<Self> {
        Arc::new(Self {
            began: Instant::now(),
            walls: *walls,
            running: AtomicU64::new(1),
            over: AtomicU8::new(0),
            last: AtomicU64::new(0),
            script: AtomicUsize::new(0),
            scripts: Mutex::default(),
            ran: AtomicU64::new(0),
            fence: AtomicU64::new(u64::MAX),
        })
    }

    /// Starts the second thread. `memory` is `/proc/self/statm`.
    pub(super) fn start(walls: &Walls, memory: File, words: LastWords) -> io::Result<Arc<Self>> {
        let watch = Self::blind(walls);
        watch.fence.store(0, Relaxed);
        watch.move_fence()?;
        let watched = watch.clone();
        thread::Builder::new().name("watch".into()).spawn(move || watched.look(&memory, &words))?;
        Ok(watch)
    }

    /// The script waits.
    pub(super) fn rest(&self) {
        self.run_from(0);
    }

    /// The script runs again.
    pub(super) fn go(&self) {
        self.over.store(0, Relaxed);
        self.run_from(self.now() + 1);
        // Moving it within the bounds of the process does not fail; one that stayed would end the script early, not late.
        let _ = self.move_fence();
    }

    fn run_from(&self, since: u64) {
        let before = self.running.swap(since, Relaxed);
        if before > 0 {
            self.ran.fetch_add(self.now() + 1 - before, Relaxed);
        }
    }

    /// Lets the script run for another slice before the system ends this process. A script is one thread: it takes no more of
    /// the processor than the time it runs.
    fn move_fence(&self) -> io::Result<()> {
        let ms = self.ran.load(Relaxed) + self.walls.slice_ms + SPARE_MS;
        if ms <= self.fence.load(Relaxed).saturating_mul(1000) {
            return Ok(());
        }
        // Moved by more than it must be, so that it is not moved each time.
        let seconds = (ms + SPARE_MS).div_ceil(1000);
        let maximum = getrlimit(Resource::Cpu).maximum;
        let current = Some(maximum.map_or(seconds, |most| most.min(seconds)));
        setrlimit(Resource::Cpu, Rlimit { current, maximum })?;
        self.fence.store(seconds, Relaxed);
        Ok(())
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    /// The script with this number is the nested workflow of this name.
    pub(super) fn name(&self, script: usize, workflow: &str) {
        let mut scripts = self.scripts.lock().unwrap_or_else(PoisonError::into_inner);
        scripts.insert(script, workflow.to_owned());
    }

    /// A turn at `at`. What to tell the script's author when a limit was hit.
    pub(super) fn pass(&self, script: usize, at: LineColumn) -> Option<String> {
        self.pass_or(script, at).map(|much| match much {
            TooMuch::Time(ms) => too_long(ms),
            TooMuch::Memory(message) => message,
        })
    }

    /// A turn at `at`, and the limit that was hit.
    pub(super) fn pass_or(&self, script: usize, at: LineColumn) -> Option<TooMuch> {
        self.script.store(script, Relaxed);
        self.last.store((u64::from(at.line) << 32) | u64::from(at.column), Relaxed);
        match self.over.load(Relaxed) {
            0 => None,
            TIME => Some(TooMuch::Time(self.walls.slice_ms)),
            _ => Some(TooMuch::Memory(too_big(self.walls.memory))),
        }
    }

    fn look(&self, memory: &File, words: &LastWords) {
        let mut since: Option<Instant> = None;
        loop {
            thread::sleep(PERIOD);
            match words.heard() {
                Some(Fatal::Memory) => self.end(OUT_OF_MEMORY, words),
                Some(Fatal::Other) => self.end(OUT_OF_STACK, words),
                None => {}
            }
            let over = self.over_now(memory);
            self.over.store(over, Relaxed);
            match (over, since) {
                (0, _) => since = None,
                (_, None) => since = Some(Instant::now()),
                (_, Some(first)) if first.elapsed() < GRACE => {}
                (over, Some(_)) => self.end(if over == TIME { OUT_OF_TIME } else { OUT_OF_MEMORY }, words),
            }
        }
    }

    fn over_now(&self, memory: &File) -> u8 {
        let running = self.running.load(Relaxed);
        if running > 0 && self.now() + 1 > running + self.walls.slice_ms {
            return TIME;
        }
        match resident(memory) {
            Some(bytes) if bytes > self.walls.memory => MEMORY,
            _ => 0,
        }
    }

    fn end(&self, code: i32, words: &LastWords) -> ! {
        let (last, script) = (self.last.load(Relaxed), self.script.load(Relaxed));
        let (line, column) = (last >> 32, last as u32);
        // Whoever has the lock may never let go of it: the script's thread may be in the midst of anything.
        let workflow = self.scripts.try_lock().ok().and_then(|scripts| scripts.get(&script).cloned());
        match workflow {
            Some(workflow) => words.tell(&format!("{line} {column} {workflow}")),
            None if script == 0 => words.tell(&format!("{line} {column}")),
            // The line of a cell is none of the script's.
            None => {}
        }
        process::exit(code)
    }
}

/// Bytes of memory this process occupies.
fn resident(statm: &File) -> Option<u64> {
    let mut text = [0; 128];
    let read = statm.read_at(&mut text, 0).ok()?;
    let pages: u64 = std::str::from_utf8(text.get(..read)?).ok()?.split(' ').nth(1)?.parse().ok()?;
    Some(pages * page_size() as u64)
}

/// What is said of a script that does not await.
pub(crate) fn too_long(slice_ms: u64) -> String {
    format!("the script ran for more than {slice_ms} ms without awaiting anything")
}

/// What is said of a script that takes too much memory.
pub(crate) fn too_big(memory: u64) -> String {
    format!("the script ran out of memory (limit: {} MiB)", memory >> 20)
}
