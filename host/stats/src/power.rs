use crate::distribution::t_quantile;
use crate::number::float;
use crate::undefined::{Undefined, finite};

/// How sure a test should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    /// How often a difference may be found where there is none; two-sided. By default 0.05.
    pub alpha: f64,
    /// How often a difference that is there should be found: at least 0.5, by default 0.8.
    pub power: f64,
}

impl Default for Power {
    fn default() -> Self {
        Self { alpha: 0.05, power: 0.8 }
    }
}

impl Power {
    /// How many standard errors a difference must be away from 0.
    fn standard_errors(self, degrees: u64) -> Result<f64, Undefined> {
        if !(self.alpha > 0.0 && self.alpha < 1.0) {
            return Err(Undefined::OutOfRange { what: "alpha", found: self.alpha, expected: "between 0 and 1" });
        }
        if !(self.power >= 0.5 && self.power < 1.0) {
            return Err(Undefined::OutOfRange {
                what: "power",
                found: self.power,
                expected: "0.5 or more, and below 1",
            });
        }
        let degrees = float(degrees);
        Ok(t_quantile(self.alpha / 2.0, degrees) + t_quantile(1.0 - self.power, degrees))
    }
}

/// The smallest mean difference that `n` pairs are likely to show, given the standard deviation of the differences.
///
/// (t of 1 − α/2 + t of the power) × deviation/√n, with n − 1 degrees of freedom: the formula of Miller (2024), "Adding
/// Error Bars to Evals", with t for the normal distribution, so that it holds for few pairs. In units of the values. Needs
/// two pairs; the power is checked by simulation.
pub fn detectable_difference(deviation: f64, n: u64, power: Power) -> Result<f64, Undefined> {
    check_deviation(deviation)?;
    if n < 2 {
        return Err(Undefined::TooFew { needed: 2, found: n });
    }
    finite(power.standard_errors(n - 1)? * deviation / float(n).sqrt())
}

/// How many pairs are likely to show a mean difference, given the standard deviation of the differences: the least for
/// which [`detectable_difference`] is no greater than it.
pub fn values_needed(deviation: f64, difference: f64, power: Power) -> Result<u64, Undefined> {
    check_deviation(deviation)?;
    let difference = finite(difference)?.abs();
    if difference == 0.0 {
        return Err(Undefined::OutOfRange { what: "the difference", found: 0.0, expected: "other than 0" });
    }
    let is_enough = |n| Ok::<_, Undefined>(detectable_difference(deviation, n, power)? <= difference);
    let mut high = 2;
    while !is_enough(high)? {
        if high > MOST_PAIRS {
            return Err(Undefined::OutOfRange { what: "the difference", found: difference, expected: "larger" });
        }
        high *= 2;
    }
    let mut low = high / 2;
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if is_enough(middle)? { high = middle } else { low = middle }
    }
    Ok(high)
}

/// Nobody evaluates more.
const MOST_PAIRS: u64 = 1 << 50;

fn check_deviation(deviation: f64) -> Result<(), Undefined> {
    finite(deviation)?;
    if deviation > 0.0 { Ok(()) } else { Err(Undefined::NoVariance) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;
    use crate::{Confidence, Moments};
    use proptest::prelude::*;

    #[test]
    fn what_has_no_answer_is_undefined() {
        let power = Power::default();
        assert_eq!(detectable_difference(1.0, 1, power), Err(Undefined::TooFew { needed: 2, found: 1 }));
        assert_eq!(detectable_difference(0.0, 9, power), Err(Undefined::NoVariance));
        assert_eq!(detectable_difference(f64::NAN, 9, power), Err(Undefined::NotFinite));
        assert!(values_needed(1.0, 0.0, power).is_err());
        assert!(values_needed(1.0, 1e-300, power).is_err());
        assert!(detectable_difference(1.0, 9, Power { power: 1.0, ..power }).is_err());
        assert!(detectable_difference(1.0, 9, Power { alpha: 0.0, ..power }).is_err());
    }

    #[test]
    fn many_pairs_give_the_textbook_number() {
        // (1.959964 + 0.841621)² = 7.848880 for a difference of one deviation.
        let found = detectable_difference(1.0, 1_000_000, Power::default()).unwrap();
        assert!((found - 7.848_880_f64.sqrt() / 1000.0).abs() < 1e-7, "{found}");
        assert_eq!(values_needed(1.0, 0.01, Power::default()), Ok(78_491));
    }

    #[test]
    fn a_detectable_difference_is_detected_as_often_as_it_says() {
        for (n, seed) in [(8, 1), (30, 2)] {
            let difference = detectable_difference(1.0, n, Power::default()).unwrap();
            let mut random = Random::new(seed);
            let mut found = 0;
            for _ in 0..20_000 {
                let normal = |random: &mut Random| (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
                let sample: Moments = (0..n).map(|_| normal(&mut random) + difference).collect();
                found += u64::from(sample.estimate(Confidence::default()).unwrap().p(0.0) < 0.05);
            }
            let power = float(found) / 20_000.0;
            assert!((power - 0.8).abs() < 0.02, "{n}: {power}");
        }
    }

    proptest! {
        #[test]
        fn one_pair_fewer_is_too_few(deviation in 0.01..10.0, difference in 0.01..10.0) {
            let power = Power::default();
            let needed = values_needed(deviation, difference, power).unwrap();
            prop_assert!(detectable_difference(deviation, needed, power).unwrap() <= difference);
            prop_assert!(needed == 2 || detectable_difference(deviation, needed - 1, power).unwrap() > difference);
        }
    }
}
