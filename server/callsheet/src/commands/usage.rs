//! `callsheet usage`: what past runs took, by workflow, phase, agent and model.

use std::path::{Path, PathBuf};

use analysis::{
    prices::OwnPrices,
    units::{Tokens, Usd},
};
use clap::Args;
use runtime::history::{self, PastRun, Wanted};
use serde::Serialize;

use crate::{
    FINE,
    account::{Account, Sum},
    numbers, output,
    output::Failure,
    past::RUNS,
    table::{Align, Table},
};

/// Rows of a table on a terminal; `--json` has all.
const ROWS: usize = 12;

/// Columns of a terminal that nobody has to scroll.
const WIDTH: usize = 96;

/// Shows what past runs took, by workflow, phase, agent and model.
///
/// Simulated runs stand apart: nothing was spent on them.
#[derive(Args)]
pub(crate) struct Usage {
    /// Folders whose runs are counted: projects, or folders of runs. Without: the one the command is given in.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Counts the workflow runs in a folder of Claude Code's transcripts too, such as `~/.claude/projects`. They are only read.
    #[arg(long, value_name = "DIR")]
    transcripts: Vec<PathBuf>,
    /// Has estimates in this folder learn from those runs too. What they took, and how their prompts begin, is kept in
    /// `.callsheet/transcripts.json`, in the place of what was kept before; remove that file to forget them.
    #[arg(long, requires = "transcripts")]
    learn: bool,
    /// Writes the numbers as JSON.
    #[arg(long)]
    json: bool,
}

/// `usage --json`.
#[derive(Serialize)]
struct Report<'a> {
    real: &'a Account,
    simulated: &'a Account,
    prices: String,
}

impl Usage {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let prices = super::prices::own(None)?;
        let runs = self.runs(&prices)?;
        let [real, simulated] =
            [false, true].map(|simulated| Account::of(runs.iter().filter(|run| run.simulated == simulated)));
        if self.json {
            // What a call cost was reckoned when it was made; that of transcripts is reckoned now.
            let prices = basis(&prices);
            output::json(&Report { real: &real, simulated: &simulated, prices })?;
            return Ok(FINE);
        }
        if runs.is_empty() {
            output::line(&format!(
                "No runs in {RUNS} yet; `callsheet run FILE` makes one. `--transcripts ~/.claude/projects` counts those of Claude Code."
            ))?;
            return Ok(FINE);
        }
        match real.is_empty() {
            true => output::line(" USAGE      nothing was spent: there are simulated runs only")?,
            false => show(&real, "USAGE      real runs")?,
        }
        if !simulated.is_empty() {
            output::line("")?;
            show(&simulated, "SIMULATED  nothing was spent; cost is what the models named would have cost")?;
        }
        output::line("")?;
        Ok(output::line(&format!(" cost     {}", basis(&prices))).map(|()| FINE)?)
    }

    fn runs(&self, prices: &OwnPrices) -> Result<Vec<PastRun>, Failure> {
        let here = [PathBuf::from(".")];
        // Who asks for transcripts alone, in a folder without runs, is not told of a missing folder.
        let paths = if self.paths.is_empty() { &here[..] } else { &self.paths[..] };
        let mut runs = Vec::new();
        for path in paths {
            let project = path.join(RUNS);
            let folder = if project.is_dir() || self.paths.is_empty() { project } else { path.clone() };
            if !self.paths.is_empty() && !folder.is_dir() {
                return Err(Failure::usage(format!("cannot read {}: there is no such folder", path.display())));
            }
            let history =
                history::read(&folder, Wanted::default()).map_err(|error| Failure::usage(error.to_string()))?;
            history.note.iter().for_each(|note| output::note(&format!("note: {note}")));
            runs.extend(history.runs);
        }
        let mut kept = Vec::new();
        for folder in &self.transcripts {
            kept.extend(transcripts(folder, prices)?);
        }
        if self.learn {
            learn(&kept)?;
        }
        runs.extend(kept);
        Ok(runs)
    }
}

/// Keeps what these runs took, for estimates.
fn learn(runs: &[PastRun]) -> Result<(), Failure> {
    if runs.is_empty() {
        return Err(Failure::usage("there is nothing to learn from: no workflow run is in those transcripts"));
    }
    let path = history::keep(Path::new(RUNS), runs).map_err(|error| Failure::usage(error.to_string()))?;
    let (count, path) = (numbers::count(runs.len() as u64, "run"), path.display());
    output::note(&format!("note: estimates here learn from {count} of Claude Code, kept in {path}"));
    Ok(())
}

fn transcripts(folder: &Path, prices: &OwnPrices) -> Result<Vec<PastRun>, Failure> {
    let failed = |error| Failure::usage(format!("cannot read the transcripts in {}: {error}", folder.display()));
    let found = history::transcripts(folder, prices).map_err(failed)?;
    if found.is_empty() {
        let shown = folder.display();
        output::note(&format!("note: there are no workflow runs in {shown}: none has subagents/workflows in it"));
    }
    Ok(found)
}

fn basis(prices: &OwnPrices) -> String {
    format!("as reckoned when a call was made; of transcripts, {}", numbers::price_basis(prices, !prices.is_empty()))
}

fn show(account: &Account, title: &str) -> Result<(), Failure> {
    output::line(&format!(" {title}"))?;
    let right = Align::Right;
    let mut table = Table::new(&[Align::Left, right, right, right, right, right, right]);
    let parts = [
        ("by workflow", &account.workflows),
        ("by phase", &account.phases),
        ("by agent", &account.agents),
        ("by model", &account.models),
    ];
    for (name, sums) in parts {
        table.row([name, "runs", "agents", "read", "cached", "written", "cost"]);
        table.rule();
        sums.iter().take(ROWS).for_each(|sum| table.row(row(sum)));
        if sums.len() > ROWS {
            let rest = sums[ROWS..].iter().fold(Sum::default(), |all, sum| all.and(sum));
            let name = format!("… {} more, see --json", sums.len() - ROWS);
            // How many runs these are together, their sum does not tell.
            let mut cells = row(&Sum { name, ..rest });
            cells[1] = String::new();
            table.row(cells);
        }
        table.row([""; 7]);
    }
    table.row(row(&account.total));
    output::lines(&table.lines(1, WIDTH))
}

fn row(sum: &Sum) -> [String; 7] {
    let more = if sum.uncounted > 0 { "≥" } else { "" };
    let usage = &sum.usage;
    let cost = match (sum.unpriced, sum.usd) {
        (0, usd) => usd.to_string(),
        (_, Usd(0.0)) => "?".into(),
        (_, usd) if usd.0 < 0.01 => ">$0".into(),
        (_, usd) => format!("≥{usd}"),
    };
    let tokens = |tokens: Tokens| format!("{more}{tokens}");
    let cached = tokens(usage.cache_read + usage.cache_write);
    [
        sum.name.clone(),
        sum.runs.to_string(),
        sum.agents.to_string(),
        tokens(usage.input),
        cached,
        tokens(usage.output),
        cost,
    ]
}
