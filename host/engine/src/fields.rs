use scorebox_core::{Example, Failure, FailureKind, Fields, Json, ScorerInfo};

use crate::bindings::types;

/// The tags of an example, borrowed in the shape that the contract wants.
pub(crate) fn borrowed_tags(example: &Example, sent: Fields) -> Vec<(&str, &str)> {
    if !sent.tags {
        return Vec::new();
    }
    example.tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

/// The fields of an example that a scorer asked for, and no others.
pub(crate) fn borrowed<'a>(example: &'a Example, tags: &'a [(&'a str, &'a str)], sent: Fields) -> types::Example<'a> {
    types::Example {
        id: &example.id,
        inputs: sent.inputs.then(|| example.inputs.as_str()),
        outputs: example.outputs.as_ref().filter(|_| sent.outputs).map(Json::as_str),
        expectations: example.expectations.as_ref().filter(|_| sent.expectations).map(Json::as_str),
        trace: example.trace.as_ref().filter(|_| sent.trace).map(Json::as_str),
        tags,
    }
}

/// Refuses an example that lacks a field which the scorer requires.
pub(crate) fn check_required(info: &ScorerInfo, example: &Example) -> Result<(), Failure> {
    let present = Fields {
        inputs: true,
        outputs: example.outputs.is_some(),
        expectations: example.expectations.is_some(),
        trace: example.trace.is_some(),
        tags: true,
    };
    let required = info.requires;
    let missing = Fields {
        inputs: required.inputs && !present.inputs,
        outputs: required.outputs && !present.outputs,
        expectations: required.expectations && !present.expectations,
        trace: required.trace && !present.trace,
        tags: required.tags && !present.tags,
    };
    if missing == Fields::default() {
        return Ok(());
    }
    let names = missing.names().join(", ");
    let message = format!("the row lacks `{names}`, which the scorer `{}` requires", info.name);
    Err(Failure::new(FailureKind::MissingField, message))
}
