use std::fmt;
use std::str::FromStr;

use super::name::{DatasetName, InvalidDatasetName, InvalidVersionTag, LATEST, VersionTag};

/// Names one version of a dataset: `support-qa` or `support-qa@latest` for the newest, `support-qa@3`, or
/// `support-qa@stable` for the one that has the tag.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct DatasetReference {
    /// The dataset.
    pub name: DatasetName,
    /// Which of its versions.
    pub selector: VersionSelector,
}

/// Which version of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum VersionSelector {
    /// The newest, whichever that is.
    Latest,
    /// The one with this number, from 1.
    Number(u64),
    /// The one that has this tag now.
    Tag(VersionTag),
}

/// The text names no version of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// What stands before the `@` is no name.
    #[error(transparent)]
    Name(#[from] InvalidDatasetName),
    /// What stands after the `@` is nothing.
    #[error("{0:?} names no version after its '@': write a number, a tag or latest, such as {name}@3", name = before_at(.0))]
    NoVersion(String),
    /// What stands after the `@` begins like a number, but is none.
    #[error("{0:?} names no version: versions are counted from 1")]
    Number(String),
    /// What stands after the `@` is no tag either.
    #[error("{text:?} names no version: {problem}")]
    Tag {
        /// The whole text.
        text: String,
        /// What is wrong with the tag.
        problem: InvalidVersionTag,
    },
}

impl DatasetReference {
    /// The newest version of a dataset.
    #[must_use]
    pub fn latest(name: DatasetName) -> Self {
        Self { name, selector: VersionSelector::Latest }
    }
}

impl FromStr for DatasetReference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let (name, version) = text.split_once('@').map_or((text, None), |(name, version)| (name, Some(version)));
        let name: DatasetName = name.parse()?;
        let selector = match version {
            None | Some(LATEST) => VersionSelector::Latest,
            Some("") => return Err(InvalidReference::NoVersion(text.to_owned())),
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => match digits.parse() {
                Ok(number @ 1..) => VersionSelector::Number(number),
                _ => return Err(InvalidReference::Number(super::name::beginning(text))),
            },
            Some(tag) => match tag.parse() {
                Ok(tag) => VersionSelector::Tag(tag),
                Err(problem) => return Err(InvalidReference::Tag { text: super::name::beginning(text), problem }),
            },
        };
        Ok(Self { name, selector })
    }
}

impl fmt::Display for DatasetReference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.selector {
            VersionSelector::Latest => write!(formatter, "{}", self.name),
            VersionSelector::Number(number) => write!(formatter, "{}@{number}", self.name),
            VersionSelector::Tag(tag) => write!(formatter, "{}@{tag}", self.name),
        }
    }
}

fn before_at(text: &str) -> &str {
    text.split('@').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn selector(text: &str) -> VersionSelector {
        text.parse::<DatasetReference>().unwrap().selector
    }

    #[test]
    fn a_version_is_the_newest_a_number_or_a_tag() {
        assert_eq!(selector("qa"), VersionSelector::Latest);
        assert_eq!(selector("qa@latest"), VersionSelector::Latest);
        assert_eq!(selector("qa@3"), VersionSelector::Number(3));
        assert_eq!(selector("qa@stable"), VersionSelector::Tag("stable".parse().unwrap()));
    }

    #[test]
    fn what_names_no_version_says_why() {
        let message = |text: &str| text.parse::<DatasetReference>().unwrap_err().to_string();
        insta::assert_snapshot!(message("qa@"), @r#""qa@" names no version after its '@': write a number, a tag or latest, such as qa@3"#);
        insta::assert_snapshot!(message("qa@0"), @r#""qa@0" names no version: versions are counted from 1"#);
        insta::assert_snapshot!(message("qa@99999999999999999999"), @r#""qa@99999999999999999999" names no version: versions are counted from 1"#);
        insta::assert_snapshot!(message("qa@Stable"), @r#""qa@Stable" names no version: "Stable" cannot be a tag: use 1 to 64 lower-case letters, digits, '.', '_' and '-', beginning with a letter or a digit, such as stable"#);
        insta::assert_snapshot!(message("data.jsonl@a@b"), @r#""data.jsonl@a@b" names no version: "a@b" cannot be a tag: use 1 to 64 lower-case letters, digits, '.', '_' and '-', beginning with a letter or a digit, such as stable"#);
        insta::assert_snapshot!(message("QA"), @r#""QA" cannot be the name of a dataset: use 1 to 64 lower-case letters, digits, '.', '_' and '-', beginning with a letter or a digit, such as support-qa"#);
    }

    proptest! {
        #[test]
        fn a_reference_is_read_as_it_is_written(text in "[a-z0-9][a-z0-9._-]{0,8}(@([1-9][0-9]{0,5}|[a-z][a-z0-9._-]{0,8}))?") {
            let reference: DatasetReference = text.parse().unwrap();
            prop_assert_eq!(reference.to_string(), text.strip_suffix("@latest").unwrap_or(&text));
        }
    }
}
