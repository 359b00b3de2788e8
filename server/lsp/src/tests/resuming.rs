//! Runs that are gone on with, and reports of runs.

use serde_json::{Value, json};

use super::{TestClient, client::capabilities, running::Editor};

const SCRIPT: &str = "\
export const meta = { name: 'steps', description: 'Asks, then fails' }
const a = await agent('one')
const b = await agent('two')
if (!args) throw new Error('no arguments')
return [a, b, await agent('three')]
";

async fn failed_once() -> Editor {
    failed_once_with(json!({})).await
}

async fn failed_once_with(mut options: Value) -> Editor {
    options["run.simulatedLatencyMs"] = json!(0);
    let mut editor = Editor::open_with(SCRIPT, options, json!({})).await;
    editor.command("callsheet.run").await;
    editor.client.notification("window/logMessage").await;
    editor.client.ignore("window/showMessage");
    editor
}

/// Carries a command out while the person answers one question after another; gives the questions and the answer.
async fn asked(editor: &mut Editor, answers: &[Value], more: Value) -> (Vec<Value>, Value) {
    let mut target = json!({"uri": editor.uri});
    target.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let params = json!({"command": "callsheet.resume", "arguments": [target]});
    let id = editor.client.begin("workspace/executeCommand", params).await;
    let mut questions = Vec::new();
    for answer in answers {
        questions.push(editor.client.answer("window/showMessageRequest", answer.clone()).await);
    }
    (questions, editor.client.answer_to(id.into()).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_gone_on_with_only_once_a_person_has_seen_what_it_does() {
    let mut editor = failed_once().await;
    assert_eq!(editor.lenses().await[..3], ["▶ Run", "Dry run", "↻ Resume · 2 cached"]);

    let (questions, answer) = asked(&mut editor, &[json!(null)], json!({})).await;
    let message = questions[0]["message"].as_str().unwrap();
    assert!(message.starts_with("steps: 2 agents from the journal, 0 to run."), "{message}");
    assert!(message.contains("The script then fails: "), "{message}");
    assert_eq!(answer["result"], json!(null), "nothing ran");
    let runs = editor.client.request("callsheet/runs", json!(null)).await;
    assert_eq!(runs.as_array().unwrap().len(), 1);

    let (questions, answer) =
        asked(&mut editor, &[json!({"title": "Show Calls"}), json!({"title": "Resume"})], json!({"args": 1})).await;
    let message = questions[1]["message"].as_str().unwrap();
    assert!(message.starts_with("steps: 2 agents from the journal, 1 to run · "), "{message}");
    assert!(message.contains("Simulated: nothing is spent."), "{message}");
    assert_eq!(questions[0]["actions"], json!([{"title": "Resume"}, {"title": "Show Calls"}]));
    let log = editor.client.notification("window/logMessage").await;
    let page = log["message"].as_str().unwrap().strip_prefix("Written to ").unwrap().trim_end_matches('.').to_string();
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("## To run: 1\n\n- three · line 5") && page.contains("## From the journal: 2"), "{page}");
    let id = answer["result"]["runId"].as_str().unwrap().to_string();
    let end = loop {
        let event = editor.until(|event| event["type"] == "runEnded").await;
        if event["status"] == "ok" {
            break event;
        }
    };
    assert_eq!((&end["totals"]["cached"], &end["totals"]["agents"]), (&json!(2), &json!(3)));
    editor.client.notification("window/logMessage").await;
    let lenses = editor.lenses().await;
    assert_eq!(lenses.len(), 4, "nothing is left to do: {lenses:?}");
    assert!(lenses[3].starts_with("✓ 3 agents · ") && lenses[3].contains(" simulated, estimated "), "{lenses:?}");

    let uri = editor.uri.clone();
    let start = json!({"line": 0, "character": 0});
    editor.client.change(&uri, json!([{"range": {"start": start, "end": start}, "text": "// A\n"}])).await;
    assert_eq!(editor.lenses().await[2], "↻ Resume · up to 3 cached, script changed");
    let (questions, _) = asked(&mut editor, &[json!(null)], json!({})).await;
    let message = questions[0]["message"].as_str().unwrap();
    assert!(
        message.ends_with("The script has changed since that run.")
            && message.contains("3 agents from the journal, 0 to run."),
        "{message}"
    );
    assert!(editor.folder.path().join(".callsheet/runs").join(id).is_dir());
    editor.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_counts_at_prices_of_ones_own() {
    let prices = json!({"sonnet": {"input": 1_000_000, "output": 1_000_000}});
    let mut editor = failed_once_with(json!({"prices": prices})).await;
    let (questions, _) = asked(&mut editor, &[json!(null)], json!({"args": 1})).await;
    let message = questions[0]["message"].as_str().unwrap();
    assert!(message.starts_with("steps: 2 agents from the journal, 1 to run · ~301 tok · ~$406."), "{message}");
    editor.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_of_earlier_sessions_are_offered_too_and_nothing_is_run_to_find_out() {
    let editor = failed_once().await;
    let Editor { client, uri, folder } = editor;
    let mut before = Editor { client, uri: uri.clone(), folder: tempfile::tempdir().unwrap() };
    for method in ["callsheet/runEvent", "textDocument/publishDiagnostics"] {
        before.client.ignore(method);
    }
    before.finish().await;
    let mut can = capabilities();
    can["workspace"] = json!({"codeLens": {"refreshSupport": true}});
    let mut client = TestClient::with(can, json!({"trusted": false})).await;
    client.open_script(&uri, SCRIPT).await;
    let mut later = Editor { client, uri, folder };
    later.client.answer("workspace/codeLens/refresh", json!(null)).await;
    assert_eq!(later.lenses().await[2], "↻ Resume · 2 cached");
    let refused = later.command("callsheet.resume").await;
    assert!(refused["error"]["message"].as_str().unwrap().contains("not trusted"), "{refused}");
    assert_eq!(std::fs::read_dir(later.folder.path().join(".callsheet/runs")).unwrap().count(), 1);
    later.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_is_written_and_opened_outside_of_the_editor() {
    let mut editor = Editor::open(SCRIPT, json!({"run.simulatedLatencyMs": 0, "run.openTranscript": false})).await;
    let none = editor.command("callsheet.report").await;
    assert_eq!(none["error"]["message"], "There is no run of this script to report on. Run it first.");
    editor.command("callsheet.run").await;
    editor.progress().await;
    editor.client.notification("window/logMessage").await;
    editor.client.ignore("window/showMessage");
    let id = {
        let params = json!({"command": "callsheet.report", "arguments": [{"uri": editor.uri}]});
        editor.client.begin("workspace/executeCommand", params).await
    };
    let shown = editor.client.answer("window/showDocument", json!({"success": true})).await;
    assert_eq!(shown["external"], true);
    let answer = editor.client.answer_to(id.into()).await;
    let path = answer["result"]["path"].as_str().unwrap();
    assert_eq!(shown["uri"], format!("file://{path}"));
    assert!(std::fs::read_to_string(path).unwrap().contains("runEnded"));
    editor.finish().await;
}
