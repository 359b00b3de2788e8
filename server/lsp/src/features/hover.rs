//! What a call will do, in full. `textDocument/hover`.

use std::fmt::Write;

use analysis::plan::{AgentCall, Fanout, FanoutKind, PhaseMark, Prompt, PromptPart, Setting};
use tower_lsp::ls_types::{Hover, HoverContents, Position};

use crate::{
    features::{reasons, words},
    snapshot::{Snapshot, shorten},
};

/// The hover at a position: on the name of a call.
pub(crate) fn hover(script: &Snapshot, position: Position) -> Option<Hover> {
    let offset = script.offset(position);
    let plan = &script.known.plan;
    let on = |callee| script.place(callee).filter(|span| span.touches(offset));
    let agents = plan.calls.iter().enumerate().find_map(|(i, call)| Some((on(call.callee)?, agent(script, i, call))));
    let fanouts = || plan.fanouts.iter().find_map(|fanout| Some((on(fanout.callee)?, width(script, fanout))));
    let phases = || plan.phase_marks.iter().find_map(|mark| Some((on(mark.span)?, phase(script, mark)?)));
    let (span, text) = agents.or_else(fanouts).or_else(phases)?;
    Some(Hover { contents: HoverContents::Markup(reasons::markdown(text)), range: Some(script.range(span)) })
}

fn agent(script: &Snapshot, index: usize, call: &AgentCall) -> String {
    let known = &script.known;
    let mut out = format!("**agent** {}\n\n", super::document_symbols::name(script, call));
    let titles: Vec<&str> =
        call.phases.iter().filter_map(|phase| known.plan.phases.get(*phase)?.title.as_deref()).collect();
    if !titles.is_empty() {
        let _ = writeln!(out, "Phase: {}\n", titles.join(", "));
    }
    out += &reasons::count(script, "times in one run", &call.count);
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
    if let Some(cost) = known.estimate.calls.get(index) {
        out += &reasons::cost(cost);
    }
    out += "\nGives ";
    match &call.schema {
        Some(schema) => {
            let _ = writeln!(out, "the validated object, or null:\n\n```ts\n{}\n```", ts_type(schema, 0));
        }
        None => out += "the agent's last text, or null where it was skipped or failed for good.\n",
    }
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
pub(crate) fn ts_type(schema: &serde_json::Value, depth: usize) -> String {
    let literals = |values: &[serde_json::Value]| values.iter().map(|v| v.to_string()).collect::<Vec<_>>().join(" | ");
    if let Some(values) = schema.get("enum").and_then(|v| v.as_array()) {
        return shorten(&literals(values), 80);
    }
    if let Some(value) = schema.get("const") {
        return value.to_string();
    }
    for any in ["anyOf", "oneOf"] {
        if let Some(options) = schema.get(any).and_then(|v| v.as_array()).filter(|_| depth < 6) {
            return options.iter().map(|option| ts_type(option, depth + 1)).collect::<Vec<_>>().join(" | ");
        }
    }
    match schema.get("type").and_then(|v| v.as_str()) {
        Some("string") => "string".into(),
        Some("number" | "integer") => "number".into(),
        Some("boolean") => "boolean".into(),
        Some("null") => "null".into(),
        Some("array") => {
            let item = schema.get("items").filter(|_| depth < 6).map_or("unknown".into(), |i| ts_type(i, depth + 1));
            let item = if item.contains(" | ") { format!("({item})") } else { item };
            match schema.get("maxItems").and_then(|v| v.as_u64()) {
                Some(most) => format!("{item}[] /* at most {most} */"),
                None => format!("{item}[]"),
            }
        }
        _ => object_type(schema, depth),
    }
}

fn object_type(schema: &serde_json::Value, depth: usize) -> String {
    let Some(properties) = schema.get("properties").and_then(|v| v.as_object()).filter(|_| depth < 6) else {
        return "unknown".into();
    };
    let required: Vec<&str> =
        schema.get("required").and_then(|v| v.as_array()).into_iter().flatten().filter_map(|v| v.as_str()).collect();
    let indent = "  ".repeat(depth + 1);
    let mut out = String::from("{\n");
    for (name, property) in properties {
        let optional = if required.contains(&name.as_str()) { "" } else { "?" };
        let _ = writeln!(out, "{indent}{name}{optional}: {};", ts_type(property, depth + 1));
    }
    out + &"  ".repeat(depth) + "}"
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
        let _ = writeln!(out, "**phase** {}\n", phase.title.as_deref().unwrap_or("without a known title"));
        out += &reasons::count(script, "agents", &phase.agents);
        if let Some(cost) = known.estimate.phases.get(*index) {
            out += &reasons::cost(cost);
        }
        for call in phase.calls.iter().filter_map(|call| known.plan.calls.get(*call)) {
            let _ = writeln!(out, "- {} {}", words::times(&call.count), super::document_symbols::name(script, call));
        }
    }
    Some(out)
}
