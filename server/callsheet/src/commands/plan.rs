//! `callsheet plan`: the call sheet.

use std::path::PathBuf;

use analysis::{
    Analysis, Context,
    estimate::{Basis, Range},
    plan::{Count, Setting, Why},
    script::Script,
};
use clap::Args;
use serde::Serialize;

use crate::{FINDINGS, FINE, excerpt, files::Source, output, output::Failure, sheet};

/// Shows what a run will do and cost, without running anything.
///
/// Exits with 0, or with 1 where the script has no syntax tree to read.
#[derive(Args)]
pub(crate) struct Plan {
    /// The script.
    #[arg(required_unless_present = "stdin")]
    file: Option<PathBuf>,
    /// Reads the text on standard input; FILE, if given, is where it would be.
    #[arg(long)]
    stdin: bool,
    /// The arguments the script would get, as JSON.
    #[arg(long, value_name = "JSON", value_parser = json)]
    args: Option<serde_json::Value>,
    /// Writes the plan as JSON.
    #[arg(long)]
    json: bool,
}

/// A JSON argument, or why it is none.
pub(crate) fn json(text: &str) -> Result<serde_json::Value, String> {
    serde_json::from_str(text).map_err(|e| format!("no JSON: {e}"))
}

/// `plan --json`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report<'a> {
    file: &'a str,
    name: Option<&'a str>,
    agents: Agents,
    peak_width: Bounds,
    critical_path: Bounds,
    phases: Vec<Phase<'a>>,
    calls: Vec<Call<'a>>,
    tokens: Quantity<u64>,
    usd: Quantity<f64>,
    assumed: Vec<Assumed>,
}

#[derive(Serialize)]
struct Bounds {
    low: u64,
    high: Option<u64>,
}

#[derive(Serialize)]
struct Agents {
    #[serde(flatten)]
    bounds: Bounds,
    expr: String,
    because: Vec<Because>,
}

#[derive(Serialize)]
struct Phase<'a> {
    title: Option<&'a str>,
    agents: Bounds,
    tokens: Quantity<u64>,
    usd: Quantity<f64>,
}

#[derive(Serialize)]
struct Call<'a> {
    line: u32,
    column: u32,
    phase: Option<&'a str>,
    label: Option<&'a str>,
    model: Option<Vec<&'a str>>,
    #[serde(flatten)]
    agents: Agents,
    tokens: Quantity<u64>,
    usd: Quantity<f64>,
}

#[derive(Serialize)]
struct Because {
    line: u32,
    column: u32,
    text: String,
}

#[derive(Serialize)]
struct Quantity<T> {
    low: Option<T>,
    likely: Option<T>,
    high: Option<T>,
    basis: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    runs: Option<u32>,
}

#[derive(Serialize)]
struct Assumed {
    what: &'static str,
    low: u64,
    likely: u64,
    high: u64,
    unit: &'static str,
    source: &'static str,
}

impl Plan {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let source = match &self.file {
            Some(file) if !self.stdin => Source::read(file)?,
            file => Source::stdin(file.as_deref())?,
        };
        let context = Context { file_name: source.name(), args: self.args.clone(), ..Context::default() };
        let analysis = analysis::analyze(source.text.as_str(), &context);
        if analysis.script.module.is_none() {
            let error = analysis.findings.iter().find(|f| !analysis.script.errors.is_empty() && f.code == "WF101");
            let message = error.map_or("the script has no syntax tree", |e| e.message.as_str());
            match (self.json, error) {
                (true, _) => output::complain(&Failure::usage(format!("{}: {message}", source.path)), true),
                (false, Some(error)) => output::note(&excerpt::render(&source, error)),
                (false, None) => output::note(&format!("error: {}: {message}", source.path)),
            }
            return Ok(FINDINGS);
        }
        match self.json {
            true => output::json(&Report::new(&analysis, &source.path))?,
            false => output::line(&sheet::render(
                &analysis,
                &source.path,
                self.args.as_ref(),
                runtime::default_concurrency(),
            ))?,
        }
        Ok(FINE)
    }
}

impl<'a> Report<'a> {
    fn new(analysis: &'a Analysis, file: &'a str) -> Self {
        let (script, plan, estimate) = (&analysis.script, &analysis.plan, &analysis.estimate);
        let phases = plan.phases.iter().zip(&estimate.phases).map(|(phase, cost)| Phase {
            title: phase.title.as_deref(),
            agents: Bounds::of(&phase.agents),
            tokens: Quantity::of(&cost.tokens, |t| t.0),
            usd: Quantity::of(&cost.usd, |u| u.0),
        });
        let calls = plan.calls.iter().zip(&estimate.calls).map(|(call, cost)| {
            let at = script.lines.line_column(&script.text, call.span.start);
            let phase = match call.phases.as_slice() {
                [one] => plan.phases.get(*one).and_then(|p| p.title.as_deref()),
                _ => None,
            };
            let model = match &call.model {
                Setting::Known(model) => Some(vec![model.as_str()]),
                Setting::OneOf(models) => Some(models.iter().map(String::as_str).collect()),
                Setting::Inherited => Some(vec![]),
                Setting::Unknown(_) => None,
            };
            Call {
                line: at.line,
                column: at.column,
                phase,
                label: call.label.as_deref(),
                model,
                agents: Agents::of(script, &call.count),
                tokens: Quantity::of(&cost.tokens, |t| t.0),
                usd: Quantity::of(&cost.usd, |u| u.0),
            }
        });
        Report {
            file,
            name: script.meta.as_ref().and_then(|m| m.name.as_ref()).map(|n| n.value.as_str()),
            agents: Agents::of(script, &plan.agents),
            peak_width: Bounds::of(&plan.peak_width),
            critical_path: Bounds::of(&plan.critical_path),
            phases: phases.collect(),
            calls: calls.collect(),
            tokens: Quantity::of(&estimate.total.tokens, |t| t.0),
            usd: Quantity::of(&estimate.total.usd, |u| u.0),
            assumed: estimate
                .assumed
                .iter()
                .map(|p| Assumed {
                    what: p.what,
                    low: p.low,
                    likely: p.likely,
                    high: p.high,
                    unit: p.unit,
                    source: p.source,
                })
                .collect(),
        }
    }
}

impl Bounds {
    fn of(count: &Count) -> Self {
        Self { low: count.low, high: count.high }
    }
}

impl Agents {
    fn of(script: &Script, count: &Count) -> Self {
        let because = count.because.iter().map(|Why { span, text }| {
            let at = script.lines.line_column(&script.text, span.start);
            Because { line: at.line, column: at.column, text: text.clone() }
        });
        Self { bounds: Bounds::of(count), expr: count.expr.to_string(), because: because.collect() }
    }
}

impl<T> Quantity<T> {
    fn of<N: Copy>(range: &Range<N>, number: impl Fn(N) -> T) -> Self {
        let (basis, runs) = match range.basis {
            Basis::Exact => ("exact", None),
            Basis::Bounds => ("bounds", None),
            Basis::Assumed => ("assumed", None),
            Basis::Simulated { runs } => ("simulated", Some(runs)),
            Basis::History { runs } => ("history", Some(runs)),
        };
        let [low, likely, high] = [range.low, range.likely, range.high].map(|n| n.map(&number));
        Self { low, likely, high, basis, runs }
    }
}
