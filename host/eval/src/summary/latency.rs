use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::quantiles::Quantiles;
use crate::results::nanoseconds;

/// How long calls took, in nanoseconds. The percentiles are exact up to 4,096 distinct times, and within 0.1 % beyond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// The median.
    pub p50_ns: u64,
    /// The 90th percentile.
    pub p90_ns: u64,
    /// The 99th percentile.
    pub p99_ns: u64,
    /// The longest call, exactly.
    pub max_ns: u64,
    /// All calls together, exactly.
    pub total_ns: u64,
}

/// Collects how long calls took.
#[derive(Default)]
pub(super) struct LatencyCollector {
    percentiles: Quantiles,
    max_ns: u64,
    total_ns: u64,
}

impl LatencyCollector {
    #[expect(clippy::cast_precision_loss, reason = "a call takes less than 104 days")]
    pub(super) fn add(&mut self, elapsed: Duration) {
        let elapsed_ns = nanoseconds(elapsed);
        self.percentiles.add(elapsed_ns as f64);
        self.max_ns = self.max_ns.max(elapsed_ns);
        self.total_ns = self.total_ns.saturating_add(elapsed_ns);
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a duration came in as 64 bits")]
    pub(super) fn summary(&self) -> Option<Latency> {
        let percentile = |fraction| self.percentiles.at(fraction).map(|value| value.round() as u64);
        Some(Latency {
            p50_ns: percentile(0.5)?.min(self.max_ns),
            p90_ns: percentile(0.9)?.min(self.max_ns),
            p99_ns: percentile(0.99)?.min(self.max_ns),
            max_ns: self.max_ns,
            total_ns: self.total_ns,
        })
    }
}
