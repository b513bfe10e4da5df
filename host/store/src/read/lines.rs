//! Lines of the wide tables, a range at a time.

use std::collections::BTreeMap;
use std::ops::Range;

use sqlx::AssertSqlSafe;

use super::RowParts;
use crate::database::{Session, ask};
use crate::error::StoreError;
use crate::lines::{StoredExample, StoredFeedback, StoredPrediction, joined_trace, signed, unsigned};

/// Which positions are wanted of a column.
pub(crate) struct Wanted {
    range: Range<u64>,
    /// Only these of the range; none for all.
    only: Option<String>,
}

impl Wanted {
    pub(crate) fn range(range: Range<u64>) -> Self {
        Self { range, only: None }
    }

    /// Some positions, in ascending order.
    pub(crate) fn some(positions: &[u64]) -> Self {
        let (Some(first), Some(last)) = (positions.first(), positions.last()) else { return Self::range(0..0) };
        let range = *first..*last + 1;
        let are_all = (range.end - range.start) == positions.len() as u64;
        let only = || positions.iter().map(u64::to_string).collect::<Vec<_>>().join(",");
        Self { range, only: (!are_all).then(only) }
    }

    /// `$2` and `$3` are the ends of the range.
    fn condition(&self) -> String {
        let among = self.only.as_ref().map(|only| format!(" AND position IN ({only})")).unwrap_or_default();
        format!("position >= $2 AND position < $3{among}")
    }

    fn first(&self) -> i64 {
        signed(self.range.start)
    }

    fn end(&self) -> i64 {
        signed(self.range.end)
    }

    /// A list makes a statement of its own, which is not worth keeping.
    fn is_usual(&self) -> bool {
        self.only.is_none()
    }
}

/// The column where it is wanted, nothing in its place otherwise.
fn part(is_wanted: bool, column: &'static str) -> &'static str {
    if is_wanted { column } else { "NULL" }
}

/// The lines of examples by their places in the snapshot; only their ids without the content.
pub(crate) async fn read_examples(
    session: &mut Session,
    snapshot: i64,
    range: Range<u64>,
    with_content: bool,
) -> Result<Vec<StoredExample>, StoreError> {
    type Line = (String, Vec<u8>, String, Option<String>, Option<String>, Option<String>, Option<String>);
    const IDS: &str =
        "SELECT id FROM examples WHERE snapshot = $1 AND position >= $2 AND position < $3 ORDER BY position";
    const LINES: &str = "SELECT id, content, inputs, outputs, expectations, trace, tags FROM examples \
         WHERE snapshot = $1 AND position >= $2 AND position < $3 ORDER BY position";
    let (first, end) = (signed(range.start), signed(range.end));
    if !with_content {
        let ids: Vec<String> = ask!(session, "read examples", connection => {
            sqlx::query_scalar(IDS).bind(snapshot).bind(first).bind(end).fetch_all(connection).await
        })?;
        return Ok(ids.into_iter().map(|id| StoredExample { id, ..StoredExample::default() }).collect());
    }
    let lines: Vec<Line> = ask!(session, "read examples", connection => {
        sqlx::query_as(LINES).bind(snapshot).bind(first).bind(end).fetch_all(connection).await
    })?;
    let example = |(id, content, inputs, outputs, expectations, trace, tags): Line| StoredExample {
        id,
        content,
        inputs,
        outputs,
        expectations,
        trace,
        tags,
    };
    Ok(lines.into_iter().map(example).collect())
}

/// The spans of rows, by their positions.
pub(crate) type Spans = BTreeMap<u64, Vec<String>>;

/// The lines of predictions in the order of their positions, and their spans, if they are wanted.
pub(crate) async fn read_predictions(
    session: &mut Session,
    column: i64,
    wanted: &Wanted,
    parts: RowParts,
) -> Result<(Vec<StoredPrediction>, Spans), StoreError> {
    if !parts.content && !parts.outputs && !parts.traces && !parts.remarks {
        return Ok((read_calls(session, column, wanted).await?, Spans::new()));
    }
    type Line = (
        i64,
        Option<Vec<u8>>,
        Option<String>,
        Option<String>,
        i64,
        Option<i64>,
        bool,
        Option<String>,
        Option<String>,
        Option<String>,
        Option<String>,
    );
    let sql = format!(
        "SELECT position, {}, {}, error, elapsed_ns, started_ns, is_reused, usage, {}, {}, {} FROM predictions \
         WHERE col = $1 AND {} ORDER BY position",
        part(parts.content, "content"),
        part(parts.outputs, "outputs"),
        part(parts.remarks, "log"),
        part(parts.traces, "trace_id"),
        part(parts.traces, "trace"),
        wanted.condition()
    );
    let lines: Vec<Line> = ask!(session, "read predictions", connection => {
        let read = sqlx::query_as(AssertSqlSafe(&*sql)).bind(column).bind(wanted.first()).bind(wanted.end());
        read.persistent(wanted.is_usual()).fetch_all(connection).await
    })?;
    let prediction = |line: Line| {
        let (position, content, outputs, error, elapsed_ns, started_ns, is_reused, usage, ..) = line;
        let (.., log, trace_id, trace) = line;
        StoredPrediction {
            position,
            content,
            outputs,
            error,
            elapsed_ns,
            started_ns,
            is_reused,
            usage,
            log,
            trace_id,
            trace,
        }
    };
    let predictions: Vec<_> = lines.into_iter().map(prediction).collect();
    let has_spans = predictions.iter().any(|line| line.trace_id.is_some() && line.trace.is_none());
    let spans = if has_spans { read_spans(session, column, wanted).await? } else { Spans::new() };
    Ok((predictions, spans))
}

/// What is told of the calls of predictions, without what they gave.
async fn read_calls(session: &mut Session, column: i64, wanted: &Wanted) -> Result<Vec<StoredPrediction>, StoreError> {
    type Line = (i64, Option<String>, i64, Option<i64>, bool, Option<String>);
    let sql = format!(
        "SELECT position, error, elapsed_ns, started_ns, is_reused, usage FROM predictions \
         WHERE col = $1 AND {} ORDER BY position",
        wanted.condition()
    );
    let lines: Vec<Line> = ask!(session, "read predictions", connection => {
        let read = sqlx::query_as(AssertSqlSafe(&*sql)).bind(column).bind(wanted.first()).bind(wanted.end());
        read.persistent(wanted.is_usual()).fetch_all(connection).await
    })?;
    let prediction = |(position, error, elapsed_ns, started_ns, is_reused, usage): Line| StoredPrediction {
        position,
        error,
        elapsed_ns,
        started_ns,
        is_reused,
        usage,
        ..StoredPrediction::default()
    };
    Ok(lines.into_iter().map(prediction).collect())
}

async fn read_spans(session: &mut Session, column: i64, wanted: &Wanted) -> Result<Spans, StoreError> {
    let sql =
        format!("SELECT position, body FROM spans WHERE col = $1 AND {} ORDER BY position, place", wanted.condition());
    let lines: Vec<(i64, String)> = ask!(session, "read spans", connection => {
        let read = sqlx::query_as(AssertSqlSafe(&*sql)).bind(column).bind(wanted.first()).bind(wanted.end());
        read.persistent(wanted.is_usual()).fetch_all(connection).await
    })?;
    let mut spans = Spans::new();
    for (position, body) in lines {
        spans.entry(unsigned(position)).or_default().push(body);
    }
    Ok(spans)
}

/// The trace of a prediction, put together again.
pub(crate) fn trace_of(line: &mut StoredPrediction, spans: &mut Spans) -> Option<String> {
    if let Some(trace) = line.trace.take() {
        return Some(trace);
    }
    let spans = spans.remove(&unsigned(line.position)).unwrap_or_default();
    let bodies: Vec<_> = spans.iter().map(String::as_str).collect();
    line.trace_id.as_ref().map(|trace_id| joined_trace(trace_id, &bodies))
}

/// The lines of feedback in the order of their positions and places.
pub(crate) async fn read_feedback(
    session: &mut Session,
    column: i64,
    wanted: &Wanted,
    parts: RowParts,
) -> Result<Vec<StoredFeedback>, StoreError> {
    if !parts.remarks {
        return match parts.calls {
            true => read_values(session, column, wanted).await,
            false => read_verdicts(session, column, wanted).await,
        };
    }
    type Line = (
        i64,
        i64,
        String,
        Option<f64>,
        Option<i64>,
        Option<i64>,
        bool,
        Option<String>,
        Option<String>,
        Option<String>,
        Option<String>,
        Option<String>,
        Option<String>,
        Option<String>,
    );
    let sql = format!(
        "SELECT position, place, kind, number, elapsed_ns, started_ns, is_reused, name, body, usage, rationale, \
         metadata, span_id, log FROM feedback WHERE col = $1 AND {} ORDER BY position, place",
        wanted.condition()
    );
    let lines: Vec<Line> = ask!(session, "read feedback", connection => {
        let read = sqlx::query_as(AssertSqlSafe(&*sql)).bind(column).bind(wanted.first()).bind(wanted.end());
        read.persistent(wanted.is_usual()).fetch_all(connection).await
    })?;
    let feedback = |line: Line| {
        let (position, place, kind, number, elapsed_ns, started_ns, is_reused, name, ..) = line;
        let (.., body, usage, rationale, metadata, span_id, log) = line;
        StoredFeedback {
            position,
            place,
            kind,
            number,
            elapsed_ns,
            started_ns,
            is_reused,
            name,
            body,
            rationale,
            metadata,
            span_id,
            usage,
            log,
        }
    };
    Ok(lines.into_iter().map(feedback).collect())
}

/// The lines of feedback without what is only for people to read.
async fn read_values(session: &mut Session, column: i64, wanted: &Wanted) -> Result<Vec<StoredFeedback>, StoreError> {
    type Line =
        (i64, i64, String, Option<f64>, Option<i64>, Option<i64>, bool, Option<String>, Option<String>, Option<String>);
    let sql = format!(
        "SELECT position, place, kind, number, elapsed_ns, started_ns, is_reused, name, body, usage FROM feedback \
         WHERE col = $1 AND {} ORDER BY position, place",
        wanted.condition()
    );
    let lines: Vec<Line> = ask!(session, "read feedback", connection => {
        let read = sqlx::query_as(AssertSqlSafe(&*sql)).bind(column).bind(wanted.first()).bind(wanted.end());
        read.persistent(wanted.is_usual()).fetch_all(connection).await
    })?;
    let feedback = |line: Line| {
        let (position, place, kind, number, elapsed_ns, started_ns, is_reused, name, body, usage) = line;
        StoredFeedback {
            position,
            place,
            kind,
            number,
            elapsed_ns,
            started_ns,
            is_reused,
            name,
            body,
            usage,
            ..StoredFeedback::default()
        }
    };
    Ok(lines.into_iter().map(feedback).collect())
}

/// The same without what is told of calls: every value that is not read saves time.
async fn read_verdicts(session: &mut Session, column: i64, wanted: &Wanted) -> Result<Vec<StoredFeedback>, StoreError> {
    type Line = (i64, i64, String, Option<f64>, Option<String>, Option<String>);
    let sql = format!(
        "SELECT position, place, kind, number, name, body FROM feedback WHERE col = $1 AND {} ORDER BY position, place",
        wanted.condition()
    );
    let lines: Vec<Line> = ask!(session, "read feedback", connection => {
        let read = sqlx::query_as(AssertSqlSafe(&*sql)).bind(column).bind(wanted.first()).bind(wanted.end());
        read.persistent(wanted.is_usual()).fetch_all(connection).await
    })?;
    let feedback = |(position, place, kind, number, name, body): Line| StoredFeedback {
        position,
        place,
        kind,
        number,
        name,
        body,
        ..StoredFeedback::default()
    };
    Ok(lines.into_iter().map(feedback).collect())
}
