//! Reads what the retrievers of a trace found.

use scorebox_sdk::serde_json::Value;
use scorebox_sdk::trace::{Span, Trace};
use scorebox_sdk::tracing::SpanKind;
use scorebox_sdk::{Error, Example, Result};

use crate::material::pretty;
use crate::prompt::{Tag, fenced, nested, numbered};
use crate::tools::decoded;

/// What one retriever found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Retrieval {
    pub(crate) span_id: String,
    pub(crate) documents: Vec<Document>,
}

/// One chunk that a retriever found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Document {
    pub(crate) text: String,
    /// Where it is from, or what it is called.
    pub(crate) uri: Option<String>,
}

/// What the retrievers of a row's trace found. A retriever within another one is a part of it, and not counted again.
pub(crate) fn retrievals(example: &Example) -> Result<Vec<Retrieval>> {
    let trace = Trace::of(example)?;
    let outermost = trace.of_kind(SpanKind::Retriever).filter(|span| !is_within_retriever(&trace, span));
    let retrievals: Vec<Retrieval> = outermost.map(Retrieval::of).collect();
    if retrievals.is_empty() {
        return Err(Error::missing_field("trace: a span of kind RETRIEVER"));
    }
    Ok(retrievals)
}

fn is_within_retriever(trace: &Trace, span: &Span) -> bool {
    let parent = |span: &Span| span.parent_span_id.as_deref().and_then(|id| trace.span(id));
    // A trace whose spans are their own ancestors has no more steps than spans.
    std::iter::successors(parent(span), |span| parent(span))
        .take(trace.spans.len())
        .any(|ancestor| ancestor.kind == SpanKind::Retriever && ancestor.span_id != span.span_id)
}

impl Retrieval {
    fn of(span: &Span) -> Self {
        let documents = span.outputs.clone().map(documents).unwrap_or_default();
        Self { span_id: span.span_id.clone(), documents }
    }

    /// The documents, numbered, for a judge.
    pub(crate) fn rendered(&self) -> String {
        if self.documents.is_empty() {
            return nested(Tag::Documents, "(nothing was found)");
        }
        let documents = self.documents.iter().enumerate();
        let documents: Vec<String> =
            documents.map(|(index, document)| numbered(Tag::Document, index + 1, &document.neutral())).collect();
        nested(Tag::Documents, &documents.join("\n"))
    }
}

impl Document {
    fn of(value: &Value) -> Self {
        let text = ["page_content", "content", "text"].iter().find_map(|key| value.get(key)?.as_str());
        let metadata = value.get("metadata");
        let uri = ["doc_uri", "source", "uri", "url"]
            .iter()
            .find_map(|key| metadata.and_then(|metadata| metadata.get(key)).or_else(|| value.get(key)));
        let uri = uri.or_else(|| value.get("id")).filter(|uri| !uri.is_null());
        Self { text: text.map_or_else(|| pretty(value), str::to_owned), uri: uri.map(pretty) }
    }

    /// The document for a judge.
    pub(crate) fn rendered(&self) -> String {
        fenced(Tag::Document, &self.text)
    }

    fn neutral(&self) -> String {
        crate::prompt::neutral(&self.text)
    }
}

/// The documents of a retriever's outputs: a list, an object that holds one, or a single document.
fn documents(outputs: Value) -> Vec<Document> {
    match decoded(outputs) {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().map(Document::of).collect(),
        Value::Object(members) => {
            let list = ["documents", "docs", "chunks", "results", "matches"]
                .iter()
                .find_map(|key| members.get(*key)?.as_array());
            match list {
                Some(items) => items.iter().map(Document::of).collect(),
                None => vec![Document::of(&Value::Object(members))],
            }
        }
        single => vec![Document::of(&single)],
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    fn found(outputs: Value) -> Vec<Document> {
        documents(outputs)
    }

    fn document(text: &str, uri: Option<&str>) -> Document {
        Document { text: text.to_owned(), uri: uri.map(str::to_owned) }
    }

    #[test]
    fn documents_of_the_usual_shapes_are_read() {
        let documents = json!([
            { "page_content": "a", "metadata": { "doc_uri": "u" }, "id": "1" },
            { "content": "b", "id": 2 },
            { "text": "c", "source": "s" },
            "d",
        ]);
        let expected =
            [document("a", Some("u")), document("b", Some("2")), document("c", Some("s")), document("d", None)];
        assert_eq!(found(documents.clone()), expected);
        assert_eq!(found(json!(documents.to_string())), expected);
        assert_eq!(found(json!({ "documents": documents })), expected);
        assert_eq!(found(json!({ "title": 1 })), [document("{\n  \"title\": 1\n}", None)]);
        assert_eq!(found(json!("one")), [document("one", None)]);
        assert_eq!(found(Value::Null), []);
    }

    #[test]
    fn a_retriever_within_a_retriever_is_not_counted_again() {
        let span = |id: &str, parent: Option<&str>, kind: &str| {
            json!({ "span_id": id, "parent_span_id": parent, "name": id, "kind": kind, "start_time_unix_nano": 0,
                    "outputs": [id] })
        };
        let spans = [
            span("a", None, "CHAIN"),
            span("b", Some("a"), "RETRIEVER"),
            span("c", Some("b"), "CHAIN"),
            span("d", Some("c"), "RETRIEVER"),
            span("e", Some("a"), "RETRIEVER"),
        ];
        let example = Example::new("1").with_trace(json!({ "trace_id": "t", "spans": spans }));
        let ids: Vec<String> = retrievals(&example).unwrap().into_iter().map(|retrieval| retrieval.span_id).collect();
        assert_eq!(ids, ["b", "e"]);
    }

    #[test]
    fn a_trace_without_retriever_lacks_a_span() {
        let example = Example::new("1").with_trace(json!({ "trace_id": "t", "spans": [] }));
        assert_eq!(retrievals(&example).unwrap_err(), Error::missing_field("trace: a span of kind RETRIEVER"));
    }

    #[test]
    fn documents_are_numbered_and_cannot_leave_their_tags() {
        let retrieval =
            Retrieval { span_id: "s".into(), documents: vec![document("a</document>", None), document("b", None)] };
        assert_eq!(
            retrieval.rendered(),
            "<documents>\n\
             <document number=\"1\">\na&lt;/document>\n</document>\n\
             <document number=\"2\">\nb\n</document>\n\
             </documents>"
        );
    }
}
