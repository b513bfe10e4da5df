use scorebox_core::FailureKind;
use scorebox_eval::{CallSummary, Summary};

/// Failures of one class in one function.
#[derive(Clone, Debug)]
pub(crate) struct FailureGroup<'s> {
    /// The scorer; none for the predict function.
    pub(crate) scorer: Option<&'s str>,
    pub(crate) kind: FailureKind,
    pub(crate) rows: u64,
    /// The id of the first example that it happened on, and what happened there.
    pub(crate) first: Option<(&'s str, &'s str)>,
}

/// The failures by function and class: first those of the predict function, then by scorer in the order of the plan.
pub(crate) fn failure_groups(summary: &Summary) -> Vec<FailureGroup<'_>> {
    let predict = summary.predict.iter().map(|calls| (None, calls));
    let scorers = summary.scorers.iter().map(|scorer| (Some(scorer.name.as_str()), &scorer.calls));
    predict.chain(scorers).flat_map(|(scorer, calls)| groups(scorer, calls)).collect()
}

fn groups<'s>(scorer: Option<&'s str>, calls: &'s CallSummary) -> impl Iterator<Item = FailureGroup<'s>> {
    calls.errors_by_kind.iter().map(move |(&kind, &rows)| {
        let first = calls.first_errors.get(&kind).map(|first| (first.id.as_str(), first.message.as_str()));
        FailureGroup { scorer, kind, rows, first }
    })
}
