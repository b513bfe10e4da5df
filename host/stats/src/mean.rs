use crate::distribution::{t_quantile, t_two_sided};
use crate::interval::{Confidence, Interval};
use crate::number::{float, length};
use crate::undefined::{Undefined, finite};

/// Mean and variance of numbers, in one pass and constant memory (Welford 1962).
///
/// A number that is not finite makes everything undefined from there on.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    n: u64,
    mean: f64,
    /// The sum of squared differences from the mean.
    squares: f64,
}

impl Moments {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a number.
    pub fn add(&mut self, number: f64) {
        self.n += 1;
        let difference = number - self.mean;
        self.mean += difference / float(self.n);
        self.squares += difference * (number - self.mean);
    }

    /// Adds what another has seen (Chan, Golub and LeVeque 1979).
    pub fn merge(&mut self, other: &Self) {
        if other.n == 0 {
            return;
        }
        let n = self.n + other.n;
        let difference = other.mean - self.mean;
        let weight = float(other.n) / float(n);
        self.squares += other.squares + difference * difference * float(self.n) * weight;
        self.mean += difference * weight;
        self.n = n;
    }

    /// How many numbers there were.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The mean, from one number on.
    pub fn mean(&self) -> Result<f64, Undefined> {
        if self.n == 0 { Err(Undefined::TooFew { needed: 1, found: 0 }) } else { finite(self.mean) }
    }

    /// The variance of the sample, divided by n − 1, from two numbers on.
    pub fn variance(&self) -> Result<f64, Undefined> {
        if self.n < 2 {
            return Err(Undefined::TooFew { needed: 2, found: self.n });
        }
        finite(self.squares / (float(self.n) - 1.0))
    }

    /// The mean with its t interval (Student 1908), from two numbers on that are not all equal.
    ///
    /// The numbers must be independent; [`crate::Clusters`] is for those that are not. Exact for normal numbers, and
    /// for others the closer the more there are. Checked against `SciPy`.
    pub fn estimate(&self, confidence: Confidence) -> Result<MeanEstimate, Undefined> {
        let variance = self.variance()?;
        if variance == 0.0 {
            return Err(Undefined::NoVariance);
        }
        Ok(MeanEstimate::new(self.mean()?, (variance / float(self.n)).sqrt(), self.n - 1, confidence))
    }
}

impl Extend<f64> for Moments {
    fn extend<I: IntoIterator<Item = f64>>(&mut self, numbers: I) {
        numbers.into_iter().for_each(|number| self.add(number));
    }
}

impl FromIterator<f64> for Moments {
    fn from_iter<I: IntoIterator<Item = f64>>(numbers: I) -> Self {
        let mut moments = Self::new();
        moments.extend(numbers);
        moments
    }
}

/// The mean of numbers, from one on; in a fifth of the time that [`Moments`] take.
pub fn mean(numbers: &[f64]) -> Result<f64, Undefined> {
    if numbers.is_empty() {
        return Err(Undefined::TooFew { needed: 1, found: 0 });
    }
    finite(numbers.iter().sum::<f64>() / length(numbers.len()))
}

/// A mean, and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanEstimate {
    /// The mean.
    pub mean: f64,
    /// Its standard error, above 0.
    pub standard_error: f64,
    /// The degrees of freedom of the t distribution behind the interval.
    pub degrees_of_freedom: u64,
    /// The interval around it.
    pub interval: Interval,
}

impl MeanEstimate {
    pub(crate) fn new(mean: f64, standard_error: f64, degrees_of_freedom: u64, confidence: Confidence) -> Self {
        let reach = standard_error * t_quantile(confidence.tail(), float(degrees_of_freedom));
        Self { mean, standard_error, degrees_of_freedom, interval: Interval::around(mean, reach) }
    }

    /// How many standard errors the mean is away from a value.
    #[must_use]
    pub fn t(&self, value: f64) -> f64 {
        (self.mean - value) / self.standard_error
    }

    /// How likely a mean at least this far away from a value would be, were it the true one; two-sided.
    #[must_use]
    pub fn p(&self, value: f64) -> f64 {
        t_two_sided(self.t(value), float(self.degrees_of_freedom))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(numbers: &[f64]) -> Moments {
        numbers.iter().copied().collect()
    }

    #[test]
    fn too_few_numbers_have_no_estimate() {
        let confidence = Confidence::default();
        assert_eq!(of(&[]).mean(), Err(Undefined::TooFew { needed: 1, found: 0 }));
        assert_eq!(of(&[3.0]).mean(), Ok(3.0));
        assert_eq!(of(&[3.0]).estimate(confidence), Err(Undefined::TooFew { needed: 2, found: 1 }));
        assert_eq!(of(&[0.1; 7]).estimate(confidence), Err(Undefined::NoVariance));
    }

    #[test]
    fn what_is_not_finite_leaves_nothing_defined() {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let moments = of(&[1.0, number, 2.0]);
            assert_eq!(moments.mean(), Err(Undefined::NotFinite));
            assert_eq!(moments.estimate(Confidence::default()), Err(Undefined::NotFinite));
        }
        assert_eq!(of(&[f64::MAX, -f64::MAX]).variance(), Err(Undefined::NotFinite));
    }

    #[test]
    fn a_mean_differs_from_itself_by_chance_alone() {
        let estimate = of(&[1.0, 2.0, 4.0]).estimate(Confidence::default()).unwrap();
        assert_eq!(estimate.p(estimate.mean), 1.0);
        // scipy.stats.ttest_1samp([1, 2, 4], 0)
        assert!((estimate.t(0.0) - 2.645_751_311_064_591).abs() < 1e-12);
        assert!((estimate.p(0.0) - 0.118_082_896_311_803_08).abs() < 1e-12, "{}", estimate.p(0.0));
    }

    proptest! {
        #[test]
        fn parts_make_up_the_whole(numbers in proptest::collection::vec(-1e3..1e3, 2..100), cut in 0.0..1.0) {
            let (first, second) = numbers.split_at(crate::number::position(cut * crate::number::length(numbers.len())));
            let mut parts = of(first);
            parts.merge(&of(second));
            let whole = of(&numbers);
            prop_assert_eq!(parts.n(), whole.n());
            prop_assert!((parts.mean().unwrap() - whole.mean().unwrap()).abs() < 1e-9);
            let (one, other) = (parts.variance().unwrap(), whole.variance().unwrap());
            prop_assert!((one - other).abs() <= 1e-9 * other.max(1.0));
        }

        #[test]
        fn the_interval_moves_and_stretches_with_the_numbers(
            numbers in proptest::collection::vec(-1e3..1e3, 2..50),
            shift in -1e3_f64..1e3,
            scale in 0.1_f64..10.0,
        ) {
            let confidence = Confidence::default();
            prop_assume!(of(&numbers).variance().unwrap() > 1e-6);
            let plain = of(&numbers).estimate(confidence).unwrap().interval;
            let moved: Moments = numbers.iter().map(|number| number * scale + shift).collect();
            let moved = moved.estimate(confidence).unwrap().interval;
            let tolerance = 1e-7 * (1.0 + moved.low.abs() + moved.high.abs());
            prop_assert!((moved.low - (plain.low * scale + shift)).abs() < tolerance);
            prop_assert!((moved.high - (plain.high * scale + shift)).abs() < tolerance);
        }
    }
}
