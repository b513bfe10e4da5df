//! What is refused before the first row, with what to do about it.

use std::process::Command;

use scorebox_fakes::{FakeProvider, Protocol};

use crate::common::Ran;
use crate::project::{CHAT_AND_JUDGE, Project, QUESTIONS, agreeable, base_url, models, replaced};

/// Refused with exit code 2, with nothing asked and nothing written. Ports are left out of the message.
fn refused_by(provider: &FakeProvider, project: &Project, command: &mut Command) -> String {
    let ran = Ran::from(command.output().unwrap());
    assert_eq!(ran.code, Some(2), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout, "");
    assert!(!project.has_runs());
    assert_eq!(provider.counts().connections, 0);
    ran.stderr.replace(&provider.address().port().to_string(), "PORT")
}

/// What is said about a config in which one part is another.
fn refused(part: &str, by: &str) -> String {
    let provider = agreeable();
    let config = replaced(&(models(&provider) + CHAT_AND_JUDGE), part, by);
    let project = Project::new(&config, QUESTIONS);
    refused_by(&provider, &project, &mut project.command(&["eval"]))
}

#[test]
fn a_missing_key_is_refused() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGE), QUESTIONS);
    insta::assert_snapshot!(refused_by(&provider, &project, &mut project.keyless(&["eval"])), @r#"
    error: scorebox.toml:21:7: the model `app` (fake:/app-1) cannot be used: the provider `fake` has no key: the environment variable FAKE_KEY is not set; set it, or name another place with api_key_env = "…" or api_key_file = "…" in [providers.fake]
        |
     21 | use = "predictors/chat"
        |       ^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn an_empty_key_is_a_missing_one() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGE), QUESTIONS);
    let message = refused_by(&provider, &project, project.keyless(&["eval"]).env("FAKE_KEY", ""));
    assert!(message.contains("the environment variable FAKE_KEY is not set"), "{message}");
}

#[test]
fn a_missing_key_file_is_refused() {
    insta::assert_snapshot!(refused("api_key_env = \"FAKE_KEY\"", "api_key_file = \"key.txt\""), @r#"
    error: scorebox.toml:21:7: the model `app` (fake:/app-1) cannot be used: the provider `fake` has no key: the file key.txt cannot be read: No such file or directory (os error 2); set it, or name another place with api_key_env = "…" or api_key_file = "…" in [providers.fake]
        |
     21 | use = "predictors/chat"
        |       ^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn an_unknown_model_is_refused_with_the_line_to_add() {
    insta::assert_snapshot!(refused("{ model = \"app\" }", "{ model = \"writer\" }"), @r#"
    error: scorebox.toml:21:7: there is no model `writer`; add it to scorebox.toml, for instance:

      [models]
      writer = "openai:/gpt-4o-mini"
        |
     21 | use = "predictors/chat"
        |       ^^^^^^^^^^^^^^^^^
    "#);
    insta::assert_snapshot!(refused("judge = \"fake:/judge-1\"\n", ""), @r#"
    error: scorebox.toml:24:7: there is no model `judge`; add it to scorebox.toml, for instance:

      [models]
      judge = "openai:/gpt-4o-mini"
        |
     24 | use = "judges/correctness"
        |       ^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_model_that_is_not_granted_is_refused_with_the_line_to_add() {
    insta::assert_snapshot!(refused("[\"app\", \"judge\"]", "[\"app\"]"), @r#"
    error: scorebox.toml:25:7: the model `judge` is not granted to this plugin; to grant it, add "judge" to `models` under [permissions] in scorebox.toml:

      [permissions]
      models = ["judge"]
        |
     25 | use = "judges/correctness"
        |       ^^^^^^^^^^^^^^^^^^^^
    "#);
    insta::assert_snapshot!(refused("[permissions]\nmodels = [\"app\", \"judge\"]\n", ""), @r#"
    error: scorebox.toml:19:7: the model `app` is not granted to this plugin; to grant it, add "app" to `models` under [permissions] in scorebox.toml:

      [permissions]
      models = ["app"]
        |
     19 | use = "predictors/chat"
        |       ^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn an_unknown_provider_is_refused_with_a_suggestion() {
    insta::assert_snapshot!(refused("judge = \"fake:/judge-1\"", "judge = \"opnai:/gpt-4o-mini\""), @r#"
    error: scorebox.toml:25:7: the model `judge` (opnai:/gpt-4o-mini) cannot be used: there is no provider `opnai`; did you mean `openai`?
        |
     25 | use = "judges/correctness"
        |       ^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn what_is_no_model_is_refused_with_its_place() {
    insta::assert_snapshot!(refused("judge = \"fake:/judge-1\"", "judge = \"gpt-4o-mini\""), @r#"
    error: scorebox.toml:6:9: "gpt-4o-mini" is no model: write PROVIDER:/MODEL, such as openai:/gpt-4o-mini
       |
     6 | judge = "gpt-4o-mini"
       |         ^^^^^^^^^^^^^
    "#);
}

#[test]
fn what_is_no_model_is_refused_on_the_command_line() {
    let provider = agreeable();
    let project = Project::new(&(models(&provider) + CHAT_AND_JUDGE), QUESTIONS);
    let refused = |option| refused_by(&provider, &project, &mut project.command(&["eval", "--model", option]));
    insta::assert_snapshot!(refused("judge"), @r"
    error: invalid value 'judge' for '--model <NAME=PROVIDER:/MODEL>': write NAME=PROVIDER:/MODEL, such as judge=openai:/gpt-4o-mini

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(refused("judge=gpt-4o-mini"), @r#"
    error: invalid value 'judge=gpt-4o-mini' for '--model <NAME=PROVIDER:/MODEL>': "gpt-4o-mini" is no model: write PROVIDER:/MODEL, such as openai:/gpt-4o-mini

    For more information, try '--help'.
    "#);
}

#[test]
fn a_url_without_a_grant_is_refused_with_the_line_to_add() {
    let http = "use = \"predictors/http\"\nconfig = { url = \"https://app.example/chat\" }";
    insta::assert_snapshot!(refused("use = \"predictors/chat\"\nconfig = { model = \"app\" }", http), @r#"
    error: scorebox.toml:21:7: https://app.example is not granted (no HTTP is granted to this plugin); to grant it, add "https://app.example" to `http` under [permissions]
        |
     21 | use = "predictors/http"
        |       ^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_private_address_is_refused_unless_the_grant_says_so() {
    let http = "use = \"predictors/http\"\nconfig = { url = \"http://127.0.0.1:9/chat\" }\n\
                permissions = { http = [\"http://127.0.0.1:9\"] }";
    insta::assert_snapshot!(refused("use = \"predictors/chat\"\nconfig = { model = \"app\" }", http), @r#"
    error: scorebox.toml:21:7: 127.0.0.1 is a loopback address; to allow it, write { url = "http://127.0.0.1:9", private = true } in `http` under [permissions]
        |
     21 | use = "predictors/http"
        |       ^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn an_unknown_key_of_a_provider_is_refused_with_a_suggestion() {
    insta::assert_snapshot!(refused("retries = 0", "retires = 0"), @r"
    error: scorebox.toml:11:1: unknown field `retires`, expected one of `protocol`, `base_url`, `api_key_env`, `api_key_file`, `no_api_key`, `api_version`, `headers`, `concurrency`, `requests_per_minute`, `tokens_per_minute`, `timeout`, `give_up_after`, `retries`, `private`, `ca_file`, `proxy`
        |
     11 | retires = 0
        | ^^^^^^^
    help: did you mean `retries`?
    ");
}

#[test]
fn a_key_that_is_written_into_the_config_is_refused() {
    let message = refused("api_key_env = \"FAKE_KEY\"", "api_key = \"sk-1234567890\"");
    insta::assert_snapshot!(message, @r"
    error: scorebox.toml:10:1: a secret does not belong into this file: `api_key`
        |
     10 | api_key = …
        | ^^^^^^^
    help: name the environment variable or the file that holds it: api_key_env or api_key_file
    ");
}

#[test]
fn two_places_of_the_key_are_refused() {
    let both = "api_key_env = \"FAKE_KEY\"\napi_key_file = \"key.txt\"";
    insta::assert_snapshot!(refused("api_key_env = \"FAKE_KEY\"", both), @r"
    error: scorebox.toml:8:1: name one place of the key: api_key_env or api_key_file
       |
     8 | [providers.fake]
       | ^^^^^^^^^^^^^^^^
    ");
}

#[test]
fn what_is_no_price_is_refused_with_its_place() {
    insta::assert_snapshot!(refused("\"fake:/app-1\" = { input = 1.0,", "\"fake:/app-1\" = { input = -1.0,"), @r#"
    error: scorebox.toml:17:27: an amount of US dollars is a number from 0 to 18,000,000
        |
     17 | "fake:/app-1" = { input = -1.0, output = 2.0 }
        |                           ^^^^
    "#);
    insta::assert_snapshot!(refused("\"fake:/app-1\" = { input = 1.0,", "\"fake:/app-1\" = { input = \"cheap\","), @r#"
    error: scorebox.toml:17:27: invalid type: string "cheap", expected f64
        |
     17 | "fake:/app-1" = { input = "cheap", output = 2.0 }
        |                           ^^^^^^^
    "#);
    insta::assert_snapshot!(refused("\"fake:/app-1\" = { input", "\"app-1\" = { input"), @r#"
    error: scorebox.toml:17:11: "app-1" is no model: write PROVIDER:/MODEL, such as openai:/gpt-4o-mini
        |
     17 | "app-1" = { input = 1.0, output = 2.0 }
        |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_budget_in_dollars_needs_the_prices_of_its_models() {
    let budget = "[budget]\ncost_usd = 0.5\n\n[prices]\n";
    insta::assert_snapshot!(refused("[prices]\n\"fake:/app-1\" = { input = 1.0, output = 2.0 }\n", budget), @r#"
    error: scorebox.toml:23:7: no price of fake:/app-1 is known, so a budget in dollars cannot be kept; add it to scorebox.toml, in dollars for a million tokens:

      [prices]
      "fake:/app-1" = { input = 1.0, output = 2.0 }
        |
     23 | use = "predictors/chat"
        |       ^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_base_url_that_is_none_is_refused() {
    let provider = agreeable();
    let base_url = base_url(&provider, Protocol::OpenAi);
    let config = replaced(&(models(&provider) + CHAT_AND_JUDGE), &base_url, "127.0.0.1/v1");
    let project = Project::new(&config, QUESTIONS);
    insta::assert_snapshot!(refused_by(&provider, &project, &mut project.command(&["eval"])), @r#"
    error: scorebox.toml:21:7: the model `app` (fake:/app-1) cannot be used: [providers.fake] base_url: "127.0.0.1/v1" is no URL such as https://host/v1: relative URL without a base
        |
     21 | use = "predictors/chat"
        |       ^^^^^^^^^^^^^^^^^
    "#);
}
