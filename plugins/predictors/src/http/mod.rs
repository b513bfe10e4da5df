mod pointer;
mod query;
mod reply;

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::time::Duration;

use pointer::Pointer;
use scorebox_sdk::http::{Request, Url};
use scorebox_sdk::serde_json::value::RawValue;
use scorebox_sdk::serde_json::{self, Value};
use scorebox_sdk::tracing::{Span, SpanKind, span_with};
use scorebox_sdk::{Error, Inputs, Result, predictor};

use crate::jinja;

/// Settings of `http`.
#[scorebox_sdk::config]
pub(crate) struct Http {
    /// Where the application is, such as `https://app.example/chat`. The operator must grant its host.
    url: Url,
    /// How it is asked. `GET` sends the inputs in the query, the others in the body.
    #[default(Method::Post)]
    method: Method,
    /// Headers by name; `content-type` is `application/json` unless it is here. No place for a secret: the operator's
    /// grant can add headers that neither the config nor the plugin holds.
    #[default]
    headers: BTreeMap<String, String>,
    /// The body: a Jinja template over the inputs that gives JSON, such as `{"message": {{ question | tojson }}}`. Without
    /// it, the inputs themselves.
    body: Option<String>,
    /// Which part of the reply is the output: a JSON pointer such as `/answer`. Without it, the whole reply; one that is
    /// no JSON is a text.
    #[default]
    output: Pointer,
    /// How long to wait for the reply; without it, the operator's choice.
    timeout_seconds: Option<NonZeroU32>,
    /// The statuses that a reply may have; without it, 200 to 299.
    #[schemars(inner(range(min = 100, max = 599)))]
    expect_status: Option<BTreeSet<u16>>,
}

/// How the application is asked.
#[scorebox_sdk::config]
#[derive(Copy)]
enum Method {
    /// With a body.
    #[serde(rename = "POST")]
    Post,
    /// With a body, for what may be repeated.
    #[serde(rename = "PUT")]
    Put,
    /// With the inputs in the query.
    #[serde(rename = "GET")]
    Get,
}

/// Sends the inputs to an application over HTTP, and answers with its reply.
#[predictor]
pub(crate) fn http(inputs: &Inputs, config: &Http) -> Result<Value> {
    let request = request(inputs, config)?;
    let given: &RawValue = match request.body.as_slice() {
        [] => inputs.parse()?,
        body => serde_json::from_slice(body)?,
    };
    let name = format!("{} {}{}", request.method, config.url.authority(), config.url.path());
    let span = span_with(&name, SpanKind::Chain, given);
    match exchange(&request, &name, config, &span) {
        Ok(output) => {
            span.end_with(&output);
            Ok(output)
        }
        Err(error) => {
            span.fail(&error.to_string());
            Err(error)
        }
    }
}

/// Sends the request, with OpenTelemetry's attributes on its span.
fn exchange(request: &Request, name: &str, config: &Http, span: &Span) -> Result<Value> {
    span.attribute("http.request.method", request.method.as_str());
    span.attribute("url.full", &request.url);
    let response = request.send()?;
    span.attribute("http.response.status_code", &response.status);
    let output = reply::check_status(&response, config.expect_status.as_ref())
        .and_then(|()| reply::output(&response, &config.output));
    output.map_err(|error| Error::failed(format!("{name}: {error}")))
}

fn request(inputs: &Inputs, config: &Http) -> Result<Request> {
    let mut request = match config.method {
        Method::Get => without_body(inputs, config)?,
        Method::Post => with_body(Request::post(&config.url), inputs, config)?,
        Method::Put => with_body(Request::put(&config.url), inputs, config)?,
    };
    for (name, value) in &config.headers {
        request = request.header(name, value);
    }
    request.timeout = config.timeout_seconds.map(|seconds| Duration::from_secs(seconds.get().into()));
    Ok(request)
}

fn without_body(inputs: &Inputs, config: &Http) -> Result<Request> {
    match config.body {
        None => Ok(Request::get(query::with_inputs(&config.url, inputs)?)),
        Some(_) => Err(Error::invalid_config("body: a GET has none; leave it out, or set `method` to POST or PUT")),
    }
}

fn with_body(request: Request, inputs: &Inputs, config: &Http) -> Result<Request> {
    let body = match &config.body {
        None => inputs.json().as_str().to_owned(),
        Some(template) => {
            let body = jinja::fill("body", template, inputs)?;
            serde_json::from_str::<&RawValue>(&body).map_err(|error| {
                let advice = "write texts and objects like {{ question | tojson }}";
                Error::failed(format!("body: the template gives no JSON for this row: {error}; {advice}"))
            })?;
            body
        }
    };
    Ok(request.header("content-type", "application/json").body(body))
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use scorebox_sdk::http::{self as client, Response};
    use scorebox_sdk::json;

    use crate::PLUGIN;

    use super::*;

    fn predict(config: &Value, inputs: Value) -> Result<Value> {
        let answer = PLUGIN.predict("http", config.to_string(), Inputs::new(inputs))?;
        Ok(serde_json::from_str(&answer)?)
    }

    /// Has the application give one reply, and answers with what it was sent.
    fn sent(reply: Response, config: &Value, inputs: Value) -> (Request, Result<Value>) {
        let request = Rc::new(RefCell::new(None));
        let sent = Rc::clone(&request);
        client::testing::answer_with(move |request| {
            *sent.borrow_mut() = Some(request.clone());
            Ok(reply.clone())
        });
        let answer = predict(config, inputs);
        (request.take().unwrap(), answer)
    }

    #[test]
    fn the_inputs_are_the_body_and_the_reply_is_the_output() {
        let config = json!({ "url": "https://app.example/chat" });
        let (request, answer) = sent(Response::new(200, r#"{"a": 1}"#), &config, json!({ "question": "Why?" }));
        let expected = Request::post("https://app.example/chat").json(&json!({ "question": "Why?" }));
        assert_eq!((request, answer.unwrap()), (expected, json!({ "a": 1 })));
    }

    #[test]
    fn every_setting_reaches_the_application() {
        let config = json!({
            "url": "https://app.example/chat", "method": "PUT", "headers": { "X-Tenant": "7", "Content-Type": "text/json" },
            "body": r#"{"message": {{ question | tojson }}, "stream": false}"#, "output": "/reply", "timeout_seconds": 20,
            "expect_status": [202],
        });
        let (request, answer) = sent(Response::new(202, r#"{"reply": "so"}"#), &config, json!({ "question": "\"?" }));
        let expected = Request::put("https://app.example/chat")
            .header("Content-Type", "text/json")
            .header("X-Tenant", "7")
            .body(r#"{"message": "\"?", "stream": false}"#)
            .timeout(Duration::from_secs(20));
        assert_eq!((request, answer.unwrap()), (expected, json!("so")));
    }

    #[test]
    fn a_get_has_the_inputs_in_its_query() {
        let config = json!({ "url": "https://app.example/search?v=2", "method": "GET" });
        let (request, _) = sent(Response::new(200, "x"), &config, json!({ "q": "a b" }));
        assert_eq!(request, Request::get("https://app.example/search?v=2&q=a%20b"));
    }

    #[test]
    fn a_get_with_a_body_is_an_invalid_config() {
        let config = json!({ "url": "https://app.example/", "method": "GET", "body": "{}" });
        assert!(matches!(predict(&config, json!({})), Err(Error::InvalidConfig(_))));
    }

    #[test]
    fn a_body_that_is_no_json_is_not_sent() {
        client::testing::answer_with(|_| panic!("sent"));
        let config = json!({ "url": "https://app.example/", "body": r#"{"message": {{ question }}}"# });
        let error = predict(&config, json!({ "question": "Why?" })).unwrap_err().to_string();
        assert!(error.starts_with("body: the template gives no JSON for this row: "), "{error}");
        assert!(error.ends_with("write texts and objects like {{ question | tojson }}"), "{error}");
    }

    #[test]
    fn an_application_that_fails_fails_the_row() {
        let config = json!({ "url": "https://app.example/chat?key=1" });
        let (_, answer) = sent(Response::new(503, "busy"), &config, json!({}));
        assert_eq!(
            answer,
            Err(Error::failed("POST app.example/chat: status 503, expected 200 to 299; the body: `busy`"))
        );
    }

    #[test]
    fn an_application_that_is_not_granted_fails_the_row() {
        client::testing::answer_with(|_| Err(client::Error::Denied("no grant".to_owned())));
        let answer = predict(&json!({ "url": "https://app.example/chat" }), json!({}));
        assert_eq!(answer, Err(Error::failed("http: denied: POST https://app.example/chat: no grant")));
    }

    #[test]
    fn a_url_that_is_none_is_an_invalid_config() {
        let answer = predict(&json!({ "url": "app.example/chat" }), json!({}));
        assert!(matches!(&answer, Err(Error::InvalidConfig(text)) if text.contains("app.example/chat")), "{answer:?}");
    }

    #[test]
    fn the_schema_tells_the_host_what_the_texts_are() {
        let http = PLUGIN.predictors().iter().find(|known| known.name == "http").unwrap();
        let schema: Value = serde_json::from_str(&(http.config_schema)()).unwrap();
        assert_eq!(schema["properties"]["url"]["format"], "uri");
        assert_eq!(schema["properties"]["output"]["format"], "json-pointer");
        assert_eq!(schema["required"], json!(["url"]));
        assert_eq!(schema["properties"]["expect_status"]["items"]["maximum"], 599);
    }
}
