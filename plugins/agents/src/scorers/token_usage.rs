use scorebox_sdk::serde_json::Value;
use scorebox_sdk::trace::{Span, Trace};
use scorebox_sdk::{Error, Example, Feedback, Result, config, scorer};

use super::bounds::verdict;
use crate::spans::{innermost, is_model};

const INPUT: &str = "gen_ai.usage.input_tokens";
const OUTPUT: &str = "gen_ai.usage.output_tokens";

/// Which tokens are counted.
#[config]
#[derive(Copy, PartialEq, Eq)]
pub(crate) enum Tokens {
    /// Those that the models were given and those that they gave.
    Total,
    /// Those that the models were given.
    Input,
    /// Those that the models gave.
    Output,
}

/// Settings of `token_usage`.
#[config]
pub(crate) struct TokenUsage {
    /// Which tokens are counted; `total` without it.
    #[default(Tokens::Total)]
    which: Tokens,
    /// The greatest number of tokens that passes; with it, the value is whether the row passes.
    #[schemars(range(min = 0))]
    max: Option<i64>,
}

/// The number of tokens that the models of the trace used; or whether it is at most `max`.
#[scorer(requires(trace), returns = varies, aggregations(mean, median, p90, max))]
pub(crate) fn token_usage(example: &Example, config: &TokenUsage) -> Result<Feedback> {
    let trace = Trace::of(example)?;
    let counted = innermost(&trace, |span| is_model(span) && used(span, config.which).is_some());
    let silent = innermost(&trace, is_model).iter().filter(|span| used(span, config.which).is_none()).count();
    if counted.is_empty() && silent > 0 {
        let attribute = if config.which == Tokens::Output { OUTPUT } else { INPUT };
        return Err(Error::missing_field(format!("trace.spans: attribute {attribute} of a model's span")));
    }
    let sum = |which| counted.iter().filter_map(|span| used(span, which)).fold(0, i64::saturating_add);
    let what = match config.which {
        Tokens::Total => "tokens",
        Tokens::Input => "input tokens",
        Tokens::Output => "output tokens",
    };
    Ok(verdict(what, sum(config.which), None, config.max)?
        .with_metadata("input_tokens", sum(Tokens::Input))
        .with_metadata("output_tokens", sum(Tokens::Output))
        .with_metadata("model_calls", counted.len())
        .with_metadata("model_calls_without_usage", silent))
}

/// What a span says that it used; `None` where it does not say.
fn used(span: &Span, which: Tokens) -> Option<i64> {
    let read = |name: &str| count(span.attributes.get(name)?);
    match which {
        Tokens::Input => read(INPUT),
        Tokens::Output => read(OUTPUT),
        Tokens::Total => match (read(INPUT), read(OUTPUT)) {
            (None, None) => None,
            (input, output) => Some(input.unwrap_or(0).saturating_add(output.unwrap_or(0))),
        },
    }
}

/// A count of tokens. OTLP's JSON writes whole numbers as texts.
fn count(value: &Value) -> Option<i64> {
    let count = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
    (count >= 0).then_some(count)
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;
    use crate::testing::{chat, metadata, score, traced};

    fn model(span_id: &str, parent: Option<&str>, input: &Value, output: &Value) -> Value {
        let mut span = chat(span_id, parent, &Value::Null);
        span["attributes"] = json!({ INPUT: input, OUTPUT: output });
        span
    }

    fn two_calls() -> Example {
        traced(&[model("1", None, &json!(10), &json!(5)), model("2", None, &json!("20"), &json!(7))])
    }

    #[test]
    fn tokens_are_summed_over_the_calls_of_models() {
        let value = |which: &str| score("token_usage", &json!({ "which": which }), &two_calls()).unwrap().value;
        assert_eq!(value("total"), 42_i64.into());
        assert_eq!(value("input"), 30_i64.into());
        assert_eq!(value("output"), 12_i64.into());
        let feedback = score("token_usage", &json!({}), &two_calls()).unwrap();
        assert_eq!(feedback.rationale.as_deref(), Some("tokens: 42"));
        assert_eq!((metadata(&feedback, "input_tokens"), metadata(&feedback, "model_calls")), ("30", "2"));
    }

    #[test]
    fn a_span_that_repeats_the_sum_of_its_children_is_not_counted() {
        let example = traced(&[
            model("outer", None, &json!(30), &json!(12)),
            model("1", Some("outer"), &json!(10), &json!(5)),
            model("2", Some("outer"), &json!(20), &json!(7)),
        ]);
        assert_eq!(score("token_usage", &json!({}), &example).unwrap().value, 42_i64.into());
    }

    #[test]
    fn a_span_counts_where_what_it_wraps_says_nothing() {
        let example = traced(&[model("1", None, &json!(10), &json!(5)), chat("inner", Some("1"), &Value::Null)]);
        let feedback = score("token_usage", &json!({}), &example).unwrap();
        assert_eq!((feedback.value.clone(), metadata(&feedback, "model_calls_without_usage")), (15_i64.into(), "1"));
    }

    #[test]
    fn an_agent_that_sums_up_is_no_model() {
        let mut agent = model("agent", None, &json!(99), &json!(99));
        agent["kind"] = json!("AGENT");
        let example = traced(&[agent, model("1", Some("agent"), &json!(1), &json!(2))]);
        assert_eq!(score("token_usage", &json!({}), &example).unwrap().value, 3_i64.into());
    }

    #[test]
    fn a_maximum_makes_a_verdict_of_it() {
        assert_eq!(score("token_usage", &json!({ "max": 42 }), &two_calls()).unwrap().value, true.into());
        let feedback = score("token_usage", &json!({ "max": 10, "which": "output" }), &two_calls()).unwrap();
        assert_eq!(feedback.rationale.as_deref(), Some("output tokens: 12, more than 10"));
    }

    #[test]
    fn no_model_uses_no_tokens_and_a_silent_one_an_unknown_number() {
        assert_eq!(score("token_usage", &json!({}), &traced(&[])).unwrap().value, 0_i64.into());
        let error = score("token_usage", &json!({}), &traced(&[chat("1", None, &Value::Null)])).unwrap_err();
        assert!(matches!(&error, Error::MissingField(path) if path.contains(INPUT)), "{error}");
    }
}
