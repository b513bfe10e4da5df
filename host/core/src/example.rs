use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Json;

/// One row of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Names the row within its dataset.
    pub id: String,
    /// What the application is asked: an object whose keys are the predict function's parameters.
    pub inputs: Json,
    /// What the application answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outputs: Option<Json>,
    /// What the answer should be: an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expectations: Option<Json>,
    /// How the answer came about; see [`crate::Trace`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<Json>,
    /// Labels of the row.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}
