//! Connections are used again, whatever the version of HTTP.

use std::time::Duration;

use scorebox_fakes::{BrokenTls, FakeProvider};

use crate::support::{Setup, chat};

#[tokio::test]
async fn requests_one_after_the_other_use_one_connection() {
    let plain = FakeProvider::start().await.unwrap();
    let encrypted = FakeProvider::builder().tls().start().await.unwrap();
    for fake in [&plain, &encrypted] {
        let way = Setup::asking(fake).open();
        for number in 0..50 {
            way.ask(&number.to_string()).await.unwrap();
        }
        assert_eq!((fake.counts().requests, fake.counts().connections), (50, 1), "{}", fake.url());
    }
    assert_eq!((plain.counts().http1, encrypted.counts().http2), (50, 50));
}

#[tokio::test]
async fn requests_at_once_share_one_connection_of_http_2() {
    // The replies to the fast one come before anybody could wait for them, those to the slow one long afterwards.
    for latency in [Duration::from_millis(20), Duration::from_millis(800)] {
        let fake = FakeProvider::builder().tls().latency(latency).start().await.unwrap();
        let way = Setup::asking(&fake).open();
        let replies = way.complete_all((0..20).map(|number| chat(&number.to_string())).collect()).await;
        assert!(replies.iter().all(Result::is_ok), "{replies:?}");
        assert_eq!((fake.counts().http2, fake.counts().connections), (20, 1), "{latency:?}");
        assert!(fake.counts().max_in_flight >= 10, "{latency:?}: {:?}", fake.counts());
    }
}

#[tokio::test]
async fn a_first_connection_that_fails_holds_nobody_up() {
    let fake = FakeProvider::builder().broken_tls(BrokenTls::UnknownCa).start().await.unwrap();
    let way = Setup::asking(&fake).provider(|provider| provider.retries = Some(0)).open();
    let replies = way.complete_all((0..5).map(|number| chat(&number.to_string())).collect()).await;
    assert!(replies.iter().all(Result::is_err));
}
