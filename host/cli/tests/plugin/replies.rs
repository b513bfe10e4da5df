//! Recorded replies of models in the cases of a plugin.

use std::fs;
use std::sync::LazyLock;

use scorebox_fakes::{FakeProvider, Protocol};
use tokio::runtime::Runtime;

use crate::common::{Ran, Sandbox};
use crate::{plugin, text_plugin};

const KEY: &str = "sk-fake-7Qz4Wm9Xt2Lr8Vb5";

const CASE: &str = r#"{"name":"kind","scorer":"guidelines","config":{"guidelines":["Be kind."],"model":"judge"},"example":{"inputs":{"question":"Hello?"},"outputs":"Hello!"},"expect":{"feedback":[{"name":"guidelines"}]}}"#;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// Asks no model, so that its replies can be recorded without one.
const CASE_WITHOUT_MODEL: &str = r#"{"scorer":"exact_match","example":{"outputs":"a","expectations":{"expected_response":"a"}},"expect":{"feedback":[{"value":true}]}}"#;

fn provider() -> FakeProvider {
    RUNTIME.block_on(FakeProvider::builder().key(KEY).start()).unwrap()
}

/// The judges with a case, and a provider `fake` in tests/models.toml.
fn judges(provider: &FakeProvider) -> Sandbox {
    let base_url = provider.base_url(Protocol::OpenAi);
    let models = format!("[providers.fake]\nbase_url = \"{base_url}\"\napi_key_env = \"FAKE_KEY\"\nretries = 0\n");
    plugin("judges", CASE).with("tests/models.toml", &models)
}

fn test(sandbox: &Sandbox, options: &[&str]) -> Ran {
    let mut command = sandbox.command([&["plugin", "test", "it.wasm"], options].concat());
    command.env("FAKE_KEY", KEY).output().unwrap().into()
}

#[test]
fn what_is_recorded_is_replayed_without_a_provider() {
    let provider = provider();
    let sandbox = judges(&provider);
    let recorded = test(&sandbox, &["--record", "--model", "judge=fake:/judge-1"]);
    assert_eq!(recorded.code, Some(0), "{}{}", recorded.stdout, recorded.stderr);
    assert_eq!(provider.counts().requests, 1);
    assert!(
        recorded.stderr.contains("put into tests/models.toml:\n[models]\njudge = \"fake:/judge-1\""),
        "{}",
        recorded.stderr
    );
    assert!(!fs::read_to_string(sandbox.path("tests/replies.jsonl")).unwrap().contains(KEY));

    let again = test(&sandbox, &["--record", "--model", "judge=fake:/judge-1"]);
    assert_eq!((again.code, provider.counts().requests), (Some(0), 1), "what is there is not asked again");
    drop(provider);
    let replayed = sandbox.run(["plugin", "test", "it.wasm", "--model", "judge=fake:/judge-1"]);
    assert_eq!(replayed.code, Some(0), "{}{}", replayed.stdout, replayed.stderr);
}

#[test]
fn without_a_key_nothing_is_recorded() {
    let sandbox = plugin("judges", CASE);
    let mut command =
        sandbox.command(["plugin", "test", "it.wasm", "--record", "--model", "judge=openai:/gpt-4o-mini"]);
    let ran: Ran = command.env_remove("OPENAI_API_KEY").output().unwrap().into();
    assert_eq!(ran.code, Some(2), "{}", ran.stdout);
    assert!(ran.stderr.contains("OPENAI_API_KEY"), "{}", ran.stderr);
    assert!(!sandbox.path("tests/models.toml").exists());
}

#[test]
fn the_models_of_a_recording_are_kept_where_no_file_says_them() {
    let sandbox = text_plugin(CASE_WITHOUT_MODEL);
    let models = ["judge=ollama:/llama3", "judge=ollama:/llama3.2", "the \"other\"=ollama:/qwen3"];
    let options = models.iter().flat_map(|model| ["--model", model]);
    let recorded = sandbox.run(["plugin", "test", "it.wasm", "--record"].into_iter().chain(options));
    assert_eq!(recorded.code, Some(0), "{}{}", recorded.stdout, recorded.stderr);
    insta::assert_snapshot!(fs::read_to_string(sandbox.path("tests/models.toml")).unwrap(), @r#"
    # The models that replies.jsonl was recorded with, by the names that the cases use.
    [models]
    judge = "ollama:/llama3.2"
    'the "other"' = "ollama:/qwen3"
    "#);
    let again = sandbox.run(["plugin", "test", "it.wasm", "--record"]);
    assert_eq!(again.code, Some(0), "what was written is read again: {}", again.stderr);
}

#[test]
fn without_a_recording_nothing_is_asked() {
    let provider = provider();
    let sandbox = judges(&provider);
    let ran = test(&sandbox, &[]);
    assert_eq!((ran.code, provider.counts().requests), (Some(1), 0), "{}", ran.stdout);
    assert!(ran.stdout.contains("tests/replies.jsonl is not there; record it with"), "{}", ran.stdout);
}

#[test]
fn a_model_that_nobody_named_is_not_asked() {
    let provider = provider();
    let sandbox = judges(&provider);
    let ran = test(&sandbox, &["--record"]);
    assert_eq!((ran.code, provider.counts().requests), (Some(1), 0), "{}", ran.stdout);
    assert!(ran.stdout.contains("--model judge=PROVIDER:/MODEL"), "{}", ran.stdout);
}

#[test]
fn a_recording_that_lacks_the_reply_says_what_was_asked() {
    let provider = provider();
    let sandbox = judges(&provider);
    assert_eq!(test(&sandbox, &["--record", "--model", "judge=fake:/judge-1"]).code, Some(0));
    let sandbox = sandbox.with("tests/examples.jsonl", &CASE.replace("Hello!", "Go away!"));
    let ran = test(&sandbox, &["--model", "judge=fake:/judge-1"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stdout);
    assert!(ran.stdout.contains("tests/replies.jsonl has no reply for what was asked"), "{}", ran.stdout);
    let unnamed = test(&sandbox, &[]);
    assert!(unnamed.stdout.contains("nothing says which model stands behind"), "{}", unnamed.stdout);
}
