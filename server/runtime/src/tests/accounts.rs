//! Several accounts in one run: one that is held up holds up no other.

use std::{sync::Arc, time::Duration};

use analysis::units::Tokens;
use models::{Account, Answer, Model, ModelError, Reply, Request};
use serde_json::json;
use tempfile::TempDir;

use crate::{CallId, EventKind, Outcome, RunHandle, RunSpec, Status, start};

/// Answers with the prompt, as an account for each model. The first attempt of a call to `held` fails as told, or never comes back.
struct Accounts {
    held: Option<ModelError>,
    cap: Option<u32>,
}

impl Model for Accounts {
    fn answer(&self, request: Request) -> Reply<'_> {
        Box::pin(async move {
            let held = request.model.as_deref() == Some("held") && request.attempt == 1;
            match (&self.held, held) {
                (Some(error), true) => Err(error.clone()),
                (None, true) => std::future::pending().await,
                _ => Ok(Answer { value: request.prompt.into(), ..Answer::default() }),
            }
        })
    }

    fn account(&self, model: Option<&str>) -> Option<Account> {
        let cap = self.cap.filter(|_| model == Some("held"));
        Some(Account::new("test", model.unwrap_or_default(), "key").capped(cap))
    }
}

/// Three calls to the account that is held up, then three to another.
const BOTH: &str = "const ask = (model) => [1, 2, 3].map((n) => () => agent(model + n, { model }));
return parallel([...ask('held'), ...ask('free')])";

/// A run of its own: what it hears of an account is no other run's business.
fn spec(body: &str) -> (RunSpec, TempDir) {
    let (spec, folder) = super::spec(body);
    (RunSpec { accounts_dir: None, ..spec }, folder)
}

fn begin(spec: RunSpec, held: Option<ModelError>, cap: Option<u32>) -> RunHandle {
    start(RunSpec { simulated: false, ..spec }, Arc::new(Accounts { held, cap })).unwrap()
}

/// The prompts that are answered first, so many of them.
async fn answered(run: &RunHandle, wanted: usize) -> Vec<String> {
    let mut events = run.subscribe(1);
    let mut answered = Vec::new();
    while answered.len() < wanted {
        if let EventKind::AgentDone { result, .. } = &events.next().await.expect("more answers").kind {
            answered.push(result.as_str().unwrap().to_owned());
        }
    }
    answered.sort();
    answered
}

fn limited(wait: Duration) -> Option<ModelError> {
    Some(ModelError::RateLimited { retry_after: Some(wait) })
}

/// Long beside what three answers take that come at once.
const PAUSE: Duration = Duration::from_secs(3);

const FREE: [&str; 3] = ["free1", "free2", "free3"];

const ALL: [&str; 6] = ["held1", "held2", "held3", "free1", "free2", "free3"];

#[tokio::test]
async fn a_provider_that_asks_for_a_pause_holds_up_no_other_and_keeps_the_order_of_its_own() {
    for at_once in [1, 16] {
        let (spec, _folder) = spec(BOTH);
        let run = begin(RunSpec { concurrency: Some(at_once), ..spec }, limited(PAUSE), None);
        assert_eq!(answered(&run, 3).await, FREE, "{at_once} at once");
        let outcome = run.wait().await;
        assert_eq!(outcome.result, Some(json!(ALL)));
        let mut started = Vec::new();
        let mut events = run.subscribe(1);
        while let Some(event) = events.next().await {
            if let EventKind::AgentStarted { call: CallId(call) } = event.kind {
                started.extend((call <= 3).then_some(call));
            }
        }
        assert_eq!(started, [1, 2, 3]);
    }
}

#[tokio::test]
async fn a_call_that_waits_to_repeat_leaves_the_budget_to_others() {
    let (mut spec, _folder) = spec(BOTH);
    spec.limits.budget_tokens = Some(Tokens(1000));
    let run = begin(RunSpec { concurrency: Some(2), ..spec }, limited(PAUSE), None);
    assert_eq!(answered(&run, 3).await, FREE);
    assert_eq!(run.wait().await.result, Some(json!(ALL)));
}

#[tokio::test]
async fn calls_that_wait_to_repeat_take_no_slot_from_others_and_are_as_many_as_may_be_under_way() {
    let body = "return parallel(Array.from({ length: 40 }, (_, n) => () => agent(`${n}`, { model: 'held' })))";
    let (mut spec, _folder) = spec(body);
    spec.retry.wait = Duration::from_millis(5);
    let run = begin(RunSpec { concurrency: Some(4), ..spec }, Some(ModelError::Overloaded), None);
    let mut events = run.subscribe(1);
    let (mut open, mut most) = (0usize, 0);
    while let Some(event) = events.next().await {
        match event.kind {
            EventKind::AgentStarted { .. } => open += 1,
            EventKind::AgentDone { .. } => open -= 1,
            _ => {}
        }
        most = most.max(open);
    }
    assert_eq!(most, 4, "a provider in trouble is not asked by ever more calls");
    assert_eq!(run.wait().await.totals.retries, 40);
}

#[tokio::test]
async fn a_cap_that_is_used_up_holds_up_no_other_account() {
    let shared = tempfile::tempdir().unwrap();
    let spec = |body: &str| {
        let (spec, folder) = spec(body);
        (RunSpec { accounts_dir: Some(shared.path().to_owned()), concurrency: Some(2), ..spec }, folder)
    };
    let (holder, _folder) = spec("return agent('holds', { model: 'held' })");
    let holder = begin(holder, None, Some(1));
    let mut events = holder.subscribe(1);
    while !matches!(events.next().await.expect("it leaves").kind, EventKind::AgentStarted { .. }) {}
    let (both, _folder) = spec(BOTH);
    let run = begin(both, limited(Duration::from_millis(1)), Some(1));
    assert_eq!(answered(&run, 3).await, FREE);
    holder.stop();
    assert_eq!(run.wait().await.result, Some(json!(ALL)));
}

#[tokio::test]
async fn an_account_that_may_spend_no_more_leaves_the_work_of_others_to_be_finished() {
    let (spec, _folder) = spec(BOTH);
    let spec = RunSpec { concurrency: Some(1), ..spec };
    let run = begin(spec.clone(), Some(ModelError::SpendLimit("no credit".into())), None);
    let outcome = run.wait().await;
    let Outcome { status, error, totals, .. } = outcome;
    assert_eq!((status, totals.done, totals.failed), (Status::Failed, 3, 0));
    let error = error.unwrap();
    assert!(error.message.contains("no credit. Nothing more leaves to test;"), "{}", error.message);
    assert_eq!(error.at.unwrap().line, 2);
    let resumed = begin(RunSpec { resume: Some(run.id().clone()), ..spec }, limited(Duration::from_millis(1)), None);
    let outcome = resumed.wait().await;
    assert_eq!((outcome.result, outcome.totals.cached), (Some(json!(ALL)), 3));
}

#[tokio::test]
async fn a_person_skips_repeats_and_stops_calls_that_wait_to_repeat() {
    let (spec, _folder) = spec("return parallel([1, 2].map((n) => () => agent(`${n}`, { model: 'held' })))");
    let run = begin(spec, limited(Duration::from_secs(3600)), None);
    let mut events = run.subscribe(1);
    let mut resting = 0;
    while resting < 2 {
        let event = events.next().await.expect("both wait to repeat");
        resting += usize::from(matches!(event.kind, EventKind::AgentRetried { .. }));
    }
    run.skip(CallId(1));
    while !matches!(events.next().await.expect("it is skipped").kind, EventKind::AgentSkipped { .. }) {}
    run.stop();
    assert_eq!(run.wait().await.status, Status::Stopped);
}
