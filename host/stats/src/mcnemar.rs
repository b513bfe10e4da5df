use crate::binomial;
use crate::distribution::chi_squared_tail;
use crate::interval::{Confidence, Interval};
use crate::number::float;
use crate::proportion::wilson;
use crate::undefined::Undefined;

/// How often each of two passed on the same examples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PairedCounts {
    /// Both passed.
    pub both: u64,
    /// The first passed, and the second failed.
    pub only_first: u64,
    /// The second passed, and the first failed.
    pub only_second: u64,
    /// Both failed.
    pub neither: u64,
}

/// A χ² test with one degree of freedom.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquared {
    /// The statistic.
    pub statistic: f64,
    /// How likely one at least as great would be if there were no difference.
    pub p: f64,
}

impl PairedCounts {
    /// Counts one example.
    pub fn add(&mut self, first: bool, second: bool) {
        *match (first, second) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.only_first,
            (false, true) => &mut self.only_second,
            (false, false) => &mut self.neither,
        } += 1;
    }

    /// How many examples there were.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.both + self.only_first + self.only_second + self.neither
    }

    /// McNemar's exact test (1947): the two-sided p of as lopsided a split of the examples on which the two differ, were
    /// they as good as each other. 1 where they never differ. Checked against statsmodels.
    #[must_use]
    pub fn exact_p(&self) -> f64 {
        sign_test(self.only_first, self.only_second)
    }

    /// McNemar's χ² test with the continuity correction of Edwards (1948). An approximation from about 25 examples on
    /// which the two differ; the exact test costs next to nothing more. Checked against statsmodels.
    pub fn chi_squared(&self) -> Result<ChiSquared, Undefined> {
        let differing = self.only_first + self.only_second;
        if differing == 0 {
            return Err(Undefined::TooFew { needed: 1, found: 0 });
        }
        let excess = float(self.only_first.abs_diff(self.only_second)) - 1.0;
        let statistic = excess * excess / float(differing);
        Ok(ChiSquared { statistic, p: chi_squared_tail(statistic) })
    }

    /// The rate of the second less that of the first.
    pub fn difference(&self) -> Result<f64, Undefined> {
        if self.n() == 0 {
            return Err(Undefined::TooFew { needed: 1, found: 0 });
        }
        Ok((float(self.only_second) - float(self.only_first)) / float(self.n()))
    }

    /// The interval of [`PairedCounts::difference`]: Newcombe (1998, "Improved confidence intervals for the difference
    /// between binomial proportions based on paired data", method 10), which puts the Wilson intervals of both rates
    /// together. Has a width even where the two never differ. Its coverage is checked by simulation.
    pub fn interval(&self, confidence: Confidence) -> Result<Interval, Undefined> {
        let difference = self.difference()?;
        let n = self.n();
        let rate = |passed: u64| float(passed) / float(n);
        let (first, second) = (self.both + self.only_first, self.both + self.only_second);
        let (around_first, around_second) = (wilson(first, n, confidence)?, wilson(second, n, confidence)?);
        let correlation = self.correlation();
        let reach = |a: f64, b: f64| (a * a - 2.0 * correlation * a * b + b * b).max(0.0).sqrt();
        let down = reach(rate(second) - around_second.low, around_first.high - rate(first));
        let up = reach(around_second.high - rate(second), rate(first) - around_first.low);
        Ok(Interval { low: difference - down, high: difference + up }.within(-1.0, 1.0))
    }

    /// The correlation of the two, with the continuity correction that belongs to the interval.
    fn correlation(&self) -> f64 {
        let [both, first, second, neither] = [self.both, self.only_first, self.only_second, self.neither].map(float);
        let margins = [both + first, second + neither, both + second, first + neither];
        // The product of the roots stays within a float where that of the counts might not.
        let scale: f64 = margins.iter().map(|margin| margin.sqrt()).product();
        if scale == 0.0 {
            return 0.0;
        }
        let excess = both * neither - first * second;
        let corrected = if excess > 0.0 { (excess - float(self.n()) / 2.0).max(0.0) } else { excess };
        corrected / scale
    }
}

/// The sign test: the two-sided p of a split as lopsided of so many differences up and down, were both as likely. Ties are
/// left out. 1 where there are none. Exact for any count; checked against `SciPy` (`binomtest`).
#[must_use]
pub fn sign_test(up: u64, down: u64) -> f64 {
    (2.0 * binomial::tails(up.min(down), up + down, 0.5).at_most).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn without_a_difference_there_is_no_evidence_of_one() {
        let same = PairedCounts { both: 10, neither: 3, ..PairedCounts::default() };
        assert_eq!(same.exact_p(), 1.0);
        assert_eq!(same.chi_squared(), Err(Undefined::TooFew { needed: 1, found: 0 }));
        let interval = same.interval(Confidence::default()).unwrap();
        assert!(interval.low < 0.0 && interval.high > 0.0, "{interval:?}");
        assert_eq!(PairedCounts::default().difference(), Err(Undefined::TooFew { needed: 1, found: 0 }));
    }

    #[test]
    fn many_pairs_are_as_exact() {
        // scipy.stats.binomtest(498000, 1000000).pvalue
        assert!((sign_test(498_000, 502_000) / 6.360_933_750_078_8e-5 - 1.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn sides_can_be_swapped(both in 0_u64..100, first in 0_u64..100, second in 0_u64..100, neither in 0_u64..100) {
            let one = PairedCounts { both, only_first: first, only_second: second, neither };
            prop_assume!(one.n() > 0);
            let other = PairedCounts { only_first: second, only_second: first, ..one };
            prop_assert_eq!(one.exact_p(), other.exact_p());
            prop_assert_eq!(one.chi_squared(), other.chi_squared());
            let (there, back) =
                (one.interval(Confidence::default()).unwrap(), other.interval(Confidence::default()).unwrap());
            prop_assert!((there.low + back.high).abs() < 1e-12 && (there.high + back.low).abs() < 1e-12);
            prop_assert!(there.contains(one.difference().unwrap()));
            prop_assert!((0.0..=1.0).contains(&one.exact_p()));
        }
    }
}
