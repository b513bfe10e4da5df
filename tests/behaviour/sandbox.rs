//! A guest learns nothing about the machine that it runs on.

use scorebox_tests::{Call, curious, example};

#[tokio::test]
async fn there_is_no_environment_and_no_working_directory() {
    assert!(std::env::vars().next().is_some(), "this process has an environment to hide");
    assert_eq!(Call::new(curious().await, "environment").text(&example("row")).await, "[] in None");
}

#[tokio::test]
async fn there_are_no_arguments() {
    assert_eq!(Call::new(curious().await, "arguments").text(&example("row")).await, "[]");
}

#[tokio::test]
async fn standard_input_is_empty() {
    assert_eq!(Call::new(curious().await, "standard_input").text(&example("row")).await, r#"Err("closed")"#);
}

#[tokio::test]
async fn clocks_begin_at_a_fixed_moment_and_move_when_they_are_read() {
    let text = Call::new(curious().await, "clocks").text(&example("row")).await;
    let times: Vec<_> = text.split(' ').collect();
    assert_eq!(times[..2], ["1577836800.000000000", "1577836800.000001000"]);
    let [start, end] = [times[2], times[3]].map(|time| time.parse::<u64>().unwrap());
    assert!(start < 1_000_000 && end == start + 1000, "{text}");
}
