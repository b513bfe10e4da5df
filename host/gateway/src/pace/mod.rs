//! How fast a provider is asked: as fast as it lets us.

mod adaptive;
mod rate;
mod retry;

pub(crate) use adaptive::{AdaptiveLimit, Place};
pub(crate) use rate::RateLimits;
pub(crate) use retry::{RetryPolicy, retry_after};
