//! One reference plugin in each language, one set of vectors, one result: what an SDK gives must not depend on its
//! language. `README.md` says how the suite is laid out.

mod projects;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use scorebox_cases::{Case, ScorerCalls, SharingDifference, read_cases, run_case};
use scorebox_engine::{CallSettings, Plugin, SetupError};
use scorebox_tests::{Recorded, component_of_folder, load, repository};
use tokio::sync::OnceCell;

#[tokio::test]
async fn rust() {
    conforms("rust").await;
}

#[tokio::test]
async fn python() {
    conforms("python").await;
}

#[tokio::test]
async fn javascript() {
    conforms("javascript").await;
}

#[tokio::test]
async fn javascript_on_starlingmonkey() {
    conforms("javascript-starlingmonkey").await;
}

#[tokio::test]
async fn typescript() {
    conforms("typescript").await;
}

#[tokio::test]
async fn c() {
    conforms("c").await;
}

#[tokio::test]
async fn go() {
    conforms("go").await;
}

/// Runs all vectors, holds the results against what the vectors state, and their bytes against those of Rust.
async fn conforms(language: &str) {
    let Some(plugin) = plugin(language).await else { return };
    let reference = reference().await;
    let mut problems = differences(&reference.description, &description(&plugin));
    for (name, result) in run_all(&plugin, &mut problems).await {
        if reference.results[&name] != result {
            problems.push(format!("{name}:\n  rust {}\n  here {result}", reference.results[&name]));
        }
    }
    problems.extend(differences_of_shared_instances(&plugin).await.unwrap_or_else(|error| panic!("{error}")));
    assert!(problems.is_empty(), "{language}: {} problems\n{}", problems.len(), problems.join("\n"));
}

/// The canonical results of all vectors by their names, each in an instance of its own. What differs from what they
/// state is added to `problems`.
async fn run_all(plugin: &Plugin, problems: &mut Vec<String>) -> BTreeMap<String, String> {
    let (settings, outside) = settings();
    let mut results = BTreeMap::new();
    for case in cases() {
        let name = name(&case);
        let observed = match run_case(plugin, &case, &settings).await {
            Ok(observed) => observed,
            Err(error) => {
                problems.push(format!("{name}: {error}"));
                continue;
            }
        };
        for difference in case.differences(&observed) {
            let output = observed.iter().filter_map(|observed| observed.guest_output()).collect::<String>();
            problems.push(format!("{name}: {difference}\n{output}"));
        }
        let bytes = serde_json::to_string(&observed).expect("results have a JSON form");
        assert!(results.insert(name.clone(), bytes).is_none(), "two vectors are called {name}");
    }
    problems.extend(outside.unknown().into_iter().map(|request| format!("nobody else asks for {request}")));
    results
}

/// How much one instance sees must not decide the result: which calls give something else in one instance for all
/// vectors of a scorer, or in one batch with them.
async fn differences_of_shared_instances(plugin: &Plugin) -> Result<Vec<String>, SetupError> {
    let (settings, outside) = settings();
    let cases = cases();
    let mut problems = Vec::new();
    let mut add = |how: &str, difference: Option<SharingDifference<'_>>| {
        let text = |SharingDifference { case, alone, shared }: SharingDifference<'_>| {
            let (alone, shared) = ((alone.result, alone.log), (shared.result, shared.log));
            format!("{} ({how}):\n  alone {alone:?}\n  here  {shared:?}", name(case))
        };
        problems.extend(difference.map(text));
    };
    for calls in ScorerCalls::of(&cases) {
        let alone = calls.alone(plugin, &settings).await?;
        add("in one instance", calls.in_one_instance(plugin, &settings, &alone).await?);
        add("in one batch", calls.in_one_batch(plugin, &settings, &alone).await?);
    }
    problems.extend(outside.unknown().into_iter().map(|request| format!("together nobody else asks for {request}")));
    Ok(problems)
}

/// Settings with which models and peers answer from the vectors, and who answers.
fn settings() -> (CallSettings, Recorded) {
    let text = std::fs::read_to_string(vectors().join("outside.json")).expect("the answers are there");
    let outside = Recorded::new(&text);
    (CallSettings { outgoing: Arc::new(outside.clone()), ..CallSettings::default() }, outside)
}

fn name(case: &Case) -> String {
    format!("{}: {}", case.place.path.file_stem().unwrap_or_default().display(), case.name)
}

/// What the plugin in Rust gives.
struct Reference {
    description: serde_json::Value,
    results: BTreeMap<String, String>,
}

async fn reference() -> &'static Reference {
    static REFERENCE: OnceCell<Reference> = OnceCell::const_new();
    REFERENCE
        .get_or_init(|| async {
            let plugin = plugin("rust").await.expect("what compiles this test compiles plugins, too");
            let mut problems = Vec::new();
            let results = run_all(&plugin, &mut problems).await;
            assert!(problems.is_empty(), "the reference itself: {}", problems.join("\n"));
            Reference { description: description(&plugin), results }
        })
        .await
}

async fn plugin(language: &str) -> Option<Plugin> {
    let project = repository().join("tests/conformance/plugins").join(language);
    let built = tokio::task::spawn_blocking(move || component_of_folder(&project)).await;
    Some(load(&built.expect("building does not panic")?).await)
}

/// What a plugin says about its functions, with schemas as values.
fn description(plugin: &Plugin) -> serde_json::Value {
    serde_json::json!({ "scorers": plugin.scorers(), "predictors": plugin.predictors() })
}

/// Where two plugins describe their functions differently.
fn differences(rust: &serde_json::Value, here: &serde_json::Value) -> Vec<String> {
    let mut problems = Vec::new();
    for kind in ["scorers", "predictors"] {
        let functions = |description: &serde_json::Value| description[kind].as_array().cloned().unwrap_or_default();
        let (rust, here) = (functions(rust), functions(here));
        if rust.len() != here.len() {
            problems.push(format!("{kind}: rust has {}, here are {}", rust.len(), here.len()));
        }
        let differing = rust.iter().zip(&here).filter(|(rust, here)| rust != here);
        problems.extend(differing.map(|(rust, here)| format!("{kind}:\n  rust {rust}\n  here {here}")));
    }
    problems
}

fn cases() -> Vec<Case> {
    let entries = vectors().read_dir().expect("the vectors are there");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry is readable").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let read = |path: &PathBuf| read_cases(path).unwrap_or_else(|error| panic!("{error}"));
    let cases: Vec<_> = files.iter().flat_map(read).collect();
    assert!(cases.len() > 100, "the vectors are there, all of them: {}", cases.len());
    cases
}

fn vectors() -> PathBuf {
    repository().join("tests/conformance/vectors")
}
