//! Answers that somebody looks at before they count, and contexts that need no REPL.

use runtime::{EventKind, Status};
use serde_json::{Value, json};

use super::{Actor, run, spec, told};

const META: &str = "export const meta = { name: 'checked', description: 'A question with a say about its answer' }\n";

/// How a script ends that asks, and what its root model was told.
fn asked(body: &str, cells: &[&str]) -> (Result<Value, String>, Vec<String>, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!(null));
    spec.source = format!("{META}{body}");
    spec.rlm.depth = 2;
    let actor = Actor::echo(cells);
    let (outcome, events) = run(spec, actor);
    let paths = events.iter().filter_map(|event| match &event.kind {
        EventKind::AgentQueued { key, .. } => Some(key.path.clone()),
        EventKind::RlmEnded { node, how, turns, .. } => Some(format!("{node} {how} in {turns}")),
        _ => None,
    });
    let paths = paths.collect();
    let end = outcome.result.filter(|_| outcome.status == Status::Ok);
    (end.ok_or_else(|| outcome.error.expect("a reason").message), told(&events), paths)
}

#[test]
fn an_answer_is_taken_once_it_is_accepted() {
    let body = "let tries = 0
const answer = await rlm({ question: 'q', context: 'c', validate: (a) => { tries++; return a.n > 1 || `n is ${a.n}` } })
return [answer, tries]";
    let (end, told, paths) = asked(body, &["submit({ n: 1 })", "submit({ n: 2 })\nprint('never')"]);
    assert_eq!(end, Ok(json!([{ "n": 2 }, 2])));
    assert_eq!(told[0], "[cell 1] ok, 0 calls\nsubmitted\nThe answer was not accepted: n is 1");
    assert_eq!(paths, ["rlm[0]/turn[1]", "rlm[0]/turn[2]", "rlm[0] submitted in 2"]);
}

#[test]
fn a_judge_may_ask_models_and_children_have_none() {
    let body = "const validate = async (a) => (await agent(`Is ${a} good?`)).includes('better') || 'make it better'
return rlm({ question: 'q', context: 'c', maxDepth: 2, validate })";
    let cells =
        ["submit('good')", "await rlm_query('child', { context: ctx })\nanswer = { content: 'better', ready: true }"];
    let (end, _, paths) = asked(body, &cells);
    assert_eq!(end, Ok(json!("better")));
    assert_eq!(
        paths,
        [
            "rlm[0]/turn[1]",
            "rlm[0].check[0]",
            "rlm[0]/turn[2]",
            "rlm[0]/turn[2].1/rlm[0]/turn[1]",
            "rlm[0]/turn[2].1/rlm[0] submitted in 1",
            "rlm[0].check[1]",
            "rlm[0] submitted in 2"
        ]
    );
}

#[test]
fn a_judge_that_is_never_content_or_broken_ends_the_question() {
    let with =
        |validate: &str| format!("return rlm({{ question: 'q', context: 'c', maxTurns: 5, validate: {validate} }})");
    let cells = ["submit(1)"; 5];
    for (validate, expected) in [
        ("() => 'no'", "no submitted answer was accepted in 3 attempts; the last reason: no"),
        ("() => undefined", "`validate` gives true, or a text that says what is wrong; it gave undefined"),
        ("async () => { throw new Error('broken') }", "`validate` threw: broken"),
        ("() => { null.x }", "`validate` threw: TypeError: cannot convert 'null' or 'undefined' to object"),
        (
            "'yes'",
            "TypeError: rlm(): option `validate` is a function: it gives true, or a text that says what is wrong",
        ),
    ] {
        let (end, told, _) = asked(&with(validate), &cells);
        assert_eq!(end, Err(expected.into()), "{validate}");
        // What ran is told, whatever became of its answer.
        assert_eq!(told.iter().filter(|told| told.contains("submitted")).count(), told.len(), "{told:?}");
        assert_eq!(told.is_empty(), validate == "'yes'", "{validate}");
    }
    let (end, ..) = asked("return rlm({ question: 'q', context: 'c', maxTurns: 1, validate: () => 'no' })", &["1"]);
    assert_eq!(end, Err("the turns are used up. The answer was not accepted: no".into()));
}

#[test]
fn a_small_context_is_answered_by_one_plain_call() {
    let ask = |more: &str| {
        format!("return rlm({{ question: 'What?', contexts: {{ a: 'one', b: [2] }}, direct: true{more} }})")
    };
    let (end, told, paths) = asked(&ask(""), &[]);
    let prompt = "What?\n\n<context name=\"a\">\none\n</context>\n\n<context name=\"b\">\n[\n  2\n]\n</context>";
    assert_eq!(end, Ok(json!(format!("re: {prompt}"))));
    assert_eq!((told, paths), (vec![], vec!["rlm[0]/direct".into(), "rlm[0] direct in 0".into()]));

    // What it cannot answer goes on with code, as does what is too large.
    let cells = ["submit('by code')"];
    let (end, _, paths) = asked(&ask(", validate: (a) => a === 'by code' || 'too short'"), &cells);
    assert_eq!(end, Ok(json!("by code")));
    assert_eq!(paths, ["rlm[0]/direct", "rlm[0]/turn[1]", "rlm[0] submitted in 1"]);
    for more in [", direct: 1", ", direct: false"] {
        let (end, _, paths) = asked(&ask(more), &cells);
        assert_eq!((end, paths.len()), (Ok(json!("by code")), 2), "{more}");
    }
    let (end, ..) = asked(&ask(", direct: 'yes'"), &cells);
    assert!(
        end.is_err_and(|e| e.ends_with("option `direct` is true, or the tokens up to which one plain call answers"))
    );
}
