use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// How much a log message matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Every step.
    Trace,
    /// For the plugin's author.
    Debug,
    /// Worth knowing.
    Info,
    /// Something is odd.
    Warn,
    /// Something failed.
    Error,
}

impl LogLevel {
    /// The name, such as `warn`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// One message that a guest logged, safe to print.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    /// How much it matters.
    pub level: LogLevel,
    /// The message, with control characters escaped.
    pub message: String,
}

/// Text from a guest, kept up to a cap; the rest is counted and dropped. A full capture never blocks or fails the
/// guest: what it prints must not change its result.
#[derive(Debug)]
pub(crate) struct Capture {
    text: String,
    max_bytes: usize,
    dropped_bytes: u64,
}

impl Capture {
    pub(crate) fn new(max_bytes: usize) -> Self {
        Self { text: String::new(), max_bytes, dropped_bytes: 0 }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let room = self.max_bytes.saturating_sub(self.text.len());
        let taken = &bytes[..bytes.len().min(room)];
        push_escaped(&mut self.text, &String::from_utf8_lossy(taken), self.max_bytes);
        self.dropped_bytes += (bytes.len() - taken.len()) as u64;
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn dropped_bytes(&self) -> u64 {
        self.dropped_bytes
    }
}

/// The messages that a guest logs, kept up to a cap.
#[derive(Debug)]
pub(crate) struct LogCapture {
    lines: Vec<LogLine>,
    room: usize,
    dropped: u64,
}

impl LogCapture {
    /// What a message costs beside its text, so that empty messages cannot pile up.
    const LINE_BYTES: usize = 32;

    pub(crate) fn new(max_bytes: usize) -> Self {
        Self { lines: Vec::new(), room: max_bytes, dropped: 0 }
    }

    pub(crate) fn push(&mut self, level: LogLevel, message: &str) {
        if self.room < Self::LINE_BYTES {
            self.dropped += 1;
            return;
        }
        let mut escaped = String::new();
        push_escaped(&mut escaped, message, self.room - Self::LINE_BYTES);
        self.room -= (Self::LINE_BYTES + escaped.len()).min(self.room);
        self.lines.push(LogLine { level, message: escaped });
    }

    /// The last message of level error, which tells why a guest trapped.
    pub(crate) fn last_error(&self) -> Option<&str> {
        self.lines.iter().rev().find(|line| line.level == LogLevel::Error).map(|line| line.message.as_str())
    }

    /// The messages, with a last line that says how many were dropped.
    pub(crate) fn take(&mut self) -> Vec<LogLine> {
        let mut lines = std::mem::take(&mut self.lines);
        if self.dropped > 0 {
            let message = format!("{} further messages dropped: the limit log_bytes is reached", self.dropped);
            lines.push(LogLine { level: LogLevel::Warn, message });
            self.dropped = 0;
        }
        lines
    }
}

/// Appends `text` with everything escaped that could steer a terminal or hide text: control characters (so ANSI
/// sequences), and the characters that change the direction of writing. At most `max_bytes` in all, cut at a character.
pub(crate) fn push_escaped(target: &mut String, text: &str, max_bytes: usize) {
    for character in text.chars() {
        let before = target.len();
        match character {
            '\n' | '\t' => target.push(character),
            _ if character.is_control() || is_direction_mark(character) => {
                // Writing to a String cannot fail.
                let _ = write!(target, "{}", character.escape_default());
            }
            _ => target.push(character),
        }
        if target.len() > max_bytes {
            target.truncate(before);
            return;
        }
    }
}

fn is_direction_mark(character: char) -> bool {
    matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminal_sequences_are_escaped() {
        let mut capture = Capture::new(1000);
        capture.push(b"\x1b[31mred\x07\n\tok");
        assert_eq!(capture.text(), "\\u{1b}[31mred\\u{7}\n\tok");
        let mut text = String::new();
        push_escaped(&mut text, "a\u{202e}b", 100);
        assert_eq!(text, "a\\u{202e}b");
    }

    #[test]
    fn a_flood_is_cut_and_counted() {
        let mut capture = Capture::new(10);
        for _ in 0..100 {
            capture.push(b"12345678");
        }
        assert!(capture.text().len() <= 10);
        assert_eq!(capture.dropped_bytes(), 790);
    }

    #[test]
    fn empty_messages_cannot_pile_up() {
        let mut log = LogCapture::new(1024);
        for _ in 0..1_000_000 {
            log.push(LogLevel::Info, "");
        }
        let lines = log.take();
        assert!(lines.len() <= 33, "{}", lines.len());
        assert!(lines.last().is_some_and(|line| line.message.contains("log_bytes")));
    }
}
