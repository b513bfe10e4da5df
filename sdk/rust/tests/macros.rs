//! What the macros make of a function, seen through `PLUGIN`: the same code that answers the host.

use scorebox_sdk::{Error, Example, Feedback, Fields, Inputs, Result, ValueKind, json, predictor, scorer, serde_json};

/// How strict to be.
#[scorebox_sdk::config]
struct Strictness {
    /// The least number of characters.
    #[default(1)]
    min_length: usize,
    mode: Option<Mode>,
}

#[scorebox_sdk::config]
enum Mode {
    BytesOnly,
}

/// Whether the output is long enough,
/// in characters.
///
/// This is no longer part of the summary.
#[scorer]
fn is_long(example: &Example, config: &Strictness) -> Result<bool> {
    let output = example.outputs_text()?;
    let length = if matches!(config.mode, Some(Mode::BytesOnly)) { output.len() } else { output.chars().count() };
    Ok(length >= config.min_length)
}

/// Takes everything by value.
#[scorer(name = "by_value", requires(outputs), uses(tags), returns = number, aggregations(mean, p90))]
#[expect(clippy::needless_pass_by_value, reason = "that it works is what is tested")]
fn taken(example: Example, config: Strictness) -> Feedback {
    Feedback::new(f64::NAN).with_rationale(format!("{} {}", example.id(), config.min_length))
}

/// Counts the turns.
#[scorer]
fn turns(turns: &[Example]) -> usize {
    turns.len()
}

/// Reads what it did not ask for.
#[scorer(requires(outputs))]
fn forgetful(example: &Example) -> Result<String> {
    Ok(example.input_text("question")?.into_owned())
}

/// Answers with a word.
#[predictor]
fn word(_inputs: &Inputs) -> &'static str {
    "word"
}

scorebox_sdk::plugin! {
    scorers: [is_long, taken, turns, forgetful],
    predictors: [word],
}

fn example() -> Example {
    Example::new("7").with_inputs(json!({ "question": "?" })).with_outputs("é")
}

#[test]
fn a_scorer_describes_itself() {
    let [is_long, taken, turns, ..] = PLUGIN.scorers() else { panic!("expected three scorers and more") };
    assert_eq!((is_long.name, is_long.summary), ("is_long", "Whether the output is long enough, in characters."));
    assert_eq!((is_long.returns, is_long.requires), (ValueKind::Boolean, Fields::OUTPUTS));
    assert_eq!(is_long.uses, Fields::INPUTS.union(Fields::EXPECTATIONS));
    assert_eq!((taken.name, taken.returns, taken.uses), ("by_value", ValueKind::Number, Fields::TAGS));
    assert_eq!(turns.returns, ValueKind::Integer);
}

#[test]
fn the_schema_of_a_config_has_its_descriptions_and_defaults() {
    let schema: serde_json::Value = serde_json::from_str(&(PLUGIN.scorers()[0].config_schema)()).unwrap();
    assert_eq!(schema["properties"]["min_length"]["default"], 1);
    assert_eq!(schema["properties"]["min_length"]["description"], "The least number of characters.");
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(schema["$defs"]["Mode"]["enum"], json!(["bytes_only"]));
}

#[test]
fn a_config_is_read_anew_when_its_text_changes() {
    for (config, expected) in
        [("{}", true), (r#"{"min_length":2}"#, false), (r#"{"min_length":2,"mode":"bytes_only"}"#, true)]
    {
        assert_eq!(PLUGIN.score("is_long", config, example()).unwrap(), vec![Feedback::new(expected)]);
    }
}

#[test]
fn a_config_that_does_not_fit_is_an_invalid_config() {
    for config in [r#"{"min":2}"#, r#"{"min_length":"2"}"#, ""] {
        let error = PLUGIN.score("is_long", config, example()).unwrap_err();
        assert!(matches!(error, Error::InvalidConfig(_)), "{error}");
    }
}

#[test]
fn arguments_may_be_taken_by_value() {
    let feedback = PLUGIN.score("by_value", "{}", example()).unwrap();
    assert_eq!(feedback[0].rationale.as_deref(), Some("7 1"));
}

#[test]
fn a_scorer_of_conversations_scores_nothing_else() {
    assert_eq!(PLUGIN.score_session("turns", "{}", vec![example(); 3]).unwrap(), vec![Feedback::new(3)]);
    assert!(matches!(PLUGIN.score("turns", "{}", example()), Err(Error::Unsupported(_))));
    assert!(matches!(PLUGIN.score_session("is_long", "{}", vec![]), Err(Error::Unsupported(_))));
}

#[test]
fn a_field_that_was_not_asked_for_is_not_there() {
    let error = PLUGIN.score("forgetful", "{}", example()).unwrap_err();
    assert!(error.to_string().contains("did not ask for `inputs`"), "{error}");
}

#[test]
fn unknown_names_are_invalid_configs() {
    assert!(matches!(PLUGIN.score("nope", "{}", example()), Err(Error::InvalidConfig(_))));
    assert!(matches!(PLUGIN.predict("nope", "{}", Inputs::new(json!({}))), Err(Error::InvalidConfig(_))));
}

#[test]
fn outputs_of_predict_functions_are_json() {
    assert_eq!(PLUGIN.predict("word", "{}", Inputs::new(json!({}))).unwrap(), r#""word""#);
}
