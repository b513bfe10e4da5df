use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use bytes::Bytes;
use http::request::Parts;
use http::{HeaderName, HeaderValue, Request, Response, Version};
use http_body_util::{BodyExt as _, Limited};
use hyper::body::Incoming;
use serde_json::Value;

use crate::chaos::Failure;
use crate::provider::answer::{Answer, Content, Said, default_embedding, tokens};
use crate::provider::asked::{Asked, Operation, Protocol, Read};
use crate::provider::builder::Settings;
use crate::provider::check::{Checked, Refusal};
use crate::provider::counts::{Counters, InFlight, Outcome, add};
use crate::provider::dialect::Dialect;
use crate::provider::reply::{self, Reply};
use crate::provider::route::{Route, check_headers, protocol, route};
use crate::provider::{anthropic, gemini, openai, openai_reply};
use crate::serve::ResetSwitch;

/// The largest body that is read.
const MAX_BODY_BYTES: usize = 64 << 20;
/// How many refusals are kept.
const MAX_REFUSALS: usize = 100;

/// A provider's settings, with what it has seen.
pub(crate) struct Provider {
    pub(crate) settings: Settings,
    pub(crate) counters: Counters,
    /// How many requests have passed the checks: what failures go by.
    passed: AtomicU64,
    recorded: Mutex<VecDeque<Arc<Asked>>>,
    refusals: Mutex<VecDeque<String>>,
}

/// What a request says.
struct Wanted {
    read: Read,
    /// How many dimensions vectors shall have, when the request says it.
    dimensions: Option<usize>,
}

impl Provider {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            counters: Counters::default(),
            passed: AtomicU64::new(0),
            recorded: Mutex::default(),
            refusals: Mutex::default(),
        }
    }

    pub(crate) fn recorded(&self) -> Vec<Arc<Asked>> {
        self.recorded.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    pub(crate) fn refusals(&self) -> Vec<String> {
        self.refusals.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Answers one request; an error resets the connection or the stream.
    pub(crate) async fn serve(
        &self,
        request: Request<Incoming>,
        reset: &ResetSwitch,
    ) -> Result<Response<Reply>, io::Error> {
        let mut in_flight = self.counters.enter(request.version());
        let (parts, body) = request.into_parts();
        let protocol = protocol(parts.uri.path());
        match self.admit(&parts, body, in_flight.now).await {
            Ok((route, wanted, body)) => self.answer(parts, route, wanted, body, &mut in_flight, reset).await,
            Err((refusal, outcome)) => {
                in_flight.settle(outcome);
                push(&self.refusals, format!("{} {}", refusal.status, refusal.message), MAX_REFUSALS);
                Ok(refused(protocol, &refusal, in_flight.number))
            }
        }
    }

    /// Everything that a request must be before the model hears of it.
    async fn admit(
        &self,
        parts: &Parts,
        body: Incoming,
        in_flight: u64,
    ) -> Result<(Route, Wanted, Value), (Refusal, Outcome)> {
        let route = route(parts).map_err(|refusal| (refusal, Outcome::NotFound))?;
        check_headers(route.protocol, &parts.headers, self.settings.key.as_deref()).map_err(|refusal| {
            let is_key = matches!(refusal.status, 401 | 403) || refusal.code == Some("invalid_api_key");
            (refusal, if is_key { Outcome::Unauthorized } else { Outcome::BadRequest })
        })?;
        let bad = |refusal| (refusal, Outcome::BadRequest);
        let bytes = Limited::new(body, MAX_BODY_BYTES)
            .collect()
            .await
            .map_err(|_| bad(Refusal::new(413, "The request is too large, or broke off.")))?
            .to_bytes();
        if self.settings.max_concurrent.is_some_and(|most| in_flight > most) {
            return Err((rate_limit_refusal(), Outcome::OverLimit));
        }
        let body = parse(&bytes).map_err(bad)?;
        let wanted = self.read(&route, &body).map_err(bad)?;
        Ok((route, wanted, body))
    }

    fn read(&self, route: &Route, body: &Value) -> Checked<Wanted> {
        let support = self.settings.support;
        let (model, in_path) = (route.model.as_deref(), route.model.as_deref().unwrap_or_default());
        let chat = |read| Wanted { read, dimensions: None };
        let embed = |(read, dimensions)| Wanted { read, dimensions };
        match (route.protocol, route.operation) {
            (Protocol::OpenAi | Protocol::Azure, Operation::Chat) => openai::read_chat(body, model, support).map(chat),
            (Protocol::OpenAi | Protocol::Azure, Operation::Embed) => openai::read_embeddings(body, model).map(embed),
            (Protocol::Anthropic, _) => anthropic::read(body, support).map(chat),
            (Protocol::Gemini, Operation::Chat) => gemini::read(body, in_path, support).map(chat),
            (Protocol::Gemini, Operation::Embed) => gemini::read_embeddings(body, in_path).map(embed),
        }
    }

    async fn answer(
        &self,
        parts: Parts,
        route: Route,
        wanted: Wanted,
        body: Value,
        in_flight: &mut InFlight<'_>,
        reset: &ResetSwitch,
    ) -> Result<Response<Reply>, io::Error> {
        let number = self.passed.fetch_add(1, Ordering::Relaxed);
        let Wanted { read, dimensions } = wanted;
        let asked = Arc::new(Asked {
            protocol: route.protocol,
            operation: route.operation,
            model: read.model,
            path: parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            headers: parts.headers,
            body,
            text: read.text,
            prompt: read.prompt,
            schema: read.schema,
            max_tokens: read.max_tokens,
        });
        push(&self.recorded, Arc::clone(&asked), self.settings.record);
        let mut failure = self.settings.failure(number);
        let mut answer = None;
        if failure.is_none() && asked.operation == Operation::Chat {
            let scripted = (self.settings.script)(&asked);
            match scripted.content {
                Content::Failure(scripted) => failure = Some(scripted),
                _ => answer = Some(scripted),
            }
        }
        let delay = self.settings.latency + answer.as_ref().map(|answer| answer.delay).unwrap_or_default();
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        if failure == Some(Failure::Hang) {
            in_flight.hang();
            std::future::pending::<()>().await;
        }
        // An HTTP/2 stream is reset by itself; its connection serves the others.
        if failure == Some(Failure::Reset) {
            in_flight.settle(Outcome::Reset);
            if parts.version != Version::HTTP_2 {
                reset.turn_on();
            }
            return Err(io::Error::other("reset on purpose"));
        }
        let whole = || match &answer {
            Some(answer) => self.said(&asked, answer, number),
            None if asked.operation == Operation::Embed => self.embeddings(&asked, &read.texts, dimensions),
            None => self.said(&asked, &(self.settings.script)(&asked), number),
        };
        Ok(match failure {
            Some(failure) => fail(&asked, &failure, number, in_flight, whole),
            None => {
                let body = whole();
                in_flight.settle(Outcome::Answered);
                with_id(reply::json(200, &body), number)
            }
        })
    }

    /// The body that says what the script wants said.
    fn said(&self, asked: &Asked, answer: &Answer, number: u64) -> Value {
        if let Content::Raw(body) = &answer.content {
            return body.clone();
        }
        let Some(said) = Said::new(asked, answer, number) else { return Value::Null };
        self.count_tokens(said.usage.input, said.usage.output);
        match asked.protocol {
            Protocol::OpenAi | Protocol::Azure => openai_reply::chat(&said),
            Protocol::Anthropic => anthropic::reply(&said),
            Protocol::Gemini => gemini::reply(&said),
        }
    }

    fn embeddings(&self, asked: &Asked, texts: &[String], dimensions: Option<usize>) -> Value {
        let dimensions = dimensions.unwrap_or(self.settings.dimensions);
        let vectors: Vec<_> = texts
            .iter()
            .map(|text| match &self.settings.embed {
                Some(embed) => embed(text),
                None => default_embedding(text, dimensions),
            })
            .collect();
        let input = texts.iter().map(|text| tokens(text)).sum();
        self.count_tokens(input, 0);
        match asked.protocol {
            Protocol::Gemini => gemini::embeddings(&vectors),
            _ => openai_reply::embeddings(&asked.model, &vectors, input),
        }
    }

    fn count_tokens(&self, input: u64, output: u64) {
        add(&self.counters.input_tokens, input);
        add(&self.counters.output_tokens, output);
    }
}

/// The response of a failure that has one; `whole` is what would have been answered.
fn fail(
    asked: &Asked,
    failure: &Failure,
    number: u64,
    in_flight: &mut InFlight<'_>,
    whole: impl FnOnce() -> Value,
) -> Response<Reply> {
    let mut status = |status, refusal: &Refusal| {
        in_flight.settle(Outcome::of_status(status));
        refused(asked.protocol, refusal, number)
    };
    match failure {
        Failure::Status(code, headers) => {
            let mut response = status(*code, &refusal_of(*code));
            for (name, value) in headers {
                insert(&mut response, name, value);
            }
            response
        }
        Failure::BadRequest(message) => status(400, &Refusal::bad_request(message)),
        Failure::RateLimited(retry_after) => {
            let mut response = status(429, &rate_limit_refusal());
            if let Some(retry_after) = retry_after {
                insert(&mut response, "retry-after", &retry_after.value(SystemTime::now()));
            }
            response
        }
        Failure::QuotaExhausted => {
            let message = "You exceeded your current quota, please check your plan and billing details.";
            status(429, &Refusal::new(429, message).with_code("insufficient_quota"))
        }
        Failure::Html(code) => {
            in_flight.settle(Outcome::of_status(*code));
            let page = format!("<html><head><title>{code}</title></head><body><h1>{code}</h1></body></html>");
            reply::of_bytes(*code, "text/html", page.into())
        }
        Failure::Truncated => {
            in_flight.settle(Outcome::Truncated);
            reply::broken_off(&whole())
        }
        Failure::Hang | Failure::Reset => unreachable!("these end without a response"),
        Failure::MalformedJson => {
            in_flight.settle(Outcome::MalformedJson);
            let whole = Bytes::from(whole().to_string());
            with_id(reply::of_bytes(200, "application/json", whole.slice(..whole.len() - 1)), number)
        }
    }
}

fn parse(bytes: &Bytes) -> Checked<Value> {
    let body: Value = serde_json::from_slice(bytes)
        .map_err(|error| Refusal::bad_request(format!("We could not parse the JSON body of your request: {error}")))?;
    if body.is_object() { Ok(body) } else { Err(Refusal::bad_request("The body must be a JSON object.")) }
}

fn rate_limit_refusal() -> Refusal {
    Refusal::new(429, "Rate limit reached for requests. Please try again later.").with_code("rate_limit_exceeded")
}

fn refusal_of(status: u16) -> Refusal {
    match status {
        429 => rate_limit_refusal(),
        529 => Refusal::new(status, "Overloaded"),
        500.. => Refusal::new(status, "The server had an error while processing your request."),
        _ => Refusal::new(status, format!("The request failed with status {status}.")),
    }
}

fn refused(protocol: Protocol, refusal: &Refusal, number: u64) -> Response<Reply> {
    with_id(reply::json(refusal.status, &Dialect::body(protocol, refusal, number)), number)
}

fn with_id(mut response: Response<Reply>, number: u64) -> Response<Reply> {
    insert(&mut response, "x-request-id", &format!("req_{number:08}"));
    response
}

fn insert(response: &mut Response<Reply>, name: &str, value: &str) {
    let name = HeaderName::try_from(name).unwrap_or_else(|error| panic!("a test's header {name:?}: {error}"));
    let value = HeaderValue::try_from(value).unwrap_or_else(|error| panic!("a test's header {value:?}: {error}"));
    response.headers_mut().insert(name, value);
}

fn push<T>(queue: &Mutex<VecDeque<T>>, item: T, most: usize) {
    if most == 0 {
        return;
    }
    let mut queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
    if queue.len() == most {
        queue.pop_front();
    }
    queue.push_back(item);
}
