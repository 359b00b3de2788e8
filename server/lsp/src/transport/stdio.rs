//! The server as a program.

use std::{io, panic};

use super::serve;

/// Threads for messages and runs; analysis has its own.
const WORKERS: usize = 2;

/// Serves the client at the other end of stdin and stdout, and gives the exit code the protocol asks for.
///
/// Call [`std::process::exit`] with it: a read of stdin that is under way cannot be ended otherwise. Panics go to the log, not to stderr,
/// which may be closed.
///
/// # Errors
///
/// When the threads the server needs cannot be started.
pub fn serve_stdio() -> io::Result<u8> {
    panic::set_hook(Box::new(|panic| tracing::error!(%panic, "a panic was caught")));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    let ended = runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout()));
    runtime.shutdown_background();
    Ok(ended?.exit_code())
}
