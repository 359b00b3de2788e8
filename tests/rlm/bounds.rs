//! A limit of L is never exceeded, not by one call, at whatever concurrency.

use std::{sync::Arc, time::Duration};

use models::{Model, ModelError, Reply, Request};
use runtime::{EventKind, RunSpec};
use serde_json::{Value, json};

use super::{Actor, run, spec, told};

/// Asks for more and more, catches everything, and finishes.
const GREEDY: [&str; 2] = [
    "let ok = 0
for (let round = 0; round < 5; round++) {
  const made = await llm_query_batched(Array.from({ length: 20 }, (_, i) => `q${round}.${i}`), { settle: true, confirm: true })
  ok += made.filter((m) => m.ok).length
}
print(ok)",
    "submit(ok)",
];

#[test]
fn a_limit_of_calls_is_never_exceeded() {
    for (limit, at_once) in [(2, 8), (7, 1), (7, 8), (30, 3), (30, 64), (60, 16)] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
        spec.limits.max_agents = limit;
        spec.concurrency = Some(at_once);
        let actor = Actor::echo(&GREEDY).slow(Duration::from_millis(3));
        let (outcome, _) = run(spec, actor.clone());
        assert!(actor.asked().len() as u64 <= limit, "{limit} at {at_once}: {}", actor.asked().len());
        // One in twenty, at least one, is held back for the root, so that what has begun can be finished.
        let open = limit - (limit / 20).max(1);
        assert_eq!(outcome.result, Some(json!(open - 1)), "{limit} at {at_once}: {:?}", outcome.error);
    }
}

#[test]
fn retries_and_failures_stay_within_the_limit() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
    spec.limits.max_agents = 12;
    spec.retry.attempts = 2;
    spec.retry.wait = Duration::from_millis(1);
    let cells = [
        "const made = await llm_query_batched(['a', 'b', 'busy'], { settle: true })
print(made.map((m) => m.ok || [m.error.kind, m.error.retryable, m.error.attempts]))",
        "submit('done')",
    ];
    let actor = Actor::new(&cells, |request| match request.prompt.as_str() {
        "busy" => Err(ModelError::Overloaded),
        prompt => Ok(Value::from(prompt)),
    });
    let (outcome, events) = run(spec, actor);
    assert_eq!(outcome.result, Some(json!("done")));
    assert!(told(&events)[0].contains("[true, true, [\"provider\", true, 2]]"), "{}", told(&events)[0]);
}

#[test]
fn a_child_takes_from_what_its_parent_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c", "budget": { "calls": 4 } }));
    spec.rlm.depth = 3;
    let cells = [
        "try { print(await rlm_query('go', { context: 'x' })) } catch (e) { print(e.name, e.message) }
try { print(await llm_query('one more')) } catch (e) { print(e.name, e.message) }",
        "submit(budget().calls.left)",
    ];
    let child = "let n = 0; try { for (;;) { await llm_query(`c${n}`); n++ } } catch (e) { submit(`${n} calls, then ${e.name}`) }";
    let (outcome, events) = run(spec, Actor::echo(&cells).child(child));
    let told = told(&events).join("\n");
    assert!(told.contains("3 calls, then BudgetError"), "{told}");
    assert!(told.contains("BudgetError this REPL may make 4 calls, and all are made"), "{told}");
    assert_eq!(outcome.result, Some(json!(0)));
}

#[test]
fn each_call_of_many_settles_by_itself() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c", "budget": { "calls": 2 } }));
    spec.rlm.prompt = 1000;
    let cells = [
        "const said = (made) => made.map((m) => m.value ?? `${m.reason.name}: ${m.reason.message.slice(0, 32)}`)
const all = await Promise.allSettled(['a', 'x'.repeat(2000), '', 'b', 'c'].map(llm_query))
print(said(all).join('\\n'))
print(said(await Promise.allSettled([llm_query(1), llm_query('d', { modle: 'm' }), workflow('none')])).join('\\n'))
print(await Promise.race([llm_query('e').catch((error) => error.name), 1]))",
        "llm_query('f'); const later = llm_query('g'); (async () => { throw new Error('mine') })()
1",
        "let late; try { await later } catch (error) { late = error.name }
submit(late)",
    ];
    let (outcome, events) = run(spec, Actor::echo(&cells));
    assert_eq!(outcome.result, Some(json!("BudgetError")), "{:?}", outcome.error);
    expect_test::expect![[r#"
        [cell 1] ok, 2 calls
        re: a
        UsageError: the prompt has 2000 characters w
        UsageError: the prompt is empty
        re: b
        BudgetError: this REPL may make 2 calls, and 
        UsageError: llm_query() takes its prompt as 
        UsageError: llm_query() has no option `modle
        UsageError: this REPL may not call the workf
        1
        New or changed: said function, all Array(5)
        [cell 1] ok, 0 calls
        => 1
        3 promises were rejected and nobody awaited them; the first: BudgetError: this REPL may make 2 calls, and all are made; finish with what there is
        New or changed: later Promise (add `await`)
        [cell 1] ok, 0 calls
        submitted
        New or changed: late string(11)"#]].assert_eq(&told(&events).join("\n"));
}

#[test]
fn a_large_batch_is_told_of_before_it_leaves() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
    spec.rlm.fan_out = 4;
    let again = spec.clone();
    let cells = [
        "const prompts = ['a', 'b', 'c', 'd', 'e', 'f']
try { await llm_query_batched(prompts) } catch (e) { print(e.name) }
await llm_query_batched(prompts.slice(0, 3))
await llm_query_batched(prompts, { confirm: true, model: 'claude-sonnet-5-5', max_tokens: 100 })",
        "submit(1)",
    ];
    let (outcome, events) = run(spec, Actor::echo(&cells));
    assert_eq!(outcome.result, Some(json!(1)), "{:?}", outcome.error);
    let at = |wanted: fn(&EventKind) -> bool| events.iter().position(|event| wanted(&event.kind)).expect("it is there");
    let told: Vec<&String> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Log { message } => Some(message),
            _ => None,
        })
        .collect();
    expect_test::expect![[r#"
        [
            "rlm[0] turn 1: a batch of 6 calls leaves, about 6 tokens to read, at most <$0.01 (estimated tokens, the most output a call can have, list prices)",
        ]"#]]
    .assert_eq(&format!("{told:#?}"));
    let bare = ["await llm_query_batched(['a', 'b', 'c', 'd', 'e'], { confirm: true })\nsubmit(1)"];
    for (model, cost) in [
        (None, ", list prices, no model named = claude-sonnet-5-5 (assumed))"),
        (Some("tiny-local"), ", at a price that is not known"),
    ] {
        let (_, events) = run(RunSpec { model: model.map(str::to_owned), ..again.clone() }, Actor::echo(&bare));
        let said = events.iter().find_map(|event| match &event.kind {
            EventKind::Log { message } => Some(message.clone()),
            _ => None,
        });
        assert!(said.as_ref().is_some_and(|said| said.ends_with(cost)), "{said:?}");
    }
    let queued = |kind: &EventKind| matches!(kind, EventKind::AgentQueued { prompt, .. } if prompt == "f");
    assert!(at(|kind| matches!(kind, EventKind::Log { .. })) < at(queued), "before, not after");
}

#[test]
fn a_budget_of_dollars_ends_in_an_error_a_cell_can_catch() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
    spec.price = Some(std::sync::Arc::new(|_, _| Some(analysis::units::Usd(1.0))));
    spec.limits.budget_usd = Some(analysis::units::Usd(2.5));
    let cells = [
        "let said\ntry { await llm_query('a'); await llm_query('b') } catch (e) { said = `${e.name}: ${e.message}` }\nsubmit(said)",
    ];
    let (outcome, _) = run(spec, Actor::echo(&cells));
    let said = outcome.result.unwrap_or_default();
    assert!(
        said.as_str().is_some_and(|s| s.starts_with("BudgetError: the run's budget of $2.50 is used up")),
        "{said}"
    );
}

/// The same answers in real time.
struct Real(Arc<Actor>);

impl Model for Real {
    fn answer(&self, request: Request) -> Reply<'_> {
        self.0.answer(request)
    }
}

#[test]
fn a_call_says_how_long_its_answer_may_be_and_how_long_it_may_take() {
    let cells = [
        "const said = (e) => [e.name, e.kind, e.retryable, e.attempts, e.message]
const made = await llm_query_batched(['plain', { prompt: 'short', max_tokens: 9 }, { prompt: 'late', timeout_ms: 1 }], { settle: true })
print(made.map((m) => m.ok ? m.value : said(m.error)))
for (const options of [{ max_tokens: 0 }, { timeout_ms: 'long' }]) try { await llm_query('x', options) } catch (e) { print(e.message) }
try { await rlm_query('x', { timeout_ms: 5 }) } catch (e) { print(e.message.slice(0, 44)) }
print(plan(['a', { prompt: 'b', max_tokens: 50 }]).tokens_out_max, plan(['a'], { max_tokens: 7 }).tokens_out_max)",
        "submit('done')",
    ];
    let actor = || {
        let most = |request: &Request| Ok(json!(format!("{:?}", request.max_output.map(|tokens| tokens.0))));
        Actor::new(&cells, most).slow(Duration::from_millis(400))
    };
    for model in [actor() as Arc<dyn Model>, Arc::new(Real(actor()))] {
        let folder = tempfile::tempdir().expect("a folder");
        let (outcome, events) = run(spec(&folder, json!({ "question": "q", "context": "c" })), model);
        assert_eq!(outcome.result, Some(json!("done")), "{:?}", outcome.error);
        expect_test::expect![[r#"
            [cell 1] ok, 4 calls
            ["None", "Some(9)", ["LlmError", "timeout", true, 1, "no answer came within 1 ms, the limit of this call"]]
            option `max_tokens` is a whole number from 1 on
            option `timeout_ms` is a whole number from 1 on
            no answer came within 5 ms, the limit of thi
            32050 7
            New or changed: said function, made Array(3)"#]]
        .assert_eq(&told(&events)[0]);
    }
}

#[test]
fn what_was_spent_is_told_alike_when_a_run_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c".repeat(4000) }));
    spec.limits.budget_tokens = Some(analysis::units::Tokens(100_000));
    spec.limits.budget_usd = Some(analysis::units::Usd(2.0));
    spec.price = Some(Arc::new(|_, _| Some(analysis::units::Usd(0.01))));
    let cells = [
        "const before = budget()
await llm_query('a', { context: ctx })
const after = budget()
print(after.tokens.used - before.tokens.used, after.usd.used > before.usd.used, after.tokens.limit, after.usd.limit)
print(after.tokens.used + after.tokens.left, Math.round((after.usd.used + after.usd.left) * 100))
print(before, after)",
        "submit(budget().tokens.used)",
    ];
    let (first, events) = run(spec.clone(), Actor::echo(&cells));
    // The answer repeats the prompt: 4,000 bytes and a few.
    let said = told(&events)[0].clone();
    assert!(said.starts_with("[cell 1] ok, 1 call\n1007 true 100000 2\n100000 200\n"), "{said}");
    let prompts = events.iter().filter_map(|event| match &event.kind {
        EventKind::AgentQueued { prompt, .. } => prompt.lines().rfind(|line| line.starts_with("== Turn ")),
        _ => None,
    });
    let turns: Vec<&str> = prompts.collect();
    expect_test::expect![[r#"
        == Turn 1/30 · depth 0/1 · calls 0/1000 · 100,000 output tokens left · $2.00 left
        == Turn 2/30 · depth 0/1 · calls 2/1000 · 98,909 output tokens left · $1.98 left"#]]
    .assert_eq(&turns.join("\n"));
    let (resumed, again) = run(RunSpec { resume: Some(first.run), ..spec }, Actor::echo(&cells));
    assert_eq!((resumed.totals.cached, told(&again)), (3, told(&events)));
    assert!(
        resumed.result == first.result && resumed.result.as_ref().and_then(Value::as_u64) > Some(1007),
        "{:?}",
        resumed.result
    );
}
