use scorebox_sdk::serde_json::Value;
use scorebox_sdk::{Example, Feedback, Result, scorer};

use crate::{compare, document};

/// Settings of `json_diff`.
#[scorebox_sdk::config]
pub(crate) struct JsonDiff {
    /// How many differences the rationale names at most.
    #[default(10)]
    max_differences: usize,
    /// Whether a Markdown code fence around the whole output is ignored.
    #[default(false)]
    strip_fence: bool,
}

/// How much of the JSON agrees with the expected response: the share of equal leaves, from 0 to 1.
///
/// A leaf is a text, a number, a boolean, `null`, or an empty array or object. Both documents are laid over each other,
/// objects by key and arrays by position; the similarity is the number of leaves that are equal on both sides, divided
/// by the number of all leaves. A leaf or a whole part that only one side has counts with all its leaves; where the two
/// sides differ in kind, the one with more leaves counts. An output that is not JSON has similarity 0.
#[scorer(requires(outputs, expectations), returns = number)]
pub(crate) fn json_diff(example: &Example, config: &JsonDiff) -> Result<Feedback> {
    let expected = document::expected(example)?;
    let output = match document::output(example, config.strip_fence)? {
        Ok(output) => output,
        Err(why) => return Ok(Feedback::new(0.0).with_rationale(why)),
    };
    let mut comparison = Comparison::default();
    comparison.visit(&mut String::new(), &expected, &output);

    let feedback = Feedback::new(comparison.similarity());
    Ok(match comparison.rationale(config.max_differences) {
        Some(rationale) => feedback.with_rationale(rationale),
        None => feedback,
    })
}

#[derive(Default)]
struct Comparison {
    leaves: usize,
    equal_leaves: usize,
    differences: Vec<String>,
}

impl Comparison {
    #[expect(clippy::cast_precision_loss, reason = "no document has 2^53 leaves")]
    fn similarity(&self) -> f64 {
        self.equal_leaves as f64 / self.leaves as f64
    }

    fn rationale(&self, max_differences: usize) -> Option<String> {
        if self.differences.is_empty() {
            return None;
        }
        let mut lines = self.differences.iter().take(max_differences).cloned().collect::<Vec<_>>();
        if self.differences.len() > max_differences {
            lines.push(format!("{} differences in all", self.differences.len()));
        }
        Some(lines.join("\n"))
    }

    /// Lays two values over each other. `path` is their JSON pointer, left as it was found.
    fn visit(&mut self, path: &mut String, expected: &Value, output: &Value) {
        match (expected, output) {
            (Value::Object(expected), Value::Object(output)) if !expected.is_empty() && !output.is_empty() => {
                for (key, value) in expected {
                    self.visit_member(path, key, Some(value), output.get(key));
                }
                for (key, value) in output.iter().filter(|(key, _)| !expected.contains_key(*key)) {
                    self.visit_member(path, key, None, Some(value));
                }
            }
            (Value::Array(expected), Value::Array(output)) if !expected.is_empty() && !output.is_empty() => {
                for index in 0..expected.len().max(output.len()) {
                    self.visit_member(path, &index.to_string(), expected.get(index), output.get(index));
                }
            }
            _ => self.count(path, expected, output),
        }
    }

    fn visit_member(&mut self, path: &mut String, key: &str, expected: Option<&Value>, output: Option<&Value>) {
        let length = path.len();
        path.push('/');
        path.push_str(&key.replace('~', "~0").replace('/', "~1"));
        match (expected, output) {
            (Some(expected), Some(output)) => self.visit(path, expected, output),
            (Some(expected), None) => self.differ(leaves(expected), format!("{path}: missing")),
            (None, Some(output)) => self.differ(leaves(output), format!("{path}: not expected")),
            (None, None) => {}
        }
        path.truncate(length);
    }

    /// Two values of which at least one is a leaf.
    fn count(&mut self, path: &str, expected: &Value, output: &Value) {
        if compare::is_equal(expected, output) {
            self.leaves += 1;
            self.equal_leaves += 1;
            return;
        }
        let place = if path.is_empty() { "the whole" } else { path };
        let difference = format!("{place}: expected {}, found {}", shown(expected), shown(output));
        self.differ(leaves(expected).max(leaves(output)), difference);
    }

    fn differ(&mut self, leaves: usize, difference: String) {
        self.leaves += leaves;
        self.differences.push(difference);
    }
}

fn leaves(value: &Value) -> usize {
    match value {
        Value::Array(items) if !items.is_empty() => items.iter().map(leaves).sum(),
        Value::Object(members) if !members.is_empty() => members.values().map(leaves).sum(),
        _ => 1,
    }
}

/// A value as short JSON.
fn shown(value: &Value) -> String {
    const MAX_CHARACTERS: usize = 60;

    let json = value.to_string();
    match json.char_indices().nth(MAX_CHARACTERS) {
        Some((end, _)) => format!("{}…", &json[..end]),
        None => json,
    }
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    fn diff(expected: Value, outputs: Value) -> (f64, String) {
        let example = Example::new("1")
            .with_outputs(outputs)
            .with_expectations(Value::from_iter([("expected_response", expected)]));
        let feedback = json_diff(&example, &JsonDiff::default()).unwrap();
        let scorebox_sdk::Value::Number(similarity) = feedback.value else { panic!("expected a number") };
        (similarity, feedback.rationale.unwrap_or_default())
    }

    #[test]
    fn equal_documents_have_similarity_one_and_no_rationale() {
        assert_eq!(diff(json!({ "a": [1, {}] }), json!(r#"{"a": [1.0, {}]}"#)), (1.0, String::new()));
        assert_eq!(diff(json!([]), json!([])), (1.0, String::new()));
    }

    #[test]
    fn every_leaf_counts_the_same() {
        let (similarity, rationale) = diff(json!({ "a": 1, "b": [1, 2, 3] }), json!({ "a": 2, "b": [1, 2, 3] }));
        assert_eq!(similarity, 0.75);
        assert_eq!(rationale, "/a: expected 1, found 2");
    }

    #[test]
    fn what_one_side_lacks_counts_with_all_its_leaves() {
        let (similarity, rationale) = diff(json!({ "a": 1, "b": [1, 2] }), json!({ "a": 1, "c/d": 0 }));
        assert_eq!(similarity, 0.25);
        assert_eq!(rationale, "/b: missing\n/c~1d: not expected");
    }

    #[test]
    fn different_kinds_count_the_larger_side() {
        let (similarity, rationale) = diff(json!({ "a": { "x": 1, "y": 2 }, "b": 1 }), json!({ "a": null, "b": 1 }));
        assert_eq!(similarity, 1.0 / 3.0);
        assert_eq!(rationale, r#"/a: expected {"x":1,"y":2}, found null"#);
    }

    #[test]
    fn an_output_that_is_not_json_scores_zero() {
        let (similarity, rationale) = diff(json!([1]), json!("nope"));
        assert_eq!(similarity, 0.0);
        assert!(rationale.starts_with("the output is not JSON"), "{rationale}");
    }

    #[test]
    fn a_long_list_of_differences_is_cut() {
        let (_, rationale) = diff(json!(vec![0; 20]), json!(vec![1; 20]));
        assert_eq!(rationale.lines().count(), 11);
        assert!(rationale.ends_with("20 differences in all"), "{rationale}");
    }
}
