use scorebox_sdk::serde_json::{Map, Value};
use scorebox_sdk::{Deserialize, Example, Feedback, Inputs, JsonText, Result, json, predictor, scorer};

use crate::schema::{Anything, config_schema};

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
pub(crate) struct ExactMatch {
    #[serde(default)]
    trim: bool,
}

config_schema!(ExactMatch, {
    "type": "object",
    "properties": {
        "trim": {
            "type": "boolean",
            "default": false,
            "description": "Whether white space around the texts is ignored."
        }
    },
    "additionalProperties": false
});

/// Whether the output is exactly the expected response.
#[scorer(requires(outputs, expectations), returns = boolean)]
pub(crate) fn exact_match(example: &Example, config: &ExactMatch) -> Result<Feedback> {
    let output = example.outputs_text()?;
    let expected = example.expectation_text("expected_response")?;
    let equal = if config.trim { output.trim_ascii() == expected.trim_ascii() } else { output == expected };
    let feedback = Feedback::new(equal);
    Ok(if equal { feedback } else { feedback.with_rationale(format!("expected `{expected}`")) })
}

/// What the scorer was sent.
#[scorer(uses(inputs, outputs, expectations, trace, tags), requires())]
pub(crate) fn echo(example: &Example, config: &Anything) -> Result<Value> {
    let mut all = Map::new();
    all.insert("id".to_owned(), example.id().into());
    let fields = [
        ("inputs", example.inputs()),
        ("outputs", example.outputs()),
        ("expectations", example.expectations()),
        ("trace", example.trace()),
    ];
    for (name, field) in fields {
        if let Ok(field) = field {
            all.insert(name.to_owned(), field.value()?);
        }
    }
    let tags = example.tags().iter().map(|(key, value)| (key.clone(), Value::from(value.as_str())));
    all.insert("tags".to_owned(), tags.collect());
    all.insert("config".to_owned(), config.0.clone());
    Ok(Value::Object(all))
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
pub(crate) struct Kinds {
    value: Value,
}

config_schema!(Kinds, {
    "type": "object",
    "properties": { "value": {} },
    "required": ["value"],
    "additionalProperties": false
});

/// A value of each kind.
#[scorer(requires(), uses(), returns = varies)]
pub(crate) fn kinds(_example: &Example, config: &Kinds) -> Feedback {
    match &config.value {
        Value::Bool(passed) => Feedback::new(*passed),
        Value::Number(number) => match (number.as_i64(), number.is_f64(), number.as_f64()) {
            (Some(integer), _, _) => Feedback::new(integer),
            (None, true, Some(float)) => Feedback::new(float),
            _ => Feedback::new(JsonText::of(number)),
        },
        Value::String(text) => Feedback::new(text.as_str()),
        other => Feedback::new(JsonText::of(other)),
    }
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
pub(crate) struct Several {
    count: i64,
}

config_schema!(Several, {
    "type": "object",
    "properties": { "count": { "type": "integer", "minimum": 0 } },
    "required": ["count"],
    "additionalProperties": false
});

/// Several feedbacks at once.
#[scorer(requires(), uses(), returns = integer, aggregations(mean, max))]
pub(crate) fn several(_example: &Example, config: &Several) -> Vec<Feedback> {
    let part = |i: i64| {
        let feedback = Feedback::new(i)
            .with_name(format!("part_{i}"))
            .with_rationale(format!("{i} of {}", config.count))
            .with_metadata("i", i)
            .with_metadata("count", config.count);
        if i % 2 == 0 { feedback.about_span(format!("span-{i}")) } else { feedback }
    };
    (0..config.count).map(part).collect()
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
pub(crate) struct Texts {
    input: Option<String>,
    expectation: Option<String>,
}

config_schema!(Texts, {
    "type": "object",
    "properties": { "input": { "type": "string" }, "expectation": { "type": "string" } },
    "additionalProperties": false
});

/// Reads texts of the example.
#[scorer(requires(), uses(inputs, outputs, expectations))]
pub(crate) fn texts(example: &Example, config: &Texts) -> Result<Value> {
    let mut read = json!({ "outputs": example.outputs_text()? });
    if let Some(key) = &config.input {
        read["input"] = example.input_text(key)?.into();
    }
    if let Some(key) = &config.expectation {
        read["expectation"] = example.expectation_text(key)?.into();
    }
    Ok(read)
}

/// Counts the turns of a conversation.
#[scorer(requires(inputs), uses(outputs), returns = integer)]
pub(crate) fn turns(turns: &[Example], _config: &Anything) -> Feedback {
    let ids: Vec<_> = turns.iter().map(Example::id).collect();
    Feedback::new(turns.len()).with_metadata("ids", ids)
}

/// The inputs as they came.
#[predictor(name = "echo")]
pub(crate) fn answers(inputs: &Inputs, config: &Anything) -> Result<Value> {
    Ok(json!({ "config": config.0, "inputs": inputs.json().value()? }))
}
