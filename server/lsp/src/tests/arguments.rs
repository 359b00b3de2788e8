//! Which arguments hints, lens and runs are for.

use serde_json::json;

use super::running::Editor;

const SCRIPT: &str = "\
export const meta = { name: 'each', description: 'Looks at each' }
const files = args?.files ?? []
return await parallel(files.map((file) => () => agent(file, { label: file })))
";

#[tokio::test(flavor = "multi_thread")]
async fn those_of_the_last_run_hold_where_the_script_has_none() {
    let mut editor = Editor::open(SCRIPT, json!({"run.simulatedLatencyMs": 0, "simulations": 0})).await;
    assert!(editor.lenses().await.last().unwrap().contains("(agent cap)"), "nothing is known of them");
    let params = json!({
        "command": "callsheet.run",
        "arguments": [{"uri": editor.uri, "args": {"files": ["a.rs", "b.rs"]}}],
    });
    editor.client.ask("workspace/executeCommand", params).await;
    editor.progress().await;
    editor.client.answer("window/showDocument", json!({"success": true})).await;
    let lens = editor.lenses().await[2].clone();
    assert!(lens.starts_with("2 agents · ") && lens.ends_with(" · with the args of its last run"), "{lens}");
    let position = json!({"line": 2, "character": 50});
    let params = json!({"textDocument": {"uri": editor.uri}, "position": position});
    let hover = editor.client.request("textDocument/hover", params).await.to_string();
    assert!(hover.contains("exactly: it follows from the script and the `args` of its last run, `"), "{hover}");
    assert!(hover.contains(r#"files\\\":[\\\"a.rs\\\""#) || hover.contains(r#"files\":[\"a.rs\""#), "{hover}");

    // What runs is what was shown.
    editor.command("callsheet.run").await;
    let last = editor.progress().await.pop().unwrap();
    assert!(last.contains(" 2/2 agents · "), "{last}");
    editor.client.answer("window/showDocument", json!({"success": true})).await;

    let end = json!({"line": 0, "character": 0});
    let comment = "// @callsheet args: {\"files\": [\"a\", \"b\", \"c\"]}\n";
    let change = json!([{"range": {"start": end, "end": end}, "text": comment}]);
    editor.client.ignore("textDocument/publishDiagnostics");
    editor.client.change(&editor.uri, change).await;
    let lenses = editor.lenses().await;
    assert!(lenses.iter().any(|lens| lens.starts_with("3 agents · ") && !lens.contains("last run")), "{lenses:?}");
    editor.finish().await;
}
