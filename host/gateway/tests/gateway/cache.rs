//! Replies that are kept are not asked for again.

use std::path::{Path, PathBuf};
use std::time::Duration;

use scorebox_engine::ChatRequest;
use scorebox_fakes::{Answer, Failure, FakeProvider};
use serde_json::json;

use crate::support::{Setup, chat, json};

async fn numbering() -> FakeProvider {
    let asked = std::sync::atomic::AtomicU32::new(0);
    let answer = move |_: &scorebox_fakes::Asked| {
        Answer::text(format!("reply {}", asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed)))
    };
    FakeProvider::builder().answer(answer).latency(Duration::from_millis(20)).start().await.unwrap()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn the_same_request_is_sent_once() {
    let fake = numbering().await;
    let way = Setup::asking(&fake).caching().open();
    let first = way.ask("Hello").await.unwrap();
    assert_eq!(way.ask("Hello").await.unwrap(), first, "with the usage that it had");
    let reading = way.reading();
    assert_eq!((reading.sent, reading.from_cache), (1, 1));
    assert_eq!(reading.input_tokens, first.usage.input_tokens, "a kept reply spends nothing");
}

#[tokio::test]
async fn another_gateway_on_the_same_folder_sends_nothing() {
    let fake = numbering().await;
    let setup = Setup::asking(&fake).caching();
    let first = setup.open().ask("Hello").await.unwrap();
    let other = setup.open();
    assert_eq!(other.ask("Hello").await.unwrap(), first);
    assert_eq!((other.reading().sent, fake.counts().requests), (0, 1));
}

#[tokio::test]
async fn a_repeat_and_every_other_difference_is_another_request() {
    let fake = numbering().await;
    let way = Setup::asking(&fake).caching().open();
    let requests = [
        chat("Hello"),
        ChatRequest { repeat: 1, ..chat("Hello") },
        ChatRequest { temperature: Some(0.5), ..chat("Hello") },
        ChatRequest { max_tokens: Some(9), ..chat("Hello") },
        ChatRequest { seed: Some(1), ..chat("Hello") },
        ChatRequest { parameters: Some(json(&json!({"top_p": 0.5}))), ..chat("Hello") },
        chat("Hello!"),
    ];
    for request in &requests {
        way.complete(request.clone()).await.unwrap();
    }
    assert_eq!(way.reading().sent, 7);
    for request in requests {
        way.complete(request).await.unwrap();
    }
    assert_eq!((way.reading().sent, way.reading().from_cache), (7, 7));
}

#[tokio::test]
async fn without_a_folder_nothing_is_kept() {
    let fake = numbering().await;
    let way = Setup::asking(&fake).open();
    let (first, second) = (way.ask("Hello").await.unwrap(), way.ask("Hello").await.unwrap());
    assert_ne!(first.text, second.text);
    assert_eq!((way.reading().sent, way.reading().from_cache), (2, 0));
}

#[tokio::test]
async fn the_same_request_from_many_at_once_is_sent_once() {
    let fake = numbering().await;
    let way = Setup::asking(&fake).caching().open();
    let replies = way.complete_all(vec![chat("Hello"); 20]).await;
    assert!(replies.iter().all(|reply| reply.as_ref().unwrap().text == "reply 0"), "{replies:?}");
    assert_eq!((fake.counts().requests, way.reading().from_cache), (1, 19));
}

#[tokio::test]
async fn whoever_waits_for_a_reply_that_is_given_up_asks_for_it() {
    let fake = numbering().await;
    let way = Setup::asking(&fake).caching().open();
    let first = tokio::time::timeout(Duration::from_millis(5), way.ask("Hello"));
    let (first, second) = tokio::join!(first, way.ask("Hello"));
    assert!(first.is_err(), "it was given up before the answer");
    assert!(second.is_ok());
}

#[tokio::test]
async fn errors_are_not_kept() {
    let refusal = Failure::BadRequest("Not today.".to_owned());
    let fake = FakeProvider::builder().fail_first(vec![refusal]).start().await.unwrap();
    let way = Setup::asking(&fake).caching().open();
    assert!(way.ask("Hello").await.is_err());
    assert!(way.ask("Hello").await.is_ok());
}

#[tokio::test]
async fn another_server_under_the_same_name_does_not_share() {
    let (one, other) = (numbering().await, numbering().await);
    let setup = Setup::asking(&one).caching();
    setup.open().ask("Hello").await.unwrap();
    let url = other.base_url(scorebox_fakes::Protocol::OpenAi);
    setup.clone().provider(|provider| provider.base_url = Some(url)).open().ask("Hello").await.unwrap();
    assert_eq!((one.counts().requests, other.counts().requests), (1, 1));
}

#[tokio::test]
async fn a_damaged_file_is_no_reply_and_is_written_anew() {
    let fake = numbering().await;
    let setup = Setup::asking(&fake).caching();
    setup.open().ask("Hello").await.unwrap();
    let files = files_below(&setup.path("cache"));
    assert_eq!(files.len(), 1);
    for damage in ["", "{\"asked\":", "{\"reply\":{\"text\":7}}", "\u{0}\u{0}"] {
        std::fs::write(&files[0], damage).unwrap();
        let way = setup.open();
        assert!(way.ask("Hello").await.is_ok(), "{damage:?}");
        assert!(way.ask("Hello").await.is_ok(), "{damage:?}");
        assert_eq!((way.reading().sent, way.reading().from_cache), (1, 1), "{damage:?}");
        assert_eq!(way.gateway.write_problem(), None);
    }
}

#[tokio::test]
async fn embeddings_are_kept_too() {
    let fake = FakeProvider::start().await.unwrap();
    let setup = Setup::asking(&fake).caching();
    let first = setup.open().embed(&["a", "b"]).await.unwrap();
    let way = setup.open();
    assert_eq!(way.embed(&["a", "b"]).await.unwrap(), first);
    assert_eq!(way.reading().sent, 0);
    way.embed(&["b", "a"]).await.unwrap();
    assert_eq!(way.reading().sent, 1);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_costs_no_result_and_is_said() {
    let fake = numbering().await;
    let setup = Setup::asking(&fake).caching();
    std::fs::write(setup.path("cache"), "a file where the folder should be").unwrap();
    let way = setup.open();
    assert!(way.ask("Hello").await.is_ok());
    let problem = way.gateway.write_problem().unwrap();
    assert!(problem.contains("the reply cache") && problem.contains("cannot be used"), "{problem}");
}
