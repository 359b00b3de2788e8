//! What a call will do, in full. `textDocument/hover`.

use std::fmt::Write;

use analysis::{
    plan::{AgentCall, Fanout, FanoutKind, PhaseMark, Prompt, PromptPart, RlmCall, Setting},
    text::Span,
};
use serde_json::Value as Json;
use tower_lsp::ls_types::{Hover, HoverContents, Position};

use crate::{
    features::{hover_words::hover_word, reasons, words},
    snapshot::{Snapshot, shorten},
};

/// The hover at a position: what a call will do on its name, else what the word there means; with `workflow.d.ts` beside the script, whose
/// words another server shows, only what that does not say.
pub(crate) fn hover(script: &Snapshot, position: Position, typed: bool) -> Option<Hover> {
    let offset = script.offset(position);
    let plan = &script.known.plan;
    let on = |callee| script.place(callee).filter(|span| span.touches(offset));
    let agents = plan.calls.iter().enumerate().find_map(|(i, call)| Some((on(call.callee)?, agent(script, i, call))));
    let fanouts = || plan.fanouts.iter().find_map(|fanout| Some((on(fanout.callee)?, width(script, fanout))));
    let phases = || plan.phase_marks.iter().find_map(|mark| Some((on(phase_word(mark))?, phase(script, mark)?)));
    let trees = || {
        let rlms = plan.rlms.iter().enumerate();
        rlms.into_iter().find_map(|(i, call)| Some((on(call.callee)?, rlm(script, i, call))))
    };
    let (span, text) =
        agents.or_else(trees).or_else(fanouts).or_else(phases).or_else(|| hover_word(script, offset, typed))?;
    Some(Hover { contents: HoverContents::Markup(reasons::markdown(text)), range: Some(script.range(span)) })
}

/// The word `phase` of a call.
fn phase_word(mark: &PhaseMark) -> Span {
    Span::new(mark.span.start, mark.span.start + "phase".len() as u32)
}

fn agent(script: &Snapshot, index: usize, call: &AgentCall) -> String {
    let known = &script.known;
    let mut out = format!("**agent** {}\n\n", super::document_symbols::name(script, call));
    let titles: Vec<&str> =
        call.phases.iter().filter_map(|phase| known.plan.phases.get(*phase)?.title.as_deref()).collect();
    if !titles.is_empty() {
        let _ = writeln!(out, "Phase: {}\n", titles.join(", "));
    }
    out += &reasons::times(script, &call.count);
    if let Some(times) = script.actual()[index] {
        out += &script.run_sentence(times);
    }
    out.push('\n');
    let _ = writeln!(out, "- prompt: {}", prompt(&call.prompt));
    let _ = writeln!(out, "- model: {}", setting(&call.model));
    for (name, option) in [("effort", &call.effort), ("agent type", &call.agent_type)] {
        if *option != Setting::Inherited {
            let _ = writeln!(out, "- {name}: {}", setting(option));
        }
    }
    if let Some(cost) = script.estimate().calls.get(index) {
        out += &reasons::cost(cost, known.estimate.calls.get(index));
        if cost.usd.high.is_none() {
            out += &reasons::unpriced(script, &call.model);
        }
    }
    out += &reasons::simulation(script);
    out += "\nGives ";
    match &call.schema {
        Some(schema) => {
            let _ = writeln!(
                out,
                "the validated object, or null:\n\n```ts\n{}\n```",
                TsType { root: schema }.of(schema, 0)
            );
        }
        None => out += "the agent's last text, or null where it was skipped or failed for good.\n",
    }
    out
}

fn rlm(script: &Snapshot, index: usize, call: &RlmCall) -> String {
    let mut out = String::from("**rlm** a root model whose code asks models, shown under the phase of each turn\n\n");
    out += &reasons::trees(script, index, call);
    let _ = writeln!(out, "\n- root model: {}", setting(&call.model));
    let _ = writeln!(out, "- model of the calls its cells make: {}", setting(&call.sub_model));
    let _ = writeln!(out, "- turns: {} at most, the closing one included", call.turns);
    let _ = match call.calls {
        Some(calls) => writeln!(out, "- calls of its cells: {calls} at most"),
        None => writeln!(out, "- calls of its cells: only the run's limit bounds them; `budget: {{ calls }}` would"),
    };
    out
}

/// `1.2k characters, and 2 holes that the run fills`.
fn prompt(prompt: &Prompt) -> String {
    let mut characters = 0;
    let mut holes = 0;
    for part in &prompt.parts {
        match part {
            PromptPart::Text(text) => characters += text.chars().count(),
            PromptPart::Hole { .. } => holes += 1,
        }
    }
    match (characters, holes) {
        (0, 0) => "not known before the run".into(),
        (0, _) => "filled by the run".into(),
        (n, 0) => format!("{n} characters, all known"),
        (n, 1) => format!("{n} known characters and a part that the run fills"),
        (n, holes) => format!("{n} known characters and {holes} parts that the run fills"),
    }
}

fn setting(setting: &Setting) -> String {
    match setting {
        Setting::Inherited => "the session's".into(),
        Setting::Known(name) => format!("`{name}`"),
        Setting::OneOf(names) => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or "),
        Setting::Unknown(why) => format!("not known before the run because {}", why.text),
    }
}

/// A JSON Schema as a TypeScript type, as far as it is of the usual shapes.
struct TsType<'a> {
    /// What references are relative to.
    root: &'a Json,
}

impl TsType<'_> {
    /// Deeper than this nobody reads, and references may turn in circles.
    const DEEPEST: usize = 6;

    fn of(&self, schema: &Json, depth: usize) -> String {
        let literals = |values: &[Json]| values.iter().map(|v| v.to_string()).collect::<Vec<_>>().join(" | ");
        if depth > Self::DEEPEST {
            return "unknown".into();
        }
        if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
            let target = reference.strip_prefix('#').and_then(|pointer| self.root.pointer(pointer));
            return target.map_or("unknown".into(), |target| self.of(target, depth + 1));
        }
        if let Some(values) = schema.get("enum").and_then(Json::as_array) {
            return shorten(&literals(values), 80);
        }
        if let Some(value) = schema.get("const") {
            return value.to_string();
        }
        let union = |types: Vec<String>| types.join(" | ");
        for any in ["anyOf", "oneOf"] {
            if let Some(options) = schema.get(any).and_then(Json::as_array) {
                return union(options.iter().map(|option| self.of(option, depth + 1)).collect());
            }
        }
        match schema.get("type") {
            Some(Json::Array(types)) => {
                union(types.iter().filter_map(Json::as_str).map(|t| self.typed(t, schema, depth)).collect())
            }
            Some(Json::String(one)) => self.typed(one, schema, depth),
            _ => self.object(schema, depth),
        }
    }

    fn typed(&self, name: &str, schema: &Json, depth: usize) -> String {
        match name {
            "string" => "string".into(),
            "number" | "integer" => "number".into(),
            "boolean" => "boolean".into(),
            "null" => "null".into(),
            "array" => {
                let item = schema.get("items").map_or("unknown".into(), |items| self.of(items, depth + 1));
                let item = if item.contains(" | ") && !item.ends_with('}') { format!("({item})") } else { item };
                match schema.get("maxItems").and_then(Json::as_u64) {
                    Some(most) => format!("{item}[] /* at most {most} */"),
                    None => format!("{item}[]"),
                }
            }
            _ => self.object(schema, depth),
        }
    }

    fn object(&self, schema: &Json, depth: usize) -> String {
        let Some(properties) = schema.get("properties").and_then(Json::as_object) else { return "unknown".into() };
        let required: Vec<&str> =
            schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        let indent = "  ".repeat(depth + 1);
        let mut out = String::from("{\n");
        for (name, property) in properties {
            let optional = if required.contains(&name.as_str()) { "" } else { "?" };
            let _ = writeln!(out, "{indent}{name}{optional}: {};", self.of(property, depth + 1));
        }
        out + &"  ".repeat(depth) + "}"
    }
}

fn width(script: &Snapshot, fanout: &Fanout) -> String {
    let (name, what) = match fanout.kind {
        FanoutKind::Parallel => ("parallel", "A barrier: it waits for the slowest item.".to_string()),
        FanoutKind::Pipeline { stages: Some(1) } => ("pipeline", "One stage, no barrier.".into()),
        FanoutKind::Pipeline { stages: Some(n) } => ("pipeline", format!("{n} stages, no barrier between them.")),
        FanoutKind::Pipeline { stages: None } => ("pipeline", "No barrier between its stages.".into()),
    };
    let mut out = format!("**{name}** {what}\n\n");
    out += &reasons::count(script, "items in one call", &fanout.width);
    if let Some(why) = &fanout.decided_by {
        out += &reasons::because(script, "this many", why);
    }
    out.push('\n');
    out + &reasons::count(script, "agents started by all items together", &fanout.agents)
}

fn phase(script: &Snapshot, mark: &PhaseMark) -> Option<String> {
    let known = &script.known;
    let mut out = String::new();
    for index in &mark.phases {
        let phase = known.plan.phases.get(*index)?;
        let _ = writeln!(out, "**phase** {}\n", phase.title.as_deref().unwrap_or("without a title"));
        out += &reasons::count(script, "agents", &phase.agents);
        if let Some(cost) = script.estimate().phases.get(*index) {
            out += &reasons::cost(cost, known.estimate.phases.get(*index));
        }
        out += &reasons::simulation(script);
        for call in phase.calls.iter().filter_map(|call| known.plan.calls.get(*call)) {
            let _ = writeln!(out, "- {} {}", words::times(&call.count), super::document_symbols::name(script, call));
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::tests::Script;

    const SCRIPT: &str = "\
export const meta = { name: 'review', description: 'Reviews', phases: [{ title: 'Find' }, { title: 'Refute' }] }
const FINDINGS = { type: 'object', required: ['bugs'], properties: { bugs: { type: 'array', maxItems: 5, items: { enum: ['a', 'b'] } } } }
phase('Find')
const found = await agent('Find bugs', { schema: FINDINGS, model: 'haiku' })
phase('Refute')
await parallel(found.bugs.map(bug => () => agent(`Refute ${bug}`)))
";

    /// The hover at the first `part`.
    fn check(part: &str, expected: &Expect) {
        let script = Script::of(SCRIPT);
        let hover = hover(&script.snapshot, script.at(part), false);
        let text = match hover.map(|hover| hover.contents) {
            Some(HoverContents::Markup(markup)) => markup.value,
            Some(_) => panic!("Markdown"),
            None => "nothing\n".into(),
        };
        expected.assert_eq(&text);
    }

    #[test]
    fn beside_types_only_what_they_do_not_say() {
        let script = Script::of(SCRIPT);
        let said = |part: &str| {
            let hover = hover(&script.snapshot, script.at(part), true)?;
            if let HoverContents::Markup(markup) = hover.contents { Some(markup.value) } else { None }
        };
        assert_eq!(
            said("schema: FINDINGS").unwrap(),
            "Part of the resume key: a change runs this call, and all after it, again."
        );
        assert_eq!(said("phases: ["), None);
        assert!(said("agent('Find").unwrap().starts_with("**agent** Find bugs"), "a call is more than its type");
    }

    #[test]
    fn calls() {
        check(
            "agent('Find",
            &expect![[r#"
                **agent** Find bugs

                Phase: Find

                **×1** in one run, exactly: it follows from the script.

                - prompt: 9 characters, all known
                - model: `haiku`

                - tokens, in and out: at least 37, likely 47, at most 63
                - of these written: at least 2, likely 12, at most 28
                - cost: at least <$0.01, likely <$0.01, at most <$0.01

                Bounds that follow from the script.

                Gives the validated object, or null:

                ```ts
                {
                  bugs: ("a" | "b")[] /* at most 5 */;
                }
                ```
            "#]],
        );
        check(
            "agent(`Refute",
            &expect![[r#"
                **agent** `Refute ${bug}`

                Phase: Refute

                **×0..5** in one run: `bugs`
                - `bugs` is decided by the run: [line 2](file:///review.workflow.js#L2) `{ type: 'array', maxItems: 5, items: { enum: ['a', 'b'] } }`
                - not exact because `bugs` is as long as the agent at line 4 returns: its schema allows 5 ([line 4](file:///review.workflow.js#L4) `agent('Find bugs', { schema: FINDINGS, model: 'haiku' })`)

                - prompt: filled by the run
                - model: the session's

                - tokens, in and out: at least 0, likely 606, at most 20k
                - of these written: at least 0, likely 600, at most 20k
                - cost: at least $0, likely <$0.01, at most $0.34

                Bounds of the script, with assumed sizes where it leaves them open (docs/estimates.md).

                Gives the agent's last text, or null where it was skipped or failed for good.
            "#]],
        );
        check(
            "parallel(",
            &expect![[r#"
            **parallel** A barrier: it waits for the slowest item.

            **0..5** items in one call: `bugs`
            - `bugs` is decided by the run: [line 2](file:///review.workflow.js#L2) `{ type: 'array', maxItems: 5, items: { enum: ['a', 'b'] } }`
            - not exact because `bugs` is as long as the agent at line 4 returns: its schema allows 5 ([line 4](file:///review.workflow.js#L4) `agent('Find bugs', { schema: FINDINGS, model: 'haiku' })`)
            - this many because the schema allows at most 5 `bugs` ([line 2](file:///review.workflow.js#L2) `5`)

            **0..5** agents started by all items together: `bugs`
            - `bugs` is decided by the run: [line 2](file:///review.workflow.js#L2) `{ type: 'array', maxItems: 5, items: { enum: ['a', 'b'] } }`
            - not exact because `bugs` is as long as the agent at line 4 returns: its schema allows 5 ([line 4](file:///review.workflow.js#L4) `agent('Find bugs', { schema: FINDINGS, model: 'haiku' })`)
        "#]],
        );
        check(
            "phase('Refute",
            &expect![[r#"
            **phase** Refute

            **0..5** agents: `bugs`
            - `bugs` is decided by the run: [line 2](file:///review.workflow.js#L2) `{ type: 'array', maxItems: 5, items: { enum: ['a', 'b'] } }`
            - not exact because `bugs` is as long as the agent at line 4 returns: its schema allows 5 ([line 4](file:///review.workflow.js#L4) `agent('Find bugs', { schema: FINDINGS, model: 'haiku' })`)

            - tokens, in and out: at least 0, likely 606, at most 20k
            - of these written: at least 0, likely 600, at most 20k
            - cost: at least $0, likely <$0.01, at most $0.34

            Bounds of the script, with assumed sizes where it leaves them open (docs/estimates.md).
            - ×0..5 `Refute ${bug}`
        "#]],
        );
    }

    #[test]
    fn trees_of_models() {
        let script = Script::of(
            "export const meta = { name: 'a', description: 'b' }\n\
             return await rlm({ question: 'Who?', context: 'Ada and Bob', budget: { calls: 20 }, subModel: 'haiku' })\n",
        );
        let Some(HoverContents::Markup(text)) = hover(&script.snapshot, script.at("rlm("), false).map(|h| h.contents)
        else {
            panic!("Markdown")
        };
        expect![[r#"
            **rlm** a root model whose code asks models, shown under the phase of each turn

            **×1** in one run, exactly: it follows from the script.

            **1..51** calls of models in all of its trees: replies of root models, and what their cells ask: `≤51`
            - not exact because its root model decides how many turns it takes: 30 at most, and one to close ([line 2](file:///review.workflow.js#L2) `rlm({ question: 'Who?', context: 'Ada and Bob', budget: { c…`)
            - not exact because its cells decide how many calls they make, at most 20 ([line 2](file:///review.workflow.js#L2) `{ question: 'Who?', context: 'Ada and Bob', budget: { calls…`)

            - tokens, in and out: at least 605, likely 168k, at most 5.4M
            - of these written: at least 5, likely 8.1k, at most 328k
            - cost: at least <$0.01, likely $0.19, at most $17

            Bounds of the script, with assumed sizes where it leaves them open (docs/estimates.md).

            - root model: the session's
            - model of the calls its cells make: `haiku`
            - turns: 31 at most, the closing one included
            - calls of its cells: 20 at most
        "#]].assert_eq(&text.value);
    }

    #[test]
    fn words_of_the_dialect_and_variables() {
        check(
            "model: ",
            &expect![[r#"
                ```ts
                model?: 'haiku' | 'sonnet' | 'opus' | 'fable' | 'inherit' | (string & {})
                ```
                The model, by alias or full id; wins over the agent type's own. Without it the agent runs on the session's model.

                Part of the resume key: a change runs this call, and all after it, again."#]],
        );
        check(
            "title: ",
            &expect![[r#"
                ```ts
                title: string
                ```
                The phase's title, matched exactly."#]],
        );
        check("maxItems", &expect!["`maxItems`: Most elements: bounds what a fan-out over the result can cost."]);
        check(
            "found.bugs",
            &expect![[r#"
                ```ts
                found: {bugs: ('a' | 'b')[] (0..5), …} | null
                ```
                - can be `null` because the agent at line 4 gives null when it is skipped or fails ([line 4](file:///review.workflow.js#L4) `agent('Find bugs', { schema: FINDINGS, model: 'haiku' })`)
                - its shape is that of the schema of line 4
            "#]],
        );
        check(
            "bugs.map",
            &expect![[r#"
            ```ts
            bugs: ('a' | 'b')[] (0..5)
            ```
            - its shape is that of the schema of line 4
        "#]],
        );
        check(
            "Find bugs",
            &expect![[r#"
            nothing
        "#]],
        );
        check(
            "const found",
            &expect![[r#"
            nothing
        "#]],
        );
    }
}
