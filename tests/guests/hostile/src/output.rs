//! Results that are too much, or none.

use crate::{Example, Feedback, Scored, Value, feedback, one};

const MANY: usize = 1_000_000;

pub(crate) fn giant_text(_: &Example) -> Scored {
    one(Value::Text("x".repeat(4 * MANY)))
}

pub(crate) fn giant_json(_: &Example) -> Scored {
    one(Value::Json(format!("[{}0]", "0,".repeat(2 * MANY))))
}

/// Each feedback is small; all together are not.
pub(crate) fn giant_rationales(_: &Example) -> Scored {
    let with_rationale = |_| Feedback { rationale: Some("why ".repeat(10_000)), ..feedback(Value::Boolean(true)) };
    Ok((0..100).map(with_rationale).collect())
}

pub(crate) fn deep_json(_: &Example) -> Scored {
    one(Value::Json(deep(100_000)))
}

pub(crate) fn deep_metadata(_: &Example) -> Scored {
    let metadata = format!(r#"{{"deep":{}}}"#, deep(100_000));
    Ok(vec![Feedback { metadata: Some(metadata), ..feedback(Value::Boolean(true)) }])
}

fn deep(levels: usize) -> String {
    format!("{}{}", "[".repeat(levels), "]".repeat(levels))
}

pub(crate) fn million_feedbacks(_: &Example) -> Scored {
    Ok((0..MANY).map(|_| feedback(Value::Boolean(true))).collect())
}

pub(crate) fn nan(_: &Example) -> Scored {
    one(Value::Number(f64::NAN))
}

pub(crate) fn infinity(_: &Example) -> Scored {
    one(Value::Number(f64::NEG_INFINITY))
}

pub(crate) fn not_json(_: &Example) -> Scored {
    one(Value::Json("{'single': quotes}".to_owned()))
}

/// Whatever the row's id is, as JSON in the value and in the metadata.
pub(crate) fn id_as_json(example: &Example) -> Scored {
    let metadata = format!("{{\"id\" : {}}}", example.id);
    Ok(vec![Feedback { metadata: Some(metadata), ..feedback(Value::Json(example.id.clone())) }])
}

pub(crate) fn metadata_not_an_object(_: &Example) -> Scored {
    Ok(vec![Feedback { metadata: Some("[1]".to_owned()), ..feedback(Value::Boolean(true)) }])
}

pub(crate) fn invalid_feedback_name(_: &Example) -> Scored {
    Ok(vec![Feedback { name: Some("a\u{1b}[31m name".to_owned()), ..feedback(Value::Boolean(true)) }])
}

pub(crate) fn invalid_span_id(_: &Example) -> Scored {
    Ok(vec![Feedback { span_id: Some("../../etc".to_owned()), ..feedback(Value::Boolean(true)) }])
}
