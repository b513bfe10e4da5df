use std::path::{Path, PathBuf};

use crate::error::LanguageError;
use crate::language::Language;
use crate::manifest::check_name;
use crate::project::Project;
use crate::sdk;
use crate::workspace::{Workspace, write_if_new};

/// A plugin project to be made.
#[derive(Clone, Debug)]
pub struct NewProject {
    /// The plugin's name.
    pub name: String,
    /// What it is to be written in.
    pub language: Language,
    /// The folder to make it in; it must not be there, or be empty.
    pub folder: PathBuf,
}

/// Makes a project from the language's template, and answers what was written, by name.
pub fn create(wanted: &NewProject) -> Result<Vec<String>, LanguageError> {
    check_name(&wanted.name).map_err(LanguageError::Name)?;
    if !is_free(&wanted.folder) {
        return Err(LanguageError::Exists { path: wanted.folder.clone() });
    }
    let mut written = Vec::new();
    for (name, contents) in sdk::files(&template(wanted.language)) {
        let name = filled_in(name, &wanted.name);
        // A file that would mean something to git or npm where the template itself lies has another name there.
        let name = name.strip_suffix(".template").unwrap_or(&name).to_owned();
        let path = wanted.folder.join(&name);
        write_if_new(&path, filled_in(&String::from_utf8_lossy(contents), &wanted.name))?;
        written.push(name);
    }
    // Editors and native tests look for the SDK before the first build.
    Workspace::prepare(&Project::open(&wanted.folder)?)?;
    written.sort();
    Ok(written)
}

/// The folder of the repository with the template of a language.
fn template(language: Language) -> String {
    match language {
        Language::JavaScript | Language::TypeScript => format!("sdk/javascript/template-{}", language.name()),
        other => format!("sdk/{}/template", other.name()),
    }
}

fn filled_in(text: &str, name: &str) -> String {
    text.replace("{{name}}", name).replace("{{module}}", &name.replace('-', "_"))
}

fn is_free(folder: &Path) -> bool {
    folder.read_dir().map_or(!folder.exists(), |mut entries| entries.next().is_none())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::manifest::Manifest;

    fn wanted(name: &str, folder: &Path) -> NewProject {
        NewProject { name: name.to_owned(), language: Language::Rust, folder: folder.to_owned() }
    }

    #[test]
    fn every_language_has_a_template_with_a_manifest_that_reads_back() {
        for language in Language::ALL {
            let folder = tempfile::tempdir().unwrap();
            let project = folder.path().join("answer-tone");
            let wanted = NewProject { name: "answer-tone".to_owned(), language, folder: project.clone() };
            let written = create(&wanted).unwrap();
            assert!(written.contains(&Manifest::FILE.to_owned()), "{language}: {written:?}");
            assert!(written.contains(&"tests/examples.jsonl".to_owned()), "{language}: {written:?}");
            assert!(written.contains(&".gitignore".to_owned()), "{language}: {written:?}");
            let project = Project::open(&project).unwrap();
            assert_eq!((project.language(), project.manifest().name.as_str()), (language, "answer-tone"));
            for name in written {
                let text = fs::read_to_string(project.folder().join(&name)).unwrap();
                assert!(!text.contains("{{name}}") && !text.contains("{{module}}"), "{language}: {name}");
            }
        }
    }

    #[test]
    fn nothing_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        assert!(matches!(create(&wanted("tone", folder.path())), Err(LanguageError::Exists { .. })));
        assert_eq!(folder.path().read_dir().unwrap().count(), 1);
    }

    #[test]
    fn names_that_cannot_be_used_are_refused_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "Tone", "2tone", "to_ne", "tone-", "a--b", "../tone"] {
            let error = create(&wanted(name, &folder.path().join("new"))).unwrap_err();
            assert!(matches!(error, LanguageError::Name(_)), "{name}: {error}");
        }
        assert!(!folder.path().join("new").exists());
    }
}
