//! Judges of whole conversations.

use scorebox_fakes::{Answer, FakeProvider};
use serde_json::{Value, json};

use crate::project::{Project, feedback, models, replaced, scripted};

const JUDGES: &str = r#"
[[scorers]]
use = "judges/conversation_completeness"

[[scorers]]
use = "judges/user_frustration"
"#;

/// Two conversations, of two turns and of one.
const TURNS: &str = r#"{"id":"a1","inputs":{"message":"My order is late."},"outputs":"I am sorry. Which one?","tags":{"session":"a"}}
{"id":"a2","inputs":{"message":"Number 7, as I said twice!"},"outputs":"It comes tomorrow.","tags":{"session":"a"}}
{"id":"b1","inputs":{"message":"Thanks."},"outputs":"You are welcome.","tags":{"session":"b"}}
"#;

/// Judges by what the conversation says.
fn judges() -> FakeProvider {
    scripted(|asked| {
        let is_angry = asked.prompt.contains("as I said twice");
        let result = match asked.any_schema().unwrap().pointer("/properties/result/enum") {
            Some(_) if is_angry => json!("resolved"),
            Some(_) => json!("none"),
            None => json!(!is_angry),
        };
        let turn = if is_angry { json!(2) } else { Value::Null };
        Answer::json(&json!({ "rationale": "It was said.", "result": result, "turn": turn }))
    })
}

fn config(provider: &FakeProvider) -> String {
    let config =
        replaced(&models(provider), "path = \"data.jsonl\"", "path = \"data.jsonl\"\nsession = \"tags.session\"");
    config + JUDGES
}

#[test]
fn a_conversation_is_judged_once_on_its_last_row() {
    let provider = judges();
    let project = Project::new(&config(&provider), TURNS);
    let rows = project.rows_of_eval(&[]);
    assert_eq!(provider.refusals(), [""; 0]);
    assert_eq!(provider.counts().answered, 4);
    assert_eq!(rows.len(), 3);

    for scorer in ["conversation_completeness", "user_frustration"] {
        assert_eq!(rows[0]["scores"][scorer], json!({ "skipped": "earlier_turn" }));
    }
    let value = |row: usize, scorer| &feedback(&rows[row], scorer)["value"];
    assert_eq!(
        (value(1, "conversation_completeness"), value(1, "user_frustration")),
        (&json!(false), &json!("resolved"))
    );
    assert_eq!((value(2, "conversation_completeness"), value(2, "user_frustration")), (&json!(true), &json!("none")));
    assert_eq!(feedback(&rows[1], "user_frustration")["rationale"], "turn 2: It was said.");
    assert_eq!(feedback(&rows[1], "user_frustration")["metadata"]["turn"], 2);

    let whole = provider.recorded().into_iter().find(|asked| asked.prompt.contains("My order is late.")).unwrap();
    for said in ["Which one?", "Number 7, as I said twice!", "It comes tomorrow."] {
        assert!(whole.prompt.contains(said), "{}", whole.prompt);
    }
    assert!(
        provider.recorded().iter().all(|asked| !(asked.prompt.contains("late") && asked.prompt.contains("Thanks")))
    );
    assert_eq!(project.record()["summary"]["scorers"][0]["calls"], 2);
}

#[test]
fn a_conversation_is_predicted_turn_by_turn_before_it_is_judged() {
    let provider = scripted(|asked| match asked.any_schema() {
        None => Answer::text(format!("Noted: {}", asked.text)),
        Some(_) => Answer::json(&json!({ "rationale": "All was noted.", "result": true, "turn": null })),
    });
    let config = replaced(&config(&provider), "\n[[scorers]]\nuse = \"judges/user_frustration\"\n", "");
    let project =
        Project::new(&(config + "[predict]\nuse = \"predictors/chat\"\nconfig = { model = \"app\" }\n"), TURNS);
    let rows = project.rows_of_eval(&[]);
    assert_eq!(rows[0]["outputs"], "Noted: My order is late.");
    assert_eq!(feedback(&rows[1], "conversation_completeness")["value"], true);
    let judged = provider.recorded().into_iter().find(|asked| asked.prompt.contains("<conversation>")).unwrap();
    assert!(judged.prompt.contains("Noted: "), "{}", judged.prompt);
}

/// Refused with exit code 2 before anything was asked.
fn refused(config: &str, rows: &str, provider: &FakeProvider) -> String {
    let project = Project::new(config, rows);
    let ran = project.run(&["eval"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{}", ran.stderr);
    assert!(!project.has_runs());
    assert_eq!(provider.counts().connections, 0);
    ran.stderr
}

#[test]
fn a_judge_of_conversations_without_conversations_is_refused_with_the_line_to_add() {
    let provider = judges();
    insta::assert_snapshot!(refused(&(models(&provider) + JUDGES), TURNS, &provider), @r#"
    error: scorebox.toml:21:7: the scorer `conversation_completeness` looks at whole conversations, and nothing says which rows belong to one: name the field that holds a row's session, for instance with `session = "tags.session"` in [dataset]
        |
     21 | use = "judges/conversation_completeness"
        |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_conversation_that_comes_again_is_refused_with_the_line() {
    let provider = judges();
    let again = TURNS.to_owned() + &replaced(TURNS.lines().next().unwrap(), "\"a1\"", "\"a3\"") + "\n";
    insta::assert_snapshot!(refused(&config(&provider), &again, &provider), @r#"error: data.jsonl:4:1: the session "a" of `tags.session` ended on an earlier row and comes up again: sort the rows by `tags.session`, so that the turns of a session stand together and in their order"#);
}

#[test]
fn a_field_that_no_row_has_is_refused() {
    let provider = judges();
    let config = replaced(&config(&provider), "tags.session", "tags.conversation");
    insta::assert_snapshot!(refused(&config, TURNS, &provider), @"error: data.jsonl: no row has `tags.conversation`, by which `session` tells sessions apart: name the field that holds a row's session");
}
