//! What an editor and the server say to each other, from hello to goodbye.

use expect_test::expect;
use serde_json::{Value, json};

use super::{TestClient, client::capabilities};

const URI: &str = "file:///project/.claude/workflows/review.js";

const REVIEW: &str = "\
export const meta = { name: 'review', description: 'Reviews' }
phase('Find')
const found = await agent('Find bugs')
return found
";

fn place(uri: &str, line: u32, character: u32) -> serde_json::Value {
    json!({"textDocument": {"uri": uri}, "position": {"line": line, "character": character}})
}

#[tokio::test]
async fn the_encoding_is_negotiated() {
    for (offered, chosen) in
        [(json!(["utf-16"]), "utf-16"), (json!(["utf-16", "utf-32"]), "utf-32"), (json!(null), "utf-16")]
    {
        let mut client = TestClient::connect();
        let capabilities = json!({"general": {"positionEncodings": offered}});
        let result = client.request("initialize", json!({"processId": null, "capabilities": capabilities})).await;
        assert_eq!(result["capabilities"]["positionEncoding"], chosen);
        client.finish().await;
    }
}

#[tokio::test]
async fn diagnostics_carry_the_version_and_end_with_the_document() {
    let mut client = TestClient::start().await;
    client.open(URI, "const = 1").await;
    let published = client.notification("textDocument/publishDiagnostics").await;
    assert_eq!((&published["uri"], &published["version"]), (&json!(URI), &json!(1)));
    assert_eq!(published["diagnostics"][0]["source"], "callsheet");
    assert_eq!(published["diagnostics"][0]["code"], "WF101");
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": URI}})).await;
    let published = client.notification("textDocument/publishDiagnostics").await;
    assert_eq!(published, json!({"uri": URI, "diagnostics": []}));
    client.finish().await;
}

#[tokio::test]
async fn equal_diagnostics_are_not_sent_again() {
    let mut client = TestClient::start().await;
    client.open_script(URI, REVIEW).await;
    client.change(URI, json!([{"text": REVIEW.replace("bugs", "gaps")}])).await;
    client.request("textDocument/codeLens", json!({"textDocument": {"uri": URI}})).await;
    client.finish().await;
}

#[tokio::test]
async fn nothing_is_answered_of_a_version_before_its_diagnostics() {
    let mut client = TestClient::start().await;
    client.open_script(URI, REVIEW).await;
    let hints = json!({"textDocument": {"uri": URI}, "range": {"start": {"line": 0, "character": 0}, "end": {"line": 9, "character": 0}}});
    let typed = |column: u32, text: &str| json!([{"range": {"start": {"line": 2, "character": column}, "end": {"line": 2, "character": column}}, "text": text}]);
    // Into code, then, before the finding, into prose; each changes what is published.
    for change in [typed(37, ", { lable: 'x' }"), typed(33, "all ")] {
        client.change(URI, change).await;
        let id = client.begin("textDocument/inlayHint", hints.clone()).await;
        client.answer_to(json!(id)).await;
        assert_eq!(client.unread(), ["textDocument/publishDiagnostics"]);
        client.ignore("textDocument/publishDiagnostics");
    }
    client.finish().await;
}

#[tokio::test]
async fn prose_of_a_saved_workflow_is_not_read_anew() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".claude/workflows/review.js");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, REVIEW).unwrap();
    let uri = tower_lsp::ls_types::Uri::from_file_path(&file).unwrap().to_string();
    let mut client = TestClient::in_folder(folder.path(), json!(null)).await;
    client.open_script(&uri, REVIEW).await;
    // Once the workspace is read.
    while client.request("workspace/symbol", json!({"query": "review"})).await == json!([]) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let document = json!({"textDocument": {"uri": uri}});
    for (column, typed, goes_on) in [(37, ", {}", false), (33, "all ", true), (33, "of ", true)] {
        let at = json!({"line": 2, "character": column});
        client.change(&uri, json!([{"range": {"start": at, "end": at}, "text": typed}])).await;
        assert_eq!(client.request("callsheet/test/goesOn", document.clone()).await, json!(goes_on), "{typed:?}");
    }
    client.finish().await;
}

#[tokio::test]
async fn other_javascript_is_left_alone() {
    let mut client = TestClient::start().await;
    let uri = "file:///project/src/app.js";
    client.open(uri, "const = 1; agent('x')").await;
    for method in ["textDocument/codeLens", "textDocument/documentSymbol"] {
        assert_eq!(client.request(method, json!({"textDocument": {"uri": uri}})).await, json!(null), "{method}");
    }
    assert_eq!(client.request("textDocument/hover", place(uri, 0, 11)).await, json!(null));
    client.finish().await;
}

#[tokio::test]
async fn lenses_carry_commands_of_the_server() {
    let mut client = TestClient::start().await;
    client.open_script(URI, &format!("// A script\n{REVIEW}")).await;
    let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": URI}})).await;
    let shown: Vec<String> = lenses
        .as_array()
        .unwrap()
        .iter()
        .map(|lens| {
            let command = &lens["command"];
            let line = &lens["range"]["start"]["line"];
            format!("{line}: {} -> {}({})\n", command["title"], command["command"], command["arguments"][0])
        })
        .collect();
    expect![[r#"
        1: "▶ Run" -> "callsheet.run"({"uri":"file:///project/.claude/workflows/review.js"})
        1: "Dry run" -> "callsheet.dryRun"({"uri":"file:///project/.claude/workflows/review.js"})
    "#]]
    .assert_eq(&shown[..2].concat());
    assert_eq!(lenses[2]["command"]["command"], "callsheet.showPlan");
    client.finish().await;
}

#[tokio::test]
async fn settings_are_pushed_or_pulled() {
    let mut client = TestClient::with(capabilities(), json!({"lenses": {"enable": false}})).await;
    client.open_script(URI, REVIEW).await;
    let lenses = json!({"textDocument": {"uri": URI}});
    assert_eq!(client.request("textDocument/codeLens", lenses.clone()).await, json!([]));
    let pushed = json!({"settings": {"callsheet": {"lenses.enable": true, "lensez": 1}}});
    client.notify("workspace/didChangeConfiguration", pushed).await;
    assert_eq!(client.request("textDocument/codeLens", lenses.clone()).await.as_array().unwrap().len(), 3);
    let log = client.notification("window/logMessage").await;
    assert_eq!(log["message"], "There is no setting `callsheet.lensez`; it is ignored.");
    client.finish().await;

    let mut can = capabilities();
    can["workspace"] = json!({"configuration": true});
    let mut client = TestClient::with(can, json!(null)).await;
    let asked = client.answer("workspace/configuration", json!([{"lenses": {"enable": false}}])).await;
    assert_eq!(asked, json!({"items": [{"section": "callsheet"}]}));
    client.open_script(URI, REVIEW).await;
    assert_eq!(client.request("textDocument/codeLens", lenses).await, json!([]));
    client.finish().await;
}

#[tokio::test]
async fn the_hints_of_a_caller_follow_the_workflow_it_calls() {
    let Family { mut client, caller, called, folder: _folder } = Family::open(json!(null)).await;
    assert_eq!(client.hint_with(&caller, "2 agents").await, "×1 · 2 agents");
    client.open_script(&called, &child(2)).await;
    client.change(&called, json!([{"text": child(3)}])).await;
    assert_eq!(client.hint_with(&caller, "3 agents").await, "×1 · 3 agents");
    client.finish().await;
}

#[tokio::test]
async fn a_caller_is_simulated_again_once_what_it_calls_has_changed() {
    let Family { mut client, caller, called, folder: _folder } = Family::open(json!({"simulations": 2})).await;
    client.lens_with(&caller, "simulated").await;
    client.open_script(&called, &child(2)).await;
    client.change(&called, json!([{"text": child(3)}])).await;
    client.hint_with(&caller, "3 agents").await;
    let lens = client.lens_with(&caller, "simulated").await;
    assert!(lens.starts_with("3 agents"), "{lens}");
    client.change(&called, json!([{"text": child(2)}])).await;
    client.hint_with(&caller, "2 agents").await;
    client.lens_with(&caller, "simulated").await;
    client.finish().await;
}

/// A workflow that makes `n` calls.
fn child(n: usize) -> String {
    let calls = "await agent('x')\n".repeat(n);
    format!("export const meta = {{ name: 'child', description: 'Is called' }}\n{calls}")
}

/// A folder with a workflow of two calls, and another open that calls it.
struct Family {
    client: TestClient,
    caller: String,
    called: String,
    folder: tempfile::TempDir,
}

impl Family {
    async fn open(options: Value) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let workflows = folder.path().join(".claude/workflows");
        std::fs::create_dir_all(&workflows).unwrap();
        std::fs::write(workflows.join("child.js"), child(2)).unwrap();
        let uri = |name: &str| {
            let path = workflows.join(name);
            tower_lsp::ls_types::Uri::from_file_path(path).unwrap().as_str().to_owned()
        };
        let (caller, called) = (uri("caller.js"), uri("child.js"));
        let mut client = TestClient::in_folder(folder.path(), options).await;
        let text = "export const meta = { name: 'caller', description: 'Calls' }\nreturn await workflow('child', {})\n";
        client.open_script(&caller, text).await;
        Self { client, caller, called, folder }
    }
}
