//! Plugin projects do what their own examples say: the ported scorers of `sdk/examples`, and guests in their sandbox.

use std::path::Path;

use scorebox_cases::{read_cases, run_case};
use scorebox_engine::CallSettings;
use scorebox_tests::{component_of_folder, load, repository};

#[tokio::test]
async fn scorers_ported_from_mlflow_do_what_they_did() {
    passes(&repository().join("sdk/examples/from-mlflow")).await;
}

#[tokio::test]
async fn metrics_ported_from_deepeval_do_what_they_did() {
    passes(&repository().join("sdk/examples/from-deepeval")).await;
}

#[tokio::test]
async fn assertions_ported_from_promptfoo_do_what_they_did() {
    passes(&repository().join("sdk/examples/from-promptfoo")).await;
}

#[tokio::test]
async fn what_a_program_in_go_takes_for_its_system_is_the_same_everywhere() {
    passes(&repository().join("tests/guests/sandbox-go")).await;
}

#[tokio::test]
async fn an_error_that_a_plugin_in_c_passes_over_does_not_fail_its_row() {
    passes(&repository().join("tests/guests/sandbox-c")).await;
}

/// Builds the project and runs its examples, in its own instance for each.
async fn passes(folder: &Path) {
    let project = folder.to_owned();
    let built = tokio::task::spawn_blocking(move || component_of_folder(&project)).await;
    let Some(component) = built.expect("building does not panic") else { return };
    let plugin = load(&component).await;
    let cases = read_cases(&folder.join("tests/examples.jsonl")).unwrap_or_else(|error| panic!("{error}"));
    assert!(!cases.is_empty(), "a project without examples shows nothing");
    for case in cases {
        let observed = run_case(&plugin, &case, &CallSettings::default()).await;
        let observed = observed.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let differences = case.differences(&observed);
        assert!(differences.is_empty(), "{}: {differences:?}\n{observed:?}", case.name);
    }
}
