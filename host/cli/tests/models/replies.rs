//! The cache of replies.

use serde_json::Value;

use crate::project::{CHAT_AND_JUDGES, Project, QUESTIONS, agreeable, model_lines, models};

/// The rows without what differs between two runs.
fn comparable(project: &Project) -> Vec<Value> {
    let mut rows = project.rows();
    for row in &mut rows {
        let row = row.as_object_mut().unwrap();
        assert!(row.remove("timing").is_some() && row.remove("trace").is_some());
    }
    rows
}

#[test]
fn what_was_asked_before_is_not_asked_again() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), QUESTIONS);
    project.eval(&["--quiet"]);
    let first = comparable(&project);
    assert_eq!(provider.counts().requests, 9);

    let ran = project.eval(&[]);
    assert_eq!(provider.counts().requests, 9);
    assert_eq!(comparable(&project), first);
    insta::assert_snapshot!(model_lines(&ran.stdout), @r"
    model fake:/app-1 · 3 from the cache
    model fake:/judge-1 · 6 from the cache
    ");
}

#[test]
fn the_cache_is_left_out_where_the_command_line_says_so() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), QUESTIONS);
    project.eval(&["--quiet", "--no-cache"]);
    assert_eq!(project.run(&["cache", "info"]).stdout.lines().last(), Some("  replies 0 replies, 0 B"));
    project.eval(&["--quiet"]);
    project.eval(&["--quiet", "--no-cache"]);
    assert_eq!(provider.counts().requests, 27);
}

#[test]
fn the_cache_is_counted_and_cleared() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), QUESTIONS);
    project.eval(&["--quiet"]);

    let info: Value = serde_json::from_str(&project.run(&["cache", "info", "--json"]).stdout).unwrap();
    assert_eq!(info["replies"], 9);
    assert!(info["bytes"].as_u64().unwrap() > 0, "{info}");
    let [_, cache] = project.folders();
    assert!(info["folder"].as_str().unwrap().starts_with(cache.to_str().unwrap()), "{info}");
    assert!(project.run(&["cache", "info"]).stdout.contains("9 replies, "));

    let cleared = project.run(&["cache", "clear"]);
    assert_eq!(cleared.code, Some(0), "{}", cleared.stderr);
    assert!(cleared.stdout.starts_with("  removed 9 replies, "), "{}", cleared.stdout);
    assert!(project.run(&["cache", "clear"]).stdout.starts_with("  removed 0 replies, 0 B from "));
    assert!(cache.join("compiled").exists());

    project.eval(&["--quiet"]);
    assert_eq!(provider.counts().requests, 18);
}

#[test]
fn two_rows_that_ask_the_same_share_a_reply() {
    let provider = agreeable();
    let row = QUESTIONS.lines().next().unwrap();
    let rows: String = (0..8).map(|number| row.replace("\"sky\"", &format!("\"{number}\"")) + "\n").collect();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), &rows);
    assert_eq!(project.rows_of_eval(&[]).len(), 8);
    assert_eq!(provider.counts().requests, 3);
}
