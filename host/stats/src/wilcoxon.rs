use crate::distribution::normal_tail;
use crate::number::{count, float, position};
use crate::ranks::{Ranks, rank};
use crate::undefined::{Undefined, all_finite};

/// Differences up to which every way to sign the ranks is counted, where no two differences are equal and none is 0.
const MOST_EXACT: usize = 50;
/// The same where some are.
const MOST_EXACT_WITH_TIES: usize = 13;

/// A Wilcoxon signed-rank test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wilcoxon {
    /// The differences that are not 0, which the test stands on.
    pub n: u64,
    /// The sum of the ranks of the positive differences.
    pub positive: f64,
    /// The sum of the ranks of the negative differences.
    pub negative: f64,
    /// How likely sums at least as different would be if differences up and down were alike; two-sided.
    pub p: f64,
    /// How it was found.
    pub method: WilcoxonMethod,
}

/// How the p of a Wilcoxon test was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WilcoxonMethod {
    /// Every way to sign the ranks was counted.
    Exact,
    /// The normal approximation, corrected for ties.
    Normal,
}

/// The signed-rank test of Wilcoxon (1945): whether differences lie symmetrically around 0.
///
/// The same as `scipy.stats.wilcoxon` by default (1.13 and later): differences of 0 are left out; the p is exact for up to
/// 50 differences without ties and zeros, or up to 13 with them; else it is that of the normal approximation with the
/// correction for ties and without one for continuity. Takes O(n log n). Needs a difference that is not 0.
pub fn wilcoxon_signed_rank(differences: &[f64]) -> Result<Wilcoxon, Undefined> {
    all_finite(differences)?;
    let signed: Vec<f64> = differences.iter().copied().filter(|difference| *difference != 0.0).collect();
    if signed.is_empty() {
        return Err(Undefined::TooFew { needed: 1, found: 0 });
    }
    let sizes: Vec<f64> = signed.iter().map(|difference| difference.abs()).collect();
    let ranks = rank(&sizes);
    let positive: f64 = signed.iter().zip(&ranks.ranks).filter(|(it, _)| **it > 0.0).map(|(_, rank)| rank).sum();
    let n = count(signed.len());
    let negative = float(n) * (float(n) + 1.0) / 2.0 - positive;

    let is_plain = signed.len() == differences.len() && ranks.ties.len() == signed.len();
    let most = if is_plain { MOST_EXACT } else { MOST_EXACT_WITH_TIES };
    let (p, method) = if differences.len() <= most {
        (exact_p(&ranks.ranks, positive.min(negative)), WilcoxonMethod::Exact)
    } else {
        (normal_p(&ranks, positive), WilcoxonMethod::Normal)
    };
    Ok(Wilcoxon { n, positive, negative, p, method })
}

/// Twice the share of the ways to sign the ranks whose positive sum is at most that of the smaller side.
fn exact_p(ranks: &[f64], smaller: f64) -> f64 {
    // Twice the ranks are whole numbers, also where some are shared.
    let doubled: Vec<usize> = ranks.iter().map(|rank| position(rank * 2.0)).collect();
    let total: usize = doubled.iter().sum();
    // ways[s]: how many ways to sign the ranks so far have the positive sum s. At most 2^50, so exact in a float.
    let mut ways = vec![0.0; total + 1];
    ways[0] = 1.0;
    let mut reached = 0;
    for rank in doubled {
        for sum in (0..=reached).rev() {
            ways[sum + rank] += ways[sum];
        }
        reached += rank;
    }
    let at_most: f64 = ways[..=position(smaller * 2.0)].iter().sum();
    (2.0 * at_most / ways.iter().sum::<f64>()).min(1.0)
}

fn normal_p(ranks: &Ranks, positive: f64) -> f64 {
    let n = crate::number::length(ranks.ranks.len());
    let mean = n * (n + 1.0) / 4.0;
    let ties: f64 = ranks.ties.iter().map(|size| float(*size)).map(|size| size.powi(3) - size).sum();
    let variance = (n * (n + 1.0) * (2.0 * n + 1.0) - ties / 2.0) / 24.0;
    2.0 * normal_tail(((positive - mean) / variance.sqrt()).abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_but_zeros_is_undefined() {
        assert_eq!(wilcoxon_signed_rank(&[]), Err(Undefined::TooFew { needed: 1, found: 0 }));
        assert_eq!(wilcoxon_signed_rank(&[0.0, -0.0]), Err(Undefined::TooFew { needed: 1, found: 0 }));
        assert_eq!(wilcoxon_signed_rank(&[1.0, f64::INFINITY]), Err(Undefined::NotFinite));
    }

    #[test]
    fn the_cases_are_those_of_scipy() {
        // scipy.stats.wilcoxon(d), SciPy 1.17
        let scattered: Vec<f64> = (0..60_u32).map(|i| (f64::from(i * 37 % 101) - 40.0) / 10.0).collect();
        // The first sample is that of Darwin's maize, in eighths of an inch (Fisher 1935).
        let maize = [6.0, 8.0, 14.0, 16.0, 23.0, 24.0, 28.0, 29.0, 41.0, -48.0, 49.0, 56.0, 60.0, -67.0, 75.0];
        let cases: [(&[f64], f64, WilcoxonMethod); 6] = [
            (&maize, 0.041_259_765_625, WilcoxonMethod::Exact),
            (&[1.0, -2.0, 2.0, 3.0, 0.0, 4.0, 4.0, -1.0], 0.171_875, WilcoxonMethod::Exact),
            (&[1.0, 2.0, 3.0, 4.0, 5.0], 0.0625, WilcoxonMethod::Exact),
            (&[1.0], 1.0, WilcoxonMethod::Exact),
            (
                &[1.0, 1.0, -1.0, 2.0, 2.0, 3.0, -3.0, 4.0, 5.0, 5.0, 6.0, -1.0, 2.0, 0.0],
                0.024_618_053_537_905_443,
                WilcoxonMethod::Normal,
            ),
            (&scattered, 0.022_633_208_936_007_52, WilcoxonMethod::Normal),
        ];
        for (differences, p, method) in cases {
            let test = wilcoxon_signed_rank(differences).unwrap();
            assert_eq!(test.method, method, "{differences:?}");
            assert!((test.p - p).abs() < 1e-12, "{differences:?}: {} is not {p}", test.p);
        }
    }

    proptest! {
        #[test]
        fn only_signs_and_order_matter(numbers in proptest::collection::vec(-1e3..1e3, 1..200)) {
            let plain = wilcoxon_signed_rank(&numbers).unwrap();
            let mirrored: Vec<_> = numbers.iter().map(|number| -number).collect();
            let stretched: Vec<_> = numbers.iter().map(|number| number * number * number).collect();
            let mirrored = wilcoxon_signed_rank(&mirrored).unwrap();
            prop_assert_eq!((plain.positive, plain.negative), (mirrored.negative, mirrored.positive));
            prop_assert!((plain.p - mirrored.p).abs() < 1e-12 && (0.0..=1.0).contains(&plain.p));
            prop_assert_eq!(plain, wilcoxon_signed_rank(&stretched).unwrap());
        }
    }
}
