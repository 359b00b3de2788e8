//! Answers without a model: a function of seed, prompt, schema, model and attempt, so that runs repeat to the byte.

mod pattern;
mod random;
mod value;
mod words;

#[cfg(test)]
mod tests;

use std::time::Duration;

use analysis::tokens;
use serde_json::Value;

use crate::{Answer, Model, ModelError, Reply, Request, Usage, model::tokens_of};
use random::Random;

/// A model that invents its answers. They satisfy the schema where the schema can be satisfied, and mean nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Simulated {
    /// Other seeds give other answers.
    pub seed: u64,
    /// How long an answer takes.
    pub latency: Latency,
    /// Share of attempts that fail as a busy provider's do, from 0 to 1. A failure is a function of the attempt too, so a
    /// retry can succeed.
    pub failure_rate: f64,
}

/// How long simulated answers take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Latency {
    /// No time.
    #[default]
    None,
    /// Evenly spread from the first to the second, drawn from the request.
    Between(Duration, Duration),
}

impl Latency {
    /// From a quarter of `most` to `most`.
    pub fn up_to(most: Duration) -> Self {
        if most.is_zero() { Self::None } else { Self::Between(most / 4, most) }
    }
}

impl Simulated {
    /// Answers with `seed` at once and without failures.
    pub fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    fn random(&self, purpose: &str, request: &Request) -> Random {
        let schema = request.schema.as_ref().map(Value::to_string).unwrap_or_default();
        let seed = self.seed.to_string();
        let attempt = request.attempt.to_string();
        let model = request.model.as_deref().unwrap_or_default();
        Random::from([purpose, &seed, &request.key, &request.prompt, &schema, model, &attempt])
    }

    fn respond(&self, request: &Request) -> Result<Answer, ModelError> {
        let mut chance = self.random("failure", request);
        if chance.fraction() < self.failure_rate {
            return Err(match chance.below(2) {
                0 => ModelError::Overloaded,
                _ => ModelError::RateLimited { retry_after: Some(Duration::from_millis(10)) },
            });
        }
        let mut random = self.random("answer", request);
        let value = match &request.schema {
            Some(schema) => value::satisfying(schema, &mut random),
            None => Value::String(words::answer(&mut random)),
        };
        let output = tokens_of(&value);
        if let Some(most) = request.max_output.filter(|most| output > *most) {
            return Err(ModelError::CutOff(most));
        }
        let schema = request.schema.as_ref().map(Value::to_string).unwrap_or_default();
        let correction = request.correction.as_ref().map_or(["", ""], |wrong| [&wrong.answer, &wrong.told]);
        let read = [request.prompt.as_str(), request.system.as_deref().unwrap_or_default(), &schema];
        let read = read.into_iter().chain(correction);
        let input = read.map(tokens::count).sum();
        Ok(Answer { value, usage: Usage { input, output, ..Usage::default() }, ..Answer::default() })
    }
}

impl Model for Simulated {
    fn answer(&self, request: Request) -> Reply<'_> {
        Box::pin(async move {
            let latency = self.simulated_latency(&request).unwrap_or_default();
            if !latency.is_zero() {
                tokio::time::sleep(latency).await;
            }
            self.respond(&request)
        })
    }

    fn simulated_latency(&self, request: &Request) -> Option<Duration> {
        Some(match self.latency {
            Latency::None => Duration::ZERO,
            Latency::Between(least, most) => {
                let spread = most.saturating_sub(least);
                least + spread.mul_f64(self.random("latency", request).fraction())
            }
        })
    }
}
