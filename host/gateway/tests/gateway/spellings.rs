//! What is forbidden is refused before a packet leaves, however it is written.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::{Method, Uri};
use scorebox_engine::HttpError;
use scorebox_fakes::CountingListener;
use scorebox_gateway::HttpGrant;

use crate::support::{Names, Setup, Way, http_request};

/// Listeners on every loopback address that the spellings stand for, all on one port.
struct Loopback {
    port: u16,
    listeners: Vec<CountingListener>,
}

impl Loopback {
    async fn listen() -> Self {
        let others = [IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2)), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        // The port that is free on one address may be taken on another.
        for _ in 0..20 {
            let first = CountingListener::on(Ipv4Addr::LOCALHOST).await.unwrap();
            let port = first.address().port();
            let mut listeners = vec![first];
            for other in others {
                listeners.extend(CountingListener::on_port(other, port).await);
            }
            if listeners.len() == 3 {
                return Self { port, listeners };
            }
        }
        panic!("no port is free on three addresses");
    }

    async fn connections(&self) -> u64 {
        let mut sum = 0;
        for listener in &self.listeners {
            sum += listener.settled().await;
        }
        sum
    }
}

/// This machine, in ways that URLs of `http::Uri`, which guests speak, can hold.
const SPELLINGS: &[&str] = &[
    "127.0.0.1",
    "127.0.0.2",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7F.0x0.0x0.0x1",
    "0x7f.1",
    "0177.0.0.1",
    "0177.0.0.01",
    "017700000001",
    "00000177.0.0.1",
    "127.0.0.1.",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:7F00:0001]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[2002:7f00:1::]",
    "0.0.0.0",
    "0",
    "0x0",
    "[::]",
    "localhost",
    "LOCALHOST",
    "localhost.",
];

/// Ways that a URL has, but that `http::Uri` cannot hold: a guest cannot even say them.
const UNSPEAKABLE: &[&str] = &[
    "\u{ff11}\u{ff12}\u{ff17}.0.0.1",
    "127\u{3002}0\u{3002}0\u{3002}1",
    "\u{24db}ocalhost",
    "127.0.0.1\\@example.com",
    "127.0.0.1 .example.com",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "%6cocalhost",
    "127.0.0.1%00.example.com",
    "127.0.0.1\t",
    "example.com\r\nhost: 127.0.0.1",
];

fn with_grants(grants: &[String]) -> Way {
    let names = Names::answering(&[&["127.0.0.1", "::1"]]);
    let grants = grants.iter().map(|text| HttpGrant::parse(text).unwrap());
    grants.fold(Setup::new().names(&names), Setup::grant).open()
}

async fn assert_refused(way: &Way, url: &str) {
    match way.get(url).await {
        Err(HttpError::Denied(_) | HttpError::InvalidRequest(_)) => {}
        other => panic!("{url} was not refused: {other:?}"),
    }
}

#[tokio::test]
async fn this_machine_is_refused_in_every_spelling_without_a_grant_and_with_another_s() {
    let loopback = Loopback::listen().await;
    let port = loopback.port;
    for grants in [vec![], vec![format!("http://example.com:{port}"), format!("http://*.example.com:{port}")]] {
        let way = with_grants(&grants);
        for spelling in SPELLINGS {
            assert_refused(&way, &format!("http://{spelling}:{port}/")).await;
        }
    }
    assert_eq!(loopback.connections().await, 0);
}

#[tokio::test]
async fn a_grant_for_this_machine_is_not_enough_unless_it_says_private() {
    let loopback = Loopback::listen().await;
    let port = loopback.port;
    for spelling in SPELLINGS {
        let Ok(grant) = HttpGrant::parse(&format!("http://{spelling}:{port}")) else { continue };
        let names = Names::answering(&[&["127.0.0.1", "::1"]]);
        let way = Setup::new().names(&names).grant(grant).open();
        match way.get(&format!("http://{spelling}:{port}/")).await {
            Err(HttpError::Denied(text)) => assert!(text.contains("address"), "{spelling}: {text}"),
            other => panic!("{spelling} was not refused: {other:?}"),
        }
    }
    assert_eq!(loopback.connections().await, 0);
}

#[test]
fn some_spellings_cannot_even_be_said() {
    for host in UNSPEAKABLE {
        assert!(Uri::try_from(format!("http://{host}:80/")).is_err(), "{host:?}");
    }
}

#[tokio::test]
async fn other_addresses_that_are_no_public_hosts_are_refused_at_once() {
    for host in [
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.1.1",
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "[::ffff:169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::a9fe:a9fe]",
        "[fd00:ec2::254]",
        "168.63.129.16",
        "100.100.100.200",
        "192.0.0.192",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "224.0.0.1",
        "255.255.255.255",
        "198.51.100.1",
        "[ff02::1]",
        "[2001:db8::1]",
    ] {
        let way = Setup::new().grant(HttpGrant::parse(&format!("http://{host}")).unwrap()).open();
        match way.get(&format!("http://{host}/latest/meta-data/")).await {
            Err(HttpError::Denied(text)) => assert!(text.contains("address"), "{host}: {text}"),
            other => panic!("{host} was not refused: {other:?}"),
        }
    }
}

#[tokio::test]
async fn scheme_port_method_and_user_must_be_granted_too() {
    let loopback = Loopback::listen().await;
    let (port, other_port) = (loopback.port, if loopback.port == 80 { 81 } else { 80 });
    let grant = HttpGrant::parse(&format!("http://127.0.0.1:{port}")).unwrap().private();
    let way = Setup::new().grant(grant).open();
    for url in [
        format!("https://127.0.0.1:{port}/"),
        format!("ftp://127.0.0.1:{port}/"),
        format!("file://127.0.0.1:{port}/etc/passwd"),
        format!("ws://127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{other_port}/"),
        "http://127.0.0.1/".to_owned(),
        "http://127.0.0.1:0/".to_owned(),
        format!("http://127.0.0.2:{port}/"),
        format!("http://[::1]:{port}/"),
        format!("http://user@127.0.0.1:{port}/"),
        format!("http://user:pass@127.0.0.1:{port}/"),
        format!("http://:pass@127.0.0.1:{port}/"),
        format!("http://127.0.0.1:{port}@127.0.0.2:{port}/"),
        "/relative".to_owned(),
        format!("127.0.0.1:{port}"),
        "*".to_owned(),
    ] {
        assert_refused(&way, &url).await;
    }
    for method in [Method::DELETE, Method::PUT, Method::PATCH, Method::OPTIONS, Method::TRACE, Method::CONNECT] {
        let refused = way.http(http_request(method.clone(), &format!("http://127.0.0.1:{port}/"))).await;
        assert!(matches!(&refused, Err(HttpError::Denied(text)) if text.contains("method")), "{method}: {refused:?}");
    }
    for method in ["get", "Post", "GET2"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        assert!(matches!(
            way.http(http_request(method, &format!("http://127.0.0.1:{port}/"))).await,
            Err(HttpError::Denied(_))
        ));
    }
    assert_eq!(loopback.connections().await, 0);
}

#[tokio::test]
async fn a_zone_is_no_part_of_an_address() {
    for host in ["[fe80::1%25eth0]", "[fe80::1%eth0]", "[::1%25lo]"] {
        assert!(HttpGrant::parse(&format!("http://{host}")).is_err(), "{host}");
        let Ok(uri) = Uri::try_from(format!("http://{host}/")) else { continue };
        assert_refused(&Setup::new().open(), &uri.to_string()).await;
    }
}
