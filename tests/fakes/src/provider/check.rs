use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::provider::dialect::Dialect;

/// Why a provider turns a request down, before it is put into the provider's own shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
    /// Where in the body, as OpenAI's `param` says it.
    pub(crate) param: Option<String>,
    /// OpenAI's `code`.
    pub(crate) code: Option<&'static str>,
}

impl Refusal {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), param: None, code: None }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    pub(crate) fn with_code(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }

    pub(crate) fn with_param(self, param: impl Into<String>) -> Self {
        Self { param: Some(param.into()), ..self }
    }
}

pub(crate) type Checked<T = ()> = Result<T, Refusal>;

/// A place in a body; written out only when there is something to say about it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy, Debug)]
enum Step<'p> {
    Root,
    Key(&'p str),
    Index(usize),
}

impl Place<'_> {
    /// The path as `a[0].b`, or as `a.0.b`; empty for the body itself.
    pub(crate) fn path(&self, brackets: bool) -> String {
        let mut path = self.parent.map(|parent| parent.path(brackets)).unwrap_or_default();
        match self.step {
            Step::Root => {}
            Step::Index(index) if brackets => path.push_str(&format!("[{index}]")),
            Step::Index(index) => path.push_str(&format!(".{index}")),
            Step::Key(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
        }
        path
    }

    /// The last key on the way, such as `role` in `messages[0].role`.
    pub(crate) fn name(&self) -> &str {
        match (self.step, self.parent) {
            (Step::Key(key), _) => key,
            (_, Some(parent)) => parent.name(),
            (_, None) => "",
        }
    }

    pub(crate) fn is_root(&self) -> bool {
        matches!(self.step, Step::Root)
    }
}

/// A value of a body with its place and the dialect to complain in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'v, 'p> {
    pub(crate) value: &'v Value,
    pub(crate) place: Place<'p>,
    dialect: Dialect,
}

impl<'v, 'p> Node<'v, 'p> {
    pub(crate) fn root(value: &'v Value, dialect: Dialect) -> Self {
        Self { value, place: Place { parent: None, step: Step::Root }, dialect }
    }

    /// A field; `None` when it is not there or null.
    pub(crate) fn get<'q>(&'q self, name: &'q str) -> Option<Node<'v, 'q>> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        Some(Node { value, place: self.below(Step::Key(name)), dialect: self.dialect })
    }

    /// A field that must be there.
    pub(crate) fn require<'q>(&'q self, name: &'q str) -> Checked<Node<'v, 'q>> {
        self.get(name).ok_or_else(|| self.dialect.missing(&self.below(Step::Key(name))))
    }

    /// An object without any other fields than these.
    pub(crate) fn only(&self, names: &[&str]) -> Checked {
        match self.object()?.keys().find(|name| !names.contains(&name.as_str())) {
            Some(name) => Err(self.dialect.unknown(&self.place, name)),
            None => Ok(()),
        }
    }

    pub(crate) fn object(&self) -> Checked<&'v Map<String, Value>> {
        self.value.as_object().ok_or_else(|| self.wrong_type("object"))
    }

    pub(crate) fn items<'q>(&'q self) -> Checked<impl Iterator<Item = Node<'v, 'q>> + 'q> {
        let items = self.value.as_array().ok_or_else(|| self.wrong_type("array"))?;
        Ok(items.iter().enumerate().map(|(index, value)| Node {
            value,
            place: self.below(Step::Index(index)),
            dialect: self.dialect,
        }))
    }

    pub(crate) fn text(&self) -> Checked<&'v str> {
        self.value.as_str().ok_or_else(|| self.wrong_type("string"))
    }

    pub(crate) fn boolean(&self) -> Checked<bool> {
        self.value.as_bool().ok_or_else(|| self.wrong_type("boolean"))
    }

    pub(crate) fn integer(&self, range: RangeInclusive<i64>) -> Checked<i64> {
        let value = match (self.value.as_i64(), self.value.as_u64()) {
            (Some(value), _) => value,
            (None, Some(_)) => return Err(self.dialect.out_of_range(&self.place, self.value, &range)),
            (None, None) => return Err(self.wrong_type("integer")),
        };
        if range.contains(&value) { Ok(value) } else { Err(self.dialect.out_of_range(&self.place, self.value, &range)) }
    }

    pub(crate) fn number(&self, range: RangeInclusive<f64>) -> Checked<f64> {
        let value = self.value.as_f64().ok_or_else(|| self.wrong_type("number"))?;
        if range.contains(&value) { Ok(value) } else { Err(self.dialect.out_of_range(&self.place, self.value, &range)) }
    }

    pub(crate) fn one_of(&self, allowed: &[&str]) -> Checked<&'v str> {
        let value = self.text()?;
        if allowed.contains(&value) { Ok(value) } else { Err(self.dialect.not_one_of(&self.place, value, allowed)) }
    }

    /// A name as tools have them: letters, digits, and the given signs.
    pub(crate) fn identifier(&self, signs: &str, max_length: usize) -> Checked<&'v str> {
        let name = self.text()?;
        let fits = (1..=max_length).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || signs.as_bytes().contains(&byte));
        if fits { Ok(name) } else { Err(self.dialect.not_a_name(&self.place, name, signs, max_length)) }
    }

    /// Checks optional fields that are numbers between two bounds.
    pub(crate) fn numbers(&self, fields: &[(&str, f64, f64)]) -> Checked {
        fields.iter().try_for_each(|(name, least, most)| {
            self.get(name).map_or(Ok(()), |field| field.number(*least..=*most).map(drop))
        })
    }

    /// Checks optional fields that are booleans.
    pub(crate) fn booleans(&self, names: &[&str]) -> Checked {
        names.iter().try_for_each(|name| self.get(name).map_or(Ok(()), |field| field.boolean().map(drop)))
    }

    /// Checks optional fields that are strings.
    pub(crate) fn texts(&self, names: &[&str]) -> Checked {
        names.iter().try_for_each(|name| self.get(name).map_or(Ok(()), |field| field.text().map(drop)))
    }

    /// A complaint about this place in words of one's own.
    pub(crate) fn refuse(&self, message: impl Into<String>) -> Refusal {
        Refusal::bad_request(message).with_param(self.path())
    }

    /// The path in the dialect's notation.
    pub(crate) fn path(&self) -> String {
        self.dialect.path(&self.place)
    }

    pub(crate) fn wrong_type(&self, expected: &str) -> Refusal {
        self.dialect.wrong_type(&self.place, expected, self.value)
    }

    fn below<'q>(&'q self, step: Step<'q>) -> Place<'q> {
        Place { parent: Some(&self.place), step }
    }
}
