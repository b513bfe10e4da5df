//! Plugins in Go, from the template to the component. Needs Python with pip and PyPI for the toolchain, which is kept
//! in the folder that `SCOREBOX_TOOLS` names, or else in `target/tools`.

#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};

use scorebox_languages::{BuiltPlugin, Language, LanguageError, NewProject, Project, TOOLS_VARIABLE, Toolbox, create};

/// A new project in a folder of its own.
struct Plugin {
    _parent: tempfile::TempDir,
    folder: PathBuf,
}

impl Plugin {
    fn new() -> Self {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("answer-tone");
        let wanted = NewProject { name: "answer-tone".to_owned(), language: Language::Go, folder: folder.clone() };
        create(&wanted).unwrap();
        Self { _parent: parent, folder }
    }

    fn replace(self, file: &str, old: &str, new: &str) -> Self {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{file} has no {old:?}");
        fs::write(path, text.replace(old, new)).unwrap();
        self
    }

    /// The template's scorer, asking a model in addition.
    fn asking_a_model(self) -> Self {
        self.replace("plugin.go", "scorebox.dev/sdk\"\n", "scorebox.dev/sdk\"\n\t\"scorebox.dev/sdk/llm\"\n").replace(
            "plugin.go",
            "\treturn true, nil\n",
            "\t_, err = llm.Request{Model: \"judge\"}.Complete()\n\treturn true, err\n",
        )
    }

    fn build(&self) -> Result<BuiltPlugin, LanguageError> {
        let shared = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools");
        let tools = std::env::var_os(TOOLS_VARIABLE).map_or_else(shared, PathBuf::from);
        scorebox_languages::build(&Project::open(&self.folder).unwrap(), &Toolbox::new(tools, |_| ()))
    }

    fn failure(&self) -> String {
        self.build().unwrap_err().to_string()
    }
}

/// Whether a text is somewhere in a component.
fn holds(component: &[u8], text: &str) -> bool {
    component.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn the_template_becomes_a_component_without_a_system() {
    let built = Plugin::new().build().unwrap();
    assert_eq!(built.report.exports, ["scorebox:plugin/scorers@1.0.0"]);
    assert_eq!(built.report.imports, ["scorebox:plugin/log@1.0.0"]);
    assert!(built.component.len() < 5 << 20, "{} bytes", built.component.len());
}

#[test]
fn the_same_sources_give_the_same_bytes_in_every_folder() {
    let (one, other) = (Plugin::new(), Plugin::new());
    let component = one.build().unwrap().component;
    assert!(component == other.build().unwrap().component);
    let folder = one.folder.to_str().unwrap();
    assert!(!holds(&component, folder), "the component names {folder}");
}

#[test]
fn an_error_of_the_compiler_is_shown_with_its_line() {
    let error =
        Plugin::new().replace("plugin.go", "strings.Contains(text, part)", "strings.Holds(text, part)").failure();
    assert!(error.contains("compiling the Go package failed"), "{error}");
    assert!(error.contains("plugin.go:") && error.contains("undefined: strings.Holds"), "{error}");
}

#[test]
fn a_component_imports_what_it_uses_of_what_the_manifest_lists() {
    let lists_both = |plugin: Plugin| plugin.replace("plugin.toml", "imports = []", "imports = [\"llm\", \"http\"]");
    assert_eq!(lists_both(Plugin::new()).build().unwrap().report.imports, ["scorebox:plugin/log@1.0.0"]);
    let imports = lists_both(Plugin::new()).asking_a_model().build().unwrap().report.imports;
    assert_eq!(imports, ["scorebox:plugin/llm@1.0.0", "scorebox:plugin/log@1.0.0"]);
}

#[test]
fn what_the_manifest_does_not_list_cannot_be_used() {
    let error = Plugin::new().asking_a_model().failure();
    assert!(error.contains("undefined: plugin_toml_must_list_llm_in_imports"), "{error}");
}

#[test]
fn a_project_can_change_what_it_exports_from_one_build_to_the_next() {
    let plugin = Plugin::new();
    plugin.build().unwrap();
    let both = plugin.replace("plugin.toml", "[\"scorers\"]", "[\"scorers\", \"predictors\"]").build().unwrap();
    assert_eq!(both.report.exports, ["scorebox:plugin/predictors@1.0.0", "scorebox:plugin/scorers@1.0.0"]);
}

#[test]
fn the_environment_does_not_decide_what_is_built() {
    let plugin = Plugin::new();
    // A workspace of Go's around the project, which does not know the project.
    fs::write(plugin.folder.parent().unwrap().join("go.work"), "go 1.27\n").unwrap();
    plugin.build().unwrap();
}
