//! A run that breaks off after any line of its journal: resumed, it comes to the same answer and asks nothing that was answered.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use runtime::{EventKind, RunId, RunSpec, journal, runs};
use serde_json::json;

use super::{Actor, run, spec};

/// Ways to an answer: one call after the other, a batch with failures and retries of the code's own, REPLs within the REPL, and an
/// agent of a workflow that calls a workflow.
const TRAJECTORIES: [(&str, &[&str]); 4] = [
    (
        "in turn",
        &[
            "let text = 'start'",
            "for (let i = 0; i < 3; i++) text = await llm_query(`${i} after ${text.length}`)",
            "submit(text)",
        ],
    ),
    (
        "batches",
        &[
            "const parts = await llm_query_batched(['a', 'b', 'c', 'd', 'e'], { settle: true })\noops",
            "const more = await llm_query_batched(parts.map((p) => `again ${p.value.length}`), { cache: 'off' })\nllm_query('left alone')",
            "answer.content = [parts.length, ...more]; answer.ready = true",
        ],
    ),
    (
        "nested",
        &[
            "const [x, y] = await rlm_query_batched([{ prompt: 'left', context: 'l' }, { prompt: 'right', context: 'r' }])",
            "submit({ x, y, last: await llm_query(x + y) })",
        ],
    ),
    (
        "both ways",
        &[
            "const [pair, side] = await Promise.all([workflow('pair', { name: 'w' }), llm_query('side')])",
            "submit([pair, side, await rlm_query('left', { context: 'l', workflows: ['pair'] })])",
        ],
    ),
];

/// The script of the last of them.
const OUTER: &str = "export const meta = { name: 'outer', description: 'An agent that is a recursive model' }
const [answer, other] = await parallel([
  () => agent('do it', { rlm: { maxDepth: 2, workflows: { pair: 'takes { name }' } } }),
  () => agent('beside it'),
])
return [answer, other, await agent(`after ${answer.length}`)]";

const PAIR: &str = "export const meta = { name: 'pair', description: 'Two agents, one after the other' }
const first = await agent(`first of ${args.name}`)
return [first, await agent(`second after ${first}`)]";

const CHILD: &str = "submit(`${question} read ${(await llm_query(`read ${context}`)).length}`)";

#[test]
fn a_run_cut_off_after_any_line_comes_to_the_same_answer() {
    for (name, cells) in TRAJECTORIES {
        let folder = tempfile::tempdir().expect("a folder");
        let mut whole = spec(&folder, json!({ "question": "q", "context": "c" }));
        whole.rlm.depth = 2;
        if name == "both ways" {
            let saved = folder.path().join(".claude/workflows");
            fs::create_dir_all(&saved).expect("a folder");
            fs::write(saved.join("pair.js"), PAIR).expect("a file");
            whole.source = OUTER.into();
        }
        let actor = || Actor::echo(cells).child(CHILD).slow(Duration::from_millis(2));
        let (outcome, events) = run(whole.clone(), actor());
        assert_eq!(outcome.error, None, "{name}");
        let again = run(whole.clone(), actor()).1;
        assert_eq!(steady(&again), steady(&events), "{name}: a run repeats to the byte");
        let runs_dir = folder.path().join("runs");
        for lines in 1..events.len() {
            let cut = cut_off(&runs_dir, &outcome.run, lines);
            let finished = finished(&runs_dir, &cut);
            let resumed = actor();
            let (after, _) = run(RunSpec { resume: Some(cut), ..whole.clone() }, resumed.clone());
            assert_eq!(after.result, outcome.result, "{name}, cut after line {lines}: {:?}", after.error);
            let asked: BTreeSet<String> = resumed.asked().into_iter().collect();
            let twice: Vec<&String> = asked.intersection(&finished).collect();
            assert!(twice.is_empty(), "{name}, cut after line {lines}: asked again {twice:?}");
            assert_eq!(asked.len(), resumed.asked().len(), "{name}, cut after line {lines}: asked twice in one run");
        }
    }
}

/// The journal of `run` up to so many lines, as a run of its own.
fn cut_off(runs_dir: &Path, run: &RunId, lines: usize) -> RunId {
    let name = format!("cut-{}-{lines:03}", run.as_str());
    let folder = runs_dir.join(&name);
    fs::create_dir_all(&folder).expect("a folder");
    let text = fs::read_to_string(runs_dir.join(run.as_str()).join(journal::FILE_NAME)).expect("a journal");
    let cut: String = text.split_inclusive('\n').take(lines).collect();
    fs::write(folder.join(journal::FILE_NAME), cut).expect("a file");
    name.parse().expect("a name")
}

/// The keys of the calls whose answers stand in the journal.
fn finished(runs_dir: &Path, run: &RunId) -> BTreeSet<String> {
    let run = runs::open(runs_dir, run).expect("a journal");
    let done = |agent: &runtime::AgentState| {
        let ended = agent.ended.and_then(|seq| run.event(seq));
        ended.is_some_and(|event| matches!(event.kind, EventKind::AgentDone { .. }))
    };
    let state = run.state();
    let queued = state.agents.iter().filter(|agent| done(agent)).filter_map(|agent| run.event(agent.queued));
    queued
        .filter_map(|event| match &event.kind {
            EventKind::AgentQueued { key, .. } => Some(key.to_string()),
            _ => None,
        })
        .collect()
}

/// The events without what differs from run to run.
fn steady(events: &[std::sync::Arc<runtime::Event>]) -> Vec<String> {
    let line = |event: &std::sync::Arc<runtime::Event>| {
        let mut event = serde_json::to_value(&**event).expect("plain data");
        for member in ["ms", "run", "script"] {
            event.as_object_mut().expect("an object").remove(member);
        }
        event.to_string()
    };
    events.iter().map(line).collect()
}
