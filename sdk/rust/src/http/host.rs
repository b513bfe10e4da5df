//! Sends through `wasi:http`.

use std::time::Duration;

use super::{Error, Method, Request, Response, Url};
use crate::bindings::http::wasi::http::outgoing_handler::handle;
use crate::bindings::http::wasi::http::types as wasi;
use crate::bindings::http::wasi::io::streams::StreamError;

/// What the host takes in one call of `blocking-write-and-flush`.
const WRITE_BYTES: usize = 4096;

/// What is asked of the host in one call of `blocking-read`.
const READ_BYTES: u64 = 64 * 1024;

pub(super) fn send(request: &Request, url: &Url) -> Result<Response, Error> {
    let outgoing = outgoing(request, url)?;
    let body = if request.body.is_empty() { None } else { Some(outgoing.body().map_err(|()| not_wasi())?) };
    let options = request.timeout.map(options).transpose()?;
    let pending = handle(outgoing, options).map_err(failure)?;
    // The host takes the body only after it has the request, so it cannot be written earlier.
    if let Some(body) = body {
        write(body, &request.body);
    }
    pending.subscribe().block();
    match pending.get() {
        Some(Ok(Ok(incoming))) => received(&incoming, request.max_body_bytes),
        Some(Ok(Err(code))) => Err(failure(code)),
        Some(Err(())) | None => Err(not_wasi()),
    }
}

fn outgoing(request: &Request, url: &Url) -> Result<wasi::OutgoingRequest, Error> {
    let headers = wasi::Fields::new();
    for (name, value) in &request.headers {
        headers.append(name, value.as_bytes()).map_err(|error| {
            let why = match error {
                wasi::HeaderError::Forbidden => "is set by the host, so a plugin cannot",
                wasi::HeaderError::InvalidSyntax | wasi::HeaderError::Immutable => {
                    "has a name or value that HTTP forbids"
                }
            };
            Error::InvalidRequest(format!("the header `{name}` {why}"))
        })?;
    }
    let outgoing = wasi::OutgoingRequest::new(headers);
    let scheme = if url.scheme() == "https" { wasi::Scheme::Https } else { wasi::Scheme::Http };
    let is_set = outgoing.set_method(&method(request.method)).is_ok()
        && outgoing.set_scheme(Some(&scheme)).is_ok()
        && outgoing.set_authority(Some(url.authority())).is_ok()
        && outgoing.set_path_with_query(Some(url.path_and_query())).is_ok();
    if is_set { Ok(outgoing) } else { Err(Error::InvalidRequest(format!("`{url}` is no URL"))) }
}

fn method(method: Method) -> wasi::Method {
    match method {
        Method::Get => wasi::Method::Get,
        Method::Head => wasi::Method::Head,
        Method::Post => wasi::Method::Post,
        Method::Put => wasi::Method::Put,
        Method::Patch => wasi::Method::Patch,
        Method::Delete => wasi::Method::Delete,
        Method::Options => wasi::Method::Options,
    }
}

fn options(timeout: Duration) -> Result<wasi::RequestOptions, Error> {
    let options = wasi::RequestOptions::new();
    let nanoseconds = Some(u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX));
    let is_set = options.set_connect_timeout(nanoseconds).is_ok()
        && options.set_first_byte_timeout(nanoseconds).is_ok()
        && options.set_between_bytes_timeout(nanoseconds).is_ok();
    if is_set { Ok(options) } else { Err(Error::Unavailable("the host knows no timeouts".to_owned())) }
}

/// Writes the body as far as the host takes it. Why it stopped early is told by the response.
fn write(body: wasi::OutgoingBody, bytes: &[u8]) {
    let Ok(stream) = body.write() else { return };
    if bytes.chunks(WRITE_BYTES).all(|chunk| stream.blocking_write_and_flush(chunk).is_ok()) {
        drop(stream);
        let _ = wasi::OutgoingBody::finish(body, None);
    }
}

fn received(incoming: &wasi::IncomingResponse, max_body_bytes: usize) -> Result<Response, Error> {
    let headers = incoming.headers().entries().into_iter();
    let headers = headers.map(|(name, value)| (name, String::from_utf8_lossy(&value).into_owned())).collect();
    Ok(Response { status: incoming.status(), headers, body: read(incoming, max_body_bytes)? })
}

fn read(incoming: &wasi::IncomingResponse, max_body_bytes: usize) -> Result<Vec<u8>, Error> {
    let body = incoming.consume().map_err(|()| not_wasi())?;
    let stream = body.stream().map_err(|()| not_wasi())?;
    let mut bytes = Vec::new();
    loop {
        match stream.blocking_read(READ_BYTES) {
            Ok(chunk) if chunk.len() > max_body_bytes - bytes.len() => {
                return Err(Error::BodyTooLarge(format!("more than {max_body_bytes} bytes")));
            }
            Ok(chunk) => bytes.extend_from_slice(&chunk),
            Err(StreamError::Closed) => return Ok(bytes),
            Err(StreamError::LastOperationFailed(error)) => {
                let unnamed = || Error::Unavailable("the response broke off".to_owned());
                return Err(wasi::http_error_code(&error).map_or_else(unnamed, failure));
            }
        }
    }
}

fn failure(code: wasi::ErrorCode) -> Error {
    use wasi::ErrorCode as Code;

    match code {
        Code::HttpRequestDenied | Code::DestinationIpProhibited => {
            Error::Denied("the host refuses it, and says why on the row".to_owned())
        }
        Code::DnsTimeout
        | Code::ConnectionTimeout
        | Code::ConnectionReadTimeout
        | Code::ConnectionWriteTimeout
        | Code::HttpResponseTimeout => Error::Timeout("no response in time".to_owned()),
        Code::HttpResponseBodySize(Some(limit)) => Error::BodyTooLarge(format!("more than {limit} bytes")),
        Code::HttpResponseBodySize(None) => Error::BodyTooLarge("more than the host allows".to_owned()),
        Code::HttpRequestMethodInvalid
        | Code::HttpRequestUriInvalid
        | Code::HttpRequestUriTooLong
        | Code::HttpRequestLengthRequired
        | Code::HttpRequestBodySize(_)
        | Code::HttpRequestHeaderSize(_)
        | Code::HttpRequestHeaderSectionSize(_) => {
            Error::InvalidRequest("the host cannot send it, and says why on the row".to_owned())
        }
        Code::DnsError(_) | Code::DestinationNotFound => Error::Unavailable("there is no such host".to_owned()),
        Code::ConnectionRefused => Error::Unavailable("the connection is refused".to_owned()),
        Code::ConnectionTerminated | Code::HttpResponseIncomplete => {
            Error::Unavailable("the response broke off".to_owned())
        }
        Code::TlsProtocolError | Code::TlsCertificateError | Code::TlsAlertReceived(_) => {
            Error::Unavailable("there is no secure connection".to_owned())
        }
        Code::InternalError(Some(text)) => Error::Unavailable(text),
        _ => Error::Unavailable(
            "the peer cannot be reached or breaks the protocol; the host says more on the row".to_owned(),
        ),
    }
}

/// A failure that `wasi:http` has, but that this order of calls does not provoke.
fn not_wasi() -> Error {
    Error::Unavailable("the host does not follow wasi:http".to_owned())
}
