use std::collections::HashSet;
use std::io::ErrorKind;
use std::num::{NonZeroU32, NonZeroUsize};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scorebox_core::Json;
use scorebox_engine::{CallSettings, Grants, Isolation, SetupError};
use scorebox_eval::{FunctionRequest, PlanError, PlanRequest, ReadOptions, ScorerRequest};
use scorebox_gateway::{Gateway, GatewayConfig, HttpGrant, ModelReference, Permissions};
use scorebox_verdict::GateConfig;
use toml::Spanned;

use super::file::{DatasetSection, LimitsSection, PermissionsSection, ProjectFile, ScorerSection, schema};
use super::outgoing::{self, BudgetSection, HttpSection, TextOr};
use super::problem::{ConfigProblem, SourceText, nearest};
use super::reference::{FunctionReference, Unresolved};
use super::replies::RepliesFrom;

const FILE_NAME: &str = "scorebox.toml";

/// What the predict function is called in messages.
const PREDICT: &str = "predict";

/// A `scorebox.toml` that was read.
#[derive(Debug)]
pub(crate) struct Project {
    source: SourceText,
    folder: PathBuf,
    file: ProjectFile,
}

/// The dataset that a project names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DatasetChoice {
    /// A file.
    File(PathBuf),
    /// A stored dataset by NAME, NAME@VERSION or NAME@TAG.
    Stored(String),
}

/// What the command line says instead of the file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    pub(crate) concurrency: Option<NonZeroUsize>,
    pub(crate) limit: Option<u64>,
    pub(crate) repeats: Option<NonZeroU32>,
    pub(crate) experiment: Option<String>,
    pub(crate) output: Option<PathBuf>,
    /// Models by the names that plugins use.
    pub(crate) models: Vec<(String, ModelReference)>,
    pub(crate) replies: RepliesFrom,
    /// Only these scorers of the file; all where none is named.
    pub(crate) scorers: Vec<String>,
}

impl Project {
    /// Reads the file, or the one in the folder.
    pub(crate) fn load(path: &Path) -> Result<Self, ConfigProblem> {
        let path = if path.is_dir() { within(path, Path::new(FILE_NAME)) } else { path.to_owned() };
        let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, &error))?;
        Self::parse(path, text)
    }

    fn parse(path: PathBuf, text: String) -> Result<Self, ConfigProblem> {
        let folder = match path.parent() {
            Some(folder) if folder != Path::new("") => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let source = SourceText { path, text };
        let file = toml::from_str(&source.text).map_err(|error| syntax_problem(&source, &error))?;
        let project = Self { source, folder, file };
        project.named_dataset()?;
        project.check_names()?;
        Ok(project)
    }

    /// How the gateway is set up.
    pub(crate) fn gateway(&self, overrides: &Overrides) -> Result<GatewayConfig, ConfigProblem> {
        let mut config = GatewayConfig {
            budget: outgoing::budget(&self.file.budget),
            replies: overrides.replies.replies(),
            cache_dir: overrides.replies.cache_dir(),
            ..GatewayConfig::default()
        };
        for (alias, section) in &self.file.models {
            let model = outgoing::model(section.get_ref()).map_err(|message| self.problem(section, message))?;
            config.models.insert(alias.clone(), model);
        }
        for (alias, reference) in &overrides.models {
            config.models.insert(alias.clone(), reference.clone().into());
        }
        for (name, section) in &self.file.providers {
            let provider = outgoing::provider(section.get_ref(), &self.folder);
            let provider = provider.map_err(|message| self.problem(section, message))?;
            config.providers.insert(name.to_ascii_lowercase(), provider);
        }
        for (model, section) in &self.file.prices {
            let reference = model.parse().map_err(|error| self.problem(section, format!("{error}")))?;
            config.prices.insert(reference, outgoing::price(section.get_ref()));
        }
        Ok(config)
    }

    /// Which dataset is evaluated; a file is there.
    pub(crate) fn dataset(&self) -> Result<DatasetChoice, ConfigProblem> {
        let choice = self.named_dataset()?;
        match (&choice, self.file.dataset.get_ref()) {
            (DatasetChoice::File(file), TextOr::Table(DatasetSection { path: Some(path), .. })) if !file.exists() => {
                let problem = self.problem(path, format!("there is no dataset {}", file.display()));
                Err(problem.help("the path is relative to this file"))
            }
            _ => Ok(choice),
        }
    }

    fn named_dataset(&self) -> Result<DatasetChoice, ConfigProblem> {
        let section = &self.file.dataset;
        let table = match section.get_ref() {
            TextOr::Text(name) => return Ok(DatasetChoice::Stored(name.clone())),
            TextOr::Table(table) => table,
        };
        match (&table.path, &table.stored) {
            (Some(path), None) => Ok(DatasetChoice::File(within(&self.folder, path.get_ref()))),
            (None, Some(name)) => Ok(DatasetChoice::Stored(name.get_ref().clone())),
            (None, None) => Err(self
                .problem(section, "[dataset] names no dataset")
                .help("add `path = \"data.jsonl\"`, or `stored = \"NAME@VERSION\"` for a stored dataset")),
            (Some(_), Some(name)) => Err(self.problem(name, "[dataset] has either `path` or `stored`")),
        }
    }

    /// What is wrong with the dataset that the file names.
    pub(crate) fn dataset_problem(&self, message: impl Into<String>) -> ConfigProblem {
        match self.file.dataset.get_ref() {
            TextOr::Table(DatasetSection { stored: Some(name), .. }) => self.problem(name, message),
            TextOr::Text(_) | TextOr::Table(_) => self.problem(&self.file.dataset, message),
        }
    }

    fn dataset_table(&self) -> DatasetSection {
        match self.file.dataset.get_ref() {
            TextOr::Text(_) => DatasetSection::default(),
            TextOr::Table(table) => table.clone(),
        }
    }

    /// What the evaluation asks for, with the dataset in a file.
    pub(crate) fn request(
        &self,
        overrides: &Overrides,
        gateway: &Gateway,
        path: PathBuf,
    ) -> Result<PlanRequest, ConfigProblem> {
        let dataset = self.dataset_table();
        let defaults = ReadOptions::default();
        let read = ReadOptions {
            format: dataset.format,
            columns: dataset.columns,
            ignore_columns: dataset.ignore_columns,
            types: dataset.types,
            max_row_bytes: dataset.max_row_bytes.map_or(defaults.max_row_bytes, super::units::ByteCount::get),
        };
        let predictor = self.file.predict.as_ref().map(|predict| {
            let permissions = self.permissions(&predict.permissions, &predict.budget)?;
            let settings = self.settings(PREDICT, &predict.limits, &predict.permissions, permissions, gateway);
            self.function(PREDICT, &predict.function, &predict.config, settings)
        });
        let is_wanted = |scorer: &&ScorerSection| {
            let name = self.scorer_name(scorer).unwrap_or_default();
            overrides.scorers.is_empty() || overrides.scorers.iter().any(|wanted| wanted == name)
        };
        let scorers = self.file.scorers.iter().filter(is_wanted).map(|scorer| {
            let name = self.scorer_name(scorer)?;
            let permissions = self.permissions(&scorer.permissions, &scorer.budget)?;
            let settings = self.settings(name, &scorer.limits, &scorer.permissions, permissions, gateway);
            let function = self.function(name, &scorer.function, &scorer.config, settings)?;
            Ok(ScorerRequest { function, isolation: scorer.isolation })
        });
        Ok(PlanRequest {
            dataset: path,
            read,
            predictor: predictor.transpose()?,
            scorers: scorers.collect::<Result<_, _>>()?,
            concurrency: overrides.concurrency.or(self.file.run.concurrency),
            limit: overrides.limit,
            repeats: overrides.repeats.unwrap_or(self.file.run.repeats),
            session: dataset.session,
            group: dataset.group,
        })
    }

    /// Where runs are also written as folders, if they are.
    pub(crate) fn output(&self, overrides: &Overrides) -> Option<PathBuf> {
        let output = || self.file.run.output.as_ref().map(|output| within(&self.folder, output));
        overrides.output.clone().or_else(output)
    }

    /// The name under which runs are kept together.
    pub(crate) fn experiment(&self, overrides: &Overrides) -> String {
        let named = overrides.experiment.clone().or_else(|| self.file.run.experiment.clone());
        let folder = || Some(self.folder.canonicalize().ok()?.file_name()?.to_string_lossy().into_owned());
        named.or_else(folder).unwrap_or_else(|| "default".to_owned())
    }

    /// The recorded replies that `scorebox ci` replays.
    pub(crate) fn replies(&self) -> Option<PathBuf> {
        self.file.run.replies.as_ref().map(|replies| within(&self.folder, replies))
    }

    /// What a run must come to.
    pub(crate) fn gate(&self) -> Option<&GateConfig> {
        self.file.gate.as_ref()
    }

    /// The file itself.
    pub(crate) fn path(&self) -> &Path {
        &self.source.path
    }

    /// The folder of the file.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the plugins' randomness comes from.
    pub(crate) fn seed(&self) -> u64 {
        self.file.run.seed
    }

    /// The memory that all instances together may have, in bytes, where the file says it.
    pub(crate) fn memory_budget(&self) -> Option<u64> {
        self.file.run.memory.map(|memory| memory.get() as u64)
    }

    /// How many guests may wait for their next example, beside those that are at work.
    pub(crate) fn reused_scorers(&self) -> usize {
        self.file.scorers.iter().filter(|scorer| scorer.isolation == Some(Isolation::Run)).count()
    }

    /// The file as JSON with its defaults filled in, for the record of the run.
    pub(crate) fn to_json(&self, overrides: &Overrides) -> anyhow::Result<Json> {
        let mut file = self.file.clone();
        file.run.concurrency = overrides.concurrency.or(file.run.concurrency);
        file.run.repeats = overrides.repeats.unwrap_or(file.run.repeats);
        file.run.experiment = overrides.experiment.clone().or(file.run.experiment);
        for (alias, reference) in &overrides.models {
            file.models.insert(alias.clone(), Spanned::new(0..0, TextOr::Text(reference.to_string())));
        }
        for scorer in &mut file.scorers {
            if scorer.name.is_none() {
                scorer.name = Some(Spanned::new(0..0, self.scorer_name(scorer)?.to_owned()));
            }
        }
        Ok(Json::from_value(&file)?)
    }

    /// The predict function as the file names it.
    pub(crate) fn predictor(&self) -> Option<&str> {
        self.file.predict.as_ref().map(|predict| predict.function.get_ref().as_str())
    }

    /// Finds the place in the file that a plan was refused for.
    pub(crate) fn explain(&self, error: PlanError) -> anyhow::Error {
        let (span, message, help) = match &error {
            PlanError::NoScorers | PlanError::DuplicateName { .. } => (None, error.to_string(), None),
            PlanError::Load { label, source } => {
                // Some of these messages hold a dump over many lines.
                let message = source.to_string().split_whitespace().collect::<Vec<_>>().join(" ");
                (self.span_of_plugin(label), message, None)
            }
            PlanError::Setup { name, label, source: SetupError::Unknown { what, name: wanted, known } } => {
                let help = nearest(wanted.as_str(), known.iter().map(String::as_str)).map_or_else(
                    || format!("it has {}; `scorebox plugin inspect {label}` describes them", known.join(", ")),
                    |nearest| format!("did you mean `{nearest}`?"),
                );
                (self.span_of(name), format!("there is no {what} `{wanted}` in {label}"), Some(help))
            }
            PlanError::Setup { name, source, .. } => (self.span_of(name), source.to_string(), None),
            PlanError::Config { name, label, problems } => {
                let function = self.function_of(name);
                let message = format!("the config of {function} is wrong:\n  {}", problems.join("\n  "));
                let target = if scorebox_builtins::find(label).is_some() { function } else { label };
                let help = format!("`scorebox plugin inspect {target}` describes its config");
                (self.span_of_config(name), message, Some(help))
            }
            PlanError::Schema { name, .. }
            | PlanError::SessionScorer { name }
            | PlanError::SessionBatches { name }
            | PlanError::SessionRepeats { name } => (self.span_of(name), error.to_string(), None),
            // These name their own file.
            PlanError::Dataset(_) | PlanError::EmptyDataset { .. } => return error.into(),
        };
        self.source.problem(span, message).maybe_help(help).into()
    }

    fn check_names(&self) -> Result<(), ConfigProblem> {
        if self.file.scorers.is_empty() {
            return Err(ConfigProblem::of_file(&self.source.path, "there is no scorer")
                .help("add one, for instance:\n\n    [[scorers]]\n    use = \"text/exact_match\"\n"));
        }
        let mut seen = HashSet::new();
        for scorer in &self.file.scorers {
            let name = self.scorer_name(scorer)?;
            let span = scorer.name.as_ref().unwrap_or(&scorer.function).span();
            if !seen.insert(name) {
                let problem = self.source.problem(Some(span), format!("two scorers are named `{name}`"));
                return Err(problem.help("give one of them another `name`"));
            }
        }
        Ok(())
    }

    /// Its name in the file, or else the function's.
    fn scorer_name<'a>(&self, scorer: &'a ScorerSection) -> Result<&'a str, ConfigProblem> {
        match &scorer.name {
            Some(name) => {
                let valid = scorebox_core::validate_feedback_name(name.get_ref());
                valid.map_err(|error| self.problem(name, error.to_string()))?;
                Ok(name.get_ref())
            }
            None => Ok(self.reference(&scorer.function)?.function()),
        }
    }

    fn reference<'a>(&self, function: &'a Spanned<String>) -> Result<FunctionReference<'a>, ConfigProblem> {
        FunctionReference::parse(function.get_ref()).map_err(|unresolved| self.unresolved(function, unresolved))
    }

    fn function(
        &self,
        name: &str,
        function: &Spanned<String>,
        config: &Spanned<toml::Table>,
        settings: CallSettings,
    ) -> Result<FunctionRequest, ConfigProblem> {
        let reference = self.reference(function)?;
        let component =
            reference.component(&self.folder).map_err(|unresolved| self.unresolved(function, unresolved))?;
        let config = config_json(config.get_ref()).map_err(|message| self.problem(config, message))?;
        let function = reference.function().to_owned();
        Ok(FunctionRequest { name: name.to_owned(), component, function, config, settings })
    }

    /// Limits, directories and the way out of one function.
    fn settings(
        &self,
        name: &str,
        limits: &LimitsSection,
        own: &PermissionsSection,
        permissions: Permissions,
        gateway: &Gateway,
    ) -> CallSettings {
        let mut dirs = [self.file.permissions.dirs.as_slice(), &own.dirs].concat();
        for dir in &mut dirs {
            dir.host = within(&self.folder, &dir.host);
        }
        CallSettings {
            limits: limits.limits(),
            grants: Grants { dirs },
            seed: self.file.run.seed,
            outgoing: Arc::new(gateway.door(name, permissions)),
        }
    }

    /// What a function may reach: what all may, and what it alone may.
    fn permissions(&self, own: &PermissionsSection, budget: &BudgetSection) -> Result<Permissions, ConfigProblem> {
        let all = &self.file.permissions;
        let grant = |section: &Spanned<HttpSection>| -> Result<HttpGrant, ConfigProblem> {
            outgoing::http_grant(section.get_ref(), &self.folder).map_err(|message| self.problem(section, message))
        };
        Ok(Permissions {
            models: [all.models.as_slice(), &own.models].concat(),
            http: all.http.iter().chain(&own.http).map(grant).collect::<Result<_, _>>()?,
            budget: outgoing::budget(budget),
        })
    }

    /// What one function of the run may reach, by its name.
    pub(crate) fn permissions_of(&self, name: &str) -> Result<Permissions, ConfigProblem> {
        match (self.scorer(name), &self.file.predict) {
            (Some(scorer), _) => self.permissions(&scorer.permissions, &scorer.budget),
            (None, Some(predict)) => self.permissions(&predict.permissions, &predict.budget),
            (None, None) => self.permissions(&PermissionsSection::default(), &BudgetSection::default()),
        }
    }

    /// What is wrong with a function of the run, at its place in the file.
    pub(crate) fn problem_of(&self, name: &str, message: impl Into<String>) -> ConfigProblem {
        self.source.problem(self.span_of(name), message)
    }

    fn problem<T>(&self, at: &Spanned<T>, message: impl Into<String>) -> ConfigProblem {
        self.source.problem(Some(at.span()), message)
    }

    fn unresolved(&self, function: &Spanned<String>, unresolved: Unresolved) -> ConfigProblem {
        self.problem(function, unresolved.message).maybe_help(unresolved.help)
    }

    /// The names of the scorers, in their order.
    pub(crate) fn scorer_names(&self) -> Vec<&str> {
        self.file.scorers.iter().filter_map(|scorer| self.scorer_name(scorer).ok()).collect()
    }

    fn scorer(&self, name: &str) -> Option<&ScorerSection> {
        self.file.scorers.iter().find(|scorer| self.scorer_name(scorer).is_ok_and(|its| its == name))
    }

    /// A scorer may be called `predict` too; it is looked for first.
    fn use_of(&self, name: &str) -> Option<&Spanned<String>> {
        let predict = || self.file.predict.as_ref().map(|predict| &predict.function);
        self.scorer(name).map(|scorer| &scorer.function).or_else(predict)
    }

    fn span_of(&self, name: &str) -> Option<Range<usize>> {
        self.use_of(name).map(Spanned::span)
    }

    fn function_of<'a>(&'a self, name: &'a str) -> &'a str {
        self.use_of(name).map_or(name, |function| function.get_ref())
    }

    fn span_of_config(&self, name: &str) -> Option<Range<usize>> {
        let predict = || self.file.predict.as_ref().map(|predict| &predict.config);
        let config = self.scorer(name).map(|scorer| &scorer.config).or_else(predict)?;
        // A config that is not in the file is wrong because something is missing from it.
        if config.span().is_empty() { self.span_of(name) } else { Some(config.span()) }
    }

    fn span_of_plugin(&self, label: &str) -> Option<Range<usize>> {
        let predict = self.file.predict.iter().map(|predict| &predict.function);
        let mut uses = predict.chain(self.file.scorers.iter().map(|scorer| &scorer.function));
        uses.find(|function| function.get_ref().starts_with(label)).map(Spanned::span)
    }
}

/// A path relative to a folder, without a `./` in front that nobody wrote.
pub(super) fn within(folder: &Path, path: &Path) -> PathBuf {
    let path = path.strip_prefix("./").unwrap_or(path);
    if folder == Path::new(".") { path.to_owned() } else { folder.join(path) }
}

fn unreadable(path: &Path, error: &std::io::Error) -> ConfigProblem {
    if error.kind() != ErrorKind::NotFound {
        return ConfigProblem::of_file(path, format!("cannot be read: {error}"));
    }
    let help = "name a folder with a scorebox.toml, or make one with `scorebox init DIR`";
    ConfigProblem::of_file(path, "there is no such file").help(help)
}

pub(super) fn syntax_problem(source: &SourceText, error: &toml::de::Error) -> ConfigProblem {
    let known = schema();
    let mut keys = Vec::new();
    collect_keys(known.as_value(), &mut keys);
    let written = error.span().and_then(|span| source.text.get(span));
    let is_key = |text: &&str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    // Somebody who writes a key into the file should not find it in a log.
    if let Some(key) = written.filter(|key| holds_secret(key)) {
        let help = "name the environment variable or the file that holds it: api_key_env or api_key_file";
        let message = format!("a secret does not belong into this file: `{key}`");
        return source.problem(error.span(), message).without_value().help(help);
    }
    let help = written.filter(is_key).and_then(|key| nearest(key, keys.iter().map(String::as_str)));
    source.problem(error.span(), error.message()).maybe_help(help.map(|key| format!("did you mean `{key}`?")))
}

/// Whether what stands at a key is likely a secret.
fn holds_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["api_key", "apikey", "api-key", "secret", "token", "password"].contains(&key.trim_matches('"'))
}

/// The names of all keys in a JSON Schema.
fn collect_keys(schema: &serde_json::Value, keys: &mut Vec<String>) {
    if let Some(properties) = schema.get("properties").and_then(serde_json::Value::as_object) {
        keys.extend(properties.keys().cloned());
    }
    let definitions = schema.get("$defs").and_then(serde_json::Value::as_object);
    definitions.into_iter().flat_map(serde_json::Map::values).for_each(|inner| collect_keys(inner, keys));
}

/// A config as JSON. TOML's dates and times become texts; NaN and the infinities have no JSON form.
fn config_json(table: &toml::Table) -> Result<Json, String> {
    fn convert(value: &toml::Value) -> Result<serde_json::Value, String> {
        Ok(match value {
            toml::Value::String(text) => text.as_str().into(),
            toml::Value::Integer(integer) => (*integer).into(),
            toml::Value::Float(float) => serde_json::Number::from_f64(*float)
                .ok_or_else(|| format!("the config holds {float}, which has no JSON form"))?
                .into(),
            toml::Value::Boolean(boolean) => (*boolean).into(),
            toml::Value::Datetime(time) => time.to_string().into(),
            toml::Value::Array(items) => items.iter().map(convert).collect::<Result<Vec<_>, _>>()?.into(),
            toml::Value::Table(table) => convert_table(table)?,
        })
    }
    fn convert_table(table: &toml::Table) -> Result<serde_json::Value, String> {
        table
            .iter()
            .map(|(key, value)| Ok((key.clone(), convert(value)?)))
            .collect::<Result<_, _>>()
            .map(serde_json::Value::Object)
    }
    Json::from_value(&convert_table(table)?).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests;
