//! Sending attempts out, and what becomes of them.

use std::time::Duration;

use models::{Answer, ModelError, Usage, UsageBasis};
use serde_json::Value;
use tokio::time::{Instant, sleep, timeout};

use super::{
    Commands, answer,
    attempt::{Ear, listen},
    call::{self, Back, Call, Flight, Stage},
    lanes::Next,
    ledger::{Decision, Reservation, Weight, input_tokens},
    owner::{Ended, Scheduler},
    pace::Passage,
    stagger::Turn,
};
use crate::{
    event::{EventKind, RunError},
    id::CallId,
    sandbox::protocol::{Failure, FailureKind, Settled, ToSandbox},
};

/// Answers that do not satisfy the schema, before the call fails: the official tool's number.
const MISFITS: u32 = 5;

/// Most answers of an earlier run that are dealt with at once, besides the first.
const MOST_CACHED: usize = 63;

impl Scheduler {
    /// Lets calls leave, first come first served for each account, while there are slots and budget.
    pub(super) fn depart(&mut self, commands: &Commands) -> Result<(), Box<Ended>> {
        self.halted()?;
        while self.halt.is_none() {
            let (now, elapsed) = (Instant::now(), self.elapsed());
            let Some(Next { call: id, lane, place }) = self.lanes.next(self.concurrency, |id| self.is_held(id, now))
            else {
                break;
            };
            let Some(call) = self.calls.get(&id) else {
                self.lanes.take(lane, id);
                continue;
            };
            let turn = match place {
                Some(place) => {
                    let behind = self.lanes.behind(lane, place).filter_map(|id| self.calls.get(&id));
                    self.stagger.turn(call, behind)
                }
                // It has left before, as it will now.
                None => call.shared.map_or(Turn::Alone, Turn::Behind),
            };
            let Some(call) = self.calls.get_mut(&id) else { continue };
            let weight = Weight { bytes: call.bytes(), kept: call.kept(turn.shared()), answer: call.max_tokens() };
            let (purses, alone, held) = (&call.purses, self.lanes.flying() == 0, call.may_finish());
            let decision = match self.ledger.time_left(purses, elapsed, held) {
                Ok(_) => self.ledger.reserve(call.model.as_deref(), weight, purses, alone, held),
                Err(over) => Decision::Spent(over),
            };
            match decision {
                Decision::Wait => break,
                Decision::NoMoney(message) if call.asked.is_some() || place.is_none() => {
                    self.lanes.take(lane, id);
                    call.why = FailureKind::Budget;
                    self.fail(id, message, place.is_some(), Usage::default(), None);
                }
                Decision::NoMoney(message) => return Err(Ended::failed(RunError::at(message, call.at))),
                Decision::Spent(message) => {
                    self.lanes.take(lane, id);
                    call.why = FailureKind::Budget;
                    self.fail(id, message, true, Usage::default(), None);
                }
                Decision::Go(reservation) => {
                    if place.is_some() {
                        let (model, tokens) = (call.model.as_deref(), input_tokens(weight.bytes).0);
                        let passage = self.lanes.pass(lane, model, tokens, now);
                        match passage.map_err(|why| Ended::failed(RunError::at(why.to_string(), call.at)))? {
                            Passage::Go(slot) => call.slot = slot,
                            Passage::Wait { .. } => {
                                self.ledger.settle(reservation, &call.purses, Usage::default(), None);
                                continue;
                            }
                        }
                        self.stagger.leave(id, call.beginning, &turn, now);
                        call.shared = turn.shared();
                        call.attempt += 1;
                        self.journal.append(EventKind::AgentStarted { call: CallId(id) });
                    }
                    self.lanes.take(lane, id);
                    self.launch(id, reservation, Duration::ZERO, commands);
                }
            }
        }
        self.lanes.want_no_slots();
        self.halted()
    }

    /// Whether a call waits for another that begins alike.
    pub(super) fn is_held(&self, id: u64, now: Instant) -> bool {
        // While the script goes on, it may yet make calls that begin like one that waits.
        let more_may_come = self.unanswered > 0;
        let beginning = self.calls.get(&id).and_then(|call| call.beginning.as_ref());
        beginning.is_some_and(|beginning| self.stagger.holds(beginning, more_may_come, now))
    }

    fn launch(&mut self, id: u64, reservation: Reservation, wait: Duration, commands: &Commands) {
        let elapsed = self.elapsed();
        let Some(call) = self.calls.get_mut(&id) else { return };
        let waited_for = self.stagger.leads(id, call.beginning.as_ref());
        let ear = Ear::new(CallId(id), self.drafts.clone(), waited_for.then(|| commands.clone()));
        let request = match call.request(&self.spec.contexts, &reservation, ear.listener.clone()) {
            Ok(request) => request,
            Err(error) => {
                // Nobody was asked, and no other answer is worth having: the run is about a text that is not there any more.
                call.stage = Stage::Queued;
                call.slot = None;
                self.ledger.settle(reservation, &call.purses, Usage::default(), None);
                self.halt.get_or_insert(RunError::at(error.to_string(), call.at));
                return;
            }
        };
        let limit = call.asked.as_ref().and_then(|asked| asked.timeout_ms).map(Duration::from_millis);
        // A further attempt that is too late fails at once.
        let late = Some(Duration::from_millis(1));
        let left = self.ledger.time_left(&call.purses, elapsed, call.may_finish()).unwrap_or(late);
        let limit = limit.into_iter().chain(left).min();
        let latency = self.model.simulated_latency(&request);
        let due = latency.map(|latency| self.now + wait + limit.map_or(latency, |limit| latency.min(limit)));
        let late = limit.is_some_and(|limit| latency.is_some_and(|latency| latency > limit));
        let (model, commands, attempt) = (self.model.clone(), commands.clone(), call.attempt);
        let stall = call.options.stall.unwrap_or(self.spec.retry.stall);
        let written = self.journal.written();
        let task = tokio::spawn(async move {
            // After a crash the journal must know that this may have cost something. Where it cannot, the run ends.
            if written.reached().await.is_err() {
                return;
            }
            if !wait.is_zero() {
                sleep(wait).await;
            }
            let result = match limit {
                Some(limit) if late => Err(timed_out(limit)),
                // Simulated time goes on by the latency alone.
                Some(limit) if latency.is_none() => {
                    let answer = listen(&*model, request, &ear, stall);
                    timeout(limit, answer).await.unwrap_or_else(|_| Err(timed_out(limit)))
                }
                _ => listen(&*model, request, &ear, stall).await,
            };
            commands.back(Back { call: id, attempt, result });
        });
        if let Some(due) = due {
            self.due.insert((due, id));
        }
        self.lanes.left(call.lane);
        call.stage = Stage::Flying(Flight { reservation, due, task: task.abort_handle(), back: None });
    }

    /// Makes the next thing happen while the sandbox waits: answers of an earlier run in the order in which they once
    /// came, then what is back in simulated time.
    pub(super) fn land(&mut self, commands: &Commands) -> Result<(), Box<Ended>> {
        if let Some((first, id)) = self.cached.pop_first() {
            self.answer_from_cache(id);
            self.next_cached = first + 1;
            for _ in 0..MOST_CACHED {
                if !self.more_follow() {
                    break;
                }
                let Some((order, id)) = self.cached.pop_first() else { break };
                self.answer_from_cache(id);
                self.next_cached = order + 1;
            }
            return Ok(());
        }
        for id in self.back() {
            self.back_from(id, commands);
        }
        self.depart(commands)
    }

    /// Whether the next cached answer follows on the last one, so that none can come between: its call may not have been made yet.
    pub(super) fn more_follow(&self) -> bool {
        self.cached.first_key_value().is_some_and(|(order, _)| *order == self.next_cached)
    }

    /// The attempts that are back at the next moment of simulated time; none while one of them is still out.
    pub(super) fn back(&mut self) -> Vec<u64> {
        let Some(&(moment, _)) = self.due.first() else { return Vec::new() };
        let out = |id: &u64| self.calls.get_mut(id).and_then(Call::flight).is_some_and(|flight| flight.back.is_none());
        let first: Vec<u64> = self.due.iter().take_while(|(due, _)| *due == moment).map(|(_, id)| *id).collect();
        if first.iter().any(out) {
            return Vec::new();
        }
        self.now = moment;
        self.journal.simulated_time(moment);
        first
    }

    fn answer_from_cache(&mut self, id: u64) {
        let Some(call) = self.calls.remove(&id) else { return };
        let Stage::Cached(answered) = call.stage else { return };
        self.journal.append(EventKind::AgentDone {
            call: CallId(id),
            result: answered.result.clone(),
            usage: Usage::default(),
            usd: None,
            usage_basis: UsageBasis::Reported,
            model: None,
            cached: true,
        });
        let outcome = Settled::Value(answered.result);
        self.post_known(ToSandbox::Settle { id: call.said, outcome, spent: self.ledger.spent_output() });
    }

    pub(super) fn back_from(&mut self, id: u64, commands: &Commands) {
        let Some(call) = self.calls.get_mut(&id) else { return };
        let Some(flight) = call.flight() else { return };
        let Some(result) = flight.back.take() else { return };
        let reservation = flight.reservation;
        if let Some(due) = flight.due {
            self.due.remove(&(due, id));
        }
        self.lanes.landed(call.lane);
        self.stagger.heard(id, call.beginning.as_ref(), result.is_ok());
        let usage = call::usage(&result);
        let told = result.as_ref().ok().and_then(|answer| answer.usd);
        let usd = told.or_else(|| self.ledger.price(call.model.as_deref(), &usage));
        self.ledger.settle(reservation, &call.purses, usage, usd);
        self.drafts.end(CallId(id));
        if let Some(headroom) = result.as_ref().ok().and_then(|answer| answer.headroom) {
            self.lanes.pace(call.lane).hear(call.model.as_deref(), headroom);
        }
        match result {
            Ok(answer) => match answer::checked(&answer.value, call.options.validator.as_deref()) {
                Ok(value) => self.done(id, Answer { value, usd, ..answer }),
                Err(wrong) => {
                    call.why = FailureKind::Schema;
                    call.misfits += 1;
                    call.failures = 0;
                    if call.misfits < MISFITS {
                        call.correction = Some(answer::correction(&answer.value, &wrong));
                        let reason = format!("the answer does not satisfy the schema: {wrong}");
                        self.repeat(id, reason, Duration::ZERO, usage, usd, commands);
                    } else {
                        let message =
                            format!("no answer satisfied the schema in {MISFITS} attempts; the last one: {wrong}");
                        let thrown = !self.spec.dialect.schema_exhausted_is_null;
                        self.fail(id, message, thrown, usage, usd);
                    }
                }
            },
            Err(error @ ModelError::SpendLimit(_)) => {
                // Nobody but a person can help, and `null` would be a lie: the call stays open, for when the run is resumed.
                call.stage = Stage::Queued;
                call.slot = None;
                let (lane, at) = (call.lane, call.at);
                self.journal.append(EventKind::AgentHeld { call: CallId(id) });
                let provider = self.lanes.account(lane).map(|account| account.provider.to_owned());
                let to = provider.as_ref().map_or(String::new(), |provider| format!(" to {provider}"));
                let said = |others: &str| {
                    format!(
                        "{error}. Nothing more leaves{to}; {others}. Raise the limit, then resume this run: finished calls are not paid again"
                    )
                };
                if self.lanes.close(lane, RunError::at(said("all other calls were awaited"), at)) {
                    let message = said("all other calls go on");
                    self.journal.append(EventKind::SpendLimit { provider, message, at });
                }
            }
            Err(error) => {
                call.failures += 1;
                call.why = why(&error);
                if error.is_retryable() && call.failures < self.spec.retry.attempts {
                    let key = call.key.to_string();
                    let wait = call::wait(&self.spec.retry, call.failures, &error, self.spec.seed, &key);
                    if let ModelError::RateLimited { retry_after: Some(asked) } = &error
                        && !self.spec.simulated
                    {
                        self.lanes.pace(call.lane).pause(*asked);
                    }
                    self.repeat(id, error.to_string(), wait, usage, usd, commands);
                } else {
                    self.fail(id, error.to_string(), false, usage, usd);
                }
            }
        }
    }

    /// Another attempt, which has to be paid for like the first: at once, or after a wait during which calls of other accounts may leave.
    fn repeat(
        &mut self,
        id: u64,
        reason: String,
        wait: Duration,
        usage: Usage,
        usd: Option<analysis::units::Usd>,
        commands: &Commands,
    ) {
        if self.is_over {
            return self.fail(
                id,
                format!("{reason}; the run is over, so there is no further attempt"),
                false,
                usage,
                usd,
            );
        }
        let held = self.calls.get(&id).and_then(|call| Some(call.asked.as_ref()?.held));
        let no_more = held.and_then(|held| self.no_more(held));
        let Some(call) = self.calls.get_mut(&id) else { return };
        if let Some(no_more) = no_more {
            call.why = FailureKind::Budget;
            return self.fail(id, format!("{reason}; {no_more}"), true, usage, usd);
        }
        let weight = Weight { bytes: call.bytes(), kept: call.kept(call.shared), answer: call.max_tokens() };
        let decision = self.ledger.reserve(call.model.as_deref(), weight, &call.purses, true, call.may_finish());
        if !matches!(decision, Decision::Go(_)) {
            call.why = FailureKind::Budget;
        }
        match decision {
            Decision::Go(reservation) => {
                let tokens = input_tokens(weight.bytes).0;
                let wait = wait.max(self.lanes.pace(call.lane).book(call.model.as_deref(), tokens));
                call.attempt += 1;
                self.retried += u64::from(held.is_some());
                let attempt = call.attempt;
                self.journal.append(EventKind::AgentRetried {
                    call: CallId(id),
                    attempt,
                    reason,
                    wait_ms: wait.as_millis() as u64,
                    usage,
                    usd,
                });
                if wait.is_zero() || self.in_turns {
                    self.launch(id, reservation, wait, commands);
                } else {
                    // What it may take is set aside once it leaves: until then others may have it.
                    self.ledger.settle(reservation, &call.purses, Usage::default(), None);
                    self.lanes.rest(call.lane, id, Instant::now() + wait);
                    call.stage = Stage::Resting;
                }
            }
            Decision::NoMoney(message) => self.fail(id, format!("{reason}; {message}"), false, usage, usd),
            Decision::Spent(_) | Decision::Wait => {
                let message = format!("{reason}; the budget leaves no further attempt");
                self.fail(id, message, true, usage, usd);
            }
        }
    }

    fn done(&mut self, id: u64, answer: Answer) {
        let Some(call) = self.calls.remove(&id) else { return };
        for note in answer.notes {
            self.warn(format!("call {:?}: {note}", call.label), call.at);
        }
        self.journal.append(EventKind::AgentDone {
            call: CallId(id),
            result: answer.value.clone(),
            usage: answer.usage,
            usd: answer.usd,
            usage_basis: answer.basis,
            model: answer.model,
            cached: false,
        });
        self.tell(call.said, Settled::Value(answer.value));
    }

    /// Ends the run once nothing may leave any more and nothing is under way.
    fn halted(&mut self) -> Result<(), Box<Ended>> {
        match self.halt.take_if(|_| self.lanes.flying() == 0) {
            Some(error) => Err(Ended::failed(error)),
            None => Ok(()),
        }
    }

    /// Ends the run once the script waits for nothing but accounts that may spend no more.
    pub(super) fn stuck(&self) -> Result<(), Box<Ended>> {
        match self.lanes.stuck() {
            Some(error) if self.is_silent() && self.cached.is_empty() => Err(Ended::failed(error.clone())),
            _ => Ok(()),
        }
    }

    fn fail(&mut self, id: u64, error: String, thrown: bool, usage: Usage, usd: Option<analysis::units::Usd>) {
        let Some(call) = self.calls.remove(&id) else { return };
        let outcome = match (&call.asked, thrown) {
            (Some(_), _) => {
                Settled::Failed(Failure { kind: call.why, message: error.clone(), attempts: call.attempt, made: true })
            }
            (None, true) => Settled::Throw(error.clone()),
            (None, false) => Settled::Value(Value::Null),
        };
        let thrown = thrown || call.asked.is_some();
        self.journal.append(EventKind::AgentFailed { call: CallId(id), error, thrown, at: call.at, usage, usd });
        self.tell(call.said, outcome);
    }

    /// Tells the sandbox how the call ended that it knows as `said`.
    pub(super) fn tell(&mut self, said: u64, outcome: Settled) {
        self.post(ToSandbox::Settle { id: said, outcome, spent: self.ledger.spent_output() });
    }

    /// A person skips a call.
    pub(super) fn skip(&mut self, id: u64) {
        self.withdraw(id);
        let Some(call) = self.calls.remove(&id) else { return };
        self.journal.append(EventKind::AgentSkipped { call: CallId(id) });
        let outcome = match call.asked {
            Some(_) => {
                let message = "a person skipped this call".to_owned();
                Settled::Failed(Failure { kind: FailureKind::Skipped, message, attempts: call.attempt, made: true })
            }
            None => Settled::Value(Value::Null),
        };
        self.tell(call.said, outcome);
    }

    /// Nobody waits for a call any more: the cell that made it is over.
    pub(super) fn abandon(&mut self, said: u64) {
        let found = self.calls.iter().find(|(_, call)| call.said == said).map(|(id, _)| *id);
        let Some(id) = found else { return };
        self.withdraw(id);
        let Some(call) = self.calls.remove(&id) else { return };
        let error = "given up: the cell that made the call is over".to_owned();
        let (usage, usd) = (Usage::default(), None);
        self.journal.append(EventKind::AgentFailed { call: CallId(id), error, thrown: true, at: call.at, usage, usd });
    }

    /// Takes a call off its way, wherever it is.
    fn withdraw(&mut self, id: u64) {
        if let Some(call) = self.calls.get(&id) {
            self.stagger.heard(id, call.beginning.as_ref(), false);
        }
        self.give_up(id);
        self.cached.retain(|_, cached| *cached != id);
    }

    /// A person wants another attempt in the place of the one under way, or the next one now.
    pub(super) fn again(&mut self, id: u64, commands: &Commands) {
        let Some(call) = self.calls.get(&id) else { return };
        match call.stage {
            Stage::Flying(_) => {
                self.give_up(id);
                self.repeat(id, "asked for by a person".into(), Duration::ZERO, Usage::default(), None, commands);
            }
            Stage::Resting => self.lanes.hasten(call.lane, id),
            Stage::Queued | Stage::Cached(_) => {}
        }
    }

    /// Ends the attempt of a call that is under way, or its wait for one.
    fn give_up(&mut self, id: u64) {
        let Some(call) = self.calls.get(&id) else { return };
        self.lanes.take(call.lane, id);
        let Stage::Flying(flight) = &call.stage else { return };
        flight.task.abort();
        if let Some(due) = flight.due {
            self.due.remove(&(due, id));
        }
        self.lanes.landed(call.lane);
        self.drafts.end(CallId(id));
        // What the attempt took so far is not known.
        self.ledger.settle(flight.reservation, &call.purses, Usage::default(), None);
    }
}

fn timed_out(limit: Duration) -> ModelError {
    ModelError::TimedOut(limit.as_millis() as u64)
}

/// What an error of a provider is to a cell.
fn why(error: &ModelError) -> FailureKind {
    match error {
        ModelError::CutOff(_) => FailureKind::CutOff,
        ModelError::TimedOut(_) => FailureKind::Timeout,
        ModelError::Refused(_) => FailureKind::Refused,
        _ => FailureKind::Provider,
    }
}
