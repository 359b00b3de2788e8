use std::path::Path;

use serde_json::Value;

use super::{Called, call, folder, program, script};

fn verdict<'a>(checks: &'a Value, what: &str) -> (&'a str, &'a str) {
    let check = checks.as_array().and_then(|all| all.iter().find(|c| c["what"] == what)).expect("the check");
    (check["verdict"].as_str().expect("a verdict"), check["found"].as_str().expect("what was found"))
}

#[test]
fn a_working_installation_runs_a_script_and_keeps_nothing() {
    let folder = folder(&[("a.workflow.js", &script("return await agent('hi')"))]);
    let called = call(folder.path(), &["doctor", "--json"]);
    let checks = called.json();
    assert_eq!(called.code, 0, "{checks}");
    assert_eq!(verdict(&checks, "sandbox").0, "ok");
    assert_eq!(verdict(&checks, "scripts"), ("ok", "1 in this folder"));
    assert!(!folder.path().join(".callsheet").exists());
}

#[test]
fn what_is_wrong_comes_with_what_to_do() {
    let folder = folder(&[
        ("a.workflow.js", &script("return await agent(")),
        (".callsheet/runs/20261125-101500-ab12/journal.jsonl", "not a journal\nnor this\nnor that\n"),
    ]);
    let called = call(folder.path(), &["doctor"]);
    for word in ["! scripts", "1 with syntax errors: a.workflow.js", "! runs", "1 of them damaged"] {
        assert!(called.out.contains(word), "no {word} in {}", called.out);
    }

    let Called { code, out, .. } = outside_of_the_path(folder.path());
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("cargo install --locked --path server/callsheet") && out.contains("! git"), "{out}");
}

fn outside_of_the_path(folder: &Path) -> Called {
    super::answer(program(folder).arg("doctor").env("PATH", folder).output().expect("the program starts"))
}
