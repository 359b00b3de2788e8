//! How cells and REPLs end: limits, answers, last questions, resumption.

use expect_test::expect;
use serde_json::json;

use super::{Scripted, run, run_on, shows, spec, transcript};
use crate::{RunId, RunSpec};

#[tokio::test]
async fn what_cannot_end_is_ended() {
    shows(
        &[
            "let n = 0; while (true) { try { n++ } catch {} finally { n } }",
            "print(n > 1000); await new Promise(() => {})",
            "const f = () => f() + 1; f()",
            "await null; for (;;) ;",
            "print('still here'); submit('survived')",
        ],
        expect![[r#"
            1[cell 1] failed, 0 calls
            the cell used up its fuel of 200000 turns of loops and calls of functions
              at line 1, column 12
                1 | let n = 0; while (true) { try { n++ } catch {} finally { n } }
                  |            ^
            New or changed: n 199999
            2[cell 1] failed, 0 calls
            true
            the cell waits for something that cannot happen: nothing it started is still under way
            3[cell 1] failed, 0 calls
            the cell calls itself too deep (limit: 4000 calls); use a loop
              at line 1, column 11
                1 | const f = () => f() + 1; f()
                  |           ^
            New or changed: f function
            4[cell 1] failed, 0 calls
            the cell used up its fuel of 200000 turns of loops and calls of functions
              at line 1, column 13
                1 | await null; for (;;) ;
                  |             ^
            5[cell 1] ok, 0 calls
            still here
            submitted
            rlm[0] submitted in 5
            answer "survived""#]],
    )
    .await;
}

#[tokio::test]
async fn tricks_do_not_help() {
    shows(
        &[
            "llm_query = 1",
            "globalThis.llm_query = () => 'mine'; print(await llm_query('hi'))",
            "Object.prototype.then = () => {}; Promise.prototype.then = () => { throw 1 }; Array.prototype[Symbol.iterator] = null; delete Object.prototype.then",
            "print(await llm_query('after'))",
            "try { submit(undefined) } catch (e) { print(e.name) }\nconst draft = 'long text'; submit('draft')",
            "print(eval('1'))",
            "new Date()",
            "for (let i = 0; i < 3; i++) { try { submit(draft) } catch {} }\nprint('never')",
        ],
        expect![[r#"
            1[cell 1] was not run
            `llm_query` belongs to the REPL and cannot be set; take another name
              at line 1, column 1
                1 | llm_query = 1
                  | ^
            2[cell 1] ok, 1 call
            re: hi
            3[cell 1] ok, 0 calls
            => true
            4[cell 1] ok, 1 call
            re: after
            5[cell 1] failed, 0 calls
            UsageError
            UsageError: submit() got the text "draft", which is the name of a variable: did you mean its value, submit(draft)? Submit the text again if you mean it
              at line 2, column 34
                2 | const draft = 'long text'; submit('draft')
                  |                                  ^
            New or changed: draft string(9)
            6[cell 1] failed, 0 calls
            TypeError: text cannot be run as code; write the code into the cell
              at line 1, column 11
                1 | print(eval('1'))
                  |           ^
            7[cell 1] failed, 0 calls
            TypeError: the time is not known here: cells must be able to run again with the same result
              at line 1, column 1
                1 | new Date()
                  | ^
            8[cell 1] ok, 0 calls
            submitted
            rlm[0] submitted in 8
            answer "long text""#]],
    )
    .await;
}

#[tokio::test]
async fn the_answer_dict_and_final_work_from_code_only() {
    shows(
        &["FINAL('x') // in code"],
        expect![[r#"
        1[cell 1] ok, 0 calls
        submitted
        rlm[0] submitted in 1
        answer "x""#]],
    )
    .await;
    shows(
        &["I think so.\nFINAL(42)\n```repl\nlet best = 7\n```", "FINAL_VAR('nothing')", "FINAL_VAR('best')"],
        expect![[r#"
        1[cell 1] ok, 0 calls
        New or changed: best 7
        2[cell 1] failed, 0 calls
        UsageError: FINAL_VAR() knows no variable "nothing"; there are: best
          at line 1, column 10
            1 | FINAL_VAR('nothing')
              |          ^
        3[cell 1] ok, 0 calls
        submitted
        rlm[0] submitted in 3
        answer 7"#]],
    )
    .await;
    shows(
        &["answer.ready = true; answer.content = 'set after'"],
        expect![[r#"
        1[cell 1] ok, 0 calls
        => "set after"
        rlm[0] submitted in 1
        answer "set after""#]],
    )
    .await;
    shows(
        &["answer = { content: '', ready: true }"],
        expect![[r#"
        1[cell 1] ok, 0 calls
        => { content: "", ready: true }
        rlm[0] submitted in 1
        answer """#]],
    )
    .await;
}

#[tokio::test]
async fn replies_without_code_are_nudged_and_errors_counted() {
    shows(&["no code ```here", "```python\nprint(1)\n```", "1 +", "x.y", "import 'fs'"], expect![[r#"
        3[cell 1] was not run
        A value is missing here.
          at line 1, column 3
            1 | 1 +
              |   ^
        4[cell 1] failed, 0 calls
        ReferenceError: x is not defined
          at line 1, column 3
            1 | x.y
              |   ^
        5[cell 1] was not run
        `import` does not work in a cell: all there is has a global name already; SHOW_VARS() lists yours
          at line 1, column 1
            1 | import 'fs'
              | ^
        rlm[0] failed in 5
        error 5 turns in a row went wrong; the last one: `import` does not work in a cell: all there is has a global name already; SHOW_VARS() lists yours"#]]).await;
    shows(
        &["```repl\nlet a = 1\n```\n```repl\nb.c\n```\n```repl\nsubmit(a)\n```", "submit(a)"],
        expect![[r#"
        1[cell 1] ok, 0 calls
        New or changed: a 1
        1[cell 2] failed, 0 calls
        ReferenceError: b is not defined
          at line 1, column 3
            1 | b.c
              |   ^
        2[cell 1] ok, 0 calls
        submitted
        rlm[0] submitted in 2
        answer 1"#]],
    )
    .await;
}

#[tokio::test]
async fn turns_that_run_out_end_in_a_last_question() {
    let ran = run(&["let best = { found: [1] }", "print('looking')"], |spec| spec.rlm.turns = 2).await;
    expect![[r#"
        1[cell 1] ok, 0 calls
        New or changed: best Object{1 key}
        2[cell 1] ok, 0 calls
        looking
        rlm[0] extracted in 2
        answer {"found":[1]}"#]]
    .assert_eq(&transcript(&ran));
}

#[tokio::test]
async fn a_schema_holds_for_the_answer() {
    let schema = json!({ "type": "object", "required": ["n"], "properties": { "n": { "type": "integer" } } });
    let args = json!({ "question": "q", "context": "c", "schema": schema });
    let ran = run(&["submit({ n: 'x' })", "submit({ n: 3 })"], |spec| spec.args = Some(args.clone())).await;
    expect![[r#"
        1[cell 1] failed, 0 calls
        UsageError: the answer does not satisfy the schema: /n: "x" is not of type "integer"
          at line 1, column 7
            1 | submit({ n: 'x' })
              |       ^
        2[cell 1] ok, 0 calls
        submitted
        rlm[0] submitted in 2
        answer {"n":3}"#]]
    .assert_eq(&transcript(&ran));
    let cells = ["submit(1)", "submit(2)", "submit(3)", "submit({ n: 4 })"];
    let ran = run(&cells, |spec| spec.args = Some(args)).await;
    expect![[r#"
        1[cell 1] failed, 0 calls
        UsageError: the answer does not satisfy the schema: 1 is not of type "object"
          at line 1, column 7
            1 | submit(1)
              |       ^
        2[cell 1] failed, 0 calls
        UsageError: the answer does not satisfy the schema: 2 is not of type "object"
          at line 1, column 7
            1 | submit(2)
              |       ^
        3[cell 1] failed, 0 calls
        UsageError: the answer does not satisfy the schema: 3 is not of type "object"
          at line 1, column 7
            1 | submit(3)
              |       ^
        rlm[0] failed in 3
        error no submitted answer satisfied the schema in 3 attempts; the last cell: UsageError: the answer does not satisfy the schema: 3 is not of type "object""#]].assert_eq(&transcript(&ran));
}

#[tokio::test]
async fn recursion_goes_as_deep_as_allowed() {
    let cells = [
        "print(await rlm_query('child, look', { context: ctx.line_slice(0, 1) }))\nprint(budget().depth)",
        "submit('done')",
    ];
    expect![[r#"
        1[cell 1] ok, 0 calls
        submitted
        rlm[0]/turn[1].1/rlm[0] submitted in 1
        1[cell 1] ok, 1 call
        child saw one
        { used: 0, left: 2 }
        2[cell 1] ok, 0 calls
        submitted
        rlm[0] submitted in 2
        answer "done""#]]
    .assert_eq(&transcript(&run(&cells, |spec| spec.rlm.depth = 2).await));
    expect![[r#"
        1[cell 1] ok, 1 call
        re: child, look⏎⏎<context>⏎one⏎</context>
        { used: 0, left: 1 }
        2[cell 1] ok, 0 calls
        submitted
        rlm[0] submitted in 2
        answer "done""#]]
    .assert_eq(&transcript(&run(&cells, |_| {}).await));
    expect![[r#"
        1[cell 1] failed, 0 calls
        UsageError: calls of models are not allowed at this depth: work with code alone
          at line 1, column 22
            1 | print(await rlm_query('child, look', { context: ctx.line_slice(0, 1) }))
              |                      ^
        2[cell 1] ok, 0 calls
        submitted
        rlm[0] submitted in 2
        answer "done""#]]
    .assert_eq(&transcript(&run(&cells, |spec| spec.rlm.depth = 0).await));
}

#[tokio::test]
async fn no_call_is_made_beyond_the_limit() {
    let cells = [
        "const made = await llm_query_batched(Array.from({ length: 30 }, (_, i) => `q${i}`), { settle: true })\nprint(made.filter((m) => m.ok).length, made[29].error.name, made[29].error.message)",
        "submit('finished')",
    ];
    let folder = tempfile::tempdir().unwrap();
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
    spec.limits.max_agents = 10;
    let model = Scripted::new(&cells);
    let ran = run_on(model.clone(), spec).await;
    expect![[r#"
        1[cell 1] ok, 30 calls
        8 BudgetError the run may make 10 calls, and 9 are made; the request was not sent
        New or changed: made Array(30)
        2[cell 1] ok, 0 calls
        submitted
        rlm[0] submitted in 2
        answer "finished""#]]
    .assert_eq(&transcript(&ran));
    assert!(model.asked.lock().unwrap().len() <= 10);
}

#[tokio::test]
async fn output_is_shown_short_and_kept_whole() {
    let cells = [
        "for (let i = 0; i < 500; i++) print('line', i)",
        "print(out[1].length, out[1].split('\\n').length)\nsubmit(1)",
    ];
    let shown = transcript(&run(&cells, |spec| spec.rlm.shown = 100).await);
    let lines: Vec<&str> = shown.lines().filter(|line| !line.starts_with("line ")).collect();
    expect![[r#"
        1[cell 1] ok, 0 calls
        … 3896 characters with 439 line ends left out, all in out[1] …
        2[cell 1] ok, 0 calls
        4390 501
        submitted
        rlm[0] submitted in 2
        answer 1"#]]
    .assert_eq(&lines.join("\n"));
}

#[tokio::test]
async fn a_resumed_run_asks_nothing_again_and_comes_to_the_same_answer() {
    let cells = [
        "const parts = await llm_query_batched(['a', 'b', 'c'])",
        "const more = await rlm_query('child here', { context: parts[0] })",
        "submit([...parts, more])",
    ];
    let folder = tempfile::tempdir().unwrap();
    let args = json!({ "question": "q", "context": "c" });
    let mut first = spec(&folder, args.clone());
    first.rlm.depth = 2;
    let ran = run_on(Scripted::new(&cells), first.clone()).await;
    let resume: RunId = ran.outcome.run.clone();
    let model = Scripted::new(&cells);
    let again = run_on(model.clone(), RunSpec { resume: Some(resume), ..first }).await;
    assert_eq!(again.outcome.result, ran.outcome.result);
    assert_eq!(transcript(&again), transcript(&ran));
    assert_eq!(model.asked.lock().unwrap().len(), 0, "everything stands in the journal");
}

#[tokio::test]
async fn a_run_is_forked_from_a_turn() {
    let before = ["const a = await llm_query('a')", "const b = await llm_query('b')", "submit([a, b])"];
    let after = ["never asked", "const b = await llm_query('other')", "submit([a, b, 'forked'])"];
    let folder = tempfile::tempdir().unwrap();
    let whole = spec(&folder, json!({ "question": "q", "context": "c" }));
    let first = run_on(Scripted::new(&before), whole.clone()).await.outcome;
    let fork = RunSpec { resume: Some(first.run), from_turn: Some(2), ..whole.clone() };
    let model = Scripted::new(&after);
    let forked = run_on(model.clone(), fork).await.outcome;
    assert_eq!(forked.result, Some(json!(["re: a", "re: other", "forked"])));
    assert_eq!((forked.totals.cached, model.asked.lock().unwrap().len()), (2, 3));

    // The fork broke off at its first question: it goes on without what it forked away from.
    let runs = folder.path().join("runs");
    let journal = std::fs::read_to_string(runs.join(forked.run.as_str()).join(crate::journal::FILE_NAME)).unwrap();
    let asked = journal.find("\"agentStarted\"").unwrap();
    let cut = asked + journal[asked..].find('\n').unwrap() + 1;
    let broken_off: RunId = "broken-off-fork".parse().unwrap();
    std::fs::create_dir(runs.join(broken_off.as_str())).unwrap();
    std::fs::write(runs.join(broken_off.as_str()).join(crate::journal::FILE_NAME), &journal[..cut]).unwrap();
    let model = Scripted::new(&after);
    let again = run_on(model.clone(), RunSpec { resume: Some(broken_off), ..whole }).await.outcome;
    assert_eq!((again.result, model.asked.lock().unwrap().len()), (forked.result, 3));
}
