use analysis::units::Usd;
use serde_json::{Value, json};

use super::{call, folder, script};

/// Two phases, two models, one of them without a price.
fn body() -> String {
    script(
        "phase('One')\nawait agent('hi', { label: 'greet', model: 'haiku' })\n\
         phase('Two')\nreturn await parallel([1, 2].map((n) => () => agent(`again ${n}`, { label: `again:${n}`, model: 'nobody-s' })))",
    )
}

#[test]
fn what_past_runs_took_is_the_same_in_every_sum() {
    let folder = folder(&[("a.workflow.js", &body())]);
    let none = call(folder.path(), &["usage"]);
    assert!(
        none.code == 0 && none.out.contains("No runs in .callsheet/runs yet; `callsheet run FILE` makes one."),
        "{}",
        none.out
    );
    assert!(!folder.path().join(".callsheet").exists(), "looking leaves nothing behind");
    for seed in ["1", "2"] {
        assert_eq!(call(folder.path(), &["run", "a.workflow.js", "--latency", "0", "--seed", seed]).code, 0);
    }
    let told = call(folder.path(), &["usage", "--json"]).json();
    assert_eq!((&told["real"]["total"]["runs"], &told["real"]["total"]["tokens"]), (&json!(0), &json!(0)));
    let account = &told["simulated"];
    for sums in ["workflows", "phases", "agents", "models"] {
        for of in ["agents", "tokens", "input", "output", "cacheRead", "cacheWrite", "unpriced"] {
            let parts = account[sums].as_array().expect("a list").iter().map(|sum| sum[of].as_u64().expect("a number"));
            assert_eq!(Some(parts.sum::<u64>()), account["total"][of].as_u64(), "{of} by {sums}");
        }
        let parts =
            account[sums].as_array().expect("a list").iter().map(|sum| Usd(sum["usd"].as_f64().expect("money")));
        assert_eq!(Some(parts.sum::<Usd>().0), account["total"]["usd"].as_f64(), "money by {sums}, to the last digit");
    }
    let runs = call(folder.path(), &["runs", "--json"]).json();
    let tokens: u64 = runs.as_array().expect("runs").iter().map(|run| run["tokens"].as_u64().expect("tokens")).sum();
    assert_eq!(account["total"]["tokens"], tokens);
    let names = |sums: &str| {
        account[sums].as_array().map(|sums| sums.iter().map(|s| s["name"].clone()).collect::<Vec<Value>>())
    };
    assert_eq!(names("workflows"), Some(vec!["sample".into()]));
    assert_eq!(account["phases"].as_array().map(Vec::len), Some(2));
    let shown = call(folder.path(), &["usage"]).out;
    for said in [
        "nothing was spent: there are simulated runs only",
        "SIMULATED",
        "sample › Two",
        "again:2",
        "nobody-s",
        "list prices of",
    ] {
        assert!(shown.contains(said), "no {said} in {shown}");
    }
    assert!(folder.path().join(".callsheet/history.db").is_file());
    std::fs::write(
        folder.path().join(".callsheet/history.db"),
        "no database at all, whatever its name may say".repeat(30),
    )
    .expect("a file");
    let mended = call(folder.path(), &["usage", "--json"]);
    assert_eq!((mended.json(), mended.err.lines().count()), (told, 1), "{}", mended.err);
    assert_eq!(call(folder.path(), &["usage", "none"]).code, 2);
}

#[test]
fn kept_transcripts_are_counted_where_they_are_asked_for() {
    let usage = json!({"input_tokens": 10, "output_tokens": 5, "cache_read_input_tokens": 1000});
    let line =
        json!({"type": "assistant", "message": {"id": "m1", "model": "claude-haiku-5-5", "usage": usage}}).to_string();
    let record = json!({"workflowName": "sweep", "status": "completed", "workflowProgress": [
        {"type": "workflow_agent", "agentId": "a1", "label": "sweep:a", "phaseTitle": "Sweep"},
    ]});
    let folder = folder(&[
        ("kept/p/s/subagents/workflows/wf_sweep01/agent-a1.jsonl", &format!("{line}\n{line}\n")),
        ("kept/p/s/workflows/wf_sweep01.json", &record.to_string()),
    ]);
    let told = call(folder.path(), &["usage", "--transcripts", "kept", "--json"]).json();
    let total = &told["real"]["total"];
    assert_eq!((&total["runs"], &total["agents"], &total["tokens"]), (&json!(1), &json!(1), &json!(1015)));
    assert_eq!(told["real"]["phases"][0]["name"], "sweep › Sweep");
    assert!(total["usd"].as_f64() > Some(0.0), "{total}");
    let shown = call(folder.path(), &["usage", "--transcripts", "kept"]).out;
    assert!(shown.contains("real runs") && !shown.contains("SIMULATED"), "{shown}");
}

#[test]
fn estimates_learn_from_transcripts_where_that_is_asked_for() {
    let body = "return await agent('Sweep the floor.', { label: 'sweep', model: 'haiku', schema: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } } })";
    let usage = json!({"input_tokens": 9_000, "output_tokens": 1_000});
    let lines = [
        json!({"type": "user", "message": {"role": "user", "content": "Sweep the floor."}}).to_string(),
        json!({"type": "assistant", "message": {"id": "m1", "model": "claude-haiku-5-5", "usage": usage}}).to_string(),
    ];
    let record = json!({"workflowName": "sample", "status": "completed", "durationMs": 60_000, "workflowProgress": [
        {"type": "workflow_agent", "agentId": "a1", "label": "sweep", "phaseTitle": "Sweep"},
    ]});
    let folder = folder(&[
        ("a.workflow.js", &script(body)),
        ("kept/p/s/subagents/workflows/wf_sweep01/agent-a1.jsonl", &lines.join("\n")),
        ("kept/p/s/workflows/wf_sweep01.json", &record.to_string()),
        ("empty/nothing.txt", ""),
    ]);
    let at = |arguments: &[&str]| call(folder.path(), arguments);
    let tokens = || at(&["plan", "a.workflow.js", "--json"]).json()["tokens"].clone();
    let before = tokens();
    at(&["usage", "--transcripts", "kept"]);
    assert_eq!(tokens(), before, "counting is not learning");
    let nothing = at(&["usage", "--transcripts", "empty", "--learn"]);
    assert_eq!(nothing.code, 2, "{}", nothing.err);
    for _ in 0..2 {
        let learned = at(&["usage", "--transcripts", "kept", "--learn"]);
        assert_eq!(learned.code, 0, "{}", learned.err);
        assert!(
            learned.err.contains("learn from 1 run of Claude Code, kept in .callsheet/transcripts.json"),
            "{}",
            learned.err
        );
    }
    let after = tokens();
    assert_eq!(after["likely"], 10_000, "once, however often it is kept: {after}");
    let sheet = at(&["plan", "a.workflow.js"]).out;
    assert!(sheet.contains("history (n=1)") && sheet.contains("answered by claude-code"), "{sheet}");
    assert!(sheet.contains(" cost     where not from history: list prices of "), "{sheet}");
    std::fs::write(folder.path().join(".callsheet/transcripts.json"), "{").expect("a file");
    let broken = at(&["plan", "a.workflow.js"]);
    assert!(broken.code == 0 && broken.err.contains("cannot use .callsheet/transcripts.json: "), "{}", broken.err);
    std::fs::remove_file(folder.path().join(".callsheet/transcripts.json")).expect("it is there");
    assert_eq!(tokens(), before, "forgotten");
}
