//! HTTP as it is granted: to whom, under which name, with what added.

use std::net::Ipv4Addr;

use bytes::Bytes;
use http::{HeaderName, Method, Request, header};
use scorebox_engine::{HttpError, HttpRequest, HttpResponse};
use scorebox_fakes::{CountingListener, MisbehavingServer, Misbehaviour};
use scorebox_gateway::{HttpGrant, SecretSource};
use serde_json::Value;

use crate::support::{Names, Setup, http_request};

fn grant(url: &str) -> HttpGrant {
    HttpGrant::parse(url).unwrap()
}

fn echoed(response: &HttpResponse) -> Value {
    serde_json::from_slice(response.response.body()).unwrap()
}

#[tokio::test]
async fn what_is_granted_arrives_and_comes_back() {
    for ip in ["127.0.0.1", "127.0.0.2", "::1"] {
        let address: std::net::IpAddr = ip.parse().unwrap();
        let peer = MisbehavingServer::start_on(address, None).await.unwrap();
        let way = Setup::new().grant(grant(&peer.url("")).private().methods(vec![Method::PUT])).open();
        let request = Request::builder().method(Method::PUT).uri(peer.url("/echo?q=1#fragment"));
        let request =
            request.header("x-plain", "1").header("x-plain", "2").body(Bytes::from_static(b"payload")).unwrap();
        let request = HttpRequest { request, timeout: None, max_body_bytes: 4096, repeat: 0 };
        let response = way.http(request).await.unwrap();
        assert_eq!(response.response.status(), 200, "{ip}");
        let echo = echoed(&response);
        assert_eq!((echo["method"].as_str(), echo["path"].as_str()), (Some("PUT"), Some("/echo?q=1")), "{ip}");
        assert_eq!(
            (echo["body"].as_str(), &echo["headers"]["x-plain"]),
            (Some("payload"), &serde_json::json!(["1", "2"]))
        );
        assert_eq!(way.gateway.reading().http_exchanges, 1);
    }
}

#[tokio::test]
async fn any_status_is_an_answer() {
    let peer = MisbehavingServer::start().await.unwrap();
    let way = Setup::new().grant(grant(&peer.url("")).private()).open();
    for status in [204, 304, 404, 429, 500, 503] {
        let response = way.get(&peer.url(&format!("/status/{status}"))).await.unwrap();
        assert_eq!(response.response.status(), status);
    }
    assert_eq!(peer.requests(), 6, "nothing is tried again on its own");
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_following_it_is_checked_like_the_first_request() {
    let (peer, elsewhere) =
        (MisbehavingServer::start().await.unwrap(), CountingListener::on(Ipv4Addr::new(127, 0, 0, 2)).await.unwrap());
    let way = Setup::new().grant(grant(&peer.url("")).private()).open();
    for status in [301, 302, 303, 307, 308] {
        let target = format!("http://{}/", elsewhere.address());
        let response = way.get(&peer.url(&format!("/redirect/{status}?to={target}"))).await.unwrap().response;
        assert_eq!(
            (response.status().as_u16(), response.headers()[header::LOCATION].to_str().unwrap()),
            (status, &*target)
        );
        assert!(matches!(way.get(&target).await, Err(HttpError::Denied(_))));
    }
    assert_eq!(way.get(&peer.url("/loop")).await.unwrap().response.status(), 302);
    assert_eq!((peer.requests(), elsewhere.settled().await), (6, 0));
}

#[tokio::test]
async fn a_name_at_a_private_address_is_refused_before_anything_is_dialled() {
    let listener = CountingListener::on(Ipv4Addr::LOCALHOST).await.unwrap();
    let url = format!("http://api.example.com:{}", listener.address().port());
    for address in ["127.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "0.0.0.0", "::1", "10.0.0.1", "169.254.169.254"] {
        let names = Names::answering(&[&[address]]);
        let refused = Setup::new().names(&names).grant(grant(&url)).open().get(&url).await.unwrap_err();
        let HttpError::Denied(text) = &refused else { panic!("{address}: {refused:?}") };
        assert!(text.contains("api.example.com") && text.contains("private = true"), "{text}");
        assert_eq!(names.asked(), ["api.example.com"], "{address}");
    }
    assert_eq!(listener.settled().await, 0);
}

#[tokio::test]
async fn a_wildcard_s_names_are_checked_as_they_resolve() {
    let listener = CountingListener::on(Ipv4Addr::LOCALHOST).await.unwrap();
    let port = listener.address().port();
    let names = Names::answering(&[&["127.0.0.1"]]);
    let way = Setup::new().names(&names).grant(grant(&format!("http://*.example.com:{port}"))).open();
    for host in ["a.example.com", "a.b.example.com", "127.0.0.1.example.com", "localhost.example.com"] {
        assert!(matches!(way.get(&format!("http://{host}:{port}/")).await, Err(HttpError::Denied(_))), "{host}");
    }
    assert_eq!((names.asked().len(), listener.settled().await), (4, 0));
}

#[tokio::test]
async fn the_address_that_was_checked_is_the_one_that_is_dialled() {
    let peer = MisbehavingServer::start_on(Ipv4Addr::new(127, 0, 0, 2), Some(Misbehaviour::Echo)).await.unwrap();
    let port = peer.address().port();
    let rebound = CountingListener::on_port(Ipv4Addr::LOCALHOST, port).await.unwrap();
    let names = Names::answering(&[&["127.0.0.2"], &["127.0.0.1"]]);
    let url = format!("http://rebinding.example:{port}/");
    let way = Setup::new().names(&names).grant(grant(url.trim_end_matches('/')).private()).open();
    for _ in 0..3 {
        way.get(&url).await.unwrap();
    }
    assert_eq!((names.asked().len(), peer.connections()), (1, 1), "one lookup for each connection");
    assert_eq!(rebound.settled().await, 0);
}

#[tokio::test]
async fn a_name_that_moves_to_a_private_address_is_refused_then() {
    let listener = CountingListener::on(Ipv4Addr::LOCALHOST).await.unwrap();
    let url = format!("http://rebinding.example:{}/", listener.address().port());
    // The first answer is a host that does not exist in a network for documentation; the second one would exist.
    let names = Names::answering(&[&["192.0.2.1"], &["127.0.0.1"]]);
    let way = Setup::new().names(&names).grant(grant(url.trim_end_matches('/'))).open();
    for _ in 0..2 {
        assert!(matches!(way.get(&url).await, Err(HttpError::Denied(_))));
    }
    assert_eq!((names.asked().len(), listener.settled().await), (2, 0));
}

#[tokio::test]
async fn a_connection_that_one_grant_opened_is_not_used_under_a_narrower_one() {
    let peer = MisbehavingServer::start().await.unwrap();
    let url = format!("http://service.example:{}", peer.address().port());
    let names = Names::answering(&[&["127.0.0.1"]]);
    let wide = Setup::new().names(&names).grant(grant(&url).private()).open();
    wide.get(&format!("{url}/echo")).await.unwrap();
    let narrow = Setup::new().grant(grant(&url)).open_in(&wide.gateway, "other");
    let refused = narrow.get(&format!("{url}/echo")).await;
    assert!(matches!(refused, Err(HttpError::Denied(_))), "{refused:?}");
    assert_eq!(peer.requests(), 1);
}

#[tokio::test]
async fn a_metadata_service_is_never_reached_by_name() {
    let names = Names::answering(&[&["169.254.169.254"]]);
    let way = Setup::new().names(&names).grant(grant("http://metadata.example").private()).open();
    let refused = way.get("http://metadata.example/latest/meta-data/").await.unwrap_err();
    assert!(matches!(&refused, HttpError::Denied(text) if text.contains("cloud metadata")), "{refused:?}");
}

#[tokio::test]
async fn the_host_and_the_connection_are_not_the_guest_s_to_name() {
    let peer = MisbehavingServer::start().await.unwrap();
    let way = Setup::new().grant(grant(&peer.url("")).private()).open();
    let mut request = http_request(Method::POST, &peer.url("/echo"));
    let forged = [
        (header::HOST, "internal.example"),
        (header::CONTENT_LENGTH, "4"),
        (header::TRANSFER_ENCODING, "chunked"),
        (header::CONNECTION, "upgrade"),
        (header::UPGRADE, "h2c"),
        (header::TE, "trailers"),
        (header::PROXY_AUTHORIZATION, "Basic Zm9v"),
        (HeaderName::from_static("keep-alive"), "timeout=1"),
        (HeaderName::from_static("proxy-connection"), "keep-alive"),
    ];
    for (name, value) in &forged {
        request.request.headers_mut().append(name, value.parse().unwrap());
    }
    *request.request.body_mut() = Bytes::from_static(b"GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n");
    let echo = echoed(&way.http(request).await.unwrap());
    assert_eq!(echo["headers"]["host"], serde_json::json!([peer.address().to_string()]));
    assert_eq!(echo["headers"]["content-length"], serde_json::json!(["35"]));
    for (name, value) in &forged[2..] {
        assert!(echo["headers"][name.as_str()].is_null(), "{name}: {value} was sent: {echo}");
    }
    assert_eq!(peer.requests(), 1);
}

#[tokio::test]
async fn a_granted_header_is_added_and_is_not_shown_to_the_guest() {
    const SECRET: &str = "Bearer team-secret-8d41f7";
    let peer = MisbehavingServer::start().await.unwrap();
    let setup = Setup::new();
    let file = setup.path("secret");
    std::fs::write(&file, format!("{SECRET}\n")).unwrap();
    let granted = grant(&peer.url("")).private().header(header::AUTHORIZATION, SecretSource::File(file.clone()));
    let way = setup.grant(granted).open();
    let mut request = http_request(Method::GET, &peer.url("/echo"));
    request.request.headers_mut().insert(header::AUTHORIZATION, "Bearer of the guest".parse().unwrap());
    let echo = echoed(&way.http(request.clone()).await.unwrap());
    assert_eq!(echo["headers"]["authorization"], serde_json::json!(["[redacted]"]));

    // A peer that moves the secret to another header does not give it away either.
    let moved =
        way.get(&peer.url("/redirect/302?to=http://elsewhere.example/?token=team-secret-8d41f7")).await.unwrap();
    assert_eq!(moved.response.headers()[header::LOCATION], "http://elsewhere.example/?token=[redacted]");

    std::fs::remove_file(file).unwrap();
    let refused = way.http(request).await.unwrap_err();
    assert!(matches!(&refused, HttpError::Denied(text) if text.contains("secret cannot be read")), "{refused:?}");
    assert_eq!(peer.requests(), 2, "without its header, a request is not sent");
}

#[tokio::test]
async fn a_granted_header_goes_to_its_own_peer_only() {
    let (one, other) = (MisbehavingServer::start().await.unwrap(), MisbehavingServer::start().await.unwrap());
    let setup = Setup::new();
    let file = setup.path("secret");
    std::fs::write(&file, "team-secret-8d41f7").unwrap();
    let granted = grant(&one.url("")).private().header("x-token".parse().unwrap(), SecretSource::File(file));
    let way = setup.grant(granted).grant(grant(&other.url("")).private()).open();
    assert!(echoed(&way.get(&one.url("/echo")).await.unwrap())["headers"]["x-token"].is_array());
    assert!(echoed(&way.get(&other.url("/echo")).await.unwrap())["headers"]["x-token"].is_null());
}

#[tokio::test]
async fn what_several_grants_say_of_one_peer_adds_up() {
    let peer = MisbehavingServer::start().await.unwrap();
    let setup = Setup::new();
    let file = setup.path("secret");
    std::fs::write(&file, "the-granted-secret").unwrap();
    let name: http::HeaderName = "x-team".parse().unwrap();
    let with_header = HttpGrant::parse(&peer.url("")).unwrap().header(name, SecretSource::File(file));
    let private = HttpGrant::parse(&peer.url("")).unwrap().private();
    let way = setup.grant(with_header).grant(private).open();
    let mut request = http_request(Method::GET, &peer.url("/echo"));
    request.request.headers_mut().insert(header::ACCEPT_ENCODING, "gzip".parse().unwrap());
    request.request.headers_mut().insert(header::RANGE, "bytes=0-3".parse().unwrap());
    let echo = echoed(&way.http(request).await.unwrap());
    assert_eq!(echo["headers"]["x-team"], serde_json::json!(["[redacted]"]));
    assert_eq!(
        echo["headers"]["accept-encoding"],
        serde_json::json!(["identity"]),
        "or the secret would come back packed"
    );
    assert!(echo["headers"].get("range").is_none(), "or it would come back in parts: {echo}");
}
