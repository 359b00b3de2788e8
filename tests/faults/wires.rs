//! The formats the server speaks, told apart by the path as real ones are.

use serde_json::{Value, json};

/// Tokens of every whole answer.
pub(crate) const INPUT: u64 = 10;
pub(crate) const OUTPUT: u64 = 5;

/// A wire format, as servers see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wire {
    Anthropic,
    Chat,
    Responses,
    Gemini,
}

impl Wire {
    /// The format of a request with this head.
    pub(crate) fn of(head: &str) -> Self {
        let path = head.split(' ').nth(1).unwrap_or_default();
        match path {
            "/v1/messages" => Self::Anthropic,
            "/v1/responses" => Self::Responses,
            path if path.starts_with("/v1beta/models/") && path.ends_with(":streamGenerateContent?alt=sse") => {
                Self::Gemini
            }
            _ => Self::Chat,
        }
    }

    /// The turns of a request, as (role, text).
    pub(crate) fn turns(self, body: &Value) -> Vec<(String, String)> {
        let list = match self {
            Self::Anthropic | Self::Chat => &body["messages"],
            Self::Responses => &body["input"],
            Self::Gemini => &body["contents"],
        };
        let text = |turn: &Value| match self {
            Self::Gemini => turn["parts"][0]["text"].as_str().unwrap_or_default().to_owned(),
            _ if turn["content"].is_array() => {
                let blocks = turn["content"].as_array().into_iter().flatten();
                blocks.filter_map(|block| block["text"].as_str()).collect()
            }
            _ => turn["content"].as_str().unwrap_or_default().to_owned(),
        };
        let turns = list.as_array().into_iter().flatten();
        turns.map(|turn| (turn["role"].as_str().unwrap_or_default().to_owned(), text(turn))).collect()
    }

    /// The system prompt of a request.
    pub(crate) fn system(self, body: &Value) -> Option<&str> {
        match self {
            Self::Anthropic => body["system"].as_str(),
            Self::Chat => body["messages"][0]["content"].as_str().filter(|_| body["messages"][0]["role"] == "system"),
            Self::Responses => body["instructions"].as_str(),
            Self::Gemini => body["systemInstruction"]["parts"][0]["text"].as_str(),
        }
    }

    /// Where a request asks for an answer in a schema.
    pub(crate) fn schema(self, body: &Value) -> &Value {
        match self {
            Self::Anthropic => &body["output_config"]["format"]["schema"],
            Self::Chat => &body["response_format"]["json_schema"]["schema"],
            Self::Responses => &body["text"]["format"]["schema"],
            Self::Gemini => &body["generationConfig"]["responseJsonSchema"],
        }
    }

    /// Where a request asks for a level of effort.
    pub(crate) fn effort(self, body: &Value) -> &Value {
        match self {
            Self::Anthropic => &body["output_config"]["effort"],
            Self::Chat => &body["reasoning_effort"],
            Self::Responses => &body["reasoning"]["effort"],
            Self::Gemini => &body["generationConfig"]["thinkingConfig"]["thinkingLevel"],
        }
    }

    /// The most output tokens a request allows.
    pub(crate) fn limit(self, body: &Value) -> u64 {
        let limit = match self {
            Self::Anthropic => &body["max_tokens"],
            Self::Chat if body["max_tokens"].is_u64() => &body["max_tokens"],
            Self::Chat => &body["max_completion_tokens"],
            Self::Responses => &body["max_output_tokens"],
            Self::Gemini => &body["generationConfig"]["maxOutputTokens"],
        };
        limit.as_u64().unwrap_or(u64::MAX)
    }

    /// The model a request asks.
    pub(crate) fn model(self, head: &str, body: &Value) -> String {
        match self {
            Self::Gemini => {
                let path = head.split(' ').nth(1).unwrap_or_default();
                path.trim_start_matches("/v1beta/models/").split(':').next().unwrap_or_default().to_owned()
            }
            _ => body["model"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// The name of the first tool that is offered.
    pub(crate) fn tool(self, body: &Value) -> Option<&str> {
        let at = match self {
            Self::Anthropic | Self::Responses => "/tools/0/name",
            Self::Chat => "/tools/0/function/name",
            Self::Gemini => "/tools/0/functionDeclarations/0/name",
        };
        body.pointer(at)?.as_str()
    }

    /// The events of an answer that calls the tool `repl`, its arguments in two pieces where the format has pieces.
    pub(crate) fn call(self, model: &str, code: &str) -> Vec<String> {
        let given = json!({ "code": code });
        let arguments = given.to_string();
        let (half, rest) = arguments.split_at(5);
        let calls = match self {
            Self::Anthropic => {
                let piece = |json: &str| json!({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": json}});
                let begun = json!({"type": "tool_use", "id": "1", "name": "repl", "input": {}});
                vec![
                    json!({"type": "content_block_start", "index": 1, "content_block": begun}),
                    piece(half),
                    piece(rest),
                ]
            }
            Self::Chat => {
                let piece = |function: Value| json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "function": function}]}}]});
                vec![piece(json!({"name": "repl", "arguments": half})), piece(json!({"arguments": rest}))]
            }
            Self::Responses => {
                let item = json!({"type": "function_call", "name": "repl", "arguments": arguments});
                vec![json!({"type": "response.output_item.done", "item": item})]
            }
            Self::Gemini => {
                let part = json!({"functionCall": {"name": "repl", "args": given}});
                vec![json!({"candidates": [{"content": {"parts": [part]}}]})]
            }
        };
        let mut events = self.events(model, "Look", Some(OUTPUT));
        let at = events.len() - if matches!(self, Self::Gemini | Self::Responses) { 1 } else { 2 };
        events.splice(at..at, calls.iter().map(|event| format!("data: {event}\n\n")));
        events
    }

    /// The events of an answer in two pieces; without its end where `most` is not given.
    pub(crate) fn events(self, model: &str, text: &str, most: Option<u64>) -> Vec<String> {
        let middle = text.char_indices().nth(text.chars().count() / 2).map_or(0, |(i, _)| i);
        let (first, second) = text.split_at(middle);
        let cut = most.is_some_and(|most| most < OUTPUT);
        let output = most.unwrap_or(OUTPUT).min(OUTPUT);
        let (mut events, end) = match self {
            Self::Anthropic => {
                let piece =
                    |t: &str| json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": t}});
                let reason = if cut { "max_tokens" } else { "end_turn" };
                let usage = json!({"input_tokens": INPUT, "output_tokens": 1});
                (
                    vec![json!({"type": "message_start", "message": {"model": model, "usage": usage}}), piece(first)],
                    vec![
                        piece(second),
                        json!({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": output}}),
                        json!({"type": "message_stop"}),
                    ],
                )
            }
            Self::Chat => {
                let piece = |t: &str| json!({"model": model, "choices": [{"delta": {"content": t}}]});
                let reason = if cut { "length" } else { "stop" };
                let usage = json!({"prompt_tokens": INPUT, "completion_tokens": output});
                (
                    vec![piece(first)],
                    vec![
                        piece(second),
                        json!({"choices": [{"delta": {}, "finish_reason": reason}]}),
                        json!({"choices": [], "usage": usage}),
                    ],
                )
            }
            Self::Responses => {
                let piece = |t: &str| json!({"type": "response.output_text.delta", "delta": t});
                let kind = if cut { "response.incomplete" } else { "response.completed" };
                let mut response = json!({"model": model, "usage": {"input_tokens": INPUT, "output_tokens": output}});
                if cut {
                    response["incomplete_details"] = json!({"reason": "max_output_tokens"});
                }
                (vec![piece(first)], vec![piece(second), json!({"type": kind, "response": response})])
            }
            Self::Gemini => {
                let piece =
                    |t: &str| json!({"modelVersion": model, "candidates": [{"content": {"parts": [{"text": t}]}}]});
                let mut last = piece(second);
                last["candidates"][0]["finishReason"] = json!(if cut { "MAX_TOKENS" } else { "STOP" });
                last["usageMetadata"] = json!({"promptTokenCount": INPUT, "candidatesTokenCount": output});
                (vec![piece(first)], vec![last])
            }
        };
        if most.is_some() {
            events.extend(end);
        }
        events.iter().map(|event| format!("data: {event}\n\n")).collect()
    }
}
