use std::{
    collections::{BTreeSet, HashSet},
    hash::{DefaultHasher, Hash, Hasher},
};

use analysis::{
    prices::OwnPrices,
    units::{Tokens, Usd},
};
use serde::Serialize;
use serde_json::Value;

use crate::{
    event::{EventKind, Status},
    id::RunId,
    key::segments,
    rlm::ContextFile,
    runs::Recorded,
    spending::Spending,
};

/// One run, measured from its journal alone.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Measured {
    /// The run.
    pub run: RunId,
    /// Its seed.
    pub seed: u64,
    /// How it ended; `None` where it has no end.
    pub status: Option<Status>,
    /// Calls made.
    pub calls: u64,
    /// How many models stand above the answer that is deepest, itself counted: 1 where all calls are the script's own or a root
    /// model's, one more for each model whose code made the call.
    pub depth: u64,
    /// Most calls under way at once.
    pub at_once: u64,
    /// Turns of root models.
    pub turns: u64,
    /// The models in force of its calls; `None` where a call names none and the run has none for such calls.
    pub models: BTreeSet<Option<String>>,
    /// Tokens of all attempts.
    pub tokens: Tokens,
    /// Answers of which who gave them did not count all tokens; where there are any, `tokens` is a lower bound.
    pub uncounted: u64,
    /// What it cost, at the prices that are known.
    pub usd: Usd,
    /// Paid attempts whose price is not known; where there are any, `usd` is a lower bound.
    pub unpriced: u64,
    /// What that rests on.
    #[serde(skip)]
    pub spending: Spending,
    /// From its start to its end, in milliseconds.
    pub ms: u64,
    /// What was used of the files, where that is known.
    pub coverage: Option<Covered>,
    /// What it answered.
    pub answer: Option<Value>,
    /// Where in the structure of the work each call stood, in order; what calls ask does not count.
    #[serde(skip)]
    pub(super) structure: Vec<String>,
}

/// How much of the files models were sent, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Covered {
    /// Bytes of all files.
    pub bytes: u64,
    /// Of these, in prompts.
    pub sent: u64,
    /// Of these, read by cells; `None` where no cell ran.
    pub read: Option<u64>,
}

impl Measured {
    /// Measures a run about these files, whose texts are in the same order.
    pub fn of(run: &Recorded, contexts: &[ContextFile], texts: &[&str], own: &OwnPrices) -> Self {
        let state = run.state();
        let mut measured = Self {
            run: run.id.clone(),
            seed: 0,
            status: state.status(),
            calls: state.totals.agents,
            depth: 0,
            at_once: 0,
            turns: 0,
            models: BTreeSet::new(),
            tokens: state.totals.usage.total(),
            uncounted: state.totals.uncounted,
            usd: state.totals.usd,
            unpriced: state.totals.unpriced,
            spending: Spending::at(&state, own),
            ms: state.ms,
            coverage: None,
            answer: state.result().cloned(),
            structure: Vec::new(),
        };
        let mut flying = HashSet::new();
        let mut prompts = Lines::default();
        for event in &run.recording.events {
            match &event.kind {
                EventKind::RunStarted { seed, .. } => measured.seed = *seed,
                EventKind::AgentQueued { key, prompt, model, .. } => {
                    measured.models.insert(model.clone());
                    measured.depth = measured.depth.max(level(&key.path));
                    measured.structure.push(key.path.clone());
                    prompts.add(prompt);
                }
                EventKind::AgentStarted { call } => {
                    flying.insert(*call);
                    measured.at_once = measured.at_once.max(flying.len() as u64);
                }
                EventKind::AgentDone { call, .. }
                | EventKind::AgentFailed { call, .. }
                | EventKind::AgentSkipped { call } => drop(flying.remove(call)),
                EventKind::RlmEnded { node, turns, coverage, .. } => {
                    measured.turns += u64::from(*turns);
                    if !node.contains('/') {
                        measured.coverage = Some(told(contexts, coverage));
                    }
                }
                _ => {}
            }
        }
        measured.structure.sort_unstable();
        measured.coverage = measured.coverage.or_else(|| prompts.covered(texts));
        measured
    }
}

/// `rlm[0]/turn[2].1/…`: a call made by the code of a turn stands one level below the model that wrote it.
fn level(path: &str) -> u64 {
    1 + segments(path).filter(|part| part.starts_with("turn[") && part.contains("].")).count() as u64
}

/// What a recursive language model's own handles counted.
fn told(contexts: &[ContextFile], coverage: &[Value]) -> Covered {
    let sum = |what: &str| coverage.iter().filter_map(|one| one[what]["bytes"].as_u64()).sum();
    Covered { bytes: contexts.iter().map(|context| context.bytes).sum(), sent: sum("sent"), read: Some(sum("read")) }
}

/// The lines of all prompts.
#[derive(Default)]
struct Lines(HashSet<u64>);

impl Lines {
    fn add(&mut self, prompt: &str) {
        self.0.extend(prompt.lines().map(digest));
    }

    /// Lines of the files that stand word for word in a prompt. Where none does nothing is known: agents with tools read files themselves.
    fn covered(&self, texts: &[&str]) -> Option<Covered> {
        let lines = || texts.iter().flat_map(|text| text.split_inclusive('\n'));
        let stands = |line: &&str| self.0.contains(&digest(line.trim_end_matches(['\n', '\r'])));
        let sent: u64 =
            lines().filter(|line| !line.trim().is_empty()).filter(stands).map(|line| line.len() as u64).sum();
        let blank: u64 = lines().filter(|line| line.trim().is_empty()).map(|line| line.len() as u64).sum();
        let bytes = lines().map(|line| line.len() as u64).sum::<u64>() - blank;
        (sent > 0).then_some(Covered { bytes, sent, read: None })
    }
}

fn digest(line: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    line.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_that_stand_in_a_prompt_are_covered() {
        let mut lines = Lines::default();
        assert_eq!(lines.covered(&["one\ntwo\n"]), None, "nothing is known");
        lines.add("Read this.\n\none\nthree");
        assert_eq!(lines.covered(&["one\n\ntwo\n", "three"]), Some(Covered { bytes: 13, sent: 9, read: None }));
    }

    #[test]
    fn a_call_of_a_cell_stands_below_its_root_model() {
        let paths = ["parallel[0]", "rlm[0]/turn[1]", "rlm[0]/turn[2].1", "rlm[0]/turn[1].1/rlm[0]/turn[4].2"];
        assert_eq!(paths.map(level), [1, 1, 2, 3]);
    }
}
