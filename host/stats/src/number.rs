//! Conversions between counts and floats, in one place.

/// A count as a float.
#[expect(clippy::cast_precision_loss, reason = "counts stay below 2^53")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// A length as a count.
pub(crate) fn count(length: usize) -> u64 {
    length as u64
}

/// A length as a float.
pub(crate) fn length(length: usize) -> f64 {
    float(count(length))
}

/// The whole part of a float that is not negative, as a position in memory.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "callers stay within a slice")]
pub(crate) fn position(number: f64) -> usize {
    number as usize
}

/// The whole part of a float that is not negative, as a count.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "callers stay below 2^53")]
pub(crate) fn whole(number: f64) -> u64 {
    number as u64
}
