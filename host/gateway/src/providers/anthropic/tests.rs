use serde_json::{Value, json};

use super::*;
use crate::providers::tests::{
    VERDICT, answer, body, conversation_with_tools, demand, message, raw, request, request_for_json, verdict,
};

fn sent(request: &ChatRequest, structure: Structure) -> Value {
    body(&chat("claude-sonnet-4-5", request, structure).unwrap())
}

fn said(text: &str) -> Value {
    json!([{"type": "text", "text": text}])
}

#[test]
fn a_plain_request_has_a_version_and_a_limit() {
    let wire = chat("claude-sonnet-4-5", &request("Hello"), Structure::Schema).unwrap();
    assert_eq!(wire.path, "/v1/messages");
    assert_eq!(wire.headers["anthropic-version"], "2023-06-01");
    assert_eq!(wire.headers.len(), 1);
    assert_eq!(
        body(&wire),
        json!({
            "model": "claude-sonnet-4-5", "max_tokens": 4096,
            "messages": [{"role": "user", "content": said("Hello")}]
        })
    );
}

#[test]
fn system_messages_stand_apart_and_a_seed_is_left_out() {
    let request = ChatRequest {
        messages: vec![
            message(ChatRole::System, "Be brief."),
            message(ChatRole::User, "Hello"),
            message(ChatRole::System, "Be kind."),
            message(ChatRole::User, "Are you there?"),
            message(ChatRole::Assistant, "Yes."),
        ],
        temperature: Some(1.5),
        max_tokens: Some(10),
        seed: Some(7),
        ..request("")
    };
    assert_eq!(
        sent(&request, Structure::Schema),
        json!({
            "model": "claude-sonnet-4-5", "max_tokens": 10, "temperature": 1.5, "system": "Be brief.\n\nBe kind.",
            "messages": [
                {"role": "user", "content": [
                    {"type": "text", "text": "Hello"}, {"type": "text", "text": "Are you there?"}
                ]},
                {"role": "assistant", "content": said("Yes.")}
            ]
        })
    );
}

#[test]
fn results_of_parallel_calls_stand_in_one_message() {
    let mut request = conversation_with_tools();
    request.messages.push(message(ChatRole::User, "Go on."));
    assert_eq!(
        sent(&request, Structure::Schema),
        json!({
            "model": "claude-sonnet-4-5", "max_tokens": 4096, "system": "Be brief.",
            "messages": [
                {"role": "user", "content": said("What is the weather in Boston?")},
                {"role": "assistant", "content": [
                    {"type": "tool_use", "id": "call_a", "name": "weather", "input": {"place": "Boston"}},
                    {"type": "tool_use", "id": "call_b", "name": "time", "input": {}}
                ]},
                {"role": "user", "content": [
                    {"type": "tool_result", "tool_use_id": "call_a", "content": "{\"celsius\":21}"},
                    {"type": "tool_result", "tool_use_id": "call_b", "content": "noon"},
                    {"type": "text", "text": "Go on."}
                ]}
            ],
            "tools": [
                {
                    "name": "weather", "description": "The weather at a place.",
                    "input_schema": {"type": "object", "properties": {"place": {"type": "string"}}}
                },
                {"name": "time", "input_schema": {"type": "object"}}
            ]
        })
    );
}

#[test]
fn a_schema_is_the_format_of_the_output() {
    assert_eq!(
        sent(&request_for_json(VERDICT), Structure::Schema),
        json!({
            "model": "claude-sonnet-4-5", "max_tokens": 4096,
            "messages": [{"role": "user", "content": said("Is it right?")}],
            "output_config": {"format": {"type": "json_schema", "schema": verdict()}}
        })
    );
}

#[test]
fn a_schema_that_cannot_be_enforced_is_asked_for_in_words() {
    for (schema, structure) in [
        (VERDICT, Structure::AnyJson),
        (VERDICT, Structure::PromptOnly),
        (r#"{"type":"object","additionalProperties":{"type":"number"}}"#, Structure::Schema),
    ] {
        let expected = json!({
            "model": "claude-sonnet-4-5", "max_tokens": 4096, "system": demand(schema),
            "messages": [{"role": "user", "content": said("Is it right?")}]
        });
        assert_eq!(sent(&request_for_json(schema), structure), expected, "{schema} {structure:?}");
    }
}

#[test]
fn parameters_are_passed_on_and_leave_the_format_in_place() {
    let mut request = request_for_json(VERDICT);
    request.parameters = Some(raw(r#"{"top_k":5,"max_tokens":9,"output_config":{"effort":"low"}}"#));
    let sent = sent(&request, Structure::Schema);
    assert_eq!((&sent["top_k"], &sent["max_tokens"]), (&json!(5), &json!(9)));
    let format = json!({"type": "json_schema", "schema": verdict()});
    assert_eq!(sent["output_config"], json!({"effort": "low", "format": format}));
}

#[test]
fn a_request_without_anything_said_is_refused() {
    for messages in [vec![message(ChatRole::System, "Be brief.")], vec![message(ChatRole::User, "")]] {
        let refused = chat("m", &ChatRequest { messages, ..request("") }, Structure::Schema).unwrap_err();
        assert!(refused.0.contains("message of the user"), "{refused}");
    }
}

#[test]
fn an_empty_result_has_a_block_though_an_empty_text_has_none() {
    let mut request = conversation_with_tools();
    request.messages.truncate(3);
    request.messages.push(answer("call_a", ""));
    request.messages.push(message(ChatRole::User, ""));
    let result = json!([{"type": "tool_result", "tool_use_id": "call_a", "content": ""}]);
    assert_eq!(sent(&request, Structure::Schema)["messages"][2], json!({"role": "user", "content": result}));
}

#[test]
fn a_reply_is_read_without_its_thoughts() {
    let reply = read_chat(include_bytes!("../recorded/anthropic_chat.json")).unwrap();
    let expected = WireReply {
        text: "Hi! My name is Claude.".into(),
        tool_calls: Vec::new(),
        tokens: Tokens { input: 2009, cached_input: 1800, output: 393 },
        model: "claude-sonnet-4-5-20250929".into(),
        finish_reason: FinishReason::Stop,
    };
    assert_eq!(reply, expected);
}

#[test]
fn tool_calls_are_read_as_they_were_written() {
    let reply = read_chat(include_bytes!("../recorded/anthropic_tools.json")).unwrap();
    assert_eq!((reply.text.as_str(), reply.finish_reason), ("I'll check the weather.", FinishReason::ToolCalls));
    assert_eq!(reply.tokens, Tokens { input: 472, cached_input: 0, output: 91 });
    let calls: Vec<_> = reply.tool_calls.iter().map(|call| (&*call.id, &*call.name, call.arguments.as_str())).collect();
    assert_eq!(
        calls,
        [
            (
                "toolu_01A09q90qw90lq917835lq9",
                "get_weather",
                r#"{ "unit": "celsius", "location": "San Francisco, CA" }"#
            ),
            ("toolu_01B", "get_time", "{}")
        ]
    );
}

#[test]
fn finish_reasons_are_told_apart() {
    for (theirs, ours) in [
        ("end_turn", FinishReason::Stop),
        ("stop_sequence", FinishReason::Stop),
        ("max_tokens", FinishReason::Length),
        ("model_context_window_exceeded", FinishReason::Length),
        ("tool_use", FinishReason::ToolCalls),
        ("refusal", FinishReason::ContentFilter),
        ("pause_turn", FinishReason::Other),
    ] {
        let reply = json!({"content": [], "stop_reason": theirs});
        assert_eq!(read_chat(reply.to_string().as_bytes()).unwrap().finish_reason, ours, "{theirs}");
    }
}

#[test]
fn arguments_that_nest_too_deep_are_unreadable() {
    let input = format!("{}1{}", r#"{"a":"#.repeat(65), "}".repeat(65));
    let reply = format!(r#"{{"content":[{{"type":"tool_use","id":"t","name":"search","input":{input}}}]}}"#);
    let unreadable = read_chat(reply.as_bytes()).unwrap_err();
    assert!(unreadable.0.contains("`search`") && unreadable.0.contains("deeper than 64"), "{unreadable}");
}

#[test]
fn embeddings_are_somewhere_else() {
    let refused = crate::providers::Protocol::Anthropic.embed(&Default::default(), "m", &["a".into()]).unwrap_err();
    assert_eq!(refused.0, NO_EMBEDDINGS);
}
