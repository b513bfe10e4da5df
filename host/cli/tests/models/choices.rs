//! Models that the command line names, and what it can do beside a run.

use scorebox_fakes::{Answer, Failure};

use crate::common::Ran;
use crate::project::{CHAT_AND_JUDGE, CHAT_AND_JUDGES, Project, QUESTIONS, agreeable, models, replaced, scripted};

#[test]
fn a_model_is_replaced_on_the_command_line() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGE), QUESTIONS);
    let rows = project.rows_of_eval(&["--model", "judge=fake:/judge-2"]);
    let mut asked: Vec<_> = provider.recorded().iter().map(|asked| asked.model.clone()).collect();
    asked.sort_unstable();
    assert_eq!(asked, ["app-1", "app-1", "app-1", "judge-2", "judge-2", "judge-2"]);
    assert_eq!(rows[0]["scores"]["correctness"]["feedback"][0]["metadata"]["model"], "judge-2");
    let record = project.record();
    assert_eq!(record["config"]["models"]["judge"], "fake:/judge-2");
    assert_eq!(record["gateway"]["models"]["fake:/judge-2"]["sent"], 3, "{}", record["gateway"]);
}

#[test]
fn a_model_with_settings_is_asked_with_them_unless_the_plugin_says_otherwise() {
    let provider = agreeable();
    let table = "app = { use = \"fake:/app-1\", temperature = 0.5, max_tokens = 7, parameters = { top_p = 0.25 } }";
    let config = replaced(&(models(&provider) + CHAT_AND_JUDGE), "app = \"fake:/app-1\"", table);
    let config = replaced(&config, "{ model = \"app\" }", "{ model = \"app\", max_tokens = 9 }");
    Project::new(&config, QUESTIONS).eval(&["--quiet", "--limit", "1"]);
    let asked = provider.recorded().into_iter().find(|asked| asked.model == "app-1").unwrap();
    assert_eq!(asked.body["temperature"], 0.5, "{}", asked.body);
    assert_eq!(asked.body["top_p"], 0.25, "{}", asked.body);
    assert_eq!(asked.max_tokens, Some(9));
}

/// What `models test` prints, without times and without the rule, whose length depends on them.
fn tested(report: &str) -> String {
    let lines = report.lines().filter(|line| !line.trim_start().starts_with('─'));
    let lines = lines.map(|line| match line.split_once(" in ") {
        Some((answer, rest)) => format!("{answer} in TIME{}", rest.split_once('s').unwrap().1),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The lines of a dry run's table up to what depends on the wording of prompts: function, model, requests, in the cache.
fn counted(report: &str) -> String {
    let lines = report.lines().filter(|line| line.contains(":/"));
    lines.map(|line| line.split_whitespace().take(4).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn models_that_answer_pass_the_test() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGE), QUESTIONS);
    let ran = project.run(&["models", "test"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    insta::assert_snapshot!(tested(&ran.stdout), @r#"
     model                   answer
     app     fake:/app-1     ok "The answer is 42." from app-1 in TIME, 110 tokens, $0.000120
     judge   fake:/judge-1   ok "The answer is 42." from judge-1 in TIME, 110 tokens, $0.000120
    "#);
    assert_eq!(provider.counts().answered, 2);
    assert!(!project.has_runs());
}

#[test]
fn a_model_that_does_not_answer_fails_the_test() {
    let provider = scripted(|asked| match asked.model.as_str() {
        "app-1" => Answer::text("ready"),
        _ => Answer::failure(Failure::status(503)),
    });
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGE), QUESTIONS);
    let ran = project.run(&["models", "test"]);
    assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
    let line = |model| ran.stdout.lines().find(|line| line.contains(model)).unwrap();
    assert!(line("fake:/app-1").contains(" ok \"ready\" from app-1 in "), "{}", ran.stdout);
    assert!(line("fake:/judge-1").contains(" failed unavailable: "), "{}", ran.stdout);
    assert!(line("fake:/judge-1").contains("503: The server had an error"), "{}", ran.stdout);
}

#[test]
fn models_without_a_key_fail_the_test() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGE), QUESTIONS);
    let ran = project.keyless(&["models", "test"]).output().unwrap();
    assert_eq!(ran.status.code(), Some(2));
    let stdout = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(stdout.contains("the environment variable FAKE_KEY is not set"), "{stdout}");
    assert_eq!(provider.counts().connections, 0);
}

#[test]
fn a_project_without_models_has_none_to_test() {
    let project =
        Project::new("[dataset]\npath = \"data.jsonl\"\n[[scorers]]\nuse = \"text/exact_match\"\n", QUESTIONS);
    let ran = project.run(&["models", "test"]);
    assert_eq!(ran.code, Some(2));
    insta::assert_snapshot!(ran.stderr, @r#"error: there is no model in [models]; add one, such as judge = "openai:/gpt-4o-mini""#);
}

#[test]
fn a_dry_run_counts_what_would_be_asked_and_does_nothing() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), QUESTIONS);
    let ran = Ran::from(project.keyless(&["eval", "--dry-run"]).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert!(ran.stdout.contains("Estimate for 3 rows, nothing was sent"), "{}", ran.stdout);
    insta::assert_snapshot!(counted(&ran.stdout), @r"
    correctness fake:/judge-1 3 0
    guidelines fake:/judge-1 3 0
    predict fake:/app-1 3 0
    ");
    assert!(ran.stdout.contains("  about $0.00"), "{}", ran.stdout);
    assert_eq!(provider.counts().connections, 0);
    assert!(!project.has_runs());
    let [_, cache] = project.folders();
    assert!(!cache.join("replies").exists());
}

#[test]
fn a_dry_run_knows_what_the_cache_saves() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), QUESTIONS);
    project.eval(&["--quiet", "--limit", "2"]);
    insta::assert_snapshot!(counted(&project.eval(&["--dry-run"]).stdout), @r"
    correctness fake:/judge-1 3 2
    guidelines fake:/judge-1 3 2
    predict fake:/app-1 3 2
    ");
    project.eval(&["--quiet"]);
    let cost = project.eval(&["--dry-run"]).stdout;
    assert!(cost.contains("  about $0.00 in all"), "{cost}");
    assert_eq!(provider.counts().requests, 9);
}

#[test]
fn a_dry_run_says_where_no_price_is_known() {
    let provider = agreeable();
    let config = models(&provider) + CHAT_AND_JUDGE;
    let config = replaced(&config, "\"fake:/judge-1\" = { input = 1.0, output = 2.0 }\n", "");
    let ran = Project::new(&config, QUESTIONS).eval(&["--dry-run"]);
    assert!(ran.stdout.contains("no price"), "{}", ran.stdout);
    assert!(ran.stdout.contains("Some prices are not known: add them to [prices]."), "{}", ran.stdout);
}
