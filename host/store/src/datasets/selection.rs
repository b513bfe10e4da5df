use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use scorebox_core::{Example, Feedback, Json, Value};
use scorebox_eval::{FieldPath, Outcome, RowResult, ScoreResult};
use serde_json::value::RawValue;

/// Which rows of a run become examples of a dataset.
///
/// A row is taken when it failed in one of the ways that are named, and meets all conditions. Where neither failures nor
/// conditions are named, every failure counts: an error, or a boolean that is false.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RowSelection {
    /// Rows on which the prediction or a scorer failed.
    pub errors: bool,
    /// Rows on which one of these scorers, or feedbacks, said `false`.
    pub failed: Vec<String>,
    /// What must hold as well.
    pub conditions: Vec<RowCondition>,
}

/// Something that must hold for a row, such as `tags.topic=billing` or `faithfulness<0.5`.
#[derive(Clone, Debug, PartialEq)]
pub struct RowCondition {
    subject: Subject,
    comparison: Comparison,
    value: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Subject {
    Field(FieldPath),
    /// The name of a scorer or of a feedback.
    Scorer(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The text is no condition on rows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCondition {
    /// There is nothing to compare.
    #[error(
        "{0:?} is no condition: write FIELD=VALUE, FIELD!=VALUE or SCORER<NUMBER (also <=, > and >=), such as \
         tags.topic=billing or faithfulness<0.5"
    )]
    Form(String),
    /// What has no order was to be less or more than something.
    #[error("{text:?}: {value:?} is no number, and only numbers are less or more than others: write = or !=")]
    Number {
        /// The condition.
        text: String,
        /// What stands where a number should.
        value: String,
    },
}

impl RowSelection {
    /// Whether the row is one of those that are wanted.
    #[must_use]
    pub fn takes(&self, row: &RowResult, example: &Example) -> bool {
        let fails = match (self.errors, self.failed.as_slice()) {
            (false, []) if self.conditions.is_empty() => row.has_error() || row.scores.iter().any(has_false),
            (false, []) => true,
            (errors, failed) => {
                errors && row.has_error() || failed.iter().any(|name| feedbacks(row, name).any(is_false))
            }
        };
        fails && self.conditions.iter().all(|condition| condition.holds(row, example))
    }

    /// The scorers and feedbacks that are named.
    pub(super) fn scorers(&self) -> impl Iterator<Item = &str> {
        let conditions = self.conditions.iter().filter_map(|condition| match &condition.subject {
            Subject::Scorer(name) => Some(name.as_str()),
            Subject::Field(_) => None,
        });
        self.failed.iter().map(String::as_str).chain(conditions)
    }
}

impl RowCondition {
    fn holds(&self, row: &RowResult, example: &Example) -> bool {
        match &self.subject {
            Subject::Field(path) => self.compare(field(example, path).as_deref()),
            // What was not said is neither equal nor unequal to anything.
            Subject::Scorer(name) => feedbacks(row, name).any(|feedback| self.compare(Some(&shown(&feedback.value)))),
        }
    }

    fn compare(&self, found: Option<&str>) -> bool {
        let is_equal = found.is_some_and(|found| found == self.value || are_equal_numbers(found, &self.value));
        let order = found.and_then(|found| number(found)?.partial_cmp(&number(&self.value)?));
        match self.comparison {
            Comparison::Equal => is_equal,
            Comparison::NotEqual => !is_equal,
            Comparison::Less => order.is_some_and(std::cmp::Ordering::is_lt),
            Comparison::LessOrEqual => order.is_some_and(std::cmp::Ordering::is_le),
            Comparison::Greater => order.is_some_and(std::cmp::Ordering::is_gt),
            Comparison::GreaterOrEqual => order.is_some_and(std::cmp::Ordering::is_ge),
        }
    }
}

fn has_false(score: &ScoreResult) -> bool {
    matches!(&score.outcome, Outcome::Feedback(feedbacks) if feedbacks.iter().any(is_false))
}

fn is_false(feedback: &Feedback) -> bool {
    feedback.value == Value::Boolean(false)
}

/// What a scorer said, or all that was said under a name.
pub(super) fn feedbacks<'r>(row: &'r RowResult, name: &'r str) -> impl Iterator<Item = &'r Feedback> {
    row.scores.iter().flat_map(move |score| {
        let feedbacks = match &score.outcome {
            Outcome::Feedback(feedbacks) => feedbacks.as_slice(),
            Outcome::Error(_) | Outcome::Skipped(_) => &[],
        };
        feedbacks.iter().filter(move |feedback| &*score.scorer == name || feedback.name == name)
    })
}

fn shown(value: &Value) -> String {
    match value {
        Value::Boolean(value) => value.to_string(),
        Value::Integer(value) => value.to_string(),
        Value::Number(value) => value.get().to_string(),
        Value::Text(value) => value.clone(),
        Value::Json(value) => value.to_string(),
    }
}

/// The value of a field: a text as it is, anything else as its JSON; none where there is none, or null.
fn field(example: &Example, path: &FieldPath) -> Option<String> {
    let path = path.to_string();
    let mut keys = path.split('.');
    let json = match keys.next()? {
        "id" => return Some(example.id.clone()),
        "tags" => return example.tags.get(keys.next()?).cloned(),
        "inputs" => Some(&example.inputs),
        "outputs" => example.outputs.as_ref(),
        "expectations" => example.expectations.as_ref(),
        _ => example.trace.as_ref(),
    };
    let mut value = json.map(Json::as_str)?;
    for key in keys {
        let mut members: BTreeMap<String, &RawValue> = serde_json::from_str(value).ok()?;
        value = members.remove(key)?.get();
    }
    (value != "null").then(|| serde_json::from_str(value).unwrap_or_else(|_| value.to_owned()))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn are_equal_numbers(left: &str, right: &str) -> bool {
    matches!((number(left), number(right)), (Some(left), Some(right)) if left == right)
}

impl FromStr for RowCondition {
    type Err = InvalidCondition;

    fn from_str(text: &str) -> Result<Self, InvalidCondition> {
        let invalid = || InvalidCondition::Form(super::name::beginning(text));
        let start = text.find(['=', '!', '<', '>']).ok_or_else(invalid)?;
        let (subject, rest) = text.split_at(start);
        let operators = [
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("=", Comparison::Equal),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        let found = operators.into_iter().find_map(|(sign, comparison)| Some((rest.strip_prefix(sign)?, comparison)));
        let (value, comparison) = found.ok_or_else(invalid)?;
        let (subject, value) = (subject.trim(), value.trim());
        if subject.is_empty() || value.is_empty() {
            return Err(invalid());
        }
        let has_order = !matches!(comparison, Comparison::Equal | Comparison::NotEqual);
        if has_order && number(value).is_none() {
            return Err(InvalidCondition::Number { text: super::name::beginning(text), value: value.to_owned() });
        }
        let subject = subject.parse().map_or_else(|_| Subject::Scorer(subject.to_owned()), Subject::Field);
        Ok(Self { subject, comparison, value: value.to_owned() })
    }
}

impl fmt::Display for RowCondition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.subject {
            Subject::Field(path) => write!(formatter, "{path}")?,
            Subject::Scorer(name) => formatter.write_str(name)?,
        }
        let sign = match self.comparison {
            Comparison::Equal => "=",
            Comparison::NotEqual => "!=",
            Comparison::Less => "<",
            Comparison::LessOrEqual => "<=",
            Comparison::Greater => ">",
            Comparison::GreaterOrEqual => ">=",
        };
        write!(formatter, "{sign}{}", self.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn example() -> Example {
        let text = r#"{"id":"x","inputs":{"user":{"plan":"free"},"n":3,"none":null},"expectations":{"list":[1]},"tags":{"t":"a=b"}}"#;
        serde_json::from_str(text).unwrap()
    }

    fn holds(condition: &str) -> bool {
        let row = RowResult {
            index: 0,
            repeat: 0,
            id: "x".into(),
            prediction: None,
            scores: Vec::new(),
            started: std::time::Duration::ZERO,
            content: None,
        };
        condition.parse::<RowCondition>().unwrap().holds(&row, &example())
    }

    #[test]
    fn fields_are_compared_as_texts_and_as_numbers() {
        let hold = ["id=x", "inputs.user.plan=free", "inputs.n=3", "inputs.n=3.0", "inputs.n<=3", "inputs.n > 2.5"];
        let others = ["inputs.n!=4", "expectations.list=[1]", "tags.t=a=b", "tags.other!=x", "inputs.none!=x"];
        for condition in hold.into_iter().chain(others) {
            assert!(holds(condition), "{condition}");
        }
        for condition in ["id=y", "inputs.n<3", "inputs.user>1", "tags.other=x", "outputs=1", "inputs.n.x=1"] {
            assert!(!holds(condition), "{condition}");
        }
    }

    #[test]
    fn a_scorer_that_said_nothing_meets_no_condition() {
        assert!(!holds("accuracy=1"));
        assert!(!holds("accuracy!=1"));
    }

    #[test]
    fn what_is_no_condition_says_why() {
        let message = |text: &str| text.parse::<RowCondition>().unwrap_err().to_string();
        insta::assert_snapshot!(message("tags.topic"), @r#""tags.topic" is no condition: write FIELD=VALUE, FIELD!=VALUE or SCORER<NUMBER (also <=, > and >=), such as tags.topic=billing or faithfulness<0.5"#);
        insta::assert_snapshot!(message("=x"), @r#""=x" is no condition: write FIELD=VALUE, FIELD!=VALUE or SCORER<NUMBER (also <=, > and >=), such as tags.topic=billing or faithfulness<0.5"#);
        insta::assert_snapshot!(message("tags.topic!x"), @r#""tags.topic!x" is no condition: write FIELD=VALUE, FIELD!=VALUE or SCORER<NUMBER (also <=, > and >=), such as tags.topic=billing or faithfulness<0.5"#);
        insta::assert_snapshot!(message("accuracy<high"), @r#""accuracy<high": "high" is no number, and only numbers are less or more than others: write = or !="#);
    }

    proptest! {
        #[test]
        fn a_condition_is_read_as_it_is_written(text in "(id|inputs[.]a|tags[.]b|some scorer)(=|!=|<|<=|>|>=)[0-9]{1,3}") {
            prop_assert_eq!(text.parse::<RowCondition>().unwrap().to_string(), text);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,20}") {
            if let Ok(condition) = text.parse::<RowCondition>() {
                prop_assert_eq!(condition.to_string().parse::<RowCondition>(), Ok(condition));
            }
        }
    }
}
