use minijinja::value::{Serde, Value};
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use scorebox_sdk::serde_json;
use scorebox_sdk::{Error, Inputs, Result, predictor};

/// Settings of `template`.
#[scorebox_sdk::config]
pub(crate) struct Template {
    /// The text, in Jinja's language: `{{ question }}`, `{{ user.name }}`, `{{ documents | join(", ") }}`. The variables
    /// are the inputs; one that the inputs lack is an error, unless the template has a `default`. The filters are
    /// `default`, `join`, `lower`, `trim` and `upper`; loops and conditions work.
    template: String,
}

/// Fills a template from the inputs, and answers with the text.
#[predictor]
pub(crate) fn template(inputs: &Inputs, config: &Template) -> Result<String> {
    let environment = environment();
    let template = environment
        .template_from_str(&config.template)
        .map_err(|error| Error::invalid_config(format!("template: {error}")))?;
    let variables = inputs.json().value()?;
    template.render(Serde(&variables)).map_err(|error| match first_missing(&template, &variables) {
        Some(variable) if error.kind() == ErrorKind::UndefinedError => {
            Error::missing_field(format!("inputs.{variable}"))
        }
        _ => Error::failed(format!("template: {error}")),
    })
}

/// Jinja without its large library of filters, which would be two thirds of the component.
fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("default", |value: Value, other: Value| if value.is_undefined() { other } else { value });
    environment.add_filter("join", |items: Vec<String>, separator: Option<&str>| items.join(separator.unwrap_or("")));
    environment.add_filter("lower", |text: &str| text.to_lowercase());
    environment.add_filter("trim", |text: &str| text.trim().to_owned());
    environment.add_filter("upper", |text: &str| text.to_uppercase());
    environment
}

/// The alphabetically first variable of the template that the inputs do not have.
fn first_missing(template: &minijinja::Template<'_, '_>, variables: &serde_json::Value) -> Option<String> {
    let is_missing = |path: &String| path.split('.').try_fold(variables, |value, key| value.get(key)).is_none();
    template.undeclared_variables(true).into_iter().filter(is_missing).min()
}

#[cfg(test)]
mod tests {
    use scorebox_sdk::json;

    use super::*;

    fn fill(text: &str, inputs: serde_json::Value) -> Result<String> {
        template(&Inputs::new(inputs), &Template { template: text.to_owned() })
    }

    #[test]
    fn variables_are_inputs_by_dotted_path() {
        let inputs = json!({ "question": "Why <b>?", "user": { "name": "Ada" }, "n": 3 });
        assert_eq!(
            fill("{{ user.name }} asks {{n}} times: {{ question }}", inputs).unwrap(),
            "Ada asks 3 times: Why <b>?"
        );
    }

    #[test]
    fn lists_and_filters_work() {
        let inputs = json!({ "documents": ["a", "b"], "title": "x" });
        assert_eq!(fill(r#"{{ documents | join(", ") }} {{ title | upper }}"#, inputs.clone()).unwrap(), "a, b X");
        assert_eq!(fill("{% for d in documents %}[{{ d }}]{% endfor %}", inputs).unwrap(), "[a][b]");
    }

    #[test]
    fn a_missing_variable_is_a_missing_field() {
        assert_eq!(fill("{{ question }}", json!({})), Err(Error::missing_field("inputs.question")));
        assert_eq!(fill("{{ user.name }}", json!({ "user": {} })), Err(Error::missing_field("inputs.user.name")));
        assert_eq!(fill("{{ tone | default('kind') }}", json!({})).unwrap(), "kind");
    }

    #[test]
    fn a_broken_template_is_an_invalid_config() {
        let error = fill("{{ question ", json!({})).unwrap_err();
        assert!(matches!(error, Error::InvalidConfig(_)), "{error}");
    }
}
