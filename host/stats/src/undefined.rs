/// Why a statistic has no value.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Undefined {
    /// There is too little to compute it from.
    #[error("too few values: there are {found}, and this needs {needed}; collect more")]
    TooFew {
        /// How many it takes.
        needed: u64,
        /// How many there are.
        found: u64,
    },
    /// Nothing varies, so nothing can be said about how much it would.
    #[error("no variance: all values agree, so that nothing is known of how they vary; collect more")]
    NoVariance,
    /// A value is NaN or infinite, or a sum is beyond the range of a float.
    #[error("not finite: a value is NaN or infinite, or the values add up to more than a float holds; leave it out")]
    NotFinite,
    /// Two samples do not pair up.
    #[error("unequal lengths: {first} values cannot be paired with {second}; give one for each")]
    Lengths {
        /// Values of the first sample.
        first: usize,
        /// Values of the second sample.
        second: usize,
    },
    /// An argument for which the statistic has no meaning.
    #[error("{what} is {found}, which has no meaning here; it must be {expected}")]
    OutOfRange {
        /// The argument.
        what: &'static str,
        /// What it was.
        found: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// It would take too long.
    #[error("too many different values: there are {found}, and this takes at most {limit}; round them")]
    TooMany {
        /// How many there may be.
        limit: usize,
        /// How many there are.
        found: usize,
    },
}

/// Lets only finite numbers through.
pub(crate) fn finite(number: f64) -> Result<f64, Undefined> {
    if number.is_finite() { Ok(number) } else { Err(Undefined::NotFinite) }
}

/// Lets only samples of finite numbers through.
pub(crate) fn all_finite(numbers: &[f64]) -> Result<(), Undefined> {
    if numbers.iter().all(|number| number.is_finite()) { Ok(()) } else { Err(Undefined::NotFinite) }
}

/// Lets only samples of finite numbers through that pair up.
pub(crate) fn paired(first: &[f64], second: &[f64]) -> Result<(), Undefined> {
    if first.len() != second.len() {
        return Err(Undefined::Lengths { first: first.len(), second: second.len() });
    }
    all_finite(first)?;
    all_finite(second)
}
