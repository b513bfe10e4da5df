//! Judges that the config makes: by instructions, by several models, by criteria, by comparison, with tools.

use scorebox_fakes::{Answer, Asked};
use serde_json::{Value, json};

use crate::project::{Project, feedback, models, replaced, scripted};

const ROW: &str = r#"{"id":"one","inputs":{"question":"Who wrote Emma?"},"outputs":"Jane Austen, I think.","expectations":{"baseline_response":"Jane Austen."}}"#;

fn verdict(result: &Value) -> Answer {
    Answer::json(&json!({ "rationale": "For a reason.", "result": result }))
}

#[test]
fn a_judge_of_your_own_gives_each_kind_of_result() {
    // The number after `kind` in the instructions says which result is wanted.
    const RESULTS: [&str; 5] = ["false", "0.75", "4", "\"casual\"", "\"Too vague.\""];
    let provider = scripted(|asked| {
        let kind = RESULTS.iter().enumerate().find(|(index, _)| asked.prompt.contains(&format!("kind {index}")));
        verdict(&serde_json::from_str(kind.unwrap().1).unwrap())
    });
    let kinds = [
        "\"boolean\"",
        "{ number = { min = 0.0, max = 1.0 } }",
        "{ integer = { min = 1, max = 5 } }",
        "{ one_of = [\"formal\", \"casual\"] }",
        "\"text\"",
    ];
    let scorers = kinds.iter().enumerate().map(|(index, kind)| {
        let instructions = format!("Judge {{{{ outputs }}}} as an answer to {{{{ inputs }}}}: kind {index}.");
        let config = format!("{{ instructions = \"{instructions}\", result = {kind} }}");
        format!("\n[[scorers]]\nuse = \"judges/llm_judge\"\nname = \"kind_{index}\"\nconfig = {config}\n")
    });
    let project = Project::new(&(models(&provider) + &scorers.collect::<String>()), ROW);
    let ran = project.eval(&[]);
    assert_eq!(provider.refusals(), [""; 0]);

    // The text of the row, in which 4 and 4.0 are two things.
    let text = project.file_of_last_run("results.jsonl");
    for (index, result) in RESULTS.iter().enumerate() {
        let written = format!("{{\"name\":\"kind_{index}\",\"value\":{result},");
        assert!(text.contains(&written), "{written} in {text}");
    }
    let rows = project.rows();
    assert_eq!(feedback(&rows[0], "kind_0")["rationale"], "For a reason.");
    assert_eq!(feedback(&rows[0], "kind_0")["metadata"]["model"], "judge-1");
    for asked in provider.recorded() {
        assert!(asked.prompt.contains("Jane Austen, I think.") && asked.prompt.contains("Who wrote Emma?"));
    }
    assert!(ran.stdout.contains("casual 1"), "{}", ran.stdout);
}

#[test]
fn a_result_out_of_its_bounds_is_an_error() {
    let provider = scripted(|_| verdict(&json!(6)));
    let scorer = "\n[[scorers]]\nuse = \"judges/llm_judge\"\n\
                  config = { instructions = \"Rate {{ outputs }}.\", result = { integer = { min = 1, max = 5 } } }\n";
    let project = Project::new(&(models(&provider) + scorer), ROW);
    let error = &project.rows_of_eval(&[])[0]["scores"]["llm_judge"]["error"];
    assert_eq!(error["kind"], "gateway");
    assert!(error["message"].as_str().unwrap().contains("/result: 6 is greater than the maximum of 5"), "{error}");
}

#[test]
fn a_jury_of_two_models_votes() {
    let provider = scripted(|asked| verdict(&json!(if asked.model == "judge-1" { 0.5 } else { 1.0 })));
    let config = replaced(&models(&provider), "judge = ", "critic = \"fake:/critic-1\"\njudge = ");
    let config = replaced(&config, "[\"app\", \"judge\"]", "[\"critic\", \"judge\"]");
    let jury = "\n[[scorers]]\nuse = \"judges/jury\"\nconfig = { models = [\"judge\", \"critic\"], \
                instructions = \"Rate {{ outputs }}.\", result = { number = { min = 0.0, max = 1.0 } } }\n";
    let project = Project::new(&(config + jury), ROW);
    let rows = project.rows_of_eval(&[]);
    let feedback = feedback(&rows[0], "jury");
    assert_eq!(feedback["value"], 0.75);
    assert_eq!(feedback["metadata"]["disagreement"], 0.25);
    let votes = feedback["metadata"]["votes"].as_array().unwrap();
    let votes: Vec<_> = votes.iter().map(|vote| (&vote["model"], &vote["value"])).collect();
    assert_eq!(votes, [(&json!("judge"), &json!(0.5)), (&json!("critic"), &json!(1))]);
    assert_eq!(rows[0]["usage"]["scores"]["jury"]["requests"], 2);
}

#[test]
fn every_juror_needs_a_grant() {
    let provider = scripted(|_| verdict(&json!(true)));
    let config = replaced(&models(&provider), "judge = ", "critic = \"fake:/critic-1\"\njudge = ");
    let jury = "\n[[scorers]]\nuse = \"judges/jury\"\n\
                config = { models = [\"judge\", \"critic\"], instructions = \"Is {{ outputs }} true?\" }\n";
    let ran = Project::new(&(config + jury), ROW).run(&["eval"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("the model `critic` is not granted to this plugin"), "{}", ran.stderr);
    assert_eq!(provider.counts().connections, 0);
}

/// The label of the answer that holds a text, where two answers are compared.
fn label_of(asked: &Asked, text: &str) -> &'static str {
    let (_, from_a) = asked.text.split_once("<answer_a>").unwrap();
    let (a, _) = from_a.split_once("</answer_a>").unwrap();
    if a.contains(text) { "A" } else { "B" }
}

#[test]
fn two_answers_are_compared_in_either_order() {
    let pairwise = "\n[[scorers]]\nuse = \"judges/pairwise\"\n";
    let consistent = scripted(|asked| verdict(&json!(label_of(asked, "I think"))));
    let project = Project::new(&(models(&consistent) + pairwise), ROW);
    let rows = project.rows_of_eval(&[]);
    assert_eq!(feedback(&rows[0], "pairwise")["value"], "win");
    assert_eq!(feedback(&rows[0], "pairwise")["metadata"]["position_bias"], false);
    assert_eq!(consistent.counts().answered, 2);

    let biased = scripted(|_| verdict(&json!("A")));
    let project = Project::new(&(models(&biased) + pairwise), ROW);
    let rows = project.rows_of_eval(&[]);
    assert_eq!(feedback(&rows[0], "pairwise")["value"], "tie");
    assert_eq!(feedback(&rows[0], "pairwise")["metadata"]["position_bias"], true);
}

#[test]
fn a_rubric_scores_each_criterion_and_their_mean() {
    let provider = scripted(|_| {
        let score = |score| json!({ "rationale": "For a reason.", "score": score });
        Answer::json(&json!({ "criterion_01": score(5), "criterion_02": score(2) }))
    });
    let rubric = r#"
[[scorers]]
use = "judges/rubric"
config.criteria = [
    { name = "correct", description = "It is true.", weight = 3.0 },
    { name = "confident", description = "It does not hedge.", scale = { min = 0, max = 4 } },
]
"#;
    let project = Project::new(&(models(&provider) + rubric), ROW);
    let rows = project.rows_of_eval(&[]);
    let feedback = rows[0]["scores"]["rubric"]["feedback"].as_array().unwrap();
    let named: Vec<_> = feedback.iter().map(|one| (one["name"].as_str().unwrap(), one["value"].clone())).collect();
    assert_eq!(named, [("rubric", json!(0.875)), ("correct", json!(5.0)), ("confident", json!(2.0))]);
    assert_eq!(provider.counts().answered, 1);
    let summary = &project.record()["summary"]["scorers"][0]["feedback"];
    let names: Vec<_> = summary.as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["rubric", "confident", "correct"]);
}

#[test]
fn a_judge_looks_into_a_trace_with_tools() {
    let provider = scripted(|asked| {
        let messages = asked.body["messages"].as_array().unwrap();
        let rounds = messages.iter().filter(|message| message["role"] == "assistant").count();
        match rounds {
            0 => Answer::tool_calls([("list_spans", json!({}))]),
            1 => Answer::tool_calls([
                ("get_span", json!({ "span_id": "s2" })),
                ("search", json!({ "pattern": "harbour" })),
            ]),
            _ => verdict(&json!(asked.prompt.contains("the harbour is closed"))),
        }
    });
    let trace = json!({ "trace_id": "t1", "spans": [
        { "span_id": "s1", "name": "agent", "kind": "AGENT", "start_time_unix_nano": 1, "end_time_unix_nano": 9 },
        {
            "span_id": "s2", "parent_span_id": "s1", "name": "look_up", "kind": "TOOL",
            "start_time_unix_nano": 2, "end_time_unix_nano": 3, "outputs": "the harbour is closed",
        },
    ]});
    let row = json!({ "id": "one", "inputs": { "question": "Can I sail today?" }, "outputs": "No.", "trace": trace });
    let scorer = "\n[[scorers]]\nuse = \"judges/llm_judge\"\n\
                  config = { instructions = \"Did the agent look up the harbour? {{ trace }}\" }\n";
    let project = Project::new(&(models(&provider) + scorer), &row.to_string());
    let rows = project.rows_of_eval(&[]);
    assert_eq!(provider.refusals(), [""; 0]);
    assert_eq!(feedback(&rows[0], "llm_judge")["value"], true);
    assert_eq!(rows[0]["usage"]["scores"]["llm_judge"]["requests"], 3);

    let asked = provider.recorded();
    assert_eq!(asked.len(), 3);
    let offered = asked[0].body["tools"].as_array().unwrap().iter().map(|tool| &tool["function"]["name"]);
    assert_eq!(
        offered.collect::<Vec<_>>(),
        ["trace_info", "root_span", "list_spans", "get_span", "search", "timing_report"]
    );
    assert!(!asked[0].prompt.contains("look_up") && !asked[1].prompt.contains("the harbour is closed"));
    assert!(asked[1].prompt.contains("look_up") && asked[2].prompt.contains("the harbour is closed"));

    // Tools and all, the talk is in the cache.
    project.eval(&["--quiet"]);
    assert_eq!(provider.counts().requests, 3);
}
