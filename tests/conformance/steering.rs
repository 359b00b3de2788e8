//! Cases 25, 63 and 64: a person skips, repeats or stops while the script runs.

use std::time::{Duration, Instant};

use runtime::{CallId, EventKind, RunHandle, Status};
use serde_json::{Value, json};

use crate::scripted::{case, run::Stage};

/// The first agent never answers at first, so that there is time to act.
fn stage(header: &str, body: &str) -> Stage {
    let meta = "export const meta = { name: \"steered\", description: \"d\" };";
    let text = format!("// steered\n{header}\n// expect: null\n{meta}\n{body}\n");
    Stage::new(case::parse_file("steered", &text).expect("a good header").remove(0))
}

/// Waits for an event that `wanted` picks.
async fn until(run: &RunHandle, wanted: impl Fn(&EventKind) -> bool) {
    let mut events = run.subscribe(1);
    while !wanted(&events.next().await.expect("the event comes before the end").kind) {}
}

fn started(call: u64) -> impl Fn(&EventKind) -> bool {
    move |kind| matches!(kind, EventKind::AgentStarted { call: id } if id.0 == call)
}

fn queued(call: u64) -> impl Fn(&EventKind) -> bool {
    move |kind| matches!(kind, EventKind::AgentQueued { call: id, .. } if id.0 == call)
}

#[test]
pub(super) fn a_skipped_agent_gives_null_at_once() {
    let stage = stage("// model: \"slow\" -> never", "return [await agent(\"slow\"), await agent(\"next\")];");
    let outcome = stage.act(async |run| {
        until(&run, started(1)).await;
        run.skip(CallId(1));
        run.wait().await
    });
    assert_eq!(outcome.result, Some(json!([null, "re: next"])));
    assert_eq!((outcome.totals.skipped, outcome.totals.failed), (1, 0));
}

#[test]
pub(super) fn a_queued_agent_that_is_skipped_never_leaves() {
    let stage = stage(
        "// limits: 1 at once\n// model: \"slow\" -> after 100 ms \"slow\"",
        "return parallel([() => agent(\"slow\"), () => agent(\"skipped\"), () => agent(\"third\")]);",
    );
    let outcome = stage.act(async |run| {
        until(&run, queued(3)).await;
        run.skip(CallId(2));
        run.wait().await
    });
    assert_eq!(outcome.result, Some(json!(["slow", null, "re: third"])));
    assert_eq!(stage.model.times(), 2, "the skipped one was not asked");
}

#[test]
pub(super) fn an_agent_that_is_repeated_gets_another_answer() {
    let stage = stage("// model: \"stuck\" -> never then \"second\"", "return agent(\"stuck\");");
    let outcome = stage.act(async |run| {
        until(&run, started(1)).await;
        run.retry(CallId(1));
        run.wait().await
    });
    assert_eq!(outcome.result, Some(json!("second")));
}

#[test]
pub(super) fn a_stop_ends_whatever_the_script_does() {
    for body in [
        "for (;;) { try { await agent(\"quick\"); } catch {} finally { await null; } }",
        "return agent(\"stuck\");",
        "await parallel([() => agent(\"stuck\"), async () => { for (;;) await agent(\"quick\"); }]); return 1;",
        "try { await agent(\"stuck\"); } finally { return \"swallowed\"; }",
    ] {
        let header =
            "// limits: 1000000 agents\n// model: \"stuck\" -> never\n// model: \"quick\" -> after 1 ms \"again\"";
        let stage = stage(header, body);
        let began = Instant::now();
        let outcome = stage.act(async |run| {
            until(&run, started(1)).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
            run.stop();
            run.wait().await
        });
        assert_eq!((outcome.status, outcome.result), (Status::Stopped, None::<Value>), "{body}");
        assert!(began.elapsed() < Duration::from_secs(3), "{body}: {:?}", began.elapsed());
        let asked = stage.model.times();
        std::thread::sleep(Duration::from_millis(30));
        assert_eq!(stage.model.times(), asked, "{body}: nothing leaves after the stop");
    }
}
