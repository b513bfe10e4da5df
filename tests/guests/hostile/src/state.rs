//! Instances that remember.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::{Example, Scored, Value, inputs, one};

static CALLS: AtomicI64 = AtomicI64::new(0);

/// How many examples this instance has seen.
pub(crate) fn count_calls(_: &Example) -> Scored {
    one(Value::Integer(CALLS.fetch_add(1, Ordering::Relaxed) + 1))
}

/// The same, but an example whose inputs are `"trap"` is the instance's last.
pub(crate) fn count_calls_or_trap(example: &Example) -> Scored {
    assert!(inputs(example) != "\"trap\"", "asked to trap on example {}", example.id);
    count_calls(example)
}

/// The fields of the row that the host has sent.
pub(crate) fn sent_fields(example: &Example) -> Scored {
    let fields = [
        ("inputs", example.inputs.is_some()),
        ("outputs", example.outputs.is_some()),
        ("expectations", example.expectations.is_some()),
        ("trace", example.trace.is_some()),
        ("tags", !example.tags.is_empty()),
    ];
    let sent: Vec<_> = fields.iter().filter(|(_, is_sent)| *is_sent).map(|(name, _)| *name).collect();
    one(Value::Text(sent.join(",")))
}
