//! What a comparison says, in sentences.

use super::feedback::{NumericComparison, TestMethod};
use super::report::{PairedBy, Pairing, SliceComparison};
use crate::number::float;
use crate::shown;

/// The level at which the sentences call a difference shown.
const ALPHA: f64 = 0.05;

impl TestMethod {
    /// The test's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::McNemar => "McNemar's exact test",
            Self::SignFlips => "sign-flip permutation test",
            Self::PairedT => "paired t test",
            Self::ClusteredT => "cluster-robust t test",
        }
    }
}

impl NumericComparison {
    /// Whether chance is an unlikely explanation of the difference, at 5 % over all comparisons of the table.
    #[must_use]
    pub fn is_significant(&self) -> bool {
        self.test.is_some_and(|test| test.p_adjusted < ALPHA)
    }

    /// Such as `+0.011 [-0.002, +0.024]`.
    #[must_use]
    pub fn shown_difference(&self) -> String {
        shown::signed_estimate(self.difference, self.interval.map(|it| it.interval))
    }

    /// One sentence: what was found, or how small a difference would have been.
    #[must_use]
    pub fn sentence(&self) -> String {
        if self.better + self.worse == 0 {
            return format!("No difference: all {} have the same value in both runs.", shown::count(self.n, "pair"));
        }
        let Some(test) = self.test else {
            return format!("{} cannot show a difference.", shown::count(self.n, "pair"));
        };
        let found = format!("{} ({}, {})", self.shown_difference(), shown::p_value(test.p_value), test.method.name());
        if self.is_significant() {
            let is_up = self.difference > 0.0;
            let word = if is_up == self.lower_is_better { "Worse" } else { "Better" };
            return format!("{word}: {found}.");
        }
        let because = if test.p_value < ALPHA { ", corrected for the number of comparisons" } else { "" };
        let power = self.power_sentence().map_or_else(String::new, |power| format!(" {power}"));
        format!("No difference shown{because}: {found}.{power}")
    }

    /// How small a difference so many pairs show; none where that is unknown.
    #[must_use]
    pub fn power_sentence(&self) -> Option<String> {
        let detectable = self.detectable?;
        let pairs = shown::count(self.n, "pair");
        Some(format!("{pairs} show a true difference of {} or more four times out of five.", shown::number(detectable)))
    }
}

impl Pairing {
    /// What was set against each other.
    #[must_use]
    pub fn sentence(&self) -> String {
        let by = match self.by {
            PairedBy::Index => "by their place in the dataset",
            PairedBy::Inputs => "by their inputs, as the datasets differ",
        };
        let pairs = shown::count(self.pairs, "example");
        match (self.only_a, self.only_b) {
            (0, 0) => format!("{pairs}, paired {by}."),
            (a, b) => format!(
                "{pairs}, paired {by}; {} only in A and {} only in B are left out.",
                shown::thousands(a),
                shown::thousands(b)
            ),
        }
    }
}

impl SliceComparison {
    /// What many tests mean.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        (self.tests > 1).then(|| {
            let by_chance = float(self.tests) * ALPHA;
            format!(
                "{} slice by slice: about {by_chance:.1} of them come out below 5 % by chance alone. Look at adjusted \
                 p-values.",
                shown::count(self.tests, "test")
            )
        })
    }
}
