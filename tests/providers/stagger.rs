//! Calls that begin alike: one goes ahead where the provider keeps beginnings, and nobody waits anywhere else.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use serde_json::{Value, json};
use tokio::{sync::Notify, task::JoinHandle, time::sleep};

use super::{PROVIDERS, on};
use crate::{
    cli::{Called, folder, script},
    faults::server::{Asked, Deed, Server},
};

/// Six calls that differ in their last line, behind five thousand tokens that they have in common.
const BODY: &str = "const shared = 'All of this stands in each prompt.\\n'.repeat(600);\n\
                    return await parallel(['a', 'b', 'c', 'd', 'e', 'f'].map(x => () => agent(`${shared}${x}`)))";

/// A run of the script at `provider`, and the server, which answers the first request when it is told to.
struct Stage {
    server: Arc<Server>,
    first: Arc<Notify>,
    run: JoinHandle<Called>,
}

impl Stage {
    async fn of(provider: usize, body: &'static str) -> Self {
        let first = Arc::new(Notify::new());
        let (told, open) = (first.clone(), AtomicBool::new(true));
        let server = Server::start(move |asked| match open.swap(false, SeqCst) {
            true => Deed::Told(told.clone(), last(asked)),
            false => Deed::Answer(last(asked)),
        });
        let server = Arc::new(server.await);
        let asked = server.clone();
        let run = tokio::spawn(async move {
            let folder = folder(&[("a.workflow.js", &script(body))]);
            on(&asked, &PROVIDERS[provider], "tiny", folder.path(), &["--concurrency", "6"]).await
        });
        Self { server, first, run }
    }

    async fn until_asked(&self, times: usize) {
        while self.server.asked().len() < times {
            sleep(Duration::from_millis(5)).await;
        }
    }

    async fn ended(self) -> (Arc<Server>, Value) {
        self.first.notify_one();
        let called = self.run.await.expect("it ends");
        let last = called.json_lines().pop().expect("a line");
        (self.server, last["result"].clone())
    }
}

/// The line that differs.
fn last(asked: &Asked) -> String {
    asked.prompt.lines().last().unwrap_or_default().to_owned()
}

const ALL: [&str; 6] = ["a", "b", "c", "d", "e", "f"];

#[tokio::test(flavor = "multi_thread")]
async fn one_goes_ahead_where_the_provider_keeps_beginnings() {
    for (provider, row) in PROVIDERS.iter().enumerate().filter(|(_, row)| row.name != "openai-compatible") {
        let stage = Stage::of(provider, BODY).await;
        stage.until_asked(1).await;
        sleep(Duration::from_millis(400)).await;
        assert_eq!(stage.server.asked().len(), 1, "{}: the others wait for the first", row.name);
        let (server, result) = stage.ended().await;
        assert_eq!(result, json!(ALL), "{}", row.name);
        for asked in server.asked() {
            let marked = asked.body.to_string().matches("cache_control").count();
            assert_eq!(marked, usize::from(row.name == "anthropic"), "{}", row.name);
            assert!(asked.prompt.starts_with("All of this") && asked.prompt.len() > 20_000, "{}: whole", row.name);
        }
        if row.name == "anthropic" {
            let kept = |asked: &Asked| asked.body["messages"][0]["content"][0].clone();
            let first = kept(&server.asked()[0]);
            assert!(first["text"].as_str().is_some_and(|text| text.ends_with("prompt.\n")), "{first}");
            assert!(server.asked().iter().all(|asked| kept(asked) == first), "all have the same beginning kept");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_waits_where_beginnings_are_not_kept_or_are_short() {
    let compatible = PROVIDERS.iter().position(|row| row.name == "openai-compatible").expect("a row");
    let short = "return await parallel(['a', 'b', 'c', 'd', 'e', 'f'].map(x => () => agent(x)))";
    for (provider, body) in [(compatible, BODY), (0, short)] {
        let stage = Stage::of(provider, body).await;
        stage.until_asked(6).await;
        let (server, result) = stage.ended().await;
        assert_eq!(result, json!(ALL));
        assert!(server.asked().iter().all(|asked| !asked.body.to_string().contains("cache_control")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_not_answered_holds_nobody_for_long() {
    // The first is never answered while the others are: they wait for it five seconds, and no longer.
    let stage = Stage::of(0, BODY).await;
    stage.until_asked(6).await;
    assert_eq!(stage.ended().await.1, json!(ALL));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_first_fails_the_next_goes_ahead() {
    let open = AtomicBool::new(true);
    let server = Server::start(move |asked| match open.swap(false, SeqCst) {
        true => Deed::Refuse("no".into()),
        false => Deed::Answer(last(asked)),
    });
    let (server, folder) = (server.await, folder(&[("a.workflow.js", &script(BODY))]));
    let ran = on(&server, &PROVIDERS[0], "tiny", folder.path(), &["--concurrency", "6"]).await;
    let result = ran.json_lines().pop().expect("a line")["result"].clone();
    assert_eq!((server.asked().len(), result), (6, json!([null, "b", "c", "d", "e", "f"])));
}
