use crate::describe::{Aggregation, Fields, ValueKind};
use crate::{Error, Example, Feedback, Inputs, Result};

/// What a component holds, as [`plugin!`](crate::plugin!) lists it.
///
/// Runs natively what the host runs in the sandbox, configs as JSON text included:
///
/// ```
/// use scorebox_sdk::{Example, Result, scorer};
///
/// /// Whether there is any output at all.
/// #[scorer(requires(outputs))]
/// fn is_answered(example: &Example) -> Result<bool> {
///     Ok(!example.outputs_text()?.is_empty())
/// }
///
/// scorebox_sdk::plugin! { scorers: [is_answered] }
///
/// # fn main() -> Result<()> {
/// let feedback = PLUGIN.score("is_answered", "{}", Example::new("1").with_outputs("yes"))?;
/// assert_eq!(feedback[0].value, true.into());
/// # Ok(())
/// # }
/// ```
pub struct Plugin {
    scorers: &'static [Scorer],
    predictors: &'static [Predictor],
}

/// One scorer of a plugin, as `#[scorer]` makes it.
#[derive(Clone, Copy)]
pub struct Scorer {
    /// Unique in the component.
    pub name: &'static str,
    /// One line for a person who chooses a scorer.
    pub summary: &'static str,
    /// Makes the JSON Schema of the config.
    pub config_schema: fn() -> String,
    /// Fields without which a row fails.
    pub requires: Fields,
    /// Further fields that are sent when the row has them.
    pub uses: Fields,
    /// The kind of value to expect.
    pub returns: ValueKind,
    /// How the values are summed up by default.
    pub aggregations: &'static [Aggregation],
    #[doc(hidden)]
    pub call: ScorerCall,
}

/// How a scorer is called: that is, what one call looks at.
#[derive(Clone, Copy)]
pub enum ScorerCall {
    /// One example.
    Example(fn(String, Example) -> Result<Vec<Feedback>>),
    /// The ordered turns of one conversation.
    Session(fn(String, Vec<Example>) -> Result<Vec<Feedback>>),
}

/// One predict function of a plugin, as `#[predictor]` makes it.
#[derive(Clone, Copy)]
pub struct Predictor {
    /// Unique in the component.
    pub name: &'static str,
    /// One line for a person who chooses a predict function.
    pub summary: &'static str,
    /// Makes the JSON Schema of the config.
    pub config_schema: fn() -> String,
    #[doc(hidden)]
    pub call: fn(String, Inputs) -> Result<String>,
}

/// What `#[scorer]` implements for the type of the function's name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a scorer",
    label = "expected a function with a valid `#[scorer]` attribute"
)]
pub trait DefinesScorer {
    /// The scorer.
    const SCORER: Scorer;
}

/// What `#[predictor]` implements for the type of the function's name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a predict function",
    label = "expected a function with a valid `#[predictor]` attribute"
)]
pub trait DefinesPredictor {
    /// The predict function.
    const PREDICTOR: Predictor;
}

impl Plugin {
    #[doc(hidden)]
    pub const fn new(scorers: &'static [Scorer], predictors: &'static [Predictor]) -> Self {
        let mut index = 0;
        while index < scorers.len() {
            let mut other = index + 1;
            while other < scorers.len() {
                assert!(!same(scorers[index].name, scorers[other].name), "two scorers of the plugin have one name");
                other += 1;
            }
            index += 1;
        }
        index = 0;
        while index < predictors.len() {
            let mut other = index + 1;
            while other < predictors.len() {
                let is_same = same(predictors[index].name, predictors[other].name);
                assert!(!is_same, "two predict functions of the plugin have one name");
                other += 1;
            }
            index += 1;
        }
        Self { scorers, predictors }
    }

    /// The scorers, in the order of their listing.
    #[must_use]
    pub fn scorers(&self) -> &'static [Scorer] {
        self.scorers
    }

    /// The predict functions, in the order of their listing.
    #[must_use]
    pub fn predictors(&self) -> &'static [Predictor] {
        self.predictors
    }

    /// Scores one example.
    pub fn score(&self, scorer: &str, config: impl Into<String>, example: Example) -> Result<Vec<Feedback>> {
        let scorer = self.scorer(scorer)?;
        match scorer.call {
            ScorerCall::Example(call) => call(config.into(), scorer.as_sent(example)),
            ScorerCall::Session(_) => Err(unsupported(scorer, "conversations, not single examples")),
        }
    }

    /// Scores one conversation, given its turns in order.
    pub fn score_session(&self, scorer: &str, config: impl Into<String>, turns: Vec<Example>) -> Result<Vec<Feedback>> {
        let scorer = self.scorer(scorer)?;
        match scorer.call {
            ScorerCall::Session(call) => {
                call(config.into(), turns.into_iter().map(|turn| scorer.as_sent(turn)).collect())
            }
            ScorerCall::Example(_) => Err(unsupported(scorer, "single examples, not conversations")),
        }
    }

    /// Answers inputs, with JSON text.
    pub fn predict(&self, predictor: &str, config: impl Into<String>, inputs: Inputs) -> Result<String> {
        match self.predictors.iter().find(|known| known.name == predictor) {
            Some(known) => (known.call)(config.into(), inputs),
            None => Err(Error::InvalidConfig(["no predict function is called `", predictor, "`"].concat())),
        }
    }

    fn scorer(&self, name: &str) -> Result<&'static Scorer> {
        match self.scorers.iter().find(|known| known.name == name) {
            Some(scorer) => Ok(scorer),
            None => Err(Error::InvalidConfig(["no scorer is called `", name, "`"].concat())),
        }
    }
}

impl Scorer {
    /// The example with what the host would send: a field that the scorer did not ask for is not there.
    fn as_sent(&self, mut example: Example) -> Example {
        example.sent = self.requires.union(self.uses);
        let sent = example.sent;
        for (field, value) in [
            (Fields::INPUTS, &mut example.inputs),
            (Fields::OUTPUTS, &mut example.outputs),
            (Fields::EXPECTATIONS, &mut example.expectations),
            (Fields::TRACE, &mut example.trace),
        ] {
            if !sent.contains(field) {
                *value = None;
            }
        }
        if !sent.contains(Fields::TAGS) {
            example.tags.clear();
        }
        example
    }
}

fn unsupported(scorer: &Scorer, what: &str) -> Error {
    Error::Unsupported(["`", scorer.name, "` scores ", what].concat())
}

/// `==` for texts, where `==` itself is not `const` yet.
const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    if left.len() != right.len() {
        return false;
    }
    let mut index = 0;
    while index < left.len() {
        if left[index] != right[index] {
            return false;
        }
        index += 1;
    }
    true
}
