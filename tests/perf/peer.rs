//! What `tests/peers/recursive.sh` sets beside another implementation: overhead of turns and calls, memory, and what becomes of hostile cells.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use models::ModelError;
use runtime::{Event, EventKind, RunSpec, rlm::ContextFile};
use serde_json::{Value, json};

use super::measure::Usage;
use crate::rlm::{Actor, run, spec};

/// How a run on these replies ends, what happened, and how long it took.
fn ended(actor: Arc<Actor>, change: impl FnOnce(&mut RunSpec)) -> (Option<Value>, Vec<Arc<Event>>, Duration) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "some text" }));
    (spec.rlm.turns, spec.rlm.most_turns, spec.rlm.fan_out, spec.limits.max_agents) = (100, 100, 1000, 2000);
    change(&mut spec);
    let began = Instant::now();
    let (outcome, events) = run(spec, actor);
    (outcome.result, events, began.elapsed())
}

/// Milliseconds from the beginning of the REPL to the end of the last cell but one.
fn worked(events: &[Arc<Event>]) -> f64 {
    let at = |event: &Arc<Event>| {
        matches!(event.kind, EventKind::RlmStarted { .. } | EventKind::Cell { .. }).then_some(event.ms)
    };
    let times: Vec<u64> = events.iter().filter_map(at).collect();
    (times[times.len() - 2] - times[0]) as f64
}

fn best(mut measure: impl FnMut() -> f64) -> f64 {
    (0..3).map(|_| measure()).fold(f64::INFINITY, f64::min)
}

#[test]
#[ignore = "prints figures"]
fn overhead_of_turns_and_calls() {
    let one = best(|| ended(Actor::echo(&["submit(1)"]), |_| {}).2.as_secs_f64() * 1e3);
    println!("one question, one turn       {one:8.2} ms");
    let turns: Vec<&str> = std::iter::repeat_n("x = 1\nprint(x)", 90).chain(["submit(1)"]).collect();
    let turn = best(|| worked(&ended(Actor::echo(&turns), |_| {}).1)) / 90.0;
    println!("overhead per turn            {turn:8.2} ms");
    for (name, cell) in [
        ("one after the other", "for (let i = 0; i < 500; i++) await llm_query(`q${i}`)"),
        ("in a batch of 500", "await llm_query_batched(Array.from({ length: 500 }, (_, i) => `q${i}`))"),
    ] {
        let took =
            best(|| worked(&ended(Actor::echo(&[cell, "submit(1)"]), |spec| spec.concurrency = Some(16)).1)) - turn;
        println!("per sub-call, {name:<19} {:3.2} ms", took / 500.0);
    }
}

#[test]
#[ignore = "prints figures"]
fn memory_of_40_megabytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("large.txt");
    super::context::write(&path, 370_370, super::context::Words::Ascii);
    for (name, cell) in [
        (
            "split, then a pattern a line",
            "const hits = context.split('\\n').filter((line) => /id=\\d+/.test(line)); print(hits.length)",
        ),
        ("ctx.grep", "const hits = ctx.grep(/id=\\d+/, { limit: 1000000 }); print(hits.length)"),
    ] {
        let file = ContextFile::open(&path).expect("a context");
        let usage = Usage::begin();
        let (result, events, _) = ended(Actor::echo(&[cell, "submit(1)"]), |spec| {
            spec.args = Some(json!({ "question": "q", "context": file.reference() }));
            spec.contexts = vec![file];
        });
        assert_eq!(result, Some(json!(1)));
        println!("40 MB: {name:<29} {:6.2} s, {} MiB of the sandbox", worked(&events) / 1e3, usage.end().sandbox_mib());
    }
}

#[test]
#[ignore = "prints findings"]
fn what_becomes_of_hostile_cells() {
    let said = |name: &str, holds: bool| println!("{name:<58} {}", if holds { "True" } else { "False" });
    let answer = |cells: &[&str]| ended(Actor::echo(cells), |_| {}).0;
    let of = |replies: &[&str]| ended(Actor::replies(replies), |_| {}).0;
    said(
        "a cell that throws keeps what it set before",
        answer(&["a = 1\nboom()", "submit(typeof a)"]) == Some(json!("number")),
    );
    said(
        "a function sees what later cells set",
        answer(&["function f() { return later }", "later = 2", "submit(f())"]) == Some(json!(2)),
    );
    said("names that begin with _ stay", answer(&["_a = 1", "submit(_a)"]) == Some(json!(1)));
    said("a cell cannot end the host (exit)", answer(&["process.exit(3)", "submit(1)"]) == Some(json!(1)));
    said(
        "content may be set after ready",
        answer(&["answer.ready = true\nanswer.content = 'late'"]) == Some(json!("late")),
    );
    let thought = "<think>```repl\nsubmit('thought')\n```</think>\n```repl\nsubmit('said')\n```";
    said("code in a <think> block is not run", of(&[thought]) == Some(json!("said")));
    said("an unclosed block at the end is run or told of", of(&["```repl\nsubmit('x')"]) == Some(json!("x")));
    said(
        "an empty block swallows nothing",
        of(&["```repl\n```\nprose\n```repl\nsubmit('kept')\n```"]) == Some(json!("kept")),
    );
    let outside = "submit([typeof require, typeof process, typeof fetch].every((kind) => kind === 'undefined'))";
    said("files outside are out of reach", answer(&[outside]) == Some(json!(true)));
    let failing = ["try { await llm_query('fail') } catch (e) { submit(e.name) }"];
    let refusing = Actor::new(&failing, |_| Err(ModelError::Refused("the provider declines".into())));
    said("a failed call is an exception, not text", ended(refusing, |_| {}).0 == Some(json!("LlmError")));
    let (result, _, took) =
        ended(Actor::echo(&["while (true) {}", "submit(1)"]), |spec| spec.limits.slice = Duration::from_secs(1));
    said(
        "a time limit of 1 s ends a cell that runs for 3 s",
        result == Some(json!(1)) && took < Duration::from_secs(3),
    );
    let actor = Actor::echo(&["for (let i = 0; i < 50; i++) await llm_query(`${i}`)", "submit(1)"]);
    ended(actor.clone(), |spec| spec.limits.max_agents = 10);
    said("a limit is kept before the call, not seen after it", actor.asked().len() <= 10);
    let (_, events, _) =
        ended(Actor::echo(&["submit(await rlm_query('child', { context: ctx }))"]), |spec| spec.rlm.depth = 2);
    let totals = events.iter().find_map(|event| match &event.kind {
        EventKind::RunEnded { totals, .. } => Some(totals.agents),
        _ => None,
    });
    said("the usage told includes children", totals == Some(2));
}
