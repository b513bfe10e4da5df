//! One page: lines of several tables, put together into rows.

use std::iter::Peekable;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use std::vec::IntoIter;

use scorebox_eval::{ContentKey, FunctionRole, Outcome, Prediction, RowContent, RowResult, ScoreResult};

use super::lines::{Wanted, read_examples, read_feedback, read_predictions, trace_of};
use super::rows::{RowParts, RowSource};
use crate::database::Session;
use crate::error::StoreError;
use crate::lines::{StoredExample, StoredFeedback, StoredPrediction, assemble_outcome, unsigned};
use crate::text::restored;

pub(super) struct Page {
    pub(super) rows: Vec<RowResult>,
    /// Bytes of texts in the rows, about.
    pub(super) bytes: usize,
}

/// What scorers are told by.
struct Column {
    name: Arc<str>,
    is_shared: bool,
    lines: Peekable<IntoIter<StoredFeedback>>,
}

/// The predictions of a page, with their traces and the keys of what scorers were given.
struct Predictions {
    is_shared: bool,
    lines: IntoIter<(StoredPrediction, Option<String>)>,
}

/// What is known of the example of a row.
struct PageExample {
    id: String,
    content: Option<Box<RowContent>>,
}

pub(super) async fn read_page(
    session: &mut Session,
    source: &RowSource,
    range: Range<u64>,
    parts: RowParts,
) -> Result<Page, StoreError> {
    let mut bytes = 0;
    let examples = page_examples(session, source, &range, parts, &mut bytes).await?;
    let mut predictions = None;
    let mut columns = Vec::new();
    for column in &source.columns {
        let wanted = Wanted::range(range.clone());
        if column.role == FunctionRole::Predictor {
            let (lines, mut spans) = read_predictions(session, column.key, &wanted, parts).await?;
            let with_trace = |mut line: StoredPrediction| {
                let trace = trace_of(&mut line, &mut spans);
                bytes += trace.as_ref().map_or(0, String::len) + line.outputs.as_ref().map_or(0, String::len);
                (line, trace)
            };
            let lines: Vec<_> = lines.into_iter().map(with_trace).collect();
            predictions = Some(Predictions { is_shared: column.is_shared, lines: lines.into_iter() });
        } else {
            let lines = read_feedback(session, column.key, &wanted, parts).await?;
            bytes += lines.iter().map(line_bytes).sum::<usize>();
            let (name, is_shared) = (column.name.as_str().into(), column.is_shared);
            columns.push(Column { name, is_shared, lines: lines.into_iter().peekable() });
        }
    }
    let mut examples = examples.into_iter();
    let mut example = None;
    let mut rows = Vec::with_capacity(usize::try_from(range.end - range.start).unwrap_or(0));
    for position in range.clone() {
        let unreadable = |table| unreadable(source, table, position);
        let (index, repeat) = (position / source.repeats, position % source.repeats);
        if repeat == 0 || example.is_none() {
            example = Some(examples.next().ok_or_else(|| unreadable("examples")("the line is missing".to_owned()))?);
        }
        let of_row = example.as_ref().map(|example: &PageExample| (example.id.clone(), example.content.clone()));
        let (id, mut content) = of_row.unwrap_or_default();
        let mut started = None;
        let mut prediction = None;
        if let Some(predictions) = &mut predictions {
            let next = predictions.next(position, &mut started, content.as_deref_mut());
            prediction = Some(next.map_err(unreadable("predictions"))?);
        }
        let mut scores = Vec::with_capacity(columns.len());
        for column in &mut columns {
            scores.push(column.next(position, &mut started).map_err(unreadable("feedback"))?);
        }
        let repeat = u32::try_from(repeat).unwrap_or(u32::MAX);
        let started = started.unwrap_or_default();
        rows.push(RowResult { index, repeat, id, prediction, scores, started, content });
    }
    Ok(Page { rows, bytes })
}

fn unreadable(source: &RowSource, table: &'static str, position: u64) -> impl Fn(String) -> StoreError {
    let run = source.run.clone();
    move |reason| StoreError::unreadable(table, Some(run.clone()), Some(position), reason)
}

/// The examples of a page, in their order.
async fn page_examples(
    session: &mut Session,
    source: &RowSource,
    positions: &Range<u64>,
    parts: RowParts,
    bytes: &mut usize,
) -> Result<Vec<PageExample>, StoreError> {
    let (first, end) = (positions.start / source.repeats, positions.end.div_ceil(source.repeats));
    if !parts.ids && !parts.content {
        return Ok((first..end).map(|_| PageExample { id: String::new(), content: None }).collect());
    }
    let lines = read_examples(session, source.snapshot, first..end, parts.content).await?;
    let mut examples = Vec::with_capacity(lines.len());
    for (index, line) in (first..).zip(lines) {
        *bytes += example_bytes(&line);
        let unreadable = unreadable(source, "examples", index * source.repeats);
        examples.push(page_example(line, parts).map_err(unreadable)?);
    }
    Ok(examples)
}

fn page_example(line: StoredExample, parts: RowParts) -> Result<PageExample, String> {
    if !parts.content {
        return Ok(PageExample { id: restored(line.id)?, content: None });
    }
    let key = content_key(&line.content)?;
    let example = line.into_example()?;
    let id = example.id.clone();
    Ok(PageExample { id, content: Some(Box::new(RowContent { example, example_key: key, scored_key: key })) })
}

fn content_key(bytes: &[u8]) -> Result<ContentKey, String> {
    let bytes: [u8; 16] = bytes.try_into().map_err(|_| "`content` is no key of a content".to_owned())?;
    Ok(bytes.into())
}

impl Predictions {
    fn next(
        &mut self,
        position: u64,
        started: &mut Option<Duration>,
        content: Option<&mut RowContent>,
    ) -> Result<Prediction, String> {
        let (line, trace) = self.lines.next().ok_or("the line is missing")?;
        if unsigned(line.position) != position {
            return Err("the line is missing".to_owned());
        }
        if let (Some(content), Some(bytes)) = (content, &line.content) {
            content.scored_key = content_key(bytes)?;
        }
        if !self.is_shared {
            *started = line.started_ns.map(unsigned).map(Duration::from_nanos);
        }
        let mut prediction = line.into_prediction(trace)?;
        prediction.is_reused |= self.is_shared;
        Ok(prediction)
    }
}

impl Column {
    fn next(&mut self, position: u64, started: &mut Option<Duration>) -> Result<ScoreResult, String> {
        let of_row = std::iter::from_fn(|| self.lines.next_if(|line| unsigned(line.position) == position));
        let (outcome, call) = assemble_outcome(of_row, &self.name)?;
        if !self.is_shared && started.is_none() {
            *started = call.started;
        }
        let is_reused = call.is_reused || (self.is_shared && !matches!(outcome, Outcome::Skipped(_)));
        let (log, usage, elapsed) = (call.log, call.usage, call.elapsed);
        Ok(ScoreResult { scorer: self.name.clone(), outcome, log, usage, elapsed, is_reused })
    }
}

fn example_bytes(line: &StoredExample) -> usize {
    let optional = [&line.outputs, &line.expectations, &line.trace, &line.tags];
    64 + line.id.len() + line.inputs.len() + optional.into_iter().flatten().map(String::len).sum::<usize>()
}

fn line_bytes(line: &StoredFeedback) -> usize {
    let optional = [&line.body, &line.rationale, &line.metadata, &line.usage, &line.log];
    64 + optional.into_iter().flatten().map(String::len).sum::<usize>()
}
