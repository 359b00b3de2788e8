use serde_json::{Value, json};

use super::{call, folder, script};

const TASK: &str = include_str!("../../examples/six-pieces/task.json");
const WORKFLOW: &str = include_str!("../../examples/six-pieces/six-pieces.workflow.js");
const WEEK: &str = include_str!("../../examples/six-pieces/week.md");

fn six_pieces() -> tempfile::TempDir {
    folder(&[("six/task.json", TASK), ("six/six-pieces.workflow.js", WORKFLOW), ("six/week.md", WEEK)])
}

fn axis<'a>(compared: &'a Value, name: &str) -> (&'a str, &'a str) {
    let axes = compared["axes"].as_array().expect("axes");
    let axis = axes.iter().find(|axis| axis["name"] == name).expect("an axis");
    (axis["workflow"].as_str().expect("a text"), axis["rlm"].as_str().expect("a text"))
}

#[test]
fn a_job_of_six_pieces_is_measured_both_ways() {
    let folder = six_pieces();
    let called = call(folder.path(), &["compare", "six/task.json", "--latency", "60", "--json"]);
    assert_eq!(called.code, 0, "{}{}", called.out, called.err);
    let compared = called.json();
    assert_eq!(compared["simulated"], true);
    assert_eq!(axis(&compared, "known before"), ("7 calls", "at most 40 calls"));
    assert_eq!(axis(&compared, "calls"), ("7", "9"), "six pieces and an answer; six pieces and three turns");
    assert_eq!(axis(&compared, "depth"), ("1", "2"));
    assert_eq!(axis(&compared, "at once"), ("6", "6"));
    assert_eq!(axis(&compared, "structure"), ("the same in 3 runs", "the same in 3 runs"));
    assert_eq!(axis(&compared, "models"), ("haiku, sonnet", "haiku, none named"));
    assert_eq!(axis(&compared, "resumed"), ("7 of 7 answers used again", "9 of 9 answers used again"));
    let (workflow, rlm) = axis(&compared, "coverage");
    assert!(workflow.ends_with(" % sent") && rlm.contains("100 % sent, "), "{workflow}; {rlm}");

    // Each run has another seed, is kept, and its journal says the same.
    let runs = compared["rlm"]["runs"].as_array().expect("runs");
    assert_eq!(runs.iter().map(|run| run["seed"].clone()).collect::<Vec<_>>(), [json!(0), json!(1), json!(2)]);
    let kept = call(folder.path(), &["runs", "--json"]).json();
    assert_eq!(kept.as_array().map(Vec::len), Some(6));
    let kept =
        kept.as_array().expect("runs").iter().find(|kept| kept["run"] == runs[1]["run"]).expect("the run").clone();
    assert_eq!((&kept["agents"], &kept["tokens"]), (&runs[1]["calls"], &runs[1]["tokens"]));
}

#[test]
fn the_page_has_both_runs_and_says_what_is_simulated() {
    let folder = six_pieces();
    let arguments = ["compare", "six/task.json", "--repeats", "1", "--latency", "0", "--html", "both.html"];
    let said = call(folder.path(), &arguments).out;
    assert!(
        said.contains(" BASIS    simulated: all answers are made up") && said.contains("\n page     both.html"),
        "{said}"
    );
    assert!(said.contains("unknown: one run"), "{said}");
    let page = std::fs::read_to_string(folder.path().join("both.html")).expect("a page");
    let data =
        page.split_once(r#"id="callsheet-data">"#).and_then(|(_, rest)| rest.split_once("</script>")).expect("data").0;
    let told: Value = serde_json::from_str(data).expect("JSON");
    assert_eq!((&told[0]["type"], &told[0]["simulated"]), (&json!("comparison"), &json!(true)));
    let agents = |side: usize| {
        let messages = told[0]["sides"][side]["messages"].as_array().expect("messages");
        let events = messages.iter().flat_map(|message| message["events"].as_array().into_iter().flatten());
        events.filter(|event| event["type"] == "agentDone").count()
    };
    assert_eq!((agents(0), agents(1)), (7, 9));
}

#[test]
fn structure_that_varies_and_runs_that_fail_are_told() {
    let body = "const n = (await agent('How many?', { schema: { type: 'object', required: ['n'], properties: { n: { type: 'integer', minimum: 0, maximum: 9 } } } })).n
return await parallel(Array.from({ length: n }, (_, i) => () => agent(`${i}`)))";
    let task = r#"{"question": "Which?", "context": ["a.txt"], "workflow": {"file": "a.workflow.js"}, "rlm": {"maxCalls": 2}, "repeats": 4}"#;
    let folder = folder(&[("task.json", task), ("a.workflow.js", &script(body)), ("a.txt", "A line.\n")]);
    let called = call(folder.path(), &["compare", "task.json", "--latency", "0", "--json"]);
    let compared = called.json();
    assert_eq!(compared["workflow"]["sameStructure"], false, "{compared}");
    assert_eq!(axis(&compared, "coverage").0, "unknown", "no line of the file stands in a prompt");
    assert_eq!((called.code, axis(&compared, "answered")), (1, ("4 of 4", "0 of 4")));
}

/// Reads one part more each time it is asked to plan.
const ROOT: &str = r#"asked=$(cat)
case $asked in
*"== Turn "*)
  n=$(($(cat n 2>/dev/null || echo 0) + 1)); echo $n > n
  printf '```repl\nsubmit((await llm_query_batched(Array.from({ length: %s }, (_, i) => `Read ${i}`))).length)\n```\n' $n ;;
*) echo 'An answer.' ;;
esac
"#;

#[test]
fn a_root_model_that_plans_anew_each_time_is_told_from_a_script_that_does_not() {
    let task = r#"{"question": "Which?", "context": ["a.txt"], "workflow": {"file": "a.workflow.js"}}"#;
    let body = "return await parallel([1, 2].map((n) => () => agent(`${n}`)))";
    let files = [("task.json", task), ("a.workflow.js", &script(body)), ("a.txt", "A line.\n"), ("root.sh", ROOT)];
    let folder = folder(&files);
    let called = call(folder.path(), &["compare", "task.json", "--model", "command:sh root.sh", "--json"]);
    assert_eq!(called.code, 0, "{}{}", called.out, called.err);
    let compared = called.json();
    assert_eq!(compared["simulated"], false);
    assert_eq!(axis(&compared, "structure"), ("the same in 3 runs", "3 different ones in 3 runs"));
    assert_eq!(axis(&compared, "calls"), ("2", "2..4"));
    assert_eq!(axis(&compared, "cost"), ("unknown: no price", "unknown: no price"));
    assert!(axis(&compared, "tokens").0.ends_with("not all are counted"), "{compared}");

    let nowhere = call(folder.path(), &["compare", "task.json", "--html", "no/such/folder.html"]);
    assert!(nowhere.code == 2 && nowhere.err.starts_with("error: cannot write no/such/folder.html"), "{}", nowhere.err);
    let runs = call(folder.path(), &["runs", "--json"]).json();
    assert_eq!(runs.as_array().map(Vec::len), Some(6), "nothing ran for a page that cannot be written");
}

#[test]
fn a_task_that_is_none_says_where_and_why() {
    let folder = folder(&[
        ("a.json", "{\n  \"question\": \"Why?\",\n  \"contexts\": []\n}"),
        ("b.json", r#"{"question": "Why?", "context": ["gone.txt"], "workflow": {"file": "a.workflow.js"}}"#),
    ]);
    let said = |task: &str| {
        let called = call(folder.path(), &["compare", task]);
        assert_eq!(called.code, 2);
        called.err
    };
    let unknown = said("a.json");
    assert!(unknown.contains("a.json: unknown field `contexts`") && unknown.contains("line 3"), "{unknown}");
    assert!(said("b.json").contains("gone.txt"), "{}", said("b.json"));
    assert!(said("c.json").starts_with("error: cannot read c.json"), "{}", said("c.json"));
}
