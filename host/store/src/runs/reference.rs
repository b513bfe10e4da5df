use std::str::FromStr;

use scorebox_core::RunId;

use crate::error::StoreError;

/// How a person names a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RunReference {
    Id(RunId),
    /// The end of an id.
    End(String),
    /// 0 for the newest run, 1 for the one before it.
    Last(u32),
}

/// Letters that the end of an id has at least.
const MIN_END: usize = 4;

impl FromStr for RunReference {
    type Err = StoreError;

    fn from_str(text: &str) -> Result<Self, StoreError> {
        let invalid = || StoreError::InvalidReference { reference: text.chars().take(80).collect() };
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        if let Some(behind) = text.strip_prefix("last") {
            return match behind.strip_prefix('~') {
                None if behind.is_empty() => Ok(Self::Last(0)),
                Some(number) => number.parse().map(Self::Last).map_err(|_| invalid()),
                None => Err(invalid()),
            };
        }
        let is_of_id = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte) || byte == b'-';
        if text.len() >= MIN_END && text.bytes().all(is_of_id) {
            Ok(Self::End(text.to_owned()))
        } else {
            Err(invalid())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_by_its_id_the_end_of_it_or_its_age() {
        let id = RunId::generate();
        assert_eq!(id.as_str().parse::<RunReference>().unwrap(), RunReference::Id(id));
        assert_eq!("9f3a".parse::<RunReference>().unwrap(), RunReference::End("9f3a".into()));
        assert_eq!("last".parse::<RunReference>().unwrap(), RunReference::Last(0));
        assert_eq!("last~2".parse::<RunReference>().unwrap(), RunReference::Last(2));
    }

    #[test]
    fn anything_else_names_no_run() {
        for text in ["", "9f3", "last~", "last~x", "latest", "9f3%", "9f3_", "run_x", "../../etc"] {
            let refused = text.parse::<RunReference>();
            assert!(matches!(refused, Err(StoreError::InvalidReference { .. })), "{text:?}");
        }
    }
}
