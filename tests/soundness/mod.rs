//! The Plan's promise, held against real runs: how often a call site is reached lies within its bounds.
//!
//! Random scripts and every example and kept case, on the simulated model, with several seeds, failing agents, and other arguments.
//! The same scripts are drawn each time, so that a failure is one of the change that is tested. With `CALLSHEET_SOUNDNESS_CASES` so many others
//! are; a script that breaks a bound is shrunk and printed, to be kept in `tests/soundness/kept`.

mod grammar;
mod odd;
mod odder;
mod prose;
mod table;
mod throws;
mod write;

use std::{env, fs, path::Path, sync::Arc};

use analysis::{
    Context, KnownWorkflow,
    plan::{Count, PhasePlan, Plan, RLM_PHASE},
    script::Script,
    vocabulary::Profile,
};
use models::{Model, ModelError, Reply, Request, Simulated};
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};
use runtime::{Outcome, PhaseState, RunSpec, RunState, SandboxCommand, Status, rlm::SimulatedRoot};
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
    hold_with(text, &[], args, seed)
}

/// The same, where the workflows of the texts `others` are saved beside it.
fn hold_with(text: &str, others: &[&str], args: Option<&Value>, seed: u64) -> Result<(), String> {
    let workflows: Vec<KnownWorkflow> = others
        .iter()
        .enumerate()
        .filter_map(|(n, other)| KnownWorkflow::read(&format!(".claude/workflows/{n}.js"), *other))
        .collect();
    // The runtime hands functions no scope, which that dialect wants.
    let profiles: Vec<Profile> = Profile::ALL.into_iter().filter(|p| *p != Profile::OpenCodeMcr).collect();
    let profile = profiles[seed as usize % profiles.len()];
    let workflows = (!workflows.is_empty()).then_some(workflows);
    let context = Context { workflows, profile, ..Context::default() };
    let blind = analysis::analyze(text, &context);
    // A comment's arguments are what an analysis without any holds for: so they are what is run.
    let written = blind.script.pragmas.args.as_ref().and_then(|(_, args)| args.as_ref().ok());
    let (args, for_all) = (args.or(written), written.is_none());
    let informed = analysis::analyze(text, &Context { args: args.cloned(), ..context });
    let (state, outcome) = run(text, others, args, seed, profile)?;
    let blind = for_all.then_some(("without the arguments", &blind));
    for (what, analysis) in blind.into_iter().chain([("with the arguments", &informed)]) {
        let ended = outcome.status == Status::Ok;
        broken(&analysis.script, &analysis.plan, &state, ended).map_err(|what_broke| {
            format!(
                "{what} ({args:?}), seed {seed}, {profile}, run {:?} {:?}: {what_broke}",
                outcome.status, outcome.error
            )
        })?;
    }
    Ok(())
}

/// Runs `text`, with the workflows of the texts `others` saved beside it.
fn run(
    text: &str,
    others: &[&str],
    args: Option<&Value>,
    seed: u64,
    profile: Profile,
) -> Result<(Arc<RunState>, Outcome), String> {
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    let saved = folder.path().join(".claude/workflows");
    fs::create_dir_all(&saved).map_err(|e| e.to_string())?;
    for (n, other) in others.iter().enumerate() {
        fs::write(saved.join(format!("{n}.js")), other).map_err(|e| e.to_string())?;
    }
    let spec = RunSpec {
        profile,
        dialect: profile.into(),
        args: args.cloned(),
        seed,
        sandbox: SandboxCommand::Thread,
        ..RunSpec::new(folder.path().join("drawn.js"), text, folder.path().join("runs"))
    };
    let others = Arc::new(Unreliable { simulated: Simulated::new(seed), unreliable: seed % 2 == 1 });
    let model = Arc::new(SimulatedRoot { others });
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|e| e.to_string())?;
    tokio.block_on(async {
        let run = runtime::start(spec, model).map_err(|e| e.to_string())?;
        let outcome = run.wait().await;
        Ok::<_, String>((run.state(), outcome))
    })
}

/// The first bound that a run breaks. Lower bounds are promised for runs that come to their end.
fn broken(script: &Script, plan: &Plan, state: &RunState, ended: bool) -> Result<(), String> {
    let within =
        |count: &Count, actual: u64| count.most().is_none_or(|most| actual <= most) && (!ended || actual >= count.low);
    let mut unseen = state.sites.clone();
    for call in &plan.calls {
        let at = script.lines.line_column(&script.text, call.span.start);
        let actual = unseen.remove(&at).unwrap_or(0);
        if !within(&call.count, actual) {
            return Err(format!("the agent at {at} was called {actual} times, planned {}", call.count));
        }
    }
    if let Some((at, actual)) = unseen.into_iter().find(|(_, actual)| *actual > 0) {
        return Err(format!("the agent at {at} was called {actual} times and is not in the plan"));
    }
    // Turns are not told by the workflow that starts them.
    let is_turns = |phase: &PhasePlan| phase.title.as_deref() == Some(RLM_PHASE);
    let agents = |phase: &PhaseState| phase.calls;
    let turns: u64 = state.phases.iter().map(|phase| phase.inside).sum();
    let planned = || plan.phases.iter().filter(|phase| is_turns(phase)).map(|phase| &phase.agents);
    let most = planned().map(Count::most).try_fold(0u64, |sum, most| Some(sum.saturating_add(most?)));
    let least: u64 = planned().map(|agents| agents.low).sum();
    let unknown = plan.phases.iter().any(|phase| phase.workflow.is_some() && phase.agents.high.is_none());
    if most.is_some_and(|most| turns > most && !unknown) || ended && turns < least {
        return Err(format!("{turns} calls of trees, planned {least} to {most:?}"));
    }
    // A title that the run computes can be one of the script's own: agents are planned by what the script says, and run by what it gives.
    for phase in plan.phases.iter().filter(|phase| !is_turns(phase)) {
        let holds = |p: &PhaseState| p.workflow == phase.workflow && phase.holds(p.title.as_deref());
        let actual = state.phases.iter().filter(|p| holds(p)).map(agents).sum::<u64>();
        let others = plan.phases.iter().filter(|p| p.workflow == phase.workflow && !std::ptr::eq(*p, phase));
        let mixed = others.filter(|p| match (p.computed, phase.computed) {
            (true, true) => true,
            (true, false) => p.holds(phase.title.as_deref()),
            (false, true) => phase.holds(p.title.as_deref()),
            (false, false) => false,
        });
        let most = mixed.map(|p| p.agents.most()).fold(phase.agents.most(), |sum, most| Some(sum? + most?));
        if most.is_some_and(|most| actual > most) || ended && actual < phase.agents.low {
            return Err(format!("{:?} has {actual} agents, planned {}", phase.name(), phase.agents));
        }
    }
    for phase in state.phases.iter().filter(|phase| agents(phase) > 0) {
        let covers = |p: &PhasePlan| p.holds(phase.title.as_deref()) || p.agents.high.is_none();
        if !plan.phases.iter().any(|p| p.workflow == phase.workflow && covers(p)) {
            return Err(format!("the phase {:?} of {:?} is not in the plan", phase.title, phase.workflow));
        }
    }
    let total = state.totals.agents;
    if !within(&plan.agents, total) {
        return Err(format!("{total} agents, planned {}", plan.agents));
    }
    match most_at_once(state) {
        most if plan.peak_width.most().is_some_and(|planned| most > planned) => {
            Err(format!("{most} agents at once, planned {}", plan.peak_width))
        }
        _ => Ok(()),
    }
}

/// Most calls that had been made and were not over, those of recursive models aside.
fn most_at_once(state: &RunState) -> u64 {
    let own = || state.agents.iter().filter(|agent| agent.spot.is_none());
    let begun = own().map(|agent| (agent.queued, 1i64));
    let over = own().filter_map(|agent| Some((agent.ended?, -1i64)));
    let mut steps: Vec<(u64, i64)> = begun.chain(over).collect();
    steps.sort_unstable();
    let counts = steps.iter().scan(0i64, |now, (_, step)| {
        *now += step;
        Some(*now)
    });
    counts.max().unwrap_or(0) as u64
}

/// How a test draws: the same `cases` each time, or as many others as are asked for.
fn config(cases: u32, max_shrink_iters: u32) -> Config {
    let asked = env::var("CALLSHEET_SOUNDNESS_CASES").ok().and_then(|n| n.parse().ok());
    let rng_seed = if asked.is_some() { RngSeed::Random } else { RngSeed::Fixed(1) };
    let cases = asked.unwrap_or(cases);
    Config { cases, rng_seed, failure_persistence: None, max_shrink_iters, ..Config::default() }
}

#[test]
fn random_scripts_stay_within_their_bounds() {
    let config = config(48, 400);
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
fn each_piece_stays_within_its_bounds() {
    use grammar::{Array, Cond, Stmt, Tree};
    let lists = [
        vec![Array::Literal(2), Array::Args(0)],
        vec![Array::Args(1), Array::Items(0)],
        vec![Array::Length(3), Array::Keys(1)],
    ];
    let conds = [vec![Cond::Flag, Cond::Count(1), Cond::Ok(0)], vec![Cond::Count(0), Cond::Text(0), Cond::Flag]];
    let mut broken = vec![];
    for piece in 0..write::pieces() {
        let mut failed = None;
        for (lists, conds) in lists.iter().flat_map(|lists| conds.iter().map(move |conds| (lists, conds))) {
            let body = vec![Stmt::Agent { schema: false }];
            let piece = Stmt::Piece { piece, lists: lists.clone(), conds: conds.clone(), body };
            let known = Stmt::Agent { schema: true };
            let tree = Tree { helpers: vec![], body: vec![known, piece] };
            let text = write::write(&tree);
            for (seed, args) in (0..3).zip(arguments().iter().cycle()) {
                failed = failed.or(hold(&text, args.as_ref(), seed).err().map(|e| format!("{e}\n{text}")));
            }
        }
        broken.extend(failed);
    }
    assert!(broken.is_empty(), "{} pieces:\n{}", broken.len(), broken.join("\n\n"));
}

/// Ways to call another workflow; each stands in a script of its own.
const CALLERS: [&str; 6] = [
    "return await workflow('child', args)",
    "const done = await workflow('child', { list: ['a', 'b'].slice(0, 1), flag: true })\nreturn done",
    "let done = 0\ntry { done = await workflow('child', { list: (args?.list ?? []).slice(0, 2), files: [] }) } catch { await agent('mend') }\nreturn done",
    "await parallel([['a'], ['b', 'c']].map(list => () => workflow('child', { list })))\nconst late = workflow('child')\nawait agent('between')\ntry { await late } catch { log('failed') }\nreturn 1",
    "for (const flag of [true, false]) {\n  const n = await workflow(flag ? 'child' : 'nowhere', { flag }).catch(() => 2)\n  for (let i = 0; i < n && i < 3; i++) await agent(`Again ${i}`)\n}\nreturn 1",
    "const found = await agent('Find', { schema: { type: 'object', required: ['list'], properties: { list: { type: 'array', maxItems: 3, items: { type: 'string' } } } } })\nreturn await workflow({ scriptPath: '.claude/workflows/0.js' }, { list: found?.list ?? [] })",
];

#[test]
fn scripts_that_call_random_scripts_stay_within_their_bounds() {
    let config = config(32, 200);
    let result = TestRunner::new(config).run(&(grammar::tree(), 0..CALLERS.len()), |(tree, caller)| {
        let child = write::write(&tree).replacen("'drawn'", "'child'", 1);
        let text = format!("export const meta = {{ name: 'caller', description: 'calls' }}\n{}\n", CALLERS[caller]);
        for (seed, args) in (0..3).zip(arguments().iter().cycle()) {
            hold_with(&text, &[&child], args.as_ref(), seed)
                .map_err(|e| TestCaseError::fail(format!("{e}\n{text}\n// child:\n{child}")))?;
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
    for folder in ["examples", "examples/six-pieces", "tests/soundness/kept"] {
        for entry in fs::read_dir(root.join(folder)).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                continue;
            }
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
