//! OpenAI Chat Completions, and what is compatible with it: Ollama, llama.cpp, vLLM, LM Studio, gateways.

use std::borrow::Cow;

use analysis::units::Tokens;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::{Value, json};

use super::{
    Conversation, Format, Partial, SseEvent, Stop, StreamError, Structured, code, event::data, messages, number,
    openai_url, schema, stream_error, text,
};
use crate::Usage;

/// The format of `POST /v1/chat/completions`.
#[derive(Clone, Copy, Debug, Default)]
pub struct OpenAiChat {
    /// Say `max_tokens` where OpenAI itself wants `max_completion_tokens`: most of what is compatible knows no other.
    pub old_limit: bool,
}

impl Format for OpenAiChat {
    fn url(&self, base: &str, _: &Conversation<'_>) -> String {
        openai_url(base, "/chat/completions")
    }

    fn ways(&self) -> &'static [Structured] {
        &[Structured::Native, Structured::JsonObject, Structured::Words]
    }

    fn headers(&self, key: &str) -> Vec<(&'static str, String)> {
        if key.is_empty() { vec![] } else { vec![("authorization", format!("Bearer {key}"))] }
    }

    fn body(&self, conversation: &Conversation<'_>) -> Value {
        let system = conversation.system.map(|text| json!({"role": "system", "content": text}));
        let mut body = json!({
            "model": conversation.model,
            "messages": system.into_iter().chain(messages(conversation.turns)).collect::<Vec<_>>(),
            "stream": true,
            "stream_options": {"include_usage": true},
        });
        let limit = if self.old_limit { "max_tokens" } else { "max_completion_tokens" };
        body[limit] = json!(conversation.max_tokens);
        match (conversation.schema, conversation.structured) {
            (Some(schema), Structured::Native) => {
                let format = json!({"name": "answer", "schema": schema, "strict": schema::is_strict(schema)});
                body["response_format"] = json!({"type": "json_schema", "json_schema": format});
            }
            (Some(schema), Structured::JsonObject) => {
                body["response_format"] = json!({"type": "json_object", "schema": schema});
            }
            _ => {}
        }
        if conversation.code {
            body["tools"] = json!([{"type": "function", "function": code::function()}]);
        }
        if let Some(effort) = conversation.effort {
            body["reasoning_effort"] = json!(openai_effort(effort));
        }
        body
    }

    fn read(&self, event: &SseEvent, reply: &mut Partial) -> Result<(), StreamError> {
        if let Some(piece) = Piece::of(&event.data).filter(|_| reply.model.is_some()) {
            reply.add(Some(&piece));
            return Ok(());
        }
        let Some(data) = data(event)? else { return Ok(()) };
        if data.get("error").is_some() {
            return Err(stream_error(&data));
        }
        head(&data, reply);
        reply.add(text(&data, "/choices/0/delta/content"));
        calls(&data["choices"][0]["delta"]["tool_calls"], reply);
        Ok(())
    }

    fn read_whole(&self, answer: &Value, reply: &mut Partial) -> Result<(), StreamError> {
        if answer.get("error").is_some() {
            return Err(stream_error(answer));
        }
        head(answer, reply);
        reply.add(text(answer, "/choices/0/message/content"));
        calls(&answer["choices"][0]["message"]["tool_calls"], reply);
        Ok(())
    }
}

/// An event with a piece of the text and nothing else that is worth reading, as all are but the first and the last ones. It is read without
/// a copy of the rest.
#[derive(Deserialize)]
struct Piece<'a> {
    #[serde(borrow)]
    choices: [Choice<'a>; 1],
    usage: Option<IgnoredAny>,
    error: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Choice<'a> {
    #[serde(borrow)]
    delta: Delta<'a>,
    finish_reason: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Delta<'a> {
    #[serde(borrow)]
    content: Cow<'a, str>,
}

impl<'a> Piece<'a> {
    fn of(data: &'a str) -> Option<Cow<'a, str>> {
        let Self { choices: [choice], usage: None, error: None } = serde_json::from_str(data).ok()? else {
            return None;
        };
        if choice.finish_reason.is_none() { Some(choice.delta.content) } else { None }
    }
}

/// Calls of the tool, or pieces of them: a name begins one.
fn calls(calls: &Value, reply: &mut Partial) {
    for call in calls.as_array().into_iter().flatten() {
        if text(call, "/function/name").is_some_and(|name| !name.is_empty()) {
            reply.begin_code();
        }
        reply.add_code(text(call, "/function/arguments").unwrap_or_default());
    }
}

/// What stands beside the text, in a piece and in the whole.
fn head(data: &Value, reply: &mut Partial) {
    reply.name_model(data, "/model");
    if data["usage"].is_object() {
        reply.usage = usage(&data["usage"], ["prompt_tokens", "completion_tokens", "prompt_tokens_details"]);
    }
    if let Some(reason) = text(data, "/choices/0/finish_reason") {
        reply.stop = Some(match reason {
            "stop" | "tool_calls" => Stop::Done,
            "length" => Stop::MaxTokens,
            "content_filter" => Stop::Refusal,
            other => Stop::Other(other.to_owned()),
        });
    }
}

/// OpenAI's levels end below `max`.
pub(super) fn openai_effort(effort: &str) -> &str {
    if effort == "max" { "xhigh" } else { effort }
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
