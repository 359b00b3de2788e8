//! `callsheet runs prune`: old runs, and what they occupy, given back.

use std::{borrow::Cow, collections::HashSet, fs, io, path::Path, time::Duration};

use clap::Args;
use runtime::{
    RunId, Status,
    prune::{self, RemoveError},
    runs,
};
use serde_json::json;

use crate::{
    numbers, output,
    output::Failure,
    past::{self, Past, RUNS},
    table::{Align, Table},
};

/// Removes old runs. With both conditions only those that meet both.
///
/// A run that is under way is never removed, nor one whose answers a kept run that has not come to its end would go on with. What is left
/// of runs whose removal or beginning broke off is removed, too.
#[derive(Args)]
pub(super) struct Prune {
    /// Keeps the latest N runs.
    #[arg(long, value_name = "N", required_unless_present = "older_than")]
    keep: Option<usize>,
    /// Removes only runs that were last written more than DAYS days ago.
    #[arg(long, value_name = "DAYS")]
    older_than: Option<u64>,
    /// Only says what would be removed.
    #[arg(long)]
    dry_run: bool,
    /// Writes what was removed and kept as JSON.
    #[arg(long)]
    json: bool,
}

/// Seconds.
const DAY: u64 = 86_400;

/// Within this time another process may yet be at work on what has no journal.
const UNFINISHED: Duration = Duration::from_secs(3600);

// Why a run is kept.
const YOUNG: &str = "not old enough";
const NEEDED: &str = "a run that has not come to its end goes on with its answers";
const LIVE: &str = "under way";

impl Prune {
    pub(super) fn run(self) -> Result<(), Failure> {
        let runs_dir = Path::new(RUNS);
        let ids = past::ids()?;
        let (mut going, kept): (Vec<_>, Vec<_>) =
            ids.iter().enumerate().partition(|(index, id)| self.is_old(*index, &runs_dir.join(id.as_str())));
        let mut kept: Vec<(&RunId, Cow<str>)> = kept.into_iter().map(|(_, id)| (id, YOUNG.into())).collect();
        let needed = needed(runs_dir, kept.iter().map(|(id, _)| *id));
        going.retain(|(_, id)| {
            let why = match needed.contains(*id) {
                true => NEEDED,
                false if runs::is_live(&runs_dir.join(id.as_str())) => LIVE,
                false => return true,
            };
            kept.push((id, why.into()));
            false
        });
        let mut removed = Vec::new();
        for (_, id) in going {
            let bytes = prune::size(&runs_dir.join(id.as_str())).unwrap_or_default();
            match if self.dry_run { Ok(()) } else { prune::remove(runs_dir, id) } {
                Ok(()) => removed.push((id, bytes)),
                // It came to life meanwhile.
                Err(RemoveError::Live(_)) => kept.push((id, LIVE.into())),
                Err(error) => kept.push((id, error.to_string().into())),
            }
        }
        let remains =
            prune::remains(runs_dir, UNFINISHED).map_err(|e| Failure::usage(format!("cannot read {RUNS}: {e}")))?;
        let remains: Vec<u64> = remains.iter().filter_map(|folder| self.clear(folder)).collect();
        Ok(self.tell(&removed, &kept, &remains)?)
    }

    /// Removes what is left of a run; gives its bytes where it is gone.
    fn clear(&self, folder: &Path) -> Option<u64> {
        let bytes = prune::size(folder).unwrap_or_default();
        let removed = if self.dry_run { Ok(()) } else { fs::remove_dir_all(folder) };
        match removed {
            Ok(()) => Some(bytes),
            Err(error) => {
                output::note(&format!("note: cannot remove {}: {error}", folder.display()));
                None
            }
        }
    }

    fn is_old(&self, index: usize, folder: &Path) -> bool {
        let beyond = self.keep.is_none_or(|keep| index >= keep);
        let age = past::age(folder).unwrap_or_default();
        beyond && self.older_than.is_none_or(|days| age > Duration::from_secs(days.saturating_mul(DAY)))
    }

    fn tell(&self, removed: &[(&RunId, u64)], kept: &[(&RunId, Cow<str>)], remains: &[u64]) -> io::Result<()> {
        let freed: u64 = removed.iter().map(|(_, bytes)| bytes).chain(remains).sum();
        if self.json {
            let removed: Vec<_> = removed.iter().map(|(run, bytes)| json!({"run": run, "bytes": bytes})).collect();
            let kept: Vec<_> = kept.iter().map(|(run, why)| json!({"run": run, "why": why})).collect();
            return output::json(
                &json!({"dryRun": self.dry_run, "bytes": freed, "removed": removed, "kept": kept, "remains": remains.len()}),
            );
        }
        let mut table = Table::new(&[Align::Left, Align::Left, Align::Right]);
        let word = if self.dry_run { "would remove" } else { "removed" };
        for (run, bytes) in removed {
            table.row([word, run.as_str(), &numbers::bytes(*bytes)]);
        }
        for (run, why) in kept.iter().filter(|(_, why)| why != YOUNG) {
            table.row(["kept", run.as_str(), why]);
        }
        for line in table.lines(1, usize::MAX) {
            output::line(&line)?;
        }
        if !remains.is_empty() {
            let folders = numbers::count(remains.len() as u64, "folder");
            output::line(&format!(" {word} {folders} left of runs that did not begin or were not wholly removed"))?;
        }
        let runs = |n: usize| numbers::count(n as u64, "run");
        let verb = if self.dry_run { "would be removed" } else { "removed" };
        output::line(&format!(" {} {verb}, {}; {} kept", runs(removed.len()), numbers::bytes(freed), runs(kept.len())))
    }
}

/// The runs that kept ones go back to: what they paid for would be paid again without them.
fn needed<'a>(runs_dir: &Path, kept: impl Iterator<Item = &'a RunId>) -> HashSet<RunId> {
    let mut needed = HashSet::new();
    for id in kept {
        let mut next = Some(id.clone());
        while let Some(id) = next.take() {
            let Ok(run) = (Past { runs_dir: runs_dir.to_owned(), id }).open() else { break };
            let done = run.state().status() == Some(Status::Ok);
            next = run.resumed_from().filter(|from| !done && needed.insert((*from).clone())).cloned();
        }
    }
    needed
}
