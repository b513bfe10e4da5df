use serde::Deserialize;

use crate::language::{Language, UnknownLanguage};

/// `plugin.toml`: what a plugin is called, and what it exchanges with the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The plugin's name: lower-case letters, digits and `-`.
    pub name: String,
    /// The plugin's version, `major.minor.patch`.
    pub version: String,
    /// What the plugin was made for, one line.
    pub summary: Option<String>,
    /// What language it is written in, where the files leave a doubt.
    pub language: Option<Language>,
    /// What the component offers.
    pub exports: Exports,
    /// What the component may ask of the host, beside log and tracing.
    pub imports: Imports,
    /// What runs JavaScript.
    pub javascript_engine: JavaScriptEngine,
}

/// What a component offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exports {
    /// Whether it holds scorers.
    pub scorers: bool,
    /// Whether it holds predict functions.
    pub predictors: bool,
}

/// What a component may ask of the host, beside log and tracing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imports {
    /// Models.
    pub llm: bool,
    /// HTTP.
    pub http: bool,
}

/// What runs the JavaScript in a component.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JavaScriptEngine {
    /// Small and quick to start; an interpreter.
    #[default]
    QuickJs,
    /// SpiderMonkey with more of the web's interfaces; eight times as large.
    StarlingMonkey,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Export {
    Scorers,
    Predictors,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Import {
    Llm,
    Http,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    version: String,
    summary: Option<String>,
    language: Option<String>,
    #[serde(default = "scorers_only")]
    exports: Vec<Export>,
    #[serde(default)]
    imports: Vec<Import>,
    #[serde(default)]
    javascript: JavaScript,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct JavaScript {
    #[serde(default)]
    engine: JavaScriptEngine,
}

fn scorers_only() -> Vec<Export> {
    vec![Export::Scorers]
}

impl Manifest {
    /// The file's name in a project's folder.
    pub const FILE: &str = "plugin.toml";

    /// Reads the text of a `plugin.toml`; the error says where it is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        check_name(&file.name)?;
        check_version(&file.version)?;
        let language = file.language.map(|name| name.parse()).transpose();
        let language = language.map_err(|error: UnknownLanguage| format!("`language`: {error}"))?;
        if file.exports.is_empty() {
            return Err("`exports` is empty: a plugin offers \"scorers\", \"predictors\" or both".to_owned());
        }
        let exports = Exports {
            scorers: file.exports.contains(&Export::Scorers),
            predictors: file.exports.contains(&Export::Predictors),
        };
        let imports = Imports { llm: file.imports.contains(&Import::Llm), http: file.imports.contains(&Import::Http) };
        Ok(Self {
            name: file.name,
            version: file.version,
            summary: file.summary,
            language,
            exports,
            imports,
            javascript_engine: file.javascript.engine,
        })
    }

    /// The plugin's name as a name in a program: `my-plugin` becomes `my_plugin`.
    #[must_use]
    pub fn module(&self) -> String {
        self.name.replace('-', "_")
    }
}

/// Checks a plugin's name: a lower-case letter, then lower-case letters, digits and single `-`; at most 64 characters.
pub(crate) fn check_name(name: &str) -> Result<(), String> {
    let starts = name.starts_with(|first: char| first.is_ascii_lowercase());
    let of_these = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if starts && of_these && !name.ends_with('-') && !name.contains("--") && name.len() <= 64 {
        return Ok(());
    }
    Err(format!(
        "the name {name:?} cannot be used: a lower-case letter, then lower-case letters, digits and single `-`, at most \
         64 characters, such as `answer-tone`"
    ))
}

fn check_version(version: &str) -> Result<(), String> {
    let (numbers, _) = version.split_once(['-', '+']).unwrap_or((version, ""));
    let parts: Vec<_> = numbers.split('.').collect();
    let is_number = |part: &&str| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()) && part.len() < 10;
    if parts.len() == 3 && parts.iter().all(is_number) {
        return Ok(());
    }
    Err(format!("the version {version:?} is not of the form major.minor.patch, such as \"0.1.0\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_has_a_default() {
        let manifest = Manifest::parse("name = \"answer-tone\"\nversion = \"0.1.0\"").unwrap();
        assert_eq!(manifest.exports, Exports { scorers: true, predictors: false });
        assert_eq!(manifest.imports, Imports::default());
        assert_eq!(manifest.module(), "answer_tone");
    }

    #[test]
    fn imports_exports_and_the_engine_are_read() {
        let text = "name = \"a\"\nversion = \"1.2.3-rc.1\"\nexports = [\"predictors\"]\nimports = [\"llm\", \"http\"]\n\
                    [javascript]\nengine = \"starlingmonkey\"";
        let manifest = Manifest::parse(text).unwrap();
        assert_eq!(manifest.exports, Exports { scorers: false, predictors: true });
        assert_eq!(manifest.imports, Imports { llm: true, http: true });
        assert_eq!(manifest.javascript_engine, JavaScriptEngine::StarlingMonkey);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let problem = |text: &str| Manifest::parse(text).unwrap_err();
        assert!(problem("name = \"A\"\nversion = \"0.1.0\"").contains("lower-case"));
        assert!(problem("name = \"a\"\nversion = \"0.1\"").contains("major.minor.patch"));
        assert!(problem("name = \"a\"\nversion = \"0.1.0\"\nexports = []").contains("scorers"));
        assert!(problem("name = \"a\"\nversion = \"0.1.0\"\nimport = []").contains("unknown field `import`"));
        assert!(problem("name = \"a\"\nversion = \"0.1.0\"\nimports = [\"net\"]").contains("unknown variant `net`"));
    }
}
