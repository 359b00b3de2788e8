use serde_json::json;

use super::{call, folder, root, script};

const REVIEW: &str = include_str!("../../examples/review.workflow.js");

#[test]
fn json_says_what_the_example_can_do() {
    let planned = call(&root(), &["plan", "examples/review.workflow.js", "--json"]);
    assert_eq!(planned.code, 0);
    let plan = planned.json();
    assert_eq!([&plan["agents"]["low"], &plan["agents"]["high"]], [&json!(3), &json!(18)]);
    let phases = plan["phases"].as_array().expect("phases");
    assert_eq!(phases.iter().map(|p| &p["title"]).collect::<Vec<_>>(), ["Review", "Refute"]);
    let call = &plan["calls"][1];
    assert_eq!(
        [&call["phase"], &call["label"], &call["low"], &call["high"]],
        [&json!("Refute"), &json!("refute:…"), &json!(0), &json!(15)]
    );
    assert!(call["because"][0]["line"].is_u64() && call["because"][0]["text"].is_string(), "{call}");
    for number in [&plan["tokens"], &plan["usd"], &phases[0]["tokens"], &phases[0]["usd"], &call["usd"]] {
        let [low, likely, high] = ["low", "likely", "high"].map(|n| number[n].as_f64().expect("known"));
        assert!(low <= likely && likely <= high, "{number}");
        assert!(["exact", "bounds", "assumed"].contains(&number["basis"].as_str().expect("a basis")), "{number}");
    }
}

#[test]
fn what_only_the_dialect_bounds_says_so_and_names_its_line() {
    let body = "const list = JSON.parse(await agent('list'))\nfor (const x of list) await agent(`do ${x}`)";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    let plan = call(folder.path(), &["plan", "a.workflow.js", "--json"]).json();
    let cap = json!({ "name": "agent cap", "limit": 1000, "profile": "claude-code", "scriptHigh": null });
    assert_eq!([&plan["agents"]["high"], &plan["agents"]["cap"]], [&json!(1000), &cap]);
    assert_eq!([&plan["tokens"]["basis"], &plan["usd"]["basis"]], [&json!("assumed"); 2]);
    assert_eq!(plan["agents"]["because"][0]["line"], 2);
    let sheet = call(folder.path(), &["plan", "a.workflow.js"]).out;
    let total = sheet.lines().find(|l| l.contains("The whole run")).expect("a total");
    assert!(total.contains("1..≤1000"), "{total}");
    assert!(sheet.contains("line 2: "), "{sheet}");
    assert!(sheet.contains("the script sets no limit; a run stops at 1000 agents (claude-code)"), "{sheet}");
}

#[test]
fn the_arguments_of_the_last_run_can_be_planned_for() {
    let body = "return await parallel((args?.files ?? []).map((f) => () => agent(f, { label: f })))";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    let plan = |more: &[&str]| call(folder.path(), &[&["plan", "a.workflow.js"], more].concat());
    let none = plan(&["--last-args"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("there is no run of a.workflow.js in .callsheet/runs"), "{}", none.err);
    let args = r#"{"files":["a.rs","b.rs"]}"#;
    let ran = call(folder.path(), &["run", "a.workflow.js", "--latency", "0", "--args", args]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let sheet = plan(&["--last-args"]).out;
    assert!(sheet.contains(&format!("{args} (run 20")), "{sheet}");
    assert_eq!(plan(&["--last-args", "--json"]).json()["agents"]["high"], 2);
    assert_eq!(plan(&["--json"]).json()["agents"]["high"], 1000, "without it they are any");
}

#[test]
fn a_limit_of_ones_own_bounds_the_plan() {
    let body = "const list = JSON.parse(await agent('list'))\nfor (const x of list) await agent(`do ${x}`)";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    let plan = |limit: &str| call(folder.path(), &["plan", "a.workflow.js", "--max-agents", limit, "--json"]).json();
    let cap = json!({ "name": "your limit", "limit": 7, "profile": null, "scriptHigh": null });
    assert_eq!([&plan("7")["agents"]["high"], &plan("7")["agents"]["cap"]], [&json!(7), &cap]);
    assert_eq!(plan("7")["calls"][1]["high"], 7);
    assert_eq!(plan("2000")["agents"]["cap"]["profile"], "claude-code", "the dialect's limit is lower");
    let sheet = call(folder.path(), &["plan", "a.workflow.js", "--max-agents", "7"]).out;
    assert!(sheet.contains("the script sets no limit; a run stops at 7 agents (your limit)"), "{sheet}");
}

#[test]
fn arguments_narrow_the_plan() {
    let body = "for (const f of args.files) await agent(`read ${f}`)";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    let plan = call(folder.path(), &["plan", "a.workflow.js", "--json", "--args", r#"{"files":["a","b"]}"#]).json();
    assert_eq!([&plan["agents"]["low"], &plan["agents"]["high"]], [&json!(2), &json!(2)]);
    let bad = call(folder.path(), &["plan", "a.workflow.js", "--args", "{files}"]);
    assert_eq!(bad.code, 2);
}

#[test]
fn a_script_that_cannot_be_read_has_no_plan() {
    let folder = folder(&[("a.workflow.js", &"[".repeat(100_000))]);
    let planned = call(folder.path(), &["plan", "a.workflow.js", "--json"]);
    assert_eq!((planned.code, planned.json()["type"].as_str()), (1, Some("error")));
}

#[test]
fn a_plan_is_never_of_what_recovery_left_of_a_script() {
    let folder = folder(&[("a.workflow.js", &script("const a = = await agent('x')\nawait agent('y')"))]);
    for command in ["plan", "run"] {
        let called = call(folder.path(), &[command, "a.workflow.js"]);
        assert_eq!((called.code, called.out.as_str()), (1, ""), "{command}");
        assert!(called.err.contains("WF101") && called.err.contains("a.workflow.js:2:11"), "{command}: {}", called.err);
        let called = call(folder.path(), &[command, "a.workflow.js", "--json"]);
        let error = called.json();
        assert_eq!((called.code, error["type"].as_str()), (1, Some("error")), "{command}");
        let place = [format!("{}:{}", error["line"], error["column"]), error["message"].to_string()];
        assert!(place.iter().any(|p| p.contains("2:11")), "{error}");
    }
}

#[test]
fn simulated_runs_narrow_what_the_bounds_leave_open() {
    let folder = folder(&[("review.workflow.js", REVIEW)]);
    let asked = ["plan", "review.workflow.js", "--simulate", "5", "--concurrency", "2"];
    let with_json = [&asked[..], &["--json"]].concat();
    let planned = call(folder.path(), &with_json);
    let plan = planned.json();
    let refute = &plan["calls"][1];
    assert_eq!([&refute["low"], &refute["high"]], [&json!(0), &json!(15)], "bounds stay what they are");
    for number in [&refute["likelyAgents"], &refute["tokens"], &plan["usd"], &plan["seconds"], &plan["likelyAgents"]] {
        assert_eq!([&number["basis"], &number["runs"]], [&json!("simulated"), &json!(5)], "{number}");
        let [low, likely, high] = ["low", "likely", "high"].map(|n| number[n].as_f64().expect("known"));
        assert!(low <= likely && likely <= high, "{number}");
    }
    assert!(refute["likelyAgents"]["high"].as_u64() <= Some(15), "{refute}");
    assert_eq!(plan["calls"][0]["likelyAgents"]["basis"], "exact", "three sides, in every run");
    assert_eq!(call(folder.path(), &with_json).out, planned.out, "the same seeds, the same numbers");

    let sheet = call(folder.path(), &asked).out;
    let total = sheet.lines().find(|l| l.contains("The whole run")).expect("a total");
    assert!(total.contains("3..18") && total.ends_with("simulated ×5"), "{total}");
    assert!(!folder.path().join(".callsheet").exists(), "nothing is kept");
}

#[test]
fn a_script_whose_runs_fail_has_its_bounds_and_the_reason() {
    let body = "for (const f of args.files) await agent(`read ${f}`)";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    let planned = call(folder.path(), &["plan", "a.workflow.js", "--simulate"]);
    assert_eq!(planned.code, 1);
    assert!(planned.out.contains("line 2: ") && planned.out.contains("// @callsheet args: {…}"), "{}", planned.out);
    let plan = call(folder.path(), &["plan", "a.workflow.js", "--simulate", "3", "--json"]).json();
    assert_eq!(plan["tokens"]["basis"], "assumed", "the numbers of the plan stay");
    assert!(plan["unsimulated"].as_str().is_some_and(|why| why.contains("`args`")), "{plan}");
    let given = ["plan", "a.workflow.js", "--simulate", "3", "--json", "--args", r#"{"files":["a","b"]}"#];
    assert_eq!(call(folder.path(), &given).json()["tokens"]["basis"], "simulated");
}

#[test]
fn a_script_says_which_dialect_it_is_written_in() {
    let body = "// @callsheet profile: qwen\nreturn await pipeline(['a'], () => null, (x) => agent(`Read ${x}`))";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    // There, what follows a stage that gave `null` is skipped.
    let agents = |more: &[&str]| {
        let planned = call(folder.path(), &[&["plan", "a.workflow.js", "--json"], more].concat()).json();
        let ran = call(folder.path(), &[&["run", "a.workflow.js", "--latency", "0"], more].concat());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let ran =
            ran.out.lines().find_map(|l| l.trim().strip_prefix("agents   ")?.split_once(';')?.0.parse::<u64>().ok());
        (planned["agents"]["high"].as_u64(), ran)
    };
    assert_eq!(agents(&[]), (Some(0), Some(0)));
    assert_eq!(agents(&["--profile", "claude-code"]), (Some(1), Some(1)), "what is asked for holds whatever it says");
}
