use std::borrow::Cow;
use std::io::Write;
use std::time::Duration;

use scorebox_core::{Failure, Json, Usage, Value};
use scorebox_eval::{Outcome, RowResult, ScoreResult, SkipReason};

use crate::ReportError;
use crate::rows::outputs;

const COLUMNS: [&str; 15] = [
    "index",
    "repeat",
    "id",
    "scorer",
    "feedback",
    "kind",
    "value",
    "rationale",
    "error_kind",
    "error_message",
    "elapsed_ms",
    "cost_usd",
    "inputs",
    "outputs",
    "expectations",
];

/// The rows as a table with a line for each verdict, written as they come.
pub(crate) struct CsvReport<W: Write> {
    writer: csv::Writer<W>,
}

/// What a line says beside the row.
#[derive(Default)]
struct Line<'r> {
    scorer: &'r str,
    feedback: &'r str,
    kind: &'r str,
    value: Cow<'r, str>,
    rationale: &'r str,
    error_kind: &'r str,
    error_message: &'r str,
    call: Option<Call>,
}

/// What a call took; it stands on the call's first line only, so that sums over a column are right.
#[derive(Clone, Copy)]
struct Call {
    elapsed: Duration,
    usage: Usage,
}

impl<W: Write> CsvReport<W> {
    /// Begins a table.
    pub(crate) fn new(writer: W) -> Result<Self, ReportError> {
        let mut writer = csv::Writer::from_writer(writer);
        writer.write_record(COLUMNS).map_err(refused)?;
        Ok(Self { writer })
    }

    pub(crate) fn add(&mut self, row: &RowResult) -> Result<(), ReportError> {
        if let Some(prediction) = &row.prediction {
            let call = Some(Call { elapsed: prediction.elapsed, usage: prediction.usage });
            let line = match &prediction.outputs {
                Ok(_) => Line { kind: "prediction", call, ..Line::default() },
                Err(failure) => Line { call, ..Line::of_failure("", failure) },
            };
            self.write(row, &line)?;
        }
        row.scores.iter().try_for_each(|score| self.add_score(row, score))
    }

    pub(crate) fn finish(mut self) -> Result<(), ReportError> {
        Ok(self.writer.flush()?)
    }

    fn add_score(&mut self, row: &RowResult, score: &ScoreResult) -> Result<(), ReportError> {
        let scorer = &*score.scorer;
        let mut call = Some(Call { elapsed: score.elapsed, usage: score.usage });
        match &score.outcome {
            Outcome::Feedback(feedback) if feedback.is_empty() => {
                self.write(row, &Line { scorer, kind: "nothing", call, ..Line::default() })
            }
            Outcome::Feedback(feedback) => feedback.iter().try_for_each(|feedback| {
                let line = Line {
                    scorer,
                    feedback: &feedback.name,
                    kind: kind(&feedback.value),
                    value: value_cell(&feedback.value)?,
                    rationale: feedback.rationale.as_deref().unwrap_or_default(),
                    call: call.take(),
                    ..Line::default()
                };
                self.write(row, &line)
            }),
            Outcome::Error(failure) => self.write(row, &Line { call, ..Line::of_failure(scorer, failure) }),
            Outcome::Skipped(reason) => {
                let error_kind = match reason {
                    SkipReason::PredictionFailed => "prediction_failed",
                    SkipReason::EarlierTurn => "earlier_turn",
                };
                self.write(row, &Line { scorer, kind: "skipped", error_kind, ..Line::default() })
            }
        }
    }

    fn write(&mut self, row: &RowResult, line: &Line<'_>) -> Result<(), ReportError> {
        let example = row.content.as_ref().map(|content| &content.example);
        let elapsed = line.call.map_or_else(String::new, |call| milliseconds(call.elapsed));
        let cost = line.call.filter(|call| !call.usage.is_none()).map(|call| call.usage.cost.dollars().to_string());
        let cells: [&str; COLUMNS.len()] = [
            &row.index.to_string(),
            &row.repeat.to_string(),
            &defused(&row.id),
            &defused(line.scorer),
            &defused(line.feedback),
            line.kind,
            &line.value,
            &defused(line.rationale),
            line.error_kind,
            &defused(line.error_message),
            &elapsed,
            &cost.unwrap_or_default(),
            json_cell(example.map(|example| &example.inputs)),
            json_cell(outputs(row)),
            json_cell(example.and_then(|example| example.expectations.as_ref())),
        ];
        self.writer.write_record(cells).map_err(refused)
    }
}

impl<'r> Line<'r> {
    fn of_failure(scorer: &'r str, failure: &'r Failure) -> Self {
        Line {
            scorer,
            kind: "error",
            error_kind: failure.kind.as_str(),
            error_message: &failure.message,
            ..Line::default()
        }
    }
}

/// A text that no spreadsheet takes for a formula: where it begins like one, with an apostrophe before it. The characters
/// are those that OWASP lists under "CSV Injection", the full-width ones included.
///
/// JSON needs none: a JSON text that begins like a formula is a negative number.
fn defused(text: &str) -> Cow<'_, str> {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{text}"))
        }
        _ => Cow::Borrowed(text),
    }
}

fn value_cell(value: &Value) -> Result<Cow<'_, str>, ReportError> {
    Ok(match value {
        Value::Text(text) => defused(text),
        Value::Json(json) => Cow::Borrowed(json.as_str()),
        Value::Boolean(_) | Value::Integer(_) | Value::Number(_) => Cow::Owned(serde_json::to_string(value)?),
    })
}

fn json_cell(json: Option<&Json>) -> &str {
    json.map_or("", Json::as_str)
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Boolean(_) => "boolean",
        Value::Integer(_) => "integer",
        Value::Number(_) => "number",
        Value::Text(_) => "text",
        Value::Json(_) => "json",
    }
}

/// Exact to the nanosecond, without an exponent.
fn milliseconds(duration: Duration) -> String {
    const NANOSECONDS_PER_MILLISECOND: u128 = 1_000_000;
    let whole = duration.as_nanos() / NANOSECONDS_PER_MILLISECOND;
    let fraction = duration.as_nanos() % NANOSECONDS_PER_MILLISECOND;
    let text = format!("{whole}.{fraction:06}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn refused(error: csv::Error) -> ReportError {
    ReportError::Io(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_begin_like_a_formula_get_an_apostrophe() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1"] {
            assert_eq!(defused(text), format!("'{text}"));
        }
        for text in ["", "a=1", " =1", "'=1", "1-1", "\"=1\""] {
            assert_eq!(defused(text), text);
        }
    }

    #[test]
    fn numbers_stay_numbers() {
        let cells = [Value::Integer(-3), Value::Number((-0.5).try_into().unwrap()), Value::Boolean(true)];
        let cells = cells.each_ref().map(|value| value_cell(value).unwrap().into_owned());
        assert_eq!(cells, ["-3", "-0.5", "true"]);
        assert_eq!(value_cell(&Value::Text("-3".to_owned())).unwrap(), "'-3");
    }

    #[test]
    fn times_are_plain_decimals() {
        let cells = [0, 1, 700, 1_500_000, 3_600_000_000_000].map(|ns| milliseconds(Duration::from_nanos(ns)));
        assert_eq!(cells, ["0", "0.000001", "0.0007", "1.5", "3600000"]);
    }
}
