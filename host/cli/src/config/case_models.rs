//! `tests/models.toml` of a plugin: what stands behind the names of models when its cases are recorded and replayed.

use std::collections::BTreeMap;
use std::path::Path;

use scorebox_gateway::{HttpGrant, ModelConfig, ModelReference, ProviderConfig};
use serde::Deserialize;
use toml::Spanned;

use super::outgoing::{self, HttpSection, ModelSection, ProviderSection};
use super::problem::{ConfigProblem, SourceText};
use super::project::syntax_problem;

/// What the cases of a plugin may reach while their replies are recorded.
#[derive(Clone, Debug, Default)]
pub(crate) struct CaseModels {
    pub(crate) models: BTreeMap<String, ModelConfig>,
    pub(crate) providers: BTreeMap<String, ProviderConfig>,
    pub(crate) http: Vec<HttpGrant>,
}

/// The sections mean what they mean in `scorebox.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    http: Vec<Spanned<HttpSection>>,
    #[serde(default)]
    models: BTreeMap<String, Spanned<ModelSection>>,
    #[serde(default)]
    providers: BTreeMap<String, Spanned<ProviderSection>>,
}

impl CaseModels {
    /// Reads the file; one that is not there says nothing.
    pub(crate) fn load(path: &Path) -> Result<Self, ConfigProblem> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::parse(&SourceText { path: path.to_owned(), text }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(ConfigProblem::of_file(path, format!("cannot be read: {error}"))),
        }
    }

    fn parse(source: &SourceText) -> Result<Self, ConfigProblem> {
        let file: File = toml::from_str(&source.text).map_err(|error| syntax_problem(source, &error))?;
        let folder = source.path.parent().unwrap_or(Path::new("."));
        let mut read = Self::default();
        for (name, section) in &file.models {
            let model = outgoing::model(section.get_ref());
            let model = model.map_err(|message| source.problem(Some(section.span()), message))?;
            read.models.insert(name.clone(), model);
        }
        for (name, section) in &file.providers {
            let provider = outgoing::provider(section.get_ref(), folder);
            let provider = provider.map_err(|message| source.problem(Some(section.span()), message))?;
            read.providers.insert(name.to_ascii_lowercase(), provider);
        }
        for section in &file.http {
            let grant = outgoing::http_grant(section.get_ref(), folder);
            read.http.push(grant.map_err(|message| source.problem(Some(section.span()), message))?);
        }
        Ok(read)
    }

    /// Puts models behind names as the command line says, where the last one of a name counts, and answers those of
    /// which the file says otherwise.
    pub(crate) fn add(&mut self, models: &[(String, ModelReference)]) -> BTreeMap<String, ModelReference> {
        let mut new: BTreeMap<_, _> = models.iter().cloned().collect();
        new.retain(|name, reference| self.models.get(name).is_none_or(|known| known.reference != *reference));
        self.models.extend(new.iter().map(|(name, reference)| (name.clone(), reference.clone().into())));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<CaseModels, String> {
        CaseModels::parse(&SourceText { path: "models.toml".into(), text: text.to_owned() })
            .map_err(|problem| problem.to_string())
    }

    #[test]
    fn the_command_line_comes_before_the_file() {
        let mut read = parse("http = [\"https://a.example\"]\n[models]\njudge = \"openai:/a\"\n").unwrap();
        assert_eq!(read.http.len(), 1);
        let given = ["judge=openai:/a", "other=openai:/b"].map(|text| {
            let (name, reference) = text.split_once('=').unwrap();
            (name.to_owned(), reference.parse().unwrap())
        });
        let new = read.add(&given);
        assert_eq!(new.keys().collect::<Vec<_>>(), ["other"]);
        assert_eq!(read.models.len(), 2);
    }

    #[test]
    fn of_a_name_that_is_given_twice_the_last_model_counts() {
        let references = ["openai:/a", "openai:/b"].map(|text| text.parse::<ModelReference>().unwrap());
        let [a, b] = references.map(|reference| ("judge".to_owned(), reference));
        for (given, last) in [([a.clone(), b.clone()], &b), ([b.clone(), a.clone()], &a)] {
            let mut read = CaseModels::default();
            assert_eq!(read.add(&given), BTreeMap::from([last.clone()]));
            assert_eq!(read.models["judge"].reference, last.1);
        }
        let mut read = parse("[models]\njudge = \"openai:/a\"\n").unwrap();
        assert!(read.add(&[b, a]).is_empty(), "in the end it is what the file says");
        assert_eq!(read.models["judge"].reference.model(), "a");
    }

    #[test]
    fn what_is_wrong_is_shown_with_its_place() {
        insta::assert_snapshot!(parse("[models]\njudge = \"gpt\"\n").unwrap_err(), @r#"
        models.toml:2:9: "gpt" is no model: write PROVIDER:/MODEL, such as openai:/gpt-4o-mini
           |
         2 | judge = "gpt"
           |         ^^^^^
        "#);
        let unknown = parse("[model]\n").unwrap_err();
        assert!(unknown.starts_with("models.toml:1:2: unknown field `model`"), "{unknown}");
        assert!(unknown.ends_with("help: did you mean `models`?"), "{unknown}");
    }
}
