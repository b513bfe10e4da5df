//! Budgets: a run ends with what it has, and never spends more than it may.

use serde_json::{Value, json};

use crate::project::{CHAT_AND_JUDGE, Project, agreeable, models, replaced};

/// Different questions, so that no reply serves two rows.
fn questions(count: usize) -> String {
    let row = |number| {
        let inputs = json!({ "question": format!("What comes after {number}?") });
        json!({ "inputs": inputs, "expectations": { "expected_response": "a number" } }).to_string() + "\n"
    };
    (0..count).map(row).collect()
}

/// Rows whose application and judge answered.
fn whole(rows: &[Value]) -> usize {
    rows.iter().filter(|row| row["scores"]["correctness"].get("feedback").is_some()).count()
}

/// The config with a section more.
fn with(config: &str, section: &str) -> String {
    replaced(config, "[permissions]", &format!("{section}\n\n[permissions]"))
}

#[test]
fn a_run_ends_when_its_requests_are_used_up_and_keeps_its_rows() {
    let provider = agreeable();
    let config = with(&(models(&provider) + CHAT_AND_JUDGE), "[budget]\nrequests = 10");
    let project = Project::new(&config, &questions(200));
    let ran = project.run(&["eval", "--jobs", "1"]);
    assert_eq!(ran.code, Some(3), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(provider.counts().requests, 10);

    let (record, rows) = (project.record(), project.rows());
    assert_eq!(record["status"], "over_budget");
    assert_eq!(record["summary"]["rows"], rows.len());
    assert_eq!(whole(&rows[..5]), 5);
    assert!(rows.len() < 200);
    for row in &rows[5..] {
        assert_eq!(row["predict_error"]["kind"], "over_budget", "{row}");
    }
    insta::assert_snapshot!(rows[5]["predict_error"]["message"].as_str().unwrap(), @"model: over budget: the run's budget of 10 requests is used up (requests)");
    insta::assert_snapshot!(ran.stderr.replace(&format!("{}", project.path("").display()), ""), @r"
    Evaluating 200 rows · data.jsonl · predict predictors/chat · 1 scorer
    stopping: the run's budget of 10 requests is used up (requests); finishing the rows at work
    ");
    assert!(ran.stdout.contains("stopped, because the budget is used up, after "), "{}", ran.stdout);
}

#[test]
fn rows_at_work_at_once_share_the_requests() {
    let provider = agreeable();
    let config = with(&(models(&provider) + CHAT_AND_JUDGE), "[budget]\nrequests = 30");
    let project = Project::new(&config, &questions(200));
    assert_eq!(project.run(&["eval", "--quiet", "--jobs", "16"]).code, Some(3));
    assert_eq!(provider.counts().requests, 30);
    let rows = project.rows();
    assert_eq!(project.record()["summary"]["rows"], rows.len());
    assert!(whole(&rows) <= 15, "{}", whole(&rows));
}

#[test]
fn a_run_never_costs_more_dollars_than_it_may() {
    let provider = agreeable();
    // At 100 tokens in and 10 out, a request costs $0.00012.
    let config = with(&(models(&provider) + CHAT_AND_JUDGE), "[budget]\ncost_usd = 0.01");
    let config = replaced(&config, "{ model = \"app\" }", "{ model = \"app\", max_tokens = 50 }");
    let config = replaced(&config, "\"judges/correctness\"", "\"judges/correctness\"\nconfig = { max_tokens = 50 }");
    let project = Project::new(&config, &questions(200));
    assert_eq!(project.run(&["eval", "--quiet", "--jobs", "16"]).code, Some(3));
    let record = project.record();
    assert_eq!(record["status"], "over_budget");
    let cost = record["summary"]["usage"]["cost_usd"].as_f64().unwrap();
    assert!((0.005..=0.01).contains(&cost), "{cost}");
    assert!(whole(&project.rows()) > 0);
}

#[test]
fn tokens_have_a_budget_too() {
    let provider = agreeable();
    let config = with(&(models(&provider) + CHAT_AND_JUDGE), "[budget]\ntokens = 20000");
    let project = Project::new(&config, &questions(200));
    assert_eq!(project.run(&["eval", "--quiet", "--jobs", "4"]).code, Some(3));
    let counts = provider.counts();
    assert!(counts.requests > 0 && counts.input_tokens + counts.output_tokens <= 20_000, "{counts:?}");
}

#[test]
fn a_budget_that_is_large_enough_changes_nothing() {
    let provider = agreeable();
    let config =
        with(&(models(&provider) + CHAT_AND_JUDGE), "[budget]\nrequests = 20\ncost_usd = 1.0\ntokens = 1000000");
    let project = Project::new(&config, &questions(10));
    assert_eq!(whole(&project.rows_of_eval(&[])), 10);
    assert_eq!(project.record()["status"], "finished");
}

#[test]
fn replies_from_the_cache_need_no_budget() {
    let provider = agreeable();
    let config = models(&provider) + CHAT_AND_JUDGE;
    let project = Project::new(&config, &questions(10));
    project.eval(&["--quiet"]);
    let project = project.with("scorebox.toml", &with(&config, "[budget]\nrequests = 1"));
    assert_eq!(whole(&project.rows_of_eval(&[])), 10);
    assert_eq!(provider.counts().requests, 20);
}

#[test]
fn the_budget_of_a_scorer_ends_that_scorer_alone() {
    let provider = agreeable();
    let limited = "[[scorers]]\nuse = \"judges/guidelines\"\nconfig = { guidelines = [\"Be kind.\"] }\nbudget = { requests = 4 }\n";
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGE + limited), &questions(10));
    let rows = project.rows_of_eval(&["--jobs", "4"]);
    assert_eq!(project.record()["status"], "finished");
    assert_eq!((rows.len(), whole(&rows)), (10, 10));
    let guidelines = rows.iter().map(|row| &row["scores"]["guidelines"]);
    let (errors, judged): (Vec<_>, Vec<_>) = guidelines.partition(|score| score.get("error").is_some());
    assert_eq!((judged.len(), errors.len()), (4, 6));
    for error in errors {
        assert_eq!(error["error"]["kind"], "over_budget", "{error}");
        insta::allow_duplicates! {
            insta::assert_snapshot!(error["error"]["message"].as_str().unwrap(), @"model: over budget: the budget of `guidelines` of 4 requests is used up (requests)");
        }
    }
}

#[test]
fn the_limit_of_a_call_holds_for_requests_that_are_sent_together() {
    let provider = agreeable();
    let jury = "[[scorers]]\nuse = \"judges/jury\"\nconfig = { models = [\"judge\"], repeats = 20, instructions = \"Is {{ outputs }} kind?\" }\nlimits = { tokens = 300 }\n";
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGE + jury), &questions(1));
    let rows = project.rows_of_eval(&[]);
    assert_eq!(rows[0]["scores"]["jury"]["error"]["kind"], "over_budget", "{}", rows[0]);
    assert!(provider.counts().requests < 10, "{:?}", provider.counts());
}

#[test]
fn a_budget_that_runs_out_when_every_row_is_at_work_ends_the_run_too() {
    let provider = agreeable();
    let config = with(&(models(&provider) + CHAT_AND_JUDGE), "[budget]\nrequests = 1");
    let project = Project::new(&config, &questions(2));
    assert_eq!(project.run(&["eval", "--quiet", "--jobs", "4"]).code, Some(3));
    assert_eq!(project.record()["status"], "over_budget");
    assert_eq!((project.rows().len(), provider.counts().requests), (2, 1));
}
