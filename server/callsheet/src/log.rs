//! The log, on standard error.

use std::io;

use tracing_subscriber::{EnvFilter, filter::LevelFilter};

/// The variable with the filter of the log.
const FILTER: &str = "CALLSHEET_LOG";

/// Logs what [`FILTER`] asks for, plainly; without it `default`. Whoever reads may have closed standard error: then what is logged is
/// lost, and nothing else.
pub(crate) fn begin(default: LevelFilter) {
    let asked = EnvFilter::builder().with_default_directive(default.into()).with_env_var(FILTER).from_env();
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
