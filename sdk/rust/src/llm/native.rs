//! Stands in for the host where there is none: in native tests.

use super::{Embeddings, Error, Request, Response};

pub(super) fn complete(request: &Request) -> Result<Response, Error> {
    testing::answer(request).unwrap_or_else(|| Err(denied()))
}

pub(super) fn complete_all(requests: &[Request]) -> Vec<Result<Response, Error>> {
    requests.iter().map(complete).collect()
}

pub(super) fn embed(_model: &str, _texts: &[String]) -> Result<Embeddings, Error> {
    Err(denied())
}

fn denied() -> Error {
    Error::Denied("there is no host outside the sandbox; tests set `llm::testing::answer_with`".to_owned())
}

/// Replies for native tests.
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
    /// use scorebox_sdk::llm;
    ///
    /// llm::testing::answer_with(|request| Ok(llm::Response::new(format!("{} messages", request.messages.len()))));
    /// let reply = llm::Request::new("judge").user("Hello").complete().unwrap();
    /// assert_eq!(reply.text, "1 messages");
    /// ```
    pub fn answer_with(answer: impl Fn(&Request) -> Result<Response, Error> + 'static) {
        ANSWER.with(|current| *current.borrow_mut() = Some(Box::new(answer)));
    }

    pub(super) fn answer(request: &Request) -> Option<Result<Response, Error>> {
        ANSWER.with(|current| current.borrow().as_ref().map(|answer| answer(request)))
    }
}
