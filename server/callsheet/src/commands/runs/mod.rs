//! `callsheet runs`: past runs, and those that go on in other processes.

mod list;
mod prune;
mod show;
mod watch;

use clap::{Args, Subcommand};
use runtime::{RunState, Status, runs::Recorded};

use crate::{FINE, output::Failure};

/// Lists past runs, shows one, watches one that goes on, or removes old ones.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Runs {
    #[command(subcommand)]
    what: Option<What>,
    /// Writes the list as JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
enum What {
    /// Lists past runs, the latest first.
    List {
        /// Writes the list as JSON.
        #[arg(long)]
        json: bool,
    },
    Show(show::Show),
    Watch(watch::Watch),
    Prune(prune::Prune),
}

impl Runs {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        match self.what {
            None => list::list(self.json)?,
            Some(What::List { json }) => list::list(json)?,
            Some(What::Show(show)) => show.run()?,
            Some(What::Watch(watch)) => return watch.run(),
            Some(What::Prune(prune)) => prune.run()?,
        }
        Ok(FINE)
    }
}

/// How a run stands, in a word.
fn status(run: &Recorded, state: &RunState) -> &'static str {
    match state.status() {
        Some(Status::Ok) => "done",
        Some(Status::Failed) => "failed",
        Some(Status::Stopped) => "stopped",
        None if run.is_live() => "running",
        None => "broken off",
    }
}
