//! Commands that answer.

use serde_json::json;

use super::{events, run};
use crate::cli::{folder, script};

#[tokio::test(flavor = "multi_thread")]
async fn a_command_answers_in_text_and_in_json_with_words_around_it() {
    let body = "const schema = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }\n\
                return { text: await agent('  hi '), shaped: await agent('count', { schema, label: 'count' }) }";
    let answer = "#!/bin/sh\nif [ -n \"$CALLSHEET_SCHEMA\" ]; then cat > asked.txt; echo 'Sure:\n```json\n{\"n\": 7}\n```\nDone.'; \
                  else cat; fi\n";
    let folder = folder(&[("a.workflow.js", &script(body)), ("answer.sh", answer)]);
    let ran = run(folder.path(), &["--json", "--model", "command:sh answer.sh"], &[]).await;
    let last = ran.json_lines().pop().expect("a result");
    assert_eq!(last["result"], json!({"text": "  hi ", "shaped": {"n": 7}}), "{}{last}", ran.err);
    let asked = std::fs::read_to_string(folder.path().join("asked.txt")).expect("what the command read");
    assert!(asked.contains("JSON Schema") && asked.ends_with("count"), "{asked}");
    let started = &events(&ran, "runStarted")[0];
    assert_eq!((&started["simulated"], &started["provider"]), (&json!(false), &json!("command")));
    assert_eq!((&last["totals"]["uncounted"], &last["totals"]["unpriced"]), (&json!(2), &json!(2)), "{last}");
    let people = run(folder.path(), &["--model", "command:sh answer.sh"], &[]).await;
    assert!(
        people.out.contains(" and more: of 2 answers only what was written to and fro is counted"),
        "{}",
        people.out
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_command_leaves_in_a_worktree_is_kept_and_named() {
    let body = "const list = await parallel(['look', 'change'].map(p => () => agent(p, { isolation: 'worktree', label: p })))\n\
                return list.filter(Boolean)";
    let answer = "test \"$CALLSHEET_LABEL\" = look || echo two > a.txt; cat a.txt";
    let folder = folder(&[("a.workflow.js", &script(body)), ("a.txt", "one\n")]);
    let git = |arguments: &[&str]| {
        let mut git = std::process::Command::new("git");
        git.current_dir(folder.path()).args(["-c", "user.name=t", "-c", "user.email=t@t"]).args(arguments);
        assert!(git.output().expect("git is there").status.success(), "{arguments:?}");
    };
    git(&["init", "-q"]);
    git(&["add", "."]);
    git(&["commit", "-qm", "one"]);
    let ran = run(folder.path(), &["--json", "--model", &format!("command:{answer}")], &[]).await;
    let last = ran.json_lines().pop().expect("a result");
    assert_eq!(last["result"], json!(["one", "two"]), "{}{last}", ran.err);
    let warnings = events(&ran, "warning");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let message = warnings[0]["message"].as_str().expect("a sentence");
    assert!(
        message.starts_with("call \"change\": the agent's worktree is kept at ")
            && message.ends_with(": 1 path is changed")
    );
    let kept: Vec<_> =
        std::fs::read_dir(folder.path().join(".callsheet/worktrees")).expect("a folder").flatten().collect();
    let kept: Vec<_> = kept.iter().filter(|e| e.path().is_dir()).collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(std::fs::read_to_string(kept[0].path().join("a.txt")).expect("a file"), "two\n");
    assert_eq!(std::fs::read_to_string(folder.path().join("a.txt")).expect("a file"), "one\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_fails_gives_null_and_says_why() {
    let folder = folder(&[("a.workflow.js", &script("return await agent('hi')"))]);
    let line = "command:echo no luck with $ANTHROPIC_API_KEY >&2; exit 3";
    let ran = run(folder.path(), &["--json", "--model", line], &[("ANTHROPIC_API_KEY", "sk-planted-4711")]).await;
    let failed = &events(&ran, "agentFailed")[0];
    assert_eq!(failed["error"], "the command failed (exit status: 3): no luck with …");
    assert!(!ran.out.contains("sk-planted-4711"));
}
