//! The call sheet: who is called, when, how often and at what cost, before anything runs.

use std::collections::BTreeSet;

use analysis::{
    Analysis,
    estimate::{Assumptions, Backend, Basis, Cost, Estimate, priors::Prior},
    plan::{AgentCall, Count, Setting, Why},
};
use serde_json::Value;

use crate::{
    numbers,
    table::{Align, Table, cut},
};

/// Columns of a terminal that nobody has to scroll.
const WIDTH: usize = 96;

/// What a sheet shows.
pub(crate) struct Sheet<'a> {
    pub(crate) analysis: &'a Analysis,
    /// The analysis' own estimate, or that of simulated runs.
    pub(crate) estimate: &'a Estimate,
    /// The script's file, as the person named it.
    pub(crate) path: &'a str,
    /// The arguments given, if any.
    pub(crate) args: Option<&'a Value>,
    /// The run that was given them, where they are those of a run.
    pub(crate) args_of: Option<&'a str>,
    /// Agents the run may call at most, where the person said so.
    pub(crate) max_agents: Option<u64>,
    /// Agents that run at a time.
    pub(crate) at_once: usize,
    /// What the estimate takes for granted: who answers, at which prices.
    pub(crate) assumptions: &'a Assumptions,
    /// What is to be said of simulated runs.
    pub(crate) simulation: Option<String>,
}

impl Sheet<'_> {
    /// The sheet as text.
    pub(crate) fn render(&self) -> String {
        let mut lines = head(self.analysis, self.path);
        lines.push(String::new());
        lines.extend(self.body().lines(1, WIDTH));
        lines.push(String::new());
        lines.extend(self.notes().lines(1, usize::MAX));
        lines.join("\n")
    }

    fn body(&self) -> Table {
        let right = Align::Right;
        let (plan, estimate) = (&self.analysis.plan, self.estimate);
        let simulated = is_simulated(estimate);
        let mut columns = vec![Align::Left, right, right, right, right, right, right, Align::Left];
        let mut titles = vec!["", "agents", "bounds", "tokens", "range", "cost", "range", "basis"];
        if !simulated {
            columns.remove(BOUNDS);
            titles.remove(BOUNDS);
        }
        let row = |name: String, count: &Count, cost: &Cost| {
            let mut cells = row(name, count, cost);
            if !simulated {
                cells.remove(BOUNDS);
            }
            cells
        };
        let mut table = Table::new(&columns);
        table.row(titles);
        table.rule();
        for (phase, cost) in plan.phases.iter().zip(&estimate.phases) {
            let title = phase.name().unwrap_or_else(|| "(no phase)".into());
            table.row(row(title, &phase.agents, cost));
            let calls = phase.calls.iter().filter_map(|i| Some((plan.calls.get(*i)?, estimate.calls.get(*i)?)));
            for (call, cost) in calls {
                table.row(row(format!("  {}", name(self.analysis, call)), &call.count, cost));
            }
            let rlms = phase.rlms.iter().filter_map(|i| Some((plan.rlms.get(*i)?, estimate.rlms.get(*i)?)));
            for (call, cost) in rlms {
                let line = self.analysis.script.lines.line_of(call.span.start) + 1;
                table.row(row(format!("  rlm · line {line}"), &call.agents, cost));
            }
        }
        table.rule();
        table.row(row("The whole run".into(), &plan.agents, &estimate.total));
        table
    }

    fn notes(&self) -> Table {
        let (analysis, estimate) = (self.analysis, self.estimate);
        let plan = &analysis.plan;
        let mut table = Table::new(&[Align::Left, Align::Left]);
        if let Some(args) = self.shown_args() {
            table.row(["args", &cut(&args, 80)]);
        }
        if let Some(note) = &self.simulation {
            note.lines().enumerate().for_each(|(i, line)| table.row([if i == 0 { "simulated" } else { "" }, line]));
        }
        if let Some(provider) = &estimate.answered_by {
            let said = "what past runs took, answered by";
            table.row(["history", &format!("{said} {provider}: 1 run in 10 less than the range, 1 in 10 more")]);
        } else if is_simulated(estimate) {
            table.row(["bounds", &self.bounds()]);
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
        if plan.agents.because.iter().any(|why| why.is_of_args()) {
            let how = "  for the arguments of a run: `--args`, or a comment such as `// @callsheet args: {…}`";
            table.row(["", how]);
        }
        if let Some(cap) = &plan.agents.cap {
            let own =
                plan.agents.high.map_or("the script sets no limit".into(), |high| format!("the script allows {high}"));
            table.row(["", &format!("  {own}; {cap}")]);
        }
        if let Some(limit) = self.max_agents.filter(|limit| plan.agents.low > *limit) {
            table.row(["", &format!("  --max-agents {limit}: no run comes to its end")]);
        }
        let width = plan.peak_width.high.map_or("no limit in the script".into(), |most| format!("{most} at most"));
        table.row(["at once", &format!("{width}; {} at a time on this machine", self.at_once)]);
        table.row(["in turn", &format!("{} on the longest chain", plan.critical_path)]);
        table.row(["time", &self.time()]);
        for prior in estimate.time_assumed.iter().filter(|_| estimate.time.likely.is_some()) {
            table.row(["", &assumption(prior)]);
        }
        let otherwise = if estimate.answered_by.is_some() { "where not from history: " } else { "" };
        let counted = match self.assumptions.backend {
            Backend::Model => "one request for an agent, counted with o200k_base; no tools, no retries",
            Backend::Command => {
                "what an agent is given and gives, counted with o200k_base; not what the command does besides"
            }
            Backend::Agent => {
                "what an agent is given and gives, counted with o200k_base, and what it does besides; no retries"
            }
        };
        table.row(["tokens", &format!("{otherwise}{counted}")]);
        if !estimate.assumed.is_empty() {
            table.row(["", "assumed where the script leaves a size open:"]);
        }
        for prior in &estimate.assumed {
            table.row(["", &assumption(prior)]);
        }
        if let Some(more) = estimate.with_tools(self.assumptions.provider.as_deref()) {
            table.row(["tools", &format!("in Claude Code an agent has some: {more}")]);
        }
        let list = numbers::price_basis(&self.assumptions.prices, estimate.total.own_price);
        table.row(["cost", &format!("{otherwise}{list}")]);
        for line in models(analysis, self.assumptions) {
            table.row(["", &format!("  {line}")]);
        }
        table
    }

    fn shown_args(&self) -> Option<String> {
        let script = &self.analysis.script;
        let pragma = || match &script.pragmas.args {
            Some((span, Ok(args))) => Some(format!("{args} (line {})", script.lines.line_of(span.start) + 1)),
            _ => None,
        };
        let given = self.args.map(|args| match self.args_of {
            Some(run) => format!("{args} (run {run})"),
            None => args.to_string(),
        });
        given.or_else(pragma)
    }

    /// What holds of every run, where the table shows what simulated runs took.
    fn bounds(&self) -> String {
        let (total, time) = (&self.analysis.estimate.total, &self.analysis.estimate.time);
        let (agents, tokens, usd) =
            (&self.analysis.plan.agents, numbers::span(&total.tokens), numbers::span(&total.usd));
        format!("of any run: {agents} agents, {tokens} tokens, {usd}, {}", numbers::span(time))
    }

    /// `2 min, 20 s..9 min; assumed`, or which line makes it unknown.
    fn time(&self) -> String {
        let time = &self.estimate.time;
        if let (None, Some(rlm)) = (time.likely, self.analysis.plan.rlms.first()) {
            let line = self.analysis.script.lines.line_of(rlm.span.start) + 1;
            return format!("unknown: line {line}: how long the cells of rlm() take is not estimated");
        }
        let bounds = numbers::bounds(time);
        let range = if bounds.is_empty() { bounds } else { format!(", {bounds}") };
        format!("{}{range}; {}", numbers::likely(time), numbers::basis(time.basis))
    }
}

/// Where the column of bounds stands, which only a simulated sheet needs.
const BOUNDS: usize = 2;

fn is_simulated(estimate: &Estimate) -> bool {
    let costs = estimate.calls.iter().chain(&estimate.phases).chain([&estimate.total]);
    costs.flat_map(|cost| [cost.agents.basis, cost.tokens.basis, cost.usd.basis]).any(Basis::is_from_runs)
}

fn assumption(prior: &Prior) -> String {
    format!("  {}: {}, {} to {} {}", prior.what, prior.likely, prior.low, prior.high, prior.unit)
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

fn row(name: String, count: &Count, cost: &Cost) -> Vec<String> {
    let (agents, tokens, usd) = (&cost.agents, &cost.tokens, &cost.usd);
    let basis = if tokens.basis == Basis::Exact { usd.basis } else { tokens.basis };
    let (likely, bounds) = match agents.basis.is_from_runs() {
        true => (numbers::span(agents), count.to_string()),
        false => (count.to_string(), String::new()),
    };
    let mut row = vec![name, likely, bounds];
    row.extend(numbers::cells(cost));
    row.push(numbers::basis(basis));
    row
}

/// `refute:… (line 40)`.
fn name(analysis: &Analysis, call: &AgentCall) -> String {
    let line = analysis.script.lines.line_of(call.span.start) + 1;
    let label = call.label.as_deref().filter(|l| !l.is_empty()).unwrap_or("agent");
    format!("{} · line {line}", cut(label, 28))
}

/// `line 12: the agent decides how many findings there are`.
pub(crate) fn because(analysis: &Analysis, why: &Why) -> String {
    format!("line {}: {}", analysis.script.lines.line_of(why.span.start) + 1, why.text)
}

/// Why the cost of a model is open.
const UNPRICED: &str = "no price is known; `--prices FILE` takes yours";

/// What each model is priced as, and why one is not.
fn models(analysis: &Analysis, assumptions: &Assumptions) -> Vec<String> {
    let mut lines = BTreeSet::new();
    for model in analysis.plan.models() {
        let named: Vec<&str> = match model {
            Setting::Inherited => vec!["inherit"],
            Setting::Unknown(why) => {
                lines.insert(format!("{}: no price, as it may be any model", because(analysis, why)));
                vec![]
            }
            known => known.names().iter().map(String::as_str).collect(),
        };
        lines.extend(named.into_iter().map(|name| priced(analysis, name, assumptions)));
    }
    lines.into_iter().collect()
}

/// `haiku = gpt-6-luna`, `line 5: qwen3: no price is known…`.
fn priced(analysis: &Analysis, name: &str, assumptions: &Assumptions) -> String {
    let own = assumptions.default_model.is_some();
    let (shown, meant) = (if name == "inherit" { "no model named" } else { name }, assumptions.in_force(name));
    let (priced, open) = match (assumptions.price_of(name), assumptions.backend_of(name)) {
        (Some(price), _) if price.own => (price.id.as_str(), ", your price".to_owned()),
        (Some(price), _) => (price.id.as_str(), String::new()),
        (None, Backend::Model) => (meant, format!(": {UNPRICED}")),
        (None, Backend::Command) => (shown, ": unknown, as only the command knows what it costs".to_owned()),
        (None, Backend::Agent) => (shown, ": unknown, as only the agent knows what it costs".to_owned()),
    };
    let assumed = if shown != priced && name == "inherit" && !own { " (assumed)" } else { "" };
    let meaning = if shown == priced { String::new() } else { format!(" = {priced}") };
    let line = if open.contains(UNPRICED) { place_of(analysis, name) } else { String::new() };
    format!("{line}{shown}{meaning}{open}{assumed}")
}

/// `line 5: `, of the first call that names this model.
fn place_of(analysis: &Analysis, name: &str) -> String {
    let plan = &analysis.plan;
    let named = |model: &Setting| match model {
        Setting::Inherited => name == "inherit",
        other => other.names().iter().any(|n| n == name),
    };
    let calls = plan.calls.iter().filter(|call| named(&call.model)).map(|call| call.span);
    let rlms = plan.rlms.iter().filter(|rlm| named(&rlm.model) || named(&rlm.sub_model)).map(|rlm| rlm.span);
    let first = calls.chain(rlms).min_by_key(|span| span.start);
    first.map_or_else(String::new, |span| format!("line {}: ", analysis.script.lines.line_of(span.start) + 1))
}

#[cfg(test)]
mod tests {
    use analysis::Context;

    use super::*;

    #[test]
    fn names_are_priced_as_what_they_mean_and_an_open_price_says_why() {
        let script = "export const meta = { name: 'a', description: 'A' }\n\
                      await agent('1')\nawait agent('2', { model: 'haiku' })\nawait agent('3', { model: 'fast' })\n\
                      return await agent('4', { model: args.model })\n";
        let priced = |run: &str| {
            let names = models::Names::new(run.parse().unwrap(), [("fast".into(), "openai:haiku".into())].into());
            let mut assumptions = Assumptions::default();
            names.tell(&mut assumptions);
            let context = Context { assumptions, ..Context::default() };
            let analysis = analysis::analyze(script, &context);
            let costs: Vec<String> = analysis.estimate.calls.iter().map(|call| numbers::likely(&call.usd)).collect();
            format!("{}\n{}", costs.join(" "), models(&analysis, &context.assumptions).join("\n"))
        };
        let shown = ["simulated", "openai:opus", "openai-compatible:qwen3:8b", "acp:opencode"].map(priced);
        expect_test::expect![[r#"
            <$0.01 <$0.01 <$0.01 ?
            fast = gpt-6-luna
            haiku = claude-haiku-5-5
            line 5: `model` in `args` decides it: no price, as it may be any model
            no model named = claude-sonnet-5-5 (assumed)

            <$0.01 <$0.01 <$0.01 ?
            fast = gpt-6-luna
            haiku = gpt-6-luna
            line 5: `model` in `args` decides it: no price, as it may be any model
            no model named = gpt-6.1-sol

            ? ? <$0.01 ?
            fast = gpt-6-luna
            line 2: no model named = qwen3:8b: no price is known; `--prices FILE` takes yours
            line 3: haiku = qwen3:8b: no price is known; `--prices FILE` takes yours
            line 5: `model` in `args` decides it: no price, as it may be any model

            ? ? <$0.01 ?
            fast = gpt-6-luna
            haiku: unknown, as only the agent knows what it costs
            line 5: `model` in `args` decides it: no price, as it may be any model
            no model named: unknown, as only the agent knows what it costs"#]]
        .assert_eq(&shown.join("\n\n"));
    }
}
