//! An estimate sends nothing and counts everything.

use std::net::Ipv4Addr;

use scorebox_core::Cost;
use scorebox_engine::ChatRequest;
use scorebox_fakes::{CountingListener, FakeProvider};
use scorebox_gateway::{Estimate, HttpGrant, Replies};
use serde_json::{Value, json};

use crate::support::{Api, MODEL, Setup, Way, chat, json};

fn of_the_model(way: &Way) -> Estimate {
    way.gateway.estimates()[&("scorer".to_owned(), format!("openai:/{MODEL}"))]
}

#[tokio::test]
async fn nothing_is_sent_and_requests_tokens_and_dollars_are_counted() {
    let nobody = CountingListener::on(Ipv4Addr::LOCALHOST).await.unwrap();
    let url = format!("http://{}", nobody.address());
    let setup = Setup::at(Api::OpenAi, &url).price(1.0, 10.0).replies(Replies::Estimate);
    let way = setup.grant(HttpGrant::parse(&url).unwrap().private()).open();
    // Four characters to a token and four tokens for a message; a hundred tokens are allowed for the reply.
    let request = ChatRequest { max_tokens: Some(100), ..chat(&"word".repeat(96)) };
    for _ in 0..3 {
        let reply = way.complete(request.clone()).await.unwrap();
        assert_eq!((reply.usage.requests, reply.usage.input_tokens, reply.usage.output_tokens), (1, 100, 100));
    }
    way.get(&format!("{url}/path")).await.unwrap();

    let estimate = of_the_model(&way);
    assert_eq!((estimate.requests, estimate.cached), (3, 0));
    assert_eq!((estimate.input_tokens, estimate.output_tokens), (300, 300));
    // A dollar for a million tokens read and ten for a million tokens written.
    assert_eq!(estimate.cost, Some(Cost::from_dollars(0.003_3).unwrap()));
    assert_eq!(way.gateway.estimates()[&("scorer".to_owned(), "127.0.0.1".to_owned())].requests, 1);
    assert_eq!(nobody.settled().await, 0);
    assert!(way.gateway.reading().is_empty(), "what was not sent is not counted as sent");
}

#[tokio::test]
async fn no_key_is_needed_and_grants_are_still_kept() {
    let way = Setup::at(Api::OpenAi, "http://127.0.0.1:1").replies(Replies::Estimate);
    let way = way.provider(|provider| {
        provider.key = Some(scorebox_gateway::SecretSource::Environment("SCOREBOX_TEST_NO_SUCH_KEY".to_owned()));
    });
    assert!(way.open().ask("Hello").await.is_ok());
    assert!(way.clone().permissions(|may| may.models.clear()).open().ask("Hello").await.is_err());
    assert!(way.open().get("http://127.0.0.1:1/").await.is_err());
}

#[tokio::test]
async fn what_the_cache_has_is_known_and_costs_nothing() {
    let fake = FakeProvider::start().await.unwrap();
    let setup = Setup::asking(&fake).price(1.0, 10.0).caching();
    let reply = setup.open().ask("kept").await.unwrap();
    let vectors = setup.open().embed(&["kept"]).await.unwrap();
    let requests = fake.counts().requests;

    let way = setup.replies(Replies::Estimate).open();
    assert_eq!(way.ask("kept").await.unwrap(), reply, "the reply that is there");
    way.embed(&["kept"]).await.unwrap();
    let estimate = of_the_model(&way);
    assert_eq!((estimate.requests, estimate.cached, estimate.input_tokens), (2, 2, 0), "{vectors:?}");
    assert_eq!(estimate.cost, Some(Cost::ZERO));
    way.ask("another").await.unwrap();
    let estimate = of_the_model(&way);
    assert_eq!((estimate.requests, estimate.cached), (3, 2));
    assert!(estimate.input_tokens > 0 && estimate.cost > Some(Cost::ZERO), "{estimate:?}");
    assert_eq!(fake.counts().requests, requests);
}

#[tokio::test]
async fn a_model_without_a_price_has_no_cost_instead_of_none() {
    let way = Setup::at(Api::OpenAi, "http://127.0.0.1:1").replies(Replies::Estimate).open();
    way.ask("Hello").await.unwrap();
    assert_eq!(of_the_model(&way).cost, None);
}

#[tokio::test]
async fn functions_are_counted_apart() {
    let setup = Setup::at(Api::OpenAi, "http://127.0.0.1:1").replies(Replies::Estimate);
    let one = setup.open();
    let other = setup.open_in(&one.gateway, "other");
    one.ask("Hello").await.unwrap();
    other.ask("Hello").await.unwrap();
    other.ask("Hello").await.unwrap();
    let requests: Vec<_> =
        one.gateway.estimates().into_iter().map(|((function, _), estimate)| (function, estimate.requests)).collect();
    assert_eq!(requests, [("other".to_owned(), 2), ("scorer".to_owned(), 1)]);
}

#[tokio::test]
async fn a_made_up_reply_has_the_form_that_was_asked_for() {
    let way = Setup::at(Api::OpenAi, "http://127.0.0.1:1").replies(Replies::Estimate).open();
    let schema = json!({
        "type": "object",
        "properties": {
            "verdict": {"enum": ["yes", "no"]},
            "score": {"type": "integer", "minimum": 3},
            "claims": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["verdict", "score", "claims"],
    });
    let request = ChatRequest { response_schema: Some(json(&schema)), ..chat("Judge it.") };
    let reply: Value = serde_json::from_str(&way.complete(request).await.unwrap().text).unwrap();
    assert_eq!((&reply["verdict"], &reply["score"]), (&json!("yes"), &json!(3)));
    assert!(reply["claims"].is_array(), "{reply}");
    assert_eq!(way.embed(&["a", "b"]).await.unwrap().vectors.len(), 2);
}
