//! What a guest returns is checked: nothing that the contract rules out becomes a result.

use scorebox_core::{Example, FailureKind, Json, Value};
use scorebox_tests::{Call, example, example_with, hostile};
use serde_json::json;

async fn assert_refused(scorer: &str, says: &str) {
    let failure = Call::new(hostile().await, scorer).failure_among_neighbours().await;
    assert_eq!(failure.kind, FailureKind::InvalidOutput, "{failure}");
    assert!(failure.message.contains(says), "{says:?} is not in {:?}", failure.message);
}

#[tokio::test]
async fn nan_is_no_score() {
    assert_refused("nan", "the feedback `nan` is NaN: a score must be a finite number").await;
}

#[tokio::test]
async fn infinity_is_no_score() {
    assert_refused("infinity", "the feedback `infinity` is -inf").await;
}

#[tokio::test]
async fn a_text_that_is_not_json_is_no_json_value() {
    assert_refused("not_json", "the value that the guest returned is not JSON").await;
}

#[tokio::test]
async fn equal_json_is_equal_bytes_whatever_printed_it() {
    let spellings = [
        (r#"{"b":[1,100,9007199254740993],"a":"é"}"#, r#"{"a":"é","b":[1,100,9007199254740993]}"#),
        ("{ \"a\": \"\\u00e9\",\n \"b\": [1.0, 1E2, 9007199254740993] }", r#"{"a":"é","b":[1,100,9007199254740993]}"#),
        (r#"{"b":0,"a":"é","b":[1e0,100.0,9007199254740993]}"#, r#"{"a":"é","b":[1,100,9007199254740993]}"#),
        (" [ -0.0 , 0.1e-6, 18446744073709551616 ] ", "[0,1e-7,18446744073709552000]"),
        (r#""\u0000\/\ud83d\ude00""#, r#""\u0000/😀""#),
    ];
    for (printed, canonical) in spellings {
        let feedback = Call::new(hostile().await, "id_as_json").feedback(&example(printed)).await.remove(0);
        assert_eq!(feedback.value, Value::Json(Json::parse(canonical).unwrap()), "{printed}");
        assert_eq!(feedback.metadata.unwrap().as_str(), format!("{{\"id\":{canonical}}}"));
    }
}

#[tokio::test]
async fn json_that_no_float_or_no_text_can_hold_is_refused() {
    let says = [
        (
            "[1e400]",
            "the value that the guest returned cannot be kept: the number 1e400 is larger than a 64-bit float can be",
        ),
        (r#""\ud800""#, "the value that the guest returned cannot be kept: a string holds a lone surrogate"),
    ];
    for (printed, says) in says {
        let failure = Call::new(hostile().await, "id_as_json").failure(&example(printed)).await;
        assert_eq!(failure.kind, FailureKind::InvalidOutput, "{printed}");
        assert!(failure.message.contains(says), "{failure}");
    }
}

#[tokio::test]
async fn metadata_is_an_object() {
    assert_refused("metadata_not_an_object", "the metadata of the feedback `metadata_not_an_object` is not an object")
        .await;
}

#[tokio::test]
async fn a_feedbacks_name_cannot_steer_a_terminal() {
    assert_refused("invalid_feedback_name", r#"invalid name "a\u{1b}[31m name""#).await;
}

#[tokio::test]
async fn a_span_id_is_no_path() {
    assert_refused("invalid_span_id", "../../etc").await;
}

#[tokio::test]
async fn each_error_of_a_plugin_keeps_its_kind() {
    let kinds = [
        ("invalid-config", FailureKind::InvalidConfig, "expectations.answer"),
        ("missing-field", FailureKind::MissingField, "the row lacks `expectations.answer`"),
        ("unsupported", FailureKind::Unsupported, "expectations.answer"),
        ("failed", FailureKind::Failed, "expectations.answer"),
    ];
    for (inputs, kind, message) in kinds {
        let failure = Call::new(hostile().await, "error_of_kind").failure(&example_with("row", &json!(inputs))).await;
        assert_eq!((failure.kind, failure.message.as_str()), (kind, message));
    }
}

#[tokio::test]
async fn a_scorer_gets_the_fields_that_it_asked_for_and_no_others() {
    let row = Example {
        outputs: Some(Json::parse("1").unwrap()),
        expectations: Some(Json::parse("{}").unwrap()),
        tags: [("split".to_owned(), "test".to_owned())].into(),
        ..example("row")
    };
    let sent = Call::new(hostile().await, "sent_fields").value(&row).await;
    assert_eq!(sent, Value::Text("inputs".to_owned()));
}
