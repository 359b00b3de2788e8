//! Kinds of agents, and agents that speak the Agent Client Protocol.

use serde_json::json;

use super::{PROVIDERS, events, on, run};
use crate::{
    cli::{folder, script},
    faults::server::{Deed, Server},
};

const JUDGE: &str = "---\nname: judge\nmodel: opus\neffort: high\ntools: Read\n---\nYou judge, strictly.\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_kind_of_agent_brings_its_system_prompt_model_and_effort() {
    let body = "const a = await agent('a', { agentType: 'judge' })\nconst b = await agent('b', { agentType: 'judge', model: 'haiku' })\n\
                try { await agent('c', { agentType: 'jugde' }) } catch (error) { return error.message }";
    let server = Server::start(|_| Deed::Answer("guilty".into())).await;
    let folder = folder(&[("a.workflow.js", &script(body)), (".claude/agents/judge.md", JUDGE)]);
    let [anthropic, ..] = PROVIDERS;
    let ran = on(&server, &anthropic, "sonnet", folder.path(), &[]).await;
    let last = ran.json_lines().pop().expect("a result");
    let told = last["result"].as_str().unwrap_or_default();
    assert!(
        told.starts_with("agent() knows no agentType \"jugde\"; known: judge, general-purpose"),
        "{}{last}",
        ran.err
    );
    let asked = server.asked();
    let seen: Vec<_> = asked.iter().map(|a| (a.wire.model(&a.head, &a.body), a.wire.effort(&a.body).clone())).collect();
    assert_eq!(seen, [("claude-opus-5-5".into(), json!("high")), ("claude-haiku-5-5".into(), json!("high"))]);
    assert!(asked.iter().all(|a| a.wire.system(&a.body) == Some("You judge, strictly.")));
    assert_eq!(asked[0].prompt, "a", "the prompt stays as it is");
}

/// An agent with a mind of its own, in 60 lines of shell and `sed`: asks for leave, uses a tool, answers by ours.
const AGENT: &str = include_str!("agent.sh");

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_answers_within_its_permissions() {
    let body = "const schema = { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } }\n\
                return { text: await agent('write a file'), shaped: await agent('count', { schema }) }";
    let folder = folder(&[("a.workflow.js", &script(body)), ("agent.sh", AGENT)]);
    for (permissions, written) in [("read-only", false), ("edit", true)] {
        let arguments = ["--json", "--model", "acp:sh agent.sh", "--permissions", permissions, "--concurrency", "1"];
        let ran = run(folder.path(), &arguments, &[]).await;
        let last = ran.json_lines().pop().expect("a result");
        let text = if written { "I wrote 🚀 it." } else { "I may not." };
        assert_eq!(last["result"], json!({"text": text, "shaped": {"n": 7}}), "{permissions}: {}{last}", ran.err);
        assert_eq!(folder.path().join("written.txt").exists(), written, "{permissions}");
        let warnings: Vec<_> = events(&ran, "warning").into_iter().map(|w| w["message"].clone()).collect();
        let refused = "call \"write a file\": the agent was refused, with permissions `read-only`: Write written.txt";
        assert_eq!(warnings, if written { vec![] } else { vec![json!(refused)] });
        let usage = &last["totals"]["usage"];
        assert_eq!(
            (&usage["input"], &usage["output"], &usage["cacheRead"]),
            (&json!(22), &json!(14), &json!(4)),
            "{last}"
        );
        assert_eq!(last["totals"]["usd"], json!(0.5), "the agent says what it cost: {last}");
        assert_eq!(events(&ran, "runStarted")[0]["provider"], "acp");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_without_our_tool_is_asked_for_its_answer_in_words() {
    let body = "const schema = { type: 'object', required: ['toolless'], properties: { toolless: { type: 'integer' } } }\n\
                return await agent('count', { schema })";
    let folder = folder(&[("a.workflow.js", &script(body)), ("agent.sh", AGENT)]);
    let ran = run(folder.path(), &["--json", "--model", "acp:sh agent.sh"], &[]).await;
    let last = ran.json_lines().pop().expect("a result");
    assert_eq!(last["result"], json!({"toolless": 7}), "{}{last}", ran.err);
    assert_eq!((&last["totals"]["usage"]["input"], &last["totals"]["retries"]), (&json!(12), &json!(0)), "{last}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_not_there_or_breaks_off_says_so() {
    let folder = folder(&[("a.workflow.js", &script("return await agent('hi')"))]);
    for (line, told) in [
        ("acp:sh no-such-agent.sh", "gave no answer: it ended before it answered: sh: "),
        ("acp:echo please sign in; exit 1", "gave no answer: it ended before it answered, saying: please sign in"),
    ] {
        let ran = run(folder.path(), &["--json", "--model", line], &[]).await;
        let error = events(&ran, "agentFailed")[0]["error"].as_str().expect("a sentence").to_owned();
        assert!(error.contains(told), "{error}");
    }
}
