use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::example::json_text;
use crate::{Json, Result};

/// What a predict function is asked: an object whose keys are its parameters.
#[derive(Clone, Debug)]
pub struct Inputs(pub(crate) String);

impl Inputs {
    /// Inputs for tests; panics on a value that has no JSON form.
    #[must_use]
    pub fn new(inputs: impl Serialize) -> Self {
        Self(json_text(&inputs))
    }

    /// All inputs.
    #[must_use]
    pub fn json(&self) -> Json<'_> {
        Json::new(&self.0, "inputs")
    }

    /// One input, such as `question`.
    pub fn get<'a>(&'a self, key: &'a str) -> Result<Json<'a>> {
        self.json().get(key)
    }

    /// One input as a text; see [`Json::text`].
    pub fn text<'a>(&'a self, key: &'a str) -> Result<Cow<'a, str>> {
        self.get(key)?.text()
    }

    /// All inputs as a type of the caller's choice.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        self.json().parse()
    }
}
