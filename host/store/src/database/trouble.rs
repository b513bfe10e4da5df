use sqlx::sqlite::SqliteError;

/// What is behind an error of a database, as far as it decides what can be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    DiskFull,
    ReadOnly,
    /// Another process holds a lock.
    Busy,
    NotADatabase,
    Corrupt,
    CannotOpen,
    Unreachable,
    Refused,
    Other,
}

impl Trouble {
    pub(crate) fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => {
                let code = error.code().unwrap_or_default();
                match error.try_downcast_ref::<SqliteError>() {
                    Some(_) => code.parse().map_or(Self::Other, Self::of_sqlite),
                    None => Self::of_postgres(&code),
                }
            }
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(_) => Self::Unreachable,
            _ => Self::Other,
        }
    }

    /// <https://www.sqlite.org/rescode.html>: the low byte is the class of the error.
    fn of_sqlite(code: u32) -> Self {
        /// The shared memory of the write-ahead log could not grow.
        const IOERR_SHMSIZE: u32 = 4874;
        match (code, code & 0xff) {
            (IOERR_SHMSIZE, _) | (_, 13) => Self::DiskFull,
            (_, 8) => Self::ReadOnly,
            (_, 5 | 6) => Self::Busy,
            (_, 26) => Self::NotADatabase,
            (_, 11) => Self::Corrupt,
            (_, 14) => Self::CannotOpen,
            _ => Self::Other,
        }
    }

    /// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
    fn of_postgres(code: &str) -> Self {
        match code {
            "53100" => Self::DiskFull,
            "25006" => Self::ReadOnly,
            "55P03" | "40P01" => Self::Busy,
            "XX001" | "XX002" => Self::Corrupt,
            "28000" | "28P01" | "3D000" | "42501" => Self::Refused,
            "57P01" | "57P02" | "57P03" | "53300" => Self::Unreachable,
            _ => Self::Other,
        }
    }

    /// What to do, to stand behind the error.
    pub(crate) fn advice(self) -> &'static str {
        match self {
            Self::DiskFull => "; make space and try again: what was reported done is kept",
            Self::ReadOnly | Self::CannotOpen => {
                "; check that the file and its folder may be written to, or name another store with SCOREBOX_STORE"
            }
            Self::Busy => "; another process has been writing for too long: try again when it is done",
            Self::NotADatabase => "; name another file",
            Self::Corrupt => "; the database is damaged: restore it from a backup",
            Self::Unreachable => "; check that the server runs and that the URL names it",
            Self::Refused => "; check the URL: user, password and database",
            Self::Other => "",
        }
    }
}
