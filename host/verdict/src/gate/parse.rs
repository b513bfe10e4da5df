//! The grammar of a requirement: `target operator bound`, where the target is `metric` or `scorer.metric`.

use std::str::FromStr;

use super::bound::{Bound, NoBound};
use super::metric::{LATENCIES, PREDICT_WORDS, RUN_WORDS, WORDS, metric_names, run_metric_names};
use super::requirement::{Operator, Requirement, Target};
use crate::Subject;

/// The longest requirement that is looked at.
const MAX_CHARS: usize = 1000;
/// How alike a word and a metric must be for that to be meant (Jaro and Winkler, from 0 to 1).
const ALIKE: f64 = 0.85;
/// What others call our metrics.
const OTHER_NAMES: [(&str, &str); 9] = [
    ("accuracy", "rate"),
    ("average", "mean"),
    ("avg", "mean"),
    ("cost", "cost_usd"),
    ("count", "n"),
    ("p50", "median"),
    ("latency.p50", "latency.median"),
    ("latency.p95", "latency.p90"),
    ("std", "variance"),
];

/// Why a text is no requirement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?}, at character {position}: {problem}")]
pub struct InvalidRequirement {
    /// The text.
    pub text: String,
    /// Where in it, from 1.
    pub position: usize,
    /// What is wrong.
    pub problem: RequirementProblem,
}

/// What is wrong with a requirement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RequirementProblem {
    /// It is too long to be one.
    #[error("this is longer than {MAX_CHARS} characters; write one requirement for each text")]
    TooLong,
    /// There is no operator.
    #[error("nothing is compared; write one of >=, <=, >, <, == and a bound, such as \"correctness.mean >= 0.9\"")]
    NoOperator,
    /// There is no such operator.
    #[error("there is no operator `{found}`; write one of >=, <=, >, <, ==")]
    UnknownOperator {
        /// What stands there.
        found: String,
    },
    /// A scorer without a metric.
    #[error("what of {subject}? Name a metric, such as {subject}.mean. {}", allowed())]
    NoMetric {
        /// What stands there.
        subject: String,
    },
    /// There is no such metric.
    #[error("there is no metric `{found}`{} {}", meant(.suggestion.as_deref()), allowed())]
    UnknownMetric {
        /// What stands there.
        found: String,
        /// What may be meant.
        suggestion: Option<String>,
    },
    /// The name cannot be a scorer's.
    #[error(
        "`{found}` is no name of a scorer: names have ASCII letters, digits, '_', '-', '.' and '/'. Write `scorer.metric`, \
         `scorer:feedback.metric`, or names between backticks"
    )]
    InvalidName {
        /// What stands there.
        found: String,
    },
    /// The bound cannot be read.
    #[error("`{found}` is no bound of `{metric}`: write {expected}")]
    InvalidBound {
        /// What stands there.
        found: String,
        /// The metric.
        metric: String,
        /// What could stand there.
        expected: &'static str,
    },
}

fn meant(suggestion: Option<&str>) -> String {
    suggestion.map_or_else(|| ".".to_owned(), |name| format!("; did you mean `{name}`?"))
}

fn allowed() -> String {
    let latencies = LATENCIES.map(|(word, _)| word).join(", ");
    format!(
        "A scorer has {}, pass_at_K, pass_pow_K and latency.X. A run has {}, and predict.X with {} and latency.X. A latency \
         is its {latencies}",
        WORDS.map(|(word, _)| word).join(", "),
        RUN_WORDS.map(|(word, _)| word).join(", "),
        PREDICT_WORDS.map(|(word, _)| word).join(", "),
    )
}

/// A part of the text, with its first byte.
#[derive(Clone, Copy)]
struct Part<'t> {
    start: usize,
    text: &'t str,
}

impl<'t> Part<'t> {
    fn trimmed(self) -> Self {
        let start = self.start + (self.text.len() - self.text.trim_start().len());
        Self { start, text: self.text.trim() }
    }

    fn from(self, offset: usize) -> Self {
        Self { start: self.start + offset, text: &self.text[offset..] }
    }

    fn is_wrong(self, problem: RequirementProblem) -> (usize, RequirementProblem) {
        (self.start, problem)
    }
}

type Parsed<T> = Result<T, (usize, RequirementProblem)>;

impl FromStr for Requirement {
    type Err = InvalidRequirement;

    fn from_str(text: &str) -> Result<Self, InvalidRequirement> {
        parse(text).map_err(|(byte, problem)| InvalidRequirement {
            text: text.chars().take(MAX_CHARS).collect(),
            position: text.get(..byte).unwrap_or(text).chars().count() + 1,
            problem,
        })
    }
}

fn parse(text: &str) -> Parsed<Requirement> {
    if text.chars().nth(MAX_CHARS).is_some() {
        return Err((0, RequirementProblem::TooLong));
    }
    let is_operator = |character: char| matches!(character, '<' | '>' | '=' | '!');
    let Some(start) = text.find(is_operator) else {
        return Err((text.trim_end().len(), RequirementProblem::NoOperator));
    };
    let end = text[start..].find(|character| !is_operator(character)).map_or(text.len(), |length| start + length);
    let found = &text[start..end];
    let operator = Operator::ALL.into_iter().find(|operator| operator.as_str() == found);
    let unknown = || (start, RequirementProblem::UnknownOperator { found: found.to_owned() });
    let operator = operator.ok_or_else(unknown)?;
    let target = target(Part { start: 0, text: &text[..start] }.trimmed())?;
    let bound = bound(Part { start: end, text: &text[end..] }.trimmed(), &target)?;
    Ok(Requirement { target, operator, bound })
}

fn target(part: Part<'_>) -> Parsed<Target> {
    if part.text.contains('`') { quoted(part) } else { bare(part) }
}

/// `` `scorer`.metric ``, `` `scorer`:`feedback`.metric ``: all after the last backtick is the metric.
fn quoted(part: Part<'_>) -> Parsed<Target> {
    let end = part.text.rfind('`').map_or(0, |last| last + 1);
    let subject = subject(Part { text: &part.text[..end], ..part })?;
    let rest = part.from(end);
    let metric = match rest.text.strip_prefix('.') {
        Some(metric) if !metric.is_empty() => metric,
        _ => return Err(rest.is_wrong(RequirementProblem::NoMetric { subject: subject.quoted() })),
    };
    match metric.parse() {
        Ok(metric) => Ok(Target::Scorer(subject, metric)),
        Err(_) => Err(unknown_metric(rest.from(1))),
    }
}

/// A metric of the run, or a name and the longest ending that is a metric.
fn bare(part: Part<'_>) -> Parsed<Target> {
    if let Ok(metric) = part.text.parse() {
        return Ok(Target::Run(metric));
    }
    for (dot, _) in part.text.match_indices('.') {
        if let Ok(metric) = part.text[dot + 1..].parse() {
            return Ok(Target::Scorer(subject(Part { text: &part.text[..dot], ..part })?, metric));
        }
    }
    let last_word = part.text.find(".latency.").or_else(|| part.text.rfind('.'));
    match last_word.map(|dot| part.from(dot + 1)) {
        Some(word) if !word.text.is_empty() => Err(unknown_metric(word)),
        None if suggestion(part.text).is_some() => Err(unknown_metric(part)),
        _ => {
            let subject = part.text.trim_end_matches('.');
            let subject = if subject.is_empty() { "scorer" } else { subject };
            Err(part.is_wrong(RequirementProblem::NoMetric { subject: subject.to_owned() }))
        }
    }
}

/// What a target without backticks means, if anything.
pub(super) fn split_bare(text: &str) -> Option<Target> {
    bare(Part { start: 0, text }).ok()
}

fn subject(part: Part<'_>) -> Parsed<Subject> {
    let invalid = |_| part.is_wrong(RequirementProblem::InvalidName { found: part.text.to_owned() });
    part.text.parse().map_err(invalid)
}

fn unknown_metric(part: Part<'_>) -> (usize, RequirementProblem) {
    let suggestion = suggestion(part.text);
    part.is_wrong(RequirementProblem::UnknownMetric { found: part.text.to_owned(), suggestion })
}

/// The metric that may be meant: what others call it, or what looks most like it.
fn suggestion(word: &str) -> Option<String> {
    if let Some((_, metric)) = OTHER_NAMES.iter().find(|(name, _)| *name == word) {
        return Some((*metric).to_owned());
    }
    let names = metric_names().into_iter().chain(run_metric_names());
    let likeness = names.map(|name| (strsim::jaro_winkler(&name, word), name));
    let best = likeness.filter(|(alike, _)| *alike >= ALIKE).max_by(|one, other| one.0.total_cmp(&other.0));
    best.map(|(_, name)| name)
}

fn bound(part: Part<'_>, target: &Target) -> Parsed<Bound> {
    Bound::parse(part.text, target.unit()).map_err(|why| {
        let expected = match why {
            NoBound::Value => "a number such as 0.9, or a percentage such as 90%",
            NoBound::Count => "a count such as 100",
            NoBound::Dollars => "dollars as a number, such as 2.00",
            NoBound::Time => "a time with its unit, such as 2s or 150ms",
        };
        let (found, metric) = (part.text.to_owned(), target.to_string());
        part.is_wrong(RequirementProblem::InvalidBound { found, metric, expected })
    })
}
