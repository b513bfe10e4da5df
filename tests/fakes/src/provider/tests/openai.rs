use serde_json::json;

use super::*;

const CHAT: &str = "/chat/completions";

fn hello() -> Value {
    json!({"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello there"}]})
}

fn call(id: &str) -> Value {
    json!({"id": id, "type": "function", "function": {"name": "look_up", "arguments": "{\"q\":1}"}})
}

#[tokio::test]
async fn a_chat_is_answered_in_the_shape_of_the_api() {
    let provider = FakeProvider::start().await.unwrap();
    let (status, reply) = ask(&provider, Protocol::OpenAi, CHAT, &hello()).await;
    assert_eq!(status, 200);
    assert_eq!(reply["object"], "chat.completion");
    assert_eq!(reply["model"], "gpt-4o-mini");
    assert_eq!(reply["choices"][0]["message"]["content"], DEFAULT_TEXT);
    assert_eq!(reply["choices"][0]["finish_reason"], "stop");
    assert_eq!(reply["usage"]["prompt_tokens"], 3);
    assert_eq!(reply["usage"]["completion_tokens"], 5);
    assert_eq!(reply["usage"]["total_tokens"], 8);
    let asked = provider.recorded().remove(0);
    assert_eq!((asked.model.as_str(), asked.text.as_str()), ("gpt-4o-mini", "Hello there"));
    assert_eq!(asked.header("authorization"), format!("Bearer {DEFAULT_KEY}"));
    let counts = provider.counts();
    assert_eq!((counts.input_tokens, counts.output_tokens), (3, 5));
}

#[tokio::test]
async fn what_the_api_would_not_take_is_refused_in_its_words() {
    let user = json!({"role": "user", "content": "x"});
    let cases = [
        (json!({"top_k": 3}), "Unrecognized request argument supplied: top_k"),
        (json!({"model": null}), "you must provide a model parameter"),
        (json!({"model": ""}), "you must provide a model parameter"),
        (json!({"model": 4}), "Invalid type for 'model': expected a string, but got an integer"),
        (json!({"messages": null}), "Missing required parameter: 'messages'."),
        (json!({"messages": []}), "Invalid 'messages': empty array"),
        (json!({"messages": [{"role": "robot", "content": "x"}]}), "Invalid value: 'robot'. Supported values are"),
        (json!({"messages": [{"role": "user", "content": "x", "mood": 1}]}), "Unknown parameter: 'messages[0].mood'."),
        (json!({"messages": [{"role": "user"}]}), "expected a string, got null"),
        (json!({"messages": [{"role": "user", "content": [{"type": "image_url", "text": "x"}]}]}), "Unknown parameter"),
        (json!({"messages": [user, {"role": "tool", "tool_call_id": "a", "content": "x"}]}), "must be a response to"),
        (
            json!({"messages": [user, {"role": "assistant", "tool_calls": [call("a")]}, {"role": "user", "content": ""}]}),
            "did not have response messages: a",
        ),
        (json!({"messages": [user, {"role": "assistant", "tool_calls": [call("a")]}]}), "did not have response"),
        (
            json!({"messages": [
                {"role": "assistant", "tool_calls": [call("a")]}, {"role": "tool", "tool_call_id": "b", "content": ""},
            ]}),
            "'tool_call_id' of 'b' not found",
        ),
        (
            json!({"messages": [
                {"role": "assistant", "tool_calls": [
                    {"id": "a", "type": "function", "function": {"name": "f", "arguments": {"q": 1}}},
                ]},
            ]}),
            "Invalid type for 'messages[0].tool_calls[0].function.arguments': expected a string, but got an object",
        ),
        (json!({"temperature": 3}), "'temperature'"),
        (json!({"max_tokens": 0}), "'max_tokens'"),
        (json!({"max_tokens": 1, "max_completion_tokens": 1}), "at the same time"),
        (json!({"model": "gpt-5-mini", "max_tokens": 1}), "Use 'max_completion_tokens' instead"),
        (json!({"model": "o3", "temperature": 0}), "'temperature' does not support 0 with this model"),
        (json!({"stop": ["a", "b", "c", "d", "e"]}), "'stop'"),
        (json!({"seed": "x"}), "Invalid type for 'seed'"),
        (json!({"stream": true}), "does not stream"),
        (json!({"tools": []}), "'tools': empty array"),
        (json!({"tool_choice": "auto"}), "only allowed when 'tools' are specified"),
        (json!({"tools": [{"type": "function", "function": {"name": "a b"}}]}), "does not match pattern"),
        (
            json!({"tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}]}),
            "Invalid schema for function 'f'",
        ),
    ];
    refuses(Protocol::OpenAi, CHAT, &hello(), &cases).await;
}

#[tokio::test]
async fn response_formats_are_checked() {
    let format = |schema: Value| json!({"type": "json_schema", "json_schema": schema});
    let open = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let cases = [
        (json!({"response_format": {"type": "xml"}}), "Invalid value: 'xml'"),
        (json!({"response_format": {"type": "json_object"}}), "must contain the word 'json'"),
        (json!({"response_format": format(json!({"schema": open}))}), "'response_format.json_schema.name'"),
        (json!({"response_format": format(json!({"name": "a b", "schema": open}))}), "does not match pattern"),
        (json!({"response_format": format(json!({"name": "a"}))}), "'response_format.json_schema.schema'"),
        (
            json!({"response_format": format(json!({"name": "a", "schema": open, "strict": true}))}),
            "Invalid schema for response_format 'a': In context=(), 'additionalProperties' is required",
        ),
    ];
    refuses(Protocol::OpenAi, CHAT, &hello(), &cases).await;
}

#[tokio::test]
async fn whole_conversations_with_everything_in_them_are_taken() {
    let body = json!({
        "model": "gpt-4o", "temperature": 0.0, "seed": 7, "max_tokens": 100, "stop": "END", "user": "u",
        "metadata": {"a": "b"}, "logprobs": true, "top_logprobs": 2, "parallel_tool_calls": false,
        "messages": [
            {"role": "system", "content": "s"}, {"role": "developer", "content": [{"type": "text", "text": "d"}]},
            {"role": "user", "content": "u", "name": "me"},
            {"role": "assistant", "content": null, "tool_calls": [call("a"), call("b")]},
            {"role": "tool", "tool_call_id": "b", "content": "1"}, {"role": "tool", "tool_call_id": "a", "content": "2"},
            {"role": "assistant", "content": "so"},
            {"role": "user", "content": [
                {"type": "text", "text": "v"}, {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
            ]},
        ],
        "tools": [{"type": "function", "function": {"name": "look_up", "parameters": {"type": "object"}}}],
        "tool_choice": {"type": "function", "function": {"name": "look_up"}},
    });
    takes(Protocol::OpenAi, CHAT, &[body]).await;
}

#[tokio::test]
async fn a_schema_is_answered_with_an_instance_wherever_it_stands() {
    let provider = FakeProvider::start().await.unwrap();
    let schema = json!({
        "type": "object",
        "properties": {"rationale": {"type": "string"}, "result": {"type": "boolean"}},
        "required": ["rationale", "result"],
        "additionalProperties": false,
    });
    let mut body = hello();
    body["response_format"] =
        json!({"type": "json_schema", "json_schema": {"name": "verdict", "strict": true, "schema": schema}});
    let (_, reply) = ask(&provider, Protocol::OpenAi, CHAT, &body).await;
    let content = reply["choices"][0]["message"]["content"].as_str().unwrap();
    assert_eq!(serde_json::from_str::<Value>(content).unwrap(), json!({"rationale": "ok", "result": true}));
    assert_eq!(provider.recorded()[0].schema, Some(schema.clone()));
    let body = json!({"model": "m", "messages": [
        {"role": "system", "content": format!("Reply with JSON: {schema}")}, {"role": "user", "content": "?"},
    ]});
    let (_, reply) = ask(&provider, Protocol::OpenAi, CHAT, &body).await;
    assert_eq!(reply["choices"][0]["message"]["content"], content);
}

#[tokio::test]
async fn structure_that_is_not_supported_is_refused() {
    let with = |format: Value| json!({"model": "m", "messages": [{"role": "user", "content": "json"}], "response_format": format});
    let schema = with(json!({"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}));
    let any = with(json!({"type": "json_object"}));
    let older = FakeProvider::builder().supports_structure(false).start().await.unwrap();
    for body in [&schema, &any] {
        let (status, reply) = ask(&older, Protocol::OpenAi, CHAT, body).await;
        assert_eq!((status, message(&reply)), (400, "Unrecognized request argument supplied: response_format"));
    }
    let middling = FakeProvider::builder().structure(StructureSupport::AnyJson).start().await.unwrap();
    let (status, reply) = ask(&middling, Protocol::OpenAi, CHAT, &schema).await;
    assert!(status == 400 && message(&reply).contains("'response_format' of type 'json_schema' is not supported"));
    assert_eq!(ask(&middling, Protocol::OpenAi, CHAT, &any).await.0, 200);
}

#[tokio::test]
async fn tool_calls_refusals_and_limits_are_told() {
    let provider = FakeProvider::builder()
        .answer(|asked| match asked.text.as_str() {
            "tools" => Answer::tool_calls([("look_up", json!({"q": 1}))]).model("gpt-4o-2024"),
            "refuse" => Answer::refusal("I will not."),
            "cache" => Answer::text("x").usage(TokenUsage { input: 100, cached_input: 60, output: 9, reasoning: 4 }),
            "raw" => Answer::raw(json!({"choices": []})),
            _ => Answer::text("one two three four five"),
        })
        .start()
        .await
        .unwrap();
    let ask = async |text: &str| {
        let body = json!({"model": "gpt-4o", "messages": [{"role": "user", "content": text}], "max_tokens": 2});
        ask(&provider, Protocol::OpenAi, CHAT, &body).await.1
    };
    let reply = ask("tools").await;
    let choice = &reply["choices"][0];
    assert_eq!((&reply["model"], &choice["finish_reason"]), (&json!("gpt-4o-2024"), &json!("tool_calls")));
    assert_eq!(choice["message"]["content"], Value::Null);
    assert_eq!(
        choice["message"]["tool_calls"][0],
        json!({"id": "call_1", "type": "function", "function": {"name": "look_up", "arguments": "{\"q\":1}"}})
    );
    assert_eq!(ask("refuse").await["choices"][0]["message"]["refusal"], "I will not.");
    let usage = &ask("cache").await["usage"];
    assert_eq!(usage["prompt_tokens"], 100);
    assert_eq!(usage["prompt_tokens_details"]["cached_tokens"], 60);
    assert_eq!(usage["completion_tokens_details"]["reasoning_tokens"], 4);
    assert_eq!(ask("raw").await, json!({"choices": []}));
    let long = ask("long").await;
    assert_eq!(long["choices"][0]["message"]["content"], "one two ");
    assert_eq!(
        (&long["choices"][0]["finish_reason"], &long["usage"]["completion_tokens"]),
        (&"length".into(), &2.into())
    );
}

#[tokio::test]
async fn a_wrong_key_is_quoted_and_counted() {
    let provider = FakeProvider::builder().key("sk-right").start().await.unwrap();
    let (status, reply) = ask(&provider, Protocol::OpenAi, CHAT, &hello()).await;
    assert_eq!((status, &reply["error"]["code"]), (401, &json!("invalid_api_key")));
    assert!(message(&reply).contains(DEFAULT_KEY));
    let request = client().post(format!("{}{CHAT}", provider.base_url(Protocol::OpenAi)));
    let (status, reply) = read(request.header("content-type", "application/json").send().await.unwrap()).await;
    assert!(status == 401 && message(&reply).contains("You didn't provide an API key"));
    assert_eq!(provider.counts().unauthorized, 2);
}

#[tokio::test]
async fn a_key_that_does_not_matter_may_be_missing() {
    let provider = FakeProvider::builder().any_key().start().await.unwrap();
    let request = client().post(format!("{}{CHAT}", provider.base_url(Protocol::OpenAi)));
    let request = request.header("content-type", "application/json; charset=utf-8").body(hello().to_string());
    assert_eq!(read(request.send().await.unwrap()).await.0, 200);
}

#[tokio::test]
async fn bodies_that_are_no_json_and_paths_that_are_none_are_refused() {
    let provider = FakeProvider::start().await.unwrap();
    let base = provider.base_url(Protocol::OpenAi);
    let send = async |path: &str, content_type: &str, body: &'static str| {
        let request = client().post(format!("{base}{path}")).bearer_auth(DEFAULT_KEY);
        read(request.header("content-type", content_type).body(body).send().await.unwrap()).await
    };
    let (status, reply) = send(CHAT, "application/json", "{\"model\"").await;
    assert!(status == 400 && message(&reply).contains("could not parse the JSON body"));
    let (status, reply) = send(CHAT, "text/plain", "{}").await;
    assert!(status == 400 && message(&reply).contains("Unsupported content type: 'text/plain'"));
    assert_eq!(send("/completions", "application/json", "{}").await.0, 404);
    let get = client().get(format!("{base}{CHAT}")).send().await.unwrap();
    assert_eq!(get.status(), 405);
    assert_eq!(provider.counts().not_found, 2);
    assert_eq!(provider.refusals().len(), 4);
    assert!(provider.refusals()[0].starts_with("400 We could not parse"));
}

#[tokio::test]
async fn texts_are_embedded_in_order() {
    let provider = FakeProvider::start().await.unwrap();
    let body = json!({"model": "text-embedding-3-small", "input": ["a cat", "a dog"], "dimensions": 16});
    let (status, reply) = ask(&provider, Protocol::OpenAi, "/embeddings", &body).await;
    assert_eq!((status, &reply["data"][1]["index"]), (200, &json!(1)));
    assert_eq!(reply["data"][0]["embedding"].as_array().unwrap().len(), 16);
    assert_ne!(reply["data"][0]["embedding"], reply["data"][1]["embedding"]);
    assert_eq!(reply["usage"]["prompt_tokens"], 4);
    let own = FakeProvider::builder().embed(|_| vec![0.5, 0.25]).start().await.unwrap();
    let (_, reply) = ask(&own, Protocol::OpenAi, "/embeddings", &json!({"model": "m", "input": "x"})).await;
    assert_eq!(reply["data"][0]["embedding"], json!([0.5, 0.25]));
    let valid = json!({"model": "m", "input": ["x"]});
    let cases = [
        (json!({"input": []}), "'$.input' is invalid"),
        (json!({"input": [""]}), "'$.input' is invalid"),
        (json!({"input": [1]}), "Invalid type for 'input[0]'"),
        (json!({"encoding_format": "base64"}), "Invalid value: 'base64'"),
        (json!({"texts": []}), "Unrecognized request argument supplied: texts"),
    ];
    refuses(Protocol::OpenAi, "/embeddings", &valid, &cases).await;
}

#[tokio::test]
async fn azure_has_its_own_paths_header_and_complaints() {
    let provider = FakeProvider::start().await.unwrap();
    assert_eq!(ask(&provider, Protocol::Azure, CHAT, &hello()).await.0, 200);
    let old = async |path: &str, key: &str| {
        let request = client().post(format!("{}/openai/deployments/{path}", provider.url())).header("api-key", key);
        let body = json!({"messages": [{"role": "user", "content": "Hello"}]}).to_string();
        read(request.header("content-type", "application/json").body(body).send().await.unwrap()).await
    };
    let (status, reply) = old("judge/chat/completions?api-version=2024-10-21", DEFAULT_KEY).await;
    assert_eq!((status, &reply["model"]), (200, &json!("judge")));
    assert_eq!(old("judge/chat/completions", DEFAULT_KEY).await.0, 404);
    let (status, reply) = old("judge/chat/completions?api-version=2024-10-21", "wrong-key").await;
    assert_eq!((status, &reply["error"]["code"]), (401, &json!("401")));
    assert!(message(&reply).contains("wrong-key"));
    let seen: Vec<_> = provider.recorded().iter().map(|asked| asked.protocol).collect();
    assert_eq!(seen, [Protocol::Azure, Protocol::Azure]);
}
