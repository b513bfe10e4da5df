use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use http::HeaderMap;
use http::header::RETRY_AFTER;

/// How often, and after how long, a failed attempt is repeated.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RetryPolicy {
    pub(crate) retries: u32,
}

impl RetryPolicy {
    const FIRST_DELAY: Duration = Duration::from_millis(500);
    const LONGEST_DELAY: Duration = Duration::from_secs(8);

    /// The delays before each repetition: doubling from half a second to eight, each with up to as much again at random, so
    /// that those who failed together do not come back together.
    pub(crate) fn delays(self) -> impl Iterator<Item = Duration> {
        ExponentialBuilder::default()
            .with_min_delay(Self::FIRST_DELAY)
            .with_max_delay(Self::LONGEST_DELAY)
            .with_max_times(usize::try_from(self.retries).unwrap_or(usize::MAX))
            .with_jitter()
            .build()
    }
}

/// How long a provider asks to be left alone: `retry-after-ms` in milliseconds, which OpenAI and Azure send, or
/// `Retry-After` in seconds or as a date (RFC 9110, 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    if let Some(milliseconds) = text("retry-after-ms").and_then(|text| text.parse::<f64>().ok()) {
        return Duration::try_from_secs_f64(milliseconds / 1_000.0).ok();
    }
    let value = text(RETRY_AFTER.as_str())?;
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(name: &'static str, value: &str) -> Option<Duration> {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        retry_after(&HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]), now)
    }

    #[test]
    fn all_forms_of_retry_after_are_understood() {
        assert_eq!(wait("retry-after", "2"), Some(Duration::from_secs(2)));
        assert_eq!(wait("retry-after", "0.5"), Some(Duration::from_millis(500)));
        assert_eq!(wait("retry-after", "Sun, 06 Nov 1994 08:49:47 GMT"), Some(Duration::from_secs(10)));
        assert_eq!(wait("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(wait("retry-after-ms", "250"), Some(Duration::from_millis(250)));
        for odd in ["soon", "-3", "1e300", "NaN"] {
            assert_eq!(wait("retry-after", odd), None, "{odd}");
        }
    }

    #[test]
    fn delays_double_with_jitter_up_to_a_bound() {
        let delays: Vec<_> = RetryPolicy { retries: 10 }.delays().collect();
        assert_eq!(delays.len(), 10);
        assert!((500..=1_000).contains(&delays[0].as_millis()), "{delays:?}");
        assert!((1_000..=2_000).contains(&delays[1].as_millis()), "{delays:?}");
        assert!(delays.iter().all(|delay| *delay <= Duration::from_secs(16)), "{delays:?}");
    }
}
