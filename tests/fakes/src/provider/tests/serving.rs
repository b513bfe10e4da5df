use serde_json::json;

use super::*;
use crate::Failure;

const CHAT: &str = "/chat/completions";

fn hello() -> Value {
    json!({"model": "m", "messages": [{"role": "user", "content": "Hello"}]})
}

fn http2() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().http2_prior_knowledge().build().unwrap()
}

fn request(client: &Client, provider: &FakeProvider) -> RequestBuilder {
    let url = format!("{}{CHAT}", provider.base_url(Protocol::OpenAi));
    client.post(url).bearer_auth(DEFAULT_KEY).header("content-type", "application/json").body(hello().to_string())
}

#[tokio::test]
async fn both_versions_of_http_are_spoken_and_counted() {
    let provider = FakeProvider::start().await.unwrap();
    let (one, two) = (client(), http2());
    for _ in 0..3 {
        assert_eq!(request(&one, &provider).send().await.unwrap().version(), reqwest::Version::HTTP_11);
    }
    for _ in 0..5 {
        assert_eq!(request(&two, &provider).send().await.unwrap().version(), reqwest::Version::HTTP_2);
    }
    let counts = provider.counts();
    assert_eq!((counts.http1, counts.http2, counts.requests, counts.connections), (3, 5, 8, 2));
}

#[tokio::test]
async fn an_http2_stream_is_reset_without_its_connection() {
    let provider = FakeProvider::builder().fail_first(vec![Failure::Reset, Failure::Truncated]).start().await.unwrap();
    let client = http2();
    assert!(request(&client, &provider).send().await.is_err());
    assert!(request(&client, &provider).send().await.unwrap().bytes().await.is_err());
    assert_eq!(request(&client, &provider).send().await.unwrap().status(), 200);
    assert_eq!(provider.counts().connections, 1);
}

#[tokio::test]
async fn only_the_last_requests_are_kept() {
    let provider = FakeProvider::builder().record(2).start().await.unwrap();
    for text in ["first", "second", "third"] {
        let body = json!({"model": "m", "messages": [{"role": "user", "content": text}]});
        ask(&provider, Protocol::OpenAi, CHAT, &body).await;
    }
    let kept: Vec<_> = provider.recorded().iter().map(|asked| asked.text.clone()).collect();
    assert_eq!(kept, ["second", "third"]);
}

#[tokio::test]
async fn a_provider_listens_where_it_is_told() {
    let provider = FakeProvider::builder().ip(std::net::Ipv6Addr::LOCALHOST).start().await.unwrap();
    assert!(provider.url().starts_with("http://[::1]:"));
    assert_eq!(ask(&provider, Protocol::OpenAi, CHAT, &hello()).await.0, 200);
}
