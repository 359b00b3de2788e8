//! A model behind HTTP: one streamed request a call.

use std::{fmt, time::Duration};

use analysis::units::Tokens;
use reqwest::{Client, Response, StatusCode, header::HeaderMap};
use serde_json::Value;

use crate::{
    Answer, Model, ModelError, Reply, Request,
    wire::{Conversation, Format, Partial, SseReader, Stop, Turn},
};

/// Longest silence between two pieces of an answer before the call counts as lost. Providers send pings in between.
const SILENCE: Duration = Duration::from_secs(180);
/// Longest answer we read: far above what a model writes, far below what hurts.
const MOST_BYTES: usize = 64 << 20;
/// Most output tokens asked for where the caller sets no limit.
const MOST_OUTPUT: Tokens = Tokens(32_000);

/// A secret. Never shown, never written.
#[derive(Clone, Default)]
pub struct Key(String);

impl Key {
    /// Wraps a secret; empty for servers that want none.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// A model that is reached over HTTP.
pub struct Http {
    client: Client,
    format: Box<dyn Format>,
    base: String,
    key: Key,
    model: String,
}

impl Http {
    /// A model with the provider's id `model`, spoken to in `format` at `base` (no slash at the end).
    ///
    /// # Errors
    ///
    /// When the system's certificate store or network stack cannot be set up.
    pub fn new(format: Box<dyn Format>, base: &str, key: Key, model: &str) -> Result<Self, ModelError> {
        // Err: another part of the process has installed a provider; either will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .read_timeout(SILENCE)
            .build()
            .map_err(|e| ModelError::Refused(format!("HTTP cannot be set up: {}", chain(&e))))?;
        Ok(Self { client, format, base: base.trim_end_matches('/').to_owned(), key, model: model.to_owned() })
    }

    async fn call(&self, request: Request) -> Result<Answer, ModelError> {
        let turns = [Turn::User(request.prompt)];
        let conversation = Conversation {
            model: request.model.as_deref().unwrap_or(&self.model),
            system: request.system.as_deref(),
            turns: &turns,
            schema: request.schema.as_ref(),
            effort: request.effort.as_deref(),
            max_tokens: request.max_output.unwrap_or(MOST_OUTPUT).0,
        };
        let url = format!("{}{}", self.base, self.format.path(&conversation));
        let mut post = self.client.post(url).header("content-type", "application/json");
        for (name, value) in self.format.headers(&self.key.0) {
            post = post.header(name, value);
        }
        let response = post.body(self.format.body(&conversation).to_string()).send().await;
        let response = response.map_err(|e| ModelError::Network(chain(&e)))?;
        if !response.status().is_success() {
            return Err(refusal(response).await);
        }
        let partial = self.read(response).await?;
        match partial.stop {
            Some(Stop::Done) => {}
            Some(Stop::MaxTokens) => return Err(ModelError::CutOff(partial.usage.output)),
            Some(Stop::Refusal) => return Err(ModelError::Refused("the model declined to answer".into())),
            Some(Stop::Other(why)) => return Err(ModelError::Refused(format!("the answer ended early: {why}"))),
            None => return Err(ModelError::Network("the stream ended before the answer did".into())),
        }
        // With a schema too: whether the text is JSON that satisfies it is for the scheduler to say.
        let value = Value::String(partial.text);
        Ok(Answer { value, usage: partial.usage })
    }

    async fn read(&self, mut response: Response) -> Result<Partial, ModelError> {
        let (mut reader, mut partial, mut bytes) = (SseReader::default(), Partial::default(), 0);
        loop {
            let chunk = response.chunk().await.map_err(|e| ModelError::Network(chain(&e)))?;
            bytes += chunk.as_ref().map_or(0, |c| c.len());
            if bytes > MOST_BYTES {
                return Err(ModelError::Refused(format!("the answer is longer than {} MiB", MOST_BYTES >> 20)));
            }
            let (events, done) = match chunk {
                Some(chunk) => (reader.push(&chunk), false),
                None => (std::mem::take(&mut reader).finish().into_iter().collect(), true),
            };
            for event in events {
                self.format.read(&event, &mut partial).map_err(|e| match e.kind.as_str() {
                    "overloaded_error" | "server_is_overloaded" | "UNAVAILABLE" => ModelError::Overloaded,
                    "rate_limit_error" | "rate_limit_exceeded" | "RESOURCE_EXHAUSTED" => {
                        ModelError::RateLimited { retry_after: None }
                    }
                    "api_error" | "server_error" | "INTERNAL" => ModelError::Network(e.to_string()),
                    _ => ModelError::Refused(e.to_string()),
                })?;
            }
            if done {
                return Ok(partial);
            }
        }
    }
}

impl Model for Http {
    fn answer(&self, request: Request) -> Reply<'_> {
        Box::pin(self.call(request))
    }
}

/// What an answer that is not 2xx means. Which are worth another try follows the providers' own SDKs.
async fn refusal(response: Response) -> ModelError {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.text().await.unwrap_or_default();
    let json: Value = serde_json::from_str(&body).unwrap_or_default();
    let spend_limit = "/error/details/error_code";
    if json.pointer(spend_limit).and_then(Value::as_str) == Some("enforced_spend_limit_reached") {
        return ModelError::Refused("the account's spend limit is reached".into());
    }
    let said = json.pointer("/error/message").or(json.pointer("/error")).and_then(Value::as_str);
    let said = said.map_or_else(|| body.chars().take(200).collect(), str::to_owned);
    match status.as_u16() {
        429 => ModelError::RateLimited { retry_after: retry_after(&headers) },
        503 | 529 => ModelError::Overloaded,
        408 | 409 | 500.. => ModelError::Network(format!("HTTP {}: {said}", status.as_u16())),
        401 | 403 => ModelError::Refused(format!("the key was not accepted (HTTP {}): {said}", status.as_u16())),
        404 => ModelError::Refused(format!("there is no such model or path (HTTP 404): {said}")),
        _ => ModelError::Refused(format!("HTTP {}: {said}", display(status))),
    }
}

fn display(status: StatusCode) -> String {
    match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    }
}

/// `retry-after` in seconds, or `retry-after-ms`, as providers send them. Dates are not used by any of them.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let seconds = number("retry-after-ms").map(|ms| ms / 1e3).or_else(|| number("retry-after"))?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// An error with its causes. The URL, which could hold a secret, is left out.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = error.source().or(Some(error));
    while let Some(cause) = next {
        parts.push(cause.to_string());
        next = cause.source();
    }
    parts.join(": ")
}
