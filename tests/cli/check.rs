use expect_test::expect;
use serde_json::json;

use super::{call, call_with, folder, root, script};

const UNDECLARED: &str = "\
export const meta = {
  name: 'sample',
  description: 'A sample',
  phases: [{ title: 'Verify' }],
}
await agent('Check it.', { phase: 'Verify' })
await agent('Check again.', { phase: 'Verfy' })
";

#[test]
fn findings_show_their_line_and_a_way_out() {
    let folder = folder(&[("sample.workflow.js", UNDECLARED)]);
    let checked = call(folder.path(), &["check", "sample.workflow.js"]);
    assert_eq!(checked.code, 0, "warnings let it pass");
    let of_rule = checked.out.split("\n\n").find(|block| block.contains("WF701")).expect("a finding of the rule");
    expect![[r#"
        warning[WF701 phase-undeclared]: `meta.phases` has no phase 'Verfy': did you mean 'Verify'?
          ╭▸ sample.workflow.js:7:38
          │
        7 │ await agent('Check again.', { phase: 'Verfy' })
          │                                      ━━━━━━━
          ╰╴
        help: Rename to 'Verify'
          ╭╴
        7 │ await agent('Check again.', { phase: 'Verify' })
          ╰╴                                         +"#]]
    .assert_eq(of_rule);
    assert_eq!(call(folder.path(), &["check", "sample.workflow.js", "--deny-warnings"]).code, 1);
}

#[test]
fn errors_exit_with_1() {
    let folder = folder(&[("a.workflow.js", &script("const now = Date.now()\nreturn now"))]);
    let checked = call(folder.path(), &["check", "--json", "a.workflow.js"]);
    assert_eq!(checked.code, 1);
    assert!(checked.json()["errors"].as_u64() > Some(0), "{}", checked.out);
}

#[test]
fn json_has_places_and_edits() {
    let folder = folder(&[("sample.workflow.js", UNDECLARED)]);
    let report = call(folder.path(), &["check", "--json", "sample.workflow.js"]).json();
    let mut findings = report["findings"].as_array().expect("findings").iter();
    let finding = findings.find(|f| f["code"] == "WF701").expect("a finding of the rule");
    expect![[r#"
        {
          "file": "sample.workflow.js",
          "line": 7,
          "column": 38,
          "endLine": 7,
          "endColumn": 45,
          "severity": "warning",
          "code": "WF701",
          "name": "phase-undeclared",
          "message": "`meta.phases` has no phase 'Verfy': did you mean 'Verify'?",
          "related": [],
          "fixes": [
            {
              "title": "Rename to 'Verify'",
              "safe": false,
              "edits": [
                {
                  "line": 7,
                  "column": 38,
                  "endLine": 7,
                  "endColumn": 45,
                  "text": "'Verify'"
                }
              ]
            },
            {
              "title": "Declare it in `meta.phases`",
              "safe": false,
              "edits": [
                {
                  "line": 4,
                  "column": 31,
                  "endLine": 4,
                  "endColumn": 31,
                  "text": ", { title: 'Verfy' }"
                }
              ]
            }
          ]
        }"#]]
    .assert_eq(&format!("{finding:#}"));
}

#[test]
fn folders_are_searched_for_workflow_scripts() {
    let bad = script("Date.now()");
    let folder = folder(&[
        (".claude/workflows/a.js", &bad),
        ("deep/b.workflow.js", &bad),
        ("plain.js", &bad),
        ("node_modules/c.workflow.js", &bad),
    ]);
    let report = call(folder.path(), &["check", "--json"]).json();
    let findings = report["findings"].as_array().expect("findings");
    let mut files: Vec<&str> = findings.iter().filter_map(|f| f["file"].as_str()).collect();
    files.dedup();
    assert_eq!(files, [".claude/workflows/a.js", "deep/b.workflow.js"]);
}

#[test]
fn nothing_to_check_is_bad_usage() {
    let folder = folder(&[("plain.js", "")]);
    let checked = call(folder.path(), &["check"]);
    assert_eq!(checked.code, 2);
    assert!(checked.err.starts_with("error: no workflow scripts in .;"), "{}", checked.err);
}

#[test]
fn standard_input_is_checked_as_the_file_it_would_be() {
    let folder = folder(&[]);
    let checked = call_with(folder.path(), &["check", "--stdin", "x.workflow.js", "--json"], &script("Date.now()"));
    assert_eq!(checked.code, 1);
    assert_eq!(checked.json()["findings"][0]["file"], "x.workflow.js");
}

#[test]
fn the_examples_are_beyond_reproach() {
    let checked = call(&root(), &["check", "examples"]);
    assert_eq!(checked.out, "Nothing to report in 5 scripts\n");
}

#[test]
fn sarif_names_rules_places_and_repairs() {
    let folder = folder(&[(".claude/workflows/my sample.js", UNDECLARED)]);
    let checked = call(folder.path(), &["check", "--sarif"]);
    assert_eq!(checked.code, 0);
    let log = checked.json();
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "Callsheet");
    let results = run["results"].as_array().expect("results");
    let result = results.iter().find(|r| r["ruleId"] == "WF701").expect("a finding of the rule");
    assert_eq!(result["level"], "warning");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], ".claude/workflows/my%20sample.js");
    let region = json!({"startLine": 7, "startColumn": 38, "endLine": 7, "endColumn": 45});
    assert_eq!(place["region"], region);
    let change = &result["fixes"][0]["artifactChanges"][0];
    assert_eq!(change["artifactLocation"], place["artifactLocation"]);
    assert_eq!(change["replacements"][0]["insertedContent"]["text"], "'Verify'");
    // What the standard requires of each rule, and that results point to theirs.
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let rule = &rules[result["ruleIndex"].as_u64().expect("an index") as usize];
    assert_eq!([&rule["id"], &rule["defaultConfiguration"]["level"]], [&json!("WF701"), &json!("warning")]);
    assert!(rules.iter().all(|r| [&r["shortDescription"]["text"], &r["help"]["text"]].iter().all(|t| t.is_string())));
    let ids: std::collections::BTreeSet<&str> = rules.iter().filter_map(|r| r["id"].as_str()).collect();
    assert_eq!(ids.len(), rules.len());

    let failing = self::folder(&[("a.workflow.js", &script("return Date.now()"))]);
    assert_eq!(call(failing.path(), &["check", "--sarif"]).code, 1, "errors exit with 1");
}
