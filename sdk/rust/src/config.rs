use std::cell::RefCell;
use std::rc::Rc;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{Error, Result};

/// The config that was read last. Rows of a run share one config, so an instance that scores many of them reads it
/// once; the result depends on the text alone, so a reused instance answers like a fresh one.
pub struct ConfigCache<C>(RefCell<Option<(String, Rc<C>)>>);

impl<C> ConfigCache<C> {
    /// An empty cache.
    #[expect(clippy::new_without_default, reason = "made by macros only")]
    pub const fn new() -> Self {
        Self(RefCell::new(None))
    }
}

impl<C: DeserializeOwned + JsonSchema> ConfigCache<C> {
    /// The config that `text` holds.
    pub fn get(&self, text: String) -> Result<Rc<C>> {
        let mut last = self.0.borrow_mut();
        if let Some((known, config)) = &*last
            && *known == text
        {
            return Ok(Rc::clone(config));
        }
        let config = serde_json::from_str::<C>(&text).map_err(|error| Error::InvalidConfig(error.to_string()))?;
        let config = Rc::new(config);
        *last = Some((text, Rc::clone(&config)));
        Ok(config)
    }
}

/// The JSON Schema (2020-12) of a config.
///
/// Assembled here rather than by the generator's own `into_root_schema_for`, whose transforms, title and meta-schema
/// would be a tenth of a small component.
pub fn config_schema<C: JsonSchema>() -> String {
    let mut generator = SchemaGenerator::default();
    let schema = C::json_schema(&mut generator);
    with_definitions(schema, &mut generator)
}

#[inline(never)]
fn with_definitions(mut schema: Schema, generator: &mut SchemaGenerator) -> String {
    let definitions = generator.take_definitions(false);
    if !definitions.is_empty() {
        schema.insert("$defs".to_owned(), Value::Object(definitions));
    }
    schema.as_value().to_string()
}

/// The schema of a function without a config: an object without keys.
pub fn empty_config_schema() -> String {
    r#"{"type":"object","additionalProperties":false}"#.to_owned()
}
