//! Runs that go well, and what they leave.

use scorebox_fakes::Protocol;
use serde_json::json;

use crate::project::{CHAT_AND_JUDGES, Project, QUESTIONS, agreeable, base_url, model_lines, models, replaced, values};

#[test]
fn an_application_is_asked_and_judged_row_by_row() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), QUESTIONS);
    let ran = project.eval(&[]);
    assert_eq!(provider.refusals(), [""; 0]);
    assert_eq!(provider.counts().answered, 9);

    let rows = project.rows();
    assert_eq!(values(&rows, "correctness"), [true; 3]);
    assert_eq!(values(&rows, "guidelines"), [true; 3]);
    for row in &rows {
        assert_eq!(row["outputs"], "The answer is 42.");
        let one = json!({ "requests": 1, "input_tokens": 100, "output_tokens": 10, "cost_usd": 0.00012 });
        assert_eq!(row["usage"], json!({ "predict": one, "scores": { "correctness": one, "guidelines": one } }));
        assert_eq!(row["trace"]["spans"][0]["name"], "chat app", "{row}");
    }
    insta::assert_snapshot!(model_lines(&ran.stdout), @r"
    model fake:/app-1 · 3 sent · 300 tokens in, 30 out · $0.000360
    model fake:/judge-1 · 6 sent · 600 tokens in, 60 out · $0.000720
    ");
}

#[test]
fn the_record_says_what_was_spent_on_each_model() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGES), QUESTIONS);
    project.eval(&["--quiet"]);
    let record = project.record();
    insta::assert_snapshot!(serde_json::to_string_pretty(&record["gateway"]).unwrap(), @r#"
    {
      "http_exchanges": 0,
      "models": {
        "fake:/app-1": {
          "cost_usd": 0.00036,
          "from_cache": 0,
          "from_cassette": 0,
          "input_tokens": 300,
          "output_tokens": 30,
          "rate_limited": 0,
          "retries": 0,
          "sent": 3
        },
        "fake:/judge-1": {
          "cost_usd": 0.00072,
          "from_cache": 0,
          "from_cassette": 0,
          "input_tokens": 600,
          "output_tokens": 60,
          "rate_limited": 0,
          "retries": 0,
          "sent": 6
        }
      }
    }
    "#);
    insta::assert_snapshot!(record["summary"]["usage"], @r#"{"cost_usd":0.00108,"input_tokens":900,"output_tokens":90,"requests":9}"#);
    insta::assert_snapshot!(record["summary"]["scorers"][0]["usage"], @r#"{"cost_usd":0.00036,"input_tokens":300,"output_tokens":30,"requests":3}"#);
}

#[test]
fn a_model_without_a_price_is_pointed_out() {
    let provider = agreeable();
    let config = models(&provider) + CHAT_AND_JUDGES;
    let config = replaced(&config, "\"fake:/judge-1\" = { input = 1.0, output = 2.0 }\n", "");
    let project = Project::new(&config, QUESTIONS);
    insta::assert_snapshot!(model_lines(&project.eval(&[]).stdout), @r"
    model fake:/app-1 · 3 sent · 300 tokens in, 30 out · $0.000360
    model fake:/judge-1 · 6 sent · 600 tokens in, 60 out · $0.00 · no price known, so its cost is not counted: add it to [prices]
    ");
    assert_eq!(project.rows()[0]["usage"]["scores"]["correctness"]["cost_usd"], json!(0.0));
}

#[test]
fn every_api_is_spoken() {
    for (protocol, name) in
        [(Protocol::Anthropic, "anthropic"), (Protocol::Gemini, "gemini"), (Protocol::Azure, "azure")]
    {
        let provider = agreeable();
        let config = models(&provider) + CHAT_AND_JUDGES;
        let config = replaced(&config, &base_url(&provider, Protocol::OpenAi), &base_url(&provider, protocol));
        let config = replaced(&config, "[providers.fake]", &format!("[providers.fake]\nprotocol = \"{name}\""));
        let project = Project::new(&config, QUESTIONS);
        let rows = project.rows_of_eval(&[]);
        assert_eq!(values(&rows, "correctness"), [true; 3], "{name}");
        assert_eq!(rows[0]["outputs"], "The answer is 42.", "{name}");
        assert_eq!(provider.refusals(), [""; 0], "{name}");
        assert!(provider.recorded().iter().all(|asked| asked.protocol == protocol), "{name}");
    }
}
