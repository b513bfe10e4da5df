//! A row as one line of JSON.

use std::collections::BTreeMap;
use std::time::Duration;

use scorebox_core::{Failure, Json, Usage};
use scorebox_engine::LogLine;
use serde::de::{self, Deserializer};
use serde::ser::{SerializeMap, SerializeStruct, Serializer};
use serde::{Deserialize, Serialize};

use super::row::{Outcome, Prediction, RowResult, ScoreResult, nanoseconds};

/// Appends the row as one line of `results.jsonl`, with its line end.
///
/// White space in JSON of others may hold line breaks; in the line they are spaces.
pub fn encode_row(row: &RowResult, line: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let start = line.len();
    if let Err(error) = serde_json::to_writer(&mut *line, row) {
        line.truncate(start);
        return Err(error);
    }
    // Inside a JSON string a line break is escaped, so each one found here stands between tokens.
    let mut from = start;
    while let Some(offset) = memchr::memchr2(b'\n', b'\r', &line[from..]) {
        line[from + offset] = b' ';
        from += offset + 1;
    }
    line.push(b'\n');
    Ok(())
}

impl Serialize for RowResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut row = serializer.serialize_struct("RowResult", 9)?;
        row.serialize_field("index", &self.index)?;
        if self.repeat > 0 {
            row.serialize_field("repeat", &self.repeat)?;
        }
        row.serialize_field("id", &self.id)?;
        match self.prediction.as_ref().map(|prediction| &prediction.outputs) {
            Some(Ok(outputs)) => row.serialize_field("outputs", outputs)?,
            Some(Err(failure)) => row.serialize_field("predict_error", failure)?,
            None => {}
        }
        row.serialize_field("scores", &Scores(&self.scores))?;
        if has_logs(self) {
            row.serialize_field("logs", &Logs(self))?;
        }
        if !self.usage().is_none() {
            row.serialize_field("usage", &Usages(self))?;
        }
        row.serialize_field("timing", &Timing(self))?;
        if let Some(trace) = self.prediction.as_ref().and_then(|prediction| prediction.trace.as_ref()) {
            row.serialize_field("trace", trace)?;
        }
        row.end()
    }
}

struct Scores<'r>(&'r [ScoreResult]);

impl Serialize for Scores<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|score| (&*score.scorer, &score.outcome)))
    }
}

fn has_logs(row: &RowResult) -> bool {
    row.prediction.as_ref().is_some_and(|prediction| !prediction.log.is_empty())
        || row.scores.iter().any(|score| !score.log.is_empty())
}

struct Logs<'r>(&'r RowResult);

impl Serialize for Logs<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut logs = serializer.serialize_map(None)?;
        if let Some(prediction) = self.0.prediction.as_ref().filter(|prediction| !prediction.log.is_empty()) {
            logs.serialize_entry("predict", &prediction.log)?;
        }
        let scores: BTreeMap<_, _> = self
            .0
            .scores
            .iter()
            .filter(|score| !score.log.is_empty())
            .map(|score| (&*score.scorer, &score.log))
            .collect();
        if !scores.is_empty() {
            logs.serialize_entry("scores", &scores)?;
        }
        logs.end()
    }
}

/// What models took, where one was asked.
struct Usages<'r>(&'r RowResult);

impl Serialize for Usages<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut usages = serializer.serialize_map(None)?;
        if let Some(prediction) = self.0.prediction.as_ref().filter(|prediction| !prediction.usage.is_none()) {
            usages.serialize_entry("predict", &prediction.usage)?;
        }
        let asked = self.0.scores.iter().filter(|score| !score.usage.is_none());
        let scores: BTreeMap<_, _> = asked.map(|score| (&*score.scorer, score.usage)).collect();
        if !scores.is_empty() {
            usages.serialize_entry("scores", &scores)?;
        }
        usages.end()
    }
}

struct Timing<'r>(&'r RowResult);

impl Serialize for Timing<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut timing = serializer.serialize_map(None)?;
        timing.serialize_entry("start_ns", &nanoseconds(self.0.started))?;
        if let Some(prediction) = &self.0.prediction {
            timing.serialize_entry("predict_ns", &nanoseconds(prediction.elapsed))?;
        }
        timing.serialize_entry("scores_ns", &ScoreTimes(&self.0.scores))?;
        let reused = reused(self.0);
        if !reused.is_empty() {
            timing.serialize_entry("reused", &reused)?;
        }
        timing.end()
    }
}

/// The functions whose results were kept from earlier calls. A scorer may be called `predict` too, so the predict function
/// has no name here.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reused {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    predict: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    scores: Vec<String>,
}

impl Reused {
    fn is_empty(&self) -> bool {
        !self.predict && self.scores.is_empty()
    }
}

fn reused(row: &RowResult) -> Reused {
    Reused {
        predict: row.prediction.as_ref().is_some_and(|prediction| prediction.is_reused),
        scores: row.scores.iter().filter(|score| score.is_reused).map(|score| score.scorer.to_string()).collect(),
    }
}

struct ScoreTimes<'r>(&'r [ScoreResult]);

impl Serialize for ScoreTimes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|score| (&*score.scorer, nanoseconds(score.elapsed))))
    }
}

impl<'de> Deserialize<'de> for RowResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        RowForm::deserialize(deserializer)?.into_row().map_err(de::Error::custom)
    }
}

/// A row as it stands in JSON.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RowForm {
    index: u64,
    #[serde(default)]
    repeat: u32,
    id: String,
    #[serde(default, deserialize_with = "present")]
    outputs: Option<Json>,
    #[serde(default)]
    predict_error: Option<Failure>,
    scores: OrderedMap<Outcome>,
    #[serde(default)]
    logs: LogsForm,
    #[serde(default)]
    usage: UsagesForm,
    timing: TimingForm,
    #[serde(default)]
    trace: Option<Json>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct LogsForm {
    #[serde(default)]
    predict: Vec<LogLine>,
    #[serde(default)]
    scores: BTreeMap<String, Vec<LogLine>>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct UsagesForm {
    #[serde(default)]
    predict: Usage,
    #[serde(default)]
    scores: BTreeMap<String, Usage>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimingForm {
    start_ns: u64,
    #[serde(default)]
    predict_ns: Option<u64>,
    scores_ns: BTreeMap<String, u64>,
    #[serde(default)]
    reused: Reused,
}

/// `null` is a value that a predict function may give.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Json>, D::Error> {
    Json::deserialize(deserializer).map(Some)
}

impl RowForm {
    fn into_row(mut self) -> Result<RowResult, &'static str> {
        let outputs = match (self.outputs, self.predict_error) {
            (Some(outputs), None) => Some(Ok(outputs)),
            (None, Some(failure)) => Some(Err(failure)),
            (None, None) => None,
            (Some(_), Some(_)) => return Err("a row has either outputs or predict_error"),
        };
        let prediction = outputs.map(|outputs| Prediction {
            outputs,
            trace: self.trace,
            log: self.logs.predict,
            usage: self.usage.predict,
            elapsed: Duration::from_nanos(self.timing.predict_ns.unwrap_or(0)),
            is_reused: self.timing.reused.predict,
        });
        let mut score = |(scorer, outcome): (String, Outcome)| {
            let nanoseconds = self.timing.scores_ns.get(&scorer).ok_or("a score without its time")?;
            let log = self.logs.scores.remove(&scorer).unwrap_or_default();
            let usage = self.usage.scores.remove(&scorer).unwrap_or_default();
            let elapsed = Duration::from_nanos(*nanoseconds);
            let is_reused = self.timing.reused.scores.contains(&scorer);
            Ok::<_, &str>(ScoreResult { outcome, log, usage, elapsed, scorer: scorer.into(), is_reused })
        };
        Ok(RowResult {
            index: self.index,
            repeat: self.repeat,
            id: self.id,
            prediction,
            scores: self.scores.0.into_iter().map(&mut score).collect::<Result<_, _>>()?,
            started: Duration::from_nanos(self.timing.start_ns),
            content: None,
        })
    }
}

/// A JSON object whose order matters.
struct OrderedMap<V>(Vec<(String, V)>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for OrderedMap<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MapVisitor<V>(std::marker::PhantomData<V>);

        impl<'de, V: Deserialize<'de>> de::Visitor<'de> for MapVisitor<V> {
            type Value = OrderedMap<V>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<OrderedMap<V>, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(OrderedMap(entries))
            }
        }

        deserializer.deserialize_map(MapVisitor(std::marker::PhantomData))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::SkipReason;
    use scorebox_core::{Cost, FailureKind, Feedback, Value};
    use scorebox_engine::LogLevel;

    fn row() -> RowResult {
        let feedback = Feedback {
            name: "exact_match".into(),
            value: Value::Boolean(true),
            rationale: None,
            metadata: Some(Json::parse("{\"a\":\r\n 1}").unwrap()),
            span_id: None,
        };
        let score = |scorer: &str, outcome, nanoseconds| ScoreResult {
            scorer: scorer.into(),
            outcome,
            log: Vec::new(),
            usage: Usage::default(),
            elapsed: Duration::from_nanos(nanoseconds),
            is_reused: false,
        };
        RowResult {
            index: 3,
            repeat: 0,
            id: "q-4".into(),
            prediction: Some(Prediction {
                outputs: Ok(Json::parse("\"Paris\"").unwrap()),
                trace: None,
                log: Vec::new(),
                usage: Usage::default(),
                elapsed: Duration::from_micros(2),
                is_reused: false,
            }),
            scores: vec![
                score("exact_match", Outcome::Feedback(vec![feedback]), 700),
                score("bleu", Outcome::Error(Failure::new(FailureKind::Trap, "it crashed")), 90),
                score("a_judge", Outcome::Skipped(SkipReason::PredictionFailed), 0),
            ],
            started: Duration::from_millis(5),
            content: None,
        }
    }

    fn line(row: &RowResult) -> String {
        let mut line = Vec::new();
        encode_row(row, &mut line).unwrap();
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn a_row_is_one_line_with_its_times_at_the_end() {
        insta::assert_snapshot!(line(&row()), @r#"{"index":3,"id":"q-4","outputs":"Paris","scores":{"exact_match":{"feedback":[{"name":"exact_match","value":true,"metadata":{"a":   1}}]},"bleu":{"error":{"kind":"trap","message":"it crashed"}},"a_judge":{"skipped":"prediction_failed"}},"timing":{"start_ns":5000000,"predict_ns":2000,"scores_ns":{"exact_match":700,"bleu":90,"a_judge":0}}}"#);
    }

    #[test]
    fn a_row_survives_a_round_trip() {
        let mut original = row();
        let Outcome::Feedback(feedback) = &mut original.scores[0].outcome else { unreachable!() };
        feedback[0].metadata = None;
        assert_eq!(serde_json::from_str::<RowResult>(&line(&original)).unwrap(), original);

        original.prediction.as_mut().unwrap().outputs = Ok(Json::parse("null").unwrap());
        assert_eq!(serde_json::from_str::<RowResult>(&line(&original)).unwrap(), original);

        original.prediction.as_mut().unwrap().trace = Some(Json::parse(r#"{"trace_id":"t","spans":[]}"#).unwrap());
        original.scores[0].log = vec![LogLine { level: LogLevel::Info, message: "looked twice".into() }];
        assert_eq!(serde_json::from_str::<RowResult>(&line(&original)).unwrap(), original);

        original.prediction.as_mut().unwrap().outputs = Err(Failure::new(FailureKind::Deadline, "too slow"));
        assert_eq!(serde_json::from_str::<RowResult>(&line(&original)).unwrap(), original);
    }

    #[test]
    fn what_was_reused_stands_among_the_times_and_survives_a_round_trip() {
        let mut original = row();
        original.repeat = 2;
        original.scores.truncate(1);
        original.scores[0].is_reused = true;
        let Outcome::Feedback(feedback) = &mut original.scores[0].outcome else { unreachable!() };
        feedback[0].metadata = None;
        assert!(line(&original).starts_with(r#"{"index":3,"repeat":2,"#), "{}", line(&original));
        assert!(line(&original).ends_with("\"reused\":{\"scores\":[\"exact_match\"]}}}\n"), "{}", line(&original));
        assert_eq!(serde_json::from_str::<RowResult>(&line(&original)).unwrap(), original);
    }

    fn usage(requests: u64, picodollars: u64) -> Usage {
        Usage { requests, input_tokens: 100, output_tokens: 7, cost: Cost::from_picodollars(picodollars) }
    }

    fn row_with_usage() -> RowResult {
        let mut row = row();
        row.prediction.as_mut().unwrap().usage = usage(1, 123_456_789);
        row.scores[0].outcome = Outcome::Skipped(SkipReason::EarlierTurn);
        row.scores[1].usage = usage(2, 1);
        row
    }

    #[test]
    fn what_models_took_stands_where_one_was_asked_and_not_among_the_times() {
        insta::assert_snapshot!(line(&row_with_usage()), @r#"{"index":3,"id":"q-4","outputs":"Paris","scores":{"exact_match":{"skipped":"earlier_turn"},"bleu":{"error":{"kind":"trap","message":"it crashed"}},"a_judge":{"skipped":"prediction_failed"}},"usage":{"predict":{"requests":1,"input_tokens":100,"output_tokens":7,"cost_usd":0.000123456789},"scores":{"bleu":{"requests":2,"input_tokens":100,"output_tokens":7,"cost_usd":1e-12}}},"timing":{"start_ns":5000000,"predict_ns":2000,"scores_ns":{"exact_match":700,"bleu":90,"a_judge":0}}}"#);
        let mut only_scored = row_with_usage();
        only_scored.prediction.as_mut().unwrap().usage = Usage::default();
        assert!(line(&only_scored).contains(r#""usage":{"scores":{"bleu":{"requests":2,"#), "{}", line(&only_scored));
    }

    #[test]
    fn what_models_took_survives_a_round_trip() {
        let original = row_with_usage();
        assert_eq!(serde_json::from_str::<RowResult>(&line(&original)).unwrap(), original);
    }

    #[test]
    fn the_usage_of_a_row_is_that_of_its_prediction_and_its_scores() {
        let total =
            Usage { requests: 3, input_tokens: 200, output_tokens: 14, cost: Cost::from_picodollars(123_456_790) };
        assert_eq!(row_with_usage().usage(), total);
        assert!(row().usage().is_none());
    }
}
