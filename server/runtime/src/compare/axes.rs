use std::{
    collections::{BTreeSet, HashSet},
    fmt::Display,
};

use analysis::units::Usd;
use serde::Serialize;

use super::measure::Measured;
use crate::{Preview, Status};

/// What both ways came to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// What was asked.
    pub question: String,
    /// Whether answers were made up.
    pub simulated: bool,
    /// The way of the workflow.
    pub workflow: Side,
    /// The way of the recursive language model.
    pub rlm: Side,
}

/// One way, gone once or more.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// Calls, as far as they were known before anything ran.
    pub known: String,
    /// The runs.
    pub runs: Vec<Measured>,
    /// What the first run would go on with.
    pub resumed: Option<Resumed>,
}

/// What a run that begins again takes from the journal of an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Resumed {
    /// Answers used again.
    pub again: u64,
    /// Calls that are asked once more.
    pub asked: u64,
}

impl From<&Preview> for Resumed {
    fn from(preview: &Preview) -> Self {
        Self { again: preview.cached.len() as u64, asked: preview.live.len() as u64 }
    }
}

/// One thing in which the two ways differ, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Axis {
    /// What is compared.
    pub name: &'static str,
    /// The workflow.
    pub workflow: String,
    /// The recursive language model.
    pub rlm: String,
    /// On what the two rest.
    pub basis: String,
}

impl Side {
    /// Whether the work had the same structure in all runs; unknown of fewer than two.
    pub fn same_structure(&self) -> Option<bool> {
        let (first, rest) = self.runs.split_first()?;
        (!rest.is_empty()).then(|| rest.iter().all(|run| run.structure == first.structure))
    }

    /// Whether every run gave an answer.
    pub fn is_answered(&self) -> bool {
        self.runs.iter().all(|run| run.status == Some(Status::Ok))
    }

    fn structure(&self) -> String {
        let shapes: HashSet<&[String]> = self.runs.iter().map(|run| run.structure.as_slice()).collect();
        match (self.runs.len(), shapes.len()) {
            (0 | 1, _) => "unknown: one run".into(),
            (runs, 1) => format!("the same in {runs} runs"),
            (runs, shapes) => format!("{shapes} different ones in {runs} runs"),
        }
    }

    fn answered(&self) -> String {
        let ok = self.runs.iter().filter(|run| run.status == Some(Status::Ok)).count();
        format!("{ok} of {}", self.runs.len())
    }

    fn between<T: PartialOrd + Copy>(&self, of: impl Fn(&Measured) -> T, shown: impl Fn(T) -> String) -> String {
        let mut all = self.runs.iter().map(of);
        let Some(first) = all.next() else { return "unknown".into() };
        let (low, high) = all.fold((first, first), |(low, high), one| {
            (if one < low { one } else { low }, if one > high { one } else { high })
        });
        let (low, high) = (shown(low), shown(high));
        if low == high { low } else { format!("{low}..{high}") }
    }

    fn count<T: PartialOrd + Copy + Display>(&self, of: impl Fn(&Measured) -> T) -> String {
        self.between(of, |n| n.to_string())
    }

    fn models(&self) -> String {
        let all: BTreeSet<&str> = self
            .runs
            .iter()
            .flat_map(|run| &run.models)
            .map(|model| model.as_deref().unwrap_or("none named"))
            .collect();
        all.into_iter().collect::<Vec<_>>().join(", ")
    }

    fn tokens(&self) -> String {
        let shown = self.count(|run| run.tokens);
        if self.runs.iter().any(|run| run.uncounted > 0) {
            format!("{shown} and more: not all are counted")
        } else {
            shown
        }
    }

    fn cost(&self) -> String {
        let unpriced: u64 = self.runs.iter().map(|run| run.spending.unpriced).sum();
        match (unpriced, self.runs.iter().all(|run| run.spending.usd == Usd(0.0))) {
            (0, _) => self.count(|run| run.spending.usd),
            (_, true) => "unknown: no price".into(),
            _ => format!("{} and more: not all have a price", self.count(|run| run.spending.usd)),
        }
    }

    fn resumed(&self) -> String {
        match self.resumed {
            None => "unknown".into(),
            Some(Resumed { again, asked }) => format!("{again} of {} answers used again", again + asked),
        }
    }

    fn coverage(&self) -> String {
        let shares = self.runs.iter().map(|run| run.coverage.filter(|covered| covered.bytes > 0));
        let Some(all) = shares.collect::<Option<Vec<_>>>().filter(|all| !all.is_empty()) else {
            return "unknown".into();
        };
        let percent = |part: u64, whole: u64| 100.0 * part as f64 / whole as f64;
        let range = |shares: Vec<f64>| {
            let low = shares.iter().copied().fold(f64::INFINITY, f64::min);
            let high = shares.iter().copied().fold(0.0, f64::max);
            if high - low < 0.1 { format!("{high:.0} %") } else { format!("{low:.0}..{high:.0} %") }
        };
        let sent = range(all.iter().map(|covered| percent(covered.sent, covered.bytes)).collect());
        let read: Option<Vec<f64>> = all.iter().map(|c| Some(percent(c.read?, c.bytes))).collect();
        match read {
            Some(read) => format!("{sent} sent, {} read by code", range(read)),
            None => format!("{sent} sent"),
        }
    }
}

impl Comparison {
    /// Side by side, in the order in which they are to be read.
    pub fn axes(&self) -> Vec<Axis> {
        let simulated = if self.simulated { "simulated" } else { "measured" };
        let axis = |name, of: &dyn Fn(&Side) -> String, basis: &str| Axis {
            name,
            workflow: of(&self.workflow),
            rlm: of(&self.rlm),
            basis: basis.to_owned(),
        };
        let turns = self.rlm.count(|run| run.turns);
        let root = if self.simulated { "a simulated root model: it has one fixed plan" } else { "the journals" };
        let counted = if self.simulated { "simulated" } else { "as counted by who answered" };
        vec![
            Axis {
                name: "planned by",
                workflow: "its script, before the run".into(),
                rlm: format!("the root model, in {turns} turn{}", if turns == "1" { "" } else { "s" }),
                basis: root.into(),
            },
            axis("known before", &|side| side.known.clone(), "the script's bounds; the task's limits"),
            axis("structure", &Side::structure, "where each call stood, not what it asked"),
            axis("answered", &Side::answered, if self.simulated { "made up: says nothing of answers" } else { "runs" }),
            axis("calls", &|side| side.count(|run| run.calls), "the journals"),
            axis("depth", &|side| side.count(|run| run.depth), "1: called by the script or a root model's turn"),
            axis("at once", &|side| side.count(|run| run.at_once), "most calls under way"),
            axis("models", &Side::models, "in force for each call"),
            axis("tokens", &Side::tokens, counted),
            axis("cost", &Side::cost, &self.prices()),
            axis("resumed", &Side::resumed, "the first run again on its journal, nobody asked"),
            axis("coverage", &Side::coverage, "lines that stand in prompts; what the REPL counted"),
            axis("time", &|side| side.between(|run| run.ms, seconds), &format!("{simulated}, start to end")),
        ]
    }

    fn prices(&self) -> String {
        let all = || self.workflow.runs.iter().chain(&self.rlm.runs).map(|run| &run.spending);
        let at = if all().any(|spending| spending.own_prices) { "at your prices" } else { "at list prices" };
        let free = if self.simulated { "nothing spent; " } else { "" };
        let assumed = all().find_map(|spending| spending.assumed);
        let assumed = assumed.map(|model| format!(", no model named = {model} (assumed)")).unwrap_or_default();
        format!("{free}{at}{assumed}")
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}
