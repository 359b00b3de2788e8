//! How providers want to be asked and how they answer. Pure: JSON in, JSON out; the transport is elsewhere.
//!
//! Each format gives the body of a request and reads the events of a streamed answer. Sources: the providers' public API
//! references and official SDK types, 2026-11.

mod anthropic;
mod code;
mod event;
mod gemini;
mod openai_chat;
mod openai_responses;
mod schema;
mod sse;
#[cfg(test)]
mod tests;

pub use anthropic::Anthropic;
pub(crate) use event::{GARBLED, Halves, json};
pub use gemini::Gemini;
pub use openai_chat::OpenAiChat;
pub use openai_responses::OpenAiResponses;
pub(crate) use schema::in_words;
use serde_json::{Value, json};
pub use sse::{SseEvent, SseReader};

use crate::Usage;

/// One conversation to continue.
#[derive(Clone, Debug)]
pub struct Conversation<'a> {
    /// The provider's id of the model.
    pub model: &'a str,
    /// What we add; never part of the script's prompt.
    pub system: Option<&'a str>,
    /// The turns so far, beginning and ending with the user's.
    pub turns: &'a [Turn],
    /// Bytes at the beginning of the first turn that other conversations have too, with all that stands above it.
    pub shared: Option<usize>,
    /// The JSON Schema of the answer; free text without one.
    pub schema: Option<&'a Value>,
    /// How the provider is asked to keep to it.
    pub structured: Structured,
    /// Whether the answer is code, for which there is a tool.
    pub code: bool,
    /// `low`, `medium`, `high`, `xhigh` or `max`; what the provider does not have is the next it has.
    pub effort: Option<&'a str>,
    /// Most output tokens.
    pub max_tokens: u64,
}

/// How a provider is asked for an answer in a schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Structured {
    /// The provider's own way: it promises to keep to the schema.
    #[default]
    Native,
    /// `response_format: {type: "json_object", schema}`, as llama-cpp-python has it.
    JsonObject,
    /// As the input of a tool the model has to call.
    Tool,
    /// In words, in the system prompt; the answer is read from prose.
    Words,
}

/// One turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// What the user said. The first one is the script's prompt, verbatim.
    User(String),
    /// What the model said.
    Assistant(String),
}

/// Why an answer ended.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Stop {
    /// The model was done.
    #[default]
    Done,
    /// The limit of output tokens cut it.
    MaxTokens,
    /// The model declined.
    Refusal,
    /// Something else, in the provider's word.
    Other(String),
}

/// An answer as far as it has come.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Partial {
    /// The text so far.
    pub text: String,
    /// What it took so far; final once the answer is complete.
    pub usage: Usage,
    /// Why it ended; `None` while it has not.
    pub stop: Option<Stop>,
    /// The model that answers, as the provider names it.
    pub model: Option<String>,
    halves: Halves,
    /// Calls of the tool for code so far: their arguments as JSON.
    code: Vec<String>,
}

impl Partial {
    /// All that was said: the text, and the code of each call in a block of its own.
    pub(crate) fn said(self) -> String {
        code::fenced(self.text, &self.code)
    }

    /// A call of the tool for code begins.
    fn begin_code(&mut self) {
        self.code.push(String::new());
    }

    /// A piece of the arguments of the call that began last.
    fn add_code(&mut self, piece: &str) {
        if let Some(last) = self.code.last_mut() {
            last.push_str(piece);
        }
    }

    /// Takes the provider's name of the model from where it stands, if it does.
    fn name_model(&mut self, value: &Value, pointer: &str) {
        if let Some(model) = text(value, pointer).filter(|_| self.model.is_none()) {
            self.model = Some(model.to_owned());
        }
    }

    fn add(&mut self, delta: Option<&str>) {
        self.halves.join(delta.unwrap_or_default(), &mut self.text);
    }
}

/// A provider's error inside a stream that began well.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind}: {message}")]
pub struct StreamError {
    /// The provider's word for it: `overloaded_error`.
    pub kind: String,
    /// The provider's sentence.
    pub message: String,
}

/// A wire format.
pub trait Format: Send + Sync {
    /// Where the request goes. `base` is the base URL as people write it for this provider's own tools.
    fn url(&self, base: &str, conversation: &Conversation<'_>) -> String;

    /// The ways to ask for an answer in a schema, the best first. A server that refuses one is asked in the next.
    fn ways(&self) -> &'static [Structured] {
        &[Structured::Native, Structured::Words]
    }

    /// The body of a streaming request.
    fn body(&self, conversation: &Conversation<'_>) -> Value;

    /// Headers besides the content type. `key` is the secret; empty where a local server needs none.
    fn headers(&self, key: &str) -> Vec<(&'static str, String)>;

    /// Takes one event of the stream into `reply`.
    fn read(&self, event: &SseEvent, reply: &mut Partial) -> Result<(), StreamError>;

    /// Takes a whole answer into `reply`, from a server that does not stream.
    fn read_whole(&self, answer: &Value, reply: &mut Partial) -> Result<(), StreamError>;
}

/// The turns as most providers take them.
fn messages(turns: &[Turn]) -> impl Iterator<Item = Value> {
    turns.iter().map(|turn| match turn {
        Turn::User(text) => json!({"role": "user", "content": text}),
        Turn::Assistant(text) => json!({"role": "assistant", "content": text}),
    })
}

/// A base URL with a path is taken as it is, one without gets `/v1`: both are in use for OpenAI's formats.
fn openai_url(base: &str, path: &str) -> String {
    let base = base.trim_end_matches('/');
    let bare = base.split_once("://").is_none_or(|(_, rest)| !rest.contains('/'));
    format!("{base}{}{path}", if bare { "/v1" } else { "" })
}

/// A number in JSON, or 0 where the provider left it out.
fn number(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or_default()
}

/// A text in JSON.
fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// The error object most providers send: `{error: {type, message}}`.
fn stream_error(value: &Value) -> StreamError {
    let kind = text(value, "/error/type").or(text(value, "/error/code")).or(text(value, "/error/status"));
    StreamError {
        kind: kind.unwrap_or("error").to_owned(),
        message: text(value, "/error/message").unwrap_or("the provider gave no reason").to_owned(),
    }
}
