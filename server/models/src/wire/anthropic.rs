//! Anthropic Messages.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Conversation, Format, Partial, SseEvent, Stop, StreamError, Structured, code, event::data, messages, number,
    schema, stream_error, text,
};
use crate::Usage;

/// The tool whose input is the answer, where the server knows no better way.
const TOOL: &str = "structured_output";

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
    fn url(&self, base: &str, _: &Conversation<'_>) -> String {
        let base = base.trim_end_matches('/');
        format!("{}/v1/messages", base.strip_suffix("/v1").unwrap_or(base))
    }

    fn ways(&self) -> &'static [Structured] {
        &[Structured::Native, Structured::Tool, Structured::Words]
    }

    fn headers(&self, key: &str) -> Vec<(&'static str, String)> {
        vec![("x-api-key", key.to_owned()), ("anthropic-version", self.version.clone())]
    }

    fn body(&self, conversation: &Conversation<'_>) -> Value {
        let mut body = json!({
            "model": conversation.model,
            "max_tokens": conversation.max_tokens,
            "messages": messages(conversation.turns).collect::<Vec<_>>(),
            "stream": true,
        });
        if let Some(system) = conversation.system {
            body["system"] = json!(system);
        }
        if let Some(shared) = conversation.shared {
            keep(&mut body, shared);
        }
        let native = conversation.structured == Structured::Native;
        match (conversation.schema, conversation.structured) {
            (Some(schema), _) if native && !schema::has_open_map(schema) => {
                body["output_config"]["format"] = json!({"type": "json_schema", "schema": schema::closed(schema)});
            }
            (Some(schema), Structured::Native | Structured::Tool) => {
                let tool = json!({"name": TOOL, "description": "Gives the answer.", "input_schema": schema});
                body["tools"] = json!([tool]);
                body["tool_choice"] = json!({"type": "tool", "name": TOOL});
            }
            _ => {}
        }
        if conversation.code {
            body["tools"] =
                json!([{"name": code::TOOL, "description": code::WHAT, "input_schema": code::parameters()}]);
        }
        if let Some(effort) = conversation.effort {
            body["output_config"]["effort"] = json!(effort);
        }
        body
    }

    fn read(&self, event: &SseEvent, reply: &mut Partial) -> Result<(), StreamError> {
        if let Some(piece) = Piece::of(&event.data) {
            piece.add_to(reply);
            return Ok(());
        }
        let Some(data) = data(event)? else { return Ok(()) };
        match text(&data, "/type").unwrap_or_default() {
            "message_start" => {
                reply.name_model(&data, "/message/model");
                reply.usage = usage(&data["message"]["usage"], reply.usage);
            }
            "content_block_start" if text(&data, "/content_block/name") == Some(code::TOOL) => reply.begin_code(),
            "content_block_delta" => {
                let (text, json) = (text(&data, "/delta/text"), text(&data, "/delta/partial_json"));
                Delta { text: text.unwrap_or_default().into(), partial_json: json.unwrap_or_default().into() }
                    .add_to(reply);
            }
            "message_delta" => {
                reply.usage = usage(&data["usage"], reply.usage);
                reply.stop = text(&data, "/delta/stop_reason").map(stop);
            }
            "error" => return Err(stream_error(&data)),
            _ => {}
        }
        Ok(())
    }

    fn read_whole(&self, answer: &Value, reply: &mut Partial) -> Result<(), StreamError> {
        if answer["type"] == "error" {
            return Err(stream_error(answer));
        }
        reply.name_model(answer, "/model");
        for block in answer["content"].as_array().into_iter().flatten() {
            match text(block, "/type") {
                Some("text") => reply.add(text(block, "/text")),
                Some("tool_use") if block["name"] == code::TOOL => {
                    reply.begin_code();
                    reply.add_code(&block["input"].to_string());
                }
                Some("tool_use") => reply.add(Some(&block["input"].to_string())),
                _ => {}
            }
        }
        reply.usage = usage(&answer["usage"], reply.usage);
        reply.stop = text(answer, "/stop_reason").map(stop);
        Ok(())
    }
}

/// An event with a piece of the text, as almost all are: read without a copy of the rest.
#[derive(Deserialize)]
struct Piece<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    delta: Delta<'a>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow, default)]
    text: Cow<'a, str>,
    #[serde(borrow, default)]
    partial_json: Cow<'a, str>,
}

impl<'a> Piece<'a> {
    fn of(data: &'a str) -> Option<Delta<'a>> {
        let Self { kind: "content_block_delta", delta } = serde_json::from_str(data).ok()? else { return None };
        Some(delta)
    }
}

impl Delta<'_> {
    fn add_to(&self, reply: &mut Partial) {
        // What is called is either the tool for code or the one whose input is the answer.
        if self.text.is_empty() && !reply.code.is_empty() {
            reply.add_code(&self.partial_json);
        } else {
            reply.add(Some(if self.text.is_empty() { &self.partial_json } else { &self.text }));
        }
    }
}

/// Has what others have too kept: the instructions and the first bytes of the first turn, or the instructions alone.
fn keep(body: &mut Value, shared: usize) {
    let kept = |text: &str| json!({"type": "text", "text": text, "cache_control": {"type": "ephemeral"}});
    let first = &mut body["messages"][0]["content"];
    let split =
        first.as_str().and_then(|text| text.split_at_checked(shared)).filter(|(beginning, _)| !beginning.is_empty());
    if let Some((beginning, rest)) = split {
        let rest = Some(rest).filter(|rest| !rest.is_empty()).map(|rest| json!({"type": "text", "text": rest}));
        *first = [kept(beginning)].into_iter().chain(rest).collect();
    } else if let Some(system) = body["system"].as_str() {
        body["system"] = json!([kept(system)]);
    }
}

fn stop(reason: &str) -> Stop {
    match reason {
        "end_turn" | "stop_sequence" | "tool_use" => Stop::Done,
        "max_tokens" | "model_context_window_exceeded" => Stop::MaxTokens,
        "refusal" => Stop::Refusal,
        other => Stop::Other(other.to_owned()),
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
