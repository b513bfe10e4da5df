//! How much of a run goes into the page, so that a browser opens it and the writer's memory is bounded.

/// Rows; further ones are left out by the rule of `Selection`.
pub(super) const MAX_ROWS: usize = 50_000;
/// Bytes of texts and details of all rows together.
pub(super) const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Characters of one text of a row: inputs, outputs, expectations, a rationale, a message, a backtrace.
pub(super) const MAX_TEXT_CHARACTERS: usize = 20_000;
/// Characters of one text of a span.
pub(super) const MAX_SPAN_TEXT_CHARACTERS: usize = 5_000;
/// Characters of all texts of a trace.
pub(super) const MAX_TRACE_CHARACTERS: usize = 200_000;
/// Spans of a trace.
pub(super) const MAX_SPANS: usize = 500;
/// Feedbacks of one scorer on one row.
pub(super) const MAX_FEEDBACKS: usize = 100;
/// Lines of one function's log on one row.
pub(super) const MAX_LOG_LINES: usize = 200;
/// Columns of the table for feedback.
pub(super) const MAX_COLUMNS: usize = 40;
/// Characters of an id, a tag, a label in the table.
pub(super) const MAX_NAME_CHARACTERS: usize = 200;
/// Feedbacks of one scorer in the summary.
pub(super) const MAX_SUMMARY_FEEDBACKS: usize = 40;
