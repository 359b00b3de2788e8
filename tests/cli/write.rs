use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Called, call, folder, program, script};

const TASK: &str = "Say hello to everybody";

/// A command that gives one of the files `1.txt`, `2.txt`, … each time it is asked, and keeps what it was asked in `1.asked`, ….
const SCRIPTED: &str = "command:n=$(($(cat n 2>/dev/null || echo 0) + 1)); echo $n > n; cat > $n.asked; \
                        printf '%s' \"$CALLSHEET_SYSTEM\" > system.txt; cat $n.txt";

fn fenced(script: &str) -> String {
    format!("Here it is:\n\n```js\n{script}```\n")
}

fn good() -> String {
    script("return await agent('Say hello', { label: 'hello', model: 'haiku' })")
}

/// Has an error, and with it no warning.
fn bad() -> String {
    script("const day = Date.now()\nreturn await agent(`Say hello on ${day}`, { label: 'hello', model: 'haiku' })")
}

fn answers(answers: &[&str]) -> TempDir {
    let names: Vec<String> = (1..=answers.len()).map(|n| format!("{n}.txt")).collect();
    folder(&names.iter().map(String::as_str).zip(answers.iter().copied()).collect::<Vec<_>>())
}

fn write(folder: &Path, more: &[&str]) -> Called {
    call(folder, &[&["write", TASK, "--model", SCRIPTED], more].concat())
}

fn file(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"))
}

/// The file a message says something is kept in.
fn kept(folder: &TempDir, message: &str) -> String {
    let (_, path) = message.rsplit_once("kept in ").expect("a place");
    file(folder, path.trim())
}

#[test]
fn the_simulated_model_writes_an_example_and_says_so() {
    let folder = folder(&[]);
    let written = call(folder.path(), &["write", TASK, "--latency", "0"]);
    assert_eq!(written.code, 0, "{}", written.err);
    assert!(written.out.starts_with("// Simulated: not written for your task"), "{}", written.out);
    assert!(written.err.contains(" BASIS    simulated: no model reads the task"), "{}", written.err);
    assert!(written.err.contains(" CALL SHEET  review") && written.err.contains("nothing spent"), "{}", written.err);
    fs::write(folder.path().join("a.workflow.js"), &written.out).expect("a file");
    assert_eq!(call(folder.path(), &["check", "a.workflow.js"]).code, 0, "what comes out is a script");
}

#[test]
fn findings_go_back_until_there_are_none() {
    let (bad, good) = (bad(), good());
    let folder = answers(&[&fenced(&bad), &good]);
    let written = write(folder.path(), &[]);
    assert_eq!((written.code, written.out.as_str()), (0, good.as_str()), "{}", written.err);
    assert_eq!(file(&folder, "1.asked"), TASK, "the task, as it is");
    let again = file(&folder, "2.asked");
    assert!(again.starts_with(TASK) && again.contains(&bad), "{again}");
    assert!(again.contains("- line 2, `const day = Date.now()`: WF201 clock: "), "{again}");
    let system = file(&folder, "system.txt");
    assert!(
        system.starts_with("You write workflow scripts.") && system.contains("declare function agent("),
        "{system}"
    );
    assert!(written.err.contains("draft 1: 1 error, 0 warnings"), "{}", written.err);
    assert!(written.err.contains(" CALL SHEET  sample"), "{}", written.err);
    assert!(!folder.path().join("sample.workflow.js").exists(), "nothing is saved unasked");
    let usage = call(folder.path(), &["usage", "--json"]).json();
    assert_eq!(usage["real"]["workflows"][0]["agents"], 2, "its calls are accounted for: {usage}");
}

#[test]
fn it_saves_only_where_it_is_told_and_never_over_a_file_unasked() {
    let good = good();
    let folder = answers(&[&good, &good, &good]);
    let to = ["-o", "flows/hello.workflow.js"];
    // The script's name is not the file's, which the checker says of a file.
    let first = write(folder.path(), &to);
    assert_eq!((first.code, file(&folder, to[1])), (0, good.clone()), "{}", first.err);
    assert!(first.err.contains(" saved    flows/hello.workflow.js"), "{}", first.err);
    fs::write(folder.path().join(to[1]), "mine").expect("a file");
    let asked = file(&folder, "n");
    let refused = write(folder.path(), &to);
    assert_eq!((refused.code, file(&folder, to[1]).as_str()), (2, "mine"));
    assert!(refused.err.contains("is there already") && refused.err.contains("--force"), "{}", refused.err);
    assert_eq!(file(&folder, "n"), asked, "nothing was asked");
    fs::write(folder.path().join("n"), "0").expect("a file");
    let forced = write(folder.path(), &["-o", to[1], "--force", "--attempts", "1"]);
    assert_eq!((forced.code, file(&folder, to[1])), (0, good), "{}", forced.err);
}

#[test]
fn what_cannot_be_used_is_kept_and_said() {
    let bad = bad();
    let folder = answers(&[&fenced(&bad), "I would rather not.", &fenced(&bad)]);
    let given_up = write(folder.path(), &[]);
    assert_eq!((given_up.code, given_up.out.as_str()), (1, ""));
    assert!(given_up.err.contains("error[WF201 clock]"), "{}", given_up.err);
    let message =
        "error: no script without errors in 3 drafts; the best draft has 1 error and 0 warnings: it is kept in ";
    assert!(given_up.err.contains(message), "{}", given_up.err);
    assert_eq!(kept(&folder, &given_up.err), bad);
    assert!(file(&folder, "3.asked").contains("There is no script in the answer"), "{}", file(&folder, "3.asked"));

    let nothing = answers(&["I would rather not."]);
    let refused = write(nothing.path(), &["--attempts", "1"]);
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("the last answer has no script in it: it is kept in "), "{}", refused.err);
    assert_eq!(kept(&nothing, &refused.err), "I would rather not.");

    let broken = call(nothing.path(), &["write", TASK, "--model", "command:echo no luck >&2; exit 3"]);
    assert_eq!(broken.code, 1);
    let last = broken.err.lines().last().unwrap_or_default();
    assert_eq!(last, "error: the model gave no answer: the command failed (exit status: 3): no luck");
}

#[test]
fn a_budget_ends_it_with_what_there_is() {
    let bad = bad();
    let folder = answers(&[&fenced(&bad), &good()]);
    let ended = write(folder.path(), &["--budget-tokens", "20"]);
    assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
    let last = ended.err.lines().last().unwrap_or_default();
    assert!(last.starts_with("error: the budget of 20 output tokens is used up"), "{last}");
    assert_eq!(kept(&folder, last), bad);
}

#[test]
fn warnings_go_back_and_are_shown_where_they_stay() {
    let odd = script("return await agent('Say hello', { lable: 'hello', model: 'haiku' })");
    let folder = answers(&[&odd, &odd]);
    let written = write(folder.path(), &["--attempts", "2"]);
    assert_eq!((written.code, written.out.as_str()), (0, odd.as_str()), "{}", written.err);
    assert!(file(&folder, "2.asked").contains("WF304 agent-unknown-option"), "{}", file(&folder, "2.asked"));
    assert!(written.err.contains("warning[WF304 agent-unknown-option]"), "{}", written.err);
}

#[test]
fn programs_get_the_script_with_its_plan() {
    let good = good();
    let folder = answers(&[&good, "no"]);
    let lines = write(folder.path(), &["--json", "-o", "sample.workflow.js"]).json_lines();
    assert_eq!(lines[0]["type"], "runStarted");
    let last = lines.last().expect("a last line");
    assert_eq!(
        (&last["type"], &last["script"], &last["saved"]),
        (&json!("script"), &json!(good), &json!("sample.workflow.js"))
    );
    assert_eq!((&last["plan"]["agents"]["low"], &last["warnings"]), (&json!(1), &json!([])), "{last}");
    let failed = write(folder.path(), &["--json", "--attempts", "1"]).json_lines();
    let last: &Value = failed.last().expect("a last line");
    assert_eq!((&last["type"], &last["status"]), (&json!("error"), &json!("failed")), "{last}");
}

#[test]
fn no_draft_is_paid_twice() {
    let (bad, good) = (bad(), good());
    let folder = answers(&[&fenced(&bad), "-", &good]);
    // The second answer does not come.
    fs::remove_file(folder.path().join("2.txt")).expect("it was there");
    let broken = write(folder.path(), &["--attempts", "2", "--json"]);
    assert_eq!(broken.code, 1, "{}", broken.out);
    let run = broken.json_lines()[0]["run"].as_str().expect("a run").to_owned();
    let resumed = write(folder.path(), &["--attempts", "2", "--resume", &run]);
    assert_eq!((resumed.code, resumed.out.as_str()), (0, good.as_str()), "{}", resumed.err);
    assert!(resumed.err.contains(" agents   2, 1 of them from the journal"), "{}", resumed.err);
    assert_eq!(file(&folder, "n").trim(), "3", "two were asked before, one now");
    let way = call(folder.path(), &["resume", &run]);
    assert_eq!(way.code, 2);
    assert!(way.err.contains(&format!("callsheet write … --resume {run}")), "{}", way.err);
}

#[test]
fn ctrl_c_keeps_what_came() {
    let bad = bad();
    let folder = answers(&[&fenced(&bad)]);
    let mut command = program(folder.path());
    command.args(["write", TASK, "--model", &format!("{SCRIPTED} || sleep 60")]).stderr(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines().map(|line| line.expect("UTF-8"));
    lines.find(|line| line.contains("draft 1: 1 error")).expect("a first draft");
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(interrupted.expect("kill is there").success());
    let last = lines.last().expect("a message");
    assert_eq!(child.wait().expect("it ends").code(), Some(1));
    assert!(last.starts_with("error: stopped; the best draft has 1 error and 0 warnings: it is kept in "), "{last}");
    assert_eq!(kept(&folder, &last), bad);
}
