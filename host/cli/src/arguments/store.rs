//! Where runs are kept, and whose are meant.

use std::path::PathBuf;

use clap::Args;
use scorebox_store::{InvalidStoreLocation, StoreLocation};

/// Where runs are kept.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct StoreArgument {
    /// The store: a file, or the URL of a PostgreSQL database.
    #[arg(long, value_name = "FILE|URL", env = "SCOREBOX_STORE", hide_env_values = true, global = true)]
    pub(crate) store: Option<StoreText>,
}

/// What names a store. It may hold a password, so it is read later, where errors do not show it.
#[derive(Clone)]
pub(crate) struct StoreText(String);

impl StoreText {
    pub(crate) fn location(&self) -> Result<StoreLocation, InvalidStoreLocation> {
        self.0.parse()
    }
}

impl From<String> for StoreText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl std::fmt::Debug for StoreText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("StoreText(…)")
    }
}

/// Which project's runs are meant.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ProjectArguments {
    /// The folder of the project; by default the one around this folder.
    #[arg(short, long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, global = true)]
    pub(crate) project: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) store: StoreArgument,
}
