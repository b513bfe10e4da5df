use crate::number::length;
use crate::undefined::Undefined;

/// The p-values of several tests, corrected for there being several (Holm 1979), in the order in which they came.
///
/// Where none of the differences is real, one below 0.05 comes up by chance in at most 5 % of all sets, whatever the tests
/// have to do with each other. Needs p-values from 0 to 1. Checked against statsmodels (`multipletests`).
pub fn holm(p_values: &[f64]) -> Result<Vec<f64>, Undefined> {
    if let Some(p) = p_values.iter().find(|p| !(0.0..=1.0).contains(*p)) {
        return Err(Undefined::OutOfRange { what: "a p-value", found: *p, expected: "between 0 and 1" });
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let mut corrected = vec![0.0; p_values.len()];
    let mut greatest = 0.0_f64;
    for (smaller, index) in order.into_iter().enumerate() {
        greatest = greatest.max(p_values[index] * length(p_values.len() - smaller)).min(1.0);
        corrected[index] = greatest;
    }
    Ok(corrected)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_correction_is_that_of_statsmodels() {
        // statsmodels.stats.multitest.multipletests([0.01, 0.04, 0.03, 0.005], method="holm")
        let corrected = holm(&[0.01, 0.04, 0.03, 0.005]).unwrap();
        let expected = [0.03, 0.06, 0.06, 0.02];
        assert!(
            corrected.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12),
            "{corrected:?}"
        );
        assert_eq!(holm(&[]), Ok(vec![]));
        assert_eq!(holm(&[0.3]), Ok(vec![0.3]));
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        for p in [-0.1, 1.1, f64::NAN] {
            assert!(matches!(holm(&[0.5, p]), Err(Undefined::OutOfRange { .. })), "{p}");
        }
    }

    proptest! {
        #[test]
        fn a_correction_keeps_order_and_lowers_nothing(p_values in proptest::collection::vec(0.0..=1.0, 1..20)) {
            let corrected = holm(&p_values).unwrap();
            for (one, corrected_one) in p_values.iter().zip(&corrected) {
                prop_assert!(one <= corrected_one && *corrected_one <= 1.0);
                for (other, corrected_other) in p_values.iter().zip(&corrected) {
                    prop_assert!(one > other || corrected_one <= corrected_other);
                }
            }
        }
    }
}
