use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// Requests and tokens per minute, spread evenly (the generic cell rate algorithm), with a second's worth at once.
#[derive(Debug, Default)]
pub(crate) struct RateLimits {
    requests: Option<DefaultDirectRateLimiter>,
    tokens: Option<Tokens>,
}

#[derive(Debug)]
struct Tokens {
    limiter: DefaultDirectRateLimiter,
    burst: NonZeroU32,
}

impl RateLimits {
    pub(crate) fn new(requests_per_minute: Option<NonZeroU32>, tokens_per_minute: Option<NonZeroU32>) -> Self {
        let requests = requests_per_minute.map(|rate| {
            let burst = NonZeroU32::new(rate.get() / 60).unwrap_or(NonZeroU32::MIN);
            RateLimiter::direct(Quota::per_minute(rate).allow_burst(burst))
        });
        // A request's tokens have to fit into what is allowed at once, so that is the minute's whole.
        let tokens =
            tokens_per_minute.map(|rate| Tokens { limiter: RateLimiter::direct(Quota::per_minute(rate)), burst: rate });
        Self { requests, tokens }
    }

    /// Waits until one more request of about so many tokens may be sent.
    pub(crate) async fn wait(&self, tokens: u64) {
        if let Some(limit) = &self.tokens
            && let Some(tokens) = NonZeroU32::new(u32::try_from(tokens).unwrap_or(u32::MAX))
        {
            // Only fails for more than the limit allows at once.
            let _ = limit.limiter.until_n_ready(tokens.min(limit.burst)).await;
        }
        if let Some(requests) = &self.requests {
            requests.until_ready().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    async fn is_at_once(limits: &RateLimits, tokens: u64) -> bool {
        tokio::time::timeout(Duration::from_millis(1), limits.wait(tokens)).await.is_ok()
    }

    #[tokio::test]
    async fn without_limits_nothing_waits() {
        assert!(is_at_once(&RateLimits::default(), u64::MAX).await);
    }

    #[tokio::test]
    async fn requests_beyond_the_rate_wait() {
        let limits = RateLimits::new(NonZeroU32::new(60), None);
        assert!(is_at_once(&limits, 0).await);
        assert!(!is_at_once(&limits, 0).await);
    }

    #[tokio::test]
    async fn tokens_beyond_the_rate_wait_and_a_request_larger_than_the_rate_is_let_through() {
        let limits = RateLimits::new(None, NonZeroU32::new(1_000));
        assert!(is_at_once(&limits, 400).await);
        assert!(is_at_once(&limits, 600).await);
        assert!(!is_at_once(&limits, 100).await);
        assert!(is_at_once(&RateLimits::new(None, NonZeroU32::new(1_000)), 5_000).await);
    }
}
