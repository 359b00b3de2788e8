//! Likely numbers, from runs on made-up answers in the background.

use serde_json::{Value, json};

use super::{TestClient, client::capabilities};

const URI: &str = "file:///nowhere/hunt.workflow.js";

const SCRIPT: &str = "\
export const meta = { name: 'hunt', description: 'Hunts' }
const BUGS = { type: 'object', required: ['bugs'], properties: { bugs: { type: 'array', items: { type: 'string' } } } }
const { bugs } = await agent('Find bugs', { schema: BUGS })
await parallel(bugs.map(bug => () => agent(`Refute ${bug}`)))
";

async fn open(text: &str, options: Value) -> TestClient {
    let mut can = capabilities();
    can["workspace"] = json!({"codeLens": {"refreshSupport": true}, "inlayHint": {"refreshSupport": true}});
    let mut client = TestClient::with(can, options).await;
    client.open(URI, text).await;
    client
}

async fn estimate(client: &mut TestClient) -> String {
    let lenses = client.request("textDocument/codeLens", json!({"textDocument": {"uri": URI}})).await;
    lenses.as_array().unwrap().last().unwrap()["command"]["title"].as_str().unwrap().into()
}

/// The text of the hover over the call at a place, once it has a word in it; every change of numbers comes with a refresh.
async fn hover_with(client: &mut TestClient, line: u32, character: u32, word: &str) -> String {
    let place = json!({"textDocument": {"uri": URI}, "position": {"line": line, "character": character}});
    loop {
        let hover = client.request("textDocument/hover", place.clone()).await["contents"]["value"].take();
        if let Some(text) = hover.as_str().filter(|text| text.contains(word)) {
            return text.into();
        }
        client.answer("workspace/codeLens/refresh", json!(null)).await;
        client.answer("workspace/inlayHint/refresh", json!(null)).await;
    }
}

async fn finish(client: TestClient) {
    client
        .finish_ignoring(&[
            "textDocument/publishDiagnostics",
            "workspace/codeLens/refresh",
            "workspace/inlayHint/refresh",
        ])
        .await;
}

#[tokio::test]
async fn likely_numbers_come_once_the_text_is_left_alone() {
    let mut client = open(SCRIPT, json!({"simulations": 5})).await;
    let before = estimate(&mut client).await;
    assert!(before.starts_with("~5 agents, 1..≤1000 (agent cap)") && !before.contains("simulated"), "{before}");
    hover_with(&mut client, 3, 40, "Simulated: from 5 runs").await;
    let after = estimate(&mut client).await;
    assert!(after.contains(" agents likely, 1..≤1000 possible · ~") && after.ends_with(" s simulated"), "{after}");
    // What a view beside the editor shows is what the lens says.
    let plan = client.request("callsheet/plan", json!({"uri": URI})).await;
    let [low, high] = ["low", "high"].map(|end| plan["likelyAgents"][end].as_u64().unwrap());
    assert!(after.starts_with(&format!("{low}..{high} agents likely")), "{after}, but {}", plan["likelyAgents"]);
    assert_eq!((&plan["tokens"]["basis"], &plan["tokens"]["runs"]), (&json!("simulated"), &json!(5)));

    let at = json!({"start": {"line": 4, "character": 0}, "end": {"line": 4, "character": 0}});
    client.change(URI, json!([{"range": at, "text": "// the end\n"}])).await;
    assert_eq!(estimate(&mut client).await, after, "an edit that changes no number takes none away");
    let at = json!({"start": {"line": 2, "character": 30}, "end": {"line": 2, "character": 30}});
    client.change(URI, json!([{"range": at, "text": "all the "}])).await;
    let edited = estimate(&mut client).await;
    assert!(!edited.contains("simulated"), "{edited}");
    finish(client).await;
}

#[tokio::test]
async fn nothing_is_simulated_where_it_cannot_or_must_not_be() {
    let mut client = open(SCRIPT, json!({"simulations": 5, "trusted": false})).await;
    client.diagnostics(URI).await;
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert!(!estimate(&mut client).await.contains("simulated"), "the workspace is not trusted");
    client.notify("callsheet/trust", json!({"trusted": true})).await;
    hover_with(&mut client, 3, 40, "Simulated: from 5 runs").await;
    finish(client).await;

    let needs = "export const meta = { name: 'a', description: 'b' }\nawait agent(`Read ${args.path.length} things`)";
    let mut client = open(needs, json!({"simulations": 5})).await;
    let hover = hover_with(&mut client, 1, 8, "Not simulated: ").await;
    assert!(hover.contains("// @callsheet args: {…}"), "{hover}");
    finish(client).await;
}
