//! What the application answered.

use std::collections::BTreeSet;

use scorebox_sdk::http::Response;
use scorebox_sdk::serde_json::{self, Value};
use scorebox_sdk::{Error, Result};

use super::pointer::Pointer;

/// How much of a body an error shows.
const EXCERPT_CHARACTERS: usize = 500;

/// Refuses a reply with a status that is not expected; without an expectation, one other than 200 to 299.
pub(super) fn check_status(response: &Response, expected: Option<&BTreeSet<u16>>) -> Result<()> {
    let (is_expected, wanted) = match expected {
        Some(statuses) => (statuses.contains(&response.status), listed(statuses)),
        None => (response.is_success(), "200 to 299".to_owned()),
    };
    if is_expected {
        return Ok(());
    }
    let status = response.status;
    match response.header("location").filter(|_| (300..400).contains(&status)) {
        Some(place) => {
            Err(Error::failed(format!("status {status}, a redirect to `{place}`: write that place as `url`")))
        }
        None => Err(Error::failed(format!("status {status}, expected {wanted}; the body: {}", excerpt(response)))),
    }
}

fn listed(statuses: &BTreeSet<u16>) -> String {
    statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(" or ")
}

/// The part of the reply that is the output. A reply that is no JSON is a text, and has no parts.
pub(super) fn output(response: &Response, pointer: &Pointer) -> Result<Value> {
    let place = pointer.as_str();
    match document(response) {
        Some(document) => pointer.take(document).ok_or_else(|| {
            Error::failed(format!(
                "the reply has nothing at `{place}`, where `output` points; it is {}",
                excerpt(response)
            ))
        }),
        None if pointer.is_whole() => Ok(Value::String(response.text()?.to_owned())),
        None => Err(Error::failed(format!(
            "the reply is no JSON, so there is nothing at `{place}`, where `output` points; it is {}",
            excerpt(response)
        ))),
    }
}

/// The body as JSON, if it is. In a plain text, a lone `42` or `true` is not meant as JSON.
fn document(response: &Response) -> Option<Value> {
    let document = serde_json::from_slice::<Value>(&response.body).ok()?;
    let is_text = response.header("content-type").is_some_and(|kind| kind.starts_with("text/"));
    (document.is_object() || document.is_array() || !is_text).then_some(document)
}

fn excerpt(response: &Response) -> String {
    let text = String::from_utf8_lossy(&response.body);
    match text.char_indices().nth(EXCERPT_CHARACTERS) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    fn pointer(text: &str) -> Pointer {
        Pointer::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn a_part_of_the_reply_is_the_output() {
        let response = Response::new(200, r#"{"data": {"answer": "Paris"}}"#);
        assert_eq!(output(&response, &pointer("/data/answer")).unwrap(), json!("Paris"));
        assert_eq!(output(&response, &pointer("")).unwrap(), json!({ "data": { "answer": "Paris" } }));
    }

    #[test]
    fn a_part_that_is_not_there_is_an_error_with_the_reply() {
        let error = output(&Response::new(200, r#"{"error": "busy"}"#), &pointer("/answer")).unwrap_err();
        assert_eq!(
            error.to_string(),
            r#"the reply has nothing at `/answer`, where `output` points; it is `{"error": "busy"}`"#
        );
    }

    #[test]
    fn a_reply_that_is_no_json_is_a_text() {
        let plain = |text: &str| Response::new(200, text).with_header("content-type", "text/plain; charset=utf-8");
        assert_eq!(output(&Response::new(200, "Hello, world"), &pointer("")).unwrap(), json!("Hello, world"));
        assert_eq!(output(&Response::new(204, ""), &pointer("")).unwrap(), json!(""));
        assert_eq!(output(&plain("42"), &pointer("")).unwrap(), json!("42"));
        assert_eq!(output(&plain(r#"{"a": 1}"#), &pointer("/a")).unwrap(), json!(1));
        let error = output(&Response::new(200, "Hello"), &pointer("/answer")).unwrap_err();
        assert!(error.to_string().starts_with("the reply is no JSON"), "{error}");
    }

    #[test]
    fn a_reply_that_is_no_text_either_is_an_error() {
        assert!(output(&Response::new(200, [0xff, 0xfe]), &pointer("")).is_err());
    }

    #[test]
    fn an_unexpected_status_is_told_with_the_beginning_of_the_body() {
        let error = check_status(&Response::new(500, "é".repeat(501)), None).unwrap_err();
        let body = "é".repeat(500);
        assert_eq!(error.to_string(), format!("status 500, expected 200 to 299; the body: `{body}…`"));
        let error = check_status(&Response::new(200, "x"), Some(&BTreeSet::from([201, 404]))).unwrap_err();
        assert_eq!(error.to_string(), "status 200, expected 201 or 404; the body: `x`");
    }

    #[test]
    fn a_status_may_be_expected() {
        assert!(check_status(&Response::new(299, ""), None).is_ok());
        assert!(check_status(&Response::new(404, ""), Some(&BTreeSet::from([404]))).is_ok());
    }

    #[test]
    fn a_redirect_names_the_place_to_write_instead() {
        let response = Response::new(307, "").with_header("location", "/chat/");
        assert_eq!(
            check_status(&response, None).unwrap_err().to_string(),
            "status 307, a redirect to `/chat/`: write that place as `url`"
        );
    }
}
