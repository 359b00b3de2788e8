//! Both ways to spend inference inside each other: a recursive model as an agent, a workflow as a tool of cells.

use std::{fs, sync::Arc};

use expect_test::expect;
use serde_json::json;
use tempfile::TempDir;

use super::{Ran, Scripted, run_on, transcript};
use crate::{EventKind, RunSpec, SandboxCommand, Status};

const META: &str = "export const meta = { name: 'outer', description: 'A test' }\n";

/// A run of a script with saved workflows beside it.
fn scripted(body: &str, saved: &[(&str, &str)]) -> (RunSpec, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let workflows = folder.path().join(".claude/workflows");
    fs::create_dir_all(&workflows).unwrap();
    for (name, body) in saved {
        let meta = format!("export const meta = {{ name: '{name}', description: 'Saved' }}\n");
        fs::write(workflows.join(format!("{name}.js")), meta + body).unwrap();
    }
    let mut spec = RunSpec::new(folder.path().join("outer.js"), format!("{META}{body}"), folder.path().join("runs"));
    spec.sandbox = SandboxCommand::Thread;
    spec.workflow_dirs = Vec::new();
    (spec, folder)
}

async fn run(body: &str, saved: &[(&str, &str)], cells: &[&str]) -> Ran {
    let (spec, _folder) = scripted(body, saved);
    run_on(Scripted::new(cells), spec).await
}

/// Every call: its place in the structure, group and workflow, place in the script, label.
fn calls(ran: &Ran) -> String {
    let line = |event: &Arc<crate::Event>| match &event.kind {
        EventKind::AgentQueued { key, label, phase, workflow, at, .. } => {
            let group = [workflow.as_deref(), phase.as_deref()].map(|part| part.unwrap_or("-")).join(" | ");
            Some(format!("{} | {group} | {at} | {label}", key.path))
        }
        EventKind::RlmStarted { node, label, depth, contexts, at, .. } => {
            let label = label.as_deref().unwrap_or("-");
            let sizes: Vec<String> = contexts.iter().map(|c| format!("{}: {}", c.name, c.characters)).collect();
            Some(format!("{node} begins at depth {depth} | {at} | {label} | {}", sizes.join(", ")))
        }
        EventKind::RlmEnded { node, how, error, .. } => {
            Some(format!("{node} {how}{}", error.iter().map(|e| format!(": {e}")).collect::<String>()))
        }
        _ => None,
    };
    ran.events.iter().filter_map(line).collect::<Vec<_>>().join("\n")
}

/// What the index of past runs has for phases: of each call, its workflow and phase.
async fn kept_phases(body: &str, saved: &[(&str, &str)], cells: &[&str]) -> Vec<String> {
    let (mut spec, folder) = scripted(body, saved);
    spec.rlm.depth = 2;
    run_on(Scripted::new(cells), spec).await;
    let kept = crate::history::read(&folder.path().join("runs"), crate::history::Wanted::default()).unwrap();
    let name = |part: &Option<String>| part.as_deref().unwrap_or("-").to_owned();
    let phase = |call: &crate::history::PastCall| {
        format!("{} | {} | {}", name(&call.asked.workflow), name(&call.asked.phase), call.asked.label)
    };
    kept.runs[0].calls.iter().map(phase).collect()
}

#[tokio::test]
async fn turns_and_cells_are_kept_in_the_phase_of_their_model() {
    let body = "phase('Read')
await agent('plain')
return rlm({ question: 'q', context: 'c', workflows: ['deep'] })";
    let saved = [("deep", "phase('Inner')\nreturn rlm({ question: 'child', context: 'inner' })")];
    let cells = ["print(await llm_query('one'), await workflow('deep'))", "submit(1)"];
    expect![[r#"
        - | Read | plain
        - | Read | turn 1
        - | Read | one
        - | Read | turn 1
        - | Read | turn 2"#]]
    .assert_eq(&kept_phases(body, &saved, &cells).await.join("\n"));
}

#[tokio::test]
async fn an_agent_can_be_a_recursive_model() {
    let body = "const schema = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }
phase('Read')
const [a, b] = await parallel([
  () => agent('Count the words: one two', { rlm: {}, schema, label: 'count' }),
  () => agent('What is there?', { rlm: { context: ['x', 'y'], maxTurns: 3, budget: { calls: 5 } }, phase: 'Other' }),
])
return [a, b]";
    let cells = ["print(question, typeof context); await llm_query('look')", "submit({ n: ctx.length })"];
    let ran = run(body, &[], &cells).await;
    assert_eq!(ran.outcome.result, Some(json!([{ "n": 24 }, r#"{"n":16}"#])), "{:?}", ran.outcome.error);
    expect![[r#"
        parallel[0]/rlm[0] begins at depth 0 | 5:9 | count | context: 24
        parallel[0]/rlm[0]/turn[1] | - | parallel[0] › rlm[0] · turn 1 | 5:9 | count · turn 1
        parallel[1]/rlm[0] begins at depth 0 | 6:9 | - | context: 16
        parallel[1]/rlm[0]/turn[1] | - | parallel[1] › rlm[0] · turn 1 | 6:9 | turn 1
        parallel[0]/rlm[0]/turn[1].1 | - | parallel[0] › rlm[0] · turn 1 | 5:9 | look
        parallel[1]/rlm[0]/turn[1].1 | - | parallel[1] › rlm[0] · turn 1 | 6:9 | look
        parallel[0]/rlm[0]/turn[2] | - | parallel[0] › rlm[0] · turn 2 | 5:9 | count · turn 2
        parallel[1]/rlm[0]/turn[2] | - | parallel[1] › rlm[0] · turn 2 | 6:9 | turn 2
        parallel[0]/rlm[0] submitted
        parallel[1]/rlm[0] submitted"#]]
    .assert_eq(&calls(&ran));
}

#[tokio::test]
async fn what_an_agent_cannot_be_is_refused_with_a_way_out() {
    let error = |ran: &Ran| {
        let error = ran.outcome.error.clone().expect("it is refused");
        format!("{}: {}", error.at.expect("a place"), error.message)
    };
    let mut shown = Vec::new();
    for options in [
        "{ rlm: true }",
        "{ rlm: { question: 'x' } }",
        "{ rlm: { maxTurns: 101 } }",
        "{ rlm: {}, isolation: 'worktree' }",
        "{ rlm: { workflows: 'review' } }",
    ] {
        let ran = run(&format!("return agent('a', {options})"), &[], &[]).await;
        shown.push(error(&ran));
        assert_eq!(ran.outcome.totals.agents, 0);
    }
    let failed = run("return agent('a', { rlm: { maxTurns: 1 } })", &[], &["throw 1"]).await;
    shown.push(error(&failed));
    shown.push(calls(&failed));
    expect![[r#"
        2:8: TypeError: agent() option `rlm` is an object: its limits, and a `context` where the prompt is not all; `rlm: {}` will do
        2:8: TypeError: agent() option `rlm`: there is no option `question`; there are context, contexts, subModel, maxTurns, maxDepth, budget, workflows, direct
        2:8: TypeError: agent() option `rlm`: option `maxTurns` is a whole number from 1 to 100, the run's limit
        2:8: TypeError: agent() takes no `isolation` beside `rlm`: a recursive model has a REPL, not an agent's tools
        2:8: TypeError: agent() option `rlm`: option `workflows` is a list of names of saved workflows, or an object that says what each is for
        2:8: the turns are used up, and the answer named a variable `best` that does not hold plain data
        rlm[0] begins at depth 0 | 2:8 | - | context: 1
        rlm[0]/turn[1] | - | rlm[0] · turn 1 | 2:8 | turn 1
        rlm[0]/closing | - | rlm[0] · closing | 2:8 | closing
        rlm[0] failed: the turns are used up, and the answer named a variable `best` that does not hold plain data"#]].assert_eq(&shown.join("\n"));
}

const PAIR: (&str, &str) = (
    "pair",
    "phase('Two')
if (args.fail) throw new Error('no luck')
return parallel(args.names.map((name) => () => agent('greet ' + name)))",
);

#[tokio::test]
async fn a_cell_calls_the_workflows_it_is_given() {
    let body =
        "return rlm({ question: 'q', context: 'c', workflows: { pair: 'greets { names }' }, budget: { calls: 5 } })";
    let cells = [
        "print(await workflow('pair', { names: ['a', 'b'] }))\nprint(budget().calls.left)",
        "await workflow('review')",
        "const p = workflow('pair', { names: ['c'] })\nprint(p.length)",
        "try { await workflow('pair', { fail: true }) } catch (e) { print(e.name, e.kind, e.message) }",
        "print(await workflow('pair', { names: ['d', 'e', 'f'] }))",
        "workflow('pair', { names: ['g'] }).then(() => print('too late'))\nsubmit('over')",
    ];
    let ran = run(body, &[PAIR], &cells).await;
    expect![[r#"
        1[cell 1] ok, 0 calls
        ["re: greet a", "re: greet b"]
        3
        2[cell 1] failed, 0 calls
        UsageError: this REPL may not call the workflow "review"; those it may: pair. Whoever began it can allow more by the option `workflows`: go on without
          at line 1, column 15
            1 | await workflow('review')
              |               ^
        3[cell 1] failed, 0 calls
        UsageError: workflow(…) gives a promise, not the answer: add `await`
          at line 2, column 9
            2 | print(p.length)
              |         ^
        1 call was not awaited; the cell waited at its end
        New or changed: p Promise (add `await`)
        4[cell 1] ok, 0 calls
        LlmError workflow no luck
        5[cell 1] ok, 0 calls
        ["re: greet d", "re: greet e", null]
        6[cell 1] ok, 0 calls
        submitted
        rlm[0] submitted in 6
        answer "over"

        rlm[0] begins at depth 0 | 2:8 | - | context: 1
        rlm[0]/turn[1] | - | rlm[0] · turn 1 | 2:8 | turn 1
        rlm[0]/turn[1].1/workflow(pair)/parallel[0] | pair | Two | 4:48 | greet a
        rlm[0]/turn[1].1/workflow(pair)/parallel[1] | pair | Two | 4:48 | greet b
        rlm[0]/turn[2] | - | rlm[0] · turn 2 | 2:8 | turn 2
        rlm[0]/turn[3] | - | rlm[0] · turn 3 | 2:8 | turn 3
        rlm[0]/turn[3].1/workflow(pair)/parallel[0] | pair | Two | 4:48 | greet c
        rlm[0]/turn[4] | - | rlm[0] · turn 4 | 2:8 | turn 4
        rlm[0]/turn[5] | - | rlm[0] · turn 5 | 2:8 | turn 5
        rlm[0]/turn[5].1/workflow(pair)/parallel[0] | pair | Two | 4:48 | greet d
        rlm[0]/turn[5].1/workflow(pair)/parallel[1] | pair | Two | 4:48 | greet e
        rlm[0]/turn[6] | - | rlm[0] · turn 6 | 2:8 | turn 6
        rlm[0] submitted"#]].assert_eq(&format!("{}\n\n{}", transcript(&ran), calls(&ran)));
}

#[tokio::test]
async fn nothing_is_allowed_by_default_and_nothing_goes_on_without_end() {
    let body = "return rlm({ question: 'q', context: 'c' })";
    let ran = run(body, &[PAIR], &["await workflow('pair', {})", "submit(1)"]).await;
    expect![[r#"
        1[cell 1] failed, 0 calls
        UsageError: this REPL may not call the workflow "pair"; those it may: none. Whoever began it can allow more by the option `workflows`: go on without
          at line 1, column 15
            1 | await workflow('pair', {})
              |               ^
        2[cell 1] ok, 0 calls
        submitted
        rlm[0] submitted in 2
        answer 1"#]].assert_eq(&transcript(&ran));
    let saved = [
        ("deep", "return rlm({ question: 'child', context: 'inner' })"),
        ("parked", "await new Promise(() => {})"),
        ("again", "return workflow('deep')"),
    ];
    let body = "return rlm({ question: 'q', context: 'c', workflows: ['deep', 'parked', 'again', 'gone'] })";
    let cells = [
        "for (const name of ['deep', 'parked', 'again', 'gone']) try { print(await workflow(name)) } catch (e) { print(e.name, e.message) }",
        "submit(1)",
    ];
    let mut shown = Vec::new();
    for depth in [1, 2] {
        let (mut spec, _folder) = scripted(body, &saved);
        spec.rlm.depth = depth;
        let ran = run_on(Scripted::new(&cells), spec).await;
        assert_eq!(ran.outcome.status, Status::Ok, "{:?}", ran.outcome.error);
        shown.push(format!("{}\n{}", transcript(&ran), calls(&ran)));
    }
    expect![[r#"
        1[cell 1] ok, 0 calls
        LlmError TypeError: the recursive model that called this workflow is as deep as it may go, and this call would go deeper: use agent(), or raise its maxDepth
        LlmError the nested workflow waits for a promise that never settles: nothing it started is still under way
        LlmError TypeError: workflow() goes one level deep: a nested workflow cannot call another
        UsageError no workflow is saved under the name "gone"; known: again, deep, parked
        2[cell 1] ok, 0 calls
        submitted
        rlm[0] submitted in 2
        answer 1
        rlm[0] begins at depth 0 | 2:8 | - | context: 1
        rlm[0]/turn[1] | - | rlm[0] · turn 1 | 2:8 | turn 1
        rlm[0]/turn[2] | - | rlm[0] · turn 2 | 2:8 | turn 2
        rlm[0] submitted

        1[cell 1] ok, 0 calls
        submitted
        rlm[0]/turn[1].1/workflow(deep)/rlm[0] submitted in 1
        1[cell 1] ok, 0 calls
        child saw inner
        LlmError the nested workflow waits for a promise that never settles: nothing it started is still under way
        LlmError TypeError: workflow() goes one level deep: a nested workflow cannot call another
        UsageError no workflow is saved under the name "gone"; known: again, deep, parked
        2[cell 1] ok, 0 calls
        submitted
        rlm[0] submitted in 2
        answer 1
        rlm[0] begins at depth 0 | 2:8 | - | context: 1
        rlm[0]/turn[1] | - | rlm[0] · turn 1 | 2:8 | turn 1
        rlm[0]/turn[1].1/workflow(deep)/rlm[0] begins at depth 1 | 2:8 | - | context: 5
        rlm[0]/turn[1].1/workflow(deep)/rlm[0]/turn[1] | deep | rlm[0] › turn[1].1 › workflow(deep) › rlm[0] · turn 1 | 2:8 | turn 1
        rlm[0]/turn[1].1/workflow(deep)/rlm[0] submitted
        rlm[0]/turn[2] | - | rlm[0] · turn 2 | 2:8 | turn 2
        rlm[0] submitted"#]].assert_eq(&shown.join("\n\n"));
}

#[tokio::test]
async fn data_cannot_turn_an_agent_into_a_tree() {
    let (mut spec, _folder) = scripted("return agent('a', args.options)", &[]);
    spec.args = Some(json!({ "options": { "rlm": {} } }));
    let ran = run_on(Scripted::new(&["submit(1)"]), spec.clone()).await;
    let error = ran.outcome.error.expect("it is refused").message;
    assert!(error.starts_with("TypeError: agent() got the option `rlm` from data"), "{error}");
    assert_eq!(ran.outcome.totals.agents, 0);
    spec.source = spec.source.replace("args.options", "{ ...args.options, rlm: args.options.rlm }");
    assert_eq!(run_on(Scripted::new(&["submit(1)"]), spec).await.outcome.result, Some(json!("1")));
}

#[tokio::test]
async fn a_script_lets_trees_go_deeper_and_longer() {
    let ask = |options: &str| format!("return rlm({{ question: 'q', context: 'c', {options} }})");
    let cells = ["submit([budget().depth.left, budget().turns.left, await rlm_query('child', { context: ctx })])"];
    let deep = run(&ask("maxDepth: 3, maxTurns: 100"), &[], &cells).await;
    assert_eq!(deep.outcome.result, Some(json!([3, 99, "child saw c"])), "{:?}", deep.outcome.error);
    let usual = run(&ask(""), &[], &["submit([budget().depth.left, budget().turns.left])"]).await;
    assert_eq!(usual.outcome.result, Some(json!([1, 29])));
    for options in ["maxDepth: 4", "maxTurns: 101"] {
        assert!(run(&ask(options), &[], &cells).await.outcome.error.is_some(), "{options}");
    }
}
