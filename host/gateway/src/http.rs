//! HTTP exchanges of plugins with peers that the operator granted.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_LENGTH, HOST, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, RANGE, TE, TRAILER,
    TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use reqwest::Client;
use scorebox_engine::{HttpError, HttpRequest};
use url::Url;

use crate::net::{ClientOptions, HttpGrant, Lookup, Target, TransportError, admit, build_client, describe, read_body};
use crate::secret::{Redactor, SecretProblem};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Headers that are about a connection, not about a message (RFC 9110, 7.6.1), or that the client writes itself.
const CONNECTION_HEADERS: [HeaderName; 9] = [
    CONNECTION,
    CONTENT_LENGTH,
    HOST,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// The connections for plugins. Those to private addresses are kept apart, so that a connection which one grant opened
/// is never used under another.
#[derive(Clone, Debug)]
pub(crate) struct HttpClients {
    public: Client,
    private: Client,
    timeout: Duration,
}

impl HttpClients {
    pub(crate) fn new(lookup: &Arc<dyn Lookup>, timeout: Duration) -> Result<Self, String> {
        let client = |allows_private| {
            build_client(&ClientOptions {
                lookup: lookup.clone(),
                allows_private,
                connect_timeout: CONNECT_TIMEOUT,
                ca_file: None,
                proxy: None,
            })
        };
        Ok(Self { public: client(false)?, private: client(true)?, timeout })
    }

    /// Sends a request that is granted, and reads the whole response. A redirect is a response like any other: whoever
    /// follows it sends another request, which is checked like the first.
    pub(crate) async fn send(
        &self,
        grants: &[HttpGrant],
        request: &HttpRequest,
    ) -> Result<http::Response<Bytes>, HttpError> {
        let parsed = &request.request;
        let (url, target) = target_of(parsed.uri())?;
        let admission = admit(grants, parsed.method(), &target).map_err(HttpError::Denied)?;
        let mut headers = without_connection_headers(parsed.headers());
        let mut redactor = Redactor::default();
        if admission.secret_headers().next().is_some() {
            // A peer that echoes its headers must do so in a form in which they are recognised.
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
            headers.remove(RANGE);
        }
        for (name, source) in admission.secret_headers() {
            let secret = source.read().map_err(|problem| missing_secret(&target, &problem))?;
            redactor.add(&secret);
            let malformed = |_| HttpError::Denied(format!("what is in {source} cannot be a header of {target}"));
            headers.insert(name, secret.header("").map_err(malformed)?);
        }
        let client = if admission.allows_private() { &self.private } else { &self.public };
        let sent = client.request(parsed.method().clone(), url).headers(headers).body(parsed.body().clone());
        let timeout = request.timeout.unwrap_or(self.timeout);
        let exchange = async {
            let mut response = sent.send().await.map_err(|error| describe(&error))?;
            let body = read_body(&mut response, request.max_body_bytes).await?;
            Ok((response.status(), std::mem::take(response.headers_mut()), body))
        };
        let (status, headers, body) = match tokio::time::timeout(timeout, exchange).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(self.failed(&target, error, &redactor)),
            Err(_) => {
                return Err(HttpError::Timeout(format!(
                    "{target} gave no whole answer within {} s",
                    timeout.as_secs_f64()
                )));
            }
        };
        // A peer may send back what it got, and the plugin is not to see what was added.
        let body = redactor.redact_bytes(&body).map_or(body, Bytes::from);
        let mut response = http::Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = redacted(without_connection_headers(&headers), &redactor);
        Ok(response)
    }

    fn failed(&self, target: &Target, error: TransportError, redactor: &Redactor) -> HttpError {
        match error {
            TransportError::AddressRefused(refused) => HttpError::Denied(format!(
                "{refused}; to allow it, write {{ url = \"{target}\", private = true }} in `http` under [permissions]"
            )),
            TransportError::TooLarge(limit) => HttpError::BodyTooLarge(limit),
            TransportError::Timeout => HttpError::Timeout(format!("{target} did not answer in time")),
            error => HttpError::Unavailable(format!("{target}: {}", redactor.redact(&error.to_string()))),
        }
    }
}

/// Whether a request may be sent, by its address alone.
pub(crate) fn check(grants: &[HttpGrant], method: &Method, uri: &Uri) -> Result<(), HttpError> {
    let (_, target) = target_of(uri)?;
    admit(grants, method, &target).map(drop).map_err(HttpError::Denied)
}

/// The URL as it is sent, and what rules see of it. Both come from one parser: what is checked is what is sent.
fn target_of(uri: &Uri) -> Result<(Url, Target), HttpError> {
    let mut url = Url::parse(&uri.to_string()).map_err(|error| HttpError::InvalidRequest(format!("{uri}: {error}")))?;
    url.set_fragment(None);
    let target = Target::of(&url).map_err(HttpError::Denied)?;
    Ok((url, target))
}

fn without_connection_headers(headers: &HeaderMap) -> HeaderMap {
    let mut kept = headers.clone();
    for name in &CONNECTION_HEADERS {
        kept.remove(name);
    }
    kept.remove("keep-alive");
    kept.remove("proxy-connection");
    kept
}

fn redacted(mut headers: HeaderMap, redactor: &Redactor) -> HeaderMap {
    for value in headers.values_mut() {
        let redacted = redactor.redact_bytes(value.as_bytes());
        if let Some(redacted) = redacted.and_then(|bytes| HeaderValue::from_bytes(&bytes).ok()) {
            *value = redacted;
        }
    }
    headers
}

fn missing_secret(target: &Target, problem: &SecretProblem) -> HttpError {
    HttpError::Denied(format!("a header that is granted for {target} cannot be set: {problem}"))
}
