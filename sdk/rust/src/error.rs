use std::error::Error as StdError;
use std::fmt;

/// What a plugin's function answers: a value, or why there is none.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call gave no result. The row is recorded as failed with this cause; the run goes on.
///
/// Any error of the standard kind turns into [`Error::Failed`] through `?`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The config does not fit, although it satisfies the schema.
    InvalidConfig(String),
    /// The example lacks a field, named by its path, for instance `expectations.expected_response`.
    MissingField(String),
    /// The example is well-formed but of a kind that is not handled.
    Unsupported(String),
    /// Anything else that went wrong.
    Failed(String),
}

impl Error {
    /// The config does not fit: says which setting, and what would.
    pub fn invalid_config(message: impl Into<String>) -> Self {
        Self::InvalidConfig(message.into())
    }

    /// The example lacks the field at `path`.
    pub fn missing_field(path: impl Into<String>) -> Self {
        Self::MissingField(path.into())
    }

    /// The example is of a kind that is not handled.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::Unsupported(message.into())
    }

    /// Anything else that went wrong.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (class, text) = match self {
            Self::InvalidConfig(text) => ("invalid config: ", text),
            Self::MissingField(path) => ("missing field: ", path),
            Self::Unsupported(text) => ("unsupported: ", text),
            Self::Failed(text) => ("", text),
        };
        formatter.write_str(class)?;
        formatter.write_str(text)
    }
}

// `Error` itself is no standard error: that is what makes room for the conversion of all of them.
impl<E: StdError> From<E> for Error {
    fn from(error: E) -> Self {
        Self::Failed(with_causes(&error))
    }
}

fn with_causes(error: &dyn StdError) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message.push_str(": ");
        message.push_str(&error.to_string());
        cause = error.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standard_error_becomes_a_failure() {
        fn parse(text: &str) -> Result<i64> {
            Ok(text.parse::<i64>()?)
        }
        assert_eq!(parse("x"), Err(Error::failed("invalid digit found in string")));
    }

    #[test]
    fn the_class_stands_before_the_text() {
        assert_eq!(Error::missing_field("outputs").to_string(), "missing field: outputs");
        assert_eq!(Error::failed("no luck").to_string(), "no luck");
    }
}
