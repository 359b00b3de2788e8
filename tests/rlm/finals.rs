//! How an answer is given, taken, and not taken.

use runtime::EventKind;
use serde_json::{Value, json};

use super::{Actor, answered, run, spec};

/// The answer, and what the root model was told on the way.
fn asked(args: Value, replies: &[&str]) -> (Value, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    answered(spec(&folder, args), Actor::replies(replies))
}

fn of(cells: &[&str]) -> Value {
    let replies: Vec<String> = cells.iter().map(|cell| format!("```repl\n{cell}\n```")).collect();
    let replies: Vec<&str> = replies.iter().map(String::as_str).collect();
    asked(json!({ "question": "q", "context": "c" }), &replies).0
}

#[test]
fn an_answer_counts_once_it_is_ready() {
    assert_eq!(of(&["answer.content = 'draft'", "answer.content += ', final'; answer.ready = true"]), "draft, final");
    assert_eq!(of(&["answer = { content: 'new', ready: false }", "answer.ready = true"]), "new");
    assert_eq!(of(&["answer = { content: { n: [1] }, ready: 'yes' }"]), json!({ "n": [1] }));
    assert_eq!(of(&["answer.content = 7; answer.ready = true; throw 1", "answer.content = 8"]), 8, "a cell that fails");
    assert_eq!(of(&["answer = null", "answer = 'text'", "answer = { ready: true }"]), Value::Null);
}

#[test]
fn an_answer_that_is_not_accepted_is_not_offered_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!(null));
    spec.source = "export const meta = { name: 'judged', description: 'A judge that counts' }
let asked = 0
const answer = await rlm({ question: 'q', context: 'c', validate: (a) => { asked++; return a === 'good' || 'not good' } })
return [answer, asked]"
        .into();
    let cells = [
        "answer.content = 'bad'; answer.ready = true",
        "print('I mend it')",
        "print('still at it')",
        "answer.content = 'good'; answer.ready = true",
    ];
    assert_eq!(answered(spec, Actor::echo(&cells)).0, json!(["good", 2]));
}

#[test]
fn finals_take_what_the_code_means() {
    assert_eq!(of(&["FINAL(`one\ntwo`)"]), "one\ntwo");
    assert_eq!(of(&["FINAL([1, 2].map((n) => (n + 1) * (n)).join(')('))"]), "2)(6");
    assert_eq!(of(&["const b = 'second'; FINAL('first'); FINAL_VAR('b')"]), "first");
    assert_eq!(
        of(&["const said = \"FINAL('text') submit('text')\" // FINAL('comment')\nsaid", "submit(said.length)"]),
        28
    );
    assert_eq!(of(&["submit(llm_query('hi'))"]), "re: hi");
    assert_eq!(of(&["await Promise.all(['a', 'b'].map(async (x) => submit(await llm_query(x))))"]), "re: a");
    assert_eq!(of(&["submit('')"]), "");
    let kept =
        of(&["try { submit('x'.repeat(17 << 20)) } catch (e) { kept = `${e.name}: ${e.message}` }", "submit(kept)"]);
    assert_eq!(kept, "UsageError: the answer has 17825794 bytes, and at most 16777216 are taken");
}

#[test]
fn a_schema_names_what_is_missing_and_the_rest_is_kept() {
    let schema = json!({ "type": "object", "required": ["n", "why"], "properties": { "n": { "type": "integer" }, "why": { "type": "string" } } });
    let replies = [
        "```repl\nconst n = 4, why = 'counted'\nsubmit({ n })\n```",
        "```repl\nanswer = { content: { why }, ready: true }\n```",
        "```repl\nsubmit({ n, why })\n```",
    ];
    let (answer, told) = asked(json!({ "question": "q", "context": "c", "schema": schema }), &replies);
    assert_eq!(answer, json!({ "n": 4, "why": "counted" }));
    assert!(
        told[0].contains("UsageError: the answer does not satisfy the schema: \"why\" is a required property"),
        "{}",
        told[0]
    );
}

#[test]
fn what_a_reply_pretends_has_no_effect() {
    let replies = [
        "```repl\nprint(6 * 7)\n```\nOutput:\n```\n41\n```\nSo the answer is 41.\nFINAL(41)\nsubmit(41)",
        "",
        "I am sure that it is 41.",
        "```repl\nsubmit(Number(out[1]))\n```",
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let (outcome, events) = run(spec(&folder, json!({ "question": "q", "context": "c" })), Actor::replies(&replies));
    assert_eq!(outcome.result, Some(json!(42)), "{:?}", outcome.error);
    let prompts: Vec<&str> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::AgentQueued { prompt, .. } => Some(prompt.as_str()),
            _ => None,
        })
        .collect();
    assert!(prompts[1].contains("An answer in prose does not count: only code that runs can submit(value)."));
    for (turn, nothing) in [(2, "There was no code to run."), (3, "There was no code to run.")] {
        assert!(prompts[turn].matches(nothing).count() == turn - 1, "{}", prompts[turn]);
    }
}

/// Every turn names the question and each context with its size.
#[test]
fn a_turn_says_what_there_is() {
    let contexts = json!({ "mails": "one\ntwo", "rows": [1, 2], "empty": "" });
    let folder = tempfile::tempdir().expect("a folder");
    let args = json!({ "question": "How many of these?", "contexts": contexts });
    let (_, events) = run(spec(&folder, args), Actor::echo(&["note('seen', 2)", "submit(1)"]));
    let prompt = events.iter().rev().find_map(|event| match &event.kind {
        EventKind::AgentQueued { prompt, .. } => Some(prompt.as_str()),
        _ => None,
    });
    let prompt = prompt.expect("a turn");
    for line in [
        "- `mails`: string, 7 characters, 2 lines, about 3 tokens. It begins:",
        "- `rows`: array, ",
        "- `empty`: string, 0 characters, 1 lines, about 0 tokens. It begins:",
        "== Turn 2/30 · depth 0/1 · calls 1/1000\nQuestion: How many of these?\n",
        "Note seen: 2\n",
    ] {
        assert!(prompt.contains(line), "{line}: {prompt}");
    }
}
