//! What runs teach those that come after them.

use serde_json::Value;

use super::{PROVIDERS, called, on};
use crate::{
    cli::{folder, script},
    faults::server::{Deed, Server},
};

/// What the page of a run says of its plan.
fn plan(page: &str) -> Value {
    let (_, rest) = page.split_once(r#"id="callsheet-data">"#).expect("data");
    let messages: Value = serde_json::from_str(rest.split_once("</script>").expect("an end").0).expect("JSON");
    messages[0]["plan"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_holds_a_run_against_what_was_known_before_it() {
    let server = Server::start(|_| Deed::Answer("hello".into())).await;
    let folder = folder(&[("a.workflow.js", &script("return await agent('hi', { label: 'greet', model: 'haiku' })"))]);
    let [anthropic, ..] = PROVIDERS;
    let mut runs = Vec::new();
    for _ in 0..2 {
        let ran = on(&server, &anthropic, "opus", folder.path(), &[]).await;
        runs.push(ran.json_lines()[0]["run"].as_str().expect("a run").to_owned());
    }
    for (run, basis) in runs.iter().zip(["assumed", "history"]) {
        let written = called(folder.path(), &["report", run, "-o", "run.html"], &[]).await;
        assert_eq!(written.code, 0, "{}", written.err);
        let page = std::fs::read_to_string(folder.path().join("run.html")).expect("a page");
        let basis_of = &plan(&page)["tokens"]["basis"];
        assert!(basis_of.to_string().contains(basis), "{run}: {basis_of}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_person_calls_a_model_is_learned_with_its_meaning() {
    let server = Server::start(|_| Deed::Answer("hello".into())).await;
    let folder = folder(&[("a.workflow.js", &script("return await agent('hi', { label: 'greet', model: 'fast' })"))]);
    let [anthropic, ..] = PROVIDERS;
    on(&server, &anthropic, "opus", folder.path(), &["--alias", "fast=haiku"]).await;
    let variables = [(anthropic.key, "sk-planted-4711"), (anthropic.base, server.base.as_str())];
    for (alias, learned) in [("fast=haiku", true), ("fast=opus", false)] {
        let run = ["run", "a.workflow.js", "--model", "anthropic:opus", "--alias", alias];
        let sheet = called(folder.path(), &run, &variables).await.out;
        assert_eq!(sheet.contains("history (n="), learned, "{alias}: {sheet}");
    }
}
