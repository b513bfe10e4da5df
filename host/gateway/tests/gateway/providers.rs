//! Each API, end to end against a provider that refuses whatever the real one would.

use scorebox_engine::{ChatMessage, ChatRequest, ChatRole, ChatTool, FinishReason, LlmError};
use scorebox_fakes::{Answer, DEFAULT_KEY, FakeProvider, TokenUsage, default_embedding};
use serde_json::json;

use crate::support::{Api, MODEL, Setup, chat, json, message};

fn weather_tool() -> ChatTool {
    ChatTool {
        name: "weather".to_owned(),
        description: "Tells the weather of a place.".to_owned(),
        parameters: json(
            &json!({"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"]}),
        ),
    }
}

fn assert_no_refusals(api: Api, fake: &FakeProvider) {
    assert!(fake.refusals().is_empty(), "{api:?} asked for what the API does not take: {:?}", fake.refusals());
}

#[tokio::test]
async fn a_conversation_is_answered_with_the_usage_and_the_real_model() {
    for api in Api::ALL {
        let usage = TokenUsage { input: 12, cached_input: 4, output: 3, reasoning: 1 };
        let answer = move |_: &_| Answer::text("Four.").usage(usage).model("test-model-2026-01-01");
        let fake = FakeProvider::builder().answer(answer).start().await.unwrap();
        let request = ChatRequest {
            messages: vec![
                message(ChatRole::System, "You count."),
                message(ChatRole::User, "One and one?"),
                message(ChatRole::Assistant, "Two."),
                message(ChatRole::User, "Two and two?"),
            ],
            temperature: Some(0.5),
            max_tokens: Some(50),
            ..chat("")
        };
        let way = Setup::through(api, &fake).open();
        let reply = way.complete(request).await.unwrap();

        assert_eq!((reply.text.as_str(), reply.finish_reason), ("Four.", FinishReason::Stop), "{api:?}");
        assert_eq!(reply.model, "test-model-2026-01-01", "{api:?}");
        let usage = reply.usage;
        assert_eq!((usage.requests, usage.input_tokens, usage.output_tokens), (1, 12, 3), "{api:?}");
        let reading = way.reading();
        assert_eq!((reading.sent, reading.input_tokens, reading.output_tokens), (1, 12, 3), "{api:?}");
        let asked = &fake.recorded()[0];
        assert_eq!((asked.model.as_str(), asked.text.as_str(), asked.max_tokens), (MODEL, "Two and two?", Some(50)));
        assert!(asked.prompt.contains("You count.") && asked.prompt.contains("Two."), "{api:?}: {}", asked.prompt);
        assert_no_refusals(api, &fake);
    }
}

#[tokio::test]
async fn the_key_is_in_the_header_of_the_api_and_nowhere_else() {
    for api in Api::ALL {
        let fake = FakeProvider::start().await.unwrap();
        Setup::through(api, &fake).open().ask("Hello").await.unwrap();
        let asked = &fake.recorded()[0];
        let (header, value) = match api {
            Api::OpenAi => ("authorization", format!("Bearer {DEFAULT_KEY}")),
            Api::Azure | Api::AzureByDeployment => ("api-key", DEFAULT_KEY.to_owned()),
            Api::Anthropic => ("x-api-key", DEFAULT_KEY.to_owned()),
            Api::Gemini => ("x-goog-api-key", DEFAULT_KEY.to_owned()),
        };
        assert_eq!(asked.header(header), value, "{api:?}");
        let with_key =
            asked.headers.values().filter(|value| String::from_utf8_lossy(value.as_bytes()).contains(DEFAULT_KEY));
        assert_eq!(with_key.count(), 1, "{api:?}");
        assert!(!asked.path.contains(DEFAULT_KEY) && !asked.body.to_string().contains(DEFAULT_KEY), "{api:?}");
    }
}

#[tokio::test]
async fn azure_s_dated_versions_have_a_path_for_each_deployment() {
    let fake = FakeProvider::start().await.unwrap();
    Setup::through(Api::AzureByDeployment, &fake).open().ask("Hello").await.unwrap();
    assert_eq!(fake.recorded()[0].path, format!("/openai/deployments/{MODEL}/chat/completions?api-version=2024-10-21"));
}

#[tokio::test]
async fn a_tool_is_called_and_its_result_goes_back() {
    for api in Api::ALL {
        let answer = |asked: &scorebox_fakes::Asked| match asked.prompt.contains("18 degrees") {
            true => Answer::text("It is mild."),
            false => Answer::tool_calls([("weather", json!({"place": "Bern"}))]),
        };
        let fake = FakeProvider::builder().answer(answer).start().await.unwrap();
        let way = Setup::through(api, &fake).open();
        let mut request = ChatRequest { tools: vec![weather_tool()], ..chat("How is the weather in Bern?") };

        let reply = way.complete(request.clone()).await.unwrap();
        assert_eq!(reply.finish_reason, FinishReason::ToolCalls, "{api:?}");
        let call = reply.tool_calls[0].clone();
        assert_eq!((call.name.as_str(), call.arguments.as_str()), ("weather", r#"{"place":"Bern"}"#), "{api:?}");

        request
            .messages
            .push(ChatMessage { tool_calls: vec![call.clone()], ..message(ChatRole::Assistant, &reply.text) });
        request.messages.push(ChatMessage {
            tool_call_id: Some(call.id),
            ..message(ChatRole::Tool, r#"{"weather":"18 degrees"}"#)
        });
        let reply = way.complete(request).await.unwrap();
        assert_eq!((reply.text.as_str(), reply.tool_calls.len()), ("It is mild.", 0), "{api:?}");
        assert_no_refusals(api, &fake);
    }
}

#[tokio::test]
async fn a_schema_is_asked_for_by_the_provider_s_own_feature() {
    let schema = json!({
        "type": "object",
        "properties": {
            "rationale": {"type": "string", "minLength": 1},
            "score": {"type": "integer", "minimum": 1, "maximum": 5},
        },
        "required": ["rationale", "score"],
        "additionalProperties": false,
    });
    for api in Api::ALL {
        let fake = FakeProvider::start().await.unwrap();
        let request = ChatRequest { response_schema: Some(json(&schema)), ..chat("Judge it.") };
        let reply = Setup::through(api, &fake).open().complete(request).await.unwrap();
        let value: serde_json::Value = serde_json::from_str(&reply.text).unwrap();
        assert!(value["score"].is_i64() && value["rationale"].is_string(), "{api:?}: {value}");
        assert!(fake.recorded()[0].schema.is_some(), "{api:?}: the schema went into the prompt only");
        assert_no_refusals(api, &fake);
    }
}

#[tokio::test]
async fn texts_are_embedded_in_their_order() {
    let texts = ["the cat sat", "quarterly revenue grew", "the cat slept"];
    for api in Api::ALL.into_iter().filter(|api| *api != Api::Anthropic) {
        let fake = FakeProvider::start().await.unwrap();
        let way = Setup::through(api, &fake).open();
        let embedded = way.embed(&texts).await.unwrap();
        let expected: Vec<_> = texts.iter().map(|text| default_embedding(text, 64)).collect();
        assert_eq!(embedded.vectors, expected, "{api:?}");
        assert_eq!((embedded.usage.requests, way.reading().sent), (1, 1), "{api:?}");
        assert_no_refusals(api, &fake);
    }
}

#[tokio::test]
async fn embeddings_of_a_provider_without_any_are_an_invalid_request() {
    let fake = FakeProvider::start().await.unwrap();
    let refused = Setup::through(Api::Anthropic, &fake).open().embed(&["a text"]).await.unwrap_err();
    assert!(matches!(&refused, LlmError::InvalidRequest(text) if text.contains("embed")), "{refused}");
    assert_eq!(fake.counts().requests, 0);
}

#[tokio::test]
async fn a_wrong_key_is_said_with_the_place_to_look_at_and_without_the_key() {
    const WRONG: &str = "sk-wrong-5b0c3f9a7e21";
    for api in Api::ALL {
        let fake = FakeProvider::start().await.unwrap();
        let refused = Setup::through(api, &fake).key(WRONG).open().ask("Hello").await.unwrap_err();
        let LlmError::Unavailable(text) = &refused else { panic!("{api:?}: {refused:?}") };
        assert!(text.contains(&format!("[providers.{}]", api.name())), "{api:?}: {text}");
        assert!(fake.refusals()[0].contains(WRONG), "the provider quotes the key");
        assert!(!text.contains(WRONG), "{api:?}: {text}");
        assert_eq!(fake.counts().unauthorized, 1, "{api:?}");
    }
}

#[tokio::test]
async fn requests_that_are_sent_at_once_are_answered_in_their_order() {
    let answer = |asked: &scorebox_fakes::Asked| {
        let delay = std::time::Duration::from_millis(if asked.text == "question 0" { 50 } else { 0 });
        Answer::text(format!("answer to {}", asked.text)).delay(delay)
    };
    let fake = FakeProvider::builder().answer(answer).start().await.unwrap();
    let requests = (0..10).map(|number| chat(&format!("question {number}"))).collect();
    let replies = Setup::asking(&fake).open().complete_all(requests).await;
    for (number, reply) in replies.into_iter().enumerate() {
        assert_eq!(reply.unwrap().text, format!("answer to question {number}"));
    }
    assert!(fake.counts().max_in_flight > 1);
}

#[tokio::test]
async fn a_model_that_is_not_granted_is_denied_and_nothing_is_sent() {
    let fake = FakeProvider::start().await.unwrap();
    let way = Setup::asking(&fake).permissions(|permissions| permissions.models.clear()).open();
    let refused = way.ask("Hello").await.unwrap_err();
    assert!(matches!(&refused, LlmError::Denied(text) if text.contains("models = [\"judge\"]")), "{refused}");
    assert!(matches!(way.embed(&["a"]).await, Err(LlmError::Denied(_))));
    assert_eq!(fake.counts().connections, 0);
}

#[tokio::test]
async fn a_model_s_name_cannot_leave_the_path_of_the_api() {
    for api in [Api::Gemini, Api::AzureByDeployment] {
        for name in ["../../admin", "..", "a?x=1#y", "m\\..\\..\\x", "%2e%2e"] {
            let fake = FakeProvider::start().await.unwrap();
            let reference = format!("{}:/{name}", api.name());
            let way = Setup::through(api, &fake).permissions(|may| may.models.push(reference.clone())).open();
            let outcome = way.complete(ChatRequest { model: reference, ..chat("Hello") }).await;
            let paths: Vec<_> = fake.recorded().iter().map(|asked| asked.path.clone()).collect();
            let prefix = if api == Api::Gemini { "/v1beta/models/" } else { "/openai/deployments/" };
            assert!(paths.iter().all(|path| path.starts_with(prefix)), "{name}: {paths:?} {outcome:?}");
        }
    }
}
