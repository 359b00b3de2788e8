use serde_json::json;

use super::{call, folder, script};

#[test]
fn prices_are_listed_with_their_day_source_and_licence() {
    let folder = folder(&[]);
    let listed = call(folder.path(), &["prices", "--json"]).json();
    assert!(listed["models"].as_array().is_some_and(|models| models.len() > 50));
    assert!(listed["licence"].as_str().is_some_and(|text| text.starts_with("The MIT License")), "{listed}");
    let opus = call(folder.path(), &["prices", "opus", "--json"]).json();
    assert_eq!(opus["models"].as_array().map(Vec::len), Some(1), "the model the name means");
    assert_eq!([&opus["models"][0]["id"], &opus["models"][0]["own"]], [&json!("claude-opus-5-5"), &json!(false)]);
    let some = call(folder.path(), &["prices", "haiku-"]).out;
    assert!(some.contains("claude-haiku-5-5") && some.contains("List prices of 2026-"), "{some}");
    let none = call(folder.path(), &["prices", "no-such-model"]);
    assert_eq!(none.code, 2);
}

#[test]
fn prices_of_ones_own_stand_before_the_tables() {
    let body = "await agent('Check it.', { model: 'local-llama' })";
    let prices = r#"{"local-llama": {"input": 0, "output": 1000000}}"#;
    let folder =
        folder(&[("a.workflow.js", &script(body)), ("prices.json", prices), ("bad.json", r#"{"x": {"input": 1}}"#)]);
    let at = |arguments: &[&str]| call(folder.path(), arguments);
    let without = at(&["plan", "a.workflow.js", "--json"]).json();
    assert_eq!([&without["usd"]["likely"], &without["ownPrice"]], [&json!(null), &json!(false)]);
    let with = at(&["plan", "a.workflow.js", "--json", "--prices", "prices.json"]).json();
    assert_eq!([&with["usd"]["likely"], &with["ownPrice"]], [&json!(300.0), &json!(true)]);
    assert_eq!(without["prices"]["models"]["local-llama"], json!(null));
    assert_eq!(with["prices"]["models"]["local-llama"], "local-llama", "{with}");
    let sheet = at(&["plan", "a.workflow.js", "--prices", "prices.json"]).out;
    assert!(sheet.contains("local-llama, your price"), "{sheet}");

    let ran = at(&["run", "a.workflow.js", "--latency", "0", "--prices", "prices.json"]).out;
    assert!(ran.contains("at your prices"), "{ran}");
    let events = at(&["run", "a.workflow.js", "--latency", "0", "--prices", "prices.json", "--json"]).json_lines();
    let totals = &events.last().expect("a result")["totals"];
    assert_eq!(totals["usd"].as_f64(), totals["usage"]["output"].as_f64(), "a dollar a token");

    at(&["run", "a.workflow.js", "--latency", "0", "--max-agents", "0"]);
    let preview = at(&["resume", "last", "--max-agents", "1", "--prices", "prices.json", "--preview"]).out;
    assert!(
        preview.contains(" cost    nothing is spent: simulated; your prices where it says so, else list"),
        "{preview}"
    );

    let bad = at(&["plan", "a.workflow.js", "--prices", "bad.json"]);
    assert_eq!(bad.code, 2);
    assert!(bad.err.contains("bad.json: `x` takes dollars per million tokens"), "{}", bad.err);
}
