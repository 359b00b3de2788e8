//! What the system itself enforces on the sandbox.

use std::{fs::File, io, sync::Arc};

use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};

use super::{protocol::Walls, watch::Watch, words::LastWords};

/// Address space beyond the memory a script may use: the binary, the stack of the script's thread, the allocator's reserve.
const OVERHEAD: u64 = 768 << 20;

/// Raises the walls round this process. After this it cannot open files, write them, or outlive its parent.
pub(super) fn raise(walls: &Walls) -> io::Result<Arc<Watch>> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    let limit = |resource, most| setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::As, walls.memory + OVERHEAD)?;
    let (memory, words) = (File::open("/proc/self/statm")?, LastWords::listen()?);
    limit(Resource::Nofile, 8)?;
    Watch::start(walls, memory, words)
}
