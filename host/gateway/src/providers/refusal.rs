//! What providers say when they refuse. One reader for all of them: servers that speak one provider's protocol, and
//! routers in front of several, answer with the errors of others.

use std::time::Duration;

use serde_json::Value;

use super::Refusal;
use super::reading::shortened;

/// Codes and types of refusals that another attempt cannot change.
const FINAL_CODES: &[&str] = &[
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_error",
    "account_deactivated",
    "insufficient_balance",
];

/// The same in words, in lower case.
const FINAL_WORDS: &[&str] = &["insufficient balance", "insufficient credits", "credit balance is too low"];

/// Words, in lower case, by which providers name the structure of a reply when they refuse it.
const STRUCTURE_WORDS: &[&str] = &[
    "response_format",
    "response format",
    "json_schema",
    "json_object",
    "json schema",
    "json mode",
    "json_validate_failed",
    "output_config",
    "output_format",
    "output format",
    "structured output",
    "responseschema",
    "response_schema",
    "responsejsonschema",
    "response_json_schema",
    "responsemimetype",
    "response_mime_type",
    "response mime type",
    "specified schema",
    "requested parameters",
];

/// Words that tell of a schema, but of a tool's.
const TOOL_WORDS: &[&str] =
    &["invalid schema for function", "input_schema", "function_declarations", "functiondeclarations"];

/// Reads the body of a response with an error's status.
pub(super) fn read(status: u16, body: &[u8]) -> Refusal {
    let text = String::from_utf8_lossy(body);
    let value: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
    let refusal = innermost(&value);
    let message = message(refusal).unwrap_or_else(|| text.trim().to_owned());
    let code = code(refusal);
    let wording = wording(refusal, &message, code.as_deref());
    Refusal {
        refuses_structure: matches!(status, 400 | 404 | 422)
            && names(&wording, STRUCTURE_WORDS)
            && !names(&wording, TOOL_WORDS),
        refuses_key: code.as_deref() == Some("invalid_api_key")
            || reasons(refusal).any(|reason| reason == "API_KEY_INVALID"),
        is_final: status == 402
            || code.as_deref().is_some_and(|code| FINAL_CODES.contains(&code))
            || names(&wording, FINAL_WORDS)
            || is_about_a_day(refusal),
        retry_after: retry_after(refusal),
        message: match shortened(&message) {
            message if message.is_empty() => "no explanation was given".into(),
            message => message,
        },
        code,
    }
}

/// The object that holds the message: the value of `error`, or what is around it, or the first of a list of such.
fn innermost(value: &Value) -> &Value {
    match value {
        Value::Array(list) => list.first().map_or(value, innermost),
        Value::Object(members) => match members.get("error") {
            Some(error @ (Value::Object(_) | Value::String(_))) => error,
            _ => value,
        },
        _ => value,
    }
}

fn message(refusal: &Value) -> Option<String> {
    if let Value::String(message) = refusal {
        return Some(message.clone());
    }
    ["message", "detail", "error_description", "title"].iter().find_map(|name| match refusal.get(name)? {
        Value::Null => None,
        Value::String(message) if message.is_empty() => None,
        Value::String(message) => Some(message.clone()),
        details => Some(details.to_string()),
    })
}

/// The code in words: OpenAI's `code`, Google's `status`, or the `type`.
fn code(refusal: &Value) -> Option<String> {
    ["code", "status", "type"]
        .iter()
        .find_map(|name| refusal.get(name)?.as_str())
        .map(shortened)
        .filter(|code| !code.is_empty())
}

/// All in which the refusal can name its reason.
fn wording(refusal: &Value, message: &str, code: Option<&str>) -> String {
    let parameter = refusal.get("param").and_then(Value::as_str).unwrap_or_default();
    // A router quotes the provider behind it here.
    let relayed = refusal.pointer("/metadata/raw").and_then(Value::as_str).unwrap_or_default();
    [message, parameter, relayed, code.unwrap_or_default()].join("\n").to_lowercase()
}

fn names(wording: &str, words: &[&str]) -> bool {
    words.iter().any(|word| wording.contains(word))
}

/// Google's limits by minute and by day read alike; only the names of the exhausted quotas tell them apart.
fn is_about_a_day(refusal: &Value) -> bool {
    details(refusal)
        .filter_map(|detail| detail.get("violations")?.as_array())
        .flatten()
        .filter_map(|violation| violation.get("quotaId")?.as_str())
        .any(|id| id.contains("PerDay"))
}

/// The delay that Google asks for, such as `"17s"`.
fn retry_after(refusal: &Value) -> Option<Duration> {
    let delay = details(refusal).find_map(|detail| detail.get("retryDelay")?.as_str())?;
    let seconds: f64 = delay.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

/// Google's reasons; that a key is wrong is a bad request there like any other.
fn reasons(refusal: &Value) -> impl Iterator<Item = &str> {
    details(refusal).filter_map(|detail| detail.get("reason")?.as_str())
}

fn details(refusal: &Value) -> impl Iterator<Item = &Value> {
    refusal.get("details").and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refusal(status: u16, body: &Value) -> Refusal {
        read(status, body.to_string().as_bytes())
    }

    #[test]
    fn openais_code_and_message_are_read() {
        let refusal = refusal(
            429,
            &json!({"error": {
                "message": "Rate limit reached for gpt-4.1 on tokens per min. Please try again in 2s.",
                "type": "tokens", "param": null, "code": "rate_limit_exceeded"
            }}),
        );
        assert!(refusal.message.starts_with("Rate limit reached for gpt-4.1"));
        assert_eq!(refusal.code.as_deref(), Some("rate_limit_exceeded"));
        assert!(!refusal.is_final && !refusal.refuses_structure);
    }

    #[test]
    fn a_wrong_key_is_found_where_the_status_does_not_tell() {
        let google = |reason: &str| json!({"error": {"code": 400, "message": "No.", "status": "INVALID_ARGUMENT", "details": [{"reason": reason}]}});
        assert!(refusal(400, &google("API_KEY_INVALID")).refuses_key);
        assert!(!refusal(400, &google("FIELD_INVALID")).refuses_key);
        assert!(refusal(400, &json!({"error": {"message": "No.", "code": "invalid_api_key"}})).refuses_key);
    }

    #[test]
    fn an_exhausted_quota_is_final() {
        let body = json!({"error": {
            "message": "You exceeded your current quota, please check your plan and billing details.",
            "type": "insufficient_quota", "param": null, "code": "insufficient_quota"
        }});
        assert!(refusal(429, &body).is_final);
        assert!(
            refusal(402, &json!({"error": {"message": "Insufficient Balance", "code": "invalid_request"}})).is_final
        );
        assert!(refusal(402, &json!({})).is_final);
    }

    #[test]
    fn a_refused_response_format_is_a_refused_structure() {
        for (status, body) in [
            (
                400,
                json!({"error": {
                    "message": "Invalid schema for response_format 'reply': In context=(), 'additionalProperties' is \
                                required to be supplied and to be false.",
                    "type": "invalid_request_error", "param": "response_format", "code": null
                }}),
            ),
            (400, json!({"error": {"message": "Not available.", "type": "x", "param": "response_format.type"}})),
            (
                400,
                json!({"type": "error", "error": {
                    "type": "invalid_request_error",
                    "message": "output_config.format: this model does not support it"
                }, "request_id": "req_1"}),
            ),
            (
                400,
                json!({"error": {
                    "code": 400, "status": "INVALID_ARGUMENT",
                    "message": "Invalid JSON payload received. Unknown name \"responseJsonSchema\" at \
                                'generation_config': Cannot find field."
                }}),
            ),
            (404, json!({"error": {"message": "No endpoints found that can handle the requested parameters."}})),
            (422, json!({"detail": [{"loc": ["body", "response_format"], "msg": "extra fields not permitted"}]})),
            (
                400,
                json!({"error": {
                    "message": "Provider returned error", "code": 400,
                    "metadata": {"raw": "{\"error\":{\"message\":\"json_schema is not supported\"}}"}
                }}),
            ),
        ] {
            assert!(refusal(status, &body).refuses_structure, "{body}");
        }
    }

    #[test]
    fn only_a_clients_error_refuses_the_structure() {
        let body = json!({"error": {"message": "response_format: internal error"}});
        assert!(!refusal(500, &body).refuses_structure);
        assert!(!refusal(429, &body).refuses_structure);
    }

    #[test]
    fn a_refused_tool_is_no_refused_structure() {
        for message in [
            "Invalid schema for function 'search': {} is not a JSON Schema.",
            "tools.0.custom.input_schema: JSON schema is invalid.",
        ] {
            assert!(!refusal(400, &json!({"error": {"message": message}})).refuses_structure, "{message}");
        }
        let message = "Function calling with a response mime type: 'application/json' is unsupported";
        assert!(refusal(400, &json!({"error": {"message": message}})).refuses_structure);
    }

    #[test]
    fn anthropics_type_is_the_code() {
        let body = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
        let refusal = refusal(529, &body);
        assert_eq!((refusal.message.as_str(), refusal.code.as_deref()), ("Overloaded", Some("overloaded_error")));
    }

    fn gemini_quota(quota: &str) -> Value {
        json!({"error": {
            "code": 429, "status": "RESOURCE_EXHAUSTED",
            "message": "You exceeded your current quota, please check your plan and billing details.",
            "details": [
                {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{"quotaId": quota}]},
                {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "17.5s"}
            ]
        }})
    }

    #[test]
    fn googles_quota_of_a_day_is_final_and_that_of_a_minute_says_when_to_come_back() {
        let day = refusal(429, &gemini_quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier"));
        assert!(day.is_final);
        let minute = refusal(429, &gemini_quota("GenerateRequestsPerMinutePerProjectPerModel"));
        assert!(!minute.is_final);
        assert_eq!(minute.code.as_deref(), Some("RESOURCE_EXHAUSTED"));
        assert_eq!(minute.retry_after, Some(Duration::from_millis(17_500)));
    }

    #[test]
    fn a_delay_that_is_none_is_ignored() {
        for delay in ["-3s", "NaNs", "soon", "1e300s"] {
            let body = json!({"error": {"details": [{"retryDelay": delay}]}});
            assert_eq!(refusal(429, &body).retry_after, None, "{delay}");
        }
    }

    #[test]
    fn other_shapes_give_their_text() {
        assert_eq!(refusal(404, &json!({"error": "model 'x' not found"})).message, "model 'x' not found");
        assert_eq!(refusal(401, &json!({"message": "Unauthorized"})).message, "Unauthorized");
        assert_eq!(refusal(400, &json!([{"error": {"message": "In a list"}}])).message, "In a list");
        assert_eq!(refusal(400, &json!({"error": null, "detail": "Bad"})).message, "Bad");
        assert_eq!(read(502, b"<html>Bad\n Gateway</html>").message, "<html>Bad Gateway</html>");
    }

    #[test]
    fn a_message_is_never_empty_and_never_long() {
        assert_eq!(read(500, b"").message, "no explanation was given");
        assert_eq!(read(500, b" \n").message, "no explanation was given");
        let long = refusal(400, &json!({"error": {"message": "long ".repeat(10_000)}}));
        assert!(long.message.len() < 400);
    }

    #[test]
    fn a_body_that_is_not_text_or_nests_too_deep_is_still_read() {
        assert!(!read(500, &[0xff, 0xfe]).message.is_empty());
        assert!(read(500, "[".repeat(100_000).as_bytes()).message.starts_with("[[["));
    }
}
