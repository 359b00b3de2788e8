//! Parts of files by reference: a model reads the text, and neither script nor journal holds a copy.

use std::fs;

use runtime::{EventKind, RunSpec, Status, journal};
use serde_json::{Value, json};

use super::{Actor, about, run, told};

fn notes() -> String {
    (0..100).map(|n| format!("note {n}: é 中 😀\n")).collect()
}

const READ: [&str; 2] = [
    "const parts = await llm_query_batched(ctx.chunk({ by: 'lines', size: 30 }).map((c) => ({ prompt: 'read', context: c })))",
    "submit([parts.join(''), ctx.coverage().sent.share])",
];

#[test]
fn the_model_reads_what_the_journal_only_points_to() {
    let (spec, _, folder) = about(&notes());
    let read = |request: &models::Request| {
        let text =
            request.prompt.strip_prefix("read\n\n<context>\n").and_then(|rest| rest.strip_suffix("\n</context>"));
        Ok(Value::from(text.expect("a text below the prompt")))
    };
    let (outcome, events) = run(spec.clone(), Actor::new(&READ, read));
    assert_eq!(outcome.result, Some(json!([notes(), 1])), "{:?}", outcome.error);
    let (mut prompts, mut at) = (Vec::new(), Vec::new());
    for event in &events {
        if let EventKind::AgentQueued { prompt, excerpt: Some(excerpt), .. } = &event.kind {
            assert_eq!(
                excerpt.text(&spec.contexts).expect("a part"),
                notes()[at.last().copied().unwrap_or(0)..excerpt.end as usize]
            );
            at.push(excerpt.end as usize);
            prompts.push(prompt.as_str());
        }
    }
    assert_eq!((prompts, at.last()), (vec!["read"; 4], Some(&notes().len())));

    let again = Actor::new(&READ, read);
    let (resumed, _) = run(RunSpec { resume: Some(outcome.run.clone()), ..spec }, again.clone());
    assert_eq!((resumed.result, again.asked().len()), (outcome.result, 0), "the part is the call's identity");
    let calls = |name: &str| -> String {
        let path = folder.path().join("runs").join(name).join(journal::FILE_NAME);
        let text = fs::read_to_string(path).expect("a journal");
        text.lines().filter(|line| line.contains("agentQueued")).collect()
    };
    assert!(!calls(outcome.run.as_str()).contains("note 50"), "no call holds the text");
}

#[test]
fn a_child_gets_its_part_by_reference_and_the_whole_is_covered() {
    let (mut spec, _, _folder) = about(&notes());
    spec.rlm.depth = 2;
    let cells = ["const [first, , last] = ctx.chunk({ by: 'lines', size: 40 })
const heard = await Promise.all([first, last].map((c) => rlm_query('child', { context: c })))
const { read, sent } = ctx.coverage()
submit([heard, read.bytes, sent.bytes])"];
    let child = "const line = ctx.line(1); submit([line, ctx.lines, (await llm_query('go', { context: ctx.chunk({ by: 'lines', size: 2 })[0] })).length])";
    let (outcome, events) = run(spec, Actor::echo(&cells).child(child));
    let line = |n: usize| format!("note {n}: é 中 😀");
    let bytes = |n: usize| line(n).len();
    let heard = json!([
        [line(1), 41, "re: go\n\n<context>\n\n</context>".len() + 2 * 15],
        [line(81), 21, "re: go\n\n<context>\n\n</context>".len() + 2 * 16]
    ]);
    let sent = 2 * (bytes(1) + 1) + 2 * (bytes(81) + 1);
    assert_eq!(outcome.result, Some(json!([heard, bytes(1) + bytes(81), sent])), "{:?}", told(&events));
}

#[test]
fn a_file_that_changes_under_way_ends_the_run() {
    let (spec, path, _folder) = about(&notes());
    let cells = [
        "await llm_query('a', { context: ctx.chunk({ size: 400 })[0] })",
        "await llm_query('b', { context: ctx })",
        "submit(1)",
    ];
    let actor = Actor::new(&cells, move |request| {
        fs::write(&path, notes().replace('9', "8")).expect("a file");
        Ok(Value::from(request.prompt.len()))
    });
    let (outcome, _) = run(spec, actor.clone());
    assert_eq!(outcome.status, Status::Failed);
    let error = outcome.error.expect("a reason").message;
    assert!(error.ends_with("notes.txt has changed since the run was started"), "{error}");
    assert_eq!(actor.asked().len(), 3, "the second part was not sent");
}

#[test]
fn what_cuts_a_character_goes_by_value() {
    let (spec, _, _folder) = about("a😀b");
    let cells = [
        "const half = ctx.chunk({ by: 'chars', size: 2 })\nsubmit([await llm_query('x', { context: ctx.slice(0, 2) }), half.map(String).join('') === context])",
    ];
    let (outcome, _) = run(spec, Actor::echo(&cells));
    assert_eq!(outcome.result, Some(json!(["re: x\n\n<context>\na\u{fffd}\n</context>", true])), "{:?}", outcome.error);
}

#[test]
fn an_answer_says_what_it_rests_on() {
    let (spec, _, _folder) = about(&notes());
    let cells = [
        "submit('x', { cite: ['note 40'] })",
        "const [hit] = ctx.grep_hits('note 40')\nsubmit('x', { cite: [hit, ctx.chunk({ by: 'lines', size: 10 })[2], [0, 5]] })",
    ];
    let (outcome, events) = run(spec.clone(), Actor::echo(&cells));
    assert_eq!(outcome.result, Some(json!("x")), "{:?}", outcome.error);
    assert!(
        told(&events)[0].contains("`cite` is a list of chunks, hits, or [start, end] in ctx; item 0 is \"note 40\"")
    );
    let cited = events.iter().find_map(|event| match &event.kind {
        EventKind::RlmEnded { cited, .. } => Some(cited.clone()),
        _ => None,
    });
    let cited = cited.expect("an end");
    let lines: Vec<(u64, u64)> = cited.iter().map(|part| (part.first_line, part.last_line)).collect();
    assert_eq!(lines, [(41, 41), (21, 30), (1, 1)]);
    let texts: Vec<String> = cited.iter().map(|part| part.excerpt.text(&spec.contexts).expect("its text")).collect();
    assert_eq!(
        texts,
        ["note 40".to_owned(), notes().lines().skip(20).take(10).map(|l| format!("{l}\n")).collect(), "note ".into()]
    );
}
