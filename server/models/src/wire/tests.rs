//! One answer in each format, cut at every byte: text, usage and stop reason are the same however it arrives.

use analysis::units::Tokens;
use serde_json::json;

use super::*;

const SCHEMA: &str = r#"{"type":"object","properties":{"a":{}}}"#;

fn conversation<'a>(schema: &'a Value, turns: &'a [Turn]) -> Conversation<'a> {
    Conversation {
        model: "m-1",
        system: Some("be brief"),
        turns,
        shared: None,
        schema: Some(schema),
        structured: Structured::Native,
        code: false,
        effort: Some("low"),
        max_tokens: 100,
    }
}

fn stream(events: &[Value]) -> Vec<u8> {
    events
        .iter()
        .map(|e| format!("event: {}\r\ndata: {e}\r\n\r\n", e["type"].as_str().unwrap_or("x")))
        .collect::<String>()
        .into()
}

fn read(format: &dyn Format, bytes: &[u8], cut: usize) -> Result<Partial, StreamError> {
    let (mut reader, mut reply) = (SseReader::default(), Partial::default());
    let mut take = |event: &SseEvent| format.read(event, &mut reply);
    reader.push(&bytes[..cut], &mut take)?;
    reader.push(&bytes[cut..], &mut take)?;
    reader.finish(take)?;
    Ok(reply)
}

fn answers_the_same(format: &dyn Format, events: &[Value], usage: Usage) {
    let bytes = stream(events);
    let expected = Partial {
        text: "héllo 🚀".into(),
        usage,
        stop: Some(Stop::Done),
        model: Some("m-1".into()),
        ..Partial::default()
    };
    for cut in 0..=bytes.len() {
        assert_eq!(read(format, &bytes, cut).as_ref(), Ok(&expected), "cut at {cut}");
    }
}

fn usage(input: u64, output: u64, cache_read: u64, cache_write: u64) -> Usage {
    let [input, output, cache_read, cache_write] = [input, output, cache_read, cache_write].map(Tokens);
    Usage { input, output, cache_read, cache_write }
}

#[test]
fn anthropic_streams() {
    let events = [
        json!({"type": "message_start", "message": {"model": "m-1", "usage": {"input_tokens": 9, "output_tokens": 1,
               "cache_read_input_tokens": 4, "cache_creation_input_tokens": 2}}}),
        json!({"type": "content_block_start", "content_block": {"type": "text", "text": ""}}),
        json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "héllo "}}),
        json!({"type": "ping"}),
        json!({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "🚀"}}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 7}}),
        json!({"type": "message_stop"}),
    ];
    answers_the_same(&Anthropic::default(), &events, usage(9, 7, 4, 2));
}

#[test]
fn openai_chat_streams() {
    let events = [
        json!({"model": "m-1", "choices": [{"delta": {"role": "assistant", "content": ""}}]}),
        json!({"choices": [{"delta": {"content": "héllo "}}]}),
        json!({"choices": [{"delta": {"content": "🚀"}, "finish_reason": "stop"}]}),
        json!({"choices": [], "usage": {"prompt_tokens": 13, "completion_tokens": 7,
               "prompt_tokens_details": {"cached_tokens": 4}}}),
    ];
    answers_the_same(&OpenAiChat::default(), &events, usage(9, 7, 4, 0));
}

#[test]
fn openai_responses_streams() {
    let events = [
        json!({"type": "response.created", "response": {}}),
        json!({"type": "response.output_text.delta", "delta": "héllo "}),
        json!({"type": "response.output_text.delta", "delta": "🚀"}),
        json!({"type": "response.completed", "response": {"model": "m-1", "usage": {"input_tokens": 13, "output_tokens": 7,
               "input_tokens_details": {"cached_tokens": 4}}}}),
    ];
    answers_the_same(&OpenAiResponses, &events, usage(9, 7, 4, 0));
}

#[test]
fn gemini_streams() {
    let events = [
        json!({"modelVersion": "m-1", "candidates": [{"content": {"parts": [{"text": "hm", "thought": true}, {"text": "héllo "}]}}]}),
        json!({"candidates": [{"content": {"parts": [{"text": "🚀"}]}, "finishReason": "STOP"}],
               "usageMetadata": {"promptTokenCount": 13, "candidatesTokenCount": 5, "thoughtsTokenCount": 2,
                                 "cachedContentTokenCount": 4}}),
    ];
    answers_the_same(&Gemini, &events, usage(9, 7, 4, 0));
}

#[test]
fn what_stands_beside_a_piece_of_text_is_read_too() {
    let chat = |events: &[Value]| read(&OpenAiChat::default(), &stream(events), 0);
    let piece = |text: &str| json!({"model": "m-1", "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}], "usage": null});
    let with_usage =
        json!({"choices": [{"delta": {"content": "b\n\"c\""}}], "usage": {"prompt_tokens": 3, "completion_tokens": 2}});
    let whole = chat(&[piece("a"), with_usage.clone(), piece("d")]).unwrap();
    assert_eq!(
        (whole.text.as_str(), whole.usage, whole.model.as_deref()),
        ("ab\n\"c\"d", usage(3, 2, 0, 0), Some("m-1"))
    );
    assert_eq!(whole.stop, None, "it is not said to be over");
    let failed =
        json!({"choices": [{"delta": {"content": "e"}}], "error": {"type": "server_error", "message": "gone"}});
    assert_eq!(chat(&[piece("a"), failed]).unwrap_err().kind, "server_error");

    // Halves of a character in pieces of their own.
    let half = |code: &str| {
        format!("data: {{\"model\": \"m-1\", \"choices\": [{{\"delta\": {{\"content\": \"{code}\"}}}}]}}\n\n")
    };
    let halves = [half("a"), half("\\ud83d"), half("\\ude80b")].concat();
    assert_eq!(read(&OpenAiChat::default(), halves.as_bytes(), 0).map(|r| r.text).as_deref(), Ok("a🚀b"));
    let delta = |kind: &str, text: &str| format!("data: {{\"type\": \"{kind}\", \"delta\": {text}}}\n\n");
    let anthropic = ["\\ud83d", "\\ude80b"]
        .map(|t| delta("content_block_delta", &format!("{{\"type\": \"text_delta\", \"text\": \"{t}\"}}")));
    assert_eq!(read(&Anthropic::default(), anthropic.concat().as_bytes(), 0).map(|r| r.text).as_deref(), Ok("🚀b"));
    let responses = ["\\ud83d", "\\ude80b"].map(|t| delta("response.output_text.delta", &format!("\"{t}\"")));
    assert_eq!(read(&OpenAiResponses, responses.concat().as_bytes(), 0).map(|r| r.text).as_deref(), Ok("🚀b"));
}

#[test]
fn a_whole_answer_says_the_same_as_a_streamed_one() {
    let chat = json!({"model": "m-1", "choices": [{"message": {"content": "héllo 🚀"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 13, "completion_tokens": 7, "prompt_tokens_details": {"cached_tokens": 4}}});
    let anthropic = json!({"type": "message", "model": "m-1", "stop_reason": "end_turn",
        "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "héllo 🚀"}],
        "usage": {"input_tokens": 9, "output_tokens": 7, "cache_read_input_tokens": 4}});
    let responses = json!({"model": "m-1", "status": "completed", "error": null,
        "output": [{"type": "reasoning"}, {"content": [{"type": "output_text", "text": "héllo 🚀"}]}],
        "usage": {"input_tokens": 13, "output_tokens": 7, "input_tokens_details": {"cached_tokens": 4}}});
    let gemini = json!({"modelVersion": "m-1",
        "candidates": [{"content": {"parts": [{"text": "héllo 🚀"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 13, "candidatesTokenCount": 7, "cachedContentTokenCount": 4}});
    let expected = Partial {
        text: "héllo 🚀".into(),
        usage: usage(9, 7, 4, 0),
        stop: Some(Stop::Done),
        model: Some("m-1".into()),
        ..Partial::default()
    };
    let formats: [(&dyn Format, Value); 4] = [
        (&Anthropic::default(), anthropic),
        (&OpenAiChat::default(), chat),
        (&OpenAiResponses, responses),
        (&Gemini, gemini),
    ];
    for (format, answer) in formats {
        let mut whole = Partial::default();
        assert_eq!(format.read_whole(&answer, &mut whole), Ok(()));
        assert_eq!(whole, expected);
    }
}

#[test]
fn base_urls_are_taken_as_each_provider_s_own_tools_take_them() {
    let conversation = conversation(&Value::Null, &[]);
    let url = |format: &dyn Format, base: &str| format.url(base, &conversation);
    for base in ["http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/"] {
        assert_eq!(url(&OpenAiChat::default(), base), "http://h:1/v1/chat/completions");
        assert_eq!(url(&OpenAiResponses, base), "http://h:1/v1/responses");
        assert_eq!(url(&Anthropic::default(), base), "http://h:1/v1/messages");
    }
    assert_eq!(url(&OpenAiChat::default(), "https://h/v1beta/openai"), "https://h/v1beta/openai/chat/completions");
    assert_eq!(url(&Gemini, "https://h/v1beta"), "https://h/v1beta/models/m-1:streamGenerateContent?alt=sse");
}

#[test]
fn an_error_in_a_stream_is_an_error() {
    let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}});
    let bytes = stream(&[error]);
    for format in [&Anthropic::default() as &dyn Format, &OpenAiChat::default(), &OpenAiResponses, &Gemini] {
        let error = read(format, &bytes, 3).expect_err("the stream says so");
        assert_eq!(error.to_string(), "overloaded_error: busy");
    }
}

#[test]
fn the_prompt_is_the_first_user_turn_verbatim() {
    let prompt = "Read `a.rs`\n\n\tand \"judge\" ümlaut";
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let turns = [Turn::User(prompt.into())];
    let conversation = conversation(&schema, &turns);
    let places: [(&dyn Format, &str); 4] = [
        (&Anthropic::default(), "/messages/0/content"),
        (&OpenAiChat::default(), "/messages/1/content"),
        (&OpenAiResponses, "/input/0/content"),
        (&Gemini, "/contents/0/parts/0/text"),
    ];
    for (format, place) in places {
        assert_eq!(format.body(&conversation).pointer(place), Some(&json!(prompt)));
    }
}

#[test]
fn no_sampling_parameters_are_sent() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let turns = [Turn::User("p".into())];
    let body = Anthropic::default().body(&conversation(&schema, &turns));
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["model", "max_tokens", "messages", "stream", "system", "output_config"]);
    let schema = json!({"type": "object", "properties": {"a": {}}, "additionalProperties": false});
    assert_eq!(body["output_config"], json!({"format": {"type": "json_schema", "schema": schema}, "effort": "low"}));
}

#[test]
fn what_conversations_share_is_marked_once() {
    let turns = [Turn::User("You know this.\nNow do é".into()), Turn::Assistant("x".into()), Turn::User("y".into())];
    let body = |shared| {
        let conversation = Conversation { shared, ..conversation(&Value::Null, &turns) };
        Anthropic::default().body(&Conversation { schema: None, ..conversation })
    };
    let text = |text: &str| json!({"type": "text", "text": text});
    let kept = |text: &str| json!({"type": "text", "text": text, "cache_control": {"type": "ephemeral"}});
    assert_eq!(body(None)["system"], "be brief");
    let split = body(Some(15));
    let content = json!([kept("You know this.\n"), text("Now do é")]);
    assert_eq!((&split["system"], &split["messages"][0]["content"]), (&json!("be brief"), &content));
    assert_eq!(split["messages"][2]["content"], "y");
    assert_eq!(body(Some(24))["messages"][0]["content"], json!([kept("You know this.\nNow do é")]));
    assert_eq!(body(Some(0))["system"], json!([kept("be brief")]));
    for beyond in [23, 1000] {
        assert_eq!(body(Some(beyond))["system"], json!([kept("be brief")]), "not between characters: the system alone");
    }
}

#[test]
fn code_comes_by_the_call_of_a_tool_where_there_is_one() {
    let turns = [Turn::User("go".into())];
    let asked = Conversation { schema: None, code: true, ..conversation(&Value::Null, &turns) };
    let code = "print(1)\nconst s = `\n```\n`";
    let given = json!({ "code": code });
    let arguments = given.to_string();
    let (half, rest) = arguments.split_at(12);
    let anthropic = (
        Box::new(Anthropic::default()) as Box<dyn Format>,
        "/tools/0/name",
        vec![
            json!({"type": "message_start", "message": {"model": "m-1", "usage": {}}}),
            json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Look:"}}),
            json!({"type": "content_block_start", "index": 1, "content_block": {"type": "tool_use", "id": "1", "name": "repl", "input": {}}}),
            json!({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": ""}}),
            json!({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": half}}),
            json!({"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": rest}}),
            json!({"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 7}}),
        ],
        json!({"model": "m-1", "content": [{"type": "text", "text": "Look:"}, {"type": "tool_use", "name": "repl", "input": given}], "stop_reason": "tool_use"}),
    );
    let chat = (
        Box::new(OpenAiChat::default()) as Box<dyn Format>,
        "/tools/0/function/name",
        vec![
            json!({"model": "m-1", "choices": [{"delta": {"role": "assistant", "content": "Look:"}}]}),
            json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "id": "1", "function": {"name": "repl", "arguments": ""}}]}}]}),
            json!({"choices": [{"delta": {"tool_calls": [{"index": 0, "function": {"arguments": half}}]}}]}),
            json!({"choices": [{"delta": {"content": null, "tool_calls": [{"index": 0, "function": {"arguments": rest}}]}}]}),
            json!({"choices": [{"delta": {}, "finish_reason": "tool_calls"}]}),
        ],
        json!({"model": "m-1", "choices": [{"message": {"content": "Look:", "tool_calls": [{"function": {"name": "repl", "arguments": arguments}}]}, "finish_reason": "tool_calls"}]}),
    );
    let call = json!({"type": "function_call", "name": "repl", "arguments": arguments});
    let message = json!({"type": "message", "content": [{"type": "output_text", "text": "Look:"}]});
    let whole = json!({"model": "m-1", "status": "completed", "output": [message, call]});
    let responses = (
        Box::new(OpenAiResponses) as Box<dyn Format>,
        "/tools/0/name",
        vec![
            json!({"type": "response.output_text.delta", "delta": "Look:"}),
            json!({"type": "response.function_call_arguments.delta", "delta": half}),
            json!({"type": "response.output_item.done", "item": call}),
            json!({"type": "response.completed", "response": {"model": "m-1", "status": "completed"}}),
        ],
        whole,
    );
    let parts = json!([{"text": "Look:"}, {"functionCall": {"name": "repl", "args": given}}]);
    let piece = json!({"modelVersion": "m-1", "candidates": [{"content": {"parts": parts}, "finishReason": "STOP"}]});
    let gemini =
        (Box::new(Gemini) as Box<dyn Format>, "/tools/0/functionDeclarations/0/name", vec![piece.clone()], piece);
    for (format, tool, events, whole) in [anthropic, chat, responses, gemini] {
        assert_eq!(format.body(&asked).pointer(tool), Some(&json!("repl")));
        assert_eq!(format.body(&Conversation { code: false, ..asked.clone() }).get("tools"), None);
        let expected = format!("Look:\n````repl\n{code}\n````\n");
        let bytes = stream(&events);
        for cut in (0..=bytes.len()).step_by(7) {
            let reply = read(&*format, &bytes, cut).expect("a stream");
            assert_eq!((reply.stop.clone(), reply.said()), (Some(Stop::Done), expected.clone()), "cut at {cut}");
        }
        let mut reply = Partial::default();
        format.read_whole(&whole, &mut reply).expect("an answer");
        assert_eq!(reply.said(), expected);
    }
}
