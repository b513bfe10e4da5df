use crate::confusion::Confusion;
use crate::distribution::normal_quantile;
use crate::interval::{Confidence, Interval};
use crate::number::{float, length};
use crate::undefined::Undefined;

/// Labels up to which weights are computed: every pair of labels has one.
const MOST_WEIGHTED_LABELS: usize = 5000;

/// How bad a disagreement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Weights {
    /// Every disagreement is as bad: for labels without an order.
    #[default]
    Plain,
    /// As bad as the labels are apart in their order.
    Linear,
    /// As bad as the square of that.
    Quadratic,
}

/// Cohen's kappa: agreement beyond what chance would give.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kappa {
    /// 1 for full agreement, 0 for that of chance, below it for less.
    pub kappa: f64,
    /// The weighted agreement that was observed, from 0 to 1.
    pub observed: f64,
    /// The weighted agreement that chance would give, from 0 to 1.
    pub expected: f64,
    /// The standard error of kappa; 0 where both agree fully.
    pub standard_error: f64,
    /// The interval of kappa; none where both agree fully, which says nothing of how much they would disagree.
    pub interval: Option<Interval>,
}

/// Cohen's kappa of two raters (Cohen 1960; weighted, 1968), with the standard error for large samples of Fleiss, Cohen
/// and Everitt (1969).
///
/// With weights, labels are taken as equally apart in the order of the table. Needs the two to give more than a single
/// label between them. Kappa is checked against scikit-learn, its standard error against statsmodels.
pub fn cohen_kappa<L>(table: &Confusion<L>, weights: Weights, confidence: Confidence) -> Result<Kappa, Undefined> {
    if table.total() == 0 {
        return Err(Undefined::TooFew { needed: 1, found: 0 });
    }
    let labels = table.labels().len();
    if labels < 2 {
        return Err(Undefined::NoVariance);
    }
    if weights != Weights::Plain && labels > MOST_WEIGHTED_LABELS {
        return Err(Undefined::TooMany { limit: MOST_WEIGHTED_LABELS, found: labels });
    }
    let n = float(table.total());
    let shares = |totals: &[u64]| totals.iter().map(|total| float(*total) / n).collect::<Vec<_>>();
    let (rows, columns) = (shares(table.row_totals()), shares(table.column_totals()));
    let agreement = |row: usize, column: usize| weights.agreement(row, column, labels);

    let observed: f64 = table.cells().map(|(row, column, count)| float(count) / n * agreement(row, column)).sum();
    // For each label, the agreement that it meets in the other rater on average.
    let (of_rows, of_columns) = (weights.met(&columns), weights.met(&rows));
    let expected: f64 = rows.iter().zip(&of_rows).map(|(share, met)| share * met).sum();
    let beyond = 1.0 - expected;
    if beyond <= f64::EPSILON {
        return Err(Undefined::NoVariance);
    }
    let kappa = (observed - expected) / beyond;

    let spread = table.cells().map(|(row, column, count)| {
        let deviation = agreement(row, column) - (of_rows[row] + of_columns[column]) * (1.0 - kappa);
        float(count) / n * deviation * deviation
    });
    let squared = spread.sum::<f64>() - (kappa - expected * (1.0 - kappa)).powi(2);
    // Rounding leaves a trace where nothing varies.
    let squared = if squared > 1e-15 { squared } else { 0.0 };
    let standard_error = (squared / n).sqrt() / beyond;
    let reach = normal_quantile(confidence.tail()) * standard_error;
    let interval = (standard_error > 0.0).then(|| Interval::around(kappa, reach).within(-1.0, 1.0));
    Ok(Kappa { kappa, observed, expected, standard_error, interval })
}

impl Weights {
    /// From 1 for the same label to 0 for those that are furthest apart.
    fn agreement(self, row: usize, column: usize, labels: usize) -> f64 {
        let apart = length(row.abs_diff(column)) / length(labels - 1);
        match self {
            Self::Plain => f64::from(row == column),
            Self::Linear => 1.0 - apart,
            Self::Quadratic => 1.0 - apart * apart,
        }
    }

    /// For each label, its mean agreement with labels that occur with the given shares.
    fn met(self, shares: &[f64]) -> Vec<f64> {
        if self == Self::Plain {
            return shares.to_vec();
        }
        let with = |label| move |(other, share): (usize, &f64)| share * self.agreement(label, other, shares.len());
        (0..shares.len()).map(|label| shares.iter().enumerate().map(with(label)).sum()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Weights; 3] = [Weights::Plain, Weights::Linear, Weights::Quadratic];

    fn kappa(pairs: &[(u8, u8)], weights: Weights) -> Result<Kappa, Undefined> {
        cohen_kappa(&pairs.iter().copied().collect(), weights, Confidence::default())
    }

    #[test]
    fn one_label_leaves_nothing_to_agree_on() {
        for weights in ALL {
            assert_eq!(kappa(&[], weights), Err(Undefined::TooFew { needed: 1, found: 0 }));
            assert_eq!(kappa(&[(1, 1), (1, 1)], weights), Err(Undefined::NoVariance));
        }
    }

    #[test]
    fn standard_errors_are_those_of_statsmodels() {
        // statsmodels.stats.inter_rater.cohens_kappa(table, wt=...), std_kappa
        let table = [[53, 5, 2], [11, 14, 5], [1, 6, 3]];
        let mut pairs = Vec::new();
        for (row, counts) in (0..).zip(table) {
            for (column, count) in (0..).zip(counts) {
                pairs.extend(std::iter::repeat_n((row, column), count));
            }
        }
        for (weights, expected, standard_error) in [
            (Weights::Plain, 0.428_571_428_571_428_5, 0.075_958_831_534_663_8),
            (Weights::Linear, 0.492_307_692_307_692_2, 0.071_726_942_743_470_52),
            (Weights::Quadratic, 0.566_666_666_666_666_7, 0.078_724_093_219_443_25),
        ] {
            let found = kappa(&pairs, weights).unwrap();
            assert!((found.kappa - expected).abs() < 1e-12, "{found:?}");
            assert!((found.standard_error - standard_error).abs() < 1e-12, "{found:?}");
        }
    }

    proptest! {
        #[test]
        fn a_rater_agrees_fully_with_themselves(labels in proptest::collection::vec(0_u8..5, 2..100)) {
            let pairs: Vec<_> = labels.iter().map(|label| (*label, *label)).collect();
            prop_assume!(labels.iter().any(|label| *label != labels[0]));
            for weights in ALL {
                let found = kappa(&pairs, weights).unwrap();
                prop_assert!((found.kappa - 1.0).abs() < 1e-12);
                prop_assert_eq!((found.standard_error, found.interval), (0.0, None));
            }
        }

        #[test]
        fn raters_can_be_swapped(pairs in proptest::collection::vec((0_u8..4, 0_u8..4), 2..100)) {
            let swapped: Vec<_> = pairs.iter().map(|(first, second)| (*second, *first)).collect();
            for weights in ALL {
                let (Ok(one), Ok(other)) = (kappa(&pairs, weights), kappa(&swapped, weights)) else { continue };
                prop_assert!((one.kappa - other.kappa).abs() < 1e-12);
                prop_assert!((one.standard_error - other.standard_error).abs() < 1e-9);
                prop_assert!((-1.0 - 1e-12..=1.0 + 1e-12).contains(&one.kappa));
                prop_assert!(one.interval.is_none_or(|interval| interval.contains(one.kappa)));
            }
        }

        #[test]
        fn two_labels_weigh_the_same_in_any_way(pairs in proptest::collection::vec((0_u8..2, 0_u8..2), 2..100)) {
            prop_assume!(pairs.iter().any(|pair| *pair != pairs[0]));
            let [plain, linear, quadratic] = ALL.map(|weights| kappa(&pairs, weights).unwrap());
            prop_assert!((plain.kappa - linear.kappa).abs() < 1e-12 && (plain.kappa - quadratic.kappa).abs() < 1e-12);
        }
    }
}
