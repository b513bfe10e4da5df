//! What is tried again, how often, and when it is given up.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use futures::future::join_all;
use scorebox_engine::LlmError;
use scorebox_fakes::{Answer, Asked, Failure, FakeProvider, RetryAfter};

use crate::support::{Api, Setup, Way, chat};

/// Without another word from the provider, the first retry comes after half a second to a second, the second one after
/// one to two.
const THREE_RETRIES_TAKE: Duration = Duration::from_millis(3_500);

/// A failure that asks to be tried again at once, so that tests are quick.
fn at_once(status: u16) -> Failure {
    Failure::Status(status, vec![("retry-after".to_owned(), "0".to_owned())])
}

async fn failing(failures: Vec<Failure>) -> (FakeProvider, Way) {
    let fake = FakeProvider::builder().fail_first(failures).start().await.unwrap();
    let way = Setup::asking(&fake).open();
    (fake, way)
}

#[tokio::test]
async fn what_may_go_better_later_is_tried_again_and_counted() {
    let failures = [
        Failure::status(408),
        Failure::status(500),
        Failure::status(502),
        Failure::status(503),
        Failure::status(504),
        Failure::status(529),
        Failure::Html(502),
        Failure::RateLimited(None),
        Failure::Reset,
        Failure::MalformedJson,
        Failure::Truncated,
    ];
    join_all(failures.map(async |failure| {
        let (_fake, way) = failing(vec![failure.clone()]).await;
        let reply = way.ask("Hello").await.unwrap_or_else(|error| panic!("{failure:?}: {error}"));
        assert_eq!(reply.usage.requests, 1, "{failure:?}: only what was answered counts");
        let reading = way.reading();
        let rate_limited = u64::from(matches!(failure, Failure::RateLimited(_)));
        assert_eq!((reading.sent, reading.retries, reading.rate_limited), (2, 1, rate_limited), "{failure:?}");
    }))
    .await;
}

#[tokio::test]
async fn every_api_s_overload_is_tried_again() {
    join_all(Api::ALL.map(async |api| {
        let failures = vec![at_once(429), at_once(503), at_once(529)];
        let fake = FakeProvider::builder().fail_first(failures).start().await.unwrap();
        let way = Setup::through(api, &fake).open();
        way.ask("Hello").await.unwrap_or_else(|error| panic!("{api:?}: {error}"));
        assert_eq!(way.reading().retries, 3, "{api:?}");
    }))
    .await;
}

#[tokio::test]
async fn an_answer_that_does_not_come_is_tried_again_after_the_timeout() {
    let fake = FakeProvider::builder().fail_first(vec![Failure::Hang]).start().await.unwrap();
    let way = Setup::asking(&fake).provider(|provider| provider.timeout = Some(Duration::from_millis(100))).open();
    way.ask("Hello").await.unwrap();
    assert_eq!((way.reading().sent, way.reading().retries), (2, 1));
    assert_eq!(fake.counts().hung, 1);
}

#[tokio::test]
async fn the_provider_says_when_to_come_back_in_seconds_milliseconds_or_as_a_date() {
    let in_milliseconds = Failure::Status(429, vec![("retry-after-ms".to_owned(), "1".to_owned())]);
    for failure in [
        Failure::RateLimited(Some(RetryAfter::Seconds(0))),
        Failure::RateLimited(Some(RetryAfter::DateIn(0))),
        in_milliseconds,
        at_once(503),
    ] {
        let (_fake, way) = failing(vec![failure.clone(); 3]).await;
        let began = Instant::now();
        way.ask("Hello").await.unwrap();
        assert!(began.elapsed() < THREE_RETRIES_TAKE / 2, "{failure:?}: it was not heard");
    }
}

#[tokio::test]
async fn a_retry_waits_for_as_long_as_the_provider_asks() {
    let (_fake, way) = failing(vec![Failure::RateLimited(Some(RetryAfter::Seconds(1)))]).await;
    let began = Instant::now();
    way.ask("Hello").await.unwrap();
    assert!(began.elapsed() >= Duration::from_secs(1), "{:?}", began.elapsed());
}

#[tokio::test]
async fn what_cannot_go_better_is_not_tried_again() {
    for (failure, is_invalid, word) in [
        (Failure::BadRequest("The message is too long.".to_owned()), true, "too long"),
        (Failure::status(404), true, "404"),
        (Failure::status(413), true, "413"),
        (Failure::status(401), false, "[providers.openai]"),
        (Failure::status(403), false, "[providers.openai]"),
        (Failure::QuotaExhausted, false, "quota"),
        (Failure::Status(307, vec![("location".to_owned(), "http://127.0.0.1:1/".to_owned())]), false, "redirect"),
    ] {
        let (fake, way) = failing(vec![failure.clone(); 2]).await;
        let refused = way.ask("Hello").await.unwrap_err();
        let fits = match &refused {
            LlmError::InvalidRequest(text) => is_invalid && text.contains(word),
            LlmError::Unavailable(text) => !is_invalid && text.contains(word),
            _ => false,
        };
        assert!(fits, "{failure:?}: {refused:?}");
        assert_eq!((fake.counts().requests, way.reading().retries), (1, 0), "{failure:?}");
    }
}

#[tokio::test]
async fn the_last_failure_and_the_number_of_attempts_are_said() {
    let fake =
        FakeProvider::builder().fail_first(vec![at_once(503), at_once(500), at_once(529)]).start().await.unwrap();
    let way = Setup::asking(&fake).provider(|provider| provider.retries = Some(2)).open();
    let refused = way.ask("Hello").await.unwrap_err();
    let LlmError::Unavailable(text) = &refused else { panic!("{refused:?}") };
    assert!(text.contains("openai failed 3 times") && text.contains("529"), "{text}");
    assert_eq!((fake.counts().requests, way.reading().sent), (3, 3));
}

#[tokio::test]
async fn a_wait_that_is_too_long_is_not_begun() {
    for retry_after in [RetryAfter::Seconds(3_600), RetryAfter::DateIn(3_600), RetryAfter::Seconds(10_000_000_000)] {
        let fake =
            FakeProvider::builder().fail_first(vec![Failure::RateLimited(Some(retry_after))]).start().await.unwrap();
        let way =
            Setup::asking(&fake).provider(|provider| provider.give_up_after = Some(Duration::from_secs(30))).open();
        let refused = tokio::time::timeout(Duration::from_secs(10), way.ask("Hello")).await.unwrap().unwrap_err();
        let LlmError::Timeout(text) = &refused else { panic!("{refused:?}") };
        assert!(text.contains("within 30 s") && text.contains("429") && text.contains("asks to wait"), "{text}");
        assert_eq!(fake.counts().requests, 1);
    }
}

#[tokio::test]
async fn all_attempts_together_end_when_it_is_time_to_give_up() {
    let fake = FakeProvider::builder().fail_first(vec![at_once(503), Failure::Hang]).start().await.unwrap();
    let way =
        Setup::asking(&fake).provider(|provider| provider.give_up_after = Some(Duration::from_millis(300))).open();
    let refused = tokio::time::timeout(Duration::from_secs(10), way.ask("Hello")).await.unwrap().unwrap_err();
    let LlmError::Timeout(text) = &refused else { panic!("{refused:?}") };
    assert!(text.contains("within 0.3 s") && text.contains("503"), "{text}");
}

#[tokio::test]
async fn a_provider_that_is_not_there_is_unavailable() {
    let gone = FakeProvider::start().await.unwrap();
    let setup = Setup::asking(&gone).provider(|provider| provider.retries = Some(0));
    drop(gone);
    let refused = setup.open().ask("Hello").await.unwrap_err();
    assert!(matches!(&refused, LlmError::Unavailable(text) if text.contains("cannot connect")), "{refused:?}");
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_allowed() {
    let fake = FakeProvider::builder().latency(Duration::from_millis(10)).start().await.unwrap();
    let way = Setup::asking(&fake).provider(|provider| provider.concurrency = Some(3)).open();
    let replies = way.complete_all((0..20).map(|number| chat(&number.to_string())).collect()).await;
    assert!(replies.iter().all(Result::is_ok));
    assert_eq!(fake.counts().max_in_flight, 3);
}

/// Meets so many failures one after the other, and tells how many requests are let through at once afterwards.
async fn in_flight_after(failure: Failure) -> u64 {
    let calm = Arc::new(AtomicBool::new(false));
    let seen = calm.clone();
    let answer = move |_: &Asked| match seen.load(Ordering::Relaxed) {
        true => Answer::text("Fine.").delay(Duration::from_millis(20)),
        false => Answer::failure(failure.clone()),
    };
    let fake = FakeProvider::builder().answer(answer).start().await.unwrap();
    let way =
        Setup::asking(&fake).provider(|provider| (provider.concurrency, provider.retries) = (Some(8), Some(0))).open();
    for number in 0..40 {
        way.ask(&format!("question {number} in bad times")).await.unwrap_err();
    }
    assert_eq!((fake.counts().requests, fake.counts().max_in_flight), (40, 1));
    calm.store(true, Ordering::Relaxed);
    let replies = way.complete_all((0..16).map(|number| chat(&number.to_string())).collect()).await;
    assert!(replies.iter().all(Result::is_ok));
    fake.counts().max_in_flight
}

#[tokio::test]
async fn a_429_lowers_how_many_are_under_way_and_an_error_of_the_server_does_not() {
    assert_eq!(in_flight_after(at_once(503)).await, 8);
    assert!(in_flight_after(at_once(429)).await < 8);
}

#[tokio::test]
async fn requests_are_spread_over_the_minute() {
    let fake = FakeProvider::start().await.unwrap();
    // Ten a second, of which ten may come at once: five more take half a second.
    let way = Setup::asking(&fake).provider(|provider| provider.requests_per_minute = Some(600)).open();
    let began = Instant::now();
    let replies = way.complete_all((0..15).map(|number| chat(&number.to_string())).collect()).await;
    assert!(replies.iter().all(Result::is_ok));
    assert!(began.elapsed() >= Duration::from_millis(400), "{:?}", began.elapsed());
}

#[tokio::test]
async fn tokens_are_spread_over_the_minute() {
    let fake = FakeProvider::start().await.unwrap();
    // A thousand tokens a second: after a request of a whole minute's, one of some two hundred waits a fifth of a second.
    let way = Setup::asking(&fake).provider(|provider| provider.tokens_per_minute = Some(60_000)).open();
    way.ask(&"word ".repeat(48_000)).await.unwrap();
    let began = Instant::now();
    way.ask("Hello").await.unwrap();
    assert!(began.elapsed() >= Duration::from_millis(100), "{:?}", began.elapsed());
}
