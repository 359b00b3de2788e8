//! What REPLs below another may take, and what becomes of those that find nothing.

use std::{sync::Arc, time::Duration};

use models::{Answer, Model, ModelError, Reply, Request};
use runtime::Status;
use serde_json::{Value, json};

use super::{Actor, answered, is_root, run, spec};

#[test]
fn a_child_that_finds_nothing_is_an_error_in_its_slot() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
    (spec.rlm.depth, spec.rlm.errors) = (2, 2);
    let cells = [
        "const ask = (prompts, more) => rlm_query_batched(prompts.map((context) => ({ prompt: `child ${context}`, context })), more)
const said = (slot) => slot.ok ? slot.value : [slot.error.name, slot.error.kind, slot.error.message]
const some = (await ask(['good', 'bad', 'fine'], { settle: true })).map(said)
let thrown; try { await ask(['bad', 'worse']) } catch (e) { thrown = [e.name, e.results, e.errors.map((one) => one.index)] }
submit({ some, thrown, one: await ask(['only']), none: await ask([]), alone: await rlm_query('child', { context: 'last' }) })",
    ];
    let child = "if (context.includes('bad') || context === 'worse') throw new Error(`no ${context}`)\nsubmit(`read ${context}`)";
    let (answer, told) = answered(spec, Actor::echo(&cells).child(child));
    let lost = "2 turns in a row went wrong; the last one: no bad";
    let expected = json!({
        "some": ["read good", ["LlmError", "rlm", lost], "read fine"],
        "thrown": ["BatchError", [null, null], [0, 1]], "one": ["read only"], "none": [], "alone": "read last",
    });
    assert_eq!(answer, expected, "{}", told.join("\n"));
}

#[test]
fn a_child_gets_no_more_than_is_left_and_may_be_given_less() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c", "maxTurns": 7, "workflows": ["a"] }));
    spec.rlm.depth = 3;
    let cells = [
        "const wrong = []
for (const options of [{ budget: { calls: 0 } }, { budget: { usd: 0 } }, { budget: { dollars: 1 } }, { max_turns: 8 }, { max_turns: 0 }, { max_depth: 3 }, { workflows: ['b'] }, { tools: [] }]) {
  try { await rlm_query('x', options) } catch (e) { wrong.push(e.message) }
}
print(wrong.join('\\n'))
const all = await rlm_query('all')
submit([all, await rlm_query('less', { max_turns: 2, max_depth: 0, budget: { calls: 5 } })])",
    ];
    let child = "const { turns, depth, calls } = budget(); submit([turns.left, depth.left, calls.left])";
    let (answer, told) = answered(spec, Actor::echo(&cells).child(child));
    assert_eq!(answer, json!([[6, 2, 998], [1, 0, 5]]), "{}", told.join("\n"));
    expect_test::expect![[r#"
        [cell 1] ok, 2 calls
        `calls` of option `budget` is a whole number from 1 on
        `usd` of option `budget` is a number above 0
        option `budget` has no member `dollars`; it has calls, tokens, usd, ms
        option `max_turns` is a whole number from 1 to 7, the run's limit
        option `max_turns` is a whole number from 1 to 7, the run's limit
        option `max_depth` is a whole number from 0 to 2, the run's limit
        option `workflows` names "b", which this REPL may not call itself
        rlm_query() has no option `tools`; it has context, schema, model, system, label, effort, cache, max_tokens, timeout_ms, max_depth, max_turns, budget, workflows
        submitted
        New or changed: wrong Array(8), all Array(3)"#]].assert_eq(told.last().expect("a cell").as_str());
}

#[test]
fn errors_count_only_in_a_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
    spec.rlm.errors = 2;
    let cells = ["a.b", "let ok = 1", "a.b", "ok++", "1 +", "submit(ok)"];
    assert_eq!(answered(spec, Actor::echo(&cells)).0, 2);
}

/// In real time: the root answers at once, others after so long.
struct After(Arc<Actor>, Duration);

impl Model for After {
    fn answer(&self, request: Request) -> Reply<'_> {
        let wait = if is_root(&request) { Duration::ZERO } else { self.1 };
        Box::pin(async move {
            tokio::time::sleep(wait).await;
            self.0.answer(request).await
        })
    }
}

#[test]
fn the_clock_of_a_run_ends_its_whole_tree_and_calls_under_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
    spec.rlm.depth = 2;
    spec.limits.wall = Some(Duration::from_millis(1500));
    let cells = ["try { await rlm_query('child', { context: ctx }) } catch {}\nsubmit('caught')"];
    let actor = Actor::echo(&cells).child("try { await llm_query('forever') } catch {}\nsubmit('caught')");
    let (outcome, _) = run(spec, Arc::new(After(actor.clone(), Duration::from_secs(3600))));
    assert_eq!(outcome.status, Status::Failed);
    let error = outcome.error.expect("a reason").message;
    assert_eq!(error, "the run took longer than its limit of 1500 ms");
    let asked = actor.asked();
    assert!(asked.iter().all(|key| key.contains("turn[")) && asked.len() == 2, "the call was not answered: {asked:?}");
}

#[test]
fn waiting_is_not_charged_to_a_cell() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
    spec.limits.slice = Duration::from_millis(800);
    let model = After(Actor::echo(&["submit(await llm_query('slow'))"]), Duration::from_millis(2000));
    assert_eq!(answered(spec, Arc::new(model)).0, "re: slow");
}

#[test]
fn output_tokens_bound_the_tree() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
    spec.limits.budget_tokens = Some(analysis::units::Tokens(100));
    let cells = [
        "const said = []
for (let i = 0; i < 9; i++) try { said.push(await llm_query(`q${i}`)) } catch (e) { said.push(`${e.name}: ${e.message}`); break }
submit(said)",
    ];
    let (answer, _) = answered(spec, Arc::new(Counted(Actor::echo(&cells))));
    // Root, q0 and q1 take 30 each, q2 the rest but for the share that is held back for the root.
    let expected = ["re: q0", "re: q1", "re: q2", "BudgetError: the budget of 100 output tokens is used up (95 spent)"];
    assert_eq!(answer, json!(expected));
}

#[test]
fn a_retry_is_a_call() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
    (spec.limits.max_agents, spec.retry.attempts, spec.retry.wait) = (10, 4, Duration::from_millis(1));
    let cells = ["const made = await llm_query_batched(['busy 1', 'busy 2', 'busy 3'], { settle: true })
submit(made.map((m) => [m.error.name, m.error.kind]))"];
    let actor = Actor::new(&cells, |_| Err(ModelError::Overloaded));
    let (answer, _) = answered(spec, actor.clone());
    assert_eq!(actor.asked().len(), 9, "one is held back for the root: {:?}", actor.asked());
    let names: Vec<&Value> = answer.as_array().expect("a list").iter().map(|said| &said[0]).collect();
    assert!(names.contains(&&json!("BudgetError")), "{answer}");
}

#[test]
fn answers_that_fit_no_schema_are_an_error_and_not_a_hang() {
    let folder = tempfile::tempdir().expect("a folder");
    let spec = spec(&folder, json!({ "question": "q", "context": "c" }));
    let schema = "{ type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }";
    let cell = format!(
        "const slots = await llm_query_batched(['odd', 'even'].map((prompt) => ({{ prompt, schema: {schema} }})), {{ settle: true }})
submit(slots.map((s) => s.ok ? s.value : [s.error.name, s.error.kind, s.error.attempts]))"
    );
    let actor = Actor::new(&[&cell], |request| {
        Ok(if request.prompt == "even" { json!({ "n": 2 }) } else { json!("{\"n\": ") })
    });
    assert_eq!(answered(spec, actor).0, json!([["LlmError", "schema", 5], { "n": 2 }]));
}

#[test]
fn one_at_a_time_is_one_at_a_time() {
    for (concurrency, most) in [(1, 1), (3, 3), (500, 8)] {
        let folder = tempfile::tempdir().expect("a folder");
        let cell = format!(
            "const answers = await llm_query_batched(Array.from({{ length: 12 }}, (_, i) => `q${{i}}`), {{ concurrency: {concurrency} }})
submit(answers.every((a, i) => a === `re: q${{i}}`))"
        );
        let seen = Arc::new(super::conformance::Seen::of(&[&cell]));
        let (answer, _) = answered(spec(&folder, json!({ "question": "q", "context": "c" })), seen.clone());
        assert_eq!((answer, seen.most()), (json!(true), most));
    }
}

/// Each answer of a sub-model counts with 30 output tokens, or as many as it may have.
struct Counted(Arc<Actor>);

impl Model for Counted {
    fn answer(&self, request: Request) -> Reply<'_> {
        Box::pin(async move {
            let most = request.max_output.unwrap_or(analysis::units::Tokens(30));
            let output = most.min(analysis::units::Tokens(30));
            let answer = self.0.answer(request).await?;
            Ok(Answer { usage: models::Usage { output, ..models::Usage::default() }, ..answer })
        })
    }
}

#[test]
fn tokens_and_dollars_of_a_child_are_its_own_and_out_of_its_parents() {
    let child = "const said = []
for (let i = 0; i < 9; i++) try { said.push(await llm_query(`q${i}`)) } catch (e) { said.push(`${e.name}: ${e.message}`); break }
submit([...said, budget().tokens.left, budget().usd.left])";
    // What is left by a fraction of a dollar buys one more token.
    for (options, more, expected) in [
        ("{ budget: { tokens: 100 } }", "", "this recursive model's budget of 100 output tokens is used up (95 spent)"),
        ("{ max_tokens: 100 }", "", "this recursive model's budget of 100 output tokens is used up (95 spent)"),
        ("{ budget: { usd: 1 } }", "\"re: q3\", ", "this recursive model's budget of $1.00 is used up"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
        spec.rlm.depth = 2;
        spec.price = Some(Arc::new(|_, usage| Some(analysis::units::Usd(usage.output.0 as f64 / 100.0))));
        let cells = [
            &*format!(
                "print(await rlm_query('child', {options})); print(await llm_query('mine'), await rlm_query('other', {options}))"
            ),
            "submit(1)",
        ];
        let (_, told) = answered(spec, Arc::new(Counted(Actor::echo(&cells).child(child))));
        let said = format!("\"re: q2\", {more}\"BudgetError: {expected}\"");
        let first = told.iter().rev().find(|told| told.contains("re: mine")).expect("the parent goes on");
        assert_eq!(first.matches(&said).count(), 2, "{options}: {}", told.join("\n"));
    }
}

#[test]
fn the_time_of_a_child_ends_its_calls() {
    for (child, options, expected) in [
        (
            "try { await llm_query('forever') } catch (e) { submit(`${e.name} ${e.kind}`) }",
            "{ timeout_ms: 700 }",
            "LlmError timeout",
        ),
        ("try { await llm_query('forever') } catch {}", "{ budget: { ms: 700 } }", "LlmError rlm"),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
        spec.rlm.depth = 2;
        let cells = [format!(
            "let said; try {{ said = await rlm_query('child', {options}) }} catch (e) {{ said = `${{e.name}} ${{e.kind}}` }}\nsubmit(said)"
        )];
        let actor = Actor::echo(&[&cells[0]]).child(child);
        let (answer, told) = answered(spec, Arc::new(After(actor, Duration::from_secs(3600))));
        assert_eq!(answer, json!(expected), "{}", told.join("\n"));
    }
}

#[test]
fn limits_of_a_child_that_goes_no_deeper_are_those_of_the_call() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
    spec.price = Some(Arc::new(|_, usage| Some(analysis::units::Usd(usage.output.0 as f64 / 100.0))));
    let cells = ["const ask = (options) => rlm_query('how many?', { ...options, cache: 'off' })
submit([await ask({ budget: { tokens: 9 } }), await ask({ max_tokens: 8, budget: { tokens: 9 } }), await ask({ budget: { usd: 0.07 } })])"];
    let most = |request: &Request| Ok(json!(request.max_output.map(|tokens| tokens.0).unwrap_or_default().to_string()));
    assert_eq!(answered(spec, Actor::new(&cells, most)).0, json!(["9", "8", "6"]), "one in twenty is held back");
}
