//! What the span of a call tells, by OpenTelemetry's names for generative AI.

use scorebox_sdk::json;
use scorebox_sdk::llm::{FinishReason, Request, Response};
use scorebox_sdk::serde_json::Value;

type Attributes = Vec<(&'static str, Value)>;

/// What is known before the call. A setting that is left to the provider is not there.
pub(super) fn of_request(request: &Request) -> Attributes {
    let settings = [
        ("gen_ai.request.temperature", request.temperature.map(Value::from)),
        ("gen_ai.request.max_tokens", request.max_tokens.map(Value::from)),
        ("gen_ai.request.seed", request.seed.map(Value::from)),
    ];
    let mut attributes = vec![("gen_ai.operation.name", json!("chat")), ("gen_ai.request.model", json!(request.model))];
    attributes.extend(settings.into_iter().filter_map(|(name, value)| Some((name, value?))));
    attributes
}

/// What is known after the call.
pub(super) fn of_reply(reply: &Response) -> Attributes {
    vec![
        ("gen_ai.response.model", json!(reply.model)),
        ("gen_ai.response.finish_reasons", json!([finish_reason(reply.finish_reason)])),
        ("gen_ai.usage.input_tokens", json!(reply.usage.input_tokens)),
        ("gen_ai.usage.output_tokens", json!(reply.usage.output_tokens)),
    ]
}

fn finish_reason(reason: FinishReason) -> &'static str {
    match reason {
        FinishReason::Stop => "stop",
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        FinishReason::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::llm::Usage;

    use super::*;

    #[test]
    fn the_request_tells_what_was_set() {
        assert_eq!(
            of_request(&Request::new("app")),
            [("gen_ai.operation.name", json!("chat")), ("gen_ai.request.model", json!("app"))]
        );
        assert_eq!(
            of_request(&Request::new("app").temperature(0.5).max_tokens(9).seed(7))[2..],
            [
                ("gen_ai.request.temperature", json!(0.5)),
                ("gen_ai.request.max_tokens", json!(9)),
                ("gen_ai.request.seed", json!(7)),
            ]
        );
    }

    #[test]
    fn the_reply_tells_what_it_took() {
        let usage = Usage { input_tokens: 11, output_tokens: 3 };
        let reply = Response { usage, finish_reason: FinishReason::Length, ..Response::new("x") };
        assert_eq!(
            of_reply(&reply),
            [
                ("gen_ai.response.model", json!("test")),
                ("gen_ai.response.finish_reasons", json!(["length"])),
                ("gen_ai.usage.input_tokens", json!(11)),
                ("gen_ai.usage.output_tokens", json!(3)),
            ]
        );
    }
}
