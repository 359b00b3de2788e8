use expect_test::expect;

use super::{super::interpret, draw_plan, show};
use crate::{Context, KnownWorkflow, script};

const AUDIT: &str = "\
export const meta = { name: 'audit', description: 'Audits files' }
const { files = ['all'] } = args ?? {}
phase('Read')
const read = await parallel(files.map(f => () => agent(`Read ${f}`)))
phase('Judge')
const S = { type: 'object', properties: { risks: { type: 'array', items: { type: 'string' } } }, required: ['risks'] }
const verdict = await agent('Judge', { schema: S })
await parallel((verdict?.risks ?? []).map(r => () => agent(`Refute ${r}`)))
return { files: read.length, names: files }
";

fn nested(source: &str, others: &[(&str, &str)]) -> String {
    let known = others.iter().map(|(path, text)| KnownWorkflow::read(path, *text).expect("a workflow"));
    let context = Context { workflows: Some(known.collect()), ..Context::default() };
    let plan = interpret(&script::parse(source), &context);
    let mut drawn = draw_plan(source, &plan);
    for call in &plan.workflows {
        drawn += &format!("// workflow: {} times, {} agents\n", show(&call.count), show(&call.agents));
        call.agents.because.iter().for_each(|why| drawn += &format!("// because {}\n", why.text));
        call.missing.iter().for_each(|why| drawn += &format!("// missing: {}\n", why.text));
    }
    drawn
}

#[test]
fn the_agents_of_a_nested_workflow_are_counted_with_its_args() {
    let source = "\
phase('Mine')
const done = await workflow('audit', { files: ['a', 'b', 'c'].slice(0, 2) })
await parallel(done.names.map(n => () => agent(`Report ${n}`)))";
    expect![[r#"
        phase('Mine')
        const done = await workflow('audit', { files: ['a', 'b', 'c'].slice(0, 2) })
        await parallel⟨2 wide⟩(done.names.map(n => () => agent⟨×2⟩(`Report ${n}`)))
        // agents 5..≤1000 = 5 + ≤audit.risks; at once 2..≤1000; in a row 3..4
        // phase Mine: 2
        // phase audit › Read: 2
        // phase audit › Judge: 1..≤1000 = 1 + ≤audit.risks
        // workflow: 1 times, 3..≤1000 = 3 + ≤audit.risks agents
        // because in `audit`, line 6, `risks` is as long as the agent at line 7 returns: its schema sets no maxItems
    "#]]
    .assert_eq(&nested(source, &[("/p/.claude/workflows/audit.js", AUDIT)]));
}

#[test]
fn what_cannot_be_found_or_goes_too_deep_says_so() {
    let again =
        "export const meta = { name: 'again', description: 'Calls others' }\nawait workflow('again')\nawait agent('x')";
    let source = "\
await workflow('nowhere')
await workflow(args.name)
try { await workflow('again') } catch { await agent('after') }
await workflow({ scriptPath: './other/audit.js' }, { files: [] })";
    let others = [("/p/.claude/workflows/again.js", again), ("/p/other/audit.js", AUDIT)];
    expect![[r#"
        await workflow('nowhere')
        await workflow(args.name)
        try { await workflow('again') } catch { await agent⟨×1⟩('after') }
        await workflow({ scriptPath: './other/audit.js' }, { files: [] })
        // agents 2..≤1000 = 2 + nowhere + another workflow + ≤audit.risks; at once 1..≤1000; in a row 2..≤1000
        // phase (none): 1
        // phase nowhere: 0..≤1000 = nowhere
        // phase another workflow: 0..≤1000 = another workflow
        // phase audit › Judge: 1..≤1000 = 1 + ≤audit.risks
        // workflow: 1 times, 0..≤1000 = nowhere agents
        // because `nowhere` is not among the saved workflows, and its agents are not counted
        // missing: `nowhere` is not among the saved workflows, and its agents are not counted
        // workflow: 1 times, 0..≤1000 = another workflow agents
        // because the run decides which workflow this is, and its agents are not counted
        // missing: the run decides which workflow this is, and its agents are not counted
        // workflow: 1 times, 0 agents
        // workflow: 1 times, 1..≤1000 = 1 + ≤audit.risks agents
        // because in `audit`, line 6, `risks` is as long as the agent at line 7 returns: its schema sets no maxItems
    "#]]
    .assert_eq(&nested(source, &others));
}

#[test]
fn a_nested_workflow_in_a_fan_out_is_multiplied() {
    let source = "\
const parts = [['a'], ['b', 'c']]
const all = await parallel(parts.map(files => () => workflow('audit', { files })))
const late = workflow('audit')
await agent('between')
await late";
    expect![[r#"
        const parts = [['a'], ['b', 'c']]
        const all = await parallel⟨2 wide⟩(parts.map(files => () => workflow('audit', { files })))
        const late = workflow('audit')
        await agent⟨×1⟩('between')
        await late
        // agents 3..≤1000 = 3 + ≤5 + ≤2·audit.risks + ≤audit.risks; at once 1..≤1000; in a row 1..7
        // phase (none): 1
        // phase audit › Read: 1..4 = 1 + ≤3
        // phase audit › Judge: 1..≤1000 = 1 + ≤2 + ≤2·audit.risks + ≤audit.risks
        // workflow: 2 times, 0..≤1000 = ≤5 + ≤2·audit.risks agents
        // because in `audit`, line 6, `risks` is as long as the agent at line 7 returns: its schema sets no maxItems
        // workflow: 1 times, 2..≤1000 = 2 + ≤audit.risks agents
        // because in `audit`, line 6, `risks` is as long as the agent at line 7 returns: its schema sets no maxItems
    "#]]
    .assert_eq(&nested(source, &[("/p/.claude/workflows/audit.js", AUDIT)]));
}

#[test]
fn a_nested_workflow_whose_failure_is_handled_is_not_certain_to_end() {
    let source = "const done = await workflow('audit').catch(() => 0)\nreturn done";
    let known = KnownWorkflow::read("/p/.claude/workflows/audit.js", AUDIT).expect("a workflow");
    let context = Context { workflows: Some(vec![known]), ..Context::default() };
    let plan = interpret(&script::parse(source), &context);
    assert_eq!(plan.agents.low, 0, "it may fail before its first agent, and the script goes on");
    let surely = interpret(&script::parse("return await workflow('audit')"), &context);
    assert!(surely.agents.low > 0, "where nothing handles that, a run that ends well has seen it end");
}
