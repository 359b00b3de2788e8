//! Scripts with their counts drawn in: `⟨×3⟩` after each `agent`, the width after each combinator, reasons below.

mod bounded;
mod data_flow;
mod facts;
mod first_light;
mod hostile;
mod indirect;
mod nesting;
mod pools;
mod refusals;
mod rlm;

use super::{Count, FanoutKind, Plan};
use crate::{Context, script};

/// Interprets `source` with `args` unknown.
fn plan(source: &str) -> Plan {
    super::interpret(&script::parse(source), &Context::default())
}

/// `3`, `files`, `0..30 = 3·findings`.
fn show(count: &Count) -> String {
    let (bounds, expr) = (count.to_string(), count.expr.to_string());
    if bounds == expr { bounds } else { format!("{bounds} = {expr}") }
}

/// The script with its plan drawn in.
fn draw(source: &str) -> String {
    draw_plan(source, &plan(source))
}

fn draw_with(source: &str, args: serde_json::Value) -> String {
    let context = Context { args: Some(args), ..Context::default() };
    draw_plan(source, &super::interpret(&script::parse(source), &context))
}

fn draw_plan(source: &str, plan: &Plan) -> String {
    let mut notes: Vec<(u32, String)> = vec![];
    let mut reasons: Vec<String> = vec![];
    for call in &plan.calls {
        notes.push((call.callee.end, format!("⟨×{}⟩", show(&call.count))));
        reasons.extend(call.count.because.iter().map(|w| w.text.clone()));
    }
    for fanout in &plan.fanouts {
        let stages = match fanout.kind {
            FanoutKind::Pipeline { stages: Some(n) } => format!(", {n} stages"),
            FanoutKind::Pipeline { stages: None } => ", ? stages".to_owned(),
            FanoutKind::Parallel => String::new(),
        };
        notes.push((fanout.callee.end, format!("⟨{} wide{stages}⟩", show(&fanout.width))));
    }
    notes.sort();
    let mut drawn = source.trim_end().to_owned();
    for (at, note) in notes.iter().rev() {
        drawn.insert_str(*at as usize, note);
    }
    drawn.push_str(&format!("\n// agents {}", show(&plan.agents)));
    drawn.push_str(&format!("; at once {}; in a row {}\n", plan.peak_width, plan.critical_path));
    if plan.phases.len() > 1 || plan.phases.iter().any(|p| p.title.is_some()) {
        for phase in &plan.phases {
            drawn.push_str(&format!(
                "// phase {}: {}\n",
                phase.name().as_deref().unwrap_or("(none)"),
                show(&phase.agents)
            ));
        }
    }
    reasons.dedup();
    let mut told: Vec<String> = vec![];
    for reason in reasons {
        if !told.contains(&reason) {
            drawn.push_str(&format!("// because {reason}\n"));
            told.push(reason);
        }
    }
    drawn
}
