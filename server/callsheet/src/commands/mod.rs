//! One command, one file.

mod check;
mod doctor;
mod lsp;
mod mcp;
mod plan;
mod run;
mod runs;
mod sandbox;

use clap::Subcommand;

use crate::output::Failure;

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    Check(check::Check),
    Plan(plan::Plan),
    Run(run::Run),
    Runs(runs::Runs),
    Lsp(lsp::Lsp),
    Mcp(mcp::Mcp),
    Doctor(doctor::Doctor),
    #[command(hide = true)]
    Sandbox(sandbox::Sandbox),
}

impl Command {
    /// Does it; the number is the exit code.
    pub(crate) fn run(self) -> Result<u8, Failure> {
        match self {
            Command::Check(check) => check.run(),
            Command::Plan(plan) => plan.run(),
            Command::Run(run) => run.run(),
            Command::Runs(runs) => runs.run(),
            Command::Lsp(lsp) => lsp.run(),
            Command::Mcp(mcp) => mcp.run(),
            Command::Doctor(doctor) => doctor.run(),
            Command::Sandbox(sandbox) => sandbox.run(),
        }
    }
}
