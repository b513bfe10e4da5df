//! What guests return, checked: a guest can be wrong or hostile, so nothing it says gets further than here unchecked.

use std::collections::HashSet;

use scorebox_core::{
    Aggregation, Failure, FailureKind, Feedback, Fields, InvalidJson, Json, Number, PredictorInfo, Scope, ScorerInfo,
    Value, ValueKind, validate_feedback_name, validate_plugin_item_name,
};

use crate::bindings::{predictors, scorers, types};
use crate::capture::push_escaped;
use crate::config::CallLimits;

/// The most text that an error message of a guest may fill.
const MAX_ERROR_BYTES: usize = 4 * 1024;
/// The most scorers or predict functions that a component may hold.
const MAX_ITEMS: usize = 1_000;
/// The longest summary.
const MAX_SUMMARY_BYTES: usize = 1_000;
/// The largest config schema, and its deepest nesting.
const MAX_SCHEMA_BYTES: usize = 256 * 1024;
const MAX_SCHEMA_DEPTH: usize = 64;

/// The feedback for one example.
pub(crate) fn feedback(
    answer: Result<Vec<types::Feedback>, types::PluginError>,
    scorer: &str,
    limits: &CallLimits,
) -> Result<Vec<Feedback>, Failure> {
    let returned = answer.map_err(plugin_error)?;
    if returned.len() > limits.feedbacks {
        let (count, limit) = (returned.len(), limits.feedbacks);
        return Err(limit_exceeded(format!("feedbacks returned: {count}; the limit feedbacks is {limit}")));
    }
    check_size(returned.iter().map(feedback_bytes).sum(), limits)?;
    returned.into_iter().map(|feedback| one_feedback(feedback, scorer, limits)).collect()
}

/// The outputs of a predict function.
pub(crate) fn prediction(answer: Result<String, types::PluginError>, limits: &CallLimits) -> Result<Json, Failure> {
    let text = answer.map_err(plugin_error)?;
    check_size(text.len(), limits)?;
    json("the outputs", text, limits)
}

fn one_feedback(feedback: types::Feedback, scorer: &str, limits: &CallLimits) -> Result<Feedback, Failure> {
    let name = match feedback.name {
        Some(name) => {
            validate_feedback_name(&name).map_err(invalid)?;
            name
        }
        None => scorer.to_owned(),
    };
    let value = match feedback.value {
        types::Value::Boolean(passed) => Value::Boolean(passed),
        types::Value::Integer(integer) => Value::Integer(integer),
        types::Value::Number(number) => Value::Number(
            Number::try_from(number).map_err(|error| invalid(format!("the feedback `{name}` is {number}: {error}")))?,
        ),
        types::Value::Text(text) => Value::Text(text),
        types::Value::Json(text) => Value::Json(json("the value", text, limits)?),
    };
    let metadata = feedback.metadata.map(|text| json("the metadata", text, limits)).transpose()?;
    if metadata.as_ref().is_some_and(|metadata| !metadata.is_object()) {
        return Err(invalid(format!("the metadata of the feedback `{name}` is not an object")));
    }
    let span_id = feedback.span_id.map(TryInto::try_into).transpose().map_err(invalid)?;
    Ok(Feedback { name, value, rationale: feedback.rationale, metadata, span_id })
}

fn feedback_bytes(feedback: &types::Feedback) -> usize {
    let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    let value = match &feedback.value {
        types::Value::Text(text) | types::Value::Json(text) => text.len(),
        types::Value::Boolean(_) | types::Value::Integer(_) | types::Value::Number(_) => 8,
    };
    length(&feedback.name)
        + value
        + length(&feedback.rationale)
        + length(&feedback.metadata)
        + length(&feedback.span_id)
}

fn check_size(bytes: usize, limits: &CallLimits) -> Result<(), Failure> {
    if bytes <= limits.output_bytes {
        return Ok(());
    }
    let limit = limits.output_bytes;
    Err(limit_exceeded(format!("the guest returned {bytes} bytes; the limit output_bytes is {limit}")))
}

/// JSON in its canonical form, so that results are equal bytes whatever printed them.
fn json(what: &str, text: String, limits: &CallLimits) -> Result<Json, Failure> {
    let json = Json::parse_bounded(text, limits.output_json_depth).map_err(|error| match error {
        InvalidJson::TooDeep { limit } => limit_exceeded(format!(
            "{what} that the guest returned is nested deeper than the limit output_json_depth of {limit}"
        )),
        InvalidJson::Syntax(error) => invalid(format!("{what} that the guest returned is not JSON: {error}")),
    })?;
    json.canonical().map_err(|error| invalid(format!("{what} that the guest returned cannot be kept: {error}")))
}

fn plugin_error(error: types::PluginError) -> Failure {
    let (kind, message) = match error {
        types::PluginError::InvalidConfig(message) => (FailureKind::InvalidConfig, message),
        types::PluginError::MissingField(message) => (FailureKind::MissingField, message),
        types::PluginError::Unsupported(message) => (FailureKind::Unsupported, message),
        types::PluginError::Failed(message) => (FailureKind::Failed, message),
    };
    let mut escaped = String::new();
    push_escaped(&mut escaped, &message, MAX_ERROR_BYTES);
    if kind == FailureKind::MissingField {
        escaped = format!("the row lacks `{escaped}`");
    }
    Failure::new(kind, escaped)
}

fn limit_exceeded(message: String) -> Failure {
    Failure::new(FailureKind::OutputLimit, message)
}

fn invalid(error: impl std::fmt::Display) -> Failure {
    Failure::new(FailureKind::InvalidOutput, error.to_string())
}

/// The scorers that a component says it holds, or what is wrong with what it says.
pub(crate) fn scorer_infos(infos: Vec<scorers::ScorerInfo>) -> Result<Vec<ScorerInfo>, String> {
    check_names(infos.iter().map(|info| info.name.as_str()))?;
    infos
        .into_iter()
        .map(|info| {
            Ok(ScorerInfo {
                summary: summary(&info.name, &info.summary)?,
                config_schema: schema(&info.name, info.config_schema)?,
                scope: match info.scope {
                    scorers::Scope::Example => Scope::Example,
                    scorers::Scope::Session => Scope::Session,
                },
                requires: fields(info.requires),
                uses: fields(info.uses),
                returns: value_kind(info.returns),
                aggregations: info.aggregations.into_iter().map(aggregation).collect(),
                name: info.name,
            })
        })
        .collect()
}

/// The predict functions that a component says it holds, or what is wrong with what it says.
pub(crate) fn predictor_infos(infos: Vec<predictors::PredictorInfo>) -> Result<Vec<PredictorInfo>, String> {
    check_names(infos.iter().map(|info| info.name.as_str()))?;
    infos
        .into_iter()
        .map(|info| {
            Ok(PredictorInfo {
                summary: summary(&info.name, &info.summary)?,
                config_schema: schema(&info.name, info.config_schema)?,
                name: info.name,
            })
        })
        .collect()
}

fn check_names<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> Result<(), String> {
    if names.len() > MAX_ITEMS {
        return Err(format!("it claims to hold {} functions, more than {MAX_ITEMS}", names.len()));
    }
    let mut seen = HashSet::new();
    for name in names {
        validate_plugin_item_name(name).map_err(|error| error.to_string())?;
        if !seen.insert(name) {
            return Err(format!("the name `{name}` stands for two functions"));
        }
    }
    Ok(())
}

fn summary(name: &str, text: &str) -> Result<String, String> {
    if text.len() > MAX_SUMMARY_BYTES {
        return Err(format!("the summary of `{name}` is longer than {MAX_SUMMARY_BYTES} bytes"));
    }
    let mut escaped = String::new();
    push_escaped(&mut escaped, text.trim(), usize::MAX);
    Ok(escaped.replace(['\n', '\t'], " "))
}

fn schema(name: &str, text: String) -> Result<Json, String> {
    if text.len() > MAX_SCHEMA_BYTES {
        return Err(format!("the config schema of `{name}` is larger than {MAX_SCHEMA_BYTES} bytes"));
    }
    Json::parse_bounded(text, MAX_SCHEMA_DEPTH).map_err(|error| format!("the config schema of `{name}`: {error}"))
}

fn fields(flags: scorers::Fields) -> Fields {
    Fields {
        inputs: flags.contains(scorers::Fields::INPUTS),
        outputs: flags.contains(scorers::Fields::OUTPUTS),
        expectations: flags.contains(scorers::Fields::EXPECTATIONS),
        trace: flags.contains(scorers::Fields::TRACE),
        tags: flags.contains(scorers::Fields::TAGS),
    }
}

fn value_kind(kind: scorers::ValueKind) -> ValueKind {
    match kind {
        scorers::ValueKind::Boolean => ValueKind::Boolean,
        scorers::ValueKind::Integer => ValueKind::Integer,
        scorers::ValueKind::Number => ValueKind::Number,
        scorers::ValueKind::Text => ValueKind::Text,
        scorers::ValueKind::Json => ValueKind::Json,
        scorers::ValueKind::Varies => ValueKind::Varies,
    }
}

fn aggregation(aggregation: scorers::Aggregation) -> Aggregation {
    match aggregation {
        scorers::Aggregation::Mean => Aggregation::Mean,
        scorers::Aggregation::Min => Aggregation::Min,
        scorers::Aggregation::Max => Aggregation::Max,
        scorers::Aggregation::Median => Aggregation::Median,
        scorers::Aggregation::P90 => Aggregation::P90,
        scorers::Aggregation::Variance => Aggregation::Variance,
    }
}
