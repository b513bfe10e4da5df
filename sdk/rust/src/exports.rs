//! Answers the host's calls from a [`Plugin`]: values of the contract in, values of the contract out.

use crate::bindings::imports::scorebox::plugin::types as contract;
use crate::bindings::predictors::exports::scorebox::plugin::predictors;
use crate::bindings::scorers::exports::scorebox::plugin::scorers;
use crate::plugin::ScorerCall;
use crate::{
    Aggregation, Error, Example, Feedback, Fields, Inputs, JsonText, Plugin, Result, Value, ValueKind, panics,
};

/// What [`plugin!`](crate::plugin!) implements, once in a component.
pub trait HoldsPlugin {
    /// The component's contents.
    const PLUGIN: &'static Plugin;
}

type Scored = Result<Vec<contract::Feedback>, contract::PluginError>;

impl<T: HoldsPlugin> scorers::Guest for T {
    fn describe() -> Vec<scorers::ScorerInfo> {
        panics::report();
        T::PLUGIN.scorers().iter().map(scorer_info).collect()
    }

    fn score(scorer: String, config: String, example: contract::Example) -> Scored {
        panics::report();
        scored(T::PLUGIN.score(&scorer, config, received(example)))
    }

    fn score_batch(scorer: String, config: String, examples: Vec<contract::Example>) -> Vec<Scored> {
        panics::report();
        let score = |example| scored(T::PLUGIN.score(&scorer, config.clone(), received(example)));
        examples.into_iter().map(score).collect()
    }

    fn score_session(scorer: String, config: String, turns: Vec<contract::Example>) -> Scored {
        panics::report();
        scored(T::PLUGIN.score_session(&scorer, config, turns.into_iter().map(received).collect()))
    }
}

impl<T: HoldsPlugin> predictors::Guest for T {
    fn describe() -> Vec<predictors::PredictorInfo> {
        panics::report();
        let info = |predictor: &crate::Predictor| predictors::PredictorInfo {
            name: predictor.name.to_owned(),
            summary: predictor.summary.to_owned(),
            config_schema: (predictor.config_schema)(),
        };
        T::PLUGIN.predictors().iter().map(info).collect()
    }

    fn predict(predictor: String, config: String, inputs: String) -> Result<String, contract::PluginError> {
        panics::report();
        T::PLUGIN.predict(&predictor, config, Inputs(inputs)).map_err(plugin_error)
    }
}

fn scorer_info(scorer: &crate::Scorer) -> scorers::ScorerInfo {
    scorers::ScorerInfo {
        name: scorer.name.to_owned(),
        summary: scorer.summary.to_owned(),
        config_schema: (scorer.config_schema)(),
        scope: match scorer.call {
            ScorerCall::Example(_) => scorers::Scope::Example,
            ScorerCall::Session(_) => scorers::Scope::Session,
        },
        requires: fields(scorer.requires),
        uses: fields(scorer.uses),
        returns: match scorer.returns {
            ValueKind::Boolean => scorers::ValueKind::Boolean,
            ValueKind::Integer => scorers::ValueKind::Integer,
            ValueKind::Number => scorers::ValueKind::Number,
            ValueKind::Text => scorers::ValueKind::Text,
            ValueKind::Json => scorers::ValueKind::Json,
            ValueKind::Varies => scorers::ValueKind::Varies,
        },
        aggregations: scorer.aggregations.iter().map(|&wanted| aggregation(wanted)).collect(),
    }
}

fn fields(fields: Fields) -> scorers::Fields {
    [
        (Fields::INPUTS, scorers::Fields::INPUTS),
        (Fields::OUTPUTS, scorers::Fields::OUTPUTS),
        (Fields::EXPECTATIONS, scorers::Fields::EXPECTATIONS),
        (Fields::TRACE, scorers::Fields::TRACE),
        (Fields::TAGS, scorers::Fields::TAGS),
    ]
    .into_iter()
    .filter(|(ours, _)| fields.contains(*ours))
    .fold(scorers::Fields::empty(), |all, (_, field)| all | field)
}

fn aggregation(aggregation: Aggregation) -> scorers::Aggregation {
    match aggregation {
        Aggregation::Mean => scorers::Aggregation::Mean,
        Aggregation::Min => scorers::Aggregation::Min,
        Aggregation::Max => scorers::Aggregation::Max,
        Aggregation::Median => scorers::Aggregation::Median,
        Aggregation::P90 => scorers::Aggregation::P90,
        Aggregation::Variance => scorers::Aggregation::Variance,
    }
}

#[inline(never)]
fn received(example: contract::Example) -> Example {
    let contract::Example { id, inputs, outputs, expectations, trace, tags } = example;
    Example { id, inputs, outputs, expectations, trace, tags, sent: Fields::ALL }
}

#[inline(never)]
fn scored(result: Result<Vec<Feedback>>) -> Scored {
    match result {
        Ok(feedback) => Ok(feedback.into_iter().map(sent).collect()),
        Err(error) => Err(plugin_error(error)),
    }
}

fn sent(feedback: Feedback) -> contract::Feedback {
    let Feedback { name, value, rationale, metadata, span_id } = feedback;
    contract::Feedback {
        name,
        value: match value {
            Value::Boolean(value) => contract::Value::Boolean(value),
            Value::Integer(value) => contract::Value::Integer(value),
            Value::Number(value) => contract::Value::Number(value),
            Value::Text(value) => contract::Value::Text(value),
            Value::Json(value) => contract::Value::Json(value.into_string()),
        },
        rationale,
        metadata: (!metadata.is_empty()).then(|| object(metadata)),
        span_id,
    }
}

fn object(members: Vec<(String, JsonText)>) -> String {
    let mut object = String::new();
    for (key, value) in members {
        object.push(if object.is_empty() { '{' } else { ',' });
        object.push_str(JsonText::of(&key).as_str());
        object.push(':');
        object.push_str(value.as_str());
    }
    object.push('}');
    object
}

fn plugin_error(error: Error) -> contract::PluginError {
    match error {
        Error::InvalidConfig(message) => contract::PluginError::InvalidConfig(message),
        Error::MissingField(path) => contract::PluginError::MissingField(path),
        Error::Unsupported(message) => contract::PluginError::Unsupported(message),
        Error::Failed(message) => contract::PluginError::Failed(message),
    }
}
