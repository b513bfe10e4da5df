//! Time.

use crate::wasi::clocks::{monotonic_clock, wall_clock};
use crate::{Scored, text};

pub(crate) fn clocks(_: &str) -> Scored {
    let (first, second) = (wall_clock::now(), wall_clock::now());
    let (start, end) = (monotonic_clock::now(), monotonic_clock::now());
    text(format!(
        "{}.{:09} {}.{:09} {start} {end}",
        first.seconds, first.nanoseconds, second.seconds, second.nanoseconds
    ))
}

/// Sleeps in the host, where no instruction of the guest runs.
pub(crate) fn wait_forever(_: &str) -> Scored {
    monotonic_clock::subscribe_duration(u64::MAX / 4).block();
    text("it is over")
}
