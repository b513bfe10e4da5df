//! Inference parameters of a request: the operator may set any, a plugin only those that shape the reply.
//!
//! Providers take more than sampling parameters: tools that search the web on their own machines, servers to connect to,
//! replies by the dozen, dearer tiers. A plugin that could set those would reach what was not granted, or spend what no
//! budget foresaw.

use scorebox_core::{InvalidJson, Json};
use scorebox_engine::LlmError;
use serde_json::{Map, Value};

type Parameters = Map<String, Value>;

/// What a plugin may set, under the names of all protocols.
const ALLOWED: &[&str] = &[
    "chat_template_kwargs",
    "frequencyPenalty",
    "frequency_penalty",
    "generationConfig",
    "logit_bias",
    "logprobs",
    "maxOutputTokens",
    "max_completion_tokens",
    "max_tokens",
    "min_p",
    "parallel_tool_calls",
    "presencePenalty",
    "presence_penalty",
    "reasoning",
    "reasoning_effort",
    "repetition_penalty",
    "responseLogprobs",
    "safetySettings",
    "seed",
    "stop",
    "stopSequences",
    "stop_sequences",
    "temperature",
    "thinking",
    "thinkingConfig",
    "tool_choice",
    "topK",
    "topP",
    "top_k",
    "top_logprobs",
    "top_p",
    "verbosity",
];

/// The names by which parameters limit the tokens of a reply.
const LIMITS: [&str; 3] = ["max_tokens", "max_completion_tokens", "maxOutputTokens"];

/// The parameters of a request: the plugin's, and the operator's where the plugin has none.
pub(crate) fn merge(operator: Option<&Json>, plugin: Option<&Json>) -> Result<Option<Json>, LlmError> {
    let invalid = |error: InvalidJson| LlmError::InvalidRequest(format!("parameters: {error}"));
    let read = |json: &Json| json.to::<Parameters>().map_err(invalid);
    let own = plugin.map(read).transpose()?.unwrap_or_default();
    check(&own)?;
    let mut merged = operator.map(read).transpose()?.unwrap_or_default();
    merged.extend(own);
    if merged.is_empty() { Ok(None) } else { Json::from_value(&merged).map(Some).map_err(invalid) }
}

fn check(parameters: &Parameters) -> Result<(), LlmError> {
    if let Some(name) = parameters.keys().find(|name| !ALLOWED.contains(&name.as_str())) {
        return Err(LlmError::Denied(format!(
            "the inference parameter `{name}` is none that a plugin may set; the operator can, in [models]: \
             NAME = {{ use = \"PROVIDER:/MODEL\", parameters = {{ {name} = … }} }}"
        )));
    }
    // Gemini has most of them one level below.
    match parameters.get("generationConfig") {
        Some(Value::Object(inner)) => check(inner),
        _ => Ok(()),
    }
}

/// The most tokens that parameters ask for.
pub(crate) fn most_output_tokens(parameters: &Json) -> Option<u64> {
    let parameters: Parameters = parameters.to().ok()?;
    let inner = parameters.get("generationConfig").and_then(Value::as_object);
    let limits = [Some(&parameters), inner].into_iter().flatten();
    limits.flat_map(|map| LIMITS.iter().filter_map(|name| map.get(*name)?.as_u64())).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Json {
        Json::parse(text).unwrap()
    }

    #[test]
    fn a_plugin_s_parameters_come_before_the_operator_s() {
        let merged = merge(Some(&json(r#"{"top_p":0.5,"service_tier":"flex"}"#)), Some(&json(r#"{"top_p":0.9}"#)));
        assert_eq!(merged.unwrap().unwrap().as_str(), r#"{"service_tier":"flex","top_p":0.9}"#);
        assert_eq!(merge(None, None), Ok(None));
    }

    #[test]
    fn a_plugin_cannot_reach_out_or_multiply_through_parameters() {
        for text in [
            r#"{"tools":[{"type":"web_search"}]}"#,
            r#"{"web_search_options":{}}"#,
            r#"{"mcp_servers":[{"url":"https://evil.example"}]}"#,
            r#"{"n":100}"#,
            r#"{"generationConfig":{"candidateCount":8}}"#,
            r#"{"service_tier":"priority"}"#,
        ] {
            let refused = merge(None, Some(&json(text)));
            assert!(matches!(refused, Err(LlmError::Denied(_))), "{text}");
            assert!(merge(Some(&json(text)), None).is_ok(), "{text}");
        }
    }

    #[test]
    fn a_limit_in_the_parameters_is_found() {
        assert_eq!(most_output_tokens(&json(r#"{"max_completion_tokens":9000}"#)), Some(9_000));
        assert_eq!(most_output_tokens(&json(r#"{"generationConfig":{"maxOutputTokens":7}}"#)), Some(7));
        assert_eq!(most_output_tokens(&json(r#"{"top_p":1}"#)), None);
    }
}
