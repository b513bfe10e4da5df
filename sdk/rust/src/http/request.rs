use std::fmt;
use std::time::Duration;

use serde::Serialize;

use super::{Error, Response, redirect};
use crate::json::to_json;

/// One HTTP request.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// What is asked for.
    pub method: Method,
    /// Where, an absolute URL with `http` or `https`.
    pub url: String,
    /// The headers. The host sets `Host` and `Content-Length` itself and refuses headers that rule the connection.
    pub headers: Vec<(String, String)>,
    /// The body; may be empty.
    pub body: Vec<u8>,
    /// How long to wait for the response; `None` leaves it to the operator.
    pub timeout: Option<Duration>,
    /// The largest body that is read.
    pub max_body_bytes: usize,
    /// How many redirects are followed.
    pub max_redirects: u32,
    /// Why the request cannot be sent, where building it showed that already.
    defect: Option<String>,
}

impl Request {
    /// The largest body that is read where the request does not say otherwise: 16 MiB.
    pub const DEFAULT_MAX_BODY_BYTES: usize = 16 * 1024 * 1024;

    /// A request without headers and body.
    #[must_use]
    pub fn new(method: Method, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout: None,
            max_body_bytes: Self::DEFAULT_MAX_BODY_BYTES,
            max_redirects: 0,
            defect: None,
        }
    }

    /// A `GET` request.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self::new(Method::Get, url)
    }

    /// A `POST` request.
    #[must_use]
    pub fn post(url: impl Into<String>) -> Self {
        Self::new(Method::Post, url)
    }

    /// A `PUT` request.
    #[must_use]
    pub fn put(url: impl Into<String>) -> Self {
        Self::new(Method::Put, url)
    }

    /// Sets a header, in place of one with the same name.
    ///
    /// A secret does not belong here: the operator's grant can add headers that no plugin sees.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(&name));
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// Sets the body to the JSON of a value, and says so in `Content-Type` unless there is one.
    #[must_use]
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        match to_json(value) {
            Ok(text) => self.body = text.into_bytes(),
            Err(error) => self.defect = Some(format!("the body has no JSON form: {error}")),
        }
        match header(&self.headers, "content-type") {
            Some(_) => self,
            None => self.header("content-type", "application/json"),
        }
    }

    /// Sets how long to wait for the response, for each redirect anew.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { timeout: Some(timeout), ..self }
    }

    /// Sets the largest body that is read.
    #[must_use]
    pub fn max_body_bytes(self, max_body_bytes: usize) -> Self {
        Self { max_body_bytes, ..self }
    }

    /// Follows up to so many redirects; without, a redirect is a response like any other.
    ///
    /// Each one is a new request that the host checks. After 301, 302 and 303 it is a `GET` without the body (a `HEAD`
    /// stays one); after 307 and 308 it is the same again. `Authorization` and `Cookie` do not go to another scheme, host
    /// or port.
    #[must_use]
    pub fn follow_redirects(self, max_redirects: u32) -> Self {
        Self { max_redirects, ..self }
    }

    /// Sends the request and reads the whole response.
    pub fn send(&self) -> Result<Response, Error> {
        match &self.defect {
            Some(defect) => Err(Error::InvalidRequest(defect.clone()).about(&format!("{} {}", self.method, self.url))),
            None => redirect::send(self),
        }
    }
}

/// The first value of a header.
pub(super) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the methods of HTTP")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
}

impl Method {
    /// The method as it is sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
            Self::Options => "OPTIONS",
        }
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::http::testing;

    #[test]
    fn a_json_body_says_what_it_is_unless_the_plugin_does() {
        let request = Request::post("https://a.example/").json(&[1, 2]);
        assert_eq!(request.body, b"[1,2]");
        assert_eq!(header(&request.headers, "Content-Type"), Some("application/json"));
        let request = Request::post("https://a.example/").header("Content-Type", "application/ld+json").json(&[1]);
        assert_eq!(request.headers, [("Content-Type".to_owned(), "application/ld+json".to_owned())]);
    }

    #[test]
    fn a_header_replaces_one_of_the_same_name() {
        let request = Request::get("https://a.example/").header("X-Key", "1").header("x-key", "2");
        assert_eq!(request.headers, [("x-key".to_owned(), "2".to_owned())]);
    }

    #[test]
    fn a_body_without_a_json_form_is_never_sent() {
        testing::answer_with(|_| panic!("sent"));
        let error = Request::post("https://a.example/x").json(&BTreeMap::from([((1, 2), 3)])).send().unwrap_err();
        assert_eq!(
            error.to_string(),
            "http: invalid request: POST https://a.example/x: the body has no JSON form: key must be a string"
        );
    }

    #[test]
    fn a_url_that_is_none_is_never_sent() {
        testing::answer_with(|_| panic!("sent"));
        let error = Request::get("a.example/x").send().unwrap_err();
        assert!(matches!(&error, Error::InvalidRequest(text) if text.contains("a.example/x")), "{error}");
    }

    #[test]
    fn an_error_names_the_request_without_its_query() {
        testing::answer_with(|_| Err(Error::Timeout("no reply".to_owned())));
        let error = Request::get("https://a.example/x?key=1").send().unwrap_err();
        assert_eq!(error, Error::Timeout("GET https://a.example/x: no reply".to_owned()));
    }
}
