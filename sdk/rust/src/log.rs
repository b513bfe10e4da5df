//! Messages for the person who runs the evaluation. They are kept with the row, up to a cap, and change no result.
//!
//! Natively, in tests, they go to the standard error.

/// How much a message matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the levels of every logger")]
pub enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
}

/// Writes a message that helps to find out what happened.
pub fn debug(message: impl AsRef<str>) {
    log(Level::Debug, message.as_ref());
}

/// Writes a message that is worth knowing.
pub fn info(message: impl AsRef<str>) {
    log(Level::Info, message.as_ref());
}

/// Writes a message about something that looks wrong.
pub fn warn(message: impl AsRef<str>) {
    log(Level::Warn, message.as_ref());
}

/// Writes a message about something that is wrong.
pub fn error(message: impl AsRef<str>) {
    log(Level::Error, message.as_ref());
}

/// Writes a message of any level.
#[cfg(target_family = "wasm")]
pub fn log(level: Level, message: &str) {
    use crate::bindings::imports::scorebox::plugin::log as host;

    let level = match level {
        Level::Trace => host::Level::Trace,
        Level::Debug => host::Level::Debug,
        Level::Info => host::Level::Info,
        Level::Warn => host::Level::Warn,
        Level::Error => host::Level::Error,
    };
    host::log(level, message);
}

/// Writes a message of any level.
#[cfg(not(target_family = "wasm"))]
pub fn log(level: Level, message: &str) {
    eprintln!("[{level:?}] {message}");
}
