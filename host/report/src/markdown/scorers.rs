use std::cmp::Reverse;
use std::time::Duration;

use scorebox_core::Aggregation;
use scorebox_eval::{CallSummary, FeedbackSummary, LabelCounts, Summary};

use super::comment::Comment;
use super::escape::{code, code_in_cell};
use crate::shown::{counted, duration, interval, number, thousands};

const MAX_NAME_CHARACTERS: usize = 100;
const MAX_LABEL_CHARACTERS: usize = 40;
const MAX_LABELS: usize = 3;
const NOTHING: &str = "–";

/// The table of scorers.
pub(super) fn write(summary: &Summary, comment: &mut Comment) {
    let has_usage = !summary.usage.is_none();
    let mut head = "\n| scorer | mean or rate | 95 % interval | n | errors | p90 latency |".to_owned();
    let mut rule = "|---|---|:-:|--:|--:|--:|".to_owned();
    if has_usage {
        head.push_str(" cost |");
        rule.push_str("--:|");
    }
    let mut lines = Vec::new();
    if let Some(calls) = &summary.predict {
        lines.push(line("*predict*", None, Some(calls), has_usage));
    }
    for scorer in &summary.scorers {
        let own = scorer.feedback.iter().find(|feedback| feedback.name == scorer.name);
        let name = code_in_cell(&scorer.name, MAX_NAME_CHARACTERS);
        lines.push(line(&name, own, Some(&scorer.calls), has_usage));
        for feedback in scorer.feedback.iter().filter(|feedback| feedback.name != scorer.name) {
            let name = format!("└ {}", code_in_cell(&feedback.name, MAX_NAME_CHARACTERS));
            lines.push(line(&name, Some(feedback), None, has_usage));
        }
    }
    comment.section(&format!("{head}\n{rule}\n"), &lines, "scorer", "");
    let feedback = summary.scorers.iter().flat_map(|scorer| &scorer.feedback);
    comment.section("", &feedback.filter_map(repeats).collect::<Vec<_>>(), "line on repeats", "");
}

fn line(name: &str, feedback: Option<&FeedbackSummary>, calls: Option<&CallSummary>, has_usage: bool) -> String {
    let n = feedback.map(|feedback| feedback.n).or_else(|| calls.map(|calls| calls.calls - calls.errors));
    let latency = calls.and_then(|calls| calls.latency).map(|it| duration(Duration::from_nanos(it.p90_ns)));
    let mut cells = vec![
        name.to_owned(),
        feedback.map_or_else(|| NOTHING.to_owned(), headline),
        feedback.and_then(interval_of_mean).unwrap_or_default(),
        n.map_or_else(String::new, thousands),
        calls.map_or_else(String::new, |calls| thousands(calls.errors)),
        latency.unwrap_or_default(),
    ];
    if has_usage {
        let usage = calls.map(|calls| calls.usage).filter(|usage| !usage.is_none());
        cells.push(usage.map_or_else(String::new, |usage| usage.cost.to_string()));
    }
    format!("| {} |\n", cells.join(" | "))
}

fn interval_of_mean(feedback: &FeedbackSummary) -> Option<String> {
    let found = feedback.intervals.get(&Aggregation::Mean).filter(|_| feedback.labels.is_none())?;
    Some(interval(found.low, found.high))
}

/// How often all repeats of an example passed, and how often at least one did.
fn repeats(feedback: &FeedbackSummary) -> Option<String> {
    let rates = feedback.repeats.as_ref()?.rates.last().filter(|rates| rates.k > 1)?;
    let shown = |rate: f64, ends: Option<(f64, f64)>| match ends {
        Some((low, high)) => format!("{} {}", number(rate), interval(low, high)),
        None => number(rate),
    };
    let k = rates.k;
    Some(format!(
        "\n{}: pass@{k} {}, pass^{k} {}, over {}\n",
        code(&feedback.name, MAX_NAME_CHARACTERS),
        shown(rates.pass_at_k, rates.pass_at_k_interval.map(|it| (it.low, it.high))),
        shown(rates.pass_pow_k, rates.pass_pow_k_interval.map(|it| (it.low, it.high))),
        counted(rates.examples, "example")
    ))
}

/// The one thing to know: the most frequent labels, the rate of booleans, the mean of numbers.
fn headline(feedback: &FeedbackSummary) -> String {
    match (&feedback.labels, feedback.aggregates.get(&Aggregation::Mean)) {
        (Some(labels), _) => most_frequent(labels),
        (None, Some(mean)) => format!("**{}**", number(*mean)),
        (None, None) => NOTHING.to_owned(),
    }
}

fn most_frequent(labels: &LabelCounts) -> String {
    let mut counts: Vec<_> = labels.counts.iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(**count));
    let shown = counts.iter().take(MAX_LABELS);
    let mut shown: Vec<_> = shown
        .map(|(label, count)| format!("{} {}", code_in_cell(label, MAX_LABEL_CHARACTERS), thousands(**count)))
        .collect();
    if counts.len() > MAX_LABELS || labels.others > 0 {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}
