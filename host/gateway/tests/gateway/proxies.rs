//! Proxies are used where the operator configures them, and never because the environment names one.

use std::net::Ipv4Addr;
use std::time::Duration;

use scorebox_fakes::{CountingListener, FakeProvider, MisbehavingServer};
use scorebox_gateway::HttpGrant;

use crate::support::{Names, Setup, run_as_child};

const PROXY_VARIABLES: [&str; 6] = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"];

#[tokio::test]
async fn a_proxy_in_the_environment_is_not_used() {
    let proxy = CountingListener::on(Ipv4Addr::LOCALHOST).await.unwrap();
    let url = format!("http://{}", proxy.address());
    let variables = PROXY_VARIABLES.map(|name| (name, url.clone()));
    tokio::task::spawn_blocking(move || {
        let variables: Vec<_> = variables.iter().map(|(name, url)| (*name, url.as_str())).collect();
        run_as_child("proxies::asks_everybody_directly", &variables, &["NO_PROXY", "no_proxy", "REQUEST_METHOD"]);
    })
    .await
    .unwrap();
    assert_eq!(proxy.settled().await, 1, "only the client that was to heed the environment came here");
}

#[tokio::test]
#[ignore = "runs in a process of its own, whose environment names proxies"]
async fn asks_everybody_directly() {
    let (plain, encrypted) =
        (FakeProvider::start().await.unwrap(), FakeProvider::builder().tls().start().await.unwrap());
    for fake in [&plain, &encrypted] {
        Setup::asking(fake).open().ask("Hello").await.unwrap();
    }
    let peer = MisbehavingServer::start().await.unwrap();
    Setup::new()
        .grant(HttpGrant::parse(&peer.url("")).unwrap().private())
        .open()
        .get(&peer.url("/echo"))
        .await
        .unwrap();
    // A client that heeds the environment does go through the proxy, which never answers.
    let heeding = reqwest::Client::new().get(peer.url("/echo")).timeout(Duration::from_millis(200)).send().await;
    assert!(heeding.is_err_and(|error| error.is_timeout()));
}

#[tokio::test]
async fn a_configured_proxy_is_used_for_its_provider_and_nothing_else() {
    let proxy = CountingListener::on(Ipv4Addr::LOCALHOST).await.unwrap();
    for fake in [FakeProvider::start().await.unwrap(), FakeProvider::builder().tls().start().await.unwrap()] {
        let before = proxy.settled().await;
        let setup = Setup::asking(&fake).provider(|provider| {
            provider.proxy = Some(format!("http://{}", proxy.address()));
            provider.give_up_after = Some(Duration::from_millis(200));
        });
        assert!(setup.open().ask("Hello").await.is_err());
        assert_eq!((proxy.settled().await - before, fake.counts().connections), (1, 0), "{}", fake.url());
        let peer = MisbehavingServer::start().await.unwrap();
        setup.grant(HttpGrant::parse(&peer.url("")).unwrap().private()).open().get(&peer.url("/echo")).await.unwrap();
    }
    assert_eq!(proxy.settled().await, 2);
}

#[tokio::test]
async fn a_proxy_may_be_in_one_s_own_network_although_the_provider_may_not() {
    let proxy = CountingListener::on(Ipv4Addr::LOCALHOST).await.unwrap();
    let names = Names::answering(&[&["127.0.0.1"]]);
    let setup =
        Setup::at(crate::support::Api::OpenAi, "http://api.example.com/v1").names(&names).provider(|provider| {
            provider.proxy = Some(format!("http://proxy.corp.example:{}", proxy.address().port()));
            provider.give_up_after = Some(Duration::from_millis(200));
        });
    let refused = setup.open().ask("Hello").await.unwrap_err();
    assert_eq!((names.asked(), proxy.settled().await), (vec!["proxy.corp.example".to_owned()], 1), "{refused:?}");
}

#[tokio::test]
async fn a_proxy_that_is_no_url_is_said_without_quoting_it() {
    let fake = FakeProvider::start().await.unwrap();
    let setup = Setup::asking(&fake).provider(|provider| provider.proxy = Some("http://user:hunter2@:x".to_owned()));
    let refused = setup.open().ask("Hello").await.unwrap_err().to_string();
    assert!(refused.contains("[providers.openai]") && refused.contains("proxy"), "{refused}");
    assert!(!refused.contains("hunter2"), "{refused}");
    assert_eq!(fake.counts().connections, 0);
}
