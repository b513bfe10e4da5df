//! Plays the model in tests.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use scorebox_sdk::json;
use scorebox_sdk::llm::{Request, Response, testing::answer_with};
use scorebox_sdk::serde_json::Value;

/// The requests that were made.
#[derive(Clone, Default)]
pub(crate) struct Asked(Rc<RefCell<Vec<Request>>>);

impl Asked {
    pub(crate) fn count(&self) -> usize {
        self.0.borrow().len()
    }

    pub(crate) fn request(&self, index: usize) -> Request {
        self.0.borrow()[index].clone()
    }

    /// All that the model reads of a request.
    pub(crate) fn prompt(&self, index: usize) -> String {
        let contents: Vec<String> = self.request(index).messages.into_iter().map(|message| message.content).collect();
        contents.join("\n\n")
    }
}

/// Answers with these replies, in their order; a further request fails the test.
pub(crate) fn replies(replies: impl IntoIterator<Item = Value>) -> Asked {
    responses(replies.into_iter().map(|reply| Response::new(reply.to_string())))
}

/// Answers with these responses, in their order; a further request fails the test.
pub(crate) fn responses(responses: impl IntoIterator<Item = Response>) -> Asked {
    let responses = RefCell::new(responses.into_iter().collect::<VecDeque<_>>());
    let asked = Asked::default();
    let log = asked.clone();
    answer_with(move |request| {
        log.0.borrow_mut().push(request.clone());
        Ok(responses.borrow_mut().pop_front().expect("the model was asked more often than expected"))
    });
    asked
}

/// Fails the test when the model is asked.
pub(crate) fn nobody_asks() {
    replies([]);
}

/// A reply of true.
pub(crate) fn yes(rationale: &str) -> Value {
    json!({ "rationale": rationale, "result": true })
}

/// A reply of false.
pub(crate) fn no(rationale: &str) -> Value {
    json!({ "rationale": rationale, "result": false })
}
