use std::fmt;
use std::path::Path;
use std::str::FromStr;

/// What a plugin is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Language {
    /// Rust, compiled by the Rust toolchain on the machine.
    Rust,
    /// Python, run by the CPython that componentize-py puts into the component.
    Python,
    /// JavaScript, run by the engine that is put into the component.
    JavaScript,
    /// TypeScript: checked, then handled as JavaScript.
    TypeScript,
    /// C, compiled by Zig's C compiler.
    C,
    /// Go, compiled by the Go toolchain.
    Go,
}

impl Language {
    /// All of them, in the order in which they are listed for people.
    pub const ALL: [Self; 6] = [Self::Rust, Self::Python, Self::TypeScript, Self::JavaScript, Self::C, Self::Go];

    /// The name as it is typed: `rust`, `python`, `javascript`, `typescript`, `c`, `go`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "rust",
            Self::Python => "python",
            Self::JavaScript => "javascript",
            Self::TypeScript => "typescript",
            Self::C => "c",
            Self::Go => "go",
        }
    }

    /// The folder of `sdk/` that serves it.
    #[must_use]
    pub fn sdk(self) -> &'static str {
        match self {
            Self::TypeScript => "javascript",
            other => other.name(),
        }
    }

    /// The file by which a project of this language is recognised, for messages.
    pub(crate) fn sign(self) -> &'static str {
        match self {
            Self::Rust => "Cargo.toml",
            Self::Python => "pyproject.toml",
            Self::JavaScript => "package.json",
            Self::TypeScript => "package.json with tsconfig.json",
            Self::C => "src/*.c",
            Self::Go => "go.mod",
        }
    }

    /// Recognises the language of the project in `folder`; all that fit, where several do.
    pub(crate) fn recognise(folder: &Path) -> Vec<Self> {
        let has = |name: &str| folder.join(name).is_file();
        let mut found = Vec::new();
        if has("Cargo.toml") {
            found.push(Self::Rust);
        }
        if has("pyproject.toml") {
            found.push(Self::Python);
        }
        if has("package.json") {
            found.push(if has("tsconfig.json") { Self::TypeScript } else { Self::JavaScript });
        }
        if has("go.mod") {
            found.push(Self::Go);
        }
        if found.is_empty() && has_c_sources(folder) {
            found.push(Self::C);
        }
        found
    }
}

fn has_c_sources(folder: &Path) -> bool {
    let Ok(entries) = folder.join("src").read_dir() else { return false };
    entries.flatten().any(|entry| entry.path().extension().is_some_and(|extension| extension == "c"))
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Rust => "Rust",
            Self::Python => "Python",
            Self::JavaScript => "JavaScript",
            Self::TypeScript => "TypeScript",
            Self::C => "C",
            Self::Go => "Go",
        })
    }
}

/// The name stands for no language that plugins can be written in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name:?} is no language with an SDK; there are rust, python, typescript, javascript, c and go")]
pub struct UnknownLanguage {
    name: String,
}

impl FromStr for Language {
    type Err = UnknownLanguage;

    fn from_str(name: &str) -> Result<Self, UnknownLanguage> {
        let known = Self::ALL.into_iter().find(|language| language.name() == name);
        known.ok_or_else(|| UnknownLanguage { name: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_recognised_by_its_manifest() {
        let folder = tempfile::tempdir().unwrap();
        let touch = |name: &str| std::fs::write(folder.path().join(name), "").unwrap();
        assert_eq!(Language::recognise(folder.path()), []);
        std::fs::create_dir(folder.path().join("src")).unwrap();
        touch("src/plugin.c");
        assert_eq!(Language::recognise(folder.path()), [Language::C]);
        touch("package.json");
        assert_eq!(
            Language::recognise(folder.path()),
            [Language::JavaScript],
            "C sources may be part of something else"
        );
        touch("tsconfig.json");
        touch("go.mod");
        assert_eq!(Language::recognise(folder.path()), [Language::TypeScript, Language::Go]);
    }

    #[test]
    fn names_are_read_back() {
        for language in Language::ALL {
            assert_eq!(language.name().parse(), Ok(language));
        }
        assert!("cobol".parse::<Language>().is_err());
    }
}
