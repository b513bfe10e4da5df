use std::borrow::Cow;
use std::fmt;
use std::path::PathBuf;

use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};

/// Where a secret is kept. The place may be shown; the secret never is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable of the host.
    Environment(String),
    /// A file whose content, without the line end, is the secret.
    File(PathBuf),
}

/// Why a secret cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretProblem {
    /// The environment variable is not there, or empty.
    #[error("the environment variable {0} is not set")]
    NotSet(String),
    /// The file cannot be read.
    #[error("the file {path} cannot be read: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// There is something, but it cannot be a header's value.
    #[error("what is in {0} cannot be a key: it is empty, or has line breaks or control characters")]
    Malformed(SecretSource),
}

impl SecretSource {
    /// Reads the secret.
    pub(crate) fn read(&self) -> Result<Secret, SecretProblem> {
        let text = match self {
            Self::Environment(name) => {
                let value = std::env::var(name).ok().filter(|value| !value.is_empty());
                value.ok_or_else(|| SecretProblem::NotSet(name.clone()))?
            }
            Self::File(path) => std::fs::read_to_string(path)
                .map_err(|error| SecretProblem::Unreadable { path: path.clone(), reason: error.to_string() })?,
        };
        let text = text.trim();
        if text.is_empty() || HeaderValue::from_str(text).is_err() {
            return Err(SecretProblem::Malformed(self.clone()));
        }
        Ok(Secret(SecretString::from(text)))
    }
}

impl fmt::Display for SecretSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment(name) => write!(formatter, "the environment variable {name}"),
            Self::File(path) => write!(formatter, "the file {}", path.display()),
        }
    }
}

/// A key. It has no text form: it leaves only as a header's value, and its memory is wiped.
#[derive(Clone, Debug)]
pub(crate) struct Secret(SecretString);

impl Secret {
    /// The value of a header that carries the secret behind a prefix. Marked as sensitive, so that it is not shown in
    /// a header's debug form, and not put into HTTP/2's shared table.
    pub(crate) fn header(&self, prefix: &str) -> Result<HeaderValue, http::header::InvalidHeaderValue> {
        let mut value = HeaderValue::from_str(&format!("{prefix}{}", self.0.expose_secret()))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

/// Takes secrets out of texts that come from outside: some providers quote the key in their errors.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redactor(Vec<SecretString>);

impl Redactor {
    /// Shorter secrets are not looked for: they would tear holes into ordinary texts.
    const LEAST_BYTES: usize = 6;
    const REDACTED: &str = "[redacted]";

    pub(crate) fn add(&mut self, secret: &Secret) {
        self.0.push(secret.0.clone());
    }

    pub(crate) fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let mut text = Cow::Borrowed(text);
        for secret in self.looked_for() {
            if text.contains(secret) {
                text = Cow::Owned(text.replace(secret, Self::REDACTED));
            }
        }
        text
    }

    /// The same for bytes that need not be a text; none where there is nothing to take out.
    pub(crate) fn redact_bytes(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let mut redacted = None;
        for secret in self.looked_for() {
            let mut rest = redacted.as_deref().unwrap_or(bytes);
            let mut text = Vec::new();
            while let Some(start) = rest.windows(secret.len()).position(|window| window == secret.as_bytes()) {
                text.extend_from_slice(&rest[..start]);
                text.extend_from_slice(Self::REDACTED.as_bytes());
                rest = &rest[start + secret.len()..];
            }
            if !text.is_empty() {
                text.extend_from_slice(rest);
                redacted = Some(text);
            }
        }
        redacted
    }

    /// The secrets, and of those that are a scheme with the key behind it also the key alone: only that may be quoted.
    fn looked_for(&self) -> impl Iterator<Item = &str> {
        let secrets = self.0.iter().map(ExposeSecret::expose_secret);
        let parts = secrets.flat_map(|secret| std::iter::once(secret).chain(secret.split_ascii_whitespace().skip(1)));
        parts.filter(|part| part.len() >= Self::LEAST_BYTES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Secret {
        Secret(SecretString::from(text))
    }

    fn redactor(text: &str) -> Redactor {
        let mut redactor = Redactor::default();
        redactor.add(&secret(text));
        redactor
    }

    #[test]
    fn a_secret_is_not_shown() {
        let secret = secret("sk-very-secret");
        assert!(!format!("{secret:?}").contains("very"), "{secret:?}");
        let header = secret.header("Bearer ").unwrap();
        assert!(!format!("{header:?}").contains("very"), "{header:?}");
        assert_eq!(header.as_bytes(), b"Bearer sk-very-secret");
    }

    #[test]
    fn a_quoted_key_is_taken_out() {
        let redactor = redactor("Bearer sk-very-secret");
        assert_eq!(redactor.redact("bad key sk-very-secret!"), "bad key [redacted]!");
        assert_eq!(redactor.redact("nothing here"), "nothing here");
    }

    #[test]
    fn a_key_is_taken_out_of_bytes_and_its_scheme_is_not() {
        let redactor = redactor("Bearer sk-very-secret");
        let redacted = redactor.redact_bytes(b"\xffBearer sk-very-secret, sk-very-secret").unwrap();
        assert_eq!(redacted, b"\xff[redacted], [redacted]");
        assert_eq!(redactor.redact_bytes(b"Bearer of bad news"), None);
    }

    #[test]
    fn a_file_is_a_key_without_its_line_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "sk-1234567\n").unwrap();
        let header = SecretSource::File(path.clone()).read().unwrap().header("").unwrap();
        assert_eq!(header.as_bytes(), b"sk-1234567");
        std::fs::write(&path, "two\nlines").unwrap();
        assert!(matches!(SecretSource::File(path).read(), Err(SecretProblem::Malformed(_))));
    }

    #[test]
    fn what_is_missing_is_named() {
        let problem = SecretSource::Environment("SCOREBOX_TEST_NO_SUCH_VARIABLE".into()).read().unwrap_err();
        assert_eq!(problem.to_string(), "the environment variable SCOREBOX_TEST_NO_SUCH_VARIABLE is not set");
    }
}
