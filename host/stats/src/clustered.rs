use crate::interval::Confidence;
use crate::mean::MeanEstimate;
use crate::number::float;
use crate::undefined::{Undefined, finite};

/// The mean of numbers that come in clusters: those of one cluster may depend on each other, clusters may not.
///
/// The standard error is that of a ratio of sums, robust to any dependence within a cluster: with the residuals
/// e = Σᵢ(xᵢ − mean) of each cluster, √(G/(G−1) Σ e²)/n (Cameron and Miller 2015, the correction for few clusters
/// included; Miller 2024, "Adding Error Bars to Evals", without it). The interval is that of t with G − 1 degrees of
/// freedom, so it needs two clusters, and is good from twenty or so on. Clusters of one number each give the t interval
/// of [`crate::Moments`]. Checked against statsmodels (`cov_type="cluster"`).
///
/// Takes clusters one by one, in constant memory. A number that is not finite makes everything undefined from there on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Clusters {
    clusters: u64,
    n: u64,
    /// The mean of the first cluster. It is taken off every number, so that a large mean does not swallow the residuals.
    origin: f64,
    /// The greatest sum of a cluster, up to which rounding matters.
    greatest: f64,
    size: Mean,
    sum: Mean,
    size_squares: f64,
    sum_squares: f64,
    products: f64,
}

/// A running mean.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Mean(f64);

impl Mean {
    /// Moves the mean to take in the `n`th value, and returns how far that was from it before.
    fn add(&mut self, value: f64, n: f64) -> f64 {
        let difference = value - self.0;
        self.0 += difference / n;
        difference
    }
}

impl Clusters {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a cluster by how many numbers it has and their sum. One without numbers does not count.
    pub fn add(&mut self, size: u64, sum: f64) {
        if size == 0 {
            return;
        }
        if self.clusters == 0 {
            self.origin = sum / float(size);
        }
        self.clusters += 1;
        self.n += size;
        self.greatest = self.greatest.max(sum.abs());
        let (size, count) = (float(size), float(self.clusters));
        let sum = sum - self.origin * size;
        let size_difference = self.size.add(size, count);
        let sum_difference = self.sum.add(sum, count);
        self.size_squares += size_difference * (size - self.size.0);
        self.sum_squares += sum_difference * (sum - self.sum.0);
        self.products += size_difference * (sum - self.sum.0);
    }

    /// How many clusters there were.
    #[must_use]
    pub fn clusters(&self) -> u64 {
        self.clusters
    }

    /// How many numbers there were.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The mean of all numbers, from one on.
    pub fn mean(&self) -> Result<f64, Undefined> {
        if self.clusters == 0 {
            return Err(Undefined::TooFew { needed: 1, found: 0 });
        }
        finite(self.origin + self.sum.0 / self.size.0)
    }

    /// The mean with its interval, from two clusters on whose numbers are not all equal.
    pub fn estimate(&self, confidence: Confidence) -> Result<MeanEstimate, Undefined> {
        if self.clusters < 2 {
            return Err(Undefined::TooFew { needed: 2, found: self.clusters });
        }
        let mean = self.mean()?;
        let count = float(self.clusters);
        let ratio = self.sum.0 / self.size.0;
        // The residuals of all clusters add up to 0, so their squares are those of differences from the means.
        let residuals = self.sum_squares - 2.0 * ratio * self.products + ratio * ratio * self.size_squares;
        let residuals = finite(residuals)?;
        let rounding = 4.0 * f64::EPSILON * self.greatest;
        if residuals <= count * rounding * rounding {
            return Err(Undefined::NoVariance);
        }
        let standard_error = (count / (count - 1.0) * residuals).sqrt() / float(self.n);
        Ok(MeanEstimate::new(mean, standard_error, self.clusters - 1, confidence))
    }
}

impl FromIterator<(u64, f64)> for Clusters {
    fn from_iter<I: IntoIterator<Item = (u64, f64)>>(sizes_and_sums: I) -> Self {
        let mut clusters = Self::new();
        sizes_and_sums.into_iter().for_each(|(size, sum)| clusters.add(size, sum));
        clusters
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Moments;
    use proptest::prelude::*;

    fn estimate(clusters: &[(u64, f64)]) -> Result<MeanEstimate, Undefined> {
        clusters.iter().copied().collect::<Clusters>().estimate(Confidence::default())
    }

    #[test]
    fn a_single_cluster_says_nothing_of_others() {
        assert_eq!(estimate(&[]), Err(Undefined::TooFew { needed: 2, found: 0 }));
        assert_eq!(estimate(&[(5, 3.0), (0, 0.0)]), Err(Undefined::TooFew { needed: 2, found: 1 }));
    }

    #[test]
    fn equal_numbers_have_no_variance_whatever_their_rounding() {
        let third = 0.1 + 0.1 + 0.1;
        assert_eq!(estimate(&[(3, third), (1, 0.1), (2, 0.2), (3, 0.3)]), Err(Undefined::NoVariance));
        assert_eq!(estimate(&[(3, 3.0), (2, 2.0)]), Err(Undefined::NoVariance));
    }

    #[test]
    fn what_is_not_finite_leaves_nothing_defined() {
        for sum in [f64::NAN, f64::INFINITY] {
            assert_eq!(estimate(&[(1, 1.0), (1, sum), (1, 2.0)]), Err(Undefined::NotFinite));
            assert_eq!(estimate(&[(1, sum), (1, 1.0), (1, 2.0)]), Err(Undefined::NotFinite));
        }
    }

    #[test]
    fn standard_errors_are_those_of_statsmodels() {
        // OLS(y, 1).fit(cov_type="cluster"), whose params and bse these are
        let clusters = [
            (1, -0.14),
            (2, -1.38),
            (3, -1.4),
            (4, -9.49),
            (5, 11.57),
            (1, -0.49),
            (2, -3.88),
            (3, 4.37),
            (4, 2.17),
            (5, -1.41),
            (6, 5.51),
            (7, -1.84),
        ];
        let found = estimate(&clusters).unwrap();
        assert!((found.mean - 0.083_488_372_093_023_25).abs() < 1e-12, "{found:?}");
        assert!((found.standard_error - 0.418_895_887_264_102_2).abs() < 1e-12, "{found:?}");
        assert_eq!(found.degrees_of_freedom, 11);
    }

    #[test]
    fn repeating_each_number_adds_no_certainty() {
        let once = estimate(&[(1, 1.0), (1, 2.0), (1, 4.0)]).unwrap();
        let often = estimate(&[(100, 100.0), (100, 200.0), (100, 400.0)]).unwrap();
        assert!((once.standard_error - often.standard_error).abs() < 1e-12);
        assert!((once.interval.low - often.interval.low).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn clusters_of_one_give_the_t_interval(numbers in proptest::collection::vec(-1e3..1e3, 2..100)) {
            let plain = numbers.iter().copied().collect::<Moments>().estimate(Confidence::default()).unwrap();
            let clusters: Vec<_> = numbers.iter().map(|number| (1, *number)).collect();
            let clustered = estimate(&clusters).unwrap();
            prop_assert!((plain.standard_error - clustered.standard_error).abs() < 1e-9);
            prop_assert!((plain.interval.low - clustered.interval.low).abs() < 1e-8);
            prop_assert!((plain.interval.high - clustered.interval.high).abs() < 1e-8);
        }

        #[test]
        fn residuals_are_those_of_the_definition(
            clusters in proptest::collection::vec((1_u64..9, -10.0..10.0), 2..50),
            shift in -1e6..1e6,
        ) {
            let sums: Vec<_> = clusters.iter().map(|(n, mean)| (*n, float(*n) * (mean + shift))).collect();
            let n: f64 = sums.iter().map(|(n, _)| float(*n)).sum();
            let mean = clusters.iter().map(|(n, mean)| float(*n) * mean).sum::<f64>() / n;
            let squares: f64 = clusters.iter().map(|(n, of)| (float(*n) * (of - mean)).powi(2)).sum();
            let groups = crate::number::length(clusters.len());
            let expected = (groups / (groups - 1.0) * squares).sqrt() / n;
            let actual = estimate(&sums).unwrap().standard_error;
            prop_assert!((actual - expected).abs() <= 1e-6 * expected.max(1e-3), "{} {}", actual, expected);
        }
    }
}
