//! Traces as examples: a file with one trace on each line, in Scorebox's own JSON.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _};
use std::path::{Path, PathBuf};

use scorebox_core::{Example, InvalidJson, Json, Span, Trace};

/// The longest line.
const MAX_LINE_BYTES: u64 = 16 * 1024 * 1024;

/// Levels of arrays and objects in a trace, as in a dataset.
const MAX_DEPTH: usize = 128;

/// Why a file of traces cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum TraceFileError {
    /// The operating system refused.
    #[error("{}: cannot be read: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// One line is wrong.
    #[error("{}:{line}:{column}: {problem}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// The byte in the line, from 1, by which it turned out.
        column: usize,
        /// What is wrong with it.
        problem: TraceProblem,
    },
}

/// What is wrong with a trace.
#[derive(Debug, thiserror::Error)]
pub enum TraceProblem {
    /// The line is too long.
    #[error("the line is longer than {MAX_LINE_BYTES} bytes: leave out what no scorer needs")]
    TooLong,
    /// The bytes are no UTF-8.
    #[error("not UTF-8: save the file with the encoding UTF-8")]
    InvalidUtf8,
    /// The line is no JSON.
    #[error("not JSON: {detail}; each line must be one complete JSON object")]
    Syntax {
        /// What the parser says.
        detail: String,
    },
    /// Arrays and objects nest too deep.
    #[error("arrays and objects nest deeper than {limit} levels: flatten them")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// The line is JSON, but no trace.
    #[error(
        "not a trace: {detail}; each line must be a trace such as {{\"trace_id\": \"…\", \"spans\": [{{\"span_id\": \"…\", \
         \"name\": \"…\", \"start_time_unix_nano\": 0}}]}}"
    )]
    NotATrace {
        /// What was found and what was expected.
        detail: String,
    },
    /// It has no span that is not part of another one.
    #[error("the trace {trace} has no root: one of its spans must be part of no other one of them")]
    NoRoot {
        /// The trace's id.
        trace: String,
    },
    /// Its root does not say what was asked.
    #[error("the trace {trace}: its root, span {span}, has no `inputs`: leave the trace out, or record what was asked")]
    NoInputs {
        /// The trace's id.
        trace: String,
        /// The span's id.
        span: String,
    },
}

/// Gives the traces of a file to `take`, as examples, in their order.
pub(super) fn read<E: From<TraceFileError>>(
    path: &Path,
    mut take: impl FnMut(&Example) -> Result<(), E>,
) -> Result<(), E> {
    let failed = |source| TraceFileError::Io { path: path.to_owned(), source };
    let mut reader = BufReader::new(File::open(path).map_err(failed)?);
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        // One byte more than allowed tells a line that is too long from one that just fits.
        let read = reader.by_ref().take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut text).map_err(failed)?;
        if read == 0 {
            break;
        }
        if text.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let example = if text.len() as u64 > MAX_LINE_BYTES { Err((1, TraceProblem::TooLong)) } else { example(&text) };
        let wrong = |(column, problem)| TraceFileError::Line { path: path.to_owned(), line, column, problem };
        take(&example.map_err(wrong)?)?;
    }
    Ok(())
}

/// The example that a trace makes: what its root was given and gave, and the trace itself.
fn example(text: &[u8]) -> Result<Example, (usize, TraceProblem)> {
    let text = str::from_utf8(text).map_err(|error| (error.valid_up_to() + 1, TraceProblem::InvalidUtf8))?;
    let json = Json::parse_bounded(text.trim_end().to_owned(), MAX_DEPTH).map_err(problem_of)?;
    let trace: Trace = json.to().map_err(problem_of)?;
    let id = trace.trace_id.to_string();
    let Some(root) = root(&trace) else { return Err((1, TraceProblem::NoRoot { trace: id })) };
    let Some(inputs) = &root.inputs else {
        return Err((1, TraceProblem::NoInputs { trace: id, span: root.span_id.to_string() }));
    };
    Ok(Example {
        id,
        inputs: object(inputs).map_err(problem_of)?,
        outputs: root.outputs.clone(),
        expectations: None,
        trace: Some(json),
        tags: BTreeMap::new(),
    })
}

fn problem_of(error: InvalidJson) -> (usize, TraceProblem) {
    let error = match error {
        InvalidJson::TooDeep { limit } => return (1, TraceProblem::TooDeep { limit }),
        InvalidJson::Syntax(error) => error,
    };
    let mut detail = error.to_string();
    if let Some(end) = detail.rfind(" at line ") {
        detail.truncate(end);
    }
    let problem = if error.is_data() { TraceProblem::NotATrace { detail } } else { TraceProblem::Syntax { detail } };
    (error.column().max(1), problem)
}

/// The first span whose parent is none of the trace's spans.
fn root(trace: &Trace) -> Option<&Span> {
    let is_part = |span: &Span| {
        let parent = span.parent_span_id.as_ref();
        parent.is_some_and(|parent| trace.spans.iter().any(|other| other.span_id == *parent))
    };
    trace.spans.iter().find(|span| !is_part(span))
}

/// The inputs of an example are an object, those of a span need not be.
fn object(inputs: &Json) -> Result<Json, InvalidJson> {
    if inputs.is_object() { Ok(inputs.clone()) } else { Json::from_value(&BTreeMap::from([("input", inputs)])) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn examples(text: &str) -> Result<Vec<Example>, TraceFileError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("traces.jsonl");
        std::fs::write(&path, text).unwrap();
        let mut examples = Vec::new();
        let read = read(&path, |example| {
            examples.push(example.clone());
            Ok::<_, TraceFileError>(())
        });
        read.map(|()| examples)
    }

    fn problem(text: &str) -> String {
        match examples(text).unwrap_err() {
            TraceFileError::Line { line, column, problem, .. } => format!("{line}:{column}: {problem}"),
            error @ TraceFileError::Io { .. } => error.to_string(),
        }
    }

    fn trace(spans: &str) -> String {
        format!(r#"{{"trace_id":"t-1","spans":[{spans}]}}"#)
    }

    #[test]
    fn the_root_gives_inputs_and_outputs_and_the_trace_is_kept() {
        let text = trace(
            r#"{"span_id":"b","parent_span_id":"a","name":"llm","start_time_unix_nano":2,"inputs":{"x":1}},
            {"span_id":"a","parent_span_id":"gone","name":"app","start_time_unix_nano":1,"inputs":{"q": "hi"},"outputs":"ho"}"#,
        )
        .replace('\n', "");
        let examples = examples(&format!("\n{text}\n")).unwrap();
        let [example] = examples.as_slice() else { panic!("{examples:?}") };
        assert_eq!((example.id.as_str(), example.inputs.as_str()), ("t-1", r#"{"q": "hi"}"#));
        assert_eq!(example.outputs.as_ref().unwrap().as_str(), r#""ho""#);
        assert_eq!(example.trace.as_ref().unwrap().as_str(), text);
    }

    #[test]
    fn inputs_that_are_no_object_become_one() {
        let text = trace(r#"{"span_id":"a","name":"app","start_time_unix_nano":1,"inputs":"hi"}"#);
        assert_eq!(examples(&text).unwrap()[0].inputs.as_str(), r#"{"input":"hi"}"#);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let without_inputs = trace(r#"{"span_id":"a","name":"app","start_time_unix_nano":1}"#);
        insta::assert_snapshot!(problem(&format!("\n{without_inputs}")), @"2:1: the trace t-1: its root, span a, has no `inputs`: leave the trace out, or record what was asked");
        insta::assert_snapshot!(problem(&trace("")), @"1:1: the trace t-1 has no root: one of its spans must be part of no other one of them");
        insta::assert_snapshot!(problem(r#"{"trace_id":"t-1","spans":[],"span":1}"#), @r#"1:35: not a trace: unknown field `span`, expected `trace_id` or `spans`; each line must be a trace such as {"trace_id": "…", "spans": [{"span_id": "…", "name": "…", "start_time_unix_nano": 0}]}"#);
        insta::assert_snapshot!(problem("{"), @"1:1: not JSON: EOF while parsing an object; each line must be one complete JSON object");
        insta::assert_snapshot!(problem(&format!("{}{}", "[".repeat(200), "]".repeat(200))), @"1:1: arrays and objects nest deeper than 128 levels: flatten them");
    }

    #[test]
    fn a_line_that_is_too_long_is_not_read_to_its_end() {
        let long = format!("\"{}\"", "x".repeat(17 * 1024 * 1024));
        insta::assert_snapshot!(problem(&long), @"1:1: the line is longer than 16777216 bytes: leave out what no scorer needs");
    }
}
