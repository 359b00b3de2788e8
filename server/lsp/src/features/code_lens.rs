//! Run, stop and the estimate, above `meta`. `textDocument/codeLens`; fully resolved, with commands of the server only.

use analysis::text::Span;
use tower_lsp::ls_types::{CodeLens, Command as Call, Position, Range};

use crate::{
    commands::{Command, Target},
    features::words,
    snapshot::Snapshot,
};

/// The lenses of a script.
pub(crate) fn code_lenses(script: &Snapshot) -> Vec<CodeLens> {
    if !script.settings.lenses {
        return vec![];
    }
    let Range { start, .. } = script.range(meta(script));
    // Neovim sorts the lenses of a line by where they begin, and mixes up those that begin at the same place.
    let place = |nth: u32| Position::new(start.line, start.character + nth);
    let lens = |(place, command)| CodeLens { range: Range::new(place, place), command: Some(command), data: None };
    (0..).map(place).zip(calls(script)).map(lens).collect()
}

/// What can be done with a script now; the same for lenses and code actions.
pub(crate) fn calls(script: &Snapshot) -> Vec<Call> {
    let target = Target::script(&script.uri);
    let plan = Command::ShowPlan.call(estimate(script), target.clone());
    match &script.run {
        Some((run, _)) if run.is_live() => {
            let stop = Target { run_id: Some(run.id.clone()), ..target };
            vec![Command::Stop.call(format!("■ Stop · {}", run.count()), stop), plan]
        }
        _ => {
            let mut calls =
                vec![Command::Run.call("▶ Run", target.clone()), Command::DryRun.call("Dry run", target.clone())];
            if let Some(last) = &script.last
                && let Some(offer) = last.offer(&script.text)
            {
                calls.push(Command::Resume.call(offer, Target { run_id: Some(last.id.clone()), ..target }));
            }
            calls.push(plan);
            if let Some((run, _)) = script.run.as_ref().filter(|(run, _)| run.is_complete()) {
                let report = Target { run_id: Some(run.id.clone()), ..Target::script(&script.uri) };
                calls.push(Command::Report.call(format!("✓ {}", run.outcome()), report));
            }
            calls
        }
    }
}

/// `4..34 agents · 40k..300k tok · $0.10..$2.40 · ~12 min`.
pub(crate) fn estimate(script: &Snapshot) -> String {
    let estimate = script.estimate();
    let agents = words::likely_agents(&script.known.plan.agents, &estimate.total.agents);
    let args = if script.known.of_last_args { " · with the args of its last run" } else { "" };
    agents + &words::whole(estimate) + args
}

/// The declaration of `meta`, or the start of the text.
fn meta(script: &Snapshot) -> Span {
    let meta = script.known.script.meta.as_ref().and_then(|meta| script.loosely(meta.span));
    Span::at(meta.map_or(0, |meta| meta.start))
}
