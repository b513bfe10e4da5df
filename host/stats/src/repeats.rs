//! How often a repeated example passes: at least once, or every time.

use serde::{Deserialize, Serialize};

use crate::interval::{Confidence, Interval};
use crate::mean::Moments;
use crate::number::{count, float};
use crate::proportion::wilson;
use crate::undefined::Undefined;

/// The probability that at least one of `k` attempts passes, of which `passed` out of `attempts` did: unbiased
/// (Chen et al. 2021, "Evaluating Large Language Models Trained on Code"), 1 − C(attempts − passed, k) / C(attempts, k).
///
/// Needs 1 ≤ k ≤ attempts.
pub fn pass_at_k(attempts: u64, passed: u64, k: u64) -> Result<f64, Undefined> {
    check(attempts, passed, k)?;
    Ok(1.0 - all_from(attempts - passed, attempts, k))
}

/// The probability that all of `k` attempts pass, of which `passed` out of `attempts` did: unbiased (Yao et al. 2024,
/// "τ-bench"), C(passed, k) / C(attempts, k).
///
/// Needs 1 ≤ k ≤ attempts.
pub fn pass_pow_k(attempts: u64, passed: u64, k: u64) -> Result<f64, Undefined> {
    check(attempts, passed, k)?;
    Ok(all_from(passed, attempts, k))
}

fn check(attempts: u64, passed: u64, k: u64) -> Result<(), Undefined> {
    if passed > attempts {
        let found = float(passed);
        return Err(Undefined::OutOfRange {
            what: "the number that passed",
            found,
            expected: "that of attempts at most",
        });
    }
    if k == 0 {
        return Err(Undefined::OutOfRange { what: "k", found: 0.0, expected: "1 or more" });
    }
    if k > attempts {
        return Err(Undefined::TooFew { needed: k, found: attempts });
    }
    Ok(())
}

/// The probability that all of `k` draws without replacement are among the `marked` ones of `total`.
fn all_from(marked: u64, total: u64, k: u64) -> f64 {
    if marked < k {
        return 0.0;
    }
    (0..k).map(|drawn| float(marked - drawn) / float(total - drawn)).product()
}

/// pass@k and pass^k of a run, for every k up to the number of repeats: means over examples, each example counting once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PassRates {
    by_k: Vec<(Rate, Rate)>,
}

/// What [`PassRates`] come to for one k.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PassRate {
    /// How many attempts are considered at a time.
    pub k: u64,
    /// The examples with so many attempts, which the rates stand on.
    pub examples: u64,
    /// pass@k: the rate of examples that pass at least once in k attempts.
    pub pass_at_k: f64,
    /// Where it lies; none with a single example, or where all are as likely to pass, short of never and always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_at_k_interval: Option<Interval>,
    /// pass^k: the rate of examples that pass all of k attempts.
    pub pass_pow_k: f64,
    /// Where it lies; none with a single example, or where all are as likely to pass, short of never and always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pass_pow_k_interval: Option<Interval>,
}

impl PassRates {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an example by its attempts and how many of them passed; those beyond the attempts do not count. It counts for
    /// every k up to the number of its attempts. Takes memory for the most attempts of any example.
    pub fn add(&mut self, attempts: u64, passed: u64) {
        let (passed, failed) = (passed.min(attempts), attempts.saturating_sub(passed));
        // The chances that all draws so far passed, and that all failed.
        let (mut all_pass, mut all_fail) = (1.0, 1.0);
        while count(self.by_k.len()) < attempts {
            self.by_k.push(Default::default());
        }
        for (drawn, (at_k, pow_k)) in (0..attempts).zip(&mut self.by_k) {
            let left = float(attempts - drawn);
            all_pass *= float(passed.saturating_sub(drawn)) / left;
            all_fail *= float(failed.saturating_sub(drawn)) / left;
            at_k.add(1.0 - all_fail);
            pow_k.add(all_pass);
        }
    }

    /// The rates for each k for which there is any example, from 1 on.
    #[must_use]
    pub fn rates(&self, confidence: Confidence) -> Vec<PassRate> {
        let rates = (1..).zip(&self.by_k).filter_map(|(k, (at_k, pow_k))| {
            Some(PassRate {
                k,
                examples: at_k.moments.n(),
                pass_at_k: at_k.moments.mean().ok()?,
                pass_at_k_interval: at_k.interval(confidence).ok(),
                pass_pow_k: pow_k.moments.mean().ok()?,
                pass_pow_k_interval: pow_k.interval(confidence).ok(),
            })
        });
        rates.collect()
    }
}

/// A mean over examples of numbers between 0 and 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Rate {
    moments: Moments,
    certain: u64,
    impossible: u64,
}

impl Rate {
    fn add(&mut self, probability: f64) {
        self.moments.add(probability);
        self.certain += u64::from(probability >= 1.0);
        self.impossible += u64::from(probability <= 0.0);
    }

    /// Wilson's where every example passes or fails for certain, as with k attempts of k; else that of t.
    fn interval(&self, confidence: Confidence) -> Result<Interval, Undefined> {
        let n = self.moments.n();
        if n < 2 {
            return Err(Undefined::TooFew { needed: 2, found: n });
        }
        if self.certain + self.impossible == n {
            return wilson(self.certain, n, confidence);
        }
        Ok(self.moments.estimate(confidence)?.interval.within(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn impossible_questions_are_refused() {
        assert_eq!(pass_at_k(2, 1, 3), Err(Undefined::TooFew { needed: 3, found: 2 }));
        assert!(matches!(pass_at_k(2, 1, 0), Err(Undefined::OutOfRange { .. })));
        assert!(matches!(pass_pow_k(2, 3, 1), Err(Undefined::OutOfRange { .. })));
    }

    #[test]
    fn every_example_counts_once() {
        let mut rates = PassRates::new();
        for (attempts, passed) in [(3, 3), (3, 0), (3, 1), (2, 2)] {
            rates.add(attempts, passed);
        }
        let rates = rates.rates(Confidence::default());
        assert_eq!(rates.iter().map(|rate| (rate.k, rate.examples)).collect::<Vec<_>>(), [(1, 4), (2, 4), (3, 3)]);
        let close = |actual: f64, expected: f64| assert!((actual - expected).abs() < 1e-12, "{actual} {expected}");
        close(rates[0].pass_at_k, (1.0 + 0.0 + 1.0 / 3.0 + 1.0) / 4.0);
        close(rates[1].pass_at_k, (1.0 + 0.0 + 2.0 / 3.0 + 1.0) / 4.0);
        close(rates[1].pass_pow_k, (1.0 + 0.0 + 0.0 + 1.0) / 4.0);
        close(rates[2].pass_at_k, 2.0 / 3.0);
        assert_eq!(rates[2].pass_at_k_interval, wilson(2, 3, Confidence::default()).ok());
        assert!(rates[1].pass_at_k_interval.unwrap().contains(rates[1].pass_at_k));
    }

    #[test]
    fn rates_without_examples_are_left_out() {
        let mut rates = PassRates::new();
        rates.add(0, 0);
        assert_eq!(rates.rates(Confidence::default()), []);
        rates.add(1, 1);
        let rates = rates.rates(Confidence::default());
        assert_eq!((rates.len(), rates[0].pass_at_k, rates[0].pass_at_k_interval), (1, 1.0, None));
    }

    proptest! {
        #[test]
        fn step_by_step_is_the_closed_form(attempts in 1_u64..50, share in 0.0..=1.0) {
            let passed = crate::number::whole(float(attempts) * share);
            let mut rates = PassRates::new();
            rates.add(attempts, passed);
            for rate in rates.rates(Confidence::default()) {
                prop_assert!((rate.pass_at_k - pass_at_k(attempts, passed, rate.k).unwrap()).abs() < 1e-12);
                prop_assert!((rate.pass_pow_k - pass_pow_k(attempts, passed, rate.k).unwrap()).abs() < 1e-12);
            }
        }

        #[test]
        fn more_attempts_help_one_and_hurt_the_other(attempts in 2_u64..50, share in 0.0..=1.0) {
            let passed = crate::number::whole(float(attempts) * share);
            for k in 1..attempts {
                let at = |k| pass_at_k(attempts, passed, k).unwrap();
                let pow = |k| pass_pow_k(attempts, passed, k).unwrap();
                prop_assert!(at(k) <= at(k + 1) + 1e-12 && pow(k + 1) <= pow(k) + 1e-12);
                prop_assert!(pow(k) <= at(k) + 1e-12);
                prop_assert!((at(k) - (1.0 - pass_pow_k(attempts, attempts - passed, k).unwrap())).abs() < 1e-12);
            }
        }
    }
}
