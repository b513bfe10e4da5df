//! Peers with bad manners: each ends in an error of its kind, in bounded time and memory.

use std::time::Duration;

use http::header;
use scorebox_engine::{HttpError, HttpResponse, LlmError};
use scorebox_fakes::{BrokenTls, FakeProvider, MisbehavingServer, Misbehaviour};
use scorebox_gateway::HttpGrant;

use crate::support::{Api, Setup, http_request};

/// Far beyond what any of this may take, and far less than for ever.
const AT_MOST: Duration = Duration::from_secs(10);
const PACE: Duration = Duration::from_millis(20);
const MOST_BYTES: u64 = 64 * 1024;

/// Gets an answer of at most so many bytes from a peer, within half a second.
async fn exchange(behaviour: Misbehaviour, max_body_bytes: u64) -> Result<HttpResponse, HttpError> {
    let peer = MisbehavingServer::always(behaviour).await.unwrap();
    let way = Setup::new()
        .grant(HttpGrant::parse(&peer.url("")).unwrap().private())
        .config(|config| config.http_timeout = Duration::from_millis(500))
        .open();
    let mut request = http_request(http::Method::GET, &peer.url("/"));
    request.max_body_bytes = max_body_bytes;
    tokio::time::timeout(AT_MOST, way.http(request)).await.expect("it does not end")
}

#[tokio::test]
async fn a_body_that_is_too_large_is_not_read_to_its_end() {
    for behaviour in [Misbehaviour::EndlessBody, Misbehaviour::HugeLength] {
        assert_eq!(exchange(behaviour, MOST_BYTES).await.err(), Some(HttpError::BodyTooLarge(MOST_BYTES)));
    }
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up_wherever_it_stops() {
    for behaviour in [Misbehaviour::DrippingBody(PACE), Misbehaviour::SlowHeaders(PACE), Misbehaviour::NeverAnswers] {
        let failed = exchange(behaviour.clone(), 1 << 30).await.unwrap_err();
        assert!(matches!(&failed, HttpError::Timeout(text) if text.contains("0.5 s")), "{behaviour:?}: {failed:?}");
    }
}

#[tokio::test]
async fn the_guest_s_own_timeout_counts_where_it_is_shorter() {
    let peer = MisbehavingServer::always(Misbehaviour::NeverAnswers).await.unwrap();
    let way = Setup::new().grant(HttpGrant::parse(&peer.url("")).unwrap().private()).open();
    let mut request = http_request(http::Method::GET, &peer.url("/"));
    request.timeout = Some(Duration::from_millis(100));
    let failed = tokio::time::timeout(AT_MOST, way.http(request)).await.expect("it does not end").unwrap_err();
    assert!(matches!(failed, HttpError::Timeout(_)), "{failed:?}");
}

#[tokio::test]
async fn a_broken_answer_is_unavailable_and_names_the_peer() {
    for behaviour in [
        Misbehaviour::EndlessHeaders,
        Misbehaviour::TruncatedBody,
        Misbehaviour::ResetAfterHeaders,
        Misbehaviour::InvalidHttp,
    ] {
        let failed = exchange(behaviour.clone(), 1 << 30).await.unwrap_err();
        assert!(
            matches!(&failed, HttpError::Unavailable(text) if text.contains("http://127.0.0.1:")),
            "{behaviour:?}: {failed:?}"
        );
    }
}

#[tokio::test]
async fn what_is_packed_is_not_unpacked() {
    let response = exchange(Misbehaviour::GzipBomb(50_000_000), MOST_BYTES).await.unwrap().response;
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
    assert!(response.body().len() < 60_000, "{}", response.body().len());
}

#[tokio::test]
async fn a_peer_that_is_gone_is_unavailable() {
    let gone = MisbehavingServer::start().await.unwrap().url("");
    let way = Setup::new().grant(HttpGrant::parse(&gone).unwrap().private()).open();
    let failed = way.get(&gone).await.unwrap_err();
    assert!(matches!(&failed, HttpError::Unavailable(text) if text.contains("cannot connect")), "{failed:?}");
}

/// Asks a provider that misbehaves once.
async fn ask(behaviour: Misbehaviour) -> LlmError {
    let peer = MisbehavingServer::always(behaviour).await.unwrap();
    let way = Setup::at(Api::OpenAi, &peer.url("/v1"))
        .provider(|provider| {
            provider.retries = Some(0);
            provider.timeout = Some(Duration::from_millis(500));
        })
        .open();
    tokio::time::timeout(AT_MOST, way.ask("Hello")).await.expect("it does not end").unwrap_err()
}

#[tokio::test]
async fn a_provider_s_bad_manners_make_it_unavailable() {
    for behaviour in [
        Misbehaviour::HugeLength,
        Misbehaviour::DrippingBody(PACE),
        Misbehaviour::SlowHeaders(PACE),
        Misbehaviour::NeverAnswers,
        Misbehaviour::EndlessHeaders,
        Misbehaviour::TruncatedBody,
        Misbehaviour::ResetAfterHeaders,
        Misbehaviour::InvalidHttp,
        Misbehaviour::GzipBomb(10_000_000),
        Misbehaviour::RedirectLoop,
        Misbehaviour::Echo,
        Misbehaviour::Status(204),
    ] {
        let failed = ask(behaviour.clone()).await;
        let LlmError::Unavailable(text) = &failed else { panic!("{behaviour:?}: {failed:?}") };
        assert!(text.contains("openai") && text.chars().count() < 1_000, "{behaviour:?}: {text}");
    }
}

#[tokio::test]
async fn a_provider_s_endless_reply_is_not_read_to_its_end() {
    let peer = MisbehavingServer::always(Misbehaviour::EndlessBody).await.unwrap();
    let way = Setup::at(Api::OpenAi, &peer.url("/v1")).open();
    let failed = tokio::time::timeout(AT_MOST, way.ask("Hello")).await.expect("it does not end").unwrap_err();
    assert!(matches!(&failed, LlmError::Unavailable(text) if text.contains("larger than")), "{failed:?}");
    assert_eq!(peer.requests(), 1, "what is too large once is not asked for again");
}

#[tokio::test]
async fn a_provider_whose_tls_is_broken_is_unavailable_for_its_reason() {
    for (fault, reasons) in [
        (BrokenTls::WrongHost, ["not valid for name", "NotValidForName"]),
        (BrokenTls::Expired, ["expired", "Expired"]),
        (BrokenTls::UnknownCa, ["UnknownIssuer", "unknown issuer"]),
        (BrokenTls::PlainText, ["corrupt message", "InvalidMessage"]),
    ] {
        let fake = FakeProvider::builder().broken_tls(fault).start().await.unwrap();
        let way = Setup::asking(&fake).provider(|provider| provider.retries = Some(0)).open();
        let failed = way.ask("Hello").await.unwrap_err();
        let LlmError::Unavailable(text) = &failed else { panic!("{fault:?}: {failed:?}") };
        assert!(reasons.iter().any(|reason| text.contains(reason)), "{fault:?}: {text}");
        assert_eq!(fake.counts().requests, 0, "{fault:?}: the key was sent to a stranger");
    }
}

#[tokio::test]
async fn a_certificate_that_was_not_named_as_trusted_is_not() {
    let fake = FakeProvider::builder().tls().start().await.unwrap();
    let setup = Setup::asking(&fake).provider(|provider| (provider.ca_file, provider.retries) = (None, Some(0)));
    assert!(matches!(setup.open().ask("Hello").await, Err(LlmError::Unavailable(_))));
    let way = Setup::new().grant(HttpGrant::parse(&fake.url()).unwrap().private()).open();
    assert!(matches!(way.get(&fake.url()).await, Err(HttpError::Unavailable(_))));
    assert_eq!(fake.counts().requests, 0);
}

#[tokio::test]
async fn a_file_of_certificates_that_is_none_is_a_setting_to_mend() {
    let fake = FakeProvider::builder().tls().start().await.unwrap();
    for content in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let setup = Setup::asking(&fake);
        std::fs::write(setup.path("ca.pem"), content).unwrap();
        let failed = setup.open().ask("Hello").await.unwrap_err();
        assert!(
            matches!(&failed, LlmError::Denied(text) if text.contains("[providers.openai]")),
            "{content:?}: {failed:?}"
        );
    }
}
