use std::error::Error;

use serde_json::json;

use super::*;
use crate::BrokenTls;

/// Sends a request as a client that trusts the provider's CA and nothing else.
async fn send(provider: &FakeProvider, host: &str) -> reqwest::Result<Response> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let ca = reqwest::Certificate::from_pem(provider.ca_pem().unwrap().as_bytes()).unwrap();
    let client = Client::builder().tls_certs_only([ca]).resolve(host, provider.address()).build().unwrap();
    let url = format!("https://{host}:{}/v1/chat/completions", provider.address().port());
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "Hello"}]});
    let request = client.post(url).bearer_auth(DEFAULT_KEY).header("content-type", "application/json");
    request.body(body.to_string()).send().await
}

/// An error and all that caused it, as text.
fn causes(error: &dyn Error) -> String {
    let inner = error.source().map(causes).unwrap_or_default();
    format!("{error:?} {inner}")
}

#[tokio::test]
async fn tls_is_trusted_by_its_ca_and_agrees_on_http2() {
    let provider = FakeProvider::builder().tls().start().await.unwrap();
    for host in ["127.0.0.1", "localhost", "provider.test"] {
        let reply = send(&provider, host).await.unwrap();
        assert_eq!((reply.status().as_u16(), reply.version()), (200, reqwest::Version::HTTP_2), "{host}");
    }
    let provider = FakeProvider::builder().tls_for(["api.models.test"]).start().await.unwrap();
    assert!(provider.url().starts_with("https://"));
    assert_eq!(send(&provider, "api.models.test").await.unwrap().status(), 200);
    assert!(send(&provider, "localhost").await.is_err());
}

#[tokio::test]
async fn broken_tls_fails_for_its_reason() {
    for (fault, reason) in [
        (BrokenTls::WrongHost, "NotValidForName"),
        (BrokenTls::Expired, "Expired"),
        (BrokenTls::UnknownCa, "UnknownIssuer"),
        (BrokenTls::PlainText, "InvalidMessage"),
    ] {
        let provider = FakeProvider::builder().broken_tls(fault).start().await.unwrap();
        let error = causes(&send(&provider, "localhost").await.unwrap_err());
        assert!(error.contains(reason), "{fault:?}: {error}");
        let counts = provider.counts();
        assert_eq!((counts.answered, counts.connections), (0, 1), "{fault:?}");
    }
}
