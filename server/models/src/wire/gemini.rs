//! Gemini `generateContent`.

use analysis::units::Tokens;
use serde_json::{Value, json};

use super::{
    Conversation, Format, Partial, SseEvent, Stop, StreamError, Structured, Turn, code, event::data, number,
    stream_error, text,
};
use crate::Usage;

/// The format of `POST /v1beta/models/MODEL:streamGenerateContent?alt=sse`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Gemini;

impl Format for Gemini {
    fn url(&self, base: &str, conversation: &Conversation<'_>) -> String {
        let base = base.trim_end_matches('/');
        let base = base.strip_suffix("/v1beta").unwrap_or(base);
        format!("{base}/v1beta/models/{}:streamGenerateContent?alt=sse", conversation.model)
    }

    fn headers(&self, key: &str) -> Vec<(&'static str, String)> {
        vec![("x-goog-api-key", key.to_owned())]
    }

    fn body(&self, conversation: &Conversation<'_>) -> Value {
        let contents: Vec<Value> = conversation
            .turns
            .iter()
            .map(|turn| match turn {
                Turn::User(text) => json!({"role": "user", "parts": [{"text": text}]}),
                Turn::Assistant(text) => json!({"role": "model", "parts": [{"text": text}]}),
            })
            .collect();
        let mut body = json!({
            "contents": contents,
            "generationConfig": {"maxOutputTokens": conversation.max_tokens},
        });
        if let Some(system) = conversation.system {
            body["systemInstruction"] = json!({"parts": [{"text": system}]});
        }
        if let Some(effort) = conversation.effort {
            // Three levels on every model that has any.
            let level = if matches!(effort, "low" | "medium") { effort } else { "high" };
            body["generationConfig"]["thinkingConfig"] = json!({"thinkingLevel": level});
        }
        if conversation.code {
            let tool = json!({
                "name": code::TOOL, "description": code::WHAT, "parametersJsonSchema": code::parameters(),
            });
            body["tools"] = json!([{"functionDeclarations": [tool]}]);
        }
        if let Some(schema) = conversation.schema.filter(|_| conversation.structured == Structured::Native) {
            body["generationConfig"]["responseMimeType"] = json!("application/json");
            body["generationConfig"]["responseJsonSchema"] = schema.clone();
        }
        body
    }

    fn read(&self, event: &SseEvent, reply: &mut Partial) -> Result<(), StreamError> {
        let Some(data) = data(event)? else { return Ok(()) };
        self.read_whole(&data, reply)
    }

    /// A piece of a stream looks like a whole answer.
    fn read_whole(&self, data: &Value, reply: &mut Partial) -> Result<(), StreamError> {
        if data.get("error").is_some() {
            return Err(stream_error(data));
        }
        reply.name_model(data, "/modelVersion");
        let meta = &data["usageMetadata"];
        if meta.is_object() {
            let cache_read = number(meta, "/cachedContentTokenCount");
            let input = number(meta, "/promptTokenCount") + number(meta, "/toolUsePromptTokenCount");
            reply.usage = Usage {
                input: Tokens(input.saturating_sub(cache_read)),
                output: Tokens(number(meta, "/candidatesTokenCount") + number(meta, "/thoughtsTokenCount")),
                cache_read: Tokens(cache_read),
                cache_write: Tokens(0),
            };
        }
        if let Some(reason) = text(data, "/candidates/0/finishReason") {
            reply.stop = Some(match reason {
                "STOP" => Stop::Done,
                "MAX_TOKENS" => Stop::MaxTokens,
                "SAFETY" | "PROHIBITED_CONTENT" | "BLOCKLIST" => Stop::Refusal,
                other => Stop::Other(other.to_owned()),
            });
        }
        let parts = data.pointer("/candidates/0/content/parts").and_then(Value::as_array);
        let thought = |part: &&Value| part["thought"].as_bool() != Some(true);
        for part in parts.into_iter().flatten().filter(thought) {
            reply.add(part["text"].as_str());
            if part["functionCall"].is_object() {
                reply.begin_code();
                reply.add_code(&part["functionCall"]["args"].to_string());
            }
        }
        Ok(())
    }
}
