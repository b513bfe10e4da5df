//! Messages as OpenAI writes them, which most datasets follow.

use scorebox_sdk::llm::{Message, Role, ToolCall};
use scorebox_sdk::serde_json::{Map, Value};
use scorebox_sdk::{Deserialize, Error, Json, Result, json};

/// Reads a list of messages. Keys that say nothing to a model, such as `refusal`, are passed over.
pub(super) fn list(messages: &Json<'_>) -> Result<Vec<Message>> {
    let written: Vec<Written> = messages.parse()?;
    if written.is_empty() {
        return Err(Error::unsupported(format!("{}: there is no message", messages.path())));
    }
    let read = |(index, message): (usize, Written)| {
        message.read().map_err(|what| Error::unsupported(format!("{}[{index}]: {what}", messages.path())))
    };
    written.into_iter().enumerate().map(read).collect()
}

/// Writes a message.
pub(super) fn to_json(message: &Message) -> Value {
    let mut written = Map::new();
    written.insert("role".to_owned(), role_name(message.role).into());
    let content = match &message.content {
        text if text.is_empty() && !message.tool_calls.is_empty() => Value::Null,
        text => Value::String(text.clone()),
    };
    written.insert("content".to_owned(), content);
    if !message.tool_calls.is_empty() {
        written.insert("tool_calls".to_owned(), message.tool_calls.iter().map(tool_call).collect());
    }
    if let Some(id) = &message.tool_call_id {
        written.insert("tool_call_id".to_owned(), id.as_str().into());
    }
    Value::Object(written)
}

fn tool_call(call: &ToolCall) -> Value {
    let function = json!({ "name": call.name, "arguments": call.arguments });
    json!({ "id": call.id, "type": "function", "function": function })
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::System => "system",
        Role::User => "user",
        Role::Assistant => "assistant",
        Role::Tool => "tool",
    }
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
struct Written {
    role: WrittenRole,
    content: Option<Content>,
    tool_calls: Option<Vec<WrittenCall>>,
    tool_call_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde", rename_all = "snake_case")]
enum WrittenRole {
    #[serde(alias = "developer")]
    System,
    User,
    Assistant,
    Tool,
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde", untagged)]
enum Content {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
struct Part {
    #[serde(rename = "type")]
    kind: String,
    text: Option<String>,
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
struct WrittenCall {
    id: String,
    function: Function,
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
struct Function {
    name: String,
    arguments: Value,
}

impl Written {
    fn read(self) -> Result<Message, String> {
        let role = match self.role {
            WrittenRole::System => Role::System,
            WrittenRole::User => Role::User,
            WrittenRole::Assistant => Role::Assistant,
            WrittenRole::Tool => Role::Tool,
        };
        let content = match self.content {
            None => String::new(),
            Some(Content::Text(text)) => text,
            Some(Content::Parts(parts)) => parts.into_iter().map(Part::read).collect::<Result<Vec<_>, _>>()?.join("\n"),
        };
        let tool_calls = self.tool_calls.unwrap_or_default().into_iter().map(WrittenCall::read).collect();
        Ok(Message { role, content, tool_calls, tool_call_id: self.tool_call_id })
    }
}

impl Part {
    fn read(self) -> Result<String, String> {
        match (self.kind.as_str(), self.text) {
            ("text" | "input_text" | "output_text", Some(text)) => Ok(text),
            (kind, _) => Err(format!("a part of the type `{kind}`; only texts can be sent to a model")),
        }
    }
}

impl WrittenCall {
    fn read(self) -> ToolCall {
        let arguments = match self.function.arguments {
            Value::String(text) => text,
            arguments => arguments.to_string(),
        };
        ToolCall { id: self.id, name: self.function.name, arguments }
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::Inputs;

    use super::*;

    fn read(messages: &Value) -> Result<Vec<Message>> {
        let inputs = Inputs::new(json!({ "messages": messages }));
        list(&inputs.get("messages")?)
    }

    #[test]
    fn a_conversation_with_tools_reads_and_writes_the_same() {
        let written = json!([
            { "role": "system", "content": "Be brief." },
            { "role": "user", "content": "Weather?" },
            { "role": "assistant", "content": null,
              "tool_calls": [{ "id": "1", "type": "function", "function": { "name": "weather", "arguments": "{\"city\":\"Rome\"}" } }] },
            { "role": "tool", "content": "Sun", "tool_call_id": "1" },
            { "role": "assistant", "content": "Sunny." },
        ]);
        let messages = read(&written).unwrap();
        assert_eq!(messages[2].tool_calls[0].arguments, r#"{"city":"Rome"}"#);
        assert_eq!(messages.iter().map(to_json).collect::<Value>(), written);
    }

    #[test]
    fn variants_of_the_format_are_understood() {
        let messages = read(&json!([
            { "role": "developer", "content": [{ "type": "text", "text": "a" }, { "type": "text", "text": "b" }] },
            { "role": "assistant", "refusal": null, "tool_calls": [{ "id": "1", "function": { "name": "f", "arguments": {} } }] },
        ]))
        .unwrap();
        assert_eq!(messages[0], Message::new(Role::System, "a\nb"));
        assert_eq!((messages[1].content.as_str(), messages[1].tool_calls[0].arguments.as_str()), ("", "{}"));
    }

    #[test]
    fn what_cannot_be_sent_is_told_with_its_place() {
        let image =
            json!([{ "role": "user", "content": "x" }, { "role": "user", "content": [{ "type": "image_url" }] }]);
        assert_eq!(
            read(&image).unwrap_err().to_string(),
            "unsupported: inputs.messages[1]: a part of the type `image_url`; only texts can be sent to a model"
        );
        assert_eq!(read(&json!([])), Err(Error::unsupported("inputs.messages: there is no message")));
        let error = read(&json!([{ "role": "robot", "content": "x" }])).unwrap_err().to_string();
        assert!(error.starts_with("inputs.messages: unknown variant `robot`"), "{error}");
    }
}
