use serde_json::json;

use super::*;
use crate::{
    Context,
    plan::{AgentCall, PhasePlan, Prompt, PromptPart, Setting, Why},
    text::Span,
};

fn call(prompt: &str, count: Count) -> AgentCall {
    AgentCall {
        span: Span::at(0),
        callee: Span::at(0),
        phases: vec![0],
        label: None,
        count,
        prompt: Prompt { parts: vec![PromptPart::Text(prompt.into())] },
        schema: Some(json!({"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]})),
        model: Setting::Known("haiku".into()),
        effort: Setting::Inherited,
        agent_type: Setting::Inherited,
        takes_schema: false,
        concurrent: false,
        fate: Default::default(),
    }
}

fn plan(calls: Vec<AgentCall>) -> Plan {
    let all = (0..calls.len()).collect();
    let low = calls.iter().map(|c| c.count.low).sum();
    let high = calls.iter().map(|c| c.count.high).sum();
    let phase = PhasePlan {
        title: Some("Review".into()),
        computed: false,
        workflow: None,
        agents: upto(low, high),
        calls: all,
        rlms: vec![],
    };
    let mut plan = Plan::default();
    plan.phases.push(phase);
    plan.agents = upto(low, high);
    plan.calls = calls;
    plan
}

fn upto(low: u64, high: Option<u64>) -> Count {
    let why = Why { span: Span::at(0), text: "the run decides".into() };
    Count { low, high, because: vec![why], ..Count::exactly(low) }
}

fn shown<T: std::fmt::Display>(range: &Range<T>) -> String {
    let show = |n: &Option<T>| n.as_ref().map_or("?".into(), T::to_string);
    format!("{} {} {} {:?}", show(&range.low), show(&range.likely), show(&range.high), range.basis)
}

fn lines(estimate: &Estimate) -> String {
    let cost = |c: &Cost| format!("tokens {}, written {}, {}", shown(&c.tokens), shown(&c.output), shown(&c.usd));
    estimate.calls.iter().chain([&estimate.total]).map(cost).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_a_call_takes_is_multiplied_by_how_often() {
    let plan = plan(vec![call("Check the build.", Count::exactly(3)), call("Check it again.", upto(0, Some(10)))]);
    expect_test::expect![[r#"
        tokens 78 84 90 Bounds, written 9 15 21 Bounds, <$0.01 <$0.01 <$0.01 Assumed
        tokens 0 140 300 Bounds, written 0 25 70 Bounds, $0 <$0.01 <$0.01 Assumed
        tokens 78 224 390 Bounds, written 9 40 91 Bounds, <$0.01 <$0.01 <$0.01 Assumed"#]]
    .assert_eq(&lines(&estimate(&plan, &Context::default())));
}

#[test]
fn no_bound_no_number() {
    let plan = plan(vec![call("Check the build.", upto(2, None))]);
    expect_test::expect![[r#"
        tokens 52 ? ? Bounds, written 6 ? ? Bounds, <$0.01 ? ? Assumed
        tokens 52 ? ? Bounds, written 6 ? ? Bounds, <$0.01 ? ? Assumed"#]]
    .assert_eq(&lines(&estimate(&plan, &Context::default())));
}

#[test]
fn agents_of_nested_workflows_are_paid_for_where_they_are_known() {
    let text = "await agent('Check the build.', { model: 'haiku' })\nawait workflow('audit', { n: 2 })";
    let child = "export const meta = { name: 'audit', description: 'x' }\nphase('Read')\n\
        for (let i = 0; i < args.n; i++) await agent('Check it all.', { model: 'haiku' })";
    let total = |workflows: Option<Vec<crate::KnownWorkflow>>| {
        let analysis = crate::analyze(text, &Context { workflows, ..Context::default() });
        (analysis.estimate, analysis.plan)
    };
    let (open, _) = total(None);
    assert!(open.total.tokens.low > Some(Tokens(0)), "the least it takes is known");
    assert_eq!((open.total.tokens.likely, open.total.tokens.high, open.total.usd.high), (None, None, None));
    let (known, plan) = total(crate::KnownWorkflow::read("audit.js", child).map(|w| vec![w]));
    let own = known.calls[0].tokens.high.zip(known.workflows[0].tokens.high).map(|(a, b)| a + b);
    assert_eq!(known.total.tokens.high, own);
    let phase = plan.phases.iter().position(|p| p.name().as_deref() == Some("audit › Read"));
    assert_eq!(known.phases[phase.expect("its phase is there")], known.workflows[0]);
}

#[test]
fn a_model_without_price_costs_unknown() {
    let mut unknown = call("Check the build.", Count::exactly(1));
    unknown.model = Setting::Known("local-llama".into());
    let alone = estimate(&plan(vec![unknown.clone()]), &Context::default());
    assert_eq!((alone.total.usd.low, alone.total.usd.high), (None, None));
    let beside = estimate(&plan(vec![unknown, call("Check.", Count::exactly(1))]), &Context::default());
    assert!(beside.total.usd.low.is_some_and(|usd| usd.0 > 0.0), "the least it takes is known");
    assert_eq!((beside.total.usd.likely, beside.total.usd.high), (None, None));
}

#[test]
fn an_open_answer_rests_on_a_prior() {
    let mut text = call("Summarize.", Count::exactly(1));
    text.schema = None;
    let estimate = estimate(&plan(vec![text]), &Context::default());
    assert_eq!(estimate.assumed, [&priors::TEXT_ANSWER]);
    assert_eq!(estimate.total.output.basis, Basis::Assumed);
    assert_eq!(estimate.total.output.likely, Some(Tokens(priors::TEXT_ANSWER.likely)));
}

#[test]
fn tools_cost_more_than_answers() {
    let plan = plan(vec![call("Check the build.", Count::exactly(1))]);
    let of = |backend| {
        let assumptions = Assumptions { backend, ..Assumptions::default() };
        estimate(&plan, &Context { assumptions, ..Context::default() }).total
    };
    let (model, command, agent) = (of(Backend::Model), of(Backend::Command), of(Backend::Agent));
    assert_eq!(command.tokens, model.tokens);
    assert!(agent.tokens.low >= Some(Tokens(30_000)));
    assert!(agent.tokens.likely >= Some(Tokens(1_000_000)));
    assert!(model.usd.likely.is_some());
    assert_eq!((command.usd.likely, agent.usd.likely), (None, None), "only they know what they cost");
}

#[test]
fn a_provider_named_by_the_script_answers_beside_an_agent() {
    let mut elsewhere = call("Check the build.", Count::exactly(1));
    elsewhere.model = Setting::Known("fast".into());
    let plan = plan(vec![call("Check the build.", Count::exactly(1)), elsewhere]);
    let aliases = [("fast".to_owned(), "openai:gpt-6-luna".to_owned())].into();
    let assumptions = Assumptions { backend: Backend::Agent, aliases, ..Assumptions::default() };
    let estimate = estimate(&plan, &Context { assumptions: assumptions.clone(), ..Context::default() });
    assert!(estimate.calls[0].tokens.low >= Some(Tokens(30_000)) && estimate.calls[0].usd.likely.is_none());
    assert!(estimate.calls[1].tokens.high < Some(Tokens(30_000)) && estimate.calls[1].usd.likely.is_some());
    assert_eq!(estimate.time_assumed, [&priors::AGENT_TIME, &priors::FIRST_TOKEN, &priors::SPEED]);
}

#[test]
fn a_simulation_tells_how_often_an_agent_with_tools_is_called_and_not_what_it_takes() {
    let mut plan = plan(vec![call("Check it again.", upto(0, Some(10)))]);
    plan.phases[0].agents = upto(0, Some(10));
    plan.agents = upto(0, Some(10));
    let spent = Spent { agents: Agents(4), tokens: Tokens(200), output: Tokens(40), usd: Some(Usd(1.0)) };
    let sample = Sample { total: spent, time: Seconds(8.0), phases: vec![spent], calls: vec![spent] };
    let of = |backend| {
        let assumptions = Assumptions { backend, ..Assumptions::default() };
        let bounds = estimate(&plan, &Context { assumptions: assumptions.clone(), ..Context::default() });
        let found = with_samples(&bounds, &plan, &assumptions, std::slice::from_ref(&sample));
        for cost in [&found.phases[0], &found.calls[0]] {
            assert_eq!(shown(&cost.tokens), shown(&found.total.tokens));
        }
        let of = [found.total.agents.likely.map(|n| n.0), found.total.tokens.likely.map(|n| n.0)];
        (of, found.total.tokens.basis, found.total.usd.likely, found.time.basis)
    };
    let simulated = Basis::Simulated { runs: 1 };
    assert_eq!(of(Backend::Agent), ([Some(4), Some(200 + 4 * 1_099_800)], Basis::Assumed, None, Basis::Assumed));
    assert_eq!(of(Backend::Command), ([Some(4), Some(200)], simulated, None, simulated));
}

#[test]
fn a_call_of_several_phases_takes_from_nothing_to_all_in_each() {
    let mut shared = call("Check the build.", Count::exactly(4));
    shared.phases = vec![0, 1];
    let mut plan = plan(vec![shared]);
    plan.phases.push(plan.phases[0].clone());
    let estimate = estimate(&plan, &Context::default());
    assert_eq!(estimate.phases[1].tokens.low, Some(Tokens(0)));
    assert_eq!(estimate.phases[1].tokens.high, estimate.total.tokens.high);
}

#[test]
fn samples_narrow_what_bounds_leave_open() {
    let mut plan = plan(vec![call("Check it again.", upto(0, Some(10)))]);
    plan.critical_path = upto(0, Some(10));
    let bounds = estimate(&plan, &Context::default());
    let sample = |tokens: u64| {
        let agents = Agents(tokens / 30);
        let spent = Spent { agents, tokens: Tokens(tokens), output: Tokens(tokens / 10), usd: None };
        Sample { total: spent, time: Seconds(tokens as f64 / 10.0), phases: vec![spent], calls: vec![spent] }
    };
    let samples: Vec<Sample> = (0..=10).map(|i| sample(i * 30)).collect();
    let sampled = |samples: &[Sample]| with_samples(&bounds, &plan, &Assumptions::default(), samples);
    let likely = sampled(&samples).total;
    assert_eq!(shown(&likely.tokens), "30 150 270 Simulated { runs: 11 }");
    assert_eq!(shown(&likely.agents), "1 5 9 Simulated { runs: 11 }");
    assert_eq!(shown(&sampled(&samples).time), "3 s 15 s 27 s Simulated { runs: 11 }");
    let outside = sampled(&vec![sample(1_000_000); 3]).total;
    assert_eq!(outside.tokens.high, bounds.total.tokens.high, "kept within the bounds");
    assert_eq!(likely.usd, bounds.total.usd, "no price, no sample of money");
}

#[test]
fn the_longest_chain_and_the_limit_of_agents_at_once_take_time() {
    let shown = |agents: Count, chain: u64, concurrency: u64| {
        let mut plan = plan(vec![call("Check the build.", agents)]);
        plan.critical_path = Count::exactly(chain);
        let assumptions = Assumptions { concurrency: Some(concurrency), ..Assumptions::default() };
        shown(&estimate(&plan, &Context { assumptions, ..Context::default() }).time)
    };
    assert_eq!(shown(Count::exactly(0), 0, 4), "0 s 0 s 0 s Exact");
    assert_eq!(shown(Count::exactly(8), 1, 8), "1 s 2 s 29 s Assumed", "all at once");
    assert_eq!(shown(Count::exactly(8), 1, 2), "4 s 8 s 69 s Assumed", "in four waves");
    assert_eq!(shown(Count::exactly(8), 8, 2), "8 s 17 s 2 min Assumed", "one after another");
    assert_eq!(shown(upto(2, None), 1, 2), "1 s ? ? Assumed");
}

#[test]
fn tools_are_told_of_only_where_it_is_not_known_who_answers() {
    let known = estimate(&plan(vec![call("Check.", Count::exactly(2))]), &Context::default());
    let said = "1.1M more tokens each, 30k to 3.5M, 2.2M in all; public reports";
    assert_eq!(known.with_tools(None).as_deref(), Some(said));
    assert_eq!(known.with_tools(Some("openai")), None);
    let learned = Estimate { answered_by: Some("claude-code".into()), ..known };
    assert_eq!(learned.with_tools(None), None, "what tools took is in the numbers");
    assert_eq!(estimate(&plan(vec![]), &Context::default()).with_tools(None), None, "nobody is called");
}
