use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use scorebox_core::{Example, Json};
use serde::Deserialize;

use crate::case::{Call, Case, Place};
use crate::expect::Expected;

/// Why the cases of a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// The file could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line is no case.
    #[error("{place}: {reason}")]
    Line {
        /// The line.
        place: Place,
        /// What is wrong with it, and where.
        reason: String,
    },
}

/// Reads the cases of a JSONL file: one on each line; empty lines do not count.
pub fn read_cases(path: &Path) -> Result<Vec<Case>, CaseError> {
    let text = fs::read_to_string(path).map_err(|source| CaseError::Read { path: path.to_owned(), source })?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let cases = lines.map(|(index, line)| {
        let place = Place { path: path.to_owned(), line: index + 1 };
        case(line, place.clone()).map_err(|reason| CaseError::Line { place, reason })
    });
    cases.collect()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    name: Option<String>,
    scorer: Option<String>,
    predictor: Option<String>,
    config: Option<Json>,
    example: Option<ExampleLine>,
    batch: Option<Vec<ExampleLine>>,
    session: Option<Vec<ExampleLine>>,
    inputs: Option<Json>,
    expect: Json,
}

/// An example as a case states it: what every example has is filled in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExampleLine {
    id: Option<String>,
    inputs: Option<Json>,
    outputs: Option<Json>,
    expectations: Option<Json>,
    trace: Option<Json>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

fn case(text: &str, place: Place) -> Result<Case, String> {
    let line: Line = serde_json::from_str(text).map_err(|error| column(&error))?;
    let config = line.config.unwrap_or_else(empty_object);
    if !config.is_object() {
        return Err("`config` is not an object".to_owned());
    }
    let what = (line.scorer, line.predictor, line.example, line.batch, line.session, line.inputs);
    let (call, count) = match what {
        (Some(scorer), None, Some(example), None, None, None) => {
            (Call::Score { scorer, example: Box::new(example.filled_in(None)?) }, None)
        }
        (Some(scorer), None, None, Some(batch), None, None) => {
            let count = batch.len();
            (Call::Batch { scorer, examples: numbered(batch)? }, Some(count))
        }
        (Some(scorer), None, None, None, Some(turns), None) => {
            (Call::Session { scorer, turns: numbered(turns)? }, None)
        }
        (None, Some(predictor), None, None, None, Some(inputs)) => {
            if !inputs.is_object() {
                return Err("`inputs` is not an object".to_owned());
            }
            (Call::Predict { predictor, inputs }, None)
        }
        _ => {
            return Err("a case has a `scorer` with one of `example`, `batch` and `session`, or a `predictor` with \
                        `inputs`"
                .to_owned());
        }
    };
    let expect = expected(&line.expect, count)?;
    let name = line.name.unwrap_or_else(|| format!("{}, line {}", call.function(), place.line));
    Ok(Case { name, place, call, config, expect })
}

fn expected(stated: &Json, count: Option<usize>) -> Result<Vec<Expected>, String> {
    let in_expect = |error: &dyn std::fmt::Display| format!("`expect`: {error}");
    let Some(count) = count else {
        return Ok(vec![stated.to().map_err(|error| in_expect(&error))?]);
    };
    let each: Vec<Expected> = stated.to().map_err(|error| in_expect(&error))?;
    if each.len() != count {
        return Err(format!("`expect` states {} results for the {count} examples of the batch", each.len()));
    }
    Ok(each)
}

fn numbered(lines: Vec<ExampleLine>) -> Result<Vec<Example>, String> {
    lines.into_iter().enumerate().map(|(index, line)| line.filled_in(Some(index))).collect()
}

impl ExampleLine {
    fn filled_in(self, index: Option<usize>) -> Result<Example, String> {
        let id = self.id.unwrap_or_else(|| index.map_or_else(|| "case".to_owned(), |index| format!("case-{index}")));
        let inputs = self.inputs.unwrap_or_else(empty_object);
        if !inputs.is_object() {
            return Err(format!("`inputs` of the example {id:?} is not an object"));
        }
        if self.expectations.as_ref().is_some_and(|expectations| !expectations.is_object()) {
            return Err(format!("`expectations` of the example {id:?} is not an object"));
        }
        let Self { outputs, expectations, trace, tags, .. } = self;
        Ok(Example { id, inputs, outputs, expectations, trace, tags })
    }
}

fn empty_object() -> Json {
    Json::from_value(&serde_json::Map::new()).unwrap_or_else(|_| unreachable!("an empty object is JSON"))
}

/// The file and the line are known already; of serde's place only the column says more.
fn column(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    match text.strip_suffix(&place) {
        Some(reason) => format!("{reason} (column {})", error.column()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Case>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("examples.jsonl");
        fs::write(&path, text).unwrap();
        read_cases(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
    }

    #[test]
    fn each_sort_of_call_is_read() {
        let cases = read(
            r#"{"scorer":"a","example":{"outputs":1},"expect":{"feedback":[{"value":true}]}}

{"name":"both","scorer":"a","batch":[{},{"id":"x"}],"expect":[{},{"error":{"kind":"failed"}}]}
{"scorer":"t","session":[{},{}],"expect":{}}
{"predictor":"p","config":{"k":1},"inputs":{"q":"?"},"expect":{"outputs":null}}"#,
        )
        .unwrap();
        assert_eq!(cases.len(), 4);
        assert_eq!((cases[0].name.as_str(), cases[0].place.line), ("a, line 1", 1));
        assert_eq!((cases[1].name.as_str(), cases[1].place.line, cases[1].expect.len()), ("both", 3, 2));
        let Call::Session { turns, .. } = &cases[2].call else { panic!("{:?}", cases[2].call) };
        assert_eq!(turns[1].id, "case-1");
        assert_eq!(cases[3].expect[0].outputs, Some(serde_json::Value::Null), "null is stated");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, problem) in [
            ("{}\n", "FILE:1: missing field `expect` (column 2)"),
            ("\n{\"expect\":{}}", "FILE:2: a case has a `scorer`"),
            (r#"{"scorer":"a","example":{},"inputs":{},"expect":{}}"#, "FILE:1: a case has a `scorer`"),
            (r#"{"scorer":"a","example":{},"expct":{}}"#, "FILE:1: unknown field `expct`"),
            (r#"{"scorer":"a","example":{},"expect":{"feedbacks":[]}}"#, "FILE:1: `expect`: not JSON: unknown field"),
            (r#"{"scorer":"a","batch":[{}],"expect":[]}"#, "states 0 results for the 1 examples"),
            (r#"{"scorer":"a","config":[],"example":{},"expect":{}}"#, "`config` is not an object"),
            (r#"{"scorer":"a","example":{"inputs":3},"expect":{}}"#, "`inputs` of the example \"case\""),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(problem), "{text}: {error}");
        }
    }
}
