//! Google's `generateContent` and `batchEmbedContents`: what a request may hold and what is answered.

use serde_json::{Value, json};

use crate::provider::answer::{Said, numbers};
use crate::provider::asked::{Read, Texts};
use crate::provider::check::{Checked, Node, Refusal};
use crate::provider::dialect::Dialect;
use crate::provider::schema_rules::gemini_unknown_field;
use crate::provider::{StructureSupport, gemini_contents};

const CONFIG_FIELDS: [&str; 21] = [
    "candidateCount",
    "enableEnhancedCivicAnswers",
    "frequencyPenalty",
    "imageConfig",
    "logprobs",
    "maxOutputTokens",
    "mediaResolution",
    "presencePenalty",
    "responseJsonSchema",
    "responseLogprobs",
    "responseMimeType",
    "responseModalities",
    "responseSchema",
    "seed",
    "speechConfig",
    "stopSequences",
    "temperature",
    "thinkingConfig",
    "topK",
    "topP",
    "_responseJsonSchema",
];

/// Reads a request for content.
pub(crate) fn read(body: &Value, model: &str, support: StructureSupport) -> Checked<Read> {
    let root = Node::root(body, Dialect::Gemini);
    root.only(&[
        "cachedContent",
        "contents",
        "generationConfig",
        "model",
        "safetySettings",
        "serviceTier",
        "store",
        "systemInstruction",
        "toolConfig",
        "tools",
    ])?;
    let mut texts = Texts::default();
    if let Some(system) = root.get("systemInstruction") {
        system.only(&["role", "parts"])?;
        for part in system.require("parts")?.items()? {
            part.only(&["text"])?;
            texts.add(part.require("text")?.text()?);
        }
    }
    gemini_contents::check(&root, &mut texts)?;
    check_tools(&root)?;
    let (schema, max_tokens) = match root.get("generationConfig") {
        Some(config) => read_config(&config, support)?,
        None => (None, None),
    };
    Ok(Read {
        model: model.to_owned(),
        text: texts.last_of_user,
        prompt: texts.prompt,
        schema,
        max_tokens,
        texts: Vec::new(),
    })
}

/// Reads a request for vectors, and how many dimensions they shall have.
pub(crate) fn read_embeddings(body: &Value, model: &str) -> Checked<(Read, Option<usize>)> {
    let root = Node::root(body, Dialect::Gemini);
    root.only(&["requests"])?;
    let mut texts = Vec::new();
    let mut dimensions = None;
    let requests = root.require("requests")?;
    for request in requests.items()? {
        request.only(&["model", "content", "taskType", "title", "outputDimensionality"])?;
        let named = request.require("model")?.text()?;
        if named.strip_prefix("models/") != Some(model) {
            return Err(request.refuse(format!(
                "* BatchEmbedContentsRequest.requests[{}].model: unexpected model name format or a model other than \
                 the one in the path: {named}",
                texts.len()
            )));
        }
        let content = request.require("content")?;
        content.only(&["role", "parts"])?;
        let mut text = String::new();
        for part in content.require("parts")?.items()? {
            part.only(&["text"])?;
            text.push_str(part.require("text")?.text()?);
        }
        if text.is_empty() {
            return Err(content.refuse("* EmbedContentRequest.content: content is empty"));
        }
        if let Some(wanted) = request.get("outputDimensionality") {
            dimensions = usize::try_from(wanted.integer(1..=3072)?).ok();
        }
        texts.push(text);
    }
    if texts.is_empty() || texts.len() > 100 {
        return Err(
            requests.refuse("* BatchEmbedContentsRequest.requests: between 1 and 100 requests can be in one batch")
        );
    }
    Ok((Read::of_texts(model.to_owned(), texts), dimensions))
}

fn check_tools(root: &Node<'_, '_>) -> Checked {
    let mut names = Vec::new();
    if let Some(tools) = root.get("tools") {
        for tool in tools.items()? {
            tool.only(&["functionDeclarations", "googleSearch", "codeExecution", "urlContext"])?;
            let Some(declarations) = tool.get("functionDeclarations") else { continue };
            for declaration in declarations.items()? {
                names.push(check_declaration(&declaration)?);
            }
        }
    }
    let Some(config) = root.get("toolConfig") else { return Ok(()) };
    config.only(&["functionCallingConfig"])?;
    let Some(calling) = config.get("functionCallingConfig") else { return Ok(()) };
    calling.only(&["mode", "allowedFunctionNames"])?;
    let mode = calling.get("mode").map(|mode| mode.one_of(&["AUTO", "ANY", "NONE", "VALIDATED"])).transpose()?;
    if names.is_empty() && mode.is_some_and(|mode| mode != "NONE") {
        return Err(calling.refuse("Function calling config is set without function_declarations."));
    }
    if let Some(allowed) = calling.get("allowedFunctionNames") {
        for name in allowed.items()? {
            if !names.contains(&name.text()?) {
                return Err(name.refuse(format!("{} is not among the function_declarations.", name.value)));
            }
        }
    }
    Ok(())
}

fn check_declaration<'v>(declaration: &Node<'v, '_>) -> Checked<&'v str> {
    declaration.only(&["name", "description", "behavior", "parameters", "parametersJsonSchema", "response"])?;
    let name = declaration.require("name")?.identifier("_:.-", 64)?;
    if name.starts_with(|first: char| !first.is_ascii_alphabetic() && first != '_') {
        return Err(declaration.refuse(format!("Invalid function name {name}: it must start with a letter or _.")));
    }
    declaration.require("description")?.text()?;
    if let Some(parameters) = declaration.get("parameters") {
        check_schema(&parameters)?;
        if declaration.get("parametersJsonSchema").is_some() {
            return Err(declaration.refuse("parameters and parameters_json_schema are mutually exclusive."));
        }
    }
    if let Some(parameters) = declaration.get("parametersJsonSchema") {
        parameters.object()?;
    }
    Ok(name)
}

/// A schema in Google's own notation.
fn check_schema(schema: &Node<'_, '_>) -> Checked {
    schema.object()?;
    let Some((name, path)) = gemini_unknown_field(schema.value) else { return Ok(()) };
    let holder = if path.is_empty() { schema.path() } else { format!("{}.{path}", schema.path()) };
    Err(schema
        .refuse(format!("Invalid JSON payload received. Unknown name \"{name}\" at '{holder}': Cannot find field.")))
}

fn read_config(config: &Node<'_, '_>, support: StructureSupport) -> Checked<(Option<Value>, Option<u64>)> {
    let unknown: &[&str] = match support {
        StructureSupport::Schema => &[],
        StructureSupport::AnyJson => &["responseJsonSchema", "responseSchema", "_responseJsonSchema"],
        StructureSupport::Nothing => {
            &["responseJsonSchema", "responseSchema", "_responseJsonSchema", "responseMimeType"]
        }
    };
    let known: Vec<_> = CONFIG_FIELDS.into_iter().filter(|name| !unknown.contains(name)).collect();
    config.only(&known)?;
    config.numbers(&[
        ("temperature", 0.0, 2.0),
        ("topP", 0.0, 1.0),
        ("presencePenalty", -2.0, 2.0),
        ("frequencyPenalty", -2.0, 2.0),
    ])?;
    config.booleans(&["responseLogprobs", "enableEnhancedCivicAnswers"])?;
    for (name, least, most) in [
        ("topK", 1, i64::from(i32::MAX)),
        ("seed", i64::from(i32::MIN), i64::from(i32::MAX)),
        ("candidateCount", 1, 1),
        ("logprobs", 0, 20),
    ] {
        if let Some(field) = config.get(name) {
            field.integer(least..=most)?;
        }
    }
    let max_tokens = config.get("maxOutputTokens").map(|field| field.integer(1..=i64::from(i32::MAX))).transpose()?;
    if let Some(stops) = config.get("stopSequences") {
        let count = stops.items()?.map(|stop| stop.text().map(|_| 1)).sum::<Checked<usize>>()?;
        if count > 5 {
            return Err(stops.refuse("The number of stop_sequences must be at most 5."));
        }
    }
    if let Some(thinking) = config.get("thinkingConfig") {
        thinking.only(&["includeThoughts", "thinkingBudget", "thinkingLevel"])?;
    }
    Ok((read_schema(config)?, max_tokens.and_then(|most| u64::try_from(most).ok())))
}

fn read_schema(config: &Node<'_, '_>) -> Checked<Option<Value>> {
    let mime = config.get("responseMimeType");
    let mime = mime
        .map(|mime| mime.one_of(&["text/plain", "application/json", "text/x.enum"]))
        .transpose()?
        .unwrap_or("text/plain");
    let own = config.get("responseSchema");
    let json_schema = config.get("responseJsonSchema").or(config.get("_responseJsonSchema"));
    if let (Some(own), Some(_)) = (&own, &json_schema) {
        return Err(own.refuse("response_schema and response_json_schema are mutually exclusive."));
    }
    if let Some(own) = &own {
        check_schema(own)?;
    }
    let Some(schema) = own.or(json_schema) else { return Ok(None) };
    schema.object()?;
    if mime == "text/plain" {
        return Err(Refusal::bad_request(format!(
            "* GenerateContentRequest.generation_config.{}: only allowed when response_mime_type is application/json",
            if own.is_some() { "response_schema" } else { "response_json_schema" }
        )));
    }
    Ok(Some(schema.value.clone()))
}

/// What `generateContent` answers.
pub(crate) fn reply(said: &Said) -> Value {
    let mut parts = Vec::new();
    if let Some(text) = &said.text {
        parts.push(json!({"text": text}));
    }
    parts.extend(said.calls.iter().map(|call| json!({"functionCall": {"name": call.name, "args": call.arguments}})));
    let mut candidate = match said {
        _ if said.refusal.is_some() => json!({"finishReason": "SAFETY", "safetyRatings": []}),
        _ if said.cut_off => json!({"finishReason": "MAX_TOKENS"}),
        _ => json!({"finishReason": "STOP"}),
    };
    candidate["index"] = json!(0);
    if said.refusal.is_none() {
        candidate["content"] = json!({"parts": parts, "role": "model"});
    }
    let usage = said.usage;
    let mut metadata = json!({
        "promptTokenCount": usage.input,
        "candidatesTokenCount": usage.output.saturating_sub(usage.reasoning),
        "totalTokenCount": usage.input + usage.output,
    });
    if usage.reasoning > 0 {
        metadata["thoughtsTokenCount"] = json!(usage.reasoning);
    }
    if usage.cached_input > 0 {
        metadata["cachedContentTokenCount"] = json!(usage.cached_input);
    }
    json!({
        "candidates": [candidate],
        "usageMetadata": metadata,
        "modelVersion": said.model,
        "responseId": format!("{:08}", said.number),
    })
}

/// What `batchEmbedContents` answers; it says nothing of tokens.
pub(crate) fn embeddings(vectors: &[Vec<f32>]) -> Value {
    let vectors: Vec<_> = vectors.iter().map(|vector| json!({"values": numbers(vector)})).collect();
    json!({"embeddings": vectors})
}
