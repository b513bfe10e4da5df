//! Applications over HTTP.

use scorebox_fakes::MisbehavingServer;
use serde_json::json;

use crate::common::Ran;
use crate::project::{Project, QUESTIONS, block_on};
use crate::secrets::assert_nowhere;

const TOKEN: &str = "tok-5Hn8Jc3Ks6Pd1Yf4";

fn peer() -> MisbehavingServer {
    block_on(MisbehavingServer::start()).unwrap()
}

/// An application at a path of a peer, with what the config says more, and a header from the environment.
fn config(peer: &MisbehavingServer, path: &str, more: &str) -> String {
    let (origin, url) = (peer.url(""), peer.url(path));
    format!(
        r#"[dataset]
path = "data.jsonl"

[permissions]
http = [{{ url = "{origin}", private = true, headers = {{ authorization = {{ env = "APP_TOKEN" }} }} }}]

[predict]
use = "predictors/http"
config = {{ url = "{url}"{more} }}

[[scorers]]
use = "text/contains"
"#
    )
}

fn eval(project: &Project, options: &[&str]) -> Ran {
    project.command(&[&["eval"], options].concat()).env("APP_TOKEN", TOKEN).output().unwrap().into()
}

#[test]
fn an_application_is_asked_over_http_with_a_header_that_no_plugin_sees() {
    let peer = peer();
    let project = Project::new(&config(&peer, "/echo", ""), QUESTIONS);
    let ran = eval(&project, &["--record", "replies.jsonl"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(peer.requests(), 3);
    assert!(ran.stdout.contains("  http  3 exchanges"), "{}", ran.stdout);
    let rows = project.rows();
    let echo = &rows[0]["outputs"];
    assert_eq!((&echo["method"], &echo["path"]), (&json!("POST"), &json!("/echo")));
    assert_eq!(echo["body"], r#"{"question":"Which colour has the sky?"}"#);
    assert_eq!(echo["headers"]["content-type"], json!(["application/json"]));
    // The peer had it: it sends back what it got.
    assert_eq!(echo["headers"]["authorization"], json!(["[redacted]"]));
    assert_eq!(rows[0]["trace"]["spans"][0]["attributes"]["http.response.status_code"], 200, "{}", rows[0]["trace"]);
    assert_nowhere(TOKEN, &project, &[&ran]);
}

#[test]
fn replies_over_http_are_replayed_without_the_peer_and_without_the_header() {
    let peer = peer();
    let project = Project::new(&config(&peer, "/echo", ", output = \"/body\""), QUESTIONS);
    assert_eq!(eval(&project, &["--record", "replies.jsonl"]).code, Some(0));
    drop(peer);
    let rows = project.rows_of_eval(&["--replay", "replies.jsonl"]);
    assert_eq!(rows[2]["outputs"], r#"{"question":"Which colour has coal?"}"#);
}

#[test]
fn a_peer_that_fails_fails_its_rows_without_quoting_the_header() {
    let peer = peer();
    let project = Project::new(&config(&peer, "/echo", ", expect_status = [201]"), QUESTIONS);
    let ran = eval(&project, &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    for row in project.rows() {
        assert_eq!(row["predict_error"]["kind"], "failed", "{row}");
        assert!(row["predict_error"]["message"].as_str().unwrap().contains("200"), "{row}");
    }
    assert_nowhere(TOKEN, &project, &[&ran]);
}

#[test]
fn a_header_that_is_not_there_is_found_before_the_first_row() {
    let peer = peer();
    let project = Project::new(&config(&peer, "/echo", ""), QUESTIONS);
    let ran = project.run(&["eval"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("the environment variable APP_TOKEN is not set"), "{}", ran.stderr);
    assert!(!project.has_runs());
    assert_eq!(peer.requests(), 0);
}

#[test]
fn a_redirect_is_not_followed_and_says_where_it_leads() {
    let (peer, other) = (peer(), peer());
    let path = format!("/redirect/307?to={}", other.url("/echo"));
    let project = Project::new(&config(&peer, &path, ""), QUESTIONS);
    assert_eq!(eval(&project, &["--quiet"]).code, Some(0));
    let row = &project.rows()[0];
    assert!(row["predict_error"]["message"].as_str().unwrap().contains(&other.url("/echo")), "{row}");
    assert_eq!((peer.requests(), other.connections()), (3, 0));
}
