//! Scripts that a model writes, from the command to the saved file and its run.

use std::path::PathBuf;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::TestClient;

/// An editor in a folder that keeps workflows.
struct Editor {
    client: TestClient,
    folder: TempDir,
}

impl Editor {
    async fn open(options: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join(".claude/workflows")).unwrap();
        let mut options = options;
        options["run.simulatedLatencyMs"] = json!(0);
        Self { client: TestClient::in_folder(folder.path(), options).await, folder }
    }

    /// Asks for a script; gives the request.
    async fn write(&mut self, task: &str) -> Value {
        let params = json!({"command": "callsheet.write", "arguments": [{"task": task}]});
        self.client.begin("workspace/executeCommand", params).await.into()
    }

    /// Takes the answer that the writing has begun, and lets its progress be shown.
    async fn begun(&mut self, request: Value) {
        assert!(self.client.answer_to(request).await["result"]["runId"].is_string());
        self.client.answer("window/workDoneProgress/create", json!(null)).await;
    }

    /// The text of the draft that is shown.
    async fn draft(&mut self) -> String {
        let path = self.shown().await;
        assert!(path.ends_with("draft.workflow.js") && path.starts_with(self.folder.path()), "{}", path.display());
        std::fs::read_to_string(path).unwrap()
    }

    /// The file that is shown.
    async fn shown(&mut self) -> PathBuf {
        let shown = self.client.answer("window/showDocument", json!({"success": true})).await;
        PathBuf::from(shown["uri"].as_str().unwrap().strip_prefix("file://").unwrap())
    }

    /// Answers the question that is asked next; gives it and the answers it offers.
    async fn answer(&mut self, title: Option<&str>) -> (String, Vec<String>) {
        let answer = title.map_or(Value::Null, |title| json!({"title": title}));
        let asked = self.client.answer("window/showMessageRequest", answer).await;
        let titles = asked["actions"].as_array().unwrap().iter().map(|a| a["title"].as_str().unwrap().to_owned());
        (asked["message"].as_str().unwrap().to_owned(), titles.collect())
    }

    async fn finish(self) {
        let ignored = [
            "window/logMessage",
            "$/progress",
            "window/workDoneProgress/create",
            "callsheet/runEvent",
            "textDocument/publishDiagnostics",
        ];
        self.client.finish_ignoring(&ignored).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_is_written_shown_and_saved() {
    let mut editor = Editor::open(json!({})).await;
    let request = editor.write("review what changed").await;
    editor.begun(request).await;
    let draft = editor.draft().await;
    let (offer, answers) = editor.answer(Some("Save")).await;
    assert!(offer.starts_with("review: 3") && offer.contains(" agents · "), "{offer}");
    assert!(offer.contains("tok · ") && offer.contains("$"), "plan and cost: {offer}");
    assert!(offer.contains("Simulated: no model has read the task, and the script is an example."), "{offer}");
    assert!(offer.ends_with("Save it as .claude/workflows/review.js?"), "{offer}");
    assert_eq!(answers, ["Save", "Save and Run"]);
    let saved = editor.shown().await;
    assert_eq!(saved, editor.folder.path().join(".claude/workflows/review.js"));
    assert_eq!(std::fs::read_to_string(&saved).unwrap(), draft);
    assert!(
        draft.starts_with("// Simulated: not written for your task") && draft.contains("export const meta"),
        "{draft}"
    );

    // Another by that name stands beside it; who wants neither has neither.
    let request = editor.write("review what changed").await;
    editor.begun(request).await;
    editor.draft().await;
    let (offer, _) = editor.answer(None).await;
    assert!(offer.ends_with("Save it as .claude/workflows/review-2.js?"), "{offer}");
    editor.client.request("callsheet/runs", json!(null)).await;
    assert!(!editor.folder.path().join(".claude/workflows/review-2.js").exists());
    editor.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_was_saved_can_be_run_at_once() {
    let mut editor = Editor::open(json!({})).await;
    let request = editor.write("review what changed").await;
    editor.begun(request).await;
    editor.draft().await;
    editor.answer(Some("Save and Run")).await;
    let saved = editor.shown().await;
    let uri = format!("file://{}", saved.display());
    let text = std::fs::read_to_string(&saved).unwrap();
    editor.client.open(&uri, &text).await;
    loop {
        let event = editor.client.notification("callsheet/runEvent").await;
        if event["uri"] == uri.as_str() {
            assert_eq!((&event["event"]["type"], &event["event"]["name"]), (&json!("runStarted"), &json!("review")));
            break;
        }
    }
    let transcript = editor.shown().await;
    assert!(transcript.ends_with("transcript.md"), "{}", transcript.display());
    editor.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_written_without_trust_a_task_and_leave_to_spend() {
    let mut editor = Editor::open(json!({"trusted": false, "run.model": "command:cat script.txt"})).await;
    let refused = async |editor: &mut Editor, task: &str| {
        let id = editor.write(task).await;
        editor.client.answer_to(id).await["error"]["message"].as_str().unwrap().to_owned()
    };
    assert!(refused(&mut editor, "review").await.contains("not trusted"));
    editor.client.notify("callsheet/trust", json!({"trusted": true})).await;
    assert_eq!(refused(&mut editor, " ").await, "This command needs a `task`: what the workflow is to do.");

    let id = editor.write("review").await;
    let (question, answers) = editor.answer(None).await;
    assert!(question.starts_with("A workflow for this task is written by command:cat script.txt."), "{question}");
    assert!(question.contains("at most 3 drafts") && answers == ["Write"], "{question}");
    assert_eq!(editor.client.answer_to(id).await["result"], json!(null));
    assert!(!editor.folder.path().join(".callsheet/runs").exists(), "nothing ran");

    // A model of the person's own answers, first with a script that cannot run, then with one that can.
    let script = "export const meta = { name: 'mine', description: 'Mine' }\nreturn await agent('x')\n";
    for (answer, ends) in [("no script", "failed"), (script, "offered")] {
        std::fs::write(editor.folder.path().join("script.txt"), answer).unwrap();
        let request = editor.write("review").await;
        editor.answer(Some("Write")).await;
        editor.begun(request).await;
        match ends {
            "failed" => {
                assert!(editor.shown().await.ends_with("answer.txt"));
                let told = editor.client.notification("window/showMessage").await;
                let told = told["message"].as_str().unwrap();
                assert!(told.starts_with("No script was written: the last answer has no script in it."), "{told}");
            }
            _ => {
                assert_eq!(editor.draft().await, script);
                let (offer, _) = editor.answer(None).await;
                assert!(offer.starts_with("mine: 1 agent · "), "{offer}");
                assert!(offer.contains("What writing it cost is not known."), "{offer}");
            }
        }
    }
    editor.finish().await;
}
