use std::ffi::OsStr;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::results::Results;
use crate::bench::Bench;
use crate::bench::process::{Usage, measure};
use crate::fake_provider::FakeProvider;

/// What a row asks of models: the prediction, and both judges.
pub(super) const CALLS_PER_ROW: u32 = 3;

/// A project of questions, answered and judged by the models of a provider.
pub(super) struct Project<'a> {
    bench: &'a Bench,
    folder: PathBuf,
}

/// A run that finished.
pub(super) struct Run {
    pub(super) usage: Usage,
    results: PathBuf,
}

impl<'a> Project<'a> {
    /// Makes a project with so many rows; `settings` are further keys of the provider.
    pub(super) fn make(
        bench: &'a Bench,
        name: &str,
        rows: u32,
        provider: &FakeProvider,
        settings: &str,
    ) -> Result<Self> {
        let folder = bench.folder.join("models").join(name);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("data.jsonl"), dataset(rows))?;
        fs::write(folder.join("scorebox.toml"), config(&provider.base_url(), settings))?;
        Ok(Self { bench, folder })
    }

    /// A file of the project.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Evaluates it, with results in a folder of that name and the cache of all these benchmarks.
    pub(super) fn eval(&self, name: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Result<Run> {
        let output = self.path(name);
        let mut command = Command::new(&self.bench.scorebox);
        command.arg("eval").arg(&self.folder).arg("--quiet").arg("--output").arg(&output).args(arguments);
        command.env("SCOREBOX_CACHE_DIR", self.bench.folder.join("models/cache"));
        let usage = measure(&mut command)?;
        let runs: Vec<_> = fs::read_dir(&output)?.collect::<Result<_, _>>()?;
        ensure!(runs.len() == 1, "{} holds {} runs instead of one", output.display(), runs.len());
        let results = runs[0].path().join("results.jsonl");
        Ok(Run { usage, results })
    }
}

impl Run {
    /// The text of its `results.jsonl`.
    pub(super) fn read_results(&self) -> Result<String> {
        fs::read_to_string(&self.results).with_context(|| format!("cannot read {}", self.results.display()))
    }

    /// What its `results.jsonl` says of its rows.
    pub(super) fn results(&self) -> Result<Results> {
        Results::parse(&self.read_results()?).with_context(|| self.results.display().to_string())
    }
}

/// Rows of which no two ask the same.
fn dataset(rows: u32) -> String {
    let row = |row: u32| {
        json!({
            "id": format!("row-{row}"),
            "inputs": {"question": format!("What is {row} + {row}?")},
            "expectations": {"expected_response": (2 * row).to_string()},
        })
    };
    (0..rows).map(|number| format!("{}\n", row(number))).collect()
}

fn config(base_url: &str, settings: &str) -> String {
    format!(
        r#"[dataset]
path = "data.jsonl"

[models]
app = "fake:/app"
judge = "fake:/judge"

[permissions]
models = ["app", "judge"]

[predict]
use = "predictors/chat"
config = {{ model = "app" }}

[[scorers]]
use = "judges/correctness"

[[scorers]]
use = "judges/guidelines"
config = {{ guidelines = ["The answer is a number."] }}

[providers.fake]
base_url = {base_url:?}
no_api_key = true
{settings}
"#
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use serde_json::Value;

    use super::*;

    #[test]
    fn no_two_rows_ask_the_same() {
        let rows = dataset(20);
        let questions: HashSet<_> = rows
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["inputs"]["question"].to_string())
            .collect();
        assert_eq!(questions.len(), 20);
    }

    #[test]
    fn the_config_names_the_provider_with_its_settings() {
        let config: toml::Table = toml::from_str(&config("http://127.0.0.1:9/v1", "timeout = \"2s\"")).unwrap();
        let provider = config["providers"]["fake"].as_table().unwrap();
        assert_eq!(provider["base_url"].as_str(), Some("http://127.0.0.1:9/v1"));
        assert_eq!(provider["timeout"].as_str(), Some("2s"));
    }
}
