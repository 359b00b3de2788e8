//! The call sheet as a document: what a run will do, with every prompt it would send.

use std::fmt::Write;

use analysis::plan::{AgentCall, PromptPart, Setting};

use crate::{
    features::{document_symbols, reasons, words},
    snapshot::Snapshot,
};

/// Markdown of a script's plan. Where it is not known who `answers`, with what tools would add.
pub(crate) fn call_sheet(script: &Snapshot, answers: Option<&str>) -> String {
    let known = &script.known;
    let meta = known.script.meta.as_ref();
    let name = meta.and_then(|meta| Some(meta.name.as_ref()?.value.as_str())).unwrap_or("a workflow without a name");
    let mut out = format!("# Call sheet: {name}\n\n");
    if let Some(description) = meta.and_then(|meta| meta.description.as_ref()) {
        let _ = writeln!(out, "{}\n", description.value);
    }
    let estimate = script.estimate();
    let agents = words::likely_agents(&known.plan.agents, &estimate.total.agents);
    let _ = writeln!(out, "**{agents}**{}\n", words::whole(estimate));
    let _ = writeln!(
        out,
        "At once, before any limit: {}. One after another on the longest way: {}.\n",
        words::agents(&known.plan.peak_width),
        words::agents(&known.plan.critical_path)
    );
    out += &reasons::count(script, "agents in one run", &known.plan.agents);
    out += &reasons::cost(&estimate.total, Some(&known.estimate.total));
    if let Some(more) = estimate.with_tools(answers) {
        let _ = writeln!(out, "\nWith tools, as in Claude Code: {more}.");
    }
    out += &reasons::time(estimate);
    out += &reasons::simulation(script);
    for (index, phase) in known.plan.phases.iter().enumerate() {
        let title = phase.name().unwrap_or_else(|| "Outside any phase".into());
        let cost = estimate.phases.get(index).map(words::cost).unwrap_or_default();
        let _ = writeln!(out, "\n## {title}: {}{cost}", words::agents(&phase.agents));
        for (index, call) in phase.calls.iter().filter_map(|index| Some((*index, known.plan.calls.get(*index)?))) {
            agent(&mut out, script, index, call);
        }
    }
    out
}

fn agent(out: &mut String, script: &Snapshot, index: usize, call: &AgentCall) {
    let cost = script.estimate().calls.get(index).map(words::cost).unwrap_or_default();
    let _ = writeln!(out, "\n### {} {}{cost}\n", words::times(&call.count), document_symbols::name(script, call));
    let mut facts: Vec<String> = script.line_number(call.span).map(|line| format!("line {line}")).into_iter().collect();
    for (name, option) in [("model", &call.model), ("effort", &call.effort), ("agent type", &call.agent_type)] {
        match option {
            Setting::Inherited => {}
            Setting::Known(value) => facts.push(format!("{name} `{value}`")),
            Setting::OneOf(values) => facts.push(format!("{name} one of `{}`", values.join("`, `"))),
            Setting::Unknown(why) => facts.push(format!("{name} not known before the run because {}", why.text)),
        }
    }
    if call.schema.is_some() {
        facts.push("answers with an object".into());
    }
    let _ = writeln!(out, "{}\n", facts.join(" · "));
    let prompt = prompt(script, call);
    let fence = "`".repeat(longest_run_of_ticks(&prompt).max(2) + 1);
    let _ = writeln!(out, "{fence}text\n{prompt}\n{fence}");
}

/// The prompt with its holes as `⟨expression⟩`.
fn prompt(script: &Snapshot, call: &AgentCall) -> String {
    if call.prompt.parts.is_empty() {
        return "⟨not known before the run⟩".into();
    }
    let part = |part: &PromptPart| match part {
        PromptPart::Text(text) => text.clone(),
        PromptPart::Hole { span, .. } => format!("⟨{}⟩", script.words(*span, 60)),
    };
    call.prompt.parts.iter().map(part).collect()
}

fn longest_run_of_ticks(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or_default()
}
