use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use scorebox_core::{Digest, FailureKind};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use crate::outgoing::{Caller, HttpError, HttpRequest};
use crate::state::{CallSettings, lock};

/// Hands the requests of `wasi:http/outgoing-handler` to [`crate::Outgoing`]. Empty until the guest uses HTTP: most
/// never do.
#[derive(Debug, Default)]
pub(crate) struct HttpHooks(Option<Arc<WayOut>>);

/// What the requests of one call share.
#[derive(Debug)]
struct WayOut {
    settings: Arc<CallSettings>,
    caller: Caller,
    max_requests: u64,
    max_bytes: u64,
    counters: Mutex<Counters>,
}

#[derive(Debug, Default)]
struct Counters {
    requests: u64,
    bytes: u64,
    /// How often the same was sent.
    sent: HashMap<Digest, u32>,
    /// Why requests failed: `wasi:http` has no room for a text, but the user needs one.
    refusals: Vec<(FailureKind, String)>,
}

impl HttpHooks {
    /// How many refusals are kept for the user.
    const MAX_REFUSALS: usize = 8;

    /// Makes the hooks ready for the current call; called each time before the guest can use them.
    pub(crate) fn prepare(&mut self, settings: &Arc<CallSettings>, caller: &Caller, examples: u64) {
        self.0.get_or_insert_with(|| {
            Arc::new(WayOut {
                settings: settings.clone(),
                caller: caller.clone(),
                max_requests: settings.limits.outgoing_requests.saturating_mul(examples),
                max_bytes: settings.limits.http_bytes.saturating_mul(examples),
                counters: Mutex::default(),
            })
        });
    }

    /// Why requests of this call failed, in words.
    pub(crate) fn take_refusals(&self) -> Vec<(FailureKind, String)> {
        let Some(way_out) = &self.0 else { return Vec::new() };
        std::mem::take(&mut lock(&way_out.counters).refusals)
    }
}

impl WasiHttpHooks for HttpHooks {
    fn send_request(
        &mut self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
        _: Box<dyn Future<Output = Result<(), Error>> + Send>,
    ) -> Box<
        dyn Future<
                Output = Result<(http::Response<WasiBody>, Box<dyn Future<Output = Result<(), Error>> + Send>), Error>,
            > + Send,
    > {
        let way_out = self.0.clone();
        Box::new(async move {
            let target = format!("{} {}", request.method(), request.uri());
            let Some(way_out) = way_out else { return Err(Error::HttpRequestDenied) };
            let response = match way_out.exchange(request, options).await {
                Ok(response) => response,
                Err(refusal) => return Err(way_out.record(&target, &refusal)),
            };
            let body = response.map(|bytes| Full::new(bytes).map_err(|never| match never {}).boxed_unsync());
            let nothing_left_to_do: Box<dyn Future<Output = Result<(), Error>> + Send> = Box::new(async { Ok(()) });
            Ok((body, nothing_left_to_do))
        })
    }
}

impl WayOut {
    /// One request and its response.
    async fn exchange(
        &self,
        request: http::Request<WasiBody>,
        options: Option<RequestOptions>,
    ) -> Result<http::Response<Bytes>, HttpError> {
        self.count_request()?;
        let (parts, mut body) = request.into_parts();
        self.settings.outgoing.admit_http(&self.caller, &parts).await?;
        let mut bytes = Vec::new();
        while let Some(frame) = body.frame().await {
            let frame =
                frame.map_err(|error| HttpError::Unavailable(format!("the request body broke off: {error:?}")))?;
            if let Ok(data) = frame.into_data() {
                self.count_bytes(data.len() as u64)?;
                bytes.extend_from_slice(&data);
            }
        }
        let timeout = options.and_then(|options| options.first_byte_timeout);
        let max_body_bytes = self.max_bytes.saturating_sub(lock(&self.counters).bytes);
        let request = http::Request::from_parts(parts, Bytes::from(bytes));
        let repeat = self.count_repeats(&request);
        let request = HttpRequest { request, timeout, max_body_bytes, repeat };
        let response = self.settings.outgoing.http(&self.caller, request).await?.response;
        self.count_bytes(response.body().len() as u64).map_err(|_| HttpError::BodyTooLarge(max_body_bytes))?;
        Ok(response)
    }

    /// How many times the current call has sent exactly this before.
    fn count_repeats(&self, request: &http::Request<Bytes>) -> u32 {
        let mut text = format!("{} {}\n", request.method(), request.uri()).into_bytes();
        for (name, value) in request.headers() {
            text.extend_from_slice(name.as_str().as_bytes());
            text.push(b':');
            text.extend_from_slice(value.as_bytes());
            text.push(b'\n');
        }
        text.extend_from_slice(request.body());
        let mut counters = lock(&self.counters);
        let count = counters.sent.entry(Digest::of(&text)).or_default();
        let repeat = self.caller.sample(*count);
        *count = count.saturating_add(1);
        repeat
    }

    fn count_request(&self) -> Result<(), HttpError> {
        let mut counters = lock(&self.counters);
        counters.requests += 1;
        if counters.requests > self.max_requests {
            let limit = self.max_requests;
            return Err(HttpError::Denied(format!("the limit outgoing_requests of {limit} is reached")));
        }
        Ok(())
    }

    /// Counts bytes of all requests of the call together, as they come.
    fn count_bytes(&self, bytes: u64) -> Result<(), HttpError> {
        let mut counters = lock(&self.counters);
        counters.bytes = counters.bytes.saturating_add(bytes);
        if counters.bytes > self.max_bytes { Err(self.out_of_bytes()) } else { Ok(()) }
    }

    fn out_of_bytes(&self) -> HttpError {
        HttpError::Denied(format!("bodies exceed the limit http_bytes of {}", self.max_bytes))
    }

    fn record(&self, target: &str, refusal: &HttpError) -> Error {
        let mut counters = lock(&self.counters);
        if counters.refusals.len() < HttpHooks::MAX_REFUSALS {
            let kind = match refusal {
                HttpError::Denied(_) => FailureKind::Denied,
                _ => FailureKind::Gateway,
            };
            counters.refusals.push((kind, format!("{target}: {refusal}")));
        }
        match refusal {
            HttpError::Denied(_) => Error::HttpRequestDenied,
            HttpError::InvalidRequest(_) => Error::HttpRequestUriInvalid,
            HttpError::Unavailable(_) => Error::DestinationUnavailable,
            HttpError::BodyTooLarge(limit) => Error::HttpResponseBodySize(Some(*limit)),
            HttpError::Timeout(_) => Error::HttpResponseTimeout,
        }
    }
}
