//! A model behind HTTP: one streamed request a call.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use analysis::units::Tokens;
use reqwest::{
    Client, ClientBuilder, Response, StatusCode,
    header::{CONTENT_TYPE, HeaderMap, HeaderValue},
};
use serde_json::Value;

use crate::{
    Answer, Headroom, Key, Listener, Model, ModelError, Reply, Request, UsageBasis,
    abilities::Abilities,
    wire::{self, Conversation, Format, Partial, SseReader, Stop, StreamError, Structured, Turn},
};

/// Longest answer we read: far above what a model writes, far below what hurts.
const MOST_BYTES: usize = 64 << 20;
/// Most output tokens asked for where the caller sets no limit.
const MOST_OUTPUT: Tokens = Tokens(32_000);

/// A model that is reached over HTTP.
pub struct Http {
    client: Client,
    format: Box<dyn Format>,
    base: String,
    key: Key,
    model: String,
    abilities: Abilities,
    /// Whether it was said that nothing is isolated.
    told: AtomicBool,
}

impl Http {
    /// A model with the provider's id `model`, spoken to in `format` at `base`.
    ///
    /// # Errors
    ///
    /// When the system's certificate store or network stack cannot be set up.
    pub fn new(format: Box<dyn Format>, base: &str, key: Key, model: &str) -> Result<Self, ModelError> {
        let client = client().build();
        let client = client.map_err(|e| ModelError::Refused(format!("HTTP cannot be set up: {}", chain(&e))))?;
        Ok(Self {
            client,
            format,
            base: base.to_owned(),
            key,
            model: model.to_owned(),
            abilities: Abilities::default(),
            told: AtomicBool::new(false),
        })
    }

    async fn call(&self, request: Request) -> Result<Answer, ModelError> {
        let (response, model) = self.post(&request).await?;
        let headroom = Headroom::read(response.headers());
        let json = response.headers().get(CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"application/json"));
        let partial = match json {
            true => self.read_whole(response).await?,
            false => self.read(response, &request.listener).await?,
        };
        match partial.stop {
            Some(Stop::Done) => {}
            Some(Stop::MaxTokens) => return Err(ModelError::CutOff(partial.usage.output)),
            Some(Stop::Refusal) => return Err(ModelError::Refused("the model declined to answer".into())),
            Some(Stop::Other(why)) => return Err(ModelError::Refused(format!("the answer ended early: {why}"))),
            None => return Err(ModelError::Network("the stream ended before the answer did".into())),
        }
        // With a schema too: whether the text is JSON that satisfies it is for the scheduler to say.
        let model = Some(partial.model.clone().unwrap_or(model));
        let usage = partial.usage;
        let value = Value::String(partial.said());
        let (basis, notes) = (UsageBasis::Reported, self.unisolated(&request).into_iter().collect());
        Ok(Answer { value, usage, basis, model, usd: None, notes, headroom })
    }

    /// What a script that asks for isolation should know, once.
    fn unisolated(&self, request: &Request) -> Option<String> {
        let isolation = request.isolation.as_deref().filter(|_| !self.told.swap(true, Ordering::Relaxed))?;
        Some(format!(
            "isolation '{isolation}' does nothing here: a model behind HTTP has no tools and touches no files; \
             commands and agents (`command:…`, `acp:…`) do"
        ))
    }

    /// Sends the request; where the server refuses a part of it that can be said in another way or left out, again without:
    /// a refused request costs nothing. The text is the model that was asked.
    async fn post(&self, request: &Request) -> Result<(Response, String), ModelError> {
        let model = request.model.as_deref().unwrap_or(&self.model);
        let mut turns = vec![Turn::User(request.prompt.clone())];
        if let Some(wrong) = &request.correction {
            turns.push(Turn::Assistant(wrong.answer.clone()));
            turns.push(Turn::User(wrong.told.clone()));
        }
        let mut ability = self.abilities.of(model);
        loop {
            let structured = self.format.ways().get(ability.way).copied().unwrap_or(Structured::Words);
            // A model that missed the schema once is told of it in words too: some servers ignore what they do not know.
            let words = request.schema.as_ref().filter(|_| structured == Structured::Words || turns.len() > 1);
            let system = join([request.system.clone(), words.map(wire::in_words)]);
            let conversation = Conversation {
                model,
                system: system.as_deref(),
                turns: &turns,
                shared: request.shared,
                schema: request.schema.as_ref(),
                structured,
                effort: request.effort.as_deref().filter(|_| ability.effort),
                code: request.code && request.schema.is_none() && ability.tools,
                max_tokens: request.max_output.unwrap_or(MOST_OUTPUT).0,
            };
            let response = self.send(&conversation).await?;
            if response.status().is_success() {
                return Ok((response, model.to_owned()));
            }
            let (status, headers) = (response.status(), response.headers().clone());
            let body = self.key.redacted(response.text().await.unwrap_or_default());
            let ways = request.schema.as_ref().map(|_| self.format.ways());
            let next = ability.after(&body, conversation.code, request.effort.is_some(), ways);
            match next.filter(|_| matches!(status.as_u16(), 400 | 422 | 500 | 501)) {
                Some(next) => {
                    ability = next;
                    self.abilities.learn(model, ability);
                }
                None => return Err(refusal(status, &headers, &body)),
            }
        }
    }

    async fn send(&self, conversation: &Conversation<'_>) -> Result<Response, ModelError> {
        let mut post =
            self.client.post(self.format.url(&self.base, conversation)).header(CONTENT_TYPE, "application/json");
        for (name, value) in self.format.headers(self.key.secret()) {
            let unfit =
                |_| ModelError::Refused(format!("the value of the header {name} has characters no header may have"));
            let mut value = HeaderValue::from_str(&value).map_err(unfit)?;
            value.set_sensitive(true);
            post = post.header(name, value);
        }
        let sent = post.body(self.format.body(conversation).to_string()).send().await;
        sent.map_err(|e| ModelError::Network(chain(&e)))
    }

    async fn read_whole(&self, response: Response) -> Result<Partial, ModelError> {
        let body = response.bytes().await.map_err(|e| ModelError::Network(chain(&e)))?;
        let answer: Value = serde_json::from_slice(&body).map_err(|e| ModelError::Network(format!("no JSON: {e}")))?;
        let mut partial = Partial::default();
        self.format.read_whole(&answer, &mut partial).map_err(in_stream)?;
        Ok(partial)
    }

    async fn read(&self, mut response: Response, listener: &Listener) -> Result<Partial, ModelError> {
        // Headers lie in the buffer of the connection: as long as they are there it cannot be filled again, and a second one stands beside it.
        drop(std::mem::take(response.headers_mut()));
        let (mut reader, mut partial, mut bytes) = (SseReader::default(), Partial::default(), 0);
        while let Some(chunk) = response.chunk().await.map_err(|e| ModelError::Network(chain(&e)))? {
            bytes += chunk.len();
            if bytes > MOST_BYTES {
                return Err(ModelError::Refused(format!("the answer is longer than {} MiB", MOST_BYTES >> 20)));
            }
            let before = partial.text.len();
            reader.push(&chunk, |event| self.format.read(event, &mut partial)).map_err(in_stream)?;
            // Of pings and thoughts, which add nothing to the text, too: whoever waits counts the silence.
            listener.hear(&partial.text[before..]);
        }
        let before = partial.text.len();
        reader.finish(|event| self.format.read(event, &mut partial)).map_err(in_stream)?;
        listener.hear(&partial.text[before..]);
        partial.text.shrink_to_fit();
        Ok(partial)
    }
}

impl Model for Http {
    fn answer(&self, request: Request) -> Reply<'_> {
        Box::pin(self.call(request))
    }
}

/// What speaks HTTP. How long a response may be silent is for those to say who wait for it: a scheduler does so for all models alike.
pub(crate) fn client() -> ClientBuilder {
    // Err: another part of the process has installed a provider; either will do.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().connect_timeout(Duration::from_secs(10))
}

/// The parts that are there, with an empty line between them.
fn join<const N: usize>(parts: [Option<String>; N]) -> Option<String> {
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

/// What an error inside a stream that began well means.
fn in_stream(error: StreamError) -> ModelError {
    match error.kind.as_str() {
        "overloaded_error" | "server_is_overloaded" | "UNAVAILABLE" => ModelError::Overloaded,
        "rate_limit_error" | "rate_limit_exceeded" | "RESOURCE_EXHAUSTED" => {
            ModelError::RateLimited { retry_after: None }
        }
        "api_error" | "server_error" | "INTERNAL" | wire::GARBLED => ModelError::Network(error.to_string()),
        _ => ModelError::Refused(error.to_string()),
    }
}

/// What an answer that is not 2xx means. Which are worth another try follows the providers' own SDKs.
fn refusal(status: StatusCode, headers: &HeaderMap, body: &str) -> ModelError {
    let json: Value = serde_json::from_str(body).unwrap_or_default();
    let said = json.pointer("/error/message").or(json.pointer("/error")).and_then(Value::as_str);
    let said = said.map_or_else(|| body.chars().take(200).collect(), str::to_owned);
    let code = ["/error/details/error_code", "/error/code"].iter().find_map(|at| json.pointer(at)?.as_str());
    // Anthropic's and OpenAI's words for it; both come as 429, and waiting does not help.
    if matches!(code, Some("enforced_spend_limit_reached" | "insufficient_quota")) {
        return ModelError::SpendLimit(said);
    }
    match status.as_u16() {
        429 => ModelError::RateLimited { retry_after: retry_after(headers).or_else(|| used_up(headers)) },
        402 => ModelError::SpendLimit(said),
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

/// Until a limit that is used up is whole again.
fn used_up(headers: &HeaderMap) -> Option<Duration> {
    let headroom = Headroom::read(headers)?;
    [headroom.requests, headroom.tokens]
        .into_iter()
        .flatten()
        .filter(|room| room.left == 0)
        .map(|room| room.whole_in)
        .max()
}

/// `retry-after` in seconds, or `retry-after-ms`, as providers send them. Dates are not used by any of them.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let number = |name: &str| headers.get(name)?.to_str().ok()?.trim().parse::<f64>().ok();
    let seconds = number("retry-after-ms").map(|ms| ms / 1e3).or_else(|| number("retry-after"))?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// An error with its causes. The URL, which could hold a secret, is left out.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = error.source().or(Some(error));
    while let Some(cause) = next {
        parts.push(cause.to_string());
        next = cause.source();
    }
    parts.join(": ")
}
