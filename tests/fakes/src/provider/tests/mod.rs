mod anthropic;
mod failures;
mod gemini;
mod openai;
mod serving;
mod tls;

use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

use super::*;

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

/// A request as the protocol wants it, with the key that providers expect by default.
fn post(provider: &FakeProvider, protocol: Protocol, path: &str, body: &Value) -> RequestBuilder {
    let request = client()
        .post(format!("{}{path}", provider.base_url(protocol)))
        .header("content-type", "application/json")
        .body(body.to_string());
    match protocol {
        Protocol::OpenAi => request.bearer_auth(DEFAULT_KEY),
        Protocol::Azure => request.header("api-key", DEFAULT_KEY),
        Protocol::Anthropic => request.header("x-api-key", DEFAULT_KEY).header("anthropic-version", "2023-06-01"),
        Protocol::Gemini => request.header("x-goog-api-key", DEFAULT_KEY),
    }
}

async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap())
}

/// Asks, and returns the status and the body.
async fn ask(provider: &FakeProvider, protocol: Protocol, path: &str, body: &Value) -> (u16, Value) {
    read(post(provider, protocol, path, body).send().await.unwrap()).await
}

/// What a chat or a batch of texts is refused with, in each protocol's own place for messages.
fn message(body: &Value) -> &str {
    body["error"]["message"].as_str().unwrap()
}

/// Sends a valid body with some fields set to other values, or taken out where they are null, and wants a refusal.
async fn refuses(protocol: Protocol, path: &str, valid: &Value, cases: &[(Value, &str)]) {
    let provider = FakeProvider::start().await.unwrap();
    let (status, reply) = ask(&provider, protocol, path, valid).await;
    assert_eq!(status, 200, "{reply}");
    for (change, complaint) in cases {
        let mut body = valid.clone();
        for (name, value) in change.as_object().unwrap() {
            match value {
                Value::Null => drop(body.as_object_mut().unwrap().remove(name)),
                _ => body[name] = value.clone(),
            }
        }
        let (status, reply) = ask(&provider, protocol, path, &body).await;
        assert_eq!(status, 400, "{change} was taken: {reply}");
        assert!(message(&reply).contains(complaint), "{change}: {reply}");
    }
    let counts = provider.counts();
    assert_eq!((counts.answered, counts.bad_request), (1, u64::try_from(cases.len()).unwrap()));
}

/// Sends bodies that must be taken.
async fn takes(protocol: Protocol, path: &str, bodies: &[Value]) {
    let provider = FakeProvider::start().await.unwrap();
    for body in bodies {
        let (status, reply) = ask(&provider, protocol, path, body).await;
        assert_eq!(status, 200, "{body}: {reply}");
    }
}
