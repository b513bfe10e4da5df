use std::cmp::Reverse;
use std::collections::HashMap;

use scorebox_core::Aggregation;

use super::Summary;
use super::collector::SummaryCollector;
use super::field_value::field_value;
use crate::dataset::FieldPath;
use crate::results::RowResult;

/// Values that are summed up each on their own.
const MAX_SLICES: usize = 200;
/// Names the rows whose values came up after that.
const OTHER: &str = "…other";
/// Names the rows without a value.
const NONE: &str = "(none)";

/// Sums up rows by what stands in a field of their examples, as `tags.topic`.
///
/// The first 200 values have a summary each, which bounds the memory; rows with further ones are summed up together.
pub struct SliceCollector {
    field: FieldPath,
    scorers: Vec<(String, Vec<Aggregation>)>,
    clusters: Option<FieldPath>,
    slices: HashMap<String, SummaryCollector>,
    other: Option<SummaryCollector>,
    none: Option<SummaryCollector>,
}

impl SliceCollector {
    /// Begins with the scorers of a plan, as [`SummaryCollector::new`], and the field that tells slices apart.
    #[must_use]
    pub fn new(scorers: impl IntoIterator<Item = (String, Vec<Aggregation>)>, field: FieldPath) -> Self {
        let scorers = scorers.into_iter().collect();
        Self { field, scorers, clusters: None, slices: HashMap::new(), other: None, none: None }
    }

    /// Within each slice, takes rows with the same value in a field for depending on each other, as
    /// [`SummaryCollector::with_clusters`].
    #[must_use]
    pub fn with_clusters(mut self, field: FieldPath) -> Self {
        self.clusters = Some(field);
        self
    }

    /// Adds a row, in the order of positions. It must carry its example, or has no value.
    pub fn add(&mut self, row: &RowResult) {
        let has_room = self.slices.len() < MAX_SLICES;
        let Self { scorers, clusters, .. } = self;
        let begin = || {
            let collector = SummaryCollector::new(scorers.iter().cloned());
            clusters.iter().cloned().fold(collector, SummaryCollector::with_clusters)
        };
        let slice = match field_value(&self.field, row) {
            None => self.none.get_or_insert_with(begin),
            Some(value) if has_room => self.slices.entry(value).or_insert_with(begin),
            Some(value) => match self.slices.get_mut(&value) {
                Some(slice) => slice,
                None => self.other.get_or_insert_with(begin),
            },
        };
        slice.add(row);
    }

    /// The slices by name: the largest first, those of the same size by name, and last the rows beyond the first 200
    /// values, as `…other`. Rows without a value are those of `(none)`.
    #[must_use]
    pub fn summaries(&self) -> Vec<(String, Summary)> {
        let none = self.none.iter().map(|slice| (NONE.to_owned(), slice.summary()));
        let slices = self.slices.iter().map(|(value, slice)| (value.clone(), slice.summary()));
        let mut summaries: Vec<_> = slices.chain(none).collect();
        summaries.sort_by(|(a, one), (b, other)| (Reverse(one.rows), a).cmp(&(Reverse(other.rows), b)));
        summaries.extend(self.other.iter().map(|slice| (OTHER.to_owned(), slice.summary())));
        summaries
    }
}
