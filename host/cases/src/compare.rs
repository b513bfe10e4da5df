use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::case::Case;
use crate::expect::{Expected, ExpectedError, ExpectedFeedback, ExpectedSpan};
use crate::observed::{Observed, ObservedError, ObservedFeedback, ObservedSpan, Outcome};

/// Where a result is not what the case says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where in the result: `feedback[0].value`.
    pub path: String,
    /// What the case says.
    pub expected: String,
    /// What came out.
    pub actual: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: expected {}, got {}", self.path, self.expected, self.actual)
    }
}

impl Case {
    /// Compares what came out with what the case says; nothing where they agree.
    #[must_use]
    pub fn differences(&self, observed: &[Observed]) -> Vec<Difference> {
        let mut differences = Differences::default();
        let is_batch = self.expect.len() != 1;
        if self.expect.len() != observed.len() {
            differences.push("", format!("{} results", self.expect.len()), observed.len());
        }
        for (index, (expected, observed)) in self.expect.iter().zip(observed).enumerate() {
            let path = if is_batch { format!("[{index}].") } else { String::new() };
            differences.result(&path, expected, observed);
        }
        differences.found
    }
}

#[derive(Default)]
struct Differences {
    found: Vec<Difference>,
}

impl Differences {
    fn push(&mut self, path: impl Into<String>, expected: impl fmt::Display, actual: impl fmt::Display) {
        let (expected, actual) = (expected.to_string(), actual.to_string());
        self.found.push(Difference { path: path.into(), expected, actual });
    }

    /// Compares two things by the JSON that they are.
    fn equal(&mut self, path: String, expected: &impl Serialize, actual: &impl Serialize) {
        let (expected, actual) = (json(expected), json(actual));
        if !is_same(&expected, &actual) {
            self.push(path, expected, actual);
        }
    }

    fn result(&mut self, path: &str, expected: &Expected, observed: &Observed) {
        let before = self.found.len();
        match (expected, &observed.outcome) {
            (Expected { feedback: Some(expected), .. }, Outcome::Feedback(actual)) => {
                self.feedbacks(path, expected, actual);
            }
            (Expected { outputs: Some(expected), .. }, Outcome::Outputs(actual)) => {
                self.equal(format!("{path}outputs"), expected, actual);
            }
            (Expected { error: Some(expected), .. }, Outcome::Error(actual)) => self.error(path, expected, actual),
            (
                Expected { feedback: None, outputs: None, error: None, .. },
                Outcome::Feedback(_) | Outcome::Outputs(_),
            ) => {}
            (_, actual) => self.push(format!("{path}result"), wanted(expected), json(actual)),
        }
        // After a failure the log is part of the error's output.
        if let Some(log) = expected.log.as_ref().filter(|_| self.found.len() == before) {
            self.equal(format!("{path}log"), log, &observed.log);
        }
        if let Some(spans) = &expected.spans {
            self.spans(path, spans, &observed.spans);
        }
    }

    fn feedbacks(&mut self, path: &str, expected: &[ExpectedFeedback], actual: &[ObservedFeedback]) {
        if expected.len() != actual.len() {
            self.push(format!("{path}feedback"), format!("{} of them", expected.len()), json(&actual));
            return;
        }
        for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
            self.feedback(&format!("{path}feedback[{index}]"), expected, actual);
        }
    }

    fn feedback(&mut self, path: &str, expected: &ExpectedFeedback, actual: &ObservedFeedback) {
        if let Some(name) = &expected.name {
            self.equal(format!("{path}.name"), name, &actual.name);
        }
        if let Some(kind) = &expected.kind {
            self.equal(format!("{path}.kind"), kind, &actual.kind);
        }
        if let Some(value) = &expected.value {
            match (expected.within, value.as_f64(), actual.value.as_f64()) {
                (Some(within), Some(wanted), Some(got)) if (wanted - got).abs() <= within => {}
                (Some(within), _, _) => {
                    self.push(format!("{path}.value"), format!("{value} ± {within}"), &actual.value);
                }
                (None, _, _) => self.equal(format!("{path}.value"), value, &actual.value),
            }
        }
        let optional = [
            ("rationale", &expected.rationale, json(&actual.rationale)),
            ("metadata", &expected.metadata, json(&actual.metadata)),
            ("span_id", &expected.span_id, json(&actual.span_id)),
        ];
        for (name, expected, actual) in optional {
            if let Some(expected) = expected {
                self.equal(format!("{path}.{name}"), expected, &actual);
            }
        }
    }

    fn error(&mut self, path: &str, expected: &ExpectedError, actual: &ObservedError) {
        if let Some(kind) = &expected.kind {
            self.equal(format!("{path}error.kind"), kind, &actual.kind);
        }
        if let Some(message) = &expected.message {
            self.equal(format!("{path}error.message"), message, &actual.message);
        }
        if let Some(part) = expected.contains.as_ref().filter(|part| !actual.message.contains(part.as_str())) {
            let expected = format!("a text that contains {}", json(part));
            self.push(format!("{path}error.message"), expected, json(&actual.message));
        }
    }

    fn spans(&mut self, path: &str, expected: &[ExpectedSpan], actual: &[ObservedSpan]) {
        if expected.len() != actual.len() {
            self.push(format!("{path}spans"), format!("{} of them", expected.len()), json(&actual));
            return;
        }
        for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
            let path = format!("{path}spans[{index}]");
            let stated = [
                ("name", Some(json(&expected.name)), json(&actual.name)),
                ("parent", expected.parent.clone(), json(&actual.parent)),
                ("kind", expected.kind.as_ref().map(json), json(&actual.kind)),
                ("status", expected.status.clone(), json(&actual.status)),
                ("attributes", expected.attributes.as_ref().map(json), json(&actual.attributes)),
                ("inputs", expected.inputs.clone(), json(&actual.inputs)),
                ("outputs", expected.outputs.clone(), json(&actual.outputs)),
            ];
            for (name, expected, actual) in stated {
                if let Some(expected) = expected {
                    self.equal(format!("{path}.{name}"), &expected, &actual);
                }
            }
        }
    }
}

/// What the case wants, for a result of quite another sort.
fn wanted(expected: &Expected) -> String {
    match expected {
        Expected { error: Some(error), .. } => match error.kind {
            Some(kind) => format!("the error {kind}"),
            None => "an error".to_owned(),
        },
        Expected { outputs: Some(outputs), .. } => format!("the outputs {outputs}"),
        Expected { feedback: Some(feedback), .. } if feedback.len() == 1 => "a feedback".to_owned(),
        Expected { feedback: Some(feedback), .. } => format!("{} feedbacks", feedback.len()),
        _ => "a result".to_owned(),
    }
}

/// Equal values, where `1` and `1.0` are one number.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || (one.is_f64() || other.is_f64()) && one.as_f64() == other.as_f64()
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let has_same = |(key, value): (&String, &Value)| other.get(key).is_some_and(|other| is_same(value, other));
            one.len() == other.len() && one.iter().all(has_same)
        }
        _ => left == right,
    }
}

fn json(value: &(impl Serialize + ?Sized)) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use scorebox_core::ValueKind;
    use serde_json::json;

    use super::*;

    fn differences(expected: Value, outcome: Outcome) -> Vec<String> {
        let mut differences = Differences::default();
        let observed = Observed { outcome, log: Vec::new(), spans: Vec::new() };
        differences.result("", &serde_json::from_value(expected).unwrap(), &observed);
        differences.found.iter().map(ToString::to_string).collect()
    }

    fn feedback(kind: ValueKind, value: Value) -> Outcome {
        let name = "tone".to_owned();
        Outcome::Feedback(vec![ObservedFeedback {
            name,
            kind,
            value,
            rationale: None,
            metadata: Some(json!({"a": 1})),
            span_id: None,
        }])
    }

    #[test]
    fn what_is_stated_has_to_hold_and_the_rest_is_free() {
        let outcome = || feedback(ValueKind::Boolean, json!(true));
        assert_eq!(differences(json!({"feedback": [{"value": true}]}), outcome()), Vec::<String>::new());
        assert_eq!(
            differences(json!({"feedback": [{"value": false, "rationale": null, "metadata": {"a": 2}}]}), outcome()),
            ["feedback[0].value: expected false, got true", r#"feedback[0].metadata: expected {"a":2}, got {"a":1}"#]
        );
        assert_eq!(
            differences(json!({"feedback": [{"rationale": "why"}]}), outcome()),
            [r#"feedback[0].rationale: expected "why", got null"#]
        );
    }

    #[test]
    fn one_and_one_point_nought_are_one_number_unless_the_kind_is_stated() {
        let outcome = || feedback(ValueKind::Number, json!(1.0));
        assert_eq!(differences(json!({"feedback": [{"value": 1}]}), outcome()), Vec::<String>::new());
        assert_eq!(
            differences(json!({"feedback": [{"value": 1, "kind": "integer"}]}), outcome()),
            [r#"feedback[0].kind: expected "integer", got "number""#]
        );
    }

    #[test]
    fn numbers_may_be_close() {
        let outcome = || feedback(ValueKind::Number, json!(0.3334));
        assert_eq!(
            differences(json!({"feedback": [{"value": 0.3333, "within": 0.001}]}), outcome()),
            Vec::<String>::new()
        );
        let found = differences(json!({"feedback": [{"value": 0.3, "within": 0.001}]}), outcome());
        assert_eq!(found, ["feedback[0].value: expected 0.3 ± 0.001, got 0.3334"]);
    }

    #[test]
    fn an_error_that_was_not_expected_is_shown() {
        let error = ObservedError {
            kind: scorebox_core::FailureKind::Failed,
            message: "boom".to_owned(),
            guest_output: None,
            backtrace: None,
        };
        let outcome = || Outcome::Error(error.clone());
        let found = differences(json!({"feedback": [{"value": true}]}), outcome());
        assert_eq!(found, [r#"result: expected a feedback, got {"error":{"kind":"failed","message":"boom"}}"#]);
        assert_eq!(
            differences(json!({"error": {"kind": "failed", "contains": "oo"}}), outcome()),
            Vec::<String>::new()
        );
        assert_eq!(differences(json!({}), outcome()).len(), 1, "a case that states nothing still wants a result");
    }
}
