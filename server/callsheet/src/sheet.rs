//! The call sheet: who is called, when, how often and at what cost, before anything runs.

use std::collections::BTreeMap;

use analysis::{
    Analysis,
    estimate::{Basis, Cost},
    plan::{AgentCall, Count, Setting, Why},
    prices,
};
use serde_json::Value;

use crate::{
    numbers,
    table::{Align, Table, cut},
};

/// Columns of a terminal that nobody has to scroll.
const WIDTH: usize = 96;

/// The sheet of a script at `path` with the arguments given, if any; `at_once` agents run at a time here.
pub(crate) fn render(analysis: &Analysis, path: &str, args: Option<&Value>, at_once: usize) -> String {
    let pragma = || match &analysis.script.pragmas.args {
        Some((span, Ok(args))) => Some(format!("{args} (line {})", analysis.script.lines.line_of(span.start) + 1)),
        _ => None,
    };
    let args = args.map(Value::to_string).or_else(pragma);
    let mut lines = head(analysis, path);
    lines.push(String::new());
    lines.extend(body(analysis).lines(1, WIDTH));
    lines.push(String::new());
    lines.extend(notes(analysis, args.as_deref(), at_once).lines(1, usize::MAX));
    lines.join("\n")
}

fn head(analysis: &Analysis, path: &str) -> Vec<String> {
    let meta = analysis.script.meta.as_ref();
    let name = meta.and_then(|m| m.name.as_ref()).map_or("(no name)", |n| n.value.as_str());
    let title = format!(" CALL SHEET  {name}");
    let gap = WIDTH.saturating_sub(title.chars().count() + path.chars().count()).max(2);
    let mut lines = vec![format!("{title}{}{path}", " ".repeat(gap))];
    if let Some(description) = meta.and_then(|m| m.description.as_ref()) {
        lines.push(format!(" {}", cut(&description.value, WIDTH - 1)));
    }
    lines
}

fn body(analysis: &Analysis) -> Table {
    let right = Align::Right;
    let mut table = Table::new(&[Align::Left, right, right, right, right, right, Align::Left]);
    table.row(["", "agents", "tokens", "range", "cost", "range", "basis"]);
    table.rule();
    let plan = &analysis.plan;
    for (phase, cost) in plan.phases.iter().zip(&analysis.estimate.phases) {
        let title = phase.name().unwrap_or_else(|| "(no phase)".into());
        table.row(row(title, &phase.agents, cost));
        let calls = phase.calls.iter().filter_map(|i| Some((plan.calls.get(*i)?, analysis.estimate.calls.get(*i)?)));
        for (call, cost) in calls {
            table.row(row(format!("  {}", name(analysis, call)), &call.count, cost));
        }
    }
    table.rule();
    table.row(row("The whole run".into(), &plan.agents, &analysis.estimate.total));
    table
}

fn row(name: String, count: &Count, cost: &Cost) -> [String; 7] {
    let (tokens, usd) = (&cost.tokens, &cost.usd);
    let basis = if tokens.basis == Basis::Exact { usd.basis } else { tokens.basis };
    [
        name,
        count.to_string(),
        numbers::likely(tokens),
        numbers::bounds(tokens),
        numbers::likely(usd),
        numbers::bounds(usd),
        numbers::basis(basis),
    ]
}

/// `refute:… (line 40)`.
fn name(analysis: &Analysis, call: &AgentCall) -> String {
    let line = analysis.script.lines.line_of(call.span.start) + 1;
    let label = call.label.as_deref().filter(|l| !l.is_empty()).unwrap_or("agent");
    format!("{} · line {line}", cut(label, 28))
}

fn notes(analysis: &Analysis, args: Option<&str>, at_once: usize) -> Table {
    let plan = &analysis.plan;
    let mut table = Table::new(&[Align::Left, Align::Left]);
    if let Some(args) = args {
        table.row(["args", &cut(args, 80)]);
    }
    let expression = plan.agents.expr.to_string();
    table.row([
        "agents",
        &match plan.agents.is_exact() {
            true => format!("{}, as the script fixes their number", plan.agents),
            false if expression == plan.agents.to_string() => expression,
            false => format!("{} = {expression}", plan.agents),
        },
    ]);
    for why in &plan.agents.because {
        table.row(["", &format!("  {}", because(analysis, why))]);
    }
    if let Some(cap) = &plan.agents.cap {
        let own =
            plan.agents.high.map_or("the script sets no limit".into(), |high| format!("the script allows {high}"));
        table.row(["", &format!("  {own}; {cap}")]);
    }
    let width = plan.peak_width.high.map_or("no limit in the script".into(), |most| format!("{most} at most"));
    table.row(["at once", &format!("{width}; {at_once} at a time on this machine")]);
    table.row(["in turn", &format!("{} on the longest chain", plan.critical_path)]);
    table.row(["tokens", "one request for an agent, counted with o200k_base; no tools, no retries"]);
    if !analysis.estimate.assumed.is_empty() {
        table.row(["", "assumed where the script leaves a size open:"]);
    }
    for prior in &analysis.estimate.assumed {
        let sizes = format!("{}: {}, {} to {} {}", prior.what, prior.likely, prior.low, prior.high, prior.unit);
        table.row(["", &format!("  {sizes}")]);
    }
    let list = prices::table();
    table.row(["cost", &format!("list prices of {} ({})", list.as_of, list.source)]);
    for line in models(analysis) {
        table.row(["", &format!("  {line}")]);
    }
    table
}

/// `line 12: the agent decides how many findings there are`.
pub(crate) fn because(analysis: &Analysis, why: &Why) -> String {
    format!("line {}: {}", analysis.script.lines.line_of(why.span.start) + 1, why.text)
}

/// What each model is priced as.
fn models(analysis: &Analysis) -> Vec<String> {
    let mut lines: BTreeMap<String, String> = BTreeMap::new();
    for call in &analysis.plan.calls {
        let named: Vec<&str> = match &call.model {
            Setting::Known(name) => vec![name],
            Setting::OneOf(names) => names.iter().map(String::as_str).collect(),
            Setting::Inherited => vec!["inherit"],
            Setting::Unknown(why) => {
                lines.insert(because(analysis, why), "no price".into());
                vec![]
            }
        };
        for name in named {
            let priced = prices::find(name).map_or("no price".into(), |m| m.id.clone());
            match name {
                "inherit" => lines.insert("no model named".into(), format!("{priced} (assumed)")),
                _ => lines.insert(name.to_owned(), priced),
            };
        }
    }
    lines.into_iter().map(|(name, priced)| if name == priced { name } else { format!("{name} = {priced}") }).collect()
}
