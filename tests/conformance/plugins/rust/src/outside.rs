use scorebox_sdk::http::{self, Method};
use scorebox_sdk::llm::{self, FinishReason};
use scorebox_sdk::log::{self, Level};
use scorebox_sdk::serde_json::Value;
use scorebox_sdk::tracing::{self, SpanKind};
use scorebox_sdk::{Deserialize, Error, Example, Feedback, Inputs, Result, json, predictor, scorer};

use crate::schema::{Anything, config_schema};

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
pub(crate) struct Judge {
    model: String,
}

config_schema!(Judge, {
    "type": "object",
    "properties": { "model": { "type": "string" } },
    "required": ["model"],
    "additionalProperties": false
});

/// Asks a model once.
#[scorer(requires(outputs), uses(), returns = text)]
pub(crate) fn judge(example: &Example, config: &Judge) -> Result<Feedback> {
    let schema = json!({ "type": "object", "properties": { "word": { "type": "string" } }, "required": ["word"] });
    let reply = llm::Request::new(&config.model)
        .system("Answer with one word.")
        .user(example.outputs_text()?)
        .temperature(0.0)
        .max_tokens(64)
        .seed(7)
        .response_schema(&schema)
        .complete()?;
    Ok(Feedback::new(reply.text)
        .with_rationale(finish_reason(reply.finish_reason))
        .with_metadata("model", reply.model)
        .with_metadata("input_tokens", reply.usage.input_tokens)
        .with_metadata("output_tokens", reply.usage.output_tokens))
}

fn finish_reason(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool-calls",
        FinishReason::ContentFilter => "content-filter",
        FinishReason::Other => "other",
    }
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
pub(crate) struct Judges {
    model: String,
    questions: Vec<String>,
}

config_schema!(Judges, {
    "type": "object",
    "properties": { "model": { "type": "string" }, "questions": { "type": "array", "items": { "type": "string" } } },
    "required": ["model", "questions"],
    "additionalProperties": false
});

/// Asks a model several times at once.
#[scorer(requires(), uses())]
pub(crate) fn judges(_example: &Example, config: &Judges) -> Value {
    let requests: Vec<_> =
        config.questions.iter().map(|question| llm::Request::new(&config.model).user(question)).collect();
    let replies = llm::complete_all(&requests).into_iter();
    replies
        .map(|reply| reply.map_or_else(|error| json!({ "error": error.to_string() }), |reply| reply.text.into()))
        .collect()
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
pub(crate) struct Embeds {
    model: String,
    texts: Vec<String>,
}

config_schema!(Embeds, {
    "type": "object",
    "properties": { "model": { "type": "string" }, "texts": { "type": "array", "items": { "type": "string" } } },
    "required": ["model", "texts"],
    "additionalProperties": false
});

/// Embeds texts.
#[scorer(requires(), uses())]
pub(crate) fn embeds(_example: &Example, config: &Embeds) -> Result<Value> {
    let embeddings = llm::embed(&config.model, &config.texts)?;
    let widened = |vector: Vec<f32>| vector.into_iter().map(f64::from).collect::<Vec<_>>();
    let vectors: Vec<_> = embeddings.vectors.into_iter().map(widened).collect();
    Ok(json!({ "vectors": vectors, "model": embeddings.model, "input_tokens": embeddings.usage.input_tokens }))
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
pub(crate) struct Fetches {
    url: String,
    method: Option<String>,
    body: Option<String>,
}

config_schema!(Fetches, {
    "type": "object",
    "properties": {
        "url": { "type": "string" },
        "method": { "type": "string", "default": "GET" },
        "body": { "type": "string" }
    },
    "required": ["url"],
    "additionalProperties": false
});

/// Sends an HTTP request.
#[scorer(requires(), uses())]
pub(crate) fn fetches(_example: &Example, config: &Fetches) -> Result<Value> {
    let method = match config.method.as_deref() {
        None | Some("GET") => Method::Get,
        Some("POST") => Method::Post,
        Some("PUT") => Method::Put,
        Some(other) => return Err(Error::invalid_config(format!("method: `{other}` is not sent by this scorer"))),
    };
    let mut request = http::Request::new(method, &config.url).header("x-conformance", "yes");
    if let Some(body) = &config.body {
        request = request.body(body.as_bytes());
    }
    let response = request.send()?;
    Ok(json!({
        "status": response.status,
        "body": response.text()?,
        "content_type": response.header("content-type"),
    }))
}

/// Records spans.
#[scorer(requires(), uses(), returns = boolean)]
pub(crate) fn spans(_example: &Example, _config: &Anything) -> bool {
    record();
    true
}

/// Records spans.
#[predictor(name = "spans")]
pub(crate) fn records_spans(_inputs: &Inputs, _config: &Anything) -> bool {
    record();
    true
}

fn record() {
    let outer = tracing::span_with("outer", SpanKind::Chain, &json!({ "q": 1 }));
    let inner = tracing::span("inner", SpanKind::Llm);
    inner.attribute("gen_ai.request.model", "m");
    inner.attribute("gen_ai.usage.input_tokens", &3);
    inner.end_with(&json!({ "a": "b" }));
    tracing::span("broken", SpanKind::Tool).fail("it broke");
    drop(outer);
}

/// Writes log messages.
#[scorer(requires(), uses(), returns = boolean)]
pub(crate) fn logs(_example: &Example, _config: &Anything) -> bool {
    let levels = [
        (Level::Trace, "trace"),
        (Level::Debug, "debug"),
        (Level::Info, "info"),
        (Level::Warn, "warn"),
        (Level::Error, "error"),
    ];
    for (level, name) in levels {
        log::log(level, &format!("{name} ünïcödé \u{0} end"));
    }
    true
}
