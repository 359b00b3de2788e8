use std::time::Duration;

use serde_json::{Value, json};

use super::{Latency, Simulated};
use crate::{Model, ModelError, Request};

fn request(schema: Option<Value>) -> Request {
    Request { prompt: "Find bugs".into(), schema, attempt: 1, ..Request::default() }
}

#[test]
fn the_same_request_gets_the_same_answer_and_another_seed_another() {
    let ask = |seed| Simulated::new(seed).respond(&request(None)).unwrap();
    assert_eq!(ask(1), ask(1));
    assert_ne!(ask(1), ask(2));
    assert!(ask(1).value.as_str().unwrap().starts_with("(simulated)"), "made-up text says so");
    assert!(ask(1).usage.input.0 > 0 && ask(1).usage.output.0 > 0);
}

#[test]
fn list_lengths_vary_between_their_bounds() {
    let schema = json!({ "type": "object", "required": ["xs"], "properties": {
        "xs": { "type": "array", "minItems": 1, "maxItems": 3, "items": { "type": "string" } } } });
    let mut lengths: Vec<usize> = (0..40)
        .map(|seed| {
            Simulated::new(seed).respond(&request(Some(schema.clone()))).unwrap().value["xs"].as_array().unwrap().len()
        })
        .collect();
    lengths.sort_unstable();
    lengths.dedup();
    assert_eq!(lengths, [1, 2, 3]);
}

#[test]
fn failures_come_at_their_rate_and_are_worth_a_retry() {
    let model = Simulated { failure_rate: 0.3, ..Simulated::new(7) };
    let failures: Vec<ModelError> =
        (1..=1000).filter_map(|attempt| model.respond(&Request { attempt, ..request(None) }).err()).collect();
    assert!((250..350).contains(&failures.len()), "{} of 1000", failures.len());
    assert!(failures.iter().all(ModelError::is_retryable));
}

#[test]
fn latency_is_a_function_of_the_request() {
    let (least, most) = (Duration::from_millis(10), Duration::from_millis(50));
    let model = Simulated { latency: Latency::Between(least, most), ..Simulated::new(7) };
    let times: Vec<Duration> =
        (1..100).filter_map(|attempt| model.simulated_latency(&Request { attempt, ..request(None) })).collect();
    assert!(times.iter().all(|t| (least..=most).contains(t)));
    assert!(times.iter().min() < times.iter().max());
    assert_eq!(model.simulated_latency(&request(None)), model.simulated_latency(&request(None)));
}

#[test]
fn an_answer_longer_than_its_reservation_is_cut_off() {
    let request = Request { max_output: Some(analysis::units::Tokens(1)), ..request(None) };
    assert_eq!(Simulated::new(1).respond(&request), Err(ModelError::CutOff(analysis::units::Tokens(1))));
}
