use serde::{Deserialize, Serialize};

use crate::Json;

/// What a component says about one of its scorers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScorerInfo {
    /// Unique in the component.
    pub name: String,
    /// One line for a person who chooses a scorer.
    pub summary: String,
    /// A JSON Schema for the config.
    pub config_schema: Json,
    /// What one call looks at.
    pub scope: Scope,
    /// Fields without which a row fails.
    pub requires: Fields,
    /// Further fields that are sent when the row has them.
    pub uses: Fields,
    /// The kind of value to expect.
    pub returns: ValueKind,
    /// How the values are summed up by default; empty leaves it to the host.
    pub aggregations: Vec<Aggregation>,
}

/// What a component says about one of its predict functions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PredictorInfo {
    /// Unique in the component.
    pub name: String,
    /// One line for a person who chooses a predict function.
    pub summary: String,
    /// A JSON Schema for the config.
    pub config_schema: Json,
}

/// What one call of a scorer looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// A single example.
    Example,
    /// The ordered turns of one conversation.
    Session,
}

/// A set of an example's fields, beside its id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<FieldName>", into = "Vec<FieldName>")]
pub struct Fields {
    /// `inputs`
    pub inputs: bool,
    /// `outputs`
    pub outputs: bool,
    /// `expectations`
    pub expectations: bool,
    /// `trace`
    pub trace: bool,
    /// `tags`
    pub tags: bool,
}

impl Fields {
    /// The fields that are in either set.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            inputs: self.inputs || other.inputs,
            outputs: self.outputs || other.outputs,
            expectations: self.expectations || other.expectations,
            trace: self.trace || other.trace,
            tags: self.tags || other.tags,
        }
    }

    /// The names of the fields in the set, in the order of an example.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        let all = [
            (self.inputs, "inputs"),
            (self.outputs, "outputs"),
            (self.expectations, "expectations"),
            (self.trace, "trace"),
            (self.tags, "tags"),
        ];
        all.into_iter().filter_map(|(is_in, name)| is_in.then_some(name)).collect()
    }
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FieldName {
    Inputs,
    Outputs,
    Expectations,
    Trace,
    Tags,
}

impl From<Vec<FieldName>> for Fields {
    fn from(names: Vec<FieldName>) -> Self {
        let mut fields = Self::default();
        for name in names {
            match name {
                FieldName::Inputs => fields.inputs = true,
                FieldName::Outputs => fields.outputs = true,
                FieldName::Expectations => fields.expectations = true,
                FieldName::Trace => fields.trace = true,
                FieldName::Tags => fields.tags = true,
            }
        }
        fields
    }
}

impl From<Fields> for Vec<FieldName> {
    fn from(fields: Fields) -> Self {
        let all = [
            (fields.inputs, FieldName::Inputs),
            (fields.outputs, FieldName::Outputs),
            (fields.expectations, FieldName::Expectations),
            (fields.trace, FieldName::Trace),
            (fields.tags, FieldName::Tags),
        ];
        all.into_iter().filter_map(|(is_in, name)| is_in.then_some(name)).collect()
    }
}

/// The kind of value that a feedback has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// Passed or failed.
    Boolean,
    /// A whole number.
    Integer,
    /// A finite number.
    Number,
    /// One label.
    Text,
    /// Anything else.
    Json,
    /// Depends on the config or on the feedback's name.
    Varies,
}

/// How values are summed up over a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregation {
    /// The arithmetic mean; for booleans the rate of `true`.
    Mean,
    /// The least value.
    Min,
    /// The greatest value.
    Max,
    /// The 50th percentile.
    Median,
    /// The 90th percentile.
    P90,
    /// The sample variance.
    Variance,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_written_as_their_names() {
        let fields = Fields { outputs: true, expectations: true, ..Fields::default() };
        let json = serde_json::to_string(&fields).unwrap();
        assert_eq!(json, r#"["outputs","expectations"]"#);
        assert_eq!(serde_json::from_str::<Fields>(&json).unwrap(), fields);
    }
}
