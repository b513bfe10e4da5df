use std::collections::BTreeMap;

use scorebox_stats::Confidence;

use crate::Subject;

/// How agreement is measured.
#[derive(Clone, Debug)]
pub struct AgreementOptions {
    /// The level of intervals.
    pub confidence: Confidence,
    /// Labels that have an order, from one end to the other, by judge.
    pub orders: BTreeMap<Subject, Vec<String>>,
    /// How many disagreements are kept for each judge.
    pub max_disagreements: usize,
    /// The longest rationale, in characters.
    pub max_text_chars: usize,
    /// Where the randomness of bootstrap intervals comes from.
    pub seed: u64,
}

impl Default for AgreementOptions {
    fn default() -> Self {
        Self {
            confidence: Confidence::default(),
            orders: BTreeMap::new(),
            max_disagreements: 1000,
            max_text_chars: 2000,
            seed: 0,
        }
    }
}

impl AgreementOptions {
    /// The order of a judge's labels, if they have one.
    pub(super) fn order(&self, scorer: &str, feedback: &str) -> Option<&[String]> {
        let mut orders = self.orders.iter().filter(|(subject, _)| subject.covers(scorer, feedback));
        orders.next_back().map(|(_, order)| order.as_slice())
    }
}
