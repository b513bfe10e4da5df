//! What may be spent ends a run cleanly, and is never exceeded.

use std::time::Duration;

use scorebox_core::Cost;
use scorebox_engine::{ChatRequest, LlmError};
use scorebox_fakes::{Answer, FakeProvider};
use scorebox_gateway::{Budget, ModelProblem};

use crate::support::{ALIAS, Setup, Way, chat};

const NOTHING: Budget = Budget { cost: None, tokens: None, requests: None };

fn requests(most: u64) -> Budget {
    Budget { requests: Some(most), ..NOTHING }
}

/// Twenty tokens at most for each reply, all of which are written.
fn verbose(number: usize) -> ChatRequest {
    ChatRequest { max_tokens: Some(20), ..chat(&format!("question {number}")) }
}

async fn talkative() -> FakeProvider {
    let answer = |_: &_| Answer::text("word ".repeat(100));
    FakeProvider::builder().answer(answer).latency(Duration::from_millis(5)).start().await.unwrap()
}

async fn reason(way: &Way) -> Option<String> {
    tokio::time::timeout(Duration::from_millis(50), way.gateway.over_budget()).await.ok()
}

/// Asks until the budget refuses; answers how many were answered and the refusal.
async fn ask_until_refused(way: &Way) -> (usize, String) {
    for number in 0..100 {
        match way.complete(verbose(number)).await {
            Ok(_) => {}
            Err(LlmError::OverBudget(refusal)) => return (number, refusal),
            Err(other) => panic!("{other:?}"),
        }
    }
    panic!("the budget holds nothing back");
}

#[tokio::test]
async fn the_run_s_budget_ends_the_run_and_says_which_limit_it_was() {
    let dollars = Cost::from_dollars(0.1).unwrap();
    for (budget, limit) in [
        (requests(3), "3 requests"),
        (Budget { tokens: Some(100), ..NOTHING }, "100 tokens"),
        (Budget { cost: Some(dollars), ..NOTHING }, "cost_usd"),
    ] {
        let fake = talkative().await;
        let way = Setup::asking(&fake).price(1_000.0, 1_000.0).config(|config| config.budget = budget).open();
        assert_eq!(reason(&way).await, None, "{limit}: the run has only begun");
        let (answered, refusal) = ask_until_refused(&way).await;
        assert!(answered > 0, "{limit}");
        assert!(refusal.contains("the run's budget") && refusal.contains(limit), "{refusal}");
        assert_eq!(reason(&way).await, Some(refusal), "whoever waits for it is told, also later");
        assert_eq!(fake.counts().requests, answered as u64, "{limit}: what is refused is not sent");
    }
}

#[tokio::test]
async fn whoever_waits_for_the_end_of_the_budget_is_woken() {
    let fake = talkative().await;
    let way = Setup::asking(&fake).config(|config| config.budget = requests(1)).open();
    let (reason, _) = tokio::join!(way.gateway.over_budget(), ask_until_refused(&way));
    assert!(reason.contains("1 requests"), "{reason}");
}

#[tokio::test]
async fn the_budget_of_one_function_does_not_end_the_run() {
    let fake = talkative().await;
    let setup = Setup::asking(&fake);
    let narrow = setup.clone().permissions(|may| may.budget = requests(2)).open();
    let (answered, refusal) = ask_until_refused(&narrow).await;
    assert_eq!(answered, 2);
    assert!(refusal.contains("the budget of `scorer`"), "{refusal}");
    assert_eq!(reason(&narrow).await, None);
    let wide = setup.open_in(&narrow.gateway, "other");
    assert!(wide.ask("Hello").await.is_ok());
}

#[tokio::test]
async fn all_functions_share_the_run_s_budget() {
    let fake = talkative().await;
    let setup = Setup::asking(&fake).config(|config| config.budget = requests(2));
    let one = setup.open();
    let other = setup.open_in(&one.gateway, "other");
    assert!(one.ask("1").await.is_ok() && other.ask("2").await.is_ok());
    assert!(matches!(other.ask("3").await, Err(LlmError::OverBudget(_))));
}

#[tokio::test]
async fn a_reply_that_was_kept_costs_nothing() {
    let fake = talkative().await;
    let setup = Setup::asking(&fake).price(1_000.0, 1_000.0).caching().config(|config| config.budget = requests(1));
    let way = setup.open();
    for _ in 0..5 {
        way.ask("Hello").await.unwrap();
    }
    assert_eq!(reason(&way).await, None);
    assert!(matches!(way.ask("another").await, Err(LlmError::OverBudget(_))));
    assert!(way.ask("Hello").await.is_ok(), "what is kept is there even then");
}

#[tokio::test]
async fn a_budget_is_not_exceeded_by_many_at_once() {
    let dollars = |dollars| Cost::from_dollars(dollars).unwrap();
    for budget in [requests(7), Budget { tokens: Some(300), ..NOTHING }, Budget { cost: Some(dollars(0.3)), ..NOTHING }]
    {
        let fake = talkative().await;
        let way = Setup::asking(&fake).price(1_000.0, 1_000.0).config(|config| config.budget = budget).open();
        let replies = way.complete_all((0..20).map(verbose).collect()).await;
        let answered = replies.iter().filter(|reply| reply.is_ok()).count();
        assert!((5..20).contains(&answered), "{budget:?}: {answered} answers");
        let refused = |reply: &Result<_, LlmError>| matches!(reply, Ok(_) | Err(LlmError::OverBudget(_)));
        assert!(replies.iter().all(refused), "{replies:?}");
        let counts = fake.counts();
        assert!(counts.requests <= budget.requests.unwrap_or(u64::MAX), "{counts:?}");
        assert!(counts.input_tokens + counts.output_tokens <= budget.tokens.unwrap_or(u64::MAX), "{counts:?}");
        assert!(way.reading().cost <= budget.cost.unwrap_or(dollars(1_000.0)), "{:?}", way.reading());
    }
}

#[tokio::test]
async fn an_attempt_at_repair_needs_room_in_the_budget() {
    let fake = FakeProvider::builder().answer(|_: &_| Answer::text("not JSON")).start().await.unwrap();
    let way = Setup::asking(&fake).config(|config| config.budget = requests(1)).open();
    let schema = scorebox_core::Json::parse(r#"{"type":"object"}"#).unwrap();
    let refused = way.complete(ChatRequest { response_schema: Some(schema), ..chat("Judge it.") }).await;
    assert!(matches!(refused, Err(LlmError::OverBudget(_))), "{refused:?}");
    assert_eq!(fake.counts().requests, 1);
}

#[tokio::test]
async fn what_failed_and_what_was_given_up_is_not_spent() {
    let failure = scorebox_fakes::Failure::BadRequest("No.".to_owned());
    let fake =
        FakeProvider::builder().fail_first(vec![failure]).latency(Duration::from_millis(20)).start().await.unwrap();
    let way = Setup::asking(&fake).config(|config| config.budget = requests(1)).open();
    assert!(matches!(way.ask("refused").await, Err(LlmError::InvalidRequest(_))));
    assert!(tokio::time::timeout(Duration::from_millis(1), way.ask("given up")).await.is_err());
    assert!(way.ask("answered").await.is_ok());
}

#[tokio::test]
async fn embeddings_are_paid_from_the_same_budget() {
    let fake = FakeProvider::start().await.unwrap();
    let way = Setup::asking(&fake).config(|config| config.budget = Budget { tokens: Some(50), ..NOTHING }).open();
    way.embed(&["a text of some twenty-eight characters"; 3]).await.unwrap();
    let refused = way.embed(&["a text of some twenty-eight characters"; 3]).await;
    assert!(matches!(refused, Err(LlmError::OverBudget(_))), "{refused:?}");
}

#[tokio::test]
async fn a_budget_in_dollars_without_a_price_is_found_before_the_run() {
    let fake = talkative().await;
    let setup = Setup::asking(&fake);
    let may = scorebox_gateway::Permissions {
        models: vec![ALIAS.to_owned()],
        budget: Budget { cost: Some(Cost::from_dollars(1.0).unwrap()), ..NOTHING },
        ..Default::default()
    };
    let problem = setup.open().gateway.check_model(ALIAS, &may).unwrap_err();
    assert!(matches!(problem, ModelProblem::NoPrice { .. }), "{problem}");
    assert!(problem.to_string().contains("[prices]"), "{problem}");
    assert_eq!(setup.price(1_000.0, 1_000.0).open().gateway.check_model(ALIAS, &may), Ok(()));
}
