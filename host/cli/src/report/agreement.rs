//! How well judges agree with people, for a person at a terminal.

use std::fmt::Write as _;

use scorebox_verdict::{AgreementReport, ConfusionMatrix, JudgeAgreement, Rate, Statistic, interpretation};

use super::comparison::shown_value;
use crate::terminal::{FAINT, NAME, STRONG, WARN, align_right, count, render, table, thousands, wrap};

/// A table of judges, and for each what it and people say, with at most so many of the rows on which they differ.
pub(crate) fn agreement(report: &AgreementReport, disagreements: usize) -> String {
    let mut text = format!(
        "\n  {} with {} on {}\n",
        STRONG.paint("Agreement"),
        count(report.labels, "label"),
        count(report.rows, "row")
    );
    if report.unknown_rows > 0 {
        let ids = report.unknown_ids.join(", ");
        let _ = writeln!(
            text,
            "  {} {} of people are about no row of the run: {ids}",
            WARN.paint("left out"),
            count(report.unknown_rows, "label")
        );
    }
    text.push('\n');
    text += &judges(&report.judges);
    for judge in &report.judges {
        text += &in_detail(judge, disagreements);
    }
    text
}

fn judges(judges: &[JudgeAgreement]) -> String {
    let mut table =
        table(["judge", "n", "accuracy", "95 % CI", "kappa", "95 % CI", "alpha", "people's alpha", "differ"]);
    for judge in judges {
        let kappa = judge.kappa.quadratic.or(judge.kappa.plain);
        let people = judge.people.and_then(|people| people.alpha);
        table.add_row([
            NAME.paint(name(judge)),
            thousands(judge.n),
            judge.accuracy.map(|rate| percent(rate.value)).unwrap_or_default(),
            judge.accuracy.map(interval_of_rate).unwrap_or_default(),
            kappa.map(value).unwrap_or_default(),
            kappa.map(interval).unwrap_or_default(),
            judge.alpha.map(value).unwrap_or_default(),
            people.map(value).unwrap_or_default(),
            thousands(judge.disagreements),
        ]);
    }
    align_right(&mut table, 1..9);
    render(&table)
}

fn in_detail(judge: &JudgeAgreement, most: usize) -> String {
    let mut text = format!("\n  {}", NAME.paint(name(judge)));
    if let Some(kappa) = judge.kappa.plain {
        let _ = write!(text, ": {} agreement by Cohen's kappa {}", interpretation(kappa.value), value(kappa));
        text += &FAINT.paint(" (the words of Landis and Koch are a convention, no more)");
    }
    text.push('\n');
    for (missing, what) in [
        (judge.without_label, "without a label"),
        (judge.without_verdict, "without a verdict of the judge"),
        (judge.ties, "on which people are divided"),
    ] {
        if missing > 0 {
            let _ = writeln!(text, "  {} {what} are left out", count(missing, "row"));
        }
    }
    if let Some(booleans) = &judge.booleans {
        for (label, score) in [("true", booleans.of_true), ("false", booleans.of_false)] {
            let rate = |rate: Option<Rate>| rate.map_or_else(|| "–".to_owned(), |rate| percent(rate.value));
            let _ = writeln!(
                text,
                "  people's {label}: precision {}, recall {}",
                rate(score.precision),
                rate(score.recall)
            );
        }
    }
    if let Some(numbers) = &judge.numbers {
        let _ = writeln!(
            text,
            "  the judge is {:+.3} {} away from people on average",
            numbers.bias.value,
            interval(numbers.bias)
        );
    }
    if let Some(confusion) = &judge.confusion {
        text += &matrix(confusion);
    }
    if !judge.kept.is_empty() && most > 0 {
        let mut table = table(["row", "people", "judge", "the judge's reason"]);
        for row in judge.kept.iter().take(most) {
            let reason = row.rationale.as_ref().map(|it| it.text.chars().take(300).collect()).unwrap_or_default();
            table.add_row([row.id.clone(), shown_value(&row.people), shown_value(&row.judge), reason]);
        }
        wrap(&mut table);
        text += &render(&table);
        let shown = judge.kept.len().min(most) as u64;
        if shown < judge.disagreements {
            let rest = thousands(judge.disagreements - shown);
            let _ = writeln!(text, "  {}", FAINT.paint(format_args!("and {rest} more; --disagreements N shows more")));
        }
    }
    text
}

/// People's verdicts in rows, the judge's in columns.
fn matrix(confusion: &ConfusionMatrix) -> String {
    const MOST: usize = 8;
    if confusion.labels.len() > MOST {
        return String::new();
    }
    let header = std::iter::once("people \\ judge").chain(confusion.labels.iter().map(String::as_str));
    let mut table = table(header);
    for (label, counts) in confusion.labels.iter().zip(&confusion.counts) {
        table.add_row(std::iter::once(label.clone()).chain(counts.iter().map(|count| thousands(*count))));
    }
    align_right(&mut table, 1..=confusion.labels.len());
    render(&table)
}

fn name(judge: &JudgeAgreement) -> String {
    if judge.scorer == judge.feedback { judge.scorer.clone() } else { format!("{}:{}", judge.scorer, judge.feedback) }
}

fn percent(value: f64) -> String {
    format!("{:.1} %", value * 100.0)
}

fn value(statistic: Statistic) -> String {
    format!("{:.3}", statistic.value)
}

fn interval(statistic: Statistic) -> String {
    statistic.interval.map(|it| format!("[{:.3}, {:.3}]", it.low, it.high)).unwrap_or_default()
}

fn interval_of_rate(rate: Rate) -> String {
    format!("[{}, {}]", percent(rate.interval.low), percent(rate.interval.high))
}
