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

    assert!(run.get("question").is_none(), "{run}");

    let begins = &run["run"].as_str().expect("a name")[..12];
    let shown = call(folder.path(), &["runs", "show", begins]);
    assert!(shown.out.contains("✓ greet") && shown.out.contains("RESULT"), "{}", shown.out);
    let events = call(folder.path(), &["runs", "show", begins, "--json"]).json_lines();
    assert_eq!(events.last().map(|e| &e["type"]), Some(&"runEnded".into()));
    assert_eq!(call(folder.path(), &["runs", "show", "1999"]).code, 2);

    assert_eq!(call(folder.path(), &["rlm", "--context", "a.workflow.js", "What is it?", "--latency", "0"]).code, 0);
    assert_eq!(call(folder.path(), &["runs", "--json"]).json()[0]["question"], "What is it?");
}

#[test]
fn old_runs_are_removed_but_not_what_others_go_on_with() {
    let body = "const a = await agent('one')\nif (!args) throw new Error('later')\nreturn a";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    let runs = || call(folder.path(), &["runs", "--json"]).json().as_array().cloned().expect("a list");
    let run = |arguments: &[&str]| {
        assert!(call(folder.path(), &[arguments, &["--latency", "0", "--json"]].concat()).code < 2)
    };
    run(&["run", "a.workflow.js", "--seed", "1"]);
    run(&["run", "a.workflow.js"]);
    run(&["resume", "last"]);
    let both = call(folder.path(), &["runs", "prune"]);
    assert!(both.code == 2 && both.err.contains("--keep <N>"), "{}", both.err);
    let young = call(folder.path(), &["runs", "prune", "--keep", "0", "--older-than", "1"]);
    assert!(young.out.contains("0 runs removed, 0 B; 3 runs kept"), "{}", young.out);
    let dry = call(folder.path(), &["runs", "prune", "--keep", "1", "--dry-run"]);
    assert!(dry.out.contains("would remove") && dry.out.contains("1 run would be removed"), "{}", dry.out);
    assert_eq!(runs().len(), 3);
    let names: Vec<_> = runs().iter().map(|run| run["run"].clone()).collect();
    assert!(runs().iter().all(|run| run["bytes"].as_u64() > Some(500)), "sizes");
    let pruned = call(folder.path(), &["runs", "prune", "--keep", "1", "--json"]).json();
    assert_eq!(pruned["removed"].as_array().map(Vec::len), Some(1), "{pruned}");
    let why: Vec<_> = pruned["kept"].as_array().expect("kept").iter().map(|kept| kept["why"].clone()).collect();
    assert_eq!(why, ["not old enough", "a run that has not come to its end goes on with its answers"]);
    // The last one comes to its end: nothing needs what it went back to any more.
    run(&["resume", "last", "--args", "1"]);
    assert_eq!(
        call(folder.path(), &["runs", "prune", "--keep", "1", "--json"]).json()["removed"].as_array().map(Vec::len),
        Some(2)
    );
    assert!(!names.contains(&runs()[0]["run"]) && runs().len() == 1);
    assert_eq!(call(folder.path(), &["runs", "prune", "--keep", "0"]).code, 0);
    assert_eq!(runs().len(), 0);
}

#[test]
fn a_report_is_one_page_with_the_plan_and_the_run_in_it() {
    let body = "phase('One')\nreturn await agent('Is </script><b>this</b> text?', { label: 'greet' })";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    assert_eq!(call(folder.path(), &["run", "a.workflow.js", "--latency", "0"]).code, 0);
    let told = call(folder.path(), &["report", "last", "--json"]).json();
    let page = std::fs::read_to_string(folder.path().join(told["file"].as_str().expect("a file"))).expect("a page");
    assert!(told["file"].as_str().is_some_and(|file| file.ends_with("/report.html")), "{told}");
    let data =
        page.split_once(r#"id="callsheet-data">"#).and_then(|(_, rest)| rest.split_once("</script>")).expect("data").0;
    let messages: serde_json::Value = serde_json::from_str(data).expect("JSON");
    let types: Vec<_> = messages.as_array().expect("messages").iter().map(|message| message["type"].clone()).collect();
    assert_eq!(types, ["plan", "run", "events"]);
    assert_eq!((&messages[0]["plan"]["name"], &messages[0]["plan"]["agents"]["high"]), (&"sample".into(), &1.into()));
    let events = call(folder.path(), &["runs", "show", "last", "--json"]).json_lines();
    assert_eq!(messages[2]["events"], serde_json::Value::from(events));
    let elsewhere = call(folder.path(), &["report", "last", "-o", "run.html", "--open", "no"]);
    assert!(elsewhere.out.starts_with(" report   run.html, "), "{}", elsewhere.out);
    assert!(folder.path().join("run.html").is_file());
}

#[test]
fn a_run_that_cannot_be_read_hides_no_other_and_is_not_in_the_way() {
    let folder = folder(&[("a.workflow.js", &script("return await agent('hi')"))]);
    assert_eq!(call(folder.path(), &["run", "a.workflow.js", "--latency", "0"]).code, 0);
    let runs = folder.path().join(".callsheet/runs");
    let [unread, begun] = ["20200101-000000-aaaa", "20200101-000000-bbbb"].map(|id| runs.join(id));
    std::fs::create_dir_all(&unread).expect("a folder");
    // Opens, and gives an error where it is read.
    std::os::unix::fs::symlink("/proc/self/mem", unread.join("journal.jsonl")).expect("a link");
    std::fs::create_dir_all(&begun).expect("a folder");
    std::fs::write(begun.join("script.js"), "half").expect("a file");
    let listed = call(folder.path(), &["runs", "--json"]);
    assert_eq!((listed.code, listed.json().as_array().map(Vec::len)), (0, Some(1)));
    assert!(
        listed.err.contains("note: cannot read .callsheet/runs/20200101-000000-aaaa/journal.jsonl"),
        "{}",
        listed.err
    );
    let long_ago = std::process::Command::new("touch").args(["-d", "2020-01-01"]).arg(&begun).status();
    assert!(long_ago.expect("coreutils").success());
    let dry = call(folder.path(), &["runs", "prune", "--keep", "1", "--dry-run"]);
    assert!(dry.out.contains("would remove 1 folder left of runs that did not begin") && begun.exists(), "{}", dry.out);
    let pruned = call(folder.path(), &["runs", "prune", "--keep", "1", "--json"]).json();
    assert_eq!((&pruned["remains"], begun.exists()), (&1.into(), false), "{pruned}");
}

#[test]
fn a_run_whose_reader_goes_away_ends_in_order() {
    use std::io::BufRead;
    let folder = folder(&[("a.workflow.js", &script("for (let i = 0; i < 900; i++) await agent('again ' + i)"))]);
    for view in [&["--json"][..], &[]] {
        let mut command = super::program(folder.path());
        command.args(["run", "a.workflow.js", "--latency", "5"]).args(view).stdout(std::process::Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut out = std::io::BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        while !line.contains("again 1") {
            line.clear();
            assert!(out.read_line(&mut line).expect("text") > 0, "it goes on");
        }
        drop(out);
        assert_eq!(child.wait().expect("it ends").code(), Some(0), "as after `head`");
        assert_eq!(call(folder.path(), &["runs", "--json"]).json()[0]["status"], "stopped");
    }
}

#[test]
fn a_run_whose_journal_takes_no_more_says_why_and_can_be_resumed() {
    let body = "const got = []\nfor (let i = 0; i < 60; i++) got.push(await agent(`${i} ${'long '.repeat(100)}`))\nreturn got.length";
    let folder = folder(&[("a.workflow.js", &script(body))]);
    let program = env!("CARGO_BIN_EXE_callsheet");
    // A file may not grow beyond some kilobytes, which is an error as on a disk that is full.
    let limited = format!("trap '' XFSZ; ulimit -f 16; exec {program} run a.workflow.js --latency 0 --json");
    let mut shell = std::process::Command::new("sh");
    let output = shell.args(["-c", &limited]).current_dir(folder.path()).env("XDG_RUNTIME_DIR", folder.path()).output();
    let ran = super::answer(output.expect("it ends"));
    let last = ran.json_lines().pop().expect("an error");
    let message = last["message"].as_str().unwrap_or_default();
    assert!(ran.code == 1 && message.starts_with("the run broke off: cannot write .callsheet/runs/"), "{last}");
    assert!(message.contains("File too large") && message.ends_with("; once that is mended, resume it"), "{message}");
    let answered = ran.json_lines().iter().filter(|line| line["type"] == "agentDone").count();
    let resumed =
        call(folder.path(), &["resume", "last", "--latency", "0", "--json"]).json_lines().pop().expect("a result");
    assert!(answered > 3 && resumed["totals"]["cached"].as_u64() >= Some(answered as u64), "{answered}: {resumed}");
    assert_eq!(resumed["result"], 60);
}
