//! A limit of L is never exceeded, not by one call, at whatever concurrency.

use std::time::Duration;

use models::ModelError;
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
fn a_budget_of_tokens_ends_in_an_error_a_cell_can_catch() {
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
