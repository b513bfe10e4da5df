//! Plugin projects do what their own examples say: what `scorebox plugin new` makes in every language, and the ported
//! scorers of `sdk/examples`.

use std::path::Path;

use scorebox_cases::{read_cases, run_case};
use scorebox_engine::{CallSettings, Isolation};
use scorebox_languages::{Language, NewProject, create};
use scorebox_tests::{component_of_folder, load, repository};

macro_rules! new_projects_pass_their_own_tests {
    ($($name:ident: $language:ident,)*) => {
        $(#[tokio::test]
        async fn $name() {
            new_project(Language::$language).await;
        })*
    };
}

new_projects_pass_their_own_tests! {
    a_new_rust_project_passes_its_own_tests: Rust,
    a_new_python_project_passes_its_own_tests: Python,
    a_new_javascript_project_passes_its_own_tests: JavaScript,
    a_new_typescript_project_passes_its_own_tests: TypeScript,
    a_new_c_project_passes_its_own_tests: C,
    a_new_go_project_passes_its_own_tests: Go,
}

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
    passes(&repository().join("sdk/go/tests/sandbox")).await;
}

#[tokio::test]
async fn an_error_that_a_plugin_in_c_passes_over_does_not_fail_its_row() {
    passes(&repository().join("sdk/c/tests/sandbox")).await;
}

/// Makes a project as `scorebox plugin new` does, away from the repository.
async fn new_project(language: Language) {
    let parent = tempfile::tempdir().expect("a folder for the project");
    let folder = parent.path().join("answer-tone");
    create(&NewProject { name: "answer-tone".to_owned(), language, folder: folder.clone() }).expect("a new project");
    passes(&folder).await;
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
        let observed = run_case(&plugin, &case, Isolation::Example, &CallSettings::default()).await;
        let observed = observed.unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let differences = case.differences(&observed);
        assert!(differences.is_empty(), "{}: {differences:?}\n{observed:?}", case.name);
    }
}
