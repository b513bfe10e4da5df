//! A component that misbehaves when it is asked what it holds, or that lies, is refused.

use scorebox_core::FailureKind;
use scorebox_engine::LoadError;
use scorebox_tests::{HandWritten, ScorerText, engine};

async fn refusal(guest: HandWritten) -> LoadError {
    engine().load(&guest.component()).await.expect_err("the component is refused")
}

async fn refused_description(scorers: Vec<ScorerText>) -> String {
    match refusal(HandWritten { scorers, ..HandWritten::default() }).await {
        LoadError::InvalidDescription { reason, .. } => reason,
        other => panic!("refused for another reason: {other}"),
    }
}

async fn describe_failure(guest: HandWritten) -> (FailureKind, String) {
    match refusal(guest).await {
        LoadError::Describe { failure, .. } => (failure.kind, failure.message),
        other => panic!("refused for another reason: {other}"),
    }
}

#[tokio::test]
async fn an_endless_loop_in_describe_is_stopped() {
    let guest = HandWritten { describe: "loop br 0 end unreachable", ..HandWritten::default() };
    let (kind, message) = describe_failure(guest).await;
    assert_eq!(kind, FailureKind::CpuLimit);
    assert!(message.contains("the limit cpu"), "{message}");
}

#[tokio::test]
async fn an_endless_loop_in_a_start_function_is_stopped() {
    let definitions = "(func $main (loop (br 0))) (start $main)".to_owned();
    let (kind, message) = describe_failure(HandWritten { definitions, ..HandWritten::default() }).await;
    assert_eq!(kind, FailureKind::CpuLimit);
    assert!(message.contains("the limit cpu"), "{message}");
}

#[tokio::test]
async fn a_start_function_that_traps_is_reported() {
    let definitions = "(func $main unreachable) (start $main)".to_owned();
    let (kind, message) = describe_failure(HandWritten { definitions, ..HandWritten::default() }).await;
    assert_eq!(kind, FailureKind::Trap);
    assert!(message.contains("unreachable"), "{message}");
}

#[tokio::test]
async fn a_describe_that_traps_is_reported() {
    let (kind, _) = describe_failure(HandWritten { describe: "unreachable", ..HandWritten::default() }).await;
    assert_eq!(kind, FailureKind::Trap);
}

#[tokio::test]
async fn a_memory_larger_than_any_limit_is_refused() {
    let (kind, message) = describe_failure(HandWritten { extra_pages: 5000, ..HandWritten::default() }).await;
    assert_eq!(kind, FailureKind::MemoryLimit);
    assert!(message.contains("memory_bytes"), "{message}");
}

#[tokio::test]
async fn a_table_larger_than_any_limit_is_refused() {
    let definitions = "(table 60000 funcref)".to_owned();
    let (kind, message) = describe_failure(HandWritten { definitions, ..HandWritten::default() }).await;
    assert_eq!(kind, FailureKind::MemoryLimit);
    assert!(message.contains("table_elements"), "{message}");
}

#[tokio::test]
async fn a_list_beyond_the_guests_memory_is_refused() {
    let list_of_a_billion = "(i32.store (i32.const 20) (i32.const 1000000000)) i32.const 16";
    let (kind, _) = describe_failure(HandWritten { describe: list_of_a_billion, ..HandWritten::default() }).await;
    assert_eq!(kind, FailureKind::InvalidOutput);
}

#[tokio::test]
async fn a_text_that_is_not_utf_8_is_refused() {
    let spoilt_name = "(i32.store8 (i32.const 1060) (i32.const 0xff)) i32.const 16";
    let (kind, message) = describe_failure(HandWritten { describe: spoilt_name, ..HandWritten::default() }).await;
    assert_eq!(kind, FailureKind::InvalidOutput);
    assert!(message.contains("utf-8"), "{message}");
}

#[tokio::test]
async fn two_scorers_of_one_name_are_refused() {
    let reason = refused_description(vec![ScorerText::named("twice"), ScorerText::named("twice")]).await;
    assert_eq!(reason, "the name `twice` stands for two functions");
}

#[tokio::test]
async fn names_that_could_break_a_report_are_refused() {
    for name in ["", "Upper", "a b", "é", "a\u{1b}[31m", "../x", &"x".repeat(65)] {
        let reason = refused_description(vec![ScorerText::named(name)]).await;
        assert!(reason.starts_with("invalid name"), "{name:?}: {reason}");
        assert!(!reason.contains('\u{1b}'), "{name:?}: {reason:?}");
    }
}

#[tokio::test]
async fn a_schema_that_is_not_json_is_refused() {
    let schema = "{not json".to_owned();
    let reason = refused_description(vec![ScorerText { schema, ..ScorerText::named("scorer") }]).await;
    assert!(reason.starts_with("the config schema of `scorer`: not JSON"), "{reason}");
}

#[tokio::test]
async fn a_schema_that_nests_too_deep_is_refused() {
    let schema = format!("{}{}", "[".repeat(50_000), "]".repeat(50_000));
    let reason = refused_description(vec![ScorerText { schema, ..ScorerText::named("scorer") }]).await;
    assert!(reason.contains("nested deeper than 64 levels"), "{reason}");
}

#[tokio::test]
async fn giant_descriptions_are_refused() {
    let summary = "s".repeat(1_000_000);
    let reason = refused_description(vec![ScorerText { summary, ..ScorerText::named("scorer") }]).await;
    assert_eq!(reason, "the summary of `scorer` is longer than 1000 bytes");
    let schema = format!("[{}0]", "0,".repeat(200_000));
    let reason = refused_description(vec![ScorerText { schema, ..ScorerText::named("scorer") }]).await;
    assert_eq!(reason, "the config schema of `scorer` is larger than 262144 bytes");
    let scorers = (0..1500).map(|number| ScorerText::named(&format!("scorer_{number}"))).collect();
    let reason = refused_description(scorers).await;
    assert_eq!(reason, "it claims to hold 1500 functions, more than 1000");
}

#[tokio::test]
async fn a_component_that_holds_nothing_is_refused() {
    let reason = refused_description(Vec::new()).await;
    assert_eq!(reason, "it holds neither a scorer nor a predict function");
}

#[tokio::test]
async fn a_summary_cannot_steer_a_terminal() {
    let summary = "\u{1b}[31mred\nline".to_owned();
    let guest = HandWritten {
        scorers: vec![ScorerText { summary, ..ScorerText::named("well_behaved") }],
        ..HandWritten::default()
    };
    let plugin = engine().load(&guest.component()).await.unwrap();
    assert_eq!(plugin.scorers()[0].summary, r"\u{1b}[31mred line");
}
