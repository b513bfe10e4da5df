use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use scorebox_core::Digest;
use scorebox_engine::{ChatRequest, HttpRequest};
use serde::{Deserialize, Serialize};

use crate::model::ModelReference;

/// What was asked, in the form by which a reply to it is found again. It holds no key: neither those of providers, nor
/// those that a plugin put into a header.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asked {
    /// A chat model; `model` of the request is the model itself, not the alias.
    Chat(ChatRequest),
    /// An embedding model.
    Embed { model: ModelReference, texts: Vec<String> },
    /// An HTTP peer.
    Http {
        method: String,
        url: String,
        headers: Vec<(String, String)>,
        body: Body,
        #[serde(default)]
        repeat: u32,
    },
}

/// Headers whose values are secrets, whoever sends them.
const SECRET_HEADERS: [&str; 7] =
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-goog-api-key"];
const REDACTED: &str = "[redacted]";

impl Asked {
    pub(crate) fn chat(request: &ChatRequest, model: &ModelReference) -> Self {
        Self::Chat(ChatRequest { model: model.to_string(), ..request.clone() })
    }

    pub(crate) fn http(request: &HttpRequest) -> Self {
        let HttpRequest { request, repeat, .. } = request;
        Self::Http {
            method: request.method().to_string(),
            url: request.uri().to_string(),
            headers: shown_headers(request.headers()),
            body: Body::of(request.body()),
            repeat: *repeat,
        }
    }

    /// Identifies what was asked.
    pub(crate) fn key(&self) -> Digest {
        // Everything in it has a JSON form.
        Digest::of(&serde_json::to_vec(self).unwrap_or_default())
    }

    /// What was asked in a few words, for messages.
    pub(crate) fn summary(&self) -> String {
        let shortened = |text: &str| {
            let mut line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if let Some((end, _)) = line.char_indices().nth(80) {
                line.truncate(end);
                line.push('…');
            }
            line
        };
        match self {
            Self::Chat(request) => {
                let last = request.messages.last().map(|message| shortened(&message.content)).unwrap_or_default();
                format!("{} asked {last:?}", request.model)
            }
            Self::Embed { model, texts } => format!("{model} asked to embed {} texts", texts.len()),
            Self::Http { method, url, .. } => format!("{method} {url}"),
        }
    }
}

fn shown_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = |(name, value): (&HeaderName, &HeaderValue)| {
        let is_secret = value.is_sensitive() || SECRET_HEADERS.contains(&name.as_str());
        let value = if is_secret { REDACTED.into() } else { String::from_utf8_lossy(value.as_bytes()) };
        (name.to_string(), value.into_owned())
    };
    headers.iter().map(shown).collect()
}

/// The body of an HTTP message: as text where it is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Body {
    Text(String),
    Base64(String),
}

impl Body {
    fn of(bytes: &Bytes) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::Text(text.to_owned()),
            Err(_) => Self::Base64(BASE64.encode(bytes)),
        }
    }

    fn bytes(self) -> Option<Bytes> {
        match self {
            Self::Text(text) => Some(text.into()),
            Self::Base64(text) => BASE64.decode(text).ok().map(Bytes::from),
        }
    }
}

/// What came of asking.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome<R, E> {
    Reply(R),
    Error(E),
}

impl<R, E> From<Outcome<R, E>> for Result<R, E> {
    fn from(outcome: Outcome<R, E>) -> Self {
        match outcome {
            Outcome::Reply(reply) => Ok(reply),
            Outcome::Error(error) => Err(error),
        }
    }
}

/// The reply of an HTTP peer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct HttpReply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Body,
}

impl HttpReply {
    pub(crate) fn of(response: &http::Response<Bytes>) -> Self {
        Self {
            status: response.status().as_u16(),
            headers: shown_headers(response.headers()),
            body: Body::of(response.body()),
        }
    }

    /// The reply as it was, or nothing where somebody wrote one that cannot be.
    pub(crate) fn response(self) -> Option<http::Response<Bytes>> {
        let mut response = http::Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(self.body.bytes()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_header_is_not_kept_and_changes_no_key() {
        let asked = |key: &str| {
            let request = http::Request::post("https://a.example/x").header("authorization", key).header("x-a", "1");
            let request = request.body(Bytes::from_static(b"{}")).unwrap();
            Asked::http(&HttpRequest { request, timeout: None, max_body_bytes: 1, repeat: 0 })
        };
        assert_eq!(asked("Bearer one").key(), asked("Bearer two").key());
        assert!(!serde_json::to_string(&asked("Bearer one")).unwrap().contains("one"));
    }

    #[test]
    fn bodies_of_any_bytes_survive() {
        for bytes in [&b"text"[..], &[0xff, 0x00]] {
            let response = http::Response::builder().status(201).header("x-a", "1").body(Bytes::from(bytes)).unwrap();
            let json = serde_json::to_string(&HttpReply::of(&response)).unwrap();
            let back = serde_json::from_str::<HttpReply>(&json).unwrap().response().unwrap();
            assert_eq!((back.status(), back.body()), (response.status(), response.body()));
            assert_eq!(back.headers(), response.headers());
        }
    }

    #[test]
    fn a_repeat_is_another_question() {
        let request: ChatRequest = serde_json::from_str(r#"{"model":"judge","messages":[]}"#).unwrap();
        let model = "openai:/m".parse().unwrap();
        let again = ChatRequest { repeat: 1, ..request.clone() };
        assert_ne!(Asked::chat(&request, &model).key(), Asked::chat(&again, &model).key());
    }
}
