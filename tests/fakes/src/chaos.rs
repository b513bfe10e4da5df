use std::time::{Duration, SystemTime};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt as _, SeedableRng as _};

use crate::http_date::http_date;

/// One way in which a provider fails instead of answering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A status with the provider's usual error body, and further headers.
    Status(u16, Vec<(String, String)>),
    /// 400, with a message of one's own.
    BadRequest(String),
    /// 429, for a while; `Retry-After` says for how long, where it is there.
    RateLimited(Option<RetryAfter>),
    /// 429 for good: the account has no quota left, and trying again cannot help.
    QuotaExhausted,
    /// A status with a page of HTML, as a proxy on the way would send.
    Html(u16),
    /// No answer at all, with the connection left open.
    Hang,
    /// The connection is reset before a byte of the answer (HTTP/2: the stream is).
    Reset,
    /// A complete answer of status 200 whose body is not JSON.
    MalformedJson,
    /// An answer that breaks off in the middle of its body.
    Truncated,
}

impl Failure {
    /// A status without further headers.
    pub fn status(status: u16) -> Self {
        Self::Status(status, Vec::new())
    }
}

/// When a rate limit ends, as its header says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryAfter {
    /// As a number of seconds.
    Seconds(u64),
    /// As an HTTP date, so many seconds after the answer was made.
    DateIn(u64),
}

impl RetryAfter {
    /// The header's value.
    pub(crate) fn value(self, now: SystemTime) -> String {
        match self {
            Self::Seconds(seconds) => seconds.to_string(),
            Self::DateIn(seconds) => http_date(now + Duration::from_secs(seconds)),
        }
    }
}

/// How often a provider fails in which way, as probabilities whose sum is at most one.
///
/// The n-th request meets the same fate in every run with the same seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Chaos {
    /// 429.
    pub rate_limited: f64,
    /// The share of the 429s that carry `Retry-After`.
    pub retry_after_share: f64,
    /// What their `Retry-After` says.
    pub retry_after: RetryAfter,
    /// 500, 502 or 503.
    pub server_error: f64,
    /// [`Failure::Hang`].
    pub hang: f64,
    /// [`Failure::MalformedJson`].
    pub malformed_json: f64,
    /// [`Failure::Truncated`].
    pub truncated: f64,
    /// [`Failure::Reset`].
    pub reset: f64,
    /// What the draws depend on, apart from the number of the request.
    pub seed: u64,
}

impl Default for Chaos {
    /// No failures.
    fn default() -> Self {
        Self {
            rate_limited: 0.0,
            retry_after_share: 0.0,
            retry_after: RetryAfter::Seconds(1),
            server_error: 0.0,
            hang: 0.0,
            malformed_json: 0.0,
            truncated: 0.0,
            reset: 0.0,
            seed: 0,
        }
    }
}

impl Chaos {
    /// What happens to a request, by its number from zero; `None` is an answer.
    pub fn draw(&self, request: u64) -> Option<Failure> {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(request);
        let mut left: f64 = random.random();
        let detail: f64 = random.random();
        for (probability, failure) in [
            (self.rate_limited, Fate::RateLimited),
            (self.server_error, Fate::ServerError),
            (self.hang, Fate::Failure(Failure::Hang)),
            (self.malformed_json, Fate::Failure(Failure::MalformedJson)),
            (self.truncated, Fate::Failure(Failure::Truncated)),
            (self.reset, Fate::Failure(Failure::Reset)),
        ] {
            if left < probability {
                return Some(match failure {
                    Fate::RateLimited => {
                        Failure::RateLimited((detail < self.retry_after_share).then_some(self.retry_after))
                    }
                    Fate::ServerError if detail < 1.0 / 3.0 => Failure::status(502),
                    Fate::ServerError if detail < 2.0 / 3.0 => Failure::status(503),
                    Fate::ServerError => Failure::status(500),
                    Fate::Failure(failure) => failure,
                });
            }
            left -= probability;
        }
        None
    }

    /// Whether the probabilities are such.
    pub fn is_valid(&self) -> bool {
        let fates = [self.rate_limited, self.server_error, self.hang, self.malformed_json, self.truncated, self.reset];
        let sum: f64 = fates.iter().sum();
        fates.iter().chain([&self.retry_after_share]).all(|share| (0.0..=1.0).contains(share)) && sum <= 1.0 + 1e-9
    }
}

enum Fate {
    RateLimited,
    ServerError,
    Failure(Failure),
}

#[cfg(test)]
mod tests {
    use super::*;

    const WILD: Chaos = Chaos {
        rate_limited: 0.3,
        retry_after_share: 0.5,
        retry_after: RetryAfter::Seconds(2),
        server_error: 0.09,
        hang: 0.02,
        malformed_json: 0.03,
        truncated: 0.04,
        reset: 0.01,
        seed: 7,
    };

    fn share(of: impl Fn(&Option<Failure>) -> bool) -> f64 {
        let hits = (0..20_000).filter(|&request| of(&WILD.draw(request))).count();
        f64::from(u32::try_from(hits).unwrap()) / 20_000.0
    }

    #[test]
    fn each_failure_is_as_frequent_as_it_was_set() {
        for (wanted, got) in [
            (0.15, share(|fate| *fate == Some(Failure::RateLimited(None)))),
            (0.15, share(|fate| *fate == Some(Failure::RateLimited(Some(RetryAfter::Seconds(2)))))),
            (0.03, share(|fate| *fate == Some(Failure::status(500)))),
            (0.03, share(|fate| *fate == Some(Failure::status(502)))),
            (0.03, share(|fate| *fate == Some(Failure::status(503)))),
            (0.02, share(|fate| *fate == Some(Failure::Hang))),
            (0.03, share(|fate| *fate == Some(Failure::MalformedJson))),
            (0.04, share(|fate| *fate == Some(Failure::Truncated))),
            (0.01, share(|fate| *fate == Some(Failure::Reset))),
            (0.51, share(Option::is_none)),
        ] {
            // Four standard deviations of a share of 20,000 draws.
            let tolerance = 4.0 * (wanted * (1.0_f64 - wanted) / 20_000.0).sqrt();
            assert!((wanted - got).abs() < tolerance, "{wanted} was set, {got} came");
        }
    }

    #[test]
    fn a_seed_fixes_the_fate_of_each_request_and_another_seed_changes_it() {
        let fates = |seed| (0..200).map(|request| Chaos { seed, ..WILD }.draw(request)).collect::<Vec<_>>();
        assert_eq!(fates(1), fates(1));
        assert_ne!(fates(1), fates(2));
    }

    #[test]
    fn without_probabilities_nothing_fails() {
        assert!((0..1000).all(|request| Chaos::default().draw(request).is_none()));
    }

    #[test]
    fn probabilities_beyond_one_are_not_valid() {
        assert!(WILD.is_valid());
        assert!(!Chaos { rate_limited: 0.6, reset: 0.5, ..Chaos::default() }.is_valid());
        assert!(!Chaos { hang: -0.1, ..Chaos::default() }.is_valid());
        assert!(!Chaos { retry_after_share: 1.5, ..Chaos::default() }.is_valid());
    }

    #[test]
    fn retry_after_is_a_number_or_a_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_770);
        assert_eq!(RetryAfter::Seconds(7).value(now), "7");
        assert_eq!(RetryAfter::DateIn(7).value(now), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}
