//! Runs, from the command to the transcript.

use expect_test::expect;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{TestClient, client::capabilities};

const SCRIPT: &str = "\
export const meta = { name: 'twice', description: 'Asks twice' }
phase('Ask')
const answers = await parallel([1, 2].map(n => () => agent(`Question ${n}`)))
phase('Sum up')
await agent('Sum up')
return answers.length
";

/// An editor with a script open in a folder of its own.
pub(crate) struct Editor {
    pub(crate) client: TestClient,
    pub(crate) uri: String,
    pub(crate) folder: TempDir,
}

impl Editor {
    pub(crate) async fn open(text: &str, options: Value) -> Self {
        let mut can = capabilities();
        can["workspace"] = json!({"codeLens": {"refreshSupport": true}});
        Self::open_with(text, options, can).await
    }

    pub(crate) async fn open_with(text: &str, options: Value, can: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let uri = format!("file://{}/twice.workflow.js", folder.path().display());
        let mut client = TestClient::with(can, options).await;
        client.open_script(&uri, text).await;
        Self { client, uri, folder }
    }

    pub(crate) async fn command(&mut self, command: &str) -> Value {
        let params = json!({"command": command, "arguments": [{"uri": self.uri}]});
        self.client.ask("workspace/executeCommand", params).await
    }

    pub(crate) async fn lenses(&mut self) -> Vec<String> {
        let lenses = self.client.request("textDocument/codeLens", json!({"textDocument": {"uri": self.uri}})).await;
        lenses.as_array().unwrap().iter().map(|lens| lens["command"]["title"].as_str().unwrap().to_string()).collect()
    }

    async fn hints(&mut self) -> String {
        let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
        let params = json!({"textDocument": {"uri": self.uri}, "range": range});
        let hints = self.client.request("textDocument/inlayHint", params).await;
        let label = |hint: &Value| {
            let parts = hint["label"].as_array().unwrap().iter().map(|part| part["value"].as_str().unwrap());
            format!("{}: {}\n", hint["position"]["line"], parts.collect::<String>())
        };
        hints.as_array().unwrap().iter().map(label).collect()
    }

    /// The first event from here on that is wanted.
    pub(crate) async fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.client.notification("callsheet/runEvent").await["event"].take();
            if wanted(&event) {
                return event;
            }
        }
    }

    /// The lines of progress, from the first to the last.
    pub(crate) async fn progress(&mut self) -> Vec<String> {
        self.client.answer("window/workDoneProgress/create", json!(null)).await;
        let mut lines = Vec::new();
        loop {
            let progress = self.client.notification("$/progress").await;
            let value = &progress["value"];
            lines.push(format!("{} {}", value["kind"].as_str().unwrap(), value["message"].as_str().unwrap()));
            if value["kind"] == "end" {
                return lines;
            }
        }
    }

    pub(crate) async fn finish(mut self) {
        for method in ["callsheet/runEvent", "workspace/codeLens/refresh", "textDocument/publishDiagnostics"] {
            self.client.ignore(method);
        }
        self.client.finish_ignoring(&["callsheet/runEvent", "workspace/codeLens/refresh"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_from_lens_to_transcript() {
    let mut editor = Editor::open(SCRIPT, json!({"run.simulatedLatencyMs": 40})).await;
    let answer = editor.command("callsheet.run").await;
    let id = answer["result"]["runId"].as_str().expect("an id at once").to_string();
    let lines = editor.progress().await;
    assert_eq!(lines[0].split(' ').next(), Some("begin"));
    let last = lines.last().unwrap();
    assert!(last.starts_with("end Done · Sum up · 3/3 agents · ") && last.ends_with(" tokens · simulated"), "{last}");

    let shown = editor.client.answer("window/showDocument", json!({"success": true})).await;
    let path = shown["uri"].as_str().unwrap().strip_prefix("file://").unwrap().to_string();
    assert!(path.ends_with(&format!(".callsheet/runs/{id}/transcript.md")), "{path}");
    let transcript = std::fs::read_to_string(path).unwrap();
    assert!(transcript.starts_with("# twice: done\n") && transcript.contains("Question 2"), "{transcript}");

    assert_eq!(editor.lenses().await[0], "▶ Run");
    let hints = editor.hints().await;
    expect![[r#"
        1: 2 agents · ~606 tok · <$0.01 · ran 2
        2: ×2 · ~606 tok · <$0.01 · ran 2
        2: 2 wide · line 3
        3: 1 agent · ~302 tok · <$0.01 · ran 1
        4: ×1 · ~302 tok · <$0.01 · ran 1
    "#]]
    .assert_eq(&hints);

    let params = json!({"runId": id, "from": 2});
    let caught_up = editor.client.request("callsheet/runEvents", params).await;
    let events = caught_up["events"].as_array().unwrap();
    assert_eq!((&events[0]["seq"], &caught_up["live"]), (&json!(2), &json!(false)));
    assert_eq!(events.last().unwrap()["event"]["type"], "runEnded");
    for (n, event) in events.iter().enumerate() {
        assert_eq!(event["seq"], n + 2, "without gaps");
    }
    let first = editor.client.notification("callsheet/runEvent").await;
    assert_eq!((&first["runId"], &first["uri"], &first["seq"]), (&json!(id), &json!(editor.uri), &json!(1)));
    assert_eq!(first["event"]["type"], "runStarted");
    let runs = editor.client.request("callsheet/runs", json!(null)).await;
    assert_eq!((&runs[0]["runId"], &runs[0]["live"]), (&json!(id), &json!(false)));
    editor.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_live_run_can_be_stopped() {
    for by_progress in [false, true] {
        let mut editor = Editor::open(SCRIPT, json!({"run.simulatedLatencyMs": 600_000})).await;
        editor.command("callsheet.run").await;
        editor.client.answer("window/workDoneProgress/create", json!(null)).await;
        let begin = editor.client.notification("$/progress").await;
        assert_eq!(editor.lenses().await[0], "■ Stop · 0/3");
        let again = editor.command("callsheet.run").await;
        assert_eq!(again["error"]["message"], "This script is running already. Stop that run first.");
        if by_progress {
            editor.client.notify("window/workDoneProgress/cancel", json!({"token": begin["token"]})).await;
        } else {
            editor.command("callsheet.stop").await;
        }
        loop {
            let progress = editor.client.notification("$/progress").await;
            if progress["value"]["kind"] == "end" {
                assert!(progress["value"]["message"].as_str().unwrap().starts_with("Stopped · "), "{progress}");
                break;
            }
        }
        editor.client.answer("window/showDocument", json!({"success": true})).await;
        assert_eq!(editor.lenses().await[0], "▶ Run");
        editor.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_can_be_skipped_or_tried_again() {
    let options = json!({"run.simulatedLatencyMs": 600_000, "run.concurrency": 2});
    let mut editor = Editor::open_with(SCRIPT, options, json!({})).await;
    let id = editor.command("callsheet.run").await["result"]["runId"].as_str().unwrap().to_string();
    editor.until(|event| event["type"] == "agentStarted" && event["call"] == 2).await;
    let steer = |command: &str, call: u64| json!({"command": command, "arguments": [{"runId": id, "call": call}]});
    for (command, call, event) in [
        ("callsheet.retry", 1, "agentRetried"),
        ("callsheet.skip", 1, "agentSkipped"),
        ("callsheet.skip", 2, "agentSkipped"),
    ] {
        let answer = editor.client.request("workspace/executeCommand", steer(command, call)).await;
        assert_eq!(answer, json!({"runId": id, "call": call}));
        editor.until(|seen| seen["type"] == event && seen["call"] == call).await;
    }
    editor.until(|event| event["type"] == "agentStarted" && event["call"] == 3).await;
    for (params, message) in [
        (steer("callsheet.skip", 2), format!("Call 2 of run `{id}` is over.")),
        (steer("callsheet.retry", 9), format!("Run `{id}` has made no call 9.")),
        (
            json!({"command": "callsheet.skip", "arguments": [{"runId": id}]}),
            "This command needs the run's `runId` and the number of the `call`.".into(),
        ),
    ] {
        let refused = editor.client.ask("workspace/executeCommand", params).await;
        assert_eq!(refused["error"]["message"], message);
    }
    editor.client.request("workspace/executeCommand", steer("callsheet.skip", 3)).await;
    let end = editor.until(|event| event["type"] == "runEnded").await;
    assert_eq!((&end["status"], &end["result"]), (&json!("ok"), &json!(2)), "the script had null for each");
    editor.client.notification("window/logMessage").await;
    editor.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_gets_the_arguments_of_the_comment_unless_it_is_given_others() {
    let text = "\
// @callsheet args: { \"paths\": [\"a\", \"b\"] }
export const meta = { name: 'twice', description: 'Returns what it is given' }
await agent('Hello')
return args
";
    let mut editor = Editor::open_with(text, json!({"run.simulatedLatencyMs": 0}), json!({})).await;
    for (given, seen) in [(json!(null), json!({"paths": ["a", "b"]})), (json!([1]), json!([1]))] {
        let mut target = json!({"uri": editor.uri});
        if !given.is_null() {
            target["args"] = given;
        }
        let params = json!({"command": "callsheet.run", "arguments": [target]});
        editor.client.request("workspace/executeCommand", params).await;
        let end = editor.until(|event| event["type"] == "runEnded").await;
        assert_eq!(end["result"], seen);
        let cost = end["totals"]["usd"].as_f64();
        assert!(cost > Some(0.0) && end["totals"]["unpriced"] == 0, "priced as the plan assumes: {end}");
        let log = editor.client.notification("window/logMessage").await;
        let path = log["message"].as_str().and_then(|text| text.split(' ').find(|word| word.starts_with('/'))).unwrap();
        let transcript = std::fs::read_to_string(path.trim_end_matches('.')).unwrap();
        let basis = " at list prices, no model named = claude-sonnet-5-5 (assumed).";
        assert!(transcript.contains(basis), "{transcript}");
    }
    editor.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_line_is_a_diagnostic_at_its_place() {
    let text = SCRIPT.replace("return answers.length", "throw new Error('No answers')");
    let mut editor = Editor::open_with(&text, json!({"run.simulatedLatencyMs": 0}), json!({})).await;
    editor.command("callsheet.dryRun").await;
    let message = editor.client.notification("window/showMessage").await;
    assert_eq!(message["type"], 1);
    assert!(message["message"].as_str().unwrap().starts_with("twice failed at 6:"), "{message}");
    let found = editor.client.diagnostics(&editor.uri).await;
    let run: Vec<&Value> = found.iter().filter(|diagnostic| diagnostic["source"] == "callsheet-run").collect();
    assert_eq!(run.len(), 1, "{found:?}");
    assert_eq!(run[0]["range"]["start"]["line"], 5);
    assert!(run[0]["message"].as_str().unwrap().contains("No answers"), "{run:?}");
    let log = editor.client.notification("window/logMessage").await;
    assert!(log["message"].as_str().unwrap().ends_with("transcript.md."), "{log}");

    // It moves with its line, and goes with it.
    let start = json!({"line": 0, "character": 0});
    let uri = editor.uri.clone();
    editor.client.change(&uri, json!([{"range": {"start": start, "end": start}, "text": "// A\n"}])).await;
    let moved = editor.client.diagnostics(&uri).await;
    let run: Vec<&Value> = moved.iter().filter(|diagnostic| diagnostic["source"] == "callsheet-run").collect();
    assert_eq!(run[0]["range"]["start"]["line"], 6);
    let at = json!({"line": 6, "character": 0});
    editor.client.change(&uri, json!([{"range": {"start": at, "end": at}, "text": "  "}])).await;
    let gone = editor.client.diagnostics(&uri).await;
    assert!(gone.iter().all(|diagnostic| diagnostic["source"] != "callsheet-run"), "{gone:?}");
    editor.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_without_trust_or_for_a_model_that_is_not_there() {
    let mut editor = Editor::open(SCRIPT, json!({"trusted": false})).await;
    let refused = editor.command("callsheet.run").await;
    assert_eq!(
        refused["error"]["message"],
        "Nothing runs in a workspace that is not trusted. Trust it first, then run again."
    );
    editor.client.notify("callsheet/trust", json!({"trusted": true})).await;
    for (model, why) in [
        ("opus", "`callsheet.run.model`: there is no model \"opus\"; did you mean `anthropic:opus`?"),
        ("acp:opencod", "there is no agent \"opencod\"; did you mean `acp:opencode`?"),
    ] {
        let settings = json!({"settings": {"callsheet": {"run.model": model, "confirmAbove": null}}});
        editor.client.notify("workspace/didChangeConfiguration", settings).await;
        let refused = editor.command("callsheet.run").await;
        assert!(refused["error"]["message"].as_str().unwrap().starts_with(why), "{refused}");
    }
    assert!(!editor.folder.path().join(".callsheet").exists(), "nothing was written");
    editor.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_on_a_command_says_so_everywhere() {
    let settings = json!({"run.model": "command:echo done by $CALLSHEET_LABEL"});
    let mut editor = Editor::open(SCRIPT, settings).await;
    let run = json!({"command": "callsheet.run", "arguments": [{"uri": editor.uri}]});
    let started = editor.client.begin("workspace/executeCommand", run).await;
    let asked = editor.client.answer("window/showMessageRequest", json!({"title": "Run"})).await;
    let question = asked["message"].as_str().unwrap();
    let unknown = "has no known cost, as only who answers, command:echo done by $CALLSHEET_LABEL, knows it,";
    assert!(question.contains(unknown), "{question}");
    let id = editor.client.answer_to(started.into()).await["result"]["runId"].as_str().unwrap().to_string();
    let folder = editor.folder.path().join(".callsheet/runs").join(id);
    editor.progress().await;
    editor.client.answer("window/showDocument", json!({"success": true})).await;
    let transcript = std::fs::read_to_string(folder.join("transcript.md")).unwrap();
    assert!(transcript.contains(" on command:echo done by $CALLSHEET_LABEL: "), "{transcript}");
    assert!(!transcript.contains("Nothing spent") && !transcript.contains("simulated"), "{transcript}");
    let journal = std::fs::read_to_string(folder.join("journal.jsonl")).unwrap();
    assert!(journal.contains("\"provider\":\"command\"") && journal.contains("\"simulated\":false"), "{journal}");
    assert!(journal.contains("\"usageBasis\":\"counted\""), "{journal}");
    editor.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_cannot_run_says_why() {
    let mut editor = Editor::open("export const meta = { name: 'twice' ", json!(null)).await;
    let refused = editor.command("callsheet.run").await;
    assert!(refused["error"]["message"].as_str().unwrap().contains("1:"), "{refused}");
    assert_eq!(editor.lenses().await[0], "▶ Run");
    editor.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_stops_live_runs() {
    let mut editor = Editor::open_with(SCRIPT, json!({"run.simulatedLatencyMs": 600_000}), json!({})).await;
    let id = editor.command("callsheet.run").await["result"]["runId"].as_str().unwrap().to_string();
    let folder = editor.folder.path().join(".callsheet/runs").join(id);
    editor.client.request("shutdown", json!(null)).await;
    let journal = std::fs::read_to_string(folder.join("journal.jsonl")).unwrap();
    assert!(journal.contains("\"stopped\""), "{journal}");
    editor.client.notify("exit", json!(null)).await;
    editor.client.ended().await;
    for method in ["callsheet/runEvent", "window/logMessage"] {
        editor.client.ignore(method);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_call_sheet_opens_as_a_document() {
    let mut editor = Editor::open(SCRIPT, json!(null)).await;
    let answer = editor.command("callsheet.showPlan").await;
    let shown = editor.client.answer("window/showDocument", json!({"success": true})).await;
    let path = answer["result"]["path"].as_str().unwrap();
    assert_eq!(shown["uri"], format!("file://{path}"));
    expect![[r#"
        # Call sheet: twice

        Asks twice

        **3 agents** · ~908 tok · ~$0.01 · ~14 s

        At once, before any limit: 2 agents. One after another on the longest way: 2 agents.

        **3** agents in one run, exactly: it follows from the script.

        - tokens, in and out: at least 21, likely 908, at most 12k
        - of these written: at least 15, likely 900, at most 12k
        - cost: at least <$0.01, likely $0.01, at most $0.20

        Bounds of the script, with assumed sizes where it leaves them open (docs/estimates.md).

        With tools, as in Claude Code: 1.1M more tokens each, 30k to 3.5M, 3.3M in all; public reports.

        - time: at least 2 s, likely 14 s, at most 9 min; assumed
          - the wait for an answer's first token: 2, 1 to 15 seconds
          - tokens that a model writes in a second: 60, 20 to 150 tokens

        ## Ask: 2 agents · ~606 tok · <$0.01

        ### ×2 `Question ${n}` · ~606 tok · <$0.01

        line 3

        ```text
        ⟨`Question ${n}`⟩
        ```

        ## Sum up: 1 agent · ~302 tok · <$0.01

        ### ×1 Sum up · ~302 tok · <$0.01

        line 5

        ```text
        Sum up
        ```
    "#]]
    .assert_eq(&std::fs::read_to_string(path).unwrap());
    editor.finish().await;
}
