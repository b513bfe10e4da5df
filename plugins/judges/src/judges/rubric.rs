use std::collections::BTreeMap;
use std::fmt::Write as _;

use scorebox_sdk::llm::Response;
use scorebox_sdk::serde_json::{Map, Value, json};
use scorebox_sdk::{Deserialize, Error, Example, Feedback, Result, config, scorer};

use crate::material::{input_text, output_text, whole};
use crate::prompt::{Prompt, Tag};
use crate::reply::parse;
use crate::result_kind::integer;
use crate::settings::judge_config;

const TASK: &str = "\
Score the answer in <output> by each of the criteria below, and by each one alone: what counts for one criterion must \
not colour another. What the user asked stands in <input>, and what was expected in <expectations>, where there is \
such a part. The least score of a scale says that the criterion is not met at all, the greatest that it is met fully; \
use the whole scale.

The criteria:";

const HOW_TO_REPLY: &str = "\
Reply with one JSON object and nothing else: for each criterion, under its key, an object with first `rationale`, a \
few sentences that weigh the evidence for this criterion, and then `score`, a whole number on its scale.";

const MAX_NAME: usize = 128;

judge_config! {
    /// Settings of `rubric`.
    pub(crate) struct RubricConfig {
        /// The criteria, one at least.
        #[schemars(length(min = 1, max = 50))]
        pub(crate) criteria: Vec<Criterion>,
    }
}

/// One thing that an answer is scored by.
#[config]
pub(crate) struct Criterion {
    /// What the feedback is called: letters, digits, `_`, `-`, `.` and `/`.
    #[schemars(length(min = 1, max = 128), regex(pattern = "^[A-Za-z0-9_./-]+$"))]
    pub(crate) name: String,
    /// What to look at, and what makes a low and a high score.
    pub(crate) description: String,
    /// How much it counts in the whole.
    #[default(1.0)]
    #[schemars(extend("exclusiveMinimum" = 0))]
    pub(crate) weight: f64,
    /// The least and the greatest score.
    #[default(Scale::default())]
    pub(crate) scale: Scale,
}

/// The least and the greatest score.
#[config]
#[derive(Copy)]
pub(crate) struct Scale {
    /// The least score.
    #[default(1)]
    pub(crate) min: i32,
    /// The greatest score.
    #[default(5)]
    pub(crate) max: i32,
}

/// Scores an answer by criteria of your own: one feedback for each, and their weighted mean from 0 to 1.
#[scorer(requires(outputs), uses(inputs, expectations), returns = number, aggregations(mean, median))]
pub(crate) fn rubric(example: &Example, config: &RubricConfig) -> Result<Vec<Feedback>> {
    config.check()?;
    let request = prompt(example, config)?.request(&config.asking(&config.model), HOW_TO_REPLY);
    let reply = request.response_schema(&config.schema()).complete()?;
    let scores = config.read(&reply)?;
    let overall = config.overall(&scores);
    let all = std::iter::once(overall).chain(config.criteria.iter().zip(scores).map(feedback));
    Ok(all.map(|feedback| feedback.with_metadata("model", &reply.model)).collect())
}

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde", deny_unknown_fields)]
struct RawScore {
    rationale: String,
    score: Value,
}

struct Score {
    rationale: String,
    score: i32,
}

fn prompt(example: &Example, config: &RubricConfig) -> Result<Prompt> {
    let mut prompt = Prompt::new(format!("{TASK}\n{}", config.wording()));
    match input_text(example) {
        Ok(input) => prompt = prompt.with(Tag::Input, &input),
        Err(Error::MissingField(_)) => {}
        Err(error) => return Err(error),
    }
    prompt = prompt.with(Tag::Output, &output_text(example)?);
    match example.expectations().and_then(|expectations| whole(&expectations)) {
        Ok(expectations) => Ok(prompt.with(Tag::Expectations, &expectations)),
        Err(Error::MissingField(_)) => Ok(prompt),
        Err(error) => Err(error),
    }
}

impl RubricConfig {
    fn check(&self) -> Result<()> {
        if self.criteria.is_empty() {
            return Err(Error::invalid_config("criteria: expected one criterion at least"));
        }
        for (index, criterion) in self.criteria.iter().enumerate() {
            criterion.check().map_err(|why| Error::invalid_config(format!("criteria: `{}`: {why}", criterion.name)))?;
            if self.criteria[..index].iter().any(|other| other.name == criterion.name) {
                return Err(Error::invalid_config(format!("criteria: `{}` is there twice", criterion.name)));
            }
        }
        Ok(())
    }

    /// The criteria with the keys of the reply.
    fn keyed(&self) -> impl Iterator<Item = (String, &Criterion)> {
        self.criteria.iter().enumerate().map(|(index, criterion)| (format!("criterion_{:02}", index + 1), criterion))
    }

    fn wording(&self) -> String {
        self.keyed().fold(String::new(), |mut text, (key, Criterion { name, description, scale, .. })| {
            let _ = writeln!(text, "- {key}, {name} (from {} to {}): {description}", scale.min, scale.max);
            text
        })
    }

    fn schema(&self) -> Value {
        let properties: Map<String, Value> = self.keyed().map(|(key, criterion)| (key, criterion.schema())).collect();
        let required: Vec<String> = properties.keys().cloned().collect();
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    }

    /// The scores of a reply, in the order of the criteria.
    fn read(&self, reply: &Response) -> Result<Vec<Score>> {
        let mut raw: BTreeMap<String, RawScore> = parse(reply)?;
        let scores = self.keyed().map(|(key, criterion)| {
            let RawScore { rationale, score } = raw.remove(&key).ok_or_else(|| {
                Error::failed(format!("the reply of model {} has no score for `{}`", reply.model, criterion.name))
            })?;
            Ok(Score { rationale, score: criterion.score(&score, &reply.model)? })
        });
        let scores = scores.collect::<Result<Vec<Score>>>()?;
        match raw.keys().next() {
            None => Ok(scores),
            Some(key) => Err(Error::failed(format!("the reply of model {} has an unknown key `{key}`", reply.model))),
        }
    }

    /// The weighted mean, as the scorer's own feedback.
    fn overall(&self, scores: &[Score]) -> Feedback {
        let weights: f64 = self.criteria.iter().map(|criterion| criterion.weight).sum();
        let share =
            |(criterion, score): (&Criterion, &Score)| criterion.weight / weights * criterion.share(score.score);
        let mean: f64 = self.criteria.iter().zip(scores).map(share).sum();
        let told = self.criteria.iter().zip(scores).map(|(Criterion { name, scale, .. }, score)| {
            format!("{name}: {} on a scale from {} to {}", score.score, scale.min, scale.max)
        });
        Feedback::new(mean.clamp(0.0, 1.0)).with_rationale(told.collect::<Vec<_>>().join("; "))
    }
}

impl Criterion {
    fn check(&self) -> Result<(), &'static str> {
        let is_allowed = |character: char| character.is_ascii_alphanumeric() || "_-./".contains(character);
        if self.name.is_empty() || self.name.len() > MAX_NAME || !self.name.chars().all(is_allowed) {
            return Err("expected a name of 1 to 128 ASCII letters, digits, `_`, `-`, `.` or `/`");
        }
        if self.scale.min >= self.scale.max {
            return Err("expected a scale whose `min` is below its `max`");
        }
        if !(self.weight > 0.0 && self.weight.is_finite()) {
            return Err("expected a weight above 0");
        }
        Ok(())
    }

    fn schema(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "rationale": { "type": "string" },
                "score": { "type": "integer", "minimum": self.scale.min, "maximum": self.scale.max },
            },
            "required": ["rationale", "score"],
            "additionalProperties": false,
        })
    }

    fn score(&self, score: &Value, model: &str) -> Result<i32> {
        let Scale { min, max } = self.scale;
        let within =
            integer(score).and_then(|score| i32::try_from(score).ok()).filter(|score| (min..=max).contains(score));
        within.ok_or_else(|| {
            let name = &self.name;
            Error::failed(format!(
                "the reply of model {model}: the score of `{name}` is {score}, not on the scale from {min} to {max}"
            ))
        })
    }

    /// Where on its scale a score is, from 0 to 1.
    fn share(&self, score: i32) -> f64 {
        let (min, max) = (f64::from(self.scale.min), f64::from(self.scale.max));
        (f64::from(score) - min) / (max - min)
    }
}

fn feedback((criterion, Score { rationale, score }): (&Criterion, Score)) -> Feedback {
    let Scale { min, max } = criterion.scale;
    Feedback::new(f64::from(score))
        .with_name(&*criterion.name)
        .with_rationale(rationale)
        .with_metadata("scale", json!({ "min": min, "max": max }))
        .with_metadata("weight", criterion.weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PLUGIN;
    use crate::testing;

    fn config() -> Value {
        json!({ "criteria": [
            { "name": "tone", "description": "Is it kind?", "weight": 3 },
            { "name": "style/length", "description": "Is it brief?", "scale": { "min": 0, "max": 10 } },
        ] })
    }

    fn judge(config: &Value) -> Result<Vec<Feedback>> {
        let example = Example::new("1").with_inputs(json!({ "question": "Why?" })).with_outputs("So.");
        PLUGIN.score("rubric", config.to_string(), example)
    }

    fn scored(tone: impl Into<Value>, length: i32) -> Value {
        json!({
            "criterion_01": { "rationale": "kind", "score": tone.into() },
            "criterion_02": { "rationale": "long", "score": length },
        })
    }

    #[test]
    fn one_call_scores_all_criteria_and_the_whole_is_their_weighted_mean() {
        let asked = testing::replies([scored(5, 2)]);
        let feedback = judge(&config()).unwrap();
        let told: Vec<_> = feedback.iter().map(|one| (one.name.as_deref(), one.value.clone())).collect();
        let expected = [(None, 0.8.into()), (Some("tone"), 5.0.into()), (Some("style/length"), 2.0.into())];
        assert_eq!(told, expected);
        let whole = "tone: 5 on a scale from 1 to 5; style/length: 2 on a scale from 0 to 10";
        let rationales: Vec<_> = feedback.iter().map(|one| one.rationale.as_deref().unwrap()).collect();
        assert_eq!(rationales, [whole, "kind", "long"]);
        assert_eq!(asked.count(), 1);
        let prompt = asked.prompt(0);
        assert!(prompt.contains("- criterion_02, style/length (from 0 to 10): Is it brief?"), "{prompt}");
        assert!(prompt.contains("<input>\nWhy?\n") && prompt.contains("<output>\nSo.\n"), "{prompt}");
    }

    #[test]
    fn the_rationale_stands_before_the_score_in_the_schema() {
        let asked = testing::replies([scored(1, 0)]);
        assert_eq!(judge(&config()).unwrap()[0].value, 0.0.into());
        let schema = asked.request(0).response_schema.unwrap();
        assert!(schema.find("\"rationale\":{").unwrap() < schema.find("\"score\":{").unwrap(), "{schema}");
        assert!(schema.contains(r#""required":["criterion_01","criterion_02"]"#), "{schema}");
    }

    #[test]
    fn replies_that_are_off_the_scale_or_incomplete_are_failures() {
        let mut incomplete = scored(1, 1);
        incomplete.as_object_mut().unwrap().remove("criterion_02");
        let mut surplus = scored(1, 1);
        surplus["criterion_03"] = surplus["criterion_01"].clone();
        for reply in
            [scored(6, 1), scored(1, -1), scored(2.5, 1), scored("4", 1), scored(Value::Null, 1), incomplete, surplus]
        {
            testing::replies([reply.clone()]);
            assert!(matches!(judge(&config()), Err(Error::Failed(_))), "{reply}");
        }
    }

    #[test]
    fn criteria_that_cannot_be_scored_are_an_invalid_config() {
        testing::nobody_asks();
        let criterion = |key: &str, value: Value| {
            let mut criterion = json!({ "name": "tone", "description": "Is it kind?" });
            criterion[key] = value;
            criterion
        };
        for criteria in [
            json!([]),
            json!([criterion("name", json!("with space"))]),
            json!([criterion("weight", json!(0))]),
            json!([criterion("scale", json!({ "min": 5 }))]),
            json!([criterion("name", json!("a")), criterion("name", json!("a"))]),
        ] {
            let error = judge(&json!({ "criteria": criteria })).unwrap_err();
            assert!(matches!(&error, Error::InvalidConfig(text) if text.starts_with("criteria: ")), "{error}");
        }
    }
}
