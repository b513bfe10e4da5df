use rand::SeedableRng as _;
use rand::rand_core::Rng as _;
use rand::rngs::ChaCha8Rng;
use statrs::function::gamma::ln_gamma;

use crate::number::{float, whole};

/// Random draws that come out the same for the same seed on every machine: `ChaCha` with eight rounds, and integer
/// arithmetic of our own, because the ranges of `rand` may change between its versions.
pub(crate) struct Random(ChaCha8Rng);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// 64 fair coins.
    pub(crate) fn coins(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A position below `length`, each as likely as the others to one in 2^64 / `length`.
    #[expect(clippy::cast_possible_truncation, reason = "the position is below a length that is a usize")]
    pub(crate) fn below(&mut self, length: usize) -> usize {
        ((u128::from(self.0.next_u64()) * length as u128) >> 64) as usize
    }

    /// A number from 0 up to, not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        float(self.0.next_u64() >> 11) / float(1 << 53)
    }

    /// How many of `n` fair coins show heads.
    pub(crate) fn heads(&mut self, n: u64) -> u64 {
        let mut heads: u64 = (0..n / 64).map(|_| u64::from(self.coins().count_ones())).sum();
        if !n.is_multiple_of(64) {
            heads += u64::from((self.coins() >> (64 - n % 64)).count_ones());
        }
        heads
    }

    /// How many of `n` independent trials succeed, each with the probability `p`.
    pub(crate) fn binomial(&mut self, n: u64, p: f64) -> u64 {
        if p > 0.5 { n - self.rarer(n, 1.0 - p) } else { self.rarer(n, p) }
    }

    fn rarer(&mut self, n: u64, p: f64) -> u64 {
        if n == 0 || p <= 0.0 {
            0
        } else if float(n) * p < 10.0 {
            self.binomial_by_inversion(n, p)
        } else {
            self.binomial_by_rejection(n, p)
        }
    }

    /// Adds up probabilities from 0 on until they pass a random number.
    fn binomial_by_inversion(&mut self, n: u64, p: f64) -> u64 {
        let odds = p / (1.0 - p);
        let mut left = self.unit();
        let mut probability = (float(n) * (-p).ln_1p()).exp();
        let mut successes = 0;
        while left >= probability && successes < n {
            left -= probability;
            probability *= odds * float(n - successes) / float(successes + 1);
            successes += 1;
        }
        successes
    }

    /// Hörmann (1993), "The generation of binomial random variates", algorithm BTRS: exact, in constant time.
    fn binomial_by_rejection(&mut self, n: u64, p: f64) -> u64 {
        let trials = float(n);
        let deviation = (trials * p * (1.0 - p)).sqrt();
        let b = 1.15 + 2.53 * deviation;
        let a = -0.0873 + 0.0248 * b + 0.01 * p;
        let centre = trials * p + 0.5;
        let inner = 0.92 - 4.2 / b;
        let alpha = (2.83 + 5.1 / b) * deviation;
        let log_odds = (p / (1.0 - p)).ln();
        let mode = ((trials + 1.0) * p).floor();
        let at_mode = ln_gamma(mode + 1.0) + ln_gamma(trials - mode + 1.0);
        loop {
            let u = self.unit() - 0.5;
            let v = self.unit();
            let slack = 0.5 - u.abs();
            let successes = ((2.0 * a / slack + b) * u + centre).floor();
            if slack >= 0.07 && v <= inner {
                return whole(successes);
            }
            if !(0.0..=trials).contains(&successes) {
                continue;
            }
            let height = (v * alpha / (a / (slack * slack) + b)).ln();
            let bound = at_mode - ln_gamma(successes + 1.0) - ln_gamma(trials - successes + 1.0)
                + (successes - mode) * log_odds;
            if height <= bound {
                return whole(successes);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Moments;

    #[test]
    fn a_seed_gives_the_same_draws_for_ever() {
        let mut random = Random::new(7);
        let draws: Vec<_> = (0..6).map(|_| random.below(1000)).collect();
        assert_eq!(draws, [157, 167, 704, 726, 601, 359]);
        assert_eq!(Random::new(7).heads(100), 46);
    }

    #[test]
    fn all_positions_are_as_likely() {
        let mut random = Random::new(1);
        let mut counts = [0_u64; 7];
        (0..70_000).for_each(|_| counts[random.below(7)] += 1);
        let squares: f64 = counts.iter().map(|count| (float(*count) - 1e4).powi(2) / 1e4).sum();
        // 22.46 is the 99.9th percentile of χ² with 6 degrees of freedom.
        assert!(squares < 22.46, "{counts:?}");
    }

    #[test]
    fn binomial_draws_have_their_mean_and_variance() {
        for (n, p) in [(5, 0.3), (1000, 0.001), (1000, 0.4), (100_000, 0.02), (50, 0.9), (64, 0.5), (3, 0.0), (3, 1.0)]
        {
            let mut random = Random::new(n);
            let draws: Moments = (0..20_000).map(|_| float(random.binomial(n, p))).collect();
            let (mean, variance) = (float(n) * p, float(n) * p * (1.0 - p));
            let error = 4.0 * (variance / 2e4).sqrt();
            assert!((draws.mean().unwrap() - mean).abs() <= error, "{n} {p}: {draws:?}");
            assert!((draws.variance().unwrap() - variance).abs() <= 0.06 * variance, "{n} {p}: {draws:?}");
        }
    }

    #[test]
    fn fair_coins_are_fair() {
        for n in [1, 63, 64, 65, 1000] {
            let mut random = Random::new(n);
            let draws: Moments = (0..20_000).map(|_| float(random.heads(n))).collect();
            let (mean, variance) = (float(n) / 2.0, float(n) / 4.0);
            assert!((draws.mean().unwrap() - mean).abs() <= 4.0 * (variance / 2e4).sqrt(), "{n}: {draws:?}");
            assert!((draws.variance().unwrap() - variance).abs() <= 0.06 * variance, "{n}: {draws:?}");
        }
    }
}
