//! A trace as the page shows it: the spans as a tree, each before its parts.

use std::collections::HashMap;

use scorebox_core::{Json, Span, SpanEvent, SpanKind, StatusCode, Trace};
use serde::Serialize;

use super::limits::{MAX_SPAN_TEXT_CHARACTERS, MAX_SPANS, MAX_TEXT_CHARACTERS, MAX_TRACE_CHARACTERS};
use super::texts::{RowTexts, TextId};

/// A trace in the page.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum TraceForm {
    /// The spans, and how many there are in all if some were left out.
    Spans {
        spans: Vec<SpanForm>,
        #[serde(skip_serializing_if = "Option::is_none")]
        all: Option<usize>,
    },
    /// What is no trace of the form that Scorebox writes.
    Raw { raw: TextId },
}

/// A span: its depth, its name, its kind, when it began in nanoseconds since the first one did, how many nanoseconds it
/// took – none where it never ended –, and what only some spans have.
#[derive(Serialize)]
pub(super) struct SpanForm(usize, TextId, SpanKind, u64, Option<u64>, SpanContents);

#[derive(Serialize)]
struct SpanContents {
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    failed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<TextId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    inputs: Option<TextId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outputs: Option<TextId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<TextId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    events: Vec<EventForm>,
}

#[derive(Serialize)]
struct EventForm {
    name: TextId,
    /// Nanoseconds since the first span began.
    at: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<TextId>,
}

/// Keeps the texts of one trace as long as there is room.
struct SpanTexts<'r, 't> {
    texts: &'r mut RowTexts<'t>,
    room: usize,
}

impl TraceForm {
    pub(super) fn of(trace: &Json, texts: &mut RowTexts<'_>) -> Self {
        let Ok(trace) = trace.to::<Trace>() else {
            return Self::Raw { raw: texts.keep(trace.as_str(), MAX_TEXT_CHARACTERS) };
        };
        let begin = trace.spans.iter().map(|span| span.start_time_unix_nano).min().unwrap_or_default();
        let mut texts = SpanTexts { texts, room: MAX_TRACE_CHARACTERS };
        let tree = in_tree_order(&trace.spans);
        let spans = tree.iter().take(MAX_SPANS).map(|(span, depth)| SpanForm::of(span, *depth, begin, &mut texts));
        Self::Spans { spans: spans.collect(), all: (tree.len() > MAX_SPANS).then_some(tree.len()) }
    }
}

impl SpanForm {
    fn of(span: &Span, depth: usize, begin: u64, texts: &mut SpanTexts<'_, '_>) -> Self {
        let start = span.start_time_unix_nano - begin;
        let length = span.end_time_unix_nano.map(|end| end.saturating_sub(span.start_time_unix_nano));
        Self(depth, texts.keep(&span.name), span.kind, start, length, SpanContents::of(span, begin, texts))
    }
}

impl SpanContents {
    fn of(span: &Span, begin: u64, texts: &mut SpanTexts<'_, '_>) -> Self {
        Self {
            failed: span.status.code == StatusCode::Error,
            message: span.status.message.as_deref().map(|message| texts.keep(message)),
            inputs: span.inputs.as_ref().map(|inputs| texts.keep(inputs.as_str())),
            outputs: span.outputs.as_ref().map(|outputs| texts.keep(outputs.as_str())),
            attributes: texts.keep_attributes(&span.attributes),
            events: span.events.iter().take(MAX_SPANS).map(|event| EventForm::of(event, begin, texts)).collect(),
        }
    }
}

impl EventForm {
    fn of(event: &SpanEvent, begin: u64, texts: &mut SpanTexts<'_, '_>) -> Self {
        Self {
            name: texts.keep(&event.name),
            at: event.time_unix_nano.saturating_sub(begin),
            attributes: texts.keep_attributes(&event.attributes),
        }
    }
}

impl SpanTexts<'_, '_> {
    fn keep(&mut self, text: &str) -> TextId {
        let most = self.room.min(MAX_SPAN_TEXT_CHARACTERS);
        // Bytes are no fewer than characters.
        self.room = self.room.saturating_sub(text.len().min(most));
        self.texts.keep(text, most)
    }

    fn keep_attributes(&mut self, attributes: &std::collections::BTreeMap<String, Json>) -> Option<TextId> {
        let text = serde_json::to_string(attributes).ok().filter(|_| !attributes.is_empty())?;
        Some(self.keep(&text))
    }
}

/// Every span once, each before the spans that are part of it, with its depth. A span whose parent is not there is a root,
/// and so is the first one of a circle.
fn in_tree_order(spans: &[Span]) -> Vec<(&Span, usize)> {
    let places: HashMap<&str, usize> =
        spans.iter().enumerate().map(|(place, span)| (span.span_id.as_str(), place)).collect();
    let parent = |span: &Span| span.parent_span_id.as_ref().and_then(|id| places.get(id.as_str())).copied();
    let mut parts: Vec<Vec<usize>> = vec![Vec::new(); spans.len()];
    let mut roots = Vec::new();
    for (place, span) in spans.iter().enumerate() {
        match parent(span) {
            Some(parent) => parts[parent].push(place),
            None => roots.push(place),
        }
    }
    let mut ordered = Vec::with_capacity(spans.len());
    let mut is_placed = vec![false; spans.len()];
    for root in roots.into_iter().chain(0..spans.len()) {
        let mut waiting = vec![(root, 0)];
        while let Some((place, depth)) = waiting.pop() {
            if std::mem::replace(&mut is_placed[place], true) {
                continue;
            }
            ordered.push((&spans[place], depth));
            waiting.extend(parts[place].iter().rev().map(|part| (*part, depth + 1)));
        }
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::texts::Texts;

    fn trace(spans: &[(&str, Option<&str>)]) -> Trace {
        let spans = spans.iter().map(|(id, parent)| {
            serde_json::json!({ "span_id": id, "parent_span_id": parent, "name": id, "start_time_unix_nano": 5 })
        });
        serde_json::from_value(serde_json::json!({ "trace_id": "t", "spans": spans.collect::<Vec<_>>() })).unwrap()
    }

    fn order(spans: &[(&str, Option<&str>)]) -> Vec<(String, usize)> {
        let trace = trace(spans);
        in_tree_order(&trace.spans).into_iter().map(|(span, depth)| (span.name.clone(), depth)).collect()
    }

    #[test]
    fn parts_follow_their_whole() {
        let tree = order(&[("a", None), ("c", Some("b")), ("b", Some("a")), ("d", Some("a")), ("e", Some("gone"))]);
        let expected = [("a", 0), ("b", 1), ("c", 2), ("d", 1), ("e", 0)];
        assert_eq!(tree, expected.map(|(name, depth)| (name.to_owned(), depth)));
    }

    #[test]
    fn spans_in_a_circle_are_all_there_once() {
        assert_eq!(order(&[("a", Some("b")), ("b", Some("a")), ("c", Some("c"))]).len(), 3);
    }

    #[test]
    fn a_trace_of_another_form_is_kept_as_it_is() {
        let mut texts = Texts::default();
        let mut row = RowTexts::new(&mut texts);
        let form = TraceForm::of(&Json::parse(r#"{"resourceSpans":[]}"#).unwrap(), &mut row);
        assert_eq!(serde_json::to_string(&form).unwrap(), r#"{"raw":0}"#);
    }

    #[test]
    fn there_is_an_end_to_spans_and_their_texts() {
        let ids: Vec<String> = (0..MAX_SPANS + 20).map(|n| format!("s{n}")).collect();
        let mut long = trace(&ids.iter().map(|id| (&**id, None)).collect::<Vec<_>>());
        for span in &mut long.spans {
            span.inputs = Some(Json::from_value(&format!("{}{}", span.name, "x".repeat(6000))).unwrap());
        }
        let mut texts = Texts::default();
        let form = TraceForm::of(&Json::from_value(&long).unwrap(), &mut RowTexts::new(&mut texts));
        let json = serde_json::to_value(&form).unwrap();
        assert_eq!(json["spans"].as_array().map(Vec::len), Some(MAX_SPANS));
        assert_eq!(json["all"], MAX_SPANS + 20);
        assert!(texts.bytes() <= MAX_TRACE_CHARACTERS, "{}", texts.bytes());
    }
}
