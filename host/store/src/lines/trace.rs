//! Traces, span by span.

use std::borrow::Cow;

use scorebox_core::Json;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{SpanLine, signed};
use crate::text::stored;

/// A trace as its id and its spans.
pub(crate) struct SplitTrace<'r> {
    pub(crate) trace_id: Cow<'r, str>,
    pub(crate) spans: Vec<SpanLine<'r>>,
    /// Whether id and spans, put together again, are the very trace.
    pub(crate) is_whole: bool,
}

#[derive(Deserialize)]
struct TraceForm<'r> {
    #[serde(borrow)]
    trace_id: Cow<'r, str>,
    #[serde(borrow)]
    spans: Vec<&'r RawValue>,
}

#[derive(Deserialize)]
struct SpanForm<'r> {
    #[serde(borrow)]
    span_id: Cow<'r, str>,
    #[serde(borrow, default)]
    parent_span_id: Option<Cow<'r, str>>,
    #[serde(borrow)]
    name: Cow<'r, str>,
    #[serde(borrow, default)]
    kind: Option<Cow<'r, str>>,
    start_time_unix_nano: u64,
    #[serde(default)]
    end_time_unix_nano: Option<u64>,
}

/// Takes a trace apart; none where it is not in the form that Scorebox writes.
pub(crate) fn split_trace(trace: &Json) -> Option<SplitTrace<'_>> {
    let TraceForm { trace_id, spans } = serde_json::from_str(trace.as_str()).ok()?;
    let bodies: Vec<&str> = spans.into_iter().map(RawValue::get).collect();
    let is_whole = joined_trace(&trace_id, &bodies) == trace.as_str();
    let lines = (0_i64..).zip(bodies).map(|(place, body)| span_line(place, body)).collect::<Option<_>>()?;
    Some(SplitTrace { trace_id, spans: lines, is_whole })
}

fn span_line(place: i64, body: &str) -> Option<SpanLine<'_>> {
    let span: SpanForm<'_> = serde_json::from_str(body).ok()?;
    Some(SpanLine {
        place,
        span_id: storable(span.span_id),
        parent_span_id: span.parent_span_id.map(storable),
        name: storable(span.name),
        kind: span.kind.map_or(Cow::Borrowed("UNKNOWN"), storable),
        start_time_unix_nano: signed(span.start_time_unix_nano),
        end_time_unix_nano: span.end_time_unix_nano.map(signed),
        body,
    })
}

fn storable(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => stored(text),
        Cow::Owned(text) => Cow::Owned(stored(&text).into_owned()),
    }
}

/// The text of a trace with these spans, as the vocabulary of Scorebox writes it.
pub(crate) fn joined_trace(trace_id: &str, spans: &[&str]) -> String {
    let mut text = String::with_capacity(40 + trace_id.len() + spans.iter().map(|span| span.len() + 1).sum::<usize>());
    text.push_str("{\"trace_id\":\"");
    text.push_str(trace_id);
    text.push_str("\",\"spans\":[");
    for (place, span) in spans.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(span);
    }
    text.push_str("]}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use scorebox_core::Trace;

    const SPAN: &str = r#"{"span_id":"s1","name":"search","kind":"RETRIEVER","start_time_unix_nano":5}"#;

    #[test]
    fn a_trace_that_scorebox_wrote_is_put_together_again_to_the_letter() {
        let trace: Trace = serde_json::from_str(&format!(r#"{{"trace_id":"tr-1","spans":[{SPAN},{SPAN}]}}"#)).unwrap();
        let trace = Json::from_value(&trace).unwrap();
        let split = split_trace(&trace).unwrap();
        assert!(split.is_whole);
        assert_eq!((&*split.trace_id, split.spans.len()), ("tr-1", 2));
        assert_eq!((&*split.spans[1].name, &*split.spans[1].kind, split.spans[1].place), ("search", "RETRIEVER", 1));
        let bodies: Vec<_> = split.spans.iter().map(|span| span.body).collect();
        assert_eq!(joined_trace(&split.trace_id, &bodies), trace.as_str());
    }

    #[test]
    fn another_spelling_is_known_not_to_be_whole() {
        let trace = Json::parse(&format!(r#"{{ "trace_id": "tr-1", "spans": [{SPAN}] }}"#)).unwrap();
        assert!(!split_trace(&trace).unwrap().is_whole);
        let trace = Json::parse(&format!(r#"{{"trace_id":"tr-1","spans":[{SPAN}],"more":1}}"#)).unwrap();
        assert!(!split_trace(&trace).unwrap().is_whole);
    }

    #[test]
    fn what_is_no_trace_is_not_taken_apart() {
        for text in ["null", "[]", r#"{"spans":[]}"#, r#"{"trace_id":"t","spans":[1]}"#] {
            assert!(split_trace(&Json::parse(text).unwrap()).is_none(), "{text}");
        }
    }
}
