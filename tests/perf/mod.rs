//! How much the runtime adds: drivers that print figures, against a reference in the same process and run. They assert
//! nothing about time, and run when asked for:
//!
//! `cargo test --release --workspace --test all -- perf --ignored --nocapture --test-threads 1`
//!
//! Beside it they print what the same work takes in Node, where that and npm are there: `bash tests/perf/p-limit.sh` says it alone.

mod context;
mod measure;
mod peer;

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::{Duration, Instant},
};

use models::{Answer, Model, Reply, Request};
use runtime::{Outcome, RunSpec, SandboxCommand, Status};
use serde_json::json;
use tokio::{sync::Semaphore, task::JoinSet};

use crate::scripted::run::TOKIO;
use measure::{Usage, Used};

/// Answers after a real pause.
struct Sleeper(Duration);

impl Model for Sleeper {
    fn answer(&self, _request: Request) -> Reply<'_> {
        Box::pin(async move {
            if !self.0.is_zero() {
                tokio::time::sleep(self.0).await;
            }
            Ok(Answer { value: json!("done"), ..Answer::default() })
        })
    }
}

/// `agents` calls, handed over in lists as long as the dialect allows.
fn script(agents: u64) -> String {
    format!(
        "export const meta = {{ name: 'perf', description: 'Many agents' }};\nlet done = 0;\n\
         for (let at = 0; at < {agents}; at += 4000) {{\n  const some = Array.from({{ length: Math.min(4000, {agents} - at) }}, (_, i) => () => agent(`step ${{at + i}}`));\n  \
         done += (await parallel(some)).filter(Boolean).length;\n}}\nreturn done;\n"
    )
}

fn spec(agents: u64, runs: &Path) -> RunSpec {
    let mut spec = RunSpec::new(runs.join("perf.js"), script(agents), runs);
    spec.simulated = false;
    spec.sandbox = SandboxCommand::Program {
        program: PathBuf::from(env!("CARGO_BIN_EXE_callsheet")),
        args: vec!["sandbox".into()],
    };
    spec.concurrency = Some(16);
    spec.limits.max_agents = agents;
    spec
}

fn run(spec: RunSpec, model: Sleeper, agents: u64) -> (Outcome, Duration, Used) {
    let usage = Usage::begin();
    let began = Instant::now();
    let outcome = TOKIO.block_on(async { runtime::start(spec, Arc::new(model)).expect("it starts").wait().await });
    let took = began.elapsed();
    assert_eq!((outcome.status, &outcome.result), (Status::Ok, &Some(json!(agents))), "{:?}", outcome.error);
    (outcome, took, usage.end())
}

#[test]
#[ignore = "prints figures"]
fn a_thousand_agents_of_20_ms_beside_a_bare_semaphore() {
    const AGENTS: u64 = 1000;
    let pause = Duration::from_millis(20);
    let folder = tempfile::tempdir().expect("a folder");
    let mut ratios = Vec::new();
    for round in 1..=5 {
        let began = Instant::now();
        TOKIO.block_on(async {
            let slots = Arc::new(Semaphore::new(16));
            let mut tasks = JoinSet::new();
            for _ in 0..AGENTS {
                let slots = slots.clone();
                tasks.spawn(async move {
                    let _slot = slots.acquire().await.expect("never closed");
                    tokio::time::sleep(pause).await;
                });
            }
            tasks.join_all().await;
        });
        let bare = began.elapsed();
        let (_, took, usage) = run(spec(AGENTS, folder.path()), Sleeper(pause), AGENTS);
        let ratio = took.as_secs_f64() / bare.as_secs_f64();
        ratios.push(ratio);
        println!("round {round}: bare {bare:.3?}, run {took:.3?}, ratio {ratio:.4}; {usage}");
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.4}", ratios[ratios.len() / 2]);
    beside(AGENTS, pause);
}

/// Prints what as many agents take in Node.
fn beside(agents: u64, pause: Duration) {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/perf/p-limit.sh");
    let numbers = [agents.to_string(), pause.as_millis().to_string()];
    let output = Command::new("bash").arg(program).args(numbers).output().expect("bash");
    print!("Node with p-limit: {}", String::from_utf8_lossy(&output.stdout));
    print!("{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "prints figures"]
fn a_hundred_thousand_agents_of_0_ms() {
    let folder = tempfile::tempdir().expect("a folder");
    for agents in [12_500, 25_000, 50_000, 100_000] {
        let (_, took, usage) = run(spec(agents, folder.path()), Sleeper(Duration::ZERO), agents);
        let each = took.as_secs_f64() * 1e6 / agents as f64;
        println!("{agents:>6} agents: {took:.2?}, {each:.1} µs each; {usage}");
    }
    beside(100_000, Duration::ZERO);
}

#[test]
#[ignore = "prints figures"]
fn ten_thousand_recorded_agents_replay() {
    const AGENTS: u64 = 10_000;
    let folder = tempfile::tempdir().expect("a folder");
    let (first, took, _) = run(spec(AGENTS, folder.path()), Sleeper(Duration::ZERO), AGENTS);
    println!("recorded in {took:.2?}");
    for round in 1..=5 {
        let mut spec = spec(AGENTS, folder.path());
        spec.resume = Some(first.run.clone());
        let began = Instant::now();
        let read = runtime::runs::open(folder.path(), &first.run).expect("a journal").recording.events.len();
        let reading = began.elapsed();
        let (outcome, took, usage) = run(spec, Sleeper(Duration::ZERO), AGENTS);
        assert_eq!(outcome.totals.cached, AGENTS);
        println!("round {round}: replay {took:.3?} (reading the {read} events alone {reading:.3?}); {usage}");
    }
}
