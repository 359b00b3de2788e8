//! One script, killed a few times and then left to come to its end.

use std::{
    collections::BTreeSet,
    fs,
    path::PathBuf,
    process::Child,
    thread,
    time::{Duration, Instant},
};

use runtime::{EventKind, RunId, Status, journal, runs};
use tempfile::TempDir;

use super::process::{Order, child_of, kill};
use crate::scripted::case::Case;

/// Longer than any of the scripts takes; one that is not over by then hangs.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Trial<'a> {
    case: &'a Case,
    folder: TempDir,
    random: Random,
    /// Lines the journal has when nobody kills: kills are spread over them.
    lines: u64,
    /// Prompts whose answers stand in a journal: nobody may be asked again.
    finished: BTreeSet<String>,
    /// Bytes of the notes that were looked at.
    noted: usize,
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
        Trial { case, folder, random: Random::new(seed), lines, finished: BTreeSet::new(), noted: 0 }
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

    fn start(&self) -> Child {
        let resume = self.latest().map(|run| run.to_string());
        Order { case: self.case.name.clone(), runs: self.runs(), resume, asked: self.notes() }.start()
    }

    fn notes(&self) -> PathBuf {
        self.folder.path().join("asked")
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

    /// Looks at what was asked since the last look, and takes in what is finished now.
    fn look(&mut self, after: &str) {
        let case = &self.case.name;
        let notes = fs::read_to_string(self.notes()).unwrap_or_default();
        let mut now = BTreeSet::new();
        for line in notes[self.noted..].lines() {
            let prompt: String = serde_json::from_str(line).expect("a note");
            assert!(!self.finished.contains(&prompt), "{case}, {after}: {prompt:?} was finished and asked again");
            assert!(now.insert(prompt.clone()), "{case}, {after}: {prompt:?} was asked twice in one run");
        }
        self.noted = notes.len();
        for run in runs::list(&self.runs()).expect("a readable folder") {
            let run = runs::open(&self.runs(), &run).expect("a journal");
            if let Some(damage @ journal::Damage::Middle(_)) = run.recording.damage {
                panic!("{case}, {after}: {damage}");
            }
            for agent in &run.state().agents {
                if let (Some(ended), EventKind::AgentQueued { prompt, .. }) = (&agent.ended, &agent.queued.kind)
                    && matches!(ended.kind, EventKind::AgentDone { .. })
                {
                    self.finished.insert(prompt.clone());
                }
            }
        }
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
