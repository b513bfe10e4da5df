//! Plugins in Python, from the template to the component. componentize-py comes from PyPI, with Python and pip.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test may panic as the test may; clippy only knows test functions"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{Plugin, plugin};
use scorebox_languages::Language;

/// The text of the template's module.
const MODULE: &str = "answer_tone.py";

#[test]
fn the_template_becomes_a_component_that_cannot_open_sockets() {
    let built = plugin!(Python).build().unwrap();
    assert!(built.report.exports.contains(&"scorebox:plugin/scorers@1.0.0".to_owned()), "{:?}", built.report.exports);
    let imports = built.report.imports.join(" ");
    assert!(!imports.contains("wasi:sockets") && !imports.contains("plugin/llm"), "{imports}");
    assert!(imports.contains("scorebox:plugin/log@1.0.0"), "{imports}");
}

#[test]
fn what_plugin_toml_imports_can_be_used() {
    let plugin = plugin!(Python)
        .with("plugin.toml", "name = \"answer-tone\"\nversion = \"0.1.0\"\nimports = [\"llm\", \"http\"]\n")
        .with(
            MODULE,
            "from scorebox import judge, http, scorer\n\n@scorer\ndef tone(outputs):\n    return judge(outputs)\n",
        );
    let imports = plugin.build().unwrap().report.imports.join(" ");
    assert!(imports.contains("plugin/llm@1.0.0") && imports.contains("wasi:http/outgoing-handler@0.2.12"), "{imports}");
}

#[test]
fn what_plugin_toml_does_not_import_is_an_error_that_says_what_to_write() {
    let models = plugin!(Python).with(MODULE, "from scorebox import judge\n").failure();
    assert!(models.contains("add imports = [\"llm\"] to plugin.toml"), "{models}");
    let requests = plugin!(Python).with(MODULE, "from scorebox import http\n").failure();
    assert!(requests.contains("add imports = [\"http\"] to plugin.toml"), "{requests}");
}

#[test]
fn a_module_that_does_not_load_is_shown_as_python_shows_it() {
    let failure = plugin!(Python).with(MODULE, "import math\n\nlimit = math.sqrt(-1)\n").failure();
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
    let failure = plugin!(Python).with(MODULE, "def f(:\n").failure();
    assert!(failure.contains("File \"answer_tone.py\", line 1") && failure.contains("SyntaxError"), "{failure}");
}

#[test]
fn a_module_that_is_missing_is_named_with_what_may_be_meant() {
    let failure = plugin!(Python).with(MODULE, "import helpers\n").failure();
    assert!(failure.contains("No module named 'helpers'") && failure.contains("`dependencies`"), "{failure}");
}

#[test]
fn a_package_of_several_modules_is_a_plugin_too() {
    let plugin = plugin!(Python)
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
    let failure = plugin!(Python).with(MODULE, "x = 1\n").failure();
    assert!(failure.contains("exports \"scorers\""), "{failure}");
    let predicts = "from scorebox import predictor, scorer\n\n@scorer\ndef a():\n    return True\n\n\
                    @predictor\ndef b(inputs):\n    return 1\n";
    let failure = plugin!(Python).with(MODULE, predicts).failure();
    assert!(failure.contains("add \"predictors\" to exports in plugin.toml"), "{failure}");
}

#[test]
fn packages_of_pure_python_come_from_pypi_and_native_ones_are_refused() {
    let manifest = |list: &str| format!("[project]\nname = \"answer-tone\"\ndependencies = [{list}]\n");
    let module = "import toolz\nfrom scorebox import scorer\n\n@scorer\ndef tone(outputs):\n    \
                  return len(list(toolz.unique(outputs)))\n";
    let plugin = plugin!(Python).with("pyproject.toml", &manifest("\"toolz==1.0.0\"")).with(MODULE, module);
    assert!(plugin.build().is_ok());
    let failure = plugin!(Python).with("pyproject.toml", &manifest("\"numpy\"")).failure();
    assert!(failure.contains("py3-none-any") && failure.contains("numpy"), "{failure}");
}

#[test]
fn a_build_leaves_nothing_in_the_projects_own_folders() {
    let plugin = plugin!(Python);
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
    let plugin = Plugin::new(Language::Python);
    let output = Command::new("python3").args(["-m", "pytest", "-q"]).current_dir(&plugin.folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}
