//! One command, one file.

mod check;
mod lsp;
mod plan;

use clap::Subcommand;

use crate::output::Failure;

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Reports what is wrong with workflow scripts.
    Check(check::Check),
    /// Shows what a run will do and cost, without running anything.
    Plan(plan::Plan),
    /// Speaks the Language Server Protocol on standard input and output.
    Lsp(lsp::Lsp),
}

impl Command {
    /// Does it; the number is the exit code.
    pub(crate) fn run(self) -> Result<u8, Failure> {
        match self {
            Command::Check(check) => check.run(),
            Command::Plan(plan) => plan.run(),
            Command::Lsp(lsp) => lsp.run(),
        }
    }
}
