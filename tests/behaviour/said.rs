//! What guests log and print is kept up to a cap, is safe to show, and changes no result.

use scorebox_core::{FailureKind, Value};
use scorebox_engine::LogLevel;
use scorebox_tests::{Call, curious, example, hostile};

#[tokio::test]
async fn a_flood_of_log_messages_is_cut_and_counted() {
    let call = Call::new(hostile().await, "log_flood").limits(|limits| limits.log_bytes = 10_000);
    let scored = call.score(&example("row")).await;
    assert_eq!(scored.result.unwrap()[0].value, Value::Boolean(true));
    let kept: usize = scored.log.iter().map(|line| line.message.len()).sum();
    assert!(kept < 11_000, "{kept} bytes are kept");
    let last = scored.log.last().unwrap();
    assert_eq!(last.level, LogLevel::Warn);
    assert!(last.message.ends_with("further messages dropped: the limit log_bytes is reached"), "{}", last.message);
}

#[tokio::test]
async fn terminal_sequences_in_a_log_are_escaped() {
    let scored = Call::new(hostile().await, "ansi_log").score(&example("row")).await;
    assert_eq!(scored.log[0].message, r"\u{1b}]0;owned\u{7}\u{1b}[31mred\r\u{202e}");
}

#[tokio::test]
async fn terminal_sequences_in_an_error_are_escaped() {
    let failure = Call::new(hostile().await, "ansi_error").failure(&example("row")).await;
    assert_eq!(failure.kind, FailureKind::Failed);
    assert_eq!(failure.message, r"\u{1b}[2J\u{1b}[8mhidden\u{202e}");
}

#[tokio::test]
async fn a_giant_error_message_is_cut() {
    let failure = Call::new(hostile().await, "giant_error").failure(&example("row")).await;
    assert_eq!(failure.kind, FailureKind::Failed);
    assert!((1..=4096).contains(&failure.message.len()), "{} bytes", failure.message.len());
}

#[tokio::test]
async fn a_flood_on_standard_error_changes_no_result() {
    let text = Call::new(curious().await, "stderr_flood").text(&example("row")).await;
    assert_eq!(text, "4006000 bytes");
}

#[tokio::test]
async fn what_a_guest_printed_before_a_trap_is_shown_up_to_a_cap() {
    let call = Call::new(curious().await, "stderr_flood_then_trap").limits(|limits| limits.stderr_bytes = 10_000);
    let failure = call.failure_among_neighbours().await;
    assert_eq!(failure.kind, FailureKind::Trap);
    let output = failure.guest_output.unwrap();
    assert!(output.starts_with(r"\u{1b}[31meee"), "{}", &output[..20]);
    assert!(output.len() < 11_000, "{} bytes are kept", output.len());
    assert!(output.contains("further bytes dropped: the limit stderr_bytes is reached"));
}
