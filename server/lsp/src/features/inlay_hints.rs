//! Numbers drawn into the source: how often, how wide, how much. `textDocument/inlayHint`, `inlayHint/resolve`.

use analysis::{
    plan::{AgentCall, Count, Fanout, FanoutKind, PhaseMark, PhasePlan, Plan, RlmCall, WorkflowCall},
    text::Span,
};
use serde::{Deserialize, Serialize};
use tower_lsp::ls_types::{InlayHint, InlayHintLabel, InlayHintLabelPart, InlayHintTooltip, Location, Range, Uri};

use crate::{
    features::{reasons, words},
    snapshot::Snapshot,
};

/// What a hint tells of: one of the plan's lists, and which of its entries.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Of {
    Call(usize),
    Fanout(usize),
    Phase(usize),
    Workflow(usize),
    Rlm(usize),
}

impl Of {
    fn all(plan: &Plan) -> impl Iterator<Item = Of> {
        let calls = (0..plan.calls.len()).map(Of::Call);
        let fanouts = (0..plan.fanouts.len()).map(Of::Fanout);
        let phases = (0..plan.phase_marks.len()).map(Of::Phase);
        let workflows = (0..plan.workflows.len()).map(Of::Workflow);
        calls.chain(fanouts).chain(phases).chain(workflows).chain((0..plan.rlms.len()).map(Of::Rlm))
    }
}

/// What comes back with a hint whose tooltip is asked for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Unresolved {
    /// The script.
    pub(crate) uri: Uri,
    of: Of,
}

impl Unresolved {
    /// That of a hint of ours.
    pub(crate) fn read(hint: &InlayHint) -> Option<Self> {
        Self::deserialize(hint.data.as_ref()?).ok()
    }
}

/// All hints whose place lies in `range`; without tooltips where the client asks for these once it shows one.
pub(crate) fn inlay_hints(script: &Snapshot, range: Range) -> Vec<InlayHint> {
    if !script.settings.hints {
        return vec![];
    }
    let wanted = script.converter().span(range);
    let actual = script.actual();
    let placed = |of| Some((place(script, of).filter(|at| wanted.touches(*at))?, of));
    let mut all: Vec<(u32, Of)> = Of::all(&script.known.plan).filter_map(placed).collect();
    all.sort_by_key(|(at, _)| *at);
    let hint = |(at, of)| {
        let lazy = script.client.lazy_tooltips;
        let data = || serde_json::to_value(Unresolved { uri: script.uri.clone(), of }).ok();
        Some(InlayHint {
            position: script.converter().position(at),
            label: InlayHintLabel::LabelParts(label(script, of, &actual)?.parts),
            kind: None,
            text_edits: None,
            tooltip: if lazy { None } else { tooltip(script, of, &actual) },
            padding_left: Some(true),
            padding_right: None,
            data: if lazy { data() } else { None },
        })
    };
    all.into_iter().filter_map(hint).collect()
}

/// The hint with its tooltip, as long as it says what it said.
pub(crate) fn resolved(script: &Snapshot, hint: InlayHint, Unresolved { of, .. }: &Unresolved) -> InlayHint {
    let actual = script.actual();
    let is_same = |label: &Label| match &hint.label {
        InlayHintLabel::LabelParts(parts) => parts.iter().map(|p| &p.value).eq(label.parts.iter().map(|p| &p.value)),
        InlayHintLabel::String(_) => false,
    };
    match label(script, *of, &actual).filter(is_same) {
        Some(_) => InlayHint { tooltip: tooltip(script, *of, &actual), ..hint },
        None => hint,
    }
}

/// Where a hint goes. `None` where the text there was edited since the plan was made.
fn place(script: &Snapshot, of: Of) -> Option<u32> {
    let plan = &script.known.plan;
    match of {
        Of::Call(index) => plan.calls.get(index).and_then(|call| behind(script, call.span, call.callee)),
        Of::Fanout(index) => plan.fanouts.get(index).and_then(|fanout| beside(script, fanout.span, fanout.callee)),
        Of::Phase(index) => plan.phase_marks.get(index).and_then(|mark| behind(script, mark.span, mark.title)),
        Of::Workflow(index) => plan.workflows.get(index).and_then(|call| behind(script, call.span, call.callee)),
        Of::Rlm(index) => plan.rlms.get(index).and_then(|call| behind(script, call.span, call.callee)),
    }
}

/// What a hint says. `actual` is [`Snapshot::actual`].
fn label(script: &Snapshot, of: Of, actual: &[Option<u64>]) -> Option<Label> {
    let plan = &script.known.plan;
    match of {
        Of::Call(index) => Some(agent(script, index, plan.calls.get(index)?, *actual.get(index)?)),
        Of::Fanout(index) => Some(width(script, plan.fanouts.get(index)?)),
        Of::Phase(index) => phase(script, plan.phase_marks.get(index)?, actual),
        Of::Workflow(index) => Some(workflow(script, index, plan.workflows.get(index)?)),
        Of::Rlm(index) => Some(rlm(script, index, plan.rlms.get(index)?)),
    }
}

/// How what a hint says came about.
fn tooltip(script: &Snapshot, of: Of, actual: &[Option<u64>]) -> Option<InlayHintTooltip> {
    let plan = &script.known.plan;
    let said = match of {
        Of::Call(index) => agent_tooltip(script, index, plan.calls.get(index)?, *actual.get(index)?),
        Of::Fanout(index) => width_tooltip(script, plan.fanouts.get(index)?),
        Of::Phase(index) => phase_tooltip(script, plan.phase_marks.get(index)?)?,
        Of::Workflow(index) => workflow_tooltip(script, index, plan.workflows.get(index)?),
        Of::Rlm(index) => reasons::trees(script, index, plan.rlms.get(index)?),
    };
    Some(reasons::markdown(said).into())
}

#[derive(Default)]
struct Label {
    parts: Vec<InlayHintLabelPart>,
}

impl Label {
    fn say(mut self, value: impl Into<String>, location: Option<Location>) -> Self {
        let value = value.into();
        if !value.is_empty() {
            self.parts.push(InlayHintLabelPart { value, location, ..Default::default() });
        }
        self
    }

    fn ran(self, times: Option<u64>) -> Self {
        self.say(times.map(|times| format!(" · ran {times}")).unwrap_or_default(), None)
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

fn agent(script: &Snapshot, index: usize, call: &AgentCall, actual: Option<u64>) -> Label {
    let cost = script.estimate().calls.get(index);
    let times = cost.map_or_else(|| words::times(&call.count), |cost| words::likely_times(&call.count, &cost.agents));
    Label::default()
        .say(times, decided(script, &call.count))
        .say(cost.map(words::cost).unwrap_or_default(), None)
        .ran(actual)
}

fn agent_tooltip(script: &Snapshot, index: usize, call: &AgentCall, actual: Option<u64>) -> String {
    let cost = script.estimate().calls.get(index);
    let mut tooltip = reasons::times(script, &call.count);
    tooltip.extend(cost.map(|cost| reasons::cost(cost, script.known.estimate.calls.get(index))));
    tooltip += &reasons::simulation(script);
    tooltip.extend(actual.map(|times| script.run_sentence(times)));
    tooltip
}

fn width(script: &Snapshot, fanout: &Fanout) -> Label {
    let label = Label::default().say(words::number(&fanout.width, " wide"), decided(script, &fanout.width));
    match &fanout.decided_by {
        Some(why) => label.say(format!(" · {}", limit(script, why.span)), script.location(why.span)),
        None => label,
    }
}

fn width_tooltip(script: &Snapshot, fanout: &Fanout) -> String {
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
    tooltip
}

/// What limits a width, in a few words: the expression, or its line where it is a list or a schema written out.
fn limit(script: &Snapshot, span: Span) -> String {
    let words = script.words(span, 24);
    match script.line_number(span) {
        Some(line) if words.starts_with(|c: char| matches!(c, '[' | '{') || c.is_ascii_digit()) || words.is_empty() => {
            format!("line {line}")
        }
        _ => words,
    }
}

/// The phase that a mark begins, where it is always the same.
fn begun<'a>(script: &'a Snapshot, mark: &PhaseMark) -> Option<(usize, &'a PhasePlan)> {
    let [index] = mark.phases[..] else { return None };
    Some((index, script.known.plan.phases.get(index)?))
}

fn phase(script: &Snapshot, mark: &PhaseMark, actual: &[Option<u64>]) -> Option<Label> {
    let (index, phase) = begun(script, mark)?;
    let cost = script.estimate().phases.get(index);
    let agents =
        cost.map_or_else(|| words::agents(&phase.agents), |cost| words::likely_agents(&phase.agents, &cost.agents));
    let label = Label::default()
        .say(agents, decided(script, &phase.agents))
        .say(cost.map(words::cost).unwrap_or_default(), None);
    Some(label.ran(phase.calls.iter().map(|call| *actual.get(*call)?).sum()))
}

fn phase_tooltip(script: &Snapshot, mark: &PhaseMark) -> Option<String> {
    let (index, phase) = begun(script, mark)?;
    let cost = script.estimate().phases.get(index);
    let mut tooltip = reasons::count(script, "agents in this phase", &phase.agents);
    tooltip.extend(cost.map(|cost| reasons::cost(cost, script.known.estimate.phases.get(index))));
    tooltip += &reasons::simulation(script);
    Some(tooltip)
}

fn workflow(script: &Snapshot, index: usize, call: &WorkflowCall) -> Label {
    let cost = script.known.estimate.workflows.get(index);
    Label::default()
        .say(format!("{} · ", words::times(&call.count)), decided(script, &call.count))
        .say(words::agents(&call.agents), call.nested.first().and_then(|n| reasons::start_of(n)))
        .say(cost.map(words::cost).unwrap_or_default(), None)
}

fn workflow_tooltip(script: &Snapshot, index: usize, call: &WorkflowCall) -> String {
    let mut tooltip = reasons::nested(script, call);
    tooltip.extend(script.known.estimate.workflows.get(index).map(|cost| reasons::cost(cost, None)));
    tooltip
}

fn rlm(script: &Snapshot, index: usize, call: &RlmCall) -> Label {
    let cost = script.known.estimate.rlms.get(index);
    let agents =
        cost.map_or_else(|| words::agents(&call.agents), |cost| words::likely_agents(&call.agents, &cost.agents));
    Label::default()
        .say(format!("{} · ", words::times(&call.count)), decided(script, &call.count))
        .say(agents, decided(script, &call.agents))
        .say(cost.map(words::cost).unwrap_or_default(), None)
}

#[cfg(test)]
mod tests {
    use analysis::plan::{Expr, Symbol, Term, Why};
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
            return await rlm({ question: 'Who else?', context: String(who), model: 'no-such-model' })⟦×1 · ~20 agents, 1..≤1000 (agent cap) · ~168k tok · $?⟧
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
    fn a_tooltip_is_made_when_it_is_asked_for_and_while_the_hint_holds() {
        let whole = review();
        let eager = inlay_hints(&whole.snapshot, whole.everything());
        let mut script = review();
        std::sync::Arc::make_mut(&mut script.snapshot.client).lazy_tooltips = true;
        let hints = inlay_hints(&script.snapshot, script.everything());
        assert!(hints.iter().all(|hint| hint.tooltip.is_none()));
        let resolved = |script: &Script, hint: &InlayHint| {
            let unresolved = Unresolved::read(hint).expect("what it tells of");
            assert_eq!(unresolved.uri, script.snapshot.uri);
            resolved(&script.snapshot, hint.clone(), &unresolved)
        };
        let json = |hint: &InlayHint| serde_json::to_value(hint).unwrap();
        for (eager, hint) in eager.iter().zip(&hints) {
            let whole = InlayHint { data: hint.data.clone(), ..eager.clone() };
            assert_eq!(json(&resolved(&script, hint)), json(&whole));
        }
        // The first hint says something else now: the client is about to ask for new ones.
        let at = script.snapshot.lines.line_column(REVIEW, REVIEW.find("agent(`Review").unwrap() as u32);
        script.snapshot.run = Some((ran(REVIEW, &[(at, 3)]).into(), std::sync::Arc::default()));
        assert!(resolved(&script, &hints[2]).tooltip.is_none());
        assert!(resolved(&script, &hints[1]).tooltip.is_some());
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
