use scorebox_sdk::serde_json::Value;
use scorebox_sdk::trace::{Span, Trace};
use scorebox_sdk::tracing::SpanKind;
use scorebox_sdk::{Example, Feedback, Result, config, json, scorer};

use super::bounds::verdict;
use crate::calls::tool_name;

/// Settings of `tool_errors`.
#[config]
pub(crate) struct ToolErrors {
    /// The greatest number of failed calls that passes; with it, the value is whether the row passes.
    max: Option<usize>,
}

/// The number of tool calls that failed; or whether it is at most `max`.
#[scorer(requires(trace), returns = varies, aggregations(mean, max))]
pub(crate) fn tool_errors(example: &Example, config: &ToolErrors) -> Result<Feedback> {
    const MOST_SHOWN: usize = 3;

    let trace = Trace::of(example)?;
    let failed: Vec<&Span> = trace.of_kind(SpanKind::Tool).filter(|span| span.has_failed()).collect();
    let feedback = verdict("failed tool calls", failed.len(), None, config.max)?;
    let mut lines: Vec<String> = feedback.rationale.iter().cloned().collect();
    lines.extend(failed.iter().take(MOST_SHOWN).map(|span| format!("`{}`: {}", tool_name(span), message(span))));
    let errors: Vec<Value> = failed
        .iter()
        .map(|span| json!({ "span_id": span.span_id, "tool": tool_name(span), "message": span.status.message }))
        .collect();
    Ok(feedback
        .with_rationale(lines.join("\n"))
        .with_metadata("errors", errors)
        .with_metadata("tool_calls", trace.of_kind(SpanKind::Tool).count()))
}

fn message(span: &Span) -> &str {
    span.status.message.as_deref().unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{chat, metadata, score, tool, traced};

    fn example() -> Example {
        let mut failed = tool("search", &json!({}));
        failed["status"] = json!({ "code": "ERROR", "message": "timeout" });
        let mut failed_model = chat("1", None, &Value::Null);
        failed_model["status"] = json!({ "code": "ERROR" });
        let mut fine = tool("read", &json!({}));
        fine["status"] = json!({ "code": "OK" });
        traced(&[failed_model, failed, fine, tool("write", &json!({}))])
    }

    #[test]
    fn failed_tool_spans_are_counted_and_no_others() {
        let feedback = score("tool_errors", &json!({}), &example()).unwrap();
        assert_eq!(feedback.value, 1_i64.into());
        assert_eq!(feedback.rationale.as_deref(), Some("failed tool calls: 1\n`search`: timeout"));
        assert_eq!(metadata(&feedback, "errors"), r#"[{"message":"timeout","span_id":"search","tool":"search"}]"#);
        assert_eq!(metadata(&feedback, "tool_calls"), "3");
    }

    #[test]
    fn a_maximum_makes_a_verdict_of_it() {
        assert_eq!(score("tool_errors", &json!({ "max": 1 }), &example()).unwrap().value, true.into());
        assert_eq!(score("tool_errors", &json!({ "max": 0 }), &example()).unwrap().value, false.into());
    }
}
