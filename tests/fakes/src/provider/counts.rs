use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;

/// What happened to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Answered,
    BadRequest,
    Unauthorized,
    NotFound,
    OverLimit,
    RateLimited,
    ServerError,
    OtherStatus,
    Hung,
    Reset,
    MalformedJson,
    Truncated,
}

impl Outcome {
    /// That of a failure that is a status.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            429 => Self::RateLimited,
            500.. => Self::ServerError,
            _ => Self::OtherStatus,
        }
    }
}

/// What a provider has seen and done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// TCP connections accepted.
    pub connections: u64,
    /// TLS handshakes that failed.
    pub failed_handshakes: u64,
    /// Requests, whatever became of them.
    pub requests: u64,
    /// Requests over HTTP/1.1.
    pub http1: u64,
    /// Requests over HTTP/2.
    pub http2: u64,
    /// The most requests that were there at the same time.
    pub max_in_flight: u64,
    /// Requests answered as the script wanted.
    pub answered: u64,
    /// Requests that the provider would not take: 400, and the like.
    pub bad_request: u64,
    /// Requests without the right key.
    pub unauthorized: u64,
    /// Requests for something that is not there.
    pub not_found: u64,
    /// 429 because of too many requests at the same time.
    pub over_limit: u64,
    /// 429 because the test wanted one.
    pub rate_limited: u64,
    /// 500 and above.
    pub server_error: u64,
    /// Other statuses that the test wanted.
    pub other_status: u64,
    /// Requests left without an answer.
    pub hung: u64,
    /// Connections or streams reset instead of an answer.
    pub reset: u64,
    /// Answers that are not JSON.
    pub malformed_json: u64,
    /// Answers that broke off.
    pub truncated: u64,
    /// Requests that the client gave up before there was an answer.
    pub abandoned: u64,
    /// Tokens read, as told to the clients of answered requests.
    pub input_tokens: u64,
    /// Tokens written, as told to the clients of answered requests.
    pub output_tokens: u64,
}

/// The same, while requests come in.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) connections: AtomicU64,
    pub(crate) failed_handshakes: AtomicU64,
    pub(crate) input_tokens: AtomicU64,
    pub(crate) output_tokens: AtomicU64,
    requests: AtomicU64,
    http1: AtomicU64,
    http2: AtomicU64,
    in_flight: AtomicU64,
    max_in_flight: AtomicU64,
    abandoned: AtomicU64,
    outcomes: [AtomicU64; 12],
}

pub(crate) fn add(counter: &AtomicU64, count: u64) {
    counter.fetch_add(count, Ordering::Relaxed);
}

impl Counters {
    /// Counts a request in until the guard is dropped.
    pub(crate) fn enter(&self, version: http::Version) -> InFlight<'_> {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        add(if version == http::Version::HTTP_2 { &self.http2 } else { &self.http1 }, 1);
        let now = self.in_flight.fetch_add(1, Ordering::Relaxed) + 1;
        self.max_in_flight.fetch_max(now, Ordering::Relaxed);
        InFlight { counters: self, number, now, settled: false }
    }

    fn outcome(&self, outcome: Outcome) -> &AtomicU64 {
        &self.outcomes[outcome as usize]
    }

    pub(crate) fn snapshot(&self) -> Counts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let with = |outcome| of(self.outcome(outcome));
        Counts {
            connections: of(&self.connections),
            failed_handshakes: of(&self.failed_handshakes),
            requests: of(&self.requests),
            http1: of(&self.http1),
            http2: of(&self.http2),
            max_in_flight: of(&self.max_in_flight),
            answered: with(Outcome::Answered),
            bad_request: with(Outcome::BadRequest),
            unauthorized: with(Outcome::Unauthorized),
            not_found: with(Outcome::NotFound),
            over_limit: with(Outcome::OverLimit),
            rate_limited: with(Outcome::RateLimited),
            server_error: with(Outcome::ServerError),
            other_status: with(Outcome::OtherStatus),
            hung: with(Outcome::Hung),
            reset: with(Outcome::Reset),
            malformed_json: with(Outcome::MalformedJson),
            truncated: with(Outcome::Truncated),
            abandoned: of(&self.abandoned),
            input_tokens: of(&self.input_tokens),
            output_tokens: of(&self.output_tokens),
        }
    }
}

/// A request that is being answered.
pub(crate) struct InFlight<'a> {
    counters: &'a Counters,
    /// Its number among all requests.
    pub(crate) number: u64,
    /// How many there were when it came, itself included.
    pub(crate) now: u64,
    settled: bool,
}

impl InFlight<'_> {
    /// Notes what becomes of the request.
    pub(crate) fn settle(&mut self, outcome: Outcome) {
        self.settled = true;
        add(self.counters.outcome(outcome), 1);
    }

    /// Notes that the request will never be answered; giving up on it is still the client's own doing.
    pub(crate) fn hang(&self) {
        add(self.counters.outcome(Outcome::Hung), 1);
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.counters.in_flight.fetch_sub(1, Ordering::Relaxed);
        if !self.settled {
            add(&self.counters.abandoned, 1);
        }
    }
}
