//! Anthropic Messages.

use serde_json::{Value, json};

use super::{Conversation, Format, Partial, SseEvent, Stop, StreamError, Turn, number, stream_error, text};
use crate::Usage;

/// The format of `POST /v1/messages`.
#[derive(Clone, Debug)]
pub struct Anthropic {
    /// The `anthropic-version` header. Compatible servers and gateways often speak only [`Anthropic::OLD_VERSION`].
    pub version: String,
}

impl Anthropic {
    /// The current version, which has no sampling parameters.
    pub const VERSION: &'static str = "2026-10-21";
    /// The version before it, which everything that is compatible understands.
    pub const OLD_VERSION: &'static str = "2023-06-01";
}

impl Default for Anthropic {
    fn default() -> Self {
        Self { version: Self::VERSION.to_owned() }
    }
}

impl Format for Anthropic {
    fn path(&self, _: &Conversation<'_>) -> String {
        "/v1/messages".to_owned()
    }

    fn headers(&self, key: &str) -> Vec<(&'static str, String)> {
        vec![("x-api-key", key.to_owned()), ("anthropic-version", self.version.clone())]
    }

    fn body(&self, conversation: &Conversation<'_>) -> Value {
        let messages: Vec<Value> = conversation
            .turns
            .iter()
            .map(|turn| match turn {
                Turn::User(text) => json!({"role": "user", "content": text}),
                Turn::Assistant(text) => json!({"role": "assistant", "content": text}),
            })
            .collect();
        let mut body = json!({
            "model": conversation.model,
            "max_tokens": conversation.max_tokens,
            "messages": messages,
            "stream": true,
        });
        if let Some(system) = conversation.system {
            body["system"] = json!(system);
        }
        if let Some(schema) = conversation.schema {
            body["output_config"]["format"] = json!({"type": "json_schema", "schema": schema});
        }
        if let Some(effort) = conversation.effort {
            body["output_config"]["effort"] = json!(effort);
        }
        body
    }

    fn read(&self, event: &SseEvent, reply: &mut Partial) -> Result<Option<String>, StreamError> {
        let Ok(data) = serde_json::from_str::<Value>(&event.data) else {
            return Ok(None);
        };
        match text(&data, "/type").unwrap_or_default() {
            "message_start" => reply.usage = usage(&data["message"]["usage"], reply.usage),
            "content_block_delta" => {
                let delta = text(&data, "/delta/text").or(text(&data, "/delta/partial_json"));
                if let Some(delta) = delta {
                    reply.text.push_str(delta);
                    return Ok(Some(delta.to_owned()));
                }
            }
            "message_delta" => {
                reply.usage = usage(&data["usage"], reply.usage);
                reply.stop = text(&data, "/delta/stop_reason").map(|reason| match reason {
                    "end_turn" | "stop_sequence" | "tool_use" => Stop::Done,
                    "max_tokens" | "model_context_window_exceeded" => Stop::MaxTokens,
                    "refusal" => Stop::Refusal,
                    other => Stop::Other(other.to_owned()),
                });
            }
            "error" => return Err(stream_error(&data)),
            _ => {}
        }
        Ok(None)
    }
}

/// Usage in a stream is cumulative; later events repeat some fields only.
fn usage(value: &Value, before: Usage) -> Usage {
    let later = |field: &str, before| match value.get(field) {
        Some(Value::Number(_)) => analysis::units::Tokens(number(value, &format!("/{field}"))),
        _ => before,
    };
    Usage {
        input: later("input_tokens", before.input),
        output: later("output_tokens", before.output),
        cache_read: later("cache_read_input_tokens", before.cache_read),
        cache_write: later("cache_creation_input_tokens", before.cache_write),
    }
}
