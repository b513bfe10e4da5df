use scorebox_sdk::{Inputs, Result, predictor};

use crate::jinja;

/// Settings of `template`.
#[scorebox_sdk::config]
pub(crate) struct Template {
    /// The text, in Jinja's language: `{{ question }}`, `{{ user.name }}`, `{{ documents | join(", ") }}`. The variables
    /// are the inputs; one that the inputs lack is an error, unless the template has a `default`. The filters are
    /// `default`, `join`, `lower`, `tojson`, `trim` and `upper`; loops and conditions work.
    template: String,
}

/// Fills a template from the inputs, and answers with the text.
#[predictor]
pub(crate) fn template(inputs: &Inputs, config: &Template) -> Result<String> {
    jinja::fill("template", &config.template, inputs)
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::{Error, json};

    use crate::PLUGIN;

    use super::*;

    #[test]
    fn the_answer_is_the_filled_template() {
        let config = json!({ "template": "Hello, {{ name }}!" }).to_string();
        let answer = |inputs| PLUGIN.predict("template", config.as_str(), Inputs::new(inputs));
        assert_eq!(answer(json!({ "name": "Ada" })).unwrap(), r#""Hello, Ada!""#);
        assert_eq!(answer(json!({})), Err(Error::missing_field("inputs.name")));
    }
}
