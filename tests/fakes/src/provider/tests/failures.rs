use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::{Chaos, Failure, RetryAfter};

fn hello() -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": "Hello"}]})
}

async fn send(provider: &FakeProvider) -> reqwest::Result<Response> {
    let request = post(provider, Protocol::OpenAi, "/chat/completions", &hello());
    request.timeout(Duration::from_secs(2)).send().await
}

#[tokio::test]
async fn the_first_requests_fail_as_they_were_told_to_and_the_next_is_answered() {
    let provider = FakeProvider::builder()
        .fail_first(vec![
            Failure::Status(503, vec![("x-why".to_owned(), "maintenance".to_owned())]),
            Failure::RateLimited(Some(RetryAfter::Seconds(3))),
            Failure::RateLimited(Some(RetryAfter::DateIn(3))),
            Failure::RateLimited(None),
            Failure::QuotaExhausted,
            Failure::Html(502),
            Failure::MalformedJson,
            Failure::Truncated,
            Failure::Reset,
            Failure::Hang,
        ])
        .start()
        .await
        .unwrap();
    let reply = send(&provider).await.unwrap();
    assert_eq!((reply.status().as_u16(), &reply.headers()["x-why"]), (503, &"maintenance".parse().unwrap()));
    assert_eq!(read(reply).await.1["error"]["type"], "server_error");
    let reply = send(&provider).await.unwrap();
    assert_eq!((reply.status().as_u16(), &reply.headers()["retry-after"]), (429, &"3".parse().unwrap()));
    assert_eq!(read(reply).await.1["error"]["code"], "rate_limit_exceeded");
    assert!(send(&provider).await.unwrap().headers()["retry-after"].to_str().unwrap().ends_with(" GMT"));
    assert_eq!(send(&provider).await.unwrap().headers().get("retry-after"), None);
    assert_eq!(read(send(&provider).await.unwrap()).await.1["error"]["code"], "insufficient_quota");
    let reply = send(&provider).await.unwrap();
    assert_eq!((reply.status().as_u16(), &reply.headers()["content-type"]), (502, &"text/html".parse().unwrap()));
    let malformed = send(&provider).await.unwrap();
    assert_eq!(malformed.status(), 200);
    assert!(serde_json::from_slice::<Value>(&malformed.bytes().await.unwrap()).is_err());
    let truncated = send(&provider).await.unwrap();
    assert_eq!(truncated.status(), 200);
    assert!(truncated.content_length() > Some(100));
    assert!(truncated.bytes().await.is_err());
    assert!(!send(&provider).await.unwrap_err().is_timeout());
    assert!(send(&provider).await.unwrap_err().is_timeout());
    assert_eq!(send(&provider).await.unwrap().status(), 200);
    let counts = provider.counts();
    assert_eq!((counts.rate_limited, counts.server_error, counts.malformed_json), (4, 2, 1));
    assert_eq!((counts.truncated, counts.reset, counts.hung, counts.answered), (1, 1, 1, 1));
}

#[tokio::test]
async fn each_api_has_its_own_error_bodies() {
    let failures = || vec![Failure::status(529), Failure::RateLimited(None)];
    let provider = FakeProvider::builder().fail_first(failures()).start().await.unwrap();
    let body = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]});
    let (status, reply) = ask(&provider, Protocol::Anthropic, "/messages", &body).await;
    assert_eq!((status, &reply["error"]["type"]), (529, &json!("overloaded_error")));
    let (status, reply) = ask(&provider, Protocol::Anthropic, "/messages", &body).await;
    assert_eq!((status, &reply["error"]["type"]), (429, &json!("rate_limit_error")));
    let provider = FakeProvider::builder().fail_first(vec![Failure::RateLimited(None)]).start().await.unwrap();
    let body = json!({"contents": [{"parts": [{"text": "x"}]}]});
    let (status, reply) = ask(&provider, Protocol::Gemini, "/models/m:generateContent", &body).await;
    assert_eq!((status, &reply["error"]["status"]), (429, &json!("RESOURCE_EXHAUSTED")));
}

#[tokio::test]
async fn wrong_requests_use_up_no_failure() {
    let provider = FakeProvider::builder().fail_first(vec![Failure::status(500)]).start().await.unwrap();
    assert_eq!(ask(&provider, Protocol::OpenAi, "/chat/completions", &json!({"model": "m"})).await.0, 400);
    assert_eq!(send(&provider).await.unwrap().status(), 500);
}

#[tokio::test]
async fn chaos_strikes_as_it_was_drawn() {
    let chaos = Chaos { rate_limited: 0.4, server_error: 0.3, seed: 3, ..Chaos::default() };
    let provider = FakeProvider::builder().chaos(chaos.clone()).start().await.unwrap();
    for number in 0..40 {
        let drawn = match chaos.draw(number) {
            None => 200,
            Some(Failure::RateLimited(_)) => 429,
            Some(Failure::Status(status, _)) => status,
            Some(other) => panic!("{other:?} was not asked for"),
        };
        assert_eq!(send(&provider).await.unwrap().status().as_u16(), drawn, "request {number}");
    }
}

#[tokio::test]
async fn impossible_chaos_does_not_start() {
    let chaos = Chaos { rate_limited: 0.8, reset: 0.8, ..Chaos::default() };
    assert!(FakeProvider::builder().chaos(chaos).start().await.is_err());
}

#[tokio::test]
async fn a_script_fails_by_what_was_asked() {
    let provider = FakeProvider::builder()
        .answer(|asked| if asked.text == "Hello" { Answer::failure(Failure::status(500)) } else { Answer::text("") })
        .start()
        .await
        .unwrap();
    assert_eq!(send(&provider).await.unwrap().status(), 500);
    assert_eq!(send(&provider).await.unwrap().status(), 500);
}

#[tokio::test]
async fn above_the_limit_of_concurrency_there_is_429() {
    let provider = FakeProvider::builder().max_concurrent(2).latency(Duration::from_millis(200)).start().await.unwrap();
    let replies = tokio::join!(send(&provider), send(&provider), send(&provider), send(&provider));
    let mut statuses: Vec<_> = [replies.0, replies.1, replies.2, replies.3]
        .into_iter()
        .map(|reply| reply.unwrap().status().as_u16())
        .collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 200, 429, 429]);
    let counts = provider.counts();
    assert_eq!((counts.over_limit, counts.answered), (2, 2));
    assert!((3..=4).contains(&counts.max_in_flight));
}

#[tokio::test]
async fn latency_and_delay_add_up() {
    let provider = FakeProvider::builder()
        .latency(Duration::from_millis(60))
        .answer(|_| Answer::text("").delay(Duration::from_millis(60)))
        .start()
        .await
        .unwrap();
    let started = Instant::now();
    send(&provider).await.unwrap();
    assert!(started.elapsed() >= Duration::from_millis(120));
}

#[tokio::test]
async fn requests_that_the_client_gives_up_are_counted() {
    let provider = FakeProvider::builder().latency(Duration::from_secs(60)).start().await.unwrap();
    assert!(send(&provider).await.unwrap_err().is_timeout());
    for _ in 0..100 {
        if provider.counts().abandoned == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{:?}", provider.counts());
}
