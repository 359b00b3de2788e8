//! What requests will take whose text is known, such as those a resumed run is about to make.

use serde_json::Value;

use super::{Assumptions, Cost, call, cost, sum};
use crate::{
    plan::{AgentCall, Count, Plan, PromiseFate, Prompt, PromptPart, Setting},
    text::Span,
};

/// A request that is about to be made.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// What it asks.
    pub prompt: &'a str,
    /// JSON Schema of the answer; without one it is text.
    pub schema: Option<&'a Value>,
    /// The model in force; `None` where none is named.
    pub model: Option<&'a str>,
}

/// What all of `requests` take together. Their prompts are counted, their answers are sized as in [`super::estimate`].
pub fn requests<'a>(requests: impl IntoIterator<Item = Request<'a>>, assumptions: &Assumptions) -> Cost {
    let plan = Plan::default();
    let one = |request: Request<'_>| {
        let call = planned(request);
        cost(&call.count, &call::spend(&plan, &call, assumptions))
    };
    sum(requests.into_iter().map(one).collect())
}

fn planned(request: Request<'_>) -> AgentCall {
    let nowhere = Span::at(0);
    AgentCall {
        span: nowhere,
        callee: nowhere,
        phases: vec![],
        label: None,
        count: Count::exactly(1),
        prompt: Prompt { parts: vec![PromptPart::Text(request.prompt.to_owned())] },
        schema: request.schema.cloned(),
        model: request.model.map_or(Setting::Inherited, |model| Setting::Known(model.to_owned())),
        effort: Setting::Inherited,
        agent_type: Setting::Inherited,
        takes_schema: false,
        concurrent: false,
        fate: PromiseFate::default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::estimate::Basis;

    #[test]
    fn a_request_costs_what_its_text_and_its_schema_say() {
        let schema = json!({"type": "object", "required": ["ok"], "properties": {"ok": {"type": "boolean"}}, "additionalProperties": false});
        let asked = |prompt, model| Request { prompt, schema: Some(&schema), model: Some(model) };
        let much = "Is it, after all that was said? ".repeat(40);
        let [short, long] = ["Is it?", &much].map(|prompt| requests([asked(prompt, "haiku")], &Assumptions::default()));
        assert!(short.tokens.high < long.tokens.low, "{short:?} {long:?}");
        let both = requests([asked("Is it?", "haiku"), asked("Is it?", "haiku")], &Assumptions::default());
        assert_eq!(both.tokens.likely, short.tokens.likely.map(|one| one + one));
        let unpriced = requests([asked("Is it?", "haiku"), asked("Is it?", "nobody-s-model")], &Assumptions::default());
        assert_eq!(
            (unpriced.usd.likely, unpriced.usd.low),
            (None, short.usd.low),
            "unknown, but at least the known part"
        );
    }

    #[test]
    fn an_assumed_model_is_said_to_be_assumed() {
        let unnamed = Request { prompt: "Is it?", schema: None, model: None };
        assert_eq!(requests([unnamed], &Assumptions::default()).usd.basis, Basis::Assumed);
        assert_eq!(requests([], &Assumptions::default()).usd.basis, Basis::Exact);
    }
}
