//! Limits, people, providers that fail, and resuming.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use analysis::units::{Tokens, Usd};
use models::{Answer, Model, ModelError, Reply, Request, Simulated, Usage};
use serde_json::json;
use tempfile::TempDir;

use super::{BUSY, run_on, spec};
use crate::{CallId, EventKind, Outcome, Price, RunSpec, Status, preview, start};

/// Answers with the prompt, after `wait`; fails as told, in turn; counts what it is asked and how much at once.
#[derive(Default)]
struct Echo {
    wait: Duration,
    failures: Mutex<Vec<ModelError>>,
    asked: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
    output: u64,
}

impl Model for Echo {
    fn answer(&self, request: Request) -> Reply<'_> {
        Box::pin(async move {
            self.asked.fetch_add(1, Ordering::SeqCst);
            let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.most.fetch_max(now, Ordering::SeqCst);
            tokio::time::sleep(self.wait).await;
            self.now.fetch_sub(1, Ordering::SeqCst);
            if let Some(error) = self.failures.lock().unwrap().pop() {
                return Err(error);
            }
            let output = Tokens(request.max_output.map_or(self.output, |most| self.output.min(most.0)));
            Ok(Answer {
                value: request.prompt.into(),
                usage: Usage { output, ..Usage::default() },
                ..Answer::default()
            })
        })
    }
}

async fn run_with(model: Arc<Echo>, spec: RunSpec) -> Outcome {
    start(RunSpec { simulated: false, ..spec }, model).unwrap().wait().await
}

const MANY: &str =
    "return (await parallel(Array.from({ length: 20 }, (_, i) => () => agent('p' + i)))).filter(Boolean).length";

#[tokio::test]
async fn never_more_at_once_than_allowed() {
    let (spec, _folder) = spec(MANY);
    let model = Arc::new(Echo { wait: Duration::from_millis(5), ..Echo::default() });
    let outcome = run_with(model.clone(), RunSpec { concurrency: Some(3), ..spec }).await;
    assert_eq!(outcome.result, Some(json!(20)));
    assert_eq!(model.most.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn the_agent_beyond_the_limit_never_leaves_and_nothing_catches_it() {
    let (mut spec, _folder) = spec(&format!("try {{ {MANY} }} catch {{ return 'swallowed' }}"));
    spec.limits.max_agents = 5;
    let model = Arc::new(Echo::default());
    let outcome = run_with(model.clone(), spec).await;
    assert_eq!(outcome.status, Status::Failed);
    assert!(outcome.error.unwrap().message.contains("at most 5 agents"));
    assert!(model.asked.load(Ordering::SeqCst) <= 5);
}

#[tokio::test]
async fn a_budget_is_never_exceeded_by_calls_under_way() {
    let (mut spec, _folder) = spec(MANY);
    spec.limits.budget_tokens = Some(Tokens(95));
    let model = Arc::new(Echo { output: 10, wait: Duration::from_millis(1), ..Echo::default() });
    let outcome = run_with(model.clone(), spec).await;
    assert_eq!(outcome.totals.usage.output, Tokens(95));
    assert_eq!(outcome.result, Some(json!(10)), "nine whole answers and one of five tokens");
}

#[tokio::test]
async fn dollars_end_the_run_before_they_are_spent() {
    let price: Price = Arc::new(|_, usage| Some(Usd(usage.output.0 as f64)));
    let (mut spec, _folder) = spec("const got = [];\nwhile (true) got.push(await agent('more ' + got.length));");
    spec.limits.budget_usd = Some(Usd(25.0));
    spec.model = Some("m".into());
    spec.price = Some(price);
    let model = Arc::new(Echo { output: 10, ..Echo::default() });
    let outcome = run_with(model.clone(), spec).await;
    assert_eq!((outcome.status, outcome.totals.usd), (Status::Failed, Usd(25.0)));
    assert!(outcome.error.unwrap().message.contains("budget of $25"));
}

#[tokio::test]
async fn what_may_succeed_later_is_tried_again() {
    let busy =
        || vec![ModelError::Overloaded, ModelError::RateLimited { retry_after: Some(Duration::from_millis(20)) }];
    let (mut spec, _folder) = spec("return agent('a')");
    spec.retry.wait = Duration::from_millis(1);
    let model = Arc::new(Echo { failures: Mutex::new(busy()), ..Echo::default() });
    let outcome = run_with(model.clone(), spec.clone()).await;
    assert_eq!((outcome.result, outcome.totals.retries), (Some(json!("a")), 2));
    spec.retry.attempts = 2;
    let model = Arc::new(Echo { failures: Mutex::new(busy()), ..Echo::default() });
    let outcome = run_with(model.clone(), spec).await;
    assert_eq!((outcome.result, outcome.totals.failed), (Some(json!(null)), 1), "a provider that gives up is null");
}

#[tokio::test]
async fn an_attempt_of_which_nothing_is_heard_is_given_up_when_the_call_or_the_run_says() {
    let body = "return parallel([() => agent('a', { stallMs: 30 }), () => agent('b')])";
    let (mut spec, _folder) = spec(body);
    (spec.retry.stall, spec.retry.attempts, spec.retry.wait) = (Duration::from_millis(60), 2, Duration::from_millis(1));
    let model = Arc::new(Echo { wait: Duration::from_secs(3600), ..Echo::default() });
    let run = start(RunSpec { simulated: false, ..spec }, model.clone()).unwrap();
    assert_eq!(run.wait().await.result, Some(json!([null, null])));
    let state = run.state();
    let mut errors: Vec<_> = state.agents.iter().map(|agent| agent.error.as_deref().unwrap()).collect();
    errors.sort_unstable();
    let said = |ms| format!("no answer came back: nothing came within {ms}ms");
    assert_eq!(errors, [said(30), said(60)]);
    assert_eq!(model.asked.load(Ordering::SeqCst), 4, "each a second time");
}

#[tokio::test]
async fn a_person_stops_skips_and_retries() {
    let (spec, _folder) = spec("return parallel(['a', 'b'].map((p) => () => agent(p)))");
    let model = Arc::new(Echo { wait: Duration::from_millis(300), ..Echo::default() });
    let spec = RunSpec { simulated: false, ..spec };
    let run = start(spec.clone(), model.clone()).unwrap();
    let mut events = run.subscribe(1);
    let mut left = 0;
    while left < 2 {
        left += usize::from(matches!(events.next().await.unwrap().kind, EventKind::AgentStarted { .. }));
    }
    run.skip(CallId(1));
    run.retry(CallId(2));
    let outcome = run.wait().await;
    assert_eq!(outcome.result, Some(json!([null, "b"])));
    assert_eq!((outcome.totals.skipped, outcome.totals.retries), (1, 1));
    let run = start(spec, model).unwrap();
    run.stop();
    assert_eq!(run.wait().await.status, Status::Stopped);
}

async fn stopped_halfway() -> (RunSpec, TempDir, usize) {
    let (mut spec, folder) = spec(BUSY);
    spec.limits.max_agents = 6;
    let outcome = start(spec.clone(), Arc::new(Simulated::new(3))).unwrap().wait().await;
    assert_eq!(outcome.status, Status::Failed);
    let within = RunSpec { resume: Some(outcome.run.clone()), ..spec.clone() };
    let looked = preview(&within).await.unwrap();
    assert_eq!((looked.complete, looked.error), (true, outcome.error), "it would end as it did");
    spec.limits.max_agents = 1000;
    spec.resume = Some(outcome.run);
    (spec, folder, outcome.totals.done as usize)
}

#[tokio::test]
async fn a_resumed_run_pays_only_for_what_is_missing() {
    let whole = run_on(Simulated::new(3), spec(BUSY)).await.outcome;
    let (spec, folder, done) = stopped_halfway().await;
    let looked = preview(&spec).await.unwrap();
    assert_eq!((looked.cached.len(), looked.complete), (done, false));
    assert!(!looked.live.is_empty());
    let resumed = run_on(Simulated::new(3), (spec.clone(), folder)).await;
    assert_eq!(resumed.outcome.result, whole.result);
    assert_eq!(resumed.outcome.totals.cached as usize, done);
    let again = RunSpec { resume: Some(resumed.outcome.run), ..spec };
    assert!(preview(&again).await.unwrap().live.is_empty(), "a whole run is wholly in the journal");
    let last = start(again, Arc::new(Simulated::new(3))).unwrap().wait().await;
    assert_eq!((last.result, last.totals.cached), (whole.result, last.totals.agents));
}

#[tokio::test]
async fn after_an_edit_only_changed_calls_run() {
    let before = "return parallel(['a', 'b', 'c'].map((p) => () => agent('look at ' + p)))";
    let (spec, _folder) = spec(before);
    let first = start(spec.clone(), Arc::new(Simulated::new(1))).unwrap().wait().await;
    for (list, live) in [("'b', 'c'", 0), ("'new', 'a', 'b', 'c'", 1), ("'a', 'x', 'c'", 1)] {
        let source = spec.source.replace("'a', 'b', 'c'", list);
        let edited = RunSpec { source, resume: Some(first.run.clone()), ..spec.clone() };
        assert_eq!(preview(&edited).await.unwrap().live.len(), live, "{list}");
    }
}

#[tokio::test]
async fn a_live_run_is_not_resumed_and_made_up_answers_stay_made_up() {
    let (spec, _folder) = spec("return agent('a')");
    let model = Arc::new(Echo { wait: Duration::from_secs(5), ..Echo::default() });
    let live = start(RunSpec { simulated: false, ..spec.clone() }, model.clone()).unwrap();
    let resume = |simulated, id: &crate::RunId| {
        let spec = RunSpec { simulated, resume: Some(id.clone()), ..spec.clone() };
        start(spec, model.clone()).map(|run| run.stop()).unwrap_err().to_string()
    };
    live.subscribe(1).next().await;
    assert!(resume(false, live.id()).contains("under way"));
    live.stop();
    live.wait().await;
    let simulated = start(spec.clone(), Arc::new(Simulated::new(1))).unwrap().wait().await;
    assert!(resume(false, &simulated.run).contains("made up"));
    assert!(resume(false, &"20260101-000000-none".parse().unwrap()).contains("nothing to resume"));
}

#[tokio::test]
async fn what_is_under_way_when_the_script_ends_is_awaited_and_not_paid_again() {
    let model = Arc::new(Echo { wait: Duration::from_millis(100), output: 1, ..Echo::default() });
    let throws = "const [a, b] = ['a', 'b'].map((p) => agent(p));\nawait null;\nif (!args) throw new Error('no');\nreturn [await a, await b]";
    let one_too_many = "return parallel(['a', 'b', 'c'].map((p) => () => agent(p)))";
    let price: Price = Arc::new(|_, usage| Some(Usd(usage.output.0 as f64)));
    for (body, agents, usd, said) in [
        (throws, 1000, None, "the run fails: line 4: no; 2 agents still under way: they are awaited"),
        (one_too_many, 2, None, "the run fails: line 2: the run may call at most 2 agents"),
        (one_too_many, 1000, Some(2.5), "the run fails: line 2: the run's budget of $2.50 is used up"),
    ] {
        let (mut spec, _folder) = spec(body);
        (spec.limits.max_agents, spec.limits.budget_usd) = (agents, usd.map(Usd));
        spec.price = Some(price.clone());
        let spec = RunSpec { simulated: false, ..spec };
        let run = start(spec.clone(), model.clone()).unwrap();
        let outcome = run.wait().await;
        assert_eq!((outcome.status, outcome.totals.done, outcome.totals.failed), (Status::Failed, 2, 0), "{said}");
        let lines: Vec<String> = run.state().lines.iter().map(|line| format!("{:?}", line.kind)).collect();
        let told = usd.is_some() || lines.iter().any(|line| line.contains(said));
        assert!(told, "{lines:?}");
        let mut again = RunSpec { resume: Some(outcome.run), args: Some(json!(1)), ..spec };
        (again.limits.max_agents, again.limits.budget_usd) = (1000, None);
        let asked = model.asked.load(Ordering::SeqCst);
        let outcome = start(again, model.clone()).unwrap().wait().await;
        let asked = model.asked.load(Ordering::SeqCst) - asked;
        assert_eq!(
            (outcome.status, outcome.totals.cached, asked as u64),
            (Status::Ok, 2, outcome.totals.agents - 2),
            "{said}"
        );
    }
}

#[tokio::test]
async fn the_newest_run_comes_last_though_the_clock_was_set_back() {
    let (spec, _folder) = spec("return 1");
    let later = spec.runs_dir.join("29990101-000000-aaaa");
    std::fs::create_dir_all(&later).unwrap();
    std::fs::write(later.join("journal.jsonl"), "").unwrap();
    let mut names = Vec::new();
    for _ in 0..3 {
        let run = start(spec.clone(), Arc::new(Simulated::new(1))).unwrap().wait().await.run;
        names.push(run.to_string());
    }
    assert_eq!(names, ["29990101-000000-aaab", "29990101-000000-aaac", "29990101-000000-aaad"]);
}

#[tokio::test]
async fn a_person_need_not_wait_for_what_is_under_way() {
    let (mut spec, _folder) = spec("const a = agent('a');\nawait null;\nthrow new Error('no')");
    let model = Arc::new(Echo { wait: Duration::from_secs(3600), ..Echo::default() });
    let run = start(RunSpec { simulated: false, ..spec.clone() }, model.clone()).unwrap();
    let mut events = run.subscribe(1);
    while !matches!(events.next().await.unwrap().kind, EventKind::Warning { .. }) {}
    run.stop();
    let outcome = run.wait().await;
    assert_eq!((outcome.status, outcome.error.unwrap().message.as_str()), (Status::Failed, "no"));
    spec.limits.wall = Some(Duration::from_millis(300));
    let outcome = run_with(model, spec).await;
    assert_eq!(outcome.error.unwrap().message, "no", "what ended it first counts");
}

#[tokio::test]
async fn no_attempt_follows_once_the_script_is_over() {
    let (mut spec, _folder) = spec("const a = agent('a');\nawait null;\nthrow new Error('no')");
    spec.retry.wait = Duration::from_millis(1);
    let model = Arc::new(Echo {
        wait: Duration::from_millis(50),
        failures: Mutex::new(vec![ModelError::Overloaded]),
        ..Echo::default()
    });
    let outcome = run_with(model.clone(), spec).await;
    assert_eq!((outcome.totals.failed, model.asked.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test]
async fn a_run_does_not_ask_again_what_another_paid_for_that_went_on_with_the_same() {
    let body = "const got = [];\nfor (const p of ['a', 'b', 'c']) { if (args === p) throw new Error(p); got.push(await agent(p)) }\nreturn got";
    let (spec, _folder) = spec(body);
    let model = Arc::new(Echo::default());
    let until = |args: &str, resume: Option<&crate::RunId>| {
        let spec = RunSpec { simulated: false, args: Some(json!(args)), resume: resume.cloned(), ..spec.clone() };
        start(spec, model.clone()).unwrap()
    };
    let first = until("b", None).wait().await.run;
    let second = until("c", Some(&first)).wait().await;
    assert_eq!((second.totals.agents, second.totals.cached), (2, 1));
    let again = until("", Some(&first)).wait().await;
    assert_eq!((again.result, again.totals.cached), (Some(json!(["a", "b", "c"])), 2));
    let sister = until("", Some(&second.run)).wait().await;
    assert_eq!((sister.totals.cached, model.asked.load(Ordering::SeqCst)), (3, 3));
}
