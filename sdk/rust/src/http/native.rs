//! Stands in for the host where there is none: in native tests.

use super::{Error, Request, Response, Url};

pub(super) fn send(request: &Request, _url: &Url) -> Result<Response, Error> {
    let response = testing::answer(request).unwrap_or_else(|| {
        Err(Error::Denied("there is no host outside the sandbox; tests set `http::testing::answer_with`".to_owned()))
    })?;
    if response.body.len() > request.max_body_bytes {
        return Err(Error::BodyTooLarge(format!("more than {} bytes", request.max_body_bytes)));
    }
    Ok(response)
}

/// Responses for native tests.
pub mod testing {
    use std::cell::RefCell;

    use super::super::{Error, Request, Response};

    type Answer = Box<dyn Fn(&Request) -> Result<Response, Error>>;

    thread_local! {
        static ANSWER: RefCell<Option<Answer>> = const { RefCell::new(None) };
    }

    /// Answers every request of this thread, that is, of this test, with a function.
    ///
    /// ```
    /// use scorebox_sdk::http;
    ///
    /// http::testing::answer_with(|request| Ok(http::Response::new(200, request.url.clone())));
    /// let response = http::Request::get("https://app.example/health").send().unwrap();
    /// assert_eq!(response.text().unwrap(), "https://app.example/health");
    /// ```
    pub fn answer_with(answer: impl Fn(&Request) -> Result<Response, Error> + 'static) {
        ANSWER.with(|current| *current.borrow_mut() = Some(Box::new(answer)));
    }

    pub(super) fn answer(request: &Request) -> Option<Result<Response, Error>> {
        ANSWER.with(|current| current.borrow().as_ref().map(|answer| answer(request)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_an_answer_everything_is_denied() {
        assert!(matches!(Request::get("https://a.example/").send(), Err(Error::Denied(_))));
    }

    #[test]
    fn a_larger_body_than_the_request_allows_is_an_error() {
        testing::answer_with(|_| Ok(Response::new(200, "12345")));
        let request = Request::get("https://a.example/").max_body_bytes(4);
        let text = "GET https://a.example/: more than 4 bytes".to_owned();
        assert_eq!(request.send(), Err(Error::BodyTooLarge(text)));
        assert!(request.max_body_bytes(5).send().is_ok());
    }
}
