//! What a script likely takes: in the background it is run on made-up answers, and estimates show what that took.
//!
//! Only in a workspace that is trusted, in the sandbox, at no cost, and leaving nothing on disk; once a text has been left alone for a
//! while, one script at a time, with the lowest claim on the machine. What was found of a text is kept, so that nothing is
//! simulated twice.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    thread,
    time::Duration,
};

use analysis::{
    Analysis,
    estimate::{self, Assumptions, Estimate},
};
use runtime::{RunSpec, Simulation};
use tokio::{sync::oneshot, task::AbortHandle, time::sleep};
use tower_lsp::ls_types::Uri;

use crate::{
    analyst::STACK,
    owner::{Mailbox, Owner},
    run::start::Order,
    snapshot::Snapshot,
    workflows,
};

/// How long a text is left alone before it is simulated.
const QUIET: Duration = Duration::from_millis(1500);

/// Texts of which the simulation is kept.
const KEPT: usize = 64;

/// More runs say little more and take long.
const MOST_RUNS: u64 = 1000;

/// What lowers the thread's and the sandbox's claim on the machine, of 19.
const NICE: i32 = 15;

/// What simulated runs of a script took.
#[derive(Clone, Debug)]
pub(crate) struct Simulated {
    /// The estimate without them. They hold for every text of which the estimate is the same.
    bounds: Estimate,
    /// The estimate from them, or why there is none.
    pub(crate) estimate: Result<Estimate, String>,
    /// What is to be said of runs that failed.
    pub(crate) failed: Option<String>,
}

impl Simulated {
    fn of(analysis: &Analysis, assumptions: &Assumptions, found: Result<Simulation, String>) -> Self {
        let bounds = analysis.estimate.clone();
        match found {
            Ok(Simulation { samples, failed }) => {
                let say = |(times, error): (u32, runtime::RunError)| {
                    format!("{times} more simulated runs failed and are not counted; the first: {}", error.placed())
                };
                let estimate = Ok(estimate::with_samples(&bounds, &analysis.plan, assumptions, &samples));
                Self { bounds, estimate, failed: failed.map(say) }
            }
            Err(why) => Self { bounds, estimate: Err(why), failed: None },
        }
    }

    /// Whether it tells of this analysis: of the same text, or of one that differs in nothing an estimate rests on.
    pub(crate) fn fits(&self, analysis: &Analysis) -> bool {
        self.bounds == analysis.estimate
    }
}

/// All that decides a simulation.
#[derive(Clone, Debug, PartialEq)]
struct Key {
    uri: Uri,
    text: Arc<str>,
    runs: u32,
    concurrency: Option<u64>,
}

/// The simulations of the session.
#[derive(Default)]
pub(crate) struct Simulator {
    /// Scripts whose text has not been left alone for long enough.
    resting: HashMap<Uri, AbortHandle>,
    /// Scripts whose turn comes.
    waiting: VecDeque<Uri>,
    /// The one under way; dropping the sender ends it.
    current: Option<(Key, oneshot::Sender<()>)>,
    /// The latest last.
    known: VecDeque<(Key, Arc<Simulated>)>,
}

impl Simulator {
    /// Gives up what is planned or under way for a script.
    fn drop_plans(&mut self, uri: &Uri) {
        if let Some(timer) = self.resting.remove(uri) {
            timer.abort();
        }
        self.waiting.retain(|waiting| waiting != uri);
        if self.current.as_ref().is_some_and(|(key, _)| key.uri == *uri) {
            self.current = None;
        }
    }

    /// What is known of a text as it is analysed now: the same text may be estimated anew, as what it calls is edited.
    fn known(&self, key: &Key, analysis: &Analysis) -> Option<Arc<Simulated>> {
        let of = |(known, simulated): &&(Key, Arc<Simulated>)| known == key && simulated.fits(analysis);
        self.known.iter().rev().find(of).map(|(_, simulated)| simulated.clone())
    }

    fn keep(&mut self, key: Key, simulated: Arc<Simulated>) {
        self.known.push_back((key, simulated));
        if self.known.len() > KEPT {
            self.known.pop_front();
        }
    }
}

impl Owner {
    /// Plans the simulation of a script whose newest text has just been analysed.
    pub(crate) fn simulate_soon(&mut self, uri: &Uri) {
        self.simulator.drop_plans(uri);
        let Some(script) = self.snapshot(uri).filter(|script| self.may_simulate(script)) else {
            if let Some(script) = self.scripts.get_mut(uri).filter(|_| self.settings.simulations == 0) {
                script.simulated = None;
            }
            return self.simulate_next();
        };
        let key = self.key_of(&script);
        if let Some(known) = self.simulator.known(&key, &script.known) {
            self.show_simulated(uri, known);
            return self.simulate_next();
        }
        let (mailbox, theirs) = (self.mailbox.clone(), uri.clone());
        let timer = tokio::spawn(async move {
            sleep(QUIET).await;
            if let Some(mailbox) = mailbox.upgrade() {
                Mailbox::from(mailbox).tell(move |owner| {
                    owner.simulator.resting.remove(&theirs);
                    owner.simulator.waiting.push_back(theirs);
                    owner.simulate_next();
                });
            }
        });
        self.simulator.resting.insert(uri.clone(), timer.abort_handle());
        self.simulate_next();
    }

    /// Plans the simulation of every script, where what decides about them has changed.
    pub(crate) fn simulate_all(&mut self) {
        let all: Vec<Uri> = self.scripts.keys().cloned().collect();
        all.iter().for_each(|uri| self.simulate_soon(uri));
    }

    /// Gives up the simulation of a script that is edited or closed.
    pub(crate) fn stop_simulating(&mut self, uri: &Uri) {
        self.simulator.drop_plans(uri);
        self.simulate_next();
    }

    /// Forgets what was simulated, and gives up what is being: something beside the scripts has changed.
    pub(crate) fn forget_simulations(&mut self) {
        self.simulator.known.clear();
        self.simulator.current = None;
    }

    /// A script that calls no agents, or does not parse, has nothing to simulate.
    fn may_simulate(&self, script: &Snapshot) -> bool {
        self.client.trusted
            && self.settings.simulations > 0
            && !script.is_broken()
            && script.known.script.meta.is_some()
            && script.known.script.errors.is_empty()
            && script.known.plan.agents.high != Some(0)
    }

    fn key_of(&self, script: &Snapshot) -> Key {
        let runs = self.settings.simulations.min(MOST_RUNS) as u32;
        let concurrency = self.settings.concurrency;
        Key { uri: script.uri.clone(), text: script.text.clone(), runs, concurrency }
    }

    fn simulate_next(&mut self) {
        while self.simulator.current.is_none() {
            let Some(uri) = self.simulator.waiting.pop_front() else { return };
            let Some(script) = self.snapshot(&uri).filter(|script| self.may_simulate(script)) else { continue };
            let Ok(Order { mut spec, .. }) = Order::of(&script, true, None) else { continue };
            let prices = workflows::prices(&self.settings, &self.workspace);
            spec.price = Some(Arc::new(move |model, usage| estimate::would_cost_at(&prices, model, usage)));
            let key = self.key_of(&script);
            let (cancel, cancelled) = oneshot::channel();
            let (mailbox, theirs, analysis) = (self.mailbox.clone(), key.clone(), script.known.clone());
            let started = simulate(spec, script.known.clone(), key.runs, cancelled, move |found| {
                if let Some(mailbox) = mailbox.upgrade() {
                    Mailbox::from(mailbox).tell(move |owner| owner.simulated(theirs, &analysis, found));
                }
            });
            match started {
                Ok(()) => self.simulator.current = Some((key, cancel)),
                Err(error) => tracing::warn!(%error, "a script could not be simulated"),
            }
        }
    }

    fn simulated(&mut self, key: Key, analysis: &Analysis, found: Result<Simulation, String>) {
        if self.simulator.current.as_ref().is_none_or(|(current, _)| *current != key) {
            return; // It was given up in the meantime.
        }
        self.simulator.current = None;
        let assumptions = workflows::assumptions(&self.settings, &self.workspace);
        let simulated = Arc::new(Simulated::of(analysis, &assumptions, found));
        self.simulator.keep(key.clone(), simulated.clone());
        self.show_simulated(&key.uri, simulated);
        self.simulate_next();
    }

    fn show_simulated(&mut self, uri: &Uri, simulated: Arc<Simulated>) {
        if let Some(script) = self.scripts.get_mut(uri) {
            script.simulated = Some(simulated);
            self.outbox.refresh();
        }
    }
}

/// Simulates in a thread of its own, as the script is parsed there; `then` is called on it unless the simulation is given up.
fn simulate(
    mut spec: RunSpec,
    analysis: Arc<Analysis>,
    runs: u32,
    cancelled: oneshot::Receiver<()>,
    then: impl FnOnce(Result<Simulation, String>) + Send + 'static,
) -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let simulating = move || {
        // The thread's own, and inherited by the sandboxes it starts.
        if let Err(error) = rustix::process::nice(NICE) {
            tracing::warn!(%error, "simulations do not give way to other work");
        }
        spec.read_kinds();
        let found = runtime.block_on(async {
            tokio::select! {
                found = runtime::simulate(&spec, &analysis, runs) => Some(found.map_err(|error| error.to_string())),
                _ = cancelled => None,
            }
        });
        if let Some(found) = found {
            then(found);
        }
    };
    thread::Builder::new().name("simulator".into()).stack_size(STACK).spawn(simulating).map(drop)
}
