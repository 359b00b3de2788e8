//! `callsheet rlm`.

use serde_json::json;

use crate::cli::{call, folder};

#[test]
fn a_question_about_files_is_answered_without_a_key() {
    let text = "A line about refunds.\n".repeat(300);
    let folder = folder(&[("a.txt", &text), ("b.txt", "short")]);
    let arguments = ["rlm", "--context", "a.txt", "--context", "b.txt", "Why?", "--latency", "0"];
    let said = call(folder.path(), &arguments);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains(" BASIS    simulated: the cells are real"), "{}", said.out);
    assert!(said.out.contains(" ANSWER   (submitted in 3 turns)\n   [simulated] 4 of 4 parts;"), "{}", said.out);
    assert!(said.out.contains(" coverage 3.0 % read by code, 100.0 % sent to models\n"), "{}", said.out);

    let events =
        call(folder.path(), &["rlm", "--context", "a.txt", "Why?", "--latency", "0", "--json", "--depth", "0"])
            .json_lines();
    assert_eq!(events[0]["args"]["context"]["$context"], json!("a.txt"));
    assert_eq!(events[1]["contexts"], json!([{ "name": "a.txt", "characters": text.len(), "tokens": 1500 }]));
    assert!(events.iter().any(|event| event["type"] == "cell" && event["ok"] == json!(true)));
    let run = events[0]["run"].as_str().expect("a name").to_owned();
    let again =
        call(folder.path(), &["rlm", "--context", "a.txt", "Why?", "--latency", "0", "--depth", "0", "--resume", &run]);
    assert!(again.out.contains(" agents   3, 3 of them from the journal\n"), "{}", again.out);
}

#[test]
fn a_run_that_failed_says_how_its_question_goes_on() {
    let folder = folder(&[("a.txt", "A line.\n")]);
    let failed = call(folder.path(), &["rlm", "--context", "a.txt", "Why?", "--latency", "0", "--max-calls", "2"]);
    assert!(failed.code == 1 && failed.out.contains("\n FAILED: "), "{}{}", failed.out, failed.err);
    let shown = call(folder.path(), &["runs", "show", "last"]).out;
    let way = shown.lines().find(|line| line.starts_with(" go on")).expect("a way on");
    assert!(way.contains("callsheet rlm … --resume 2"), "{way}");
    assert!(!shown.contains(" script "), "the script is not the person's: {shown}");
    let refused = call(folder.path(), &["resume", "last"]);
    assert!(refused.err.contains("ask it again with `callsheet rlm … --resume 2"), "{}", refused.err);
}

#[test]
fn prices_of_ones_own_count_for_questions_too() {
    let prices = r#"{"sonnet": {"input": 1000000, "output": 1000000}}"#;
    let folder = folder(&[("a.txt", "A line.\n"), ("prices.json", prices)]);
    let asked = ["rlm", "--context", "a.txt", "Why?", "--latency", "0", "--prices", "prices.json"];
    let said = call(folder.path(), &asked).out;
    let cost = said.lines().find(|line| line.starts_with(" cost")).expect("a cost");
    assert!(cost.starts_with(" cost     nothing spent; $") && cost.contains(" at your prices"), "{cost}");
}

#[test]
fn a_workflow_asks_a_recursive_model_like_an_agent() {
    let body = "const found = await rlm({ question: 'Which?', context: ['a', 'b', 'c'], budget: { calls: 3 } })
const more = await agent('Sum up')
return [found.startsWith('[simulated] 1 of 1 parts'), more.length > 0]";
    let folder = folder(&[("ask.workflow.js", &crate::cli::script(body))]);
    let lines = call(folder.path(), &["run", "ask.workflow.js", "--latency", "0", "--json"]).json_lines();
    let last = lines.last().expect("a result");
    assert_eq!((&last["result"], &last["totals"]["agents"]), (&json!([true, true]), &json!(5)), "{last}");
}

#[test]
fn mistakes_are_told_before_anything_runs() {
    let folder = folder(&[("a.txt", "x")]);
    let missing = call(folder.path(), &["rlm", "--context", "no.txt", "Why?"]);
    assert_eq!(
        (missing.code, missing.err.as_str()),
        (2, "error: cannot read no.txt: No such file or directory (os error 2)\n")
    );
    let model = call(folder.path(), &["rlm", "--context", "a.txt", "Why?", "--model", "nobody:x"]);
    assert_eq!(model.code, 2, "{}", model.err);
    let without = call(folder.path(), &["rlm", "Why?"]);
    assert!(without.code == 2 && without.err.contains("--context <FILE>"), "{}", without.err);
}
