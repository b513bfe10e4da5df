//! Keys come from an environment variable or a file, and are never shown.

use scorebox_engine::LlmError;
use scorebox_fakes::{Answer, Asked, DEFAULT_KEY, Failure, FakeProvider};
use scorebox_gateway::{Gateway, ModelProblem, ProviderProblem, SecretProblem, SecretSource};

use crate::support::{ALIAS, Api, Setup, run_as_child};

const VARIABLE: &str = "SCOREBOX_TEST_PROVIDER_KEY";

fn named(variable: &str) -> Option<SecretSource> {
    Some(SecretSource::Environment(variable.to_owned()))
}

#[test]
fn a_key_is_read_from_an_environment_variable() {
    let variables = [(VARIABLE, DEFAULT_KEY), ("OPENAI_API_KEY", DEFAULT_KEY), ("SCOREBOX_TEST_EMPTY_KEY", "")];
    run_as_child("secrets::keys_are_in_the_environment", &variables, &[]);
}

#[tokio::test]
#[ignore = "runs in a process of its own, whose environment holds keys"]
async fn keys_are_in_the_environment() {
    let fake = FakeProvider::start().await.unwrap();
    let setup = Setup::asking(&fake).provider(|provider| provider.key = named(VARIABLE));
    setup.open().ask("the variable that is named").await.unwrap();
    let by_convention = setup.clone().provider(|provider| provider.key = None);
    by_convention.open().ask("the variable that the preset names").await.unwrap();
    let empty = setup.provider(|provider| provider.key = named("SCOREBOX_TEST_EMPTY_KEY"));
    let refused = empty.open().ask("an empty variable").await.unwrap_err();
    assert!(
        matches!(&refused, LlmError::Denied(text) if text.contains("SCOREBOX_TEST_EMPTY_KEY is not set")),
        "{refused}"
    );
    assert_eq!(fake.counts().answered, 2);
}

#[tokio::test]
async fn a_key_that_cannot_be_read_is_found_before_the_first_row_and_said() {
    let fake = FakeProvider::start().await.unwrap();
    let setup = Setup::asking(&fake);
    let missing = setup.path("no-such-file");
    for (key, part) in [
        (named("SCOREBOX_TEST_NO_SUCH_KEY"), "SCOREBOX_TEST_NO_SUCH_KEY is not set"),
        (Some(SecretSource::File(missing)), "no-such-file cannot be read"),
    ] {
        let way = setup.clone().provider(|provider| provider.key = key).open();
        let problem = way.gateway.check_model(ALIAS, &setup_permissions()).unwrap_err();
        let ModelProblem::Provider { problem, .. } = problem else { panic!("{problem}") };
        assert!(matches!(*problem, ProviderProblem::Key { .. }), "{problem}");
        assert!(problem.to_string().contains(part), "{problem}");
        assert!(problem.to_string().contains("api_key_env"), "{problem}");
        assert!(matches!(way.ask("Hello").await, Err(LlmError::Denied(_))));
    }
    for content in ["", "\n", "two\nlines", "a\u{7}bell"] {
        std::fs::write(setup.path("key"), content).unwrap();
        let problem = setup.open().gateway.check_model(ALIAS, &setup_permissions()).unwrap_err();
        let ModelProblem::Provider { problem, .. } = problem else { panic!("{content:?}: {problem}") };
        let ProviderProblem::Key { problem, .. } = *problem else { panic!("{content:?}: {problem}") };
        assert!(matches!(problem, SecretProblem::Malformed(_)), "{content:?}: {problem}");
        assert!(content.len() < 2 || !problem.to_string().contains(content), "{problem}");
    }
    assert_eq!(fake.counts().connections, 0);
}

fn setup_permissions() -> scorebox_gateway::Permissions {
    scorebox_gateway::Permissions { models: vec![ALIAS.to_owned()], ..Default::default() }
}

#[tokio::test]
async fn a_provider_that_wants_no_key_gets_none() {
    let fake = FakeProvider::builder().any_key().start().await.unwrap();
    let setup = Setup::asking(&fake).provider(|provider| provider.no_key = true);
    setup.open().ask("Hello").await.unwrap();
    assert_eq!(fake.recorded()[0].header("authorization"), "");
}

#[tokio::test]
async fn a_provider_s_further_headers_are_sent() {
    let fake = FakeProvider::start().await.unwrap();
    let organisation = ("x-organisation".to_owned(), "evaluations".to_owned());
    let setup = Setup::asking(&fake).provider(|provider| drop(provider.headers.insert(organisation.0, organisation.1)));
    setup.open().ask("Hello").await.unwrap();
    assert_eq!(fake.recorded()[0].header("x-organisation"), "evaluations");
}

fn all_text_below(folder: &std::path::Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let text = |path: std::path::PathBuf| match path.is_dir() {
        true => all_text_below(&path),
        false => std::fs::read_to_string(path).unwrap(),
    };
    entries.map(text).collect()
}

#[tokio::test]
async fn a_key_is_shown_nowhere() {
    let answer = |asked: &Asked| match asked.text.as_str() {
        "a quote" => Answer::failure(Failure::BadRequest(format!("Bad request with {DEFAULT_KEY} in it."))),
        _ => Answer::text("Fine."),
    };
    let fake = FakeProvider::builder().answer(answer).start().await.unwrap();
    let setup = Setup::asking(&fake).caching().recording();
    let way = setup.open();
    way.ask("Hello").await.unwrap();
    let refused = way.ask("a quote").await.unwrap_err();
    way.gateway.finish().unwrap();
    let shown = [
        format!("{refused} {refused:?}"),
        format!("{:?} {:?} {setup:?}", way.gateway, way.door),
        serde_json::to_string(&way.gateway.reading()).unwrap(),
        std::fs::read_to_string(setup.cassette()).unwrap(),
        all_text_below(&setup.path("cache")),
    ];
    for text in shown {
        assert!(!text.contains(DEFAULT_KEY), "{text}");
    }
}

#[tokio::test]
async fn not_even_a_part_of_a_key_is_shown_where_a_quote_is_cut_off() {
    let answer = |asked: &Asked| Answer::failure(Failure::BadRequest(format!("{} {DEFAULT_KEY} it was", asked.text)));
    let fake = FakeProvider::builder().answer(answer).start().await.unwrap();
    let way = Setup::asking(&fake).open();
    for length in 230..300 {
        let refused = way.ask(&"x".repeat(length)).await.unwrap_err().to_string();
        assert!(!refused.contains(&DEFAULT_KEY[..8]), "{refused}");
    }
}

#[tokio::test]
async fn a_reply_that_is_no_reply_does_not_show_the_key_either() {
    for api in Api::ALL {
        let answer = |_: &Asked| Answer::raw(serde_json::json!({"echo": format!("{}{DEFAULT_KEY}", "x".repeat(270))}));
        let fake = FakeProvider::builder().answer(answer).start().await.unwrap();
        let way = Setup::through(api, &fake).provider(|provider| provider.retries = Some(0)).open();
        let refused = way.ask("Hello").await.unwrap_err().to_string();
        assert!(!refused.contains(&DEFAULT_KEY[..8]), "{api:?}: {refused}");
    }
}

#[test]
fn a_gateway_without_anything_reads_no_key() {
    assert!(Gateway::new(scorebox_gateway::GatewayConfig::default()).is_ok());
}
