//! OpenAI Responses.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Conversation, Format, Partial, SseEvent, Stop, StreamError, Structured, code,
    event::data,
    messages,
    openai_chat::{openai_effort, usage},
    openai_url, schema, stream_error, text,
};

/// The format of `POST /v1/responses`.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenAiResponses;

impl Format for OpenAiResponses {
    fn url(&self, base: &str, _: &Conversation<'_>) -> String {
        openai_url(base, "/responses")
    }

    fn headers(&self, key: &str) -> Vec<(&'static str, String)> {
        if key.is_empty() { vec![] } else { vec![("authorization", format!("Bearer {key}"))] }
    }

    fn body(&self, conversation: &Conversation<'_>) -> Value {
        let mut body = json!({
            "model": conversation.model,
            "input": messages(conversation.turns).collect::<Vec<_>>(),
            "max_output_tokens": conversation.max_tokens,
            "stream": true,
            "store": false,
        });
        if let Some(system) = conversation.system {
            body["instructions"] = json!(system);
        }
        if let Some(schema) = conversation.schema.filter(|_| conversation.structured == Structured::Native) {
            let strict = schema::is_strict(schema);
            body["text"]["format"] =
                json!({"type": "json_schema", "name": "answer", "schema": schema, "strict": strict});
        }
        if conversation.code {
            let mut tool = code::function();
            tool["type"] = json!("function");
            body["tools"] = json!([tool]);
        }
        if let Some(effort) = conversation.effort {
            body["reasoning"] = json!({"effort": openai_effort(effort)});
        }
        body
    }

    fn read(&self, event: &SseEvent, reply: &mut Partial) -> Result<(), StreamError> {
        if let Some(piece) = Piece::of(&event.data) {
            reply.add(Some(&piece));
            return Ok(());
        }
        let Some(data) = data(event)? else { return Ok(()) };
        match text(&data, "/type").unwrap_or(&event.name) {
            "response.output_text.delta" => reply.add(text(&data, "/delta")),
            "response.output_item.done" => call(&data["item"], reply),
            "response.completed" | "response.incomplete" => end(&data["response"], reply),
            "response.failed" => return Err(stream_error(&data["response"])),
            "error" if data.get("error").is_some() => return Err(stream_error(&data)),
            "error" => return Err(stream_error(&json!({ "error": data }))),
            _ => {}
        }
        Ok(())
    }

    fn read_whole(&self, answer: &Value, reply: &mut Partial) -> Result<(), StreamError> {
        if answer["error"].is_object() {
            return Err(stream_error(answer));
        }
        for item in answer["output"].as_array().into_iter().flatten() {
            for part in item["content"].as_array().into_iter().flatten() {
                reply.add(text(part, "/text"));
            }
            call(item, reply);
        }
        end(answer, reply);
        Ok(())
    }
}

/// An event with a piece of the text, as almost all are: read without a copy of the rest.
#[derive(Deserialize)]
struct Piece<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    #[serde(borrow)]
    delta: Cow<'a, str>,
}

impl<'a> Piece<'a> {
    fn of(data: &'a str) -> Option<Cow<'a, str>> {
        match serde_json::from_str(data).ok()? {
            Self { kind: "response.output_text.delta", delta } => Some(delta),
            _ => None,
        }
    }
}

/// A call of the tool, if the item is one.
fn call(item: &Value, reply: &mut Partial) {
    if let (Some("function_call"), Some(arguments)) = (text(item, "/type"), text(item, "/arguments")) {
        reply.begin_code();
        reply.add_code(arguments);
    }
}

/// What a response says at its end.
fn end(response: &Value, reply: &mut Partial) {
    reply.name_model(response, "/model");
    reply.usage = usage(&response["usage"], ["input_tokens", "output_tokens", "input_tokens_details"]);
    reply.stop = Some(match text(response, "/incomplete_details/reason") {
        Some("max_output_tokens") => Stop::MaxTokens,
        Some("content_filter") => Stop::Refusal,
        Some(other) => Stop::Other(other.to_owned()),
        None if text(response, "/status") == Some("incomplete") => Stop::Other("incomplete".to_owned()),
        None => Stop::Done,
    });
}
