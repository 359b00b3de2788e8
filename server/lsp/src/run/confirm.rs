//! What a person is asked before something is spent. `window/showMessageRequest`.

use analysis::{
    Analysis,
    estimate::{Backend, Cost, Estimate},
    units::Usd,
};
use models::ModelName;
use runtime::{Preview, RunSpec};
use tower_lsp::ls_types::{MessageActionItem, MessageType};

use crate::{features::words, outbox::Outbox, run::start::Order, settings::Settings};

/// Shows a question and gives the answer that was chosen; `None` where none was.
pub(crate) async fn ask(outbox: &Outbox, question: String, answers: &[&str]) -> Option<String> {
    let items =
        answers.iter().map(|title| MessageActionItem { title: (*title).into(), properties: Default::default() });
    let chosen = outbox.client().show_message_request(MessageType::WARNING, question, Some(items.collect())).await;
    match chosen {
        Ok(chosen) => chosen.map(|item| item.title),
        Err(error) => {
            tracing::warn!(%error, "the client did not ask its person");
            None
        }
    }
}

/// Whether a person agrees to what is `asking`, by an answer; they do where there is nothing to ask.
pub(crate) async fn agreed(outbox: &Outbox, asking: Option<String>, answer: &str) -> bool {
    match asking {
        Some(asking) => ask(outbox, asking, &[answer]).await.is_some(),
        None => true,
    }
}

/// The question before a run of `known` that is paid for; `None` where the settings let it go.
pub(crate) fn question(name: &str, known: &Analysis, estimate: &Estimate, settings: &Settings) -> Option<String> {
    let above = settings.confirm_above?;
    let (agents, cost) = (words::agents(&known.plan.agents), &estimate.total);
    let basis = words::basis(&cost.usd.basis);
    let likely = match cost.usd.likely {
        Some(likely) if likely.0 <= above => return None,
        Some(likely) => format!("is likely to cost {likely}"),
        None if answers_by_itself(settings) => {
            format!("has no known cost, as only who answers, {}, knows it,", settings.model)
        }
        None => "has no known cost, as a model it can use has no known price,".into(),
    };
    let range = words::amount(&cost.usd).map(|range| format!(" {range}")).unwrap_or_default();
    Some(format!(
        "{name} {likely} for {agents}. In all{range}: {basis} Runs above {} are confirmed (callsheet.confirmAbove). Run it?",
        Usd(above)
    ))
}

/// Whether a command or an agent answers, at a price that only it knows.
fn answers_by_itself(settings: &Settings) -> bool {
    settings.model.parse().is_ok_and(|name: ModelName| name.provider.backend() != Backend::Model)
}

/// The question before a question that is paid for: what it costs is known only when code has been written for it. `None` where nothing is
/// paid, or the settings let everything go.
pub(crate) fn about(order: &Order, settings: &Settings) -> Option<String> {
    let above = Usd(settings.confirm_above.filter(|_| order.is_paid())?);
    let RunSpec { limits, contexts, .. } = &order.spec;
    let about: Vec<String> = contexts.iter().map(|c| format!("{} ({} bytes)", c.name, c.bytes)).collect();
    let tokens = limits.budget_tokens.map(|most| format!(" and {most} output tokens")).unwrap_or_default();
    Some(format!(
        "A question about {} goes to {}. What it costs is not known before: it takes at most {} calls{tokens}. \
         Runs above {above} are confirmed (callsheet.confirmAbove). Ask it?",
        about.join(", "),
        order.model,
        limits.max_agents,
    ))
}

/// The question before a script is written that is paid for; `None` where nothing is paid, or the settings let everything go.
pub(crate) fn writing(order: &Order, settings: &Settings) -> Option<String> {
    let above = Usd(settings.confirm_above.filter(|_| order.is_paid())?);
    let limits = &order.spec.limits;
    let tokens = limits.budget_tokens.map(|most| format!(" and {most} output tokens")).unwrap_or_default();
    Some(format!(
        "A workflow for this task is written by {}. What it costs is not known before: it takes at most {} drafts{tokens}. \
         Runs above {above} are confirmed (callsheet.confirmAbove). Have it written?",
        order.model, limits.max_agents,
    ))
}

/// What a resumed run will do, in sentences. `most` is how many agents it can call in all.
pub(crate) fn resumption(
    name: &str,
    preview: &Preview,
    cost: &Cost,
    simulated: bool,
    changed: bool,
    most: Option<u64>,
) -> String {
    let count = |n: usize| if n == 1 { "1 agent".to_owned() } else { format!("{n} agents") };
    let (cached, live) = (preview.cached.len(), preview.live.len());
    let spent = if live > 0 { words::cost(cost) } else { String::new() };
    let mut said = vec![format!("{name}: {} from the journal, {live} to run{spent}.", count(cached))];
    if live > 0 {
        said.push(if simulated { "Simulated: nothing is spent.".into() } else { words::basis(&cost.usd.basis) });
    }
    let known = (cached + live) as u64;
    match (&preview.error, preview.complete, most.map(|most| most.saturating_sub(known))) {
        (Some(error), ..) => {
            said.push(format!("The script then fails: {}.", error.message.lines().next().unwrap_or_default()))
        }
        (None, true, _) | (None, false, Some(0)) => {}
        (None, false, Some(more)) => said.push(format!("Up to {more} more may follow, which depend on these answers.")),
        (None, false, None) => said.push("More may follow, without bound.".into()),
    }
    match preview.may_be_paid().count() {
        0 => {}
        paid => said.push(format!("{paid} to run may already have been paid for: under way when the run broke off.")),
    }
    match preview.repeats().count() {
        0 => {}
        again => said.push(format!("{again} worked in a git worktree without an answer and may do that work twice.")),
    }
    if changed {
        said.push("The script has changed since that run.".into());
    }
    said.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_dear_or_unknown_is_asked_about() {
        let asked = |body: &str, above: Option<f64>| {
            let text = format!("export const meta = {{ name: 'x', description: 'x' }}\n{body}\n");
            let settings = Settings { confirm_above: above, ..Settings::default() };
            let known = analysis::analyze(text, &analysis::Context::default());
            question("x", &known, &known.estimate, &settings)
        };
        let many = "await parallel(Array.from({ length: 900 }, (_, i) => () => agent(`Write an essay on ${i}`, { model: 'opus' })))";
        assert_eq!(asked("await agent('hi', { model: 'haiku' })", Some(1.0)), None);
        assert_eq!(asked(many, None), None);
        let dear = asked(many, Some(1.0)).unwrap();
        assert!(
            dear.contains("is likely to cost $") && dear.contains("for 900 agents") && dear.contains("above $1.00"),
            "{dear}"
        );
        let unpriced = asked("await agent('hi', { model: 'nobody-s' })", Some(1.0)).unwrap();
        assert!(unpriced.contains("no known price"), "{unpriced}");
    }
}
