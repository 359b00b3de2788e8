//! Cases 59 to 61 and 66: what is on disk, and what a run is not resumed from.

use std::{fs, path::PathBuf};

use runtime::{RunId, journal, runs};
use serde_json::json;

use crate::scripted::{case, run::Stage};

fn three() -> Stage {
    let text = "// three\n// expect: null\nexport const meta = { name: \"three\", description: \"d\" };\n\
                return [await agent(\"A\"), await agent(\"B\"), await agent(\"C\")];\n";
    Stage::new(case::parse_file("three", text).expect("a good header").remove(0))
}

/// A stage whose first run is over, the file of its journal, and its lines.
fn ran() -> (Stage, PathBuf, Vec<String>) {
    let mut stage = three();
    let run = stage.act(async |run| run.wait().await).run;
    let path = stage.runs().join(run.as_str()).join(journal::FILE_NAME);
    let lines = fs::read_to_string(&path).expect("a journal").lines().map(str::to_owned).collect();
    stage.resume = Some(run);
    (stage, path, lines)
}

#[test]
pub(super) fn a_line_that_was_cut_off_costs_only_itself() {
    let (stage, path, lines) = ran();
    let done = lines.iter().rposition(|l| l.contains("agentDone")).expect("an answer");
    let torn = format!("{}\n{}", lines[..done].join("\n"), &lines[done][..lines[done].len() / 2]);
    fs::write(&path, torn).expect("written");
    let asked = stage.model.times();
    let outcome = stage.act(async |run| run.wait().await);
    assert_eq!(outcome.result, Some(json!(["re: A", "re: B", "re: C"])));
    assert_eq!(stage.model.times() - asked, 1, "only the call whose answer was cut off");
}

#[test]
pub(super) fn a_line_that_was_changed_is_found_and_named() {
    let (stage, path, mut lines) = ran();
    let done = lines.iter().position(|l| l.contains("re: A") && l.contains("agentDone")).expect("an answer");
    lines[done] = lines[done].replace("re: A", "forged");
    fs::write(&path, lines.join("\n") + "\n").expect("written");
    let error = stage.refused();
    assert!(error.contains(&format!("line {}", done + 1)), "{error}");
}

#[test]
pub(super) fn a_line_that_is_missing_is_found() {
    let (stage, path, mut lines) = ran();
    lines.remove(2);
    fs::write(&path, lines.join("\n") + "\n").expect("written");
    assert!(stage.refused().contains("line 3"), "{}", stage.refused());
}

#[test]
pub(super) fn a_run_that_is_not_there_is_not_resumed() {
    let mut stage = three();
    stage.resume = Some("20260101-000000-0000".parse().expect("a name a run could have"));
    assert!(stage.refused().contains("nothing to resume"), "{}", stage.refused());
    for elsewhere in ["../../etc/passwd", "/etc/passwd", "a/../../b", ""] {
        assert!(elsewhere.parse::<RunId>().is_err(), "{elsewhere:?}");
    }
}

#[test]
pub(super) fn a_run_under_way_is_not_resumed() {
    let text = "// stuck\n// model: \"A\" -> never\n// expect: null\n\
                export const meta = { name: \"stuck\", description: \"d\" };\nreturn agent(\"A\");\n";
    let mut stage = Stage::new(case::parse_file("stuck", text).expect("a good header").remove(0));
    let run = stage.start();
    stage.resume = Some(run.id().clone());
    let error = stage.refused();
    run.stop();
    assert!(error.contains("still under way"), "{error}");
}

#[test]
pub(super) fn a_large_result_is_kept_whole() {
    let text = "// large\n// expect: null\nexport const meta = { name: \"large\", description: \"d\" };\n\
                return { text: \"é\".repeat(1_000_000), n: 1 };\n";
    let stage = Stage::new(case::parse_file("large", text).expect("a good header").remove(0));
    let outcome = stage.act(async |run| run.wait().await);
    let whole = json!({ "text": "é".repeat(1_000_000), "n": 1 });
    assert_eq!(outcome.result.as_ref(), Some(&whole));
    let file = stage.runs().join(outcome.run.as_str()).join(runs::RESULT_FILE);
    let kept: serde_json::Value = serde_json::from_slice(&fs::read(file).expect("a file")).expect("JSON");
    assert_eq!(kept, whole);
}

#[test]
pub(super) fn every_call_has_a_line_before_it_leaves_and_one_when_it_is_back() {
    let (_, _, lines) = ran();
    let types: Vec<_> = lines
        .iter()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON")["type"].clone())
        .collect();
    let call = ["agentQueued", "agentStarted", "agentDone"];
    let expected: Vec<_> = ["runStarted"].into_iter().chain(call.repeat(3)).chain(["runEnded"]).collect();
    assert_eq!(types, expected);
}
