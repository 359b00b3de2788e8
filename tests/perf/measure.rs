//! What a run takes of the machine: time of the processor and memory, of this process and of the sandbox.

use std::{
    fmt, fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use crate::kill::process::child_of;

/// Clock ticks a second on Linux, in which `/proc` counts time of the processor.
const TICKS: f64 = 100.0;

/// Measures from `begin` to `end`.
pub(super) struct Usage {
    own_before: f64,
    children_before: f64,
    over: Arc<AtomicBool>,
    most: Arc<[AtomicU64; 2]>,
    sampler: JoinHandle<()>,
}

/// What was used.
pub(super) struct Used {
    own: f64,
    sandbox: f64,
    own_kib: u64,
    sandbox_kib: u64,
}

impl Usage {
    pub(super) fn begin() -> Usage {
        let (own_before, children_before) = processor();
        let over = Arc::new(AtomicBool::new(false));
        let most: Arc<[AtomicU64; 2]> = Arc::default();
        let (until, seen) = (over.clone(), most.clone());
        let sampler = thread::spawn(move || {
            while !until.load(Relaxed) {
                seen[0].fetch_max(memory(std::process::id(), "VmRSS:"), Relaxed);
                if let Some(sandbox) = child_of(std::process::id()) {
                    // What the system remembers as the most ever, so that no peak falls between two looks.
                    seen[1].fetch_max(memory(sandbox, "VmHWM:"), Relaxed);
                }
                thread::sleep(Duration::from_millis(20));
            }
        });
        Usage { own_before, children_before, over, most, sampler }
    }

    pub(super) fn end(self) -> Used {
        self.over.store(true, Relaxed);
        self.sampler.join().expect("sampling does not panic");
        // The sandbox counts once it has been waited for.
        thread::sleep(Duration::from_millis(50));
        let (own, children) = processor();
        Used {
            own: own - self.own_before,
            sandbox: children - self.children_before,
            own_kib: self.most[0].load(Relaxed),
            sandbox_kib: self.most[1].load(Relaxed),
        }
    }
}

impl Used {
    /// Most memory of the sandbox.
    pub(super) fn sandbox_mib(&self) -> u64 {
        self.sandbox_kib / 1024
    }
}

impl fmt::Display for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Used { own, sandbox, own_kib, sandbox_kib } = self;
        let (own_mib, sandbox_mib) = (own_kib / 1024, sandbox_kib / 1024);
        write!(f, "scheduler {own:.2} s CPU, {own_mib} MiB; sandbox {sandbox:.2} s CPU, {sandbox_mib} MiB")
    }
}

/// Seconds of the processor this process took, and its children that have ended.
fn processor() -> (f64, f64) {
    let stat = fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields: Vec<f64> =
        stat.rsplit_once(')').expect("a name").1.split_whitespace().map(|n| n.parse().unwrap_or(0.0)).collect();
    // utime, stime, cutime, cstime are the fields 14 to 17, counted from 1, of which two stand before the parenthesis.
    ((fields[11] + fields[12]) / TICKS, (fields[13] + fields[14]) / TICKS)
}

/// What the system says under `name` of the memory of a process, in KiB; 0 where it is gone.
fn memory(process: u32, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
