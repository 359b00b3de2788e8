//! Reusing the finished calls of an earlier run.

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::{
    dialect::ResumeRule,
    event::EventKind,
    id::{CallId, RunId},
    journal::{self, Damage, Lock, ReadError},
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
    /// The journal was changed.
    #[error("run {run} cannot be trusted: {damage}")]
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
    /// Locks on the journals: nobody else resumes these runs meanwhile.
    locks: Vec<Lock>,
}

impl Cache {
    /// Opens the run that `spec` resumes, if it does, and the runs that one goes back to.
    pub(crate) fn of(spec: &RunSpec) -> Result<Self, ResumeError> {
        let prefix = (spec.dialect.resume == ResumeRule::Prefix).then(Prefix::default);
        let mut cache = Self { prefix, ..Self::default() };
        let mut next = spec.resume.clone();
        let mut from_turn = spec.from_turn;
        let mut seen = Vec::new();
        while let Some(id) = next.take().filter(|id| !seen.contains(id)) {
            let run = match runs::open(&spec.runs_dir, &id) {
                Ok(run) => run,
                // What an ancestor knew is in its descendant's journal too, as far as it was used.
                Err(_) if !seen.is_empty() => break,
                Err(error) => return Err(error.into()),
            };
            if seen.is_empty() {
                check(&run, spec.simulated)?;
            }
            cache.lock(&run, seen.is_empty())?;
            next = run.resumed_from().cloned();
            cache.take_in(&run, from_turn);
            // What a run asked anew is not to be had from those before it.
            from_turn = from_turn.into_iter().chain(run.forked_at()).min();
            seen.push(id);
        }
        Ok(cache)
    }

    fn lock(&mut self, run: &Recorded, first: bool) -> Result<(), ResumeError> {
        let path = run.folder.join(journal::FILE_NAME);
        match Lock::take(&path).map_err(|source| ReadError { path, source })? {
            Some(lock) => self.locks.push(lock),
            None if first => return Err(ResumeError::Live(run.id.clone())),
            None => {}
        }
        Ok(())
    }

    /// Takes in what a run knows, of recursive models only what came before `from_turn`.
    fn take_in(&mut self, run: &Recorded, from_turn: Option<u32>) {
        let mut open: HashMap<CallId, (CallKey, bool)> = HashMap::new();
        let mut made: Vec<(String, Option<usize>)> = Vec::new();
        for event in &run.recording.events {
            match &event.kind {
                EventKind::AgentQueued { call, key, .. } => {
                    if self.prefix.is_some() {
                        made.push((key.content.clone(), None));
                    }
                    open.insert(*call, (key.clone(), false));
                }
                EventKind::AgentStarted { call } => drop(open.get_mut(call).map(|c| c.1 = true)),
                EventKind::AgentDone { call, result, .. } => {
                    let known = open.remove(call).filter(|(key, _)| from_turn.is_none_or(|turn| key.turn() < turn));
                    if let Some((key, _)) = known {
                        let order = self.add(key, result.clone());
                        if let Some(made) = made.get_mut(call.index()) {
                            made.1 = Some(order);
                        }
                    }
                }
                EventKind::AgentFailed { call, .. } | EventKind::AgentSkipped { call } => {
                    self.begun.extend(open.remove(call).filter(|(_, started)| *started).map(|(key, _)| key));
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

fn check(run: &Recorded, simulated: bool) -> Result<(), ResumeError> {
    if let Some(damage @ Damage::Middle(_)) = run.recording.damage {
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
