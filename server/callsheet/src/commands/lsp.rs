//! `callsheet lsp`: the language server.

use clap::Args;
use tracing_subscriber::filter::LevelFilter;

use crate::{log, output::Failure};

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
        log::begin(LevelFilter::WARN);
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let ended = runtime.block_on(lsp::serve(tokio::io::stdin(), tokio::io::stdout()))?;
        // The thread that reads standard input may wait for a byte that never comes.
        runtime.shutdown_background();
        Ok(ended.exit_code())
    }
}
