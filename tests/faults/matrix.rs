//! A whole run: whatever the provider does wrong, no result is lost, none is paid twice, and limits hold.

use std::{sync::Arc, time::Duration};

use analysis::units::Tokens;
use models::{Http, Key, wire::OpenAiChat};
use runtime::{Outcome, Retry, RunSpec, RunState, SandboxCommand, Status};
use serde_json::json;

use super::server::{Asked, Deed, Server};

const SCRIPT: &str = r#"export const meta = { name: 'faults', description: 'Asks twelve times at once' }
const SCHEMA = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }
const texts = await parallel(Array.from({ length: 8 }, (_, i) => () => agent(`text ${i}`)))
const shaped = await parallel(Array.from({ length: 4 }, (_, i) => () => agent(`shape ${i}`, { schema: SCHEMA })))
return { texts, shaped }
"#;

async fn run(server: &Server, change: impl FnOnce(&mut RunSpec)) -> (Outcome, Arc<RunState>) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = RunSpec::new(folder.path().join("faults.js"), SCRIPT, folder.path().join("runs"));
    spec.simulated = false;
    spec.sandbox = SandboxCommand::Thread;
    spec.concurrency = Some(4);
    spec.retry = Retry { wait: Duration::from_millis(5), longest_wait: Duration::from_millis(50), ..Retry::default() };
    change(&mut spec);
    let model =
        Http::new(Box::new(OpenAiChat::default()), &server.base, Key::new("sk-planted"), "tiny").expect("a client");
    let run = runtime::start(spec, Arc::new(model)).expect("the script is fine");
    let outcome = run.wait().await;
    let journal = std::fs::read_to_string(run.folder().join("journal.jsonl")).expect("a journal");
    assert!(!journal.contains("sk-planted"), "the key is in the journal");
    (outcome, run.state())
}

fn answer(asked: &Asked) -> Deed {
    Deed::Answer(match asked.prompt.starts_with("shape") {
        true => json!({ "n": 7 }).to_string(),
        false => format!("answer to {}", asked.prompt),
    })
}

/// The outcome when each call meets `fault` the first time it is asked: the same as without, and nothing paid twice.
async fn recovers_from(fault: Deed) {
    let told = fault.clone();
    let server = Server::start(move |asked| if asked.before == 0 { told.clone() } else { answer(asked) }).await;
    let (outcome, state) = run(&server, |_| {}).await;
    assert_eq!(outcome.status, Status::Ok, "{fault:?}: {:?}", outcome.error);
    let texts: Vec<String> = (0..8).map(|i| format!("answer to text {i}")).collect();
    let expected = json!({ "texts": texts, "shaped": vec![json!({ "n": 7 }); 4] });
    assert_eq!(outcome.result, Some(expected), "{fault:?}");
    assert_eq!((state.totals.done, state.totals.retries), (12, 12), "{fault:?}");
    let paid = server.paid();
    assert_eq!((paid.len(), paid.values().max()), (12, Some(&1)), "{fault:?}: {paid:?}");
    assert_eq!((state.totals.usage.input.0, state.totals.usage.output.0), (120, 60), "{fault:?}");
}

#[tokio::test]
async fn every_passing_fault_is_survived_without_paying_twice() {
    let soon = vec![("retry-after-ms", "20".to_owned())];
    let faults = [
        Deed::Status(429, soon),
        Deed::Status(429, vec![]),
        Deed::Status(500, vec![]),
        Deed::Status(529, vec![]),
        Deed::Cut("half an answer".into()),
        Deed::HangUp,
        Deed::Garbage,
    ];
    for fault in faults {
        recovers_from(fault).await;
    }
}

#[tokio::test]
async fn an_answer_off_the_schema_is_asked_for_again_and_told_why() {
    let server = Server::start(|asked| match asked.prompt.contains("did not satisfy the schema") {
        true => Deed::Answer(json!({ "n": 7 }).to_string()),
        false if asked.prompt.starts_with("shape") => Deed::Answer("{\"n\": \"seven\"}".into()),
        false => answer(asked),
    })
    .await;
    let (outcome, state) = run(&server, |_| {}).await;
    assert_eq!(outcome.result.as_ref().map(|r| &r["shaped"]), Some(&json!(vec![json!({ "n": 7 }); 4])));
    assert_eq!(state.totals.usage.output.0, 80, "both answers are counted: both are paid");
    let told = server.asked().into_iter().find(|a| a.prompt.contains("did not satisfy")).expect("it was asked again");
    assert!(told.prompt.contains("/n: \"seven\" is not of type \"integer\""), "{}", told.prompt);
    let turns: Vec<&str> =
        told.body["messages"].as_array().expect("turns").iter().flat_map(|t| t["role"].as_str()).collect();
    assert_eq!(turns, ["system", "user", "assistant", "user"], "the schema in words, then the turns");
    let first = told.body["messages"][1]["content"].as_str().expect("the prompt");
    assert!(first.starts_with("shape ") && first.len() == 7, "the script's prompt stays as it is: {first}");
}

#[tokio::test]
async fn a_spend_limit_ends_the_run_once_what_is_under_way_is_back_and_resuming_pays_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let broke = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let limit = broke.clone();
    let server = Server::start(move |asked| match asked.prompt.as_str() {
        // Calls leave in order: when this one is back, the two before it are under way.
        "text 2" if limit.load(std::sync::atomic::Ordering::Relaxed) => Deed::SpendLimit,
        "text 0" | "text 1" => Deed::Slowly(Duration::from_millis(100), format!("answer to {}", asked.prompt)),
        _ => answer(asked),
    })
    .await;
    let runs = folder.path().join("runs");
    let (first, state) = run(&server, |spec| spec.runs_dir = runs.clone()).await;
    assert_eq!(first.status, Status::Failed);
    let message = first.error.expect("it says why").message;
    assert!(message.starts_with("the account's spend limit is reached: told to"), "{message}");
    assert_eq!(state.totals.failed, 0, "`null` would be a lie");
    assert!(state.totals.done >= 2, "what was under way was awaited: {:?}", state.totals);
    broke.store(false, std::sync::atomic::Ordering::Relaxed);
    let (second, _) = run(&server, |spec| (spec.runs_dir, spec.resume) = (runs, Some(first.run))).await;
    assert_eq!((second.status, second.totals.cached), (Status::Ok, state.totals.done));
    assert_eq!(server.paid().values().max(), Some(&1), "{:?}", server.paid());
}

#[tokio::test]
async fn a_provider_that_says_what_it_still_takes_is_never_asked_for_more() {
    const WINDOW: Duration = Duration::from_millis(300);
    const MOST: u64 = 3;
    let window = std::sync::Mutex::new((tokio::time::Instant::now(), 0));
    let server = Server::start(move |asked| {
        let mut window = window.lock().expect("no holder panics");
        if window.0.elapsed() >= WINDOW {
            *window = (tokio::time::Instant::now(), 0);
        }
        window.1 += 1;
        if window.1 > MOST {
            return Deed::Status(429, vec![]);
        }
        let reset = format!("{}ms", (WINDOW.saturating_sub(window.0.elapsed())).as_millis() + 1);
        let headers = vec![
            ("x-ratelimit-remaining-requests", (MOST - window.1).to_string()),
            ("x-ratelimit-reset-requests", reset),
        ];
        let Deed::Answer(text) = answer(asked) else { unreachable!("it answers") };
        Deed::Headed(headers, text)
    })
    .await;
    let (outcome, state) = run(&server, |spec| spec.concurrency = Some(1)).await;
    assert_eq!((outcome.status, state.totals.done, state.totals.retries), (Status::Ok, 12, 0));
}

#[tokio::test]
async fn a_refusal_for_good_is_null_and_said() {
    let server = Server::start(|asked| match asked.prompt.as_str() {
        "text 3" => Deed::Status(400, vec![]),
        _ => answer(asked),
    })
    .await;
    let (outcome, state) = run(&server, |_| {}).await;
    assert_eq!(outcome.result.map(|r| r["texts"][3].clone()), Some(json!(null)));
    assert_eq!((state.totals.done, state.totals.failed), (11, 1));
    assert_eq!(server.asked().iter().filter(|a| a.prompt == "text 3").count(), 1, "asking again would not help");
}

#[tokio::test]
async fn a_token_limit_is_never_exceeded_by_calls_in_flight() {
    let server = Server::start(answer).await;
    let limit = Tokens(12);
    let (_, state) = run(&server, |spec| spec.limits.budget_tokens = Some(limit)).await;
    let asked = server.asked();
    let most: u64 =
        asked.iter().map(|a| a.body["max_completion_tokens"].as_u64().expect("a limit")).max().expect("a call");
    assert!(most <= limit.0, "a call may not write more than the run may: {most}");
    assert!(state.totals.usage.output <= limit, "{:?} of {limit:?}", state.totals.usage);
}

#[tokio::test]
async fn the_call_after_the_limit_never_leaves() {
    let server = Server::start(answer).await;
    let (outcome, _) = run(&server, |spec| spec.limits.max_agents = 5).await;
    assert_eq!(outcome.status, Status::Failed);
    let asked = server.asked().len();
    assert!(asked <= 5, "{asked} calls left");
    assert!(outcome.error.is_some_and(|e| e.message.contains('5')), "the limit is named");
}
