use serde::Serialize;

use crate::causes::Causes;
use crate::shown::{counted, thousands};

/// The failures by what caused them.
#[derive(Serialize)]
pub(super) struct FailuresView {
    causes: Vec<CauseView>,
    failures: String,
    others: Option<String>,
}

#[derive(Serialize)]
struct CauseView {
    function: String,
    /// None for the predict function.
    scorer: Option<String>,
    kind: &'static str,
    message: String,
    count: String,
    filter: Option<String>,
    rows: Vec<String>,
    has_more: bool,
}

impl FailuresView {
    pub(super) fn of(causes: Causes) -> Self {
        let (causes, others) = causes.finish();
        let all = others + causes.iter().map(|cause| cause.count).sum::<u64>();
        let views = causes.into_iter().map(|cause| CauseView {
            function: cause.function().to_owned(),
            scorer: cause.scorer.as_deref().map(str::to_owned),
            kind: cause.kind.as_str(),
            count: thousands(cause.count),
            filter: cause.scorer.as_deref().map(|scorer| super::filter(scorer, ":", "error")),
            has_more: cause.count > cause.rows.len() as u64,
            message: cause.message,
            rows: cause.rows,
        });
        Self {
            causes: views.collect(),
            failures: thousands(all),
            others: (others > 0).then(|| counted(others, "further failure")),
        }
    }
}
