use std::time::Duration;

use super::*;

fn request(project: &Project) -> Result<PlanRequest, ConfigProblem> {
    let overrides = Overrides { replies: RepliesFrom::Providers, ..Overrides::default() };
    let gateway = Gateway::new(project.gateway(&overrides)?).unwrap();
    let DatasetChoice::File(path) = project.dataset()? else { panic!("the dataset is no file") };
    project.request(&overrides, &gateway, path)
}

fn refused(text: &str) -> String {
    match Project::parse("qa/scorebox.toml".into(), text.into()).and_then(|it| request(&it)) {
        Ok(_) => panic!("it was accepted"),
        Err(problem) => problem.to_string(),
    }
}

const DATASET: &str = "[dataset]\npath = \"data.jsonl\"\n";
const SCORER: &str = "[[scorers]]\nuse = \"text/exact_match\"\n";

#[test]
fn an_unknown_section_is_refused_with_what_there_is() {
    insta::assert_snapshot!(refused(&format!("{DATASET}[[scorer]]\nuse = \"text/exact_match\"")), @r"
    qa/scorebox.toml:3:3: unknown field `scorer`, expected one of `dataset`, `predict`, `scorers`, `models`, `providers`, `permissions`, `budget`, `prices`, `run`, `gate`
       |
     3 | [[scorer]]
       |   ^^^^^^
    help: did you mean `scorers`?
    ");
}

#[test]
fn a_misspelled_key_is_suggested() {
    insta::assert_snapshot!(refused(&format!("{DATASET}{SCORER}nmae = \"exact\"")), @r#"
    qa/scorebox.toml:5:1: unknown field `nmae`, expected one of `use`, `name`, `config`, `isolation`, `limits`, `permissions`, `budget`
       |
     5 | nmae = "exact"
       | ^^^^
    help: did you mean `name`?
    "#);
}

#[test]
fn a_key_that_is_missing_is_named() {
    insta::assert_snapshot!(refused("[dataset]\nformat = \"csv\""), @r#"
    qa/scorebox.toml:1:1: [dataset] names no dataset
       |
     1 | [dataset]
       | ^^^^^^^^^
    help: add `path = "data.jsonl"`, or `stored = "NAME@VERSION"` for a stored dataset
    "#);
}

#[test]
fn broken_toml_is_shown_with_its_place() {
    insta::assert_snapshot!(refused("[dataset]\npath = data.jsonl"), @r"
    qa/scorebox.toml:2:8: string values must be quoted, expected literal string
       |
     2 | path = data.jsonl
       |        ^^^^^^^^^^
    ");
}

#[test]
fn a_time_needs_a_unit() {
    insta::assert_snapshot!(refused(&format!("{DATASET}{SCORER}limits = {{ deadline = 10 }}")), @r#"
    qa/scorebox.toml:5:23: invalid type: integer `10`, expected a time with its unit, such as "10s" or "500ms"
       |
     5 | limits = { deadline = 10 }
       |                       ^^
    "#);
    insta::assert_snapshot!(refused(&format!("{DATASET}{SCORER}limits = {{ deadline = \"soon\" }}")), @r#"
    qa/scorebox.toml:5:23: invalid value: string "soon", expected a time with its unit, such as "10s" or "500ms"
       |
     5 | limits = { deadline = "soon" }
       |                       ^^^^^^
    "#);
}

#[test]
fn an_isolation_that_does_not_exist_is_refused() {
    insta::assert_snapshot!(refused(&format!("{DATASET}{SCORER}isolation = \"none\"")), @r#"
    qa/scorebox.toml:5:13: unknown variant `none`, expected one of `example`, `batch`, `run`
       |
     5 | isolation = "none"
       |             ^^^^^^
    "#);
}

#[test]
fn a_dataset_that_is_not_there_is_named() {
    insta::assert_snapshot!(refused(&format!("{DATASET}{SCORER}")), @r#"
    qa/scorebox.toml:2:8: there is no dataset qa/data.jsonl
       |
     2 | path = "data.jsonl"
       |        ^^^^^^^^^^^^
    help: the path is relative to this file
    "#);
}

#[test]
fn a_project_without_scorers_is_refused() {
    insta::assert_snapshot!(refused(DATASET), @r#"
    qa/scorebox.toml: there is no scorer
    help: add one, for instance:

        [[scorers]]
        use = "text/exact_match"
    "#);
}

#[test]
fn two_scorers_of_one_name_are_refused() {
    insta::assert_snapshot!(refused(&format!("{DATASET}{SCORER}{SCORER}")), @r#"
    qa/scorebox.toml:6:7: two scorers are named `exact_match`
       |
     6 | use = "text/exact_match"
       |       ^^^^^^^^^^^^^^^^^^
    help: give one of them another `name`
    "#);
}

#[test]
fn limits_and_permissions_reach_the_request() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("data.jsonl"), "").unwrap();
    let text = format!(
        r#"{DATASET}
        [[scorers]]
        use = "text/exact_match"
        name = "exact"
        isolation = {{ batch = 32 }}
        config = {{ ignore_case = true, day = 2026-01-02 }}
        limits = {{ deadline = "1m 30s", memory = "64MiB", output = 100 }}
        permissions = {{ dirs = [{{ host = "./files", guest = "/files" }}] }}
        "#
    );
    let project = Project::parse(folder.path().join(FILE_NAME), text).unwrap();
    let request = request(&project).unwrap();
    let scorer = &request.scorers[0];
    assert_eq!(scorer.function.name, "exact");
    assert_eq!(scorer.isolation, Some(Isolation::Batch(NonZeroUsize::new(32).unwrap())));
    assert_eq!(scorer.function.config.as_str(), r#"{"day":"2026-01-02","ignore_case":true}"#);
    let settings = &scorer.function.settings;
    assert_eq!(settings.limits.deadline, Duration::from_secs(90));
    assert_eq!(settings.limits.memory_bytes, 64 * 1024 * 1024);
    assert_eq!(settings.limits.output_bytes, 100);
    assert_eq!(settings.grants.dirs[0].host, folder.path().join("files"));
}

#[test]
fn a_key_that_was_written_into_the_file_is_not_shown() {
    let message = refused(&format!("{DATASET}{SCORER}[providers.openai]\napi_key = \"sk-very-secret\"\n"));
    assert!(!message.contains("very-secret"), "{message}");
    assert!(
        message.contains("a secret does not belong into this file") && message.contains("api_key_env"),
        "{message}"
    );
}
