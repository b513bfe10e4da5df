//! More messages, spans and calls than anybody wants.

use crate::scorebox::plugin::tracing::{SpanKind, SpanStatus, end_span, set_attributes, start_span};
use crate::{Example, Level, Scored, Value, log, one};

pub(crate) fn log_flood(_: &Example) -> Scored {
    let message = "x".repeat(1000);
    for _ in 0..10_000 {
        log(Level::Info, &message);
    }
    one(Value::Boolean(true))
}

/// One message that is larger than what any host call may carry.
pub(crate) fn giant_log_message(_: &Example) -> Scored {
    log(Level::Info, &"x".repeat(32 * 1024 * 1024));
    one(Value::Boolean(true))
}

pub(crate) fn ansi_log(_: &Example) -> Scored {
    log(Level::Warn, "\u{1b}]0;owned\u{7}\u{1b}[31mred\r\u{202e}");
    one(Value::Boolean(true))
}

pub(crate) fn host_call_flood(_: &Example) -> Scored {
    loop {
        log(Level::Trace, "");
    }
}

/// One span, on which attributes of a megabyte pile up.
pub(crate) fn fat_span(_: &Example) -> Scored {
    let id = start_span("span", SpanKind::Chain, None);
    let value = format!("\"{}\"", "x".repeat(1 << 20));
    for number in 0..400 {
        set_attributes(&id, &[(format!("attribute-{number}"), value.clone())]);
    }
    one(Value::Boolean(true))
}

pub(crate) fn span_flood(_: &Example) -> Scored {
    for _ in 0..50_000 {
        let id = start_span("span", SpanKind::Chain, None);
        end_span(&id, &SpanStatus::Ok, None);
    }
    one(Value::Boolean(true))
}
