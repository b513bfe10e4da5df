use serde_json::json;

use super::*;

const PATH: &str = "/models/gemini-2.5-flash:generateContent";
const EMBED: &str = "/models/embed-1:batchEmbedContents";

fn hello() -> Value {
    json!({"contents": [{"role": "user", "parts": [{"text": "Hello there"}]}]})
}

#[tokio::test]
async fn content_is_answered_in_the_shape_of_the_api() {
    let provider = FakeProvider::start().await.unwrap();
    let (status, reply) = ask(&provider, Protocol::Gemini, PATH, &hello()).await;
    assert_eq!((status, &reply["modelVersion"]), (200, &json!("gemini-2.5-flash")));
    assert_eq!(reply["candidates"][0]["content"], json!({"parts": [{"text": DEFAULT_TEXT}], "role": "model"}));
    assert_eq!(reply["candidates"][0]["finishReason"], "STOP");
    assert_eq!(reply["usageMetadata"], json!({"promptTokenCount": 3, "candidatesTokenCount": 5, "totalTokenCount": 8}));
}

#[tokio::test]
async fn what_the_api_would_not_take_is_refused_in_its_words() {
    let user = json!({"role": "user", "parts": [{"text": "x"}]});
    let model = json!({"role": "model", "parts": [{"text": "x"}]});
    let call = json!({"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]});
    let response =
        |name: &str| json!({"role": "user", "parts": [{"functionResponse": {"name": name, "response": {}}}]});
    let config = |config: Value| json!({"generationConfig": config});
    let declare = |declaration: Value| json!({"tools": [{"functionDeclarations": [declaration]}]});
    let cases = [
        (json!({"messages": []}), "Unknown name \"messages\": Cannot find field."),
        (json!({"contents": null}), "contents is not specified"),
        (json!({"contents": []}), "contents is not specified"),
        (json!({"contents": [{"role": "assistant", "parts": [{"text": "x"}]}]}), "valid role: user, model"),
        (json!({"contents": [{"role": "user", "parts": []}]}), "parts must not be empty"),
        (json!({"contents": [{"role": "user", "parts": [{}]}]}), "must have one initialized field"),
        (json!({"contents": [{"role": "user", "parts": [{"txt": "x"}]}]}), "\"txt\" at 'contents[0].parts[0]'"),
        (json!({"contents": [user, user]}), "alternate between user and model"),
        (json!({"contents": [user, model]}), "end with a user role or a function response"),
        (json!({"contents": [user, call, user]}), "number of function response parts is equal"),
        (json!({"contents": [user, model, response("f")]}), "immediately after a function call turn"),
        (json!({"contents": [user, call, response("g")]}), "have the names of the function call parts"),
        (config(json!({"maxTokens": 1})), "\"maxTokens\" at 'generation_config'"),
        (config(json!({"temperature": 3})), "temperature must be in the range [0, 2]"),
        (config(json!({"seed": 5_000_000_000_u64})), "'generation_config.seed' (TYPE_INT32), 5000000000"),
        (config(json!({"stopSequences": ["1", "2", "3", "4", "5", "6"]})), "at most 5"),
        (config(json!({"responseSchema": {"type": "string"}})), "only allowed when response_mime_type"),
        (config(json!({"responseJsonSchema": {"type": "string"}})), "only allowed when response_mime_type"),
        (
            config(json!({
                "responseMimeType": "application/json",
                "responseSchema": {"type": "object", "additionalProperties": false},
            })),
            "\"additionalProperties\" at 'generation_config.response_schema'",
        ),
        (declare(json!({"name": "1f", "description": "d"})), "Invalid function name"),
        (declare(json!({"name": "f"})), "description is not specified"),
        (declare(json!({"name": "f", "description": "d", "parameters": {"$ref": "#"}})), "\"$ref\""),
        (json!({"toolConfig": {"functionCallingConfig": {"mode": "ANY"}}}), "without function_declarations"),
    ];
    refuses(Protocol::Gemini, PATH, &hello(), &cases).await;
}

#[tokio::test]
async fn whole_conversations_with_everything_in_them_are_taken() {
    let body = json!({
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "look"}]},
            {"role": "model", "parts": [
                {"text": "ok", "thought": true}, {"functionCall": {"name": "look_up", "args": {"q": 1}}},
            ]},
            {"role": "user", "parts": [{"functionResponse": {"name": "look_up", "response": {"a": 1}}}]},
        ],
        "tools": [{"functionDeclarations": [
            {"name": "look_up", "description": "d", "parametersJsonSchema": {"type": "object"}},
        ]}],
        "toolConfig": {"functionCallingConfig": {"mode": "ANY", "allowedFunctionNames": ["look_up"]}},
        "generationConfig": {
            "temperature": 0, "topP": 0.9, "topK": 40, "seed": 7, "maxOutputTokens": 50, "stopSequences": ["END"],
            "responseMimeType": "application/json", "responseJsonSchema": {"type": "object"},
            "thinkingConfig": {"thinkingBudget": 0},
        },
    });
    takes(Protocol::Gemini, PATH, &[body]).await;
}

#[tokio::test]
async fn a_schema_is_answered_with_an_instance_or_not_known() {
    let with = |config: Value| {
        let mut body = hello();
        body["generationConfig"] = config;
        body
    };
    let schema = json!({"type": "object", "properties": {"ok": {"type": "boolean"}}});
    let own = json!({"type": "OBJECT", "properties": {"ok": {"type": "BOOLEAN"}}});
    let provider = FakeProvider::start().await.unwrap();
    let standard = with(json!({"responseMimeType": "application/json", "responseJsonSchema": schema}));
    for body in [&standard, &with(json!({"responseMimeType": "application/json", "responseSchema": own}))] {
        let (_, reply) = ask(&provider, Protocol::Gemini, PATH, body).await;
        assert_eq!(reply["candidates"][0]["content"]["parts"][0]["text"], "{\"ok\":true}");
    }
    let middling = FakeProvider::builder().structure(StructureSupport::AnyJson).start().await.unwrap();
    let (status, reply) = ask(&middling, Protocol::Gemini, PATH, &standard).await;
    assert!(status == 400 && message(&reply).contains("\"responseJsonSchema\" at 'generation_config'"));
    let any = with(json!({"responseMimeType": "application/json"}));
    assert_eq!(ask(&middling, Protocol::Gemini, PATH, &any).await.0, 200);
    let older = FakeProvider::builder().supports_structure(false).start().await.unwrap();
    let (status, reply) = ask(&older, Protocol::Gemini, PATH, &any).await;
    assert!(status == 400 && message(&reply).contains("\"responseMimeType\" at 'generation_config'"));
}

#[tokio::test]
async fn function_calls_refusals_and_thoughts_are_told() {
    let provider = FakeProvider::builder()
        .answer(|asked| match asked.text.as_str() {
            "tools" => Answer::tool_calls([("look_up", json!({"q": 1}))]),
            "refuse" => Answer::refusal("No."),
            _ => Answer::text("x").usage(TokenUsage { input: 100, cached_input: 60, output: 9, reasoning: 4 }),
        })
        .start()
        .await
        .unwrap();
    let ask = async |text: &str| {
        let body = json!({"contents": [{"parts": [{"text": text}]}]});
        ask(&provider, Protocol::Gemini, PATH, &body).await.1
    };
    let part = &ask("tools").await["candidates"][0]["content"]["parts"][0];
    assert_eq!(part, &json!({"functionCall": {"name": "look_up", "args": {"q": 1}}}));
    let refusal = ask("refuse").await;
    assert_eq!(refusal["candidates"][0]["finishReason"], "SAFETY");
    assert_eq!(refusal["candidates"][0].get("content"), None);
    assert_eq!(
        ask("usage").await["usageMetadata"],
        json!({
            "promptTokenCount": 100, "cachedContentTokenCount": 60, "candidatesTokenCount": 5,
            "thoughtsTokenCount": 4, "totalTokenCount": 109,
        })
    );
}

#[tokio::test]
async fn a_wrong_key_is_a_bad_request_and_a_missing_one_is_forbidden() {
    let provider = FakeProvider::builder().key("right").start().await.unwrap();
    let (status, reply) = ask(&provider, Protocol::Gemini, PATH, &hello()).await;
    assert_eq!((status, &reply["error"]["details"][0]["reason"]), (400, &json!("API_KEY_INVALID")));
    assert!(message(&reply).contains(DEFAULT_KEY));
    let request = client().post(format!("{}{PATH}", provider.base_url(Protocol::Gemini)));
    let (status, reply) = read(request.header("content-type", "application/json").send().await.unwrap()).await;
    assert_eq!((status, &reply["error"]["status"]), (403, &json!("PERMISSION_DENIED")));
    assert_eq!(provider.counts().unauthorized, 2);
}

#[tokio::test]
async fn texts_are_embedded_in_order() {
    let request = |text: &str| json!({"model": "models/embed-1", "content": {"parts": [{"text": text}]}, "outputDimensionality": 8});
    let valid = json!({"requests": [request("a cat"), request("a dog")]});
    let provider = FakeProvider::start().await.unwrap();
    let (status, reply) = ask(&provider, Protocol::Gemini, EMBED, &valid).await;
    let vectors = reply["embeddings"].as_array().unwrap();
    assert_eq!((status, vectors.len(), vectors[0]["values"].as_array().unwrap().len()), (200, 2, 8));
    let mut other_model = request("x");
    other_model["model"] = json!("models/other");
    let cases = [
        (json!({"requests": []}), "between 1 and 100"),
        (json!({"requests": [other_model]}), "models/other"),
        (json!({"requests": [request("")]}), "content is empty"),
        (json!({"input": "x"}), "Unknown name \"input\""),
    ];
    refuses(Protocol::Gemini, EMBED, &valid, &cases).await;
}
