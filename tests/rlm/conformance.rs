//! What published implementations promise of a REPL and its calls, in one place: each block of a cell is named after the cases it stands for
//! (tests of alexzhang13/rlm, dspy, deepagentsjs, grishahq/recursive-llm, apenab/rlm-runtime). Cases that have tests of their own elsewhere
//! are not repeated: fences and finals (`blocks.rs`, `ends.rs`), persistence (`rlm.rs`), limits (`bounds.rs`), hostile code (`hostile.rs`).

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use models::{Answer, Model, ModelError, Reply, Request};
use serde_json::{Value, json};

use super::{Actor, answered, is_root, now, run, spec, told};

/// Runs cells on a sub-model that repeats, and gives the answer of the last.
fn answer(args: Value, cells: &[&str]) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    answered(spec(&folder, args), Actor::echo(cells)).0
}

/// `test_batched_empty_prompts`, `_single_prompt`, `_preserves_order_parallel`, `test_llm_batch_deduplication`,
/// `test_llm_batch_isolates_invalid_prompt_items`, `test_mixed_llm_and_rlm_calls_tracked_in_order`.
#[test]
fn batches_keep_order_and_isolate_what_is_wrong() {
    let folder = tempfile::tempdir().expect("a folder");
    let cells = ["const many = Array.from({ length: 30 }, (_, i) => `q${i}`)
const results = {
  empty: await llm_query_batched([]),
  single: await llm_query_batched(['one']),
  order: (await llm_query_batched(many)).every((a, i) => a === `re: q${i}`),
  same: await llm_query_batched(['same', 'same', 'same']),
}
const slots = await llm_query_batched(['fine', 7, { prompt: 'x', colour: 1 }, llm_query('p'), { prompt: 'y', context: 'z' }], { settle: true })
results.slots = slots.map((slot) => (slot.ok ? slot.value : slot.error.name + ': ' + slot.error.message.slice(0, 60)))
try { await llm_query_batched(['a', 7]) } catch (e) { results.thrown = [e.name, e.results, e.errors.map((x) => x.index)] }
const [x, y] = await Promise.all([llm_query('m'), rlm_query('n')])
submit({ ...results, mixed: [x, y] })"];
    let actor = Actor::echo(&cells).slow(Duration::from_millis(8));
    let (outcome, events) = run(spec(&folder, json!({ "question": "q", "context": "c" })), actor.clone());
    let expected = json!({
        "empty": [], "single": ["re: one"], "order": true, "same": ["re: same", "re: same", "re: same"],
        "slots": [
            "re: fine",
            "UsageError: llm_query_batched: item 1: llm_query_batched() takes its pro",
            "UsageError: llm_query_batched: item 2: llm_query_batched() has no option",
            "UsageError: llm_query_batched: item 3: llm_query_batched() takes its pro",
            "re: y\n\n<context>\nz\n</context>",
        ],
        "thrown": ["BatchError", ["re: a", null], [1]], "mixed": ["re: m", "re: n"],
    });
    assert_eq!(outcome.result, Some(expected), "{}", told(&events).join("\n"));
    // The root, one, 30, the same once, fine, p, y, a, m, n.
    assert_eq!(actor.asked().len(), 1 + 1 + 30 + 1 + 3 + 1 + 2);
}

/// What was asked, and how many at a time.
#[derive(Default)]
pub(super) struct Seen {
    models: Mutex<Vec<(bool, Option<String>)>>,
    flying: AtomicUsize,
    most: AtomicUsize,
    cells: Vec<String>,
}

impl Seen {
    /// A root that writes these cells, one a turn.
    pub(super) fn of(cells: &[&str]) -> Self {
        Self { cells: cells.iter().map(|cell| (*cell).to_owned()).collect(), ..Self::default() }
    }

    /// The most calls of sub-models at a time.
    pub(super) fn most(&self) -> usize {
        self.most.load(SeqCst)
    }
}

impl Model for Seen {
    fn answer(&self, request: Request) -> Reply<'_> {
        let root = is_root(&request);
        self.models.lock().expect("no holder panics").push((root, request.model.clone()));
        let child = request.key.matches("rlm[").count() > 1;
        let said = match (root, child) {
            (false, _) => format!("re: {}", request.prompt),
            (true, true) => "```repl\nsubmit(await llm_query('below'))\n```".to_owned(),
            (true, false) => format!("```repl\n{}\n```", self.cells[now(&request).1 - 1]),
        };
        Box::pin(async move {
            if !root {
                self.most.fetch_max(self.flying.fetch_add(1, SeqCst) + 1, SeqCst);
                tokio::time::sleep(Duration::from_millis(3)).await;
                self.flying.fetch_sub(1, SeqCst);
            }
            match request.prompt.as_str() {
                "fail" => Err(ModelError::Refused("no".into())),
                _ => Ok(Answer { value: Value::from(said), ..Answer::default() }),
            }
        })
    }
}

/// `test_model_override_sets_child_backend_kwargs`, `test_model_override_at_leaf_depth_uses_overridden_model`,
/// `test_leaf_depth_without_model_override_uses_parent_model`, `test_subcall_concurrency_is_globally_bounded`.
#[test]
fn models_are_handed_down_and_calls_are_bounded_over_the_tree() {
    let folder = tempfile::tempdir().expect("a folder");
    let args = json!({ "question": "q", "context": "c", "model": "root", "subModel": "sub" });
    let mut spec = spec(&folder, args);
    (spec.rlm.depth, spec.rlm.deepest, spec.concurrency) = (2, 2, Some(4));
    let cells = [
        "await llm_query('a'); await llm_query('b', { model: 'own' }); await rlm_query('c', { context: ctx, model: 'other' }); await rlm_query('d', { context: ctx })",
        "await Promise.all([llm_query_batched(Array.from({ length: 20 }, (_, i) => `x${i}`)), rlm_query_batched(['e', 'f', 'g'].map((prompt) => ({ prompt, context: ctx })))])
let failed; try { await llm_query('fail') } catch (e) { failed = [e.name, e.kind, e.retryable] }
submit(failed)",
    ];
    let seen = Arc::new(Seen::of(&cells));
    let (outcome, _) = run(spec, seen.clone());
    assert_eq!(outcome.result, Some(json!(["LlmError", "refused", false])), "{:?}", outcome.error);
    let asked = seen.models.lock().expect("no holder panics").clone();
    let first: Vec<(bool, &str)> =
        asked.iter().map(|(root, model)| (*root, model.as_deref().unwrap_or("-"))).take(7).collect();
    let expected = [
        (true, "root"),
        (false, "sub"),
        (false, "own"),
        (true, "other"),
        (false, "sub"),
        (true, "root"),
        (false, "sub"),
    ];
    assert_eq!(first, expected);
    assert_eq!(seen.most(), 4, "never more than four at a time, and four there were");
}

/// `TestLocalREPLContext`, `test_dict_context_nested_access`, `test_contexts_accessible_in_code`, `test_context_alias_points_to_first`,
/// `test_unicode_stdout`, `test_output_that_looks_like_json_is_preserved`, `test_empty_code`, `TestREPLTypes::test_repl_variable_truncation`.
#[test]
fn contexts_of_every_kind_are_there_and_stay_as_they_are() {
    let data = json!({ "users": [{ "name": "Ada", "tags": ["x"] }], "n": { "deep": [1, [2]] } });
    let cells = [
        "context.users[0].name = 'Bob'; context.extra = 1\nprint(context.users[0].name, context.extra, context.n.deep[1][0], Object.isFrozen(context.users))",
        "print('{\"a\": 1}'); print('é 中 😀 \u{1f469}\u{200d}\u{1f4bb}'); print([1, [2, [3, [4, [5]]]]], 'x'.repeat(3), { long: 'y'.repeat(600) })",
        "submit([ctx.json().users.length, typeof context, out[1].trim(), out[2].split('\\n')[0]])",
    ];
    assert_eq!(
        answer(json!({ "question": "q", "context": data }), &cells),
        json!([1, "object", "Ada undefined 2 true", "{\"a\": 1}"])
    );
    let args = json!({ "question": "q", "contexts": { "first": "one", "second": ["two", 2], "third": { "k": "v" } } });
    let cells = [
        "submit([Object.keys(contexts), contexts.first === ctx, context, contexts.second.json(), contexts.third.json().k, contexts.third.name])",
    ];
    assert_eq!(answer(args, &cells), json!([["first", "second", "third"], true, "one", ["two", 2], "v", "third"]));
}

/// `test_two_repls_isolated_state_and_tracking`, `test_simulated_rlm_completions_reset_environment`,
/// `test_same_instance_async_completions_keep_usage_and_repl_state_isolated`.
#[test]
fn two_repls_share_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!(null));
    spec.source = "export const meta = { name: 'two', description: 'Two at a time' }
return parallel(['a', 'b', 'c'].map((context) => () => rlm({ question: 'q', context })))"
        .into();
    let cells = [
        "globalThis.shared = (globalThis.shared || '') + context; Array.prototype.mark = context; await llm_query(context)",
        "submit([shared, [].mark, budget().turns.used, SHOW_VARS()])",
    ];
    let (outcome, _) = run(spec, Actor::echo(&cells).slow(Duration::from_millis(5)));
    let one = |name: &str| json!([name, name, 2, ["shared string(1)"]]);
    assert_eq!(outcome.result, Some(json!([one("a"), one("b"), one("c")])), "{:?}", outcome.error);
}

/// `transform.test.ts`: last expressions, semicolons, declarations of every kind; `test_comprehension_body_can_access_repl_variables`;
/// `test_final_expression_runs_once`.
#[test]
fn cells_mean_what_they_say() {
    let cells = [
        "let n = 0; const bump = () => ++n\nbump();",
        "for (const x of [1, 2]) { var seen = x }\nclass P { static q = 1; get r() { return n } }\nlet { a, ...rest } = { a: 1, b: 2 }, [c = 3] = []\nasync function* g() { yield* [1, 2] }\nlabel: for (;;) { break label }\nvoid 0;",
        "const found = []\nfor await (const v of g()) found.push(v)\nswitch (a) { case 1: { let inner = 9; found.push(inner) } }\ntry { throw 1 } catch { found.push('caught') } finally { found.push('last') }\nsubmit([n, seen, P.q, new P().r, rest, c, found, typeof inner, [1, 2].map((x) => x + n)])",
    ];
    let expected = json!([1, 2, 1, 1, { "b": 2 }, 3, [1, 2, 9, "caught", "last"], "undefined", [2, 3]]);
    assert_eq!(answer(json!({ "question": "q", "context": "c" }), &cells), expected);
}

/// `session.test.ts`: a budget of calls that refuses exactly the exceeding one, resets with the cell, is catchable and rejects `Promise.all`.
#[test]
fn a_cell_may_make_so_many_calls_and_the_next_as_many_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut spec = spec(&folder, json!({ "question": "q", "context": "c" }));
    spec.rlm.fan_out = 3;
    let cells = [
        "let ok = 0, error; try { for (let i = 0; i < 9; i++) { await llm_query(`a${i}`); ok++ } } catch (e) { error = e.name }\nprint(ok, error)",
        "const all = await Promise.allSettled([1, 2, 3, 4].map(async (i) => llm_query(`b${i}`))); print(all.map((one) => one.status[0]).join(''))",
        "try { await Promise.all([1, 2, 3, 4].map((i) => llm_query(`c${i}`))); print('never') } catch (e) { print(e.name) }",
        "submit('survived')",
    ];
    let (_, told) = answered(spec, Actor::echo(&cells));
    let printed: Vec<&str> = told.iter().filter_map(|told| told.lines().nth(1)).collect();
    assert_eq!(printed, ["3 UsageError", "fffr", "UsageError", "submitted"], "{}", told.join("\n"));
}

/// `test_safe_builtins_available`.
#[test]
fn the_language_is_there_and_nothing_else() {
    let cells = [
        "const there = [Math.max(1, 2), JSON.stringify({ a: 1 }), new Map([[1, 2]]).get(1), [3, 1, 2].sort().join(''), /b+/.exec('abbc')[0],
  parseInt('12px'), (12.345).toFixed(1), [...new Set([1, 1])].length, Object.entries({ a: 1 })[0].join(), 'ab'.padStart(3, '-'), Number.isNaN(NaN),
  new Date(0).toISOString(), structuredCloneless()]
function structuredCloneless() { return [typeof structuredClone, typeof setTimeout, typeof WebAssembly].join() }
submit(there)",
    ];
    let there = json!([
        2,
        "{\"a\":1}",
        2,
        "123",
        "bb",
        12,
        "12.3",
        1,
        "a,1",
        "-ab",
        true,
        "1970-01-01T00:00:00.000Z",
        "undefined,undefined,undefined"
    ]);
    assert_eq!(answer(json!({ "question": "q", "context": "c" }), &cells), there);
}

/// `transform.test.ts` of deepagentsjs: TypeScript stripping.
#[test]
fn types_are_left_out_of_cells() {
    let folder = tempfile::tempdir().expect("a folder");
    let cells = [
        "interface Part { n: number }
const parts: Part[] = await Promise.all(['a', 'b'].map(async (prompt: string): Promise<Part> => ({ n: (await llm_query(prompt)).length })))
function sum<T extends Part>(xs: T[]): number { return xs.reduce((n: number, x: T) => n + x.n, 0) }
const é: 'ü' | 'x' = 'x'; (parts as any).oops!.now",
        "enum Color { Red }",
        "submit(sum(parts as Part[]))",
    ];
    let (answer, told) = answered(spec(&folder, json!({ "question": "q", "context": "c" })), Actor::echo(&cells));
    assert_eq!(answer, json!(10), "{}", told.join("\n"));
    expect_test::expect![[r#"
        [cell 1] failed, 2 calls
        TypeError: cannot convert 'null' or 'undefined' to object
          at line 4, column 48
            4 | const é: 'ü' | 'x' = 'x'; (parts as any).oops!.now
              |                                                ^
        New or changed: parts Array(2), sum function, é string(1)
        [cell 1] was not run
        An `enum` makes code, and only types that make none are left out here: write an object, `const Color = { Red: 0 }`
          at line 1, column 1
            1 | enum Color { Red }
              | ^"#]].assert_eq(&told[..2].join("\n"));
}
