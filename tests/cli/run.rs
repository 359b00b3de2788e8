use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use serde_json::{Value, json};

use super::{Called, call, folder, program, root, script};

/// Runs an example in a folder of its own, so that its journal is not left among ours.
fn example(name: &str, arguments: &[&str]) -> Called {
    let text = |name: &str| std::fs::read_to_string(root().join("examples").join(name)).expect("an example");
    let (script, review) = (text(name), text("review.workflow.js"));
    let folder = folder(&[("review.workflow.js", &review), (name, &script)]);
    call(folder.path(), &[&["run", name, "--latency", "4", "--json"], arguments].concat())
}

/// The lines without what may differ between two runs: the run's name and the time.
fn structure(called: &Called) -> Vec<Value> {
    let mut lines = called.json_lines();
    for line in &mut lines {
        let line = line.as_object_mut().expect("an object");
        line.shift_remove("ms");
        line.shift_remove("run");
    }
    lines
}

#[test]
fn the_same_seed_repeats_a_run_to_the_byte() {
    for name in ["review.workflow.js", "hunt.workflow.js", "translate.workflow.js", "release.workflow.js"] {
        let [first, second, other] =
            ["7", "7", "8"].map(|seed| structure(&example(name, &["--seed", seed, "--concurrency", "4"])));
        assert_eq!(first.last().map(|l| &l["type"]), Some(&json!("result")), "{name}: {:?}", first.last());
        assert_eq!(first, second, "{name}");
        assert_ne!(first, other, "{name}: the seed decides nothing");
    }
}

#[test]
fn what_happens_lies_within_what_was_planned() {
    for name in ["review.workflow.js", "hunt.workflow.js", "translate.workflow.js"] {
        let plan = call(&root(), &["plan", &format!("examples/{name}"), "--json"]).json();
        for seed in ["1", "2", "3", "4", "5"] {
            let ran = example(name, &["--seed", seed]);
            let lines = ran.json_lines();
            let totals = &lines.last().expect("a result")["totals"];
            let usage: u64 = ["input", "output"].iter().filter_map(|k| totals["usage"][k].as_u64()).sum();
            for (what, took, planned) in [
                ("agents", totals["agents"].as_f64(), &plan["agents"]),
                ("tokens", Some(usage as f64), &plan["tokens"]),
                ("usd", totals["usd"].as_f64(), &plan["usd"]),
            ] {
                let took = took.expect("a number");
                let [low, high] = ["low", "high"].map(|bound| planned[bound].as_f64().expect("bounded"));
                assert!(low <= took && took <= high, "{name}, seed {seed}: {took} {what} of {planned}");
            }
            for planned in plan["calls"].as_array().expect("calls") {
                let here = |line: &&Value| line["type"] == "agentQueued" && line["line"] == planned["line"];
                let calls = lines.iter().filter(here).count() as u64;
                let within = planned["low"].as_u64() <= Some(calls) && Some(calls) <= planned["high"].as_u64();
                assert!(within, "{name}, seed {seed}: {calls} of {planned}");
            }
        }
    }
}

#[test]
fn people_see_the_sheet_the_run_the_result_and_the_journal() {
    let folder = folder(&[("a.workflow.js", &script("phase('One')\nreturn await agent('hi', { label: 'greet' })"))]);
    let ran = call(folder.path(), &["run", "a.workflow.js", "--latency", "0"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let at = |text: &str| ran.out.find(text).unwrap_or_else(|| panic!("no {text:?} in\n{}", ran.out));
    let order =
        [at("CALL SHEET  sample"), at("simulated, "), at("✓ greet"), at("└─ One  1/1"), at("RESULT"), at("journal  ")];
    assert!(order.is_sorted(), "{}", ran.out);
    let journal = ran.out.lines().find_map(|l| l.trim().strip_prefix("journal  ")).expect("a folder");
    assert!(folder.path().join(journal).join("journal.jsonl").is_file());
}

#[test]
fn what_is_lost_on_the_way_is_counted_at_the_end() {
    let body =
        "return await parallel([() => agent('one'), () => { throw new Error('no luck') }, async () => agent('')])";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    let ran = call(folder.path(), &["run", "a.workflow.js", "--latency", "0"]);
    let shown = call(folder.path(), &["runs", "show", "last"]);
    for out in [ran.out, shown.out] {
        assert!(out.contains(" · 1 agent · 2 dropped · "), "{out}");
        assert!(out.contains("! line 2:58: parallel dropped item 1: no luck"), "{out}");
        assert!(
            out.contains(" lost     2 items null because something threw; the lines above say where and why\n"),
            "{out}"
        );
    }
    let failed = call(folder.path(), &["run", "a.workflow.js", "--latency", "0", "--failures", "1"]).out;
    assert!(failed.contains(" lost     1 agent without an answer"), "{failed}");
}

#[test]
fn a_failed_run_exits_with_1_and_names_its_line() {
    let folder = folder(&[("a.workflow.js", &script("await agent('hi')\nthrow new Error('enough')"))]);
    let people = call(folder.path(), &["run", "a.workflow.js", "--latency", "0"]);
    assert_eq!(people.code, 1);
    assert!(people.out.contains("FAILED at line 3:"), "{}", people.out);
    let programs = call(folder.path(), &["run", "a.workflow.js", "--latency", "0", "--json"]);
    let last = programs.json_lines().pop().expect("an error");
    assert_eq!((programs.code, &last["type"], &last["line"]), (1, &json!("error"), &json!(3)));
    assert!(last["message"].as_str().is_some_and(|m| m.contains("enough")), "{last}");
}

#[test]
fn a_script_that_cannot_start_is_shown_with_its_line() {
    let folder = folder(&[("a.workflow.js", &script("return await agent('hi'"))]);
    let people = call(folder.path(), &["run", "a.workflow.js"]);
    assert_eq!(people.code, 1);
    assert!(people.err.contains("a.workflow.js:2:"), "{}", people.err);
    let programs = call(folder.path(), &["run", "a.workflow.js", "--json"]);
    assert_eq!((programs.code, &programs.json()["type"]), (1, &json!("error")));
}

#[test]
fn a_limit_the_script_can_reach_stands_on_the_sheet() {
    let body = "await agent('one')\nif ((await agent('two')) === 'more') await agent('three')";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    let sheet =
        |limit: &str| call(folder.path(), &["run", "a.workflow.js", "--latency", "0", "--max-agents", limit]).out;
    assert!(sheet("2").contains("the script allows 3; a run stops at 2 agents (your limit)\n"), "{}", sheet("2"));
    assert!(sheet("1").contains("--max-agents 1: no run comes to its end\n"), "{}", sheet("1"));
    assert!(!sheet("3").contains("limit"), "the script cannot call more: {}", sheet("3"));
}

#[test]
fn limits_hold() {
    let body = "await agent('one')\nawait agent('two')\nawait agent('three')";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    let ran = call(folder.path(), &["run", "a.workflow.js", "--latency", "0", "--json", "--max-agents", "2"]);
    let started = ran.json_lines().iter().filter(|l| l["type"] == "agentStarted").count();
    assert_eq!((ran.code, started), (1, 2));
    let broke = call(folder.path(), &["run", "a.workflow.js", "--latency", "0", "--json", "--budget-tokens", "1"]);
    assert_eq!(broke.code, 1);
}

#[test]
fn models_that_are_not_there_are_bad_usage() {
    let called = |model: &str| call(&root(), &["run", "examples/review.workflow.js", "--model", model]);
    let ran = called("gpt-5");
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.starts_with("error: there is no model \"gpt-5\"; did you mean `openai:gpt-5`? (there are: simulated, ")
    );
    assert!(
        called("gpt-9").err.starts_with("error: there is no model \"gpt-9\" (there are: simulated, anthropic:MODEL")
    );
}

#[test]
fn ctrl_c_stops_a_run_and_keeps_its_journal() {
    let folder = folder(&[("a.workflow.js", &script("await agent('one')\nawait agent('two')"))]);
    let mut command = program(folder.path());
    command.args(["run", "a.workflow.js", "--latency", "60000", "--json"]).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines().map(|line| line.expect("UTF-8"));
    lines.find(|line| line.contains("agentStarted")).expect("a call that takes long");
    let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.expect("kill is there").success());
    let last = lines.last();
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    let last: Value = serde_json::from_str(&last.expect("an error")).expect("JSON");
    assert_eq!((&last["type"], &last["status"]), (&json!("error"), &json!("stopped")));
    let listed = call(folder.path(), &["runs", "--json"]).json();
    assert_eq!(listed[0]["status"], "stopped");
    let shown = call(folder.path(), &["runs", "show", "last"]).out;
    assert!(shown.contains("\n STOPPED\n") && !shown.contains("RESULT"), "{shown}");
    assert!(shown.contains("1 agent under way when it was stopped: may already have been paid for"), "{shown}");
}
