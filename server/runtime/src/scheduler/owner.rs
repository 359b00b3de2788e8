//! The owner of a run: hears the sandbox, the models and people, and decides.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet, VecDeque},
    fs, io,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use analysis::text::LineColumn;
use models::{Model, Request};
use serde_json::Value;
use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Instant, sleep_until},
};

use super::{
    Command, Commands, Input, MOST_WORDS,
    call::{Back, Call},
    lanes::Lanes,
    ledger::Ledger,
    link::{Gone, Link, Place, Said},
    stagger::Stagger,
};
use crate::{
    draft::Drafts,
    event::{EventKind, RunError, Status},
    id::CallId,
    journal::{Journal, WriteError},
    key::Keys,
    resume::Cache,
    run::RunSpec,
    runs,
    sandbox::{
        self,
        protocol::{Begun, FromSandbox, ToSandbox},
    },
    saved::Shelf,
    watch::EventLog,
};

/// How often that may be done while the sandbox is at the first of them.
const MOST_AHEAD: usize = 8;

/// Events the journal may be behind before the sandbox has to wait: they are in memory until then.
const MOST_BEHIND: u64 = 4096;

/// How far beyond its limits a sandbox may go before the scheduler itself ends it; the sandbox's own watch comes first
/// and can name the line.
const GRACE: Duration = Duration::from_millis(1000);

/// Most bytes a script may say besides calling agents: phases, log lines, warnings.
const MOST_NARRATION: usize = 32 << 20;

/// Why a run is over before its script is.
pub(super) struct Ended {
    pub(super) status: Status,
    pub(super) result: Option<Value>,
    pub(super) error: Option<RunError>,
    /// Whether calls under way are given up at once, though they may be paid for.
    gives_up: bool,
}

impl Ended {
    /// The script is to blame, or ran into a limit: what is under way is still worth having, for when the run is resumed.
    pub(super) fn failed(error: RunError) -> Box<Self> {
        Box::new(Self { status: Status::Failed, result: None, error: Some(error), gives_up: false })
    }

    /// There is nobody who could wait.
    fn broken_off(error: RunError) -> Box<Self> {
        Box::new(Self { gives_up: true, ..*Self::failed(error) })
    }
}

pub(crate) struct Scheduler {
    pub(super) spec: RunSpec,
    pub(super) model: Arc<dyn Model>,
    pub(super) concurrency: usize,
    pub(super) journal: Journal,
    pub(super) cache: Cache,
    /// Where the result goes; `None` for a run that leaves nothing on disk.
    folder: Option<PathBuf>,
    shelf: Shelf,
    pub(super) ledger: Ledger,
    /// Calls that are not over, by number.
    pub(super) calls: BTreeMap<u64, Call>,
    pub(super) made: u64,
    /// Further attempts of calls of REPLs, which count towards the limit of calls as the first do.
    pub(super) retried: u64,
    pub(super) keys: Keys,
    warned: HashSet<(LineColumn, String)>,
    narrated: usize,
    /// Who waits for a turn, how much is under way, and how fast providers may be asked.
    pub(super) lanes: Lanes,
    /// Cached answers by their place in the earlier run.
    pub(super) cached: BTreeMap<usize, u64>,
    /// The place behind that of the last one that was handed over.
    pub(super) next_cached: usize,
    /// Attempts under way in simulated time, by when they are back.
    pub(super) due: BTreeSet<(Duration, u64)>,
    /// Whether time is simulated: then completions are dealt with between the turns of the sandbox, those of one moment
    /// together, so that runs repeat. Real ones are dealt with as they come, so that no slot stays empty.
    pub(super) in_turns: bool,
    /// Simulated time.
    pub(super) now: Duration,
    /// When real time began.
    began: Instant,
    /// Who waits for whom, so that what prompts have in common is kept by the provider.
    pub(super) stagger: Stagger,
    /// Why nothing leaves any more; the run ends with it once what is under way is back.
    pub(super) halt: Option<RunError>,
    /// Whether the script is over: what is under way gets no further attempt.
    pub(super) is_over: bool,
    /// Answers being written.
    pub(super) drafts: Arc<Drafts>,
    /// What the sandbox is to hear next.
    outbox: VecDeque<Word>,
    /// Words the sandbox has not answered.
    pub(super) unanswered: usize,
    /// Since when the sandbox is at the first of them; `None` while it waits.
    busy: Option<Instant>,
}

/// Something the sandbox is to hear, once event `after` is on disk.
struct Word {
    after: u64,
    message: ToSandbox,
}

impl Scheduler {
    pub(crate) fn new(
        spec: RunSpec,
        model: Arc<dyn Model>,
        journal: Journal,
        cache: Cache,
        folder: Option<PathBuf>,
        drafts: Arc<Drafts>,
    ) -> Self {
        let shelf = Shelf::of(&spec);
        let ledger = Ledger::new(&spec.limits, spec.price.clone());
        let lanes = Lanes::new(spec.accounts_dir.clone());
        let in_turns = model.simulated_latency(&Request::default()).is_some();
        Self {
            concurrency: spec.at_once(),
            spec,
            model,
            journal,
            cache,
            folder,
            shelf,
            ledger,
            calls: BTreeMap::new(),
            made: 0,
            retried: 0,
            keys: Keys::default(),
            warned: HashSet::new(),
            narrated: 0,
            lanes,
            cached: BTreeMap::new(),
            next_cached: 0,
            due: BTreeSet::new(),
            in_turns,
            now: Duration::ZERO,
            began: Instant::now(),
            stagger: Stagger::default(),
            halt: None,
            is_over: false,
            drafts,
            outbox: VecDeque::new(),
            unanswered: 0,
            busy: None,
        }
    }

    pub(crate) async fn run(
        mut self,
        link: io::Result<Link>,
        mut inbox: UnboundedReceiver<Input>,
        commands: Commands,
        log: Arc<EventLog>,
    ) {
        let ended = match link {
            Ok(mut link) => {
                let wall = self.spec.limits.wall.map(|wall| Instant::now() + wall);
                let Err(ended) = self.conversation(&mut link, &mut inbox, &commands, wall).await;
                link.kill();
                if !ended.gives_up {
                    self.await_the_rest(&ended, &mut inbox, &commands, wall).await;
                }
                ended
            }
            Err(error) => Ended::failed(RunError::new(format!("cannot start the sandbox: {error}"))),
        };
        for call in self.calls.values_mut() {
            if let Some(flight) = call.flight() {
                flight.task.abort();
            }
        }
        self.finish(*ended, &log).await;
        let Self { journal, cache, .. } = self;
        drop(cache);
        journal.close().await;
        log.close();
    }

    async fn finish(&mut self, ended: Ended, log: &EventLog) {
        // The totals are the fold's own, so that they cannot say anything else than the events do.
        let synced = self.journal.synced().await;
        let totals = log.state().totals;
        if let (Some(result), Some(folder)) = (&ended.result, &self.folder) {
            let text = serde_json::to_string_pretty(result).unwrap_or_default();
            if let Err(error) = fs::write(folder.join(runs::RESULT_FILE), text) {
                tracing::warn!(%error, "the result stands in the journal only");
            }
        }
        let Ended { status, result, error, .. } = ended;
        self.journal.append(EventKind::RunEnded { status, result, error, totals });
        if let Err(error) = synced.and(self.journal.synced().await) {
            tracing::error!(%error, "the run's journal ends here");
            log.lose(error.to_string());
        }
    }

    /// Until the run is over; the way there is always by way of [`Ended`].
    async fn conversation(
        &mut self,
        link: &mut Link,
        inbox: &mut UnboundedReceiver<Input>,
        commands: &Commands,
        wall: Option<Instant>,
    ) -> Result<std::convert::Infallible, Box<Ended>> {
        self.say(link, &[ToSandbox::Start(self.spec.first_message())])?;
        loop {
            if self.unanswered == 0 {
                self.step(link, commands)?;
                self.stuck()?;
            }
            let slice = self.busy.map(|since| since + self.spec.limits.slice + GRACE);
            let held = self.stagger.due().filter(|_| self.lanes.are_queued());
            let wake = [self.lanes.due(), held].into_iter().flatten().min();
            let behind = self.journal.last() - self.journal.reached().map_err(broken)? > MOST_BEHIND;
            self.journal.send();
            let disk = behind || (self.unanswered == 0 && !self.outbox.is_empty());
            tokio::select! {
                biased;
                Some(input) = inbox.recv() => self.hear(input, commands)?,
                // Limits come before what the script says: one that talks without end must not talk over them.
                () = at(slice) => return Err(Ended::failed(self.gone(Gone::Time(None)))),
                () = at(wall) => return Err(Ended::broken_off(RunError::new(format!(
                    "the run took longer than its limit of {} ms",
                    self.spec.limits.wall.unwrap_or_default().as_millis()
                )))),
                advanced = self.journal.advanced(), if disk => advanced.map_err(broken)?,
                Some(said) = link.said.recv(), if !behind => {
                    match said {
                        Said::Messages(messages) => {
                            messages.into_iter().try_for_each(|message| self.heard(message, commands))?;
                        }
                        Said::Gone(why) => return Err(Ended::failed(self.gone(why))),
                    }
                }
                () = at(wake) => {
                    let now = Instant::now();
                    self.lanes.expire(now);
                    self.stagger.expire(now);
                    self.depart(commands)?;
                }
            }
        }
    }

    fn say(&mut self, link: &Link, messages: &[ToSandbox]) -> Result<(), Box<Ended>> {
        self.busy = Some(Instant::now());
        self.unanswered += messages.len();
        link.say(messages).map_err(|e| Ended::failed(RunError::new(e.to_string())))
    }

    /// The time of the run.
    pub(super) fn elapsed(&self) -> Duration {
        if self.in_turns { self.now } else { self.began.elapsed() }
    }

    /// Whether the sandbox has heard all there is to say.
    pub(super) fn is_silent(&self) -> bool {
        self.unanswered == 0 && self.outbox.is_empty()
    }

    /// Something for the sandbox to hear once all that was journaled before is on disk.
    pub(super) fn post(&mut self, message: ToSandbox) {
        self.outbox.push_back(Word { after: self.journal.last(), message });
    }

    /// The same for what stands in the journal of an earlier run: that it is handed over need not be on disk.
    pub(super) fn post_known(&mut self, message: ToSandbox) {
        self.outbox.push_back(Word { after: 0, message });
    }

    /// The sandbox waits: make the next thing happen, and hand over what it may hear. Answers of an earlier run that follow on one another do so
    /// whatever the script makes of them, so it is at the first of them while the next are made ready.
    fn step(&mut self, link: &Link, commands: &Commands) -> Result<(), Box<Ended>> {
        self.depart(commands)?;
        self.hand_over(link, commands)?;
        for _ in 1..MOST_AHEAD {
            if !self.outbox.is_empty() || !self.more_follow() {
                break;
            }
            self.hand_over(link, commands)?;
        }
        Ok(())
    }

    fn hand_over(&mut self, link: &Link, commands: &Commands) -> Result<(), Box<Ended>> {
        if self.outbox.is_empty() {
            self.land(commands)?;
        }
        let reached = self.journal.reached().map_err(broken)?;
        let all = self.outbox.len().min(MOST_WORDS);
        let ready = self.outbox.iter().take(all).take_while(|word| word.after <= reached).count();
        // In turns, what is handed over together must not depend on how fast the disk is.
        if ready == 0 || (self.in_turns && ready < all) {
            return Ok(());
        }
        let words: Vec<ToSandbox> = self.outbox.drain(..ready).map(|word| word.message).collect();
        self.say(link, &words)
    }

    fn hear(&mut self, input: Input, commands: &Commands) -> Result<(), Box<Ended>> {
        match input {
            Input::Command(Command::Stop) => {
                return Err(Box::new(Ended { status: Status::Stopped, result: None, error: None, gives_up: true }));
            }
            Input::Command(Command::Skip(CallId(call))) => self.skip(call),
            Input::Command(Command::Retry(CallId(call))) => {
                self.again(call, commands);
                self.depart(commands)?;
            }
            Input::Heard(id) => {
                if let Some(call) = self.calls.get(&id) {
                    self.stagger.heard(id, call.beginning.as_ref(), true);
                    self.depart(commands)?;
                }
            }
            Input::Back(back) => {
                if self.came_back(*back, commands) {
                    self.depart(commands)?;
                }
            }
        }
        Ok(())
    }

    /// Takes in what came of an attempt, and deals with it unless that waits for its moment of simulated time. Whether it did.
    fn came_back(&mut self, back: Back, commands: &Commands) -> bool {
        let Back { call, attempt, result } = back;
        let Some(waiting) = self.calls.get_mut(&call).filter(|c| c.attempt == attempt) else { return false };
        let Some(flight) = waiting.flight().filter(|f| f.back.is_none()) else { return false };
        flight.back = Some(result);
        let now = flight.due.is_none();
        if now {
            self.back_from(call, commands);
        }
        now
    }

    /// The script is over and calls are under way: they will be paid for, so their answers are awaited, for when the run is resumed. Until a
    /// person stops the run, its time is up, or the journal takes no more.
    async fn await_the_rest(
        &mut self,
        ended: &Ended,
        inbox: &mut UnboundedReceiver<Input>,
        commands: &Commands,
        wall: Option<Instant>,
    ) {
        self.is_over = true;
        let first = self.calls.values_mut().find_map(|call| call.flight().is_some().then_some(call.at));
        if let (Some(error), Some(first)) = (&ended.error, first) {
            let flying = self.lanes.flying();
            let (agents, they) =
                if flying == 1 { ("1 agent", "it is") } else { (&*format!("{flying} agents"), "they are") };
            let message = format!(
                "the run fails: {}; {agents} still under way: {they} awaited, as what was paid for is then there when the run is resumed; \
                 stop the run to give up instead",
                error.placed()
            );
            self.journal.append(EventKind::Warning { message, at: error.at.unwrap_or(first) });
        }
        loop {
            for call in self.back() {
                self.back_from(call, commands);
            }
            if self.lanes.flying() == 0 {
                return;
            }
            self.journal.send();
            tokio::select! {
                biased;
                Some(input) = inbox.recv() => match input {
                    Input::Command(Command::Stop) => return,
                    Input::Command(Command::Skip(CallId(call))) => self.skip(call),
                    Input::Back(back) => drop(self.came_back(*back, commands)),
                    Input::Command(Command::Retry(_)) | Input::Heard(_) => {}
                },
                () = at(wall) => return,
                advanced = self.journal.advanced() => if advanced.is_err() { return },
            }
        }
    }

    fn heard(&mut self, message: FromSandbox, commands: &Commands) -> Result<(), Box<Ended>> {
        match message {
            FromSandbox::Idle => {
                self.unanswered = self.unanswered.saturating_sub(1);
                self.busy = (self.unanswered > 0).then(Instant::now);
            }
            FromSandbox::Ended { result, error } => {
                let status = if error.is_some() { Status::Failed } else { Status::Ok };
                return Err(Box::new(Ended { status, result, error, gives_up: false }));
            }
            FromSandbox::Late { at } => {
                let message = "the script returned without waiting for this agent, which went on and is paid for, as \
                               losers of `Promise.race` and `Promise.any` are";
                self.warn(message.to_owned(), at);
            }
            FromSandbox::Abandon { calls } => calls.into_iter().for_each(|call| self.abandon(call)),
            FromSandbox::Cell { node, turn, cell, source, ok, output } => {
                self.narrate(source.len() + output.len())?;
                self.journal.append(EventKind::Cell { node, turn, cell, source, ok, output });
            }
            FromSandbox::Begun(begun) => {
                let Begun { node, label, question, depth, contexts, phase, workflow, at } = *begun;
                self.narrate(question.len() + 100 * contexts.len())?;
                self.journal.append(EventKind::RlmStarted {
                    node,
                    label,
                    question,
                    depth,
                    contexts,
                    phase,
                    workflow,
                    at,
                });
            }
            FromSandbox::Finished { node, how, turns, error, coverage, cited } => {
                self.narrate(1000 + 200 * cited.len())?;
                self.journal.append(EventKind::RlmEnded { node, how, turns, error, coverage, cited });
            }
            FromSandbox::Call(call) => {
                self.admit(*call)?;
                // One that waits for another changes nothing for those before it.
                if !self.in_turns && !self.is_held(self.made, Instant::now()) {
                    self.depart(commands)?;
                }
            }
            FromSandbox::Load { id, reference } => {
                self.post(self.shelf.loaded(id, &reference, self.ledger.spent_output()));
            }
            FromSandbox::Phase { title, workflow } => {
                self.narrate(title.len())?;
                self.journal.append(EventKind::Phase { title, workflow });
            }
            FromSandbox::Log { message } => {
                self.narrate(message.len())?;
                self.journal.append(EventKind::Log { message });
            }
            FromSandbox::Dropped { from, index, stage, reason, at } => {
                self.narrate(reason.len())?;
                self.journal.append(EventKind::Dropped { from, index, stage, reason, at });
            }
        }
        Ok(())
    }

    /// What to say of a sandbox that is gone.
    fn gone(&self, why: Gone) -> RunError {
        let (message, place) = match why {
            Gone::Memory(place) => (sandbox::too_big(self.spec.memory()), place),
            Gone::Time(place) => (sandbox::too_long(self.spec.limits.slice.as_millis() as u64), place),
            Gone::Stack(place) => (sandbox::TOO_DEEP.to_owned(), place),
            Gone::Broken(message) => (message, None),
        };
        let (at, workflow) = place.map(|Place { at, workflow }| (at, workflow)).unzip();
        RunError { message, at, workflow: workflow.flatten() }
    }

    fn narrate(&mut self, bytes: usize) -> Result<(), Box<Ended>> {
        // Every line costs the journal its envelope too.
        self.narrated += bytes + 500;
        if self.narrated <= MOST_NARRATION {
            return Ok(());
        }
        let limit = MOST_NARRATION >> 20;
        Err(Ended::failed(RunError::new(format!("the script said more than {limit} MiB by log() and phase()"))))
    }

    /// Warns once of one thing at one place.
    pub(super) fn warn(&mut self, message: String, at: LineColumn) {
        if self.warned.insert((at, message.clone())) {
            self.journal.append(EventKind::Warning { message, at });
        }
    }
}

pub(super) fn broken(error: Arc<WriteError>) -> Box<Ended> {
    Ended::broken_off(RunError::new(error.to_string()))
}

/// Waits until a moment; forever where there is none.
async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
