use std::collections::HashSet;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::project::CALLS_PER_ROW;

/// What a `results.jsonl` says of its rows.
#[derive(Debug, Default)]
pub(super) struct Results {
    lines: usize,
    indices: HashSet<u64>,
    failed_predictions: u32,
    errors: Vec<String>,
}

impl Results {
    pub(super) fn parse(text: &str) -> Result<Self> {
        let mut results = Self::default();
        for line in text.lines() {
            results.add(line).with_context(|| format!("line {}", results.lines + 1))?;
        }
        Ok(results)
    }

    fn add(&mut self, line: &str) -> Result<()> {
        let row: Value = serde_json::from_str(line)?;
        self.indices.insert(row["index"].as_u64().context("there is no `index`")?);
        self.lines += 1;
        let prediction = row.get("predict_error");
        self.failed_predictions += u32::from(prediction.is_some());
        let scores = row["scores"].as_object().context("there are no `scores`")?;
        for error in prediction.into_iter().chain(scores.values().filter_map(|score| score.get("error"))) {
            self.errors.push(error["message"].as_str().context("there is an error without a `message`")?.to_owned());
        }
        Ok(())
    }

    /// How many lines there are.
    pub(super) fn lines(&self) -> usize {
        self.lines
    }

    /// The messages of all calls that failed.
    pub(super) fn errors(&self) -> &[String] {
        &self.errors
    }

    /// Whether each of so many rows is there, and no row twice.
    pub(super) fn hold_each_row_once(&self, rows: u32) -> bool {
        let rows = u64::from(rows);
        self.lines == self.indices.len()
            && self.indices.len() as u64 == rows
            && (0..rows).all(|row| self.indices.contains(&row))
    }

    /// How many calls of models so many rows needed: a row whose prediction failed was not judged.
    pub(super) fn calls_needed(&self, rows: u32) -> u32 {
        rows * CALLS_PER_ROW - self.failed_predictions * (CALLS_PER_ROW - 1)
    }

    /// Checks that each of so many rows is there, without an error; else the time that it took means nothing.
    pub(super) fn ensure_whole(&self, rows: u32) -> Result<()> {
        if let Some(message) = self.errors.first() {
            bail!("{} calls failed, where none had to: {message}", self.errors.len());
        }
        ensure!(self.hold_each_row_once(rows), "{} lines are not {rows} rows, each of them once", self.lines);
        Ok(())
    }
}

/// How many rows of two `results.jsonl` are alike apart from times, of how many.
pub(super) fn rows_alike(ours: &str, theirs: &str) -> Result<(usize, usize)> {
    let mut alike = 0;
    for (our, their) in ours.lines().zip(theirs.lines()) {
        alike += usize::from(without_times(our)? == without_times(their)?);
    }
    Ok((alike, ours.lines().count().max(theirs.lines().count())))
}

/// A row without what differs between two runs of the same plan: `timing`, and the times in `trace`.
fn without_times(line: &str) -> Result<Value> {
    let mut row: Value = serde_json::from_str(line)?;
    let fields = row.as_object_mut().context("a row is an object")?;
    fields.remove("timing");
    let spans = fields.get_mut("trace").and_then(|trace| trace["spans"].as_array_mut());
    for span in spans.into_iter().flatten().filter_map(Value::as_object_mut) {
        span.remove("start_time_unix_nano");
        span.remove("end_time_unix_nano");
        let events = span.get_mut("events").and_then(Value::as_array_mut);
        for event in events.into_iter().flatten().filter_map(Value::as_object_mut) {
            event.remove("time_unix_nano");
        }
    }
    Ok(row)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SCORED: &str = r#"{"judge": {"feedback": [{"name": "judge", "value": true}]}}"#;

    fn results(rows: &[(u64, &str)]) -> Results {
        let line = |(index, scores): &(u64, &str)| format!("{{\"index\": {index}, \"scores\": {scores}}}\n");
        Results::parse(&rows.iter().map(line).collect::<String>()).unwrap()
    }

    #[test]
    fn a_row_that_is_missing_or_there_twice_is_noticed() {
        assert!(results(&[(0, SCORED), (1, SCORED)]).hold_each_row_once(2));
        assert!(results(&[(0, SCORED), (1, SCORED)]).ensure_whole(2).is_ok());
        for (rows, wanted) in [(&[0, 1][..], 3), (&[0, 2], 2), (&[0, 1, 1], 2), (&[0, 1, 2], 2), (&[0, 0], 2)] {
            let results = results(&rows.iter().map(|&row| (row, SCORED)).collect::<Vec<_>>());
            assert!(!results.hold_each_row_once(wanted), "{rows:?}");
            assert!(results.ensure_whole(wanted).is_err(), "{rows:?}");
        }
    }

    #[test]
    fn a_call_that_failed_is_told_with_its_message() {
        let failed = r#"{"exact": {"feedback": []}, "judge": {"error": {"kind": "failed", "message": "no answer"}}}"#;
        let results = results(&[(0, SCORED), (1, failed)]);
        assert_eq!(results.errors(), ["no answer"]);
        assert_eq!(results.ensure_whole(2).unwrap_err().to_string(), "1 calls failed, where none had to: no answer");
    }

    #[test]
    fn a_row_whose_prediction_failed_needs_no_judges() {
        let failed =
            r#"{"index": 1, "predict_error": {"message": "503"}, "scores": {"a": {"skipped": "prediction_failed"}}}"#;
        let results = Results::parse(failed).unwrap();
        assert_eq!((results.calls_needed(10), results.errors().len()), (28, 1));
    }

    #[test]
    fn a_line_that_is_no_row_is_named() {
        let text = format!("{{\"index\": 0, \"scores\": {SCORED}}}\n{{\"index\": 1, \"sco");
        assert_eq!(Results::parse(&text).unwrap_err().to_string(), "line 2");
        assert!(Results::parse("{}").is_err());
    }

    fn row(output: &str, time: u64) -> String {
        json!({
            "index": 0, "outputs": output, "timing": {"start_ns": time},
            "trace": {"trace_id": "t", "spans": [{
                "span_id": "1", "start_time_unix_nano": time, "end_time_unix_nano": time + 1,
                "events": [{"name": "first_token", "time_unix_nano": time}],
            }]},
        })
        .to_string()
    }

    #[test]
    fn rows_are_alike_whenever_they_were_made() {
        let (first, second) =
            (format!("{}\n{}\n", row("a", 1), row("b", 2)), format!("{}\n{}\n", row("a", 3), row("b", 4)));
        assert_eq!(rows_alike(&first, &second).unwrap(), (2, 2));
    }

    #[test]
    fn a_row_that_says_something_else_or_is_missing_is_not_alike() {
        let first = format!("{}\n{}\n", row("a", 1), row("b", 2));
        assert_eq!(rows_alike(&first, &format!("{}\n{}\n", row("a", 1), row("c", 2))).unwrap(), (1, 2));
        assert_eq!(rows_alike(&first, &row("a", 1)).unwrap(), (1, 2));
        assert_eq!(rows_alike(&row("a", 1), &first).unwrap(), (1, 2));
        let renamed = row("a", 1).replace("first_token", "last_token");
        assert_eq!(rows_alike(&row("a", 1), &renamed).unwrap(), (0, 1));
    }
}
