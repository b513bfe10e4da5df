use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};
use serde_json::Value;
use tokio::time::Sleep;

/// The body of a response: whole, or one that breaks off.
pub(crate) enum Reply {
    Whole(Option<Bytes>),
    BrokenOff { half: Option<Bytes>, end: Pin<Box<Sleep>> },
}

/// A JSON response.
pub(crate) fn json(status: u16, body: &Value) -> Response<Reply> {
    of_bytes(status, "application/json", body.to_string().into())
}

/// A response whose body is there as a whole.
pub(crate) fn of_bytes(status: u16, content_type: &'static str, body: Bytes) -> Response<Reply> {
    let mut response = Response::new(Reply::Whole(Some(body)));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A JSON response that ends after half of what its length promised.
pub(crate) fn broken_off(body: &Value) -> Response<Reply> {
    // Time for the first half to reach the client before the connection goes.
    const PAUSE: Duration = Duration::from_millis(10);
    let whole = Bytes::from(body.to_string());
    let half = whole.slice(..whole.len() / 2);
    let mut response = Response::new(Reply::BrokenOff { half: Some(half), end: Box::pin(tokio::time::sleep(PAUSE)) });
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(whole.len()));
    response
}

impl Body for Reply {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::BrokenOff { half, end } => {
                if let Some(half) = half.take() {
                    return Poll::Ready(Some(Ok(Frame::data(half))));
                }
                ready!(end.as_mut().poll(cx));
                Poll::Ready(Some(Err(io::Error::other("broken off on purpose"))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => {
                let length = bytes.as_ref().map_or(0, Bytes::len);
                SizeHint::with_exact(u64::try_from(length).unwrap_or(u64::MAX))
            }
            Self::BrokenOff { .. } => SizeHint::default(),
        }
    }
}
