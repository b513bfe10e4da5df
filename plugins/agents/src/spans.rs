//! What spans of a trace stand for.

use std::collections::{BTreeMap, BTreeSet};

use scorebox_sdk::trace::{Span, Trace};
use scorebox_sdk::tracing::SpanKind;

/// Whether a span is the call of a model.
pub(crate) fn is_model(span: &Span) -> bool {
    matches!(span.kind, SpanKind::ChatModel | SpanKind::Llm)
}

/// The spans that `is_one` holds for and that have no such span inside of them.
///
/// A span that wraps another of its kind, such as a framework's model around a provider's, repeats what that one says.
pub(crate) fn innermost(trace: &Trace, is_one: impl Fn(&Span) -> bool) -> Vec<&Span> {
    let parents: BTreeMap<&str, &str> =
        trace.spans.iter().filter_map(|span| Some((&*span.span_id, span.parent_span_id.as_deref()?))).collect();
    let wanted: Vec<&Span> = trace.spans.iter().filter(|span| is_one(span)).collect();
    let mut outer = BTreeSet::new();
    for span in &wanted {
        let mut inside = span.span_id.as_str();
        // What is marked has its ancestors marked too; that ends circles in a broken trace as well.
        while let Some(parent) = parents.get(inside)
            && outer.insert(*parent)
        {
            inside = parent;
        }
    }
    wanted.into_iter().filter(|span| !outer.contains(&*span.span_id)).collect()
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::serde_json::Value;

    use super::*;
    use crate::testing::{chat, traced};

    fn leaves(spans: &[Value]) -> Vec<String> {
        let trace = Trace::of(&traced(spans)).unwrap();
        innermost(&trace, is_model).iter().map(|span| span.span_id.clone()).collect()
    }

    #[test]
    fn spans_around_others_of_their_kind_are_left_out_at_any_distance() {
        let mut between = chat("2", Some("1"), &Value::Null);
        between["kind"] = "CHAIN".into();
        let spans = [chat("1", None, &Value::Null), between, chat("3", Some("2"), &Value::Null)];
        assert_eq!(leaves(&spans), ["3"]);
    }

    #[test]
    fn siblings_are_all_there() {
        let spans = ["1", "2"].map(|id| chat(id, Some("root"), &Value::Null));
        assert_eq!(leaves(&spans), ["1", "2"]);
    }

    #[test]
    fn spans_that_are_inside_of_each_other_end_all_the_same() {
        assert_eq!(leaves(&[chat("1", Some("2"), &Value::Null), chat("2", Some("1"), &Value::Null)]), [""; 0]);
    }
}
