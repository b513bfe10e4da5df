//! What is not there or not right is said with the way out.

use std::fs;

use crate::common::Sandbox;
use crate::{plugin, refused, text_plugin};

/// A core module without anything in it.
const CORE_MODULE: &[u8] = b"\0asm\x01\0\0\0";

#[test]
fn a_folder_that_is_no_project_is_refused() {
    let sandbox = Sandbox::new();
    for command in ["build", "check", "test", "bench", "inspect"] {
        let ran = sandbox.run(["plugin", command, "."]);
        let message = refused(&ran);
        assert!(message.contains("is no plugin project") && message.contains("scorebox plugin new"), "{message}");
    }
}

#[test]
fn a_file_that_is_no_component_is_refused() {
    let sandbox = text_plugin("{\"scorer\":\"exact_match\",\"example\":{},\"expect\":{}}");
    fs::write(sandbox.path("core.wasm"), CORE_MODULE).unwrap();
    let ran = sandbox.run(["plugin", "test", "core.wasm"]);
    insta::assert_snapshot!(refused(&ran), @"error: core.wasm: this is a core WebAssembly module, not a component; make a component of it with the SDK's build or with `wasm-tools component new`");
    let checked = sandbox.run(["plugin", "check", "core.wasm"]);
    assert_eq!(checked.code, Some(1));
    assert!(checked.stdout.contains("failed  contract"), "{}", checked.stdout);
    let missing = sandbox.run(["plugin", "test", "missing.wasm"]);
    assert!(refused(&missing).contains("missing.wasm"), "{}", missing.stderr);
}

#[test]
fn a_name_or_a_language_that_cannot_be_is_refused() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(["plugin", "new", "Tone", "--lang", "rust"]);
    insta::assert_snapshot!(refused(&ran), @r#"error: the name "Tone" cannot be used: a lower-case letter, then lower-case letters, digits and single `-`, at most 64 characters, such as `answer-tone`"#);
    let ran = sandbox.run(["plugin", "new", "tone", "--lang", "cobol"]);
    assert!(refused(&ran).contains("[possible values: rust, python, typescript, javascript, c, go]"), "{}", ran.stderr);
    assert!(fs::read_dir(sandbox.path(".")).unwrap().next().is_none());
}

#[test]
fn nothing_is_written_over() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("tone")).unwrap();
    let sandbox = sandbox.with("tone/notes.txt", "mine");
    let ran = sandbox.run(["plugin", "new", "tone", "--lang", "python"]);
    insta::assert_snapshot!(refused(&ran), @r"
    error: tone is there already, and is not empty.
    Choose another name, or remove it.
    ");
}

#[test]
fn a_plugin_without_cases_cannot_be_tested() {
    let sandbox = text_plugin("\n");
    let ran = sandbox.run(["plugin", "test", "it.wasm"]);
    insta::assert_snapshot!(refused(&ran), @r#"
    error: there are no cases in tests
    help: write one into tests/examples.jsonl, such as
      {"name": "equal", "scorer": "exact_match", "example": {"outputs": "a", "expectations": {"expected_response": "a"}}, "expect": {"feedback": [{"value": true}]}}
    "#);
    let checked = sandbox.run(["plugin", "check", "it.wasm"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stdout);
    assert!(checked.stdout.contains("so nothing was called"), "{}", checked.stdout);
}

#[test]
fn a_broken_case_is_refused_with_its_line() {
    let sandbox = text_plugin("\n{\"scorer\":\"exact_match\",\"example\":{}}\n");
    let ran = sandbox.run(["plugin", "test", "it.wasm"]);
    insta::assert_snapshot!(refused(&ran), @"error: tests/examples.jsonl:2: missing field `expect` (column 37)");
}

#[test]
fn a_case_of_a_function_that_is_not_there_is_refused_with_a_suggestion() {
    let sandbox = plugin("demo", "{\"scorer\":\"shuoting\",\"example\":{},\"expect\":{}}\n");
    let ran = sandbox.run(["plugin", "test", "it.wasm"]);
    insta::assert_snapshot!(refused(&ran), @r"
    error: tests/examples.jsonl:1: the plugin has no scorer `shuoting`; did you mean `shouting`?
    help: it has shouting
    ");
}

#[test]
fn a_project_that_was_not_built_says_how_to_build_it() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(["plugin", "new", "tone", "--lang", "c"]).code, Some(0));
    let ran = sandbox.run(["plugin", "test", "tone", "--no-build"]);
    insta::assert_snapshot!(refused(&ran), @r"
    error: tone/dist/tone.wasm is not there: the project was not built yet
    help: build it with `scorebox plugin build tone`
    ");
    assert_eq!(sandbox.run(["plugin", "inspect", "tone"]).stderr, ran.stderr);
}

#[test]
fn a_manifest_that_is_wrong_is_refused_with_its_place() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(["plugin", "new", "tone", "--lang", "c"]).code, Some(0));
    let sandbox = sandbox.with("tone/plugin.toml", "name = \"tone\"\nversion = \"0.1.0\"\nimport = []\n");
    let ran = sandbox.run(["plugin", "build", "tone"]);
    assert!(refused(&ran).contains("unknown field `import`"), "{}", ran.stderr);
}
