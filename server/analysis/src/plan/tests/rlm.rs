//! Recursive language models: their code is not written yet, and how often models are called is bounded all the same.

use expect_test::expect;

use super::{draw, plan, show};

fn trees(source: &str) -> String {
    let plan = plan(source);
    let mut drawn = draw(source);
    for call in &plan.rlms {
        drawn += &format!("// rlm: {} times, {} calls\n", show(&call.count), show(&call.agents));
        call.agents.because.iter().for_each(|why| drawn += &format!("// because {}\n", why.text));
    }
    drawn
}

#[test]
fn a_tree_is_bounded_by_its_turns_and_its_budget() {
    expect![[r#"
        const who = await rlm({ question: 'Who?', context: 'Ada and Bob', maxTurns: 4, budget: { calls: 20 } })
        // agents 1..25 = ≤25; at once 1..20; in a row 1..25
        // phase rlm: 1..25 = ≤25
        // rlm: 1 times, 1..25 = ≤25 calls
        // because its root model decides how many turns it takes: 4 at most, and one to close
        // because its cells decide how many calls they make, at most 20
    "#]]
    .assert_eq(&trees(
        "const who = await rlm({ question: 'Who?', context: 'Ada and Bob', maxTurns: 4, budget: { calls: 20 } })",
    ));
    expect![[r#"
        return await rlm({ question: 'Who?', context: 'Ada and Bob', maxDepth: 0 })
        // agents 1..31 = ≤31; at once 1; in a row 1..31
        // phase rlm: 1..31 = ≤31
        // rlm: 1 times, 1..31 = ≤31 calls
        // because its root model decides how many turns it takes: 30 at most, and one to close
    "#]]
    .assert_eq(&trees("return await rlm({ question: 'Who?', context: 'Ada and Bob', maxDepth: 0 })"));
    expect![[r#"
        return await rlm({ question: 'Who?', context: 'Ada and Bob' })
        // agents 1..≤1000 = ≤31 + calls; at once 1..≤1000; in a row 1..≤1000
        // phase rlm: 1..≤1000 = ≤31 + calls
        // rlm: 1 times, 1..≤1000 = ≤31 + calls calls
        // because its root model decides how many turns it takes: 30 at most, and one to close
        // because its cells decide how many calls they make: `budget: { calls }` bounds them
    "#]]
    .assert_eq(&trees("return await rlm({ question: 'Who?', context: 'Ada and Bob' })"));
}

#[test]
fn options_that_can_be_refused_promise_no_call() {
    let low = |source: &str| plan(source).agents.low;
    assert_eq!(low("await rlm({ question: 'Who?', context: 'text' })"), 1);
    assert_eq!(low("await rlm({ question: `Who is in ${args.name}?`, context: [1, 2], model: 'haiku' })"), 1);
    for refused in [
        "await rlm({ question: args.question, context: 'text' })",
        "await rlm({ question: 'Who?' })",
        "await rlm({ question: 'Who?', context: await agent('Read') }).catch(() => 0)",
        "await rlm({ question: 'Who?', context: 'text', maxTurns: 101 })",
        "await rlm({ question: 'Who?', context: 'text', budget: { calls: 0 } })",
        "await rlm({ question: 'Who?', context: 'text', depth: 1 })",
        "await rlm({ ...args, question: 'Who?', context: 'text' })",
        "await rlm('Who?')",
        "rlm({ question: 'Who?', context: 'text' })",
    ] {
        let plan = plan(refused);
        assert_eq!(plan.rlms[0].agents.low, 0, "{refused}");
    }
}

#[test]
fn deep_trees_reply_at_every_level() {
    expect![[r#"
        return await rlm({ question: 'Who?', context: 'Ada and Bob', maxDepth: 2, maxTurns: 4, budget: { calls: 10 } })
        // agents 1..55 = ≤55; at once 1..50; in a row 1..55
        // phase rlm: 1..55 = ≤55
        // rlm: 1 times, 1..55 = ≤55 calls
        // because its root model decides how many turns it takes: 4 at most, and one to close
        // because its cells decide how many calls they make, at most 10
    "#]]
    .assert_eq(&trees(
        "return await rlm({ question: 'Who?', context: 'Ada and Bob', maxDepth: 2, maxTurns: 4, budget: { calls: 10 } })",
    ));
    let unknown = plan("await rlm({ question: 'Who?', context: 'x', maxDepth: args.depth, budget: { calls: 2 } })");
    assert_eq!((unknown.agents.low, unknown.agents.high), (0, Some(31 + 2 * 31)));
}

#[test]
fn options_that_may_hold_a_tree_are_bounded_as_one() {
    // Where the script does not name the option the runtime refuses it.
    let plain = plan("await agent('a', args.options)");
    assert_eq!((show(&plain.agents), plain.rlms.len()), ("1".into(), 0));
    expect![[r#"
        await agent⟨×0..1 = ≤1⟩('a', { ...args.options, rlm: args.deep ? { maxDepth: 0, maxTurns: 2 } : null })
        // agents 0..3 = ≤3; at once 0..1; in a row 0..3
        // phase rlm: 0..3 = ≤3
        // phase … (computed): 0..1 = ≤1
        // phase (none): 0..1 = ≤1
        // rlm: 0..1 = ≤1 times, 0..3 = ≤3 calls
        // because its root model decides how many turns it takes: 2 at most, and one to close
        // because it calls no model where its options are refused
    "#]]
    .assert_eq(&trees("await agent('a', { ...args.options, rlm: args.deep ? { maxDepth: 0, maxTurns: 2 } : null })"));
    let named = plan("const tree = { rlm: args.tree }\nawait agent('a', args.options)");
    assert_eq!((named.agents.low, named.agents.high), (0, None));
}

#[test]
fn what_a_judge_does_is_counted_too() {
    let plan = plan(
        "let n = 1\nawait rlm({ question: 'Who?', context: 'text', maxDepth: 0, maxTurns: 1, validate: async (a) => { n = 5; return (await agent(a)) === 'yes' || 'no' } })\nfor (let i = 0; i < n; i++) await agent('after')",
    );
    assert_eq!(
        (plan.agents.low, plan.agents.high),
        (0, None),
        "the judge is called an unknown number of times, and sets n"
    );
}

#[test]
fn trees_multiply_and_stand_beside_agents() {
    expect![[r#"
        phase('Read')
        const parts = await parallel⟨3 wide⟩(['a', 'b', 'c'].map((t) => () => rlm({ question: 'Who?', context: t, maxDepth: 0, maxTurns: 2 })))
        await agent⟨×1⟩(`Sum up ${parts.length}`)
        await agent('Look', { rlm: { budget: { calls: 3 }, maxTurns: 1 } })
        // agents 5..15 = 1 + ≤14; at once 3; in a row 3..9
        // phase Read: 1
        // phase rlm: 4..14 = ≤14
        // rlm: 3 times, 3..9 = ≤9 calls
        // because its root model decides how many turns it takes: 2 at most, and one to close
        // rlm: 1 times, 1..5 = ≤5 calls
        // because its root model decides how many turns it takes: 1 at most, and one to close
        // because its cells decide how many calls they make, at most 3
    "#]].assert_eq(&trees(
        "phase('Read')\nconst parts = await parallel(['a', 'b', 'c'].map((t) => () => rlm({ question: 'Who?', context: t, maxDepth: 0, maxTurns: 2 })))\n\
         await agent(`Sum up ${parts.length}`)\nawait agent('Look', { rlm: { budget: { calls: 3 }, maxTurns: 1 } })",
    ));
}
