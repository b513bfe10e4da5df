use crate::number::{count, length};
use crate::ranks::rank;
use crate::undefined::{Undefined, finite, paired};

/// Pearson's correlation of two paired samples, between −1 and 1. Needs two pairs, and both sides must vary. Checked
/// against `SciPy`.
pub fn pearson(first: &[f64], second: &[f64]) -> Result<f64, Undefined> {
    paired(first, second)?;
    if first.len() < 2 {
        return Err(Undefined::TooFew { needed: 2, found: count(first.len()) });
    }
    let (first, second) = (centred(first)?, centred(second)?);
    let products: f64 = first.iter().zip(&second).map(|(a, b)| a * b).sum();
    Ok(products.clamp(-1.0, 1.0))
}

/// Spearman's rank correlation of two paired samples, between −1 and 1: Pearson's correlation of their ranks. Checked
/// against `SciPy`.
pub fn spearman(first: &[f64], second: &[f64]) -> Result<f64, Undefined> {
    paired(first, second)?;
    pearson(&rank(first).ranks, &rank(second).ranks)
}

/// The differences from the mean, scaled so that their squares add up to 1.
fn centred(numbers: &[f64]) -> Result<Vec<f64>, Undefined> {
    let first = numbers.first().copied().unwrap_or_default();
    if numbers.iter().all(|number| (number - first).abs() == 0.0) {
        return Err(Undefined::NoVariance);
    }
    let mean = finite(numbers.iter().sum::<f64>())? / length(numbers.len());
    let greatest = numbers.iter().fold(0.0_f64, |greatest, number| greatest.max((number - mean).abs()));
    // Scaled by the greatest first, so that no square is beyond a float.
    let scaled: Vec<_> = numbers.iter().map(|number| (number - mean) / greatest).collect();
    let norm = scaled.iter().map(|number| number * number).sum::<f64>().sqrt();
    Ok(scaled.iter().map(|number| number / norm).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_does_not_vary_does_not_correlate() {
        assert_eq!(pearson(&[1.0, 1.0], &[1.0, 2.0]), Err(Undefined::NoVariance));
        assert_eq!(spearman(&[1.0, 2.0], &[0.1, 0.1]), Err(Undefined::NoVariance));
        assert_eq!(pearson(&[1.0], &[1.0]), Err(Undefined::TooFew { needed: 2, found: 1 }));
        assert_eq!(pearson(&[1.0], &[]), Err(Undefined::Lengths { first: 1, second: 0 }));
        assert_eq!(spearman(&[1.0, f64::NAN], &[1.0, 2.0]), Err(Undefined::NotFinite));
    }

    #[test]
    fn ranks_see_through_any_rising_curve() {
        let numbers = [0.5, 1.0, 2.0, 3.0, 10.0];
        let curve = numbers.map(f64::exp);
        assert_eq!(spearman(&numbers, &curve), Ok(1.0));
        assert!(pearson(&numbers, &curve).unwrap() < 0.99);
    }

    proptest! {
        #[test]
        fn a_correlation_does_not_depend_on_units_or_sides(
            pairs in proptest::collection::vec((-1e3..1e3, -1e3..1e3), 2..100),
            scale in 0.1..10.0,
            shift in -1e3..1e3,
        ) {
            let (first, second): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
            let plain = pearson(&first, &second).unwrap();
            prop_assert!((plain - pearson(&second, &first).unwrap()).abs() < 1e-12);
            let moved: Vec<_> = first.iter().map(|number| number * scale + shift).collect();
            prop_assert!((plain - pearson(&moved, &second).unwrap()).abs() < 1e-6);
            let mirrored: Vec<_> = first.iter().map(|number| -number).collect();
            prop_assert!((plain + pearson(&mirrored, &second).unwrap()).abs() < 1e-12);
        }
    }
}
