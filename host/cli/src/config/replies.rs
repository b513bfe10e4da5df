use std::path::PathBuf;

use scorebox_gateway::Replies;

/// Where the command line wants replies from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum RepliesFrom {
    /// The cache, or else providers.
    #[default]
    CacheOrProviders,
    /// Providers alone.
    Providers,
    /// As by default, with everything written to a cassette.
    Record(PathBuf),
    /// A cassette alone.
    Replay(PathBuf),
    /// The cache, or else nowhere: what would be sent is counted.
    Estimate,
}

impl RepliesFrom {
    pub(super) fn replies(&self) -> Replies {
        match self {
            Self::CacheOrProviders | Self::Providers => Replies::Live,
            Self::Record(path) => Replies::Record(path.clone()),
            Self::Replay(path) => Replies::Replay(path.clone()),
            Self::Estimate => Replies::Estimate,
        }
    }

    /// The folder of the reply cache, where it is used.
    pub(super) fn cache_dir(&self) -> Option<PathBuf> {
        match self {
            Self::Providers | Self::Replay(_) => None,
            Self::CacheOrProviders | Self::Record(_) | Self::Estimate => reply_cache_dir(),
        }
    }
}

/// Where replies of models are kept for all projects of this user; nowhere where no home is known.
pub(crate) fn reply_cache_dir() -> Option<PathBuf> {
    crate::engine::cache_base().map(|base| base.join("replies"))
}
