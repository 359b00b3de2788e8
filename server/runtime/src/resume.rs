//! Reusing the finished calls of an earlier run.

use std::{
    collections::{HashMap, HashSet},
    iter::successors,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde_json::Value;

use crate::{
    dialect::ResumeRule,
    event::EventKind,
    id::{CallId, RunId},
    journal::{self, Damage, Lock, ReadError, Recording},
    key::CallKey,
    run::RunSpec,
    runs::{self, Recorded},
};

/// Why a run cannot be resumed.
#[derive(Debug, thiserror::Error)]
pub enum ResumeError {
    /// There is nothing to resume from.
    #[error("there is nothing to resume: {0}")]
    Read(#[from] ReadError),
    /// Someone else has it.
    #[error("run {0} is still under way, or being resumed; stop it, or wait for its end")]
    Live(RunId),
    /// The journal was changed, or says more than this program understands.
    #[error("run {run} cannot be gone on with: {damage}")]
    Damaged {
        /// The run.
        run: RunId,
        /// What is wrong with its journal.
        damage: Damage,
    },
    /// Made-up answers must not pass for real ones.
    #[error("run {0} was simulated; its answers are made up and cannot be reused by a run that is not")]
    Simulated(RunId),
    /// The other way round: what was paid for would be lost.
    #[error("run {0} was not simulated; resume it with the same kind of model")]
    NotSimulated(RunId),
}

/// An answer of an earlier run.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answered {
    /// Where it stands in the order in which answers came.
    pub order: usize,
    pub result: Value,
}

/// Calls in the order in which a script made them: what each asked for, and its answer where it got one.
#[derive(Debug, Default)]
struct Prefix {
    calls: Vec<(String, Option<usize>)>,
    next: usize,
}

impl Prefix {
    /// What the run before knew, as far as its calls began like those that are here.
    fn extend(&mut self, older: Vec<(String, Option<usize>)>) {
        let same = self.calls.iter().zip(&older).all(|(a, b)| a.0 == b.0);
        if !same || older.len() < self.calls.len() {
            return;
        }
        let answered: Vec<_> = self.calls.iter().map(|call| call.1).collect();
        self.calls = older;
        for (call, answered) in self.calls.iter_mut().zip(answered) {
            call.1 = answered.or(call.1);
        }
    }

    /// The answer of the next call, if all before it had theirs and it asks for the same.
    fn next(&mut self, content: &str) -> Option<usize> {
        let answered = self.calls.get(self.next).filter(|call| call.0 == content).and_then(|call| call.1);
        match answered {
            Some(_) => self.next += 1,
            None => self.calls.clear(),
        }
        answered
    }
}

/// Runs that went on with the same, and are not read yet.
#[derive(Debug, Default)]
struct Heirs {
    runs_dir: PathBuf,
    runs: Vec<RunId>,
    /// What counts of them, of recursive models.
    from_turn: Option<u32>,
}

/// The finished calls of a run and of those it was itself resumed from.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    answers: Vec<Option<Answered>>,
    by_key: HashMap<CallKey, usize>,
    by_content: HashMap<String, Vec<usize>>,
    /// Left and not answered: what they did on their way may be there.
    begun: HashSet<CallKey>,
    /// Of these, under way when the run broke off.
    paid: HashSet<CallKey>,
    /// Where only a prefix counts: the calls in the order in which they were made.
    prefix: Option<Prefix>,
    /// Who else may know an answer; read only once one is missing.
    heirs: Heirs,
    /// Locks on the journals: nobody else resumes these runs meanwhile.
    locks: Vec<Lock>,
}

impl Cache {
    /// Opens the run that `spec` resumes, if it does, those it goes back to, and those that went on with one of these.
    pub(crate) fn of(spec: &RunSpec) -> Result<Self, ResumeError> {
        let prefix = (spec.dialect.resume == ResumeRule::Prefix).then(Prefix::default);
        let mut cache = Self { prefix, ..Self::default() };
        let Some(resumed) = &spec.resume else { return Ok(cache) };
        // Locked before it is read: what a run that ends just now still writes would be missing.
        cache.lock(&spec.runs_dir, resumed, true)?;
        let mut next = Some(runs::open(&spec.runs_dir, resumed)?);
        let mut from_turn = spec.from_turn;
        let mut line = Vec::new();
        while let Some(run) = next.take() {
            if line.is_empty() {
                check(&run, spec.simulated)?;
            }
            let (before, forked_at) = (run.resumed_from().cloned(), run.forked_at());
            line.push(run.id);
            cache.take_in(run.recording, from_turn);
            // What a run asked anew is not to be had from those before it.
            from_turn = from_turn.into_iter().chain(forked_at).min();
            if let Some(before) = before.filter(|id| !line.contains(id)) {
                cache.lock(&spec.runs_dir, &before, false)?;
                // What an ancestor knew is in its descendant's journal too, as far as it was used.
                next = runs::open(&spec.runs_dir, &before).ok();
            }
        }
        let heirs = heirs(&spec.runs_dir, &line);
        for id in &heirs {
            cache.lock(&spec.runs_dir, id, false)?;
        }
        cache.heirs = Heirs { runs_dir: spec.runs_dir.clone(), runs: heirs, from_turn };
        if cache.prefix.is_some() {
            // There the first call that is not known decides about all that follow.
            cache.ask_heirs();
        }
        Ok(cache)
    }

    /// Takes in what the heirs know. Whether there was anyone to ask.
    fn ask_heirs(&mut self) -> bool {
        let Heirs { runs_dir, runs, from_turn } = std::mem::take(&mut self.heirs);
        for id in &runs {
            // What cannot be read is not there.
            if let Ok(heir) = runs::open(&runs_dir, id) {
                self.take_in(heir.recording, from_turn);
            }
        }
        !runs.is_empty()
    }

    /// Keeps a run from being resumed by others meanwhile. Of those beside `the_one` it does no harm that somebody has them.
    fn lock(&mut self, runs_dir: &Path, id: &RunId, the_one: bool) -> Result<(), ResumeError> {
        let path = runs_dir.join(id.as_str()).join(journal::FILE_NAME);
        match Lock::take(&path) {
            Ok(Some(lock)) => self.locks.push(lock),
            Ok(None) if the_one => return Err(ResumeError::Live(id.clone())),
            Err(source) if the_one => return Err(ReadError { path, source }.into()),
            Ok(None) | Err(_) => {}
        }
        Ok(())
    }

    /// Takes in what a run knows, of recursive models only what came before `from_turn`.
    fn take_in(&mut self, recording: Recording, from_turn: Option<u32>) {
        let mut open: HashMap<CallId, (CallKey, bool)> = HashMap::new();
        let mut made: Vec<(String, Option<usize>)> = Vec::new();
        for event in recording.events {
            match Arc::unwrap_or_clone(event).kind {
                EventKind::AgentQueued { call, key, .. } => {
                    if self.prefix.is_some() {
                        made.push((key.content.clone(), None));
                    }
                    open.insert(call, (key, false));
                }
                EventKind::AgentStarted { call } => drop(open.get_mut(&call).map(|c| c.1 = true)),
                EventKind::AgentDone { call, result, .. } => {
                    let known = open.remove(&call).filter(|(key, _)| from_turn.is_none_or(|turn| key.turn() < turn));
                    if let Some((key, _)) = known {
                        let order = self.add(key, result);
                        if let Some(made) = made.get_mut(call.index()) {
                            made.1 = Some(order);
                        }
                    }
                }
                EventKind::AgentFailed { call, .. }
                | EventKind::AgentSkipped { call }
                | EventKind::AgentHeld { call } => {
                    self.begun.extend(open.remove(&call).filter(|(_, started)| *started).map(|(key, _)| key));
                }
                _ => {}
            }
        }
        for (key, _) in open.into_values().filter(|(_, started)| *started) {
            self.begun.insert(key.clone());
            self.paid.insert(key);
        }
        if let Some(prefix) = &mut self.prefix {
            prefix.extend(made);
        }
    }

    /// The youngest run's answer counts.
    fn add(&mut self, key: CallKey, result: Value) -> usize {
        if let Some(order) = self.by_key.get(&key) {
            return *order;
        }
        let order = self.answers.len();
        self.answers.push(Some(Answered { order, result }));
        self.by_content.entry(key.content.clone()).or_default().push(order);
        self.by_key.insert(key, order);
        order
    }

    /// The answer for a call, taken out: the one of the same place in the structure, or else one to the same request
    /// that stood elsewhere, so that inserting or removing an item does not make its neighbours run again.
    pub(crate) fn take(&mut self, key: &CallKey) -> Option<Answered> {
        let known = self.known(key);
        if known.is_none() && self.ask_heirs() {
            return self.known(key);
        }
        known
    }

    fn known(&mut self, key: &CallKey) -> Option<Answered> {
        if let Some(prefix) = &mut self.prefix {
            return prefix.next(&key.content).and_then(|order| self.answers[order].take());
        }
        if let Some(answered) = self.by_key.get(key).and_then(|order| self.answers[*order].take()) {
            return Some(answered);
        }
        let candidates = self.by_content.get(&key.content)?;
        candidates.iter().find_map(|order| self.answers[*order].take())
    }

    /// Whether an earlier run began the call and has no answer of it.
    pub(crate) fn begun(&self, key: &CallKey) -> bool {
        self.begun.contains(key)
    }

    /// Whether the call was under way when the earlier run broke off: it may have been paid for already.
    pub(crate) fn may_be_paid(&self, key: &CallKey) -> bool {
        self.paid.contains(key)
    }
}

/// The runs besides those of `line` that went on with one of these, at whatever remove, the youngest first: what they paid for is paid. Not
/// those that were to ask anew from some turn on.
fn heirs(runs_dir: &Path, line: &[RunId]) -> Vec<RunId> {
    let mut parents = HashMap::new();
    for id in runs::list(runs_dir).unwrap_or_default() {
        let first = journal::first(&runs_dir.join(id.as_str()).join(journal::FILE_NAME));
        if let Some(EventKind::RunStarted { resumed_from: Some(from), from_turn: None, .. }) = first.map(|e| e.kind)
            && !line.contains(&id)
        {
            parents.insert(id, from);
        }
    }
    let goes_back = |id: &&RunId| {
        let above = successors(parents.get(*id), |id| parents.get(*id));
        // A journal that someone made up may go round in circles.
        above.take(parents.len()).any(|id| line.contains(id))
    };
    let mut heirs: Vec<RunId> = parents.keys().filter(goes_back).cloned().collect();
    heirs.sort_unstable_by(|a, b| b.cmp(a));
    heirs
}

fn check(run: &Recorded, simulated: bool) -> Result<(), ResumeError> {
    if let Some(damage) = run.recording.damage.filter(Damage::hides) {
        return Err(ResumeError::Damaged { run: run.id.clone(), damage });
    }
    let was = match run.recording.events.first().map(|e| &e.kind) {
        Some(EventKind::RunStarted { simulated, .. }) => *simulated,
        _ => return Ok(()),
    };
    match (was, simulated) {
        (true, false) => Err(ResumeError::Simulated(run.id.clone())),
        (false, true) => Err(ResumeError::NotSimulated(run.id.clone())),
        _ => Ok(()),
    }
}
