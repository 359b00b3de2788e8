//! One script, killed a few times and then left to come to its end.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
    process::Child,
    thread,
    time::{Duration, Instant},
};

use runtime::{EventKind, RunId, Status, journal, runs};
use tempfile::TempDir;

use super::process::{Order, child_of, kill};
use crate::{
    faults::server::{Deed, Server},
    scripted::{
        case::{Case, Rule, What},
        run::TOKIO,
    },
};

/// Longer than any of the scripts takes; one that is not over by then hangs.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Trial<'a> {
    case: &'a Case,
    folder: TempDir,
    random: Random,
    /// Lines the journal has when nobody kills: kills are spread over them.
    lines: u64,
    server: Server,
    /// Runs begun.
    begun: usize,
    /// Prompts whose answers stand in a journal, by the run after which they did: no later one may ask again.
    finished: BTreeMap<String, usize>,
}

/// What dies.
#[derive(Clone, Copy, Debug)]
enum Victim {
    Scheduler,
    Sandbox,
}

impl<'a> Trial<'a> {
    /// A trial of `case`, whose journal has as many `lines` when nobody kills.
    pub(super) fn new(case: &'a Case, lines: u64, seed: u64) -> Trial<'a> {
        let folder = tempfile::tempdir().expect("a folder");
        let rules = case.model.clone();
        let server = TOKIO.block_on(Server::start(move |asked| deed(&rules, &asked.prompt)));
        Trial { case, folder, random: Random::new(seed), lines, server, begun: 0, finished: BTreeMap::new() }
    }

    /// Kills one to three times, then runs to the end. Gives the number of runs that were cut short; panics with what is wrong.
    pub(super) fn run(mut self) -> usize {
        let mut killed = 0;
        for _ in 0..1 + self.random.below(3) {
            let victim = if self.random.below(2) == 0 { Victim::Scheduler } else { Victim::Sandbox };
            let mut process = self.start();
            let lines = 1 + self.random.below(self.lines);
            let wait = Duration::from_micros(self.random.below(3000));
            killed += usize::from(self.kill_at(&mut process, victim, lines, wait));
            self.look(&format!("{victim:?} killed at line {lines}"));
        }
        let mut process = self.start();
        wait(&mut process);
        self.look("left alone");
        let last = self.latest().expect("a run");
        let state = runs::open(&self.runs(), &last).expect("a journal").state();
        assert_eq!(state.status(), Some(Status::Ok), "{}: {:?}", self.case.name, state.error());
        assert_eq!(Some(state.result().cloned()), self.case.expect.result, "{}", self.case.name);
        killed
    }

    fn runs(&self) -> PathBuf {
        self.folder.path().join("runs")
    }

    fn latest(&self) -> Option<RunId> {
        runs::list(&self.runs()).expect("a readable folder").into_iter().max_by_key(|run| self.begun(run))
    }

    /// When a run began: names tell it to the second only.
    fn begun(&self, run: &RunId) -> std::time::SystemTime {
        let script = self.runs().join(run.as_str()).join(runs::SCRIPT_FILE);
        script.metadata().and_then(|m| m.modified()).expect("a script that was written first")
    }

    fn start(&mut self) -> Child {
        let resume = self.latest().map(|run| run.to_string());
        self.begun += 1;
        let (case, base, model) = (self.case.name.clone(), self.server.base.clone(), self.begun.to_string());
        Order { case, runs: self.runs(), resume, base, model }.start()
    }

    /// Kills once the journal of the new run has so many lines. Gives whether the run was cut short by that.
    fn kill_at(&self, process: &mut Child, victim: Victim, lines: u64, wait_then: Duration) -> bool {
        let before: BTreeSet<RunId> = runs::list(&self.runs()).expect("a readable folder").into_iter().collect();
        let began = Instant::now();
        while process.try_wait().expect("a process").is_none() {
            assert!(began.elapsed() < PATIENCE, "{}: it hangs", self.case.name);
            let now = runs::list(&self.runs()).expect("a readable folder");
            let new = now.into_iter().find(|run| !before.contains(run));
            let text = new.and_then(|run| fs::read(self.runs().join(run.as_str()).join(journal::FILE_NAME)).ok());
            let there = text.map_or(0, |text| text.iter().filter(|byte| **byte == b'\n').count() as u64);
            if there >= lines {
                thread::sleep(wait_then);
                match victim {
                    Victim::Scheduler => process.kill().expect("killed"),
                    Victim::Sandbox => child_of(process.id()).into_iter().for_each(kill),
                }
                break;
            }
            thread::sleep(Duration::from_micros(300));
        }
        wait(process);
        let run = runs::list(&self.runs()).expect("a readable folder").into_iter().find(|run| !before.contains(run));
        run.is_some_and(|run| runs::open(&self.runs(), &run).expect("a journal").state().status() != Some(Status::Ok))
    }

    /// Looks at all requests that reached the server, and takes in what is finished now.
    fn look(&mut self, after: &str) {
        let case = &self.case.name;
        let mut seen = BTreeSet::new();
        for asked in self.server.asked() {
            let run: usize = asked.body["model"].as_str().and_then(|name| name.parse().ok()).expect("the run's number");
            let prompt = asked.prompt;
            if let Some(finished) = self.finished.get(&prompt).filter(|finished| run > **finished) {
                panic!("{case}, {after}: {prompt:?} was finished after run {finished} and asked again in run {run}");
            }
            assert!(seen.insert((run, prompt.clone())), "{case}, {after}: {prompt:?} was asked twice in run {run}");
        }
        for run in runs::list(&self.runs()).expect("a readable folder") {
            let run = runs::open(&self.runs(), &run).expect("a journal");
            if let Some(damage @ journal::Damage::Middle(_)) = run.recording.damage {
                panic!("{case}, {after}: {damage}");
            }
            for agent in &run.state().agents {
                let events = (run.event(agent.queued), agent.ended.and_then(|seq| run.event(seq)));
                if let (Some(queued), Some(ended)) = events
                    && let (EventKind::AgentQueued { prompt, .. }, EventKind::AgentDone { .. }) =
                        (&queued.kind, &ended.kind)
                {
                    self.finished.entry(prompt.clone()).or_insert(self.begun);
                }
            }
        }
    }
}

/// What the server does with a prompt.
fn deed(rules: &[Rule], prompt: &str) -> Deed {
    let rule = rules.iter().find(|rule| rule.matches(prompt)).unwrap_or_else(|| panic!("no rule for {prompt:?}"));
    match &rule.answers[0].what {
        What::Json(serde_json::Value::String(text)) => Deed::Slowly(rule.answers[0].after, text.clone()),
        What::Json(value) => Deed::Slowly(rule.answers[0].after, value.to_string()),
        What::Fail(_) => Deed::Status(400, vec![]),
        What::Never => Deed::Slowly(PATIENCE, String::new()),
    }
}

fn wait(process: &mut Child) {
    let began = Instant::now();
    while process.try_wait().expect("a process").is_none() {
        assert!(began.elapsed() < PATIENCE, "a scheduler does not end");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Numbers that look drawn and are the same in every run of the suite (xorshift64*).
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % most
    }
}
