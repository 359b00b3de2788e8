use super::{call, folder, script};

#[test]
fn past_runs_are_listed_and_shown() {
    let folder = folder(&[("a.workflow.js", &script("phase('One')\nreturn await agent('hi', { label: 'greet' })"))]);
    let none = call(folder.path(), &["runs"]);
    assert_eq!((none.code, none.out.contains("No runs")), (0, true));

    assert_eq!(call(folder.path(), &["run", "a.workflow.js", "--latency", "0"]).code, 0);
    let listed = call(folder.path(), &["runs", "--json"]).json();
    let run = &listed[0];
    assert_eq!((&run["status"], &run["agents"]), (&"done".into(), &1.into()));
    let table = call(folder.path(), &["runs"]).out;
    let row = table.lines().find(|l| l.contains(run["run"].as_str().expect("a name"))).expect("the run");
    for word in ["done", "sample", "just now", "simulated"] {
        assert!(row.contains(word), "no {word} in {row}");
    }

    let begins = &run["run"].as_str().expect("a name")[..12];
    let shown = call(folder.path(), &["runs", "show", begins]);
    assert!(shown.out.contains("✓ greet") && shown.out.contains("RESULT"), "{}", shown.out);
    let events = call(folder.path(), &["runs", "show", begins, "--json"]).json_lines();
    assert_eq!(events.last().map(|e| &e["type"]), Some(&"runEnded".into()));
    assert_eq!(call(folder.path(), &["runs", "show", "1999"]).code, 2);
}
