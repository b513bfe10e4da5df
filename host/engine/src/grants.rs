use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What the operator lets a plugin do beyond computing. The default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grants {
    /// Directories that the guest sees.
    #[serde(default)]
    pub dirs: Vec<DirGrant>,
}

/// One directory of the host that a guest sees, and nothing outside it: links that lead out are not followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirGrant {
    /// The directory on the host.
    pub host: PathBuf,
    /// The name under which the guest sees it.
    pub guest: String,
    /// What the guest may do in it.
    #[serde(default)]
    pub access: DirAccess,
}

/// What a guest may do in a directory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirAccess {
    /// Read files and list directories.
    #[default]
    Read,
    /// Create, change and delete as well.
    ReadWrite,
}
