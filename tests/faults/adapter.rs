//! One call: what the adapter makes of each fault.

use std::time::Duration;

use models::{Http, Key, Model, ModelError, Request, wire::OpenAiChat};
use serde_json::json;

use super::server::{Asked, Deed, Server};

async fn ask(deed: Deed, request: Request) -> (Result<models::Answer, ModelError>, Vec<Asked>) {
    let server = Server::start(move |_| deed.clone()).await;
    let model =
        Http::new(Box::new(OpenAiChat::default()), &server.base, Key::new("sk-planted"), "tiny").expect("a client");
    let answer = model.answer(request).await;
    (answer, server.asked())
}

fn request(prompt: &str) -> Request {
    Request { prompt: prompt.into(), label: "a".into(), key: "k".into(), attempt: 1, ..Request::default() }
}

async fn fault(deed: Deed) -> ModelError {
    let (answer, asked) = ask(deed, request("p")).await;
    assert_eq!(asked.len(), 1, "the adapter itself never asks twice");
    let error = answer.expect_err("the server was told to fail");
    assert!(!format!("{error:?} {error}").contains("sk-planted"), "the key is in {error:?}");
    error
}

#[tokio::test]
async fn an_answer_comes_back_whole_with_its_usage() {
    let (answer, asked) = ask(Deed::Answer("naïve 🚀 text".into()), request("wörd `for` \"wörd\"\n")).await;
    let answer = answer.expect("an answer");
    assert_eq!(answer.value, json!("naïve 🚀 text"));
    assert_eq!((answer.usage.input.0, answer.usage.output.0), (10, 5));
    assert_eq!(asked[0].prompt, "wörd `for` \"wörd\"\n");
    assert_eq!(asked[0].body["model"], "tiny");
    assert!(asked[0].head.to_lowercase().contains("authorization: bearer sk-planted"), "{}", asked[0].head);
}

#[tokio::test]
async fn a_schema_goes_along_the_provider_s_way() {
    let schema = json!({"type": "object"});
    let request = Request { schema: Some(schema.clone()), ..request("p") };
    let (answer, asked) = ask(Deed::Answer("{\"ok\": true}".into()), request).await;
    assert_eq!(answer.expect("an answer").value, json!("{\"ok\": true}"));
    assert_eq!(asked[0].body["response_format"]["json_schema"]["schema"], schema);
}

#[tokio::test]
async fn what_a_server_does_not_know_is_asked_in_another_way_and_remembered() {
    let server = Server::start(|asked| {
        let body = asked.body.to_string();
        match () {
            () if body.contains("reasoning_effort") => Deed::Refuse("unknown parameter: reasoning_effort".into()),
            () if body.contains("json_schema") => {
                Deed::Refuse("response_format.type json_schema is not supported".into())
            }
            () if body.contains("response_format") => Deed::Refuse("response_format is not supported".into()),
            () => Deed::Answer("{}".into()),
        }
    })
    .await;
    let model = Http::new(Box::new(OpenAiChat::default()), &server.base, Key::default(), "tiny").expect("a client");
    let request = Request { schema: Some(json!({"type": "object"})), effort: Some("low".into()), ..request("p") };
    for asked in [4, 5] {
        assert_eq!(model.answer(request.clone()).await.expect("an answer").value, json!("{}"));
        assert_eq!(server.asked().len(), asked);
    }
    let last = server.asked().pop().expect("asked");
    let system = last.wire.system(&last.body).expect("the schema in words");
    assert!(system.contains("{\"type\":\"object\"}"), "{system}");
    assert_eq!(last.prompt, "p", "the prompt stays as it is");
}

#[tokio::test]
async fn each_fault_is_what_it_is() {
    let retry = vec![("retry-after", "7".to_owned())];
    let limited = |after: Option<u64>| ModelError::RateLimited { retry_after: after.map(Duration::from_secs) };
    assert_eq!(fault(Deed::Status(429, retry)).await, limited(Some(7)));
    assert_eq!(fault(Deed::Status(429, vec![])).await, limited(None));
    assert_eq!(fault(Deed::Status(529, vec![])).await, ModelError::Overloaded);
    for lost in [Deed::Status(500, vec![]), Deed::Cut("half an answer".into()), Deed::HangUp, Deed::Garbage] {
        let error = fault(lost.clone()).await;
        assert!(matches!(error, ModelError::Network(_)), "{lost:?} gave {error:?}");
        assert!(error.is_retryable());
    }
    for (status, said) in [(401, "the key was not accepted"), (404, "there is no such model"), (400, "HTTP 400")] {
        let error = fault(Deed::Status(status, vec![])).await;
        assert!(!error.is_retryable() && error.to_string().starts_with(said), "{status} gave {error}");
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_ends_at_the_server_too() {
    let server = Server::start(|_| Deed::Slowly(Duration::from_secs(60), "late".into())).await;
    let model = Http::new(Box::new(OpenAiChat::default()), &server.base, Key::default(), "tiny").expect("a client");
    let call = tokio::time::timeout(Duration::from_millis(200), model.answer(request("p"))).await;
    assert!(call.is_err(), "the caller gave up first");
    assert_eq!(server.asked().len(), 1);
    assert!(!server.asked()[0].head.to_lowercase().contains("authorization"), "no key, no header");
}
