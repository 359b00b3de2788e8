//! Recursive language models on a scripted root, on a thread: what cells can do and what becomes of them.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use expect_test::{Expect, expect};
use models::{Answer, Model, ModelError, Reply, Request};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    Event, EventKind, Outcome, RunId, RunSpec, SandboxCommand,
    rlm::{SCRIPT, prompt},
    start,
};

/// A root that says what it is told to, turn by turn, and sub-models that answer from the prompt.
struct Scripted {
    replies: Vec<String>,
    asked: Mutex<Vec<Request>>,
}

impl Scripted {
    fn new(cells: &[&str]) -> Arc<Self> {
        let fenced = |cell: &&str| match cell.contains("```") {
            true => (*cell).to_owned(),
            false => format!("```repl\n{cell}\n```"),
        };
        Arc::new(Self { replies: cells.iter().map(fenced).collect(), asked: Mutex::default() })
    }

    fn respond(&self, request: &Request) -> Result<Value, ModelError> {
        if request.system.as_deref().is_some_and(|s| s.starts_with(prompt::BEGINS)) {
            // What the turn message says decides, as it would for a model.
            let now = request.prompt.rsplit("\n== Turn ").next().unwrap_or_default();
            let turn: usize = now.split('/').next().and_then(|n| n.parse().ok()).unwrap_or(1);
            let child = request.prompt.contains("Question: child");
            let reply = if child { "```repl\nsubmit(`child saw ${context}`)\n```" } else { "no more" };
            return Ok(match self.replies.get(turn - 1).filter(|_| !child) {
                Some(reply) => Value::from(reply.as_str()),
                None => Value::from(reply),
            });
        }
        match request.prompt.as_str() {
            p if p.starts_with("fail") => Err(ModelError::Refused("the provider declines".into())),
            p if p.starts_with("Give") || p.starts_with("The turns are used up") => Ok(json!("FINAL_VAR(best)")),
            p if p.starts_with("json") => Ok(json!({ "n": p.len() })),
            p => Ok(json!(format!("re: {}", p.replace('\n', "⏎")))),
        }
    }
}

impl Model for Scripted {
    fn answer(&self, request: Request) -> Reply<'_> {
        let answer = self.respond(&request);
        self.asked.lock().unwrap().push(request);
        Box::pin(async move { answer.map(|value| Answer { value, ..Answer::default() }) })
    }

    fn simulated_latency(&self, _request: &Request) -> Option<Duration> {
        Some(Duration::ZERO)
    }
}

struct Ran {
    outcome: Outcome,
    events: Vec<Arc<Event>>,
}

fn spec(folder: &TempDir, args: Value) -> RunSpec {
    let mut spec = RunSpec::new(folder.path().join("rlm.js"), SCRIPT, folder.path().join("runs"));
    spec.args = Some(args);
    spec.sandbox = SandboxCommand::Thread;
    spec.rlm.fuel = 200_000;
    spec
}

async fn run_on(model: Arc<Scripted>, spec: RunSpec) -> Ran {
    let handle = start(spec, model).unwrap();
    let outcome = handle.wait().await;
    let mut events = handle.subscribe(1);
    let mut seen = Vec::new();
    while let Some(event) = events.try_next() {
        seen.push(event);
    }
    Ran { outcome, events: seen }
}

async fn run(cells: &[&str], change: impl FnOnce(&mut RunSpec)) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let mut spec = spec(&folder, json!({ "question": "why?", "context": "one\ntwo é 😀\nthree\n" }));
    change(&mut spec);
    run_on(Scripted::new(cells), spec).await
}

/// What the root model is told of each cell, and the end.
fn transcript(ran: &Ran) -> String {
    let mut lines = Vec::new();
    for event in &ran.events {
        match &event.kind {
            EventKind::Cell { turn, output, .. } => lines.push(format!("{turn}{output}")),
            EventKind::RlmEnded { node, how, turns, .. } => lines.push(format!("{node} {how} in {turns}")),
            _ => {}
        }
    }
    match (&ran.outcome.result, &ran.outcome.error) {
        (Some(result), _) => lines.push(format!("answer {result}")),
        (_, Some(error)) => lines.push(format!("error {}", error.message)),
        _ => lines.push("no answer".into()),
    }
    lines.join("\n")
}

async fn shows(cells: &[&str], expected: Expect) {
    expected.assert_eq(&transcript(&run(cells, |_| {}).await));
}

#[tokio::test]
async fn names_stay_and_can_be_declared_again() {
    shows(
        &[
            "const a = 1; let f = () => later + a; function g() { return 'old' } var _x = 1",
            "const a = 2; const later = 40; print(f(), _x); function g() { return 'new' }\ng()",
            "let kept = 'kept'; const gone = null; gone.x; kept = 'never'",
            "class A { v() { return kept } }\nconst { p, q: [r = 3] } = { p: 1, q: [] }\nprint(new A().v(), p, r, typeof gone)",
            "submit({ a, p })",
        ],
        expect![[r#"
            1[cell 1] ok, 0 calls
            New or changed: a 1, f function, g function, _x 1
            2[cell 1] ok, 0 calls
            42 1
            => "new"
            New or changed: a 2, later 40, g function
            3[cell 1] failed, 0 calls
            TypeError: cannot convert 'null' or 'undefined' to object
              at line 1, column 44
                1 | let kept = 'kept'; const gone = null; gone.x; kept = 'never'
                  |                                            ^
            New or changed: kept string(4), gone null
            4[cell 1] ok, 0 calls
            kept 1 3 object
            New or changed: A function, p 1, r 3
            5[cell 1] ok, 0 calls
            submitted
            rlm[0] submitted in 5
            answer {"a":2,"p":1}"#]],
    )
    .await;
}

#[tokio::test]
async fn calls_are_promises_that_say_so() {
    shows(
        &[
            "const p = llm_query('hi'); p.trim()",
            "print(`${llm_query}`.length > 0); const q = llm_query('a'); print('got ' + q)",
            "print(await llm_query('x'), await Promise.all([llm_query('y'), llm_query('z')]))\nprint(await llm_query('json', { schema: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } } }))",
            "llm_query('left alone'); print('done')",
            "await llm_query('a', { colour: 1 })",
            "await llm_query(['a'])",
            "submit(await llm_query('last', { context: ctx.chunk({ by: 'lines', size: 2 })[0] }))",
        ],
        expect![[r#"
            1[cell 1] failed, 1 call
            UsageError: llm_query(…) gives a promise, not the answer: add `await`
            1 call was not awaited; the cell waited at its end
            New or changed: p Promise (add `await`)
            2[cell 1] failed, 1 call
            true
            UsageError: llm_query(…) gives a promise, not the answer: add `await`
              at line 1, column 66
                1 | print(`${llm_query}`.length > 0); const q = llm_query('a'); print('got ' + q)
                  |                                                                  ^
            1 call was not awaited; the cell waited at its end
            New or changed: q Promise (add `await`)
            3[cell 1] ok, 4 calls
            re: x ["re: y", "re: z"]
            { n: 4 }
            4[cell 1] ok, 1 call
            done
            1 call was not awaited; the cell waited at its end
            5[cell 1] failed, 0 calls
            UsageError: llm_query() has no option `colour`; it has context, schema, model, system, label, effort, cache
              at line 1, column 16
                1 | await llm_query('a', { colour: 1 })
                  |                ^
            6[cell 1] failed, 0 calls
            UsageError: llm_query() takes its prompt as a string; got ["a"]
              at line 1, column 16
                1 | await llm_query(['a'])
                  |                ^
            7[cell 1] ok, 1 call
            submitted
            rlm[0] submitted in 7
            answer "re: last⏎⏎<context>⏎one⏎two é 😀⏎⏎</context>""#]],
    )
    .await;
}

#[tokio::test]
async fn batches_keep_order_and_tell_what_failed() {
    shows(
        &[
            "print(await llm_query_batched(['a', 'fail b', { prompt: 'c', context: 'below' }], { settle: true, concurrency: 2 }))",
            "try { await llm_query_batched(['d', 'fail e']) } catch (e) { print(e.name, e.message, e.results, e.errors[0].index, e.errors[0].error.kind) }",
            "await llm_query('fail')",
            "const many = Array.from({ length: 65 }, (_, i) => `p${i}`)\nprint(plan(many).calls)\nawait llm_query_batched(many)",
            "const all = await llm_query_batched(many, { confirm: true }); print(all.length, all[64])",
            "print(await llm_query_batched([]), budget().turns)\nsubmit('ok')",
        ],
        expect![[r#"
            1[cell 1] ok, 3 calls
            [{ ok: true, value: "re: a" }, { ok: false, error: LlmError: the provider declines }, { ok: true, value: "re: c⏎⏎<context>⏎below⏎</context>" }]
            2[cell 1] ok, 2 calls
            BatchError 1 of 2 calls failed, the first is item 1: the provider declines; the others are in error.results, and making the batch again asks only for those that failed ["re: d", undefined] 1 refused
            3[cell 1] failed, 1 call
            LlmError: the provider declines
              at line 1, column 7
                1 | await llm_query('fail')
                  |       ^
            4[cell 1] failed, 0 calls
            65
            UsageError: this batch has 65 prompts, and a cell that makes more than 64 calls must confirm them: look at plan(prompts), then say { confirm: true }, or make larger chunks
              at line 3, column 24
                3 | await llm_query_batched(many)
                  |                        ^
            New or changed: many Array(65)
            5[cell 1] ok, 65 calls
            65 re: p64
            New or changed: all Array(65)
            6[cell 1] ok, 0 calls
            [] { used: 6, left: 24 }
            submitted
            rlm[0] submitted in 6
            answer "ok""#]],
    )
    .await;
}

#[tokio::test]
async fn contexts_are_read_by_javascripts_offsets() {
    shows(
        &[
            "print(ctx.length === context.length, ctx.lines, ctx.slice(8, 11), ctx.slice(8, 11) === context.slice(8, 11), ctx.line(1), ctx.line(-2), ctx.head(5))",
            "print(ctx.grep(/t\\w+/), ctx.grep('o', { limit: 1 }).total, ctx.grep_hits(/😀|three/g), ctx.count('e'), ctx.find('three'), context.indexOf('three'))",
            "print(ctx.chunk({ by: 'lines', size: 2 }).map((c) => [c.i, c.start, c.end, c.text]), String(ctx.chunk({ size: 6 })[1]))",
            "ctx.grep_hits('o')[0].offset",
            "ctx.split('o')",
            "ctx.grep('(?=x)')",
            "print(`${ctx}`)",
            "print(ctx.coverage().read)\nsubmit(ctx.sample(2, { seed: 7 }))",
        ],
        expect![[r#"
            1[cell 1] ok, 0 calls
            true 4 é � true two é 😀 three one
            t
            2[cell 1] ok, 0 calls
            ["two é 😀", "three"] 2 [{ line: 1, start: 10, end: 12, text: "😀" }, { line: 2, start: 13, end: 18, text: "three" }] 3 13 13
            3[cell 1] ok, 0 calls
            [[0, 0, 13, "one\ntwo é 😀\n"], [1, 13, 19, "three\n"]] two é
            4[cell 1] failed, 0 calls
            UsageError: a hit has no `offset`; it has line, start, end, text
              at line 1, column 23
                1 | ctx.grep_hits('o')[0].offset
                  |                       ^
            5[cell 1] failed, 0 calls
            UsageError: ctx has no `split`; it has name, length, lines, tokens, text, slice, substring, line, line_slice, head, tail, sample, grep, grep_hits, count, find, chunk, json, jsonl, coverage
            6[cell 1] failed, 0 calls
            UsageError: this pattern uses look-around, which needs backtracking; search for a wider pattern and test the hits in code
              at line 1, column 9
                1 | ctx.grep('(?=x)')
                  |         ^
            7[cell 1] failed, 0 calls
            UsageError: ctx is a handle, not text: take a part, as with ctx.slice(a, b), or attach it, `{ context: ctx }`
              at line 1, column 6
                1 | print(`${ctx}`)
                  |      ^
            8[cell 1] ok, 0 calls
            { bytes: 22, share: 1 }
            submitted
            rlm[0] submitted in 8
            answer ["two é 😀","three"]"#]],
    )
    .await;
}

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
        "for (let i = 0; i < 5000; i++) print('line', i)",
        "print(out[1].length, out[1].split('\\n').length)\nsubmit(1)",
    ];
    let shown = transcript(&run(&cells, |spec| spec.rlm.shown = 200).await);
    expect![[r#"
        1[cell 1] ok, 0 calls
        line 0
        line 1
        line 2
        line 3
        line 4
        line 5
        line 6
        line 7
        line 8
        line 9
        line 10
        line 11
        line 12
        line 13
        line 14
        line 15
        line 16
        line 17
        line 18
        line 19
        line 20
        line 21
        line 22
        line 23
        line 24
        line 25
        line 26
        line 27
        line 28
        line 29
        line 30
        line 31
        line 32
        line 33
        line 34
        line 35
        line 36
        line 37
        line 38
        line 39
        line 40
        line 41
        line 42
        line 43
        line 44
        … 48400 characters with 4941 line ends left out, all in out[1] …
        line 4986
        line 4987
        line 4988
        line 4989
        line 4990
        line 4991
        line 4992
        line 4993
        line 4994
        line 4995
        line 4996
        line 4997
        line 4998
        line 4999
        2[cell 1] ok, 0 calls
        48890 5001
        submitted
        rlm[0] submitted in 2
        answer 1"#]]
    .assert_eq(&shown);
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
