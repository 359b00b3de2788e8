//! `callsheet report`: a run as one page.

use std::{
    fs,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use clap::{Args, ValueEnum};
use runtime::report;
use serde_json::json;

use crate::{FINE, numbers, output, output::Failure, past, past::Past};

/// Writes a run as one HTML page that needs nothing else.
///
/// It has the plan, the agents over time, prompts and results, and what the run took against the estimate.
#[derive(Args)]
pub(crate) struct Report {
    /// The run: its name, the beginning of it, its folder, or `last`.
    run: String,
    /// Where to write it; without, `report.html` in the run's folder.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// A file with the prices that the run was paid at. Without: `callsheet/prices.json` in `~/.config`, if it is there.
    #[arg(long, value_name = "FILE")]
    prices: Option<PathBuf>,
    /// Whether to open it in the browser. Without: on a terminal.
    #[arg(long, value_name = "WHETHER")]
    open: Option<YesNo>,
    /// Says as JSON where it is.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum YesNo {
    Yes,
    No,
}

impl Report {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let run = Past::find(&self.run)?.open()?;
        let prices = super::prices::own(self.prices.as_ref())?;
        let page = report::page(&run, past::told(runtime::history::before(&run)), &prices);
        let path = self.output.unwrap_or_else(|| run.folder.join(report::FILE_NAME));
        fs::write(&path, &page).map_err(|e| Failure::usage(format!("cannot write {}: {e}", path.display())))?;
        match self.json {
            true => output::json_line(&json!({"type": "report", "run": run.id, "file": path, "bytes": page.len()}))?,
            false => output::line(&format!(" report   {}, {}", path.display(), numbers::bytes(page.len() as u64)))?,
        }
        let asked = self.open.map_or(!self.json && io::stdout().is_terminal(), |open| open == YesNo::Yes);
        if asked && let Err(error) = open(&path) {
            output::note(&format!("it could not be opened: {error}"));
        }
        Ok(FINE)
    }
}

/// Hands a file to whatever this system opens pages with, and does not wait for it.
fn open(path: &Path) -> io::Result<()> {
    let path = path.canonicalize()?;
    let mut command = match std::env::consts::OS {
        "macos" => Command::new("open"),
        "windows" => {
            let mut command = Command::new("cmd");
            command.args(["/C", "start", ""]);
            command
        }
        _ => Command::new("xdg-open"),
    };
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(drop)
}
