use std::process::ExitCode;

use crate::terminal::{self, BAD, WARN};

/// The exit code of a run that was interrupted, as shells have it for Ctrl-C.
pub(crate) const INTERRUPTED: u8 = 130;

/// The exit code of a run that does not pass the gate.
pub(crate) const GATE_FAILED: u8 = 1;

/// The exit code of a run that could not finish.
pub(crate) const UNFINISHED: u8 = 3;

/// Why a command ends before it is done.
#[derive(Debug)]
pub(crate) enum Stop {
    /// What the user gave is wrong: exit code 2.
    Input(anyhow::Error),
    /// It could not be finished: exit code 3.
    Unfinished(anyhow::Error),
    /// Ctrl-C: exit code 130.
    Interrupted,
}

impl Stop {
    pub(crate) fn input(error: impl Into<anyhow::Error>) -> Self {
        Self::Input(error.into())
    }

    pub(crate) fn unfinished(error: impl Into<anyhow::Error>) -> Self {
        Self::Unfinished(error.into())
    }

    /// Says what is wrong, and gives the exit code.
    pub(crate) fn report(&self) -> ExitCode {
        let (error, code) = match self {
            Self::Input(error) => (error, 2),
            Self::Unfinished(error) => (error, UNFINISHED),
            Self::Interrupted => {
                terminal::note(&WARN.paint("interrupted"));
                return ExitCode::from(INTERRUPTED);
            }
        };
        terminal::note(&format!("{} {}", BAD.paint("error:"), with_causes(error)));
        ExitCode::from(code)
    }
}

/// An error with what caused it. Some errors say their cause themselves, and nobody wants to read it twice.
fn with_causes(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |text, cause| match text.is_empty() {
        true => cause,
        false if text.contains(&cause) => text,
        false => format!("{text}: {cause}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("cannot be read: {source}")]
    struct Unreadable {
        source: std::io::Error,
    }

    #[test]
    fn each_cause_is_said_once() {
        let unreadable = Unreadable { source: std::io::Error::other("no disk") };
        let error = anyhow::Error::new(unreadable).context("the run ended");
        assert_eq!(with_causes(&error), "the run ended: cannot be read: no disk");
    }
}
