use std::fmt;

/// Why there is no response, or none of the wanted form. The texts name the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The operator did not grant this. The host says on the row which rule, and how to grant it.
    Denied(String),
    /// The request itself is wrong: a URL that is none, a header that cannot be sent.
    InvalidRequest(String),
    /// The peer could not be reached, or broke the protocol.
    Unavailable(String),
    /// The deadline passed.
    Timeout(String),
    /// The response's body is larger than the host or the request allows.
    BodyTooLarge(String),
    /// The response leads on to another place more often than [`Request::follow_redirects`](super::Request) allows.
    TooManyRedirects(String),
    /// The response's body is not what it was read as.
    InvalidReply(String),
}

impl Error {
    /// The error with what it is about before its text.
    pub(super) fn about(self, request: &str) -> Self {
        let named = |text: String| [request, ": ", &text].concat();
        match self {
            Self::Denied(text) => Self::Denied(named(text)),
            Self::InvalidRequest(text) => Self::InvalidRequest(named(text)),
            Self::Unavailable(text) => Self::Unavailable(named(text)),
            Self::Timeout(text) => Self::Timeout(named(text)),
            Self::BodyTooLarge(text) => Self::BodyTooLarge(named(text)),
            Self::TooManyRedirects(text) => Self::TooManyRedirects(named(text)),
            Self::InvalidReply(text) => Self::InvalidReply(named(text)),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, text) = match self {
            Self::Denied(text) => ("denied", text),
            Self::InvalidRequest(text) => ("invalid request", text),
            Self::Unavailable(text) => ("unavailable", text),
            Self::Timeout(text) => ("timeout", text),
            Self::BodyTooLarge(text) => ("body too large", text),
            Self::TooManyRedirects(text) => ("too many redirects", text),
            Self::InvalidReply(text) => ("invalid reply", text),
        };
        write!(formatter, "http: {class}: {text}")
    }
}

impl std::error::Error for Error {}
