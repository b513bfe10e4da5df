use std::collections::HashSet;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// What both judges say of one row, and of which question and answer they say it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Verdict {
    id: String,
    question: String,
    answer: String,
    expected: String,
    correctness: Reply,
    guidelines: Reply,
}

/// A reply in the form that judges ask for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    rationale: String,
    result: bool,
}

impl Verdict {
    /// Reads a file of verdicts, one in a line.
    pub(super) fn read_all(path: &Path) -> Result<Vec<Self>> {
        lines(path, &read(path)?)
    }
}

/// The demo project, as far as its judges see it.
#[derive(Debug)]
pub(super) struct Demo {
    config_text: String,
    dataset: String,
    config: Config,
    rows: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Config {
    predict: Predict,
    scorers: Vec<Scorer>,
}

#[derive(Debug, Deserialize)]
struct Predict {
    config: PredictConfig,
}

#[derive(Debug, Deserialize)]
struct PredictConfig {
    /// Answers by question.
    table: toml::Table,
}

#[derive(Debug, Deserialize)]
struct Scorer {
    #[serde(rename = "use")]
    function: String,
    #[serde(default)]
    config: toml::Table,
}

#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    inputs: Inputs,
    expectations: Expectations,
}

#[derive(Debug, Deserialize)]
struct Inputs {
    question: String,
}

#[derive(Debug, Deserialize)]
struct Expectations {
    expected_response: String,
}

impl Demo {
    /// Reads the project in a folder.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let (config, data) = (folder.join("scorebox.toml"), folder.join("data.jsonl"));
        Self::parse(read(&config)?, read(&data)?).with_context(|| format!("the demo in {}", folder.display()))
    }

    fn parse(config_text: String, dataset: String) -> Result<Self> {
        let config = toml::from_str(&config_text).context("scorebox.toml")?;
        let rows = lines(Path::new("data.jsonl"), &dataset)?;
        Ok(Self { config_text, dataset, config, rows })
    }

    /// The dataset's text.
    pub(super) fn dataset(&self) -> &str {
        &self.dataset
    }

    /// The config's text, with a provider `demo` in it.
    pub(super) fn config_with_provider(&self, base_url: &str) -> String {
        format!("{}\n[providers.demo]\nbase_url = {base_url:?}\nno_api_key = true\n", self.config_text)
    }

    /// Checks that each row with an answer has one verdict, which was made for what the project holds now.
    pub(super) fn check(&self, verdicts: &[Verdict]) -> Result<()> {
        let mut judged = HashSet::new();
        for Verdict { id, question, answer, expected, .. } in verdicts {
            let row = self.rows.iter().find(|row| row.id == *id);
            let row = row.with_context(|| format!("verdicts.jsonl: `{id}` is not in data.jsonl; remove its line"))?;
            ensure!(judged.insert(id), "verdicts.jsonl: `{id}` was judged twice; remove one of the lines");
            let recorded = self.answer(row).unwrap_or("nothing");
            for (what, then, now) in [
                ("question", question, row.inputs.question.as_str()),
                ("answer", answer, recorded),
                ("expected response", expected, &row.expectations.expected_response),
            ] {
                ensure!(
                    then == now,
                    "verdicts.jsonl: `{id}` was judged when its {what} was {then:?}; it is {now:?} now, so judge it \
                     again"
                );
            }
        }
        let missing = self.rows.iter().find(|row| self.answer(row).is_some() && !judged.contains(&row.id));
        match missing {
            Some(row) => bail!("verdicts.jsonl: there is no verdict on `{}`; add a line", row.id),
            None => Ok(()),
        }
    }

    fn answer(&self, row: &Row) -> Option<&str> {
        self.config.predict.config.table.get(&row.inputs.question)?.as_str()
    }

    /// The lines by which a fake provider answers each judge.
    ///
    /// A request is known by the question, which stands in no other one, and that of `guidelines` by the guidelines as
    /// well; the words around them may change.
    pub(super) fn answers(&self, verdicts: &[Verdict]) -> String {
        let mut lines = String::new();
        for verdict in verdicts {
            let mut contains = self.guidelines();
            contains.push(&verdict.question);
            for (contains, answer) in
                [(contains.as_slice(), &verdict.guidelines), (&[&verdict.question], &verdict.correctness)]
            {
                lines += &format!("{}\n", json!({ "contains": contains, "answer": answer }));
            }
        }
        lines
    }

    /// The guidelines in the config.
    fn guidelines(&self) -> Vec<&str> {
        let judges = self.config.scorers.iter().filter(|scorer| scorer.function == "judges/guidelines");
        let listed = judges.filter_map(|judge| judge.config.get("guidelines")?.as_array());
        listed.flatten().filter_map(toml::Value::as_str).collect()
    }
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The lines of a file of JSON lines.
fn lines<T: DeserializeOwned>(path: &Path, text: &str) -> Result<Vec<T>> {
    let parse = |(line, number): (&str, usize)| {
        serde_json::from_str(line).with_context(|| format!("{}:{number}", path.display()))
    };
    text.lines().zip(1..).map(parse).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    const GOLD: &str = "What is the chemical symbol of gold?";
    const IRON: &str = "What is the chemical symbol of iron?";

    /// A verdict on a row that expects what was answered; the row's id is the answer.
    pub(in super::super) fn verdict(question: &str, answer: &str) -> Verdict {
        let reply = |rationale: &str| Reply { rationale: rationale.to_owned(), result: true };
        Verdict {
            id: answer.to_owned(),
            question: question.to_owned(),
            answer: answer.to_owned(),
            expected: answer.to_owned(),
            correctness: reply("right"),
            guidelines: reply("brief"),
        }
    }

    /// A project with two rows, one of them with an answer.
    fn demo() -> Demo {
        let config = format!(
            "[[scorers]]\nuse = \"judges/guidelines\"\nconfig = {{ guidelines = [\"Be kind.\", \"Be brief.\"] }}\n\
             [predict.config.table]\n{GOLD:?} = \"Au\"\n"
        );
        let row = |id: &str, question: &str| {
            let row = json!({
                "id": id, "inputs": { "question": question }, "expectations": { "expected_response": id },
            });
            format!("{row}\n")
        };
        Demo::parse(config, row("Au", GOLD) + &row("Fe", IRON)).unwrap()
    }

    fn complaint(verdicts: &[Verdict]) -> String {
        demo().check(verdicts).unwrap_err().to_string()
    }

    #[test]
    fn every_row_with_an_answer_has_one_verdict() {
        demo().check(&[verdict(GOLD, "Au")]).unwrap();
        assert!(complaint(&[]).contains("there is no verdict on `Au`"));
        assert!(complaint(&[verdict(GOLD, "Au"), verdict(GOLD, "Au")]).contains("judged twice"));
        assert!(complaint(&[verdict("Which?", "Pb")]).contains("`Pb` is not in data.jsonl"));
    }

    #[test]
    fn a_verdict_on_what_has_changed_since_is_refused() {
        let changed = |change: fn(&mut Verdict)| {
            let mut verdict = verdict(GOLD, "Au");
            change(&mut verdict);
            complaint(&[verdict])
        };
        let answer = changed(|verdict| "Gd".clone_into(&mut verdict.answer));
        assert!(answer.contains("`Au` was judged when its answer was \"Gd\"; it is \"Au\" now"), "{answer}");
        assert!(changed(|verdict| "Ag".clone_into(&mut verdict.expected)).contains("its expected response was"));
        assert!(changed(|verdict| "Why?".clone_into(&mut verdict.question)).contains("its question was \"Why?\""));
        assert!(complaint(&[verdict(IRON, "Fe")]).contains("it is \"nothing\" now"));
    }

    #[test]
    fn the_answer_of_guidelines_comes_first_and_asks_for_the_guidelines() {
        let answers = demo().answers(&[verdict(GOLD, "Au")]);
        let answers: Vec<serde_json::Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let reply = |rationale| json!({ "rationale": rationale, "result": true });
        assert_eq!(
            answers,
            [
                json!({ "contains": ["Be kind.", "Be brief.", GOLD], "answer": reply("brief") }),
                json!({ "contains": [GOLD], "answer": reply("right") }),
            ]
        );
    }

    #[test]
    fn the_recording_s_config_is_the_demo_s_with_a_provider() {
        let config = demo().config_with_provider("http://127.0.0.1:1/v1");
        let config: toml::Table = toml::from_str(&config).unwrap();
        assert_eq!(config["providers"]["demo"]["base_url"].as_str(), Some("http://127.0.0.1:1/v1"));
        assert_eq!(config["predict"]["config"]["table"][GOLD].as_str(), Some("Au"));
    }
}
