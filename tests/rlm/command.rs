//! `callsheet rlm`.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use serde_json::json;

use crate::cli::{call, folder, program};

#[test]
fn a_question_about_files_is_answered_without_a_key() {
    let text = "A line about refunds.\n".repeat(300);
    let folder = folder(&[("a.txt", &text), ("b.txt", "short")]);
    let arguments = ["rlm", "--context", "a.txt", "--context", "b.txt", "Why?", "--latency", "0"];
    let said = call(folder.path(), &arguments);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains(" BASIS    simulated: the cells are real"), "{}", said.out);
    assert!(said.out.contains(" ANSWER   (submitted in 3 turns)\n   [simulated] 5 of 5 parts;"), "{}", said.out);
    for file in
        ["3.0 % read by code, 100.0 % sent to models: a.txt", "0.0 % read by code, 100.0 % sent to models: b.txt"]
    {
        assert!(said.out.contains(&format!(" coverage {file}\n")), "{}", said.out);
    }

    assert!(said.out.contains(" cited    a.txt:1-90\n"), "{}", said.out);
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
    std::fs::write(folder.path().join("a.txt"), "something else").expect("space");
    let changed = call(folder.path(), &["rlm", "--context", "a.txt", "Why?", "--resume", &run]);
    let expected = format!(
        "error: a.txt has changed since run {run} was started, and its answers are about what it said then: ask anew, without `--resume`"
    );
    assert_eq!((changed.code, changed.err.trim()), (2, &*expected), "{}", changed.out);
}

#[test]
fn a_folder_is_asked_about_as_one_text() {
    let folder =
        folder(&[("notes/a.txt", "A line about refunds.\n"), ("notes/b/c.md", "Grüße 😀"), ("notes/.env", "KEY=1")]);
    std::fs::write(folder.path().join("notes/image.png"), [0x89, 0xff, 0]).expect("space");
    let arguments = ["rlm", "--context", "notes", "Why?", "--latency", "0"];
    let said = call(folder.path(), &arguments);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(
        said.out
            .starts_with(" FOLDER   notes: 2 files; left out as no text: image.png\n QUESTION Why?\n CONTEXT  notes, "),
        "{}",
        said.out
    );
    let json = call(folder.path(), &[&arguments[..], &["--json"]].concat()).json_lines();
    let run = json[0]["run"].as_str().expect("a name");
    let again = call(folder.path(), &[&arguments[..], &["--resume", run]].concat());
    assert!(again.out.contains(" of them from the journal\n"), "{}{}", again.out, again.err);
    for (arguments, wrong) in [
        (
            ["rlm", "--context", "notes/b/none", "Why?"],
            "error: cannot read notes/b/none: No such file or directory (os error 2)",
        ),
        (
            ["rlm", "--context", "notes/image.png", "Why?"],
            "error: notes/image.png is not UTF-8 (byte 0 is the first that is not); convert it first, as with `iconv -t UTF-8`",
        ),
        (["rlm", "--context", "notes", " "], "error: the question is empty; write it after the options, in quotes"),
    ] {
        let said = call(folder.path(), &arguments);
        assert_eq!((said.code, said.err.trim()), (2, wrong), "{}", said.out);
    }
}

#[test]
fn a_small_file_needs_no_repl() {
    let folder = folder(&[("a.txt", "A line about refunds.\n")]);
    let asked = |more: &[&str]| {
        call(folder.path(), &[&["rlm", "--context", "a.txt", "Why?", "--latency", "0"][..], more].concat()).out
    };
    let direct = asked(&["--direct"]);
    assert!(direct.contains(" DIRECT   one plain call where the files have at most 16000 tokens\n"), "{direct}");
    assert!(direct.contains(" ANSWER   (by one plain call, without a REPL)\n"), "{direct}");
    assert!(direct.contains("\n agents   1\n") && direct.contains("100.0 % sent to models"), "{direct}");
    assert!(asked(&["--direct=3"]).contains(" ANSWER   (submitted in 3 turns)\n"));
}

#[test]
fn a_run_that_failed_says_how_its_question_goes_on() {
    let folder = folder(&[("a.txt", "A line.\n")]);
    let failed = call(folder.path(), &["rlm", "--context", "a.txt", "Why?", "--latency", "0", "--max-calls", "2"]);
    assert!(failed.code == 1 && failed.out.contains("\n FAILED: "), "{}{}", failed.out, failed.err);
    let shown = call(folder.path(), &["runs", "show", "last"]).out;
    let way = shown.lines().find(|line| line.starts_with(" go on")).expect("a way on");
    assert!(way.contains("callsheet resume 2"), "{way}");
    assert!(!shown.contains(" script "), "the script is not the person's: {shown}");
    let looked = call(folder.path(), &["resume", "last", "--preview"]).out;
    assert!(looked.contains("2 agents"), "{looked}");
    let resumed = call(folder.path(), &["resume", "last", "--max-agents", "20"]);
    assert!(resumed.code == 0 && resumed.out.contains("[simulated] 1 of 1 parts"), "{}{}", resumed.out, resumed.err);
    std::fs::write(folder.path().join("a.txt"), "Another line.\n").expect("a file");
    let changed = call(folder.path(), &["resume", "last"]);
    assert!(changed.out.contains("a.txt has changed since the run was started"), "{}{}", changed.out, changed.err);
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
fn the_simulated_root_goes_deep_where_it_may_and_satisfies_schemas() {
    let text = "A line about refunds and the weather.\n".repeat(800);
    let schema = r#"{"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}}"#;
    let folder = folder(&[("a.txt", &text), ("schema.json", schema)]);
    let asked = |more: &[&str]| {
        let asked = ["rlm", "--context", "a.txt", "Why?", "--latency", "0", "--json"];
        call(folder.path(), &[&asked[..], more].concat()).json_lines()
    };
    let deep = asked(&["--depth", "2"]);
    let depths = deep.iter().filter(|event| event["type"] == "rlmStarted").map(|event| event["depth"].as_u64());
    assert_eq!(depths.collect::<Vec<_>>(), [Some(0), Some(1), Some(1), Some(1), Some(1)]);
    assert!(
        deep.last().expect("a result")["result"].as_str().is_some_and(|a| a.starts_with("[simulated] 4 of 4 parts"))
    );
    let flat = asked(&[]);
    assert!(
        flat.last().expect("a result")["result"].as_str().is_some_and(|a| a.contains("parts; in short: ")),
        "{flat:?}"
    );
    let few = asked(&["--max-calls", "9"]);
    let answer = few.last().expect("a result")["result"].as_str().unwrap_or_default();
    assert!(answer.starts_with("[simulated] 6 of 16 parts"), "{answer}");
    let ended = few.iter().rfind(|event| event["type"] == "rlmEnded").expect("an end");
    let share = ended["coverage"][0]["sent"]["share"].as_f64().expect("a share");
    assert!((0.3..0.5).contains(&share), "what was not sent is not covered: {ended}");
    let told = |event: &&serde_json::Value| {
        event["prompt"].as_str().is_some_and(|p| p.contains("== Turn 3/30 · depth 0/1 · calls 8/9"))
    };
    assert!(few.iter().any(|event| told(&event)), "calls that were not made do not count");
    for depth in ["0", "1"] {
        let last = asked(&["--schema", "schema.json", "--depth", depth]).pop().expect("a result");
        assert!(last["result"]["n"].is_i64(), "{last}");
    }
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

#[test]
fn a_question_that_is_stopped_is_given_up_and_goes_on_later() {
    let folder = folder(&[("a.txt", "A line.\n")]);
    let mut command = program(folder.path());
    command.args(["rlm", "--context", "a.txt", "Why?", "--latency", "60000"]).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines().map(|line| line.expect("UTF-8"));
    lines.find(|line| line.ends_with("rlm[0] begins on 8 characters")).expect("it begins");
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.expect("kill is there").success());
    let rest: Vec<String> = lines.collect();
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    assert!(rest.iter().any(|line| line.contains("└─ rlm[0] · given up  0/1")), "{rest:#?}");
    assert!(rest.contains(&" STOPPED".to_owned()), "{rest:#?}");
    let resumed = call(folder.path(), &["resume", "last", "--latency", "0"]);
    assert!(resumed.code == 0 && resumed.out.contains("[simulated] 1 of 1 parts"), "{}{}", resumed.out, resumed.err);
}
