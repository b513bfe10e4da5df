use crate::distribution::normal_tail;
use crate::mcnemar::sign_test;
use crate::number::{count, float, length};
use crate::random::Random;
use crate::undefined::{Undefined, all_finite, finite};

/// Differences up to which every way to flip their signs is tried: a million.
const MOST_EXACT: usize = 20;
/// Flips that are always made, however many differences there are.
const LEAST_RESAMPLES: u32 = 200;
/// Flips below which a normal approximation that is known to be close is better.
const FEW_RESAMPLES: u64 = 2000;
/// The share of the fourth powers up to which the normal approximation counts as close: the p is then within 0.0001.
const EVEN: f64 = 0.001;
/// Sums that differ by less than this share of all sizes are equal but for rounding.
const ROUNDING: f64 = 1e-12;

/// The paired permutation test: whether differences are as likely up as down (Fisher 1935).
///
/// Where they are, any of their signs could have been the other way round; the p is the share of the ways to flip signs
/// whose sum is at least as far from 0. All ways are counted up to 20 differences that are not 0, and where all have the
/// same size, as those of booleans: that is the sign test. Otherwise as many ways are drawn as the budget allows, and the
/// p is (b + 1)/(m + 1) (Phipson and Smyth 2010). Where that would be fewer than 2,000, as from 10,000 differences on, and
/// no few of them outweigh the others, the normal approximation of the same distribution is used: its error is below
/// 0.0001, that of 2,000 draws up to 0.01.
///
/// Needs a difference that is not 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignFlips {
    /// Where the randomness comes from.
    pub seed: u64,
    /// How many ways to flip the signs are drawn, if there are too many to count.
    pub resamples: u32,
    /// How many differences may be visited in all; at least 200 ways are drawn in any case.
    pub max_visits: u64,
}

impl Default for SignFlips {
    fn default() -> Self {
        Self { seed: 0, resamples: 10_000, max_visits: 20_000_000 }
    }
}

/// What a permutation test found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PermutationTest {
    /// The differences that are not 0, which the test stands on.
    pub n: u64,
    /// How likely a mean at least as far from 0 would be if differences were as likely up as down; two-sided.
    pub p: f64,
    /// How it was found.
    pub method: PermutationMethod,
}

/// How the p of a permutation test was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PermutationMethod {
    /// Every way to flip the signs was counted.
    Exact,
    /// Some were drawn.
    MonteCarlo {
        /// How many.
        resamples: u32,
    },
    /// The normal approximation.
    Normal,
}

impl SignFlips {
    /// The test of some differences.
    pub fn test(&self, differences: &[f64]) -> Result<PermutationTest, Undefined> {
        all_finite(differences)?;
        let mut sizes: Vec<f64> = differences.iter().map(|it| it.abs()).filter(|size| *size > 0.0).collect();
        let Some(greatest) = sizes.iter().copied().reduce(f64::max) else {
            return Err(Undefined::TooFew { needed: 1, found: 0 });
        };
        // Scaled, so that no power is beyond a float.
        let observed = finite(differences.iter().map(|difference| difference / greatest).sum::<f64>())?.abs();
        sizes.iter_mut().for_each(|size| *size /= greatest);
        sizes.sort_unstable_by(f64::total_cmp);
        let groups: Vec<(f64, u64)> = sizes.chunk_by(|a, b| a == b).map(|it| (it[0], count(it.len()))).collect();
        let reach = observed - ROUNDING * sizes.iter().sum::<f64>();

        let (p, method) = if groups.len() == 1 {
            let up = count(differences.iter().filter(|difference| **difference > 0.0).count());
            (sign_test(up, count(sizes.len()) - up), PermutationMethod::Exact)
        } else if sizes.len() <= MOST_EXACT {
            (exact_p(&sizes, reach), PermutationMethod::Exact)
        } else {
            self.approximate_p(&sizes, &groups, observed, reach)
        };
        Ok(PermutationTest { n: count(sizes.len()), p, method })
    }

    fn approximate_p(
        &self,
        sizes: &[f64],
        groups: &[(f64, u64)],
        observed: f64,
        reach: f64,
    ) -> (f64, PermutationMethod) {
        // Coins for differences of the same size are thrown 64 at once.
        let by_group: u64 = groups.iter().map(|(_, size)| 2 + size / 64).sum();
        let is_grouped = by_group < count(sizes.len());
        let affordable = self.max_visits / by_group.min(count(sizes.len()));
        let is_short = affordable < FEW_RESAMPLES && affordable < u64::from(self.resamples);
        if let Some(p) = normal_p(sizes, observed).filter(|_| is_short) {
            return (p, PermutationMethod::Normal);
        }
        let affordable = u32::try_from(affordable).unwrap_or(u32::MAX).max(LEAST_RESAMPLES);
        let resamples = self.resamples.min(affordable);
        let mut random = Random::new(self.seed);
        let mut as_far = 0;
        for _ in 0..resamples {
            let sum = if is_grouped { flip_groups(groups, &mut random) } else { flip(sizes, &mut random) };
            as_far += u64::from(sum.abs() >= reach);
        }
        (float(as_far + 1) / (f64::from(resamples) + 1.0), PermutationMethod::MonteCarlo { resamples })
    }
}

/// The share of all ways to flip signs whose sum reaches as far.
fn exact_p(sizes: &[f64], reach: f64) -> f64 {
    let (first, second) = sizes.split_at(sizes.len() / 2);
    let (first, second) = (signed_sums(first), signed_sums(second));
    let as_far =
        first.iter().flat_map(|one| second.iter().map(move |other| one + other)).filter(|it| it.abs() >= reach);
    length(as_far.count()) / length(first.len() * second.len())
}

/// The sums of all ways to sign a few numbers.
fn signed_sums(sizes: &[f64]) -> Vec<f64> {
    sizes.iter().fold(vec![0.0], |sums, size| sums.iter().flat_map(|sum| [sum - size, sum + size]).collect())
}

/// The sum of sizes with random signs.
fn flip(sizes: &[f64], random: &mut Random) -> f64 {
    let mut sum = 0.0;
    for sizes in sizes.chunks(64) {
        let mut coins = random.coins();
        for size in sizes {
            sum += f64::from_bits(size.to_bits() ^ (coins << 63));
            coins >>= 1;
        }
    }
    sum
}

/// The same for sizes that come several times each.
fn flip_groups(groups: &[(f64, u64)], random: &mut Random) -> f64 {
    groups.iter().map(|(size, n)| size * (2.0 * float(random.heads(*n)) - float(*n))).sum()
}

/// The p of the normal distribution with the variance that flipping signs has; none where a few differences outweigh the
/// others. The next term of its expansion is the excess kurtosis, at most twice the share of the fourth powers.
fn normal_p(sizes: &[f64], observed: f64) -> Option<f64> {
    let squares: f64 = sizes.iter().map(|size| size * size).sum();
    let fourths: f64 = sizes.iter().map(|size| size.powi(4)).sum();
    (fourths <= EVEN * squares * squares).then(|| 2.0 * normal_tail(observed / squares.sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Confidence;
    use crate::paired_t;
    use proptest::prelude::*;

    fn test(differences: &[f64]) -> PermutationTest {
        SignFlips::default().test(differences).unwrap()
    }

    /// Sums of uniform numbers, nearly normal.
    fn normal(n: usize, seed: u64, mean: f64) -> Vec<f64> {
        let mut random = Random::new(seed);
        (0..n).map(|_| (0..12).map(|_| random.unit()).sum::<f64>() - 6.0 + mean).collect()
    }

    #[test]
    fn nothing_but_zeros_is_undefined() {
        let flips = SignFlips::default();
        assert_eq!(flips.test(&[0.0]), Err(Undefined::TooFew { needed: 1, found: 0 }));
        assert_eq!(flips.test(&[1.0, f64::NAN]), Err(Undefined::NotFinite));
    }

    #[test]
    fn few_differences_are_counted_out() {
        // scipy.stats.permutation_test((d,), np.mean, permutation_type="samples", n_resamples=np.inf)
        let exact = test(&[1.0, 2.0, 3.0, -0.5, 0.0]);
        assert_eq!((exact.n, exact.p, exact.method), (4, 0.25, PermutationMethod::Exact));
        // Darwin's maize, in eighths of an inch: Fisher (1935) counts 1,726 of 32,768 ways.
        let maize = [49.0, -67.0, 8.0, 16.0, 6.0, 23.0, 28.0, 41.0, 14.0, 29.0, 56.0, 24.0, 75.0, 60.0, -48.0];
        assert_eq!(test(&maize).p, 1726.0 / 32768.0);
    }

    #[test]
    fn rounding_does_not_tell_equal_sums_apart() {
        assert_eq!(test(&[0.1, 0.2, -0.3]).p, 1.0);
        assert_eq!(test(&[0.1, 0.2, 0.3]).p, 0.25);
    }

    #[test]
    fn differences_of_one_size_give_the_sign_test() {
        let differences: Vec<_> = (0..1000).map(|i| if i < 450 { -1.0 } else { 1.0 }).collect();
        let flipped = test(&differences);
        assert_eq!((flipped.p, flipped.method), (sign_test(550, 450), PermutationMethod::Exact));
    }

    #[test]
    fn a_seed_gives_the_same_p() {
        let differences = normal(100, 1, 0.1);
        assert_eq!(test(&differences), test(&differences));
        assert_eq!(test(&differences).method, PermutationMethod::MonteCarlo { resamples: 10_000 });
        let other = SignFlips { seed: 1, ..SignFlips::default() }.test(&differences).unwrap();
        assert!((other.p - test(&differences).p).abs() < 0.03);
    }

    #[test]
    fn work_is_bounded() {
        let many = normal(150_000, 2, 0.002);
        assert_eq!(test(&many).method, PermutationMethod::Normal);
        // One difference outweighs all others, so that nothing is normal.
        let mut uneven = many;
        uneven[0] = 1e6;
        let uneven = test(&uneven);
        assert_eq!(uneven.method, PermutationMethod::MonteCarlo { resamples: LEAST_RESAMPLES });
        assert!(uneven.p > 0.1, "{uneven:?}");
        // Grades are few, so that their signs can be thrown by the word.
        let grades: Vec<f64> = (0..150_000_u32).map(|i| f64::from(i * 7919 % 9) - 4.0).collect();
        assert_eq!(test(&grades).method, PermutationMethod::MonteCarlo { resamples: 9_578 });
    }

    #[test]
    fn the_p_of_normal_differences_is_near_that_of_t() {
        for (n, seed) in [(15, 3), (20, 4), (60, 5), (400, 6), (20_000, 7)] {
            let differences = normal(n, seed, 1.5 / length(n).sqrt());
            let t = paired_t(&vec![0.0; n], &differences, Confidence::default()).unwrap();
            let flipped = test(&differences);
            assert!((flipped.p - t.p).abs() < 0.02, "{n}: {flipped:?} {t:?}");
        }
    }

    #[test]
    fn drawn_and_normal_agree_with_each_other() {
        let differences = normal(20_000, 8, 0.012);
        let normal = test(&differences);
        let drawn = SignFlips { max_visits: u64::MAX, ..SignFlips::default() }.test(&differences).unwrap();
        assert_eq!(
            (normal.method, drawn.method),
            (PermutationMethod::Normal, PermutationMethod::MonteCarlo { resamples: 10_000 },)
        );
        assert!((normal.p - drawn.p).abs() < 0.012, "{normal:?} {drawn:?}");
    }

    proptest! {
        #[test]
        fn direction_and_unit_do_not_matter(numbers in proptest::collection::vec(-1e3..1e3, 1..20), scale in 0.1..10.0) {
            let moved: Vec<_> = numbers.iter().map(|number| -number * scale).collect();
            prop_assert_eq!(test(&numbers).p, test(&moved).p);
            prop_assert!(test(&numbers).p > 0.0 && test(&numbers).p <= 1.0);
        }
    }
}
