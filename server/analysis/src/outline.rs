//! A plan as data: what `callsheet plan --json` answers and what the run view draws.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    Analysis,
    estimate::{Assumptions, Basis, Estimate, Range},
    plan::{Count, SetBy, Setting, Why},
    script::Script,
};

/// What a script can do before it does it. Lines and columns count from 1.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outline<'a> {
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<&'a str>,
    agents: Agents,
    likely_agents: Quantity<u64>,
    peak_width: Bounds,
    critical_path: Bounds,
    phases: Vec<Phase<'a>>,
    calls: Vec<Call<'a>>,
    workflows: Vec<Workflow<'a>>,
    rlms: Vec<Rlm<'a>>,
    tokens: Quantity<u64>,
    usd: Quantity<f64>,
    /// Whether a price of the person's own is in `usd`.
    own_price: bool,
    seconds: Quantity<f64>,
    assumed: Vec<Assumed>,
    prices: PriceList<'a>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Bounds {
    low: u64,
    /// The most of any run; where `cap` is given, by the dialect's limit.
    high: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cap: Option<Limit>,
}

/// A limit of the dialect that is lower than what the script sets.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Limit {
    name: &'static str,
    limit: u64,
    /// The dialect that sets it; `null` where whoever starts the run does.
    profile: Option<&'static str>,
    /// What the script itself allows; null where that is anything.
    script_high: Option<u64>,
}

#[derive(Clone, Debug, Serialize)]
struct Agents {
    #[serde(flatten)]
    bounds: Bounds,
    expr: String,
    because: Vec<Because>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Phase<'a> {
    title: Option<&'a str>,
    /// The run computes the title: this is its constant beginning.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    computed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow: Option<&'a str>,
    agents: Bounds,
    likely_agents: Quantity<u64>,
    tokens: Quantity<u64>,
    usd: Quantity<f64>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Call<'a> {
    line: u32,
    column: u32,
    phase: Option<&'a str>,
    label: Option<&'a str>,
    model: Option<Vec<&'a str>>,
    #[serde(flatten)]
    agents: Agents,
    likely_agents: Quantity<u64>,
    tokens: Quantity<u64>,
    usd: Quantity<f64>,
}

/// A `workflow(…)` call.
#[derive(Clone, Debug, Serialize)]
struct Workflow<'a> {
    line: u32,
    column: u32,
    name: Option<&'a str>,
    /// The files it was found in; none where it was not.
    files: Vec<&'a str>,
    times: Bounds,
    agents: Agents,
    tokens: Quantity<u64>,
    usd: Quantity<f64>,
}

/// A call that starts recursive language models.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rlm<'a> {
    line: u32,
    column: u32,
    times: Bounds,
    model: Option<Vec<&'a str>>,
    sub_model: Option<Vec<&'a str>>,
    #[serde(flatten)]
    agents: Agents,
    likely_agents: Quantity<u64>,
    tokens: Quantity<u64>,
    usd: Quantity<f64>,
}

#[derive(Clone, Debug, Serialize)]
struct Because {
    line: u32,
    column: u32,
    text: String,
}

/// A number that is not known exactly: `null` where there is no basis to say.
#[derive(Clone, Debug, Serialize)]
pub struct Quantity<T> {
    low: Option<T>,
    likely: Option<T>,
    high: Option<T>,
    basis: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    runs: Option<u32>,
}

#[derive(Clone, Debug, Serialize)]
struct Assumed {
    what: &'static str,
    low: u64,
    likely: u64,
    high: u64,
    unit: &'static str,
    source: &'static str,
}

/// At whose prices money is counted.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PriceList<'a> {
    as_of: &'a str,
    source: &'a str,
    /// The model meant by each name the script gives; `inherit` is none, and what it means is assumed where no model is named for the run. `null`: no price.
    models: BTreeMap<String, Option<&'a str>>,
}

impl<'a> Outline<'a> {
    /// The outline of a script, with its own estimate or that of simulated runs, made by `assumptions`.
    pub fn of(analysis: &'a Analysis, estimate: &Estimate, assumptions: &'a Assumptions) -> Self {
        let (script, plan) = (&analysis.script, &analysis.plan);
        let phases = plan.phases.iter().zip(&estimate.phases).map(|(phase, cost)| Phase {
            title: phase.title.as_deref(),
            computed: phase.computed,
            workflow: phase.workflow.as_deref(),
            agents: Bounds::of(&phase.agents),
            likely_agents: Quantity::of(&cost.agents, |a| a.0),
            tokens: Quantity::of(&cost.tokens, |t| t.0),
            usd: Quantity::of(&cost.usd, |u| u.0),
        });
        let calls = plan.calls.iter().zip(&estimate.calls).map(|(call, cost)| {
            let at = script.lines.line_column(&script.text, call.span.start);
            let phase = match call.phases.as_slice() {
                [one] => plan.phases.get(*one).and_then(|p| p.title.as_deref()),
                _ => None,
            };
            Call {
                line: at.line,
                column: at.column,
                phase,
                label: call.label.as_deref(),
                model: models(&call.model),
                agents: Agents::of(script, &call.count),
                likely_agents: Quantity::of(&cost.agents, |a| a.0),
                tokens: Quantity::of(&cost.tokens, |t| t.0),
                usd: Quantity::of(&cost.usd, |u| u.0),
            }
        });
        let workflows = plan.workflows.iter().zip(&estimate.workflows).map(|(call, cost)| {
            let at = script.lines.line_column(&script.text, call.span.start);
            Workflow {
                line: at.line,
                column: at.column,
                name: if let Setting::Known(name) = &call.name { Some(name) } else { None },
                files: call.nested.iter().map(|n| n.path.as_str()).collect(),
                times: Bounds::of(&call.count),
                agents: Agents::of(script, &call.agents),
                tokens: Quantity::of(&cost.tokens, |t| t.0),
                usd: Quantity::of(&cost.usd, |u| u.0),
            }
        });
        let rlms = plan.rlms.iter().zip(&estimate.rlms).map(|(call, cost)| {
            let at = script.lines.line_column(&script.text, call.span.start);
            Rlm {
                line: at.line,
                column: at.column,
                times: Bounds::of(&call.count),
                model: models(&call.model),
                sub_model: models(&call.sub_model),
                agents: Agents::of(script, &call.agents),
                likely_agents: Quantity::of(&cost.agents, |a| a.0),
                tokens: Quantity::of(&cost.tokens, |t| t.0),
                usd: Quantity::of(&cost.usd, |u| u.0),
            }
        });
        let meta = script.meta.as_ref();
        Outline {
            name: meta.and_then(|m| m.name.as_ref()).map(|n| n.value.as_str()),
            description: meta.and_then(|m| m.description.as_ref()).map(|d| d.value.as_str()),
            agents: Agents::of(script, &plan.agents),
            likely_agents: Quantity::of(&estimate.total.agents, |a| a.0),
            peak_width: Bounds::of(&plan.peak_width),
            critical_path: Bounds::of(&plan.critical_path),
            phases: phases.collect(),
            calls: calls.collect(),
            workflows: workflows.collect(),
            rlms: rlms.collect(),
            tokens: Quantity::of(&estimate.total.tokens, |t| t.0),
            usd: Quantity::of(&estimate.total.usd, |u| u.0),
            own_price: estimate.total.own_price,
            seconds: Quantity::of(&estimate.time, |s| s.0),
            assumed: estimate
                .assumed
                .iter()
                .chain(&estimate.time_assumed)
                .map(|p| Assumed {
                    what: p.what,
                    low: p.low,
                    likely: p.likely,
                    high: p.high,
                    unit: p.unit,
                    source: p.source,
                })
                .collect(),
            prices: PriceList::of(analysis, assumptions),
        }
    }
}

/// The models a call can name: none of them where it inherits one, `None` where only the run decides.
fn models(setting: &Setting) -> Option<Vec<&str>> {
    match setting {
        Setting::Unknown(_) => None,
        known => Some(known.names().iter().map(String::as_str).collect()),
    }
}

impl<'a> PriceList<'a> {
    fn of(analysis: &Analysis, assumptions: &'a Assumptions) -> Self {
        let list = assumptions.prices.list();
        let named = analysis.plan.models().filter_map(models).flat_map(|named| match &*named {
            [] => vec!["inherit"],
            _ => named,
        });
        let models = named.map(|name| (name.to_owned(), assumptions.price_of(name).map(|m| m.id.as_str())));
        Self { as_of: &list.as_of, source: &list.source, models: models.collect() }
    }
}

impl Bounds {
    fn of(count: &Count) -> Self {
        let cap = count.cap.map(|cap| Limit {
            name: cap.name(),
            limit: cap.limit,
            profile: match cap.by {
                SetBy::Dialect(profile) => Some(profile.name()),
                SetBy::Person => None,
            },
            script_high: count.high,
        });
        Self { low: count.low, high: count.most(), cap }
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
    /// The range with its basis in a word.
    pub fn of<N: Copy>(range: &Range<N>, number: impl Fn(N) -> T) -> Self {
        let (basis, runs) = match range.basis {
            Basis::Exact => ("exact", None),
            Basis::Bounds => ("bounds", None),
            Basis::Assumed => ("assumed", None),
            Basis::Simulated { runs } => ("simulated", Some(runs)),
            Basis::History { runs } => ("history", Some(runs)),
            Basis::Alike { runs } => ("alike", Some(runs)),
        };
        let [low, likely, high] = [range.low, range.likely, range.high].map(|n| n.map(&number));
        Self { low, likely, high, basis, runs }
    }
}
