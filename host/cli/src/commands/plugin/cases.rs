use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use scorebox_cases::{Call, Case, read_cases};
use scorebox_engine::Plugin;

use super::replies::REPLIES_FILE;
use crate::config::nearest;

/// The cases of a plugin.
pub(super) struct Cases {
    pub(super) cases: Vec<Case>,
    /// Where recorded replies and the names of models are.
    pub(super) folder: PathBuf,
}

impl Cases {
    /// Reads a file with cases, or all in a folder in the order of their names; a folder that is not there holds none.
    pub(super) fn read(path: &Path) -> anyhow::Result<Self> {
        if path.is_file() {
            let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
            return Ok(Self { cases: read_cases(path)?, folder: folder.to_owned() });
        }
        let mut files = Vec::new();
        if path.is_dir() {
            let in_folder = || format!("{}: cannot be read", path.display());
            for entry in fs::read_dir(path).with_context(in_folder)? {
                files.push(entry.with_context(in_folder)?.path());
            }
        }
        let is_jsonl = |file: &PathBuf| file.extension().is_some_and(|extension| extension == "jsonl");
        files.retain(|file| is_jsonl(file) && !file.ends_with(REPLIES_FILE));
        files.sort();
        let mut cases = Vec::new();
        for file in &files {
            cases.extend(read_cases(file)?);
        }
        Ok(Self { cases, folder: path.to_owned() })
    }

    /// The same, where a plugin without cases is of no use.
    pub(super) fn read_some(path: &Path) -> anyhow::Result<Self> {
        let cases = Self::read(path)?;
        if cases.cases.is_empty() {
            let wanted = if path.is_file() { path.to_owned() } else { path.join("examples.jsonl") };
            return Err(anyhow!(
                "there are no cases in {}\nhelp: write one into {}, such as\n  {}",
                path.display(),
                wanted.display(),
                r#"{"name": "equal", "scorer": "exact_match", "example": {"outputs": "a", "expectations": {"expected_response": "a"}}, "expect": {"feedback": [{"value": true}]}}"#
            ));
        }
        Ok(cases)
    }

    /// Whether the plugin has what the cases call.
    pub(super) fn check_names(&self, plugin: &Plugin) -> anyhow::Result<()> {
        let scorers: Vec<_> = plugin.scorers().iter().map(|info| info.name.as_str()).collect();
        let predictors: Vec<_> = plugin.predictors().iter().map(|info| info.name.as_str()).collect();
        for case in &self.cases {
            let (what, known) = match &case.call {
                Call::Predict { .. } => ("predict function", &predictors),
                Call::Score { .. } | Call::Batch { .. } | Call::Session { .. } => ("scorer", &scorers),
            };
            let name = case.call.function();
            if known.contains(&name) {
                continue;
            }
            let near = nearest(name, known.iter().copied()).map(|near| format!("; did you mean `{near}`?"));
            let has = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(anyhow!(
                "{}: the plugin has no {what} `{name}`{}\nhelp: it has {has}",
                case.place,
                near.unwrap_or_default()
            ));
        }
        Ok(())
    }
}
