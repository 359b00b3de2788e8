//! The Plan's promise, held against real runs: how often a call site is reached lies within its bounds.
//!
//! Random scripts and every example and kept case, on the simulated model, with several seeds, failing agents, and other arguments.
//! `CALLSHEET_SOUNDNESS_CASES` sets how many scripts are drawn; a script that breaks a bound is shrunk and printed, to be kept in
//! `tests/soundness/kept`.

mod grammar;
mod write;

use std::{env, fs, path::Path, sync::Arc};

use analysis::{Context, plan::Plan, script::Script};
use models::{Model, ModelError, Reply, Request, Simulated};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use runtime::{RunSpec, SandboxCommand, Status};
use serde_json::{Value, json};

/// The simulated model, but some agents fail for good: without an answer, or with answers no schema accepts.
struct Unreliable {
    simulated: Simulated,
    unreliable: bool,
}

impl Model for Unreliable {
    fn answer(&self, request: Request) -> Reply<'_> {
        // Not a good hash, but a fixed one, so that a failure repeats.
        let hash =
            request.key.bytes().chain(request.prompt.bytes()).fold(self.simulated.seed, |hash, byte| {
                hash.wrapping_mul(0x0100_0000_01b3).wrapping_add(u64::from(byte))
            });
        match (hash >> 7) % 10 {
            0 if self.unreliable => Box::pin(async { Err(ModelError::Refused("told to refuse".into())) }),
            1 if self.unreliable && request.schema.is_some() => Box::pin(async move {
                let mut answer = self.simulated.answer(Request { schema: None, ..request }).await?;
                answer.value = json!({ "no": "such field" });
                Ok(answer)
            }),
            _ => self.simulated.answer(request),
        }
    }

    fn simulated_latency(&self, request: &Request) -> Option<std::time::Duration> {
        self.simulated.simulated_latency(request)
    }
}

/// Arguments as people give them, and none.
fn arguments() -> [Option<Value>; 3] {
    [
        None,
        Some(json!({ "list": ["a", "b", "c"], "files": ["x.rs"], "flag": true, "name": "x" })),
        Some(json!({ "list": [], "files": ["x.rs", "y.rs", "z.rs", "w.rs"], "flag": false })),
    ]
}

/// Runs `text` and holds every site's count against the bounds.
fn hold(text: &str, args: Option<&Value>, seed: u64) -> Result<(), String> {
    let blind = analysis::analyze(text, &Context::default());
    // A comment's arguments are what an analysis without any holds for: so they are what is run.
    let written = blind.script.pragmas.args.as_ref().and_then(|(_, args)| args.as_ref().ok());
    let (args, for_all) = (args.or(written), written.is_none());
    let informed = analysis::analyze(text, &Context { args: args.cloned(), ..Context::default() });
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let spec = RunSpec {
        args: args.cloned(),
        seed,
        sandbox: SandboxCommand::Thread,
        ..RunSpec::new(folder.path().join("drawn.js"), text, folder.path().join("runs"))
    };
    let model = Arc::new(Unreliable { simulated: Simulated::new(seed), unreliable: seed % 2 == 1 });
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
    let (state, outcome) = tokio.block_on(async {
        let run = runtime::start(spec, model).map_err(|e| e.to_string())?;
        let outcome = run.wait().await;
        Ok::<_, String>((run.state(), outcome))
    })?;
    let blind = for_all.then_some(("without the arguments", &blind));
    for (what, analysis) in blind.into_iter().chain([("with the arguments", &informed)]) {
        let ended = outcome.status == Status::Ok;
        let counts = state.sites.iter().map(|(at, site)| (*at, site.calls)).collect();
        broken(&analysis.script, &analysis.plan, &counts, ended).map_err(|what_broke| {
            format!("{what} ({args:?}), seed {seed}, run {:?} {:?}: {what_broke}", outcome.status, outcome.error)
        })?;
    }
    Ok(())
}

type Counts = std::collections::BTreeMap<analysis::text::LineColumn, u64>;

/// The first bound that `counts` break. Lower bounds are promised for runs that come to their end.
fn broken(script: &Script, plan: &Plan, counts: &Counts, ended: bool) -> Result<(), String> {
    let mut unseen = counts.clone();
    for call in &plan.calls {
        let at = script.lines.line_column(&script.text, call.span.start);
        let actual = unseen.remove(&at).unwrap_or(0);
        if call.count.high.is_some_and(|high| actual > high) || (ended && actual < call.count.low) {
            return Err(format!("the agent at {at} was called {actual} times, planned {}", call.count));
        }
    }
    if let Some((at, actual)) = unseen.into_iter().find(|(_, actual)| *actual > 0) {
        return Err(format!("the agent at {at} was called {actual} times and is not in the plan"));
    }
    let total: u64 = counts.values().sum();
    let (low, high) = (plan.agents.low, plan.agents.high);
    match high.is_some_and(|high| total > high) || (ended && total < low) {
        true => Err(format!("{total} agents, planned {}", plan.agents)),
        false => Ok(()),
    }
}

#[test]
fn random_scripts_stay_within_their_bounds() {
    let cases = env::var("CALLSHEET_SOUNDNESS_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(48);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let result = TestRunner::new(config).run(&grammar::tree(), |tree| {
        let text = write::write(&tree);
        let parsed = analysis::script::parse(text.as_str());
        assert!(parsed.errors.is_empty(), "the grammar writes scripts: {:?}\n{text}", parsed.errors);
        for (seed, args) in (0..4).zip(arguments().iter().cycle()) {
            hold(&text, args.as_ref(), seed).map_err(|e| TestCaseError::fail(format!("{e}\n{text}")))?;
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}

#[test]
fn examples_and_kept_cases_stay_within_their_bounds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut scripts = 0;
    for folder in ["examples", "tests/soundness/kept"] {
        for entry in fs::read_dir(root.join(folder)).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("UTF-8 text");
            if !analysis::script::is_workflow(path.to_str(), &text) {
                continue;
            }
            for (seed, args) in (0..6).zip(arguments().iter().cycle()) {
                hold(&text, args.as_ref(), seed).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            }
            scripts += 1;
        }
    }
    assert!(scripts > 3, "the scripts were not found");
}
