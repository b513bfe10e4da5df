//! What was recorded is replayed without a provider.

use http::Method;
use scorebox_core::Cost;
use scorebox_engine::{HttpError, LlmError};
use scorebox_fakes::{Answer, Asked, Failure, FakeProvider, MisbehavingServer};
use scorebox_gateway::{Gateway, GatewayConfig, HttpGrant, Replies, SecretSource};

use crate::support::{MODEL, Setup, chat, http_request};

fn lines(setup: &Setup) -> Vec<String> {
    std::fs::read_to_string(setup.cassette()).unwrap().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_replay_gives_the_same_replies_without_a_provider() {
    let answer = |asked: &Asked| match asked.text.as_str() {
        "an error" => Answer::failure(Failure::BadRequest("I will not.".to_owned())),
        text => Answer::text(format!("You said: {text}")),
    };
    let fake = FakeProvider::builder().answer(answer).start().await.unwrap();
    let setup = Setup::asking(&fake).price(1.0, 1.0);
    let questions = ["one", "two", "an error"];
    let recording = setup.clone().recording().open();
    let recorded = recording.complete_all(questions.map(chat).to_vec()).await;
    let vectors = recording.embed(&["a", "b"]).await.unwrap();
    recording.gateway.finish().unwrap();
    assert!(recorded[0].as_ref().unwrap().usage.cost > Cost::ZERO && recorded[2].is_err(), "{recorded:?}");
    drop(fake);

    let replaying = setup.replaying().open();
    assert_eq!(replaying.complete_all(questions.map(chat).to_vec()).await, recorded, "usage, cost and errors included");
    assert_eq!(replaying.embed(&["a", "b"]).await.unwrap(), vectors);
    let reading = replaying.reading();
    assert_eq!((reading.sent, reading.from_cassette, reading.cost), (0, 4, Cost::ZERO));
}

#[tokio::test]
async fn a_replay_needs_no_key_and_no_provider_in_the_config() {
    let fake = FakeProvider::start().await.unwrap();
    let setup = Setup::asking(&fake);
    let recording = setup.clone().recording().open();
    let reply = recording.ask("Hello").await.unwrap();
    recording.gateway.finish().unwrap();
    let replaying = setup.replaying().config(|config| config.providers.clear()).open();
    assert_eq!(replaying.ask("Hello").await.unwrap(), reply);
}

#[tokio::test]
async fn what_was_not_recorded_is_an_error_that_names_it() {
    let fake = FakeProvider::start().await.unwrap();
    let setup = Setup::asking(&fake).grant(HttpGrant::parse("http://127.0.0.1:9").unwrap().private());
    let recording = setup.clone().recording().open();
    recording.ask("Hello").await.unwrap();
    recording.gateway.finish().unwrap();
    let (requests, replaying) = (fake.counts().requests, setup.clone().replaying().open());
    let missing = replaying.ask("Who are you?").await.unwrap_err();
    let LlmError::Unavailable(text) = &missing else { panic!("{missing:?}") };
    for part in [&format!("openai:/{MODEL}"), "Who are you?", "cassette.jsonl", "--record"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let missing = replaying.embed(&["a"]).await.unwrap_err();
    assert!(matches!(&missing, LlmError::Unavailable(text) if text.contains("embed 1 texts")), "{missing:?}");
    let missing = replaying.get("http://127.0.0.1:9/path").await.unwrap_err();
    assert!(
        matches!(&missing, HttpError::Unavailable(text) if text.contains("GET http://127.0.0.1:9/path")),
        "{missing:?}"
    );
    assert_eq!(fake.counts().requests, requests, "nothing is sent");
}

#[tokio::test]
async fn http_exchanges_are_replayed_with_their_errors() {
    let peer = MisbehavingServer::start().await.unwrap();
    let grant = HttpGrant::parse(&peer.url("")).unwrap().private();
    let setup = Setup::new().grant(grant);
    let recording = setup.clone().recording().open();
    let echo = recording.get(&peer.url("/echo?a=1")).await.unwrap().response;
    let redirect = recording.get(&peer.url("/redirect/302?to=/x")).await.unwrap().response;
    let broken = recording.get(&peer.url("/invalid-http")).await.unwrap_err();
    recording.gateway.finish().unwrap();
    let requests = peer.requests();

    let replaying = setup.replaying().open();
    let again = replaying.get(&peer.url("/echo?a=1")).await.unwrap().response;
    assert_eq!((again.status(), again.headers(), again.body()), (echo.status(), echo.headers(), echo.body()));
    let again = replaying.get(&peer.url("/redirect/302?to=/x")).await.unwrap().response;
    assert_eq!((again.status(), again.headers()), (redirect.status(), redirect.headers()));
    assert_eq!(replaying.get(&peer.url("/invalid-http")).await.unwrap_err(), broken);
    let mut small = http_request(Method::GET, &peer.url("/echo?a=1"));
    small.max_body_bytes = 10;
    assert_eq!(replaying.http(small).await.unwrap_err(), HttpError::BodyTooLarge(10));
    assert_eq!(peer.requests(), requests);
}

#[tokio::test]
async fn a_replay_is_held_to_the_grants() {
    let peer = MisbehavingServer::start().await.unwrap();
    let setup = Setup::new();
    let granted = setup.clone().grant(HttpGrant::parse(&peer.url("")).unwrap().private()).recording().open();
    granted.get(&peer.url("/echo")).await.unwrap();
    granted.gateway.finish().unwrap();
    let refused = setup.replaying().open().get(&peer.url("/echo")).await;
    assert!(matches!(refused, Err(HttpError::Denied(_))), "{refused:?}");
}

#[tokio::test]
async fn a_cassette_holds_no_key() {
    const PROVIDERS: &str = "sk-wrong-provider-key-1a2b";
    const GUESTS: &str = "guest-token-41c09a";
    const GRANTED: &str = "granted-secret-77be2d";
    let fake = FakeProvider::start().await.unwrap();
    let peer = MisbehavingServer::start().await.unwrap();
    let setup = Setup::asking(&fake).key(PROVIDERS);
    let secret = setup.path("secret");
    std::fs::write(&secret, GRANTED).unwrap();
    let grant = HttpGrant::parse(&peer.url("")).unwrap().private();
    let setup = setup.grant(grant.header("x-team-token".parse().unwrap(), SecretSource::File(secret))).recording();
    let way = setup.open();
    way.ask("Hello").await.unwrap_err();
    let echoed = way.get(&peer.url("/echo")).await.unwrap().response;
    assert!(String::from_utf8_lossy(echoed.body()).contains("x-team-token"), "the granted header was sent");
    let mut request = http_request(Method::POST, &peer.url("/status/204"));
    for name in ["authorization", "cookie", "x-api-key"] {
        request.request.headers_mut().insert(name, GUESTS.parse().unwrap());
    }
    way.http(request).await.unwrap();
    way.gateway.finish().unwrap();

    assert!(fake.refusals()[0].contains(PROVIDERS), "the provider quotes the key");
    let text = lines(&setup).join("\n");
    assert_eq!(lines(&setup).len(), 4, "{text}");
    for key in [PROVIDERS, GUESTS, GRANTED] {
        assert!(!text.contains(key), "{key}: {text}");
    }
}

#[tokio::test]
async fn recording_adds_to_a_cassette_and_asks_only_for_what_is_not_in_it() {
    let fake =
        FakeProvider::builder().fail_first(vec![Failure::BadRequest("Not yet.".to_owned())]).start().await.unwrap();
    let setup = Setup::asking(&fake).recording();
    let first = setup.open();
    first.ask("failed").await.unwrap_err();
    first.ask("kept").await.unwrap();
    first.gateway.finish().unwrap();
    assert_eq!(lines(&setup).len(), 3);

    let second = setup.open();
    for text in ["kept", "failed", "new"] {
        second.ask(text).await.unwrap();
    }
    second.gateway.finish().unwrap();
    assert_eq!((second.reading().from_cassette, second.reading().sent), (1, 2), "what had failed is asked again");
    assert_eq!(lines(&setup).len(), 4, "{:?}", lines(&setup));
    let replaying = setup.replaying().open();
    for text in ["kept", "failed", "new"] {
        assert!(replaying.ask(text).await.is_ok(), "{text}");
    }
}

#[tokio::test]
async fn a_cassette_does_not_depend_on_who_was_answered_first() {
    let record = async |slow: &'static str| {
        let answer = move |asked: &Asked| {
            let delay = std::time::Duration::from_millis(if asked.text == slow { 60 } else { 0 });
            Answer::text("Fine.").delay(delay)
        };
        let fake = FakeProvider::builder().answer(answer).start().await.unwrap();
        let setup = Setup::asking(&fake).recording();
        let way = setup.open();
        way.complete_all(vec![chat("a"), chat("b"), chat("c")]).await;
        way.gateway.finish().unwrap();
        lines(&setup)
    };
    let (one, other) = (record("a").await, record("c").await);
    assert_eq!(one, other);
    assert!(one.len() == 4 && one[1..].is_sorted(), "{one:?}");
}

#[tokio::test]
async fn a_recording_that_was_killed_is_replayed_as_far_as_it_went() {
    let fake = FakeProvider::start().await.unwrap();
    let setup = Setup::asking(&fake);
    let recording = setup.clone().recording().open();
    recording.ask("Hello").await.unwrap();
    drop(recording);
    assert!(setup.replaying().open().ask("Hello").await.is_ok());
}

#[tokio::test]
async fn a_repeat_has_a_reply_of_its_own() {
    let asked = std::sync::atomic::AtomicU32::new(0);
    let answer =
        move |_: &Asked| Answer::text(format!("vote {}", asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed)));
    let fake = FakeProvider::builder().answer(answer).start().await.unwrap();
    let setup = Setup::asking(&fake);
    let vote = |repeat| scorebox_engine::ChatRequest { repeat, ..chat("Vote.") };
    let recording = setup.clone().recording().open();
    let recorded = [recording.complete(vote(0)).await.unwrap(), recording.complete(vote(1)).await.unwrap()];
    assert_ne!(recorded[0].text, recorded[1].text);
    let replaying = setup.replaying().open();
    assert_eq!([replaying.complete(vote(0)).await.unwrap(), replaying.complete(vote(1)).await.unwrap()], recorded);
}

#[tokio::test]
async fn what_is_no_cassette_is_refused_with_file_and_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("c.jsonl");
    for (content, place) in [
        ("", "c.jsonl:1: the cassette is empty"),
        ("{\"a\":1}\n", "c.jsonl:1: this is no cassette"),
        ("{\"scorebox_cassette\":99}\n", "c.jsonl:1: a cassette of version 99"),
        ("{\"scorebox_cassette\":1}\n{\"asked\":{}}\n", "c.jsonl:2: not an exchange"),
    ] {
        std::fs::write(&path, content).unwrap();
        let config = GatewayConfig { replies: Replies::Replay(path.clone()), ..GatewayConfig::default() };
        let refused = Gateway::new(config).unwrap_err().to_string();
        assert!(refused.contains(place), "{refused}");
    }
    let config = GatewayConfig { replies: Replies::Replay(folder.path().join("none")), ..GatewayConfig::default() };
    assert!(Gateway::new(config).unwrap_err().to_string().contains("cannot be read"));
}

#[tokio::test]
async fn what_a_peer_said_is_not_asked_again_while_it_is_recorded() {
    let peer = MisbehavingServer::start().await.unwrap();
    let setup = Setup::new().grant(HttpGrant::parse(&peer.url("")).unwrap().private());
    let url = peer.url("/echo");
    for _ in 0..2 {
        let recording = setup.clone().recording().open();
        let (one, two) = tokio::join!(recording.get(&url), recording.get(&url));
        assert_eq!(one.unwrap().response.body(), two.unwrap().response.body());
        recording.gateway.finish().unwrap();
    }
    assert_eq!(peer.requests(), 1);
}
