//! OpenAI Chat Completions, and what is compatible with it: Ollama, llama.cpp, vLLM, LM Studio, gateways.

use analysis::units::Tokens;
use serde_json::{Value, json};

use super::{Conversation, Format, Partial, SseEvent, Stop, StreamError, Turn, number, stream_error, text};
use crate::Usage;

/// The format of `POST /v1/chat/completions`.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenAiChat {
    /// How the server wants to be asked for JSON.
    pub structured: StructuredBy,
}

/// How a compatible server is asked for an answer in a schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StructuredBy {
    /// `response_format: {type: "json_schema", …}`, as OpenAI has it.
    #[default]
    JsonSchema,
    /// `response_format: {type: "json_object", schema}`, as llama-cpp-python has it.
    JsonObject,
    /// Not at all: the schema is told in words and the answer is read from prose.
    Words,
}

impl Format for OpenAiChat {
    fn path(&self, _: &Conversation<'_>) -> String {
        "/v1/chat/completions".to_owned()
    }

    fn headers(&self, key: &str) -> Vec<(&'static str, String)> {
        if key.is_empty() { vec![] } else { vec![("authorization", format!("Bearer {key}"))] }
    }

    fn body(&self, conversation: &Conversation<'_>) -> Value {
        let system = conversation.system.map(|text| json!({"role": "system", "content": text}));
        let turns = conversation.turns.iter().map(|turn| match turn {
            Turn::User(text) => json!({"role": "user", "content": text}),
            Turn::Assistant(text) => json!({"role": "assistant", "content": text}),
        });
        let mut body = json!({
            "model": conversation.model,
            "messages": system.into_iter().chain(turns).collect::<Vec<_>>(),
            "max_completion_tokens": conversation.max_tokens,
            "stream": true,
            "stream_options": {"include_usage": true},
        });
        match (conversation.schema, self.structured) {
            (Some(schema), StructuredBy::JsonSchema) => {
                body["response_format"] =
                    json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}});
            }
            (Some(schema), StructuredBy::JsonObject) => {
                body["response_format"] = json!({"type": "json_object", "schema": schema});
            }
            _ => {}
        }
        if let Some(effort) = conversation.effort {
            body["reasoning_effort"] = json!(effort);
        }
        body
    }

    fn read(&self, event: &SseEvent, reply: &mut Partial) -> Result<Option<String>, StreamError> {
        let Ok(data) = serde_json::from_str::<Value>(&event.data) else {
            return Ok(None);
        };
        if data.get("error").is_some() {
            return Err(stream_error(&data));
        }
        if data["usage"].is_object() {
            reply.usage = usage(&data["usage"], ["prompt_tokens", "completion_tokens", "prompt_tokens_details"]);
        }
        if let Some(reason) = text(&data, "/choices/0/finish_reason") {
            reply.stop = Some(match reason {
                "stop" | "tool_calls" => Stop::Done,
                "length" => Stop::MaxTokens,
                "content_filter" => Stop::Refusal,
                other => Stop::Other(other.to_owned()),
            });
        }
        let delta = text(&data, "/choices/0/delta/content").filter(|delta| !delta.is_empty());
        Ok(delta.map(|delta| {
            reply.text.push_str(delta);
            delta.to_owned()
        }))
    }
}

/// OpenAI counts cached tokens inside the input; we keep them apart.
pub(super) fn usage(value: &Value, [input, output, details]: [&str; 3]) -> Usage {
    let cache_read = number(value, &format!("/{details}/cached_tokens"));
    let cache_write = number(value, &format!("/{details}/cache_write_tokens"));
    Usage {
        input: Tokens(number(value, &format!("/{input}")).saturating_sub(cache_read + cache_write)),
        output: Tokens(number(value, &format!("/{output}"))),
        cache_read: Tokens(cache_read),
        cache_write: Tokens(cache_write),
    }
}
