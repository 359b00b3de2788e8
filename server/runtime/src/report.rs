//! A run as one page that needs nothing else: the run view with the plan and the events in it.

use std::{fs, sync::Arc};

use analysis::{
    Context,
    estimate::{Assumptions, History},
    outline::Outline,
    prices::OwnPrices,
};
use serde_json::{Value, json};

use crate::{compare::Comparison, event::EventKind, rlm, runs::Recorded, spending::Spending};

/// The name of a report in the folder of its run.
pub const FILE_NAME: &str = "report.html";

// Built from `editors/view` by `npm run build`; a test compares them with their sources.
const PAGE: &str = include_str!("../../../editors/view/page.html");
const STYLE: &str = include_str!("../../../editors/view/dist/view.css");
const SCRIPT: &str = include_str!("../../../editors/view/dist/view.js");

/// The page of a run, as far as its journal tells, with the estimate of the script that ran; `past` is what was known before it, see
/// [`crate::history::before`], and `prices` are those that the run was paid at.
pub fn page(run: &Recorded, past: History, prices: &Arc<OwnPrices>) -> String {
    let (title, messages) = messages(run, past, prices);
    filled(&title, &messages.into())
}

/// Both ways of a comparison as one page: the axes, and the first run of each. Each way has a name and a run.
pub fn comparison(comparison: &Comparison, ways: [(&str, &Recorded); 2], prices: &Arc<OwnPrices>) -> String {
    let sides = ways.map(|(name, run)| json!({"name": name, "messages": messages(run, History::default(), prices).1}));
    let (question, simulated) = (&comparison.question, comparison.simulated);
    let axes = comparison.axes();
    let message =
        json!({"type": "comparison", "question": question, "simulated": simulated, "axes": axes, "sides": sides});
    filled(&format!("Compared: {question}"), &json!([message]))
}

/// A title for a run, and what the run view is told of it.
fn messages(run: &Recorded, past: History, prices: &Arc<OwnPrices>) -> (String, Vec<Value>) {
    let first = run.recording.events.first().map(|event| &event.kind);
    let (name, file, args, provider, profile, simulated) = match first {
        Some(EventKind::RunStarted { name, script, args, provider, profile, simulated, .. }) => {
            (name.as_str(), script.file_name(), args.clone(), provider.clone(), profile.as_deref(), *simulated)
        }
        _ => ("a run that did not begin", None, None, None, None, false),
    };
    // That of a run in the default dialect is not named.
    let given_profile = Some(profile.and_then(|name| name.parse().ok()).unwrap_or_default());
    let file_name = file.map(|name| name.to_string_lossy().into_owned());
    let shown = file_name.clone().unwrap_or_else(|| name.to_owned());
    let mut messages = vec![match run.script() {
        // What a root model will do is in no script.
        Ok(script) if script == rlm::SCRIPT => {
            let list = prices.list();
            let models = json!({"inherit": prices.find("inherit").map(|model| &model.id)});
            let own = Spending::at(&run.state(), prices).own_prices;
            let prices = json!({"asOf": list.as_of, "source": list.source, "models": models, "own": own});
            json!({"type": "plan", "title": shown, "plan": null, "prices": prices})
        }
        Ok(script) => {
            // Made-up answers are held against what the script alone tells, as nothing is learned for them.
            let provider = provider.filter(|_| !simulated);
            let history = provider.as_ref().map(|_| Arc::new(past)).unwrap_or_default();
            let assumptions = Assumptions { history, provider, prices: prices.clone(), ..Assumptions::default() };
            let context = Context { file_name, args, given_profile, assumptions, ..Context::default() };
            let analysis = analysis::analyze(script, &context);
            let plan = Outline::of(&analysis, analysis.expected(), &context.assumptions);
            json!({"type": "plan", "title": shown, "plan": plan})
        }
        Err(error) => {
            json!({"type": "plan", "title": shown, "plan": null, "problem": format!("The script that ran is not there any more: {error}")})
        }
    }];
    messages.push(json!({"type": "run", "runId": run.id}));
    messages.push(json!({"type": "events", "runId": run.id, "events": run.recording.events}));
    if !matches!(run.recording.events.last().map(|event| &event.kind), Some(EventKind::RunEnded { .. })) {
        let how = if run.is_live() { "under way" } else { "broken off" };
        messages.push(json!({"type": "left", "runId": run.id, "how": how}));
    }
    (format!("{name}: run {}", run.id), messages)
}

/// The template with everything in its place. What is put in is not looked at again: a prompt may say `{{script}}`.
fn filled(title: &str, messages: &Value) -> String {
    // No `<` is left, so nothing in it can end the element it stands in.
    let messages = messages.to_string().replace('<', "\\u003c");
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    let mut page = String::with_capacity(PAGE.len() + STYLE.len() + SCRIPT.len() + messages.len());
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, after)) = after.split_once("}}") else { break };
        page.push_str(before);
        page.push_str(match name {
            "title" => &title,
            "style" => STYLE.trim_end(),
            "script" => SCRIPT.trim_end(),
            "messages" => &messages,
            _ => "",
        });
        rest = after;
    }
    page.push_str(rest);
    page
}

/// Writes the page of a run into its folder and gives its path.
pub fn write(run: &Recorded, past: History, prices: &Arc<OwnPrices>) -> std::io::Result<std::path::PathBuf> {
    let path = run.folder.join(FILE_NAME);
    fs::write(&path, page(run, past, prices))?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_put_in_can_end_its_element_or_be_taken_for_a_place() {
        let said = "</script><script>alert(1)</script> {{script}} <!-- é\u{2028}";
        let page = filled("a < b & {{style}}", &json!([{"type": "log", "message": said}]));
        let (head, rest) = page.split_once(r#"id="callsheet-data">"#).unwrap();
        let (data, script) = rest.split_once("</script>").unwrap();
        assert!(head.contains("<title>a &lt; b &amp; {{style}}</title>"), "{head}");
        assert_eq!(serde_json::from_str::<Value>(data).unwrap()[0]["message"], said);
        assert_eq!(script.matches("</script").count(), 1, "the view's own end, and no other");
        assert_eq!(page.matches("</style").count(), 1);
    }

    #[test]
    fn the_page_asks_for_nothing() {
        let page = filled("x", &json!([]));
        for asks in ["src=", "href=", "url(", "@import", "fetch(", "XMLHttpRequest", "import("] {
            assert!(!page.contains(asks), "{asks}");
        }
        assert!(page.contains("default-src 'none'"));
    }
}
