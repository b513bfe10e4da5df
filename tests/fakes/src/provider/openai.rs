//! OpenAI's chat completions and embeddings, which Azure serves too: what a request may hold.

use serde_json::Value;

use crate::provider::asked::{Read, Texts};
use crate::provider::check::{Checked, Node, Refusal};
use crate::provider::dialect::Dialect;
use crate::provider::schema_rules::openai_strict_complaint;
use crate::provider::{StructureSupport, openai_messages};

const CHAT_FIELDS: [&str; 35] = [
    "audio",
    "frequency_penalty",
    "function_call",
    "functions",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_tokens",
    "messages",
    "metadata",
    "modalities",
    "model",
    "n",
    "parallel_tool_calls",
    "prediction",
    "presence_penalty",
    "prompt_cache_key",
    "prompt_cache_retention",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "service_tier",
    "stop",
    "store",
    "stream",
    "stream_options",
    "temperature",
    "tool_choice",
    "tools",
    "top_logprobs",
    "top_p",
    "user",
    "verbosity",
    "web_search_options",
];
/// Models that reason: they know `max_tokens` no more, and take no temperature but one.
const REASONING_MODELS: [&str; 4] = ["o1", "o3", "o4", "gpt-5"];

/// Reads a request for a chat completion; `deployment` stands for the model in Azure's older paths.
pub(crate) fn read_chat(body: &Value, deployment: Option<&str>, support: StructureSupport) -> Checked<Read> {
    let root = Node::root(body, Dialect::OpenAi);
    root.only(&CHAT_FIELDS)?;
    let model = model(&root, deployment)?;
    let mut texts = Texts::default();
    openai_messages::check(&root, &mut texts)?;
    check_tools(&root)?;
    let schema = read_response_format(&root, &texts.prompt, support)?;
    let max_tokens = read_max_tokens(&root, &model)?;
    check_sampling(&root, &model)?;
    Ok(Read { model, text: texts.last_of_user, prompt: texts.prompt, schema, max_tokens, texts: Vec::new() })
}

/// Reads a request for vectors, and how many dimensions they shall have.
pub(crate) fn read_embeddings(body: &Value, deployment: Option<&str>) -> Checked<(Read, Option<usize>)> {
    let root = Node::root(body, Dialect::OpenAi);
    root.only(&["dimensions", "encoding_format", "input", "model", "user"])?;
    let model = model(&root, deployment)?;
    let input = root.require("input")?;
    let texts = if let Value::String(text) = input.value {
        vec![text.clone()]
    } else {
        input.items()?.map(|item| item.text().map(str::to_owned)).collect::<Checked<Vec<_>>>()?
    };
    if texts.is_empty() || texts.iter().any(String::is_empty) {
        return Err(input.refuse("'$.input' is invalid. Please check the API reference.").with_code("invalid_value"));
    }
    if texts.len() > 2048 {
        return Err(input
            .refuse("'input' array must have a length of at most 2048.")
            .with_code("array_above_max_length"));
    }
    if let Some(format) = root.get("encoding_format") {
        format.one_of(&["float"])?;
    }
    let dimensions = root.get("dimensions").map(|field| field.integer(1..=3072)).transpose()?;
    let dimensions = dimensions.and_then(|dimensions| usize::try_from(dimensions).ok());
    root.texts(&["user"])?;
    Ok((Read::of_texts(model, texts), dimensions))
}

fn model(root: &Node<'_, '_>, deployment: Option<&str>) -> Checked<String> {
    let named = match (root.get("model"), deployment) {
        (Some(model), _) => model.text()?,
        (None, Some(deployment)) => deployment,
        (None, None) => root.require("model")?.text()?,
    };
    if named.is_empty() {
        return Err(Refusal::bad_request("you must provide a model parameter"));
    }
    Ok(deployment.unwrap_or(named).to_owned())
}

fn check_tools(root: &Node<'_, '_>) -> Checked {
    let mut names = Vec::new();
    if let Some(tools) = root.get("tools") {
        for tool in tools.items()? {
            names.push(check_tool(&tool)?);
        }
        if names.is_empty() {
            return Err(tools
                .refuse(
                    "Invalid 'tools': empty array. Expected an array with minimum length 1, but got an empty array \
                     instead.",
                )
                .with_code("empty_array"));
        }
        if names.len() > 128 {
            return Err(tools
                .refuse("Invalid 'tools': array too long. Expected an array with maximum length 128.")
                .with_code("array_above_max_length"));
        }
    }
    for name in ["tool_choice", "parallel_tool_calls"] {
        if let Some(field) = root.get(name)
            && names.is_empty()
        {
            let message = format!("Invalid value for '{name}': '{name}' is only allowed when 'tools' are specified.");
            return Err(field.refuse(message));
        }
    }
    root.booleans(&["parallel_tool_calls"])?;
    let Some(choice) = root.get("tool_choice") else { return Ok(()) };
    if choice.value.is_string() {
        return choice.one_of(&["none", "auto", "required"]).map(drop);
    }
    choice.only(&["type", "function"])?;
    choice.require("type")?.one_of(&["function"])?;
    let function = choice.require("function")?;
    function.only(&["name"])?;
    let name = function.require("name")?.text()?;
    if names.contains(&name) {
        return Ok(());
    }
    Err(choice.refuse(format!("Tool choice '{name}' not found in 'tools' parameter.")))
}

fn check_tool<'v>(tool: &Node<'v, '_>) -> Checked<&'v str> {
    tool.only(&["type", "function"])?;
    tool.require("type")?.one_of(&["function"])?;
    let function = tool.require("function")?;
    function.only(&["name", "description", "parameters", "strict"])?;
    let name = function.require("name")?.identifier("_-", 64)?;
    function.texts(&["description"])?;
    let is_strict = function.get("strict").map_or(Ok(false), |strict| strict.boolean())?;
    if let Some(parameters) = function.get("parameters") {
        parameters.object()?;
        let complaint = if is_strict {
            openai_strict_complaint(parameters.value)
        } else {
            let kind = parameters.value.get("type").and_then(Value::as_str).unwrap_or("None");
            let message = format!("schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{kind}\"'.");
            (kind != "object").then_some(message)
        };
        if let Some(complaint) = complaint {
            return Err(parameters
                .refuse(format!("Invalid schema for function '{name}': {complaint}"))
                .with_code("invalid_function_parameters"));
        }
    }
    Ok(name)
}

fn read_response_format(root: &Node<'_, '_>, prompt: &str, support: StructureSupport) -> Checked<Option<Value>> {
    let Some(format) = root.get("response_format") else { return Ok(None) };
    if support == StructureSupport::Nothing {
        return Err(Refusal::bad_request("Unrecognized request argument supplied: response_format"));
    }
    match format.require("type")?.one_of(&["text", "json_object", "json_schema"])? {
        "json_schema" if support == StructureSupport::AnyJson => Err(format.refuse(
            "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model. Learn more \
             about supported models at the Structured Outputs guide.",
        )),
        "json_schema" => read_json_schema(&format),
        "json_object" if !prompt.to_lowercase().contains("json") => {
            let message = "'messages' must contain the word 'json' in some form, to use 'response_format' of type \
                           'json_object'.";
            Err(Refusal::bad_request(message).with_param("messages"))
        }
        _ => format.only(&["type"]).map(|()| None),
    }
}

fn read_json_schema(format: &Node<'_, '_>) -> Checked<Option<Value>> {
    format.only(&["type", "json_schema"])?;
    let outer = format.require("json_schema")?;
    outer.only(&["name", "description", "schema", "strict"])?;
    let name = outer.require("name")?.identifier("_-", 64)?;
    outer.texts(&["description"])?;
    let is_strict = outer.get("strict").map_or(Ok(false), |strict| strict.boolean())?;
    let schema = outer.require("schema")?;
    schema.object()?;
    if is_strict && let Some(complaint) = openai_strict_complaint(schema.value) {
        return Err(Refusal::bad_request(format!("Invalid schema for response_format '{name}': {complaint}"))
            .with_param("response_format"));
    }
    Ok(Some(schema.value.clone()))
}

fn is_reasoning(model: &str) -> bool {
    REASONING_MODELS.iter().any(|prefix| model.starts_with(prefix))
}

fn read_max_tokens(root: &Node<'_, '_>, model: &str) -> Checked<Option<u64>> {
    let (old, new) = (root.get("max_tokens"), root.get("max_completion_tokens"));
    if let Some(old) = &old {
        if new.is_some() {
            return Err(
                old.refuse("Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.")
            );
        }
        if is_reasoning(model) {
            return Err(old
                .refuse(
                    "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
                     'max_completion_tokens' instead.",
                )
                .with_code("unsupported_parameter"));
        }
    }
    let most = new.or(old).map(|field| field.integer(1..=1_000_000)).transpose()?;
    Ok(most.and_then(|most| u64::try_from(most).ok()))
}

fn check_sampling(root: &Node<'_, '_>, model: &str) -> Checked {
    root.numbers(&[
        ("temperature", 0.0, 2.0),
        ("top_p", 0.0, 1.0),
        ("frequency_penalty", -2.0, 2.0),
        ("presence_penalty", -2.0, 2.0),
    ])?;
    if let Some(temperature) = root.get("temperature")
        && is_reasoning(model)
        && temperature.value.as_f64() != Some(1.0)
    {
        return Err(temperature
            .refuse(format!(
                "Unsupported value: 'temperature' does not support {} with this model. Only the default (1) value is \
                 supported.",
                temperature.value
            ))
            .with_code("unsupported_value"));
    }
    if let Some(seed) = root.get("seed") {
        seed.integer(i64::MIN..=i64::MAX)?;
    }
    if let Some(count) = root.get("n") {
        // The API makes more than one; this fake does not.
        count.integer(1..=1)?;
    }
    if let Some(top) = root.get("top_logprobs") {
        top.integer(0..=20)?;
        if root.value.get("logprobs") != Some(&Value::Bool(true)) {
            return Err(top.refuse("'top_logprobs' is only allowed when 'logprobs' is enabled."));
        }
    }
    check_stop(root)?;
    root.booleans(&["logprobs", "store", "stream"])?;
    if root.value.get("stream") == Some(&Value::Bool(true)) {
        return Err(Refusal::bad_request("This fake does not stream.").with_param("stream"));
    }
    root.texts(&["user", "service_tier", "prompt_cache_key", "safety_identifier"])?;
    if let Some(effort) = root.get("reasoning_effort") {
        effort.one_of(&["none", "minimal", "low", "medium", "high", "xhigh"])?;
    }
    if let Some(verbosity) = root.get("verbosity") {
        verbosity.one_of(&["low", "medium", "high"])?;
    }
    if let Some(metadata) = root.get("metadata") {
        let names: Vec<_> = metadata.object()?.keys().map(String::as_str).collect();
        metadata.texts(&names)?;
    }
    Ok(())
}

fn check_stop(root: &Node<'_, '_>) -> Checked {
    let Some(stop) = root.get("stop") else { return Ok(()) };
    if stop.value.is_string() {
        return Ok(());
    }
    let mut count = 0;
    for item in stop.items()? {
        item.text()?;
        count += 1;
    }
    if count > 4 {
        return Err(stop
            .refuse("Invalid 'stop': array too long. Expected an array with maximum length 4.")
            .with_code("array_above_max_length"));
    }
    Ok(())
}
