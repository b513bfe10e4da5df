use crate::number::float;

/// Probabilities that differ by less than this share are equal but for rounding; that of R.
const ROUNDING: f64 = 1e-7;

/// Fisher's exact test (1935) of a table of two groups in rows, passed and failed in columns: the two-sided p that the
/// rates of the groups are as different as this, were they the same.
///
/// Adds up the probabilities of all tables with the same margins that are no likelier than this one, as R and `SciPy` do. 1
/// where a margin is empty. Takes as many steps as the smallest margin counts.
#[must_use]
pub fn fisher_exact(table: [[u64; 2]; 2]) -> f64 {
    let [[a, b], [c, d]] = table;
    let (row, column, total) = (a + b, a + c, a + b + c + d);
    let least = (row + column).saturating_sub(total);
    let greatest = row.min(column);
    // The likeliest value, whose probability the others are measured by.
    let mode = mode(row, column, total).clamp(least, greatest);
    let rest = total - row;
    let up = |x: u64| float(row - x) * float(column - x) / (float(x + 1) * float(rest + x + 1 - column));
    let weight_of_this =
        if a >= mode { (mode..a).map(up).product::<f64>() } else { (a..mode).map(|x| 1.0 / up(x)).product() };

    let most = weight_of_this * (1.0 + ROUNDING);
    let (mut all, mut no_likelier) = (0.0, 0.0);
    let mut count = |weight: f64| {
        all += weight;
        if weight <= most {
            no_likelier += weight;
        }
    };
    count(1.0);
    let mut weight = 1.0;
    for x in mode..greatest {
        weight *= up(x);
        count(weight);
    }
    let mut weight = 1.0;
    for x in (least..mode).rev() {
        weight /= up(x);
        count(weight);
    }
    (no_likelier / all).min(1.0)
}

fn mode(row: u64, column: u64, total: u64) -> u64 {
    let mode = (u128::from(row) + 1) * (u128::from(column) + 1) / (u128::from(total) + 2);
    u64::try_from(mode).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_lady_tastes_tea() {
        // Fisher (1935), "The Design of Experiments", and fisher.test of R: 0.4857.
        assert!((fisher_exact([[3, 1], [1, 3]]) - 34.0 / 70.0).abs() < 1e-12);
        assert!((fisher_exact([[4, 0], [0, 4]]) - 2.0 / 70.0).abs() < 1e-12);
    }

    #[test]
    fn the_cases_are_those_of_scipy() {
        // scipy.stats.fisher_exact
        for (table, p) in [
            ([[10, 2], [3, 15]], 0.000_536_724_119_143_435_7),
            ([[100, 20], [30, 50]], 3.135_278_232_130_946_6e-11),
            ([[0, 5], [7, 1]], 0.004_662_004_662_004_662),
            ([[1000, 900], [800, 1100]], 9.719_773_836_357_687e-11),
            ([[50, 50], [49, 51]], 1.0),
            ([[8, 2], [1, 5]], 0.034_965_034_965_034_975),
        ] {
            let found = fisher_exact(table);
            assert!((found - p).abs() <= 1e-9 * p, "{table:?}: {found} is not {p}");
        }
    }

    #[test]
    fn an_empty_margin_is_no_evidence() {
        for table in [[[0, 0], [0, 0]], [[5, 0], [3, 0]], [[0, 0], [7, 9]]] {
            assert_eq!(fisher_exact(table), 1.0);
        }
    }

    proptest! {
        #[test]
        fn groups_and_outcomes_can_be_swapped(a in 0_u64..60, b in 0_u64..60, c in 0_u64..60, d in 0_u64..60) {
            let p = fisher_exact([[a, b], [c, d]]);
            prop_assert!(p > 0.0 && p <= 1.0);
            for swapped in [[[b, a], [d, c]], [[c, d], [a, b]], [[a, c], [b, d]]] {
                prop_assert!((fisher_exact(swapped) - p).abs() <= 1e-10 * p);
            }
        }
    }
}
