use std::time::Duration;

use reqwest::{Client, Method, redirect};
use serde_json::Value;

use super::*;

/// A client that goes by what it is sent: no redirects of its own, no patience beyond two seconds.
fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(redirect::Policy::none()).timeout(Duration::from_secs(2)).build().unwrap()
}

#[tokio::test]
async fn an_echo_says_what_was_sent_on_a_connection_that_lives_on() {
    let server = MisbehavingServer::start().await.unwrap();
    let client = client();
    for body in ["first", "second"] {
        let request = client.request(Method::PUT, server.url("/echo?a=1")).header("x-mine", "yes").body(body);
        let echo: Value = serde_json::from_slice(&request.send().await.unwrap().bytes().await.unwrap()).unwrap();
        assert_eq!((&echo["method"], &echo["path"], &echo["body"]), (&"PUT".into(), &"/echo?a=1".into(), &body.into()));
        assert_eq!(echo["headers"]["x-mine"][0], "yes");
    }
    assert_eq!((server.connections(), server.requests()), (1, 2));
}

#[tokio::test]
async fn statuses_and_redirects_are_sent_as_asked_for() {
    let server = MisbehavingServer::start().await.unwrap();
    let client = client();
    for status in [200, 204, 404, 503] {
        let reply = client.get(server.url(&format!("/status/{status}"))).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), status);
    }
    for status in [301, 302, 303, 307, 308] {
        let url = server.url(&format!("/redirect/{status}?to=http://169.254.169.254/latest"));
        let reply = client.get(url).send().await.unwrap();
        assert_eq!(reply.status().as_u16(), status);
        assert_eq!(reply.headers()["location"], "http://169.254.169.254/latest");
    }
    let reply = client.get(server.url("/loop")).send().await.unwrap();
    assert_eq!(reply.headers()["location"], "/loop");
}

#[tokio::test]
async fn an_endless_body_goes_on() {
    let server = MisbehavingServer::start().await.unwrap();
    let mut reply = client().get(server.url("/endless")).send().await.unwrap();
    let mut read = 0;
    while read < 10_000_000 {
        read += reply.chunk().await.unwrap().unwrap().len();
    }
}

#[tokio::test]
async fn a_huge_body_is_announced() {
    let server = MisbehavingServer::start().await.unwrap();
    let reply = client().get(server.url("/huge")).send().await.unwrap();
    assert_eq!(reply.content_length(), Some(1 << 40));
}

#[tokio::test]
async fn bodies_and_headers_drip() {
    let server = MisbehavingServer::start().await.unwrap();
    let started = std::time::Instant::now();
    let mut reply = client().get(server.url("/drip?every_ms=30")).send().await.unwrap();
    let mut read = 0;
    while read < 4 {
        read += reply.chunk().await.unwrap().unwrap().len();
    }
    assert!(started.elapsed() >= Duration::from_millis(80));
    let error = client().get(server.url("/slow-headers?every_ms=30")).send().await.unwrap_err();
    assert!(error.is_timeout());
    assert!(client().get(server.url("/many-headers")).send().await.is_err());
}

#[tokio::test]
async fn a_bomb_is_small_on_the_wire() {
    let server = MisbehavingServer::start().await.unwrap();
    let reply = client().get(server.url("/gzip-bomb?bytes=10000000")).send().await.unwrap();
    assert_eq!(reply.headers()["content-encoding"], "gzip");
    assert!(reply.bytes().await.unwrap().len() < 12_000);
}

#[tokio::test]
async fn connections_end_in_the_middle() {
    let server = MisbehavingServer::start().await.unwrap();
    for path in ["/truncated", "/reset"] {
        let reply = client().get(server.url(path)).send().await.unwrap();
        assert_eq!(reply.status(), 200);
        assert!(reply.bytes().await.is_err(), "{path}");
    }
    assert!(client().get(server.url("/invalid-http")).send().await.is_err());
}

#[tokio::test]
async fn silence_is_silence_whatever_the_path() {
    let server = MisbehavingServer::always(Misbehaviour::NeverAnswers).await.unwrap();
    assert!(client().get(server.url("/echo")).send().await.unwrap_err().is_timeout());
    assert_eq!(server.requests(), 1);
}
