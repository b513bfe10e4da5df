use scorebox_sdk::serde_json::Value;

use super::ToolCall;

/// The tool calls in what a chat model, or an application that passes its messages on, has answered, in their order.
/// `None` where the value is nothing of that kind, so that nobody knows whether tools were called.
///
/// Understood are OpenAI's chat completions and responses, lists of messages, Anthropic's content blocks, and the parts
/// of OpenTelemetry's `gen_ai.output.messages`.
pub(super) fn calls_in(value: &Value) -> Option<Vec<ToolCall>> {
    let mut found = Found::default();
    found.visit(value);
    found.is_message.then_some(found.calls)
}

#[derive(Default)]
struct Found {
    calls: Vec<ToolCall>,
    is_message: bool,
}

impl Found {
    fn visit(&mut self, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.visit(item)),
            Value::Object(_) => self.visit_object(value),
            _ => {}
        }
    }

    fn visit_object(&mut self, object: &Value) {
        let is_block = matches!(object["type"].as_str(), Some("tool_use" | "tool_call" | "function_call"));
        if is_block && let Some(call) = ToolCall::from_value(object) {
            self.is_message = true;
            self.calls.push(call);
            return;
        }
        if let Some("assistant" | "ai" | "user" | "human" | "system" | "developer" | "tool") = object["role"].as_str() {
            self.is_message = true;
        }
        if let Value::Array(calls) = &object["tool_calls"] {
            self.is_message = true;
            self.calls.extend(calls.iter().filter_map(ToolCall::from_value));
        }
        for key in ["choices", "message", "messages", "output", "content", "parts"] {
            if let nested @ (Value::Array(_) | Value::Object(_)) = &object[key] {
                self.visit(nested);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    fn names(value: &Value) -> Option<Vec<String>> {
        calls_in(value).map(|calls| calls.into_iter().map(|call| call.name).collect())
    }

    fn openai(name: &str) -> Value {
        json!({ "id": "1", "type": "function", "function": { "name": name, "arguments": "{}" } })
    }

    #[test]
    fn a_chat_completion_holds_its_calls_in_the_message_of_a_choice() {
        let message = json!({ "role": "assistant", "content": null, "tool_calls": [openai("a"), openai("b")] });
        assert_eq!(names(&json!({ "choices": [{ "index": 0, "message": message }] })).unwrap(), ["a", "b"]);
        assert_eq!(names(&message).unwrap(), ["a", "b"]);
    }

    #[test]
    fn messages_are_read_in_their_order() {
        let messages = json!([
            { "role": "user", "content": "…" },
            { "role": "assistant", "tool_calls": [openai("a")] },
            { "role": "tool", "content": "…", "tool_call_id": "1" },
            { "role": "assistant", "tool_calls": [openai("b")] },
        ]);
        assert_eq!(names(&messages).unwrap(), ["a", "b"]);
        assert_eq!(names(&json!({ "messages": messages })).unwrap(), ["a", "b"]);
    }

    #[test]
    fn blocks_of_other_providers_are_calls_too() {
        let anthropic = json!({ "role": "assistant", "content": [
            { "type": "text", "text": "Let me look." }, { "type": "tool_use", "name": "a", "input": { "q": 1 } },
        ] });
        assert_eq!(calls_in(&anthropic).unwrap()[0].arguments, Some(json!({ "q": 1 })));
        let responses = json!({ "output": [{ "type": "function_call", "name": "a", "arguments": "{}" }] });
        assert_eq!(names(&responses).unwrap(), ["a"]);
        let parts = json!([{ "role": "assistant", "parts": [{ "type": "tool_call", "name": "a", "arguments": {} }] }]);
        assert_eq!(names(&parts).unwrap(), ["a"]);
    }

    #[test]
    fn a_message_without_calls_has_none_and_anything_else_says_nothing() {
        assert_eq!(names(&json!({ "role": "assistant", "content": "Hello" })).unwrap(), [""; 0]);
        assert_eq!(names(&json!({ "tool_calls": [] })).unwrap(), [""; 0]);
        assert_eq!(names(&json!("Hello")), None);
        assert_eq!(names(&json!({ "answer": "Hello", "role": "engineer" })), None);
    }
}
