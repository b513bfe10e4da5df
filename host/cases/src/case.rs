use std::fmt;
use std::path::PathBuf;

use scorebox_core::{Example, Json};

use crate::expect::Expected;

/// One case: a call of a plugin's function, and what has to come of it.
#[derive(Clone, Debug)]
pub struct Case {
    /// Says what the case shows; the place in the file where the author gave no name.
    pub name: String,
    /// Where the case is written.
    pub place: Place,
    /// What is called.
    pub call: Call,
    /// The function's config, an object.
    pub config: Json,
    /// What has to come out: one for each example of a batch, otherwise one.
    pub expect: Vec<Expected>,
}

/// What a case calls.
#[derive(Clone, Debug)]
pub enum Call {
    /// A scorer, with one example.
    Score {
        /// The scorer's name.
        scorer: String,
        /// What it is shown.
        example: Box<Example>,
    },
    /// A scorer, with several examples in one call.
    Batch {
        /// The scorer's name.
        scorer: String,
        /// What it is shown.
        examples: Vec<Example>,
    },
    /// A scorer that looks at conversations.
    Session {
        /// The scorer's name.
        scorer: String,
        /// The turns, in order.
        turns: Vec<Example>,
    },
    /// A predict function.
    Predict {
        /// Its name.
        predictor: String,
        /// What it is asked, an object.
        inputs: Json,
    },
}

impl Call {
    /// The name of the function that is called.
    #[must_use]
    pub fn function(&self) -> &str {
        match self {
            Self::Score { scorer, .. } | Self::Batch { scorer, .. } | Self::Session { scorer, .. } => scorer,
            Self::Predict { predictor, .. } => predictor,
        }
    }
}

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.path.display(), self.line)
    }
}
