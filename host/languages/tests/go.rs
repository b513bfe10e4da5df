//! Plugins in Go, from the template to the component. The toolchain comes from PyPI, with Python and pip.

mod common;

use std::fs;

use common::{Plugin, holds, plugin};

/// The template's scorer, asking a model in addition.
fn asking_a_model(plugin: Plugin) -> Plugin {
    plugin.replace("plugin.go", "scorebox.dev/sdk\"\n", "scorebox.dev/sdk\"\n\t\"scorebox.dev/sdk/llm\"\n").replace(
        "plugin.go",
        "\treturn true, nil\n",
        "\t_, err = llm.Request{Model: \"judge\"}.Complete()\n\treturn true, err\n",
    )
}

#[test]
fn the_template_becomes_a_component_without_a_system() {
    let built = plugin!(Go).build().unwrap();
    assert_eq!(built.report.exports, ["scorebox:plugin/scorers@1.0.0"]);
    assert_eq!(built.report.imports, ["scorebox:plugin/log@1.0.0"]);
    assert!(built.component.len() < 5 << 20, "{} bytes", built.component.len());
}

#[test]
fn the_same_sources_give_the_same_bytes_in_every_folder() {
    let (one, other) = (plugin!(Go), plugin!(Go));
    let component = one.build().unwrap().component;
    assert!(component == other.build().unwrap().component);
    let folder = one.folder.to_str().unwrap();
    assert!(!holds(&component, folder), "the component names {folder}");
}

#[test]
fn an_error_of_the_compiler_is_shown_with_its_line() {
    let error = plugin!(Go).replace("plugin.go", "strings.Contains(text, part)", "strings.Holds(text, part)").failure();
    assert!(error.contains("compiling the Go package failed"), "{error}");
    assert!(error.contains("plugin.go:") && error.contains("undefined: strings.Holds"), "{error}");
}

#[test]
fn a_component_imports_what_it_uses_of_what_the_manifest_lists() {
    let lists_both = |plugin: Plugin| plugin.replace("plugin.toml", "imports = []", "imports = [\"llm\", \"http\"]");
    assert_eq!(lists_both(plugin!(Go)).build().unwrap().report.imports, ["scorebox:plugin/log@1.0.0"]);
    let imports = asking_a_model(lists_both(plugin!(Go))).build().unwrap().report.imports;
    assert_eq!(imports, ["scorebox:plugin/llm@1.0.0", "scorebox:plugin/log@1.0.0"]);
}

#[test]
fn what_the_manifest_does_not_list_cannot_be_used() {
    let error = asking_a_model(plugin!(Go)).failure();
    assert!(error.contains("undefined: plugin_toml_must_list_llm_in_imports"), "{error}");
}

#[test]
fn a_project_can_change_what_it_exports_from_one_build_to_the_next() {
    let plugin = plugin!(Go);
    plugin.build().unwrap();
    let both = plugin.replace("plugin.toml", "[\"scorers\"]", "[\"scorers\", \"predictors\"]").build().unwrap();
    assert_eq!(both.report.exports, ["scorebox:plugin/predictors@1.0.0", "scorebox:plugin/scorers@1.0.0"]);
}

#[test]
fn the_environment_does_not_decide_what_is_built() {
    let plugin = plugin!(Go);
    // A workspace of Go's around the project, which does not know the project.
    fs::write(plugin.folder.parent().unwrap().join("go.work"), "go 1.27\n").unwrap();
    plugin.build().unwrap();
}
