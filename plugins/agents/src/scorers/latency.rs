use scorebox_sdk::trace::{Span, Trace};
use scorebox_sdk::{Error, Example, Feedback, Result, config, scorer};

use super::bounds::verdict;

/// Settings of `latency`.
#[config]
pub(crate) struct Latency {
    /// The greatest number of milliseconds that passes; with it, the value is whether the row passes.
    #[schemars(range(min = 0.0))]
    max_ms: Option<f64>,
    /// The name of the span to measure, the longest one where several have it; without it, the whole trace is measured.
    span: Option<String>,
}

/// How many milliseconds the trace or one span of it took; or whether it is at most `max_ms`.
#[scorer(requires(trace), returns = varies, aggregations(mean, median, p90, max))]
pub(crate) fn latency(example: &Example, config: &Latency) -> Result<Feedback> {
    let trace = Trace::of(example)?;
    let Some(name) = &config.span else {
        let measured = trace.duration_ms().ok_or_else(no_end)?;
        return feedback(measured, config, trace.root());
    };
    let named: Vec<&Span> = trace.spans.iter().filter(|span| span.name == *name).collect();
    if named.is_empty() {
        return Err(Error::missing_field(format!("trace.spans: a span with the name `{name}`")));
    }
    let ended = named.into_iter().filter_map(|span| Some((span.duration_ms()?, span)));
    let (measured, span) = ended.max_by(|(one, _), (other, _)| one.total_cmp(other)).ok_or_else(no_end)?;
    feedback(measured, config, Some(span))
}

fn feedback(measured: f64, config: &Latency, span: Option<&Span>) -> Result<Feedback> {
    let what = match &config.span {
        Some(name) => format!("milliseconds of `{name}`"),
        None => "milliseconds".to_owned(),
    };
    let feedback = verdict(&what, measured, None, config.max_ms)?.with_metadata("latency_ms", measured);
    Ok(match span {
        Some(span) => feedback.with_metadata("span_id", &span.span_id),
        None => feedback,
    })
}

fn no_end() -> Error {
    Error::missing_field("trace.spans: end_time_unix_nano of a span that is measured")
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;
    use scorebox_sdk::serde_json::Value;

    use super::*;
    use crate::testing::{chat, metadata, score, tool, traced};

    fn example() -> Example {
        let mut longer = tool("search", &json!({}));
        longer["span_id"] = json!("longer");
        longer["end_time_unix_nano"] = json!(35_500_000);
        let mut open = tool("open", &json!({}));
        open["end_time_unix_nano"] = Value::Null;
        traced(&[chat("1", None, &Value::Null), tool("search", &json!({})), longer, open])
    }

    #[test]
    fn a_trace_takes_from_the_first_start_to_the_last_end() {
        let feedback = score("latency", &json!({}), &example()).unwrap();
        assert_eq!((feedback.value.clone(), feedback.rationale.as_deref()), (40.0.into(), Some("milliseconds: 40")));
        assert_eq!(metadata(&feedback, "latency_ms"), "40.0");
    }

    #[test]
    fn the_longest_span_of_a_name_is_measured() {
        let feedback = score("latency", &json!({ "span": "search" }), &example()).unwrap();
        assert_eq!((feedback.value.clone(), metadata(&feedback, "span_id")), (15.5.into(), r#""longer""#));
    }

    #[test]
    fn a_maximum_makes_a_verdict_of_it() {
        assert_eq!(score("latency", &json!({ "max_ms": 40 }), &example()).unwrap().value, true.into());
        let feedback = score("latency", &json!({ "max_ms": 15, "span": "search" }), &example()).unwrap();
        assert_eq!(feedback.value, false.into());
        assert_eq!(feedback.rationale.as_deref(), Some("milliseconds of `search`: 15.5, more than 15"));
    }

    #[test]
    fn what_cannot_be_measured_is_a_missing_field() {
        for (span, named) in [("nowhere", "`nowhere`"), ("open", "end_time_unix_nano")] {
            let error = score("latency", &json!({ "span": span }), &example()).unwrap_err();
            assert!(matches!(&error, Error::MissingField(path) if path.contains(named)), "{error}");
        }
        assert!(matches!(score("latency", &json!({}), &traced(&[])), Err(Error::MissingField(_))));
    }
}
