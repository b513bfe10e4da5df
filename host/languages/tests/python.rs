//! Plugins in Python, from the template to the component. Needs Python with pip and PyPI for componentize-py; the tests
//! share its folder, which is kept where `SCOREBOX_TOOLS` names one.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test may panic as the test may; clippy only knows test functions"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use scorebox_languages::{BuiltPlugin, Language, LanguageError, NewProject, Project, TOOLS_VARIABLE, Toolbox, create};

static OWN_TOOLS: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());

/// A new project in a folder of its own.
struct Plugin {
    _parent: tempfile::TempDir,
    folder: PathBuf,
}

impl Plugin {
    fn new() -> Self {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("answer-tone");
        let wanted = NewProject { name: "answer-tone".to_owned(), language: Language::Python, folder: folder.clone() };
        create(&wanted).unwrap();
        Self { _parent: parent, folder }
    }

    fn with(self, name: &str, text: &str) -> Self {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        self
    }

    /// The project with another text in its module.
    fn with_module(self, text: &str) -> Self {
        self.with("answer_tone.py", text)
    }

    fn build(&self) -> Result<BuiltPlugin, LanguageError> {
        scorebox_languages::build(&Project::open(&self.folder).unwrap(), &Toolbox::new(tools(), |_| ()))
    }

    fn failure(&self) -> String {
        self.build().unwrap_err().to_string()
    }
}

fn tools() -> PathBuf {
    std::env::var_os(TOOLS_VARIABLE).map_or_else(|| OWN_TOOLS.path().to_owned(), PathBuf::from)
}

#[test]
fn the_template_becomes_a_component_that_cannot_open_sockets() {
    let built = Plugin::new().build().unwrap();
    assert!(built.report.exports.contains(&"scorebox:plugin/scorers@1.0.0".to_owned()), "{:?}", built.report.exports);
    let imports = built.report.imports.join(" ");
    assert!(!imports.contains("wasi:sockets") && !imports.contains("plugin/llm"), "{imports}");
    assert!(imports.contains("scorebox:plugin/log@1.0.0"), "{imports}");
}

#[test]
fn what_plugin_toml_imports_can_be_used() {
    let plugin = Plugin::new()
        .with("plugin.toml", "name = \"answer-tone\"\nversion = \"0.1.0\"\nimports = [\"llm\", \"http\"]\n")
        .with_module(
            "from scorebox import judge, http, scorer\n\n@scorer\ndef tone(outputs):\n    return judge(outputs)\n",
        );
    let imports = plugin.build().unwrap().report.imports.join(" ");
    assert!(imports.contains("plugin/llm@1.0.0") && imports.contains("wasi:http/outgoing-handler@0.2.12"), "{imports}");
}

#[test]
fn what_plugin_toml_does_not_import_is_an_error_that_says_what_to_write() {
    let models = Plugin::new().with_module("from scorebox import judge\n").failure();
    assert!(models.contains("add imports = [\"llm\"] to plugin.toml"), "{models}");
    let requests = Plugin::new().with_module("from scorebox import http\n").failure();
    assert!(requests.contains("add imports = [\"http\"] to plugin.toml"), "{requests}");
}

#[test]
fn a_module_that_does_not_load_is_shown_as_python_shows_it() {
    let failure = Plugin::new().with_module("import math\n\nlimit = math.sqrt(-1)\n").failure();
    assert_eq!(
        failure.lines().take(4).collect::<Vec<_>>(),
        [
            "answer_tone.py cannot be built:",
            "Traceback (most recent call last):",
            "  File \"answer_tone.py\", line 3, in <module>",
            "    limit = math.sqrt(-1)"
        ],
        "{failure}"
    );
    assert!(failure.contains("\nValueError: "), "{failure}");
    let failure = Plugin::new().with_module("def f(:\n").failure();
    assert!(failure.contains("File \"answer_tone.py\", line 1") && failure.contains("SyntaxError"), "{failure}");
}

#[test]
fn a_module_that_is_missing_is_named_with_what_may_be_meant() {
    let failure = Plugin::new().with_module("import helpers\n").failure();
    assert!(failure.contains("No module named 'helpers'") && failure.contains("`dependencies`"), "{failure}");
}

#[test]
fn a_package_of_several_modules_is_a_plugin_too() {
    let plugin = Plugin::new()
        .with("answer_tone/__init__.py", "from answer_tone.rules import tone\n")
        .with("answer_tone/words.txt", "please\n")
        .with(
            "answer_tone/rules.py",
            "from pathlib import Path\nfrom scorebox import scorer\n\n\
             WORDS = Path(__file__).with_name(\"words.txt\").read_text().split()\n\n\
             @scorer\ndef tone(outputs):\n    return outputs in WORDS\n",
        );
    fs::remove_file(plugin.folder.join("answer_tone.py")).unwrap();
    assert!(plugin.build().is_ok());
}

#[test]
fn exports_and_functions_have_to_agree() {
    let failure = Plugin::new().with_module("x = 1\n").failure();
    assert!(failure.contains("exports \"scorers\""), "{failure}");
    let predicts = "from scorebox import predictor, scorer\n\n@scorer\ndef a():\n    return True\n\n\
                    @predictor\ndef b(inputs):\n    return 1\n";
    let failure = Plugin::new().with_module(predicts).failure();
    assert!(failure.contains("add \"predictors\" to exports in plugin.toml"), "{failure}");
}

#[test]
fn packages_of_pure_python_come_from_pypi_and_native_ones_are_refused() {
    let manifest = |list: &str| format!("[project]\nname = \"answer-tone\"\ndependencies = [{list}]\n");
    let module = "import toolz\nfrom scorebox import scorer\n\n@scorer\ndef tone(outputs):\n    \
                  return len(list(toolz.unique(outputs)))\n";
    let plugin = Plugin::new().with("pyproject.toml", &manifest("\"toolz==1.0.0\"")).with_module(module);
    assert!(plugin.build().is_ok());
    let failure = Plugin::new().with("pyproject.toml", &manifest("\"numpy\"")).failure();
    assert!(failure.contains("py3-none-any") && failure.contains("numpy"), "{failure}");
}

#[test]
fn a_build_leaves_nothing_in_the_projects_own_folders() {
    let plugin = Plugin::new();
    let names = || names_in(&plugin.folder);
    let before = names();
    plugin.build().unwrap();
    assert_eq!(names(), before);
    assert!(!plugin.folder.join(".scorebox/sdk/python/scorebox/__pycache__").exists());
}

fn names_in(folder: &Path) -> Vec<std::ffi::OsString> {
    let mut names: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names
}

#[test]
fn the_tests_of_the_template_pass_natively() {
    let has_pytest = Command::new("python3").args(["-c", "import pytest"]).output();
    if !has_pytest.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: the tests of the template need pytest (pip install pytest)");
        return;
    }
    let plugin = Plugin::new();
    let output = Command::new("python3").args(["-m", "pytest", "-q"]).current_dir(&plugin.folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
