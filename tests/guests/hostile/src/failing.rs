//! Crashes, and errors that are odd.

use crate::{Example, PluginError, Scored, Value, inputs, one};

pub(crate) fn panic(_: &Example) -> Scored {
    panic!("the answer was not forty-two")
}

pub(crate) fn index_out_of_bounds(example: &Example) -> Scored {
    let bytes = inputs(example).as_bytes();
    one(Value::Integer(bytes[bytes.len() + 7].into()))
}

/// An error whose text clears the screen and hides what comes after it.
pub(crate) fn ansi_error(_: &Example) -> Scored {
    Err(PluginError::Failed("\u{1b}[2J\u{1b}[8mhidden\u{202e}".to_owned()))
}

pub(crate) fn giant_error(_: &Example) -> Scored {
    Err(PluginError::Failed("e".repeat(1_000_000)))
}

/// An error of the kind that the row's inputs name.
pub(crate) fn error_of_kind(example: &Example) -> Scored {
    let message = "expectations.answer".to_owned();
    Err(match inputs(example).trim_matches('"') {
        "invalid-config" => PluginError::InvalidConfig(message),
        "missing-field" => PluginError::MissingField(message),
        "unsupported" => PluginError::Unsupported(message),
        _ => PluginError::Failed(message),
    })
}
