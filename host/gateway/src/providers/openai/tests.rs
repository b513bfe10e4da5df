use serde_json::{Value, json};

use super::*;
use crate::providers::tests::{
    VERDICT, body, conversation_with_tools, demand, message, raw, request, request_for_json, verdict,
};

fn options(max_tokens_field: MaxTokensField, seed_field: SeedField) -> WireOptions {
    WireOptions { max_tokens_field, seed_field, ..WireOptions::default() }
}

fn sent(request: &ChatRequest, structure: Structure) -> Value {
    body(&chat(None, &WireOptions::default(), "gpt-4.1", request, structure).unwrap())
}

#[test]
fn a_plain_request_has_a_model_and_messages() {
    let wire = chat(None, &WireOptions::default(), "gpt-4.1", &request("Hello!"), Structure::Schema).unwrap();
    assert_eq!(wire.path, "/chat/completions");
    assert!(wire.headers.is_empty());
    assert_eq!(body(&wire), json!({"model": "gpt-4.1", "messages": [{"role": "user", "content": "Hello!"}]}));
}

#[test]
fn settings_have_the_names_that_the_provider_gives_them() {
    let request =
        ChatRequest { temperature: Some(0.0), max_tokens: Some(100), seed: Some(u64::MAX), ..request("Hello!") };
    let messages = json!([{"role": "user", "content": "Hello!"}]);
    let ours = options(MaxTokensField::MaxCompletionTokens, SeedField::Seed);
    assert_eq!(
        body(&chat(None, &ours, "m", &request, Structure::Schema).unwrap()),
        json!({
            "model": "m", "messages": messages, "temperature": 0.0,
            "max_completion_tokens": 100, "seed": i64::MAX
        })
    );
    let mistral = options(MaxTokensField::MaxTokens, SeedField::RandomSeed);
    assert_eq!(
        body(&chat(None, &mistral, "m", &request, Structure::Schema).unwrap()),
        json!({"model": "m", "messages": messages, "temperature": 0.0, "max_tokens": 100, "random_seed": i64::MAX})
    );
}

#[test]
fn tools_and_their_results_are_told() {
    assert_eq!(
        sent(&conversation_with_tools(), Structure::Schema),
        json!({
            "model": "gpt-4.1",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "What is the weather in Boston?"},
                {"role": "assistant", "content": null, "tool_calls": [
                    {
                        "id": "call_a", "type": "function",
                        "function": {"name": "weather", "arguments": "{\"place\":\"Boston\"}"}
                    },
                    {"id": "call_b", "type": "function", "function": {"name": "time", "arguments": "{}"}}
                ]},
                {"role": "tool", "tool_call_id": "call_a", "content": "{\"celsius\":21}"},
                {"role": "tool", "tool_call_id": "call_b", "content": "noon"}
            ],
            "tools": [
                {"type": "function", "function": {
                    "name": "weather", "description": "The weather at a place.",
                    "parameters": {"type": "object", "properties": {"place": {"type": "string"}}}
                }},
                {"type": "function", "function": {"name": "time", "parameters": {"type": "object"}}}
            ]
        })
    );
}

#[test]
fn a_schema_that_strict_mode_takes_is_strict() {
    assert_eq!(
        sent(&request_for_json(VERDICT), Structure::Schema),
        json!({
            "model": "gpt-4.1",
            "messages": [{"role": "user", "content": "Is it right?"}],
            "response_format": {
                "type": "json_schema", "json_schema": {"name": "reply", "strict": true, "schema": verdict()}
            }
        })
    );
}

#[test]
fn a_schema_that_strict_mode_refuses_goes_as_it_is() {
    let schema = r#"{"type":"object","properties":{"note":{"type":"string","minLength":1}}}"#;
    let format = &sent(&request_for_json(schema), Structure::Schema)["response_format"]["json_schema"];
    let expected = json!({"name": "reply", "strict": false, "schema": raw(schema).to::<Value>().unwrap()});
    assert_eq!(format, &expected);
}

#[test]
fn any_json_is_asked_for_in_words_too() {
    assert_eq!(
        sent(&request_for_json(VERDICT), Structure::AnyJson),
        json!({
            "model": "gpt-4.1",
            "messages": [
                {"role": "system", "content": demand(VERDICT)},
                {"role": "user", "content": "Is it right?"}
            ],
            "response_format": {"type": "json_object"}
        })
    );
}

#[test]
fn a_schema_of_something_else_than_objects_is_only_asked_for_in_words() {
    let schema = r#"{"type":"array","items":{"type":"string"}}"#;
    for structure in [Structure::Schema, Structure::AnyJson, Structure::PromptOnly] {
        assert_eq!(
            sent(&request_for_json(schema), structure),
            json!({"model": "gpt-4.1", "messages": [
                {"role": "system", "content": demand(schema)},
                {"role": "user", "content": "Is it right?"}
            ]})
        );
    }
}

#[test]
fn parameters_are_passed_on_and_win() {
    let request = ChatRequest {
        temperature: Some(1.0),
        max_tokens: Some(100),
        parameters: Some(raw(r#"{"temperature":0.2,"top_p":0.9,"max_completion_tokens":5}"#)),
        ..request("Hello!")
    };
    assert_eq!(
        sent(&request, Structure::Schema),
        json!({
            "model": "gpt-4.1", "messages": [{"role": "user", "content": "Hello!"}],
            "temperature": 0.2, "top_p": 0.9, "max_completion_tokens": 5
        })
    );
}

#[test]
fn parameters_cannot_name_other_models() {
    let request = ChatRequest { parameters: Some(raw(r#"{"models":["dear"]}"#)), ..request("Hello!") };
    let refused = chat(None, &WireOptions::default(), "m", &request, Structure::Schema).unwrap_err();
    assert!(refused.0.contains("`models`"), "{refused}");
}

#[test]
fn azures_dated_versions_have_a_path_for_each_deployment() {
    let wire = chat(Some("2024-10-21"), &WireOptions::default(), "my gpt", &request("Hello!"), Structure::Schema);
    let wire = wire.unwrap();
    assert_eq!(wire.path, "/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21");
    assert_eq!(body(&wire), json!({"messages": [{"role": "user", "content": "Hello!"}]}));
    let wire = embed(Some("2024-10-21"), "emb", &["a".into()]).unwrap();
    assert_eq!(wire.path, "/openai/deployments/emb/embeddings?api-version=2024-10-21");
    assert_eq!(body(&wire), json!({"input": ["a"]}));
    assert!(chat(Some("v"), &WireOptions::default(), "..", &request("Hello!"), Structure::Schema).is_err());
}

#[test]
fn a_reply_is_read() {
    let reply = read_chat(include_bytes!("../recorded/openai_chat.json")).unwrap();
    let expected = WireReply {
        text: "Hello! How can I assist you today?".into(),
        tool_calls: Vec::new(),
        tokens: Tokens { input: 19, cached_input: 16, output: 10 },
        model: "gpt-4.1-2025-04-14".into(),
        finish_reason: FinishReason::Stop,
    };
    assert_eq!(reply, expected);
}

#[test]
fn tool_calls_are_read() {
    let reply = read_chat(include_bytes!("../recorded/openai_tools.json")).unwrap();
    assert_eq!((reply.text.as_str(), reply.finish_reason), ("", FinishReason::ToolCalls));
    let calls: Vec<_> = reply.tool_calls.iter().map(|call| (&*call.id, &*call.name, call.arguments.as_str())).collect();
    assert_eq!(
        calls,
        [
            ("call_abc123", "get_current_weather", "{\n\"location\": \"Boston, MA\"\n}"),
            ("call_abc124", "get_time", "{}")
        ]
    );
}

fn read(message: &Value, finish_reason: &Value) -> Result<WireReply, Unreadable> {
    let reply = json!({"choices": [{"message": message, "finish_reason": finish_reason}]});
    read_chat(reply.to_string().as_bytes())
}

#[test]
fn content_in_parts_is_joined_and_thoughts_are_left_out() {
    let reply = read(
        &json!({"content": [
            {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
            {"type": "text", "text": "Yes, "}, {"type": "text", "text": "really."}
        ]}),
        &json!("stop"),
    );
    assert_eq!(reply.unwrap().text, "Yes, really.");
}

#[test]
fn a_refusal_is_a_filtered_reply() {
    let reply = read(&json!({"content": null, "refusal": "I cannot help."}), &json!("stop")).unwrap();
    assert_eq!((reply.text.as_str(), reply.finish_reason), ("I cannot help.", FinishReason::ContentFilter));
}

#[test]
fn finish_reasons_are_told_apart() {
    for (theirs, ours) in [
        (json!("stop"), FinishReason::Stop),
        (json!(null), FinishReason::Stop),
        (json!("length"), FinishReason::Length),
        (json!("function_call"), FinishReason::ToolCalls),
        (json!("content_filter"), FinishReason::ContentFilter),
        (json!("insufficient_system_resource"), FinishReason::Other),
    ] {
        assert_eq!(read(&json!({"content": "x"}), &theirs).unwrap().finish_reason, ours, "{theirs}");
    }
    let with_call = json!({"tool_calls": [{"function": {"name": "t", "arguments": {}}}]});
    assert_eq!(read(&with_call, &json!("stop")).unwrap().finish_reason, FinishReason::ToolCalls);
}

#[test]
fn missing_usage_and_model_are_nothing() {
    let reply = read(&json!({"content": "x"}), &json!("stop")).unwrap();
    assert_eq!((reply.tokens, reply.model.as_str()), (Tokens::default(), ""));
}

#[test]
fn reasoning_that_only_the_total_counts_is_output() {
    let usage = json!({"prompt_tokens": 32, "completion_tokens": 9, "total_tokens": 135, "prompt_cache_hit_tokens": 8});
    let reply = json!({"choices": [{"message": {"content": "x"}}], "usage": usage});
    let reply = read_chat(reply.to_string().as_bytes()).unwrap();
    assert_eq!(reply.tokens, Tokens { input: 32, cached_input: 8, output: 103 });
}

#[test]
fn an_error_in_the_place_of_a_reply_is_quoted() {
    let unreadable = read_chat(br#"{"error":{"message":"Provider returned error","code":502}}"#).unwrap_err();
    assert!(unreadable.0.contains("Provider returned error"), "{unreadable}");
}

#[test]
fn broken_arguments_are_unreadable() {
    let message = json!({"tool_calls": [{"id": "a", "function": {"name": "search", "arguments": "{\"q\": "}}]});
    let unreadable = read(&message, &json!("tool_calls")).unwrap_err();
    assert!(unreadable.0.contains("`search`"), "{unreadable}");
}

#[test]
fn texts_are_embedded_in_one_request() {
    let wire = embed(None, "text-embedding-3-small", &["a".into(), "b".into()]).unwrap();
    assert_eq!(wire.path, "/embeddings");
    assert_eq!(body(&wire), json!({"model": "text-embedding-3-small", "input": ["a", "b"]}));
}

#[test]
fn vectors_are_put_into_the_order_of_the_texts() {
    let read = read_embeddings(include_bytes!("../recorded/openai_embeddings.json"), 2).unwrap();
    assert_eq!(read.vectors, [vec![0.002_306_425_5, -1.0], vec![0.25, -0.5]]);
    assert_eq!(read.tokens, Tokens { input: 8, cached_input: 0, output: 0 });
    assert_eq!(read.model, "text-embedding-3-small");
}

#[test]
fn vectors_for_other_texts_are_unreadable() {
    let recorded = include_bytes!("../recorded/openai_embeddings.json");
    assert!(read_embeddings(recorded, 3).unwrap_err().0.contains("2 vectors for 3 texts"));
    let twice = br#"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]}"#;
    assert!(read_embeddings(twice, 2).unwrap_err().0.contains("numbered"));
    let huge = br#"{"data":[{"embedding":[1e300]}]}"#;
    assert!(read_embeddings(huge, 1).unwrap_err().0.contains("out of range"));
}

#[test]
fn an_assistants_text_stands_beside_its_calls() {
    let mut request = conversation_with_tools();
    request.messages[2].content = "Let me look.".into();
    request.messages.push(message(ChatRole::Assistant, ""));
    let sent = sent(&request, Structure::Schema);
    assert_eq!(sent["messages"][2]["content"], json!("Let me look."));
    assert_eq!(sent["messages"][5], json!({"role": "assistant", "content": ""}));
}
