//! What OpenAI's API answers.

use serde_json::{Value, json};

use crate::provider::answer::{Said, numbers};

/// When all replies were made: a fixed time, so that replies can be compared.
const CREATED: u64 = 1_735_689_600;

pub(crate) fn chat(said: &Said) -> Value {
    let calls: Vec<_> = said
        .calls
        .iter()
        .map(|call| {
            json!({
                "id": call.id,
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments.to_string()},
            })
        })
        .collect();
    let mut message = json!({"role": "assistant", "content": said.text, "refusal": said.refusal, "annotations": []});
    if !calls.is_empty() {
        message["tool_calls"] = Value::Array(calls);
    }
    let finish_reason = match said {
        _ if said.cut_off => "length",
        _ if !said.calls.is_empty() => "tool_calls",
        _ => "stop",
    };
    let usage = said.usage;
    json!({
        "id": format!("chatcmpl-{:08}", said.number),
        "object": "chat.completion",
        "created": CREATED,
        "model": said.model,
        "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": finish_reason}],
        "usage": {
            "prompt_tokens": usage.input,
            "completion_tokens": usage.output,
            "total_tokens": usage.input + usage.output,
            "prompt_tokens_details": {"cached_tokens": usage.cached_input, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": usage.reasoning, "audio_tokens": 0},
        },
        "service_tier": "default",
        "system_fingerprint": "fp_fake",
    })
}

pub(crate) fn embeddings(model: &str, vectors: &[Vec<f32>], input_tokens: u64) -> Value {
    let data: Vec<_> = vectors
        .iter()
        .enumerate()
        .map(|(index, vector)| json!({"object": "embedding", "index": index, "embedding": numbers(vector)}))
        .collect();
    json!({
        "object": "list",
        "data": data,
        "model": model,
        "usage": {"prompt_tokens": input_tokens, "total_tokens": input_tokens},
    })
}
