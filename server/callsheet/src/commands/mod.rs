//! One command, one file.

mod check;
mod check_sarif;
mod compare;
mod doctor;
mod lsp;
mod mcp;
mod order;
mod plan;
mod plan_json;
mod prices;
mod report;
mod resume;
mod rlm;
mod run;
mod runs;
mod sandbox;
mod usage;
mod who;
mod write;

use clap::Subcommand;

use crate::output::Failure;

/// What to do.
#[derive(Subcommand)]
pub(crate) enum Command {
    Check(check::Check),
    Plan(plan::Plan),
    Run(run::Run),
    Write(write::Write),
    Rlm(rlm::Rlm),
    Compare(compare::Compare),
    Resume(resume::Resume),
    Runs(runs::Runs),
    Report(report::Report),
    Usage(usage::Usage),
    Prices(prices::Prices),
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
            Command::Write(write) => write.run(),
            Command::Rlm(rlm) => rlm.run(),
            Command::Compare(compare) => compare.run(),
            Command::Resume(resume) => resume.run(),
            Command::Runs(runs) => runs.run(),
            Command::Report(report) => report.run(),
            Command::Usage(usage) => usage.run(),
            Command::Prices(prices) => prices.run(),
            Command::Lsp(lsp) => lsp.run(),
            Command::Mcp(mcp) => mcp.run(),
            Command::Doctor(doctor) => doctor.run(),
            Command::Sandbox(sandbox) => sandbox.run(),
        }
    }
}
