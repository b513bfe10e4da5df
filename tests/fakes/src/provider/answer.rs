use std::time::Duration;

use serde_json::{Value, json};

use crate::chaos::Failure;
use crate::provider::asked::Asked;
use crate::schema_instance::instance_of;

/// What the default script says when no schema was asked for.
pub const DEFAULT_TEXT: &str = "The answer is 42.";

/// What the model answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub(crate) content: Content,
    pub(crate) usage: Option<TokenUsage>,
    pub(crate) model: Option<String>,
    pub(crate) cut_off: bool,
    pub(crate) delay: Duration,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    Text(String),
    ToolCalls { text: Option<String>, calls: Vec<AskedToolCall> },
    Refusal(String),
    Raw(Value),
    Failure(Failure),
}

/// A tool that the model asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct AskedToolCall {
    /// The id; Gemini's API leaves it out.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments, an object.
    pub arguments: Value,
}

/// Tokens as they are billed; each provider splits them up in its own way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenUsage {
    /// Tokens read, those from the provider's prompt cache included.
    pub input: u64,
    /// Those among them that came from the prompt cache.
    pub cached_input: u64,
    /// Tokens written, reasoning included.
    pub output: u64,
    /// Those among them that were reasoning; Anthropic does not tell.
    pub reasoning: u64,
}

impl Answer {
    fn of(content: Content) -> Self {
        Self { content, usage: None, model: None, cut_off: false, delay: Duration::ZERO }
    }

    /// A text; one longer than the request's limit on tokens is cut off there.
    pub fn text(text: impl Into<String>) -> Self {
        Self::of(Content::Text(text.into()))
    }

    /// A value as JSON text.
    pub fn json(value: &Value) -> Self {
        Self::text(value.to_string())
    }

    /// Calls of tools, given by name and arguments, with the ids `call_1`, `call_2` and so on.
    pub fn tool_calls<'a>(calls: impl IntoIterator<Item = (&'a str, Value)>) -> Self {
        let calls = calls.into_iter().zip(1..).map(|((name, arguments), number)| AskedToolCall {
            id: format!("call_{number}"),
            name: name.to_owned(),
            arguments,
        });
        Self::of(Content::ToolCalls { text: None, calls: calls.collect() })
    }

    /// A text with calls of tools after it, or calls with ids of one's own.
    pub fn text_and_tool_calls(text: impl Into<String>, calls: Vec<AskedToolCall>) -> Self {
        Self::of(Content::ToolCalls { text: Some(text.into()), calls })
    }

    /// The model, or the provider's filter, declines.
    pub fn refusal(why: impl Into<String>) -> Self {
        Self::of(Content::Refusal(why.into()))
    }

    /// A body of status 200 that need not be what the provider would send.
    pub fn raw(body: Value) -> Self {
        Self::of(Content::Raw(body))
    }

    /// A failure that depends on what was asked.
    pub fn failure(failure: Failure) -> Self {
        Self::of(Content::Failure(failure))
    }

    /// Says what the reply cost, instead of one token for four characters.
    #[must_use]
    pub fn usage(self, usage: TokenUsage) -> Self {
        Self { usage: Some(usage), ..self }
    }

    /// Says that another model answered than was asked, such as a dated version.
    #[must_use]
    pub fn model(self, model: impl Into<String>) -> Self {
        Self { model: Some(model.into()), ..self }
    }

    /// Says that the limit on tokens ended the text.
    #[must_use]
    pub fn cut_off(self) -> Self {
        Self { cut_off: true, ..self }
    }

    /// Waits before answering, on top of the provider's latency.
    #[must_use]
    pub fn delay(self, delay: Duration) -> Self {
        Self { delay, ..self }
    }
}

/// The default script: a small instance of the schema that was asked for, in whichever way, or else [`DEFAULT_TEXT`].
pub fn default_answer(asked: &Asked) -> Answer {
    asked.any_schema().map_or_else(|| Answer::text(DEFAULT_TEXT), |schema| Answer::json(&instance_of(&schema)))
}

/// An answer with everything decided: what each protocol writes down in its own way.
pub(crate) struct Said {
    pub(crate) model: String,
    pub(crate) text: Option<String>,
    pub(crate) calls: Vec<AskedToolCall>,
    pub(crate) refusal: Option<String>,
    pub(crate) cut_off: bool,
    pub(crate) usage: TokenUsage,
    /// Makes the ids of replies differ.
    pub(crate) number: u64,
}

impl Said {
    /// `None` for a body of one's own or a failure: nothing is said then.
    pub(crate) fn new(asked: &Asked, answer: &Answer, number: u64) -> Option<Self> {
        let (text, calls, refusal) = match &answer.content {
            Content::Text(text) => (Some(text.clone()), Vec::new(), None),
            Content::ToolCalls { text, calls } => (text.clone(), calls.clone(), None),
            Content::Refusal(why) => (None, Vec::new(), Some(why.clone())),
            Content::Raw(_) | Content::Failure(_) => return None,
        };
        let (text, cut) = within(text, asked.max_tokens);
        let mut written = text.as_deref().or(refusal.as_deref()).map_or(0, tokens);
        for call in &calls {
            written += tokens(&call.name) + tokens(&call.arguments.to_string());
        }
        let counted = TokenUsage { input: tokens(&asked.prompt), output: written, ..TokenUsage::default() };
        Some(Self {
            model: answer.model.clone().unwrap_or_else(|| asked.model.clone()),
            text,
            calls,
            refusal,
            cut_off: answer.cut_off || cut,
            usage: answer.usage.unwrap_or(counted),
            number,
        })
    }
}

/// One token for four characters, and one at least.
pub(crate) fn tokens(text: &str) -> u64 {
    u64::try_from(text.chars().count()).unwrap_or(u64::MAX).div_ceil(4).max(1)
}

fn within(text: Option<String>, max_tokens: Option<u64>) -> (Option<String>, bool) {
    let (Some(mut text), Some(most)) = (text.clone(), max_tokens) else { return (text, false) };
    if tokens(&text) <= most {
        return (Some(text), false);
    }
    let characters = usize::try_from(most.saturating_mul(4)).unwrap_or(usize::MAX);
    let end = text.char_indices().nth(characters).map_or(text.len(), |(index, _)| index);
    text.truncate(end);
    (Some(text), true)
}

/// The default vectors: each word adds to two of the dimensions, so that texts that share words are near each other.
pub fn default_embedding(text: &str, dimensions: usize) -> Vec<f32> {
    let mut vector = vec![0.0_f32; dimensions];
    for word in text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()) {
        // FNV-1a: stable from build to build, which the standard library's hashes do not promise.
        let hash = word
            .to_lowercase()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        for part in [hash >> 33, hash & 0xffff_ffff] {
            let index = usize::try_from(part).unwrap_or_default() % dimensions.max(1);
            if let Some(value) = vector.get_mut(index) {
                *value += 1.0;
            }
        }
    }
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    if length > 0.0 {
        vector.iter_mut().for_each(|value| *value /= length);
    } else if let Some(first) = vector.first_mut() {
        *first = 1.0;
    }
    vector
}

/// Vectors as JSON numbers.
pub(crate) fn numbers(vector: &[f32]) -> Value {
    json!(vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_four_characters() {
        assert_eq!((tokens(""), tokens("four"), tokens("fives"), tokens("äöüß")), (1, 1, 2, 1));
    }

    #[test]
    fn a_text_ends_at_the_limit_on_tokens() {
        assert_eq!(within(Some("äbcdefgh".to_owned()), Some(1)), (Some("äbcd".to_owned()), true));
        assert_eq!(within(Some("abcd".to_owned()), Some(1)), (Some("abcd".to_owned()), false));
        assert_eq!(within(Some("abcdefgh".to_owned()), None), (Some("abcdefgh".to_owned()), false));
    }

    #[test]
    fn texts_that_share_words_have_near_vectors() {
        let product = |a: &str, b: &str| -> f32 {
            default_embedding(a, 64).iter().zip(default_embedding(b, 64)).map(|(a, b)| a * b).sum()
        };
        assert!((product("the cat sat", "The cat sat!") - 1.0).abs() < 1e-5);
        assert!(product("the cat sat", "the cat slept") > product("the cat sat", "quarterly revenue grew"));
        assert!((product("", "") - 1.0).abs() < 1e-5);
    }
}
