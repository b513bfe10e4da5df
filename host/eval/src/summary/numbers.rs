use scorebox_core::Aggregation;
use scorebox_stats::Moments;

use super::quantiles::Quantiles;

/// The aggregates of finite numbers.
#[derive(Default)]
pub(super) struct Numbers {
    n: u64,
    sum: CompensatedSum,
    moments: Moments,
    min: f64,
    max: f64,
    quantiles: Quantiles,
}

impl Numbers {
    pub(super) fn add(&mut self, number: f64) {
        self.min = if self.n == 0 { number } else { self.min.min(number) };
        self.max = if self.n == 0 { number } else { self.max.max(number) };
        self.n += 1;
        self.sum.add(number);
        self.moments.add(number);
        self.quantiles.add(number);
    }

    pub(super) fn moments(&self) -> &Moments {
        &self.moments
    }

    /// The percentile for a fraction between 0 and 1; none without numbers.
    pub(super) fn quantile(&self, fraction: f64) -> Option<f64> {
        self.quantiles.at(fraction)
    }

    pub(super) fn percentiles_are_exact(&self) -> bool {
        self.quantiles.is_exact()
    }

    /// The aggregate; none when there are too few numbers for it, or when it is beyond the range of a float.
    #[expect(clippy::cast_precision_loss, reason = "counts stay below 2^53")]
    pub(super) fn aggregate(&self, aggregation: Aggregation) -> Option<f64> {
        if self.n == 0 {
            return None;
        }
        let aggregate = match aggregation {
            Aggregation::Mean => self.sum.total() / self.n as f64,
            Aggregation::Min => self.min,
            Aggregation::Max => self.max,
            Aggregation::Median => self.quantiles.at(0.5)?,
            Aggregation::P90 => self.quantiles.at(0.9)?,
            Aggregation::Variance => self.moments.variance().ok()?,
        };
        aggregate.is_finite().then_some(aggregate)
    }
}

/// A sum that keeps what rounding would lose (Neumaier 1974); sums of integers and booleans come out exact.
#[derive(Default)]
struct CompensatedSum {
    sum: f64,
    lost: f64,
}

impl CompensatedSum {
    fn add(&mut self, number: f64) {
        let sum = self.sum + number;
        self.lost += if self.sum.abs() >= number.abs() { (self.sum - sum) + number } else { (number - sum) + self.sum };
        self.sum = sum;
    }

    fn total(&self) -> f64 {
        self.sum + self.lost
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[f64]) -> Numbers {
        let mut all = Numbers::default();
        numbers.iter().for_each(|number| all.add(*number));
        all
    }

    fn close(actual: Option<f64>, expected: f64) {
        let actual = actual.unwrap();
        assert!((actual - expected).abs() <= expected.abs() * 1e-14, "{actual} is not {expected}");
    }

    #[test]
    fn aggregates_are_those_of_numpy() {
        // x = [0.1, 0.2, 0.3, 1e9, -4.5]; numpy.mean(x), numpy.var(x, ddof=1)
        let numbers = of(&[0.1, 0.2, 0.3, 1e9, -4.5]);
        close(numbers.aggregate(Aggregation::Mean), 199_999_999.22);
        close(numbers.aggregate(Aggregation::Variance), 2.000_000_003_9e17);
        close(numbers.aggregate(Aggregation::Min), -4.5);
        close(numbers.aggregate(Aggregation::Max), 1e9);
    }

    #[test]
    fn the_rate_of_booleans_is_exact() {
        let numbers = of(&[1.0, 0.0, 1.0]);
        assert_eq!(numbers.aggregate(Aggregation::Mean).map(f64::to_bits), Some((2.0_f64 / 3.0).to_bits()));
    }

    #[test]
    fn what_cannot_be_said_is_left_out() {
        assert_eq!(of(&[]).aggregate(Aggregation::Mean), None);
        assert_eq!(of(&[1.0]).aggregate(Aggregation::Variance), None);
        assert_eq!(of(&[f64::MAX, f64::MAX]).aggregate(Aggregation::Mean), None);
    }
}
