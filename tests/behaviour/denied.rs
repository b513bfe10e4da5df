//! What leaves the sandbox leaves through one door, and the door is closed unless the host opens it.

use std::time::Duration;

use scorebox_core::{Cost, FailureKind};
use scorebox_tests::{Call, FakeGateway, curious, example_with};
use serde_json::json;

#[tokio::test]
async fn without_a_gateway_a_model_is_denied() {
    for scorer in ["ask_model", "embed"] {
        let failure = Call::new(curious().await, scorer).failure(&example_with("row", &json!("judge"))).await;
        assert_eq!(failure.kind, FailureKind::Denied);
        assert_eq!(failure.message, "denied: no model is configured");
    }
}

#[tokio::test]
async fn without_a_gateway_http_is_denied_and_the_reason_is_logged() {
    let scored = Call::new(curious().await, "fetch").score(&example_with("row", &json!("example.com"))).await;
    let failure = scored.result.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Denied);
    assert!(failure.message.contains("GET https://example.com/: denied: no HTTP access is granted"), "{failure}");
    let reasons: Vec<_> = scored.log.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(reasons, ["http: GET https://example.com/: denied: no HTTP access is granted"]);
}

#[tokio::test]
async fn a_gateway_answers_and_its_tokens_are_counted() {
    let call = Call::new(curious().await, "ask_model").outgoing(FakeGateway::Answers);
    let scored = call.score(&example_with("row", &json!("judge"))).await;
    assert_eq!(scored.result.unwrap()[0].value, scorebox_core::Value::Text("judge says yes".to_owned()));
    assert_eq!(scored.usage, FakeGateway::USAGE);
}

#[tokio::test]
async fn a_gateway_answers_http() {
    let call = Call::new(curious().await, "fetch").outgoing(FakeGateway::Answers);
    assert_eq!(call.text(&example_with("row", &json!("example.com"))).await, "200");
}

#[tokio::test]
async fn tokens_beyond_the_limit_are_refused() {
    let call = Call::new(curious().await, "ask_model_many_times")
        .outgoing(FakeGateway::Answers)
        .limits(|limits| limits.tokens = 25);
    let failure = call.failure(&example_with("row", &json!("judge"))).await;
    let refusal = "after 3 replies: over budget: this call has used 30 tokens; the limit tokens is 25";
    assert_eq!((failure.kind, failure.message.as_str()), (FailureKind::OverBudget, refusal));
}

#[tokio::test]
async fn cost_beyond_the_limit_is_refused() {
    let call = Call::new(curious().await, "ask_model_many_times")
        .outgoing(FakeGateway::Answers)
        .limits(|limits| limits.cost = Some(Cost::from_picodollars(1_500)));
    let failure = call.failure(&example_with("row", &json!("judge"))).await;
    assert_eq!(failure.kind, FailureKind::OverBudget);
    assert!(failure.message.starts_with("after 2 replies: over budget: this call has cost"), "{failure}");
}

#[tokio::test]
async fn requests_beyond_the_limit_end_the_call() {
    let call = Call::new(curious().await, "ask_model_many_times")
        .outgoing(FakeGateway::Answers)
        .limits(|limits| limits.outgoing_requests = 5);
    let failure = call.failure(&example_with("row", &json!("judge"))).await;
    assert_eq!(failure.kind, FailureKind::HostCallLimit);
    assert!(failure.message.contains("the limit outgoing_requests of 5"), "{failure}");
}

#[tokio::test]
async fn a_gateway_that_never_answers_is_bounded_by_the_deadline() {
    for scorer in ["ask_model", "embed", "fetch"] {
        let call = Call::new(curious().await, scorer)
            .outgoing(FakeGateway::NeverAnswers)
            .limits(|limits| limits.deadline = Duration::from_millis(50));
        let failure = call.failure(&example_with("row", &json!("judge"))).await;
        assert_eq!(failure.kind, FailureKind::Deadline, "{scorer}: {failure}");
    }
}
