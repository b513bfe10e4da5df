use crate::interval::Confidence;
use crate::mean::{MeanEstimate, Moments};
use crate::undefined::{Undefined, paired};

/// A paired t test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedT {
    /// The mean of the differences, second less first, with its interval.
    pub difference: MeanEstimate,
    /// How many standard errors it is away from 0.
    pub t: f64,
    /// How likely a difference at least as great would be if there were none; two-sided.
    pub p: f64,
}

/// The paired t test (Student 1908) of two samples, with the interval of their mean difference, second less first.
///
/// Needs two pairs whose differences are not all equal; the pairs must be independent. For pairs in clusters, give the
/// differences to [`crate::Clusters`] instead. Checked against `SciPy` (`ttest_rel`).
pub fn paired_t(first: &[f64], second: &[f64], confidence: Confidence) -> Result<PairedT, Undefined> {
    let moments: Moments = differences(first, second)?.into_iter().collect();
    let difference = moments.estimate(confidence)?;
    Ok(PairedT { difference, t: difference.t(0.0), p: difference.p(0.0) })
}

/// The differences of two samples pair by pair, second less first.
pub fn differences(first: &[f64], second: &[f64]) -> Result<Vec<f64>, Undefined> {
    paired(first, second)?;
    Ok(first.iter().zip(second).map(|(first, second)| second - first).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn pairs_are_needed() {
        let confidence = Confidence::default();
        assert_eq!(paired_t(&[1.0], &[2.0], confidence), Err(Undefined::TooFew { needed: 2, found: 1 }));
        assert_eq!(paired_t(&[1.0, 2.0], &[2.0], confidence), Err(Undefined::Lengths { first: 2, second: 1 }));
        assert_eq!(paired_t(&[1.0, 2.0], &[2.0, 3.0], confidence), Err(Undefined::NoVariance));
        assert_eq!(paired_t(&[1.0, 2.0], &[2.0, f64::NAN], confidence), Err(Undefined::NotFinite));
    }

    proptest! {
        #[test]
        fn sides_can_be_swapped(pairs in proptest::collection::vec((-1e3..1e3, -1e3..1e3), 2..100)) {
            let (first, second): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            let there = paired_t(&first, &second, Confidence::default()).unwrap();
            let back = paired_t(&second, &first, Confidence::default()).unwrap();
            prop_assert!((there.t + back.t).abs() <= 1e-9 * there.t.abs());
            prop_assert!((there.p - back.p).abs() < 1e-9);
            let contains = there.difference.interval.contains(0.0);
            prop_assert_eq!(contains, there.p >= 0.05 - 1e-9, "{:?}", there);
        }
    }
}
