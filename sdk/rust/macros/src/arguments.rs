use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Error, Ident, LitStr, Result, Token, parenthesized};

const FIELDS: &[&str] = &["inputs", "outputs", "expectations", "trace", "tags"];
const KINDS: &[&str] = &["boolean", "integer", "number", "text", "json", "varies"];
const AGGREGATIONS: &[&str] = &["mean", "min", "max", "median", "p90", "variance"];

/// What stands between the parentheses of `#[scorer(…)]`.
#[derive(Default)]
pub(crate) struct ScorerArguments {
    pub(crate) name: Option<LitStr>,
    pub(crate) requires: Option<Vec<Ident>>,
    pub(crate) uses: Option<Vec<Ident>>,
    pub(crate) returns: Option<Ident>,
    pub(crate) aggregations: Vec<Ident>,
}

/// What stands between the parentheses of `#[predictor(…)]`.
#[derive(Default)]
pub(crate) struct PredictorArguments {
    pub(crate) name: Option<LitStr>,
}

impl Parse for ScorerArguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut arguments = Self::default();
        for_each_argument(input, |key| {
            match key.to_string().as_str() {
                "name" => arguments.name = Some(text_after_equals(input)?),
                "requires" => arguments.requires = Some(words_in_parentheses(input, "field", FIELDS)?),
                "uses" => arguments.uses = Some(words_in_parentheses(input, "field", FIELDS)?),
                "returns" => {
                    input.parse::<Token![=]>()?;
                    arguments.returns = Some(one_of(input.parse()?, "kind of value", KINDS)?);
                }
                "aggregations" => {
                    arguments.aggregations = words_in_parentheses(input, "aggregation", AGGREGATIONS)?;
                }
                _ => return Err(unknown_argument(key, "`name`, `requires`, `uses`, `returns`, `aggregations`")),
            }
            Ok(())
        })?;
        arguments.refuse_overlap()?;
        Ok(arguments)
    }
}

impl ScorerArguments {
    /// A field that is required is sent anyway: naming it twice is a slip.
    fn refuse_overlap(&self) -> Result<()> {
        let (Some(requires), Some(uses)) = (&self.requires, &self.uses) else { return Ok(()) };
        match uses.iter().find(|field| requires.contains(field)) {
            Some(field) => Err(Error::new(field.span(), format!("`{field}` is in `requires` already"))),
            None => Ok(()),
        }
    }
}

impl Parse for PredictorArguments {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut arguments = Self::default();
        for_each_argument(input, |key| {
            if key != "name" {
                return Err(unknown_argument(key, "`name`"));
            }
            arguments.name = Some(text_after_equals(input)?);
            Ok(())
        })?;
        Ok(arguments)
    }
}

fn for_each_argument(input: ParseStream<'_>, mut parse_one: impl FnMut(&Ident) -> Result<()>) -> Result<()> {
    let mut seen: Vec<Ident> = Vec::new();
    while !input.is_empty() {
        let key: Ident = input.parse()?;
        if seen.contains(&key) {
            return Err(Error::new(key.span(), format!("`{key}` is given twice")));
        }
        parse_one(&key)?;
        seen.push(key);
        if !input.is_empty() {
            input.parse::<Token![,]>()?;
        }
    }
    Ok(())
}

fn unknown_argument(key: &Ident, known: &str) -> Error {
    Error::new(key.span(), format!("unknown argument `{key}`: expected one of {known}"))
}

fn text_after_equals(input: ParseStream<'_>) -> Result<LitStr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

fn words_in_parentheses(input: ParseStream<'_>, what: &str, known: &[&str]) -> Result<Vec<Ident>> {
    let content;
    parenthesized!(content in input);
    Punctuated::<Ident, Token![,]>::parse_terminated(&content)?
        .into_iter()
        .map(|word| one_of(word, what, known))
        .collect()
}

fn one_of(word: Ident, what: &str, known: &[&str]) -> Result<Ident> {
    if known.iter().any(|name| word == name) {
        return Ok(word);
    }
    Err(Error::new(word.span(), format!("unknown {what} `{word}`: expected one of `{}`", known.join("`, `"))))
}
