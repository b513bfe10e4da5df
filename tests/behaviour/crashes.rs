//! A crash is an error of its row that says what happened.

use scorebox_core::FailureKind;
use scorebox_tests::{Call, curious, example, hostile};

#[tokio::test]
async fn the_message_of_a_panic_reaches_the_rows_error() {
    let failure = Call::new(hostile().await, "panic").failure_among_neighbours().await;
    assert_eq!(failure.kind, FailureKind::Trap);
    assert!(failure.message.contains("the answer was not forty-two"), "{failure}");
    assert!(failure.message.contains("failing.rs"), "{failure}");
    assert!(failure.backtrace.is_some_and(|backtrace| !backtrace.is_empty()));
}

#[tokio::test]
async fn an_index_out_of_bounds_says_which() {
    let failure = Call::new(hostile().await, "index_out_of_bounds").failure_among_neighbours().await;
    assert_eq!(failure.kind, FailureKind::Trap);
    assert!(failure.message.contains("index out of bounds: the len is 2 but the index is 9"), "{failure}");
}

#[tokio::test]
async fn exiting_is_no_answer() {
    let failure = Call::new(curious().await, "exit").failure_among_neighbours().await;
    assert_eq!(failure.kind, FailureKind::Trap);
    assert_eq!(failure.message, "the guest exited with code 0 instead of answering");
}

#[tokio::test]
async fn a_hundred_crashes_leave_the_engine_usable() {
    let panicking = Call::new(hostile().await, "panic");
    for _ in 0..100 {
        panicking.failure(&example("row")).await;
    }
    panicking.failure_among_neighbours().await;
}
