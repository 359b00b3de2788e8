//! OpenAI Responses.

use serde_json::{Value, json};

use super::{Conversation, Format, Partial, SseEvent, Stop, StreamError, Turn, openai_chat::usage, stream_error, text};

/// The format of `POST /v1/responses`.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenAiResponses;

impl Format for OpenAiResponses {
    fn path(&self, _: &Conversation<'_>) -> String {
        "/v1/responses".to_owned()
    }

    fn headers(&self, key: &str) -> Vec<(&'static str, String)> {
        vec![("authorization", format!("Bearer {key}"))]
    }

    fn body(&self, conversation: &Conversation<'_>) -> Value {
        let input: Vec<Value> = conversation
            .turns
            .iter()
            .map(|turn| match turn {
                Turn::User(text) => json!({"role": "user", "content": text}),
                Turn::Assistant(text) => json!({"role": "assistant", "content": text}),
            })
            .collect();
        let mut body = json!({
            "model": conversation.model,
            "input": input,
            "max_output_tokens": conversation.max_tokens,
            "stream": true,
            "store": false,
        });
        if let Some(system) = conversation.system {
            body["instructions"] = json!(system);
        }
        if let Some(schema) = conversation.schema {
            body["text"]["format"] = json!({"type": "json_schema", "name": "answer", "schema": schema});
        }
        if let Some(effort) = conversation.effort {
            body["reasoning"] = json!({"effort": effort});
        }
        body
    }

    fn read(&self, event: &SseEvent, reply: &mut Partial) -> Result<Option<String>, StreamError> {
        let Ok(data) = serde_json::from_str::<Value>(&event.data) else {
            return Ok(None);
        };
        match text(&data, "/type").unwrap_or(&event.name) {
            "response.output_text.delta" => {
                if let Some(delta) = text(&data, "/delta") {
                    reply.text.push_str(delta);
                    return Ok(Some(delta.to_owned()));
                }
            }
            kind @ ("response.completed" | "response.incomplete") => {
                let fields = ["input_tokens", "output_tokens", "input_tokens_details"];
                reply.usage = usage(&data["response"]["usage"], fields);
                reply.stop = Some(match text(&data, "/response/incomplete_details/reason") {
                    Some("max_output_tokens") => Stop::MaxTokens,
                    Some("content_filter") => Stop::Refusal,
                    Some(other) => Stop::Other(other.to_owned()),
                    None if kind == "response.completed" => Stop::Done,
                    None => Stop::Other("incomplete".to_owned()),
                });
            }
            "response.failed" => return Err(stream_error(&data["response"])),
            "error" if data.get("error").is_some() => return Err(stream_error(&data)),
            "error" => return Err(stream_error(&json!({ "error": data }))),
            _ => {}
        }
        Ok(None)
    }
}
