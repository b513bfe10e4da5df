use scorebox_sdk::serde_json::Value;
use scorebox_sdk::{Deserialize, Error, Example, Feedback, Inputs, JsonText, Result, predictor, scorer};

use crate::schema::config_schema;

#[derive(Deserialize)]
#[serde(crate = "scorebox_sdk::serde")]
pub(crate) struct Fails {
    how: String,
    #[serde(default)]
    message: String,
}

config_schema!(Fails, {
    "type": "object",
    "properties": { "how": { "type": "string" }, "message": { "type": "string" } },
    "required": ["how"],
    "additionalProperties": false
});

impl Fails {
    fn error(&self) -> Error {
        let message = self.message.as_str();
        match self.how.as_str() {
            "invalid_config" => Error::invalid_config(message),
            "missing_field" => Error::missing_field(message),
            "unsupported" => Error::unsupported(message),
            "failed" => Error::failed(message),
            other => Error::invalid_config(format!("how: `{other}` is none of the ways to fail")),
        }
    }
}

/// Fails as told.
#[scorer(requires(), uses(), returns = boolean)]
pub(crate) fn fails(_example: &Example, config: &Fails) -> Result<Feedback> {
    const DEPTH: usize = 5_000;
    match config.how.as_str() {
        "nan" => Ok(Feedback::new(f64::NAN)),
        "infinity" => Ok(Feedback::new(f64::INFINITY)),
        "bad_json" => Ok(Feedback::new(JsonText::from_raw(r#"{"a":"#))),
        "surrogate_json" => Ok(Feedback::new(JsonText::from_raw(r#""\ud800""#))),
        "deep_json" => Ok(Feedback::new(JsonText::from_raw("[".repeat(DEPTH) + &"]".repeat(DEPTH)))),
        "bad_name" => Ok(Feedback::new(true).with_name("not a name!")),
        _ => Err(config.error()),
    }
}

/// Fails as told.
#[predictor(name = "fails")]
pub(crate) fn fails_to_predict(_inputs: &Inputs, config: &Fails) -> Result<Value> {
    Err(config.error())
}
