//! Why a number is what it is: the Markdown behind hints and in hovers.

use std::fmt::Write;

use analysis::{
    estimate::{self, Backend, Basis, Cost, Estimate},
    plan::{Count, Nested, RlmCall, Setting, Why, WorkflowCall},
    text::Span,
};
use tower_lsp::ls_types::{Location, MarkupContent, MarkupKind, Range, Uri};

use crate::{
    features::words,
    snapshot::{Snapshot, shorten},
    workflows,
};

/// Markdown for the protocol.
pub(crate) fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

/// How often something happens, and why.
pub(crate) fn times(script: &Snapshot, count: &Count) -> String {
    format!("**{}** in one run{}", words::times(count), why(script, count))
}

/// How many of something there are, and why.
pub(crate) fn count(script: &Snapshot, what: &str, count: &Count) -> String {
    format!("**{count}** {what}{}", why(script, count))
}

/// How a count came about: its expression, and each thing that keeps it from being exact, with its line.
fn why(script: &Snapshot, count: &Count) -> String {
    let mut out = String::new();
    let expr = count.expr.to_string();
    if count.is_exact() {
        match args(script) {
            None => out.push_str(", exactly: it follows from the script.\n"),
            Some(args) => {
                let _ = writeln!(out, ", exactly: it follows from the script and {args}.");
            }
        }
    } else {
        if expr != count.to_string() && (!count.expr.terms.is_empty() || count.because.is_empty()) {
            let _ = write!(out, ": `{expr}`");
        }
        out.push('\n');
        for symbol in symbols(count) {
            let _ = writeln!(out, "- `{}` is decided by the run: {}", symbol.0, place(script, symbol.1));
        }
        for why in &count.because {
            out.push_str(&because(script, "not exact", why));
        }
        if count.because.iter().any(|why| why.is_of_args()) {
            out.push_str("- for the arguments of a run: add a comment such as `// @callsheet args: {…}`\n");
        }
        if let Some(cap) = &count.cap {
            let own = count.high.map_or("the script sets no limit".into(), |high| format!("the script allows {high}"));
            let _ = writeln!(out, "- {own}; {cap}");
        }
        if let Some(args) = args(script) {
            let _ = writeln!(out, "- it holds for {args}");
        }
    }
    out
}

/// The arguments that what is known of a script holds for, where it is not for any: those of its comment, or of its last run.
pub(crate) fn args(script: &Snapshot) -> Option<String> {
    if let (true, Some(last)) = (script.known.of_last_args, &script.last) {
        let args = last.args.as_ref().map(|args| shorten(&args.to_string(), 60)).unwrap_or_default();
        return Some(format!("the `args` of its last run, `{}`: `{}`", last.id, args.replace('`', "'")));
    }
    let (span, args) = script.known.script.pragmas.args.as_ref()?;
    args.as_ref().ok()?;
    Some(match script.line_number(*span) {
        Some(line) => format!("the `args` of [line {line}]({}#L{line})", script.uri.as_str()),
        None => "the `args` of its comment".into(),
    })
}

fn symbols(count: &Count) -> Vec<(&str, Span)> {
    let mut seen: Vec<(&str, Span)> = Vec::new();
    for symbol in count.expr.terms.iter().flat_map(|term| &term.symbols) {
        if seen.iter().all(|(name, _)| *name != symbol.name) {
            seen.push((&symbol.name, symbol.span));
        }
    }
    seen
}

/// `- not exact because … (line 12)`.
pub(crate) fn because(script: &Snapshot, what: &str, why: &Why) -> String {
    format!("- {what} because {} ({})\n", why.text, place(script, why.span))
}

/// `line 12: the words there`, linked.
fn place(script: &Snapshot, span: Span) -> String {
    match script.line_number(span) {
        Some(line) => {
            format!("[line {line}]({}#L{line}) `{}`", script.uri.as_str(), script.words(span, 60).replace('`', "'"))
        }
        None => format!("`{}`", script.words(span, 60).replace('`', "'")),
    }
}

/// How many agents the workflows called at a place start, and in which file that was read.
pub(crate) fn nested(script: &Snapshot, call: &WorkflowCall) -> String {
    let mut out = times(script, &call.count);
    out.push('\n');
    out += &count(script, "agents in all of them", &call.agents);
    for nested in &call.nested {
        let agents = &nested.plan.agents;
        let file = match start_of(nested) {
            Some(place) => format!("[{}]({})", nested.path, place.uri.as_str()),
            None => nested.path.clone(),
        };
        let _ = writeln!(out, "- one run of `{}` starts {agents}, with the `args` given here: {file}", nested.name);
    }
    if let Some(why) = &call.missing {
        let _ = writeln!(out, "- {} ({})", why.text, place(script, why.span));
    }
    out
}

/// How many models the trees that a place starts ask, and what that takes.
pub(crate) fn trees(script: &Snapshot, index: usize, call: &RlmCall) -> String {
    let mut out = times(script, &call.count);
    out.push('\n');
    out += &count(
        script,
        "calls of models in all of its trees: replies of root models, and what their cells ask",
        &call.agents,
    );
    out.extend(script.known.estimate.rlms.get(index).map(|all| cost(all, None)));
    out
}

/// The file of a nested workflow.
pub(crate) fn start_of(nested: &Nested) -> Option<Location> {
    Some(Location { uri: Uri::from_file_path(&nested.path)?, range: Range::default() })
}

/// Tokens and money with what they rest on; what is unknown is said to be so. Where `cost` is from simulated runs, `bounds` are those
/// of the script; those of one request for an agent, they are none for runs whose agents use tools.
pub(crate) fn cost(cost: &Cost, bounds: Option<&Cost>) -> String {
    let mut out = String::from("\n");
    let from_runs = |cost: &Cost| {
        [cost.agents.basis, cost.tokens.basis, cost.usd.basis].into_iter().find(|basis| basis.is_from_runs())
    };
    let basis = from_runs(cost);
    if basis.is_some() && cost.agents.basis.is_from_runs() {
        let _ = writeln!(out, "- agents: {}", three(&cost.agents));
    }
    numbers(&mut out, cost);
    let _ = writeln!(out, "\n{}", words::basis(&basis.unwrap_or(cost.tokens.basis)));
    if let Some(bounds) = bounds.filter(|_| matches!(basis, Some(Basis::Simulated { .. }))) {
        let _ = writeln!(out, "\nBounds of any run:\n");
        numbers(&mut out, bounds);
    }
    out
}

/// Why no price is known of a call of `model`, with the way out; nothing where one is, and the number of agents is what is open.
pub(crate) fn unpriced(script: &Snapshot, model: &Setting) -> String {
    if let Setting::Unknown(why) = model {
        return format!("\nThe cost is unknown, as the run decides which model this is: {}.\n", why.text);
    }
    let assumptions = workflows::assumptions(&script.settings, &script.workspace);
    let names: Vec<&str> =
        if *model == Setting::Inherited { vec!["inherit"] } else { model.names().iter().map(String::as_str).collect() };
    let mut out = String::new();
    for name in names.into_iter().filter(|name| assumptions.price_of(name).is_none()) {
        let shown = if name == "inherit" { "the run's model".into() } else { format!("`{name}`") };
        let _ = match assumptions.backend_of(name) {
            Backend::Model => writeln!(
                out,
                "\nThe cost is unknown, as no price of {shown} is known: the setting `callsheet.prices` takes yours."
            ),
            Backend::Command => writeln!(out, "\nThe cost is unknown, as only the command that answers knows it."),
            Backend::Agent => writeln!(out, "\nThe cost is unknown, as only the agent that answers knows it."),
        };
    }
    out
}

fn numbers(out: &mut String, cost: &Cost) {
    let _ = writeln!(out, "- tokens, in and out: {}", three(&cost.tokens));
    let _ = writeln!(out, "- of these written: {}", three(&cost.output));
    let yours = if cost.own_price { ", at your price" } else { "" };
    let _ = writeln!(out, "- cost: {}{yours}", three(&cost.usd));
}

/// How long a run takes, with what that rests on.
pub(crate) fn time(estimate: &Estimate) -> String {
    let mut out = format!("\n- time: {}; {}\n", three(&estimate.time), words::basis_word(&estimate.time.basis));
    for prior in &estimate.time_assumed {
        let _ = writeln!(out, "  - {}: {}, {} to {} {}", prior.what, prior.likely, prior.low, prior.high, prior.unit);
    }
    out
}

/// What is to be said of simulated runs that failed; nothing where all is well.
pub(crate) fn simulation(script: &Snapshot) -> String {
    let Some(simulated) = &script.simulated else { return String::new() };
    let said = simulated.estimate.as_ref().err().or(simulated.failed.as_ref());
    said.map(|said| format!("\nNot simulated: {said}.\n")).unwrap_or_default()
}

/// Of runs: one in ten below, the middle, one in ten above.
fn three<T: std::fmt::Display>(range: &estimate::Range<T>) -> String {
    let show = |what: &str, n: &Option<T>| n.as_ref().map(|n| format!("{what} {n}"));
    let [least, most] =
        if range.basis.is_from_runs() { ["1 run in 10 below", "1 in 10 above"] } else { ["at least", "at most"] };
    let parts = [show(least, &range.low), show("likely", &range.likely), show(most, &range.high)];
    let known: Vec<String> = parts.into_iter().flatten().collect();
    if known.is_empty() { "unknown".into() } else { known.join(", ") }
}
