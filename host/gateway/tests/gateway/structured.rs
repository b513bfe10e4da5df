//! Replies that must satisfy a schema, whatever the provider can do.

use std::sync::atomic::{AtomicU32, Ordering};

use scorebox_engine::{ChatRequest, ChatTool, FinishReason, LlmError};
use scorebox_fakes::{Answer, Asked, FakeProvider, StructureSupport, TokenUsage};
use serde_json::{Value, json};

use crate::support::{Api, Setup, chat, json};

fn schema() -> Value {
    json!({
        "type": "object",
        "properties": {"score": {"type": "integer", "minimum": 1, "maximum": 5}},
        "required": ["score"],
        "additionalProperties": false,
    })
}

fn judging(text: &str) -> ChatRequest {
    ChatRequest { response_schema: Some(json(&schema())), ..chat(text) }
}

/// A provider that says these texts, and the last one for ever.
async fn saying(answers: &'static [&'static str]) -> FakeProvider {
    let asked = AtomicU32::new(0);
    let answer = move |_: &Asked| {
        let number = asked.fetch_add(1, Ordering::Relaxed) as usize;
        Answer::text(answers[number.min(answers.len() - 1)])
    };
    FakeProvider::builder().answer(answer).start().await.unwrap()
}

#[tokio::test]
async fn what_a_provider_refuses_is_asked_for_in_a_weaker_way_and_that_is_remembered() {
    for (api, support, refusals) in [
        (Api::OpenAi, StructureSupport::Schema, 0),
        (Api::OpenAi, StructureSupport::AnyJson, 1),
        (Api::OpenAi, StructureSupport::Nothing, 2),
        (Api::Azure, StructureSupport::AnyJson, 1),
        (Api::Anthropic, StructureSupport::Nothing, 1),
        (Api::Gemini, StructureSupport::AnyJson, 1),
        (Api::Gemini, StructureSupport::Nothing, 2),
    ] {
        let fake = FakeProvider::builder().structure(support).start().await.unwrap();
        let way = Setup::through(api, &fake).open();
        for call in ["first", "second"] {
            let reply = way.complete(judging(call)).await.unwrap();
            assert_eq!(reply.text, r#"{"score":1}"#, "{api:?} {support:?}");
            assert_eq!(reply.usage.requests, 1, "{api:?} {support:?}: a refusal is no answered request");
            assert_eq!(fake.counts().bad_request, refusals, "{api:?} {support:?}, {call} call");
        }
    }
}

#[tokio::test]
async fn a_refusal_that_has_nothing_to_do_with_a_schema_weakens_nothing() {
    let fail = vec![scorebox_fakes::Failure::BadRequest("Invalid parameter: 'response_format' of what?".to_owned())];
    let fake = FakeProvider::builder().fail_first(fail).start().await.unwrap();
    let way = Setup::asking(&fake).open();
    assert!(matches!(way.ask("without a schema").await, Err(LlmError::InvalidRequest(_))));
    way.complete(judging("with one")).await.unwrap();
    assert!(fake.recorded()[1].schema.is_some(), "the schema went into the prompt only");
}

#[tokio::test]
async fn json_is_taken_out_of_the_words_around_it() {
    let fake = saying(&["Gladly!\n```json\n{\"score\": 4}\n```\nAnything else?"]).await;
    let reply = Setup::asking(&fake).open().complete(judging("Judge it.")).await.unwrap();
    assert_eq!((reply.text.as_str(), reply.usage.requests), (r#"{"score": 4}"#, 1));
}

#[tokio::test]
async fn a_wrong_reply_is_repaired_once_and_both_attempts_are_paid() {
    let asked = AtomicU32::new(0);
    let answer = move |_: &Asked| {
        let text = if asked.fetch_add(1, Ordering::Relaxed) == 0 { r#"{"score": 7}"# } else { r#"{"score": 5}"# };
        Answer::text(text).usage(TokenUsage { input: 10, output: 2, ..TokenUsage::default() })
    };
    let fake = FakeProvider::builder().answer(answer).start().await.unwrap();
    let reply = Setup::asking(&fake).open().complete(judging("Judge it.")).await.unwrap();
    assert_eq!(reply.text, r#"{"score": 5}"#);
    assert_eq!((reply.usage.requests, reply.usage.input_tokens, reply.usage.output_tokens), (2, 20, 4));
    let repair = &fake.recorded()[1].prompt;
    assert!(repair.contains(r#"{"score": 7}"#), "the model sees what it said: {repair}");
    assert!(repair.contains("7 is greater than the maximum of 5"), "and what is wrong with it: {repair}");
    assert!(fake.refusals().is_empty(), "{:?}", fake.refusals());
}

#[tokio::test]
async fn a_second_wrong_reply_is_an_error_that_says_what_is_wrong() {
    for (answers, problem) in [
        (&["four", "five"][..], "no JSON"),
        (&[r#"{"score": 9}"#][..], "greater than the maximum of 5"),
        (&[""][..], "no JSON"),
    ] {
        let fake = saying(answers).await;
        let refused = Setup::asking(&fake).open().complete(judging("Judge it.")).await.unwrap_err();
        let LlmError::InvalidReply { reason: text, usage } = &refused else { panic!("{refused:?}") };
        assert!(text.contains("two attempts") && text.contains(problem), "{text}");
        assert_eq!(usage.requests, 2, "what was paid is said, although there is nothing to show for it");
        assert_eq!(fake.counts().answered, 2, "one attempt at repair");
    }
}

#[tokio::test]
async fn a_reply_that_was_cut_off_is_said_to_be() {
    let fake = saying(&[r#"{"score": 4, "rationale": "It goes on and on"}"#]).await;
    let request = ChatRequest { max_tokens: Some(4), ..judging("Judge it.") };
    let refused = Setup::asking(&fake).open().complete(request).await.unwrap_err();
    assert!(
        matches!(&refused, LlmError::InvalidReply { reason: text, .. } if text.contains("cut off: raise max_tokens")),
        "{refused}"
    );
}

#[tokio::test]
async fn a_reply_that_calls_tools_need_not_satisfy_the_schema() {
    let answer = |_: &Asked| Answer::tool_calls([("look", json!({"at": "it"}))]);
    let fake = FakeProvider::builder().answer(answer).start().await.unwrap();
    let tool = ChatTool {
        name: "look".to_owned(),
        description: "Looks.".to_owned(),
        parameters: json(&json!({"type": "object", "properties": {"at": {"type": "string"}}})),
    };
    let request = ChatRequest { tools: vec![tool], ..judging("Judge it.") };
    let reply = Setup::asking(&fake).open().complete(request).await.unwrap();
    assert_eq!((reply.tool_calls.len(), reply.finish_reason), (1, FinishReason::ToolCalls));
    assert_eq!(fake.counts().requests, 1);
}

#[tokio::test]
async fn a_broken_schema_is_an_invalid_request_and_nothing_is_sent() {
    let fake = FakeProvider::start().await.unwrap();
    let way = Setup::asking(&fake).open();
    for broken in
        [json!({"type": "nonsense"}), json!({"$ref": "http://127.0.0.1:1/schema.json"}), json!({"pattern": "("})]
    {
        let request = ChatRequest { response_schema: Some(json(&broken)), ..chat("Judge it.") };
        let refused = way.complete(request).await;
        assert!(matches!(refused, Err(LlmError::InvalidRequest(_))), "{broken}: {refused:?}");
    }
    assert_eq!(fake.counts().requests, 0);
}

#[tokio::test]
async fn a_schema_that_would_take_for_ever_to_check_is_refused_and_the_host_goes_on() {
    let chain = |count: usize, link: &dyn Fn(&str) -> Value| {
        let definition = |number: usize| (format!("d{number}"), link(&format!("#/$defs/d{}", number + 1)));
        let mut definitions: serde_json::Map<_, _> = (0..count).map(definition).collect();
        definitions.insert(format!("d{count}"), json!({"type": "object"}));
        json!({"$ref": "#/$defs/d0", "$defs": definitions})
    };
    let fake = FakeProvider::start().await.unwrap();
    let way = Setup::asking(&fake).open();
    for hostile in [
        chain(30_000, &|next| json!({ "$ref": next })),
        chain(60, &|next| json!({"allOf": [{ "$ref": next }, { "$ref": next }]})),
    ] {
        let request = ChatRequest { response_schema: Some(json(&hostile)), ..chat("Judge it.") };
        let refused = way.complete(request).await;
        assert!(matches!(refused, Err(LlmError::InvalidRequest(_))), "{refused:?}");
    }
    assert_eq!(fake.counts().requests, 0);

    let nested = (0..100).fold("1".to_owned(), |inner, _| format!(r#"{{"a":{inner}}}"#));
    let fake = FakeProvider::builder().answer(move |_: &Asked| Answer::text(nested.clone())).start().await.unwrap();
    let doubling = json!({"properties": {"a": {"allOf": [{"$ref": "#"}, {"$ref": "#"}]}}});
    let request = ChatRequest { response_schema: Some(json(&doubling)), ..chat("Judge it.") };
    let refused = Setup::asking(&fake).open().complete(request).await;
    assert!(
        matches!(&refused, Err(LlmError::InvalidReply { reason: text, .. }) if text.contains("too deep")),
        "{refused:?}"
    );
}
