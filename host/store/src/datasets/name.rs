use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The word that always stands for the newest version, and so cannot be a tag.
pub(super) const LATEST: &str = "latest";

/// Names a dataset: 1 to 64 lower-case ASCII letters, digits, `.`, `_` and `-`, of which the first is a letter or a digit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DatasetName(String);

/// A name for one version of a dataset, such as `stable`, that can be moved to another one. It is written as a
/// [`DatasetName`] is, but is neither a number nor `latest`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VersionTag(String);

/// The text names no dataset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} cannot be the name of a dataset: use 1 to 64 lower-case letters, digits, '.', '_' and '-', beginning with a \
     letter or a digit, such as support-qa"
)]
pub struct InvalidDatasetName(pub(super) String);

/// The text cannot be a tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidVersionTag {
    /// It has other characters, or too many.
    #[error(
        "{0:?} cannot be a tag: use 1 to 64 lower-case letters, digits, '.', '_' and '-', beginning with a letter or a \
         digit, such as stable"
    )]
    Spelling(String),
    /// It already stands for something.
    #[error("{0:?} cannot be a tag: numbers name versions, and latest is always the newest one; take another word")]
    Reserved(String),
}

impl DatasetName {
    /// The name as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl VersionTag {
    /// The tag as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for DatasetName {
    type Error = InvalidDatasetName;

    fn try_from(text: String) -> Result<Self, InvalidDatasetName> {
        if is_word(&text) { Ok(Self(text)) } else { Err(InvalidDatasetName(beginning(&text))) }
    }
}

impl TryFrom<String> for VersionTag {
    type Error = InvalidVersionTag;

    fn try_from(text: String) -> Result<Self, InvalidVersionTag> {
        if !is_word(&text) {
            return Err(InvalidVersionTag::Spelling(beginning(&text)));
        }
        if text == LATEST || text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(InvalidVersionTag::Reserved(text));
        }
        Ok(Self(text))
    }
}

impl FromStr for DatasetName {
    type Err = InvalidDatasetName;

    fn from_str(text: &str) -> Result<Self, InvalidDatasetName> {
        text.to_owned().try_into()
    }
}

impl FromStr for VersionTag {
    type Err = InvalidVersionTag;

    fn from_str(text: &str) -> Result<Self, InvalidVersionTag> {
        text.to_owned().try_into()
    }
}

impl From<DatasetName> for String {
    fn from(name: DatasetName) -> Self {
        name.0
    }
}

impl From<VersionTag> for String {
    fn from(tag: VersionTag) -> Self {
        tag.0
    }
}

impl fmt::Display for DatasetName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for VersionTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn is_word(text: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
    let begins_well = text.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.len() <= 64 && begins_well && text.bytes().all(is_inner)
}

/// As much of a text as a message can take.
pub(super) fn beginning(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_words() {
        for name in ["a", "support-qa", "3d.models_v2", &"x".repeat(64)] {
            assert_eq!(name.parse::<DatasetName>().unwrap().as_str(), name);
        }
        for name in ["", "-a", ".a", "Support", "a b", "a@b", "a/b", "ä", &"x".repeat(65)] {
            assert!(name.parse::<DatasetName>().is_err(), "{name:?}");
        }
    }

    #[test]
    fn a_tag_is_neither_a_number_nor_latest() {
        assert_eq!("2024-11".parse::<VersionTag>().unwrap().as_str(), "2024-11");
        for tag in ["3", "007", "latest"] {
            assert_eq!(tag.parse::<VersionTag>(), Err(InvalidVersionTag::Reserved(tag.into())));
        }
        assert_eq!("A".parse::<VersionTag>(), Err(InvalidVersionTag::Spelling("A".into())));
    }
}
