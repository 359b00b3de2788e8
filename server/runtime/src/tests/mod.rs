//! Whole runs on a simulated model, the script on a thread: what the pieces do together.

mod accounts;
mod control;
mod rlm;
mod simulating;

use std::{fs, sync::Arc, time::Duration};

use models::{Latency, Simulated};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Event, EventKind, Outcome, RunSpec, SandboxCommand, Status, start};

const META: &str = "export const meta = { name: 'test', description: 'A test' };\n";

struct Ran {
    outcome: Outcome,
    events: Vec<Arc<Event>>,
    folder: TempDir,
}

fn spec(body: &str) -> (RunSpec, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let mut spec = RunSpec::new(folder.path().join("test.js"), format!("{META}{body}"), folder.path().join("runs"));
    spec.sandbox = SandboxCommand::Thread;
    (spec, folder)
}

async fn run_on(model: Simulated, (spec, folder): (RunSpec, TempDir)) -> Ran {
    let handle = start(spec, Arc::new(model)).unwrap();
    let mut events = handle.subscribe(1);
    let mut seen = Vec::new();
    while let Some(event) = events.next().await {
        seen.push(event);
    }
    Ran { outcome: handle.wait().await, events: seen, folder }
}

async fn run(body: &str) -> Ran {
    run_on(Simulated::new(1), spec(body)).await
}

async fn result(body: &str) -> Value {
    let outcome = run(body).await.outcome;
    assert_eq!(outcome.error, None);
    outcome.result.unwrap()
}

async fn error(body: &str) -> String {
    let error = run(body).await.outcome.error.unwrap();
    let place = error.at.map(|at| format!("{at}: ")).unwrap_or_default();
    format!("{place}{}", error.message)
}

#[tokio::test]
async fn a_script_calls_agents_and_returns() {
    let ran =
        run("phase('Scan');\nlog('hi');\nconst a = await agent('one', { label: 'first' });\nreturn a.length > 10")
            .await;
    assert_eq!(ran.outcome.result, Some(json!(true)));
    let shown: Vec<&str> = ran
        .events
        .iter()
        .map(|e| match &e.kind {
            EventKind::RunStarted { .. } => "started",
            EventKind::Phase { .. } => "phase",
            EventKind::Log { .. } => "log",
            EventKind::AgentQueued { at, label, phase, .. } => {
                assert_eq!((at.line, at.column, label.as_str(), phase.as_deref()), (4, 17, "first", Some("Scan")));
                "queued"
            }
            EventKind::AgentStarted { .. } => "left",
            EventKind::AgentDone { .. } => "done",
            EventKind::RunEnded { status: Status::Ok, .. } => "ended",
            _ => "?",
        })
        .collect();
    assert_eq!(shown, ["started", "phase", "log", "queued", "left", "done", "ended"]);
    assert_eq!(ran.outcome.totals.agents, 1);
}

const BUSY: &str = "
const schema = { type: 'object', required: ['found'], properties: { found: { type: 'array', maxItems: 4,
  items: { type: 'object', required: ['title'], properties: { title: { type: 'string' } } } } } };
const reports = await pipeline(['a', 'b', 'c'],
  (d) => agent('Review ' + d, { schema, phase: 'Review' }),
  (r) => parallel(r.found.map((f) => () => agent('Refute ' + f.title, { phase: 'Refute' }))));
return reports;";

/// The events as lines, without what differs from run to run.
fn lines(ran: &Ran) -> String {
    let line = |event: &Arc<Event>| {
        let mut event = serde_json::to_value(&**event).unwrap();
        for member in ["ms", "run", "script"] {
            event.as_object_mut().unwrap().remove(member);
        }
        event.to_string()
    };
    ran.events.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn runs_repeat_to_the_byte() {
    let latency = Latency::Between(Duration::ZERO, Duration::from_millis(20));
    for model in [Simulated::new(3), Simulated { latency, failure_rate: 0.2, ..Simulated::new(3) }] {
        let first = lines(&run_on(model.clone(), spec(BUSY)).await);
        assert!(first.contains("pipeline[1].1/parallel[0]"), "{first}");
        for _ in 0..3 {
            assert_eq!(lines(&run_on(model.clone(), spec(BUSY)).await), first);
        }
    }
}

#[tokio::test]
async fn the_journal_holds_what_was_seen() {
    let ran = run(BUSY).await;
    let recorded = crate::runs::open(&ran.folder.path().join("runs"), &ran.outcome.run).unwrap();
    assert_eq!(recorded.recording.events, ran.events);
    assert_eq!(recorded.state().totals, ran.outcome.totals);
    let result: Value =
        serde_json::from_str(&fs::read_to_string(recorded.folder.join("result.json")).unwrap()).unwrap();
    assert_eq!(Some(result), ran.outcome.result);
}

#[tokio::test]
async fn combinators_keep_order_and_tell_what_they_drop() {
    let ran = run("return parallel([async () => 1, () => { throw new Error('no luck') }, () => 3])").await;
    assert_eq!(ran.outcome.result, Some(json!([1, null, 3])));
    let dropped = ran.events.iter().find_map(|e| match &e.kind {
        EventKind::Dropped { from, index, reason, at, .. } => Some(format!("{from}[{index}] at {at}: {reason}")),
        _ => None,
    });
    assert_eq!(dropped.as_deref(), Some("parallel[1] at 2:47: no luck"));
    assert_eq!(ran.outcome.totals.dropped, 1);
    assert_eq!(
        result("return pipeline([1, 2], (n) => n + 1, async (n, item, i) => [n, item, i], (x) => x[1] > 1 ? x : null)")
            .await,
        json!([null, [3, 2, 1]])
    );
}

#[tokio::test]
async fn null_is_not_undefined() {
    let ran = run("return null").await;
    assert_eq!(ran.outcome.result, Some(Value::Null));
    let recorded = crate::runs::open(&ran.folder.path().join("runs"), &ran.outcome.run).unwrap();
    assert_eq!(recorded.state().result(), Some(&Value::Null));
    let (mut spec, folder) = spec("return args === null");
    spec.args = Some(Value::Null);
    assert_eq!(run_on(Simulated::new(1), (spec, folder)).await.outcome.result, Some(json!(true)));
}

#[tokio::test]
async fn errors_stand_where_they_were_made() {
    let shown = [
        error("const x = null;\n  x.foo.bar;").await,
        error("await agent('');").await,
        error("await agent('a', { effort: 'most' });").await,
        error("await parallel([agent('a')]);").await,
        error("await pipeline(3, (x) => x);").await,
        error("const f = () => {\n  throw new RangeError('far');\n};\nawait null;\nf();").await,
        error("await agent('a');\nnowhere();").await,
        error("await agent('a');\n\nconst x = null; x.y;").await,
        error("'é🚀日本'; null.foo;").await,
        error("throw 'words';").await,
        error("throw { code: 7 };").await,
        error("return { a: [{ f: () => 1 }] };").await,
        error("agent('left alone');\nreturn 1;").await,
        error("await new Promise(() => {});").await,
        error("const now = Date; new now();").await,
        error("const f = () => f() + 1; f();").await,
        error("await null; const f = () => f() + 1; f();").await,
        error("async function* g() { await null; const f = () => f() + 1; f(); yield 1 } for await (const x of g()) ;")
            .await,
        error("return [].constructor.constructor('return 1')();").await,
        error("return workflow('nobody');").await,
        error("throw new Error(Object.getOwnPropertyNames(globalThis).sort().join(' '))").await,
    ];
    expect_test::expect![[r#"
        3:5: TypeError: cannot convert 'null' or 'undefined' to object
        2:7: TypeError: agent() needs a prompt; got an empty string
        2:7: TypeError: agent() option `effort` must be one of low, medium, high, xhigh, max; got "most"
        2:15: TypeError: parallel() takes functions, but item 0 is a promise: wrap the call, `() => agent(…)`
        2:15: TypeError: pipeline() takes an array of items first; got number
        3:9: RangeError: far
        3:1: ReferenceError: nowhere is not defined
        4:19: TypeError: cannot convert 'null' or 'undefined' to object
        2:14: TypeError: cannot convert 'null' or 'undefined' to object
        the script threw "words"
        the script threw {"code":7}
        the result at `a[0].f` is a function, which JSON cannot say; give plain data
        2:1: an agent was still at work when the script returned, and nobody waited: add `await` to it (at 2:1)
        the script waits for a promise that never settles: nothing it started is still under way
        2:19: TypeError: new Date() is not available in a workflow script: a run must be able to repeat; pass times in through args
        2:11: the script calls itself too deep (limit: 4000 calls); use a loop
        2:23: the script calls itself too deep (limit: 4000 calls); use a loop
        2:45: the script calls itself too deep (limit: 4000 calls); use a loop
        2:34: TypeError: text cannot be run as code in a workflow script; write the code into the script
        2:8: no workflow is saved under the name "nobody"; there are none
        2:7: AggregateError Array ArrayBuffer Atomics BigInt BigInt64Array BigUint64Array Boolean DataView Date Error EvalError FinalizationRegistry Float32Array Float64Array Function Infinity Int16Array Int32Array Int8Array Iterator JSON Map Math NaN Number Object Promise Proxy RangeError ReferenceError Reflect RegExp Set SharedArrayBuffer String Symbol SyntaxError TypeError URIError Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakRef WeakSet agent args budget decodeURI decodeURIComponent encodeURI encodeURIComponent escape eval globalThis isFinite isNaN log parallel parseFloat parseInt phase pipeline rlm undefined unescape workflow"#]].assert_eq(&shown.join("\n"));
}
