//! New projects for tests, and the tools that build them: one folder for all tests, programs and plugins of the repository.
#![allow(dead_code, reason = "each file of tests needs a part of it")]
#![allow(clippy::unwrap_used, reason = "what a test did not expect ends it")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use scorebox_languages::{BuiltPlugin, Language, LanguageError, NewProject, Project, Toolbox, create};

/// A new project in a folder of its own.
pub(crate) struct Plugin {
    _parent: tempfile::TempDir,
    pub(crate) folder: PathBuf,
}

impl Plugin {
    pub(crate) fn new(language: Language) -> Self {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("answer-tone");
        create(&NewProject { name: "answer-tone".to_owned(), language, folder: folder.clone() }).unwrap();
        Self { _parent: parent, folder }
    }

    /// The project with another text in a file, which need not be there yet.
    pub(crate) fn with(self, file: &str, text: &str) -> Self {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// The project with something else in the place of a part of a file.
    pub(crate) fn replace(self, file: &str, old: &str, new: &str) -> Self {
        let text = fs::read_to_string(self.folder.join(file)).unwrap();
        assert!(text.contains(old), "{file} has no {old:?}");
        self.with(file, &text.replace(old, new))
    }

    pub(crate) fn build(&self) -> Result<BuiltPlugin, LanguageError> {
        let toolbox = Toolbox::new(tools(), |message| eprintln!("{message}"));
        scorebox_languages::build(&Project::open(&self.folder).unwrap(), &toolbox)
    }

    pub(crate) fn failure(&self) -> String {
        self.build().unwrap_err().to_string()
    }
}

/// A new project in a language; where the machine lacks what the language needs, the test ends here.
macro_rules! plugin {
    ($language:ident) => {{
        if !$crate::common::has_tools(scorebox_languages::Language::$language) {
            return;
        }
        $crate::common::Plugin::new(scorebox_languages::Language::$language)
    }};
}
pub(crate) use plugin;

/// Whether the machine has, or can get, what a language needs; where it cannot, that is said. In continuous integration
/// nothing may be lacking.
pub(crate) fn has_tools(language: Language) -> bool {
    static FOUND: Mutex<Vec<(Language, bool)>> = Mutex::new(Vec::new());
    // Held while the tools are set up: what one test finds out, the others wait for. Where it panicked, each finds out
    // itself, so that each says why it failed.
    let mut found = FOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, has_tools)) = found.iter().find(|(known, _)| *known == language) {
        return *has_tools;
    }
    // Whatever else may be wrong is for the tests to find.
    let lack = Plugin::new(language).build().err().filter(LanguageError::is_about_tools);
    if let Some(error) = &lack {
        assert!(std::env::var_os("CI").is_none(), "plugins in {language} cannot be built: {error}");
        // Not with eprintln!, which the test harness swallows.
        let _ = writeln!(std::io::stderr(), "SKIPPED: what builds plugins in {language}: {error}");
    }
    found.push((language, lack.is_none()));
    lack.is_none()
}

/// The folder with the tools of other languages.
pub(crate) fn tools() -> PathBuf {
    Toolbox::shared_folder().unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("tools"))
}

/// Whether a text is somewhere in a component.
pub(crate) fn holds(component: &[u8], text: &str) -> bool {
    component.windows(text.len()).any(|window| window == text.as_bytes())
}
