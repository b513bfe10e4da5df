//! Whether a run is worse than another, by the interval of the paired difference.

use scorebox_stats::{Interval, Power, values_needed};

use super::config::{BaselineGate, Decide, Missing};
use super::report::{Check, CheckOutcome};
use crate::compare::{ComparisonReport, Difference, FeedbackComparison, NumericComparison, Severity};
use crate::{Subject, shown};

/// How likely the pairs that a message asks for would decide.
const POWER: f64 = 0.8;

/// One check for each feedback that is looked at.
pub(super) fn against_baseline(config: &BaselineGate, comparison: Option<&ComparisonReport>) -> Vec<Check> {
    let Some(comparison) = comparison else { return vec![missing(config)] };
    if comparison.confidence != config.confidence {
        let why = format!(
            "the comparison was made at a confidence of {}, and the gate asks for {}; compare again",
            comparison.confidence.level(),
            config.confidence.level()
        );
        return vec![undecided(config, None, why)];
    }
    let numeric = || comparison.feedback.iter().filter_map(|it| Some((it, it.numbers.as_ref()?)));
    let mut checks = Vec::new();
    for subject in config.scorers.iter().flatten() {
        if !numeric().any(|(it, _)| subject.covers(&it.scorer, &it.feedback)) {
            checks.push(not_there(config, subject, comparison));
        }
    }
    let is_looked_at = |it: &FeedbackComparison| match &config.scorers {
        None => true,
        Some(subjects) => subjects.iter().any(|subject| subject.covers(&it.scorer, &it.feedback)),
    };
    let looked_at = numeric().filter(|(it, _)| is_looked_at(it));
    checks.extend(looked_at.map(|(feedback, numbers)| check(config, comparison, feedback, numbers)));
    if checks.is_empty() {
        checks.push(undecided(config, None, nothing_in_common(comparison)));
    }
    checks
}

fn check(
    config: &BaselineGate,
    comparison: &ComparisonReport,
    feedback: &FeedbackComparison,
    numbers: &NumericComparison,
) -> Check {
    let subject = Subject::of_feedback(&feedback.scorer, &feedback.feedback);
    if let Some(difference) = ruled_out(comparison, feedback) {
        return undecided(config, Some(&subject), format!("not comparable: {}", difference.message));
    }
    let margin = config.margin_of(&feedback.scorer, &feedback.feedback);
    let Decision { outcome, why } = decide(config, margin, numbers);
    let left_out = match feedback.left_out {
        0 => String::new(),
        left_out => format!("; {} without a value on both sides left out", shown::count(left_out, "pair")),
    };
    let least = if numbers.lower_is_better { margin } else { -margin };
    Check {
        rule: rule(config, Some(&subject)),
        title: title(config, Some(&subject)),
        outcome,
        observed: Some(numbers.difference),
        bound: Some(least),
        why: format!("{why}{left_out}"),
    }
}

struct Decision {
    outcome: CheckOutcome,
    why: String,
}

fn decide(config: &BaselineGate, margin: f64, numbers: &NumericComparison) -> Decision {
    let found = format!("paired difference {}, margin {}", numbers.shown_difference(), shown::bound(margin));
    if numbers.better + numbers.worse == 0 {
        // Without this, a run that repeats another would be held back for want of proof.
        let why = format!("all {} are equal, margin {}", shown::count(numbers.n, "pair"), shown::bound(margin));
        return Decision { outcome: CheckOutcome::Passed, why };
    }
    let (difference, interval) = in_terms_of_better(numbers);
    let Some(interval) = interval else {
        return match config.decide {
            Decide::NotWorse => Decision {
                outcome: CheckOutcome::NotDecidable,
                why: format!("{found}; {} say nothing of others", shown::count(numbers.n, "pair")),
            },
            Decide::Worse => Decision { outcome: CheckOutcome::Passed, why: found },
        };
    };
    let is_worse = interval.high < -margin;
    match config.decide {
        _ if is_worse => Decision { outcome: CheckOutcome::Failed, why: found },
        Decide::Worse => Decision { outcome: CheckOutcome::Passed, why: found },
        Decide::NotWorse if interval.low >= -margin => Decision { outcome: CheckOutcome::Passed, why: found },
        Decide::NotWorse => {
            let needed = pairs_needed(config, difference + margin, numbers);
            Decision { outcome: CheckOutcome::NotDecidable, why: format!("{found}; undecided: {needed}") }
        }
    }
}

/// The difference, turned so that more is better.
fn in_terms_of_better(numbers: &NumericComparison) -> (f64, Option<Interval>) {
    let interval = numbers.interval.map(|it| it.interval);
    if numbers.lower_is_better {
        let turned = interval.map(|interval| Interval { low: -interval.high, high: -interval.low });
        (-numbers.difference, turned)
    } else {
        (numbers.difference, interval)
    }
}

/// What would decide, if the true difference is what was observed: `room` above the least acceptable one.
fn pairs_needed(config: &BaselineGate, room: f64, numbers: &NumericComparison) -> String {
    if room <= 0.0 {
        return "the difference itself is at the margin or beyond, so more rows are unlikely to pass".to_owned();
    }
    let power = Power { alpha: 1.0 - config.confidence.level(), power: POWER };
    let needed = numbers.deviation.and_then(|deviation| values_needed(deviation, room, power).ok());
    match needed.map(|needed| needed.max(numbers.n + 1)) {
        Some(needed) => format!("about {} would show it if the difference stays", shown::count(needed, "pair")),
        None => "more rows are needed".to_owned(),
    }
}

/// What makes the numbers of a feedback incomparable.
fn ruled_out<'c>(comparison: &'c ComparisonReport, feedback: &FeedbackComparison) -> Option<&'c Difference> {
    comparison.differences.iter().find(|it| {
        let concerns = it.scorer.as_deref().is_none_or(|scorer| scorer == feedback.scorer);
        it.severity == Severity::NotComparable && concerns
    })
}

fn missing(config: &BaselineGate) -> Check {
    let (outcome, why) = match config.missing {
        Missing::Pass => (CheckOutcome::Passed, "there is none yet, so there is nothing to compare with".to_owned()),
        Missing::Fail => {
            let advice = "make it first, or set `missing = \"pass\"` to pass until it is there";
            (CheckOutcome::Failed, format!("there is nothing yet that `{}` names: {advice}", config.against))
        }
    };
    let (rule, title) = (rule(config, None), title(config, None));
    Check { rule, title, outcome, observed: None, bound: None, why }
}

fn not_there(config: &BaselineGate, subject: &Subject, comparison: &ComparisonReport) -> Check {
    let why = format!("nothing of `{subject}` can be compared; {}", in_common(comparison));
    let check = undecided(config, Some(subject), why);
    Check { outcome: CheckOutcome::Failed, ..check }
}

fn nothing_in_common(comparison: &ComparisonReport) -> String {
    let ruled_out = comparison.differences.iter().find(|it| it.severity == Severity::NotComparable);
    ruled_out.map_or_else(|| in_common(comparison), |difference| difference.message.clone())
}

fn in_common(comparison: &ComparisonReport) -> String {
    let numeric = comparison.feedback.iter().filter(|it| it.numbers.is_some());
    let names: Vec<_> = numeric.map(|it| Subject::of_feedback(&it.scorer, &it.feedback).to_string()).collect();
    if names.is_empty() {
        "the two runs have no booleans or numbers in common".to_owned()
    } else {
        format!("the two runs have booleans or numbers of {}", shown::list(names.iter().map(String::as_str), 10))
    }
}

fn undecided(config: &BaselineGate, subject: Option<&Subject>, why: String) -> Check {
    let (rule, title) = (rule(config, subject), title(config, subject));
    Check { rule, title, outcome: CheckOutcome::NotDecidable, observed: None, bound: None, why }
}

fn rule(config: &BaselineGate, subject: Option<&Subject>) -> String {
    let rule = format!("baseline {}", config.against);
    subject.map_or(rule.clone(), |subject| format!("{rule} {subject}"))
}

fn title(config: &BaselineGate, subject: Option<&Subject>) -> String {
    let what = subject.map_or_else(|| "the run".to_owned(), ToString::to_string);
    let claim = match config.decide {
        Decide::NotWorse => "no worse than",
        Decide::Worse => "not shown to be worse than",
    };
    format!("{what} {claim} {}", config.against.name())
}
