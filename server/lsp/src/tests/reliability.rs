//! An answer each time, never a death.

use serde_json::{Value, json};

use super::TestClient;
use crate::Ended;

const URI: &str = "file:///project/.claude/workflows/a.js";

fn document() -> Value {
    json!({"textDocument": {"uri": URI}})
}

/// Every feature once, for the whole document.
async fn ask_everything(client: &mut TestClient) {
    let range = json!({"start": {"line": 0, "character": 0}, "end": {"line": 999, "character": 0}});
    for method in ["codeLens", "documentSymbol", "inlayHint", "codeAction", "hover"] {
        let mut params = document();
        params["range"] = range.clone();
        params["position"] = json!({"line": 3, "character": 7});
        params["context"] = json!({"diagnostics": []});
        let answer = client.ask(&format!("textDocument/{method}"), params).await;
        assert!(answer.get("error").is_none(), "{method}: {answer}");
    }
}

#[tokio::test]
async fn bad_texts_are_answered() {
    let bad = [
        String::new(),
        "x = 1;\n".repeat(150_000),
        "[".repeat(100_000),
        "agent(() => [".repeat(30_000),
        "\u{feff}const a = '\u{0}'".into(),
        "\r\r\n\n\r".into(),
    ];
    for text in bad {
        let mut client = TestClient::start().await;
        client.open_script(URI, &text).await;
        ask_everything(&mut client).await;
        client.finish().await;
    }
}

#[tokio::test]
async fn bad_changes_are_answered() {
    let mut client = TestClient::start().await;
    client.open_script(URI, "let a = '😀'\n").await;
    let range = |a: u32, b: u32, c: u32, d: u32| json!({"start": {"line": a, "character": b}, "end": {"line": c, "character": d}});
    client.change(URI, json!([{"range": range(0, 12, 0, 2), "text": "reversed"}])).await;
    client.change(URI, json!([{"range": range(0, 10, 0, 11), "text": "half"}])).await;
    client.change(URI, json!([{"range": range(9, 9, 99, 99), "text": "far"}])).await;
    client.change(URI, json!([])).await;
    client.change_to(-4, URI, json!([{"text": "late"}])).await;
    client.change_to(9, "file:///never/opened.workflow.js", json!([{"text": "x"}])).await;
    client.notify("textDocument/didChange", json!({"textDocument": 1})).await;
    ask_everything(&mut client).await;
    client.ignore("textDocument/publishDiagnostics");
    client.finish().await;
}

#[tokio::test]
async fn bad_messages_are_answered() {
    let mut client = TestClient::start().await;
    client.raw(b"Content-Length: 6\r\n\r\n{oops!").await;
    client.raw(b"Content-Length: 2\r\n\r\n\xff\xfe").await;
    client.raw(b"nonsense\r\n\r\n").await;
    client.send(json!([1])).await;
    assert_eq!(client.ask("textDocument/hover", json!({"textDocument": "?"})).await["error"]["code"], -32602);
    assert_eq!(client.ask("no/such/method", json!(null)).await["error"]["code"], -32601);
    client.notify("$/setTrace", json!({"value": "verbose"})).await;
    client.notify("$/anything", json!(null)).await;
    client
        .send(json!({"jsonrpc": "2.0", "id": "x", "method": "workspace/executeCommand", "params": {"command": "rm"}}))
        .await;
    assert_eq!(client.answer_to(json!("x")).await["error"]["message"], "There is no command `rm`.");
    for code in [-32700, -32700, -32700, -32600] {
        assert_eq!(client.answer_to(json!(null)).await["error"]["code"], code);
    }
    // Half a surrogate pair, as JavaScript writes it.
    let text = r#"{"jsonrpc":"2.0","method":"textDocument/didOpen","params":{"textDocument":{"uri":"file:///b.workflow.js","languageId":"javascript","version":1,"text":"let a = '\ud83d'"}}}"#;
    client.raw(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes()).await;
    client.diagnostics("file:///b.workflow.js").await;
    client.finish().await;
}

#[tokio::test]
async fn a_burst_of_edits_ends_with_the_right_text() {
    let mut client = TestClient::start().await;
    client.open_script(URI, "").await;
    // Every edit puts a letter in front; a lost or reordered one would show in the final error's place.
    for n in 0..200 {
        let start = json!({"line": 0, "character": 0});
        client.change(URI, json!([{"range": {"start": start, "end": start}, "text": format!("/*{n}*/")}])).await;
    }
    let start = json!({"line": 0, "character": 0});
    client.change(URI, json!([{"range": {"start": start, "end": start}, "text": "const = 1 "}])).await;
    let expected: String = (0..200).rev().map(|n| format!("/*{n}*/")).collect();
    let text = client.request("callsheet/test/text", document()).await;
    assert_eq!(text, json!(format!("const = 1 {expected}")));
    client.request("textDocument/codeLens", document()).await;
    client.ignore("textDocument/publishDiagnostics");
    client.finish().await;
}

#[tokio::test]
async fn a_panic_costs_one_answer() {
    let mut client = TestClient::start().await;
    client.open_script(URI, "phase('a')").await;
    for method in ["callsheet/test/panicInOwner", "callsheet/test/panicInFeature"] {
        assert_eq!(client.ask(method, document()).await["error"]["code"], -32603, "{method}");
        ask_everything(&mut client).await;
    }
    client.finish().await;
}

#[tokio::test]
async fn after_shutdown_requests_are_refused_and_exit_codes_tell() {
    let mut client = TestClient::start().await;
    client.request("shutdown", json!(null)).await;
    assert_eq!(client.ask("textDocument/codeLens", document()).await["error"]["code"], -32600);
    client.notify("exit", json!(null)).await;
    assert_eq!(client.ended().await, Ended::Properly);

    let mut client = TestClient::start().await;
    client.notify("exit", json!(null)).await;
    assert_eq!(client.ended().await, Ended::Abruptly);

    assert_eq!(TestClient::start().await.hang_up().await, Ended::Abruptly);
    let mut before_hello = TestClient::connect();
    assert_eq!(before_hello.ask("textDocument/codeLens", document()).await["error"]["code"], -32002);
    assert_eq!(before_hello.hang_up().await, Ended::Abruptly);
}
