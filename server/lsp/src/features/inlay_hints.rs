//! Numbers drawn into the source: how often, how wide, how much. `textDocument/inlayHint`.

use analysis::{
    plan::{AgentCall, Count, Fanout, FanoutKind, PhaseMark, RlmCall, WorkflowCall},
    text::Span,
};
use tower_lsp::ls_types::{InlayHint, InlayHintLabel, InlayHintLabelPart, Location, Range};

use crate::{
    features::{reasons, words},
    snapshot::Snapshot,
};

/// All hints whose place lies in `range`.
pub(crate) fn inlay_hints(script: &Snapshot, range: Range) -> Vec<InlayHint> {
    if !script.settings.hints {
        return vec![];
    }
    let wanted = script.converter().span(range);
    let plan = &script.known.plan;
    let actual = script.actual();
    let agents = plan.calls.iter().enumerate().filter_map(|(index, call)| agent(script, index, call, actual[index]));
    let fanouts = plan.fanouts.iter().filter_map(|fanout| width(script, fanout));
    let phases = plan.phase_marks.iter().filter_map(|mark| phase(script, mark, &actual));
    let mut hints: Vec<(Span, Hint)> = agents
        .chain(fanouts)
        .chain(phases)
        .chain(plan.workflows.iter().enumerate().filter_map(|(index, call)| workflow(script, index, call)))
        .chain(plan.rlms.iter().enumerate().filter_map(|(index, call)| rlm(script, index, call)))
        .filter(|hint| wanted.touches(hint.at))
        .map(|h| (Span::at(h.at), h))
        .collect();
    hints.sort_by_key(|(at, _)| *at);
    hints.into_iter().map(|(_, hint)| hint.finish(script)).collect()
}

struct Hint {
    at: u32,
    parts: Vec<InlayHintLabelPart>,
    tooltip: String,
}

impl Hint {
    fn say(mut self, value: impl Into<String>, location: Option<Location>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.parts.push(InlayHintLabelPart { value, location, ..Default::default() });
        }
        self
    }

    fn finish(self, script: &Snapshot) -> InlayHint {
        InlayHint {
            position: script.converter().position(self.at),
            label: InlayHintLabel::LabelParts(self.parts),
            kind: None,
            text_edits: None,
            tooltip: Some(reasons::markdown(self.tooltip).into()),
            padding_left: Some(true),
            padding_right: None,
            data: None,
        }
    }
}

/// Where the number of a call goes: behind it. `None` where the text there was edited since the plan was made.
fn behind(script: &Snapshot, call: Span, callee: Span) -> Option<u32> {
    script.place(callee)?;
    Some(script.place(Span::new(call.end.saturating_sub(1), call.end))?.end)
}

/// Where the number of a block of calls goes: behind it if it is on one line, else behind its first line, beside its name.
fn beside(script: &Snapshot, call: Span, callee: Span) -> Option<u32> {
    let end = behind(script, call, callee)?;
    let start = script.place(callee)?.start;
    let line = script.lines.line_of(start);
    if script.lines.line_of(end) == line {
        return Some(end);
    }
    let text = script.converter().line_text(line).trim_end();
    Some(script.lines.start_of(line)? + text.len() as u32)
}

/// The place to jump to from a count: what keeps it from being exact.
fn decided(script: &Snapshot, count: &Count) -> Option<Location> {
    let symbol = count.expr.terms.iter().flat_map(|term| &term.symbols).map(|symbol| symbol.span).next();
    script.location(count.because.first().map(|why| why.span).or(symbol)?)
}

fn agent(script: &Snapshot, index: usize, call: &AgentCall, actual: Option<u64>) -> Option<Hint> {
    let at = behind(script, call.span, call.callee)?;
    let cost = script.estimate().calls.get(index);
    let mut tooltip = reasons::times(script, &call.count);
    tooltip.extend(cost.map(|cost| reasons::cost(cost, script.known.estimate.calls.get(index))));
    tooltip += &reasons::simulation(script);
    let times = cost.map_or_else(|| words::times(&call.count), |cost| words::likely_times(&call.count, &cost.agents));
    let hint = Hint { at, parts: vec![], tooltip }
        .say(times, decided(script, &call.count))
        .say(cost.map(words::cost).unwrap_or_default(), None);
    Some(match actual {
        Some(times) => Hint { tooltip: hint.tooltip.clone() + &script.run_sentence(times), ..hint }
            .say(format!(" · ran {times}"), None),
        None => hint,
    })
}

fn width(script: &Snapshot, fanout: &Fanout) -> Option<Hint> {
    let at = beside(script, fanout.span, fanout.callee)?;
    let mut tooltip = reasons::count(script, "items in one call", &fanout.width);
    if let Some(why) = &fanout.decided_by {
        tooltip += &reasons::because(script, "this many", why);
    }
    tooltip += "\n";
    tooltip += &reasons::count(script, "agents started by all items together", &fanout.agents);
    tooltip += match fanout.kind {
        FanoutKind::Parallel => "\nA barrier: it waits for the slowest item.\n",
        FanoutKind::Pipeline { .. } => "\nNo barrier: each item goes through the stages on its own.\n",
    };
    let hint =
        Hint { at, parts: vec![], tooltip }.say(words::number(&fanout.width, " wide"), decided(script, &fanout.width));
    Some(match &fanout.decided_by {
        Some(why) => hint.say(format!(" · {}", limit(script, why.span)), script.location(why.span)),
        None => hint,
    })
}

/// What limits a width, in a few words: the expression, or its line where it is a list written out.
fn limit(script: &Snapshot, span: Span) -> String {
    let words = script.words(span, 24);
    match script.line_number(span) {
        Some(line) if words.starts_with(|c: char| c == '[' || c.is_ascii_digit()) || words.is_empty() => {
            format!("line {line}")
        }
        _ => words,
    }
}

fn phase(script: &Snapshot, mark: &PhaseMark, actual: &[Option<u64>]) -> Option<Hint> {
    let at = behind(script, mark.span, mark.title)?;
    let [index] = mark.phases[..] else { return None };
    let phase = script.known.plan.phases.get(index)?;
    let cost = script.estimate().phases.get(index);
    let mut tooltip = reasons::count(script, "agents in this phase", &phase.agents);
    tooltip.extend(cost.map(|cost| reasons::cost(cost, script.known.estimate.phases.get(index))));
    tooltip += &reasons::simulation(script);
    let agents =
        cost.map_or_else(|| words::agents(&phase.agents), |cost| words::likely_agents(&phase.agents, &cost.agents));
    let hint = Hint { at, parts: vec![], tooltip }
        .say(agents, decided(script, &phase.agents))
        .say(cost.map(words::cost).unwrap_or_default(), None);
    let ran: Option<u64> = phase.calls.iter().map(|call| *actual.get(*call)?).sum();
    Some(match ran {
        Some(times) => hint.say(format!(" · ran {times}"), None),
        None => hint,
    })
}

fn workflow(script: &Snapshot, index: usize, call: &WorkflowCall) -> Option<Hint> {
    let at = behind(script, call.span, call.callee)?;
    let cost = script.known.estimate.workflows.get(index);
    let mut tooltip = reasons::nested(script, call);
    tooltip.extend(cost.map(|cost| reasons::cost(cost, None)));
    Some(
        Hint { at, parts: vec![], tooltip }
            .say(format!("{} · ", words::times(&call.count)), decided(script, &call.count))
            .say(words::agents(&call.agents), call.nested.first().and_then(|n| reasons::start_of(n)))
            .say(cost.map(words::cost).unwrap_or_default(), None),
    )
}

fn rlm(script: &Snapshot, index: usize, call: &RlmCall) -> Option<Hint> {
    let at = behind(script, call.span, call.callee)?;
    let cost = script.known.estimate.rlms.get(index);
    let agents =
        cost.map_or_else(|| words::agents(&call.agents), |cost| words::likely_agents(&call.agents, &cost.agents));
    Some(
        Hint { at, parts: vec![], tooltip: reasons::trees(script, index, call) }
            .say(format!("{} · ", words::times(&call.count)), decided(script, &call.count))
            .say(agents, decided(script, &call.agents))
            .say(cost.map(words::cost).unwrap_or_default(), None),
    )
}

#[cfg(test)]
mod tests {
    use analysis::plan::{Expr, PhasePlan, Plan, Symbol, Term, Why};
    use expect_test::expect;

    use super::*;
    use crate::tests::{Script, draw_hints, ran};

    const REVIEW: &str = "\
export const meta = { name: 'review', description: 'Reviews' }
phase('Verify')
const results = await pipeline(DIMENSIONS,
  d => agent(`Review ${d}`, { schema: FINDINGS }),
  r => parallel(r.findings.map(f => () => agent(`Refute ${f}`))),
)
";

    #[test]
    fn calls_of_models_stand_behind_what_starts_them() {
        let script = Script::of(
            "export const meta = { name: 'a', description: 'b' }\n\
             const who = await rlm({ question: 'Who?', context: args?.text ?? '', budget: { calls: 20 } })\n\
             return await rlm({ question: 'Who else?', context: String(who), model: 'no-such-model' })\n",
        );
        let all = Range::new(Default::default(), tower_lsp::ls_types::Position::new(99, 0));
        let hints = inlay_hints(&script.snapshot, all);
        expect![[r#"
            export const meta = { name: 'a', description: 'b' }
            const who = await rlm({ question: 'Who?', context: args?.text ?? '', budget: { calls: 20 } })⟦×1 · 0..51 agents · ~168k tok · ~$0.54⟧
            return await rlm({ question: 'Who else?', context: String(who), model: 'no-such-model' })⟦×1 · ~20 agents, 1..≤1000 (agent cap) · ~168k tok⟧
        "#]].assert_eq(&draw_hints(&script.snapshot, &hints));
    }

    /// At most `factor` for each of what `span` names, over three of them.
    fn each(factor: u64, name: &str, span: Span) -> Count {
        let symbol = Symbol { name: name.into(), span };
        Count {
            low: 0,
            high: Some(factor * 10),
            expr: Expr { constant: 0, terms: vec![Term { factor, symbols: vec![symbol], at_most: false }] },
            because: vec![Why { span, text: "the agent decides how many findings there are".into() }],
            cap: None,
        }
    }

    fn review() -> Script {
        Script::planned(REVIEW, |find| {
            let call = |whole: &str, count: Count| AgentCall {
                span: find(whole),
                callee: Span::new(find(whole).start, find(whole).start + 5),
                phases: vec![0],
                label: None,
                count,
                prompt: Default::default(),
                schema: None,
                model: Default::default(),
                effort: Default::default(),
                agent_type: Default::default(),
                takes_schema: false,
                concurrent: false,
                fate: Default::default(),
            };
            let fanout = |start: u32, name: &str, end: u32, kind, width: Count, by: &str| Fanout {
                span: Span::new(start, end),
                callee: Span::new(start, start + name.len() as u32),
                kind,
                width,
                decided_by: Some(Why { span: find(by), text: "the list has three entries".into() }),
                agents: Count::exactly(3),
                count: Count::exactly(1),
                concurrent: false,
                fate: Default::default(),
            };
            let findings = find("r.findings");
            let end = REVIEW.trim_end().len() as u32;
            let inner = find("parallel(r.findings.map(f => () => agent(`Refute ${f}`)))");
            let agents = each(3, "findings", findings);
            let mut plan = Plan::default();
            plan.calls = vec![
                call("agent(`Review ${d}`, { schema: FINDINGS })", Count::exactly(3)),
                call("agent(`Refute ${f}`)", agents.clone()),
            ];
            plan.fanouts = vec![
                fanout(
                    find("pipeline").start,
                    "pipeline",
                    end,
                    FanoutKind::Pipeline { stages: Some(2) },
                    Count::exactly(3),
                    "DIMENSIONS",
                ),
                fanout(
                    inner.start,
                    "parallel",
                    inner.end,
                    FanoutKind::Parallel,
                    each(1, "findings", findings),
                    "r.findings.map",
                ),
            ];
            plan.phases = vec![PhasePlan {
                computed: false,
                title: Some("Verify".into()),
                workflow: None,
                agents,
                calls: vec![0, 1],
                rlms: vec![],
            }];
            plan.phase_marks = vec![PhaseMark {
                span: find("phase('Verify')"),
                title: find("'Verify'"),
                phases: vec![0],
                concurrent: false,
            }];
            plan
        })
    }

    fn drawn(script: &Script) -> String {
        draw_hints(&script.snapshot, &inlay_hints(&script.snapshot, script.everything()))
    }

    #[test]
    fn numbers_stand_behind_their_calls() {
        expect![[r#"
            export const meta = { name: 'review', description: 'Reviews' }
            phase('Verify')⟦0..30 agents · ~5.4k tok · ~$0.07⟧
            const results = await pipeline(DIMENSIONS,⟦3 wide · DIMENSIONS⟧
              d => agent(`Review ${d}`, { schema: FINDINGS })⟦×3 · ~900 tok · ~$0.01⟧,
              r => parallel(r.findings.map(f => () => agent(`Refute ${f}`)⟦×0..30 · ~4.5k tok · ~$0.06⟧))⟦0..10 wide · r.findings.map⟧,
            )
        "#]]
        .assert_eq(&drawn(&review()));
    }

    #[test]
    fn hints_survive_broken_code_except_on_its_line() {
        expect![[r#"
            export const meta = { name: 'review', description: 'Reviews' }
            phase('Verify')⟦0..30 agents · ~5.4k tok · ~$0.07⟧
            const x = await agent(`
            const results = await pipeline(DIMENSIONS,⟦3 wide · DIMENSIONS⟧
              d => agent(`Review ${d}`, { schema: FINDINGS })⟦×3 · ~900 tok · ~$0.01⟧,
              r => parallel(r.findings.map(f => () => agent(`Refute ${f}`)⟦×0..30 · ~4.5k tok · ~$0.06⟧))⟦0..10 wide · r.findings.map⟧,
            )
        "#]]
        .assert_eq(&drawn(&review().broken_by("const results", "const x = await agent(`\nconst results")));
        expect![[r#"
            export const meta = { name: 'review', description: 'Reviews' }
            phase('Verify')⟦0..30 agents · ~5.4k tok · ~$0.07⟧
            const results = await pipeline(DIMENSIONS,⟦3 wide · DIMENSIONS⟧
              d => agent(`Review ${d}`, { schema: FINDINGS })⟦×3 · ~900 tok · ~$0.01⟧,
              r => parallel(r.findings.map(f => () => agent(`Refute ${f(}`))),
            )
        "#]]
        .assert_eq(&drawn(&review().broken_by("${f}", "${f(}")));
    }

    #[test]
    fn after_a_run_what_happened_stands_beside_what_was_expected() {
        let mut script = review();
        let at = |part| script.snapshot.lines.line_column(REVIEW, REVIEW.find(part).unwrap() as u32);
        let run = ran(REVIEW, &[(at("agent(`Review"), 3), (at("agent(`Refute"), 7)]);
        script.snapshot.run = Some((run.into(), std::sync::Arc::default()));
        expect![[r#"
            export const meta = { name: 'review', description: 'Reviews' }
            phase('Verify')⟦0..30 agents · ~5.4k tok · ~$0.07 · ran 10⟧
            const results = await pipeline(DIMENSIONS,⟦3 wide · DIMENSIONS⟧
              d => agent(`Review ${d}`, { schema: FINDINGS })⟦×3 · ~900 tok · ~$0.01 · ran 3⟧,
              r => parallel(r.findings.map(f => () => agent(`Refute ${f}`)⟦×0..30 · ~4.5k tok · ~$0.06 · ran 7⟧))⟦0..10 wide · r.findings.map⟧,
            )
        "#]]
        .assert_eq(&drawn(&script));
    }

    #[test]
    fn a_tooltip_tells_how_the_number_came_about() {
        let script = review();
        let hints = inlay_hints(&script.snapshot, script.everything());
        let InlayHintLabel::LabelParts(parts) = &hints[3].label else { panic!("parts") };
        let location = parts[0].location.as_ref().expect("a place to jump to");
        assert_eq!(location.range.start, script.at("r.findings"));
        let Some(tower_lsp::ls_types::InlayHintTooltip::MarkupContent(tooltip)) = &hints[3].tooltip else { panic!() };
        expect![[r#"
            **×0..30** in one run: `3·findings`
            - `findings` is decided by the run: [line 5](file:///review.workflow.js#L5) `r.findings`
            - not exact because the agent decides how many findings there are ([line 5](file:///review.workflow.js#L5) `r.findings`)

            - tokens, in and out: at least 0, likely 4.5k, at most 120k
            - of these written: at least 0, likely 4.5k, at most 120k
            - cost: at least $0, likely $0.06, at most $2.04

            Bounds of the script, with assumed sizes where it leaves them open (docs/estimates.md).
        "#]].assert_eq(&tooltip.value);
    }
}
