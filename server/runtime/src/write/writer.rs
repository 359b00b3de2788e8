//! Who writes drafts: a model whose answers are checked on their way to the script.

use std::{sync::Arc, time::Duration};

use analysis::reference;
use models::{Account, Answer, Model, Reply, Request};
use serde_json::{Value, json};

use super::{Check, Draft, WRITER};
use crate::rlm::simulated_answer;

/// What the simulated model answers: a script that runs, and nothing about the task.
fn made_up() -> String {
    format!(
        "This answer is simulated: no model has read the task. The script is an example of what one looks like.\n\n\
         ```js\n// Simulated: not written for your task, but the example `review` that comes with Callsheet.\n{}```\n",
        reference::EXAMPLE
    )
}

/// Has the answers of `model` checked: the script of a [`Task`](super::Task)'s run gets a [`Draft`] for each. In the place of a simulated model, which
/// cannot write, an example stands.
pub fn checked(model: Arc<dyn Model>, simulated: bool, check: Check) -> Arc<dyn Model> {
    let model = if simulated { Arc::new(Simulated { times: model }) } else { model };
    Arc::new(Checked { model, check })
}

struct Checked {
    model: Arc<dyn Model>,
    check: Check,
}

impl Checked {
    /// What the model is asked: for text. The schema of a draft is between us and the script.
    fn asked(request: Request) -> Request {
        Request { schema: None, ..request }
    }
}

impl Model for Checked {
    fn answer(&self, request: Request) -> Reply<'_> {
        Box::pin(async move {
            let answer = self.model.answer(Self::asked(request)).await?;
            let text = match &answer.value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            Ok(Answer { value: json!(Draft::read(text, &self.check)), ..answer })
        })
    }

    fn account(&self, model: Option<&str>) -> Option<Account> {
        self.model.account(model)
    }

    fn simulated_latency(&self, request: &Request) -> Option<Duration> {
        self.model.simulated_latency(&Self::asked(request.clone()))
    }
}

/// A writer without a model.
struct Simulated {
    /// Says how long answers take.
    times: Arc<dyn Model>,
}

impl Model for Simulated {
    fn answer(&self, request: Request) -> Reply<'_> {
        debug_assert_eq!(request.agent_type.as_deref(), Some(WRITER));
        let answer = simulated_answer(&request, made_up());
        let latency = self.simulated_latency(&request).unwrap_or_default();
        Box::pin(async move {
            tokio::time::sleep(latency).await;
            Ok(answer)
        })
    }

    fn simulated_latency(&self, request: &Request) -> Option<Duration> {
        self.times.simulated_latency(request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Limited;

    impl Model for Limited {
        fn answer(&self, _: Request) -> Reply<'_> {
            Box::pin(async { Ok(Answer::default()) })
        }

        fn account(&self, _: Option<&str>) -> Option<Account> {
            Some(Account::new("openai", "here", "key").capped(Some(2)))
        }
    }

    #[test]
    fn drafts_count_for_the_limits_of_who_writes_them() {
        let check: Check = Arc::new(|text| analysis::analyze(text, &analysis::Context::default()));
        let writer = checked(Arc::new(Limited), false, check);
        assert_eq!(writer.account(None), Limited.account(None));
    }
}
