use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use sqlx::postgres::PgConnectOptions;

/// Where a store is: a file, or a database on a PostgreSQL server. Shown without any password.
#[derive(Clone)]
pub struct StoreLocation(Arc<Place>);

pub(crate) enum Place {
    /// SQLite.
    File(PathBuf),
    /// The whole URL, with the password.
    Postgres { options: Box<PgConnectOptions>, shown: String },
}

/// The text does not say where a store is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid store {shown:?}: {reason}; name a file, such as `.scorebox/store.db`, or a URL that begins with `postgres://`"
)]
pub struct InvalidStoreLocation {
    shown: String,
    reason: String,
}

impl StoreLocation {
    /// The store in a file.
    #[must_use]
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Arc::new(Place::File(path.into())))
    }

    /// The file, where the store is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &*self.0 {
            Place::File(path) => Some(path),
            Place::Postgres { .. } => None,
        }
    }

    pub(crate) fn place(&self) -> &Place {
        &self.0
    }
}

impl FromStr for StoreLocation {
    type Err = InvalidStoreLocation;

    fn from_str(text: &str) -> Result<Self, InvalidStoreLocation> {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return postgres(text);
        }
        let invalid = |reason: &str| {
            // Whatever it is, it may hold a password.
            let shown = text.split_once("://").map_or_else(|| text.to_owned(), |(scheme, _)| format!("{scheme}://…"));
            Err(InvalidStoreLocation { shown, reason: reason.to_owned() })
        };
        let path = text.strip_prefix("sqlite:").unwrap_or(text);
        let path = path.strip_prefix("//").filter(|_| path.len() < text.len()).unwrap_or(path);
        if path.is_empty() {
            invalid("it is empty")
        } else if path.contains("://") {
            invalid("there is no such kind of store")
        } else if path == ":memory:" || path.contains('\0') {
            invalid("it is no file")
        } else {
            Ok(Self::file(path))
        }
    }
}

fn postgres(url: &str) -> Result<StoreLocation, InvalidStoreLocation> {
    let options: PgConnectOptions = url.parse().map_err(|error: sqlx::Error| InvalidStoreLocation {
        shown: "postgres://…".to_owned(),
        reason: error.to_string(),
    })?;
    let host = match options.get_socket() {
        Some(socket) => socket.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let database = options.get_database().unwrap_or(options.get_username());
    let shown = format!("postgres://{}@{host}/{database}", options.get_username());
    let options = Box::new(options);
    Ok(StoreLocation(Arc::new(Place::Postgres { options, shown })))
}

impl fmt::Display for StoreLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Place::File(path) => path.display().fmt(formatter),
            Place::Postgres { shown, .. } => formatter.write_str(shown),
        }
    }
}

impl fmt::Debug for StoreLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match text.parse::<StoreLocation>() {
            Ok(location) => location.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_file_is_named_by_its_path() {
        assert_eq!(shown(".scorebox/store.db"), ".scorebox/store.db");
        assert_eq!(shown("sqlite:a/b.db"), "a/b.db");
        assert_eq!(shown("sqlite:///tmp/b.db"), "/tmp/b.db");
        assert_eq!(shown("/tmp//b.db"), "/tmp//b.db");
    }

    #[test]
    fn a_password_is_never_shown() {
        assert_eq!(shown("postgres://me:s3cret@db.example:5433/team"), "postgres://me@db.example:5433/team");
        assert_eq!(shown("postgresql://me@db.example/team?password=s3cret"), "postgres://me@db.example:5432/team");
        let location: StoreLocation = "postgres://me:s3cret@db.example/team".parse().unwrap();
        assert!(!format!("{location:?}").contains("s3cret"));
        for bad in ["mysql://me:s3cret@db/team", "postgres://me:s3cret@db:port/team"] {
            assert!(!shown(bad).contains("s3cret"), "{}", shown(bad));
        }
    }

    #[test]
    fn what_names_no_store_is_refused_with_a_reason() {
        insta::assert_snapshot!(shown(""), @"invalid store \"\": it is empty; name a file, such as `.scorebox/store.db`, or a URL that begins with `postgres://`");
        insta::assert_snapshot!(shown("mysql://db/team"), @"invalid store \"mysql://…\": there is no such kind of store; name a file, such as `.scorebox/store.db`, or a URL that begins with `postgres://`");
        assert!(shown("sqlite::memory:").contains("it is no file"));
    }
}
