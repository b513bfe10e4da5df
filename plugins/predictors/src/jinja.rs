//! Texts in Jinja's language, filled from the inputs.

use minijinja::value::{Serde, Value};
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use scorebox_sdk::serde_json;
use scorebox_sdk::{Error, Inputs, Result};

/// Fills a template that is written in the config's setting of that name.
pub(crate) fn fill(setting: &str, template: &str, inputs: &Inputs) -> Result<String> {
    let environment = environment();
    let template = environment
        .template_from_str(template)
        .map_err(|error| Error::invalid_config(format!("{setting}: {error}")))?;
    let variables = inputs.json().value()?;
    template.render(Serde(&variables)).map_err(|error| match first_missing(&template, &variables) {
        Some(variable) if error.kind() == ErrorKind::UndefinedError => {
            Error::missing_field(format!("inputs.{variable}"))
        }
        _ => Error::failed(format!("{setting}: {error}")),
    })
}

/// Jinja without its large library of filters, which would be most of the component.
fn environment() -> Environment<'static> {
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.add_filter("default", |value: Value, other: Value| if value.is_undefined() { other } else { value });
    environment.add_filter("join", |items: Vec<String>, separator: Option<&str>| items.join(separator.unwrap_or("")));
    environment.add_filter("lower", |text: &str| text.to_lowercase());
    environment.add_filter("tojson", |value: Value| to_json(&value));
    environment.add_filter("trim", |text: &str| text.trim().to_owned());
    environment.add_filter("upper", |text: &str| text.to_uppercase());
    environment
}

fn to_json(value: &Value) -> Result<String, minijinja::Error> {
    if value.is_undefined() {
        return Err(ErrorKind::UndefinedError.into());
    }
    serde_json::to_string(value)
        .map_err(|error| minijinja::Error::new(ErrorKind::BadSerialization, "no JSON form").with_source(error))
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

    fn filled(template: &str, inputs: serde_json::Value) -> Result<String> {
        fill("system", template, &Inputs::new(inputs))
    }

    #[test]
    fn variables_are_inputs_by_dotted_path() {
        let inputs = json!({ "question": "Why <b>?", "user": { "name": "Ada" }, "n": 3 });
        assert_eq!(
            filled("{{ user.name }} asks {{n}} times: {{ question }}", inputs).unwrap(),
            "Ada asks 3 times: Why <b>?"
        );
    }

    #[test]
    fn lists_and_filters_work() {
        let inputs = json!({ "documents": ["a", "b"], "title": "x" });
        assert_eq!(filled(r#"{{ documents | join(", ") }} {{ title | upper }}"#, inputs.clone()).unwrap(), "a, b X");
        assert_eq!(filled("{% for d in documents %}[{{ d }}]{% endfor %}", inputs).unwrap(), "[a][b]");
    }

    #[test]
    fn a_value_can_be_written_as_json() {
        let inputs = json!({ "q": "a \"b\" <c>", "list": [1, 2.5, null, { "k": true }] });
        assert_eq!(filled("{{ q | tojson }}", inputs.clone()).unwrap(), r#""a \"b\" <c>""#);
        assert_eq!(filled("{{ list | tojson }}", inputs.clone()).unwrap(), r#"[1,2.5,null,{"k":true}]"#);
        assert_eq!(filled("{{ other | tojson }}", inputs), Err(Error::missing_field("inputs.other")));
    }

    #[test]
    fn a_missing_variable_is_a_missing_field() {
        assert_eq!(filled("{{ question }}", json!({})), Err(Error::missing_field("inputs.question")));
        assert_eq!(filled("{{ user.name }}", json!({ "user": {} })), Err(Error::missing_field("inputs.user.name")));
        assert_eq!(filled("{{ tone | default('kind') }}", json!({})).unwrap(), "kind");
    }

    #[test]
    fn a_broken_template_is_an_invalid_config_that_names_the_setting() {
        let error = filled("{{ question ", json!({})).unwrap_err();
        assert!(matches!(&error, Error::InvalidConfig(text) if text.starts_with("system: ")), "{error}");
    }
}
