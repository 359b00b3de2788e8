//! The process that runs a script: Boa, the primitives, and nothing else.
//!
//! It has no environment, no files and no network; it speaks with the scheduler over its standard input and output.

mod convert;
mod errors;
mod globals;
mod host;
mod primitives;
pub(crate) mod protocol;
mod repl;
mod segment;
mod serve;
mod source;
mod walls;
mod watch;
mod words;

#[cfg(test)]
mod tests;

use std::{io, panic, process::ExitCode, thread};

pub(crate) use errors::TOO_DEEP;
pub(crate) use serve::serve;
pub(crate) use source::meta_export;
pub(crate) use watch::{OUT_OF_MEMORY, OUT_OF_STACK, OUT_OF_TIME, Watch, too_big, too_long};

/// Stack of the thread that runs scripts, in bytes. Boa takes up to 30 KB a level of nesting in debug builds.
pub(crate) const STACK: usize = 256 << 20;

/// What the hidden subcommand `callsheet sandbox` runs.
pub fn sandbox_main() -> ExitCode {
    // Those who wait for the thread are told, and standard error is for last words.
    panic::set_hook(Box::new(|_| {}));
    let run = || serve(io::stdin(), io::stdout(), walls::raise);
    let thread = thread::Builder::new().name("script".into()).stack_size(STACK).spawn(run);
    match thread.map(thread::JoinHandle::join) {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}
