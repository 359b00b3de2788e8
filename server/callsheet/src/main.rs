//! The `callsheet` binary: the same analysis and the same runs as in an editor, for terminals and scripts.

mod account;
mod boughs;
mod commands;
mod excerpt;
mod files;
mod json;
mod log;
mod numbers;
mod output;
mod past;
mod play;
mod preview;
mod saved;
mod sheet;
mod table;
mod tree;
mod watch;

use std::process::ExitCode;

use clap::{Parser, error::ErrorKind};

use commands::Command;
use output::Failure;

/// Shows what an agent workflow script will do and cost, checks it, and runs it.
#[derive(Parser)]
#[command(name = "callsheet", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Nothing to complain about.
const FINE: u8 = 0;
/// Findings, or a run that did not come to its end.
const FINDINGS: u8 = 1;
/// The command itself makes no sense, or names what is not there.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    // Processes started by a run: not commands for people, and quick to start.
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(first) if first == "sandbox" => return runtime::sandbox_main(),
        Some(first) if first == models::TOOL_ARGUMENT => {
            return models::structured_output_main(arguments.next().map(Into::into));
        }
        _ => {}
    }
    let json = std::env::args().skip(1).any(|argument| argument == "--json");
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misused(&error, json),
    };
    match arguments.command.run() {
        Ok(code) => code.into(),
        Err(failure) if failure.is_broken_pipe() => ExitCode::from(FINE),
        Err(failure) => {
            output::complain(&failure, json);
            ExitCode::from(USAGE)
        }
    }
}

fn misused(error: &clap::Error, json: bool) -> ExitCode {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if json && !asked {
        let text = error.to_string();
        let sentence: Vec<&str> = text.lines().take_while(|l| !l.is_empty()).map(str::trim).collect();
        output::complain(&Failure::usage(sentence.join(" ").trim_start_matches("error: ")), json);
    } else if error.print().is_err() {
        return ExitCode::from(USAGE);
    }
    ExitCode::from(if asked { FINE } else { USAGE })
}
