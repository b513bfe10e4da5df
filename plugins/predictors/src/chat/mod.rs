mod conversation;
mod message;
mod telemetry;

use std::num::NonZeroU32;

use scorebox_sdk::llm::{FinishReason, Message, ModelName, Request, Response, Role};
use scorebox_sdk::serde_json::{Map, Value};
use scorebox_sdk::tracing::{SpanKind, span_with};
use scorebox_sdk::{Inputs, Result, json, log, predictor};

/// Settings of `chat`.
#[scorebox_sdk::config]
pub(crate) struct Chat {
    /// The model that answers.
    model: ModelName,
    /// The system message: a Jinja template over the inputs, like `template`.
    system: Option<String>,
    /// The user's message: a Jinja template over the inputs, with the filters `default`, `join`, `lower`, `tojson`,
    /// `trim` and `upper`. Without it, the input `messages`, a list of `{role, content}`, is sent as it is; or the only
    /// input is the message; or the first of the inputs `question`, `query`, `prompt` and `input` is.
    template: Option<String>,
    /// Sampling temperature; without it, the provider's own.
    #[schemars(range(min = 0.0))]
    temperature: Option<f64>,
    /// The most tokens that the answer may have; without it, the operator's choice.
    max_tokens: Option<NonZeroU32>,
    /// Asks the provider for repeatable sampling, where it can.
    seed: Option<u64>,
    /// Further inference parameters, such as `{ "top_p": 0.9 }`, passed on to the provider as they are.
    parameters: Option<Map<String, Value>>,
    /// A JSON Schema that the answer satisfies; the answer is then JSON and not a text.
    response_schema: Option<Map<String, Value>>,
    /// What the answer is: `text`, or `message` for `{role, content, tool_calls}` as OpenAI writes it.
    #[default(Output::Text)]
    output: Output,
}

/// What the answer is.
#[scorebox_sdk::config]
#[derive(Copy, PartialEq, Eq)]
enum Output {
    /// The text, or the JSON when there is a `response_schema`.
    Text,
    /// The message, with the tool calls that the model asks for.
    Message,
}

/// Asks a model, and answers with its reply.
#[predictor]
pub(crate) fn chat(inputs: &Inputs, config: &Chat) -> Result<Value> {
    let request = request(inputs, config)?;
    let sent: Vec<_> = request.messages.iter().map(message::to_json).collect();
    let span = span_with(&format!("chat {}", request.model), SpanKind::ChatModel, &json!({ "messages": sent }));
    for (name, value) in telemetry::of_request(&request) {
        span.attribute(name, &value);
    }
    match request.complete() {
        Ok(reply) => {
            for (name, value) in telemetry::of_reply(&reply) {
                span.attribute(name, &value);
            }
            let message = message::to_json(&said(&reply));
            span.end_with(&message);
            warn_of_what_is_missing(&reply);
            answer(&reply, message, config)
        }
        Err(error) => {
            span.fail(&error.to_string());
            Err(error.into())
        }
    }
}

fn request(inputs: &Inputs, config: &Chat) -> Result<Request> {
    let object = |object: &Option<Map<String, Value>>| object.clone().map(|object| Value::Object(object).to_string());
    Ok(Request {
        messages: conversation::messages(inputs, config.system.as_deref(), config.template.as_deref())?,
        temperature: config.temperature,
        max_tokens: config.max_tokens.map(NonZeroU32::get),
        seed: config.seed,
        response_schema: object(&config.response_schema),
        parameters: object(&config.parameters),
        ..Request::new(&config.model)
    })
}

/// The reply as a message of the conversation.
fn said(reply: &Response) -> Message {
    Message { tool_calls: reply.tool_calls.clone(), ..Message::new(Role::Assistant, &*reply.text) }
}

fn answer(reply: &Response, message: Value, config: &Chat) -> Result<Value> {
    match (config.output, &config.response_schema) {
        (Output::Message, _) => Ok(message),
        (Output::Text, Some(_)) => Ok(reply.parse()?),
        (Output::Text, None) => Ok(Value::String(reply.text.clone())),
    }
}

/// A scorer would judge half an answer as if it were whole, so the row says that it is not.
fn warn_of_what_is_missing(reply: &Response) {
    match reply.finish_reason {
        FinishReason::Length => log::warn("the answer is cut off: it reached the limit on tokens; raise `max_tokens`"),
        FinishReason::ContentFilter => log::warn("the answer is cut off or empty: the provider's filter stepped in"),
        FinishReason::Stop | FinishReason::ToolCalls | FinishReason::Other => {}
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use scorebox_sdk::llm::{self, ToolCall};
    use scorebox_sdk::{Error, serde_json};

    use crate::PLUGIN;

    use super::*;

    fn predict(config: &Value, inputs: Value) -> Result<Value> {
        let answer = PLUGIN.predict("chat", config.to_string(), Inputs::new(inputs))?;
        Ok(serde_json::from_str(&answer)?)
    }

    /// Has the model give one reply, and answers with what it was asked.
    fn asked(reply: Response, config: &Value, inputs: Value) -> (Request, Result<Value>) {
        let request = Rc::new(RefCell::new(None));
        let asked = Rc::clone(&request);
        llm::testing::answer_with(move |request| {
            *asked.borrow_mut() = Some(request.clone());
            Ok(reply.clone())
        });
        let answer = predict(config, inputs);
        (request.take().unwrap(), answer)
    }

    #[test]
    fn every_setting_reaches_the_model() {
        let config = json!({
            "model": "app", "system": "Answer in {{ language }}.", "template": "Q: {{ question }}", "temperature": 0.5,
            "max_tokens": 100, "seed": 7, "parameters": { "top_p": 0.9 },
        });
        let inputs = json!({ "question": "Why?", "language": "French" });
        let (request, answer) = asked(Response::new("Parce que."), &config, inputs);
        let expected = Request::new("app")
            .system("Answer in French.")
            .user("Q: Why?")
            .temperature(0.5)
            .max_tokens(100)
            .seed(7)
            .parameters(&json!({ "top_p": 0.9 }));
        assert_eq!((request, answer.unwrap()), (expected, json!("Parce que.")));
    }

    #[test]
    fn what_is_not_set_is_left_to_the_operator() {
        let (request, _) = asked(Response::new("x"), &json!({ "model": "app" }), json!({ "question": "Why?" }));
        assert_eq!(request, Request::new("app").user("Why?"));
    }

    #[test]
    fn an_answer_with_a_schema_is_json() {
        let schema = json!({ "type": "object", "required": ["city"] });
        let config = json!({ "model": "app", "response_schema": schema });
        let (request, answer) = asked(Response::new(r#"{"city": "Paris"}"#), &config, json!({ "q": "?" }));
        assert_eq!(request.response_schema.unwrap(), schema.to_string());
        assert_eq!(answer.unwrap(), json!({ "city": "Paris" }));
        let (_, answer) = asked(Response::new("Paris"), &config, json!({ "q": "?" }));
        assert!(answer.unwrap_err().to_string().starts_with("model: invalid reply: "));
    }

    #[test]
    fn a_message_carries_the_tool_calls() {
        let call = ToolCall { id: "1".into(), name: "search".into(), arguments: r#"{"q":"x"}"#.into() };
        let reply = Response { tool_calls: vec![call], finish_reason: FinishReason::ToolCalls, ..Response::new("") };
        let (_, answer) = asked(reply, &json!({ "model": "app", "output": "message" }), json!({ "q": "?" }));
        let function = json!({ "name": "search", "arguments": r#"{"q":"x"}"# });
        assert_eq!(
            answer.unwrap(),
            json!({ "role": "assistant", "content": null,
                    "tool_calls": [{ "id": "1", "type": "function", "function": function }] })
        );
    }

    #[test]
    fn a_model_that_does_not_answer_fails_the_row() {
        llm::testing::answer_with(|_| Err(llm::Error::Denied("no model `app`".to_owned())));
        let answer = predict(&json!({ "model": "app" }), json!({ "q": "?" }));
        assert_eq!(answer, Err(Error::failed("model: denied: no model `app`")));
    }

    #[test]
    fn the_schema_tells_the_host_which_model_is_asked() {
        let chat = PLUGIN.predictors().iter().find(|known| known.name == "chat").unwrap();
        let schema: Value = serde_json::from_str(&(chat.config_schema)()).unwrap();
        assert_eq!(schema["properties"]["model"]["format"], "scorebox-model");
        assert_eq!(schema["required"], json!(["model"]));
    }
}
