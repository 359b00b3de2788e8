//! `callsheet lsp`: the language server.

use std::io;

use clap::Args;
use tracing_subscriber::{EnvFilter, filter::LevelFilter};

use crate::output::Failure;

/// Speaks the Language Server Protocol on standard input and output.
///
/// Exits with 0 after `shutdown` and `exit`, with 1 when the client goes away without. Standard error has its log: warnings, or what
/// `CALLSHEET_LOG` asks for, such as `debug` or `callsheet_lsp=trace`.
#[derive(Args)]
pub(crate) struct Lsp {
    /// Accepted and ignored: some editors add it.
    #[arg(long, hide = true)]
    stdio: bool,
}

impl Lsp {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        log();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let ended = runtime.block_on(lsp::serve(tokio::io::stdin(), tokio::io::stdout()))?;
        // The thread that reads standard input may wait for a byte that never comes.
        runtime.shutdown_background();
        Ok(ended.exit_code())
    }
}

/// The variable with the filter of the log.
const FILTER: &str = "CALLSHEET_LOG";

/// Logs to standard error, plainly. An editor may have closed it: then what is logged is lost, and nothing else.
fn log() {
    let asked = EnvFilter::builder().with_default_directive(LevelFilter::WARN.into()).with_env_var(FILTER).from_env();
    let (filter, refused) = match asked {
        Ok(filter) => (filter, None),
        Err(error) => (EnvFilter::new("warn"), Some(error)),
    };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(false)
        // Such an error would be printed with `eprintln!`, which panics where standard error is gone.
        .log_internal_errors(false)
        .finish();
    // Refused only where one is set already, and this is the one place that sets one.
    let _ = tracing::subscriber::set_global_default(subscriber);
    if let Some(error) = refused {
        tracing::warn!(%error, "{FILTER} is no filter; warnings are logged");
    }
}
