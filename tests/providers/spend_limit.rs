//! An account that may spend no more: told at once wherever the run is watched, and nothing of it is taken for paid.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    cli::{call, folder, program, script},
    faults::server::{Deed, Server},
};

/// Two calls to an account that may spend no more, and one to another.
const BOTH: &str = "const ask = (prompt, model) => () => agent(prompt, { model })
return await parallel([ask('poor 1'), ask('poor 2'), ask('rich', 'anthropic:some')])";

/// The program on this server, which is both providers.
fn command(folder: &Path, server: &Server, arguments: &[&str]) -> Command {
    let mut command = program(folder);
    command.env("HOME", folder).env("OPENAI_API_KEY", "sk-one").env("ANTHROPIC_API_KEY", "sk-other");
    command.env("OPENAI_BASE_URL", &server.base).env("ANTHROPIC_BASE_URL", &server.base).args(arguments);
    command
}

/// The first line of what a process says that has this in it.
async fn line(child: &mut Child, wanted: &'static str) -> String {
    let mut out = BufReader::new(child.stdout.take().expect("piped"));
    let found = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        while !line.contains(wanted) {
            line.clear();
            assert!(out.read_line(&mut line).expect("text") > 0, "it ended without {wanted:?}");
        }
        (line, out.into_inner())
    });
    let (line, out) = found.await.expect("no panic");
    child.stdout = Some(out);
    line
}

#[tokio::test(flavor = "multi_thread")]
async fn is_told_at_once_in_every_view_while_other_accounts_go_on() {
    let (go, broke) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(true)));
    let (told, poor) = (go.clone(), broke.clone());
    let server = Server::start(move |asked| match asked.prompt.as_str() {
        "rich" => Deed::Told(told.clone(), "done".into()),
        _ if poor.load(Relaxed) => Deed::SpendLimit,
        _ => Deed::Answer("done".into()),
    })
    .await;
    let folder = folder(&[("a.workflow.js", &script(BOTH))]);
    let start = |arguments: &[&str]| {
        let mut command = command(folder.path(), &server, arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts")
    };
    let mut run = start(&["run", "a.workflow.js", "--model", "openai-compatible:x", "--concurrency", "3"]);
    let said = line(&mut run, "spend limit").await;
    let way = "! the account's spend limit is reached: told to. Nothing more leaves to openai-compatible; all other calls go on. \
               Raise the limit, then resume this run: finished calls are not paid again";
    assert!(said.contains(way), "{said}");
    let mut watched = start(&["runs", "watch", "last", "--json"]);
    let event: Value = serde_json::from_str(&line(&mut watched, "\"spendLimit\"").await).expect("JSON");
    assert_eq!((&event["provider"], &event["line"]), (&json!("openai-compatible"), &json!(2)));
    let shown = call(folder.path(), &["runs", "show", "last"]);
    assert!(
        shown.out.contains(" · openai-compatible: spend limit · ") && shown.out.contains("○ poor 1  waits"),
        "{}",
        shown.out
    );
    go.notify_one();
    let ended = tokio::task::spawn_blocking(move || (run.wait_with_output(), watched.wait_with_output()));
    let (ran, watched) = ended.await.expect("no panic");
    for output in [ran, watched].map(|output| output.expect("it ends")) {
        let out = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(1), "{out}");
        assert!(!out.contains("! the account") && !out.contains("\"spendLimit\""), "it is said once: {out}");
    }
    let shown = call(folder.path(), &["runs", "show", "last"]).out;
    assert!(!shown.contains("poor 1  waits") && !shown.contains("paid?"), "nobody waits any more: {shown}");

    // Both were refused: nothing of them was paid, and what resuming costs says so.
    broke.store(false, Relaxed);
    let output = command(folder.path(), &server, &["resume", "last", "--json"]).output().expect("it ends");
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let live = lines[0]["live"].as_array().expect("calls");
    let paid: Vec<_> = live.iter().map(|call| (&call["label"], &call["mayBePaid"])).collect();
    assert_eq!(paid, [(&json!("poor 1"), &json!(false)), (&json!("poor 2"), &json!(false))]);
    assert!(!lines.iter().any(|line| line["type"] == "warning"), "{out}");
    assert_eq!(lines.last().map(|last| &last["result"]), Some(&json!(["done", "done", "done"])));
    assert!(server.paid().values().all(|times| *times == 1), "{:?}", server.paid());
}
