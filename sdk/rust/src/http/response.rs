use std::str;

use serde::Deserialize;

use super::Error;
use super::request::header;

/// A response of any status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The headers. A value that is no UTF-8 has replacement characters.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Response {
    /// A response for tests, without headers.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// Adds a header, for tests.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Whether the status is one of 200 to 299.
    #[must_use]
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.headers, name)
    }

    /// The body as a text.
    pub fn text(&self) -> Result<&str, Error> {
        str::from_utf8(&self.body).map_err(|error| Error::InvalidReply(format!("the body is no UTF-8: {error}")))
    }

    /// Reads the body as JSON.
    pub fn json<'a, T: Deserialize<'a>>(&'a self) -> Result<T, Error> {
        let invalid = |error| Error::InvalidReply(format!("the body, of status {}: {error}", self.status));
        serde_json::from_slice(&self.body).map_err(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_read_as_text_and_as_json() {
        let response = Response::new(200, r#"{"answer": "Paris"}"#);
        assert_eq!(response.text().unwrap(), r#"{"answer": "Paris"}"#);
        assert_eq!(response.json::<serde_json::Value>().unwrap()["answer"], "Paris");
    }

    #[test]
    fn a_body_of_another_form_is_an_invalid_reply() {
        let response = Response::new(502, [0xff]);
        assert!(matches!(response.text(), Err(Error::InvalidReply(_))));
        let error = response.json::<u32>().unwrap_err();
        assert!(error.to_string().starts_with("http: invalid reply: the body, of status 502: "), "{error}");
    }

    #[test]
    fn headers_are_found_in_any_case() {
        let response = Response::new(204, "").with_header("X-Trace", "1");
        assert_eq!(response.header("x-trace"), Some("1"));
        assert_eq!(response.header("x-other"), None);
        assert!(response.is_success() && !Response::new(300, "").is_success());
    }
}
