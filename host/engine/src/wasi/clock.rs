use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

/// A clock that moves by one microsecond each time it is read. Guests can measure that time passes, and cannot learn
/// what time it is.
#[derive(Debug, Default)]
pub(super) struct VirtualClock {
    reads: AtomicU64,
}

impl VirtualClock {
    /// 2020-01-01T00:00:00Z
    const START: Duration = Duration::from_secs(1_577_836_800);
    const STEP: Duration = Duration::from_micros(1);

    fn since_start(&self) -> Duration {
        Duration::from_micros(self.reads.fetch_add(1, Ordering::Relaxed))
    }
}

impl HostWallClock for VirtualClock {
    fn resolution(&self) -> Duration {
        Self::STEP
    }

    fn now(&self) -> Duration {
        Self::START + self.since_start()
    }
}

impl HostMonotonicClock for VirtualClock {
    fn resolution(&self) -> u64 {
        nanos(Self::STEP)
    }

    fn now(&self) -> u64 {
        nanos(self.since_start())
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}
