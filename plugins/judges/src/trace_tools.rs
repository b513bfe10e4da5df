//! The tools with which a judge looks into a trace that is too large to be sent whole.

use std::collections::BTreeMap;

use scorebox_sdk::llm::{Tool, ToolCall};
use scorebox_sdk::serde_json::{self, Value, json};
use scorebox_sdk::trace::{Span, Trace};
use scorebox_sdk::{Deserialize, config};

use crate::material::pretty;
use crate::prompt::cut;

/// The most spans that one answer lists.
const MAX_SPANS: usize = 100;
/// The most characters of a span that one answer shows.
const MAX_CHARACTERS: usize = 20_000;
/// The most hits that one search answers with.
const MAX_HITS: usize = 50;
/// The characters shown on either side of a hit.
const CONTEXT: usize = 100;

/// Nothing to say.
#[config]
struct NoArguments {}

/// Which spans to list.
#[config]
struct ListSpans {
    /// How many spans to leave out at the start.
    #[default(0)]
    offset: usize,
}

/// Which span to show.
#[config]
struct GetSpan {
    /// The id of the span.
    span_id: String,
    /// How many characters to leave out at the start, to read on in a long span.
    #[default(0)]
    offset: usize,
}

/// What to search for.
#[config]
struct Search {
    /// The text to find; upper and lower case are equal, and no character has a special meaning.
    pattern: String,
}

/// The tools, for a model to read.
pub(crate) fn offered() -> Vec<Tool> {
    vec![
        Tool::new::<NoArguments>(
            "trace_info",
            "The trace at a glance: number of spans by kind, failures, time, tokens.",
        ),
        Tool::new::<NoArguments>(
            "root_span",
            "The outermost span: what the application was asked and what it answered.",
        ),
        Tool::new::<ListSpans>(
            "list_spans",
            "Lists the spans in the order of their start: id, parent, name, kind, status.",
        ),
        Tool::new::<GetSpan>("get_span", "One span with its inputs, outputs, attributes and events."),
        Tool::new::<Search>(
            "search",
            "Finds a text in the names, inputs, outputs, attributes and events of all spans.",
        ),
        Tool::new::<NoArguments>("timing_report", "How long the trace, each kind of span and the slowest spans took."),
    ]
}

/// What a tool says about a trace. A call that is wrong gets an answer that says so, for the model to do better.
pub(crate) fn answer(trace: &Trace, call: &ToolCall) -> String {
    let answer = match call.name.as_str() {
        "trace_info" => Ok(trace_info(trace)),
        "root_span" => Ok(trace.root().map_or_else(|| "the trace has no spans".to_owned(), |span| shown(span, 0))),
        "list_spans" => arguments(call).map(|ListSpans { offset }| list_spans(trace, offset)),
        "get_span" => arguments(call).and_then(|GetSpan { span_id, offset }| get_span(trace, &span_id, offset)),
        "search" => arguments(call).and_then(|Search { pattern }| search(trace, &pattern)),
        "timing_report" => Ok(timing_report(trace)),
        name => Err(format!("there is no tool `{name}`")),
    };
    answer.unwrap_or_else(|error| format!("error: {error}"))
}

fn arguments<T: for<'de> Deserialize<'de>>(call: &ToolCall) -> Result<T, String> {
    let text = if call.arguments.trim().is_empty() { "{}" } else { &call.arguments };
    serde_json::from_str(text).map_err(|error| format!("the arguments do not fit: {error}"))
}

fn trace_info(trace: &Trace) -> String {
    let mut kinds = BTreeMap::<String, usize>::new();
    for span in &trace.spans {
        *kinds.entry(kind(span)).or_default() += 1;
    }
    let failed: Vec<&String> = trace.spans.iter().filter(|span| span.has_failed()).map(|span| &span.span_id).collect();
    let tokens = |key: &str| trace.spans.iter().filter_map(|span| span.attributes.get(key)?.as_u64()).sum::<u64>();
    pretty(&json!({
        "trace_id": trace.trace_id,
        "spans": trace.spans.len(),
        "spans_by_kind": kinds,
        "failed_spans": failed,
        "input_tokens": tokens("gen_ai.usage.input_tokens"),
        "output_tokens": tokens("gen_ai.usage.output_tokens"),
    }))
}

fn list_spans(trace: &Trace, offset: usize) -> String {
    let listed: Vec<String> =
        trace.spans.iter().skip(offset).take(MAX_SPANS).map(|span| summary(span).to_string()).collect();
    let left = trace.spans.len().saturating_sub(offset + listed.len());
    let more = if left > 0 { format!("\n{left} more: use offset {}", offset + listed.len()) } else { String::new() };
    if listed.is_empty() { "no spans from there on".to_owned() } else { listed.join("\n") + &more }
}

fn get_span(trace: &Trace, span_id: &str, offset: usize) -> Result<String, String> {
    match trace.span(span_id) {
        Some(span) => Ok(shown(span, offset)),
        None => Err(format!("there is no span `{span_id}`; `list_spans` says which there are")),
    }
}

fn search(trace: &Trace, pattern: &str) -> Result<String, String> {
    if pattern.is_empty() {
        return Err("`pattern` is empty".to_owned());
    }
    let hits: Vec<String> = trace.spans.iter().flat_map(|span| hits(span, pattern)).take(MAX_HITS + 1).collect();
    if hits.is_empty() {
        return Ok(format!("{pattern:?} is nowhere in the trace"));
    }
    let more = if hits.len() > MAX_HITS { "\nthere are more: search for something longer" } else { "" };
    Ok(hits[..hits.len().min(MAX_HITS)].join("\n") + more)
}

fn timing_report(trace: &Trace) -> String {
    let mut kinds = BTreeMap::<String, f64>::new();
    let mut timed: Vec<(&Span, f64)> =
        trace.spans.iter().filter_map(|span| Some((span, span.duration_ms()?))).collect();
    for (span, milliseconds) in &timed {
        *kinds.entry(kind(span)).or_default() += milliseconds;
    }
    timed.sort_by(|(_, left), (_, right)| right.total_cmp(left));
    let slowest: Vec<Value> = timed
        .iter()
        .take(MAX_SPANS)
        .map(|(span, milliseconds)| json!({ "span_id": span.span_id, "name": span.name, "duration_ms": milliseconds }))
        .collect();
    pretty(&json!({ "duration_ms": trace.duration_ms(), "duration_ms_by_kind": kinds, "slowest_spans": slowest }))
}

fn summary(span: &Span) -> Value {
    json!({
        "span_id": span.span_id,
        "parent_span_id": span.parent_span_id,
        "name": span.name,
        "kind": span.kind,
        "status": span.status.code,
    })
}

fn kind(span: &Span) -> String {
    json!(span.kind).as_str().unwrap_or_default().to_owned()
}

fn shown(span: &Span, offset: usize) -> String {
    let whole = pretty(&without_times(span));
    let start = whole.char_indices().nth(offset).map_or(whole.len(), |(position, _)| position);
    cut(&whole[start..], MAX_CHARACTERS)
}

/// A span as it would be in any run: times differ between a run and its replay, and a judge that saw them would ask
/// something else each time. Whoever wants them asks for the timing report.
fn without_times(span: &Span) -> Value {
    let mut shown = json!(span);
    if let Some(members) = shown.as_object_mut() {
        members.remove("start_time_unix_nano");
        members.remove("end_time_unix_nano");
    }
    for event in shown.get_mut("events").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(members) = event.as_object_mut() {
            members.remove("time_unix_nano");
        }
    }
    shown
}

/// The places in a span where a pattern is, the first one of each field.
fn hits(span: &Span, pattern: &str) -> impl Iterator<Item = String> {
    let fields = [
        ("name", Some(span.name.clone())),
        ("status", span.status.message.clone()),
        ("inputs", span.inputs.as_ref().map(pretty)),
        ("outputs", span.outputs.as_ref().map(pretty)),
        ("attributes", Some(pretty(&json!(span.attributes)))),
        ("events", Some(pretty(&json!(span.events)))),
    ];
    let pattern: Vec<char> = pattern.chars().flat_map(char::to_lowercase).collect();
    fields.into_iter().filter_map(move |(field, text)| {
        let excerpt = excerpt(&text?, &pattern)?;
        Some(json!({ "span_id": span.span_id, "field": field, "excerpt": excerpt }).to_string())
    })
}

/// The surroundings of the first place where a lower-case pattern is in a text of any case.
fn excerpt(text: &str, pattern: &[char]) -> Option<String> {
    let characters: Vec<char> = text.chars().collect();
    let is_here = |start: &usize| {
        let mut rest = characters[*start..].iter().flat_map(|character| character.to_lowercase());
        pattern.iter().all(|expected| rest.next() == Some(*expected))
    };
    let start = (0..characters.len()).find(is_here)?;
    let end = (start + pattern.len() + CONTEXT).min(characters.len());
    Some(characters[start.saturating_sub(CONTEXT)..end].iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trace() -> Trace {
        let span = |id: &str, kind: &str, end: u64| {
            json!({ "span_id": id, "name": format!("step {id}"), "kind": kind, "start_time_unix_nano": 0,
                    "end_time_unix_nano": end, "inputs": { "query": "Where is the Éiffel tower?" },
                    "attributes": { "gen_ai.usage.input_tokens": 7 } })
        };
        let mut failed = span("c", "TOOL", 3_000_000);
        failed["parent_span_id"] = json!("a");
        failed["status"] = json!({ "code": "ERROR", "message": "quota exhausted" });
        let spans = [span("a", "AGENT", 9_000_000), span("b", "LLM", 5_000_000), failed];
        serde_json::from_value(json!({ "trace_id": "t", "spans": spans })).unwrap()
    }

    fn call(name: &str, arguments: &Value) -> String {
        let arguments = if arguments.is_null() { String::new() } else { arguments.to_string() };
        answer(&trace(), &ToolCall { id: "1".into(), name: name.into(), arguments })
    }

    fn json_of(name: &str) -> Value {
        serde_json::from_str(&call(name, &json!({}))).unwrap()
    }

    #[test]
    fn only_the_timing_report_has_times() {
        let shown = [json_of("trace_info").to_string(), call("list_spans", &json!({})), call("root_span", &json!({}))];
        for text in shown {
            assert!(!text.contains("duration") && !text.contains("unix_nano"), "{text}");
        }
        assert_eq!(json_of("timing_report")["duration_ms"], 9.0);
    }

    #[test]
    fn the_trace_is_summed_up() {
        let info = json_of("trace_info");
        assert_eq!(info["spans"], 3);
        assert_eq!(info["spans_by_kind"], json!({ "AGENT": 1, "LLM": 1, "TOOL": 1 }));
        assert_eq!((&info["failed_spans"], &info["input_tokens"]), (&json!(["c"]), &json!(21)));
    }

    #[test]
    fn spans_are_listed_and_shown() {
        let list = call("list_spans", &Value::Null);
        assert_eq!(list.lines().count(), 3);
        assert!(list.lines().nth(2).unwrap().contains(r#""parent_span_id":"a""#), "{list}");
        assert_eq!(call("list_spans", &json!({ "offset": 2 })).lines().count(), 1);
        assert_eq!(call("list_spans", &json!({ "offset": 9 })), "no spans from there on");
        assert!(call("get_span", &json!({ "span_id": "c" })).contains("quota exhausted"));
        assert!(call("root_span", &json!({})).contains("step a"));
    }

    #[test]
    fn a_long_list_and_a_long_span_are_read_on_by_offset() {
        let name = "é".repeat(30_000);
        let span = |index| json!({ "span_id": format!("s{index}"), "name": name, "start_time_unix_nano": 0 });
        let spans: Vec<Value> = (0..MAX_SPANS + 1).map(span).collect();
        let trace: Trace = serde_json::from_value(json!({ "trace_id": "t", "spans": spans })).unwrap();
        assert!(list_spans(&trace, 0).ends_with("\n1 more: use offset 100"));
        let first = get_span(&trace, "s0", 0).unwrap();
        assert!(first.ends_with("more characters)"), "{}", first.len());
        assert!(get_span(&trace, "s0", MAX_CHARACTERS).unwrap().contains("\"span_id\": \"s0\""));
    }

    #[test]
    fn a_text_is_found_in_any_case_and_any_field() {
        let found = call("search", &json!({ "pattern": "éIFFEL" }));
        assert_eq!(found.lines().count(), 3);
        assert!(found.contains(r#""field":"inputs""#), "{found}");
        assert!(call("search", &json!({ "pattern": "QUOTA" })).contains(r#""span_id":"c""#));
        assert_eq!(call("search", &json!({ "pattern": "e.*l" })), "\"e.*l\" is nowhere in the trace");
    }

    #[test]
    fn the_slowest_spans_come_first() {
        let report = json_of("timing_report");
        assert_eq!(report["slowest_spans"][1], json!({ "span_id": "b", "name": "step b", "duration_ms": 5.0 }));
        assert_eq!(report["duration_ms_by_kind"]["TOOL"], json!(3.0));
    }

    #[test]
    fn wrong_calls_get_an_answer_that_says_so() {
        for (name, arguments, expected) in [
            ("delete", json!({}), "there is no tool `delete`"),
            ("get_span", json!({ "span_id": "z" }), "there is no span `z`"),
            ("get_span", json!({ "id": "a" }), "unknown field `id`"),
            ("search", json!({ "pattern": "" }), "`pattern` is empty"),
        ] {
            let answer = call(name, &arguments);
            assert!(answer.starts_with("error: ") && answer.contains(expected), "{answer}");
        }
    }
}
