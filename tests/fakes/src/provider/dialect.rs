use std::fmt::Display;
use std::ops::RangeInclusive;

use serde_json::{Value, json};

use crate::provider::asked::Protocol;
use crate::provider::check::{Place, Refusal};

/// How a provider words its complaints and what its error bodies look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    OpenAi,
    Anthropic,
    Gemini,
}

impl From<Protocol> for Dialect {
    fn from(protocol: Protocol) -> Self {
        match protocol {
            Protocol::OpenAi | Protocol::Azure => Self::OpenAi,
            Protocol::Anthropic => Self::Anthropic,
            Protocol::Gemini => Self::Gemini,
        }
    }
}

impl Dialect {
    /// The place as the provider writes it.
    pub(crate) fn path(self, place: &Place<'_>) -> String {
        match self {
            Self::OpenAi => place.path(true),
            Self::Anthropic => place.path(false),
            Self::Gemini => snake_case(&place.path(true)),
        }
    }

    pub(crate) fn unknown(self, place: &Place<'_>, name: &str) -> Refusal {
        let path = self.path(place);
        match self {
            Self::OpenAi if place.is_root() => {
                Refusal::bad_request(format!("Unrecognized request argument supplied: {name}"))
            }
            Self::OpenAi => Refusal::bad_request(format!("Unknown parameter: '{path}.{name}'."))
                .with_param(format!("{path}.{name}"))
                .with_code("unknown_parameter"),
            Self::Anthropic if place.is_root() => {
                Refusal::bad_request(format!("{name}: Extra inputs are not permitted"))
            }
            Self::Anthropic => Refusal::bad_request(format!("{path}.{name}: Extra inputs are not permitted")),
            Self::Gemini if place.is_root() => Refusal::bad_request(format!(
                "Invalid JSON payload received. Unknown name \"{name}\": Cannot find field."
            )),
            Self::Gemini => Refusal::bad_request(format!(
                "Invalid JSON payload received. Unknown name \"{name}\" at '{path}': Cannot find field."
            ))
            .with_param(path),
        }
    }

    pub(crate) fn missing(self, place: &Place<'_>) -> Refusal {
        let path = self.path(place);
        match self {
            Self::OpenAi if path == "model" => Refusal::bad_request("you must provide a model parameter"),
            Self::OpenAi => Refusal::bad_request(format!("Missing required parameter: '{path}'."))
                .with_param(path)
                .with_code("missing_required_parameter"),
            Self::Anthropic => Refusal::bad_request(format!("{path}: Field required")),
            Self::Gemini => Refusal::bad_request(format!("* GenerateContentRequest.{path}: {path} is not specified")),
        }
    }

    pub(crate) fn wrong_type(self, place: &Place<'_>, expected: &str, value: &Value) -> Refusal {
        let path = self.path(place);
        match self {
            Self::OpenAi => Refusal::bad_request(format!(
                "Invalid type for '{path}': expected {}, but got {} instead.",
                with_article(expected),
                with_article(type_name(value)),
            ))
            .with_param(path)
            .with_code("invalid_type"),
            Self::Anthropic => Refusal::bad_request(format!("{path}: Input should be a valid {expected}")),
            Self::Gemini => Refusal::bad_request(format!(
                "Invalid value at '{path}' (TYPE_{}), {value}",
                expected.to_ascii_uppercase()
            )),
        }
    }

    pub(crate) fn out_of_range<T: Display>(
        self,
        place: &Place<'_>,
        value: &Value,
        range: &RangeInclusive<T>,
    ) -> Refusal {
        let (path, least, most) = (self.path(place), range.start(), range.end());
        match self {
            Self::OpenAi => Refusal::bad_request(format!(
                "Invalid value for '{path}': expected a value between {least} and {most}, but got {value} instead."
            ))
            .with_param(path)
            .with_code("invalid_value"),
            Self::Anthropic => Refusal::bad_request(format!("{path}: range: {least}..{most}")),
            Self::Gemini if (value.is_i64() || value.is_u64()) && !fits_int32(value) => {
                Refusal::bad_request(format!("Invalid value at '{path}' (TYPE_INT32), {value}"))
            }
            Self::Gemini => Refusal::bad_request(format!(
                "* GenerateContentRequest.{path}: {} must be in the range [{least}, {most}].",
                place.name()
            )),
        }
    }

    pub(crate) fn not_one_of(self, place: &Place<'_>, value: &str, allowed: &[&str]) -> Refusal {
        let path = self.path(place);
        let quoted: Vec<_> = allowed.iter().map(|name| format!("'{name}'")).collect();
        let listed = quoted.join(", ");
        match self {
            Self::OpenAi => Refusal::bad_request(format!("Invalid value: '{value}'. Supported values are: {listed}."))
                .with_param(path)
                .with_code("invalid_value"),
            Self::Anthropic => Refusal::bad_request(format!("{path}: Input should be one of {listed}")),
            Self::Gemini => Refusal::bad_request(format!("Invalid value at '{path}' (TYPE_ENUM), \"{value}\"")),
        }
    }

    pub(crate) fn not_a_name(self, place: &Place<'_>, value: &str, signs: &str, max_length: usize) -> Refusal {
        let path = self.path(place);
        let pattern = format!("^[a-zA-Z0-9{signs}]{{1,{max_length}}}$");
        match self {
            Self::OpenAi => Refusal::bad_request(format!(
                "Invalid '{path}': string does not match pattern. Expected a string that matches the pattern \
                 '{pattern}', but got '{value}'."
            ))
            .with_param(path)
            .with_code("invalid_value"),
            Self::Anthropic => Refusal::bad_request(format!("{path}: String should match pattern '{pattern}'")),
            Self::Gemini => Refusal::bad_request(format!(
                "* GenerateContentRequest.{path}: Invalid function name. Must match {pattern} and not be empty."
            )),
        }
    }

    /// The error body of a refusal, as `protocol` sends it.
    pub(crate) fn body(protocol: Protocol, refusal: &Refusal, number: u64) -> Value {
        let (status, message) = (refusal.status, &refusal.message);
        match protocol {
            // Azure's front door has a shorter shape than the models behind it.
            Protocol::Azure if status == 401 || status == 404 || status >= 500 => {
                json!({"error": {"code": status.to_string(), "message": message}})
            }
            Protocol::OpenAi | Protocol::Azure => json!({"error": {
                "message": message,
                "type": openai_type(refusal),
                "param": refusal.param,
                "code": refusal.code,
            }}),
            Protocol::Anthropic => json!({
                "type": "error",
                "error": {"type": anthropic_type(status), "message": message},
                "request_id": format!("req_{number:08}"),
            }),
            Protocol::Gemini => {
                let mut error = json!({"code": status, "message": message, "status": google_status(status)});
                if refusal.code == Some("invalid_api_key") {
                    error["details"] = json!([{
                        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                        "reason": "API_KEY_INVALID",
                        "domain": "googleapis.com",
                    }]);
                } else if let Some(field) = &refusal.param {
                    error["details"] = json!([{
                        "@type": "type.googleapis.com/google.rpc.BadRequest",
                        "fieldViolations": [{"field": field, "description": message}],
                    }]);
                }
                json!({"error": error})
            }
        }
    }
}

fn openai_type(refusal: &Refusal) -> &'static str {
    match (refusal.status, refusal.code) {
        (429, Some("insufficient_quota")) => "insufficient_quota",
        (429, _) => "requests",
        (500.., _) => "server_error",
        _ => "invalid_request_error",
    }
}

fn anthropic_type(status: u16) -> &'static str {
    match status {
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        500.. => "api_error",
        _ => "invalid_request_error",
    }
}

fn google_status(status: u16) -> &'static str {
    match status {
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        429 => "RESOURCE_EXHAUSTED",
        503 => "UNAVAILABLE",
        504 => "DEADLINE_EXCEEDED",
        500.. => "INTERNAL",
        _ => "INVALID_ARGUMENT",
    }
}

fn with_article(noun: &str) -> String {
    match noun {
        "null" => noun.to_owned(),
        "object" | "array" | "integer" => format!("an {noun}"),
        _ => format!("a {noun}"),
    }
}

fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "decimal",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn fits_int32(value: &Value) -> bool {
    value.as_i64().is_some_and(|value| i32::try_from(value).is_ok())
}

fn snake_case(path: &str) -> String {
    let mut snake = String::with_capacity(path.len() + 8);
    for character in path.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}
