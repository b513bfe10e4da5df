use std::borrow::Cow;

use serde::Serialize;

use crate::json::to_json;
use crate::{Error, Fields, Json, Result};

/// One row of a dataset, with the fields that the scorer asked for in `#[scorer(requires(…), uses(…))]`.
///
/// Fields are JSON texts until a method asks for more; see [`Json`].
#[derive(Clone, Debug)]
pub struct Example {
    pub(crate) id: String,
    pub(crate) inputs: Option<String>,
    pub(crate) outputs: Option<String>,
    pub(crate) expectations: Option<String>,
    pub(crate) trace: Option<String>,
    pub(crate) tags: Vec<(String, String)>,
    /// What the scorer asked for: tells a field that the row lacks from one that was never sent.
    pub(crate) sent: Fields,
}

impl Example {
    /// The row's name within its dataset.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What the application was asked: an object whose keys are the predict function's parameters.
    pub fn inputs(&self) -> Result<Json<'_>> {
        self.field(self.inputs.as_deref(), "inputs", Fields::INPUTS)
    }

    /// What the application answered: any JSON value.
    pub fn outputs(&self) -> Result<Json<'_>> {
        self.field(self.outputs.as_deref(), "outputs", Fields::OUTPUTS)
    }

    /// What the answer should be: an object.
    pub fn expectations(&self) -> Result<Json<'_>> {
        self.field(self.expectations.as_deref(), "expectations", Fields::EXPECTATIONS)
    }

    /// How the answer came about: `{trace_id, spans: […]}`.
    pub fn trace(&self) -> Result<Json<'_>> {
        self.field(self.trace.as_deref(), "trace", Fields::TRACE)
    }

    /// The row's labels, sorted by key.
    #[must_use]
    pub fn tags(&self) -> &[(String, String)] {
        &self.tags
    }

    /// One input, such as `question`.
    pub fn input<'a>(&'a self, key: &'a str) -> Result<Json<'a>> {
        self.inputs
            .as_ref()
            .map_or_else(|| self.missing_key("inputs", key, Fields::INPUTS), |_| self.inputs()?.get(key))
    }

    /// One expectation, such as `expected_response`.
    pub fn expectation<'a>(&'a self, key: &'a str) -> Result<Json<'a>> {
        self.expectations.as_ref().map_or_else(
            || self.missing_key("expectations", key, Fields::EXPECTATIONS),
            |_| self.expectations()?.get(key),
        )
    }

    /// The outputs as a text; see [`Json::text`].
    pub fn outputs_text(&self) -> Result<Cow<'_, str>> {
        self.outputs()?.text()
    }

    /// One input as a text; see [`Json::text`].
    pub fn input_text<'a>(&'a self, key: &'a str) -> Result<Cow<'a, str>> {
        self.input(key)?.text()
    }

    /// One expectation as a text; see [`Json::text`].
    pub fn expectation_text<'a>(&'a self, key: &'a str) -> Result<Cow<'a, str>> {
        self.expectation(key)?.text()
    }

    /// The label with a key.
    #[must_use]
    pub fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    fn field<'a>(&self, text: Option<&'a str>, name: &'static str, field: Fields) -> Result<Json<'a>> {
        match text {
            Some(text) => Ok(Json::new(text, name)),
            None => Err(self.missing(name.to_owned(), name, field)),
        }
    }

    fn missing_key<T>(&self, name: &str, key: &str, field: Fields) -> Result<T> {
        Err(self.missing([name, ".", key].concat(), name, field))
    }

    fn missing(&self, path: String, name: &str, field: Fields) -> Error {
        if self.sent.contains(field) {
            return Error::MissingField(path);
        }
        Error::Failed(["the scorer did not ask for `", name, "`: add it to #[scorer(requires(…))] or uses(…)"].concat())
    }
}

/// Examples for tests. Each method panics on a value that has no JSON form.
impl Example {
    /// An example without any field.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        let (inputs, outputs, expectations, trace) = (None, None, None, None);
        Self { id: id.into(), inputs, outputs, expectations, trace, tags: Vec::new(), sent: Fields::ALL }
    }

    /// Sets the inputs, an object.
    #[must_use]
    pub fn with_inputs(self, inputs: impl Serialize) -> Self {
        Self { inputs: Some(json_text(&inputs)), ..self }
    }

    /// Sets the outputs.
    #[must_use]
    pub fn with_outputs(self, outputs: impl Serialize) -> Self {
        Self { outputs: Some(json_text(&outputs)), ..self }
    }

    /// Sets the expectations, an object.
    #[must_use]
    pub fn with_expectations(self, expectations: impl Serialize) -> Self {
        Self { expectations: Some(json_text(&expectations)), ..self }
    }

    /// Sets the trace.
    #[must_use]
    pub fn with_trace(self, trace: impl Serialize) -> Self {
        Self { trace: Some(json_text(&trace)), ..self }
    }

    /// Adds a label.
    #[must_use]
    pub fn with_tag(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push((key.into(), value.into()));
        self.tags.sort();
        self
    }
}

pub(crate) fn json_text(value: &impl Serialize) -> String {
    to_json(value).expect("a value for a test has a JSON form")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_read_by_key() {
        let example = Example::new("1")
            .with_inputs(json!({ "question": "Capital of France?" }))
            .with_outputs("Paris")
            .with_expectations(json!({ "expected_response": "Paris" }))
            .with_tag("lang", "en");
        assert_eq!(example.input_text("question").unwrap(), "Capital of France?");
        assert_eq!(example.outputs_text().unwrap(), example.expectation_text("expected_response").unwrap());
        assert_eq!(example.tag("lang"), Some("en"));
    }

    #[test]
    fn a_missing_field_is_named_by_its_whole_path() {
        let error = Example::new("1").expectation("expected_response").unwrap_err();
        assert_eq!(error, Error::missing_field("expectations.expected_response"));
    }

    #[test]
    fn a_field_that_was_not_asked_for_is_told_from_a_missing_one() {
        let example = Example { sent: Fields::OUTPUTS, ..Example::new("1") };
        assert_eq!(example.outputs().unwrap_err(), Error::missing_field("outputs"));
        let error = example.trace().unwrap_err().to_string();
        assert!(error.contains("did not ask for `trace`"), "{error}");
    }
}
