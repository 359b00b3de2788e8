//! Questions about files, selections and folders, from the command to the transcript.

use serde_json::{Value, json};

use super::running::Editor;

const SCRIPT: &str = "export const meta = { name: 'a', description: 'b' }\nreturn await agent('x')\n";

/// An editor in a folder with notes of three lines, and a script open beside them.
async fn open(options: Value) -> Editor {
    let mut options = options;
    options["run.simulatedLatencyMs"] = json!(0);
    let editor = Editor::open_with(SCRIPT, options, json!({})).await;
    std::fs::write(editor.folder.path().join("notes.txt"), "one\ntwo\nthree\n").unwrap();
    editor
}

/// Asks about what is at `path`; gives the whole answer.
async fn ask(editor: &mut Editor, path: &str, more: Value) -> Value {
    let params = target(editor, path, more);
    editor.client.ask("workspace/executeCommand", params).await
}

fn target(editor: &Editor, path: &str, more: Value) -> Value {
    let path = editor.folder.path().join(path);
    let uri = tower_lsp::ls_types::Uri::from_file_path(path).unwrap();
    let mut target = json!({"uri": uri.as_str(), "question": "What is here?"});
    target.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({"command": "callsheet.ask", "arguments": [target]})
}

/// The name and bytes of the context of a run that has come to its end, and its transcript.
async fn ended(editor: &mut Editor, answer: &Value) -> (Value, String) {
    let started = editor.until(|event| event["type"] == "runStarted").await;
    let end = editor.until(|event| event["type"] == "runEnded").await;
    assert_eq!(end["status"], "ok", "{end}");
    editor.client.notification("window/logMessage").await;
    let folder = answer["result"]["folder"].as_str().expect("a folder");
    (started, std::fs::read_to_string(format!("{folder}/transcript.md")).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_about_a_file_is_a_run_that_leaves_the_script_alone() {
    let mut editor = open(json!({})).await;
    let script = editor.uri.clone();
    let own = script.rsplit('/').next().unwrap().to_string();
    for (path, more) in [("notes.txt", json!({})), (own.as_str(), json!({"text": "three words only"})), ("", json!({}))]
    {
        let answer = ask(&mut editor, path, more).await;
        let (started, transcript) = ended(&mut editor, &answer).await;
        assert_eq!((&started["name"], &started["simulated"]), (&json!("rlm"), &json!(true)), "{started}");
        assert!(transcript.starts_with("# What is here?: done\n"), "{transcript}");
        assert!(transcript.contains("\n## Result\n") && transcript.contains("made up"), "{transcript}");
        if path == "notes.txt" {
            for told in ["\nBelow it: `notes.txt, bytes 0–14`.\n", "\nThe answer rests on `notes.txt:1-3`.\n"] {
                assert!(transcript.contains(told), "{told}: {transcript}");
            }
        }
    }
    let runs = editor.client.request("callsheet/runs", json!(null)).await;
    let about: Vec<&str> =
        runs.as_array().unwrap().iter().map(|run| run["uri"].as_str().unwrap().rsplit('/').next().unwrap()).collect();
    assert_eq!(about[1..], [own.as_str(), "notes.txt"]);
    assert_eq!(editor.lenses().await[..2], ["▶ Run", "Dry run"], "the script has not run");
    assert_eq!(editor.lenses().await.len(), 3, "and there is nothing of it to go on with");
    editor.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_refused_as_a_run_is_and_asked_about_where_it_is_paid_for() {
    let mut editor = open(json!({"trusted": false})).await;
    let refused = ask(&mut editor, "notes.txt", json!({})).await;
    assert!(refused["error"]["message"].as_str().unwrap().contains("not trusted"), "{refused}");
    editor.client.notify("callsheet/trust", json!({"trusted": true})).await;
    for (path, more, why) in [
        ("notes.txt", json!({"question": " "}), "This command needs a `question`."),
        ("none.txt", json!({}), "cannot read "),
    ] {
        let refused = ask(&mut editor, path, more).await;
        assert!(refused["error"]["message"].as_str().unwrap().starts_with(why), "{refused}");
    }
    let settings = json!({"settings": {"callsheet": {"run.model": "command:cat"}}});
    editor.client.notify("workspace/didChangeConfiguration", settings).await;
    let params = target(&editor, "notes.txt", json!({}));
    let id = editor.client.begin("workspace/executeCommand", params).await;
    let asked = editor.client.answer("window/showMessageRequest", json!(null)).await;
    let message = asked["message"].as_str().unwrap();
    assert!(message.starts_with("A question about notes.txt (14 bytes) goes to command:cat."), "{message}");
    assert!(message.contains("at most 200 calls"), "{message}");
    assert_eq!(editor.client.answer_to(id.into()).await["result"], json!(null));
    assert!(!editor.folder.path().join(".callsheet/runs").exists(), "nothing ran");
    editor.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_broke_off_goes_on_from_the_editor() {
    let mut editor = open(json!({})).await;
    let answer = ask(&mut editor, "notes.txt", json!({})).await;
    ended(&mut editor, &answer).await;
    let folder = std::path::PathBuf::from(answer["result"]["folder"].as_str().expect("a folder"));
    let (run, journal) = (folder.file_name().unwrap().to_str().unwrap().to_owned(), folder.join("journal.jsonl"));
    let text = std::fs::read_to_string(&journal).unwrap();
    let cut = text.lines().position(|line| line.contains("\"agentDone\"")).unwrap() + 1;
    std::fs::write(&journal, text.split_inclusive('\n').take(cut).collect::<String>()).unwrap();

    let notes = tower_lsp::ls_types::Uri::from_file_path(editor.folder.path().join("notes.txt")).unwrap();
    let resume = json!({"command": "callsheet.resume", "arguments": [{"uri": notes.as_str(), "runId": run}]});
    let id = editor.client.begin("workspace/executeCommand", resume.clone()).await;
    let asked = editor.client.answer("window/showMessageRequest", json!({"title": "Resume"})).await;
    let message = asked["message"].as_str().unwrap();
    assert!(message.starts_with("What is here?: 1 agent from the journal, 1 to run"), "{message}");
    assert!(message.contains("Up to 198 more may follow"), "{message}");
    let answer = editor.client.answer_to(id.into()).await;
    assert_ne!(answer["result"]["runId"], json!(run), "{answer}");
    let end = editor.until(|event| event["type"] == "runEnded").await;
    assert_eq!((&end["status"], &end["totals"]["cached"]), (&json!("ok"), &json!(1)), "{end}");
    editor.client.notification("window/logMessage").await;

    // A file that says something else now is not what was asked about.
    std::fs::write(editor.folder.path().join("notes.txt"), "other\n").unwrap();
    let id = editor.client.begin("workspace/executeCommand", resume).await;
    editor.client.answer("window/showMessageRequest", json!({"title": "Resume"})).await;
    editor.client.answer_to(id.into()).await;
    let end = editor.until(|event| event["type"] == "runEnded").await;
    assert!(end["error"]["message"].as_str().unwrap().ends_with("has changed since the run was started"), "{end}");
    editor.client.notification("window/showMessage").await;
    editor.client.notification("window/logMessage").await;
    editor.finish().await;
}
