use scorebox_engine::ChatToolCall;
use serde_json::{Value, json};

use super::*;
use crate::providers::tests::{
    VERDICT, answer, body, call, conversation_with_tools, demand, message, raw, request, request_for_json, verdict,
};

fn sent(request: &ChatRequest, structure: Structure) -> Value {
    body(&chat("gemini-2.5-flash", request, structure).unwrap())
}

fn asked(text: &str) -> Value {
    json!([{"role": "user", "parts": [{"text": text}]}])
}

#[test]
fn a_plain_request_has_contents() {
    let wire = chat("gemini-2.5-flash", &request("Hello"), Structure::Schema).unwrap();
    assert_eq!(wire.path, "/models/gemini-2.5-flash:generateContent");
    assert!(wire.headers.is_empty());
    assert_eq!(body(&wire), json!({"contents": asked("Hello")}));
}

#[test]
fn models_of_other_collections_say_so_and_stay_in_their_path() {
    let path = |model| chat(model, &request("Hello"), Structure::Schema).map(|wire| wire.path);
    assert_eq!(path("tunedModels/mine").unwrap(), "/tunedModels/mine:generateContent");
    assert_eq!(path("a?b").unwrap(), "/models/a%3Fb:generateContent");
    assert!(path("models/../x").is_err());
}

#[test]
fn settings_stand_in_the_generation_config() {
    let mut request =
        ChatRequest { temperature: Some(0.5), max_tokens: Some(100), seed: Some(u64::MAX), ..request("Hello") };
    request.messages.insert(0, message(ChatRole::System, "Be brief."));
    assert_eq!(
        sent(&request, Structure::Schema),
        json!({
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": asked("Hello"),
            "generationConfig": {"temperature": 0.5, "maxOutputTokens": 100, "seed": i32::MAX}
        })
    );
}

#[test]
fn functions_and_their_results_are_told() {
    let mut request = conversation_with_tools();
    request.messages[2].content = "Let me look.".into();
    request.messages[2].tool_calls[1].id = "call_1".into();
    request.messages[4] = answer("call_1", "noon");
    assert_eq!(
        sent(&request, Structure::Schema),
        json!({
            "systemInstruction": {"parts": [{"text": "Be brief."}]},
            "contents": [
                {"role": "user", "parts": [{"text": "What is the weather in Boston?"}]},
                {"role": "model", "parts": [
                    {"text": "Let me look."},
                    {"functionCall": {"id": "call_a", "name": "weather", "args": {"place": "Boston"}}},
                    {"functionCall": {"name": "time", "args": {}}}
                ]},
                {"role": "user", "parts": [
                    {"functionResponse": {"id": "call_a", "name": "weather", "response": {"celsius": 21}}},
                    {"functionResponse": {"name": "time", "response": {"result": "noon"}}}
                ]}
            ],
            "tools": [{"functionDeclarations": [
                {
                    "name": "weather", "description": "The weather at a place.",
                    "parametersJsonSchema": {"type": "object", "properties": {"place": {"type": "string"}}}
                },
                {"name": "time", "description": "", "parametersJsonSchema": {"type": "object"}}
            ]}]
        })
    );
}

#[test]
fn the_same_made_up_id_means_the_latest_call() {
    let mut request = request("Go");
    for name in ["first", "second"] {
        let tool_calls = vec![call("call_0", name, "{}")];
        request.messages.push(ChatMessage { tool_calls, ..message(ChatRole::Assistant, "") });
        request.messages.push(answer("call_0", "{}"));
    }
    let contents = &sent(&request, Structure::Schema)["contents"];
    assert_eq!(contents[2]["parts"][0]["functionResponse"]["name"], json!("first"));
    assert_eq!(contents[4]["parts"][0]["functionResponse"]["name"], json!("second"));
}

#[test]
fn a_result_of_an_unknown_call_is_refused() {
    let mut request = request("Go");
    request.messages.push(answer("call_9", "{}"));
    let refused = chat("m", &request, Structure::Schema).unwrap_err();
    assert!(refused.0.contains("`call_9`"), "{refused}");
}

#[test]
fn structures_are_asked_for_in_three_ways() {
    let request = request_for_json(VERDICT);
    assert_eq!(
        sent(&request, Structure::Schema),
        json!({
            "contents": asked("Is it right?"),
            "generationConfig": {"responseMimeType": "application/json", "responseJsonSchema": verdict()}
        })
    );
    let in_words = json!({"parts": [{"text": demand(VERDICT)}]});
    assert_eq!(
        sent(&request, Structure::AnyJson),
        json!({
            "systemInstruction": in_words, "contents": asked("Is it right?"),
            "generationConfig": {"responseMimeType": "application/json"}
        })
    );
    assert_eq!(
        sent(&request, Structure::PromptOnly),
        json!({"systemInstruction": in_words, "contents": asked("Is it right?")})
    );
}

#[test]
fn parameters_are_merged_into_the_generation_config() {
    let request = ChatRequest {
        temperature: Some(1.0),
        max_tokens: Some(5),
        parameters: Some(raw(r#"{"generationConfig":{"topP":0.9,"temperature":0},"safetySettings":[]}"#)),
        ..request("Hello")
    };
    assert_eq!(
        sent(&request, Structure::Schema),
        json!({
            "contents": asked("Hello"), "safetySettings": [],
            "generationConfig": {"temperature": 0, "maxOutputTokens": 5, "topP": 0.9}
        })
    );
}

#[test]
fn a_request_with_system_messages_only_is_refused() {
    let request = ChatRequest { messages: vec![message(ChatRole::System, "Be brief.")], ..request("") };
    assert!(chat("m", &request, Structure::Schema).unwrap_err().0.contains("message of the user"));
}

#[test]
fn a_reply_is_read_without_its_thoughts() {
    let reply = read_chat(include_bytes!("../recorded/gemini_chat.json")).unwrap();
    let expected = WireReply {
        text: "Hello! How can I help?".into(),
        tool_calls: Vec::new(),
        tokens: Tokens { input: 12, cached_input: 8, output: 109 },
        model: "gemini-2.5-flash".into(),
        finish_reason: FinishReason::Stop,
    };
    assert_eq!(reply, expected);
}

#[test]
fn calls_come_back_with_the_signatures_of_their_thoughts() {
    let reply = read_chat(include_bytes!("../recorded/gemini_tools.json")).unwrap();
    assert_eq!(reply.finish_reason, FinishReason::ToolCalls);
    let ids: Vec<_> = reply.tool_calls.iter().map(|call: &ChatToolCall| (&*call.id, &*call.name)).collect();
    assert_eq!(ids, [("call_0|thought:CrsBAdHtim9+/w==", "check_flight"), ("fc-7", "book_taxi")]);

    let mut request = request("Get me there.");
    let answers: Vec<_> = reply.tool_calls.iter().map(|call| answer(&call.id, r#"{"ok":true}"#)).collect();
    request.messages.push(ChatMessage { tool_calls: reply.tool_calls, ..message(ChatRole::Assistant, "") });
    request.messages.extend(answers);
    let contents = &sent(&request, Structure::Schema)["contents"];
    assert_eq!(
        contents[1]["parts"],
        json!([
            {
                "functionCall": {"name": "check_flight", "args": {"flight": "AA100", "date": "today"}},
                "thoughtSignature": "CrsBAdHtim9+/w=="
            },
            {"functionCall": {"id": "fc-7", "name": "book_taxi", "args": {}}}
        ])
    );
    assert_eq!(
        contents[2]["parts"],
        json!([
            {"functionResponse": {"name": "check_flight", "response": {"ok": true}}},
            {"functionResponse": {"id": "fc-7", "name": "book_taxi", "response": {"ok": true}}}
        ])
    );
}

#[test]
fn a_blocked_prompt_is_a_filtered_reply_without_text() {
    let reply = read_chat(include_bytes!("../recorded/gemini_blocked.json")).unwrap();
    assert_eq!((reply.text.as_str(), reply.finish_reason), ("", FinishReason::ContentFilter));
    assert_eq!(reply.tokens, Tokens { input: 9, cached_input: 0, output: 0 });
}

#[test]
fn finish_reasons_are_told_apart() {
    for (theirs, ours) in [
        ("STOP", FinishReason::Stop),
        ("MAX_TOKENS", FinishReason::Length),
        ("SAFETY", FinishReason::ContentFilter),
        ("RECITATION", FinishReason::ContentFilter),
        ("MALFORMED_FUNCTION_CALL", FinishReason::Other),
    ] {
        let reply = json!({"candidates": [{"finishReason": theirs}]});
        assert_eq!(read_chat(reply.to_string().as_bytes()).unwrap().finish_reason, ours, "{theirs}");
    }
}

#[test]
fn texts_are_embedded_in_one_request() {
    let wire = embed("gemini-embedding-001", &["a".into(), "b".into()]).unwrap();
    assert_eq!(wire.path, "/models/gemini-embedding-001:batchEmbedContents");
    let one = |text| json!({"model": "models/gemini-embedding-001", "content": {"parts": [{"text": text}]}});
    assert_eq!(body(&wire), json!({"requests": [one("a"), one("b")]}));
}

#[test]
fn vectors_are_read_in_order() {
    let recorded = include_bytes!("../recorded/gemini_embeddings.json");
    let read = read_embeddings(recorded, 2).unwrap();
    assert_eq!(read.vectors, [vec![-0.010_632_273, 0.019_375_853], vec![0.018_467_998, 0.005_428_119_6]]);
    assert_eq!((read.tokens, read.model.as_str()), (Tokens::default(), ""));
    assert!(read_embeddings(recorded, 1).unwrap_err().0.contains("2 vectors for 1 texts"));
}
