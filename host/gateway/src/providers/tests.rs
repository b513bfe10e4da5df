use scorebox_engine::{ChatRole, ChatTool};
use serde_json::{Value, json};

use super::*;

/// A request with one message of the user.
pub(super) fn request(text: &str) -> ChatRequest {
    ChatRequest {
        model: "judge".into(),
        messages: vec![message(ChatRole::User, text)],
        temperature: None,
        max_tokens: None,
        seed: None,
        response_schema: None,
        tools: Vec::new(),
        parameters: None,
        repeat: 0,
    }
}

pub(super) fn message(role: ChatRole, content: &str) -> ChatMessage {
    ChatMessage { role, content: content.into(), tool_calls: Vec::new(), tool_call_id: None }
}

pub(super) fn call(id: &str, name: &str, arguments: &str) -> ChatToolCall {
    ChatToolCall { id: id.into(), name: name.into(), arguments: raw(arguments) }
}

pub(super) fn answer(id: &str, content: &str) -> ChatMessage {
    ChatMessage { tool_call_id: Some(id.into()), ..message(ChatRole::Tool, content) }
}

/// A conversation in which the model called two tools and got both results.
pub(super) fn conversation_with_tools() -> ChatRequest {
    let mut request = request("What is the weather in Boston?");
    request.messages.insert(0, message(ChatRole::System, "Be brief."));
    request.messages.push(ChatMessage {
        tool_calls: vec![call("call_a", "weather", r#"{"place":"Boston"}"#), call("call_b", "time", "{}")],
        ..message(ChatRole::Assistant, "")
    });
    request.messages.push(answer("call_a", r#"{"celsius":21}"#));
    request.messages.push(answer("call_b", "noon"));
    request.tools = vec![
        ChatTool {
            name: "weather".into(),
            description: "The weather at a place.".into(),
            parameters: raw(r#"{"type":"object","properties":{"place":{"type":"string"}}}"#),
        },
        ChatTool { name: "time".into(), description: String::new(), parameters: raw(r#"{"type":"object"}"#) },
    ];
    request
}

pub(super) fn raw(text: &str) -> Json {
    Json::parse(text).unwrap()
}

/// A schema that every provider can enforce, with its properties in the order in which they should be written.
pub(super) const VERDICT: &str = concat!(
    r#"{"type":"object","properties":{"why":{"type":"string"},"passed":{"type":"boolean"}},"#,
    r#""required":["why","passed"],"additionalProperties":false}"#
);

pub(super) fn verdict() -> Value {
    serde_json::from_str(VERDICT).unwrap()
}

/// A request for a verdict.
pub(super) fn request_for_json(schema: &str) -> ChatRequest {
    ChatRequest { response_schema: Some(raw(schema)), ..request("Is it right?") }
}

pub(super) fn body(request: &WireRequest) -> Value {
    request.body.to().unwrap()
}

/// The demand for JSON as it stands in a prompt.
pub(super) fn demand(schema: &str) -> String {
    let asked = instructions::asking_for(&[], Some(&raw(schema))).into_owned();
    asked.into_iter().next().unwrap().content
}

const PROTOCOLS: [Protocol; 4] = [Protocol::OpenAi, Protocol::Azure, Protocol::Anthropic, Protocol::Gemini];

#[test]
fn each_protocol_has_its_header_for_the_key() {
    let headers = PROTOCOLS.map(|protocol| {
        let (name, prefix) = protocol.key_header();
        format!("{name}: {prefix}KEY")
    });
    assert_eq!(headers, ["authorization: Bearer KEY", "api-key: KEY", "x-api-key: KEY", "x-goog-api-key: KEY"]);
}

#[test]
fn structures_get_weaker_until_only_the_prompt_asks() {
    for protocol in PROTOCOLS {
        let steps: Vec<_> =
            std::iter::successors(Some(Structure::Schema), |structure| protocol.weaker(*structure)).collect();
        let expected: &[Structure] = match protocol {
            Protocol::Anthropic => &[Structure::Schema, Structure::PromptOnly],
            _ => &[Structure::Schema, Structure::AnyJson, Structure::PromptOnly],
        };
        assert_eq!(steps, expected, "{protocol:?}");
    }
}

#[test]
fn schemas_keep_the_order_of_their_properties_on_the_way() {
    for protocol in PROTOCOLS {
        let request = request_for_json(VERDICT);
        let sent = protocol.chat(&WireOptions::default(), "m", &request, Structure::Schema).unwrap();
        assert!(sent.body.as_str().contains(VERDICT), "{protocol:?}: {}", sent.body);
    }
}

#[test]
fn a_prompt_that_asks_for_json_says_json_and_the_schema() {
    for protocol in PROTOCOLS {
        let request = request_for_json(VERDICT);
        for structure in [Structure::AnyJson, Structure::PromptOnly] {
            let sent = protocol.chat(&WireOptions::default(), "m", &request, structure).unwrap();
            let escaped = Json::from_value(&demand(VERDICT)).unwrap();
            assert!(sent.body.as_str().contains(escaped.as_str()), "{protocol:?}: {}", sent.body);
        }
    }
}

#[test]
fn a_guest_cannot_replace_the_conversation_through_parameters() {
    for protocol in PROTOCOLS {
        for name in ["model", "stream", if protocol == Protocol::Gemini { "contents" } else { "messages" }] {
            let parameters = Some(Json::from_value(&json!({name: "x"})).unwrap());
            let request = ChatRequest { parameters, ..request("Hi") };
            let refused = protocol.chat(&WireOptions::default(), "m", &request, Structure::Schema).unwrap_err();
            assert!(refused.0.contains(&format!("`{name}`")), "{protocol:?}: {refused}");
        }
    }
}

#[test]
fn a_temperature_that_json_cannot_express_is_refused() {
    for protocol in PROTOCOLS {
        let request = ChatRequest { temperature: Some(f64::INFINITY), ..request("Hi") };
        let refused = protocol.chat(&WireOptions::default(), "m", &request, Structure::Schema).unwrap_err();
        assert!(refused.0.contains("temperature"), "{protocol:?}: {refused}");
    }
}

#[test]
fn a_result_of_no_call_is_refused() {
    for protocol in PROTOCOLS {
        let mut request = request("Hi");
        request.messages.push(message(ChatRole::Tool, "42"));
        let refused = protocol.chat(&WireOptions::default(), "m", &request, Structure::Schema).unwrap_err();
        assert!(refused.0.contains("message 1") && refused.0.contains("tool-call-id"), "{protocol:?}: {refused}");
    }
}

#[test]
fn what_is_no_reply_is_unreadable() {
    for protocol in PROTOCOLS {
        for body in [&b""[..], b"<html>", b"[]", b"{}", b"{\"choices\":[],\"content\":{}}", &[0xff]] {
            let unreadable = protocol.read_chat(body);
            assert!(unreadable.is_err(), "{protocol:?}: {unreadable:?}");
            assert!(protocol.read_embeddings(body, 1).is_err(), "{protocol:?}");
        }
    }
}

#[test]
fn all_protocols_read_refusals() {
    for protocol in PROTOCOLS {
        let refusal = protocol.refusal(429, br#"{"error":{"message":"Slow down","code":"insufficient_quota"}}"#);
        assert_eq!(refusal.message, "Slow down", "{protocol:?}");
        assert!(refusal.is_final, "{protocol:?}");
    }
}
