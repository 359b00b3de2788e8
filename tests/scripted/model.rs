//! A model that answers by script.

use std::{collections::HashMap, sync::Mutex};

use analysis::units::Tokens;
use models::{Model, ModelError, Reply, Request, Usage};

use super::case::{Answer, Rule, What};

/// Chooses answers by prompt and remembers what it was asked.
#[derive(Debug)]
pub(crate) struct Scripted {
    rules: Vec<Rule>,
    asked: Mutex<Asked>,
}

#[derive(Debug, Default)]
struct Asked {
    /// The prompts of all attempts, in order.
    prompts: Vec<String>,
    /// By call: its prompt, and how often it was asked. A repair has another prompt but is the same call.
    calls: HashMap<String, (String, usize)>,
}

impl Scripted {
    pub(crate) fn new(rules: Vec<Rule>) -> Scripted {
        Scripted { rules, asked: Mutex::default() }
    }

    /// How often it was asked anything.
    pub(crate) fn times(&self) -> usize {
        self.prompts().len()
    }

    /// The prompts of all attempts, in order.
    pub(crate) fn prompts(&self) -> Vec<String> {
        self.asked.lock().expect("no holder panics").prompts.clone()
    }

    /// The answer to `request`: of the first rule that matches, the answer for the n-th time this call is made; the last
    /// one again and again. Without a rule it is `re: <prompt>`.
    fn next(&self, request: &Request) -> Answer {
        let mut asked = self.asked.lock().expect("no holder panics");
        asked.prompts.push(request.prompt.clone());
        let (prompt, times) = asked.calls.entry(request.key.clone()).or_insert_with(|| (request.prompt.clone(), 0));
        *times += 1;
        match self.rules.iter().find(|rule| rule.matches(prompt)) {
            Some(rule) => rule.answers[(*times).min(rule.answers.len()) - 1].clone(),
            None => {
                Answer { after: Default::default(), tokens: None, what: What::Json(format!("re: {prompt}").into()) }
            }
        }
    }
}

impl Model for Scripted {
    fn answer(&self, request: Request) -> Reply<'_> {
        let Answer { after, tokens, what } = self.next(&request);
        Box::pin(async move {
            tokio::time::sleep(after).await;
            match what {
                What::Never => std::future::pending().await,
                What::Fail(why) => Err(ModelError::Refused(why)),
                What::Json(value) => {
                    let output = Tokens(tokens.unwrap_or(1));
                    let usage = Usage { output, ..Usage::default() };
                    Ok(models::Answer { value, usage, ..models::Answer::default() })
                }
            }
        })
    }
}
