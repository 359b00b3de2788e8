//! Cases 49 and 54 to 58: what a resumed run takes from the run before, and what it asks again.

use serde_json::{Value, json};

use crate::scripted::{case, run::Stage};

/// Runs `before`, then `after` as its continuation. Gives the second result and what was asked again.
fn resumed(before: &str, after: &str) -> (Option<Value>, Vec<String>) {
    resumed_by("itemCap=4096", before, after)
}

/// The same in a dialect with `flag`.
fn resumed_by(flag: &str, before: &str, after: &str) -> (Option<Value>, Vec<String>) {
    let mut stage = Stage::new(flagged(flag, before));
    let first = stage.act(async |run| run.wait().await);
    stage.case = flagged(flag, after);
    stage.resume = Some(first.run);
    let asked = stage.model.prompts().len();
    let second = stage.act(async |run| run.wait().await);
    assert_eq!(second.error, None);
    let mut again = stage.model.prompts().split_off(asked);
    again.sort();
    assert_eq!(second.totals.agents - second.totals.cached, again.len() as u64, "what was not asked was cached");
    (second.result, again)
}

fn script(body: &str) -> case::Case {
    flagged("itemCap=4096", body)
}

fn flagged(flag: &str, body: &str) -> case::Case {
    let text = format!(
        "// resumed\n// flags: {flag}\n// model: \"down\" -> fail \"overloaded\"\n// model: \"*\" -> \"ok\"\n// expect: null\n\
         export const meta = {{ name: \"resumed\", description: \"d\" }};\n{body}\n"
    );
    case::parse_file("resumed", &text).expect("a good header").remove(0)
}

const CHAIN: &str =
    "const out = []; for (const p of [\"A\", \"B\", \"C\", \"D\"]) out.push(await agent(p)); return out;";

#[test]
pub(super) fn the_same_script_asks_nothing_again() {
    let (result, again) = resumed(CHAIN, CHAIN);
    assert_eq!(result, Some(json!(["ok", "ok", "ok", "ok"])));
    assert!(again.is_empty(), "{again:?}");
}

#[test]
pub(super) fn an_edited_call_is_asked_again_and_only_that() {
    let (_, again) = resumed(CHAIN, &CHAIN.replace("\"B\"", "\"B, but better\""));
    assert_eq!(again, ["B, but better"]);
}

#[test]
pub(super) fn what_depends_on_an_edited_call_is_asked_again() {
    let chain = "const a = await agent(\"A\"); const b = await agent(`B ${a}`); return agent(`C ${b}`);";
    let (_, again) = resumed(chain, &chain.replace("`B ${a}`", "\"down\""));
    assert_eq!(again, ["C null", "down"]);
}

#[test]
pub(super) fn labels_phases_and_places_do_not_matter() {
    let plain = "return [await agent(\"A\"), await agent(\"B\", { model: \"m\" })];";
    let named = "phase(\"P\");\n\nlog(\"x\");\nreturn [await agent(\"A\", { label: \"l\", phase: \"Q\" }), await agent(\"B\", { model: \"m\" })];";
    assert!(resumed(plain, named).1.is_empty());
}

#[test]
pub(super) fn model_effort_and_schema_do() {
    let plain = "return agent(\"A\");";
    for other in ["{ model: \"m\" }", "{ effort: \"low\" }", "{ isolation: \"worktree\" }"] {
        assert_eq!(resumed(plain, &format!("return agent(\"A\", {other});")).1, ["A"], "{other}");
    }
}

#[test]
pub(super) fn a_call_that_failed_is_asked_again() {
    let body = "return [await agent(\"A\"), await agent(\"down\")];";
    assert_eq!(resumed(body, body).1, ["down"]);
}

#[test]
pub(super) fn in_a_fan_out_neighbours_keep_their_answers() {
    let fan = |items: &str| format!("return parallel([{items}].map((p) => () => agent(p)));");
    let before = fan("\"a\", \"b\", \"c\"");
    assert_eq!(resumed(&before, &fan("\"a\", \"B\", \"c\"")).1, ["B"]);
    assert_eq!(resumed(&before, &fan("\"new\", \"a\", \"b\", \"c\"")).1, ["new"]);
    assert!(resumed(&before, &fan("\"c\", \"a\", \"b\"")).1.is_empty(), "another order");
    assert!(resumed(&before, &fan("\"c\"")).1.is_empty(), "fewer");
}

#[test]
pub(super) fn the_same_prompt_twice_is_two_calls() {
    let twice = "return [await agent(\"A\"), await agent(\"A\")];";
    let (_, again) = resumed("return [await agent(\"A\")];", twice);
    assert_eq!(again, ["A"]);
    assert!(resumed(twice, twice).1.is_empty());
}

#[test]
pub(super) fn a_run_can_be_resumed_from_a_resumed_one() {
    let mut stage = Stage::new(script("await agent(\"A\"); await agent(\"B\"); throw new Error(\"half way\");"));
    let first = stage.act(async |run| run.wait().await);
    stage.resume = Some(first.run);
    stage.case = script("await agent(\"B\"); throw new Error(\"again\");");
    let second = stage.act(async |run| run.wait().await);
    stage.resume = Some(second.run);
    stage.case = script("return [await agent(\"A\"), await agent(\"B\"), await agent(\"C\")];");
    let third = stage.act(async |run| run.wait().await);
    assert_eq!(third.result, Some(json!(["ok", "ok", "ok"])));
    assert_eq!(stage.model.prompts(), ["A", "B", "C"], "nothing twice, although the second run never came to A");
}

#[test]
pub(super) fn cached_agents_take_nothing_from_the_budget() {
    let body = "return [await agent(\"A\"), budget.spent()];";
    let mut stage = Stage::new(script(body));
    let first = stage.act(async |run| run.wait().await);
    assert_eq!(first.result, Some(json!(["ok", 1])));
    stage.resume = Some(first.run);
    let second = stage.act(async |run| run.wait().await);
    assert_eq!((second.totals.usage.output.0, second.totals.cached), (0, 1));
}

#[test]
pub(super) fn what_an_earlier_run_spent_is_not_in_the_budget_of_the_next() {
    let mut stage = Stage::new(script(CHAIN));
    stage.case.limits.push((2, "tokens".into()));
    let first = stage.act(async |run| run.wait().await);
    assert!(first.error.expect("it is used up").message.contains("budget of 2 output tokens"));
    stage.resume = Some(first.run);
    let second = stage.act(async |run| run.wait().await);
    assert_eq!(second.result, Some(json!(["ok", "ok", "ok", "ok"])));
    assert_eq!((second.totals.cached, second.totals.usage.output.0), (2, 2), "C and D, and no more than its own two");
    assert_eq!(stage.model.prompts(), ["A", "B", "C", "D"]);
}

#[test]
pub(super) fn an_agent_in_a_worktree_is_never_silently_repeated() {
    let body = "return [await agent(\"A\"), await agent(\"down\", { isolation: \"worktree\" })];";
    let mut stage = Stage::new(script(body));
    stage.resume = Some(stage.act(async |run| run.wait().await).run);
    let asked = stage.model.prompts().len();
    let second = stage.act(async |run| run.wait().await);
    let error = second.error.expect("it is refused").message;
    assert!(error.contains("may do its work twice") && error.contains("--repeat-worktrees"), "{error}");
    assert_eq!(stage.model.prompts().len(), asked, "nothing left");
    stage.repeat = true;
    let third = stage.act(async |run| run.wait().await);
    assert_eq!((third.error, third.result), (None, Some(json!(["ok", null]))));
    assert!(stage.model.prompts().len() > asked);
}

#[test]
pub(super) fn by_the_prefix_rule_everything_after_an_edit_runs_again() {
    let prefix = |before: &str, after: &str| resumed_by("resumeRule=prefix", before, after).1;
    assert!(prefix(CHAIN, CHAIN).is_empty());
    assert_eq!(prefix(CHAIN, &CHAIN.replace("\"B\"", "\"b\"")), ["C", "D", "b"]);
    assert_eq!(prefix(CHAIN, &CHAIN.replace("\"D\"", "\"D\", \"E\"")), ["E"]);
    let fan = |items: &str| format!("return parallel([{items}].map((p) => () => agent(p)));");
    assert_eq!(prefix(&fan("\"a\", \"b\", \"c\""), &fan("\"a\", \"B\", \"c\"")), ["B", "c"]);
    let failed = "return [await agent(\"A\"), await agent(\"down\"), await agent(\"C\")];";
    assert_eq!(prefix(failed, failed), ["C", "down"], "a call that failed ends the prefix");
}

#[test]
pub(super) fn where_names_count_a_renamed_call_is_asked_again() {
    let named = |label: &str| {
        format!("return [await agent(\"A\", {{ label: \"{label}\" }}), await agent(\"B\", {{ phase: \"P\" }})];")
    };
    let renamed = |before: &str, after: &str| resumed_by("keyIncludesLabelPhase=yes", &named(before), after).1;
    assert!(renamed("l", &named("l")).is_empty());
    assert_eq!(renamed("l", &named("m")), ["A"]);
    assert_eq!(renamed("l", &named("l").replace("\"P\"", "\"Q\"")), ["B"]);
}
