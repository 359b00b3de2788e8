//! `callsheet sandbox`: the process in which a script runs. Started by `callsheet run`, not by people.

use std::process::ExitCode;

use clap::Args;

use crate::{FINDINGS, FINE, output::Failure};

/// Runs a script for the process that started this one.
#[derive(Args)]
pub(crate) struct Sandbox;

impl Sandbox {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        Ok(if runtime::sandbox_main() == ExitCode::SUCCESS { FINE } else { FINDINGS })
    }
}
