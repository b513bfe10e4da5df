//! Conversions between counts and floats, in one place.

/// A count as a float.
#[expect(clippy::cast_precision_loss, reason = "counts and nanoseconds of a run stay below 2^53")]
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

/// A float that is not negative, rounded to a count.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
pub(crate) fn whole(number: f64) -> u64 {
    number.round() as u64
}

/// The share of a part; none of nothing.
pub(crate) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| float(part) / float(whole))
}
