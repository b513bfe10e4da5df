use serde_json::json;

use super::*;

const PATH: &str = "/messages";

fn hello() -> Value {
    json!({"model": "claude-sonnet-4-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello there"}]})
}

fn tool_use() -> Value {
    json!({"type": "tool_use", "id": "toolu_1", "name": "look_up", "input": {"q": 1}})
}

fn tool_result(id: &str) -> Value {
    json!({"type": "tool_result", "tool_use_id": id, "content": "42"})
}

#[tokio::test]
async fn a_message_is_answered_in_the_shape_of_the_api() {
    let provider = FakeProvider::start().await.unwrap();
    let (status, reply) = ask(&provider, Protocol::Anthropic, PATH, &hello()).await;
    assert_eq!((status, &reply["type"], &reply["stop_reason"]), (200, &json!("message"), &json!("end_turn")));
    assert_eq!(reply["content"], json!([{"type": "text", "text": DEFAULT_TEXT}]));
    assert_eq!((&reply["usage"]["input_tokens"], &reply["usage"]["output_tokens"]), (&json!(3), &json!(5)));
}

#[tokio::test]
async fn what_the_api_would_not_take_is_refused_in_its_words() {
    let user = json!({"role": "user", "content": "x"});
    let tools = json!([{"name": "look_up", "input_schema": {"type": "object"}}]);
    let format = |schema: Value| json!({"format": {"type": "json_schema", "schema": schema}});
    let cases = [
        (json!({"seed": 1}), "seed: Extra inputs are not permitted"),
        (json!({"model": null}), "model: Field required"),
        (json!({"max_tokens": null}), "max_tokens: Field required"),
        (json!({"max_tokens": 0}), "max_tokens: range"),
        (json!({"messages": null}), "messages: Field required"),
        (json!({"messages": []}), "at least one message is required"),
        (json!({"messages": [{"role": "system", "content": "x"}]}), "top-level `system` parameter"),
        (json!({"messages": [{"role": "assistant", "content": "x"}]}), "first message must use the \"user\" role"),
        (json!({"messages": [user, user]}), "roles must alternate"),
        (json!({"messages": [{"role": "user", "content": ""}]}), "text content blocks must be non-empty"),
        (json!({"messages": [{"role": "user", "content": []}]}), "must have non-empty content"),
        (json!({"messages": [user, {"role": "assistant", "content": "x "}]}), "trailing whitespace"),
        (json!({"messages": [{"role": "user", "content": [tool_use()]}]}), "cannot be in `user` messages"),
        (json!({"messages": [{"role": "user", "content": [{"type": "sound"}]}]}), "Input tag 'sound'"),
        (
            json!({"messages": [{"role": "user", "content": [tool_result("toolu_1")]}]}),
            "messages.0.content.0: unexpected `tool_use_id`",
        ),
        (
            json!({"messages": [user, {"role": "assistant", "content": [tool_use()]}, user]}),
            "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1",
        ),
        (json!({"messages": [user, {"role": "assistant", "content": [tool_use()]}]}), "without `tool_result`"),
        (
            json!({"messages": [user, {"role": "assistant", "content": [tool_use()]}, {"role": "user", "content": [
                {"type": "text", "text": "x"}, tool_result("toolu_1"),
            ]}]}),
            "without `tool_result`",
        ),
        (json!({"temperature": 1.5}), "temperature: range: 0..1"),
        (json!({"stop_sequences": [" "]}), "must contain non-whitespace"),
        (json!({"tool_choice": {"type": "auto"}}), "while providing tools"),
        (json!({"tools": tools, "tool_choice": {"type": "tool", "name": "other"}}), "'other' not found"),
        (json!({"tools": [{"name": "a b", "input_schema": {"type": "object"}}]}), "should match pattern"),
        (json!({"tools": [{"name": "a", "input_schema": {}}]}), "tools.0.input_schema.type: Field required"),
        (json!({"tools": [{"name": "a", "parameters": {}}]}), "tools.0.parameters: Extra inputs"),
        (json!({"thinking": {"type": "enabled", "budget_tokens": 2000}}), "`max_tokens` must be greater"),
        (json!({"output_config": format(json!({"type": "object"}))}), "'additionalProperties' must be explicitly"),
        (
            json!({"output_config": format(json!({"type": "integer", "minimum": 1}))}),
            "For 'integer' type, properties minimum are not supported",
        ),
        (
            json!({
                "output_config": format(json!({"type": "string"})),
                "messages": [user, {"role": "assistant", "content": "{"}],
            }),
            "Prefilling",
        ),
    ];
    refuses(Protocol::Anthropic, PATH, &hello(), &cases).await;
}

#[tokio::test]
async fn whole_conversations_with_everything_in_them_are_taken() {
    let body = json!({
        "model": "claude-sonnet-4-5", "max_tokens": 100, "temperature": 0, "top_k": 5, "stop_sequences": ["END"],
        "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral"}}],
        "metadata": {"user_id": "u"},
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "look"}]},
            {"role": "assistant", "content": [{"type": "text", "text": "ok"}, tool_use()]},
            {"role": "user", "content": [tool_result("toolu_1"), {"type": "text", "text": "and?"}]},
        ],
        "tools": [{"name": "look_up", "description": "d", "input_schema": {"type": "object"}}],
        "tool_choice": {"type": "any", "disable_parallel_tool_use": true},
        "output_config": {"format": {"type": "json_schema", "schema": {"type": "boolean"}}},
    });
    takes(Protocol::Anthropic, PATH, &[body]).await;
}

#[tokio::test]
async fn a_schema_is_answered_with_an_instance_or_not_known() {
    let schema = json!({
        "type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"], "additionalProperties": false,
    });
    let mut body = hello();
    body["output_config"] = json!({"format": {"type": "json_schema", "schema": schema}});
    let provider = FakeProvider::start().await.unwrap();
    let (_, reply) = ask(&provider, Protocol::Anthropic, PATH, &body).await;
    assert_eq!(reply["content"][0]["text"], "{\"ok\":true}");
    for support in [StructureSupport::AnyJson, StructureSupport::Nothing] {
        let older = FakeProvider::builder().structure(support).start().await.unwrap();
        let (status, reply) = ask(&older, Protocol::Anthropic, PATH, &body).await;
        assert_eq!((status, message(&reply)), (400, "output_config: Extra inputs are not permitted"));
    }
}

#[tokio::test]
async fn tool_uses_refusals_and_cached_tokens_are_told() {
    let provider = FakeProvider::builder()
        .answer(|asked| match asked.text.as_str() {
            "tools" => Answer::tool_calls([("look_up", json!({"q": 1}))]),
            "refuse" => Answer::refusal("No."),
            _ => {
                Answer::text("x").cut_off().usage(TokenUsage { input: 100, cached_input: 60, output: 9, reasoning: 0 })
            }
        })
        .start()
        .await
        .unwrap();
    let ask = async |text: &str| {
        let body = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": text}]});
        ask(&provider, Protocol::Anthropic, PATH, &body).await.1
    };
    let reply = ask("tools").await;
    let call = json!({"type": "tool_use", "id": "call_1", "name": "look_up", "input": {"q": 1}});
    assert_eq!((&reply["stop_reason"], &reply["content"]), (&json!("tool_use"), &json!([call])));
    assert_eq!(ask("refuse").await["stop_reason"], "refusal");
    let reply = ask("cache").await;
    assert_eq!(reply["stop_reason"], "max_tokens");
    assert_eq!(reply["usage"]["input_tokens"], 40);
    assert_eq!(reply["usage"]["cache_read_input_tokens"], 60);
}

#[tokio::test]
async fn headers_are_checked() {
    let provider = FakeProvider::builder().key("right").start().await.unwrap();
    let (status, reply) = ask(&provider, Protocol::Anthropic, PATH, &hello()).await;
    assert_eq!((status, &reply["error"]["type"]), (401, &json!("authentication_error")));
    assert!(message(&reply).contains(DEFAULT_KEY));
    let request = || {
        let request = client().post(format!("{}{PATH}", provider.base_url(Protocol::Anthropic)));
        request.header("content-type", "application/json").header("x-api-key", "right").body(hello().to_string())
    };
    let (status, reply) = read(request().send().await.unwrap()).await;
    assert_eq!((status, message(&reply)), (400, "anthropic-version: header is required"));
    let (status, _) = read(request().header("anthropic-version", "2030-01-01").send().await.unwrap()).await;
    assert_eq!(status, 400);
}
