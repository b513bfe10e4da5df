use scorebox_sdk::llm::{self, ModelName, Request};
use scorebox_sdk::serde_json::{Value as Json, json};
use scorebox_sdk::{Error, Example, Feedback, Result, Value, scorer};

use crate::ask;
use crate::judges::custom::{TASK, about_row};
use crate::prompt::Prompt;
use crate::reduce::Reduce;
use crate::reply::{ReplyForm, Verdict};
use crate::result_kind::ResultKind;
use crate::settings::sampling_config;
use crate::template::{RowWithoutTrace, Template};

sampling_config! {
    /// Settings of `jury`.
    pub(crate) struct JuryConfig {
        /// The aliases of the models that judge.
        #[schemars(length(min = 1, max = 50))]
        pub(crate) models: Vec<ModelName>,
        /// How often each model is asked. Worth setting together with a temperature above 0.
        #[default(1)]
        #[schemars(range(min = 1, max = 100))]
        pub(crate) repeats: usize,
        /// What to judge, with one at least of `{{ inputs }}`, `{{ outputs }}` and `{{ expectations }}`.
        pub(crate) instructions: Template<RowWithoutTrace>,
        /// The kind of result.
        #[default(ResultKind::Boolean)]
        pub(crate) result: ResultKind,
        /// How the votes are reduced to one result; without it, by majority, or numbers by their mean.
        pub(crate) reduce: Option<Reduce>,
    }
}

/// Judges a row by instructions of your own, with the votes of several models or of several askings.
#[scorer(requires(), uses(inputs, outputs, expectations), returns = varies)]
pub(crate) fn jury(example: &Example, config: &JuryConfig) -> Result<Feedback> {
    let reduce = config.checked_reduce()?;
    let instructions = config.instructions.fill(|placeholder| about_row(placeholder, example))?;
    let prompt = Prompt::new(TASK).with_fenced(&instructions);
    let form = ReplyForm::new(&config.result);
    let jurors: Vec<&ModelName> =
        config.models.iter().flat_map(|model| std::iter::repeat_n(model, config.repeats)).collect();
    let requests: Vec<Request> = jurors.iter().map(|juror| ask::request(config.asking(juror), &prompt, form)).collect();
    let replies = llm::complete_all(&requests).into_iter().zip(&jurors);
    let verdicts = replies
        .map(|(reply, juror)| verdict(reply, form).map_err(|error| Error::failed(format!("juror `{juror}`: {error}"))))
        .collect::<Result<Vec<Verdict>>>()?;
    let values: Vec<Value> = verdicts.iter().map(|verdict| verdict.value.clone()).collect();
    let (value, disagreement) = reduce.apply(&config.result, &values)?;
    let votes: Vec<Json> = jurors.iter().zip(&verdicts).map(|(juror, verdict)| vote(juror, verdict)).collect();
    Ok(Feedback::new(value.clone())
        .with_rationale(rationale(&value, &jurors, &verdicts))
        .with_metadata("votes", votes)
        .with_metadata("disagreement", disagreement))
}

impl JuryConfig {
    fn checked_reduce(&self) -> Result<Reduce> {
        if self.models.is_empty() {
            return Err(Error::invalid_config("models: expected one model at least"));
        }
        if self.repeats == 0 {
            return Err(Error::invalid_config("repeats: expected 1 at least"));
        }
        let reduce = self.reduce.unwrap_or_else(|| Reduce::default_for(&self.result));
        reduce.check(&self.result)?;
        Ok(reduce)
    }
}

fn verdict(reply: Result<llm::Response, llm::Error>, form: ReplyForm<'_>) -> Result<Verdict> {
    form.read(&reply?)
}

fn vote(juror: &ModelName, verdict: &Verdict) -> Json {
    json!({ "model": juror.as_str(), "value": plain(&verdict.value), "rationale": verdict.rationale })
}

/// The result, and what every juror says about it.
fn rationale(result: &Value, jurors: &[&ModelName], verdicts: &[Verdict]) -> String {
    let said = jurors
        .iter()
        .zip(verdicts)
        .map(|(juror, verdict)| format!("{juror} says {}: {}", plain(&verdict.value), verdict.rationale));
    let heading = format!("The jury of {} says {}.", verdicts.len(), plain(result));
    std::iter::once(heading).chain(said).collect::<Vec<_>>().join("\n")
}

fn plain(value: &Value) -> Json {
    match value {
        Value::Boolean(passed) => json!(passed),
        Value::Integer(integer) => json!(integer),
        Value::Number(number) => json!(number),
        Value::Text(text) => json!(text),
        Value::Json(json) => json!(json.as_str()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PLUGIN;
    use crate::testing::{self, no, yes};

    fn judge(config: &Json) -> Result<Feedback> {
        let mut whole = json!({ "models": ["strict", "kind"], "instructions": "Is {{ outputs }} polite?" });
        for (key, value) in config.as_object().unwrap() {
            whole[key] = value.clone();
        }
        PLUGIN.score("jury", whole.to_string(), Example::new("1").with_outputs("Yes.")).map(|mut all| all.remove(0))
    }

    fn metadata(feedback: &Feedback, key: &str) -> Json {
        let (_, value) = feedback.metadata.iter().find(|(name, _)| name == key).unwrap();
        scorebox_sdk::serde_json::from_str(value.as_str()).unwrap()
    }

    #[test]
    fn every_model_is_asked_as_often_as_the_config_says() {
        let asked = testing::replies([yes("a"), no("b"), yes("c"), yes("d")]);
        let feedback = judge(&json!({ "repeats": 2, "temperature": 0.7 })).unwrap();
        assert_eq!(feedback.value, true.into());
        let models: Vec<String> = (0..4).map(|index| asked.request(index).model).collect();
        assert_eq!(models, ["strict", "strict", "kind", "kind"]);
        assert_eq!(asked.request(0).temperature, Some(0.7));
        assert!(asked.prompt(3).contains("Is <outputs>\nYes.\n</outputs> polite?"));
        assert_eq!(metadata(&feedback, "disagreement"), json!(0.25));
        assert_eq!(metadata(&feedback, "votes")[1], json!({ "model": "strict", "value": false, "rationale": "b" }));
        let rationale = feedback.rationale.unwrap();
        assert!(
            rationale.starts_with("The jury of 4 says true.\nstrict says true: a\nstrict says false: b"),
            "{rationale}"
        );
    }

    #[test]
    fn votes_are_reduced_as_the_config_says() {
        let of_numbers = |reduce: &str| {
            let vote = |score: i32| json!({ "rationale": "r", "result": score });
            testing::replies([vote(1), vote(4)]);
            judge(&json!({ "result": { "integer": { "min": 1, "max": 5 } }, "reduce": reduce })).unwrap().value
        };
        assert_eq!((of_numbers("min"), of_numbers("mean")), (1.into(), 2.5.into()));
        testing::replies([yes("a"), no("b")]);
        assert_eq!(judge(&json!({ "reduce": "any" })).unwrap().value, true.into());
        testing::replies([yes("a"), no("b")]);
        assert_eq!(judge(&json!({})).unwrap().value, false.into());
    }

    #[test]
    fn a_juror_that_gives_no_verdict_fails_the_row_by_name() {
        testing::replies([yes("a"), json!("?")]);
        let error = judge(&json!({})).unwrap_err();
        assert!(matches!(&error, Error::Failed(text) if text.starts_with("juror `kind`: ")), "{error}");
    }

    #[test]
    fn configs_that_do_not_fit_are_refused() {
        testing::nobody_asks();
        for config in [
            json!({ "models": [] }),
            json!({ "repeats": 0 }),
            json!({ "reduce": "mean" }),
            json!({ "result": "text" }),
            json!({ "instructions": "{{ trace }}" }),
            json!({ "model": "judge" }),
        ] {
            assert!(matches!(judge(&config), Err(Error::InvalidConfig(_))), "{config}");
        }
    }
}
