use std::time::{Duration, Instant};

use scorebox_stats::median;
use serde::Serialize;

/// A figure is the median of so many rounds.
pub(super) const ROUNDS: usize = 5;

/// How often something was done in a second: the median of the rounds, and the slowest and the fastest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Rate {
    pub(super) per_second: f64,
    pub(super) slowest: f64,
    pub(super) fastest: f64,
}

/// Does something again and again: first for a fifth of the time to warm up, then in rounds. `once` answers how many it
/// did; its first error ends it.
pub(super) async fn rate(time: Duration, mut once: impl AsyncFnMut() -> Result<usize, String>) -> Result<Rate, String> {
    let round_time = time / u32::try_from(ROUNDS).unwrap_or(u32::MAX);
    round(round_time, &mut once).await?;
    let mut rates = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        rates.push(round(round_time, &mut once).await?);
    }
    let per_second = median(&mut rates).map_err(|problem| problem.to_string())?;
    let slowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
    let fastest = rates.iter().copied().fold(0.0, f64::max);
    Ok(Rate { per_second, slowest, fastest })
}

/// One round: it ends with the first call that goes beyond the time.
async fn round(time: Duration, once: &mut impl AsyncFnMut() -> Result<usize, String>) -> Result<f64, String> {
    let began = Instant::now();
    let mut done = 0;
    while done == 0 || began.elapsed() < time {
        done += once().await?.max(1);
    }
    #[expect(clippy::cast_precision_loss, reason = "no round has so many calls")]
    let rate = done as f64 / began.elapsed().as_secs_f64().max(f64::MIN_POSITIVE);
    Ok(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn rounds_count_what_was_done_and_end_with_an_error() {
        let measured = rate(Duration::from_millis(5), async || Ok(10)).await.unwrap();
        assert!(measured.slowest > 0.0 && measured.slowest <= measured.per_second, "{measured:?}");
        assert!(measured.per_second <= measured.fastest, "{measured:?}");
        let mut calls = 0;
        let failed = rate(Duration::from_millis(5), async || {
            calls += 1;
            if calls < 3 { Ok(1) } else { Err("broken".to_owned()) }
        });
        assert_eq!(failed.await, Err("broken".to_owned()));
    }
}
