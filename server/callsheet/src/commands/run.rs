//! `callsheet run`: the call sheet, the run, the result.

use std::path::{Path, PathBuf};

use analysis::Context;
use clap::Args;
use tracing_subscriber::filter::LevelFilter;

use super::order::Order;
use crate::{files::Source, log, output, output::Failure, past::RUNS, play::Play, saved, sheet::Sheet};

/// Shows what a script will do and cost, runs it, and shows its result.
///
/// Exits with 0 when the script returned, with 1 when it failed or was stopped. Ctrl-C stops the run and keeps its journal; a second
/// one ends the program.
#[derive(Args)]
pub(crate) struct Run {
    /// The script.
    file: PathBuf,
    #[command(flatten)]
    order: Order,
    /// Writes one event a line as JSON, at the end a `result` or an `error`.
    #[arg(long)]
    json: bool,
}

impl Run {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        log::begin(LevelFilter::OFF);
        begin(&self.order, &Source::read(&self.file)?, self.json, true)
    }
}

/// Runs a script as `order` has it; people see its sheet first, unless they have seen it.
pub(crate) fn begin(order: &Order, source: &Source, json: bool, sheet: bool) -> Result<u8, Failure> {
    let context = order.context(source)?;
    let prices = context.assumptions.prices.clone();
    let analysis = saved::analyze(source, &context);
    let profile = context.profile_of(&analysis.script);
    let Context { args, assumptions, .. } = context;
    let args = args.or_else(|| analysis.script.pragmas.args.as_ref()?.1.clone().ok());
    let chosen = order.choose(&analysis, &prices)?;
    // A script with syntax errors is refused below; a sheet of what recovery left of it would mislead.
    if sheet && !json && analysis.script.errors.is_empty() {
        let (path, estimate, args) = (&source.path, analysis.expected(), args.as_ref());
        let (at_once, max_agents) = (order.at_once(), order.max_agents());
        let assumptions = &assumptions;
        let sheet = Sheet {
            analysis: &analysis,
            estimate,
            path,
            args,
            args_of: None,
            max_agents,
            at_once,
            assumptions,
            simulation: None,
        };
        output::line(&sheet.render())?;
        output::line("")?;
    }
    // What past runs tell is not needed while this one goes on, and may be large.
    drop(assumptions);
    let mut spec = order.spec(source, args, profile, Path::new(RUNS));
    let model = spec.answered_by(&chosen);
    Play { spec, model, source, analysis: &analysis, prices, json }.play()
}
