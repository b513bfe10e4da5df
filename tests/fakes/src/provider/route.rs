use http::HeaderMap;
use http::request::Parts;

use crate::provider::asked::{Operation, Protocol};
use crate::provider::check::{Checked, Refusal};

/// What a path stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Route {
    pub(crate) protocol: Protocol,
    pub(crate) operation: Operation,
    /// The model, where the path and not the body names it.
    pub(crate) model: Option<String>,
}

/// The API that a path belongs to, whether or not there is anything at it.
pub(crate) fn protocol(path: &str) -> Protocol {
    match path {
        _ if path.starts_with("/openai") => Protocol::Azure,
        _ if path.starts_with("/v1beta") => Protocol::Gemini,
        _ if path.starts_with("/v1/messages") => Protocol::Anthropic,
        _ => Protocol::OpenAi,
    }
}

/// What a request asks for, by its method, path and query.
pub(crate) fn route(request: &Parts) -> Checked<Route> {
    let path = request.uri.path();
    let found = |operation, model| Route { protocol: protocol(path), operation, model };
    let route = match path {
        "/v1/chat/completions" | "/openai/v1/chat/completions" | "/v1/messages" => found(Operation::Chat, None),
        "/v1/embeddings" | "/openai/v1/embeddings" => found(Operation::Embed, None),
        _ => {
            let (operation, model) = deployment(request).or_else(|| gemini_model(path)).ok_or_else(|| {
                Refusal::new(404, format!("Invalid URL ({} {path})", request.method)).with_code("unknown_url")
            })?;
            found(operation, Some(model.to_owned()))
        }
    };
    if request.method == http::Method::POST {
        return Ok(route);
    }
    Err(Refusal::new(405, format!("Not allowed to {} on {path} (HINT: Perhaps you meant to use POST)", request.method)))
}

/// Azure's older paths, which are none without a version of the API.
fn deployment(request: &Parts) -> Option<(Operation, &str)> {
    let (deployment, operation) = request.uri.path().strip_prefix("/openai/deployments/")?.split_once('/')?;
    let has_version = request.uri.query().is_some_and(|query| {
        query.split('&').any(|pair| pair.strip_prefix("api-version=").is_some_and(|v| !v.is_empty()))
    });
    let operation = match operation {
        "chat/completions" => Operation::Chat,
        "embeddings" => Operation::Embed,
        _ => return None,
    };
    (has_version && !deployment.is_empty()).then_some((operation, deployment))
}

fn gemini_model(path: &str) -> Option<(Operation, &str)> {
    let (model, method) = path.strip_prefix("/v1beta/models/")?.split_once(':')?;
    let operation = match method {
        "generateContent" => Operation::Chat,
        "batchEmbedContents" => Operation::Embed,
        _ => return None,
    };
    (!model.is_empty()).then_some((operation, model))
}

/// Checks the headers: the key, when one is expected, and what else the API wants there.
///
/// A wrong key is quoted, as OpenAI does. The others do not; here they do, so that whoever must not let keys get into
/// messages can be tested with each API.
pub(crate) fn check_headers(protocol: Protocol, headers: &HeaderMap, expected: Option<&str>) -> Checked {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let given = match protocol {
        Protocol::OpenAi => text("authorization").and_then(|value| value.strip_prefix("Bearer ")),
        Protocol::Azure => text("api-key"),
        Protocol::Anthropic => text("x-api-key"),
        Protocol::Gemini => text("x-goog-api-key"),
    };
    if let Some(expected) = expected
        && given != Some(expected)
    {
        return Err(wrong_key(protocol, given));
    }
    let content_type = text("content-type").unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::bad_request(format!(
            "Unsupported content type: '{content_type}'. This API method only accepts 'application/json' requests."
        ))
        .with_code("unsupported_content_type"));
    }
    if protocol == Protocol::Anthropic {
        match text("anthropic-version") {
            Some("2023-06-01" | "2023-01-01") => {}
            Some(version) => {
                return Err(Refusal::bad_request(format!("anthropic-version: \"{version}\" is not a valid version")));
            }
            None => return Err(Refusal::bad_request("anthropic-version: header is required")),
        }
    }
    Ok(())
}

fn wrong_key(protocol: Protocol, given: Option<&str>) -> Refusal {
    match (protocol, given) {
        (Protocol::OpenAi, Some(key)) => Refusal::new(
            401,
            format!(
                "Incorrect API key provided: {key}. You can find your API key at \
                 https://platform.openai.com/account/api-keys."
            ),
        )
        .with_code("invalid_api_key"),
        (Protocol::OpenAi, None) => Refusal::new(
            401,
            "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer \
             auth.",
        ),
        (Protocol::Azure, _) => Refusal::new(
            401,
            format!(
                "Access denied due to invalid subscription key or wrong API endpoint ({}).",
                given.unwrap_or("no key")
            ),
        ),
        (Protocol::Anthropic, Some(key)) => Refusal::new(401, format!("invalid x-api-key: {key}")),
        (Protocol::Anthropic, None) => Refusal::new(401, "x-api-key header is required"),
        // Google calls this a bad request.
        (Protocol::Gemini, Some(key)) => {
            Refusal::bad_request(format!("API key not valid: {key}. Please pass a valid API key."))
                .with_code("invalid_api_key")
        }
        (Protocol::Gemini, None) => Refusal::new(
            403,
            "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or \
             other form of API consumer identity to call this API.",
        ),
    }
}
