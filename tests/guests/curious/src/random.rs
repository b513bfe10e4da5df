//! Randomness.

use crate::wasi::random::{insecure, insecure_seed, random};
use crate::{Scored, text};

pub(crate) fn random_bytes(_: &str) -> Scored {
    text(format!(
        "{:?} {} {:?} {:?}",
        random::get_random_bytes(8),
        random::get_random_u64(),
        insecure::get_insecure_random_bytes(8),
        insecure_seed::insecure_seed()
    ))
}

/// Makes the host generate as many bytes as it will.
pub(crate) fn random_flood(_: &str) -> Scored {
    text(random::get_random_bytes(u64::MAX).len().to_string())
}
