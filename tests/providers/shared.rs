//! Limits that runs on one machine share: real processes against one server.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::Duration,
};

use tokio::time::sleep;

use crate::{
    cli::{folder, program, script},
    faults::server::{Deed, Server},
};

/// A run of `a.workflow.js` on this server with the model `model`, which tells the server who asks.
/// It shares what there is to share in `runtime`.
fn start(folder: &Path, runtime: &Path, server: &Server, model: &str, more: &[&str]) -> Child {
    let mut command = program(folder);
    command.env("HOME", folder).env("XDG_RUNTIME_DIR", runtime).env("OPENAI_API_KEY", "sk-planted");
    let model = format!("openai-compatible:{model}");
    command.args(["run", "a.workflow.js", "--json", "--base-url", &server.base, "--model", &model]).args(more);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts")
}

/// The folders of the accounts that are known.
fn accounts(runtime: &Path) -> Vec<PathBuf> {
    let found = fs::read_dir(runtime.join("callsheet/accounts"));
    found.into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Whether a run waits for a slot.
fn waits(runtime: &Path) -> bool {
    let someone = |account: PathBuf| {
        let file = File::open(account.join("waiting")).ok()?;
        Some(matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    };
    accounts(runtime).into_iter().filter_map(someone).any(|waits| waits)
}

/// Whether a provider asked for a pause.
fn paused(runtime: &Path) -> bool {
    let rates = |account: PathBuf| fs::read_to_string(account.join("rates.json")).ok();
    accounts(runtime).into_iter().filter_map(rates).any(|text| text.contains("\"pause\":["))
}

/// How often a model was asked.
fn asked(server: &Server, model: &str) -> usize {
    server.asked().iter().filter(|asked| asked.body["model"] == model).count()
}

async fn until(what: impl Fn() -> bool) {
    while !what() {
        sleep(Duration::from_millis(5)).await;
    }
}

async fn end(mut child: Child) -> bool {
    loop {
        if let Some(status) = child.try_wait().expect("a process") {
            return status.success();
        }
        sleep(Duration::from_millis(5)).await;
    }
}

fn many(agents: usize) -> String {
    script(&format!("return await parallel(Array.from({{ length: {agents} }}, (_, i) => () => agent(`${{i}}`)))"))
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_together_never_ask_more_at_once_than_the_cap_and_all_get_their_turn() {
    let server = Server::start(|_| Deed::Slowly(Duration::from_millis(20), "done".into())).await;
    let folders = [2000, 6].map(|agents| folder(&[("a.workflow.js", &many(agents))]));
    // One that would keep the provider to itself for its whole long life, and one that comes later.
    let more = ["--cap", "openai-compatible=2", "--concurrency", "8", "--max-agents", "2000"];
    let run = |at: usize, model| start(folders[at].path(), folders[0].path(), &server, model, &more);
    let mut long = run(0, "long");
    until(|| asked(&server, "long") > 4).await;
    assert!(end(run(1, "short")).await, "the short run ends well");
    assert_eq!(asked(&server, "short"), 6);
    assert!(long.try_wait().expect("a process").is_none(), "the long run is still under way: it gave way");
    long.kill().expect("killed");
    long.wait().expect("its end");
    assert_eq!(server.most_at_once(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_lets_go_of_what_it_held() {
    let server = Server::start(|asked| match asked.body["model"].as_str() {
        Some("stuck") => Deed::Slowly(Duration::from_secs(3600), String::new()),
        _ => Deed::Answer("done".into()),
    })
    .await;
    let folder = folder(&[("a.workflow.js", &many(3))]);
    let more = ["--cap", "openai-compatible=2"];
    let run = |model| start(folder.path(), folder.path(), &server, model, &more);
    let mut stuck = run("stuck");
    until(|| asked(&server, "stuck") == 2).await;
    let next = run("next");
    until(|| asked(&server, "next") > 0 || waits(folder.path())).await;
    assert_eq!(asked(&server, "next"), 0, "all that may be under way is");
    stuck.kill().expect("killed by SIGKILL");
    stuck.wait().expect("its end");
    assert!(end(next).await);
    assert_eq!((asked(&server, "stuck"), asked(&server, "next")), (2, 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_one_run_was_asked_for_is_kept_by_the_next() {
    let server = Server::start(|asked| match asked.body["model"].as_str() {
        Some("first") => Deed::Status(429, vec![("retry-after", "3600".into())]),
        _ => Deed::Answer("done".into()),
    })
    .await;
    let folder = folder(&[("a.workflow.js", &many(1))]);
    let run = |runtime: &Path, model| start(folder.path(), runtime, &server, model, &[]);
    let mut first = run(folder.path(), "first");
    until(|| paused(folder.path())).await;
    first.kill().expect("killed");
    first.wait().expect("its end");
    let mut next = run(folder.path(), "next");
    let journals = || fs::read_dir(folder.path().join(".callsheet/runs")).map_or(0, Iterator::count);
    until(|| journals() == 2).await;
    sleep(Duration::from_millis(300)).await;
    assert_eq!(asked(&server, "next"), 0, "the provider asked for an hour");
    next.kill().expect("killed");
    next.wait().expect("its end");
    let elsewhere = tempfile::tempdir().expect("a folder");
    assert!(end(run(elsewhere.path(), "other")).await, "who shares nothing is not held up");
}
