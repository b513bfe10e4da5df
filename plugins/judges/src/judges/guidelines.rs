use scorebox_sdk::{Example, Feedback, Result, scorer};

use crate::ask;
use crate::material::{Guidelines, with_question_and_answer};
use crate::prompt::{Prompt, Tag, list};
use crate::settings::{JudgeConfig, verdict_config};

const TASK: &str = "\
Decide whether the answer in <output> keeps to the guidelines in <guidelines>. What the user asked stands in <input>; \
it is there for context, and does not lift a guideline. Go through the guidelines one by one.

The result is true if the answer keeps to every guideline that applies. A guideline that does not apply to this answer \
is kept.
The result is false if the answer breaks at least one. Say which, and quote what breaks it.";

verdict_config! {
    /// Settings of a judge of guidelines.
    pub(crate) struct GuidelinesConfig {
        /// The guidelines, one or several.
        pub(crate) guidelines: Guidelines,
    }
}

/// Whether the output keeps to the guidelines of the config.
#[scorer(requires(inputs, outputs), returns = boolean)]
pub(crate) fn guidelines(example: &Example, config: &GuidelinesConfig) -> Result<Feedback> {
    let prompt = prompt(example, &config.guidelines)?;
    Ok(ask::boolean(config.settings(), &prompt)?.with_metadata("guidelines", config.guidelines.texts()))
}

/// Whether the output keeps to the guidelines of its row.
#[scorer(requires(inputs, outputs, expectations), returns = boolean)]
pub(crate) fn expectations_guidelines(example: &Example, config: &JudgeConfig) -> Result<Feedback> {
    let guidelines = Guidelines::of(example)?;
    let prompt = prompt(example, &guidelines)?;
    Ok(ask::boolean(config.settings(), &prompt)?.with_metadata("guidelines", guidelines.texts()))
}

fn prompt(example: &Example, guidelines: &Guidelines) -> Result<Prompt> {
    with_question_and_answer(Prompt::new(TASK).with(Tag::Guidelines, &list(guidelines.texts())), example)
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::serde_json::Value;
    use scorebox_sdk::{Error, json};

    use super::*;
    use crate::PLUGIN;
    use crate::testing::{self, no, yes};

    fn example() -> Example {
        Example::new("1").with_inputs(json!({ "question": "Why?" })).with_outputs("So.")
    }

    fn metadata(feedback: &Feedback, key: &str) -> Option<String> {
        feedback.metadata.iter().find(|(name, _)| name == key).map(|(_, value)| value.to_string())
    }

    #[test]
    fn there_is_one_verdict_on_all_guidelines_and_it_carries_them() {
        let asked = testing::replies([no("rude")]);
        let feedback = PLUGIN.score("guidelines", r#"{"guidelines": ["Be kind.", "Be brief."]}"#, example()).unwrap();
        assert_eq!((feedback.len(), &feedback[0].value), (1, &false.into()));
        assert_eq!(metadata(&feedback[0], "guidelines").unwrap(), r#"["Be kind.","Be brief."]"#);
        let prompt = asked.prompt(0);
        for part in ["<guidelines>\n- Be kind.\n- Be brief.\n</guidelines>", "<input>\nWhy?\n", "<output>\nSo.\n"] {
            assert!(prompt.contains(part), "{part}: {prompt}");
        }
    }

    #[test]
    fn one_guideline_may_be_a_text() {
        let asked = testing::replies([yes("kind")]);
        let feedback = PLUGIN.score("guidelines", r#"{"guidelines": "Be kind."}"#, example()).unwrap();
        assert_eq!(metadata(&feedback[0], "guidelines").unwrap(), r#"["Be kind."]"#);
        assert!(asked.prompt(0).contains("- Be kind."));
    }

    #[test]
    fn a_config_without_guidelines_is_invalid() {
        testing::nobody_asks();
        for config in ["{}", r#"{"guidelines": []}"#, r#"{"guidelines": " "}"#] {
            let error = PLUGIN.score("guidelines", config, example()).unwrap_err();
            assert!(matches!(&error, Error::InvalidConfig(text) if text.contains("guidelines")), "{error}");
        }
    }

    #[test]
    fn a_row_may_have_guidelines_of_its_own() {
        let asked = testing::replies([yes("short"), yes("short")]);
        let judge = |guidelines: Value| {
            let example = example().with_expectations(json!({ "guidelines": guidelines }));
            PLUGIN.score("expectations_guidelines", "{}", example).map(|mut all| all.remove(0))
        };
        assert_eq!(metadata(&judge(json!("Be brief.")).unwrap(), "guidelines").unwrap(), r#"["Be brief."]"#);
        judge(json!(["Be brief.", "Be kind."])).unwrap();
        assert!(asked.prompt(1).contains("- Be brief.\n- Be kind.\n"));
        assert_eq!(judge(Value::Null).unwrap_err(), Error::missing_field("expectations.guidelines"));
        assert!(matches!(judge(json!([])), Err(Error::Unsupported(_))));
    }
}
