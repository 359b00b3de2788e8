use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::Stdio,
};

use serde_json::{Value, json};

use super::{call, folder, program, script};

const REVIEW: &str = "\
phase('Review')
const found = await parallel(['a', 'b', 'c'].map(side => () => agent(`Review ${side}`, { label: `review:${side}`, model: 'haiku' })))
phase('Sum up')
const sum = await agent(`Sum up ${found.length} reviews`, { label: 'sum' })
if (!args?.go) throw new Error('not yet')
return await agent(`Translate ${sum}`, { label: 'translate' })
";

fn ran(body: &str, more: &[&str]) -> tempfile::TempDir {
    let folder = folder(&[("a.workflow.js", &script(body))]);
    let ran = call(folder.path(), &[&["run", "a.workflow.js", "--latency", "0"], more].concat());
    assert!(ran.code < 2, "{}", ran.err);
    folder
}

fn newest(folder: &Path) -> String {
    call(folder, &["runs", "--json"]).json()[0]["run"].as_str().expect("a name").to_owned()
}

#[test]
fn what_is_cached_and_what_runs_is_shown_before_it_runs() {
    let folder = ran(REVIEW, &[]);
    let file = folder.path().join("a.workflow.js");
    fs::write(&file, fs::read_to_string(&file).expect("it").replace("'c'", "'c, closely'")).expect("an edit");
    let shown = call(folder.path(), &["resume", "last", "--preview"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    let at = |text: &str| shown.out.find(text).unwrap_or_else(|| panic!("no {text:?} in\n{}", shown.out));
    let order = [
        at("RESUME  sample · simulated · failed · 4 agents"),
        at("review:… · line 3          2       1"),
        at("As far as it is known"),
        at("a.workflow.js, changed since that run"),
        at("failed: line 6: not yet"),
        at("nothing is spent: simulated"),
    ];
    assert!(order.is_sorted(), "{}", shown.out);
    assert_eq!(call(folder.path(), &["runs", "--json"]).json().as_array().map(Vec::len), Some(1), "nothing ran");

    let lines =
        call(folder.path(), &["resume", "last", "--json", "--latency", "0", "--args", r#"{"go":1}"#]).json_lines();
    let preview = &lines[0];
    let labels = |calls: &Value| calls.as_array().expect("calls").iter().map(|c| c["label"].clone()).collect::<Value>();
    assert_eq!(labels(&preview["live"]), json!(["review:c, closely"]));
    assert_eq!((&preview["scriptChanged"], &preview["complete"]), (&json!(true), &json!(false)));
    assert!(preview["usd"]["likely"].as_f64() > Some(0.0) && preview["usd"]["basis"] == "assumed", "{preview}");
    assert_eq!(preview["more"], json!({"low": 2, "high": 2}), "the sum waits for the review");
    let last = lines.last().expect("a result");
    assert_eq!(
        (&last["type"], &last["totals"]["cached"], &last["totals"]["agents"]),
        (&json!("result"), &json!(3), &json!(5))
    );
}

#[test]
fn without_a_change_everything_comes_from_the_journal() {
    let folder = ran("return await agent('hi')", &["--seed", "7", "--args", r#"{"n":1}"#]);
    let first = newest(folder.path());
    let shown = call(folder.path(), &["resume", &first[..17]]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    for text in ["as it was in that run", "no other agent is called", "1, 1 of them from the journal"] {
        assert!(shown.out.contains(text), "no {text:?} in\n{}", shown.out);
    }
    let events = call(folder.path(), &["runs", "show", "last", "--json"]).json_lines();
    let began = &events[0];
    assert_eq!((&began["resumedFrom"], &began["seed"], &began["args"]), (&json!(first), &json!(7), &json!({"n": 1})));
    // By its folder, from elsewhere; the new run stands beside it.
    let elsewhere = super::folder(&[]);
    let path = folder.path().join(".callsheet/runs").join(&first);
    let again = call(elsewhere.path(), &["resume", &path.display().to_string(), "--json"]);
    assert_eq!(again.code, 0, "{}", again.out);
    assert_eq!(call(folder.path(), &["runs", "--json"]).json().as_array().map(Vec::len), Some(3));
}

#[test]
fn what_cannot_be_resumed_says_why_in_one_sentence() {
    let folder = ran("return await agent('hi')", &[]);
    let id = newest(folder.path());
    let refused = |arguments: &[&str]| {
        let called = call(folder.path(), &[&["resume"], arguments].concat());
        (called.code, called.err.replace(&id, "ID").replace("error: ", "").trim().to_owned())
    };
    assert_eq!(refused(&["1999"]), (2, "no run begins with \"1999\"; `callsheet runs` lists them".into()));
    assert_eq!(refused(&["./none"]), (2, "./none is not the folder of a run: there is no journal.jsonl in it".into()));
    assert_eq!(refused(&["last", "--model", "gpt-9"]).0, 2);
    fs::rename(folder.path().join("a.workflow.js"), folder.path().join("b.workflow.js")).expect("moved");
    let gone = "the script of run ID is gone: there is no a.workflow.js; say where it is now with `--script FILE`, the copy that ran is \
                .callsheet/runs/ID/script.js";
    assert_eq!(refused(&["last"]), (2, gone.into()));
    assert_eq!(call(folder.path(), &["resume", "last", "--script", "b.workflow.js", "--json"]).code, 0);

    let journal = folder.path().join(".callsheet/runs").join(&id).join("journal.jsonl");
    let text = fs::read_to_string(&journal).expect("a journal");
    fs::write(&journal, text.replace("\"hi\"", "\"ho\"")).expect("damage");
    let (code, message) = refused(&[&id, "--script", "b.workflow.js"]);
    assert!(code == 1 && message.contains("run ID cannot be gone on with: line 2 is damaged"), "{code} {message}");
    fs::write(&journal, "").expect("nothing");
    assert_eq!(refused(&[&id]), (2, "run ID has nothing to resume: it broke off before it began".into()));
}

#[test]
fn a_worktree_agent_runs_again_only_where_that_is_allowed() {
    let folder = ran("return await agent('fix', { label: 'fix', isolation: 'worktree' })", &["--failures", "1"]);
    let refused = call(folder.path(), &["resume", "last"]);
    assert_eq!(refused.code, 2);
    assert!(refused.out.contains("fix · line 2: was begun in a git worktree and has no answer"), "{}", refused.out);
    assert!(refused.err.contains("add `--repeat-worktrees`"), "{}", refused.err);
    assert_eq!(call(folder.path(), &["resume", "last", "--repeat-worktrees", "--json", "--latency", "0"]).code, 0);
}

#[test]
fn a_run_that_goes_on_is_watched_from_elsewhere_and_not_resumed_or_removed() {
    let folder = folder(&[("a.workflow.js", &script("log('begun')\nawait agent('one')\nreturn await agent('two')"))]);
    let mut command = program(folder.path());
    command.args(["run", "a.workflow.js", "--latency", "60000", "--json"]).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines().map(|line| line.expect("UTF-8"));
    lines.find(|line| line.contains("agentStarted")).expect("a call that takes long");

    let refused = call(folder.path(), &["resume", "last"]);
    assert!(refused.code == 2 && refused.err.contains("is still under way, or being resumed"), "{}", refused.err);
    let pruned = call(folder.path(), &["runs", "prune", "--keep", "0", "--json"]).json();
    assert_eq!((&pruned["removed"], &pruned["kept"][0]["why"]), (&json!([]), &json!("under way")));
    assert_eq!(call(folder.path(), &["runs", "--json"]).json()[0]["status"], "running");

    let mut watch = program(folder.path());
    let mut watch = watch.args(["runs", "watch", "last"]).stdout(Stdio::piped()).spawn().expect("it starts");
    let mut seen = BufReader::new(watch.stdout.take().expect("piped")).lines().map(|line| line.expect("UTF-8"));
    seen.find(|line| line.ends_with("begun")).expect("the log line while the run goes on");
    let interrupted = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.expect("kill is there").success());
    assert!(seen.any(|line| line == " STOPPED"), "the end is seen");
    assert_eq!(watch.wait().expect("it ends").code(), Some(1));
    drop(lines);
    child.wait().expect("it ends");

    let replayed = call(folder.path(), &["runs", "watch", "last", "--json"]);
    let types: Vec<Value> = replayed.json_lines().iter().map(|line| line["type"].clone()).collect();
    assert_eq!((replayed.code, types.first(), types.last()), (1, Some(&json!("runStarted")), Some(&json!("error"))));
}

#[test]
fn a_killed_run_says_what_may_have_been_paid() {
    let folder = folder(&[("a.workflow.js", &script("return await agent('slow', { label: 'slow' })"))]);
    let mut command = program(folder.path());
    command.args(["run", "a.workflow.js", "--latency", "60000", "--json"]).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    let mut lines = BufReader::new(child.stdout.take().expect("piped")).lines().map(|line| line.expect("UTF-8"));
    lines.find(|line| line.contains("agentStarted")).expect("a call that takes long");
    child.kill().expect("it is there");
    child.wait().expect("it ends");

    let watched = call(folder.path(), &["runs", "watch", "last"]);
    assert!(watched.code == 1 && watched.out.contains("FAILED: the run broke off"), "{}", watched.out);
    let shown = call(folder.path(), &["runs", "show", "last"]).out;
    assert!(shown.contains("broken off") && shown.contains("1 agent under way"), "{shown}");
    let preview = call(folder.path(), &["resume", "last", "--dry-run"]).out;
    assert!(
        preview.contains("slow · line 2: was under way when the run broke off; it may already have been paid for"),
        "{preview}"
    );
}

#[test]
fn a_run_of_a_newer_version_is_not_gone_on_with_as_if_it_knew_nothing() {
    let folder = ran("return await agent('hi')", &[]);
    let journal = folder.path().join(".callsheet/runs").join(newest(folder.path())).join("journal.jsonl");
    let text = fs::read_to_string(&journal).expect("a journal");
    let (before, last) = text.trim_end().rsplit_once('\n').expect("lines");
    fs::write(&journal, format!("{before}\n{}\n", last.replace("{\"v\":1,", "{\"v\":2,"))).expect("a newer end");
    for arguments in [&["resume", "last"][..], &["resume", "last", "--json"], &["runs", "watch", "last"]] {
        let called = call(folder.path(), arguments);
        let said = "was written by a newer callsheet, which this one does not understand; use that one";
        assert!(
            called.code > 0 && format!("{}{}", called.out, called.err).contains(said),
            "{}{}",
            called.out,
            called.err
        );
    }
    assert!(call(folder.path(), &["runs", "show", "last"]).out.contains("newer callsheet"));
}

#[test]
fn limits_of_money_and_time_hold_and_go_over_to_the_next_run() {
    let body = "const got = []\nfor (let i = 0; i < 5; i++) got.push(await agent('Write ' + i, { model: 'opus' }))\nreturn got.length";
    let folder = ran(body, &["--budget-usd", "$0.001"]);
    let shown = || call(folder.path(), &["runs", "show", "last"]).out;
    assert!(
        shown().contains("the run's budget of <$0.01 is used up") && shown().contains(" in all, <$0.01\n"),
        "{}",
        shown()
    );
    assert_eq!(call(folder.path(), &["resume", "last", "--latency", "0", "--minutes", "90"]).code, 1);
    assert!(shown().contains(" in all, <$0.01, 90 min 0 s\n"), "{}", shown());
    assert_eq!(call(folder.path(), &["resume", "last", "--latency", "0", "--budget-usd", "5"]).code, 0);
    assert!(shown().contains(" in all, $5.00, 90 min 0 s\n"), "{}", shown());
    let late = call(folder.path(), &["run", "a.workflow.js", "--latency", "60000", "--minutes", "0.01", "--json"]);
    let last = late.json_lines().pop().expect("an error");
    assert_eq!((late.code, last["message"].as_str()), (1, Some("the run took longer than its limit of 600 ms")));
    for (flag, bad) in [("--budget-usd", "-1"), ("--budget-usd", "much"), ("--minutes", "0"), ("--minutes", "1e30")] {
        assert_eq!(call(folder.path(), &["run", "a.workflow.js", &format!("{flag}={bad}")]).code, 2, "{flag} {bad}");
    }
}
